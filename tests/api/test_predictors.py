"""The four predictors from a bundle: the numbers of ``score``, and what holds for every row."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.config.load import Config
from hyperion_hook.errors import ArtefactError, ConfigError
from tests.support.repo import TestRepo

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

from hyperion_hook.api.predict.anomaly_detector import AnomalyDetector  # noqa: E402
from hyperion_hook.api.predict.bug_predictor import BugPredictor  # noqa: E402
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer  # noqa: E402
from hyperion_hook.api.predict.risk_predictor import RiskPredictor  # noqa: E402
from hyperion_hook.assess import Assessor  # noqa: E402
from hyperion_hook.cli import main  # noqa: E402
from hyperion_hook.features.catalogue import CATALOGUE  # noqa: E402
from hyperion_hook.scoring.members import logit  # noqa: E402
from hyperion_hook.scoring.trees import as_row  # noqa: E402
from hyperion_hook.training.models.recipes import COMPACT  # noqa: E402
from tests.support.models import NAMES, write_bundle  # noqa: E402
from tests.support.registering import serve_bundled  # noqa: E402

pytestmark = pytest.mark.train

RISK, ANOMALY, BUGS, IMPACT = RiskPredictor(), AnomalyDetector(), BugPredictor(), ImpactAnalyzer()
BY_NAME = {feature.name: feature for feature in CATALOGUE}
RULES = settings(max_examples=25, deadline=None)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """Return a young repository: ``score`` has no percentile there, so that a row says all that it knows."""
    repo = TestRepo(tmp_path_factory.mktemp("predict") / "repo")
    for number in range(12):
        body = "\n".join(f"    if x > {line}: return {line}" for line in range(number + 1))
        repo.commit(
            {
                "src/app/run.py": f"import util\n\ndef run(x):\n{body}\n    return x\n",
                "src/lib/util.py": f"def util(x):\n    return x + {number}\n",
                **({"doc/guide.md": f"step {number}\n"} if number % 3 == 0 else {}),
            },
            message="Fix the crash" if number % 4 == 1 else f"Add step {number}",
        )
    repo.commit({"src/app/run.py": "def run(x):\n    return [y for y in x if y]\n", "src/app/new.py": "A = 1\n" * 40})
    return repo


@pytest.fixture(scope="module")
def assessed(repo: TestRepo) -> Iterator[Any]:
    with Assessor.open(repo.path, Config()) as assessor:
        yield assessor.commit("HEAD")


def measured(repo: TestRepo, capsys: pytest.CaptureFixture[str]) -> dict[str, float | None]:
    assert main(["--repo", str(repo.path), "features", "extract", "HEAD", "--format", "json"]) == 0
    return {name: entry["value"] for name, entry in json.loads(capsys.readouterr().out)["features"].items()}


def test_risk_is_what_score_says_of_the_extracted_row(
    repo: TestRepo, assessed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    row = measured(repo, capsys)
    french = {BY_NAME[name].french: value for name, value in row.items()}
    for rows in (row, [row], french, pd.DataFrame([french]), assessed.features):
        probabilities = RISK.predict_proba(rows)
        assert probabilities.shape == (1, 2)
        assert probabilities[0, 1] == pytest.approx(assessed.risk.probability, abs=1e-12)
        assert probabilities[0].sum() == pytest.approx(1.0, abs=1e-15)
    assert assessed.risk.percentile is None
    assert RISK.predict(row)[0] == assessed.risk.level.value
    # the specification's two lines
    predictions, probabilities = RISK.predict(row), RISK.predict_proba(row)
    assert f"Risk prediction: {predictions[0]}" == f"Risk prediction: {assessed.risk.level.value}"
    assert f"Confidence: {max(probabilities[0]):.2%}".endswith("%")


def test_risk_is_explained_as_score_explains_it(assessed: Any) -> None:
    [found] = RISK.explain(assessed.features)
    assert found.score == pytest.approx(assessed.risk.log_odds, abs=1e-12)
    assert found.base + math.fsum(entry.contribution for entry in found) == pytest.approx(found.score, abs=1e-9)
    assert found.missing == {name: why for name, why in assessed.features.missing.items() if name in RISK.features}


def test_anomaly_is_what_score_says_without_a_reference(assessed: Any) -> None:
    assert ANOMALY.score(assessed.features)[0] == pytest.approx(assessed.anomaly.score, abs=1e-12)
    assert ANOMALY.predict(assessed.features).tolist() == [-1 if assessed.anomaly.is_anomaly else 1]


def test_bugs_are_what_score_says_of_the_files(repo: TestRepo, assessed: Any) -> None:
    rows = BugPredictor.file_rows(repo.path, "HEAD")
    found = dict(zip((row["path"] for row in rows), BUGS.predict_proba(rows)[:, 1], strict=True))
    assert found == pytest.approx({file.path: file.probability for file in assessed.bugs.files}, abs=1e-12)
    assert BUGS.change_probability(pd.DataFrame(rows)) == pytest.approx(assessed.bugs.probability, abs=1e-12)


def test_impact_is_what_score_says_of_the_change(repo: TestRepo, assessed: Any) -> None:
    impact = IMPACT.analyze(repo.path, "HEAD")
    assert impact == assessed.impact
    row = IMPACT.evidence(repo.path, "HEAD")
    assert IMPACT.score(row)[0] == pytest.approx(impact.score, abs=1e-12)
    assert IMPACT.predict([row])[0] == impact.level.value
    over_both = IMPACT.analyze(repo.path, "HEAD~2..HEAD")
    assert 0 <= over_both.score <= 1


def test_what_is_staged_can_be_asked_for(repo: TestRepo) -> None:
    with pytest.raises(ConfigError, match="change 'staged': has no files"):
        IMPACT.analyze(repo.path)
    assert BugPredictor.file_rows(repo.path) == []


def values(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, float | None]]:
    number = st.none() | st.floats(0, 1e6, allow_nan=False) | st.integers(0, 500)
    return st.fixed_dictionaries(dict.fromkeys(names, number))


@settings(max_examples=8, deadline=None)
@given(st.lists(values(RISK.features), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_a_table_is_its_rows_and_the_order_of_columns_is_of_no_matter(rows: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(RISK.features)
    random.shuffle(shuffled)
    frame = pd.DataFrame(rows, dtype=float)[shuffled].rename(columns={name: BY_NAME[name].french for name in shuffled})
    together = RISK.predict_proba(frame)
    alone = np.vstack([RISK.predict_proba(row) for row in rows])
    np.testing.assert_array_equal(together, alone)
    assert ((together >= 0) & (together <= 1)).all()
    assert set(RISK.predict(frame)) <= {"LOW", "MEDIUM", "HIGH"}
    [first, *_] = RISK.explain(frame)
    assert first.base + math.fsum(entry.contribution for entry in first) == pytest.approx(first.score, abs=1e-6)
    assert first.score == pytest.approx(RISK.explain(rows[0])[0].score, abs=0)


DIRECTED = sorted(name for name in RISK.features if BY_NAME[name].direction)


@RULES
@given(values(RISK.features), st.sampled_from(DIRECTED), st.floats(0, 1e4))
def test_no_member_but_the_forest_denies_what_the_field_agrees_on(row: dict[str, Any], name: str, more: float) -> None:
    row = {**row, name: row[name] or 0.0}
    before, after = (
        as_row([math.nan if (value := numbers[feature]) is None else value for feature in RISK.features])
        for numbers in (row, {**row, name: row[name] + more})
    )
    for member in RISK.model.risk.members:
        if member.name != COMPACT:
            gain = member.log_odds(after) - member.log_odds(before)
            assert gain * BY_NAME[name].direction >= -1e-9, member.name


@RULES
@given(values(ANOMALY.features))
def test_an_anomalys_score_lies_in_bounds_and_its_explanation_sums_to_it(row: dict[str, Any]) -> None:
    score = ANOMALY.score(row)[0]
    assert -1 <= score <= 1
    assert ANOMALY.predict(row)[0] == (-1 if score < 0 else 1)
    probability = ANOMALY.predict_proba(row)[0]
    assert ANOMALY.classes_[int(probability.argmax())] == ANOMALY.predict(row)[0] or score == 0
    [found] = ANOMALY.explain(row)
    assert found.base + math.fsum(entry.contribution for entry in found) == pytest.approx(score, abs=1e-9)
    assert found.score == score


@RULES
@given(values(BUGS.features))
def test_a_files_explanation_sums_to_its_log_odds(row: dict[str, Any]) -> None:
    if all(value is None for value in row.values()):
        row["commits"] = 1
    probability = BUGS.predict_proba(row)[0, 1]
    assert 0 <= probability <= 1
    [found] = BUGS.explain(row)
    assert found.base + math.fsum(entry.contribution for entry in found) == pytest.approx(logit(probability), abs=1e-6)
    [other] = BUGS.explain(row, typical=row)
    assert len(other) == 0
    assert other.base == pytest.approx(found.score, abs=1e-9)


@RULES
@given(
    st.fixed_dictionaries(
        {
            "affected_strength": st.floats(0, 50),
            "reach": st.none() | st.floats(0, 1),
            "fixes": st.integers(0, 500),
            "commits": st.integers(0, 5000),
            "history_commits": st.integers(0, 9000),
        }
    ),
    st.sampled_from(["affected_strength", "reach", "fixes", "commits"]),
    st.floats(0, 10),
)
def test_more_evidence_never_lowers_the_impact(row: dict[str, Any], name: str, more: float) -> None:
    larger = row if row[name] is None else {**row, name: row[name] + more}
    low, high = IMPACT.score([row, larger])
    assert 0 <= low <= high <= 1
    assert IMPACT.predict_proba(row)[0, 1] == low
    [found] = IMPACT.explain(row)
    assert found.base + math.fsum(entry.contribution for entry in found) == pytest.approx(logit(low), abs=1e-6)


def test_levels_rise_with_the_probability() -> None:
    rising = [name for name in DIRECTED if BY_NAME[name].direction > 0]
    rows = [dict.fromkeys(rising, amount) for amount in (0, 10, 100, 1_000, 10_000, 100_000)]
    ranks = [["LOW", "MEDIUM", "HIGH"].index(level) for level in RISK.predict(rows)]
    by_probability = [rank for _, rank in sorted(zip(RISK.predict_proba(rows)[:, 1], ranks, strict=True))]
    assert by_probability == sorted(by_probability)
    always = RiskPredictor(thresholds={"HIGH": 0.0, "MEDIUM": 0.0})
    assert set(always.predict(rows)) == {"HIGH"}


def test_what_is_missing_has_its_reason_in_the_explanation() -> None:
    [found] = RISK.explain({"la": 30, "age": None})
    assert found.missing["age"] == "no value in the row"
    assert found.missing["nf"] == "no column 'nf' (nb_fichiers)"
    assert "la" not in found.missing
    assert any(entry.value is None and entry.sentence.startswith("not known") for entry in found)


def test_no_row_is_an_empty_answer() -> None:
    assert RISK.predict_proba([]).shape == (0, 2)
    assert RISK.predict([]).shape == ANOMALY.predict([]).shape == BUGS.predict([]).shape == (0,)
    assert RISK.explain([]) == []
    with pytest.raises(ConfigError, match="change_probability: no file"):
        BUGS.change_probability([])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: RISK.predict({"mine": 1}), "row 1: no column"),
        (lambda: RiskPredictor(thresholds={"HIGH": 0.1, "MEDIUM": 0.2}), "thresholds: not two probabilities"),
        (lambda: BUGS.predict({"mine": 1}), "row 1: no column 'age', 'commits', 'commits_30',"),
        (lambda: BUGS.predict({"age": 3, "la": 1}), "row 1: features of a change, where numbers of a file are needed"),
        (lambda: BUGS.predict([{"commits": 3}, {"directory_commits": 1}]), "row 2: features of a change, where"),
        (lambda: BUGS.explain({"age": 3}), "row 1: features of a change, where numbers of a file are needed"),
        (lambda: BugPredictor(threshold=2), "threshold: 2 is no probability"),
        (lambda: IMPACT.score({"reach": 0.1, "fixes": 1}), "row 1, column 'affected_strength': no column"),
        (
            lambda: IMPACT.score(dict.fromkeys(["affected_strength", "fixes", "commits", "history_commits"], -1)),
            "row 1, column 'affected_strength': -1 is negative",
        ),
        (lambda: IMPACT.explain([], typical={"fixes": 1}), "explain: the impact's base is a change without evidence"),
        (lambda: RISK.explain({"la": 1}, typical=[]), "typical: no row"),
    ],
)
def test_what_is_wrong_is_one_clear_line(call: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        call()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_bundle_of_ones_own_is_asked(tmp_path: Path) -> None:
    risk, _, X = write_bundle(tmp_path / "models")
    found = RiskPredictor.from_bundle(tmp_path / "models").predict_proba(X)[:, 1]
    np.testing.assert_allclose(found, risk.predict_proba(X)[:, 1], atol=1e-6)
    detector = AnomalyDetector.from_bundle(str(tmp_path / "models"))
    assert detector.features == NAMES
    with pytest.raises(ArtefactError, match=r"models 'test 0.0.1': no bug predictor"):
        BugPredictor.from_bundle(tmp_path / "models")
    with pytest.raises(ArtefactError, match=r"manifest\.json: No such file"):
        RiskPredictor.from_bundle(tmp_path / "nothing")
    assert repr(RiskPredictor.from_bundle(tmp_path / "models")) == "RiskPredictor(test 0.0.1)"


def test_what_serves_in_a_repository_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "a = 1\n"})
    monkeypatch.chdir(repo.path)
    with pytest.raises(ConfigError, match="risk_predictor: no version is production"):
        RiskPredictor.from_registry()
    serve_bundled(repo.path, name="theirs")
    assert RiskPredictor.from_registry().model.name == "theirs"
    row = {"la": 30, "nf": 3}
    np.testing.assert_array_equal(RiskPredictor.from_registry().predict_proba(row), RISK.predict_proba(row))
    assert AnomalyDetector.from_registry("risk_predictor").features == ANOMALY.features


def test_the_documents_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "predictors.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(code, {})  # noqa: S102 - our own document
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Risk prediction: (LOW|MEDIUM|HIGH)", lines[0])
    assert re.fullmatch(r"Confidence: \d+\.\d\d%", lines[1])
    assert any("adds 700 code lines" in line for line in lines)
