"""A history long enough to train on, written by ``git fast-import``: long, branching additions are fixed later."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.repo import START, TestRepo

DAY = 86_400
AUTHORS = ("Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>")


def buggy_history(path: Path, *, commits: int = 700, seed: int = 1) -> TestRepo:
    """Build a linear history of ``commits`` commits, two days apart; the same seed gives the same history."""
    rng = random.Random(seed)  # noqa: S311
    files: dict[str, list[str]] = {f"src/part{number}.py": ["def run(x):", "    pass"] for number in range(8)}
    due: dict[int, list[str]] = {}
    stream: list[bytes] = []
    for number in range(commits):
        touched = sorted(files) if number == 0 else []
        message = "Begin"
        if due.get(number):
            line = due[number].pop()
            name = next((name for name, lines in files.items() if line in lines), None)
            if name is not None:
                files[name][files[name].index(line)] = line.replace("return", "yield")
                touched, message = [name], f"Fix crash in part {number}"
        if not touched and rng.random() < 0.15:
            files.setdefault("README.md", []).append(f"Note {number}.")
            touched, message = ["README.md"], "Describe"
        if not touched:
            name = rng.choice(sorted(name for name in files if name.endswith(".py")))
            added = [f"    if x == {number} and y{part}: return {part}" for part in range(rng.choice((1, 2, 4, 9, 20)))]
            files[name] = files[name][:2] + (files[name][2:] + added)[-150:]
            touched, message = [name], f"Improve part {number}"
            if rng.random() < len(added) / 24:
                due.setdefault(number + rng.randrange(3, 40), []).append(rng.choice(added))
        stream.append(_commit(number, message, rng.choice(AUTHORS), {name: files[name] for name in touched}))
    repo = TestRepo(path)
    repo.git("fast-import", "--quiet", stdin=b"".join(stream))
    repo.git("reset", "-q", "--hard", "main")
    return repo


def _commit(number: int, message: str, author: str, files: dict[str, list[str]]) -> bytes:
    when = f"{START + number * 2 * DAY} +0000"
    head = f"commit refs/heads/main\nauthor {author} {when}\ncommitter {author} {when}\n" + _data(message)
    texts = {name: "".join(f"{line}\n" for line in lines) for name, lines in files.items()}
    return (head + "".join(f"M 100644 inline {name}\n{_data(text)}" for name, text in texts.items())).encode()


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
