"""Features from facts that tell of a change or of past commits: put to the one extractor as a change with its history.

The extractor is asked for the features whose evidence is there, and for no others: where messages are not given, it
would take their absence for a sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hyperion_hook.api.engineer.raw_facts import Raw
from hyperion_hook.api.engineer.raw_history import UNSTATED, RawHistory, history_of, lines_in
from hyperion_hook.api.engineer.raw_values import Moment, RawFaultError, shown
from hyperion_hook.domain.change import Change, ChangeKind, FileChange, FileStatus, Hunk
from hyperion_hook.domain.history import EmptyHistory, History
from hyperion_hook.domain.snapshot import Folder, SourceText
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.change.quality import NAMES as OF_SOURCE
from hyperion_hook.features.context import Context
from hyperion_hook.features.extract import extract
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.features.structure.business import rollback_difficulty

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
    """Return what files, message, moment, source and past commits tell.

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
            values = _of_history(raw, history_of(raw.facts[kind], moment, whole=kind == "history")) | values
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


def _of_history(raw: Raw, found: RawHistory) -> dict[str, Value]:
    author = raw.facts.get("author")
    names, unknown = found.tells(with_author=author is not None)
    return _asked(raw, _change(raw, [_PLACEHOLDER]), names, found) | unknown


def _of_source(raw: Raw) -> dict[str, Value]:
    path, text = raw.facts.get("path"), raw.facts["source"]
    if path is None:
        return dict.fromkeys(OF_SOURCE, Missing("the path of the source is not given: its ending tells the language"))
    # which lines were changed is not known, so every function counts as touched
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    file = FileChange(path, FileStatus.MODIFIED, old_blob=UNSTATED, new_blob=UNSTATED, hunks=(Hunk(1, 1, (), lines),))
    return _asked(raw, _change(raw, [file]), OF_SOURCE)


def _files(raw: Raw) -> Iterator[FileChange]:
    for place, entry in enumerate(raw.facts.get("files", ()), 1):
        fields = {"path": entry} if isinstance(entry, str) else entry
        path = fields.get("path") if isinstance(fields, Mapping) else None
        if not isinstance(path, str) or not path:
            raise RawFaultError(f"files: entry {place} is {shown(entry)}; give its path")
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
