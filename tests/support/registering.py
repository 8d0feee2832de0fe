"""A registry filled in a hurry, from this process or from others that may be killed."""

from __future__ import annotations

from pathlib import Path

from hyperion_hook.store.model_metadata import Lineage, ModelMetadata, Status
from hyperion_hook.store.model_registry import ModelRegistry


def draft(data: str) -> ModelMetadata:
    """Return a model that came from ``data``."""
    return ModelMetadata(
        "risk_predictor", "blend", Lineage("f", data, "blend", "p"), f1_score=0.4, training_features=("la", "ld"),
        training_samples=1000, hyperparameters={"depth": 4}, tags={"seed": "42"},
    )


def files_of(version: str) -> dict[str, bytes]:
    """Return the files of a version."""
    return {"manifest.json": f'{{"version": "{version}"}}\n'.encode(), "x.trees": bytes(range(256)) * 20}


def churn(root: str, seed: int, rounds: int) -> None:
    """Register and promote one model after the other."""
    registry = ModelRegistry(Path(root))
    for number in range(rounds):
        before = len(registry.versions("risk_predictor"))
        version = registry.register(draft(f"{seed} {number} {before}"), files_of).version
        registry.promote("risk_predictor", version, Status.VALIDATED)
        registry.promote("risk_predictor", version)
