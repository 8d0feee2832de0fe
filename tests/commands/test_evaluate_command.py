from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.buggy import buggy_history
from tests.support.command import hyperion
from tests.support.repo import TestRepo

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("evaluate") / "project")


def test_the_bundle_is_tried_beside_baselines_on_the_newer_half(history: TestRepo, tmp_path: Path) -> None:
    done = hyperion(history.path, "evaluate", "--vectors", str(tmp_path), "--format", "json", "--jobs", "1")
    assert done.code == 0, done.err
    (evaluation, *_) = done.json()["evaluations"]
    assert 300 - 90 <= evaluation["changes"] <= 350, "half of 700, without the youngest 180 days"
    names = [entry["model"] for entry in evaluation["models"]]
    assert names[0].startswith("the bundled models")
    assert {"la", "Kamei's fourteen, logistic", "code lines added"} <= set(names)
    for entry in evaluation["models"]:
        value, low, high = entry["roc_auc"]
        assert 0.0 <= low <= value <= high <= 1.0
    assert sum(row["changes"] for row in done.json()["calibration"]) == evaluation["changes"]
    text = hyperion(history.path, "evaluate", "--vectors", str(tmp_path))
    assert text.code == 0
    assert "the bundled models" in text.out
    assert not list((history.path / ".git").rglob("*v1.0.0*")), "nothing was registered"


def test_labels_from_elsewhere_replace_those_traced_here(history: TestRepo, tmp_path: Path) -> None:
    traced = list(csv.DictReader(io.StringIO(hyperion(history.path, "label", "--format", "csv").out)))
    file = tmp_path / "labels.csv"
    file.write_text("commit,buggy\n" + "".join(f"{row['commit']},{row['buggy']}\n" for row in traced[::2]))
    done = hyperion(history.path, "evaluate", "--labels", str(file), "--vectors", str(tmp_path), "--format", "json")
    assert done.code == 0, done.err
    evaluation = done.json()["evaluations"][0]
    assert evaluation["changes"] + evaluation["trained on"] == len(traced[::2])


def test_too_little_history_is_said_and_is_no_failure(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n"})
    done = hyperion(tmp_path, "evaluate")
    assert (done.code, done.out) == (0, "nothing to evaluate on: no change is old enough for its bugs to be known\n")


def test_a_corpus_brings_its_own_labels_and_models(tmp_path: Path) -> None:
    TestRepo(tmp_path)
    done = hyperion(tmp_path, "evaluate", "--corpus", "c.toml", "--labels", "l.csv")
    assert (done.code, done.out) == (2, "")
    assert "evaluate: --corpus trains and labels by itself; leave out --models and --labels" in done.err


def test_each_repository_of_a_corpus_is_left_out_in_turn(history: TestRepo, tmp_path: Path) -> None:
    other = buggy_history(tmp_path / "other", seed=2)
    corpus = tmp_path / "corpus.toml"
    corpus.write_text(
        f'[[repository]]\nname = "one"\npath = "{history.path}"\n[[repository]]\nname = "two"\npath = "{other.path}"\n'
    )
    done = hyperion(
        tmp_path,
        "evaluate",
        "--corpus",
        str(corpus),
        "--format",
        "json",
        "--jobs",
        "1",
        "--vectors",
        str(tmp_path / "v"),
        env={"ML_CV_FOLDS": "2", "ML_N_JOBS": "1"},
    )
    assert done.code == 0, done.err
    # both begin on the same day: half of one is too little to learn about the other, and that is said
    assert done.err.count("left aside: ") + len(done.json()["repositories"]) == 2
    outcomes = [entry["outcome"] for entry in done.json()["comparisons"]]
    assert outcomes[0] == "introduced a bug"


def test_an_ablation_takes_no_other_models_and_says_when_there_is_too_little(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"a.py": f"x = {number}\n"}, days=200)
    refused = hyperion(tmp_path, "evaluate", "--ablation", "--format", "json")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    little = hyperion(tmp_path, "evaluate", "--ablation", "--jobs", "1")
    assert little.code != 0
    assert "changes with 0 bugs; at least 200 changes" in little.err.splitlines()[-1]
