"""What a code host adds: the event that started a run, what to do about it, and where its comment goes."""
