"""The plots of a run: the confusion matrix and the features that matter most, as PNG files.

Figures are drawn without ``pyplot``, so nothing depends on, or changes, how the caller draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hyperion_hook.training.mlflow.run_record import RunRecord

CONFUSION = "confusion_matrix.png"
IMPORTANCE = "feature_importance.png"
MOST_BARS = 20
_MOST_CLASSES = 12
_MOST_OF_A_LABEL = 32
_INK, _QUIET, _BAR = "#1b1f24", "#57606a", "#2166ac"


def draw_plots(record: RunRecord, folder: Path) -> list[Path]:
    """Draw what a record has the figures for, and return the files.

    Without test rows there is no confusion matrix, without importance no bars.
    """
    drawn = []
    if len(record.expected):
        drawn.append(folder / CONFUSION)
        draw_confusion(record.expected, record.predicted, record.model_name, drawn[-1])
    if any(np.isfinite(value) for value in record.importance.values()):
        drawn.append(folder / IMPORTANCE)
        draw_importance(record.importance, record.model_name, drawn[-1])
    return drawn


def draw_confusion(expected: np.ndarray, predicted: np.ndarray, title: str, path: Path) -> None:
    """Draw how many rows of each class were predicted as which, with the share of the class."""
    from matplotlib.figure import Figure
    from sklearn.metrics import confusion_matrix

    labels = _classes(expected, predicted)
    counts = confusion_matrix([str(value) for value in expected], [str(value) for value in predicted], labels=labels)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = max(4.2, 1.1 * len(labels) + 2.0)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        axes.text(
            column,
            row,
            f"{count:,}\n{share:.0%}",
            ha="center",
            va="center",
            color="white" if share > 0.5 else _INK,
            fontsize=13 if len(labels) <= 4 else 8,
        )
    shown = [_short(label) for label in labels]
    axes.set_xticks(range(len(labels)), shown)
    axes.set_yticks(range(len(labels)), shown)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.set_title(f"{_short(title)}\n{len(expected):,} test rows, shares of each true class", fontsize=11, color=_INK)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figure.savefig(path, dpi=120)


def draw_importance(importance: Mapping[str, float], title: str, path: Path) -> None:
    """Draw the features that matter most as bars, the largest on top."""
    from matplotlib.figure import Figure

    known = {name: value for name, value in importance.items() if np.isfinite(value)}
    top = sorted(known, key=lambda name: (-abs(known[name]), name))[:MOST_BARS]
    figure = Figure(figsize=(7.6, max(2.2, 0.30 * len(top) + 1.3)), layout="constrained")
    axes = figure.subplots()
    values = [known[name] for name in reversed(top)]
    bars = axes.barh([_short(name) for name in reversed(top)], values, color=_BAR, height=0.7)
    axes.bar_label(bars, [f"{value:.3g}" for value in values], padding=3, fontsize=8, color=_QUIET)
    axes.margins(x=0.1, y=0.02)
    axes.set_xlabel("importance")
    which = f"the {len(top)} of {len(known)} features that matter most" if len(known) > len(top) else "all features"
    axes.set_title(f"{_short(title)}\n{which}", fontsize=11, color=_INK)
    axes.tick_params(axis="y", length=0, labelsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=120)


def _classes(expected: np.ndarray, predicted: np.ndarray) -> list[str]:
    """Return the names of the classes in their own order; of many, those with the most rows."""
    seen = {*np.asarray(expected).tolist(), *np.asarray(predicted).tolist()}
    try:
        order = sorted(seen)
    except TypeError:
        order = sorted(seen, key=str)
    rows = [str(value) for value in expected]
    names = list(dict.fromkeys(str(value) for value in order))
    if len(names) > _MOST_CLASSES:
        names = sorted(sorted(names, key=lambda name: -rows.count(name))[:_MOST_CLASSES], key=names.index)
    return names


def _short(text: str) -> str:
    # a dollar sign would begin a formula
    text = text.replace("$", r"\$")
    return text if len(text) <= _MOST_OF_A_LABEL else text[: _MOST_OF_A_LABEL - 1] + "\N{HORIZONTAL ELLIPSIS}"
