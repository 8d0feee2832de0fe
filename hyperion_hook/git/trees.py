"""The files of a commit, and what differs between two trees, by path and blob."""

from __future__ import annotations

from typing import NamedTuple

from hyperion_hook.git.repository import Repository


class TreeEntry(NamedTuple):
    """One file of a tree: its mode and object id."""

    mode: int
    blob: str


def list_tree(repository: Repository, treeish: str) -> dict[str, TreeEntry]:
    """Return every file of a commit or tree by path."""
    entries = {}
    for line in repository.git.run("ls-tree", "-r", "-z", "--full-tree", treeish).split(b"\0"):
        if line:
            meta, _, path = line.partition(b"\t")
            mode, _, blob = meta.split(b" ")
            entries[path.decode("utf-8", "surrogateescape")] = TreeEntry(int(mode, 8), blob.decode("ascii"))
    return entries


def changed_paths(
    repository: Repository, old_tree: str | None, new_tree: str
) -> list[tuple[str, int, str | None]]:
    """Return (path, mode, blob) of each file that differs; a file that is gone has mode 0 and no blob."""
    old = old_tree or repository.empty_tree
    fields = repository.git.run("diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", old, new_tree).split(
        b"\0"
    )
    changed = []
    for meta, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, blob, status = meta.split(b" ")
        gone = status == b"D"
        changed.append((
            path.decode("utf-8", "surrogateescape"), 0 if gone else int(mode, 8), None if gone else blob.decode("ascii")
        ))
    return changed
