"""The specification's ``DataValidator``: is a table fit to learn from, and do two tables say the same.

Each check can be called alone; ``validate_dataframe`` runs them all and reports every fault at once. A frame that is
given is never changed. Columns may carry the French or the English names of features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd

from hyperion_hook.training.drift.compare import compare
from hyperion_hook.training.drift.report import DriftReport
from hyperion_hook.training.tables.frame_columns import check_name
from hyperion_hook.training.tables.table_reading import as_table
from hyperion_hook.training.validation import checks
from hyperion_hook.training.validation.checks import Limits
from hyperion_hook.training.validation.repair import repaired
from hyperion_hook.training.validation.result import Finding, Table, ValidationResult, fault, result_of


class DataValidator:
    """Validates tables and compares them.

    Parameters
    ----------
    limits
        From where on something is reported.
    fill_missing
        Whether ``validate_and_prepare_data`` fills missing numbers with the median of their column. Turn it off for
        estimators that read missing values, and where medians must not be taken over test rows.

    Examples
    --------
    >>> data = pd.DataFrame({"la": range(12), "ld": [1, 2, 3] * 4, "risque_reel": [0, 1] * 6})
    >>> result = DataValidator().validate_dataframe(df=data, target_column="risque_reel")
    >>> result.is_valid, result.n_samples, result.n_features, result.target_balance
    (True, 12, 2, {0: 0.5, 1: 0.5})
    """

    def __init__(self, limits: Limits | None = None, *, fill_missing: bool = True) -> None:
        self.limits = limits or Limits()
        self.fill_missing = fill_missing

    def validate_structure(self, df: pd.DataFrame) -> ValidationResult:
        """Validate basic data structure: a frame of at least 10 rows, columns named once, no duplicate rows."""
        return _checked(df, None, lambda table: checks.structure(table, self.limits))

    def validate_features(self, df: pd.DataFrame, expected_features: Sequence[str] | None = None) -> ValidationResult:
        """Validate feature presence and coverage: all expected are there, others are warned of, each has values."""
        return _checked(df, None, lambda table: checks.features(table, expected_features, self.limits))

    def validate_data_quality(self, df: pd.DataFrame) -> ValidationResult:
        """Validate overall data quality: under 20 % missing, by feature; numbers that are finite."""
        return _checked(df, None, lambda table: checks.quality(table, self.limits))

    def validate_target(self, df: pd.DataFrame, target_column: str) -> ValidationResult:
        """Validate target variable: never missing, two classes at least, in balance, given away by no feature."""
        return _checked(df, target_column, lambda table: checks.target(table, self.limits))

    def validate_distributions(self, df: pd.DataFrame) -> ValidationResult:
        """Validate feature distributions: none constant, outliers beyond 3 IQR, values in the catalogue's ranges."""
        return _checked(df, None, lambda table: checks.distributions(table, self.limits))

    def validate_dataframe(
        self, df: pd.DataFrame, target_column: str | None = None, expected_features: Sequence[str] | None = None
    ) -> ValidationResult:
        """Run every check.

        Parameters
        ----------
        df
            Any table (a frame, an array, rows, polars, Arrow); not changed. What is none is an error of the result.
        target_column
            The column to be predicted; it is no feature. Without one the target is not validated.
        expected_features
            The features a model wants, under either name; not compared by default.

        Returns
        -------
        ValidationResult
            All faults at once.
        """

        def run(table: Table) -> Iterator[Finding]:
            yield from checks.structure(table, self.limits)
            yield from checks.features(table, expected_features, self.limits)
            yield from checks.quality(table, self.limits)
            if target_column is not None:
                yield from checks.target(table, self.limits)
            yield from checks.distributions(table, self.limits)

        return _checked(df, target_column, run)

    def validate_and_prepare_data(
        self, df: pd.DataFrame, target_column: str, fix_issues: bool = True
    ) -> tuple[pd.DataFrame, ValidationResult]:
        """Return a frame to learn from, and the findings for it.

        Parameters
        ----------
        df
            Any frame; not changed.
        target_column
            The column to be predicted.
        fix_issues
            Whether to mend what can be mended: duplicate rows, rows without a target, constant columns, columns without
            values and columns that are no numbers are left out; numbers written as text, flags and moments become
            numbers; infinities become missing; missing numbers the median. Without it a copy is returned.

        Returns
        -------
        pd.DataFrame, ValidationResult
            The frame, its rows numbered anew; and the result of validating it, what was mended first among the
            warnings.
        """
        df = as_table(df)
        before = self.validate_dataframe(df, target_column)
        if not isinstance(df, pd.DataFrame):
            return pd.DataFrame(), before
        if not fix_issues:
            return df.copy(), before
        clean, steps = repaired(df, target_column, fill_missing=self.fill_missing)
        result = self.validate_dataframe(clean, target_column)
        result.warnings[:0] = [f"fixed: {step}" for step in steps]
        return clean, result

    def detect_data_drift(
        self,
        reference_df: pd.DataFrame,
        current_df: pd.DataFrame,
        threshold: float = 0.1,
        *,
        target_column: str | None = None,
        score_column: str | None = None,
    ) -> DriftReport:
        """Compare current rows with those of a reference, such as what a model was trained on.

        Parameters
        ----------
        reference_df, current_df
            Frames with a row for each change; not changed. Columns are paired by name, French or English.
        threshold
            The magnitude (Jensen-Shannon distance without chance's part, 0..1) from which on a feature has drifted.
        target_column, score_column
            The columns of outcome and of a model's score, reported apart from the features.

        Returns
        -------
        DriftReport
            Features, most drifted first; ``has_drift`` and ``drift_magnitude`` of the whole.

        Raises
        ------
        ConfigError
            If one of them is no frame, they have no column in common, or the threshold is out of range.
        """
        return compare(reference_df, current_df, threshold, target_column=target_column, score_column=score_column)


def _checked(
    df: pd.DataFrame, target_column: str | None, run: Callable[[Table], Iterable[Finding]]
) -> ValidationResult:
    df = as_table(df)
    check_name("target_column", target_column)
    if not isinstance(df, pd.DataFrame):
        text = f"not a DataFrame: {type(df).__name__}"
        return result_of(ValidationResult(), [fault(text, "pass a pandas.DataFrame, one row for each change")])
    table = Table.of(df, target_column)
    return result_of(table.statistics(), run(table))
