"""Sentences for people that carry what programs ask of them: what to run or do about it, and of which kind it is."""

from __future__ import annotations

from typing import Final

INDEX: Final = "hyperion-hook index"
REBUILD: Final = f"{INDEX} --rebuild"
PASSING: Final = "passing"
"""What the next run may say otherwise: time ran out, or something is not read yet."""
PERCENTILE: Final = "percentile"
"""Why there is no percentile."""


class Note(str):
    """A reason or a warning.

    Parameters
    ----------
    cause
        What is not known or not right.
    run, advice
        The command that mends it, which is part of the text; or what else to do, which is not.
    kind
        ``PASSING``, ``PERCENTILE``, or '' for any other.

    Examples
    --------
    >>> note = Note("no index yet", run=INDEX)
    >>> note, note.cause, note.run
    ('no index yet; run: hyperion-hook index', 'no index yet', 'hyperion-hook index')
    >>> note.worded(f"a.py: {note}").run
    'hyperion-hook index'
    """

    cause: str
    run: str
    advice: str
    kind: str

    def __new__(cls, cause: str, *, run: str = "", advice: str = "", kind: str = "") -> Note:
        """Return the text with what it carries."""
        self = super().__new__(cls, f"{cause}; run: {run}" if run else cause)
        self.cause, self.run, self.advice, self.kind = cause, run, advice, kind
        return self

    def __str__(self) -> str:
        """Return itself: as the text of an error it keeps what it carries."""
        return self

    def worded(self, text: str, *, kind: str = "") -> Note:
        """Return another text that carries the same."""
        note = Note(text)
        note.run, note.advice, note.kind = self.run, self.advice, kind or self.kind
        return note


def note_of(text: str) -> Note:
    """Return a text as a note; one that is none carries nothing."""
    return text if isinstance(text, Note) else Note(text)
