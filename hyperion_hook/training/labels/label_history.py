"""A whole history as training reads it, and labelled in one pass, without measuring anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import GitError
from hyperion_hook.git.ancestry import commit_ids
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.diffs.read_difference import DiffTree
from hyperion_hook.git.log import Detail, read_commits, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.git.rules.ignored_revisions import ignored_revisions
from hyperion_hook.training.labels.line_origins import SOURCES, LineOrigins
from hyperion_hook.training.labels.szz import Labeller, SzzRules


def read_history(
    repository: Repository, tips: Sequence[str], *, merges: bool, sources_only: bool = False
) -> Iterator[Commit]:
    """Yield all commits that lead to the tips with hunks, parents before children; ``merges``: merges with their files.

    With ``sources_only`` the hunks of other files need not be there (they are reported as binary), only those of files
    that are sources before the commit.
    """
    read = repository.comparing_sources() if sources_only else repository
    with DiffTree(repository.git, Detail.PATCH.value) as whole:
        for commit in stream_commits(read, tips, detail=Detail.PATCH, first_parent_of_merges=merges):
            files = commit.files
            if sources_only and not commit.is_merge and any(map(_ceases_to_be_source, files)):
                with suppress(GitError):
                    files = whole.files(commit.id, commit.parents[0])
            yield commit if files is commit.files else replace(commit, files=files)


def _ceases_to_be_source(file: FileChange) -> bool:
    """Whether a source file was edited and moved where git does not compare it."""
    return (
        file.is_binary
        and file.old_path is not None
        and role_of(file.old_path) is FileRole.SOURCE
        and role_of(file.path) is not FileRole.SOURCE
    )


_REPORT_EVERY = 50
_COMMITS_A_BLAME = 100
"""To ask git about a fix's lines costs about as much as to follow all lines through so many commits."""


@contextmanager
def open_labeller(
    repository: Repository,
    tips: Sequence[str],
    rules: SzzRules,
    *,
    given: Collection[str] | None = None,
    exclude: tuple[str, ...] = (),
) -> Iterator[tuple[Labeller, LineOrigins]]:
    """Give a labeller that heeds what the repository says of itself at the tips, and its line origins.

    Files that are left out (``Exclusions``) are no evidence, unless the rules are exhaustive, and commits that
    ``.git-blame-ignore-revs`` names are no causes.
    """
    with BlobReader(repository) as reader:
        ignored = frozenset[str]().union(*(ignored_revisions(reader, tip) for tip in tips))
        exclusions = Exclusions(reader, exclude, tips[0])
        # git would have to be told of each commit to leave out
        asks = given is not None and not ignored and len(given) * _COMMITS_A_BLAME <= len(commit_ids(repository, tips))
        with LineOrigins(repository, tips, roles=rules.roles, ignored=ignored, asks=asks) as origins:
            excludes = (lambda _: False) if rules.exhaustive else exclusions.excludes
            yield Labeller(origins, rules, given, repository.cut_off() | ignored, excludes), origins


def label_history(
    repository: Repository,
    tips: Sequence[str],
    rules: SzzRules | None = None,
    *,
    given: Collection[str] | None = None,
    exclude: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Labeller:
    """Return the labeller that saw every commit which leads to the tips; raise ``GitError`` if git fails.

    What is fixed after the tips is not known. ``given`` are ids of the commits that are fixes; by default they are
    found by their messages.
    """
    rules = rules or SzzRules()
    with open_labeller(repository, tips, rules, given=given, exclude=exclude) as (labeller, origins):
        history = (
            _with_contents_of(repository, tips, frozenset(given or ()))
            if origins.asks
            else read_history(repository, tips, merges=True, sources_only=rules.roles == SOURCES)
        )
        for count, commit in enumerate(history, 1):
            labeller.advance(commit)
            if progress is not None and (count % _REPORT_EVERY == 0 or count == origins.commits):
                progress("tracing fixes", count, origins.commits)
    return labeller


def _with_contents_of(repository: Repository, tips: Sequence[str], wanted: frozenset[str]) -> Iterator[Commit]:
    """Yield all commits that lead to the tips, those that are wanted with hunks and all others without files."""
    for commit in stream_commits(repository, tips, detail=Detail.NOTHING):
        if commit.id in wanted and not commit.is_merge:
            yield from read_commits(repository, [commit.id], detail=Detail.PATCH)
        else:
            yield commit
