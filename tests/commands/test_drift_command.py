"""``drift`` on real repositories: what is compared with what, what is said, and when models are trained anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook.commands import drift
from hyperion_hook.commands.support.whole_history import Reading
from hyperion_hook.config.load import Config
from hyperion_hook.domain.phrases import day
from hyperion_hook.errors import ConfigError, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import bundled_models, load_bundle
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.training.evaluation.promotion import InUse
from hyperion_hook.training.retrain import repository_drift as drifting
from hyperion_hook.training.retrain.repository_drift import ReferenceName, repository_drift
from hyperion_hook.training.rows.options import RetrainOptions
from tests.support.buggy import DAY, buggy_history
from tests.support.command import hyperion
from tests.support.repo import START, TestRepo

pytestmark = pytest.mark.train

MOMENT = START + 120 * 2 * DAY
SINCE = day(MOMENT)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("drift") / "project", commits=240)


def learned_here(history: TestRepo, commit: str) -> InUse:
    card = {"repositories": [{"name": "project", "head": commit}], "data": {"from": "2020-09-20"}}
    return InUse(replace(load_bundle(), card=card), "v1.0.0")


def test_bundled_models_make_the_own_history_the_reference(history: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drifting, "RECENT_CHANGES", 80)
    found = repository_drift(
        Repository.discover(history.path),
        InUse(load_bundle(), "the bundled models"),
        bundled_models(),
        RetrainOptions(),
    )
    assert found.reference is ReferenceName.HISTORY
    assert (found.report.rows_current, found.report.rows_reference) == (80, 160)
    assert found.why == "the bundled models learned from other repositories, which differ from any one"
    assert found.report.score is not None
    # what only grows has drifted, what is always the same has not
    assert "past_bug_count" in found.report.drifted_features
    assert "nf" not in found.report.drifted_features


def test_what_was_learned_here_is_the_reference_of_models_trained_here(history: TestRepo) -> None:
    newest = history.head()
    found = repository_drift(
        Repository.discover(history.path), learned_here(history, newest), bundled_models(), RetrainOptions()
    )
    assert found.reference is ReferenceName.TRAINING
    # a commit every second day; labels of the youngest 180 days were not learned, nor what came before the card's day
    assert found.report.rows_current == 90
    assert found.report.rows_reference == 240 - 90 - 4
    assert found.why == "v1.0.0 learned from this repository"


def test_the_corpus_is_a_reference_by_name_in_the_numbers_it_is_kept_in(
    history: TestRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(drifting, "_POOL_ROWS", 300)
    used = InUse(load_bundle(), "the bundled models")
    repository = Repository.discover(history.path)
    found = repository_drift(repository, used, bundled_models(), RetrainOptions(), reference=ReferenceName.TRAINING)
    assert found.report.rows_reference == 300
    assert "repositories that the bundled models learned from" in found.compared_with
    # both are rounded alike, so that a count of one is the same number in both
    nf = next(item for item in found.report.features if item.feature == "nf")
    assert nf.typical_reference is not None
    assert nf.typical_current is not None
    assert nf.typical_reference[0] == nf.typical_current[0]
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ConfigError, match="carry nothing of what they learned from; use --reference history"):
        repository_drift(repository, used, tmp_path, RetrainOptions(), reference=ReferenceName.TRAINING)


def test_too_few_recent_changes_are_told_with_the_day_models_learned_until(history: TestRepo) -> None:
    recent = START + 200 * 2 * DAY
    with pytest.raises(TooLittleHistoryError, match=r"40 recent ones after 2021-.*; 50 are needed"):
        repository_drift(
            Repository.discover(history.path),
            learned_here(history, history.head()),
            bundled_models(),
            RetrainOptions(),
            since=recent,
        )


def test_the_command_tells_what_drifted_draws_it_and_keeps_what_it_measured(history: TestRepo, tmp_path: Path) -> None:
    picture = tmp_path / "drift.svg"
    done = hyperion(history.path, "drift", "--since", SINCE, "--jobs", "1", "--plot", str(picture))
    assert done.code == 0, done.err
    first, second, *_ = done.out.splitlines()
    assert first.startswith("120 changes from 2021-05-11 to 2022-01-04 compared with 120 changes of this repository")
    assert "(reference 'history': the bundled models" in first
    assert second.startswith("Drift in ")
    assert "bug fixes in the files so far: typically" in done.out
    assert picture.read_bytes().startswith(b"<?xml")
    with FeatureStore.of(history.path / ".git") as store:
        assert store.search_features(limit=1)


def test_an_alarm_that_retraining_cannot_use_is_not_raised(history: TestRepo) -> None:
    done = hyperion(history.path, "drift", "--since", SINCE, "--jobs", "1", "--format", "json", "--retrain")
    assert done.code == 0, done.err
    found = done.json()
    assert found["drift_magnitude"] > 0.2
    assert (found["compared"], found["has_drift"], found["retrains"], found["reference"]) == (
        True,
        True,
        False,
        "history",
    )
    assert found["to_do"].startswith("To do: nothing, since retraining could learn from ")
    assert "not retrained: retraining could learn from " in done.err


def test_json_is_json_also_when_models_are_trained_anew(
    history: TestRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drifting, "UNSEEN_DAYS", 0)  # as if all bugs were known at once
    code = drift.run(
        history.path,
        Reading(since=MOMENT),
        reference=None,
        retrain=True,
        format_name="json",
        plot=None,
        config=Config(),
    )
    said = capsys.readouterr()
    assert code == 0
    assert json.loads(said.out)["retrains"] is True
    assert json.loads(said.out)["to_do"].startswith("To do: run hyperion-hook retrain")
    assert "too little history to train on" in said.err


def test_nothing_is_trained_below_the_limit(
    history: TestRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drifting, "SIGNIFICANT", 0.99)
    code = drift.run(
        history.path,
        Reading(since=MOMENT),
        reference=None,
        retrain=True,
        format_name="markdown",
        plot=None,
        config=Config(),
    )
    said = capsys.readouterr()
    assert code == 0
    assert said.out.startswith("# Drift\n\nDrift in ")
    assert "Model card" not in said.out
    assert "not retrained: the magnitude" in said.err


@pytest.mark.parametrize("format_name", ["text", "json"])
def test_too_few_changes_are_said_and_are_no_fault(
    tmp_path: Path, format_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = TestRepo(tmp_path / "r")
    repo.commit({"a.py": "x = 1\n"})
    code = drift.run(
        repo.path, Reading(), reference=None, retrain=True, format_name=format_name, plot=None, config=Config()
    )
    reason = "too few changes to tell whether anything has drifted: 1 recent ones; 50 are needed"
    said = capsys.readouterr().out
    assert code == 0
    if format_name == "json":
        assert json.loads(said) == {"compared": False, "reason": reason}
    else:
        assert said == reason + "\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reference", "yesterday"], "Invalid value for '--reference'"),
        (["--since", "lately"], "--since 'lately': no date; write it as 2024-12-31"),
    ],
)
def test_a_wrong_argument_is_one_line(history: TestRepo, arguments: list[str], said: str) -> None:
    done = hyperion(history.path, "drift", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err.splitlines()[0]
