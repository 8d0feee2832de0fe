"""What a page says of models, from a card that anybody may have written: what is no figure is not shown as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report.safe_text import printable

MOST_IMPORTANT = 12
_MOST_EVALUATIONS = 2
_MOST_MODELS = 30
_MOST_GROUPS = 100
_MOST_FACTS = 30
_MOST_COUNT = 1e15
_TITLES = {feature.name: feature.title for feature in CATALOGUE}


class Interval(NamedTuple):
    """A figure with the interval that resampling gave it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """How one model or baseline ranked changes; what was not measured is ``None``."""

    name: str
    roc_auc: Interval | None
    pr_auc: Interval | None
    in_top: float | None
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A comparison of rankings on some changes; counts are ``None`` where they are not told."""

    on: str
    changes: int | None
    buggy: int | None
    rankings: tuple[Ranking, ...]


class Important(NamedTuple):
    """A feature, the ROC-AUC lost without it, and that as a share of the largest."""

    title: str
    lost: float
    share: float


def evaluations(card: Mapping[str, Any]) -> tuple[Evaluated, ...]:
    """Return the comparisons that a card tells of, those without a single figure left out."""
    results = [
        Evaluated(
            _text(entry.get("on")),
            _count(entry.get("changes")),
            _count(entry.get("buggy")),
            tuple(ranking for row in _listed(entry, "models")[:_MOST_MODELS] if (ranking := _ranking(row))),
        )
        for entry in _listed(card, "evaluations")[:_MOST_EVALUATIONS]
    ]
    return tuple(entry for entry in results if entry.rankings)


def calibration(card: Mapping[str, Any]) -> list[tuple[float, float, int]]:
    """Return (expected, observed, changes) of each group of changes."""
    rows = [
        (share(row.get("predicted")), share(row.get("observed")), _count(row.get("changes")))
        for row in _listed(card, "calibration")[:_MOST_GROUPS]
    ]
    return [
        (expected, observed, count)
        for expected, observed, count in rows
        if expected is not None and observed is not None and count is not None
    ]


def importance(card: Mapping[str, Any]) -> list[Important]:
    """Return the features that matter most.

    Examples
    --------
    >>> importance({"importance": [{"feature": "la", "roc_auc_lost": 0.02}, {"feature": "x", "roc_auc_lost": "1"}]})
    [Important(title='lines added', lost=0.02, share=1.0)]
    """
    rows = [(_title(row.get("feature")), share(row.get("roc_auc_lost"))) for row in _listed(card, "importance")]
    lost = [(title, value) for title, value in rows if value][:MOST_IMPORTANT]
    largest = max((value for _, value in lost), default=1.0)
    return [Important(title, value, value / largest) for title, value in lost]


def facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of a card on data and training: names and values, neither of them nested."""
    results = [("trained on", card.get("trained_on"))]
    for part in ("data", "training"):
        inner = card.get(part)
        results += inner.items() if isinstance(inner, dict) else ()
    return [
        (_text(name), _text(value)) for name, value in results if isinstance(value, str | int | float) and value != ""
    ][:_MOST_FACTS]


def limits(card: Mapping[str, Any]) -> list[str]:
    """Return the sentences that say what the models cannot do."""
    result = card.get("limits")
    return [_text(line) for line in result if isinstance(line, str)][:_MOST_FACTS] if isinstance(result, list) else []


def share(value: object) -> float | None:
    """Return a number in 0..1, ``None`` for anything else.

    Examples
    --------
    >>> share(0.5), share("0.5"), share(True), share(float("nan")), share(7)
    (0.5, None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST_COUNT:
        return None
    return int(value)


def _ranking(row: Mapping[str, Any]) -> Ranking | None:
    result = Ranking(
        _title(row.get("model")),
        _interval(row.get("roc_auc")),
        _interval(row.get("pr_auc")),
        share(row.get("share_in_top_20_percent")),
        share(row.get("calibration_error")),
    )
    return result if result.roc_auc or result.pr_auc or result.in_top is not None else None


def _interval(value: object) -> Interval | None:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return None
    middle, low, high = map(share, value)
    return None if middle is None or low is None or high is None else Interval(middle, low, high)


def _title(name: object) -> str:
    text = _text(name)
    return _TITLES.get(text, text)


def _text(value: object) -> str:
    return printable(str(value), 300) if isinstance(value, str | int | float) else ""


def _listed(card: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    result = card.get(name)
    return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []
