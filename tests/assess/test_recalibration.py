"""Probabilities go with what became of a repository's older changes; the order of changes does not."""

from __future__ import annotations

import math
from dataclasses import replace as settings
from pathlib import Path

import pytest

from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import Assessment, Score
from tests.support.repo import TestRepo


def history(folder: Path, *, repaired: bool) -> TestRepo:
    """Return a repository of 140 changes to code; a third of them repair the one before where ``repaired``."""
    repo = TestRepo(folder)
    files = {f"part{number}.py": "" for number in range(4)}
    for number in range(140):
        name = f"part{number % 4}.py"
        if number % 3 == 2:
            name = f"part{(number - 1) % 4}.py"
            files[name] = files[name].replace(f"value{number - 1} = compute", f"value{number - 1} = careful")
            repo.commit(
                {name: files[name]}, f"Fix the crash in step {number - 1}" if repaired else f"Name step {number}"
            )
        else:
            files[name] += f"value{number} = compute({number})\nif value{number}:\n    show(value{number})\n"
            repo.commit({name: files[name]}, f"Add step {number}")
    repo.stage({"part0.py": files["part0.py"] + "if total:\n    stop(total)\n"})
    return repo


def assessed(repo: TestRepo, *, explain: bool = True) -> tuple[Assessment, Score]:
    with Assessor.open(repo.path, settings(Config(), explain=explain)) as assessor:
        assessor.build_index(rebuild=False)
        assessment = assessor.staged()
    assert isinstance(assessment.risk, Score)
    return assessment, assessment.risk


@pytest.mark.parametrize("repaired", [True, False])
def test_the_probability_goes_with_what_became_of_older_changes(tmp_path: Path, *, repaired: bool) -> None:
    repo = history(tmp_path / "r", repaired=repaired)
    assessment, risk = assessed(repo)
    assert assessment.record is not None
    assert (assessment.record.base_rate > 0.25) is repaired
    assert (risk.recalibration > 0.1) is repaired
    assert (risk.recalibration < 0) is not repaired
    assert risk.probability == pytest.approx(1 / (1 + math.exp(-risk.log_odds)))
    assert assessment.base_log_odds is not None
    added = math.fsum(entry.contribution for entry in assessment.explanation)
    assert assessment.base_log_odds + added == pytest.approx(risk.log_odds, abs=1e-9)
    assert assessed(repo, explain=False)[1].probability == risk.probability, "nobody is told another number"


def test_the_order_stays(tmp_path: Path) -> None:
    repo = history(tmp_path / "r", repaired=True)
    with Assessor.open(repo.path, Config()) as assessor:
        assessor.build_index(rebuild=False)
        *earlier, newest = assessor.overview().changes
        risk = assessor.commit("HEAD").risk
    lower = sum(change.probability < newest.probability for change in earlier)
    assert risk.percentile == pytest.approx(100 * lower / len(earlier), abs=1)
    assert risk.probability == pytest.approx(newest.probability, rel=0.1)


def test_without_an_index_nothing_is_added(tmp_path: Path) -> None:
    repo = history(tmp_path / "r", repaired=True)
    with Assessor.open(repo.path, Config()) as assessor:
        risk = assessor.staged().risk
    assert risk.recalibration == 0
