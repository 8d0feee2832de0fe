"""``features``: the catalogue, the vector of one change, and the table of a history that models are trained on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.support.flags import format_flag, until_flag
from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.whole_history import day_of, need_the_extra, open_whole_history, processes
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.phrases import number
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import ExitCode
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode
from hyperion_hook.report.wording import change_line

_IN_JSON = "name french title category group origin unit low high direction meaning reference at_commit".split()


def catalogue_text() -> str:
    """Return the catalogue as text: name, unit, origin and meaning, a heading for each category."""
    lines: list[str] = []
    for category in dict.fromkeys(feature.category for feature in CATALOGUE):
        lines += ["", category.value.upper()]
        for feature in CATALOGUE:
            if feature.category is category:
                lines += [
                    f"  {feature.name} ({feature.french})",
                    f"      {feature.meaning} [{feature.unit}, {feature.origin.value}]",
                ]
    return "\n".join(lines[1:]) + "\n"


def catalogue_json() -> str:
    """Return the catalogue as JSON; a bound that does not exist is null."""
    entries = [
        {name: getattr(feature, name) for name in _IN_JSON} | {"reference": feature.reference or None}
        for feature in CATALOGUE
    ]
    return json_text(entries, indent=2)


def vector_text(change: Change, vector: FeatureVector) -> str:
    """Return a vector as text: name, value, unit and origin, or why there is no value."""
    width = max((len(name) for name in vector), default=0)
    lines = [change_line(change), ""]
    for name, value in vector.items():
        feature = find_feature(name)
        if isinstance(value, Missing):
            cell = f"{'-':>12}  missing: {printable(value.reason)}"
        else:
            cell = f"{number(value):>12}  {feature.unit} ({feature.origin.value})"
        lines.append(f"{name:{width}} {cell}")
    return "\n".join(lines) + "\n"


def vector_json(change: Change, vector: FeatureVector) -> str:
    """Return a vector as JSON: value, unit, origin, and the reason where there is no value."""
    entries = {}
    for name, value in vector.items():
        feature = find_feature(name)
        reason = value.reason if isinstance(value, Missing) else None if math.isfinite(value) else "not finite"
        entries[name] = {
            "value": None if reason is not None else value,
            "missing": None if reason is None else valid_unicode(reason),
            "unit": feature.unit,
            "origin": feature.origin.value,
        }
    judged = {"kind": change.kind.value, "revision": change.revision, "base": change.base}
    return json_text({"change": judged, "features": entries}, indent=2)


@click.group()
def command() -> None:
    """List the features, show those of one change, or write those of a whole history."""


@command.command("list")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "markdown"]), default="text")
def list_command(format_name: str) -> int:
    """List every feature: names, unit, range, meaning and where it comes from."""
    if format_name == "markdown":
        from hyperion_hook.report.feature_table import feature_table

        text = feature_table(CATALOGUE)
    else:
        text = catalogue_json() if format_name == "json" else catalogue_text()
    click.echo(text, nl=False)
    return ExitCode.DONE


@command.command("extract")
@click.argument("revision", required=False, metavar="[REV]")
@format_flag
@click.pass_obj
def extract_command(invocation: Invocation, /, revision: str | None, *, format_name: str) -> int:
    """Show the features of a commit, of the staged change without REV, with the reason for what is missing."""
    with ProgressLine() as progress, open_assessor(invocation.repo, invocation.config(), progress) as assessor:
        change, vector = assessor.vector(revision)
    click.echo((vector_json if format_name == "json" else vector_text)(change, vector), nl=False)
    return ExitCode.DONE


@command.command("table")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("features.csv"),
    show_default=True,
    metavar="FILE",
    help="Where the table goes: CSV, Parquet where the name ends in .parquet; '-' is stdout.",
)
@click.option(
    "--names",
    type=click.Choice(["english", "french"]),
    default="english",
    show_default=True,
    help="What the columns of features are called.",
)
@click.option("--as-of", metavar="DATE", help="Know only what was known then (2024-12-31); now by default.")
@click.option("--since", metavar="DATE", help="Write changes since this day only.")
@until_flag
@click.option("--max-commits", type=click.IntRange(1), help="Write the newest so many changes only.")
@click.option("--no-code", is_flag=True, help="Leave out what reads the source: some 50 ms a change.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to measure in; all processor cores by default.")
@click.pass_obj
def table_command(
    invocation: Invocation,
    /,
    *,
    output: Path,
    as_of: str | None,
    since: str | None,
    no_code: bool,
    jobs: int | None,
    **flags: Any,
) -> int:
    """Write the table that models are trained on: one row a commit, its features, and whether it introduced a bug.

    TrainingPipeline and DataValidator read it as it is. The label, risque_reel, is empty for the youngest 180 days:
    most of their bugs are not found yet. Needs the extra 'train': pip install 'hyperion-hook[train]'.
    """
    need_the_extra("features table")
    from hyperion_hook.training.rows.training_table import TARGET, csv_of, training_table, written

    repository = open_whole_history(invocation.repo)
    with ProgressLine(lines=True) as progress:
        table = training_table(
            repository,
            as_of=day_of(as_of, "--as-of"),
            since=day_of(since),
            code=not no_code,
            jobs=processes(jobs),
            config=invocation.config(),
            progress=progress,
            **flags,
        )
    if str(output) == "-":
        click.echo(csv_of(table), nl=False)
    else:
        written(table, output)
    label = table[TARGET]
    say(
        f"{len(table):,} changes: {int((label == 1).sum()):,} introduced a bug, {int((label == 0).sum()):,} none that "
        f"is known of, {int(label.isna().sum()):,} are too young to tell"
    )
    return ExitCode.DONE
