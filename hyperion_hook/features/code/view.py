"""The tokens of a file, and how to step over what belongs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class TokenView:
    """Tokens without comments, the line of each, and for each bracket that has a partner where the partner is."""

    def __init__(self, texts: Sequence[str], lines: Sequence[int], pairs: Mapping[int, int]) -> None:
        self.texts, self.lines, self.pairs = texts, lines, pairs
        self.size = len(texts)

    def at(self, index: int) -> str:
        """Return a token, '' outside the file."""
        return self.texts[index] if 0 <= index < self.size else ""

    def after(self, index: int) -> int:
        """Return the index after a token, or after what it opens."""
        return max(self.pairs.get(index, index), index) + 1

    def is_first(self, index: int) -> bool:
        """Return whether a token is the first of its line."""
        return index == 0 or self.lines[index] != self.lines[index - 1]
