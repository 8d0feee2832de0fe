"""Which commits the lines that a fix touches speak against, how strongly, and what speaks against others beside them.

The surroundings (the function around those lines, names that the fix brings in) are read only where the lines
themselves lead far back: the true culprit then is often younger, and wrote other lines of the same function, or what
the fix calls for the first time there. ``szz`` says why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, islice

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.features.change.code_lines import code_by_line
from hyperion_hook.training.labels.file_lines import span_of
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


_IN_FUNCTION = 0.003
_OF_NAME = 0.03
"""What a line of the same function, and all lines with a name that the fix brings in, weigh against a line of code."""
_LONGEST_FUNCTION = 100
_RARE = 5
_MOST_NAMES = 200
_HEADING = re.compile(rb"[A-Za-z_$]")
"""How a line begins at which git lets a function begin."""
_IS_PART = re.compile(rb"\w")
_WORD = re.compile(rb"[A-Za-z_]\w{2,}")


def with_surroundings(
    candidates: Mapping[str, float], traced: Sequence[TracedHunk], is_candidate: Callable[[str], bool]
) -> dict[str, float]:
    """Return the evidence with what the surroundings of a fix in source files add to it.

    ``candidates`` is the evidence of the lines that the fix touches, by commit.
    """
    evidence = dict(candidates)
    for _, hunks in groupby(traced, key=lambda hunk: hunk.file.path):
        for origin, weight in _of_file([hunk for hunk in hunks if changes_code(hunk)]):
            if origin is not None and is_candidate(origin):
                evidence[origin] = evidence.get(origin, 0.0) + weight
    return evidence


def _of_file(hunks: Sequence[TracedHunk]) -> Iterator[tuple[str | None, float]]:
    if not hunks or not tells(hunks[0].file) or role_of(hunks[0].file.previous_path) is not FileRole.SOURCE:
        return
    before = hunks[0].before
    content = None if before is None else before.content()
    if before is None or content is None:
        return
    lines, language = content.split(b"\n"), language_of(hunks[0].file.previous_path) or ""
    touched = {number for hunk in hunks for number in range(*span_of(hunk.hunk))}
    around: set[int] = set()
    for hunk in hunks:
        start, end = _function(lines, *span_of(hunk.hunk))
        around.update(start + number for number in code_positions(lines[start:end], language))
    for number in around - touched:
        yield before.origin(number), _IN_FUNCTION
    for numbers in _places(content, _names_brought_in(hunks)):
        for number in numbers - touched:
            if code_positions([lines[number]], language):
                yield before.origin(number), _OF_NAME / len(numbers)


def _function(lines: Sequence[bytes], start: int, end: int) -> tuple[int, int]:
    """Return the lines of the function around some lines, end exclusive; none of one that is very long."""
    first, last = start, end
    is_heading = start < min(end, len(lines)) and _HEADING.match(lines[start])
    while first > 0 and not is_heading and last - first <= _LONGEST_FUNCTION:
        first -= 1
        is_heading = _HEADING.match(lines[first])
    while last < len(lines) and not _HEADING.match(lines[last]) and last - first <= _LONGEST_FUNCTION:
        last += 1
    return (first, last) if last - first <= _LONGEST_FUNCTION else (start, start)


def _names_brought_in(hunks: Sequence[TracedHunk]) -> list[bytes]:
    """Return the names in the code that a fix adds which are not in the code that it deletes."""
    names: dict[bytes, None] = {}
    gone: set[bytes] = set()
    for hunk in hunks:
        language = language_of(hunk.file.previous_path) or ""
        for number in code_positions(hunk.hunk.added, language):
            names |= dict.fromkeys(_WORD.findall(hunk.hunk.added[number]))
        for number in code_positions(hunk.hunk.deleted, language):
            gone.update(_WORD.findall(hunk.hunk.deleted[number]))
    return list(islice((name for name in names if name not in gone), _MOST_NAMES))


def _places(content: bytes, names: Collection[bytes]) -> Iterator[set[int]]:
    """Yield the lines in which each of the names stands that stand in few."""
    ends = list(accumulate(len(line) + 1 for line in content.split(b"\n")))
    for name in names:
        # parts of longer words count here and not below
        if 0 < content.count(name) <= 10 * _RARE:
            numbers = {bisect_right(ends, position) for position in _whole(content, name)}
            if 0 < len(numbers) <= _RARE:
                yield numbers


def _whole(content: bytes, name: bytes) -> Iterator[int]:
    """Yield where a name stands and is no part of a longer one; ten times as fast as a pattern."""
    position = content.find(name)
    while position >= 0:
        end = position + len(name)
        if not _IS_PART.match(content, end) and not (position and _IS_PART.match(content, position - 1)):
            yield position
        position = content.find(name, end)
