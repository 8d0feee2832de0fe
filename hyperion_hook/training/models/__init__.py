"""Recipes and estimators. In: rows and labels. Out: fitted, calibrated models."""
