"""Whose a registered model's version is: several repositories may share one MLflow server, and one name in it.

A version is tagged with the first commit of its repository's history and the commit that was checked out when it was
registered. A repository owns a version if the first commit is its own and it has the other one. So every clone owns
what any clone registered, once it has fetched it; a fork, and a project begun as a copy of another, own nothing of each
other's from where they parted. Of several first commits the one at the end of the first parents counts, which a
history merged in later does not change. Grafts and replacements are not looked at. A shallow clone does not know its
first commit, and goes by the other alone. Outside of a repository everything belongs to one owner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository

ROOT_TAG, COMMIT_TAG = "repository_id", "commit"
_OUTSIDE = "none"
"""The first of the two tags for what was registered outside of a repository."""
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class Owner:
    """A repository, or none, as MLflow's tags know it."""

    root: str
    commit: str
    repository: Repository | None

    @property
    def tags(self) -> dict[str, str]:
        """What a version of this owner is tagged with."""
        return {name: value for name, value in ((ROOT_TAG, self.root), (COMMIT_TAG, self.commit)) if value}

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a version with these tags is this owner's; one without such tags is nobody's."""
        root, commit = tags.get(ROOT_TAG, ""), tags.get(COMMIT_TAG, "")
        if self.repository is None or root == _OUTSIDE:
            return self.repository is None and root == _OUTSIDE
        if self.is_stranger(tags) or not _OBJECT_ID.fullmatch(commit):
            return False
        try:
            return self.repository.resolve(commit) == commit
        except GitError:
            return False

    def is_stranger(self, tags: Mapping[str, str]) -> bool:
        """Whether a version is certainly of a repository with another history."""
        root = tags.get(ROOT_TAG, "")
        return bool(root and self.root) and root != self.root

    def described(self, tags: Mapping[str, str]) -> str:
        """Return whose a version is that is not this owner's, and what can be done."""
        root, commit = tags.get(ROOT_TAG, ""), tags.get(COMMIT_TAG, "")
        if not root and not commit:
            return "names no repository: it was registered by hand or by an older release"
        if root == _OUTSIDE:
            return "was registered outside of a repository"
        if self.repository is not None and not self.is_stranger(tags):
            more = " --unshallow" if self.repository.is_shallow else ""
            return f"was registered at commit {commit[:12]}, which this clone does not have (git fetch{more} gets it)"
        return f"belongs to another repository, whose first commit is {root[:12] or 'not known'}"


def owner_of(repository: Repository | None = None) -> Owner:
    """Return the owner that a repository is; by default the one that one stands in.

    Raises ``GitError`` if the history cannot be read.
    """
    if repository is None:
        try:
            repository = Repository.discover(None)
        except GitError:
            return Owner(_OUTSIDE, "", None)
    head = repository.head()
    if head is None:
        return Owner(_OUTSIDE, "", None)
    if repository.is_shallow:
        return Owner("", head, repository)
    roots = repository.git.run("rev-list", "--first-parent", "--max-parents=0", head)
    return Owner(roots.decode("ascii", "replace").split()[-1], head, repository)
