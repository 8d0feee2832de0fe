"""Where a predictor's model comes from: the bundle that came along or a folder, a registry, MLflow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

from hyperion_hook.api.predict.explanation import RowExplanation, explain_estimator
from hyperion_hook.api.predict.named_estimator import NamedEstimator, named
from hyperion_hook.errors import ArtefactError
from hyperion_hook.scoring.bundle import MANIFEST, Bundle, load_bundle

Model = Bundle | NamedEstimator


class Predictor(ABC):
    """What all predictors share: how they come by a model.

    Parameters
    ----------
    model
        A bundle, a fitted estimator that remembers its columns, or a ``NamedEstimator``; by default the bundle that
        came with the program.

    Raises
    ------
    ArtefactError
        If the bundle has no such model.
    """

    name: ClassVar[str]
    """How a registry calls such a model."""
    part: ClassVar[str]
    """The part of a bundle that is such a model."""

    def __init__(self, model: Any = None) -> None:
        model = load_bundle(None) if model is None else model
        self.model: Model = model if isinstance(model, Bundle | NamedEstimator) else NamedEstimator(model)
        if isinstance(self.model, Bundle):
            self._bundle_features(self.model)

    @classmethod
    def from_bundle(cls, path: str | PathLike[str] | None = None) -> Self:
        """Return the predictor of a bundle's folder, by default of the bundle that came with the program.

        Raises
        ------
        ArtefactError
            If the bundle is damaged, or has no such model.
        """
        return cls(load_bundle(None if path is None else Path(path)))

    @classmethod
    def from_registry(cls, name: str | None = None, version: str = "production", registry: Any = None) -> Self:
        """Return the predictor of a version in a registry.

        Parameters
        ----------
        name
            By default that of such models, for example ``risk_predictor``.
        version
            ``production``, ``latest`` or one like ``v1.0.0``.
        registry
            By default the one of the repository that one stands in.

        Raises
        ------
        ConfigError
            If there is no such version.
        ArtefactError
            If it is damaged.
        """
        return cls(registered(cls.name if name is None else name, version, registry))

    @classmethod
    def from_mlflow(cls, uri: str) -> Self:
        """Return the predictor of a model that MLflow keeps, for example ``models:/risk_predictor@production``.

        Raises
        ------
        MissingExtraError
            Without the extra ``mlflow``.
        HyperionError
            If MLflow does not give it.
        """
        from hyperion_hook.training.mlflow.load import load_model

        model, columns = load_model(uri)
        return cls(model if isinstance(model, Bundle) else named(model, columns))

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are looked at, in the order of training."""
        return self.model.features if isinstance(self.model, NamedEstimator) else self._bundle_features(self.model)

    def explain(self, rows: object, typical: object = None) -> list[RowExplanation]:
        """Explain rows by the contribution of each feature to the score; base and contributions sum to it.

        The score is the log-odds of what is looked for; of an anomaly it is that of ``score``, so that what is negative
        makes a row unusual.

        Parameters
        ----------
        rows
            What is explained.
        typical
            A row, or rows whose medians are typical. By default what was typical in the bundle's training, and for
            bugs a file of which nothing is known. An estimator needs it; the impact's base is always a change without
            evidence.

        Raises
        ------
        ConfigError
            If ``typical`` is needed and not given, or given and not wanted; if the model is an isolation forest outside
            a bundle.
        """
        if isinstance(self.model, NamedEstimator):
            return explain_estimator(self.model, rows, typical)
        return self._explain(self.model, rows, typical)

    def __repr__(self) -> str:
        model = f"{self.model.name} {self.model.version}" if isinstance(self.model, Bundle) else repr(self.model)
        return f"{type(self).__name__}({model})"

    @abstractmethod
    def _explain(self, bundle: Bundle, rows: object, typical: object) -> list[RowExplanation]:
        """Explain rows by a bundle's model."""

    def _bundle_features(self, bundle: Bundle) -> tuple[str, ...]:
        features: tuple[str, ...] = self._model_of(bundle).features
        return features

    def _model_of(self, bundle: Any) -> Any:
        """Return a bundle's own such model; raise ``ArtefactError`` if it has none."""
        model = getattr(bundle, self.part)
        if model is None:
            what, bundle_name = self.name.replace("_", " "), f"{bundle.name} {bundle.version}"
            raise ArtefactError(f"models '{bundle_name}': no {what}; use other models, or the bundled ones")
        return model


def registered(name: str, version: str, registry: Any = None) -> Model:
    """Return a registered model: its bundle where it has one, else the estimator."""
    if registry is None:
        from hyperion_hook.api.registry.model_registry import ModelRegistry

        registry = ModelRegistry()
    # what score uses is there as a bundle; anything else, and another registry, gives an estimator
    folder = registry.folder(name, version) if hasattr(registry, "folder") else None
    if folder is not None and (folder / MANIFEST).is_file():
        return load_bundle(folder)
    if not hasattr(registry, "load_model"):
        raise ArtefactError(f"{name} {version}: is no bundle; pass a registry that has load_model")
    model, metadata = registry.load_model(name=name, version=version, return_metadata=True)
    if isinstance(model, Bundle | NamedEstimator):
        return model
    return named(model, getattr(metadata, "training_features", None) or ())
