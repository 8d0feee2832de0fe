"""The 30-day bug predictor: its rows, its fit, its figures, its export."""
