"""Contents of objects through one long-running ``git cat-file``."""

from __future__ import annotations

from collections.abc import Mapping

from hyperion_hook.domain.remedies import Note
from hyperion_hook.domain.vector import NOT_FETCHED, Missing
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Conversation
from hyperion_hook.git.trees import TREE_MODE, TreeEntry, parse_tree

DAMAGED = Missing(Note("the object is damaged", run="git fsck"))
NO_FILE = Missing("no such file")

_SKIPPED = 4_000_000  # bytes: to read past a larger object costs more than to start git anew
_TREE_BYTES = 50_000_000
_TREES_KEPT = 500
_HELD_BYTES = 8_000_000

_Entries = dict[bytes, TreeEntry]


class BlobReader(Conversation):
    """Reads blobs by id or by path; what cannot be read is ``Missing`` with its reason, never an error."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository.git, "cat-file", "--batch")
        self._id_length = len(repository.empty_tree) // 2
        self._trees: dict[str, _Entries | Missing] = {}
        self._contents: dict[str, bytes] = {}
        self._held = 0

    def read(self, blob: str, limit: int) -> bytes | Missing:
        """Return a blob's content.

        A blob of more than ``limit`` bytes is not read. The last few are held: several ask for the same within a run.
        """
        held = self._contents.get(blob)
        if held is not None and len(held) <= limit:
            return held
        content = self.content(blob, b"blob", limit)
        # a name that is no id may mean another thing later
        if not isinstance(content, Missing) and len(blob) == 2 * self._id_length:
            if self._held + len(content) > _HELD_BYTES:
                self._contents.clear()
                self._held = 0
            self._contents[blob] = content
            self._held += len(content)
        return content

    def read_path(self, treeish: str, path: str, limit: int) -> bytes | Missing:
        """Return the content of a file of a commit or tree; what is no regular file has none."""
        entry = self.entry(treeish, path)
        if isinstance(entry, Missing):
            return entry
        return self.read(entry.blob, limit) if entry.is_regular else Missing(entry.kind)

    def entry(self, treeish: str, path: str) -> TreeEntry | Missing:
        """Return the entry of a path in a commit or tree; any byte may be in the path."""
        folder, _, name = path.rpartition("/")
        entries = self.folder(treeish, folder)
        return entries if isinstance(entries, Missing) else entries.get(_encoded(name), NO_FILE)

    def folder(self, treeish: str, path: str) -> Mapping[bytes, TreeEntry] | Missing:
        """Return the entries of a folder of a commit or tree; the top is called ``""``."""
        entries = self._tree(f"{treeish}^{{tree}}")
        for name in _encoded(path).split(b"/") if path else ():
            if isinstance(entries, Missing):
                return entries
            below = entries.get(name)
            if below is None or below.mode != TREE_MODE:
                return NO_FILE
            entries = self._tree(below.blob)
        return entries

    def _tree(self, name: str) -> _Entries | Missing:
        if name not in self._trees:
            content = self.content(name, b"tree", _TREE_BYTES)
            if len(self._trees) >= _TREES_KEPT:
                self._trees.clear()
            try:
                self._trees[name] = (
                    content if isinstance(content, Missing) else dict(parse_tree(content, self._id_length))
                )
            except ValueError:
                self._trees[name] = DAMAGED
        return self._trees[name]

    def content(self, name: str, kind: bytes, limit: int) -> bytes | Missing:
        """Return the content of an object of a kind, which is not held: blob, tree or commit."""
        if "\n" in name:
            return NO_FILE  # one question is one line, and no object is called so
        try:
            output = self.asked(_encoded(name) + b"\n").stdout
        except GitError:
            return DAMAGED
        header = output.readline()
        fields = header.rsplit(b" ", 2)
        if not header:
            self.close()
            return DAMAGED
        if len(fields) < 3 or not fields[2].strip().isdigit():
            return NOT_FETCHED
        size = int(fields[2])
        if size > limit or fields[1] != kind:
            if size > _SKIPPED:
                self.close()
            else:
                output.read(size + 1)
            return Missing(f"larger than {limit:,} bytes") if fields[1] == kind else NO_FILE
        content = output.read(size + 1)
        if len(content) != size + 1:
            self.close()
            return DAMAGED
        return content[:-1]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
