"""The rules of the catalogue: a module per group or part of one, a function per rule. Adding one touches one file."""
