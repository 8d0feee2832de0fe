"""A drift report as a picture: how far each feature moved, and the shares of the bins of those that moved most."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from hyperion_hook.errors import ConfigError, HyperionError
from hyperion_hook.store.files.whole_files import write_whole
from hyperion_hook.training.drift.report import SIGNIFICANT, DriftReport, FeatureDrift

_MOST_BARS = 25
_PANELS = 6
_BEFORE, _NOW, _QUIET = "#7f8fa6", "#d1603d", "#c8cfd8"


def draw(report: DriftReport, path: Path) -> None:
    """Draw a report into a file; what kind of picture is said by the file's ending.

    Raises ``ConfigError`` if the ending names no kind of picture that can be drawn; ``HyperionError`` if the file
    cannot be written.
    """
    apart = [item for item in (report.score, report.label) if item is not None]
    shown = [*apart, *report.features][:_MOST_BARS]
    panels = [*apart, *report.features][:_PANELS]
    figure = Figure(figsize=(13, max(5.0, 0.28 * len(shown) + 1.5)), layout="constrained")
    kinds = figure.canvas.get_supported_filetypes()
    ending = path.suffix.removeprefix(".").lower()
    if ending not in kinds:
        raise ConfigError(f"--plot {path}: no kind of picture ends in '{path.suffix}'; write drift.png or drift.svg")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.25), squeeze=False)[0]
    _bars(left.subplots(), report, shown)
    if panels:
        rows = (len(panels) + 1) // 2
        for axes, item in zip(right.subplots(rows, 2, squeeze=False).flat, panels, strict=False):
            _panel(axes, item)
        for axes in right.axes[len(panels) :]:
            axes.set_axis_off()
    figure.suptitle(
        f"drift magnitude {report.drift_magnitude:.2f}: {report.rows_current:,} rows compared with"
        f" {report.rows_reference:,}"
    )
    picture = BytesIO()
    figure.savefig(picture, dpi=110, format=ending)
    try:
        write_whole(path, picture.getvalue())
    except OSError as error:
        raise HyperionError(f"--plot {path}: {error.strerror or 'cannot be written'}") from None


def _bars(axes: Any, report: DriftReport, shown: list[FeatureDrift]) -> None:
    places = range(len(shown))
    axes.barh(places, [item.magnitude for item in shown], color=[_NOW if item.drifted else _QUIET for item in shown])
    axes.set_yticks(places, [_plain(item.title, 34) for item in shown])
    axes.invert_yaxis()
    for value, style in ((report.threshold, ":"), (SIGNIFICANT, "--")):
        axes.axvline(value, color="#444444", linewidth=0.8, linestyle=style)
    axes.set_xlabel("magnitude (drifted: coloured; lines: threshold, significant)")


def _panel(axes: Any, item: FeatureDrift) -> None:
    places = range(len(item.bins))
    axes.bar([place - 0.2 for place in places], item.shares_reference, 0.4, color=_BEFORE, label="before")
    axes.bar([place + 0.2 for place in places], item.shares_current, 0.4, color=_NOW, label="now")
    axes.set_xticks(places, [_plain(name, 12) for name in item.bins], rotation=60, fontsize=7, ha="right")
    axes.tick_params(axis="y", labelsize=7)
    axes.set_title(_plain(item.title, 40), fontsize=9)
    axes.legend(fontsize=7)


def _plain(text: str, most: int) -> str:
    """Return a name as it stands, short; a dollar would start a formula."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return cut.replace("$", r"\$")
