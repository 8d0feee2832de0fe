"""Which commits the lines that a fix touches speak against, and how strongly; ``szz`` says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.features.change.code_lines import code_by_line
from hyperion_hook.training.labels.line_origins import TracedHunk

_SLIGHT = 0.01
"""What a line that carries no changed code weighs against one that does."""
_ROLES = (
    {FileRole.SOURCE},
    {FileRole.TEST, FileRole.FOREIGN},
    {FileRole.CONFIGURATION, FileRole.DOCUMENT, FileRole.OTHER},
)
"""Which files are looked at, the more telling first."""
_SHARES = dict.fromkeys(FileRole, 0.5) | {FileRole.SOURCE: 1.0, FileRole.DOCUMENT: 0.0, FileRole.FOREIGN: 0.0}
"""What a candidate weighs among the others, by the file in which it is one."""


def shares(traced: Sequence[TracedHunk], is_candidate: Callable[[str], bool]) -> dict[str, float]:
    """Return the part (0..1) of the blame for each commit of which a fix touches lines, in files of any kind.

    Candidates are the commits of changed lines of code, where there are none those of the lines beside it. One in
    source code weighs as much as two elsewhere.
    """
    strong: defaultdict[str, float] = defaultdict(float)
    slight: defaultdict[str, float] = defaultdict(float)
    for hunk in traced:
        weight = _SHARES[role_of(hunk.file.previous_path)] if tells(hunk.file) else 0.0
        for origin, evidence in _evidence(hunk, exhaustive=False) if weight else ():
            if origin is not None and is_candidate(origin):
                result = slight if evidence < 1 else strong
                result[origin] = max(weight, result[origin])
    blamed = strong or slight
    total = sum(blamed.values())
    return {name: weight / total for name, weight in blamed.items()}


def suspects(
    traced: Sequence[TracedHunk], is_candidate: Callable[[str], bool], *, exhaustive: bool = False
) -> dict[str, float]:
    """Return the commits whose lines a fix touches, with the evidence against each: 1 for a line of code, else 0.01.

    ``exhaustive`` says whether places where no code changes count, and files that are no source where the sources name
    nobody.
    """
    hunks = [hunk for hunk in traced if tells(hunk.file)]
    for roles in _ROLES if exhaustive else _ROLES[:1]:
        named: defaultdict[str, float] = defaultdict(float)
        for hunk in hunks:
            if role_of(hunk.file.previous_path) in roles:
                for origin, weight in _evidence(hunk, exhaustive=exhaustive):
                    if origin is not None and is_candidate(origin):
                        named[origin] += weight
        if named:
            return dict(named)
    return {}


def changes_code(hunk: TracedHunk) -> bool:
    """Whether a hunk changes code, and not only comments or white space."""
    deleted, added = hunk.hunk.deleted, hunk.hunk.added
    language = language_of(hunk.file.previous_path) or ""
    return _without_space(deleted) != _without_space(added) and bool(
        code_positions(deleted, language) or code_positions(added, language)
    )


def _evidence(hunk: TracedHunk, *, exhaustive: bool) -> Iterator[tuple[str | None, float]]:
    deleted, added = hunk.hunk.deleted, hunk.hunk.added
    language = language_of(hunk.file.previous_path) or ""
    is_format = _without_space(deleted) == _without_space(added)
    code = set() if is_format else set(code_positions(deleted, language))
    changes_code = bool(code) or (not is_format and bool(code_positions(added, language)))
    if changes_code:
        yield from ((origin, _SLIGHT) for origin in hunk.around)
    if changes_code or exhaustive:
        yield from ((origin, 1.0 if position in code else _SLIGHT) for position, origin in enumerate(hunk.deleted))


def _without_space(lines: Sequence[bytes]) -> bytes:
    return b"".join(b"".join(lines).split())


def code_positions(lines: Sequence[bytes], language: str) -> list[int]:
    """Return the zero-based positions of the lines that carry code.

    Examples
    --------
    >>> code_positions([b"# why", b"x = 1", b"", b"y = 2"], "Python")
    [1, 3]
    """
    return [number for number, line in enumerate(code_by_line([b"\n".join(lines)], language)) if line]


def tells(file: FileChange) -> bool:
    """Whether what a fix does to a file says where the bug came from."""
    return file.status is not FileStatus.DELETED and file.is_regular and not file.is_binary
