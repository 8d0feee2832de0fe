"""Which of two classes is the harmless one and which the one looked for: in training and in prediction alike."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

_RISING = (
    ("low", "medium", "high", "critical"),
    ("faible", "moyen", "eleve", "critique"),
    ("no", "yes"),
    ("non", "oui"),
    ("false", "true"),
    ("faux", "vrai"),
    ("n", "y"),
    ("clean", "buggy"),
    ("sain", "bogue"),
    ("safe", "risky"),
    ("negative", "positive"),
    ("normal", "anomaly"),
    ("0", "1"),
)
"""Words for classes, from the harmless to the one that is looked for."""
_ACCENTS = str.maketrans("éèê", "eee")


def rising(first: Any, second: Any) -> tuple[Any, Any] | None:
    """Return two classes, the harmless one before the other; ``None`` where their words do not say.

    Examples
    --------
    >>> rising("HIGH", "LOW"), rising(1, -1), rising("up", "down")
    (('LOW', 'HIGH'), (-1, 1), None)
    """
    values = (first, second)
    if all(isinstance(value, Real) or type(value).__name__ in {"bool", "bool_"} for value in values):
        return (first, second) if first <= second else (second, first)
    words = [str(value).strip().lower().translate(_ACCENTS) for value in values]
    for scale in _RISING:
        if set(words) <= set(scale) and words[0] != words[1]:
            return (first, second) if scale.index(words[0]) < scale.index(words[1]) else (second, first)
    return None


def risky_place(classes: Sequence[Any], *, ordered: bool = False) -> int | None:
    """Return the place of the class that is looked for among two, ``None`` where it cannot be told.

    Classes are as an estimator has them, which is by the alphabet; where they are ``ordered``, the harmless one stands
    first.

    Examples
    --------
    >>> risky_place(["HIGH", "LOW"]), risky_place([0, 1]), risky_place(["down", "up"])
    (0, 1, None)
    """
    if len(classes) != 2:
        return None
    if ordered:
        return 1
    result = rising(*classes)
    return None if result is None else int(result[1] is classes[1])
