from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hyperion_hook.commands.support.whole_history import day_of
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import ConfigError, NotARepositoryError, TrainingError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.training.evaluation import evaluate as evaluation
from hyperion_hook.training.models.fit import anomaly_features, model_features
from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION
from hyperion_hook.training.retrain.card import render_card
from hyperion_hook.training.retrain.retrain import RetrainReport, retrain
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.replay import ReplayOptions, replay
from tests.support.buggy import buggy_history
from tests.support.repo import TestRepo

pytestmark = pytest.mark.train


def quick(**changes: object) -> RetrainOptions:
    values: dict[str, object] = {"code_commits": 0, "threads": 1, "folds": 2, "parity_rows": 50, "pool_rows": 0}
    return RetrainOptions(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_DRAWS", 5)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("buggy") / "project")


@pytest.fixture(scope="module")
def trained(history: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> RetrainReport:
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_DRAWS", 5)
        return retrain([history.path], models_out=folder / "models", options=quick(vectors=folder / "vectors"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_short_history_is_said_and_the_models_stay(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "short")
    for number in range(5):
        repo.commit({"a.py": f"x = {number}\n"}, days=100)
    kept = tmp_path / "models"
    kept.mkdir()
    (kept / "manifest.json").write_text("kept")
    with pytest.raises(TrainingError, match=r"too little history .*the models in use are kept"):
        retrain([repo.path], models_out=kept, options=quick())
    assert bytes_of(kept) == {"manifest.json": b"kept"}


def test_a_very_young_history_is_said(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "young")
    repo.commit({"a.py": "x = 1\n"})
    with pytest.raises(TrainingError, match="too little history"):
        retrain([repo.path], models_out=tmp_path / "models", options=quick())
    assert not (tmp_path / "models").exists()


def test_a_folder_without_repository_or_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError):
        retrain([tmp_path], models_out=tmp_path / "models", options=quick())
    with pytest.raises(ConfigError, match="no repository was named"):
        retrain([], models_out=tmp_path / "models", options=quick())


def test_one_bad_repository_of_several_is_left_aside(history: TestRepo, tmp_path: Path) -> None:
    entries = [CorpusEntry("gone", tmp_path), CorpusEntry("here", history.path)]
    mined, warnings = mine_all(entries, quick(), quick(max_commits=10).replay)
    assert [item.name for item in mined] == ["here"]
    assert len(warnings) == 1
    assert warnings[0].startswith("left aside: ")


def test_the_bundle_scores_changes_of_the_history(history: TestRepo, trained: RetrainReport) -> None:
    bundle = load_bundle(trained.folder)
    assert trained.parity <= 1e-6
    assert bundle.trained_on.startswith("project, ")
    scores = {
        item.commit.subject: bundle.risk.score(item.vector)[0]
        for item in replay(
            Repository.discover(history.path), options=ReplayOptions(max_commits=60, source_metrics=False, graph=False)
        )
    }
    described = [score for subject, score in scores.items() if subject == "Describe"]
    assert all(0.0 <= score <= 1.0 for score in scores.values())
    assert max(described) < max(scores.values())
    assert 0.0 <= bundle.risk.score(FeatureVector({}))[0] <= 1.0


def test_the_models_beat_chance_on_the_future(trained: RetrainReport) -> None:
    (future,) = trained.evaluations
    assert future.cut is not None
    for name in (SPECIFICATION.name, BLEND.name):
        assert future.contender(name).roc_auc.value > 0.75
    assert 0.2 < future.contender("chance").roc_auc.value < 0.8


def test_thresholds_let_only_the_alert_rates_through(trained: RetrainReport) -> None:
    thresholds = load_bundle(trained.folder).thresholds
    assert 0.0 < thresholds[RiskLevel.MEDIUM] < thresholds[RiskLevel.HIGH] < 1.0


def test_the_card_is_in_the_bundle_as_data_and_as_a_page(history: TestRepo, trained: RetrainReport) -> None:
    card = load_bundle(trained.folder).card
    assert card == json.loads(json.dumps(trained.card))
    (repository,) = card["repositories"]
    assert repository["head"] == history.head()
    assert repository["commits"] == 700
    assert card["data"]["youngest days left out"] == 180
    assert card["data"]["changes"] < 700
    page = (trained.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert page == trained.markdown
    assert page.startswith("# Model card\n")
    assert "| la | " in page
    assert str(history.path) not in page + json.dumps(card)


def test_a_card_tells_what_each_part_adds_where_that_was_measured(trained: RetrainReport) -> None:
    figure = "traced, ROC-AUC"
    rows = [{"features": "as they are", figure: [0.8, 0.75, 0.85]}, {"features": "and code quality", figure: None}]
    ablation = {"how": "Fitted anew.", "figures": [figure], "rows": rows, "features": "None ranks better."}
    page = render_card(trained.card | {"ablation": ablation})
    section = page[page.index("## What each part adds") :].partition("\n## ")[0].splitlines()
    assert section[2] == "Fitted anew."
    assert section[6:8] == ["| as they are | 0.800 (0.750 to 0.850) |", "| and code quality | - |"]
    assert section[9] == "None ranks better."
    assert "## What each part adds" not in trained.markdown


def test_the_same_history_and_seed_give_the_same_bytes(
    history: TestRepo, trained: RetrainReport, tmp_path: Path
) -> None:
    vectors = trained.folder.parent / "vectors"
    again = retrain([history.path], models_out=tmp_path / "models", options=quick(vectors=vectors))
    assert bytes_of(again.folder) == bytes_of(trained.folder)


def test_the_card_says_what_was_chosen_on_the_rows_it_measures(trained: RetrainReport) -> None:
    assert "thresholds are quantiles of the scores of the changes measured first" in trained.markdown
    assert "recipe was chosen on those same changes" in trained.markdown


def test_a_repository_left_out_is_evaluated_and_not_learned(
    history: TestRepo, trained: RetrainReport, tmp_path: Path
) -> None:
    buggy_history(tmp_path / "other", seed=2)
    corpus = tmp_path / "corpus.toml"
    corpus.write_text(
        f'[[repository]]\nname = "project"\npath = "{history.path}"\n[[repository]]\nname = "other"\nleft_out = true\n'
    )
    options = quick(vectors=trained.folder.parent / "vectors")
    report = retrain([], models_out=tmp_path / "models", corpus=corpus, options=options)
    future, left_out = report.evaluations
    assert left_out.name == "the future of other, left out of training"
    assert left_out.cut == future.cut
    assert left_out.rows < 300
    assert left_out.contender(SPECIFICATION.name).roc_auc.value > 0.75
    assert report.card["data"] == trained.card["data"]
    assert [entry["left out of training"] for entry in report.card["repositories"]] == [False, True]
    assert report.card["trained_on"] == trained.card["trained_on"]
    learned, alone = load_bundle(report.folder), load_bundle(trained.folder)
    assert learned.quantiles == alone.quantiles
    assert learned.anomaly is not None
    assert alone.anomaly is not None
    assert learned.anomaly.medians == alone.anomaly.medians
    assert learned.anomaly.offset == alone.anomaly.offset


def test_models_learn_only_from_what_varies_and_never_from_the_clock(history: TestRepo) -> None:
    options = quick(code_commits=50)
    mined, _ = mine_all([CorpusEntry("here", history.path)], options, options.code_replay)
    risk, anomaly = model_features(mined[0].rows), anomaly_features(mined[0].rows)
    assert {"la", "age", "past_bug_count"} <= {*risk}
    assert not {"hour_of_day", "day_of_week", "revenue_impact", "cyclomatic_complexity"} & {*risk}
    assert {"la", "halstead_volume"} <= {*anomaly}
    assert not {"exp", "fix", "revenue_impact"} & {*anomaly}


def test_the_anomaly_detector_learns_from_the_code_of_the_newest_commits(
    history: TestRepo, trained: RetrainReport, tmp_path: Path
) -> None:
    options = quick(vectors=trained.folder.parent / "vectors", code_commits=60)
    report = retrain([history.path], models_out=tmp_path / "models", options=options)
    bundle = load_bundle(report.folder)
    assert bundle.anomaly is not None
    assert "halstead_volume" in bundle.anomaly.features
    assert "halstead_volume" in bundle.typical
    assert "halstead_volume" not in bundle.risk.features


def test_a_day_is_read_as_utc_and_anything_else_is_refused() -> None:
    assert day_of("2020-09-13") == 1_599_955_200
    assert day_of("2020-09-13T12:26:40+00:00") == 1_600_000_000
    with pytest.raises(ConfigError, match="--since 'yesterday'"):
        day_of("yesterday")


def test_the_card_has_delay_calibration_and_importance(trained: RetrainReport) -> None:
    card = trained.card
    delays = list(card["labels"]["bugs"].values())
    assert delays == sorted(delays)
    assert 6.0 <= delays[0] <= delays[-1] <= 80.0  # a bug is fixed after 3 to 40 commits, which are two days apart
    (future,) = trained.evaluations
    assert sum(part["changes"] for part in card["calibration"]) == future.rows
    assert [part["predicted"] for part in card["calibration"]] == sorted(
        part["predicted"] for part in card["calibration"]
    )
    assert card["importance"][0]["roc_auc_lost"] > 0
    losses = [row["roc_auc_lost"] for row in card["importance"]]
    assert losses == sorted(losses, reverse=True)
    assert "## Calibration" in trained.markdown
    assert "## Importance" in trained.markdown


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hyperion_hook", "retrain", *arguments],
        cwd=folder,
        text=True,
        capture_output=True,
        env=os.environ | {"ML_N_JOBS": "1"},
        check=False,
    )


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "x = 1\n"})
    short = command(tmp_path, "--jobs", "1", "--models", "models")
    assert short.returncode == 3
    *stages, said = short.stderr.strip().splitlines()
    assert "too little history" in said
    # a busy machine takes long enough for a line a stage
    assert all(re.fullmatch(r"hyperion-hook: [a-z ]+(?:: \d+ of \d+)?", line) for line in stages), stages
    alone = command(tmp_path, "--cluster", "tcp://127.0.0.1:1")
    assert alone.returncode == 2
    assert "--cluster shares out repositories, so it needs --corpus FILE" in alone.stderr
    wrong = command(tmp_path, "--corpus", "none.toml")
    assert wrong.returncode == 2
    assert "--corpus needs --models" in wrong.stderr
