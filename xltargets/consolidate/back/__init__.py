"""What goes back to the units: annotated copies and letters."""
