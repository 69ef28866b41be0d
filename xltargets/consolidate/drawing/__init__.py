"""A file's rows and findings as the summary has them: which sheets and columns, which cells, laid out as XML."""
