"""The hyperparameters of every model with their defaults, which are the specification's, and what each may be.

This is the only list: training, ``MLConfig``, ``config show`` and the checks of a configuration file read it. A section
is frozen, and is a mapping of what its estimator takes: ``RandomForestClassifier(**RandomForestParameters())``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar

from hyperion_hook.config.kinds import (
    CONTAMINATION,
    JOBS,
    RANDOM_STATE,
    SEED,
    FaultError,
    Kind,
    is_not,
    number,
    suggestion,
)
from hyperion_hook.errors import ConfigError

META_FEATURES = ("random_forest_prediction", "random_forest_confidence", "xgboost_prediction", "xgboost_confidence")
"""The columns of the meta-learner: prediction and confidence of each member."""


def _choice(*words: str, nothing: bool = False) -> Kind:
    """Return one of some words as they stand; with ``nothing``, also ``none``, which reads as ``None``."""
    values: dict[Any, str | None] = {word: word for word in words}
    if nothing:
        values |= {"none": None, None: None}
    return Kind(f"one of {', '.join((*words, 'none') if nothing else words)}", values.__getitem__, str.strip)


def _parameter(default: Any, kind: Kind, *, of_estimator: bool = True) -> Any:
    return field(default=default, metadata={"kind": kind, "of_estimator": of_estimator})


class Parameters(Mapping[str, Any]):
    """A section: attributes for all its parameters, a mapping of those that the estimator takes.

    Raises ``ConfigError`` if a value is not valid: one line for each fault, all at once.
    """

    section: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __post_init__(self) -> None:
        values, faults = checked(type(self), vars(self))
        if faults:
            raise ConfigError("\n".join(f"{self.section}.{fault}" for fault in faults))
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __getitem__(self, name: str) -> Any:
        if name not in set(self):
            raise KeyError(name)
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return (entry.name for entry in fields(self) if entry.metadata["of_estimator"])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Parameters):
            return type(self) is type(other) and vars(self) == vars(other)
        return super().__eq__(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))


_TREES = number(1, 100_000, whole=True)
_DEPTH = number(1, 64, whole=True)
_RATE = number(1e-6, 1)


@dataclass(frozen=True, eq=False)
class RandomForestParameters(Parameters):
    """Of scikit-learn's ``RandomForestClassifier``.

    Examples
    --------
    >>> dict(RandomForestParameters(n_estimators=300))
    {'n_estimators': 300, 'max_depth': 10, 'class_weight': 'balanced', 'random_state': 42}
    """

    section: ClassVar[str] = "random_forest"
    n_estimators: int = _parameter(100, _TREES)
    max_depth: int = _parameter(10, _DEPTH)
    class_weight: str | None = _parameter("balanced", _choice("balanced", "balanced_subsample", nothing=True))
    random_state: int = _parameter(RANDOM_STATE, SEED)


@dataclass(frozen=True, eq=False)
class XGBoostParameters(Parameters):
    """Of ``XGBClassifier`` in the risk predictor."""

    section: ClassVar[str] = "xgboost"
    n_estimators: int = _parameter(100, _TREES)
    max_depth: int = _parameter(8, _DEPTH)
    learning_rate: float = _parameter(0.1, _RATE)
    random_state: int = _parameter(RANDOM_STATE, SEED)


@dataclass(frozen=True, eq=False)
class MetaLearnerParameters(Parameters):
    """Of the ``LogisticRegression`` on what the members say."""

    section: ClassVar[str] = "meta_learner"
    solver: str = _parameter("liblinear", _choice("liblinear", "lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"))
    random_state: int = _parameter(RANDOM_STATE, SEED)


@dataclass(frozen=True, eq=False)
class IsolationForestParameters(Parameters):
    """Of scikit-learn's ``IsolationForest``.

    ``contamination`` is the share of rows that are called unusual, ``max_samples`` the rows that a tree sees, all if
    there are fewer.
    """

    section: ClassVar[str] = "isolation_forest"
    contamination: float = _parameter(CONTAMINATION, number(1e-4, 0.5))
    max_samples: int = _parameter(256, number(2, 10**9, whole=True))
    random_state: int = _parameter(RANDOM_STATE, SEED)
    n_jobs: int = _parameter(-1, JOBS)


@dataclass(frozen=True, eq=False)
class BugPredictorParameters(Parameters):
    """Of ``XGBClassifier`` in the bug predictor; two are not the estimator's.

    ``horizon_days`` are the days within which a fix counts, ``test_share`` is the youngest share of the time that is
    held out.

    Examples
    --------
    >>> parameters = BugPredictorParameters()
    >>> parameters.horizon_days, parameters.test_share, sorted(parameters)
    (30, 0.2, ['eval_metric', 'learning_rate', 'max_depth', 'n_estimators', 'random_state'])
    """

    section: ClassVar[str] = "bug_predictor"
    n_estimators: int = _parameter(200, _TREES)
    max_depth: int = _parameter(8, _DEPTH)
    learning_rate: float = _parameter(0.1, _RATE)
    random_state: int = _parameter(RANDOM_STATE, SEED)
    eval_metric: str = _parameter("logloss", _choice("logloss", "error", "auc", "aucpr"))
    horizon_days: int = _parameter(30, number(1, 3650, whole=True), of_estimator=False)
    test_share: float = _parameter(0.2, number(0.01, 0.9), of_estimator=False)


SECTIONS: dict[str, type[Parameters]] = {
    kind.section: kind
    for kind in (
        RandomForestParameters,
        XGBoostParameters,
        MetaLearnerParameters,
        IsolationForestParameters,
        BugPredictorParameters,
    )
}


def checked(
    kind: type[Parameters], given: Mapping[Any, object], *, from_text: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Return the valid values of a section by name, and one line for each fault; hyphens count as underscores.

    Examples
    --------
    >>> checked(XGBoostParameters, {"max-depth": 4, "n_estimators": 0, "depht": 1})
    ({'max_depth': 4}, ['n_estimators: 0 is not a whole number from 1 to 100,000', 'depht: no such parameter'])
    """
    known = {entry.name: entry.metadata["kind"] for entry in fields(kind)}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in given.items():
        name = str(key).replace("-", "_")
        if name not in known:
            faults.append(f"{str(key)[:80]}: no such parameter{suggestion(name, known)}")
            continue
        try:
            reader = known[name]
            values[name] = reader.from_text(value) if from_text else reader.from_toml(_plain(value), None)
        except FaultError as fault:
            faults.append(f"{name}: {fault}")
    return values, faults


def checked_sections(
    given: Mapping[str, object], *, from_text: bool = False
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the valid values of all sections that are given, and one line for each fault.

    Examples
    --------
    >>> checked_sections({"random-forest": {"max-depth": 5}, "xgbost": {}})
    ({'random_forest': {'max_depth': 5}}, ["xgbost: no such model; did you mean 'xgboost'?"])
    """
    results: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for key, table in given.items():
        section = str(key).replace("-", "_")
        kind = SECTIONS.get(section)
        if kind is None:
            faults.append(f"{str(key)[:80]}: no such model{suggestion(section, SECTIONS)}")
        elif not isinstance(table, Mapping):
            faults.append(f"{section}: {is_not(table, 'a table of parameters')}")
        else:
            results[section], wrong = checked(kind, table, from_text=from_text)
            faults += [f"{section}.{fault}" for fault in wrong]
    return results, faults


def _plain(value: object) -> object:
    """Return a number of numpy's as Python's own: searches give those."""
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "shape", None) == () else value
