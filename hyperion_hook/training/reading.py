"""A whole history as training reads it; apart from ``replay``, because labelling needs none of what measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hyperion_hook.domain.commit import Commit
from hyperion_hook.errors import GitError
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository

_MOST_REREAD = 300


def read_history(repository: Repository, tips: Sequence[str], *, merges: bool) -> Iterator[Commit]:
    """Yield all commits that lead to the tips with hunks, parents before children; ``merges``: merges with their files.

    Where a blob is missing (partial snapshots) the stream knows names only; such a commit is read once more by itself,
    which costs the hunks of the missing file alone.
    """
    for commit in stream_commits(repository, tips, detail=Detail.PATCH, first_parent_of_merges=merges):
        if not commit.is_merge and 0 < len(commit.files) <= _MOST_REREAD and all(f.hunks is None for f in commit.files):
            try:
                yield replace(commit, files=commit_change(repository, commit.id, bulk_above=_MOST_REREAD).files)
            except GitError:
                yield commit
        else:
            yield commit
