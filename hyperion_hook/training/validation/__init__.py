"""The specification's DataValidator: whether a table is fit to learn from."""
