"""Known smells that an unusual change may be named as; a smell whose numbers are missing is not seen.

References
----------
.. [1] M. Lanza, R. Marinescu, "Object-Oriented Metrics in Practice", Springer 2006. Thresholds after theirs for Java:
   15 methods a class are very many, cohesion is low under a third, 65 lines of a method are many, 5 levels several;
   7 places are what short-term memory holds. They look at a whole system; here they meet one change.
.. [2] A. Hindle, D. M. German, R. Holt, "What do large commits tell us?", MSR 2008: the largest commits are mostly
   imports, merges and generated files rather than work by hand. The number of lines is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan

from hyperion_hook.domain.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Smell:
    """A smell, by which values it is known, and where the thresholds are from."""

    name: str
    features: tuple[str, ...]
    condition: str
    source: str
    holds: Callable[..., bool]


_BOOK = "after Lanza and Marinescu 2006"
SMELLS = (
    Smell(
        "god class",
        ("method_count", "class_count", "class_cohesion"),
        "at least 15 methods a class, cohesion under 1/3",
        _BOOK,
        lambda methods, classes, cohesion: classes >= 1 and methods >= 15 * classes and cohesion < 1 / 3,
    ),
    Smell("long method", ("longest_function",), "more than 65 lines", _BOOK, lambda lines: lines > 65),
    Smell("deep nesting", ("nesting_depth",), "at least 5 levels", _BOOK, lambda levels: levels >= 5),
    Smell(
        "shotgun surgery",
        ("functions_touched", "source_files"),
        "more than 7 functions in more than 5 files",
        _BOOK,
        lambda functions, files: functions > 7 and files > 5,
    ),
    Smell(
        "large dump",
        ("la", "ld"),
        "at least 10,000 lines added, ten times those deleted",
        "after Hindle et al. 2008",
        lambda added, deleted: added >= 10_000 and added >= 10 * deleted,
    ),
)


def smells_in(values: Mapping[str, float]) -> tuple[Smell, ...]:
    """Return the smells of a change; ``values`` by feature, NaN or absent where missing.

    Examples
    --------
    >>> [smell.name for smell in smells_in({"longest_function": 90.0, "nesting_depth": 3.0})]
    ['long method']
    """
    return tuple(smell for smell in SMELLS if smell.holds(*(values.get(name, nan) for name in smell.features)))
