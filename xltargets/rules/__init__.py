"""The rules of the catalogue: one module per group, one function per rule, and the engine that runs them.

A rule knows the document, never a cell. Adding one touches one file.
"""
