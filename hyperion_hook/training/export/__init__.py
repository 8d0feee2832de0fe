"""Fitted estimators to data-only bundles, and the check that both say the same."""
