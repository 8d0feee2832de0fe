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

    Raises
    ------
    GitError
        If the tree, or one below it, is not there.
    """
    entries = {}
    for line in repository.git.run("ls-tree", "-r", "-z", "--full-tree", treeish, "--").split(b"\0"):
        if line:
            meta, _, path = line.partition(b"\t")
            mode, _, blob = meta.split(b" ")
            entries[path.decode("utf-8", "surrogateescape")] = TreeEntry(int(mode, 8), blob.decode("ascii"))
    return entries


def changed_paths(repository: Repository, old_tree: str | None, new_tree: str) -> list[tuple[str, int, str | None]]:
    """Return (path, mode, blob) of each file that differs; a file that is gone has mode 0 and no blob.

    Parameters
    ----------
    old_tree, new_tree
        Commits or trees; ``None`` stands for the tree without files.

    Raises
    ------
    GitError
        If a tree is not there.
    """
    old = old_tree or repository.empty_tree
    output = repository.git.run("diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", old, new_tree, "--")
    fields = output.split(b"\0")
    changed = []
    for meta, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, blob, status = meta.split(b" ")
        gone = status == b"D"
        changed.append(
            (
                path.decode("utf-8", "surrogateescape"),
                0 if gone else int(mode, 8),
                None if gone else blob.decode("ascii"),
            )
        )
    return changed


def parse_tree(content: bytes, id_length: int) -> Iterator[tuple[bytes, TreeEntry]]:
    """Yield the names and entries of a tree object.

    Parameters
    ----------
    content
        The object as it is stored: mode, blank, name, NUL and the binary id, one after the other.
    id_length
        Bytes of an id: 20, or 32 with SHA-256.

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
