"""Assessment to text; knows nothing of models."""
