"""Past commits of one file, as raw data list them, as the History that the extractor asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hyperion_hook.api.engineer.raw_values import Moment, RawFaultError, count, is_missing, moment, person, shown
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import FILE_WINDOW, MONTH, EmptyHistory, FileEvent, FileHistory, Months, Tally
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.vector import Missing

UNSTATED = "raw"
"""Stands where git has the id of a blob."""

OF_DATES = ("file_age", "file_commits", "age", "commit_frequency", "recent_commits")
OF_AUTHORS = ("ndev", "contributor_count", "knowledge_distribution", "bus_factor", "minor_contributor_count")
OF_THE_AUTHOR = ("author_ownership", "author_file_commits")
OF_MESSAGES = ("past_bug_count", "hotfix_count", "rollback_frequency", "recent_bug_count", "file_bug_share")
OF_LINES = ("file_volatility",)
GIVES = OF_DATES + OF_AUTHORS + OF_THE_AUTHOR + OF_MESSAGES + OF_LINES

ONLY_RECENT = "only recent commits are listed"


@dataclass(frozen=True)
class RawHistory(EmptyHistory):
    """The commits on one file, the same whatever its path is; ``missing_reason`` where only the newest are listed."""

    events: tuple[FileEvent, ...] = ()
    numbers: Mapping[str, int] | None = None
    lacks: frozenset[str] = frozenset()
    """Which of ``author``, ``message`` and ``lines`` a commit lacks."""

    def file(self, path: str) -> FileHistory:  # noqa: ARG002 - there is but one
        """Return the life of the file."""
        first = self.events[-1].time if self.events else None
        return FileHistory(self.events[:FILE_WINDOW], first, len(self.events))

    def author_number(self, author: Author) -> int | None:
        """Return the number of an author, ``None`` for one who has no commit."""
        return (self.numbers or {}).get(author.identity)

    def repository(self) -> Months:
        """Return the commits by month: how far a list of the newest reaches back."""
        return self._months

    @cached_property
    def _months(self) -> Months:
        return Months(
            Tally(month, commits, 0)
            for month, commits in sorted(Counter(event.time // MONTH for event in self.events).items())
        )

    def tells(self, *, with_author: bool) -> tuple[tuple[str, ...], dict[str, Missing]]:
        """Return the features it can tell, and those it cannot, each with what the commits lack."""
        names: tuple[str, ...] = OF_DATES
        unknown: dict[str, Missing] = {}
        parts = [("author", OF_AUTHORS), ("message", OF_MESSAGES), ("lines", OF_LINES)]
        if with_author:
            parts.append(("author", OF_THE_AUTHOR))
        for part, of_part in parts:
            if part in self.lacks:
                unknown |= dict.fromkeys(of_part, Missing(f"not every commit of the list has its {part}"))
            else:
                names += of_part
        return names, unknown


def history_of(commits: Iterable[object], now: Moment, *, whole: bool) -> RawHistory:
    """Return listed commits as a history; those after the moment were not known then and are left out.

    Raises ``RawFaultError`` if an entry has no date, or something that cannot be read. Commits are mappings with
    ``date``, and if known ``author``, ``message``, ``lines_added`` and ``lines_deleted``; ``whole`` says whether all of
    the file's are listed, or only the newest.
    """
    lacks: set[str] = set()
    numbers: dict[str, int] = {}
    events = []
    for place, entry in enumerate(commits, 1):
        if not isinstance(entry, Mapping) or is_missing(entry.get("date")):
            raise RawFaultError(f"commits: entry {place} is {shown(entry)}; give its date")
        time = moment(entry["date"]).seconds
        author = None if is_missing(entry.get("author")) else person(entry["author"])
        message = entry.get("message")
        added, deleted = lines_in(entry, "lines_added", "added"), lines_in(entry, "lines_deleted", "deleted")
        if time > now.seconds:
            continue
        known = {
            "author": author is not None,
            "message": isinstance(message, str),
            "lines": added is not None and deleted is not None,
        }
        lacks |= {part for part, is_known in known.items() if not is_known}
        number = numbers.setdefault(author.identity, len(numbers)) if author is not None else -1
        flags = classify_message(message, author or Author("", "")) if isinstance(message, str) else 0
        events.append(FileEvent(time, place, number, added, deleted, int(flags)))
    events.sort(key=lambda event: -event.time)
    reason = None if whole else ONLY_RECENT
    return RawHistory(reason, tuple(events), numbers, frozenset(lacks))


def lines_in(entry: Mapping[str, object], *keys: str) -> int | None:
    """Return the lines that stand under the first of some keys, ``None`` where they are not given."""
    for key in keys:
        if not is_missing(entry.get(key)):
            return int(count(entry[key]))
    return None
