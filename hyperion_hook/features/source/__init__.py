"""The only readers of source text. In: path and text. Out: SourceMetrics, or Missing with its reason."""
