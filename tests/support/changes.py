"""Changes and contexts drawn as text, for tests that need no repository."""

from __future__ import annotations

from collections.abc import Mapping

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change, ChangeKind, FileChange, FileStatus, Hunk
from hyperion_hook.domain.files.text import line_count
from hyperion_hook.domain.history import EmptyHistory, History
from hyperion_hook.domain.snapshot import Configured, Folder, ImportGraph, SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.context import Context, MeasureSource

ADA = Author("Ada", "ada@example.org")
NO_GRAPH = Missing("no graph in this test")
NO_METRICS = Missing("no code metrics in this test")


def edit(path: str, drawing: str = "", status: FileStatus | None = None, old_path: str | None = None) -> FileChange:
    """Draw what happens to a file: lines that start with '+' or '-', a blank line between hunks.

    The status is a modification unless given or the file had another path, so say ``ADDED`` for new files.
    """
    hunks, line = [], 1
    for block in drawing.strip("\n").split("\n\n"):
        rows = [row.strip(" ") if row.strip(" ")[:1] in "+-" else row for row in block.split("\n") if row.strip()]
        added = tuple(row[1:].encode() for row in rows if row.startswith("+"))
        deleted = tuple(row[1:].encode() for row in rows if row.startswith("-"))
        if added or deleted:
            hunks.append(Hunk(line, line, deleted, added))
            line += 10
    status = status or (FileStatus.RENAMED if old_path else FileStatus.MODIFIED)
    return FileChange(
        path=path,
        status=status,
        old_path=old_path,
        old_mode=0 if status is FileStatus.ADDED else 0o100644,
        new_mode=0 if status is FileStatus.DELETED else 0o100644,
        old_blob=None if status is FileStatus.ADDED else "1" * 40,
        new_blob=None if status is FileStatus.DELETED else "2" * 40,
        lines_added=sum(len(hunk.added) for hunk in hunks),
        lines_deleted=sum(len(hunk.deleted) for hunk in hunks),
        hunks=tuple(hunks),
    )


def change(*files: FileChange, message: str | None = None, time: int = 1_600_000_000, **more: object) -> Change:
    """Put file changes together into a staged change."""
    values: dict[str, object] = {
        "kind": ChangeKind.STAGED,
        "files": files,
        "base": "b" * 40,
        "time": time,
        "authored_at": time,
        "author": ADA,
        "message": message,
    }
    return Change(**(values | more))  # type: ignore[arg-type]


class Texts:
    """Sources from two mappings of path to text."""

    def __init__(self, before: Mapping[str, str] | None = None, after: Mapping[str, str] | None = None) -> None:
        self._before, self._after = before or {}, after or {}

    def before(self, file: FileChange) -> SourceText | Missing:
        return _text(self._before, file.previous_path, file.old_blob)

    def after(self, file: FileChange) -> SourceText | Missing:
        return _text(self._after, file.path, file.new_blob)

    def lines_before(self, file: FileChange) -> int | Missing:
        source = self.before(file)
        return source if isinstance(source, Missing) else line_count(source.text)

    def base_file(self, path: str) -> SourceText | Missing:
        return _text(self._before, path, "1" * 40)

    def base_folder(self, path: str) -> Folder | Missing:
        start = f"{path}/" if path else ""
        below = [name[len(start) :].split("/") for name in self._before if name.startswith(start)]
        return Folder(
            frozenset(parts[0] for parts in below if len(parts) == 1),
            frozenset(parts[0] for parts in below if len(parts) > 1),
        )


def _text(texts: Mapping[str, str], path: str, blob: str | None) -> SourceText | Missing:
    if blob is None or path not in texts:
        return Missing(f"{path} is not there")
    return SourceText(path, blob, texts[path])


def context(
    judged: Change,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
    history: History | None = None,
    graph: ImportGraph | Missing = NO_GRAPH,
    measure_source: MeasureSource | Missing = NO_METRICS,
    configured: Configured | None = None,
) -> Context:
    """Put a context together from parts; what is not given is empty or missing."""
    return Context(
        judged, Texts(before, after), history or EmptyHistory(), graph, measure_source, configured or Configured()
    )
