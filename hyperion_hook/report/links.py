"""Where a code host shows what a comment or a page speaks of: lines of a change, the history of a file, a commit."""

from __future__ import annotations

import os
import re
from hashlib import sha1, sha256
from typing import ClassVar

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
    """Pages of a pull request and its repository on a code host; this host has none.

    A host is a subclass that says by format strings how each page is addressed below the ``repository``, a full address
    like ``https://github.com/owner/name``. ``number`` is that of the pull request, ``base`` and ``head`` are commits.
    """

    LINES: ClassVar[str | None] = None
    FILE: ClassVar[str | None] = None
    HISTORY: ClassVar[str | None] = None
    COMMIT: ClassVar[str | None] = None

    def __init__(self, repository: str = "", number: int = 0, base: str = "", head: str = "") -> None:
        self._repository = repository
        self._pull = {"number": str(number), "base": base, "head": head}

    def lines(self, path: str, line: int) -> str | None:
        """Return the page of a change's file at a line of its new text, from 1, or at the file where lines have none.

        Some hosts name the file by a digest of its path.
        """
        name = os.fsencode(path)
        digests = {"sha1": sha1(name, usedforsecurity=False).hexdigest(), "sha256": sha256(name).hexdigest()}
        return self._page(self.LINES, line=str(line), path=relative_uri(path), **digests)

    def file(self, path: str) -> str | None:
        """Return the page of a file, which the change need not touch, at the head."""
        return self._page(self.FILE, path=relative_uri(path))

    def history(self, path: str) -> str | None:
        """Return the page of the commits up to the base that changed a file."""
        return self._page(self.HISTORY, path=relative_uri(path))

    def commit(self, commit: str) -> str | None:
        """Return the page of a commit, by as much of its id as tells it apart where the host finds it so."""
        return self._page(self.COMMIT, commit=commit, short=commit[:_ENOUGH])

    def _page(self, form: str | None, **words: str) -> str | None:
        return None if form is None else self._repository + form.format_map(self._pull | words)


class GitHubLinks(Links):
    """Pages on GitHub or GitHub Enterprise.

    Examples
    --------
    >>> links = GitHubLinks("https://github.com/o/r", 7, "b" * 40, "a" * 40)
    >>> links.lines("a b.py", 3).partition("#")[0], links.lines("a b.py", 3)[-3:]
    ('https://github.com/o/r/pull/7/files', '4R3')
    """

    LINES = "/pull/{number}/files#diff-{sha256}R{line}"
    FILE = "/blob/{head}/{path}"
    HISTORY = "/commits/{base}/{path}"
    COMMIT = "/commit/{short}"


class GitLabLinks(Links):
    """Pages on GitLab."""

    LINES = "/-/merge_requests/{number}/diffs#{sha1}"
    FILE = "/-/blob/{head}/{path}"
    HISTORY = "/-/commits/{base}/{path}"
    COMMIT = "/-/commit/{short}"


class GiteaLinks(Links):
    """Pages on Gitea or Forgejo."""

    LINES = "/pulls/{number}/files#diff-{sha1}R{line}"
    FILE = "/src/commit/{head}/{path}"
    HISTORY = "/commits/commit/{base}/{path}"
    COMMIT = "/commit/{short}"


class BitbucketLinks(Links):
    """Pages on Bitbucket Cloud."""

    LINES = "/pull-requests/{number}/diff#L{path}T{line}"
    FILE = "/src/{head}/{path}"
    HISTORY = "/history-node/{base}/{path}"
    COMMIT = "/commits/{short}"


class AzureLinks(Links):
    """Pages on Azure DevOps; ``repository`` is the one with ``_git`` in its path."""

    LINES = "/pullrequest/{number}?_a=files&path=/{path}"
    FILE = "?path=/{path}&version=GC{head}"
    HISTORY = FILE + "&_a=history"
    COMMIT = "/commit/{commit}"


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
