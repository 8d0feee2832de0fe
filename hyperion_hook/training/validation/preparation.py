"""From what the caller gave to rows that can be learned from: read, validated, target and time told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.domain.remedies import note_of
from hyperion_hook.errors import ConfigError, TrainingError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.tables.frame_columns import check_name
from hyperion_hook.training.tables.table_reading import DataSource, read_table
from hyperion_hook.training.tables.target import Target, read_target
from hyperion_hook.training.tables.time_column import TimeColumn, time_column_of
from hyperion_hook.training.validation.checks import DOUBTFUL, LEAST_SAMPLES
from hyperion_hook.training.validation.result import ValidationResult


class Validator(Protocol):
    """What the pipeline needs of a ``DataValidator``."""

    def validate_dataframe(self, df: pd.DataFrame, target_column: str | None = None) -> ValidationResult:
        """Return the findings for a table."""


@dataclass(frozen=True)
class Prepared:
    """Rows with a target, as they stand in the table; ``time`` has a moment for each of them."""

    frame: pd.DataFrame
    target: Target
    time: TimeColumn | None
    apart: frozenset[str]
    validation: ValidationResult
    warnings: tuple[str, ...]

    @property
    def codes(self) -> NDArray[np.int64]:
        """The target as 0 and 1."""
        return self.target.codes


def prepare(
    data: DataSource,
    target_column: str,
    validator: Validator,
    *,
    time_column: str | None = None,
    positive: Sequence[Any] | None = None,
) -> Prepared:
    """Return rows to learn from.

    Raises ``ConfigError`` if the table, the target or the time cannot be read; ``TrainingError`` with fewer than
    ten rows that have a target.

    Parameters
    ----------
    target_column
        What is to be predicted; either name where it is a feature.
    validator
        Looks at the whole table; its errors become warnings where learning is possible all the same.
    time_column
        When a row was made; by default a column with a usual name that holds moments.
    """
    frame, validation, warnings = read_and_validate(data, target_column, validator)
    target_name = column_named(frame, target_column)
    target = read_target(frame[target_name], positive=positive)
    known = target.codes >= 0
    if not known.all():
        warnings.append(f"{int((~known).sum())} rows without a value of '{target_name}' are left out")
    if known.sum() < LEAST_SAMPLES:
        raise TrainingError(
            f"training data: {int(known.sum())} rows with a target; at least {LEAST_SAMPLES} are needed"
        )
    frame = frame[known].reset_index(drop=True)
    time = time_column_of(frame, time_column, target_name)
    apart = frozenset({target_name} if time is None else {target_name, time.name})
    warnings.extend(target.warnings)
    return Prepared(
        frame, Target(target.codes[known], target.labels), time, apart, validation, tuple(dict.fromkeys(warnings))
    )


def prepare_unlabelled(data: DataSource, validator: Validator, *, time_column: str | None = None) -> Prepared:
    """Return rows without a target; every second one stands for a class, so that they can be split like others.

    Raises ``ConfigError`` if the table or the time cannot be read; ``TrainingError`` with fewer than ten rows.
    """
    frame, validation, warnings = read_and_validate(data, None, validator)
    if len(frame) < LEAST_SAMPLES:
        raise TrainingError(f"training data: {len(frame)} rows; at least {LEAST_SAMPLES} are needed")
    time = time_column_of(frame, time_column, "")
    apart = frozenset[str]() if time is None else frozenset({time.name})
    return Prepared(frame, Target(np.arange(len(frame)) % 2, (0, 1)), time, apart, validation, tuple(warnings))


def read_and_validate(
    data: DataSource, target_column: str | None, validator: Validator
) -> tuple[pd.DataFrame, ValidationResult, list[str]]:
    """Return a table, what the validator says of it, and its errors as warnings."""
    frame = read_table(data)
    named = None if target_column is None else column_named(frame, target_column)
    validation = validator.validate_dataframe(frame, target_column=named)
    doubts = [warning for warning in validation.warnings if note_of(warning).kind == DOUBTFUL]
    return frame, validation, [f"validation: {what}" for what in (*validation.errors, *doubts)]


def column_named(frame: pd.DataFrame, name: str) -> str:
    """Return the column of a name, under either name where it is a feature; raise ``ConfigError`` if there is none."""
    check_name("target_column", name)
    name = str(name)  # as the columns of a table that was read, whose names may have been numbers
    if name in frame.columns:
        return name
    for column in frame.columns:
        if canonical(column) == canonical(name):
            return str(column)
    raise ConfigError(f"target_column '{name}': is not a column; columns are {', '.join(frame.columns[:12])}")
