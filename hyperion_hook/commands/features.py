"""``features``: the catalogue, and the vector of one change with units, origins and reasons for what is missing."""

from __future__ import annotations

import math
from pathlib import Path

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.support.assessing import OpenAssessor, open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config import Config
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import ExitCode
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.features.feature import Feature
from hyperion_hook.report.facts import change_line, number
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode


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
    progress = ProgressLine()
    with assessor_of(repo, config, progress) as assessor:
        change, vector = assessor.vector(revision)
    progress.clear()
    click.echo((vector_json if format_name == "json" else vector_text)(change, vector), nl=False)
    return ExitCode.DONE


@click.group()
def command() -> None:
    """List the features, or show those of one change."""


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
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def extract_command(invocation: Invocation, /, revision: str | None, *, format_name: str) -> int:
    """Show the features of a commit, of the staged change without REV, with the reason for what is missing."""
    return extract(invocation.repo, revision, format_name, invocation.config())
