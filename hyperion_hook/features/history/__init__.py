"""Features of the past: people, process, purpose, review, earlier bugs. In: a Change and its History."""
