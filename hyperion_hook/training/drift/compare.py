"""Two tables compared feature by feature: has what is measured now drifted from what was learned.

Columns are paired by their name in the catalogue, French or English. What each holds decides how it is compared:
numbers by Kolmogorov-Smirnov, in small samples by Cramér-von Mises, categories and flags by chi-square; the share of
missing values as well. P-values are corrected for the number of features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.drift import measures
from hyperion_hook.training.drift.report import DriftReport, FeatureDrift
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.tables.frame_columns import NUMERIC, Column, Kind, check_name, columns_of, listed
from hyperion_hook.training.tables.table_reading import as_table
from hyperion_hook.training.tables.time_column import tells_the_time

ALPHA = 0.02
"""Of comparisons without drift so many may raise an alarm; fewer than the usual 5 %, since they are made for ever."""
LEAST_ROWS = 30
"""With fewer rows on either side nothing is said of a feature."""


@dataclass(frozen=True, slots=True)
class _Pair:
    name: str
    reference: Column
    current: Column


def compare(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    threshold: float = 0.1,
    *,
    target_column: str | None = None,
    score_column: str | None = None,
) -> DriftReport:
    """Return how the current rows differ from the reference.

    Raises ``ConfigError`` if one of them is no frame, they have no column in common, a column is named that neither
    has, or a number is out of range.

    Parameters
    ----------
    reference, current
        Frames with a row for each change; not changed.
    threshold
        The magnitude from which on a difference that is beyond chance is called drift, 0..1.
    target_column, score_column
        The columns of outcome and of a model's score, reported apart from the features. The outcome may be in the
        reference alone: then it is not compared.
    """
    reference, current = as_table(reference), as_table(current)
    _check(reference, current, threshold)
    before, after = _by_name(reference), _by_name(current)
    for what, name in (("target_column", target_column), ("score_column", score_column)):
        check_name(f"drift: {what}", name)
        if name is not None and not {canonical(str(name))} & {*before, *after}:
            raise ConfigError(f"drift: {what} '{str(name)[:60]}' is in neither frame; name a column of theirs")
    warnings = [
        f"columns of one name, only the first is compared: {listed(twice)}"
        for frame in (reference, current)
        if (twice := _twice(frame))
    ]
    pairs = [
        # of two names for one feature the catalogue's stands for both
        _Pair(column.name if column.name == after[name].name else name, column, after[name])
        for name, column in before.items()
        if name in after
    ]
    if not pairs:
        raise ConfigError("drift: the two frames have no column in common; name the same features in both")
    for side, one, other in (("reference", before, after), ("current", after, before)):
        if alone := [column.name for name, column in one.items() if name not in other]:
            warnings.append(f"columns of the {side} rows alone, not compared: {listed(alone)}")
    compared = list(_compared(pairs, warnings))
    results = [
        replace(item, p_adjusted=p, drifted=p <= ALPHA and item.magnitude >= threshold)
        for item, p in zip(compared, measures.adjusted([item.p_value for item in compared]), strict=True)
    ]
    apart = {canonical(name) for name in (target_column, score_column) if name is not None}
    features = sorted(
        (item for item in results if canonical(item.feature) not in apart),
        key=lambda item: (not item.drifted, -item.magnitude, item.p_adjusted, item.feature),
    )
    others = {canonical(item.feature): item for item in results if canonical(item.feature) in apart}
    beyond_chance, beyond_apart = (
        [item.magnitude if item.p_adjusted <= ALPHA else 0.0 for item in items] for items in (features, others.values())
    )
    return DriftReport(
        has_drift=any(item.drifted for item in results),
        drift_magnitude=measures.overall(beyond_chance, beyond_apart),
        threshold=threshold,
        alpha=ALPHA,
        rows_reference=len(reference),
        rows_current=len(current),
        features=tuple(features),
        label=None if target_column is None else others.get(canonical(target_column)),
        score=None if score_column is None else others.get(canonical(score_column)),
        only_in_reference=tuple(column.name for name, column in before.items() if name not in after),
        only_in_current=tuple(column.name for name, column in after.items() if name not in before),
        warnings=tuple(warnings),
    )


def _check(reference: object, current: object, threshold: object) -> None:
    for name, frame in (("reference_df", reference), ("current_df", current)):
        if not isinstance(frame, pd.DataFrame):
            raise ConfigError(f"drift: {name} is a {type(frame).__name__}; pass a pandas.DataFrame")
    if isinstance(threshold, bool) or not isinstance(threshold, Real) or not 0 <= float(threshold) < 1:
        raise ConfigError(f"drift: threshold {threshold!r} is no share; give a number from 0 to below 1, such as 0.1")


def _by_name(frame: pd.DataFrame) -> Mapping[str, Column]:
    results: dict[str, Column] = {}
    for column in columns_of(frame):
        results.setdefault(column.canonical, column)
    return results


def _twice(frame: pd.DataFrame) -> list[str]:
    names = Counter(column.canonical for column in columns_of(frame))
    return sorted(name for name, times in names.items() if times > 1)


def _compared(pairs: Sequence[_Pair], warnings: list[str]) -> Iterator[FeatureDrift]:
    """Yield each pair compared; what cannot be is added to the warnings."""
    few, moments, identifiers, changed, infinite = [], [], [], [], []
    for pair in pairs:
        kinds = {pair.reference.kind, pair.current.kind}
        if min(len(pair.reference.series), len(pair.current.series)) < LEAST_ROWS:
            few.append(pair.name)
        elif Kind.MOMENT in kinds or tells_the_time(pair.reference) or tells_the_time(pair.current):
            moments.append(pair.name)
        elif kinds & NUMERIC and kinds - NUMERIC - {Kind.EMPTY}:
            # what is no number is missing to a model of numbers
            changed.append(pair.name)
            yield _numbers(pair)
        elif kinds <= NUMERIC | {Kind.EMPTY}:
            infinite += [pair.name] * any(np.isinf(side.numbers).any() for side in (pair.reference, pair.current))
            item = _numbers(pair)
            few += [pair.name] * (item.ks_statistic is None)
            yield item
        elif _names_rows(pair):
            identifiers.append(pair.name)
        else:
            yield _labels(pair)
    for what, names in (
        (f"fewer than {LEAST_ROWS} rows with a value, values not compared", few),
        ("moments, not compared, since time moves on", moments),
        ("a different text in most rows, not compared", identifiers),
        ("numbers on one side, text on the other, what is no number taken for missing", changed),
        ("infinite values taken for missing", infinite),
    ):
        if names:
            warnings.append(f"{what}: {listed(names)}")


def _names_rows(pair: _Pair) -> bool:
    """Return whether a text tells rows apart, such as a commit id, rather than sorting them into categories."""
    labels = np.concatenate([column.labels[~column.missing] for column in (pair.reference, pair.current)])
    return len(labels) > LEAST_ROWS and len(set(labels)) > len(labels) / 2


def _numbers(pair: _Pair) -> FeatureDrift:
    """Return two columns of numbers compared; where too few have a value only how many have none is."""
    x, y = (np.sort(side.numbers[np.isfinite(side.numbers)]) for side in (pair.reference, pair.current))
    if min(len(x), len(y)) < LEAST_ROWS:
        return _untold(pair, "number", x, y)
    binned = measures.bin_numbers(x, y)
    binary = len(binned.names) <= 2
    smirnov = measures.kolmogorov_smirnov(x, y)
    if binary:
        chosen = measures.chi_square(binned)
    elif min(len(x), len(y)) < measures.LARGE:
        chosen = measures.cramer_von_mises(x, y)
    else:
        chosen = smirnov
    return replace(
        _result(pair, "number", binned, chosen),
        ks_statistic=smirnov.statistic,
        ks_p_value=smirnov.p_value,
        wasserstein=measures.wasserstein(x, y),
        chi_square=chosen.statistic if binary else None,
        typical_reference=_typical(x),
        typical_current=_typical(y),
    )


def _untold(pair: _Pair, kind: str, x: Sized, y: Sized) -> FeatureDrift:
    alone = measures.Binned(("present",), np.array([len(x)]), np.array([len(y)]))
    return _result(pair, kind, alone, measures.Tested("none", 0.0, 1.0))


def _typical(ordered: Numbers) -> tuple[float, float, float]:
    low, middle, high = np.quantile(ordered, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def _labels(pair: _Pair) -> FeatureDrift:
    x, y = (column.labels[~column.missing] for column in (pair.reference, pair.current))
    if min(len(x), len(y)) < LEAST_ROWS:
        return _untold(pair, "category", x, y)
    binned = measures.bin_labels(x, y)
    chosen = measures.chi_square(binned)
    return replace(_result(pair, "category", binned, chosen), chi_square=chosen.statistic)


def _result(pair: _Pair, kind: str, binned: measures.Binned, chosen: measures.Tested) -> FeatureDrift:
    """Return the result that both kinds have in common; a feature drifts by its values or by its missing ones."""
    rows = (len(pair.reference.series), len(pair.current.series))
    present = (int(binned.reference.sum()), int(binned.current.sum()))
    missing = (rows[0] - present[0], rows[1] - present[1])
    p_value = chosen.p_value
    gaps = measures.missing_test((missing[0], present[0]), (missing[1], present[1]))
    if gaps is not None:
        p_value = min(1.0, 2 * min(p_value, gaps.p_value))
        if gaps.p_value < chosen.p_value:
            chosen = replace(gaps, name=f"{gaps.name} of what is missing")
    binned = binned.with_missing(*missing)
    shares = binned.shares
    entry = pair.reference.entry
    return FeatureDrift(
        feature=pair.name,
        title=pair.reference.name if entry is None else entry.title,
        kind=kind,
        rows_reference=present[0],
        rows_current=present[1],
        missing_reference=missing[0] / rows[0],
        missing_current=missing[1] / rows[1],
        magnitude=measures.magnitude_of(binned),
        drifted=False,
        test=chosen.name,
        statistic=chosen.statistic,
        p_value=p_value,
        p_adjusted=p_value,
        psi=measures.psi(binned),
        js_distance=measures.js_distance(binned),
        bins=binned.names,
        shares_reference=tuple(map(float, shares[0])),
        shares_current=tuple(map(float, shares[1])),
    )
