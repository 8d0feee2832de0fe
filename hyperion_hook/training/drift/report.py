"""What comparing two tables found: the specification's ``DriftReport``, and how each feature moved."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hyperion_hook.errors import MissingExtraError

SIGNIFICANT = 0.2
"""A magnitude above is the specification's reason to train anew; a PSI of about 0.22."""
STABLE = 0.1
"""A magnitude below is not worth a word; a PSI of about 0.055."""


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """How one feature moved from the reference to the current rows.

    Attributes
    ----------
    feature, title
        The column's name, the catalogue's where the tables differ in it; the catalogue's words, or the name again.
    kind
        ``number`` or ``category``.
    rows_reference, rows_current
        Rows with a value.
    missing_reference, missing_current
        Shares of rows without one, 0..1.
    magnitude
        Jensen-Shannon distance without chance's part, 0..1.
    drifted
        Whether the difference is beyond chance and as large as the threshold.
    test, statistic, p_value, p_adjusted
        The test that was chosen for this feature; the p-value, corrected for the many features.
    psi, js_distance
        Over the bins; ``js_distance`` as measured.
    ks_statistic, ks_p_value, wasserstein
        Of numbers; ``wasserstein`` in standard deviations of the reference. ``None`` for categories.
    chi_square
        Of categories; ``None`` for numbers.
    typical_reference, typical_current
        The 5 %, 50 % and 95 % points of numbers.
    bins, shares_reference, shares_current
        The bins and the share of each sample in them.
    """

    feature: str
    title: str
    kind: str
    rows_reference: int
    rows_current: int
    missing_reference: float
    missing_current: float
    magnitude: float
    drifted: bool
    test: str
    statistic: float
    p_value: float
    p_adjusted: float
    psi: float
    js_distance: float
    ks_statistic: float | None = None
    ks_p_value: float | None = None
    wasserstein: float | None = None
    chi_square: float | None = None
    typical_reference: tuple[float, float, float] | None = None
    typical_current: tuple[float, float, float] | None = None
    bins: tuple[str, ...] = ()
    shares_reference: tuple[float, ...] = ()
    shares_current: tuple[float, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data; figures that are not finite are ``None``."""
        values: dict[str, Any] = _plain(asdict(self))
        return values


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Whether the current rows differ from the reference, by how much, and in what.

    Attributes
    ----------
    has_drift
        Whether any feature, the label or the score has drifted.
    drift_magnitude
        How far the table has moved, 0..1: the mean magnitude of the most drifted fifth of the features (at least one),
        where a difference that chance explains counts as 0; or that of label or score, if larger. Above 0.2 the
        difference is significant by the conventions of the PSI.
    threshold, alpha
        The smallest magnitude that counts as drift; the share of comparisons without drift that may raise an alarm.
    rows_reference, rows_current
        Rows of the tables.
    features
        Every feature that was compared, most drifted first.
    label, score
        The outcome's and the model's score's, ``None`` if not given.
    only_in_reference, only_in_current
        Columns that the other table has not.
    warnings
        What could not be compared, and why.
    """

    has_drift: bool
    drift_magnitude: float
    threshold: float
    alpha: float
    rows_reference: int
    rows_current: int
    features: tuple[FeatureDrift, ...]
    label: FeatureDrift | None = None
    score: FeatureDrift | None = None
    only_in_reference: tuple[str, ...] = ()
    only_in_current: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def drifted_features(self) -> tuple[str, ...]:
        """The names of the features that drifted, most drifted first."""
        return tuple(feature.feature for feature in self.features if feature.drifted)

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data; figures that are not finite are ``None``."""
        values: dict[str, Any] = _plain(asdict(self) | {"drifted_features": self.drifted_features})
        return values

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(self.as_data(), indent=1, allow_nan=False)

    def to_markdown(self) -> str:
        """Return the report as Markdown."""
        from hyperion_hook.training.drift.text import drift_markdown

        return drift_markdown(self)

    def plot(self, path: str | Path) -> None:
        """Draw the report into a file; needs matplotlib, which the extra ``plots`` installs.

        Raises
        ------
        HyperionError
            If the file cannot be written, or its ending names no kind of picture.
        MissingExtraError
            Without the extra ``plots``.
        """
        if find_spec("matplotlib") is None:
            raise MissingExtraError("plot", "plots", "matplotlib")
        from hyperion_hook.training.drift.plot import draw

        draw(self, Path(path))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
