"""The files of a commit, and what differs between two trees, by path and blob."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hyperion_hook.domain.change import SYMLINK_MODE
from hyperion_hook.git.repository import Repository

TREE_MODE = 0o040000
REGULAR_MODE = 0o100000
_KIND = 0o170000


class TreeEntry(NamedTuple):
    """One entry of a tree: its mode and object id."""

    mode: int
    blob: str

    @property
    def is_regular(self) -> bool:
        """Whether it is an ordinary file: no folder, no symbolic link, no submodule."""
        return self.mode & _KIND == REGULAR_MODE

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.is_regular:
            return "a file"
        return {TREE_MODE: "a folder", SYMLINK_MODE: "a symbolic link"}.get(self.mode & _KIND, "a submodule")


def list_tree(repository: Repository, treeish: str) -> dict[str, TreeEntry]:
    """Return every file of a commit or tree by path, links and submodules included.

    Raises ``GitError`` if the tree, or one below it, is not there.
    """
    entries = {}
    for line in repository.git.run("ls-tree", "-r", "-z", "--full-tree", treeish, "--").split(b"\0"):
        if line:
            meta, _, path = line.partition(b"\t")
            mode, _, blob = meta.split(b" ")
            entries[path.decode("utf-8", "surrogateescape")] = TreeEntry(int(mode, 8), blob.decode("ascii"))
    return entries


def parse_tree(content: bytes, id_length: int) -> Iterator[tuple[bytes, TreeEntry]]:
    """Yield the names and entries of a tree object.

    ``content`` is the object as it is stored: mode, blank, name, NUL and the binary id, one after the other; an id has
    20 bytes, or 32 with SHA-256.

    Examples
    --------
    >>> dict(parse_tree(b"100644 a b" + bytes(21), 20))
    {b'a b': TreeEntry(mode=33188, blob='0000000000000000000000000000000000000000')}
    """
    position = 0
    while position < len(content):
        end = content.index(b"\0", position)
        mode, _, name = content[position:end].partition(b" ")
        position = end + 1 + id_length
        yield name, TreeEntry(int(mode, 8), content[end + 1 : position].hex())
