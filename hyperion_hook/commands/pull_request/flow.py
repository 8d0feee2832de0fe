"""The one way from a pull request to its verdict, whatever the code host.

A host says which commits it is about and where the answer goes; what lies between is here: the commits must be in the
clone, settings, models and baseline are those of the base, and the index is brought up to date before it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.commands import say, warn
from hyperion_hook.commands.pull_request.base_settings import baseline_in, revision_in, trusted_settings
from hyperion_hook.commands.pull_request.post_comment import CommentOptions
from hyperion_hook.commands.support.baseline import Baseline
from hyperion_hook.commands.support.gate import verdict_code
from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.output import result_to
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.errors import ExitCode, GitError, HyperionError
from hyperion_hook.git.missing_objects import present
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.comment.brief import Brief, brief_of
from hyperion_hook.report.formats.sarif import render_sarif


@dataclass(frozen=True, slots=True)
class Commits:
    """What a job is about: ``end``, compared with ``start``, or alone; settings are those of ``base``."""

    base: str
    start: str | None
    end: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An assessment, what a comment says of it, and what decides how the job ends.

    ``start`` is what was compared with: that of the baseline, where it is a commit.
    """

    start: str | None
    assessment: Assessment
    brief: Brief
    config: Config
    baseline: Baseline | None

    def code(self, report: Callable[[str], object] = say) -> ExitCode:
        """Return the exit code of the job; the reason is reported."""
        return verdict_code(self.assessment, self.config, report=report, baseline=self.baseline)

    def write_sarif(self, path: Path | None) -> None:
        """Write the findings to a file, if one was asked for."""
        if path is not None:
            with result_to(path) as write:
                write(render_sarif(self.assessment))


def judge(
    repository: Repository,
    commits: Commits,
    options: CommentOptions,
    remedy: str,
    discussed: Callable[[str], Discussed] | None = None,
    *,
    builds_index: bool = True,
) -> Judged:
    """Assess what a job is about; ``discussed`` says from which commit on it was discussed how.

    Raises ``ConfigError`` if a setting or the baseline is wrong; ``GitError`` if a commit is missing: ``remedy`` says
    how a job gets it.
    """
    baseline, start, end = baseline_in(options.baseline, repository, commits.base), commits.start, commits.end
    revision = revision_in(options.baseline)
    if revision is not None:
        start = repository.resolve(revision)
    need_commits(repository, (start, end), remedy)
    with trusted_settings(repository, commits.base, end, os.environ, options.flags) as loaded:
        warn(loaded.warnings)
        discussion = discussed(start) if discussed is not None and start is not None else None
        progress = ProgressLine()
        with open_assessor(options.repo, loaded.config, progress) as assessor:
            if builds_index:
                try:
                    assessor.build_index(rebuild=False)
                except HyperionError as error:
                    # a cache that cannot be written costs time and says so, nothing more
                    say(f"warning: {error}")
            assessment = assessor.commit(end) if start is None else assessor.range(start, end, discussion)
        progress.clear()
    return Judged(start, assessment, brief_of(assessment), loaded.config, baseline)


def absent_commits(repository: Repository, wanted: Iterable[str | None]) -> list[str]:
    """Return those of the commits that are not in the clone."""
    commits = [commit for commit in wanted if commit is not None]
    there = set(present(repository, commits))
    return [commit for commit in commits if commit not in there]


def need_commits(repository: Repository, wanted: Iterable[str | None], remedy: str) -> None:
    """Make sure that commits are in the clone; raise ``GitError`` if one is not; it says what to do."""
    for commit in absent_commits(repository, wanted):
        raise GitError(f"comment: commit {commit[:10]} is not in this clone; {remedy}")
