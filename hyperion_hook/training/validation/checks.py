"""The checks of a table, each a function of it: structure, features, quality, target, distributions.

A check yields every fault it sees, one for each kind, worst columns first; it raises nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.remedies import Note
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.tables.frame_columns import LARGEST, NUMERIC, Column, Kind, listed
from hyperion_hook.training.validation.result import Finding, Table, class_shares, fault

LEAST_SAMPLES = 10
"""Fewer rows than these are nothing to learn from."""
USUAL = "usual"
"""The kind of warnings that rows of changes always get: equal vectors, and counts with long tails."""
DOUBTFUL = "doubtful"
"""The kind of warnings that make every figure doubtful."""
FIX = "validate_and_prepare_data(..., fix_issues=True)"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is reported; the specification's values where it names one."""

    min_samples: int = LEAST_SAMPLES
    """Fewer rows are an error."""
    max_missing: float = 0.20
    """A larger share of missing cells is an error, 0..1."""
    min_coverage: float = 0.80
    """A feature with values in a smaller share of rows is warned of, 0..1."""
    iqr_factor: float = 3.0
    """A value this many interquartile ranges outside of the quartiles is an outlier."""
    min_classes: int = 2
    """Fewer classes of the target are an error."""
    min_class_share: float = 0.10
    """A class with a smaller share of the rows is warned of, 0..1."""


_NEARLY_CONSTANT = 0.99
_ROUNDED = 1e-3
_MANY_CLASSES = 20
_FEW_WORDS = 20
_NEARLY_THE_TARGET = 0.9
_THE_TARGET_ITSELF = 0.999
_FEW_ROWS = 30


def structure(table: Table, limits: Limits) -> Iterator[Finding]:
    """Enough rows, columns at all, no column or row twice."""
    rows = len(table.frame)
    if rows < limits.min_samples:
        yield fault(
            f"too few samples: {rows}; at least {limits.min_samples} are needed",
            "collect more rows, or a longer history",
        )
    elif rows < _FEW_ROWS:
        yield Finding(Note(f"few samples: {rows}; of so few, figures are mostly chance", kind=DOUBTFUL))
    if not table.features:
        columns = "column besides the target" if table.targets else "columns"
        yield fault(f"no features: the frame has no {columns}")
    counts = Counter(column.name for column in (*table.features, *table.targets))
    twice = [name for name, count in counts.items() if count > 1]
    remedy = f"rename them; columns of one name and content are joined by {FIX}"
    yield from _naming("columns of one name", twice, remedy, is_error=True)
    spelled: dict[str, set[str]] = {}
    for column in table.features:
        spelled.setdefault(column.canonical, set()).add(column.name)
    both_names = [" and ".join(sorted(names)) for names in spelled.values() if len(names) > 1]
    what = "one feature under its English and its French name"
    yield from _naming(what, both_names, "keep one of the two columns", is_error=True)
    repeated = int(table.duplicates().sum())
    if repeated:
        yield Finding(
            Note(f"duplicate rows: {repeated} ({100 * repeated / rows:.1f} %) equal an earlier row", kind=USUAL),
            f"drop duplicate rows, which count twice in training and leak into a test split: {FIX}",
        )


def features(table: Table, expected: Sequence[str] | None, limits: Limits) -> Iterator[Finding]:
    """All that is expected is there under its English or French name, and has values in enough rows."""
    if isinstance(expected, str):
        raise ConfigError(f"expected_features '{expected}': is one text; give a list of names")
    if expected is not None:
        wanted = {canonical(str(name)): str(name) for name in expected}
        present = {column.canonical for column in table.features}
        absent = [name for key, name in wanted.items() if key not in present]
        surplus = [column.name for column in table.features if column.canonical not in wanted]
        remedy = "measure the missing features, or train without them"
        yield from _naming("missing features", absent, remedy, is_error=True)
        yield from _naming("unexpected features", surplus, "leave out the features that the model does not know")
    thin = [column for column in table.features if column.coverage < limits.min_coverage and len(table.frame)]
    thin.sort(key=lambda column: column.coverage)
    yield from _naming(
        f"values in under {100 * limits.min_coverage:.0f} % of the rows",
        [f"{column.name} ({100 * column.coverage:.0f} %)" for column in thin],
        "find out why these features are missing, or leave them out",
    )


def quality(table: Table, limits: Limits) -> Iterator[Finding]:
    """Few cells are missing, and what is there is numbers that an estimator can read."""
    cells = len(table.frame) * len(table.features)
    missing = [(column, int(column.missing.sum())) for column in table.features]
    share = sum(count for _, count in missing) / cells if cells else 0.0
    if share >= limits.max_missing:
        worst = sorted((pair for pair in missing if pair[1]), key=lambda pair: -pair[1])
        named = listed([f"{column.name} ({100 * count / len(table.frame):.0f} %)" for column, count in worst])
        yield fault(
            f"missing values: {100 * share:.1f} % of all cells, the limit is {100 * limits.max_missing:.0f} %: {named}",
            f"leave out features that are mostly missing, or fill them: {FIX}",
        )
    unreadable = [(column, beyond(column)) for column in table.features if column.kind in NUMERIC]
    infinite = [f"{column.name} ({count})" for column, count in unreadable if count]
    what = f"infinite, or larger than 32-bit floats hold ({LARGEST:.1e})"
    yield from _naming(what, infinite, f"treat such values as missing: {FIX}", is_error=True)
    for kind, what, remedy in (
        (Kind.NUMBER_AS_TEXT, "numbers written as text", f"convert them: {FIX}"),
        (Kind.MOMENT, "moments, which models read as seconds since 1970", "learn from ages or intervals instead"),
        (Kind.DURATION, "lengths of time, which models read as seconds", "write them as numbers of a unit"),
        (Kind.CATEGORY, "categories, which models do not read", "encode them, for example with pandas.get_dummies"),
        (Kind.TEXT, "text, which models do not read", "encode it, for example with pandas.get_dummies"),
        (Kind.MIXED, "cells of several kinds", "keep cells of one kind in a column"),
        (Kind.EMPTY, "no value at all", "leave these columns out"),
    ):
        names = [
            column.name for column in table.features if (column.kind is kind if column.coverage else kind is Kind.EMPTY)
        ]
        if len(table.frame):
            yield from _naming(what, names, remedy)


def target(table: Table, limits: Limits) -> Iterator[Finding]:
    """Look whether the target is there, whole, of two classes at least, and no feature gives it away."""
    name = table.target_name
    if table.target is None:
        known = listed([column.name for column in table.features], 5) or "none"
        text = f"target '{name}': no such column; there are: {known}"
        yield fault(text, f"add the column '{name}', or name another target")
        return
    missing = int(table.target.missing.sum())
    if missing:
        yield fault(f"target '{name}': missing in {missing} rows", f"leave out rows without a label: {FIX}")
    if table.target.kind is Kind.MIXED:
        yield fault(f"target '{name}': cells of several kinds", "write the classes of the target in one way")
    shares = class_shares(table.target)
    if len(shares) < limits.min_classes:
        only = f", only {next(iter(shares))!r}" if len(shares) == 1 else ""
        yield fault(
            f"target '{name}': {counted(len(shares), 'class')}{only}; at least {limits.min_classes} are needed",
            "collect rows of the other class",
        )
    elif len(shares) > _MANY_CLASSES:
        yield Finding(
            f"target '{name}': {len(shares)} different values; is it a quantity rather than a class?",
            "cut a quantity into classes before training a classifier",
        )
    elif min(shares.values()) < limits.min_class_share:
        rarest = min(shares, key=lambda value: shares[value])
        yield Finding(
            f"target '{name}': imbalanced, class {rarest!r} has {100 * shares[rarest]:.1f} % of the rows",
            "judge by PR-AUC, not accuracy; collect more rows of the rare class, or weigh them",
        )
    alike = {column.name: _likeness(column, table.target) for column in table.features}
    giveaways = [column for column, share in alike.items() if share >= _THE_TARGET_ITSELF]
    nearly = [
        f"{column} ({share:.3f})" for column, share in alike.items() if _NEARLY_THE_TARGET <= share < _THE_TARGET_ITSELF
    ]
    remedy = "leave out features that are known only once the outcome is"
    if giveaways:
        text = f"target '{name}': follows from {listed(giveaways)}, which may not be known beforehand"
        yield Finding(Note(text, kind=DOUBTFUL), remedy)
    if nearly:
        yield Finding(Note(f"target '{name}': nearly follows from {listed(nearly)}", kind=DOUBTFUL), remedy)


def distributions(table: Table, limits: Limits) -> Iterator[Finding]:
    """Features vary, and their values are plausible; outliers are counted."""
    numeric = [column for column in table.features if column.kind in NUMERIC and len(column.finite)]
    constant = [column.name for column in numeric if column.finite.min() == column.finite.max()]
    constant += [
        column.name
        for column in table.features
        if column.kind not in NUMERIC and len(set(column.labels[~column.missing])) == 1
    ]
    if len(table.frame) > 1:
        remedy = f"leave out constant features, which tell nothing: {FIX}"
        yield from _naming("constant features", constant, remedy)
    steady = [
        f"{column.name} ({100 * share:.1f} % are {value:g})"
        for column in numeric
        for value, share in [_commonest(column)]
        if _NEARLY_CONSTANT <= share < 1.0
    ]
    yield from _naming("nearly constant features", steady)
    outlying = sorted(((column, outliers(column, limits.iqr_factor)) for column in numeric), key=lambda pair: -pair[1])
    named = [f"{c.name} ({count}, {100 * count / len(c.finite):.1f} %)" for c, count in outlying if count]
    if named:
        yield Finding(
            Note(
                f"outliers, more than {limits.iqr_factor:g} IQR outside of the quartiles: {listed(named)}", kind=USUAL
            ),
            "look at the outlying rows; for counts with long tails learn from log1p or ranks",
        )
    impossible = []
    for column in numeric:
        if column.entry is not None and column.kind is not Kind.MOMENT:
            low, high = column.entry.low, column.entry.high
            # numbers that were kept in 16 bits are a little off
            count = int(((column.finite < low - _ROUNDED) | (column.finite > high * (1 + _ROUNDED))).sum())
            if count:
                impossible.append(f"{column.name} ({count} outside of {low:g} to {high:g})")
    remedy = "check unit and origin of these features (hyperion-hook features list)"
    yield from _naming("values that the feature cannot have", impossible, remedy)


def _naming(what: str, names: Sequence[str], remedy: str = "", *, is_error: bool = False) -> Iterator[Finding]:
    """Yield a finding that lists columns, if there are any."""
    if names:
        yield Finding(f"{what}: {listed(names)}", remedy, is_error)


def beyond(column: Column) -> int:
    """Return how many cells are infinite or too large for an estimator."""
    return int((np.abs(column.numbers) > LARGEST).sum())


def outliers(column: Column, factor: float) -> int:
    """Return how many values lie more than ``factor`` IQR outside of the quartiles.

    Without a spread between the quartiles (most values equal) nothing is called an outlier: every other value would be.

    References
    ----------
    .. [1] J. W. Tukey, "Exploratory Data Analysis", 1977: beyond three times the spread a value is «far out».
    """
    low, high = np.quantile(column.finite, [0.25, 0.75])
    reach = factor * (high - low)
    if not reach > 0:
        return 0
    return int(((column.finite < low - reach) | (column.finite > high + reach)).sum())


def _commonest(column: Column) -> tuple[float, float]:
    """Return the value that is there most often, and the share of the values it makes up."""
    values, counts = np.unique(column.finite, return_counts=True)
    commonest = int(counts.argmax())
    return float(values[commonest]), float(counts[commonest] / counts.sum())


def _likeness(column: Column, target: Column) -> float:
    """Return how nearly a feature is the target over again: the correlation; of words, the errors that they spare."""
    if column.kind not in NUMERIC or target.kind not in NUMERIC:
        return _errors_spared(column, target)
    both = np.isfinite(column.numbers) & np.isfinite(target.numbers)
    x, y = column.numbers[both], target.numbers[both]
    if len(x) < 3:
        return 0.0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        x, y = x - x.mean(), y - y.mean()
        return float(np.nan_to_num(abs(x @ y) / np.sqrt((x @ x) * (y @ y)), posinf=0.0))


def _errors_spared(column: Column, target: Column) -> float:
    """Return by how much guessing the target errs less with a column known than without, a share (lambda).

    References
    ----------
    .. [1] L. A. Goodman, W. H. Kruskal, "Measures of association for cross classifications", JASA 49, 1954.
    """
    both = ~(column.missing | target.missing)
    counts = pd.crosstab(column.labels[both], target.labels[both]).to_numpy()
    if min(counts.shape) < 2 or counts.shape[0] > _FEW_WORDS:
        return 0.0
    without = counts.sum() - counts.sum(axis=0).max()
    return float(1 - (counts.sum() - counts.max(axis=1).sum()) / without)
