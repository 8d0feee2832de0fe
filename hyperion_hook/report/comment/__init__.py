"""The comment on a pull request: its facts, its text, and what it remembers between runs."""
