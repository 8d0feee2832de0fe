"""From repositories to rows of features: replay, mining, corpus, packing."""
