"""Why a score is what it is, in two steps that sum to it: how large the change is, then what size cannot say.

Base is the repository's typical change, made now. The first step leads to a change as large as this one and otherwise
like its peers, the recent changes nearest in added code lines; the second from there to the change itself. Size is said
once: in the second step both sides have this change's own size. A share that contradicts what the field knows of a
feature (safer for touching more files, or for tests that are only taken away), or rests on a missing value, is no
reason: the others of its group answer for it, and what they cannot bear goes to the size where it is of the size's
kind, else to the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import fsum, isnan, nan

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Group
from hyperion_hook.scoring.risk import RiskModel
from hyperion_hook.scoring.shapley import explain

SIZE, REST = Group.SIZE.value, "other"
TESTS = "tests"
_TESTS = ("test_change_ratio", "test_lines_added", "test_files")
GROUPS = {feature.name: feature.group.value for feature in CATALOGUE} | dict.fromkeys(_TESTS, TESTS) | {"lt": "code"}
"""The group of each feature in an explanation; tests are no matter of size, nor is how long the files were before."""

OF_SIZE = frozenset(
    {
        *(name for name, group in GROUPS.items() if group == SIZE),
        "test_lines_added",
        "test_files",
        "tokens_added",
        "tokens_deleted",
        "distinct_tokens_added",
        "net_new_tokens",
        "control_flow_deleted",
    }
)
"""What says how large a change is."""

OF_THE_MOMENT = ("repository_bug_share",)
"""What is the same for every change that is made now, and so no reason for one of them."""

_LIKE_SIZE = frozenset({SIZE, Group.CONTENT.value, Group.DIFFUSION.value})
_NO_REASON = frozenset({"message_words"})
"""What says something of many changes, and nothing that a person could use of one."""
_ROUNDED = 1e-12
_ADDED = ("code_lines_added", "source_lines_added", "la")
_CHANGED = (*_ADDED, "ld")
_AT_COMMIT = frozenset(feature.name for feature in CATALOGUE if feature.at_commit)
# of how far a change spreads, more is never said to be safer
_DIRECTIONS = {feature.name: feature.direction or int(feature.group is Group.DIFFUSION) for feature in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Steps:
    """Log-odds of the typical change, what size and each feature add, and the rest; they sum to the score's."""

    base: float
    size: float
    contributions: Mapping[str, float]
    rest: float
    peers: Mapping[str, float]
    """What the contributions are against: a change of this size that is otherwise like its peers."""


def explain_by_size(
    model: RiskModel, vector: FeatureVector, typical: Mapping[str, float], peers: Mapping[str, float]
) -> Steps:
    """Return the steps from the typical change to the score of this one.

    ``typical`` is the repository's typical change, ``peers`` that of about this size.
    """
    # a message that is not written yet is compared with none
    hidden = {name: nan for name in _AT_COMMIT if isnan(vector.number(name))}
    now = hidden | {name: vector.number(name) for name in OF_THE_MOMENT}
    of_size = {**peers, **now, **{name: vector.number(name) for name in OF_SIZE}}
    base = model.log_odds([now.get(name, typical.get(name, nan)) for name in model.features])
    second = explain(model, vector, of_size, GROUPS)
    contributions, left = _agreeing(second.contributions, vector, of_size)
    size = second.base_log_odds - base + fsum(left.pop(group, 0.0) for group in _LIKE_SIZE)
    rest = fsum(left.values())
    if abs(size) <= _ROUNDED:
        size = 0.0
    if size * _larger(vector, typical) < 0:
        size, rest = 0.0, rest + size
    total = base + fsum((size, rest, *contributions.values()))
    # what rounding leaves, so that the sum is the score to the last digits
    rest += second.base_log_odds + fsum(second.contributions.values()) - total
    return Steps(base, size, contributions, rest if abs(rest) > _ROUNDED else 0.0, of_size)


def _agreeing(
    amounts: Mapping[str, float], vector: FeatureVector, peers: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the contributions that are reasons, and by group what is left of those that are none."""
    by_group: defaultdict[str, dict[str, float]] = defaultdict(dict)
    against: defaultdict[str, float] = defaultdict(float)
    for name, amount in amounts.items():
        if not amount:
            continue
        difference = vector.number(name) - peers.get(name, nan)
        no_test = amount < 0 and name in _TESTS and not vector.number("test_lines_added") > 0
        if name in _NO_REASON or no_test or isnan(difference) or amount * difference * _DIRECTIONS[name] < 0:
            against[GROUPS[name]] += amount
        else:
            by_group[GROUPS[name]][name] = amount
    for group, amount in against.items():
        facing = {name: share for name, share in by_group[group].items() if share * amount < 0}
        borne = fsum(facing.values())
        scale = max(0.0, 1.0 + amount / borne) if borne else 0.0
        by_group[group] |= {name: share * scale for name, share in facing.items()}
        against[group] = amount + borne * (1.0 - scale)
    contributions = {name: share for shares in by_group.values() for name, share in shares.items() if share}
    return contributions, dict(against)


def _larger(vector: FeatureVector, typical: Mapping[str, float]) -> int:
    """Return 1 where a change adds more than is typical, -1 where it changes no more, 0 where nobody knows.

    What is added is counted in code where that is known: lines of tests, documents and lock files make no larger risk.
    """
    more = {name: vector.number(name) - typical.get(name, nan) for name in _CHANGED}
    if next((more[name] for name in _ADDED if not isnan(more[name])), nan) > 0:
        return 1
    return 0 if any(difference > 0 or isnan(difference) for difference in more.values()) else -1
