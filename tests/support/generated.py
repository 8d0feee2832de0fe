"""A long history made at once by ``git fast-import``: edits, moves, deletions, binaries, merges, odd people."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.repo import START, TestRepo

PEOPLE = ("Ada <ada@example.org>", "Grace Hopper <grace@example.org>", "Linus <>", "<nobody@example.org>")


def generated_history(path: Path, commits: int = 300, seed: int = 1) -> TestRepo:
    """Build a repository of so many commits on ``main``; one in eleven is a merge of a commit on the side."""
    draw = random.Random(seed)  # noqa: S311 - the same history every time
    repo = TestRepo(path)
    files = {f"src/mod{number}.py": [f"line {number} {n}" for n in range(30)] for number in range(12)}
    out: list[bytes] = []

    def commit(mark: int, message: str, parents: list[int]) -> None:
        person = PEOPLE[mark % len(PEOPLE)]
        when = START + mark * 3_600 - (50_000 if mark % 17 == 0 else 0)
        out.append(
            f"commit refs/heads/main\nmark :{mark}\nauthor {person} {when} +0200\n"
            f"committer {PEOPLE[0]} {when} -0330\n".encode()
            + data(message.encode())
        )
        for number, parent in enumerate(parents):
            out.append(f"{'merge' if number else 'from'} :{parent}\n".encode())

    def put(name: str, lines: list[str]) -> None:
        # every third file has no line feed at its end
        end = b"" if len(name) % 3 == 0 else b"\n"
        out.append(f"M 100644 inline {name}\n".encode() + data("\n".join(lines).encode() + end))

    commit(1, "Begin", [])
    for name, lines in files.items():
        put(name, lines)
    for mark in range(2, commits + 1):
        merges = mark % 11 == 0
        commit(mark, f"Change {mark}\n\nBody: \u00e9 \x02 {mark}\n", [mark - 1, mark - 5] if merges else [mark - 1])
        for name in draw.sample(sorted(files), draw.randint(0, 3)):
            kind = draw.random()
            lines = files[name]
            if kind < 0.1:
                moved = f"src/part{mark}/{Path(name).name}"
                out.append(f"R {name} {moved}\n".encode())
                files[moved] = files.pop(name)
                put(moved, edited(files[moved], draw, mark))
            elif kind < 0.15 and len(files) > 4:
                out.append(f"D {name}\n".encode())
                del files[name]
            elif kind < 0.2:
                out.append(f"M 100644 inline data/{mark}.bin\n".encode() + data(bytes(range(256)) * 3))
            elif kind < 0.3:
                files[f"src/new{mark}.py"] = [f"new {mark} {n}" for n in range(draw.randint(0, 40))]
                put(f"src/new{mark}.py", files[f"src/new{mark}.py"])
            else:
                put(name, edited(lines, draw, mark))
    repo.git("fast-import", "--quiet", stdin=b"".join(out) + b"done\n")
    repo.git("reset", "-q", "--hard", "main")
    return repo


def data(content: bytes) -> bytes:
    """Return bytes the way fast-import takes them."""
    return f"data {len(content)}\n".encode() + content + b"\n"


def edited(lines: list[str], draw: random.Random, mark: int) -> list[str]:
    """Change lines in place: some replaced, some inserted (often equal to their neighbours), some deleted."""
    for _ in range(draw.randint(1, 4)):
        position = draw.randint(0, len(lines))
        choice = draw.random()
        if choice < 0.4:
            lines[position : position + draw.randint(0, 3)] = [f"edit {mark} {n}" for n in range(draw.randint(0, 4))]
        elif choice < 0.7:
            lines[position:position] = lines[position : position + 2]
        else:
            lines[position:position] = ["", "}", ""]
    return lines
