"""What the rules know of the texts of a form: word lists, levels, numbering, quantities, likeness. It knows no rule."""
