"""How much is changed, and in which kind of file.

Size is the strongest single sign of risk (Zeng et al. 2021: lines added alone beat deep models); source and test lines
are kept apart because they pull in opposite directions.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from hyperion_hook.domain.change import SUBMODULE_MODE, FileChange
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import NOT_FETCHED, Missing, Value
from hyperion_hook.features.change.changed_code import ChangedCode, changed_code, first_unread, kind_of
from hyperion_hook.features.code.notebooks import NAME as NOTEBOOK
from hyperion_hook.features.context import Context

UNCOUNTED = Missing("line counts of the change could not be read")


@dataclass(frozen=True, slots=True)
class _Before:
    """Lines of the text files before a change, in all and a file; new files had none."""

    total: float
    mean: float


def measure(context: Context) -> dict[str, Value]:
    """Return the size features of a change.

    ``la`` and ``ld`` in lines over all text files; ``lt`` in lines, mean over text files, a new file counting 0;
    ``relative_churn`` in [0, 2); ``test_change_ratio`` in [0, 1], missing where neither tests nor source changed.

    References
    ----------
    .. [1] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    .. [2] N. Nagappan, T. Ball, "Use of relative code churn measures to predict system defect density", ICSE 2005.
    """
    files = [file for file in context.change.files if not file.is_binary and has_lines(file)]
    values: dict[str, Value] = dict.fromkeys(
        tuple("la ld source_lines_added test_lines_added test_change_ratio relative_churn largest_file_added".split()),
        why_uncounted(files),
    )
    lines_before = _lines_before(context, files)
    values["lt"] = lines_before if isinstance(lines_before, Missing) else lines_before.mean
    values["hunk_count"] = _hunk_count(files)
    if all(file.lines_added is not None and file.lines_deleted is not None for file in files):
        values |= _line_counts(context, files, lines_before)
    return values


def why_uncounted(files: Iterable[FileChange]) -> Missing:
    """Return why the lines of some files were not counted."""
    return next((Missing(file.unread) for file in files if file.unread), UNCOUNTED)


def has_lines(file: FileChange) -> bool:
    """Whether lines have a meaning for this file: it is no submodule."""
    return SUBMODULE_MODE not in (file.old_mode, file.new_mode)


def _line_counts(context: Context, files: list[FileChange], lines_before: _Before | Missing) -> dict[str, Value]:
    added, deleted = sum(file.lines_added or 0 for file in files), sum(file.lines_deleted or 0 for file in files)
    kinds = {file.path: kind_of(context, file) for file in files}
    unread = first_unread(kinds)
    source = _lines_of(context, [file for file in files if kinds[file.path].role is FileRole.SOURCE])
    tests = _lines_of(context, [file for file in files if kinds[file.path].role is FileRole.TEST])
    tested, testing = sum(source), sum(tests)
    values: dict[str, Value] = {
        "la": float(added),
        "ld": float(deleted),
        "source_lines_added": unread if unread and not tested else float(source[0]),
        "test_lines_added": float(tests[0]),
        "largest_file_added": float(max((file.lines_added or 0 for file in files), default=0)),
        "test_change_ratio": (
            testing / (testing + tested) if testing + tested else Missing("no source or test line changed")
        ),
    }
    if isinstance(lines_before, Missing):
        values["relative_churn"] = lines_before
    else:
        values["relative_churn"] = (added + deleted) / max(1, lines_before.total + added)
    return values


def _lines_of(context: Context, files: Iterable[FileChange]) -> tuple[int, int]:
    """Return added and deleted lines; of a notebook those of its cells, where it can be read."""
    added = deleted = 0
    for file in files:
        code = changed_code(context, file) if language_of(file.path) == NOTEBOOK else None
        if isinstance(code, ChangedCode):
            added, deleted = added + code.lines_added, deleted + code.lines_deleted
        else:
            added, deleted = added + (file.lines_added or 0), deleted + (file.lines_deleted or 0)
    return added, deleted


def _lines_before(context: Context, files: list[FileChange]) -> _Before | Missing:
    """Return the lines there were; of very many files a sample is counted, and the rest taken to be like it."""
    # a blob's name is as good as a lot that was drawn, and the same for everyone
    existing = sorted((file for file in files if file.old_blob), key=attrgetter("old_blob", "path"))
    counts: list[int] = []
    unread = Missing("no touched file could be read as text")
    for file in existing[: context.change.bulk_files]:
        count = context.sources.lines_before(file)
        if not isinstance(count, Missing):
            counts.append(count)
        elif count == NOT_FETCHED:
            unread = count
    if files and not counts and len(existing) == len(files):
        return unread
    scale = max(1.0, len(existing) / context.change.bulk_files)
    total, known = scale * sum(counts), scale * len(counts) + len(files) - len(existing)
    return _Before(total, total / known if known else 0.0)


def _hunk_count(files: list[FileChange]) -> Value:
    if named := next((file.unread for file in files if file.unread), ""):
        return Missing(named)
    # a file whose patch was cut off has at least one
    return float(sum(1 if file.hunks is None else len(file.hunks) for file in files))
