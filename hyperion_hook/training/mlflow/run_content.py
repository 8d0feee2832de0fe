"""The record of a trained model in MLflow's terms, in names and values that every MLflow store takes.

A figure that is not finite is not known, and is left out: a store would keep it as a number, or refuse the whole batch.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperion_hook.training.metrics.performance import summary
from hyperion_hook.training.mlflow.run_record import RunRecord

MOST_OF_A_NAME = 250
MOST_OF_A_PARAMETER = 6_000
MOST_OF_A_TAG = 5_000
"""MLflow 3 takes 8,000 characters, MLflow 2 took 5,000."""
_MOST_CLASSES = 20
_NOT_IN_A_NAME = re.compile(r"[^\w.\- ]")


@dataclass(frozen=True, slots=True)
class RunContent:
    """Parameters, metrics and tags of one run as MLflow keeps them."""

    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


def content_of(record: RunRecord, default_tags: Mapping[str, str]) -> RunContent:
    """Return parameters, metrics and tags of a model; the tag ``not_measured`` names the figures that are not known."""
    figures = dict(_figures(record))
    metrics = {name: value for name, value in figures.items() if math.isfinite(value)}
    unknown = sorted(figures.keys() - metrics.keys())
    tags = {
        **default_tags,
        "status": "training",
        **record.tags,
        "model_name": record.model_name,
        "model_type": record.model_type,
        **({"not_measured": ", ".join(unknown)} if unknown else {}),
    }
    return RunContent(
        {name: cut(str(value), MOST_OF_A_PARAMETER) for name, value in named(record.parameters.items()).items()},
        named(metrics.items()),
        {name: cut(str(value), MOST_OF_A_TAG) for name, value in named(tags.items()).items()},
    )


def _figures(record: RunRecord) -> Iterator[tuple[str, float]]:
    for name, value in {**record.metrics, **record.data}.items():
        yield name, float(value)
    yield from _figures_by_class(record)
    yield from summary(record.cross_validation).items()
    for name, value in sorted(record.importance.items(), key=lambda entry: -entry[1] if entry[1] == entry[1] else 0.0):
        yield f"feature_importance_{name}", float(value)


def _figures_by_class(record: RunRecord) -> Iterator[tuple[str, float]]:
    """Yield precision and recall of each class among the test rows, NaN where nothing was, or was to be, of it."""
    from sklearn.metrics import precision_recall_fscore_support

    expected, predicted = (np.asarray(values).astype(str) for values in (record.expected, record.predicted))
    classes = sorted({*expected.tolist(), *predicted.tolist()})
    if not 1 < len(classes) <= _MOST_CLASSES:
        return
    figures = precision_recall_fscore_support(expected, predicted, labels=classes, zero_division=np.nan)
    for name, values in zip(("precision", "recall"), figures, strict=False):
        yield from ((f"{name}_{label}", float(value)) for label, value in zip(classes, values, strict=True))


def named(entries: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return entries under names that MLflow takes; two names that would become one stay two.

    Examples
    --------
    >>> named([("la", 1), ("part of 'main'?", 2)])
    {'la': 1, 'part of _main__': 2}
    >>> sorted(named([("a?", 1), ("a!", 2)]))
    ['a_', 'a_-242ed538']
    """
    safe: dict[str, Any] = {}
    for name, value in entries:
        plain = safe_name(name)
        safe[_marked(plain, name) if plain in safe else plain] = value
    return safe


def safe_name(name: str) -> str:
    """Return a name as a metric, parameter or tag may be called: a slash would be a folder, and too long is cut.

    Examples
    --------
    >>> safe_name("commits/day"), safe_name("densité"), safe_name("..")
    ('commits_day', 'densité', '__')
    """
    plain = _NOT_IN_A_NAME.sub("_", name)
    if not plain.strip(". "):
        plain = "_" * max(1, len(plain))
    return plain if len(plain) <= MOST_OF_A_NAME else _marked(plain, name)


def _marked(plain: str, name: str) -> str:
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[: MOST_OF_A_NAME - 9]}-{mark}"


def cut(text: str, most: int) -> str:
    """Return text of at most ``most`` characters, which a store can encode.

    Examples
    --------
    >>> cut("abcdef", 5), cut("abc", 5)
    ('ab...', 'abc')
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= most else text[: most - 3] + "..."
