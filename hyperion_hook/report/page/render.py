"""Overview to one HTML page that needs nothing else: no network, no other file, both themes, readable by every reader.

Text from the repository is escaped by the template engine and by ``printable``; the page forbids itself every request
and every script but its own, by their digests.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.overview import QUARTERS, Overview
from hyperion_hook.domain.phrases import counted, day, number, percent
from hyperion_hook.report.links import Links
from hyperion_hook.report.page import arcs, charts, outcomes
from hyperion_hook.report.page import card as page_card
from hyperion_hook.report.page import since_last_report as since
from hyperion_hook.report.reasons import factor
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import record_line

TEMPLATES = Path(__file__).parents[1] / "templates"
RECENT_DAYS = (30, 90)
"""The first that holds enough changes to speak of a share, else the last."""
_ENOUGH = 20
_DAY = 86_400
_MOST_FOLDERS = 60


@dataclass(frozen=True, slots=True)
class Drifted:
    """How far recent changes are from what they are compared with."""

    magnitude: float
    """0..1."""
    verdict: str
    """The outcome in one sentence."""
    compared: str
    """What was compared with what."""
    features: tuple[tuple[str, str], ...]
    """Titles of what drifted, with from where to where; the worst first."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the page says of the models in use: their name, where they come from, and their card as plain data."""

    name: str
    origin: str
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Here:
    """What was measured on this repository itself; ``why_not`` and ``why_no_drift`` say why something was not.

    ``figures`` has 'evaluations' and 'calibration' as a model card has them.
    """

    figures: Mapping[str, Any] = field(default_factory=dict)
    why_not: str = ""
    drift: Drifted | None = None
    why_no_drift: str = ""


class Tile(NamedTuple):
    """One thing to know at a glance: what it is, its value, what to say beside it, and the section that tells more."""

    what: str
    value: str
    note: str
    section: str


def render_page(
    overview: Overview,
    model: ModelFacts,
    here: Here | None = None,
    *,
    version: str,
    links: Links | None = None,
    last: since.Summary | None = None,
    new: Collection[str] = (),
) -> str:
    """Return the page; it depends on its arguments alone, so the same repository gives the same bytes.

    ``new`` are ids of the commits that the last report did not know.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    here = here or Here()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"shown": printable} | {each.__name__: each for each in (ago, percent, number, day, factor)}
    environment.globals |= {"counted": counted, "half": QUARTERS // 2, "spark": arcs.spark, "links": links or Links()}
    summary = since.summary_of(overview, model.name)
    style, script = _text("page.css"), _text("page.js")
    return environment.get_template("page.html.j2").render(
        overview=overview,
        model=model,
        here=here,
        drift=here.drift,
        version=version,
        tiles=glance(overview, here),
        levels=Counter(change.level.value for change in overview.changes),
        risk=charts.risk_over_time(overview.changes) if overview.changes else None,
        spots=charts.hot_spots(overview.hot_spots) if overview.hot_spots else None,
        summary=since.block(summary, last),
        changed=since.changed(last, summary, overview, new) if last else [],
        high_record=record_line(overview.outcomes[0]) if overview.outcomes else "",
        high=outcomes.outcomes(overview),
        most_listed=outcomes.MOST_LISTED,
        youngest=outcomes.youngest(overview),
        functions=[(path, list(rows)) for path, rows in groupby(overview.functions, attrgetter("path"))],
        coupling=arcs.coupling(overview.coupling.pairs),
        median_of=charts.median_days(overview.changes),
        folders=folders(spot.path for spot in overview.hot_spots),
        evaluated_here=page_card.evaluations(here.figures),
        calibrated_here=_calibration(here.figures),
        evaluated=page_card.evaluations(model.card),
        calibrated=_calibration(model.card),
        importance=page_card.importance(model.card),
        facts=page_card.facts(model.card),
        limits=page_card.limits(model.card),
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def glance(overview: Overview, here: Here) -> list[Tile]:
    """Return the tiles that matter most."""
    results = [*_risk_tile(overview), *_past_tiles(overview), *_knowledge_tiles(overview)]
    evaluated = page_card.evaluations(here.figures)
    ranked = evaluated[0].rankings[0].roc_auc if evaluated else None
    if ranked:
        results.append(Tile("Ranking here", f"{ranked.value:.2f}", "ROC-AUC on its own past; 0.5 is chance", "quality"))
    if here.drift:
        results.append(Tile("Drift", f"{here.drift.magnitude:.2f}", "of 1; above 0.2 is much", "drift"))
    return results


def _risk_tile(overview: Overview) -> Iterable[Tile]:
    days, recent = 0, []
    for days in RECENT_DAYS:
        recent = [change for change in overview.changes if change.time > overview.time - days * _DAY]
        if len(recent) >= _ENOUGH:
            break
    if recent:
        high = sum(change.level is RiskLevel.HIGH for change in recent)
        usual = sum(change.level is RiskLevel.HIGH for change in overview.changes) / len(overview.changes)
        note = f"in {days} days; of the last {counted(len(overview.changes), 'change')} {percent(usual)}"
        yield Tile("Recently HIGH", f"{high} of {len(recent)}", note, "risk")


def _past_tiles(overview: Overview) -> Iterable[Tile]:
    record = overview.outcomes[0] if overview.outcomes else None
    if record and record.changes:
        fixed, note = f"{record.later_fixed:,} of {record.changes:,}", percent(record.base_rate)
        yield Tile("Fixed later", fixed, f"HIGH changes; of all code changes {note}", "outcomes")
    if overview.hot_spots:
        spot = overview.hot_spots[0]
        complexity = "" if spot.complexity is None else f", complexity {spot.complexity:,}"
        note = f"{counted(spot.changes, 'change')} within a year, {spot.fixes:,} of them fixes{complexity}"
        yield Tile("Hottest file", spot.path.rpartition("/")[2], note, "spots")


def _knowledge_tiles(overview: Overview) -> Iterable[Tile]:
    if overview.whole:
        alone = sum(area.bus_factor == 1 for area in overview.areas)
        note = f"{alone} of {counted(len(overview.areas), 'part')} known by one person"
        yield Tile("Bus factor", f"{overview.whole.bus_factor:,}", note, "knowledge")
        lost = percent(overview.whole.lost)
        yield Tile("Knowledge lost", lost, "was made by people without a commit for a year", "knowledge")


def folders(paths: Iterable[str]) -> list[tuple[str, int]]:
    """Return the folders one can look into: those that hold two files or more, but not all of them, with how many.

    Examples
    --------
    >>> folders(["src/a/x.py", "src/a/y.py", "src/b/z.py"])
    [('src/a', 2)]
    """
    above = [list(accumulate(path.split("/")[:-1], "{}/{}".format)) for path in paths]
    counts = Counter(folder for folders in above for folder in folders)
    results = [(folder, count) for folder, count in counts.items() if 1 < count < len(above)]
    return sorted(sorted(results, key=lambda entry: (-entry[1], entry[0]))[:_MOST_FOLDERS])


def ago(months: int) -> str:
    """Return how long ago something was.

    Examples
    --------
    >>> ago(0), ago(1), ago(23), ago(70)
    ('this month', '1 month ago', '23 months ago', '5 years ago')
    """
    if not months:
        return "this month"
    return f"{counted(months, 'month') if months < 24 else counted(months // 12, 'year')} ago"


def _calibration(card: Mapping[str, Any]) -> charts.Chart | None:
    rows = page_card.calibration(card)
    return charts.calibration(rows) if rows else None


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
