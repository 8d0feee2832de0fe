"""Two versions of a model beside each other: figures, features, hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hyperion_hook.store.models.metadata import FIGURES, ModelMetadata


@dataclass(frozen=True)
class ModelComparison:
    """What differs between two versions, and every figure that one of them has."""

    name: str
    a: str
    b: str
    """The model and the two versions."""
    metrics: Mapping[str, tuple[float | None, float | None]]
    """By name, the figure of ``a`` and of ``b``; ``None`` where a version has none."""
    difference: Mapping[str, float]
    """By name, the figure of ``b`` less that of ``a``, where both have one."""
    features_added: tuple[str, ...]
    features_removed: tuple[str, ...]
    """What only ``b``, and only ``a``, was trained on."""
    hyperparameters: Mapping[str, tuple[Any, Any]]
    """Those that differ: the value in ``a`` and in ``b``."""

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.a} and {self.b}"]
        for name, (one, other) in self.metrics.items():
            change = f"  ({self.difference[name]:+.4g})" if name in self.difference else ""
            lines.append(f"  {name}: {_figure(one)}, {_figure(other)}{change}")
        lines += [f"  + {name}" for name in self.features_added] + [f"  - {name}" for name in self.features_removed]
        lines += [f"  {name}: {one!r}, {other!r}" for name, (one, other) in self.hyperparameters.items()]
        return "\n".join(lines)


def compared(one: ModelMetadata, other: ModelMetadata) -> ModelComparison:
    """Return two versions beside each other."""
    mine, theirs = figures_of(one), figures_of(other)
    names = [*mine, *(name for name in theirs if name not in mine)]
    before, after = one.hyperparameters, other.hyperparameters
    return ModelComparison(
        one.name,
        one.version,
        other.version,
        metrics={name: (mine.get(name), theirs.get(name)) for name in names},
        difference={name: theirs[name] - mine[name] for name in names if name in mine and name in theirs},
        features_added=tuple(name for name in other.training_features if name not in one.training_features),
        features_removed=tuple(name for name in one.training_features if name not in other.training_features),
        hyperparameters={
            name: (before.get(name), after.get(name))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        },
    )


def figures_of(metadata: ModelMetadata) -> dict[str, float]:
    """Return all figures on record of a version: the fields, then the others."""
    figures: dict[str, float] = {
        name: value for name in (*FIGURES, "training_samples") if (value := getattr(metadata, name)) is not None
    }
    for table in (metadata.extra, metadata.validation_results):
        for name, value in table.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                figures.setdefault(name, float(value))
    return figures


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
