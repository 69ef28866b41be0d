"""Everything that knows Excel, and nothing else: a small library of its own."""
