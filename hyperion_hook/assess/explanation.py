"""From models' numbers to what a person is told: contributions in words, unusual values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from hyperion_hook.assess.reference import Reference
from hyperion_hook.domain.assessment import Anomaly, Contribution, KnownSmell, UnusualValue
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.history import DAY, FIX, History
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.anomaly import BINARY, MOST, is_rare_binary, unusual_values
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.scoring.smells import SMELLS, smells_in

_LOOKED_AT = 50
_SPEAKS = "code_lines_added"
"""The feature under whose name the size of a change goes."""


def explanation_of(
    bundle: Bundle, vector: FeatureVector, typical: Mapping[str, float]
) -> tuple[float, tuple[Contribution, ...]]:
    """Return the log-odds of a typical row and what each feature of another adds to it, largest first.

    The base and all contributions sum to the log-odds of the score.
    """
    from hyperion_hook.scoring.explain_by_size import GROUPS
    from hyperion_hook.scoring.shapley import explain

    explanation = explain(bundle.risk, vector, typical, GROUPS)
    contributions = [
        _contribution(name, amount, vector, typical, GROUPS[name])
        for name, amount in explanation.contributions.items()
        if amount != 0.0
    ]
    return explanation.base_log_odds, _ordered(contributions)


def explanation_by_size(
    bundle: Bundle,
    change: Change,
    vector: FeatureVector,
    history: History,
    reference: Reference | Missing,
    log_odds: float,
) -> tuple[float, float, tuple[Contribution, ...]]:
    """Return the log-odds of the typical change, the probability of one of this size, and what adds to the former.

    The base and all contributions, the one of the size first, sum to ``log_odds``, those of the score. Without a
    ``reference`` for what is usual here, what was typical in training stands for it.
    """
    from hyperion_hook.report.sentences import size_sentence
    from hyperion_hook.scoring.explain_by_size import GROUPS, REST, SIZE, explain_by_size

    typical = _typical(bundle, reference, {*bundle.risk.features, "la"})
    leading = _leading_files(change, history)
    peers = None if isinstance(reference, Missing) else reference.peers(vector)
    steps = explain_by_size(bundle.risk, vector, typical, typical | (peers.typical() if peers else {}))
    # that tests are not held against a change is no matter of a single feature
    rest = steps.rest + (log_odds - bundle.risk.score(vector)[1])
    usual, here = sigmoid(steps.base), sigmoid(steps.base + steps.size)
    size = find_feature(_SPEAKS)
    little_code = steps.size < 0 and vector.number("la") > typical.get("la", math.nan)
    contributions = [
        Contribution(
            size.name,
            "size of the change",
            _number(vector.number(size.name)),
            _number(typical.get(size.name, math.nan)),
            steps.size,
            size_sentence(here, usual, known_here=peers is not None, little_code=little_code),
            SIZE,
        ),
        *(
            _ordered(
                _contribution(
                    name,
                    amount,
                    vector,
                    steps.peers,
                    GROUPS[name],
                    beside="peers" if peers else "typical",
                    subject=leading.get(name),
                )
                for name, amount in steps.contributions.items()
            )
        ),
    ]
    if rest:
        contributions.append(
            Contribution(REST, "everything else", None, None, rest, "what no single reason accounts for", REST)
        )
    return steps.base, here, tuple(contributions)


def _typical(bundle: Bundle, reference: Reference | Missing, names: Collection[str]) -> dict[str, float]:
    """Return the typical values of features here where those are known, and in training elsewhere."""
    return dict(bundle.typical) | ({} if isinstance(reference, Missing) else reference.typical(names))


def _leading_files(change: Change, history: History) -> dict[str, tuple[str, int]]:
    """Return, for features that count the past of files, the last name of the file that counts most, and its count."""
    leading: dict[str, tuple[str, int]] = {}
    for file in change.files if len(change.files) <= _LOOKED_AT else ():
        events = history.file(file.previous_path).events
        fixes = [event.time for event in events if event.flags & FIX]
        counts = {
            "past_bug_count": len(fixes),
            "recent_bug_count": sum(time >= change.time - 180 * DAY for time in fixes),
            "recent_commits": sum(event.time >= change.time - 90 * DAY for event in events),
        }
        for name, count in counts.items():
            if count > leading.get(name, ("", 0))[1]:
                leading[name] = (file.path.rpartition("/")[2], count)
    return leading


def _contribution(
    name: str,
    amount: float,
    vector: FeatureVector,
    typical: Mapping[str, float],
    group: str,
    *,
    beside: str = "typical",
    subject: tuple[str, int] | None = None,
) -> Contribution:
    from hyperion_hook.report.sentences import sentence

    value, usual = _number(vector.number(name)), _number(typical.get(name, math.nan))
    words = sentence(name, value, usual, beside=beside, subject=subject)
    return Contribution(name, find_feature(name).title, value, usual, amount, words, group)


def _ordered(contributions: Iterable[Contribution]) -> tuple[Contribution, ...]:
    return tuple(sorted(contributions, key=lambda entry: (-abs(entry.contribution), entry.feature)))


def anomaly_of(
    bundle: Bundle, vector: FeatureVector, reference: Reference | Missing, code: Reference | Missing
) -> Anomaly | None:
    """Return the anomaly model's view with the values that stand out, ``None`` without such a model.

    They stand out among the recent changes, and are told beside what is typical of those to ``code``.
    """
    if bundle.anomaly is None:
        return None
    usual = None if isinstance(reference, Missing) else reference.usual()
    score, is_anomaly = bundle.anomaly.score(vector, usual)
    quantiles = dict(bundle.quantiles) | ({} if isinstance(reference, Missing) else reference.quantiles())
    rare = [BINARY] if is_rare_binary(vector, usual) and BINARY in quantiles else []
    names = list(dict.fromkeys([*rare, *unusual_values(vector, quantiles)]))[:MOST]
    typical = _typical(bundle, code, names) if names else {}
    unusual = tuple(
        UnusualValue(name, find_feature(name).title, vector.number(name), typical.get(name, quantiles[name][1]))
        for name in names
    )
    smells = smells_in({name: vector.number(name) for smell in SMELLS for name in smell.features}) if is_anomaly else ()
    known = tuple(KnownSmell(smell.name, smell.condition, smell.source) for smell in smells)
    return Anomaly(score, is_anomaly, unusual, known)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
