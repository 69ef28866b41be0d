"""The catalogue of rules and the engine that runs them.

A rule knows the document, never a cell. The rules themselves are in :mod:`xltargets.rules.catalogue`, what they know of the
language of forms in :mod:`xltargets.rules.language`; here is what registers, prepares and runs them.
"""
