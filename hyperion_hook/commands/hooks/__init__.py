"""What git hooks need: their files, the message that git will record, what a push adds."""
