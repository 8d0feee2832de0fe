"""Features from facts that tell of a change or of past commits: put to the one extractor as a change with its history.

The extractor is asked for the features whose evidence is there, and for no others: where messages are not given, it
would take their absence for a sign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hyperion_hook.api.engineer.raw_facts import Raw
from hyperion_hook.api.engineer.raw_values import Moment, RawFaultError, count, is_missing, moment, person, shown
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change, ChangeKind, FileChange, FileStatus, Hunk
from hyperion_hook.domain.history import (
    FILE_WINDOW,
    MONTH,
    EmptyHistory,
    FileEvent,
    FileHistory,
    History,
    Months,
    Tally,
)
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.snapshot import Folder, SourceText
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.change.quality import NAMES as OF_SOURCE
from hyperion_hook.features.context import Context
from hyperion_hook.features.extract import extract
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.features.structure.business import rollback_difficulty

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
class RawHistory(History):
    """The commits on one file, the same whatever its path is; ``missing_reason`` where only the newest are listed."""

    missing_reason: str | None = None
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
    for position, entry in enumerate(commits, 1):
        if not isinstance(entry, Mapping) or is_missing(entry.get("date")):
            raise RawFaultError(f"commits: entry {position} is {shown(entry)}; give its date")
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
        events.append(FileEvent(time, position, number, added, deleted, int(flags)))
    events.sort(key=lambda event: -event.time)
    reason = None if whole else ONLY_RECENT
    return RawHistory(reason, tuple(events), numbers, frozenset(lacks))


def lines_in(entry: Mapping[str, object], *keys: str) -> int | None:
    """Return the lines that stand under the first of some keys, ``None`` where they are not given."""
    for key in keys:
        if not is_missing(entry.get(key)):
            return int(count(entry[key]))
    return None


OF_MESSAGE = ("fix", "is_revert", "is_refactoring", "message_words", "issue_references")
OF_TIME = ("hour_of_day", "day_of_week")
OF_FILES = tuple(
    "ns nd nf entropy files_added files_deleted files_renamed binary_files source_files test_files "
    "language_count la ld source_lines_added test_lines_added test_change_ratio largest_file_added".split()
)
OF_LINES_BEFORE = ("lt", "relative_churn")

GIVES_FROM_CHANGE = {
    "files": (*OF_FILES, *OF_LINES_BEFORE, "rollback_difficulty"),
    "message": OF_MESSAGE,
    "moment": OF_TIME,
    "source": OF_SOURCE,
}
"""Features by the fact that they come from."""

_STATUSES = {status.name.lower(): status for status in FileStatus} | {status.value: status for status in FileStatus}
_PLACEHOLDER = FileChange("file", FileStatus.MODIFIED, old_blob=UNSTATED, new_blob=UNSTATED)


def of_change(raw: Raw) -> dict[str, Value]:
    """Return the features that files, message, moment, source and past commits tell.

    Raises ``RawFaultError`` if an entry of a list is not what it should be.
    """
    moment: Moment | None = raw.facts.get("moment")
    files = list(_files(raw))
    values: dict[str, Value] = {}
    if files:
        names = OF_FILES + (OF_LINES_BEFORE if _knows_lines_before(raw) else ())
        values |= _asked(raw, _change(raw, files), names)
        values["rollback_difficulty"] = rollback_difficulty(files, raw.value("breaking_change_risk"))
    if "message" in raw.facts:
        values |= _asked(raw, _change(raw, files), OF_MESSAGE)
    written = raw.facts.get("authored", moment)
    if written is not None and written.has_time and ("message" in raw.facts or files or "authored" in raw.facts):
        values |= _asked(raw, _change(raw, files), OF_TIME)
    if "source" in raw.facts:
        values |= _of_source(raw)
    for kind in ("history", "recent"):
        if kind in raw.facts and moment is not None:
            history = history_of(raw.facts[kind], moment, whole=kind == "history")
            names, unknown = history.tells(with_author="author" in raw.facts)
            values = _asked(raw, _change(raw, [_PLACEHOLDER]), names, history) | unknown | values
    return values


def _asked(raw: Raw, change: Change, names: tuple[str, ...], history: History | None = None) -> dict[str, Value]:
    context = Context(
        change,
        _Sources(raw),
        history or EmptyHistory(),
        Missing("no import graph in raw data"),
        lambda path, _, text: measure_source(path, text),  # the extractor knows a text by its blob
    )
    vector = extract(context, only=frozenset(names))
    return {name: vector[name] for name in names}


def _change(raw: Raw, files: list[FileChange]) -> Change:
    moment = raw.facts.get("moment", Moment(0))
    written = raw.facts.get("authored", moment)
    return Change(
        ChangeKind.COMMIT,
        tuple(sorted(files, key=lambda file: file.path)),
        None,
        moment.seconds,
        written.seconds,
        written.offset,
        author=raw.facts.get("author"),
        message=raw.facts.get("message"),
    )


def _of_source(raw: Raw) -> dict[str, Value]:
    path, text = raw.facts.get("path"), raw.facts["source"]
    if path is None:
        return dict.fromkeys(OF_SOURCE, Missing("the path of the source is not given: its ending tells the language"))
    # which lines were changed is not known, so every function counts as touched
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    file = FileChange(path, FileStatus.MODIFIED, old_blob=UNSTATED, new_blob=UNSTATED, hunks=(Hunk(1, 1, (), lines),))
    return _asked(raw, _change(raw, [file]), OF_SOURCE)


def _files(raw: Raw) -> Iterator[FileChange]:
    for number, entry in enumerate(raw.facts.get("files", ()), 1):
        fields = {"path": entry} if isinstance(entry, str) else entry
        path = fields.get("path") if isinstance(fields, Mapping) else None
        if not isinstance(path, str) or not path:
            raise RawFaultError(f"files: entry {number} is {shown(entry)}; give its path")
        status = _STATUSES.get(str(fields.get("status", "M")))
        if status is None:
            raise RawFaultError(f"files: {path}: status {shown(fields['status'])} is none; write A, M, D, R or C")
        old_path = fields.get("old_path")
        yield FileChange(
            path,
            status,
            old_path if isinstance(old_path, str) else None,
            old_blob=None if status is FileStatus.ADDED else UNSTATED,
            new_blob=None if status is FileStatus.DELETED else UNSTATED,
            lines_added=lines_in(fields, "lines_added", "added"),
            lines_deleted=lines_in(fields, "lines_deleted", "deleted"),
            is_binary=bool(fields.get("is_binary", False)),
        )


def _knows_lines_before(raw: Raw) -> bool:
    entries = [entry for entry in raw.facts["files"] if isinstance(entry, Mapping)]
    old = [entry for entry in entries if _STATUSES.get(str(entry.get("status", "M"))) is not FileStatus.ADDED]
    return len(entries) == len(raw.facts["files"]) and all(lines_in(entry, "lines_before") is not None for entry in old)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The texts that raw data hold."""

    raw: Raw
    absent: Missing = field(default=Missing("the source is not given"))

    def before(self, file: FileChange) -> SourceText | Missing:
        return self._text("source_before", file, Missing("the source before the change is not given"))

    def after(self, file: FileChange) -> SourceText | Missing:
        return self._text("source", file, self.absent)

    def lines_before(self, file: FileChange) -> int | Missing:
        for entry in self.raw.facts.get("files", ()):
            if isinstance(entry, Mapping) and entry.get("path") == file.path:
                lines = lines_in(entry, "lines_before")
                return self.absent if lines is None else lines
        return self.absent

    def base_file(self, path: str) -> SourceText | Missing:  # noqa: ARG002 - there are no others
        return self.absent

    def base_folder(self, path: str) -> Folder | Missing:  # noqa: ARG002 - there are no others
        return self.absent

    def _text(self, fact: str, file: FileChange, absent: Missing) -> SourceText | Missing:
        text = self.raw.facts.get(fact)
        return absent if text is None else SourceText(file.path, UNSTATED, text)
