"""``label``: the commits that fix bugs, and the commits that introduced them."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.support.flags import path_flag
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import open_whole_history
from hyperion_hook.errors import ConfigError, ExitCode, GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.formats.json_text import json_text

if TYPE_CHECKING:
    from hyperion_hook.training.labels.szz import Labeller


def _given(repository: Repository, path: Path) -> list[str]:
    """Return the ids of the commits that a file names, one a line, in its order, each once."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is no text"
        raise ConfigError(f"--fixes {path}: {why}; name a file with one commit a line") from None
    results: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if word:
            try:
                results[repository.resolve(word)] = None
            except GitError as error:
                raise ConfigError(f"--fixes {path}, line {number}: {error}") from None
    return list(results)


def _causes(fixes: Iterable[str], labeller: Labeller | None) -> dict[str, list[str]]:
    causes: dict[str, list[str]] = {fix: [] for fix in fixes}
    for cause in labeller.inducing if labeller else ():
        causes[cause.fix].append(cause.id)
    return causes


def _labels_json(tip: str, labeller: Labeller) -> str:
    found_by: dict[str, dict[str, str]] = {}
    for cause in labeller.inducing:
        found_by.setdefault(cause.id, {})[cause.fix] = cause.found_by
    results = {
        "until": tip,
        "commits": len(labeller.changes),
        "fixes": _causes((fix.id for fix in labeller.fixes), labeller),
        "known_at": {commit: label.known_at for commit, label in sorted(labeller.labels().items())},
        "found_by": dict(sorted(found_by.items())),
    }
    return json_text(results, indent=1)


def _labels_csv(labeller: Labeller) -> str:
    labels = labeller.labels()
    rows = [
        (commit, int(commit in labels), labels[commit].known_at if commit in labels else "")
        for commit in labeller.changes
    ]
    return _csv(("commit", "buggy", "known_at"), rows)


def _csv(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


@click.command()
@path_flag(
    "--fixes", help="Trace exactly the commits in this file, one a line; '-' is stdin. By default fixes are found."
)
@click.option("--until", metavar="REV", help="The newest commit to read; HEAD by default.")
@click.option(
    "--ignore-references",
    is_flag=True,
    help="Ignore commits named in messages (reverts, 'Fixes:', 'regression in'); trace lines instead.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default=True,
    help="JSON, or CSV with one row a pair or a commit.",
)
@click.pass_obj
def command(
    invocation: Invocation, /, *, fixes: Path | None, until: str | None, ignore_references: bool, output_format: str
) -> int:
    """Say which commits fix bugs, and which commits introduced them.

    With --fixes it prints the commits that introduced what each of them repairs; otherwise all fixes that the messages
    tell, and since when each commit is known to have introduced a bug (Unix seconds).
    """
    from hyperion_hook.training.labels.label_history import label_history
    from hyperion_hook.training.labels.szz import SzzRules

    exclude = invocation.config().exclude
    if fixes is not None and until is not None:
        raise ConfigError("label: --fixes and --until exclude each other; the given commits say how far to read")
    as_csv = output_format == "csv"
    repository = open_whole_history(invocation.repo)
    if fixes is not None:
        given = _given(repository, fixes)
        # what is said to be a fix has a cause, however broad it is and whatever it touches
        rules = SzzRules(use_named=not ignore_references, exhaustive=True, max_files=None)
        with ProgressLine(lines=True) as progress:
            labeller = label_history(repository, given, rules, given=given, progress=progress) if given else None
        causes = _causes(given, labeller)
        pairs = [(fix, name) for fix, names in causes.items() for name in names]
        click.echo(_csv(("fix", "inducing"), pairs) if as_csv else json_text(causes, indent=1), nl=False)
    else:
        rules = SzzRules(use_named=not ignore_references)
        tip = repository.resolve(until or "HEAD")
        with ProgressLine(lines=True) as progress:
            labeller = label_history(repository, [tip], rules, exclude=exclude, progress=progress)
        click.echo(_labels_csv(labeller) if as_csv else _labels_json(tip, labeller), nl=False)
    return ExitCode.DONE
