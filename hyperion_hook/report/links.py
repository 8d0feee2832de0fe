"""Where a code host shows what a comment or a page speaks of: lines of a change, the history of a file, a commit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha1, sha256

from hyperion_hook.report.formats.sarif import relative_uri

_ENOUGH = 12
"""Characters of an id that a comment, which people read, is spared no more of."""


_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]*@)?(?=[^/]+/)|(?:[\w.-]+@)?(?=[^/:]+:(?!/)))"
    r"(github\.com|gitlab\.com)(?::\d+(?=/))?[/:]([\w./-]+)",
    re.IGNORECASE | re.ASCII,
)
"""``https://github.com/owner/name`` and ``git@github.com:owner/name``."""
_MOST_ADDRESS = 500


class Links:
    """Pages of a code host as full addresses; this one is a place without pages."""

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the page of a change's file at a line of its new text, from 1."""
        return None

    def file(self, path: str) -> str | None:
        """Return the page of a file that the change does not touch."""
        return None

    def history(self, path: str) -> str | None:
        """Return the page of the commits that changed a file before."""
        return None

    def commit(self, commit: str) -> str | None:
        """Return the page of a commit."""
        return None


@dataclass(frozen=True, slots=True)
class _PullLinks(Links):
    """Pages of a pull request."""

    repository: str
    """The full address of the repository, for example ``https://github.com/owner/name``."""
    number: int
    """The pull request."""
    base: str
    head: str
    """Commits."""


class GitHubLinks(_PullLinks):
    """Pages on GitHub or GitHub Enterprise.

    Examples
    --------
    >>> links = GitHubLinks("https://github.com/o/r", 7, "b" * 40, "a" * 40)
    >>> links.lines("a b.py", 3).partition("#")[0], links.lines("a b.py", 3)[-3:]
    ('https://github.com/o/r/pull/7/files', '4R3')
    """

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the file's place in the list of changed files, which GitHub names by SHA-256 of the path."""
        return f"{self.repository}/pull/{self.number}/files#diff-{sha256(path.encode()).hexdigest()}R{line}"

    def file(self, path: str) -> str | None:
        """Return the file at the pull request's head."""
        return f"{self.repository}/blob/{self.head}/{relative_uri(path)}"

    def history(self, path: str) -> str | None:
        """Return the file's commits up to the base."""
        return f"{self.repository}/commits/{self.base}/{relative_uri(path)}"

    def commit(self, commit: str) -> str | None:
        """Return a commit of the repository, by as much of its id as tells it apart."""
        return f"{self.repository}/commit/{commit[:_ENOUGH]}"


class GitLabLinks(_PullLinks):
    """Pages of a merge request on GitLab."""

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the file's place in the list of changed files, which GitLab names by SHA-1 of the path."""
        return f"{self.repository}/-/merge_requests/{self.number}/diffs#{_sha1(path)}"

    def file(self, path: str) -> str | None:
        """Return the file at the merge request's head."""
        return f"{self.repository}/-/blob/{self.head}/{relative_uri(path)}"

    def history(self, path: str) -> str | None:
        """Return the file's commits up to the base."""
        return f"{self.repository}/-/commits/{self.base}/{relative_uri(path)}"

    def commit(self, commit: str) -> str | None:
        """Return a commit of the project, by as much of its id as tells it apart."""
        return f"{self.repository}/-/commit/{commit[:_ENOUGH]}"


class GiteaLinks(_PullLinks):
    """Pages on Gitea or Forgejo."""

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the line in the list of changed files, which Gitea names by SHA-1 of the path."""
        return f"{self.repository}/pulls/{self.number}/files#diff-{_sha1(path)}R{line}"

    def file(self, path: str) -> str | None:
        """Return the file at the pull request's head."""
        return f"{self.repository}/src/commit/{self.head}/{relative_uri(path)}"

    def history(self, path: str) -> str | None:
        """Return the file's commits up to the base."""
        return f"{self.repository}/commits/commit/{self.base}/{relative_uri(path)}"

    def commit(self, commit: str) -> str | None:
        """Return a commit of the repository, by as much of its id as tells it apart."""
        return f"{self.repository}/commit/{commit[:_ENOUGH]}"


class BitbucketLinks(_PullLinks):
    """Pages on Bitbucket Cloud."""

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the line in the list of changed files."""
        return f"{self.repository}/pull-requests/{self.number}/diff#L{relative_uri(path)}T{line}"

    def file(self, path: str) -> str | None:
        """Return the file at the pull request's head."""
        return f"{self.repository}/src/{self.head}/{relative_uri(path)}"

    def history(self, path: str) -> str | None:
        """Return the file's commits up to the base."""
        return f"{self.repository}/history-node/{self.base}/{relative_uri(path)}"

    def commit(self, commit: str) -> str | None:
        """Return a commit of the repository, by as much of its id as tells it apart."""
        return f"{self.repository}/commits/{commit[:_ENOUGH]}"


class AzureLinks(_PullLinks):
    """Pages on Azure DevOps; ``repository`` is the one with ``_git`` in its path."""

    __slots__ = ()

    def lines(self, path: str, line: int) -> str | None:
        """Return the file in the list of changed files."""
        return f"{self.repository}/pullrequest/{self.number}?_a=files&path=/{relative_uri(path)}"

    def file(self, path: str) -> str | None:
        """Return the file at the pull request's head."""
        return f"{self.repository}?path=/{relative_uri(path)}&version=GC{self.head}"

    def history(self, path: str) -> str | None:
        """Return the file's commits up to the base."""
        return f"{self.file(path)}&_a=history"

    def commit(self, commit: str) -> str | None:
        """Return a commit of the repository."""
        return f"{self.repository}/commit/{commit}"


def _sha1(path: str) -> str:
    return sha1(path.encode(), usedforsecurity=False).hexdigest()


def links_of(address: str, head: str) -> Links:
    """Return the pages of the repository that a remote's address names, where its host is one we know.

    Whatever else stands in the address, as a password, is in no link.

    Examples
    --------
    >>> links_of("https://ada:secret@github.com/o/r.git", "a" * 40).commit("b" * 40)
    'https://github.com/o/r/commit/bbbbbbbbbbbb'
    >>> links_of("git@gitlab.com:group/part/r.git", "a" * 40).commit("b" * 40)
    'https://gitlab.com/group/part/r/-/commit/bbbbbbbbbbbb'
    >>> links_of("https://github.com.example.org/o/r", "a" * 40).commit("b" * 40) is None
    True
    """
    result = _ADDRESS.fullmatch(address) if len(address) <= _MOST_ADDRESS else None
    if result is None:
        return Links()
    host, path = result[1].lower(), result[2].rstrip("/").removesuffix(".git")
    parts = path.split("/")
    if len(parts) < 2 or {"", ".", ".."} & set(parts) or (host == "github.com" and len(parts) > 2):
        return Links()
    of_host = GitHubLinks if host == "github.com" else GitLabLinks
    return of_host(f"https://{host}/{path}", 0, head, head)
