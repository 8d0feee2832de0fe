"""The catalogue as a document: the source of ``docs/features.md`` and of ``features list --format markdown``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from hyperion_hook.features.feature import Feature

_DIRECTION = {1: "more is riskier", -1: "more is safer", 0: "not established"}


def feature_table(features: Sequence[Feature]) -> str:
    """Return Markdown with one table for each category, entries in the catalogue's order."""
    lines = [
        "# Features",
        "",
        "Generated from the catalogue by `hyperion-hook features list --format markdown`; do not edit.",
        "",
        "Either name is accepted wherever a feature is named. A value is what was known before the change, except",
        "where the last column says otherwise. What cannot be had is missing, with its reason, and never zero.",
    ]
    categories = {feature.category: None for feature in features}
    for category in categories:
        lines += [
            "",
            f"## {category.value.capitalize()}",
            "",
            "| name | specification's name | meaning | unit, range | risk | from | |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(feature) for feature in features if feature.category is category]
    lines += ["", "## References", ""]
    lines += [f"- {reference}" for reference, _ in groupby(sorted({f.reference for f in features if f.reference}))]
    return "\n".join(lines) + "\n"


def _row(feature: Feature) -> str:
    source = feature.reference.partition(",")[0]
    meaning = f"{feature.meaning} ({source})" if source else feature.meaning
    when = "known once committed" if feature.at_commit else ""
    return (
        f"| `{feature.name}` | `{feature.french}` | {meaning} | {feature.unit}, {_range(feature)} |"
        f" {_DIRECTION[feature.direction]} | {feature.origin.value} | {when} |"
    )


def _range(feature: Feature) -> str:
    if math.isinf(feature.low):
        return "any"
    return f"from {feature.low:g}" if math.isinf(feature.high) else f"{feature.low:g} to {feature.high:g}"
