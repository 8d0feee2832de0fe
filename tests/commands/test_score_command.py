from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hyperion_hook.commands.support.scoring import FORMATS, Target, format_of, renderer, run, target_of
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError, ExitCode, GitError, HyperionError
from tests.support.assessments import FakeAssessor


def score(
    fake: FakeAssessor,
    target: Target,
    *,
    each: bool = False,
    name: str = "text",
    output: Path | None = None,
    config: Config | None = None,
) -> ExitCode:
    return run(
        None,
        target,
        each=each,
        render=renderer(name, each=each, width=80, colour=False),
        output=output,
        config=config or Config(),
        assessor_of=lambda repo, settings, progress: fake,  # type: ignore[arg-type, return-value]
    )


@pytest.mark.parametrize(
    ("revision", "staged", "each", "expected"),
    [
        (None, False, False, Target()),
        (None, True, False, Target()),
        ("HEAD~2", False, False, Target(revision="HEAD~2")),
        ("a..b", False, False, Target(start="a", end="b")),
        ("a...b", False, True, Target(start="a", end="b")),
        ("a..", False, True, Target(start="a", end="HEAD")),
        ("..b", False, False, Target(start="HEAD", end="b")),
        ("..", False, False, Target(start="HEAD", end="HEAD")),
    ],
)
def test_the_arguments_name_what_is_assessed(revision: str, staged: bool, each: bool, expected: Target) -> None:
    assert target_of(revision, staged=staged, each=each) == expected


@pytest.mark.parametrize(
    ("revision", "staged", "each"), [("HEAD", True, False), ("HEAD", False, True), (None, False, True)]
)
def test_arguments_that_contradict_each_other_are_refused(revision: str, staged: bool, each: bool) -> None:
    with pytest.raises(ConfigError, match=r"^score: "):
        target_of(revision, staged=staged, each=each)


def test_each_change_is_a_line_of_json_unless_text_is_asked_for() -> None:
    assert format_of(None, each=True) == "jsonl"
    assert format_of("text", each=True) == "text"
    assert format_of(None, each=False) == "text"
    with pytest.raises(ConfigError, match="use --format jsonl or text"):
        format_of("json", each=True)


@pytest.mark.parametrize(
    ("target", "question"),
    [
        (Target(), ("staged", None)),
        (Target(revision="x"), ("commit", "x")),
        (Target(start="x", end="y"), ("range", "x", "y")),
    ],
)
def test_the_assessor_is_asked_once_and_closed(target: Target, question: tuple[str, ...]) -> None:
    fake = FakeAssessor()
    assert score(fake, target) is ExitCode.DONE
    assert fake.asked == [question, ("closed",)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_stdout_and_nothing_to_stderr(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    score(FakeAssessor(), Target(), name=name)
    out, err = capsys.readouterr()
    assert out.endswith("\n")
    assert err == ""
    if name.startswith("json"):
        assert json.loads(out)["schema_version"] == 2


def test_each_writes_one_line_a_change_and_fails_on_the_worst(capsys: pytest.CaptureFixture[str]) -> None:
    code = score(
        FakeAssessor(RiskLevel.HIGH),
        Target(start="a", end="b"),
        each=True,
        name="jsonl",
        config=Config(fail_on=RiskLevel.HIGH),
    )
    out, err = capsys.readouterr()
    assert code is ExitCode.RISK
    assert [json.loads(line)["risk"]["level"] for line in out.splitlines()] == ["HIGH", "LOW"]
    assert err == "hyperion-hook: the risk is HIGH; fail-on is HIGH\n"


@pytest.mark.parametrize("level", RiskLevel)
@pytest.mark.parametrize("fail_on", [None, RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH])
def test_the_exit_code_says_whether_the_risk_reached_the_limit(
    level: RiskLevel, fail_on: RiskLevel | None, capsys: pytest.CaptureFixture[str]
) -> None:
    code = score(FakeAssessor(level), Target(), config=Config(fail_on=fail_on))
    reached = fail_on is not None and list(RiskLevel).index(level) >= list(RiskLevel).index(fail_on)
    assert code is (ExitCode.RISK if reached else ExitCode.DONE)
    assert ("fail-on" in capsys.readouterr().err) == reached


def test_where_nothing_changed_no_limit_is_reached() -> None:
    code = score(FakeAssessor(RiskLevel.HIGH, empty=True), Target(), config=Config(fail_on=RiskLevel.LOW))
    assert code is ExitCode.DONE


def test_a_file_gets_the_result_and_stdout_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.json"
    score(FakeAssessor(), Target(), name="json", output=target)
    assert json.loads(target.read_text())["schema_version"] == 2
    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_hyphen_stands_for_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    score(FakeAssessor(), Target(), output=Path("-"))
    assert capsys.readouterr().out.startswith("LOW for this repository")


def test_what_was_in_the_file_stays_when_assessing_fails(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")
    with pytest.raises(GitError):
        score(FakeAssessor(failure=GitError("x")), Target(), output=target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_file_behind_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    score(FakeAssessor(), Target(), output=tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text().startswith("LOW for this repository")


@pytest.mark.parametrize("name", ["missing/out", "folder"])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(HyperionError, match=rf"^--output .*{name}: [A-Z][a-z ]+$"):
        score(FakeAssessor(), Target(), output=tmp_path / name)


def test_a_device_is_written_to_and_not_replaced() -> None:
    score(FakeAssessor(), Target(), output=Path("/dev/null"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(HyperionError, match=r"^--output /dev/full: No space left on device$"):
        score(FakeAssessor(), Target(), name="json", output=Path("/dev/full"))
