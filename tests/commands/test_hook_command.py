from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.commands.hooks.run import Hook
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError, ExitCode
from tests.support.assessments import FakeAssessor
from tests.support.repo import TestRepo


def hook(
    stage: str, fake: FakeAssessor, *arguments: str, repo: Path | None = None, config: Config | None = None
) -> tuple[ExitCode, str]:
    written: list[str] = []
    code = Hook(stage, arguments, repo, written.append).run(
        config or Config(),
        lambda where, settings, progress: fake,  # type: ignore[arg-type, return-value]
    )
    return code, "".join(written)


def test_nothing_staged_is_said_and_passes() -> None:
    assert hook("pre-commit", FakeAssessor(empty=True)) == (ExitCode.DONE, "nothing staged\n")


def test_nothing_staged_passes_even_where_every_level_blocks() -> None:
    code, _ = hook("pre-commit", FakeAssessor(RiskLevel.HIGH, empty=True), config=Config(fail_on=RiskLevel.LOW))
    assert code is ExitCode.DONE


def test_a_commit_shows_the_staged_change_and_passes_however_risky() -> None:
    fake = FakeAssessor(RiskLevel.HIGH)
    code, text = hook("pre-commit", fake)
    assert code is ExitCode.DONE
    assert text.startswith("HIGH for this repository")
    assert fake.asked[0] == ("staged", None)


def test_how_much_is_printed_goes_by_the_level_or_by_the_setting() -> None:
    def lines(level: RiskLevel, **settings: Any) -> int:
        return len(hook("pre-commit", FakeAssessor(level), config=Config(**settings))[1].splitlines())

    assert [lines(level) for level in (RiskLevel.LOW, RiskLevel.MEDIUM)] == [2, 6]  # one of them is the warning's
    assert lines(RiskLevel.HIGH) > 10
    assert [lines(RiskLevel.HIGH, hook_detail=detail) for detail in ("line", "short")] == [2, 6]
    assert lines(RiskLevel.LOW, hook_detail="full") > 10
    text = hook("pre-commit", FakeAssessor())[1]
    assert text.startswith("LOW, as 81% of recent changes are; more, once committed: hyperion-hook score HEAD\n")


def test_commit_msg_is_silent_where_pre_commit_has_just_told_the_same(tmp_path: Path) -> None:
    message = tmp_path / "m"
    message.write_text("Add x\n")

    def told(stage: str, level: RiskLevel) -> bool:
        fake = FakeAssessor(level, git_dir=tmp_path)
        return hook(stage, fake, *([str(message)] if stage == "commit-msg" else []))[1] != ""

    assert told("commit-msg", RiskLevel.LOW)
    assert told("pre-commit", RiskLevel.LOW)
    assert not told("commit-msg", RiskLevel.LOW)
    assert told("commit-msg", RiskLevel.LOW), "another commit, whose pre-commit hook did not run"
    assert told("pre-commit", RiskLevel.LOW)
    assert told("commit-msg", RiskLevel.MEDIUM), "its message makes another level of it"


@pytest.mark.parametrize("stage", ["pre-commit", "commit-msg"])
def test_a_level_that_is_reached_blocks_and_says_how_to_go_on(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m").write_text("Fix x\n")
    code, _ = hook(stage, FakeAssessor(RiskLevel.HIGH), str(tmp_path / "m"), config=Config(fail_on=RiskLevel.MEDIUM))
    assert code is ExitCode.RISK
    assert capsys.readouterr().err == (
        "hyperion-hook: the risk is HIGH; fail-on is MEDIUM; to go on anyway: git commit --no-verify\n"
    )


def test_the_message_reaches_the_assessor_without_its_comments(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r")
    repo.git("config", "core.commentChar", ";")
    (tmp_path / "m").write_text("Fix x\n\n; Please enter the message\n")
    fake = FakeAssessor()
    hook("commit-msg", fake, str(tmp_path / "m"), repo=repo.path)
    assert fake.asked[0] == ("staged", "Fix x")


def test_a_commit_msg_hook_without_a_file_says_what_is_missing() -> None:
    with pytest.raises(ConfigError, match="pass_filenames: true"):
        hook("commit-msg", FakeAssessor())


@pytest.fixture
def history(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "r")
    for number in range(3):
        repo.commit({"a": str(number)})
    return repo


def pushing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_push_is_assessed_as_one_range(history: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = history.git("rev-parse", "HEAD~2", "HEAD").split()
    pushing(monkeypatch, f"refs/heads/main {new} refs/heads/main {old}\n")
    fake = FakeAssessor()
    code, text = hook("pre-push", fake, "origin", "url", repo=history.path)
    assert (code, text.startswith("LOW, as 81%")) == (ExitCode.DONE, True)
    assert fake.asked == [("range", old, new), ("closed",)]


def test_several_refs_are_headed_by_their_names_and_the_worst_counts(
    history: TestRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = history.git("rev-parse", "HEAD~1", "HEAD").split()
    pushing(monkeypatch, "".join(f"refs/heads/b{n} {new} refs/heads/b{n} {old}\n" for n in range(7)))
    code, text = hook(
        "pre-push", FakeAssessor(RiskLevel.MEDIUM), "origin", repo=history.path, config=Config(fail_on=RiskLevel.MEDIUM)
    )
    assert code is ExitCode.RISK
    assert [line for line in text.splitlines() if line.startswith("refs/")] == [f"refs/heads/b{n}" for n in range(5)]
    assert "2 more refs are not assessed" in capsys.readouterr().err


def test_a_first_push_says_that_its_root_is_left_out(
    history: TestRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = history.git("rev-list", "--max-parents=0", "HEAD").strip()
    pushing(monkeypatch, f"refs/heads/main {history.head()} refs/heads/main {'0' * 40}\n")
    fake = FakeAssessor()
    hook("pre-push", fake, "origin", repo=history.path)
    assert fake.asked[0] == ("range", root, history.head())
    assert "without its first commit" in capsys.readouterr().err


def test_a_first_push_of_a_single_commit_assesses_that_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "r")
    only = repo.commit({"a": "1"})
    pushing(monkeypatch, f"refs/heads/main {only} refs/heads/main {'0' * 40}\n")
    fake = FakeAssessor()
    hook("pre-push", fake, "origin", repo=repo.path)
    assert fake.asked[0] == ("commit", only)


@pytest.mark.parametrize("text", ["", f"(delete) {'0' * 40} refs/heads/x {'1' * 40}\n"])
def test_nothing_to_push_is_said(history: TestRepo, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    pushing(monkeypatch, text)
    assert hook("pre-push", FakeAssessor(), "origin", repo=history.path) == (ExitCode.DONE, "nothing to push\n")
