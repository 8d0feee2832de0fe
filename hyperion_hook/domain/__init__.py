"""The nouns of the project as frozen dataclasses; the standard library only."""
