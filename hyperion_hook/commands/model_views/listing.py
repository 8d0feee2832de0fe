"""Which models there are: those of the registry under every name, the configured and the bundled ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.commands import warn
from hyperion_hook.commands.model_views.text import Listed
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ArtefactError, ConfigError, NotARepositoryError
from hyperion_hook.store.models.metadata import RISK_PREDICTOR

if TYPE_CHECKING:
    from hyperion_hook.scoring.bundle import Bundle
    from hyperion_hook.store.models.metadata import ModelMetadata
    from hyperion_hook.store.models.version_store import VersionStore

BUNDLED = "bundled"
"""Stands for the models that came with the program where a version is asked for."""


def common_dir_of(repo: Path | None) -> Path | None:
    """Return the git directory that the registry lies in, ``None`` outside a repository."""
    from hyperion_hook.git.repository import Repository

    try:
        return Repository.discover(repo).common_dir
    except NotARepositoryError:
        return None


def registry_of(repo: Path | None) -> VersionStore:
    """Return the registry of a repository; raise ``NotARepositoryError`` if the folder is in none."""
    from hyperion_hook.git.repository import Repository
    from hyperion_hook.store.models.version_store import VersionStore

    return VersionStore.of(Repository.discover(repo).common_dir)


def listed(common_dir: Path | None, config: Config) -> list[Listed]:
    """Return all models there are: those of the registry, newest first, the configured and the bundled ones."""
    from hyperion_hook.assess.models import ModelOrigin, models_in_use
    from hyperion_hook.scoring.bundle import load_bundle

    try:
        used = models_in_use(config.models, common_dir)
    except ArtefactError:
        used = None
    origin = used.origin if used else None
    models = [] if common_dir is None else list(_registered(common_dir, used.version if used else None))
    if config.models is not None:
        models.append(_folder("configured", lambda: load_bundle(config.models), in_use=True))
    models.append(_folder(BUNDLED, load_bundle, in_use=origin is ModelOrigin.BUNDLED))
    return models


def _registered(common_dir: Path, in_use: str | None) -> Iterator[Listed]:
    from hyperion_hook.store.models.version_store import VersionStore

    registry = VersionStore.of(common_dir)
    # what score can use comes first
    for name in sorted(registry.names(), key=lambda name: (name != RISK_PREDICTOR, name)):
        try:
            versions = registry.versions(name)
        except (ArtefactError, ConfigError) as error:
            yield Listed("registry", None, None, in_use=False, name=name, fault=str(error))
            continue
        for version, status in reversed(versions.items()):
            try:
                registry.folder(name, version)
                result = registry.find(name, version)
            except ArtefactError as error:
                yield Listed("registry", version, status.value, in_use=False, name=name, fault=str(error))
            else:
                yield _of_registry(result, in_use=name == RISK_PREDICTOR and version == in_use)


def _of_registry(found: ModelMetadata, *, in_use: bool) -> Listed:
    main = found.files.get("manifest.json") or next(iter(found.files.values()))
    note = f"{found.model_type} {found.not_scored}" if found.not_scored and found.name == RISK_PREDICTOR else None
    count = f"{found.training_samples:,} " if found.training_samples else ""  # 0 where nobody said how many
    trained_on = found.description or f"{count}rows of its own"
    return Listed(
        "registry",
        found.version,
        found.status.value,
        in_use,
        trained_on,
        main.sha256,
        name=found.name,
        note=note,
    )


def _folder(where: str, load: Callable[[], Bundle], *, in_use: bool) -> Listed:
    try:
        bundle = load()
    except ArtefactError as error:
        return Listed(where, None, None, in_use, fault=str(error))
    return Listed(where, bundle.version, None, in_use, bundle.trained_on, bundle.digest)


def shown(
    repo: Path | None, name: str, version: str | None, config: Config
) -> tuple[Bundle | None, ModelMetadata | None]:
    """Return the models of a version, and what the registry has on record of them.

    Without a version those in use of what ``score`` uses, the latest of anything else. A version that is kept as an
    estimator only has no bundle.

    Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if they are damaged.
    """
    from hyperion_hook.assess.models import models_in_use
    from hyperion_hook.scoring.bundle import load_bundle

    if version is None and name != RISK_PREDICTOR:
        version = "latest"
    if version is None:
        used = models_in_use(config.models, common_dir_of(repo))
        warn(used.warnings)
        if used.version is None:
            return used.bundle, None
        version = used.version
    record = None if version == BUNDLED else registry_of(repo).find(name, version)
    folder = version_folder(repo, name, version)
    return (None if record is not None and record.not_scored else load_bundle(folder)), record


def version_folder(repo: Path | None, name: str, version: str) -> Path:
    """Return the folder of a version, its files checked; ``bundled`` stands for the models that came with the program.

    Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if its files are not as they were
    registered.
    """
    from hyperion_hook.scoring.bundle import bundled_models

    return bundled_models() if version == BUNDLED else registry_of(repo).folder(name, version)
