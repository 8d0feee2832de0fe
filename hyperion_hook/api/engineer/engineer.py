"""FeatureEngineer: features from raw data of any form, and what training needs done to them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

from hyperion_hook.api.engineer.derive import RISK, TEMPORAL
from hyperion_hook.api.engineer.engineered_features import EngineeredFeatures
from hyperion_hook.api.engineer.feature_names import asked_for, is_indicator
from hyperion_hook.api.engineer.fill_and_scale import filled, filled_frame, normalized, normalized_frame
from hyperion_hook.api.engineer.fitted_state import Fitted, Options, fit, from_json
from hyperion_hook.api.engineer.input_forms import (
    columns_of,
    engineered,
    interactions_of,
    over_rows,
    some_of,
    with_dates,
    without,
)
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import ArtefactError, ConfigError
from hyperion_hook.store.files.whole_files import write_whole

MAX_STATE_BYTES = 10_000_000


class FeatureEngineer:
    """Makes features of a git profile, of rows, of a table or of a recorded change.

    One row is a mapping; several are a list of them, or a table (pandas, polars, Arrow). What is said of one row below
    holds for each. A mapping gives ``EngineeredFeatures``, a list a list of them, a table one of pandas.

    Parameters
    ----------
    interactions
        Whether ``engineer_full_feature_set`` adds the interactions where no features are requested.
    impute
        Whether it fills gaps as ``handle_missing_features`` does; needs ``fit``.
    normalize
        Whether it scales as ``normalize_features`` does; needs ``fit``. Models of this package take features as they
        are: scaled ones are for models that were trained on scaled ones.
    clock
        Returns the Unix seconds of now; it is asked where raw data name no moment.

    Examples
    --------
    >>> engineer = FeatureEngineer()
    >>> features = engineer.engineer_full_feature_set(
    ...     {"complexite_cyclomatique": 12, "creation_date": "2024-01-01", "reference_date": "2024-01-31"},
    ...     requested_features=["complexite_cyclomatique", "age_fichier_jours", "facteur_bus"],
    ... )
    >>> len(features), features.present
    (3, {'complexite_cyclomatique': 12.0, 'age_fichier_jours': 30.0})
    >>> features.missing["facteur_bus"]
    'not given, nor what it can be derived from: commits_by_author, or contributors, or commit_history'
    """

    def __init__(
        self,
        *,
        interactions: bool = False,
        impute: bool = False,
        normalize: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.options = Options(interactions, impute, normalize)
        self.fitted = Fitted()
        self._clock = clock

    # -- the seven methods --------------------------------------------------------------------------------------------

    def extract_basic_features(self, raw: Any) -> Any:
        """Return the features given by name, and those of counts and lists: people, size, spread, purpose."""
        return some_of(raw, lambda name, given: given or not (name in TEMPORAL or name in RISK), self._clock)

    def engineer_temporal_features(self, data: Any, dates: Any = None) -> Any:
        """Return the features that need dates: ages, frequencies, experience, hour and weekday.

        Parameters
        ----------
        data
            Raw data.
        dates
            More dates by the keys of ``raw_facts.FACTS``; one date: the moment that counts as now; or a list: the dates
            of all commits. For a table also the name of a column, or one moment for each row.
        """
        return some_of(with_dates(data, dates), lambda name, _: name in TEMPORAL, self._clock)

    def engineer_risk_features(self, code_metrics: Any) -> Any:
        """Return the features of the code, its structure and what it can cost, given or derived from code metrics."""
        return some_of(code_metrics, lambda name, _: name in RISK, self._clock)

    def create_interaction_features(self, base_features: Any) -> Any:
        """Return every interaction of ``feature_names.INTERACTIONS`` whose two features are named in the base.

        They are missing where one of the two is, or where they would be divided by zero.
        """
        return interactions_of(base_features)

    def normalize_features(self, raw_features: Any) -> Any:
        """Return features scaled to [0, 1] by their range in training (Min-Max), values outside clipped, and said.

        Without ``fit``, or for a feature that was not in training, the catalogue's bounds serve where it has both; what
        has no such bounds is missing, with that reason.
        """
        fitted = self.fitted
        return over_rows(
            raw_features, lambda row: normalized(row, fitted), lambda frame: normalized_frame(frame, fitted)
        )

    def handle_missing_features(self, features: Any) -> Any:
        """Return features with gaps filled by the median of training (flags: the most frequent value), never by zero.

        Beside them stand ``NAME_missing`` (``NAME_manquant``), 1 where there was a gap, for each feature that was
        missing somewhere in training. ``notes`` says of each gap why it is one, and what was done. Without ``fit`` gaps
        stay gaps, and are marked.
        """
        fitted = self.fitted
        return over_rows(features, lambda row: filled(row, fitted), lambda frame: filled_frame(frame, fitted))

    def engineer_full_feature_set(self, raw_data: Any, requested_features: Iterable[str] | None = None) -> Any:
        """Return features by the names that were asked for.

        Parameters
        ----------
        raw_data
            A mapping of features, under either name, and of facts they are derived from (``raw_facts.FACTS``); a list
            of mappings; a table (pandas, polars, Arrow); or a repository: its path (then HEAD), ``(path, revision)`` or
            ``RepositoryChange``, measured by the same extractor as every command.
        requested_features
            Names in either language, interactions among them. By default the whole catalogue, for a table what some
            row has; in French if raw data name features in French only.

        Returns
        -------
        EngineeredFeatures, list of EngineeredFeatures, or pandas.DataFrame
            As described for the class. What is missing has its reason.

        Raises
        ------
        ConfigError
            If names are not known or raw data cannot be read, all faults at once; if filling or scaling is wanted and
            nothing was fitted.
        """
        requested = None if requested_features is None else asked_for(requested_features)
        options = [name for name in ("impute", "normalize") if getattr(self.options, name)]
        if options and not self.fitted.rows:
            raise ConfigError(f"FeatureEngineer: {' and '.join(options)} need training data; call fit() first")
        started = time.perf_counter()
        features = engineered(raw_data, requested, self.options, self._clock)
        rows = features if isinstance(features, list) else [features]
        for row in rows if rows and isinstance(rows[0], EngineeredFeatures) else ():
            row.extraction_time_ms = 1_000 * (time.perf_counter() - started) / len(rows)
        if self.options.impute:
            features = self.handle_missing_features(features)
            # who asks for features by name gets those
            features = features if requested is None else without(features, is_indicator)
        return self.normalize_features(features) if self.options.normalize else features

    # -- fitting ------------------------------------------------------------------------------------------------------

    def fit(self, training_data: Any) -> Self:
        """Learn ranges and medians from training data, a list of rows or a table, and return the engineer."""
        columns, rows = columns_of(engineered(training_data, None, self.options, self._clock))
        if not rows:
            raise ConfigError("training data: there are no rows; give some")
        self.fitted = fit(columns, rows)
        return self

    def to_json(self) -> str:
        """Return the fitted state and the options as JSON: names and numbers only."""
        return self.fitted.to_json(self.options)

    @classmethod
    def from_json(cls, text: str, *, clock: Callable[[], float] = time.time, where: str = "fitted features") -> Self:
        """Return an engineer as ``to_json`` described it.

        Raises
        ------
        ArtefactError
            If the text is damaged, or of another version.
        """
        fitted, options = from_json(text, where)
        engineer = cls(
            interactions=options.interactions, impute=options.impute, normalize=options.normalize, clock=clock
        )
        engineer.fitted = fitted
        return engineer

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``to_json`` to a file, in one step."""
        write_whole(Path(path), self.to_json().encode())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return an engineer that ``save`` wrote; raises ``ArtefactError`` as ``from_json`` does."""
        try:
            text = read_regular(Path(path).resolve(), MAX_STATE_BYTES).decode()
        except (OSError, ValueError) as error:
            raise ArtefactError(f"{path}: cannot be read ({error}); fit again") from None
        return cls.from_json(text, where=str(path))
