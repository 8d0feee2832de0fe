"""Figures of rankings and probabilities, with bootstrap intervals."""
