"""The column to be predicted, as 0 and 1; which of two classes is the harmless one, in training and in prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.errors import ConfigError

_SHOWN = 5
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


@dataclass(frozen=True)
class Target:
    """Codes (0 or 1) by row, -1 where the value is missing, and the labels that they stand for."""

    codes: NDArray[np.int64]
    labels: tuple[Any, Any]
    warnings: tuple[str, ...] = ()


def read_target(column: pd.Series, *, positive: Sequence[Any] | None = None) -> Target:
    """Return a target as 0 and 1; raise ``ConfigError`` with one class, or with more than two and no ``positive``.

    The column holds numbers, booleans or words of two classes; missing values are allowed. The values of ``positive``
    count as 1, all others as 0; they are needed with more than two classes.

    Examples
    --------
    >>> read_target(pd.Series(["LOW", "HIGH", "LOW"])).codes.tolist()
    [0, 1, 0]
    >>> read_target(pd.Series(["LOW", "HIGH", "MEDIUM"]), positive=["HIGH", "MEDIUM"]).codes.tolist()
    [0, 1, 1]
    """
    name = f"target '{column.name}'"
    present = column.dropna()
    # numbers by size before words by the alphabet
    values = sorted(
        pd.unique(present).tolist(),
        key=lambda value: (False, value) if isinstance(value, int | float | np.number) else (True, str(value)),
    )
    listed = ", ".join(str(value)[:30] for value in values[:_SHOWN]) + (", ..." if len(values) > _SHOWN else "")
    if len(values) < 2:
        raise ConfigError(f"{name}: holds one class only ({listed or 'all values are missing'}); two are needed")
    missing = column.isna().to_numpy()
    if positive is not None:
        wanted = [positive] if isinstance(positive, str) or not isinstance(positive, Sequence) else list(positive)
        codes = column.isin(wanted).to_numpy().astype(np.int64)
        if not 0 < codes[~missing].sum() < (~missing).sum():
            raise ConfigError(f"{name}: positive={wanted!r} takes none or all of its classes ({listed})")
        return Target(np.where(missing, -1, codes), (0, 1))
    if len(values) > 2:
        remedy = f"say which count as risky, as in positive=[{values[-1]!r}]"
        if pd.api.types.is_float_dtype(present) and len(values) > 10:
            remedy = "make it two classes first, as in frame[target] >= 0.5"
        raise ConfigError(f"{name}: {len(values)} different values ({listed}) where two classes are needed; {remedy}")
    (low, high), warnings = _in_order(values, present)
    codes = (column == high).to_numpy(dtype=bool, na_value=False).astype(np.int64)
    return Target(np.where(missing, -1, codes), (low, high), warnings)


def _in_order(values: list[Any], present: pd.Series) -> tuple[tuple[Any, Any], tuple[str, ...]]:
    """Return the harmless and the other value; words that are not known: the rarer one is looked for."""
    if order := rising(*values):
        return (_plain(order[0]), _plain(order[1])), ()
    common, rare = present.value_counts().index.tolist()
    warning = (
        f"target '{present.name}': '{rare}' is taken as the class to be predicted, because it is the rarer one; "
        f"positive=[{rare!r}] or [{common!r}] says so or otherwise"
    )
    return (common, rare), (warning,)


def _plain(value: Any) -> Any:
    """Return whole numbers as such: 0.0 and 1.0 come from columns with missing values."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return int(value) if float(value).is_integer() else float(value)


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
    """Return the position of the class that is looked for among two, ``None`` where it cannot be told.

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
    order = rising(*classes)
    return None if order is None else int(order[1] is classes[1])
