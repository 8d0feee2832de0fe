from __future__ import annotations

import pytest

from hyperion_hook.domain.commit import Author, Commit
from hyperion_hook.training.fixes import CommitNames, fix_of

ADA = Author("Ada", "ada@example.org")
BOT = Author("dependabot[bot]", "support@github.com")
CULPRIT = "1a2b3c4d5e" + "0" * 30


def commit(message: str, author: Author = ADA, parents: tuple[str, ...] = ("p" * 40,)) -> Commit:
    return Commit("f" * 40, parents, author, author, 100, 200, 0, message)


@pytest.fixture
def known() -> CommitNames:
    names = CommitNames()
    names.add(CULPRIT)
    return names


@pytest.mark.parametrize("message", ["Add a parser", "Fix typo in docs", "docs: fix the example", ""])
def test_other_purposes_fix_nothing(message: str, known: CommitNames) -> None:
    assert fix_of(commit(message), known) is None


def test_a_fix_carries_the_time_it_was_committed(known: CommitNames) -> None:
    fix = fix_of(commit("Fix crash on empty input"), known)
    assert fix is not None
    assert (fix.time, fix.is_revert, fix.named) == (200, False, ())


def test_merges_and_bots_fix_nothing(known: CommitNames) -> None:
    assert fix_of(commit("Fix crash", parents=("a" * 40, "b" * 40)), known) is None
    assert fix_of(commit("Fix crash", author=BOT), known) is None


@pytest.mark.parametrize(
    "message",
    [
        f'Revert "Add a parser"\n\nThis reverts commit {CULPRIT}.',
        f'Revert "Add a parser"\n\nThis reverts commit {CULPRIT[:10]}, it crashes.',
        f"Revert parser\n\nThis reverts commit\n{CULPRIT}.",
    ],
)
def test_a_revert_names_its_culprit(message: str, known: CommitNames) -> None:
    fix = fix_of(commit(message), known)
    assert fix is not None
    assert fix.is_revert
    assert fix.named == (CULPRIT,)


def test_a_revert_of_something_unknown_blames_nobody(known: CommitNames) -> None:
    assert fix_of(commit(f"Revert parser\n\nThis reverts commit {'9' * 40}."), known) is None
    assert fix_of(commit("Revert the parser change"), known) is None


@pytest.mark.parametrize(
    "body",
    ['Fixes: 1a2b3c4 ("Add a parser")', "The bug was introduced in commit 1a2b3c4d.", "Regression from 1A2B3C4D5E"],
)
def test_a_fix_may_name_the_commit_that_caused_it(body: str, known: CommitNames) -> None:
    fix = fix_of(commit(f"Fix crash on empty input\n\n{body}"), known)
    assert fix is not None
    assert fix.named == (CULPRIT,)


def test_an_ambiguous_name_is_no_name() -> None:
    names = CommitNames()
    names.add("abcdef1" + "0" * 33)
    names.add("abcdef1" + "1" * 33)
    assert names.find("abcdef1") is None
    assert names.find("abcdef10") == "abcdef1" + "0" * 33
