"""EngineeredFeatures: the features of one row by the names that were asked for, with reasons for what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hyperion_hook.api.engineer.feature_names import own_name
from hyperion_hook.domain.vector import FeatureVector, Value
from hyperion_hook.errors import ConfigError, MissingExtraError
from hyperion_hook.features.catalogue import CATALOGUE, names_of

if TYPE_CHECKING:
    import pandas as pd

_ORDER = names_of(CATALOGUE)


class EngineeredFeatures(FeatureVector):
    """A vector by the names that were asked for, in their order, which answers to a feature's other name too.

    ``len`` counts the features, those without a value included. ``FeatureStore.store_features`` and the predictors take
    it as it stands; ``frame`` makes one row for an estimator of scikit-learn or XGBoost.

    Attributes
    ----------
    notes
        By name, what was done to a value: derived from what, imputed with what, clipped.
    unused
        Keys of the raw data that nothing was read from.
    warnings
        What to warn of where a repository was measured.
    extraction_time_ms
        How long it took to make the features, in milliseconds.

    Examples
    --------
    >>> from hyperion_hook.domain.vector import Missing
    >>> features = EngineeredFeatures({"lignes_ajoutees": 3.0, "age": Missing("no history")})
    >>> len(features), features["lignes_ajoutees"], features.number("age"), features.missing
    (2, 3.0, nan, {'age': 'no history'})
    >>> features["la"], "intervalle_dernier_changement" in features
    (3.0, True)
    >>> features.vector().number("la")
    3.0
    """

    __slots__ = ("extraction_time_ms", "notes", "unused", "warnings")

    def __init__(
        self,
        values: Mapping[str, Value],
        notes: Mapping[str, str] | None = None,
        unused: Iterable[str] = (),
        warnings: Iterable[str] = (),
        extraction_time_ms: float = 0.0,
    ) -> None:
        super().__init__(values)
        self.notes = dict(notes or {})
        self.unused = tuple(unused)
        self.warnings = tuple(warnings)
        self.extraction_time_ms = extraction_time_ms

    def __getitem__(self, name: str) -> Value:
        own = own_name(name, self._values)
        if own is None:
            raise KeyError(name)
        return self._values[own]

    def __repr__(self) -> str:
        return f"EngineeredFeatures({self._values!r})"

    def number(self, name: str) -> float:
        """Return the value under either name as a float, NaN where it is missing or not among the features."""
        return super().number(own_name(name, self._values) or name)

    def only(self, names: Iterable[str]) -> EngineeredFeatures:
        """Return some of the features, with what was said of them."""
        values = {name: self._values[name] for name in names}
        notes = {name: note for name, note in self.notes.items() if name in values}
        return EngineeredFeatures(values, notes, self.unused, self.warnings, self.extraction_time_ms)

    def with_values(self, values: Mapping[str, Value], notes: Mapping[str, str]) -> EngineeredFeatures:
        """Return other values and notes with what else was said of the row."""
        return EngineeredFeatures(values, notes, self.unused, self.warnings, self.extraction_time_ms)

    def vector(self) -> FeatureVector:
        """Return the features of the catalogue by canonical name, in its order: what models are scored with."""
        return FeatureVector({name: self[name] for name in _ORDER if name in self})

    def frame(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table of one row (needs pandas), NaN where a feature is missing.

        Parameters
        ----------
        names
            The columns, in either language, in the order an estimator was trained with; as they stand by default.

        Raises
        ------
        ConfigError
            If features are not here under either of their names: one line for each.
        """
        columns = list(self if names is None else names)
        absent = [f"feature '{name}': is not among these; request it" for name in columns if name not in self]
        if absent:
            raise ConfigError("\n".join(absent))
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError("frame()", "train", "pandas") from None
        return pd.DataFrame([[self.number(name) for name in columns]], columns=columns, dtype="float64")
