"""Estimator files: one list of trusted types, one audit, asked on every load."""
