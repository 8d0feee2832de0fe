"""A registry filled in a hurry, from this process or from others that may be killed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hyperion_hook.scoring.bundle import MANIFEST, bundled_models
from hyperion_hook.store.models.metadata import ModelMetadata, Status
from hyperion_hook.store.models.version_store import VersionStore
from hyperion_hook.store.models.versions import Lineage


def draft(data: str) -> ModelMetadata:
    """Return a model that came from ``data``."""
    return ModelMetadata(
        "risk_predictor",
        "blend",
        Lineage("f", data, "blend", "p"),
        f1_score=0.4,
        training_features=["la", "ld"],
        training_samples=1000,
        hyperparameters={"depth": 4},
        tags={"seed": "42"},
    )


def files_of(version: str) -> dict[str, bytes]:
    """Return the files of a version."""
    return {"manifest.json": f'{{"version": "{version}"}}\n'.encode(), "x.trees": bytes(range(256)) * 20}


def churn(root: str, seed: int, rounds: int) -> None:
    """Register and promote one model after the other."""
    registry = VersionStore(Path(root))
    for number in range(rounds):
        before = len(registry.versions("risk_predictor"))
        version = registry.register(draft(f"{seed} {number} {before}"), files_of).version
        registry.promote("risk_predictor", version, Status.VALIDATED)
        registry.promote("risk_predictor", version)


def register_bundled(repo: Path, *, name: str = "theirs", data: str = "one") -> str:
    """Register the bundled models under another name, as a repository's own; return their version."""
    source = bundled_models()

    def files(version: str) -> dict[str, bytes]:
        manifest = json.loads((source / MANIFEST).read_bytes()) | {"name": name, "version": version}
        kept = {path.name: path.read_bytes() for path in source.iterdir() if path.suffix == ".trees"}
        return kept | {MANIFEST: json.dumps(manifest).encode()}

    model = replace(
        draft(data), description="a history of its own", validation_results={"decision": "promoted: it was better"}
    )
    return VersionStore.of(repo / ".git").register(model, files).version


def serve_bundled(repo: Path, *, name: str = "theirs", data: str = "one") -> str:
    """Register the bundled models as a repository's own, and let them serve."""
    version = register_bundled(repo, name=name, data=data)
    registry = VersionStore.of(repo / ".git")
    registry.promote("risk_predictor", version, Status.VALIDATED)
    return registry.promote("risk_predictor", version)
