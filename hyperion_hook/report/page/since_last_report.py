"""What a report page remembers, in a block of data that nobody sees, and what has changed since the last one.

A file that stands where the page goes may be anybody's: what is not exactly as we write it counts as no report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.overview import Overview
from hyperion_hook.domain.phrases import counted, day, percent
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import valid_unicode

FORMAT = 1
MOST_BYTES = 4_000_000
"""A larger file is no report of ours."""
MOST_FILES = 10
_MOST_HIGH = 500
_MOST_TEXT = 4_096
_MOST_COUNT = 10**9
_TIMES = (-62_135_596_800, 253_402_300_799)
"""The years 1 to 9999, of which a day can be told."""
_MOST_NAMED = 5
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_OPEN, _CLOSE = '<script type="application/json" id="summary">', "</script>"


@dataclass(frozen=True, slots=True)
class Summary:
    """What the next report compares itself with."""

    head: str
    time: int
    """The commit, and when it was made, Unix seconds."""
    model: str
    """Name of the models that scored."""
    changes: int
    """Recent changes to code."""
    high: Mapping[str, bool]
    """Those of them that are HIGH, by commit, each with whether it was later fixed."""
    hottest: tuple[str, ...]
    """The hottest files, the hottest first."""
    bus_factor: int | None
    """Of the whole repository, ``None`` without source files."""


def summary_of(overview: Overview, model: str) -> Summary:
    """Return the summary of a repository."""
    high = {
        change.commit: bool(change.fixed_by)
        for change in overview.changes
        if change.level is RiskLevel.HIGH and change.fixed_by is not None
    }
    return Summary(
        overview.head,
        overview.time,
        valid_unicode(model)[:_MOST_TEXT],
        sum(record.changes for record in overview.outcomes),
        high,
        tuple(valid_unicode(spot.path)[:_MOST_TEXT] for spot in overview.hot_spots[:MOST_FILES]),
        overview.whole.bus_factor if overview.whole else None,
    )


def block(summary: Summary, last: Summary | None) -> str:
    """Return both as an element of a page; nothing within ends the element or is markup."""
    data = {"format": FORMAT, "report": asdict(summary), "last": asdict(last) if last else None}
    text = json_text(data).rstrip()
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"{_OPEN}{text}{_CLOSE}"


def last_report(page: str, head: str) -> Summary | None:
    """Return the summary that a report at ``head`` compares itself with, from the page that it replaces.

    That is the page's own summary, or where the page is of the same commit, the one it was compared with.

    Raises ``ValueError`` if the page has a summary that is not as we write it.
    """
    begin = page.find(_OPEN)
    if begin < 0:
        return None
    begin += len(_OPEN)
    try:
        data = json.loads(page[begin : page.index(_CLOSE, begin)])
        if set(data) != {"format", "report", "last"} or data["format"] != FORMAT:
            raise ValueError(f"not of format {FORMAT}")
        last, before = _summary(data["report"]), None if data["last"] is None else _summary(data["last"])
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("not as a report writes it") from error
    return before if last.head == head else last


def _summary(data: dict[str, Any]) -> Summary:
    if set(data) != {entry.name for entry in fields(Summary)}:
        raise ValueError("other fields than a report has")
    hottest, high, bus_factor = data["hottest"], data["high"], data["bus_factor"]
    if not isinstance(hottest, list) or len(hottest) > MOST_FILES or len(high) > _MOST_HIGH:
        raise ValueError("longer than a report is")
    if not all(isinstance(fixed, bool) for fixed in high.values()):
        raise ValueError("whether a change was fixed is not true or false")
    return Summary(
        _commit(data["head"]),
        _count(data["time"], *_TIMES),
        _text(data["model"]),
        _count(data["changes"]),
        {_commit(commit): fixed for commit, fixed in high.items()},
        tuple(map(_text, hottest)),
        None if bus_factor is None else _count(bus_factor),
    )


def _commit(value: object) -> str:
    if not isinstance(value, str) or not _COMMIT.fullmatch(value):
        raise ValueError("a commit is no commit id")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError(f"a text is no text of at most {_MOST_TEXT:,} characters")
    return valid_unicode(value)


def _count(value: object, low: int = 0, high: int = _MOST_COUNT) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError("a number is no count")
    return value


def changed(last: Summary, now: Summary, overview: Overview, new: Collection[str]) -> list[tuple[str, str]]:
    """Return the differences since the last report: the subject of each, and how it was and is.

    ``new`` are ids of the commits that the last report did not know, however old they are.
    """
    rows = [("report of", f"{day(last.time)}, at commit {last.head[:10]}")]
    if last.model != now.model:
        rows.append(("models then", last.model))
    rows += [*_high(last, now, overview, new), *_hottest(last, now)]
    if now.bus_factor is not None and last.bus_factor is not None:
        then = "as then" if now.bus_factor == last.bus_factor else f"{last.bus_factor:,} then"
        rows.append(("bus factor", f"{now.bus_factor:,}, {then}"))
    return rows


def _high(last: Summary, now: Summary, overview: Overview, commits: Collection[str]) -> list[tuple[str, str]]:
    new = [change for change in overview.changes if change.commit in commits]
    high = sum(change.level is RiskLevel.HIGH for change in new)
    # the changes that are scored are the newest ones
    least = "at least " if new and len(new) == len(overview.changes) else ""
    share = f" ({percent(high / len(new))})" if new else ""
    rows = [("changes since", f"{least}{len(new):,}, of them {high:,} HIGH{share}")]
    if now.changes and last.changes:
        is_now, was = (percent(len(report.high) / report.changes) for report in (now, last))
        then = "as then" if is_now == was else f"{was} then"
        rows.append(("HIGH", f"{is_now} of the recent code changes, {then}"))
    fixed = [change for change in overview.changes if last.high.get(change.commit) is False and change.fixed_by]
    if fixed:
        named = "; ".join(f"{change.commit[:10]} {change.subject}" for change in fixed[:_MOST_NAMED])
        rows.append((f"fixed since, of {counted(len(last.high), 'HIGH change')}", f"{named}{_more(fixed)}"))
    return rows


def _hottest(last: Summary, now: Summary) -> list[tuple[str, str]]:
    new = [path for path in now.hottest if path not in last.hottest]
    gone = [path for path in last.hottest if path not in now.hottest]
    rows = [("new among the ten hottest files", new), ("no longer among them", gone)]
    named = [(what, f"{', '.join(paths[:_MOST_NAMED])}{_more(paths)}") for what, paths in rows if paths]
    return named or [("the ten hottest files", "the same as then")]


def _more(entries: Sequence[object]) -> str:
    left = len(entries) - _MOST_NAMED
    return f" and {left} more" if left > 0 else ""
