"""``features``: the catalogue, the vector of one change, and the table of a history that models are trained on."""

from __future__ import annotations

import math
import os
from pathlib import Path

import click

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.retrain import day_of, need_the_extra
from hyperion_hook.commands.support.flags import format_flag, until_flag
from hyperion_hook.commands.support.open_assessor import OpenAssessor, open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.commands.support.shallow_warning import say_what_is_cut_off
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.phrases import number
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import ExitCode
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.features.feature import Feature
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode
from hyperion_hook.report.wording import change_line


def catalogue_text(features: tuple[Feature, ...] = CATALOGUE) -> str:
    """Return the catalogue as text: name, unit, origin and meaning, a heading for each category."""
    lines: list[str] = []
    for category in dict.fromkeys(feature.category for feature in features):
        lines += ["", category.value.upper()] if lines else [category.value.upper()]
        for feature in features:
            if feature.category is category:
                lines += [
                    f"  {feature.name} ({feature.french})",
                    f"      {feature.meaning} [{feature.unit}, {feature.origin.value}]",
                ]
    return "\n".join(lines) + "\n"


def catalogue_json(features: tuple[Feature, ...] = CATALOGUE) -> str:
    """Return the catalogue as JSON; a bound that does not exist is null."""
    entries = [
        {
            "name": feature.name,
            "french": feature.french,
            "title": feature.title,
            "category": feature.category.value,
            "group": feature.group.value,
            "origin": feature.origin.value,
            "unit": feature.unit,
            "low": feature.low if math.isfinite(feature.low) else None,
            "high": feature.high if math.isfinite(feature.high) else None,
            "direction": feature.direction,
            "meaning": feature.meaning,
            "reference": feature.reference or None,
            "at_commit": feature.at_commit,
        }
        for feature in features
    ]
    return json_text(entries, indent=2)


def vector_text(change: Change, vector: FeatureVector) -> str:
    """Return a vector as text: name, value, unit and origin, or why there is no value."""
    width = max((len(name) for name in vector), default=0)
    lines = [change_line(change), ""]
    for name, value in vector.items():
        feature = find_feature(name)
        if isinstance(value, Missing):
            said = f"{'-':>12}  missing: {printable(value.reason)}"
        else:
            said = f"{number(value):>12}  {feature.unit} ({feature.origin.value})"
        lines.append(f"{name:{width}} {said}")
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


def extract(
    repo: Path | None,
    revision: str | None,
    format_name: str,
    config: Config,
    assessor_of: OpenAssessor = open_assessor,
) -> ExitCode:
    """Show the vector of one change."""
    with ProgressLine() as progress, assessor_of(repo, config, progress) as assessor:
        change, vector = assessor.vector(revision)
    click.echo((vector_json if format_name == "json" else vector_text)(change, vector), nl=False)
    return ExitCode.DONE


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
    return extract(invocation.repo, revision, format_name, invocation.config())


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
def table_command(  # noqa: PLR0913 - one argument for each flag
    invocation: Invocation,
    /,
    *,
    output: Path,
    names: str,
    as_of: str | None,
    since: str | None,
    until: str,
    max_commits: int | None,
    no_code: bool,
    jobs: int | None,
) -> int:
    """Write the table that models are trained on: one row a commit, its features, and whether it introduced a bug.

    TrainingPipeline and DataValidator read it as it is. The label, risque_reel, is empty for the youngest 180 days:
    most of their bugs are not found yet. Needs the extra 'train': pip install 'hyperion-hook[train]'.
    """
    need_the_extra("features table")
    from hyperion_hook.training.rows.training_table import TARGET, csv_of, training_table, written

    repository = open_repository(invocation.repo)
    say_what_is_cut_off(repository)
    with ProgressLine(lines=True) as progress:
        table = training_table(
            repository,
            until=until,
            as_of=day_of(as_of, "--as-of"),
            since=day_of(since),
            max_commits=max_commits,
            names=names,
            code=not no_code,
            jobs=jobs or os.cpu_count() or 1,
            config=invocation.config(),
            progress=progress,
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
