"""What all readers of code share: limits, lines, brackets, notebooks, and the record of what is measured on a file."""
