"""How likely a change is to break those who use what it touches.

A public function that is gone, or asks for more than before, breaks its callers; how many there are is told by the
import graph. For every touched source file that existed, the breakages of its public interface are found
(``interface_python`` for Python, names and signatures of public functions elsewhere), and

    risk = 1 - product over files f and breakages b of (1 - weight(f) * severity(b)),
    weight(f) = (users + 1) / (users + 4),  users = files importing f that the change does not touch itself.

The risk grows with every breakage, with its severity and with every user left behind, and stays below 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.code.metrics import SourceMetrics
from hyperion_hook.features.context import Context
from hyperion_hook.features.structure.breakage_kinds import SEVERITY, Breakage

Found = tuple[FileChange, tuple[Breakage, ...]]


def measure(context: Context) -> dict[str, Value]:
    """Return ``breaking_change_risk`` in [0, 1); 0.0 where nothing public was removed or changed.

    References
    ----------
    .. [1] T. Mazzucotelli, griffe, "Checking APIs": the kinds of breakage of a Python interface.
    """
    return {"breaking_change_risk": breaking_change_risk(context)}


def breaking_change_risk(context: Context) -> Value:
    """Return the risk; ``Missing`` when no touched source file could be compared, or its users are not known."""
    judged = [file for file in context.change.files if _has_interface(file) and context.looks_into(file)]
    compared: list[Found] = []
    reason: Missing | None = None
    for file in judged:
        result = _breakages_of(context, file)
        if isinstance(result, Missing):
            reason = reason or result
        else:
            compared.append((file, result))
    if judged and not compared:
        return reason or Missing("no touched source file could be compared")
    broken = [(file, result) for file, result in compared if result]
    if not broken:
        return 0.0
    if isinstance(context.graph, Missing):
        return context.graph
    touched = {file.previous_path for file in context.change.files}
    intact = 1.0
    for file, result in sorted(broken, key=lambda item: item[0].path):
        users = len(set(context.graph.importers.get(file.previous_path, ())) - touched)
        weight = (users + 1) / (users + 4)
        for breakage in result:
            intact *= 1 - weight * SEVERITY[breakage]
    return 1 - intact


def _has_interface(file: FileChange) -> bool:
    """Return whether a file is source that others could have used before the change."""
    return (
        file.status not in (FileStatus.ADDED, FileStatus.COPIED)
        and file.is_regular
        and language_of(file.previous_path) is not None
        and role_of(file.previous_path) is FileRole.SOURCE
    )


def _breakages_of(context: Context, file: FileChange) -> tuple[Breakage, ...] | Missing:
    moved = (Breakage.MODULE_MOVED,) if file.path != file.previous_path else ()
    if file.old_blob == file.new_blob:
        return moved
    if language_of(file.previous_path) == "Python":
        result = _of_python(context, file)
        if result is not None:
            return result if isinstance(result, Missing) else (*moved, *result)
    before = context.metrics_before(file)
    if isinstance(before, Missing):
        return before
    if file.new_blob is None:
        return tuple(_of_metrics(before, None))
    after = context.metrics_after(file)
    return after if isinstance(after, Missing) else (*moved, *_of_metrics(before, after))


def _of_python(context: Context, file: FileChange) -> tuple[Breakage, ...] | Missing | None:
    """Compare two versions by syntax; ``None`` leaves a file that does not parse to the general way."""
    before = context.sources.before(file)
    if isinstance(before, Missing):
        return before
    after = None if file.new_blob is None else context.sources.after(file)
    if isinstance(after, Missing):
        return after
    from hyperion_hook.features.structure.interface_python import breakages

    text = "" if after is None else after.text
    return context.deadline.run(lambda: breakages(before.text, text))


def _of_metrics(before: SourceMetrics, after: SourceMetrics | None) -> Iterator[Breakage]:
    """Compare public functions by name and signature; overloads of one name are told apart by their signatures."""
    old, new = _public(before), _public(after)
    for name in sorted(old):
        if name not in new:
            yield from [Breakage.OBJECT_REMOVED] * sum(old[name].values())
        else:
            yield from [Breakage.SIGNATURE] * sum((old[name] - new[name]).values())
    if before.classes:
        names = {item.name for item in (after.classes if after else None) or ()}
        for item in before.classes:
            if item.name not in names and not item.name.startswith("_"):
                yield Breakage.OBJECT_REMOVED


def _public(metrics: SourceMetrics | None) -> dict[str, Counter[str]]:
    results: dict[str, Counter[str]] = {}
    for function in metrics.functions if metrics else ():
        if function.is_public:
            results.setdefault(function.name, Counter())[function.signature] += 1
    return results
