"""The comment on a pull request: what a reviewer is told of a change, in the order in which it helps.

One comment is kept up to date: it carries a marker by which the next run finds it, and in a hidden line what it said,
so that the next one can tell what changed. Nothing that comes from the repository acts in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar

from hyperion_hook.domain.assessment import Advice, Reviewer, RiskLevel, Score, Unknown
from hyperion_hook.features.catalogue import CATALOGUE, Group
from hyperion_hook.report.comment.brief import Brief, Place, Reason
from hyperion_hook.report.comment.dialect import Dialect
from hyperion_hook.report.comment.state import MARKER, State, boxes, state_line
from hyperion_hook.report.facts import (
    ADVICE,
    REVIEWERS,
    SIMILAR,
    WOULD_BREAK,
    comparison,
    counted,
    factor,
    record_line,
    verdict,
    way,
)
from hyperion_hook.report.links import Links
from hyperion_hook.report.safe_text import markdown_code, markdown_text

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

Entry = TypeVar("Entry")
HTML = Dialect()
Section = tuple[str, str]
"""A heading and what stands under it."""


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

    Parameters
    ----------
    brief
        What is said.
    links
        Pages of the code host.
    head
        The commit that was assessed.
    previous
        What the comment said before, and what people ticked in it.
    feedback
        What people ticked, where that is known without what the comment said before.
    dialect
        What the code host makes of it.
    """
    state = State.of(brief, head, previous)
    begin = "\n".join([MARKER, state_line(state), _heading(brief)])
    since = _since(brief, state.before)
    details, asking = _details(brief, links), boxes(state.feedback if feedback is None else feedback)
    # the boxes are kept whatever is left out: people's ticks are in them
    blocks, left = [block for block in (begin, since) if block], []
    room = dialect.most - _ROOM_TO_SAY_SO - sum(map(len, [*blocks, asking])) - 2 * len(blocks)
    for heading, block in [*_sections(brief, links), ("Details", details)]:
        if len(block) + 2 > room:
            left.append(heading)
        else:
            blocks.append(block)
            room -= len(block) + 2
    said = (
        f"<sub>Left out, because a comment holds {dialect.most:,} characters: {', '.join(left)}.</sub>" if left else ""
    )
    text = "\n\n".join(block for block in (*blocks, said, asking) if block)
    return dialect.spelled(_with_shared_addresses(text)) + "\n"


def _with_shared_addresses(text: str) -> str:
    """Return Markdown in which an address that several links lead to stands once, at the end."""
    counts = Counter(_ADDRESS.findall(text))
    shared = [address for address, count in counts.items() if count > 1]
    for number, address in enumerate(shared, 1):
        text = text.replace(f"]({address})", f"][{number}]")
    return "\n".join([text, *([""] if shared else []), *(f"[{at}]: {address}" for at, address in enumerate(shared, 1))])


def _heading(brief: Brief) -> str:
    level, rest = verdict(_score(brief), brief.record, no_code=brief.no_code)
    said = [f"{brief.change}.", *(() if brief.no_code else (comparison(_score(brief)), record_line(brief.record)))]
    return f"### {_SIGNS[brief.level]} {level} {markdown_text(rest)}\n\n{markdown_text(' '.join(filter(None, said)))}"


def _score(brief: Brief) -> Score | Unknown:
    if brief.probability is None:
        return Unknown(brief.remedy, brief.cause)
    return Score(brief.probability, 0.0, brief.level, brief.percentile, brief.percentile_of_size, raised=brief.raised)


def _since(brief: Brief, before: State | None) -> str:
    """Return what changed since another commit was assessed, with what moved the score most; '' for nothing to say."""
    if before is None or before.level is brief.level is RiskLevel.UNKNOWN:
        return ""
    if RiskLevel.UNKNOWN in {before.level, brief.level}:
        return f"**Was {before.level.value}, now {brief.level.value}**."
    moved = _moved(brief, before)
    if before.level is brief.level:
        return f"Still {brief.level.value} since the last push{moved}." if moved else ""
    return f"**Was {before.level.value}, now {brief.level.value}**{moved}."


def _moved(brief: Brief, before: State) -> str:
    """Return what moved the score most, in the direction in which it moved; '' where nothing stands out."""
    change = {
        name: brief.contributions.get(name, 0.0) - before.contributions.get(name, 0.0)
        for name in {*brief.contributions, *before.contributions}
    }
    total = sum(change.values())
    way = max(change, key=lambda name: (change[name] * (1 if total > 0 else -1), name), default=None)
    if way is None or abs(change[way]) < 0.1 or change[way] * total <= 0:
        return ""
    now = next((reason.sentence for reason in brief.reasons if reason.feature == way), None)
    title = _TITLES[way]
    said = f"{title}; it now {now}" if now is not None else title
    return f", mostly because of {markdown_text(said)} ({factor(change[way])})"


def _sections(brief: Brief, links: Links) -> list[Section]:
    if brief.level is RiskLevel.LOW:
        # who is told of everything reads nothing: the rest is folded
        found = [_would_break(brief, links), _left_out(brief, links)]
    else:
        found = [
            _would_break(brief, links),
            ("Why", _why(brief, links)),
            ("Read first", _listed(brief.files, lambda place: f"{_at(place, links)}: {markdown_text(place.text)}")),
            _left_out(brief, links),
            (ADVICE, _listed(brief.advice, partial(_advice, brief))),
            (REVIEWERS, _listed(brief.reviewers, _reviewer)),
        ]
    return [(heading, f"**{heading}**\n\n{text}") for heading, text in found if text]


def _would_break(brief: Brief, links: Links) -> Section:
    return WOULD_BREAK, _listed(
        brief.breaks, lambda place: _linked(markdown_text(place.text), links.lines(place.path, place.line))
    )


def _left_out(brief: Brief, links: Links) -> Section:
    def shown(path: str) -> str:
        address = links.file(path)
        # the whole name is in the address
        return _linked(markdown_code(path if address is None else PurePosixPath(path).name), address)

    return "Usually changed with these, but not here", _listed(
        brief.left_out, lambda place: f"{shown(place.path)}: {_short(brief, place.text)}"
    )


def _why(brief: Brief, links: Links) -> str:
    if brief.no_code:
        return ""
    first = next((place for place in brief.files if place.line), None)
    address = None if first is None else links.lines(first.path, first.line)
    size = [_linked(markdown_text(brief.size), address)] if brief.size else []
    return _listed([*size, *(_reason(brief, reason, links) for reason in brief.reasons[:MOST_REASONS])], str)


def _reason(brief: Brief, reason: Reason, links: Links) -> str:
    said = _linked(markdown_text(reason.sentence), _evidence(brief, reason, links))
    return f"{way(reason.contribution)}: {said} ({factor(reason.contribution)})"


def _advice(brief: Brief, entry: Advice) -> str:
    evidence, taken = entry.evidence, {PurePosixPath(place.path).name for place in brief.files}
    for path in sorted({word.strip(",.;:") for word in entry.action.split() if "/" in word}):
        if (name := PurePosixPath(path).name) not in taken:
            evidence = evidence.replace(path, name)  # its whole name was just said
    return f"{_short(brief, entry.action)}: {markdown_text(entry.effect)} ({_short(brief, evidence)})"


def _short(brief: Brief, text: str) -> str:
    """Return a text in which files that are to be read first go by their last names, where only one is called so."""
    for path, name in _last_names(brief).items():
        text = text.replace(path, name)
    return markdown_text(text)


def _cut(subject: str) -> str:
    return markdown_text(subject if len(subject) <= _MOST_SUBJECT else f"{subject[: _MOST_SUBJECT - 3]}...")


def _last_names(brief: Brief) -> dict[str, str]:
    names = {place.path: PurePosixPath(place.path).name for place in brief.files}
    return {path: name for path, name in names.items() if list(names.values()).count(name) == 1 and name != path}


def _reviewer(entry: Reviewer) -> str:
    return f"{markdown_text(entry.name)}: {markdown_text(entry.reason)}"


def _evidence(brief: Brief, reason: Reason, links: Links) -> str | None:
    """Return the page that proves a reason: of the file to read first, its commits or its changed lines."""
    first = next((place for place in brief.files if place.line), None)
    if first is None:
        return None
    if _GROUPS[reason.feature] in _BY_HISTORY:
        return links.history(first.path)
    return None if _GROUPS[reason.feature] is Group.PURPOSE else links.lines(first.path, first.line)


def _at(place: Place, links: Links) -> str:
    return _linked(markdown_code(place.path), links.lines(place.path, place.line) if place.line else None)


def _linked(text: str, address: str | None) -> str:
    return text if address is None else f"[{text}]({address})"


def _details(brief: Brief, links: Links) -> str:
    """Return everything else, folded."""
    low = brief.level is RiskLevel.LOW
    more = brief.reasons[MOST_REASONS : MOST_REASONS + _MOST_MORE]
    parts = [
        (
            "Why" if low else "More reasons",
            _why(brief, links) if low else _listed(more, lambda reason: _reason(brief, reason, Links())),
        ),
        ("Read first", _listed(brief.files, lambda place: _at(place, links)) if low else ""),
        (ADVICE, _listed(brief.advice, partial(_advice, brief)) if low else ""),
        (REVIEWERS, _listed(brief.reviewers, _reviewer) if low else ""),
        (
            SIMILAR,
            _listed(
                brief.similar,
                lambda entry: (
                    f"{_linked(markdown_code(entry.commit[:10]), links.commit(entry.commit))} {_cut(entry.subject)}:"
                    f" {markdown_text(entry.outcome)}"
                ),
            ),
        ),
        (
            "May affect",
            _listed(
                brief.affected[:_MOST_AFFECTED],
                lambda place: f"{markdown_code(place.path)}: {_short(brief, place.text)}",
            ),
        ),
        (
            "Likely to need a fix within 30 days",
            _listed(
                brief.fixes,
                lambda place: (
                    f"{markdown_code(_last_names(brief).get(place.path, place.path))}: {markdown_text(place.text)}"
                ),
            ),
        ),
        ("Unusual here", _listed(brief.unusual, markdown_text)),
        ("Notes", _listed([f"Model {brief.model}.", brief.missing, *brief.warnings], markdown_text)),
    ]
    text = "\n\n".join(f"**{heading}**\n\n{text}" for heading, text in parts if text)
    similar = f", {counted(len(brief.similar), 'similar change')}" if brief.similar else ""
    return f"<details><summary>Details{similar}</summary>\n\n{text}\n\n</details>"


def _listed(entries: Sequence[Entry], shown: Callable[[Entry], str]) -> str:
    return "\n".join(f"- {text}" for text in (shown(entry) for entry in entries) if text)
