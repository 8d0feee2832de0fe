"""The line counts of every version of every file, carried on from patch to patch instead of read from its content.

A patch says how many lines it adds and deletes, so the count of a version follows from that of the one before. Only
what git counts otherwise than a reader of text would (binary content, a carriage return within a line, another encoding
than UTF-8), too large a file, and the outcome of a merge are read.
"""

from __future__ import annotations

from itertools import islice

from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.text import decode_lines, line_count
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.sources import GitSources
from hyperion_hook.git.trees import TreeEntry

_MOST_KEPT = 400_000
"""Versions remembered, a hundred megabytes; one that was forgotten is read when it is asked for."""
_ODD = -1

_Counted = tuple[int, int]
"""Lines, and a bound of the bytes; ``_ODD`` where the next version must be read."""


class LineCounts:
    """Tells how many lines a blob has.

    Blobs of more than ``max_bytes`` are not counted.
    """

    def __init__(self, reader: BlobReader, max_bytes: int) -> None:
        self._reader = reader
        self._max_bytes = max_bytes
        self._known: dict[str, _Counted | Missing] = {}

    def of(self, blob: str) -> int | Missing:
        """Return the number of lines of a blob's text, ``Missing`` where it is none or too large."""
        known = self._known.get(blob)
        if known is None or (not isinstance(known, Missing) and known[1] > self._max_bytes):
            known = self._known[blob] = self._read(blob)
        return known if isinstance(known, Missing) else known[0]

    def _read(self, blob: str) -> _Counted | Missing:
        content = self._reader.read(blob, self._max_bytes)
        if isinstance(content, Missing):
            return content
        text = decode_lines(content)
        if isinstance(text, Missing):
            return text
        return line_count(text[0]) - len(text[1]), len(content) if _is_plain(content) else _ODD

    def learn(self, commit: Commit) -> None:
        """Take note of the versions that a commit makes of its files."""
        for file in commit.files:
            if file.new_blob is not None and file.new_blob not in self._known:
                counted = self._after(file)
                if counted is not None:
                    self._known[file.new_blob] = counted
        if len(self._known) > _MOST_KEPT:
            for blob in list(islice(self._known, _MOST_KEPT // 2)):
                del self._known[blob]

    def _after(self, file: FileChange) -> _Counted | None:
        if file.lines_added is None or file.lines_deleted is None or file.hunks is None or not file.is_regular:
            return None
        before = (0, 0) if file.old_blob is None else self._known.get(file.old_blob)
        if before is None or isinstance(before, Missing) or before[1] == _ODD:
            return None
        text = b"\n".join([hunk.body for hunk in file.hunks])
        if not _is_plain(text):
            return None
        return before[0] + file.lines_added - file.lines_deleted, before[1] + len(text)


def _is_plain(text: bytes) -> bool:
    """Whether lines end with line feeds alone, or with CR LF, and the rest is UTF-8."""
    if b"\0" in text or (b"\r" in text and text.count(b"\r") != text.count(b"\r\n") + text.endswith(b"\r")):
        return False
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class CountedSources(GitSources):
    """Sources whose line counts need no reading."""

    def __init__(
        self, repository: Repository, change: Change, reader: BlobReader, max_bytes: int, counts: LineCounts
    ) -> None:
        super().__init__(repository, change, reader, max_bytes)
        self._counts = counts

    def lines_before(self, file: FileChange) -> int | Missing:
        """Return the number of lines at the base."""
        if file.old_blob is None or not TreeEntry(file.old_mode, file.old_blob).is_regular:
            return super().lines_before(file)
        return self._counts.of(file.old_blob)
