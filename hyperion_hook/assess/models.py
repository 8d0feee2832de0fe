"""Which models judge: those configured, else those that the repository's registry has in production, else ours."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import ArtefactError
from hyperion_hook.scoring.bundle import Bundle, load_bundle
from hyperion_hook.store.models import has_registry


class ModelOrigin(StrEnum):
    """Where the models in use come from."""

    CONFIGURED = "configured"
    REGISTERED = "registered"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The models that judge, where they come from, and what to warn of; ``version`` is that of the registry."""

    bundle: Bundle
    origin: ModelOrigin
    version: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What the models are called in a sentence."""
        return self.version or f"the {self.origin} models ({self.bundle.name} {self.bundle.version})"


def models_in_use(configured: Path | None, common_dir: Path | None) -> ModelsInUse:
    """Load the models that judge.

    A team whose registry is damaged is better served by the bundled models and a warning than by no answer. Who names a
    folder wants that one and no other.

    Raises ``ArtefactError`` if the configured or the bundled models are damaged, tampered with or too new.
    ``configured`` is the folder that flag, environment or file name, ``common_dir`` the git directory whose registry is
    asked; ``None`` for none.
    """
    if configured is not None:
        return ModelsInUse(load_bundle(configured), ModelOrigin.CONFIGURED)
    warnings: tuple[str, ...] = ()
    if common_dir is not None and has_registry(common_dir):
        from hyperion_hook.store.models.version_store import RISK_PREDICTOR, VersionStore

        registry = VersionStore.of(common_dir)
        try:
            version = registry.production(RISK_PREDICTOR)
            if version is not None and (why := registry.find(RISK_PREDICTOR, version).not_scored):
                warnings = (f"the bundled models are used, because {RISK_PREDICTOR} {version} {why}",)
            elif version is not None:
                bundle = load_bundle(registry.folder(RISK_PREDICTOR, version))
                return ModelsInUse(bundle, ModelOrigin.REGISTERED, version)
        except ArtefactError as error:
            warnings = (f"the bundled models are used, because {error}",)
    return ModelsInUse(load_bundle(None), ModelOrigin.BUNDLED, None, warnings)
