"""Reads changes as they are judged: without the files that are left out."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.domain.change import BULK_FILES, Change, ChangeKind
from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.git.changes import commit_change, range_change, staged_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions


@dataclass(frozen=True, slots=True)
class ChangeReader:
    """The one way from git to a ``Change`` that is measured, be it for a score, a percentile or training."""

    repository: Repository
    exclusions: Exclusions
    bulk_files: int = BULK_FILES

    def staged(
        self, *, now: int | None = None, kind: ChangeKind = ChangeKind.STAGED, head: str | None = None
    ) -> Change:
        """Return what the index holds; see ``staged_change``."""
        change = staged_change(self.repository, now=now, bulk_above=self.bulk_files, kind=kind, head=head)
        return self.exclusions.of(change)

    def commit(self, revision: str) -> Change:
        """Return what a commit changes; see ``commit_change``."""
        return self.exclusions.of(commit_change(self.repository, revision, bulk_above=self.bulk_files))

    def range(self, start: str | None, end: str, known: Sequence[str] = ()) -> Change:
        """Return all that ``end`` adds to ``start`` and ``known``; see ``range_change``."""
        return self.exclusions.of(range_change(self.repository, start, end, known, bulk_above=self.bulk_files))

    def streamed(self, commit: Commit) -> Change:
        """Return the change of a commit that was read with its hunks, equal to that of ``commit``."""
        return self.exclusions.of(change_of_commit(commit, self.bulk_files))

    def at(self, base: str | None) -> ChangeReader:
        """Return a reader that leaves out what the attributes of one commit say, whatever change it reads."""
        return replace(self, exclusions=self.exclusions.at(base))
