"""A history with everything that makes as-of questions hard: branches, renames, reverts, merges, many authors."""

from __future__ import annotations

from pathlib import Path

from tests.support.repo import TestRepo

PEOPLE = ("Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>")


def python_module(number: int, branches: int, imports: str = "") -> str:
    """Return a Python module whose complexity grows with ``branches``."""
    tests = "\n".join(f"    if value == {n}:\n        return {n + number}" for n in range(branches))
    return f'"""Module {number}."""\n{imports}\n\ndef run_{number}(value):\n{tests}\n    return value\n'


def java_class(number: int, branches: int) -> str:
    """Return a Java class whose complexity grows with ``branches``."""
    tests = "\n".join(f"        if (value == {n}) {{ return {n}; }}" for n in range(branches))
    return (
        f"package org.example;\n\npublic class Part{number} {{\n    private int last;\n\n"
        f"    public int run(int value) {{\n{tests}\n        last = value;\n        return last;\n    }}\n}}\n"
    )


def tangled_history(path: Path, rounds: int = 6) -> TestRepo:
    """Build a repository of about ``9 * rounds`` commits with parallel branches that rename and edit the same files."""
    repo = TestRepo(path)
    repo.commit(
        {f"pkg/mod{n}.py": python_module(n, n + 1, f"from pkg import mod{n + 1}" if n < 4 else "") for n in range(5)}
        | {"src/main/java/org/example/Part0.java": java_class(0, 1)}
        | {"requirements.txt": "click>=8\n", "README.md": "# A\n"},
        "Begin",
    )
    for number in range(rounds):
        author = PEOPLE[number % 3]
        repo.commit(
            {"pkg/mod0.py": python_module(0, number + 2, "from pkg import mod1\nimport json")},
            f"Improve part {number}",
            author,
        )
        repo.git("checkout", "-q", "-b", f"side{number}")
        moved = f"pkg/mod4_{number}.py"
        old = "pkg/mod4.py" if number == 0 else f"pkg/mod4_{number - 1}.py"
        repo.git("mv", old, moved)
        repo.commit({}, f"Rename {number}", PEOPLE[(number + 1) % 3])
        test = f"def test_{number}():\n    assert 1\n"
        repo.commit(
            {moved: python_module(4, number + 3), "tests/test_mod4.py": test},
            f"Fix crash in part {number} (#{number + 10})",
            PEOPLE[(number + 1) % 3],
        )
        repo.git("checkout", "-q", "main")
        guarded = python_module(1, number + 2, "from pkg import mod2")
        repo.commit(
            {"pkg/mod1.py": guarded, "README.md": f"# A {number}\n"},
            f"hotfix: guard against bug {number}",
            PEOPLE[(number + 2) % 3],
        )
        new = f"src/main/java/org/example/Part{number + 1}.java"
        repo.commit(
            {new: java_class(number + 1, number + 1)},
            f"Add part {number + 1}\n\nReviewed-by: Ada <ada@example.org>",
            author,
        )
        repo.merge(f"side{number}", message=f"Merge side {number}")
        repo.commit(
            {"requirements.txt": f"click>=8\nrequests=={number}\n", "logo.bin": bytes([0, number, 255])},
            f"Bump {number}",
            "bot[bot] <bot@users.noreply.github.com>",
        )
        if number % 2:
            repo.git("revert", "--no-edit", "HEAD")
        repo.commit(
            {"pkg/mod2.py": python_module(2, number + 1), f"pkg/extra{number}.py": python_module(9, 1)},
            f"Refactor part {number}",
            author,
        )
        repo.commit({f"pkg/extra{number}.py": None}, f"Remove extra {number}", author)
    return repo
