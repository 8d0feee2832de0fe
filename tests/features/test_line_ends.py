"""Lines are those of git, wherever compilers, editors and Unicode see others."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook import FeatureEngineer
from hyperion_hook.domain.files.text import decode_lines, line_count
from hyperion_hook.features.change.code_lines import code_by_line
from tests.support.repo import TestRepo

PYTHON = (
    "# first\n",
    "def one(x):\n    # of{odd}them\n    return x\n",
    "\n",
    "def two(x):\n    if x:\n        return 1\n    return 2\n",
    "\n",
    "def three(x):\n    return 3\n",
)
JAVA = (
    "class A {{\n",
    "  int one(int x) {{\n    // of{odd}them\n    return x;\n  }}\n",
    "\n",
    "  int two(int x) {{\n    if (x > 1) {{\n      return 1;\n    }}\n    return 2;\n  }}\n",
    "\n",
    "  int three(int x) {{\n    return 3;\n  }}\n}}\n",
)
SCRIPT = (
    "\n",
    "function one(x) {{\n  // of{odd}them\n  return x;\n}}\n",
    "\n",
    "function two(x) {{\n  if (x) {{\n    return 1;\n  }}\n  return 2;\n}}\n",
    "\n",
    "function three(x) {{\n  return 3;\n}}\n",
)
TEXTS = {
    "a.py": PYTHON,
    "A.java": JAVA,
    "a.js": SCRIPT,
    "a.kt": tuple(
        part.replace("int one(int x)", "fun one(x: Int): Int")
        .replace("int two(int x)", "fun two(x: Int): Int")
        .replace("int three(int x)", "fun three(x: Int): Int")
        for part in JAVA
    ),
}
ENDS = ("line feed", "both", "mixed", "returns within functions", "return before a comment's end", "return alone")


def with_ends(parts: tuple[str, ...], ends: str) -> str:
    """Return a text whose lines end in various ways; each part but with a return alone ends a line of git."""
    if ends == "line feed":
        return "".join(parts)
    if ends == "both":
        return "".join(parts).replace("\n", "\r\n")
    if ends == "mixed":
        return "".join(part.replace("\n", "\r\n") if number % 2 else part for number, part in enumerate(parts))
    if ends == "return before a comment's end":
        return "".join(part.replace("them\n", "them\r\r\n") for part in parts)
    if ends == "return alone":
        return "".join(parts).replace("\n", "\r")
    return "".join(part[:-1].replace("\n", "\r") + "\n" for part in parts)


def extracted(folder: Path, name: str, before: str, after: str) -> dict[str, object]:
    repo = TestRepo(folder)
    repo.commit({name: before.encode()})
    repo.commit({name: after.encode()})
    names = ["functions_touched", "cyclomatic_complexity", "lt"]
    return FeatureEngineer().engineer_full_feature_set((folder, "HEAD"), names)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("name", TEXTS)
def test_the_function_that_changed_is_the_one_that_is_measured(tmp_path: Path, name: str, ends: str) -> None:
    parts = tuple(part.format(odd=" ") for part in TEXTS[name])
    changed = tuple(part.replace("1", "7") if number == 3 else part for number, part in enumerate(parts))
    features = extracted(tmp_path / "r", name, with_ends(parts, ends), with_ends(changed, ends))
    # the whole file is one line where returns alone end lines, so all that is in it is touched
    assert features["functions_touched"] == (3 if ends == "return alone" else 1)
    assert features["cyclomatic_complexity"] == 2
    assert features["lt"] == with_ends(parts, ends).count("\n") + (ends == "return alone")


@pytest.mark.parametrize("odd", ["\f", "\v", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"], ids=ascii)
@pytest.mark.parametrize("name", TEXTS)
def test_other_characters_end_no_line(tmp_path: Path, name: str, odd: str) -> None:
    parts = tuple(part.format(odd=f"{odd}a{odd}" * 3) for part in TEXTS[name])
    changed = tuple(part.replace("1", "7") if number == 3 else part for number, part in enumerate(parts))
    features = extracted(tmp_path / "r", name, "".join(parts), "".join(changed))
    assert (features["functions_touched"], features["cyclomatic_complexity"]) == (1, 2)


@pytest.mark.parametrize("ends", ENDS)
def test_code_is_counted_by_the_lines_of_git(tmp_path: Path, ends: str) -> None:
    text = with_ends(tuple(part.format(odd=" ") for part in JAVA), ends).encode()
    lines = code_by_line([text.removesuffix(b"\n")], "Java")
    assert len(lines) == text.removesuffix(b"\n").count(b"\n") + 1
    # a comment ends where a compiler sees the end of its line
    assert b"".join(b" ".join(lines).split()) == b"".join(
        b"".join(line.split()) for line in code_by_line([text.replace(b"\r", b"\n")], "Java")
    )


@pytest.mark.parametrize(
    "data", [b"", b"a", b"a\r", b"\r", b"a\r\rb", b"a\r\r\nb", b"a\rb\r\n", b"\r\n\r", b"a\n\rb\n"]
)
def test_lines_and_breaks_together_are_the_lines_of_git(data: bytes) -> None:
    decoded = decode_lines(data)
    assert isinstance(decoded, tuple)
    assert line_count(decoded[0]) - len(decoded[1]) == data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
