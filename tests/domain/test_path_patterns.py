"""Git itself says what a pattern matches: ``check-ignore`` for settings, ``check-attr`` for attributes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.files.path_patterns import is_ignored, parse_pattern, parse_patterns
from tests.support.repo import TestRepo

PATHS = [
    "a",
    "b.py",
    "a/b.py",
    "a/a/b.py",
    "a/b/a/b.py",
    "gen/a.py",
    "a/gen/b",
    "gen/b/gen/a.py",
    "a.b/c",
    "[a]",
    "a b",
    "c.min.js",
    "x/c.min.js",
    "A/B.py",
    "a1/b2",
    "-a",
    "!a",
    "#a",
    "a/b/c/d/e",
    "b",
]
WORDS = st.sampled_from(
    [
        "a",
        "b",
        "gen",
        "*",
        "**",
        "?",
        "*.py",
        "[ab]",
        "[!a]",
        "[^a]",
        "a*",
        "*b*",
        "\\[a]",
        "[[:digit:]]",
        "a[0-9]",
        "c",
        "*.min.*",
        "\\!a",
        "\\#a",
        "a?b",
        "a\\ b",
        "**b",
        "e**",
    ]
)
PATTERNS = st.builds(
    lambda sign, root, parts, end: f"{sign}{root}{'/'.join(parts)}{end}",
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(WORDS, min_size=1, max_size=4),
    st.sampled_from(["", "", "/", " "]),
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return TestRepo(tmp_path_factory.mktemp("patterns"))


def _asked(repo: TestRepo, *arguments: str) -> list[str]:
    given = "\0".join((*PATHS, "")).encode()
    return repo.git(*arguments, "--stdin", "-z", stdin=given, check=False).split("\0")


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(PATTERNS, min_size=1, max_size=4))
def test_files_are_ignored_as_git_ignores_them(repo: TestRepo, lines: list[str]) -> None:
    (repo.path / ".git" / "info" / "exclude").write_text("\n".join(lines))
    answers = _asked(repo, "check-ignore", "--no-index", "-v", "-n")
    pairs = zip(answers[2::4], answers[3::4], strict=False)
    expected = {path: bool(pattern) and not pattern.startswith("!") for pattern, path in pairs}
    rules = parse_patterns(lines)
    assert {path: is_ignored(path, rules) for path in PATHS} == expected


@settings(max_examples=100, deadline=None, database=None)
@given(PATTERNS.filter(lambda line: line[0] not in '!"' and " " not in line))
def test_attributes_are_matched_as_git_matches_them(repo: TestRepo, line: str) -> None:
    (repo.path / ".git" / "info" / "attributes").write_text(f"{line} mark\n")
    answers = _asked(repo, "check-attr", "mark")
    pattern = parse_pattern(line)
    assert pattern is not None
    expected = {path: value == "set" for path, value in zip(answers[0::3], answers[2::3], strict=False)}
    assert {path: pattern.matches(path) for path in PATHS} == expected


def test_no_pattern_takes_long() -> None:
    hostile = ["*a" * 200 + "b", "**/a/" * 100 + "b", "/".join(["*"] * 500), "[" * 500, "a**" * 300 + "b"]
    hostile += ["[" * 4_000, "a[" * 2_000, "]" + "[" * 4_000, "[" + "z-a" * 1_300 + "]", "x" + "[" * 1_000_000]
    hostile += ["[" + "z-a" * 300_000 + "]", "*a" * 300_000, "[[:alpha:]]" * 90_000]
    start = time.process_time()
    for line in hostile:
        pattern = parse_pattern(line)
        for path in ("a" * 4000, "a/" * 2000 + "c"):
            assert pattern is None or not pattern.matches(path)
    assert time.process_time() - start < 2
