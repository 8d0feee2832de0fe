"""What speaks against commits beside the lines that a fix touches: the function around them, names that it brings in.

Read only where the lines themselves lead far back: the true culprit then is often younger, and wrote other lines of the
same function, or what the fix calls for the first time there. ``szz`` says why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, islice

from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.training.labels.blame_candidates import changes_code, code_positions, tells
from hyperion_hook.training.labels.file_lines import span_of
from hyperion_hook.training.labels.line_origins import TracedHunk

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
