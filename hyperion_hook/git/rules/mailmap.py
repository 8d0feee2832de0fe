"""The names that ``.mailmap`` gives people, as git resolves them: by the file of a commit, never of the work tree."""

from __future__ import annotations

from collections.abc import Iterable

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository

_ODD = frozenset("\n\0<>")


def mapped(repository: Repository, authors: Iterable[Author], commit: str | None) -> dict[Author, Author]:
    """Return those authors whom ``.mailmap`` of a commit calls otherwise; where there is none git is not asked.

    A name or an address that git cannot be asked about (one with a line feed or an angle bracket) stays as it is.
    """
    file = f"{commit}:.mailmap"
    if commit is None or not repository.git.run("rev-parse", "--verify", "--quiet", file, check=False):
        return {}
    known = [author for author in dict.fromkeys(authors) if author.email and not _ODD & {*author.name, *author.email}]
    lines = "".join(f"{author.name} <{author.email}>\n" for author in known).encode("utf-8", "surrogateescape")
    try:
        git = repository.git.having(f"mailmap.blob={file}")
        answers = git.run("check-mailmap", "--stdin", stdin=lines).decode("utf-8", "replace").splitlines()
    except GitError:
        return {}
    if len(answers) != len(known):
        return {}
    renamed = {}
    for author, answer in zip(known, answers, strict=True):
        name, _, email = answer.rpartition(" <")
        other = Author(name.strip(), email.removesuffix(">"))
        if other != author:
            renamed[author] = other
    return renamed


def with_mailmap(repository: Repository, commits: Iterable[Commit], at: str | None) -> list[Commit]:
    """Return commits by the people whom ``.mailmap`` of the commit ``at`` names."""
    read = list(commits)
    renamed = mapped(repository, (person for commit in read for person in (commit.author, commit.committer)), at)
    if not renamed:
        return read
    return [
        replace(
            commit,
            author=renamed.get(commit.author, commit.author),
            committer=renamed.get(commit.committer, commit.committer),
        )
        for commit in read
    ]
