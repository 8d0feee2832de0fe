"""Overviews and model cards made up for tests of the page."""

from __future__ import annotations

from typing import Any

from hyperion_hook.domain.assessment import Contribution, Record, RiskLevel
from hyperion_hook.domain.overview import (
    Area,
    Coupling,
    ExplainedChange,
    HotFunction,
    HotSpot,
    Knower,
    Overview,
    Pair,
    ScoredChange,
)
from hyperion_hook.report.page.render import Drifted, Here, ModelFacts

DAY = 86_400
NOW = 1_700_000_000


def change(
    number: int,
    probability: float,
    level: RiskLevel = RiskLevel.LOW,
    said: str = "Change it",
    author: str = "Ada",
    fixed_by: tuple[str, ...] | None = None,
) -> ScoredChange:
    """Return a change ``number`` days before the newest."""
    return ScoredChange(f"{number:040x}", NOW - number * DAY, author, said, probability, level, fixed_by)


def evaluation(on: str = "changes that introduced a bug") -> dict[str, Any]:
    """Return a comparison as a card has it."""
    return {
        "on": on,
        "changes": 1200,
        "buggy": 60,
        "models": [
            {
                "model": "the bundled models",
                "roc_auc": [0.84, 0.8, 0.88],
                "pr_auc": [0.3, 0.2, 0.4],
                "share_in_top_20_percent": 0.64,
                "calibration_error": 0.012,
            },
            {"model": "la", "roc_auc": [0.75, 0.7, 0.8], "pr_auc": [None, None, None]},
        ],
    }


CARD: dict[str, Any] = {
    "trained_on": "32 repositories",
    "data": {"changes": 50000, "from": "2005-07-01"},
    "training": {"seed": 42},
    "limits": ["It knows no tests."],
    "evaluations": [evaluation("the future of the same repositories")],
    "calibration": [
        {"predicted": 0.01, "observed": 0.02, "changes": 100},
        {"predicted": 0.4, "observed": 0.35, "changes": 100},
    ],
    "importance": [{"feature": "la", "roc_auc_lost": 0.02}, {"feature": "nf", "roc_auc_lost": 0.005}],
}
HERE = Here(
    {"evaluations": [evaluation()], "calibration": CARD["calibration"]},
    drift=Drifted(
        0.23,
        "Drift in 1 of 46 features.",
        "500 changes compared with 1,000",
        (("lines added", "typically 12 before, 40 now"),),
    ),
)


def overview(name: str = "", *, changes: int = 60, spots: int = 8) -> Overview:
    """Return an overview of everything; ``name`` is added to whatever a repository may name."""
    levels = {0: RiskLevel.HIGH, 1: RiskLevel.MEDIUM, 9: RiskLevel.HIGH}
    fixes = {0: (), 9: (f"{2:040x}", f"{1:040x}"), 40: (f"{8:040x}",)}
    scored = tuple(
        change(
            number,
            0.6 / (number + 1),
            levels.get(number, RiskLevel.LOW),
            f"Change {number}{name}",
            f"Ada{name}",
            fixes.get(number),
        )
        for number in reversed(range(changes))
    )
    reason = Contribution("la", f"lines{name}", 400.0, 10.0, 1.25, f"adds 400 lines; typical is 10{name}")
    files = tuple(
        HotSpot(
            f"src/{'ab'[number % 2]}/file{number}.py{name}",
            40 - number,
            number,
            3,
            90 - 9 * number,
            700 - number,
            (2, 1, 0, 1, 10, 10, 10, 10 - number),
        )
        for number in range(spots)
    )
    area = Area(f"src/a{name}", 4, 100, 3, 1, ((f"Ada{name}", 0.8), ("Grace", 0.2)), 0.25)
    other = Area("src/b", 4, 60, 2, 2, (("Grace", 0.5),), 0.0)
    return Overview(
        f"project{name}",
        "f" * 40,
        NOW,
        1234,
        scored,
        tuple(ExplainedChange(one, (reason,)) for one in scored[-2:]),
        (*files, HotSpot(f"src/a/notes.xyz{name}", 3, 0, 1, None, None)),
        Area("", 8, 160, 4, 2, (("Ada", 0.6),), 0.15),
        (area, other),
        (Knower(f"Ada{name}", 0.6, ((f"src/a{name}", 0.8),), 0), Knower("Grace", 0.4, (), 30)),
        (f"something could not be had{name}",),
        (Record(RiskLevel.HIGH, 2, 1, 0.04), Record(RiskLevel.MEDIUM, 1, 0, 0.04), Record(RiskLevel.LOW, 47, 1, 0.04)),
        (
            HotFunction(f"src/a/file0.py{name}", f"Parser.read{name}", 12, 17, 88, 9, 4, 31),
            HotFunction(f"src/b/file1.py{name}", "write", 3, 8, 20, 0, 0, 0),
        ),
        Coupling(
            (
                Pair(f"src/a/file0.py{name}", "src/b/file1.py", 12, 16, is_expected=False),
                Pair(f"src/a/file0.py{name}", "src/a/file2.py", 6, 24, is_expected=True),
            ),
            1000,
            NOW - 700 * DAY,
        ),
    )


def model(card: dict[str, Any] | None = None, name: str = "") -> ModelFacts:
    """Return facts about a model with this card."""
    return ModelFacts(f"risk{name} 1.0", "bundled models", CARD if card is None else card)
