"""Random histories of great moves: folders renamed, edited, moved back, swapped, copied, merged, and blobs lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.support.generated import data
from tests.support.repo import START, TestRepo

Tree = dict[str, list[str]]
PEOPLE = ("Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>")


@dataclass
class MovingHistory:
    """Draws a history step by step and writes it as a stream for ``git fast-import``."""

    draw: random.Random
    marks: int = 0
    stream: list[bytes] = field(default_factory=list)
    branches: dict[str, tuple[int, Tree]] = field(default_factory=dict)

    def commit(self, branch: str, tree: Tree, message: str, *others: int) -> None:
        """Add a commit with exactly these files on a branch, on request as a merge of others."""
        self.marks += 1
        person = self.draw.choice(PEOPLE)
        when = START + self.marks * 40_000 - (90_000 if self.draw.random() < 0.1 else 0)
        parents = [self.branches[branch][0]] if branch in self.branches else []
        self.stream.append(
            f"commit refs/heads/{branch}\nmark :{self.marks}\nauthor {person} {when} +0000\n"
            f"committer {person} {when} +0000\n".encode()
            + data(message.encode())
        )
        for number, parent in enumerate((*parents, *others)):
            self.stream.append(f"{'merge' if number else 'from'} :{parent}\n".encode())
        self.stream.append(b"deleteall\n")
        for path, lines in sorted(tree.items()):
            text = "".join(f"{line}\n" for line in lines)
            self.stream.append(f"M 100644 inline {path}\n".encode() + data(text.encode()))
        self.branches[branch] = self.marks, tree

    def step(self, number: int) -> None:
        """Do one random thing on a random branch."""
        branch = self.draw.choice(sorted(self.branches))
        mark, tree = self.branches[branch]
        tree = {path: list(lines) for path, lines in tree.items()}
        others = [name for name in self.branches if name != branch]
        if self.draw.random() < 0.15 and others:
            other, theirs = self.branches[self.draw.choice(others)]
            sides = {path: self.draw.choice([tree.get(path), theirs.get(path)]) for path in tree | theirs}
            self.commit(branch, {path: lines for path, lines in sides.items() if lines}, f"Merge {number}", other)
        elif self.draw.random() < 0.1 and len(self.branches) < 3:
            self.branches[f"side{number}"] = mark, tree
        else:
            change = self.draw.choice([edit, edit, move, move_edited, move_to_one, swap, copy, delete, replaced])
            self.commit(branch, change(tree, self.draw, number), f"{self.draw.choice(['Fix', 'Add'])} {number}")


def edited(lines: list[str], draw: random.Random, number: int) -> list[str]:
    """Change about a line in ten."""
    at = draw.randrange(len(lines) + 1)
    return [*lines[:at], f"x{number} = {draw.randrange(9)}", *lines[at + draw.randrange(2) :]]


def _some(tree: Tree, draw: random.Random, most: int = 4) -> list[str]:
    return draw.sample(sorted(tree), min(len(tree), draw.randint(1, most)))


def edit(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Change lines of a few files."""
    return tree | {path: edited(tree[path], draw, number) for path in _some(tree, draw)}


def _moved(tree: Tree, draw: random.Random, place: Callable[[PurePosixPath], str]) -> Tree:
    share = draw.choice([1.0, 0.8])
    return {place(PurePosixPath(path)) if draw.random() < share else path: lines for path, lines in tree.items()}


def move(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Move nearly all files under another folder, often back to one they came from."""
    return _moved(tree, draw, lambda path: f"{draw.choice(['src', 'lib', f'n{number}'])}/{path.name}")


def move_edited(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Move and edit nearly all files."""
    return {path: edited(lines, draw, number) for path, lines in move(tree, draw, number).items()}


def move_to_one(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Give nearly all files new names, edited, so that nothing but their content tells which they were."""
    taken = {path: edited(lines, draw, number) for path, lines in tree.items()}
    return _moved(taken, draw, lambda path: f"all/{number}_{path.stem[::-1]}.py")


def swap(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Exchange two files, or three in a ring."""
    paths = _some(tree, draw, 3)
    return tree | dict(zip(paths, [tree[path] for path in (*paths[1:], paths[0])], strict=True))


def copy(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Copy files and edit some of the sources."""
    paths = _some(tree, draw)
    return edit(tree | {f"copy{number}/{n}.py": tree[path] for n, path in enumerate(paths)}, draw, number)


def delete(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Delete a few files; they may come back by a merge."""
    gone = _some(tree, draw, max(1, len(tree) // 3))
    return {path: lines for path, lines in tree.items() if path not in gone}


def replaced(tree: Tree, draw: random.Random, number: int) -> Tree:
    """Move files and leave new ones in their place."""
    paths = _some(tree, draw)
    new = {path: [f"import json  # {number}", *(f"y{n} = json" for n in range(draw.randrange(8)))] for path in paths}
    return tree | {f"old{number}/{PurePosixPath(path).name}": tree[path] for path in paths} | new


def moving_history(path: Path, seed: int, *, steps: int = 30, files: int = 40, lost: int = 0) -> TestRepo:
    """Build a repository from a seed, on request without the contents of some versions of files."""
    history = MovingHistory(random.Random(seed))  # noqa: S311 - the same history every time
    begin = {
        f"src/part{n}.py": [f"def run_{n}(value):", *(f"    if value == {k}: return {k * n}" for k in range(n % 7 + 3))]
        for n in range(files)
    }
    history.commit("main", begin, "Begin")
    for number in range(steps):
        history.step(number)
    for branch in [name for name in history.branches if name != "main"]:
        mark, theirs = history.branches[branch]
        history.commit("main", theirs | history.branches["main"][1], f"Merge {branch}", mark)
    repo = TestRepo(path)
    loose = "fastimport.unpackLimit=1000000"
    repo.git("-c", loose, "fast-import", "--quiet", stdin=b"".join((*history.stream, b"done\n")))
    blobs = sorted(
        {line.split()[0] for line in repo.git("rev-list", "--objects", "main").splitlines() if line.endswith(".py")}
    )
    for blob in history.draw.sample(blobs, lost):
        (path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    return repo
