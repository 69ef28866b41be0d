"""What was handed in: found, opened, read and judged file by file."""
