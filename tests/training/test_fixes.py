from __future__ import annotations

from dataclasses import replace

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.commit import Commit
from hyperion_hook.training.labels.fixes import fix_of
from hyperion_hook.training.labels.known_commits import KnownCommits

ADA = Author("Ada", "ada@example.org")
BOT = Author("dependabot[bot]", "support@github.com")
CULPRIT = "1a2b3c4d5e" + "0" * 30


def commit(message: str, author: Author = ADA, parents: tuple[str, ...] = ("p" * 40,), name: str = "f" * 40) -> Commit:
    return Commit(name, parents, author, author, 100, 200, 0, message)


@pytest.fixture
def known() -> KnownCommits:
    names = KnownCommits()
    names.add(commit("Add a parser (#77)", name=CULPRIT))
    return names


@pytest.mark.parametrize("message", ["Add a parser", "Fix typo in docs", "docs: fix the example", ""])
def test_other_purposes_fix_nothing(message: str, known: KnownCommits) -> None:
    assert fix_of(commit(message), known) is None


def test_a_fix_carries_the_time_it_was_committed(known: KnownCommits) -> None:
    fix = fix_of(commit("Fix crash on empty input"), known)
    assert fix is not None
    assert (fix.time, fix.is_revert, fix.named) == (200, False, {})


def test_merges_and_bots_fix_nothing(known: KnownCommits) -> None:
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
def test_a_revert_names_its_culprit(message: str, known: KnownCommits) -> None:
    fix = fix_of(commit(message), known)
    assert fix is not None
    assert fix.is_revert
    assert tuple(fix.named) == (CULPRIT,)


def test_a_revert_of_something_unknown_blames_nobody(known: KnownCommits) -> None:
    assert fix_of(commit(f"Revert parser\n\nThis reverts commit {'9' * 40}."), known) is None
    assert fix_of(commit("Revert the parser change"), known) is None


@pytest.mark.parametrize(
    "body",
    [
        'Fixes: 1a2b3c4 ("Add a parser")',
        "The bug was introduced in commit 1a2b3c4d.",
        "Regression from 1A2B3C4D5E",
        "This was broken since 1a2b3c4d5.",
        "The crash, caused by\n#77, is gone.",
        "A regression introduced in (#77).",
    ],
)
def test_a_fix_may_name_the_commit_that_caused_it(body: str, known: KnownCommits) -> None:
    fix = fix_of(commit(f"Fix crash on empty input\n\n{body}"), known)
    assert fix is not None
    assert tuple(fix.named) == (CULPRIT,)


@pytest.mark.parametrize("body", ["Introduced in version 1234567", "Broken by #78", "Introduced by 9999999", "See #77"])
def test_what_names_no_commit_blames_none(body: str, known: KnownCommits) -> None:
    fix = fix_of(commit(f"Fix crash on empty input\n\n{body}"), known)
    assert fix is not None
    assert not fix.named


def test_a_fix_on_two_branches_counts_once(known: KnownCommits) -> None:
    original = commit("Fix crash", name="e" * 40)
    assert fix_of(original, known) is not None
    known.add(original)
    assert fix_of(commit("Fix crash"), known) is None  # same author, moment and subject: rebased
    picked = replace(commit(f"Fix crash\n\n(cherry picked from commit {'e' * 40})"), authored_at=500)
    assert fix_of(picked, known) is None
    assert fix_of(replace(commit("Fix crash"), authored_at=500), known) is not None
    elsewhere = commit(f"Fix hang\n\n(cherry picked from commit {'d' * 40})")
    assert fix_of(elsewhere, known) is not None


def test_an_ambiguous_name_is_no_name() -> None:
    names = KnownCommits()
    one, other = "abcdef1" + "0" * 33, "abcdef1" + "1" * 33
    names.add(commit("Add x (#5)", name=one))
    names.add(commit("Add y (#5)", name=other))
    assert names.find("abcdef1") is None
    assert names.find("#5") is None
    assert names.find("abcdef10") == one


@pytest.mark.parametrize(
    ("message", "how"),
    [
        ('Fix x\n\nFixes: 1a2b3c4d5e ("Add a parser")', "trailer"),
        ("Fix x\n\nfixes commit 1a2b3c4d5e", "trailer"),
        ("Handle x\n\nFixed: 1a2b3c4d5e", "trailer"),
        ("x: repair y\n\nThis is a regression since commit 1a2b3c4d5e.", "phrase"),
        ("x: repair y\n\nBroken by commit 1a2b3c4d5e (Add a parser, 2020-01-01).", "phrase"),
        ("Fix x\n\nRegression introduced in:\n1a2b3c4d5e", "phrase"),
        ("Fix x\n\nBug introduced in my commit 1a2b3c4d5e", "phrase"),
        ("Fix x\n\nThis was an oversight in 1a2b3c4d5e.", "phrase"),
        ("Fix x\n\nSince commit 1a2b3c4d5e it crashes.", "phrase"),
        ("Fix x\n\nA regression in https://example.org/a/b/commit/1a2b3c4d5e.", "phrase"),
        ("Fix x\n\nI broke it in 1a2b3c4d5e", "phrase"),
        ("Fix x\n\nBroken by me several days ago in 1a2b3c4d5e.", "phrase"),
        ("x\n\nRegression-from 1a2b3c4d5e", "phrase"),
        ("Allow x\n\nThis fixes a bug introduced in [1a2b3c4d5e].", "phrase"),
        ('x\n\nCommit 1a2b3c4d5e ("Add y") broke this.', "phrase"),
        ("x\n\nFollow up to 1a2b3c4d5e which broke y.", "phrase"),
        ("x\n\n1a2b3c4d5e introduced a subtle bug.", "phrase"),
        ("Fix x\n\nBroken by pull request #77.", "phrase"),
    ],
)
def test_a_cause_is_named_in_many_ways(message: str, how: str, known: KnownCommits) -> None:
    fix = fix_of(commit(message), known)
    assert fix is not None
    assert fix.named == {CULPRIT: how}


@pytest.mark.parametrize(
    "message",
    [
        "Fix x\n\nFollow-up to 1a2b3c4d5e",
        "Fix x\n\nAmends 1a2b3c4d5e",
        "Fix x\n\nComplements #77",
        "Fix x\n\nSee 1a2b3c4d5e",
        "Fix x, bug #77",
        "Fix x\n\nFixes: #77",
        "Add y\n\nThe option was introduced in 1a2b3c4d5e",
        "Fix x\n\nA fix for y was introduced in 1a2b3c4d5e",
        "Fix x\n\nUse the feature introduced in 1a2b3c4d5e",
        "x\n\n1a2b3c4d5e introduced the parser",
        "Fix x\n\nFixes: deadbeef",
    ],
)
def test_what_continues_work_or_is_an_entry_of_a_tracker_names_no_cause(message: str, known: KnownCommits) -> None:
    fix = fix_of(commit(message), known)
    assert fix is None or not fix.named
