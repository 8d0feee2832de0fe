"""What people tick in our comment is heard by later runs, kept in the repository's own data, and used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.feedback import CAUSED_BUG, NOT_USEFUL, Feedback
from hyperion_hook.errors import StoreError
from hyperion_hook.report.comment.state import MARKER
from hyperion_hook.store import feedback_store
from hyperion_hook.store.feedback_store import FeedbackStore
from tests.support.command import hyperion
from tests.support.github import BOT, NUMBER, GitHubDouble, error, pull_json
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull
from tests.support.repo import TestRepo
from tests.support.web import Said

USELESS, BUG = "This was not useful", "This caused a bug later"
MERGED, TICKED_AT = "c" * 40, 1_700_000_500


def kept(pull: Pull) -> dict[int, Feedback]:
    return FeedbackStore.of(pull.repo.path / ".git").read()


def test_a_tick_is_kept_when_the_comment_is_updated_and_stays_in_it(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    job.pull(pull.base, pull.head)
    assert kept(pull)[NUMBER].ticks == {}
    github.tick(USELESS, TICKED_AT)
    head = pull.repo.commit({"new.py": "x = 1\n"})
    for _ in range(2):
        job.pull(pull.base, head, "synchronize")
        assert kept(pull) == {NUMBER: Feedback(NUMBER, RiskLevel.LOW, (head,), {NOT_USEFUL: TICKED_AT})}
        assert f"- [x] {USELESS}" in github.ours()[0]["body"]
    body = github.ours()[0]["body"]
    github.ours()[0]["body"] = body.replace("[x]", "[ ]")
    job.pull(pull.base, head, "synchronize")
    assert kept(pull)[NUMBER].ticks == {}


def test_a_tick_stays_where_the_hidden_line_was_lost(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.add_comment(f"{MARKER}\nedited by hand\n- [X] {BUG}", BOT, "Bot")
    done = job.pull(pull.base, pull.head)
    assert (done.code, done.err) == (0, "")
    assert f"- [x] {BUG}" in github.ours()[0]["body"]
    assert set(kept(pull)[NUMBER].ticks) == {CAUSED_BUG}


def test_when_the_pull_request_is_closed_its_merge_commit_is_kept_too(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    job.pull(pull.base, pull.head)
    github.tick(BUG, TICKED_AT)
    done = job.pull(pull.base, pull.head, "closed", state="closed", merged=True, merge_commit_sha=MERGED)
    assert (done.code, done.err, done.summary) == (0, "", "")
    assert [asked.method for asked in done.asked] == ["GET"]
    assert kept(pull)[NUMBER] == Feedback(NUMBER, RiskLevel.LOW, (pull.head, MERGED), {CAUSED_BUG: TICKED_AT})


def test_a_tick_after_the_merge_is_heard_by_an_edited_comment(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    job.pull(pull.base, pull.head)
    github.tick(BUG, TICKED_AT)
    github.pull = pull_json(pull.base, pull.head, state="closed", merged=True, merge_commit_sha=MERGED)
    pull.repo.git("checkout", "-q", "main")
    done = job.edited_comment(github.ours()[0]["body"])
    assert (done.code, done.err) == (0, "")
    assert kept(pull)[NUMBER] == Feedback(NUMBER, RiskLevel.LOW, (pull.head, MERGED), {CAUSED_BUG: TICKED_AT})


def test_an_edited_comment_of_somebody_else_is_no_feedback(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.pull = pull_json(pull.base, pull.head)
    planted = f"{MARKER}\n- [x] {BUG}"
    github.add_comment(planted, "eve")
    github.add_comment(planted, "echo[bot]", "Bot")
    assert job.edited_comment("hello").asked == []
    done = job.edited_comment(planted)
    assert (done.code, kept(pull)) == (0, {})
    assert len(done.asked) == 3
    created = {"action": "created", "issue": {"number": NUMBER, "pull_request": {}}, "comment": {"body": planted}}
    on_issue = {"action": "edited", "issue": {"number": NUMBER}, "comment": {"body": planted}}
    for event in (created, on_issue):
        assert job.run("issue_comment", event).asked == []


def test_what_cannot_be_asked_or_kept_is_said_and_passes(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    job.pull(pull.base, pull.head)
    closing: dict[str, Any] = {"state": "closed", "action": "closed"}
    file = pull.repo.path / ".git" / "hyperion-hook" / "feedback.json"
    file.write_text("{")
    done = job.pull(pull.base, pull.head, **closing)
    assert (done.code, file.read_text()) == (0, "{")
    assert "damaged; delete it" in done.err
    assert hyperion(pull.repo.path, "evaluate").code == 3
    github.told("GET", "/comments$", Said(403, error("no")))
    assert "what was ticked is not kept: GitHub" in job.pull(pull.base, pull.head, **closing).err
    job.token = ""
    assert "no token" in job.pull(pull.base, pull.head, **closing).err


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 1, "changes": {"x": {}}}',
        "[" * 100_000,
        "\xff",
        '{"format": 1, "changes": {"7": {"level": "HIGH", "commits": ["--x"], "ticks": {}}}}',
        '{"format": 1, "changes": {"7": {"level": "AWFUL", "commits": [], "ticks": {}}}}',
        '{"format": 1, "changes": {"7": {"level": "LOW", "commits": [], "ticks": {"x": 1}}}}',
        '{"format": 2, "changes": {}}',
        " " * 4_000_001,
    ],
)
def test_a_damaged_file_is_said_and_never_written_over(tmp_path: Path, text: str) -> None:
    store = FeedbackStore(tmp_path / "feedback.json")
    (tmp_path / "feedback.json").write_text(text, encoding="latin-1")
    with pytest.raises(StoreError, match=r"feedback\.json: (damaged|of format|larger)"):
        store.keep(1, RiskLevel.LOW, (), (), 0)
    assert (tmp_path / "feedback.json").read_text(encoding="latin-1") == text


def test_the_oldest_are_forgotten_and_what_was_kept_before_keeps_its_time_and_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback_store, "MOST_CHANGES", 2)
    store = FeedbackStore(tmp_path / "new" / "feedback.json")
    for number in (3, 1, 2):
        store.keep(number, RiskLevel.HIGH, ("a" * 40, "b" * 40, "c" * 40), {NOT_USEFUL, "unknown"}, 10)
    assert sorted(store.read()) == [2, 3]
    store.keep(3, RiskLevel.LOW, ("d" * 40,), {CAUSED_BUG, NOT_USEFUL}, 20)
    assert store.read()[3] == Feedback(3, RiskLevel.HIGH, ("d" * 40,), {NOT_USEFUL: 10, CAUSED_BUG: 20})
    before = (tmp_path / "new" / "feedback.json").stat().st_mtime_ns
    store.keep(3, RiskLevel.LOW, ("d" * 40,), {CAUSED_BUG, NOT_USEFUL}, 30)
    assert (tmp_path / "new" / "feedback.json").stat().st_mtime_ns == before


@pytest.mark.train
def test_a_change_that_people_say_caused_a_bug_is_learned_as_one_from_then_on(tmp_path: Path) -> None:
    from hyperion_hook.training.rows.mine import mine

    repo = TestRepo(tmp_path)
    commits = [repo.commit({"a.py": f"x = {number}\n"}) for number in range(5)]
    store = FeedbackStore.of(tmp_path / ".git")
    store.keep(1, RiskLevel.HIGH, (commits[2], MERGED), {CAUSED_BUG}, TICKED_AT)
    store.keep(2, RiskLevel.MEDIUM, (commits[3],), {NOT_USEFUL}, TICKED_AT)
    rows = mine(tmp_path, vectors=tmp_path / "kept").rows.set_index("commit")
    assert rows["buggy"].to_dict() == {commit: int(commit == commits[2]) for commit in commits}
    assert rows["known_at"][commits[2]] == TICKED_AT
    store.keep(1, RiskLevel.HIGH, (commits[2],), set(), TICKED_AT)
    assert mine(tmp_path, vectors=tmp_path / "kept").rows["buggy"].sum() == 0


@pytest.mark.train
def test_evaluate_says_how_many_alerts_were_not_useful(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n"})
    assert "not useful" not in hyperion(tmp_path, "evaluate").out
    store = FeedbackStore.of(tmp_path / ".git")
    for number, ticks in enumerate([{NOT_USEFUL}, {NOT_USEFUL, CAUSED_BUG}, set()], 1):
        store.keep(number, RiskLevel.HIGH, ("a" * 40,), ticks, TICKED_AT)
    assert "| HIGH | 3 | 2 | 1 |\n| MEDIUM | 0 | 0 | 0 |" in hyperion(tmp_path, "evaluate").out


def test_the_file_is_small_and_readable(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.json")
    store.keep(7, RiskLevel.HIGH, ("a" * 40,), {CAUSED_BUG}, 5)
    assert json.loads((tmp_path / "feedback.json").read_text()) == {
        "format": 1,
        "changes": {"7": {"level": "HIGH", "commits": ["a" * 40], "ticks": {"caused-bug": 5}}},
    }
