"""The result of validating a table: the specification's ``ValidationResult``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hyperion_hook.features.names import EitherName
from hyperion_hook.training.tables.frame_columns import Column, Kind, columns_of


@dataclass
class ValidationResult:
    """All that was found in a table, every fault at once, and its statistics.

    Attributes
    ----------
    is_valid
        Whether there are no errors.
    warnings
        What a model can live with, one line for each kind of finding.
    errors
        What makes the table unfit to learn from.
    suggestions
        What would remedy the errors and warnings.
    n_samples, n_features
        Rows; columns other than the target.
    missing_percentage
        Cells of the features that hold nothing, 0..100.
    duplicate_percentage
        Rows that equal an earlier one in every column, 0..100.
    feature_coverage
        By feature the share of rows with a value, 0..1.
    feature_types
        By feature what its cells are: ``number``, ``flag``, ``number as text``, ``moment``, ``category``, ``text``,
        ``mixed`` or ``empty``.
    target_classes
        The classes of the target in order; empty without a target.
    target_balance
        The share of the labelled rows in each class, 0..1.
    """

    is_valid: bool = True
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    n_samples: int = 0
    n_features: int = 0
    missing_percentage: float = 0.0
    duplicate_percentage: float = 0.0
    feature_coverage: dict[str, float] = field(default_factory=dict)
    feature_types: dict[str, str] = field(default_factory=dict)
    target_classes: list[Any] = field(default_factory=list)
    target_balance: dict[Any, float] = field(default_factory=dict)


class Finding(NamedTuple):
    """A fault that a check sees, and its remedy; a warning unless it is an error."""

    text: str
    remedy: str = ""
    is_error: bool = False


def fault(text: str, remedy: str = "") -> Finding:
    """Return the finding of something that makes a table unfit to learn from."""
    return Finding(text, remedy, is_error=True)


def result_of(statistics: ValidationResult, findings: Iterable[Finding]) -> ValidationResult:
    """Return statistics together with the findings of checks; a suggestion is made once."""
    findings = list(findings)
    errors = [finding.text for finding in findings if finding.is_error]
    warnings = [finding.text for finding in findings if not finding.is_error]
    suggestions = list(dict.fromkeys(finding.remedy for finding in findings if finding.remedy))
    return replace(statistics, is_valid=not errors, errors=errors, warnings=warnings, suggestions=suggestions)


@dataclass(frozen=True)
class Table:
    """A frame as validation looks at it: features apart from the target."""

    frame: pd.DataFrame
    features: tuple[Column, ...]
    targets: tuple[Column, ...]
    target_name: str | None

    @classmethod
    def of(cls, frame: pd.DataFrame, target_column: str | None = None) -> Table:
        """Return the table of a frame."""
        columns = columns_of(frame)
        targets = tuple(column for column in columns if column.name == target_column)
        return cls(frame, tuple(column for column in columns if column not in targets), targets, target_column)

    @property
    def target(self) -> Column | None:
        """The target; ``None`` if none is named or there."""
        return self.targets[0] if self.targets else None

    def duplicates(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows equal an earlier one; cells that cannot be hashed are compared by how they are written."""
        columns = [
            column.series.map(repr) if column.kind is Kind.MIXED else column.series
            for column in (*self.features, *self.targets)
        ]
        if not columns:
            return np.zeros(len(self.frame), dtype=bool)
        keyed = pd.concat([series.reset_index(drop=True) for series in columns], axis=1)
        keyed.columns = pd.RangeIndex(len(columns))
        return np.asarray(keyed.duplicated())

    def statistics(self) -> ValidationResult:
        """Return the statistics, without findings."""
        rows, cells = len(self.frame), len(self.frame) * len(self.features)
        empty = sum(int(column.missing.sum()) for column in self.features)
        shares = {} if self.target is None else class_shares(self.target)
        return ValidationResult(
            n_samples=rows,
            n_features=len(self.features),
            missing_percentage=100.0 * empty / cells if cells else 0.0,
            duplicate_percentage=100.0 * float(self.duplicates().mean()) if rows else 0.0,
            feature_coverage=EitherName((column.name, column.coverage) for column in self.features),
            feature_types=EitherName((column.name, str(column.kind)) for column in self.features),
            target_classes=list(shares),
            target_balance=shares,
        )


def class_shares(target: Column) -> dict[Any, float]:
    """Return the classes of a target in order, each with its share of the labelled rows; values as plain Python."""
    present = target.series[~target.missing]
    if target.kind is Kind.MIXED:
        present = present.map(str)
    counts = present.astype(object).value_counts()
    classes = {
        (value.item() if isinstance(value, np.generic) else value): int(count)
        for value, count in counts.items()
        if count
    }
    try:
        ordered = sorted(classes)
    except TypeError:
        ordered = sorted(classes, key=str)
    return {value: classes[value] / len(present) for value in ordered}
