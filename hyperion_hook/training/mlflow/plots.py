"""The plots of a run: the confusion matrix and the features that matter most, as PNG files.

Figures are drawn without ``pyplot``, so nothing depends on, or changes, how the caller draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperion_hook.training.mlflow.run_record import RunRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONFUSION = "confusion_matrix.png"
IMPORTANCE = "feature_importance.png"
_MOST_BARS = 20
_MOST_CLASSES = 12
_MOST_OF_A_LABEL = 32
_INK, _QUIET, _BAR = "#1b1f24", "#57606a", "#2166ac"


def draw_plots(record: RunRecord, folder: Path) -> list[Path]:
    """Draw the plots that a record has the figures for, and return the files.

    Without test rows there is no confusion matrix, without importance no bars.
    """
    title = _short(record.model_name)
    importance = {name: value for name, value in record.importance.items() if np.isfinite(value)}
    drawn = {}
    if len(record.expected):
        drawn[CONFUSION] = _confusion(record.expected, record.predicted, title)
    if importance:
        drawn[IMPORTANCE] = _bars(importance, title)
    for name, figure in drawn.items():
        figure.savefig(folder / name, dpi=120)
    return [folder / name for name in drawn]


def _confusion(expected: np.ndarray, predicted: np.ndarray, title: str) -> Figure:
    """Return how many rows of each class were predicted as which, with the share of the class."""
    from sklearn.metrics import confusion_matrix

    labels = _classes(expected, predicted)
    counts = confusion_matrix([str(value) for value in expected], [str(value) for value in predicted], labels=labels)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = max(4.2, 1.1 * len(labels) + 2.0)
    figure, axes = _canvas(side, side, f"{title}\n{len(expected):,} test rows, shares of each true class")
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    size = 13 if len(labels) <= 4 else 8
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        color = "white" if share > 0.5 else _INK
        axes.text(column, row, f"{count:,}\n{share:.0%}", ha="center", va="center", color=color, fontsize=size)
    shown = [_short(label) for label in labels]
    axes.set_xticks(range(len(labels)), shown)
    axes.set_yticks(range(len(labels)), shown)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _bars(importance: Mapping[str, float], title: str) -> Figure:
    """Return the features that matter most as bars, the largest on top."""
    top = sorted(importance, key=lambda name: (-abs(importance[name]), name))[:_MOST_BARS]
    some = len(importance) > len(top)
    which = f"the {len(top)} of {len(importance)} features that matter most" if some else "all features"
    figure, axes = _canvas(7.6, max(2.2, 0.30 * len(top) + 1.3), f"{title}\n{which}")
    values = [importance[name] for name in reversed(top)]
    bars = axes.barh([_short(name) for name in reversed(top)], values, color=_BAR, height=0.7)
    axes.bar_label(bars, [f"{value:.3g}" for value in values], padding=3, fontsize=8, color=_QUIET)
    axes.margins(x=0.1, y=0.02)
    axes.set_xlabel("importance")
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _canvas(width: float, height: float, title: str) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=11, color=_INK)
    return figure, axes


def _classes(expected: np.ndarray, predicted: np.ndarray) -> list[str]:
    """Return the names of the classes in their own order; of many, those with the most rows."""
    seen = {*np.asarray(expected).tolist(), *np.asarray(predicted).tolist()}
    try:
        order = sorted(seen)
    except TypeError:
        order = sorted(seen, key=str)
    names = list(dict.fromkeys(str(value) for value in order))
    rows = Counter(str(value) for value in expected)
    largest = sorted(names, key=lambda name: -rows[name])[:_MOST_CLASSES]
    return [name for name in names if name in largest]


def _short(text: str) -> str:
    # a dollar sign would begin a formula
    text = text.replace("$", r"\$")
    return text if len(text) <= _MOST_OF_A_LABEL else text[: _MOST_OF_A_LABEL - 1] + "\N{HORIZONTAL ELLIPSIS}"
