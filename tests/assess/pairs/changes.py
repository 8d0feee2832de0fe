"""What a pair of changes is, and how one is written: as a diff with whole lines, or by a generator of plain lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .histories import NOUNS, VERBS, gap, sources


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does on top of the head of its history; ``None`` deletes a file."""

    files: dict[str, str | None]
    message: str
    author: str
    size: int
    """Added and deleted lines."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two changes of which any engineer knows the riskier."""

    name: str
    history: str
    why: str
    equal_size: bool
    riskier: Change
    safer: Change


Safe = Callable[[str, int], Change]
"""Makes a change of a history that has a given size."""


def text_of(history: str, path: str) -> str:
    """Return a file's text at the head."""
    return sources(history)[path].text


def replaced(text: str, old: list[str], new: list[str]) -> str:
    """Replace lines that occur exactly once; without old lines, append."""
    if not old:
        return text + "".join(f"{line}\n" for line in new)
    before, after = ("".join(f"\n{line}" for line in lines) for lines in (old, new))
    count = f"\n{text}".count(before + "\n")
    if count != 1:
        raise ValueError(f"{count} places hold {before}")
    return f"\n{text}".replace(before + "\n", after + "\n")[1:]


def common(old: list[str], new: list[str]) -> int:
    """Return how many lines two versions share, as a diff counts them."""
    row = [0] * (len(new) + 1)
    for line in old:
        left = [0]
        for place, other in enumerate(new):
            left.append(row[place] + 1 if line == other else max(row[place + 1], left[-1]))
        row = left
    return row[-1]


def change(history: str, message: str, diff: str, author: str | None = None) -> Change:
    """Read a change: ``@@ path`` begins a hunk of lines that start with a space, a minus or a plus."""
    files: dict[str, str | None] = {}
    size = 0
    for hunk in diff.lstrip("\n").removeprefix("@@ ").split("\n@@ "):
        path, *lines = hunk.rstrip("\n").split("\n")
        lines = [line or " " for line in lines]
        old = [line[1:] for line in lines if line[0] in " -"]
        new = [line[1:] for line in lines if line[0] in " +"]
        text = files.get(path) or (text_of(history, path) if path in sources(history) else "")
        files[path] = replaced(text, old, new)
        size += len(old) + len(new) - 2 * common(old, new)
    return Change(files, message, author or owner(history, next(iter(files))), size)


def owner(history: str, path: str) -> str:
    """Return who owns a file."""
    return sources(history)[path].owner


def by(change: Change, author: str) -> Change:
    """Return the same change by someone else."""
    return Change(change.files, change.message, author, change.size)


def words(template: str, number: int) -> list[str]:
    """Fill a template with different words: {n}, {N} and {v} name something, {i} counts."""
    return [
        template.format(
            n=NOUNS[i % 12], N=NOUNS[i % 12].upper(), v=VERBS[i // 12 % 6], V=VERBS[i // 12 % 6].upper(), i=i
        )
        for i in range(number)
    ]


def append(path: str, template: str, message: str, size: int | None = None) -> Safe:
    """Add lines at the end of a file, inside what its last line closes."""

    def make(history: str, wanted: int) -> Change:
        lines = text_of(history, path).rstrip("\n").split("\n")
        place = len(lines) - (lines[-1] in ("}", "};", "end"))
        lines[place:place] = words(template, size or wanted)
        return Change({path: "\n".join(lines) + "\n"}, message, owner(history, path), size or wanted)

    return make


def block(path: str, head: str, template: str, foot: str, message: str, size: int | None = None) -> Safe:
    """Add one block, such as a test, of as many lines as wanted."""

    def make(history: str, wanted: int) -> Change:
        fixed = head.count("\n") + foot.count("\n")
        whole = head + "".join(f"{line}\n" for line in words(template, (size or wanted) - fixed)) + foot
        lines = text_of(history, path).rstrip("\n").split("\n")
        place = len(lines) - (lines[-1] == "}" and path.endswith(".java")) - (lines[-1] == "end")
        lines[place:place] = whole.rstrip("\n").split("\n")
        return Change({path: "\n".join(lines) + "\n"}, message, owner(history, path), size or wanted)

    return make


def comments(path: str, template: str, message: str) -> Safe:
    """Put comment lines above the functions of a file."""

    def make(history: str, wanted: int) -> Change:
        parts = text_of(history, path).split(gap(path))
        share, more = divmod(wanted, len(parts) - 1)
        lines = words(template, wanted)
        for place in range(1, len(parts)):
            count = share + (place <= more)
            margin = re.match(r"[ \t]*", parts[place])
            indent = margin[0] if margin else ""
            parts[place] = "".join(f"{indent}{lines.pop(0)}\n" for _ in range(count)) + parts[place]
        return Change({path: gap(path).join(parts)}, message, owner(history, path), wanted)

    return make


def reword(path: str, pattern: str, new: str, message: str) -> Safe:
    """Change as many lines that match as are needed, each being one deleted and one added."""

    def make(history: str, wanted: int) -> Change:
        lines = text_of(history, path).split("\n")
        places = [place for place, line in enumerate(lines) if re.search(pattern, line)][: round(wanted / 2)]
        for place in places:
            lines[place] = re.sub(pattern, new, lines[place], count=1)
        return Change({path: "\n".join(lines)}, message, owner(history, path), 2 * len(places))

    return make


def pair(name: str, history: str, why: str, riskier: Change, safer: Safe | Change, equal: bool = True) -> Pair:
    """Put two changes together, the safer one made as large as the riskier unless it has a size of its own."""
    other = safer if isinstance(safer, Change) else safer(history, riskier.size)
    return Pair(name, history, why, equal, riskier, other)
