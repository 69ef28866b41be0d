"""Word lists and tables that rules and values use, each entry with its reason."""
