"""A drift report in words: what moved, from where to where, worst first; as text and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hyperion_hook.domain.phrases import counted, finely
from hyperion_hook.training.drift.report import SIGNIFICANT, STABLE, DriftReport, FeatureDrift
from hyperion_hook.training.metrics.markdown import markdown_table

MOST_FEATURES = 15
_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "|<>[]*_`\\&"})


def verdict(report: DriftReport) -> str:
    """Return the outcome in one sentence."""
    compared = f"{report.rows_current:,} rows compared with {report.rows_reference:,}"
    count = len(report.features)
    if not report.has_drift:
        return f"No drift: {compared} in {counted(count, 'feature')}, no difference beyond chance that matters."
    drifted = len(report.drifted_features)
    what = [f"{drifted} of {counted(count, 'feature')}"] if drifted else []
    what += [name for name, item in (("the label", report.label), ("the score", report.score)) if item and item.drifted]
    return f"Drift in {' and '.join(what)}: {compared}; magnitude {report.drift_magnitude:.2f}, {weight(report)}."


def weight(report: DriftReport) -> str:
    """Return the magnitude of the whole in words."""
    if report.drift_magnitude > SIGNIFICANT:
        return f"significant (above {SIGNIFICANT:g})"
    return f"{'slight' if report.drift_magnitude < STABLE else 'moderate'} (above {SIGNIFICANT:g} it is significant)"


def moved(item: FeatureDrift) -> str:
    """Return from where to where a feature moved."""
    if item.test.endswith("missing") or abs(item.missing_current - item.missing_reference) >= STABLE:
        return f"missing in {finely(item.missing_reference)} of the rows before, {finely(item.missing_current)} now"
    values = [name for name in item.bins if name != "missing"]
    if item.typical_reference is not None and item.typical_current is not None and len(values) > 2:
        (low, before, high), (least, now, most) = item.typical_reference, item.typical_current
        if _short(before) != _short(now):
            return f"typically {_short(before)} before, {_short(now)} now"
        return (
            f"typically {_short(now)} as before, but mostly {_short(low)} to {_short(high)} before,"
            f" {_short(least)} to {_short(most)} now"
        )
    # the bin whose share changed most; of two that mirror each other the last, which is yes
    shares = list(zip(item.shares_reference, item.shares_current, strict=True))
    index = max(range(len(shares)), key=lambda index: (round(abs(shares[index][1] - shares[index][0]), 9), index))
    name = item.bins[index][:60]
    words = {"1": "yes", "0": "no"}.get(name, name) if item.kind == "number" else f"'{name}'"
    return f"{words} in {finely(shares[index][0])} of the rows before, {finely(shares[index][1])} now"


def evidence(item: FeatureDrift) -> str:
    """Return the figures behind a feature's drift."""
    figures = [f"magnitude {item.magnitude:.2f}", f"PSI {item.psi:.2f}"]
    if item.wasserstein is not None:
        figures.append(f"moved by {item.wasserstein:.2g} standard deviations")
    chance = "p < 0.001" if item.p_adjusted < 0.001 else f"p = {item.p_adjusted:.3f}"
    return ", ".join([*figures, f"{item.test} {chance}"])


def drift_lines(report: DriftReport) -> Iterator[str]:
    """Yield the report as plain text: the verdict, then what drifted, worst first."""
    yield verdict(report)
    for name, item in (("label", report.label), ("score", report.score)):
        if item is not None:
            state = "drifted" if item.drifted else "as before"
            yield f"{name} {state}: {moved(item)} ({evidence(item)})"
    drifted = [item for item in report.features if item.drifted]
    for item in drifted[:MOST_FEATURES]:
        yield f"  {item.title}: {moved(item)}"
        yield f"    {item.feature}: {evidence(item)}"
    if len(drifted) > MOST_FEATURES:
        yield f"  and {len(drifted) - MOST_FEATURES} more; --format json lists them all"
    yield from report.warnings


def drift_markdown(report: DriftReport) -> str:
    """Return the report as Markdown with a final line feed; names from the tables cannot act in it."""
    return "\n".join(_markdown_lines(report)) + "\n"


def _markdown_lines(report: DriftReport) -> Iterator[str]:
    yield from ("# Drift", "", verdict(report), "")
    shown = [item for item in (report.label, report.score) if item is not None]
    shown += [item for item in report.features if item.drifted]
    if shown:
        yield from markdown_table(tuple(_COLUMNS), [[show(item) for show in _COLUMNS.values()] for item in shown])
        yield ""
    yield (
        f"A feature has drifted when its difference is beyond chance (corrected p at most {report.alpha:g}) and its"
        f" magnitude, the Jensen-Shannon distance without chance's part, at least {report.threshold:g}."
    )
    if report.warnings:
        yield ""
    yield from (f"- {_safe(note)}" for note in report.warnings)


def _safe(text: str) -> str:
    return " ".join(text.split()).translate(_ESCAPED)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


_COLUMNS: dict[str, Callable[[FeatureDrift], str]] = {
    "feature": lambda item: _safe(item.title),
    "what changed": lambda item: _safe(moved(item)),
    "magnitude": lambda item: f"{item.magnitude:.3f}",
    "PSI": lambda item: f"{item.psi:.3f}",
    "Wasserstein": lambda item: "-" if item.wasserstein is None else f"{item.wasserstein:.3f}",
    "missing before": lambda item: finely(item.missing_reference),
    "missing now": lambda item: finely(item.missing_current),
    "test": lambda item: item.test,
    "p, corrected": lambda item: f"{item.p_adjusted:.2g}",
}
