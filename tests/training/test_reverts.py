"""A revert resolves to what it takes back, however it names it; histories made with real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.label_history import label_history
from tests.support.repo import TestRepo


def fixes_of(repo: TestRepo) -> dict[str, set[str]]:
    """Return the causes of each fix."""
    repository = Repository.discover(repo.path)
    labeller = label_history(repository, [repository.resolve("HEAD")])
    causes: dict[str, set[str]] = {fix.id: set() for fix in labeller.fixes}
    for cause in labeller.inducing:
        causes[cause.fix].add(cause.id)
    return causes


def file(value: int) -> dict[str, str | bytes | None]:
    return {"a.py": f"x = {value}\n"}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "r")
    repo.commit(file(0), "Begin (#1)")
    return repo


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ('Revert "Add speed" (#3)', "Reverts octo/app#2"),
        ('Revert "Add speed (#2)" (#3)', "Reverts octo/app#2"),
        ('Revert "Add speed (#2)" (#3)', ""),
        ('Revert "Add speed"', ""),
        ("Revert #2", ""),
        ("Revert PR #2", ""),
        ("Revert pull request #2 (#3)", "It was slow."),
        ("Use what was there (#3)", "Reverts #2"),
        ("Use what was there", "This reverts PR #2."),
        ("Use what was there", "This reverts pull request octo/app#2, which was slow."),
        ("Revert it", "Reverts https://github.com/octo/app/pull/2"),
        ("Revert it", "This backs out #2 and GH-1 of old"),
        ("revert: Add speed", ""),
        ('revert: "Add speed"', ""),
        ("Revert it", "This reverts commit {short}."),
        ('Revert "Add speed"', "This reverts commit {short7}, see #1."),
        ('Revert "Add speed"', f"This reverts commit {'9' * 40}."),  # it was rebased since
        ("Revert it", "This reverts the changes made in #2."),
        ("Revert it", "Roll back commit {short}"),
        ("Revert 'Add speed (#2)'", ""),
        ("Revert \u201cAdd speed\u201d", ""),
        ("Revert `Add speed`", ""),
        ('Back out "Add speed"', "Original commit changeset: {short}"),
        ("Roll back {short}: it is slow", ""),
        ('Rollback of "Add speed"', ""),
        ('Undo "Add speed"', ""),
        ("Backed out changeset {short} (bug 12)", ""),
        ('[KAFKA-1] Revert "Add speed"', ""),
        ('KAFKA-1: Revert "Add speed"', ""),
        ("Revert Add speed", ""),
        ("[Revert] Add speed", ""),
        ('\u23ea\ufe0f Revert "Add speed"', ""),
        (":rewind: Revert Add speed", ""),
        ('chore(core): revert "Add speed"', ""),
        ("feat!: revert #2", ""),
        ("net/ipv4: Revert {short}", ""),
        ('Partially revert "Add speed"', ""),
        ("Partial revert of {short}", ""),
        ("Automated rollback of commit {short}.", ""),
        ("Back out the speed", "Summary: Original commit changeset: {short}"),
        ("revert: let us never speak of it again", "Refs: {short}, 1234567"),
    ],
)
def test_a_revert_of_a_squashed_pull_request_names_it(repo: TestRepo, title: str, body: str) -> None:
    bad = repo.commit(file(1), "Add speed (#2)")
    revert = repo.commit(file(0), f"{title}\n\n{body}".format(short=bad[:10], short7=bad[:7]))
    first = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert fixes_of(repo)[revert] - {first} == {bad}


@pytest.mark.parametrize(
    "title",
    [
        "Roll back transactions on errors",
        "Back out of the menu with Escape",
        "Undo and redo",
        "Rollback API",
        "editor: revert the buffer on close",
        "fix(db): roll back transactions",
        "Manually close files",
        "\u4fee\u590d revert \u9519\u8bef",
        "Refs: 1234567",
    ],
)
def test_words_that_take_nothing_back_are_no_reverts(title: str) -> None:
    assert CommitFlag.REVERT not in classify_message(title, Author("Ada", "ada@example.org"))


@pytest.mark.parametrize(
    "message",
    [
        "Add speed\n\nSee merge request group/app!12",
        "Add speed (!12)",
        "Merged PR 12: Add speed",
    ],
)
@pytest.mark.parametrize(
    "revert",
    [
        'Revert "Add speed"\n\nThis reverts merge request !12',
        "Undo it\n\nThis reverts merge request group/app!12",
        'Revert "Add speed"\n\nThis reverts merge request https://gitlab.example/g/a/-/merge_requests/12',
    ],
)
def test_a_revert_of_a_merge_request_names_it(repo: TestRepo, message: str, revert: str) -> None:
    bad = repo.commit(file(1), message)
    if "PR" in message:
        revert = "Undo it\n\nReverts #12"
    fix = repo.commit(file(0), revert)
    assert fixes_of(repo) == {fix: {bad}}


@pytest.mark.parametrize(
    ("message", "revert"),
    [
        ("Merged PR 12: Add speed", "Merged PR 13: Revert 'Add speed'\n\nReverts !12"),
        ("Merged PR 12: Add speed", "Revert 'Add speed'"),
        ("Add speed (pull request #12)", 'Revert "Add speed (pull request #12)"'),
        ("Merged in speed (pull request #12)\n\nAdd speed", 'Revert "Add speed (pull request #12)"'),
    ],
)
def test_a_revert_of_what_azure_or_bitbucket_squashed_names_it(repo: TestRepo, message: str, revert: str) -> None:
    bad = repo.commit(file(1), message)
    fix = repo.commit(file(0), revert)
    assert fixes_of(repo) == {fix: {bad}}


def merged(repo: TestRepo, message: str) -> set[str]:
    """Merge two commits of a branch, and return them."""
    repo.git("checkout", "-q", "-b", "topic")
    brought = {repo.commit(file(1), "Add one"), repo.commit({"b.py": "y = 1\n"}, "Add two")}
    repo.git("checkout", "-q", "main")
    repo.commit({"c.py": "z = 1\n"}, "Add three")
    repo.merge("topic", message=message)
    return brought


@pytest.mark.parametrize(
    ("merge", "revert"),
    [
        ("Merge pull request #2 from ada/topic\n\nAdd speed", 'Revert "Merge pull request #2 from ada/topic"\n\n{git}'),
        ("Merge pull request #2 from ada/topic\n\nAdd speed", 'Revert "Add speed" (#3)\n\nReverts octo/app#2'),
        ("Merge pull request #2 from ada/topic", 'Revert "Merge pull request #2 from ada/topic"'),
        (
            "Merge branch 'topic' into 'main'\n\nAdd speed\n\nSee merge request g/a!2",
            "Revert \"Merge branch 'topic' into 'main'\"\n\nThis reverts merge request !2",
        ),
        ("Merge branch 'topic'", "Revert \"Merge branch 'topic'\"\n\n{git}"),
        ("Merged in topic (pull request #2)", "Revert #2"),
        ("Auto merge of #2 - ada:topic, r=lin", "Revert #2"),
        ("Merge #2", "Revert it\n\nThis reverts #2."),
        ("Merge #7 #2\n\n7: x\n2: y", "Revert it\n\nThis reverts #2."),
    ],
)
def test_a_revert_of_a_merge_takes_back_what_it_brought(repo: TestRepo, merge: str, revert: str) -> None:
    brought = merged(repo, merge)
    tip, first = repo.head(), repo.git("rev-parse", "HEAD^1").strip()
    git = f"This reverts commit {tip}, reversing\nchanges made to {first}."
    fix = repo.commit({"a.py": "x = 0\n", "b.py": None}, revert.format(git=git))
    assert fixes_of(repo) == {fix: brought}


def test_git_s_own_revert_of_a_merge_and_of_a_commit_are_understood(repo: TestRepo) -> None:
    brought = merged(repo, "Merge branch 'topic'")
    repo.git("revert", "--no-edit", "-m", "1", "HEAD")
    of_merge = repo.head()
    bad = repo.commit(file(5), "Add five")
    repo.git("revert", "--no-edit", "HEAD")
    assert fixes_of(repo) == {of_merge: brought, repo.head(): {bad}}


@pytest.mark.parametrize(
    "body",
    [
        "This reverts commits {0} and {1}.",
        "This reverts commit {0}.\nThis reverts commit {1}.",
        "Reverts #2 and #3",
        "This reverts commits {0}, {1}.",
        "This reverts:\n{0}\n{1}",
        "Reverts #2, #3.",
        "Reverts octo/app#2, octo/app#3",
    ],
)
def test_a_revert_of_several_names_them_all(repo: TestRepo, body: str) -> None:
    bad = [repo.commit(file(1), "Add one (#2)"), repo.commit(file(2), "Add two (#3)")]
    fix = repo.commit(file(0), f"Revert both\n\n{body.format(*bad)}")
    assert fixes_of(repo) == {fix: set(bad)}


@pytest.mark.parametrize("subject", ['Revert "Add one" and "Add two"', "Revert 'Add one (#2)', 'Add two (#3)'"])
def test_a_revert_of_several_titles_names_them_all(repo: TestRepo, subject: str) -> None:
    bad = [repo.commit(file(1), "Add one (#2)"), repo.commit(file(2), "Add two (#3)")]
    fix = repo.commit(file(0), subject)
    assert fixes_of(repo) == {fix: set(bad)}


@pytest.mark.parametrize(
    "again",
    [
        'Revert "Revert "Add speed""\n\nThis reverts commit {revert}.',
        'Reapply "Add speed"\n\nThis reverts commit {revert}.',
        'Revert "Revert "Add speed" (#3)" (#4)\n\nReverts octo/app#3',
        'Revert "Revert "Add speed""',
    ],
)
def test_what_takes_back_a_revert_repairs_nothing_and_can_be_taken_back_itself(repo: TestRepo, again: str) -> None:
    bad = repo.commit(file(1), "Add speed (#2)")
    revert = repo.commit(file(0), f'Revert "Add speed" (#3)\n\nThis reverts commit {bad}.')
    reapplied = repo.commit(file(1), again.format(revert=revert))
    assert fixes_of(repo) == {revert: {bad}}
    last = repo.commit(file(0), f"Revert it for good\n\nThis reverts commit {reapplied}.")
    assert fixes_of(repo) == {revert: {bad}, last: {reapplied}}


@pytest.mark.parametrize(
    "message",
    [
        "Revert to version 2",
        "Revert the parser",
        "Revert it\n\nSee #2.",
        'Revert "Something else"',
        "Revert it\n\nThis was reverted once, as #2 says.",
        "Add speed again",
    ],
)
def test_what_names_nothing_takes_nothing_back(repo: TestRepo, message: str) -> None:
    repo.commit(file(1), "Add speed (#2)")
    repo.commit(file(0), message)
    assert fixes_of(repo) == {}


def test_a_merge_of_very_many_commits_is_nobody_s_fault(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    for number in range(101):
        repo.git("commit", "-q", "--allow-empty", "-m", f"Step {number}")
    repo.git("checkout", "-q", "main")
    repo.commit({"c.py": "z = 1\n"}, "Add three")
    repo.merge("topic", message="Merge pull request #2 from ada/topic")
    repo.commit(file(9), "Revert #2")
    assert fixes_of(repo) == {}
