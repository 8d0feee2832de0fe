"""One command from a repository to the table that models are trained on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

pytestmark = pytest.mark.train
np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

import hyperion_hook  # noqa: E402
from hyperion_hook.cli import main  # noqa: E402
from hyperion_hook.domain.history import DAY  # noqa: E402
from hyperion_hook.errors import ConfigError, StoreError  # noqa: E402
from hyperion_hook.features.catalogue import CATALOGUE  # noqa: E402
from tests.support.buggy import buggy_history  # noqa: E402
from tests.support.repo import START, TestRepo  # noqa: E402

COMMITS = 240


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("table") / "project", commits=COMMITS)


@pytest.fixture(autouse=True)
def standing_in(history: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(history.path)


def written(*arguments: str) -> pd.DataFrame:
    assert main(["features", "table", "--jobs", "1", "--no-code", *arguments]) == 0
    return pd.read_csv("features.csv")


def test_the_command_writes_commits_features_and_labels(history: TestRepo, capsys: pytest.CaptureFixture[str]) -> None:
    table = written()
    labels = pd.read_csv(history.path / "features.csv", usecols=["commit", "risque_reel"])
    assert list(table.columns) == ["commit", "date", *(feature.name for feature in CATALOGUE), "risque_reel"]
    assert list(table["commit"]) == history.git("rev-list", "--reverse", "HEAD").split()
    young = table["date"] > table["date"].max() - 180 * DAY
    assert table.loc[young, "risque_reel"].isna().all()
    capsys.readouterr()
    assert main(["label", "--format", "csv"]) == 0
    told = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert labels["risque_reel"][~young].tolist() == told["buggy"][~young].tolist()
    assert table["risque_reel"].sum() > 10


def test_names_are_french_on_demand_and_python_gives_the_same(history: TestRepo) -> None:
    git = pytest.importorskip("git")
    table = written("--names", "french")
    assert list(table.columns[2:-1]) == [feature.french for feature in CATALOGUE]
    same = hyperion_hook.training_table(git.Repo(history.path), names="french", code=False)
    pd.testing.assert_frame_equal(same, table, check_dtype=False)
    with pytest.raises(ConfigError, match="names 'German': use english or french"):
        hyperion_hook.training_table(history.path, names="German")


def test_labels_are_those_of_a_moment(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    code = "def run(value):\n    total = value * 2\n    return total\n"
    for path in ("a.py", "b.py"):
        repo.commit({path: code})
    repo.commit({"a.py": code.replace("* 2", "* 3")}, "Fix wrong factor", days=500)
    now = hyperion_hook.training_table(repo.path, code=False)
    then = hyperion_hook.training_table(repo.path, as_of=START + 400 * DAY, code=False)
    assert now["risque_reel"].tolist() == [1, 0, pd.NA]
    assert then["risque_reel"].tolist() == [0, 0]


def test_parquet_needs_its_package(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["features", "table", "--jobs", "1", "--no-code", "--output", "features.parquet"])
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        assert (code, capsys.readouterr().err.count("pip install pyarrow")) == (2, 1)
    else:
        assert len(pd.read_parquet("features.parquet")) == COMMITS


def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (("--output", "nowhere/features.csv"), "--output 'nowhere/features.csv': No such file or directory"),
        (("--as-of", "soon"), "--as-of 'soon': no date"),
        (("--as-of", "1999-01-01"), "no commit is older than 1999-01-01"),
    ):
        assert main(["features", "table", "--jobs", "1", "--no-code", *arguments]) != 0
        assert said in capsys.readouterr().err.splitlines()[-1]


def test_kept_rows_say_nothing_of_labels(history: TestRepo) -> None:
    written()
    tables = list((history.path / ".git" / "hyperion-hook" / "vectors").glob("*.csv.gz"))
    assert tables
    assert not {"buggy", "named", "reverted", "known_at"} & set(pd.read_csv(tables[0]).columns)


def test_the_table_trains_and_is_tested_on_bugs() -> None:
    table = written("--names", "french")
    settings = hyperion_hook.MLConfig(n_jobs=1, cv_folds=2)
    result = hyperion_hook.TrainingPipeline(settings).train_risk_predictor("features.csv", bootstrap_draws=20)
    assert np.isfinite(result["best_model"]["roc_auc"])
    assert result["split"]["kind"] == "time"
    assert result["training_samples"] + result["test_samples"] == table["risque_reel"].notna().sum()


def test_what_makes_every_figure_doubtful_is_in_the_results_warnings() -> None:
    random = np.random.default_rng(3)
    table = pd.DataFrame({"la": random.exponential(20, 24), "risque_reel": np.arange(24) % 2})
    table["same"] = table["risque_reel"] * 5 + random.normal(0, 0.01, 24)
    settings = hyperion_hook.MLConfig(n_jobs=1, cv_folds=2)
    result = hyperion_hook.TrainingPipeline(settings).train_risk_predictor(table, bootstrap_draws=5)
    said = " ".join(result["warnings"])
    assert "few samples: 24" in said
    assert "follows from" in said
    assert "same" in said


def test_a_model_that_was_tested_on_one_class_is_never_promoted(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    table = pd.DataFrame({"la": random.exponential(20, 120), "nf": random.integers(1, 9, 120)})
    table["risque_reel"] = ((table["la"] > 25) & (np.arange(120) < 90)).astype(int)
    table["date"] = START + np.arange(120) * DAY
    settings = hyperion_hook.MLConfig(n_jobs=1, cv_folds=2)
    result = hyperion_hook.TrainingPipeline(settings).train_risk_predictor(table, bootstrap_draws=20)
    best = result["best_model"]
    assert np.isnan([best["f1"], best["precision"], best["recall"], best["roc_auc"]]).all()
    assert any("of one class only" in warning for warning in result["warnings"])
    registry = hyperion_hook.ModelRegistry(tmp_path / "registry")
    figures = {"accuracy": best["accuracy"], "f1_score": best["f1"]}
    version = registry.save_model(best["instance"], "risk_predictor", best["name"], figures)
    for status in ("validated", "production"):
        with pytest.raises(StoreError, match=r"v1\.0\.0 was never measured: f1_score not defined where it was tested"):
            registry.promote_model("risk_predictor", version, status)
    assert registry.production("risk_predictor") is None
