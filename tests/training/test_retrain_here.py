"""``retrain`` in a repository: what is registered, what is promoted, and what is kept."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hyperion_hook.assess.models import models_in_use
from hyperion_hook.commands.retrain import quality_in_words, run
from hyperion_hook.commands.support.whole_history import Reading
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ExitCode, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import Bundle, load_bundle
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.version_store import Registered, VersionStore
from hyperion_hook.training.evaluation import evaluate as evaluation
from hyperion_hook.training.evaluation import promotion
from hyperion_hook.training.evaluation.past_models import PastModels
from hyperion_hook.training.evaluation.promotion import Decision, InUse, decide, learned_until
from hyperion_hook.training.models.recipes import BLEND, RECIPES
from hyperion_hook.training.retrain.retrain import RetrainReport, promoted, retrain_here
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import cut_at, time_split, without_youngest
from tests.support.buggy import DAY, buggy_history
from tests.support.command import hyperion
from tests.support.repo import START, TestRepo

pytestmark = pytest.mark.train

NAME = "risk_predictor"
FEW = {"code_commits": 0, "threads": 1, "folds": 2, "parity_rows": 50, "pool_rows": 0}


@pytest.fixture(autouse=True, scope="module")
def few_draws() -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(evaluation, "_DRAWS", 5)
    patch.setattr(promotion, "_DRAWS", 50)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return buggy_history(tmp_path_factory.mktemp("buggy") / "project")


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> RetrainOptions:
    return RetrainOptions(**FEW, vectors=tmp_path_factory.mktemp("vectors"))  # type: ignore[arg-type]


def blind(bundle: Bundle) -> InUse:
    """Return models in use that say the same of every change."""
    combination = replace(bundle.risk.combination, weights=(0.0,) * len(bundle.risk.combination.weights))
    return InUse(replace(bundle, risk=replace(bundle.risk, combination=combination), card={}), "the blind model")


def trained(history: TestRepo, registry: VersionStore, in_use: InUse, options: RetrainOptions) -> RetrainReport:
    return retrain_here(Repository.discover(history.path), registry, in_use, options=options)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def first(
    history: TestRepo, options: RetrainOptions, tmp_path_factory: pytest.TempPathFactory
) -> tuple[VersionStore, RetrainReport]:
    registry = VersionStore(tmp_path_factory.mktemp("first") / "registry")
    return registry, trained(history, registry, blind(load_bundle()), options)


@pytest.fixture
def copied(first: tuple[VersionStore, RetrainReport], tmp_path: Path) -> VersionStore:
    shutil.copytree(first[0].root, tmp_path / "registry")
    return VersionStore(tmp_path / "registry")


def test_what_is_better_beyond_chance_is_promoted_with_the_figures(first: tuple[VersionStore, RetrainReport]) -> None:
    registry, report = first
    assert report.decision is not None
    assert report.decision.promote
    comparison = report.decision.comparison
    assert comparison is not None
    assert comparison.used == 0.5
    assert comparison.gain.value == pytest.approx(comparison.new - 0.5)
    assert 0 < comparison.gain.low <= comparison.gain.value <= comparison.gain.high
    assert comparison.changes == report.evaluations[0].rows
    assert report.decision.text.startswith(f"promoted: ROC-AUC {comparison.new:.3f} against 0.500 of the blind model")
    assert registry.versions(NAME) == {"v1.0.0": Status.PRODUCTION}
    found = registry.find(NAME)
    assert found.validation_results["decision"] == report.decision.text
    assert found.validation_results["parity"] == report.parity <= 1e-6
    assert found.training_features == list(load_bundle(report.folder).risk.features)
    assert load_bundle(report.folder).version == "v1.0.0"
    assert found.training_samples == report.card["data"]["changes"]
    assert {path.name for path in report.folder.iterdir()} >= {"manifest.json", "MODEL_CARD.md"}


def test_only_what_was_chosen_beforehand_is_fitted_where_nobody_keeps_a_record_of_the_rest(
    first: tuple[VersionStore, RetrainReport],
) -> None:
    [evaluation] = first[1].evaluations
    fitted = {entry.name for entry in evaluation.contenders} & set(RECIPES)
    assert fitted == {first[1].recipe} == {BLEND.name}


def test_what_is_worse_is_registered_and_not_promoted(
    history: TestRepo, options: RetrainOptions, copied: VersionStore
) -> None:
    # models that have seen the changes which both are compared on, as if they had learned from another history
    equal = InUse(replace(load_bundle(copied.folder(NAME, "latest")), card={}), "v1.0.0")
    report = trained(history, copied, equal, replace(options, seed=7))
    assert report.decision is not None
    assert not report.decision.promote
    worse = "not promoted, since it is worse on changes that introduced a bug: ROC-AUC "
    assert report.decision.text.startswith(worse)
    assert copied.versions(NAME) == {"v1.0.0": Status.PRODUCTION, "v1.0.1": Status.TRAINED}


def test_what_says_the_same_is_not_better_beyond_chance(
    history: TestRepo, options: RetrainOptions, first: tuple[VersionStore, RetrainReport]
) -> None:
    used = InUse(replace(load_bundle(first[1].folder), card={}), "v1.0.0")
    (mined,), _ = mine_all([CorpusEntry("this repository", history.path)], options, options.replay)
    rows = without_youngest(mined.rows)
    past = PastModels(time_split(rows, cut_at(rows, 0.7)), {BLEND.name: used}, options)
    decision = decide(rows, past, BLEND.name, used, Repository.discover(history.path), options)
    assert not decision.promote
    assert decision.text.startswith("not promoted, since it is not better beyond chance: ROC-AUC ")


def test_models_that_learned_from_this_history_are_compared_on_what_came_later(
    history: TestRepo, options: RetrainOptions, first: tuple[VersionStore, RetrainReport]
) -> None:
    bundle, repository = load_bundle(first[1].folder), Repository.discover(history.path)
    last = START + 699 * 2 * DAY
    assert learned_until(bundle, repository) == last - 180 * DAY
    (mined,), _ = mine_all([CorpusEntry("this repository", history.path)], options, options.replay)
    rows = without_youngest(mined.rows)
    split = time_split(rows, cut_at(rows, 0.7))
    decision = decide(rows, PastModels(split, {}, options), BLEND.name, InUse(bundle, "v1.0.0"), repository, options)
    assert not decision.promote
    assert decision.text.startswith("not promoted: v1.0.0 learned from this history up to 20")
    assert "are known to have introduced a bug; at least 10 are needed" in decision.text


def test_models_of_other_histories_have_learned_nothing_from_this_one(history: TestRepo) -> None:
    assert learned_until(load_bundle(), Repository.discover(history.path)) is None


def test_the_same_history_and_seed_give_the_same_bytes_and_so_the_same_version(
    history: TestRepo, options: RetrainOptions, copied: VersionStore
) -> None:
    before = everything(copied.root)
    serving = InUse(load_bundle(copied.folder(NAME, "latest")), "v1.0.0")
    again = trained(history, copied, serving, options)
    assert again.registered == Registered("v1.0.0", is_new=False)
    assert again.decision is not None
    assert again.decision.text == "nothing to promote: the same history gave v1.0.0 again, which serves already"
    assert everything(copied.root) == before


def test_what_was_rolled_back_is_not_promoted_again(copied: VersionStore) -> None:
    copied.rollback(NAME)
    decision = promoted(copied, "v1.0.0", None, Decision(True, "promoted: it was better"))
    assert decision.text == "not promoted: the same history gave v1.0.0 again, which is deprecated"
    assert copied.production(NAME) is None


def test_other_history_raises_the_second_number_or_with_other_features_the_first(
    history: TestRepo, options: RetrainOptions, copied: VersionStore
) -> None:
    report = trained(history, copied, blind(load_bundle()), replace(options, until="HEAD~10"))
    assert report.registered is not None
    version = report.registered.version
    same = copied.find(NAME, "v1.0.0").lineage.features == copied.find(NAME, version).lineage.features
    assert version == ("v1.1.0" if same else "v2.0.0")
    assert copied.versions(NAME) == {"v1.0.0": Status.DEPRECATED, version: Status.PRODUCTION}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://token@example.org/pallets/flask.git", "flask"),
        ("git@example.org:pallets/flask.git", "flask"),
        ("/srv/mirrors/flask/.git/", "flask"),
        ("../flask", "flask"),
        ("..", "this repository"),
        ("https://example.org/a b|c", "c"),
        ("https://example.org/x\u202e", "this repository"),
        (None, "this repository"),
    ],
)
def test_a_repository_is_called_by_what_it_was_cloned_from(tmp_path: Path, address: str | None, name: str) -> None:
    repo = TestRepo(tmp_path / "r")
    if address is not None:
        repo.git("config", "remote.origin.url", address)
    assert Repository.discover(repo.path).name == name


def test_with_too_little_history_nothing_is_registered(options: RetrainOptions, tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "young")
    for number in range(12):
        repo.commit({"a.py": f"x = {number}\n"}, "Fix it" if number % 3 else "Add it", days=60)
    registry = VersionStore(tmp_path / "registry")
    with pytest.raises(TooLittleHistoryError, match=r"^too little history .*; the models in use are kept$"):
        trained(repo, registry, blind(load_bundle()), options)
    assert not registry.root.exists()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_options = partial(RetrainOptions, code_commits=0, parity_rows=50)
    monkeypatch.setattr("hyperion_hook.training.rows.options.RetrainOptions", quick_options)


def test_the_command_keeps_the_bundle_with_too_little_history_and_ends_well(
    tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = TestRepo(tmp_path / "young")
    repo.commit({"a.py": "x = 1\n"})
    assert run(repo.path, Reading(), models=None, corpus=None, config=Config(ml_n_jobs=1)) is ExitCode.DONE
    out, err = capsys.readouterr()
    assert out.startswith("too little history to train on")
    assert out.endswith("the models in use are kept\n")
    assert "nothing is fetched and nothing is sent" in err
    assert models_in_use(None, repo.path / ".git").bundle.name == "hyperion-risk"


def test_from_the_command_to_the_score_and_back(
    history: TestRepo,
    options: RetrainOptions,
    tmp_path: Path,
    quick: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo = TestRepo(tmp_path / "clone")
    repo.git("pull", "-q", str(history.path), "main")
    monkeypatch.setattr(
        "hyperion_hook.assess.models.load_bundle",
        lambda path=None: load_bundle(path) if path else blind(load_bundle()).bundle,
    )
    config = Config(ml_n_jobs=1, ml_cv_folds=2)
    code = run(repo.path, Reading(vectors=options.vectors), models=None, corpus=None, config=config)
    out, err = capsys.readouterr()
    assert code is ExitCode.DONE
    verdict, figures, _, card = out.split("\n", 3)
    assert verdict.startswith("Better, beyond chance: score uses v1.0.0 from now on, trained on this repository's own")
    assert figures.startswith("v1.0.0 registered; promoted: ROC-AUC ")
    assert card.startswith("# Model card\n")
    assert "warning" not in err
    assessed = json.loads(hyperion(repo.path, "score", "HEAD", "--format", "json").out)
    assert assessed["model"]["version"] == "v1.0.0"
    assert assessed["model"]["trained_on"].startswith("this repository, ")
    assert assessed["risk"]["percentile"] is not None
    assert hyperion(repo.path, "models", "rollback").code == 0
    assert json.loads(hyperion(repo.path, "score", "HEAD", "--format", "json").out)["model"]["version"] == "1.0.0"


def test_models_that_go_to_a_folder_are_told_beside_the_simplest_baseline(
    first: tuple[VersionStore, RetrainReport],
) -> None:
    assert re.fullmatch(
        r"(Better|No better) than counting added lines, beyond chance: ROC-AUC 0\.\d{3} against 0\.\d{3} on [\d,]+"
        r" changes, the newest changes of this repository\.",
        quality_in_words(first[1]),
    )
