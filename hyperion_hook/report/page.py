"""Overview to one HTML page that needs nothing else: no network, no other file, both themes, readable by every reader.

Text from the repository is escaped by the template engine and by ``printable``; the page forbids itself every request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperion_hook.domain.overview import Overview
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report import charts
from hyperion_hook.report.facts import counted, factor, number, percent
from hyperion_hook.report.safe_text import printable

TEMPLATES = Path(__file__).parent / "templates"
MOST_IMPORTANT = 12
_TITLES = {feature.name: feature.title for feature in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Drifted:
    """How far recent changes are from what the model learned: the magnitude in 0..1, in words, and the features."""

    magnitude: float
    verdict: str
    features: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the page says of the models in use: their name, where they come from, and their card as plain data."""

    name: str
    origin: str
    card: Mapping[str, Any]


def render_page(overview: Overview, model: ModelFacts, drift: Drifted | None = None, *, version: str) -> str:
    """Return the page; it depends on its arguments alone, so the same repository gives the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - an extra

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": printable, "percent": percent, "number": number, "day": charts.day, "factor": factor,
    }
    return environment.get_template("page.html.j2").render(
        overview=overview, model=model, drift=drift, version=version, counted=counted, heat=charts.heat,
        risk=charts.risk_over_time(overview.changes) if overview.changes else None,
        spots=charts.hot_spots(overview.hot_spots) if overview.hot_spots else None,
        calibration=_calibration(model.card), importance=_importance(model.card), evaluations=_evaluations(model.card),
        style=_text("page.css"), script=_text("page.js"), levels=_levels(overview),
    )


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _levels(overview: Overview) -> dict[str, int]:
    found = {"HIGH": 0, "MEDIUM": 0, "LOW": 0}
    for change in overview.changes:
        found[change.level.value] += 1
    return found


def _calibration(card: Mapping[str, Any]) -> charts.Chart | None:
    rows = [
        (float(row["predicted"]), float(row["observed"]), int(row["changes"]))
        for row in _listed(card, "calibration") if {"predicted", "observed", "changes"} <= set(row)
    ]
    return charts.calibration(rows) if rows else None


def _importance(card: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Return the features that matter most: title, ROC-AUC lost without it, and that as a share of the largest."""
    rows = [
        (str(row.get("feature")), float(row["roc_auc_lost"])) for row in _listed(card, "importance")
        if isinstance(row.get("roc_auc_lost"), int | float) and row["roc_auc_lost"] > 0
    ][:MOST_IMPORTANT]
    largest = max((lost for _, lost in rows), default=1.0)
    return [(_TITLES.get(name, name), lost, lost / largest) for name, lost in rows]


def _evaluations(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "on": str(entry.get("on", "")), "changes": entry.get("changes"), "buggy": entry.get("buggy"),
            "models": [
                {
                    "name": str(row.get("model", "")), "roc_auc": row.get("roc_auc"),
                    "pr_auc": row.get("pr_auc"), "calibration_error": row.get("calibration_error"),
                    "top": row.get("share_in_top_20_percent"),
                }
                for row in entry.get("models", ()) if isinstance(row, dict)
            ],
        }
        for entry in _listed(card, "evaluations")[:2]
    ]


def _listed(card: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = card.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
