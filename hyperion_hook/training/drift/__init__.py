"""Two tables compared feature by feature. In: frames. Out: a DriftReport."""
