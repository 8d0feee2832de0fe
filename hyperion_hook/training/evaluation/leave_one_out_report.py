"""Comparisons over repositories as Markdown and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyperion_hook.training.evaluation.leave_one_out import Comparison, Figures, LeftOut
from hyperion_hook.training.metrics.markdown import markdown_table
from hyperion_hook.training.metrics.resampling import Interval, rounded

_TITLES = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "share_in_top_5_percent": "in top 5 %",
    "share_in_top_10_percent": "in top 10 %",
    "share_in_top_20_percent": "in top 20 %",
    "roc_auc_within_sizes": "within sizes",
    "calibration_error": "calibration error",
}


def comparison_lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Yield the comparisons in Markdown: means over repositories, then differences from each reference."""
    for comparison in comparisons:
        yield from ("", f"## Ranking which change {comparison.outcome}", "")
        if not comparison.means:
            yield "Too few such changes in every repository."
            continue
        yield (
            f"Means over {comparison.repositories} repositories, each unseen; intervals are 95 % of draws of"
            " repositories."
        )
        yield ""
        yield from _table(comparison.means)
        for reference, gains in comparison.gains.items():
            yield from ("", f"Difference from {reference}:", "")
            yield from _table(gains, sign="+")


def _table(rows: Mapping[str, Mapping[str, Interval]], sign: str = "") -> Iterator[str]:
    metrics = [metric for metric in _TITLES if any(metric in row for row in rows.values())]
    cells = [[name, *(_shown(row.get(metric), sign) for metric in metrics)] for name, row in rows.items()]
    yield from markdown_table(("model", *(_TITLES[metric] for metric in metrics)), cells)


def _shown(interval: Interval | None, sign: str) -> str:
    if interval is None or math.isnan(interval.value):
        return "-"
    return f"{interval.value:{sign}.3f} ({interval.low:{sign}.3f} to {interval.high:{sign}.3f})"


def repository_lines(results: Sequence[LeftOut], models: Sequence[str]) -> Iterator[str]:
    """Yield the ROC-AUC of some contenders on every repository, in Markdown."""
    yield from ("", "## Repository by repository", "")
    rows = [
        [
            item.name,
            f"{item.changes:,}",
            f"{item.buggy:,}",
            *(f"{item.traced[model]['roc_auc']:.3f}" if model in item.traced else "-" for model in models),
        ]
        for item in results
    ]
    yield from markdown_table(("repository", "changes", "buggy", *models), rows)


def as_data(results: Sequence[LeftOut], comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return everything as plain data; figures that are not defined are ``None``."""
    return {
        "comparisons": [
            {
                "outcome": comparison.outcome,
                "repositories": comparison.repositories,
                "means": _intervals(comparison.means),
                "differences": {reference: _intervals(gains) for reference, gains in comparison.gains.items()},
            }
            for comparison in comparisons
        ],
        "repositories": [
            {
                "name": item.name,
                "changes": item.changes,
                "buggy": item.buggy,
                "named": item.named_causes,
                "reverted": item.reverts,
                "introduced": _numbers(item.traced),
                "named_causes": _numbers(item.named),
                "taken_back": _numbers(item.reverted),
                "own": _numbers(item.own),
            }
            for item in results
        ],
    }


def _intervals(rows: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, list[float | None]]]:
    return {name: {metric: value.rounded() for metric, value in row.items()} for name, row in rows.items()}


def _numbers(figures: Figures) -> dict[str, dict[str, float | None]]:
    return {name: {metric: rounded(value) for metric, value in row.items()} for name, row in figures.items()}
