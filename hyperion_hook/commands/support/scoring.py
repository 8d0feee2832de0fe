"""What ``score`` does: assess the staged change, the work tree, a patch, a commit or a range."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.support.gate import verdict_code
from hyperion_hook.commands.support.open_assessor import OpenAssessor, open_assessor
from hyperion_hook.commands.support.output import result_to
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.terminals import terminal_columns, wants_colour
from hyperion_hook.commands.support.watchdog import (
    STAGED_PATIENCE,
    STALL_SECONDS,
    Limit,
    give_up_after,
    stalled,
    take_time,
)
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.change import MOST_PATCH_BYTES, ChangeKind
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor

Render = Callable[[Assessment], str]
_RENDERERS = {
    "brief": ("brief", "render_brief"),
    "json": ("json", "render_json"),
    "jsonl": ("json", "render_json_line"),
    "markdown": ("markdown", "render_markdown"),
    "sarif": ("sarif", "render_sarif"),
    "gitlab": ("code_quality", "render_code_quality"),
    "rdjson": ("rdjson", "render_rdjson"),
}
"""Format to module in ``report.formats``, of which only the one that is asked for is imported, and function."""
FORMATS = ("text", *_RENDERERS)
EACH_FORMATS = ("jsonl", "text", "brief")


@dataclass(frozen=True, slots=True)
class Target:
    """What to assess: a range, one commit, or with neither a change of this kind that no commit records."""

    revision: str | None = None
    start: str | None = None
    end: str | None = None
    kind: ChangeKind = ChangeKind.STAGED


def target_of(revision: str | None, *, staged: bool, each: bool, worktree: bool = False) -> Target:
    """Return what the arguments of ``score`` name; ``A..`` and ``..B`` leave out HEAD as git does.

    Raises ``ConfigError`` if the arguments contradict each other.

    Examples
    --------
    >>> target_of("v1..", staged=False, each=False)
    Target(revision=None, start='v1', end='HEAD', kind=<ChangeKind.STAGED: 'staged'>)
    """
    asked = [f"'{revision}'"] * (revision is not None) + ["--staged"] * staged + ["--worktree"] * worktree
    if len(asked) > 1:
        raise ConfigError(f"score: {' and '.join(asked)} exclude each other; leave one out")
    if revision is not None and ".." in revision:
        # from the merge base on either way, so three dots mean what two do
        start, _, end = revision.replace("...", "..", 1).partition("..")
        return Target(start=start or "HEAD", end=end or "HEAD")
    if each:
        raise ConfigError("score: --each needs a range; write A..B")
    if revision == "-":
        return Target(kind=ChangeKind.PATCH)
    return Target(revision=revision, kind=ChangeKind.WORKTREE if worktree else ChangeKind.STAGED)


def format_of(asked: str | None, *, each: bool) -> str:
    """Return the format in force: text, or JSON lines with ``--each``.

    Raises ``ConfigError`` if the format cannot hold several changes.
    """
    if not each:
        return asked or "text"
    if asked is not None and asked not in EACH_FORMATS:
        raise ConfigError(f"score: --each has no format '{asked}'; use --format {' or '.join(EACH_FORMATS)}")
    return asked or "jsonl"


def renderer(name: str, *, each: bool, width: int | None, colour: bool, full: bool = False) -> Render:
    """Return the function that turns an assessment into text of a format."""
    if name in _RENDERERS:
        module, function = _RENDERERS[name]
        return cast("Render", getattr(import_module(f"hyperion_hook.report.formats.{module}"), function))
    from hyperion_hook.report.formats.terminal import render_text, render_text_line

    if each:
        return lambda assessment: render_text_line(assessment, width=width, colour=colour)
    return lambda assessment: render_text(assessment, width=width, colour=colour, full=full)


def run(
    repo: Path | None,
    target: Target,
    *,
    each: bool,
    render: Render,
    output: Path | None,
    config: Config,
    assessor_of: OpenAssessor = open_assessor,
) -> ExitCode:
    """Assess, write what was found, and return what it means for the caller."""
    if target.kind is not ChangeKind.STAGED:
        patch = sys.stdin.buffer.read(MOST_PATCH_BYTES + 1) if target.kind is ChangeKind.PATCH else b""
        assessor_of = partial(open_assessor, kind=target.kind, patch=patch)
    worst: Assessment | None = None
    with (
        ProgressLine(lines=True, patient=True) as progress,
        assessor_of(repo, config, progress) as assessor,
        result_to(output) as write,
    ):
        for assessment in _limited(_assessments(assessor, target, each=each), _limit(target, config)):
            progress.clear()
            write(render(assessment))
            sys.stdout.flush()
            if worst is None or _weight(assessment, config) > _weight(worst, config):
                worst = assessment
    return ExitCode.DONE if worst is None else verdict_code(worst, config)


def _weight(assessment: Assessment, config: Config) -> tuple[ExitCode, int]:
    return verdict_code(assessment, config, report=lambda _: None), assessment.risk.level.rank


def _limit(target: Target, config: Config) -> Limit:
    # somebody waits for what no commit records
    waits = target.revision is None and target.end is None
    return stalled("score", STAGED_PATIENCE * config.deadline if waits else STALL_SECONDS)


def _limited(assessments: Iterator[Assessment], limit: Limit) -> Iterator[Assessment]:
    while True:
        give_up_after(limit, renewable=True)
        assessment = next(assessments, None)
        take_time()
        if assessment is None:
            return
        yield assessment


def _assessments(assessor: Assessor, target: Target, *, each: bool) -> Iterator[Assessment]:
    if target.start is not None and target.end is not None:
        if each:
            yield from assessor.each(target.start, target.end)
        else:
            yield assessor.range(target.start, target.end)
    elif target.revision is not None:
        yield assessor.commit(target.revision)
    else:
        yield assessor.staged()  # or what the assessor was opened for in its place


def score(  # noqa: PLR0913 - one argument for each flag
    invocation: Invocation,
    revision: str | None = None,
    *,
    staged: bool = False,
    worktree: bool = False,
    each: bool = False,
    format_name: str | None = None,
    output: Path | None = None,
    explain_full: bool = False,
    explain: bool | None = None,
    **flags: object,
) -> int:
    """Assess the staged change, the work tree, a patch, a commit or a range, and return the exit code."""
    give_up_after(stalled("score"), renewable=True)
    target = target_of(revision, staged=staged, each=each, worktree=worktree)
    chosen = format_of(format_name, each=each)
    config = invocation.config(explain=True if explain_full else explain, **flags)
    to_stdout = output is None or str(output) == "-"
    render = renderer(
        chosen,
        each=each,
        width=terminal_columns(sys.stdout) if to_stdout else None,
        colour=to_stdout and wants_colour(sys.stdout, os.environ),
        full=explain_full,
    )
    return run(invocation.repo, target, each=each, render=render, output=output, config=config)
