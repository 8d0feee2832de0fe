"""Random histories that are hard to blame: branches that edit, rename and delete the same files, and mixing merges."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from tests.support.repo import TestRepo


def braided_history(path: Path, seed: int, steps: int = 40, *, folders: Sequence[str] = ("src",)) -> TestRepo:
    """Build a history of about ``steps`` commits that moves files among the folders; the same seed gives the same."""
    rng = random.Random(seed)  # noqa: S311
    repo = TestRepo(path)
    repo.commit({f"src/f{n}.py": _text([f"file {n} line {line}" for line in range(30)]) for n in range(3)}, "Begin")
    branches = ["main"]
    for step in range(steps):
        branch = rng.choice(branches)
        repo.git("checkout", "-q", branch)
        move = rng.random()
        if move < 0.15 and len(branches) < 4:
            branches.append(f"b{step}")
            repo.git("checkout", "-q", "-b", branches[-1])
        elif move < 0.35 and len(branches) > 1:
            _merge(repo, rng, rng.choice([other for other in branches if other != branch]), step)
        else:
            _edit(repo, rng, step, folders)
    repo.git("checkout", "-q", "main")
    for branch in branches[1:]:
        _merge(repo, rng, branch, steps)
    return repo


def _edit(repo: TestRepo, rng: random.Random, step: int, folders: Sequence[str]) -> None:
    files = sorted(repo.path.glob("*/*.py"))
    file = rng.choice(files) if files else repo.path / "src/new.py"
    move = rng.random()
    if move < 0.1 and len(files) > 1:
        file.unlink()
    elif move < 0.25 and file.exists():
        folder = rng.choice(folders) if len(folders) > 1 else folders[0]
        target = repo.path / folder / f"r{step}.py"
        target.parent.mkdir(exist_ok=True)
        target.write_text(_edited(file.read_text(), rng, step))
        file.unlink()
    elif move < 0.3:
        file.with_name(f"n{step}.py").write_text(_text([f"new {step} {line}" for line in range(rng.randrange(12))]))
    elif move < 0.35:
        file.write_bytes(b"\0binary " + str(step).encode())
    else:
        file.write_text(_edited(file.read_text(errors="replace").replace("\0", "") if file.exists() else "", rng, step))
    repo.commit({}, rng.choice(["Fix crash", "Add a thing", "Fix bug in the parser"]) + f" {step}")


def _edited(text: str, rng: random.Random, step: int) -> str:
    lines = text.splitlines()
    for part in range(rng.randrange(1, 4)):
        at = rng.randrange(len(lines) + 1)
        lines[at : at + rng.randrange(4)] = [f"step {step} {part} {line}" for line in range(rng.randrange(4))]
    return _text(lines) if rng.random() < 0.8 else _text(lines).rstrip("\n")


def _merge(repo: TestRepo, rng: random.Random, other: str, step: int) -> None:
    """Merge, take both sides of a conflict, and now and then write a line that neither side has."""
    repo.clock += 3600
    repo.git("merge", "-q", "--no-ff", "--no-commit", other, check=False)
    for file in sorted(repo.path.glob("*/*.py")):
        text = file.read_text(errors="replace")
        if "<<<<<<<" in text or rng.random() < 0.1:
            kept = [line for line in text.splitlines() if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
            if rng.random() < 0.3:
                kept.insert(rng.randrange(len(kept) + 1), f"evil {step}")
            file.write_text(_text(kept))
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", f"Merge {other}", check=False)


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
