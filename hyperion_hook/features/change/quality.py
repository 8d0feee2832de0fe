"""Quality of the touched code: complexity of the touched functions, state of the touched files, what the change adds.

Complexity is read off the functions that contain a changed line, because a complex function elsewhere in the file says
little about this change; sizes, cohesion and maintainability belong to files as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from hyperion_hook.domain.change import FileChange, FileStatus, Hunk
from hyperion_hook.domain.files.languages import LANGUAGES
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.files.text import lines_as_read
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.snapshot import SourceText
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.change.changed_code import first_unread, kind_of, why_unread
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.context import Context
from hyperion_hook.features.source.measure import can_measure

OF_FUNCTIONS = (
    "cyclomatic_complexity",
    "cognitive_complexity",
    "npath_complexity",
    "functions_touched",
    "longest_function",
    "nesting_depth",
)
OF_FILES = tuple(
    "maintainability_index lines_of_code method_count class_count comment_density inheritance_depth "
    "class_cohesion halstead_volume".split()
)
OF_DELTAS = ("cyclomatic_delta", "cognitive_delta", "maintainability_delta")
NAMES = OF_FUNCTIONS + OF_FILES + OF_DELTAS

NO_SOURCE = Missing("no source file of a language that is measured")
NOTHING_LEFT = Missing("every touched source file is deleted")
NO_FUNCTION = Missing("no function is touched")
NO_CLASS = Missing("no class in the touched files")
_EMPTY_IS_MAINTAINABLE = 100.0
"""The index of an empty file, in radon and here: what a file that does not exist is compared with."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A file with its metrics before and after, ``None`` where it does not exist, and the breaks of its text after."""

    file: FileChange
    before: SourceMetrics | Missing | None
    after: SourceMetrics | Missing | None
    breaks: tuple[int, ...]


def measure(context: Context) -> dict[str, Value]:
    """Return the code metrics of a change, over touched source files that are neither tests nor foreign.

    Of a change with too many files those are measured that are looked into. There is one value for each name of
    ``NAMES``, in the units of the catalogue. Files that could not be measured are left out; where none could, the
    values are missing for the reason of the first of them by path. A new file (or copy) counts from zero, a deleted one
    to zero, in maintainability from and to 100.

    References
    ----------
    .. [1] See ``docs/code-metrics.md`` for the definition and source of each metric.
    """
    files = sorted(
        (file for file in context.change.files if _is_measured(file) and context.looks_into(file)),
        key=lambda file: file.path,
    )
    if not files:
        return dict.fromkeys(NAMES, _not_measured(context))
    sides = [_side(context, file) for file in files]
    return _functions(sides) | _files(sides) | _deltas(sides)


def _not_measured(context: Context) -> Missing:
    """Return why there is nothing to measure: no source at all, or of languages that nobody reads."""
    kinds = {file.path: kind_of(context, file) for file in context.change.files}
    languages = {kind.language for kind in kinds.values() if kind.role is FileRole.SOURCE}
    unread = sorted(name for name in languages if isinstance(name, str) and not LANGUAGES[name].reader)
    return Missing(f"no reader for {', '.join(unread)}") if unread else first_unread(kinds) or NO_SOURCE


def _is_measured(file: FileChange) -> bool:
    return role_of(file.path) is FileRole.SOURCE and can_measure(file.path) and file.is_regular and not file.is_binary


def _side(context: Context, file: FileChange) -> _Side:
    # a copy leaves its original where it was, so all of it is new
    is_new = file.status in (FileStatus.ADDED, FileStatus.COPIED)
    before = None if is_new else context.metrics_before(file)
    after = None if file.status is FileStatus.DELETED else context.metrics_after(file)
    source = context.sources.after(file) if isinstance(after, SourceMetrics) else None
    return _Side(file, before, after, source.breaks if isinstance(source, SourceText) else ())


def _after(sides: Sequence[_Side]) -> list[tuple[FileChange, SourceMetrics]] | Missing:
    known = [(side.file, side.after) for side in sides if isinstance(side.after, SourceMetrics)]
    if known:
        return known
    return next((side.after for side in sides if isinstance(side.after, Missing)), NOTHING_LEFT)


# -- touched functions ------------------------------------------------------------------------------------------------


def _functions(sides: Sequence[_Side]) -> dict[str, Value]:
    files = _after(sides)
    if isinstance(files, Missing):
        return dict.fromkeys(OF_FUNCTIONS, files)
    touched: list[FunctionMetrics] = []
    breaks = {side.file.path: side.breaks for side in sides}
    if unread := why_unread(file for file, _ in files):
        return dict.fromkeys(OF_FUNCTIONS, unread)
    for file, metrics in files:
        touched += touched_functions(metrics.functions, file.hunks or (), breaks[file.path])
    return {
        "cyclomatic_complexity": _best(max, (float(item.cyclomatic) for item in touched), NO_FUNCTION),
        "cognitive_complexity": _best(max, (item.cognitive for item in touched), NO_FUNCTION),
        "npath_complexity": _best(max, (item.npath for item in touched), NO_FUNCTION),
        "functions_touched": float(len(touched)),
        "longest_function": _best(max, (float(item.code_lines) for item in touched), NO_FUNCTION),
        "nesting_depth": _best(max, (item.nesting for item in touched), NO_FUNCTION),
    }


def touched_functions(
    functions: Iterable[FunctionMetrics], hunks: Sequence[Hunk], breaks: Sequence[int] = ()
) -> list[FunctionMetrics]:
    """Return the functions after a change that contain an added line or the place of a deletion.

    Hunks are in order; ``breaks`` says where the file has more lines than git counts (``domain.files.text``).
    """
    # git names the line before a deletion, so one at the very end of a function still lies within it
    runs = [lines_as_read(hunk.new_start, hunk.new_start + max(hunk.added_count, 1) - 1, breaks) for hunk in hunks]
    starts, ends = [first for first, _ in runs], [last for _, last in runs]
    touched = []
    for function in functions:
        index = bisect_left(ends, function.start_line)
        if index < len(ends) and starts[index] <= function.end_line:
            touched.append(function)
    return touched


def _best(choose: Callable[[list[float]], float], values: Iterable[Value], nothing: Missing) -> Value:
    listed = list(values)
    known = [value for value in listed if not isinstance(value, Missing)]
    if known:
        return choose(known)
    return next((value for value in listed if isinstance(value, Missing)), nothing)


# -- touched files ----------------------------------------------------------------------------------------------------


def _files(sides: Sequence[_Side]) -> dict[str, Value]:
    files = _after(sides)
    if isinstance(files, Missing):
        return dict.fromkeys(OF_FILES, files)
    metrics = [item for _, item in files]
    code = sum(item.code_lines for item in metrics)
    comments = sum(item.comment_lines for item in metrics)
    volumes = [item.halstead_volume for item in metrics]
    known = [value for value in volumes if not isinstance(value, Missing)]
    return {
        "maintainability_index": _best(min, (item.maintainability for item in metrics), NOTHING_LEFT),
        "lines_of_code": float(code),
        "method_count": float(sum(len(item.functions) for item in metrics)),
        "comment_density": comment_share(comments, code),
        "halstead_volume": sum(known) if known else _best(min, volumes, NOTHING_LEFT),
        **_classes(metrics),
    }


def comment_share(comments: float, code: float) -> Value:
    """Return comment lines over comment and code lines."""
    return comments / (comments + code) if comments + code else Missing("the touched files are empty")


def _classes(metrics: Sequence[SourceMetrics]) -> dict[str, Value]:
    read = [item.classes for item in metrics if item.classes is not None]
    if not read:
        languages = ", ".join(sorted({item.language for item in metrics}))
        unread = Missing(f"classes of {languages} are not read")
        return dict.fromkeys(("class_count", "inheritance_depth", "class_cohesion"), unread)
    classes = [item for listed in read for item in listed]
    return {
        "class_count": float(len(classes)),
        "inheritance_depth": _best(max, (item.depth for item in classes), NO_CLASS),
        "class_cohesion": _best(min, (cohesion_of(item.lcom4) for item in classes), NO_CLASS),
    }


def cohesion_of(lcom4: Value) -> Value:
    """Return the cohesion of a class, in (0, 1], from the number of connected groups of its methods."""
    if isinstance(lcom4, Missing):
        return lcom4
    return 1.0 / lcom4 if lcom4 else Missing("a class without methods")


# -- what the change adds ---------------------------------------------------------------------------------------------


def _deltas(sides: Sequence[_Side]) -> dict[str, Value]:
    complexity = _differences(sides, lambda item: float(sum(one.cyclomatic for one in item.functions)), 0.0)
    cognition = _differences(sides, cognitive_total, 0.0)
    maintainability = _differences(sides, lambda item: item.maintainability, _EMPTY_IS_MAINTAINABLE)
    return {
        "cyclomatic_delta": _best(sum, complexity, NOTHING_LEFT),
        "cognitive_delta": _best(sum, cognition, NOTHING_LEFT),
        "maintainability_delta": _best(min, maintainability, NOTHING_LEFT),
    }


def _differences(sides: Iterable[_Side], value: Callable[[SourceMetrics], Value], absent: float) -> list[Value]:
    def of(metrics: SourceMetrics | Missing | None) -> Value:
        if metrics is None:
            return absent
        return metrics if isinstance(metrics, Missing) else value(metrics)

    return [_difference(of(side.after), of(side.before)) for side in sides]


def _difference(after: Value, before: Value) -> Value:
    if isinstance(after, Missing):
        return after
    return before if isinstance(before, Missing) else after - before


def cognitive_total(metrics: SourceMetrics) -> Value:
    """Return the cognitive complexity of a file: the sum over its functions, those within others counted once.

    An outer function's value includes the functions within it, unless it is 0: then they stand for themselves.
    """
    total = 0.0
    covered = 0
    for function in sorted(metrics.functions, key=lambda item: (item.start_line, -item.end_line)):
        if isinstance(function.cognitive, Missing):
            return function.cognitive
        if function.end_line <= covered:
            continue
        total += function.cognitive
        if function.cognitive:
            covered = function.end_line
    return total
