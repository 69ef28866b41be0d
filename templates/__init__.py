"""The official workbooks, built by ``scripts/build_templates.py``."""
