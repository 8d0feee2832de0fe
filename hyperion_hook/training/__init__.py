"""Building models from histories; needs the extra ``train``."""
