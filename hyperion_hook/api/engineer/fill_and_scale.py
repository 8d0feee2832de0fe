"""Gaps filled and values scaled, a row or a table at a time, from what was fitted; what was done is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperion_hook.api.engineer.engineered_features import EngineeredFeatures
from hyperion_hook.api.engineer.feature_names import asked_for, catalogue_name, indicator, is_indicator
from hyperion_hook.api.engineer.fitted_state import Fitted, scaled
from hyperion_hook.api.engineer.raw_values import RawFaultError, given
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

UNFITTED = "nothing was fitted; call fit() with training data"


def read_row(features: Mapping[str, object]) -> tuple[dict[str, Value], dict[str, str]]:
    """Return a row of features as values by the names they have, and what was said of them so far.

    Raises ``ConfigError`` if a name is not known or a value is no number; all faults at once.
    """
    faults: list[str] = []
    try:
        asked_for([name for name in features if not is_indicator(name)])
    except ConfigError as error:
        faults.append(str(error))
    values: dict[str, Value] = {}
    for name, value in features.items():
        try:
            values[name] = given(value)
        except RawFaultError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise ConfigError("\n".join(faults))
    return values, dict(getattr(features, "notes", {}))


def filled(features: Mapping[str, object], fitted: Fitted) -> EngineeredFeatures:
    """Return a row without the gaps that training data can fill, and a column for each feature that can be missing."""
    values, notes = read_row(features)
    rest = {name: value for name, value in values.items() if not is_indicator(name)}
    for name, value in rest.items():
        if isinstance(value, Missing):
            fill, note = _fill(name, fitted)
            notes[name] = f"missing ({value.reason}); {note}"
            values[name] = value if fill is None else fill
    indicated = fitted.indicated()
    for name, value in rest.items():
        gap = isinstance(value, Missing)
        # a row that was filled before has no gaps left to tell of
        if catalogue_name(name) in indicated or (gap and not fitted.rows):
            values.setdefault(indicator(name), float(gap))
    return _row(features, values, notes)


def _row(source: Mapping[str, object], values: dict[str, Value], notes: dict[str, str]) -> EngineeredFeatures:
    if isinstance(source, EngineeredFeatures):
        return source.with_values(values, notes)
    return EngineeredFeatures(values, notes)


def _fill(name: str, fitted: Fitted) -> tuple[float | None, str]:
    """Return the value that fills a gap, ``None`` where there is none, and a note on it."""
    feature = fitted.features.get(catalogue_name(name) or name)
    if feature is None:
        return None, f"left so: {_why_unknown(name, fitted)}"
    note = f"filled with {feature.fill:g}, the {feature.how} of {feature.known} training values"
    return feature.fill, note if feature.missing else f"{note}; never missing there, so no column tells"


def normalized(features: Mapping[str, object], fitted: Fitted) -> EngineeredFeatures:
    """Return a row scaled to [0, 1]; a value outside the range of training is clipped, which a note says."""
    values, notes = read_row(features)
    for name, value in values.items():
        if is_indicator(name) or isinstance(value, Missing):
            continue
        limits = fitted.range_of(catalogue_name(name) or name)
        if limits is None:
            values[name] = Missing(f"not normalised, it has no fixed range: {_why_unknown(name, fitted)}")
            continue
        values[name] = scaled(value, *limits)
        if not limits[0] <= value <= limits[1]:
            _also(notes, name, f"{value:g} clipped to {_range(name, limits, fitted)}")
        elif (catalogue_name(name) or name) not in fitted.features:
            _also(notes, name, f"scaled by {_range(name, limits, fitted)}: {_why_unknown(name, fitted)}")
    return _row(features, values, notes)


def _why_unknown(name: str, fitted: Fitted) -> str:
    if not fitted.rows:
        return UNFITTED
    if catalogue_name(name) in fitted.empty:
        return f"no value in {fitted.rows} training rows"
    return "not among training data"


def _range(name: str, limits: tuple[float, float], fitted: Fitted) -> str:
    whose = "of training" if (catalogue_name(name) or name) in fitted.features else "of the catalogue"
    return f"{limits[0]:g} to {limits[1]:g}, the range {whose}"


def _also(notes: dict[str, str], name: str, note: str) -> None:
    notes[name] = f"{notes[name]}; {note}" if name in notes else note


def filled_frame(frame: pd.DataFrame, fitted: Fitted) -> pd.DataFrame:
    """Return a table filled as ``filled`` fills a row; columns that are no features stay, ``attrs['notes']`` tells."""
    from hyperion_hook.api.engineer.feature_frames import numeric_features

    columns = numeric_features(frame)
    notes = dict(frame.attrs.get("notes", {}))
    indicators = {}
    for name, column in columns.items():
        gaps = column.isna()
        count = int(gaps.sum())
        if count:
            fill, note = _fill(name, fitted)
            _also(notes, name, f"missing in {count} of {len(column)} rows; {note}")
            columns[name] = column if fill is None else column.fillna(fill)
        can_be_missing = catalogue_name(name) in fitted.indicated() or (count and not fitted.rows)
        if can_be_missing and indicator(name) not in frame.columns:
            indicators[indicator(name)] = gaps.astype("float64")
    return _with_notes(frame.assign(**columns, **indicators), frame, notes)


def normalized_frame(frame: pd.DataFrame, fitted: Fitted) -> pd.DataFrame:
    """Return a table scaled as ``normalized`` scales a row; columns that are no features stay."""
    from hyperion_hook.api.engineer.feature_frames import numeric_features

    columns = numeric_features(frame)
    notes = dict(frame.attrs.get("notes", {}))
    for name, column in columns.items():
        limits = fitted.range_of(catalogue_name(name) or name)
        if limits is None:
            _also(notes, name, f"not normalised, so missing: it has no fixed range: {_why_unknown(name, fitted)}")
            columns[name] = column * float("nan")
            continue
        outside = int(((column < limits[0]) | (column > limits[1])).sum())
        if outside:
            _also(notes, name, f"{outside} of {len(column)} values clipped to {_range(name, limits, fitted)}")
        columns[name] = column.map(lambda value, limits=limits: scaled(value, *limits), na_action="ignore")
    return _with_notes(frame.assign(**columns), frame, notes)


def _with_notes(result: pd.DataFrame, source: pd.DataFrame, notes: dict[str, str]) -> pd.DataFrame:
    result.attrs = dict(source.attrs) | {"notes": notes}
    return result
