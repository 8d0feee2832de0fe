"""Trees of the object store, read one by one: a replay asks for thousands of small differences.

Starting ``git diff-tree`` for each costs more than everything else about the import graph together.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader

MAX_ENTRIES = 400_000
"""Entries of parsed trees that are remembered, some 60 MB; a replay comes back to most of them."""

_MOST_BYTES = 100_000_000
_TREE = b"40000"
_REGULAR = (b"100644", b"100755", b"100664")
_ENTRIES = {size: late_pattern(rb"([0-7]{5,6}) ([^\0]++)(?:\0(.{%d}))?" % size, re.DOTALL) for size in (20, 32)}

Entries = dict[bytes, tuple[bytes, bytes]]
Difference = dict[str, str | None]
"""Path to the blob of a regular file, ``None`` where there is none any more."""


class Trees:
    """Answers which tree a commit has and which regular files differ between two trees."""

    def __init__(self, reader: BlobReader) -> None:
        self._reader = reader
        self._known: dict[str, Entries] = {}
        self._entry_count = 0

    def tree_of(self, commit: str) -> str | Missing:
        """Return the id of a commit's tree."""
        content = self._content(commit, b"commit")
        return content if isinstance(content, Missing) else content[5 : content.index(b"\n")].decode("ascii")

    def difference(self, old: str | None, new: str) -> Difference | Missing:
        """Return the regular files that differ, by path; ``None`` stands for the empty tree.

        ``Missing`` when a tree is not in this clone.
        """
        results: Difference = {}
        work: list[tuple[bytes, str | None, str | None]] = [(b"", old, new)]
        while work:
            folder, before_id, after_id = work.pop()
            before = self._entries(before_id) if before_id else {}
            after = self._entries(after_id) if after_id else {}
            if isinstance(before, Missing):
                return before
            if isinstance(after, Missing):
                return after
            for name in before.keys() | after.keys():
                was, now = before.get(name), after.get(name)
                if was == now:
                    continue
                old_tree, new_tree = _id(was, (_TREE,)), _id(now, (_TREE,))
                if old_tree or new_tree:
                    work.append((folder + name + b"/", old_tree, new_tree))
                old_file, new_file = _id(was, _REGULAR), _id(now, _REGULAR)
                if old_file or new_file:
                    results[(folder + name).decode("utf-8", "surrogateescape")] = new_file
        return results

    def _entries(self, tree: str) -> Entries | Missing:
        known = self._known.get(tree)
        if known is not None:
            return known
        content = self._content(tree, b"tree")
        if isinstance(content, Missing):
            return content
        if self._entry_count > MAX_ENTRIES:
            for old in list(self._known)[: len(self._known) // 2]:
                self._entry_count -= len(self._known.pop(old))
        entries = {name: (mode, blob) for mode, name, blob in _ENTRIES[len(tree) // 2].findall(content) if blob}
        self._known[tree] = entries
        self._entry_count += len(entries)
        return entries

    def _content(self, name: str, kind: bytes) -> bytes | Missing:
        content = self._reader.content(name, kind, _MOST_BYTES)
        if isinstance(content, Missing):
            return Missing(f"the {kind.decode()} {name[:12]} is missing from this clone")
        return content


def _id(entry: tuple[bytes, bytes] | None, modes: tuple[bytes, ...]) -> str | None:
    """Return the object id of an entry that has one of the modes."""
    return entry[1].hex() if entry is not None and entry[0] in modes else None
