"""Trees of the object store, read one by one through one git: a replay asks for thousands of small differences.

Starting ``git diff-tree`` for each costs more than everything else about the import graph together.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Process

MAX_ENTRIES = 400_000
"""Entries of parsed trees that are remembered, some 60 MB; a replay comes back to most of them."""

_TREE = b"40000"
_REGULAR = (b"100644", b"100755", b"100664")
_ENTRIES = {size: late_pattern(rb"([0-7]{5,6}) ([^\0]++)(?:\0(.{%d}))?" % size, re.DOTALL) for size in (20, 32)}

Entries = dict[bytes, tuple[bytes, bytes]]
Difference = dict[str, str | None]
"""Path to the blob of a regular file, ``None`` where there is none any more."""


class Trees:
    """Answers which tree a commit has and which regular files differ between two trees."""

    def __init__(self, repository: Repository) -> None:
        self._git = repository.git
        self._process: Process | None = None
        self._known: dict[str, Entries] = {}
        self._entry_count = 0

    def close(self) -> None:
        """End git."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def tree_of(self, commit: str) -> str | Missing:
        """Return the id of a commit's tree."""
        result = self._ask(commit, b"commit")
        if isinstance(result, Missing):
            return result
        return result[5 : result.index(b"\n")].decode("ascii")

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
        content = self._ask(tree, b"tree")
        if isinstance(content, Missing):
            return content
        if self._entry_count > MAX_ENTRIES:
            for old in list(self._known)[: len(self._known) // 2]:
                self._entry_count -= len(self._known.pop(old))
        entries = {name: (mode, blob) for mode, name, blob in _ENTRIES[len(tree) // 2].findall(content) if blob}
        self._known[tree] = entries
        self._entry_count += len(entries)
        return entries

    def _ask(self, name: str, kind: bytes) -> bytes | Missing:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        absent = Missing(f"the {kind.decode()} {name[:12]} is missing from this clone")
        try:
            self._process.stdin.write(name.encode() + b"\n")
            self._process.stdin.flush()
            header = self._process.stdout.readline().split()
            if len(header) != 3 or not header[2].isdigit():
                return absent
            content = self._process.stdout.read(int(header[2]) + 1)
        except OSError:
            self.close()
            return absent
        if len(content) != int(header[2]) + 1:
            self.close()
            return absent
        return content[:-1] if header[1] == kind else absent


def _id(entry: tuple[bytes, bytes] | None, modes: tuple[bytes, ...]) -> str | None:
    """Return the object id of an entry that has one of the modes."""
    return entry[1].hex() if entry is not None and entry[0] in modes else None
