"""People behind a history: one person under several names, who knows which code, who could review."""
