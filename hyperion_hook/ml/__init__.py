"""The machine-learning side as Python objects: what the commands use, for whoever works in a notebook."""
