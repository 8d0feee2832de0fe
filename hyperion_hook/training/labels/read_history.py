"""A whole history as training reads it; apart from ``replay``, because labelling needs none of what measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.errors import GitError
from hyperion_hook.git.diffs.difftree import DiffTree
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository


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
