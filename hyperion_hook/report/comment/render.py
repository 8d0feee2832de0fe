"""The comment on a pull request: what a reviewer is told of a change, in the order in which it helps.

One comment is kept up to date: it carries a marker by which the next run finds it, and in a hidden line what it said,
so that the next one can tell what changed. Nothing that comes from the repository acts in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from hyperion_hook.domain.assessment import Advice, RiskLevel, Score, SimilarChange, Unknown
from hyperion_hook.domain.phrases import counted, finely
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Group
from hyperion_hook.report.comment.brief import Brief, Place, Reason
from hyperion_hook.report.comment.dialect import Dialect
from hyperion_hook.report.comment.state import MARKER, State, boxes, state_line
from hyperion_hook.report.links import Links
from hyperion_hook.report.reasons import factor, way
from hyperion_hook.report.safe_text import markdown_code as code
from hyperion_hook.report.safe_text import markdown_text as plain
from hyperion_hook.report.wording import ADVICE, REVIEWERS, SIMILAR, WOULD_BREAK, placed, verdict

MOST_LINES = 12
"""Before the fold, what stands above the sections included: whoever is told of everything reads nothing."""
MOST_REASONS = 3
_MOST_MORE = 2
"""Reasons that are told in the details beside the first ones."""
_MOST_AFFECTED = 2
_MOST_SUBJECT = 60
_SIGNS = {
    RiskLevel.HIGH: "\N{LARGE RED CIRCLE}",
    RiskLevel.MEDIUM: "\N{LARGE YELLOW CIRCLE}",
    RiskLevel.LOW: "\N{LARGE GREEN CIRCLE}",
    RiskLevel.UNKNOWN: "\N{MEDIUM WHITE CIRCLE}",
}
_GROUPS = {feature.name: feature.group for feature in CATALOGUE}
_TITLES = {feature.name: feature.title for feature in CATALOGUE} | {"code_lines_added": "the size of the change"}
_BY_HISTORY = frozenset({Group.HISTORY, Group.PEOPLE})
_ROOM_TO_SAY_SO = 400
_ADDRESS = re.compile(r"\]\((https?://[^\s()<>]+)\)")

HTML = Dialect()
Section = tuple[str, list[str]]
"""A heading and the lines under it."""
LEFT_OUT = "Usually changed with these, but not here"
_WHY, _READ = "Why", "Read first"
_TURNS = (WOULD_BREAK, _WHY, _WHY, _READ, ADVICE, LEFT_OUT, WOULD_BREAK, _READ, _WHY, REVIEWERS, ADVICE)
"""Sections in the order in which they are given a line before the fold; the first of the reasons is the size."""


def render_comment(
    brief: Brief,
    links: Links,
    *,
    head: str,
    previous: State | None = None,
    feedback: frozenset[str] | None = None,
    dialect: Dialect = HTML,
) -> str:
    """Return the comment as Markdown that its host holds; sections that do not fit are left out, and named.

    ``previous`` is the comment's state before, people's ticks in it included; ``feedback`` are their ticks where those
    are known without that state.
    """
    state = State.of(brief, head, previous)
    begin = "\n".join([MARKER, state_line(state), _heading(brief)])
    since = _since(brief, state.before)
    asking = boxes(state.feedback if feedback is None else feedback)
    sections = _sections(brief, links)
    shown = _before_fold(brief, sections, MOST_LINES - (3 if since else 2))
    folded = [(heading, lines[shown.get(heading, 0) :]) for heading, lines in sections]
    # the boxes are kept whatever is left out: people's ticks are in them
    begin = "\n\n".join(filter(None, (begin, since)))
    room = dialect.most - _ROOM_TO_SAY_SO - len(begin) - len(asking)
    blocks, left = _fitting([(heading, lines[: shown.get(heading, 0)]) for heading, lines in sections], room)
    parts, more = _fitting([*_renamed(folded, shown), *_more(brief, links)], room - sum(map(len, blocks)))
    similar = f", {counted(len(brief.similar), 'similar change')}" if brief.similar else ""
    details = "\n\n".join([f"<details><summary>Details{similar}</summary>", *parts, "</details>"])
    names = ", ".join(dict.fromkeys((*left, *more)))
    left_out = f"<sub>Left out, because a comment holds {dialect.most:,} characters: {names}.</sub>" if names else ""
    text = "\n\n".join(filter(None, (begin, *blocks, left_out, details, asking)))
    return dialect.spelled(_with_shared_addresses(text)) + "\n"


def _before_fold(brief: Brief, sections: Sequence[Section], room: int) -> dict[str, int]:
    """Return how many lines of each section come before the fold: one after the other by turns, while there is room.

    Of a change of low risk only what breaks or is absent comes before it.
    """
    lengths = {
        heading: len(lines)
        for heading, lines in sections
        if brief.level is not RiskLevel.LOW or heading in {WOULD_BREAK, LEFT_OUT}
    }
    shown: dict[str, int] = {}
    for heading in _TURNS * room:
        # the heading is a line, too
        cost = 1 if heading in shown else 2
        if cost <= room and shown.get(heading, 0) < lengths.get(heading, 0):
            shown[heading] = shown.get(heading, 0) + 1
            room -= cost
    return shown


def _fitting(sections: Sequence[Section], room: int) -> tuple[list[str], list[str]]:
    """Return the sections that have lines and fit, as Markdown, and the headings of those that do not fit."""
    blocks, left = [], []
    for heading, lines in sections:
        block = "\n".join([f"**{heading}**", "", *(f"- {line}" for line in lines)])
        if lines and len(block) + 2 > room:
            left.append(heading)
        elif lines:
            blocks.append(block)
            room -= len(block) + 2
    return blocks, left


def _renamed(folded: Sequence[Section], shown: Mapping[str, int]) -> list[Section]:
    """Return the rest of the sections, under a heading that tells where some of it stands above."""
    more = {heading: "More reasons" if heading == _WHY else f"{heading} (more)" for heading in shown}
    return [(more.get(heading, heading), lines) for heading, lines in folded]


def _with_shared_addresses(text: str) -> str:
    """Return Markdown in which an address that several links lead to stands once, at the end."""
    counts = Counter(_ADDRESS.findall(text))
    shared = [address for address, count in counts.items() if count > 1]
    for number, address in enumerate(shared, 1):
        text = text.replace(f"]({address})", f"][{number}]")
    return "\n".join([text, *([""] if shared else []), *(f"[{at}]: {address}" for at, address in enumerate(shared, 1))])


def _heading(brief: Brief) -> str:
    risk: Score | Unknown = Unknown(brief.remedy, brief.cause)
    if (chance := brief.probability) is not None:
        risk = Score(chance, 0.0, brief.level, brief.percentile, brief.percentile_of_size, raised=brief.raised)
    level, rest = verdict(risk, brief.record, no_code=brief.no_code)
    below = " ".join([f"{brief.change}.", *placed(risk, brief.record, no_code=brief.no_code)])
    return f"### {_SIGNS[brief.level]} {level} {plain(rest)}\n\n{plain(below)}"


def _since(brief: Brief, before: State | None) -> str:
    """Return the change of the verdict since another commit, with the reason that moved most; '' for nothing to say."""
    if before is None or before.level is brief.level is RiskLevel.UNKNOWN:
        return ""
    if RiskLevel.UNKNOWN in {before.level, brief.level}:
        return f"**Was {before.level.value}, now {brief.level.value}**."
    moved = _moved(brief, before)
    if before.level is not brief.level:
        return f"**Was {before.level.value}, now {brief.level.value}**{moved}."
    return f"Still {brief.level.value} since the last push{moved}." if moved else ""


def _moved(brief: Brief, before: State) -> str:
    """Return the reason that moved the score most in its direction; '' where nothing stands out."""
    change = {
        name: brief.contributions.get(name, 0.0) - before.contributions.get(name, 0.0)
        for name in {*brief.contributions, *before.contributions}
    }
    total = sum(change.values())
    way = max(change, key=lambda name: (change[name] * (1 if total > 0 else -1), name), default=None)
    if way is None or abs(change[way]) < 0.1 or change[way] * total <= 0:
        return ""
    now = next((f"; it now {reason.sentence}" for reason in brief.reasons if reason.feature == way), "")
    return f", mostly because of {plain(_TITLES[way] + now)} ({factor(change[way])})"


def _sections(brief: Brief, links: Links) -> list[Section]:
    """Return the sections that help to act, in the order in which they are read."""
    return [
        (WOULD_BREAK, [_linked(plain(place.text), links.lines(place.path, place.line)) for place in brief.breaks]),
        (_WHY, _why(brief, links)),
        (_READ, [_to_read(place, links) for place in brief.files]),
        (LEFT_OUT, [_left_out(brief, place, links) for place in brief.left_out]),
        (ADVICE, [_advice(brief, entry) for entry in brief.advice]),
        (REVIEWERS, [f"{plain(entry.name)}: {plain(entry.reason)}" for entry in brief.reviewers]),
    ]


def _to_read(place: Place, links: Links) -> str:
    name = _linked(code(place.path), links.lines(place.path, place.line) if place.line else None)
    return f"{name}: {plain(place.text)}"


def _left_out(brief: Brief, place: Place, links: Links) -> str:
    address = links.file(place.path)
    # the whole name is in the address
    name = code(place.path if address is None else PurePosixPath(place.path).name)
    return f"{_linked(name, address)}: {_short(brief, place.text)}"


def _why(brief: Brief, links: Links) -> list[str]:
    if brief.no_code:
        return []
    first = next((place for place in brief.files if place.line), None)
    address = None if first is None else links.lines(first.path, first.line)
    size = [_linked(plain(brief.size), address)] if brief.size else []
    if size and brief.probability is not None:
        size[0] += f"; this change, by all reasons: {finely(brief.probability)}"
    shown = enumerate(brief.reasons[: MOST_REASONS + _MOST_MORE])
    return size + [_reason(brief, reason, links if rank < MOST_REASONS else Links()) for rank, reason in shown]


def _reason(brief: Brief, reason: Reason, links: Links) -> str:
    sentence = _linked(plain(reason.sentence), _evidence(brief, reason, links))
    return f"{way(reason.contribution)}: {sentence} ({factor(reason.contribution)})"


def _advice(brief: Brief, entry: Advice) -> str:
    evidence, taken = entry.evidence, {PurePosixPath(place.path).name for place in brief.files}
    for path in sorted({word.strip(",.;:") for word in entry.action.split() if "/" in word}):
        if (name := PurePosixPath(path).name) not in taken:
            evidence = evidence.replace(path, name)  # its whole name was just said
    return f"{_short(brief, entry.action)}: {plain(entry.effect)} ({_short(brief, evidence)})"


def _short(brief: Brief, text: str) -> str:
    """Return a text in which files that are to be read first go by their last names, where only one is called so."""
    for path, name in _last_names(brief).items():
        text = text.replace(path, name)
    return plain(text)


def _last_names(brief: Brief) -> dict[str, str]:
    names = {place.path: PurePosixPath(place.path).name for place in brief.files}
    return {path: name for path, name in names.items() if list(names.values()).count(name) == 1 and name != path}


def _evidence(brief: Brief, reason: Reason, links: Links) -> str | None:
    """Return the page that proves a reason: of the file to read first, its commits or its changed lines."""
    first, group = next((place for place in brief.files if place.line), None), _GROUPS[reason.feature]
    if first is None or group is Group.PURPOSE:
        return None
    return links.history(first.path) if group in _BY_HISTORY else links.lines(first.path, first.line)


def _linked(text: str, address: str | None) -> str:
    return text if address is None else f"[{text}]({address})"


def _more(brief: Brief, links: Links) -> list[Section]:
    """Return the sections that come after the fold only."""
    names = _last_names(brief)
    notes = filter(None, (f"Model {brief.model}.", brief.missing, *brief.warnings))
    return [
        (SIMILAR, [_similar(entry, links) for entry in brief.similar]),
        (
            "May affect",
            [f"{code(place.path)}: {_short(brief, place.text)}" for place in brief.affected[:_MOST_AFFECTED]],
        ),
        (
            "Likely to need a fix within 30 days",
            [f"{code(names.get(place.path, place.path))}: {plain(place.text)}" for place in brief.fixes],
        ),
        ("Unusual here", [plain(line) for line in brief.unusual]),
        ("Notes", [plain(line) for line in notes]),
    ]


def _similar(entry: SimilarChange, links: Links) -> str:
    subject = entry.subject if len(entry.subject) <= _MOST_SUBJECT else f"{entry.subject[: _MOST_SUBJECT - 3]}..."
    commit = _linked(code(entry.commit[:10]), links.commit(entry.commit))
    return f"{commit} {plain(subject)}: {plain(entry.outcome)}"
