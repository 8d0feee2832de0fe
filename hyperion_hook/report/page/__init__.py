"""The HTML page about a whole repository."""
