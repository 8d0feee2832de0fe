"""Scoring a vector with data-only models; the standard library only."""
