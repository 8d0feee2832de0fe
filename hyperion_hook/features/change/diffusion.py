"""How widely a change is spread.

A change that touches many places is understood by nobody as a whole; entropy tells an even spread from a change that
lives in one file and only brushes others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.files.paths import FileRole, directory_of, subsystem_of
from hyperion_hook.domain.vector import Value
from hyperion_hook.features.change.changed_code import first_unread, kind_of
from hyperion_hook.features.change.size import has_lines, why_uncounted
from hyperion_hook.features.context import Context


def measure(context: Context) -> dict[str, Value]:
    """Return the diffusion features of a change: counts, and ``entropy`` in [0, 1].

    References
    ----------
    .. [1] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    """
    files = context.change.files
    kinds = {file.path: kind_of(context, file) for file in files}
    roles = [kind.role for kind in kinds.values()]
    sources, unread = roles.count(FileRole.SOURCE), first_unread(kinds)
    statuses = [file.status for file in files]
    with_lines = [file for file in files if not file.is_binary and has_lines(file)]
    counted = [
        file.lines_added + file.lines_deleted
        for file in with_lines
        if file.lines_added is not None and file.lines_deleted is not None
    ]
    return {
        "ns": float(len({subsystem_of(file.path) for file in files})),
        "nd": float(len({directory_of(file.path) for file in files})),
        "nf": float(len(files)),
        "entropy": change_entropy(counted) if len(counted) == len(with_lines) else why_uncounted(with_lines),
        "files_added": float(statuses.count(FileStatus.ADDED)),
        "files_deleted": float(statuses.count(FileStatus.DELETED)),
        "files_renamed": float(statuses.count(FileStatus.RENAMED) + statuses.count(FileStatus.COPIED)),
        "binary_files": float(sum(file.is_binary for file in files)),
        "source_files": unread if unread and not sources else float(sources),
        "test_files": float(roles.count(FileRole.TEST)),
        "language_count": float(
            len({kind.language for kind in kinds.values() if kind.role in (FileRole.SOURCE, FileRole.TEST)})
        ),
    }


def change_entropy(lines_changed: Sequence[int]) -> float:
    """Return how evenly a change is spread over its files, in [0, 1]; 0.0 if fewer than two files have lines.

    ``lines_changed`` are added plus deleted lines, one entry per file, shape ``(n_files,)``. Raises ``ValueError`` if
    an entry is negative.

    References
    ----------
    .. [1] A. E. Hassan, "Predicting faults using the complexity of code changes", ICSE 2009.

    Examples
    --------
    >>> change_entropy([10, 10]), change_entropy([10, 0]), change_entropy([])
    (1.0, 0.0, 0.0)
    """
    if any(count < 0 for count in lines_changed):
        raise ValueError(f"lines_changed: {min(lines_changed)} is negative")
    # sorted, so that the last bit of the sum cannot depend on the order of the files
    counts = sorted(count for count in lines_changed if count)
    if len(counts) < 2:
        return 0.0
    total = sum(counts)
    entropy = -sum(count / total * log2(count / total) for count in counts)
    return min(1.0, entropy / log2(len(counts)))
