"""The specification's model registry: fitted estimators in the registry that ``retrain``, ``models`` and ``score`` use.

A version holds the estimator as a skops file of trusted types and, where the estimator can be said as data and its
features are in the catalogue, a bundle beside it: that is what ``score`` reads. Both are registered, checked, promoted
and rolled back as one.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from hyperion_hook.api.registry.comparison import ModelComparison, compared
from hyperion_hook.errors import ArtefactError, ConfigError, GitError, MissingExtraError, NotARepositoryError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.git.environment.neutral import cache_folder
from hyperion_hook.git.objects import folder_of, is_repo
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import MANIFEST, load_bundle
from hyperion_hook.store.models import FOLDER
from hyperion_hook.store.models.metadata import ESTIMATOR, ModelMetadata, Status, digest_of
from hyperion_hook.store.models.version_store import RISK_PREDICTOR, VersionStore
from hyperion_hook.training.mlflow.follow_registry import followed

if TYPE_CHECKING:
    import pandas as pd

    from hyperion_hook.training.mlflow.tracker import MLFlowTracker

_LIBRARIES = ("scikit-learn", "xgboost", "xgboost-cpu", "skops", "numpy")


class ModelRegistry(VersionStore):
    """Versions of models by name, each with what is known of it, and one at most in production.

    Parameters
    ----------
    root
        The registry's folder. By default that of the repository one stands in, whose ``score`` uses the model that is
        in production under the name ``risk_predictor``; outside a repository one in the user's cache folder, which
        nothing else reads. ``root`` says which it is. A ``git.Repo`` stands for the registry of that repository.
    tracker
        MLflow, which registers and promotes what is saved and promoted here; by default the one that the settings ask
        for, which is none while no address is named. What it refuses costs a warning.

    Raises
    ------
    ConfigError
        If there is no repository and no home folder.
    """

    def __init__(self, root: Any = None, tracker: MLFlowTracker | None = None) -> None:
        super().__init__(_default_root(root) if root is None or is_repo(root) else Path(folder_of(root)))
        self._tracker = tracker

    def __repr__(self) -> str:
        return f"ModelRegistry({str(self.root)!r})"

    def save_model(
        self,
        model: Any,
        name: str,
        model_type: str,
        metadata: Mapping[str, Any] | None = None,
        *,
        reference: pd.DataFrame | None = None,
    ) -> str:
        """Keep a fitted estimator as a new version, with the status ``trained``, and return the version.

        Other features raise the first number, another fit or other parameters the second, anything else that is said
        of the same fit the third. Saving what is there already returns the version it has.

        Parameters
        ----------
        model
            A fitted estimator of the trusted types (``training/trusted_types.py``).
        name
            Letters, digits, ``_`` and ``-``. What is in production as ``risk_predictor`` is what ``score`` uses.
        model_type
            For example ``XGBoost``.
        metadata
            Fields of ``ModelMetadata``. Keys it has no field for are kept in ``extra``.
        reference
            Rows like those it was trained on, features by either name: thresholds and usual values for ``score`` are
            taken from them instead of from the rows that came with the program.

        Raises
        ------
        ConfigError
            If the model is no fitted estimator, a value of the metadata is wrong, or the estimator holds what is not
            trusted.
        MissingExtraError
            Without the extra ``train``.
        StoreError
            If the registry cannot be written.
        """
        _need_the_extra("ModelRegistry.save_model")
        from hyperion_hook.api.registry.save import prepared

        draft, files_of = prepared(model, name, model_type, metadata, reference, _libraries())
        version = self.register(draft, files_of).version
        tracker = self._tracked()
        if tracker is not None:
            tracker.register_saved(model, self.find(name, version), repository=self._repository())
        return version

    @overload
    def load_model(
        self, name: str, version: str = ..., return_metadata: Literal[True] = ...
    ) -> tuple[Any, ModelMetadata]: ...
    @overload
    def load_model(self, name: str, version: str = ..., *, return_metadata: Literal[False]) -> Any: ...
    def load_model(self, name: str, version: str = "latest", return_metadata: bool = True) -> Any:
        """Return a version's model, by default with what is known of it.

        Parameters
        ----------
        name
            What it was saved as.
        version
            A version, ``latest`` for the highest, ``production`` for the one that serves.
        return_metadata
            The specification unpacks two values with and without it, so two are returned unless it is ``False``.

        Returns
        -------
        tuple[Any, ModelMetadata] or Any
            The estimator as it was saved, or a ``BundleClassifier`` where ``retrain`` made the version. The
            predictions of either also take what ``FeatureEngineer`` returns, mappings and lists of them, features under
            either name.

        Raises
        ------
        ConfigError
            If there is no such version.
        ArtefactError
            If a file was changed, or holds anything that is not trusted; nothing in it is executed.
        MissingExtraError
            Without the extra ``train``.
        """
        _need_the_extra("ModelRegistry.load_model")
        metadata = self.find(name, version)
        model = self._model(metadata)
        return (model, metadata) if return_metadata else model

    def promote_model(self, name: str, version: str, status: Status | str = Status.PRODUCTION) -> str:
        """Take a version to ``validated``, ``production`` or ``deprecated``, and return the version.

        A trained version becomes validated by being checked: digests of all files, the estimator loads, and bundle and
        estimator give the same probabilities to 1e-6. What was checked is kept (``ModelMetadata.validation``). Promoted
        to production, a trained version is validated first, in the same step. What was in production is deprecated;
        where it is the version itself, nothing changes.

        Raises
        ------
        ConfigError
            If there is no such version or status.
        ArtefactError
            If the version does not pass; its status is as it was.
        StoreError
            If the step is not legal: nothing returns to ``trained``, and only ``rollback`` brings back what is
            deprecated.
        """
        try:
            to = Status(status)
        except ValueError:
            raise ConfigError(f"status '{str(status)[:40]}': use validated, production or deprecated") from None
        metadata = self.find(name, version)
        if metadata.status is to is Status.PRODUCTION:  # a script that runs again saves and promotes the same version
            return metadata.version
        with followed(self, name, self._tracked, self._repository):
            if to is Status.DEPRECATED:
                return self.deprecate(name, metadata.version)
            is_checked = metadata.status is Status.TRAINED and to is not Status.TRAINED
            validation = self._validated(metadata) if is_checked else None
            number = self.promote(name, metadata.version, to, validation=validation)
        if to is Status.PRODUCTION and name == RISK_PREDICTOR and metadata.not_scored:
            what = f"score uses the bundled models: {name} {number} {metadata.not_scored}"
            warnings.warn(what, UserWarning, stacklevel=2)
        return number

    def rollback(self, name: str) -> tuple[str | None, str | None]:
        """Return to the version that served before the one in production, as the registry of ``models rollback`` does.

        Returns
        -------
        tuple[str or None, str or None]
            The version that served, and the one that serves now; ``None`` for the models that came with the program.

        Raises
        ------
        ArtefactError
            If the registry, or what served before, is damaged.
        StoreError
            If no version is in production, or the registry cannot be written.
        """
        with followed(self, name, self._tracked, self._repository):
            return super().rollback(name)

    def _tracked(self) -> MLFlowTracker | None:
        if self._tracker is None:
            from hyperion_hook.training.mlflow.settings import tracker_asked_for

            return tracker_asked_for()
        return self._tracker

    def _repository(self) -> Repository | None:
        """Return the repository that the registry lies in, ``None`` outside of one."""
        with suppress(GitError):
            return open_repository(self.root)
        return None

    def list_models(self, name: str | None = None, status: Status | str | None = None) -> list[ModelMetadata]:
        """Return the metadata of every version, by name and version; a damaged one is left out with a warning.

        Raises
        ------
        ConfigError
            If there is no such status.
        ArtefactError
            If the list of a model's versions is damaged.
        """
        try:
            only = None if status is None else Status(status)
        except ValueError:
            known = ", ".join(entry.value for entry in Status)
            raise ConfigError(f"status '{str(status)[:40]}': use one of {known}") from None
        results = []
        for model in self.names() if name is None else [name]:
            for version, now in self.versions(model).items():
                if only in {None, now}:
                    try:
                        results.append(self.find(model, version))
                    except ArtefactError as error:
                        warnings.warn(str(error), UserWarning, stacklevel=2)
        return results

    def compare(self, name: str, a: str, b: str) -> ModelComparison:
        """Return two versions of a model beside each other; each as for ``load_model``."""
        return compared(self.find(name, a), self.find(name, b))

    def _model(self, metadata: ModelMetadata) -> Any:
        from hyperion_hook.api.predict.named_estimator import taking_names
        from hyperion_hook.training.export.bundle_classifier import BundleClassifier
        from hyperion_hook.training.model_files.skops_audit import RefusedError
        from hyperion_hook.training.model_files.skops_files import unpacked
        from hyperion_hook.training.models.transformers import FeatureColumns

        folder = self.folder(metadata.name, metadata.version)
        if ESTIMATOR not in metadata.files:
            return BundleClassifier(load_bundle(folder))
        data = (folder / ESTIMATOR).read_bytes()
        try:
            if digest_of(data) != metadata.files[ESTIMATOR]:
                raise RefusedError("its digest differs from the registry's")
            model = unpacked(data)
        except RefusedError as error:
            raise ArtefactError(f"{folder / ESTIMATOR}: {error}; train the model and save it anew") from None
        # ours name and fill their columns themselves
        return (
            model
            if hasattr(model, "steps") and isinstance(model[0], FeatureColumns)
            else taking_names(model, metadata.training_features)
        )

    def _validated(self, metadata: ModelMetadata) -> dict[str, Any]:
        """Return the checks of a version: it is loaded, and the bundle that ``score`` reads is compared with it."""
        _need_the_extra("ModelRegistry.promote_model")
        from hyperion_hook.api.registry.save import parity_of

        model = self._model(metadata)
        checked: dict[str, Any] = {"files": sorted(metadata.files), "loaded": type(model).__name__}
        if MANIFEST in metadata.files:
            checked["parity"] = parity_of(model, metadata, load_bundle(self.folder(metadata.name, metadata.version)))
        return checked


def _default_root(repo: Any = None) -> Path:
    try:
        return open_repository(repo).common_dir / FOLDER
    except NotARepositoryError:
        try:
            return cache_folder() / "registry"
        except OSError:
            raise ConfigError("registry: no repository and no home folder; name one: ModelRegistry(root)") from None


def _need_the_extra(what: str) -> None:
    for module in ("sklearn", "xgboost", "pandas", "skops"):
        if find_spec(module) is None:
            raise MissingExtraError(what, "train", module)


def _libraries() -> dict[str, str]:
    """Return the versions of what an estimator is made of, by name."""
    results = {}
    for library in _LIBRARIES:
        try:
            results[library] = version_of(library)
        except PackageNotFoundError:
            continue
    return results
