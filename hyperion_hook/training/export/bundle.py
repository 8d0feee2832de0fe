"""The one way to a bundle: fitted estimators to data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.scoring.bundle import FORMAT_VERSION, MANIFEST, Bundle, load_bundle
from hyperion_hook.store.models.metadata import digests
from hyperion_hook.training.export.estimator import exported
from hyperion_hook.training.export.trees import average_path_length, flat, from_sklearn, path_lengths, renumbered
from hyperion_hook.training.rows.corpus_table import POOL_FILE, entry_of


@dataclass(frozen=True)
class Part:
    """One model of a bundle: its entry of the manifest, and its files."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class BundleParts:
    """All that goes into a bundle; ``typical`` and ``quantiles`` are of the training data, by feature.

    ``pool`` is the packed table that others can learn from too; scoring never reads it.
    """

    name: str
    version: str
    trained_on: str
    risk: Part
    anomaly: Part | None
    thresholds: Mapping[RiskLevel, float]
    quantiles: Mapping[str, Sequence[float]]
    card: Mapping[str, Any] = field(default_factory=dict)
    pool: bytes | None = None
    bugs: Part | None = None

    @property
    def features(self) -> list[str]:
        """What the risk model looks at."""
        return list(self.risk.manifest["features"])

    def files(self, version: str | None = None) -> dict[str, bytes]:
        """Return the bundle's files by name; with a version, as that version."""
        models = {"risk": self.risk, "anomaly": self.anomaly, "bugs": self.bugs}
        files = {name: data for part in models.values() if part is not None for name, data in part.files.items()}
        manifest = {
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "version": self.version if version is None else version,
            "trained_on": self.trained_on,
            **{name: None if part is None else part.manifest for name, part in models.items()},
            "thresholds": {level.value: self.thresholds[level] for level in (RiskLevel.HIGH, RiskLevel.MEDIUM)},
            "typical": {name: values[1] for name, values in self.quantiles.items()},
            "quantiles": {name: list(values) for name, values in self.quantiles.items()},
            "card": self.card,
            "pool": None if self.pool is None else entry_of(self.pool),
            "files": {name: digest._asdict() for name, digest in digests(files).items()},
        }
        text = json.dumps(manifest, separators=(",", ":"), sort_keys=True, allow_nan=False) + "\n"
        return files | ({} if self.pool is None else {POOL_FILE: self.pool}) | {MANIFEST: text.encode("ascii")}

    def loaded(self) -> Bundle:
        """Return the bundle as ``scoring`` reads it."""
        with TemporaryDirectory() as folder:
            for name, data in self.files().items():
                (Path(folder) / name).write_bytes(data)
            return load_bundle(Path(folder))


def risk_part(model: Any, features: Sequence[str], name: str) -> Part:
    """Return a fitted binary classifier as data; ``name`` is that of its recipe or kind.

    Raises ``NotExportableError`` if it cannot be said as data; the text says why.
    """
    part = exported(model)
    return Part(part.manifest(name, features), part.files)


def anomaly_part(model: Any, light_decision: float) -> Part:
    """Return a fitted anomaly detector (columns, medians, isolation forest) as data.

    ``light_decision`` is the point below which a tenth of the decisions lie when code metrics are missing.
    """
    forest = model[-1]
    trees = [
        renumbered(from_sklearn(tree.tree_, path_lengths), columns)
        for tree, columns in zip(forest.estimators_, forest.estimators_features_, strict=True)
    ]
    file = "isolation_forest.trees"
    return Part(
        {
            "features": list(model["columns"].names),
            # as the forest sees them
            "medians": model["impute"].statistics_.astype(np.float32).astype(np.float64).tolist(),
            "trees": file,
            "normaliser": float(average_path_length(np.array([forest.max_samples_]))[0]),
            "offset": float(forest.offset_),
            "light_decision": light_decision,
        },
        {file: flat(trees)},
    )
