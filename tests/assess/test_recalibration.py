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


def test_without_an_index_it_is_not_known(tmp_path: Path) -> None:
    repo = history(tmp_path / "r", repaired=True)
    with Assessor.open(repo.path, Config()) as assessor:
        assessment = assessor.staged()
    assert assessment.risk.recalibration is None


def grown(folder: Path, commits: int, lag: int) -> TestRepo:
    """Return a repository in which each change is repaired so many commits later."""
    repo = TestRepo(folder)
    texts: dict[str, str] = {}
    for number in range(commits):
        name = f"part{number % 5}.py"
        if number >= lag and number % 2:
            # of the same file, as the lag is a multiple of ten but for one
            old = number - lag
            target = f"part{old % 5}.py"
            texts[target] = texts[target].replace(f"value{old} = compute", f"value{old} = careful")
            repo.commit({target: texts[target]}, f"Fix the crash in step {old}")
        else:
            texts[name] = texts.get(name, "") + f"value{number} = compute({number})\nif value{number}: show()\n"
            repo.commit({name: texts[name]}, f"Add step {number}")
    return repo


def test_a_recorded_change_gets_the_same_whatever_was_asked_before(tmp_path: Path) -> None:
    """A fix lies in windows that hold what it repairs, and in later ones that do not."""
    late_first, as_it_grew = (grown(tmp_path / name, commits=760, lag=211) for name in ("late", "grew"))
    newest, middle = late_first.head(), late_first.git("rev-parse", "HEAD~180").strip()
    assert scores(late_first, [newest, middle]) == scores(late_first, [newest, middle])
    as_it_grew.git("reset", "-q", "--hard", middle)
    then = scores(as_it_grew, [middle])
    as_it_grew.git("reset", "-q", "--hard", newest)
    assert scores(as_it_grew, [newest]) | then == scores(late_first, [middle, newest])
    assert abs(then[middle][0] or 0.0) > 0.2


def scores(repo: TestRepo, revisions: list[str]) -> dict[str, tuple[float | None, float | None]]:
    with Assessor.open(repo.path, settings(Config(), explain=False)) as assessor:
        assessor.build_index(rebuild=False)
        risks = {revision: assessor.commit(revision).risk for revision in revisions}
    return {revision: (risk.recalibration, risk.probability) for revision, risk in risks.items()}


def test_new_fixes_are_traced_along_a_few_at_a_time(tmp_path: Path) -> None:
    repo = history(tmp_path / "r", repaired=True)
    assessed(repo)
    repo.git("reset", "-q", "--hard")
    for number in range(12):
        repo.commit({f"part{number % 4}.py": f"late{number} = 1\n"}, f"Fix the late crash {number}")
    repo.stage({"part0.py": "if total:\n    stop(total)\n"})
    told = []
    for _ in range(2):
        with Assessor.open(repo.path, Config(explain=False)) as assessor:
            told.append(assessor.staged())
    assert told[0].risk.recalibration is None, "twelve of some fifty are not traced"
    assert any("not traced yet; run: hyperion-hook index" in warning for warning in told[0].warnings)
    assert told[1].risk.recalibration is not None
    assert not any("not traced yet" in warning for warning in told[1].warnings)


def test_a_hook_traces_in_the_background(tmp_path: Path) -> None:
    repo = history(tmp_path / "r", repaired=True)
    with Assessor.open(repo.path, Config()) as assessor:
        assessor.extend(60.0)
    with Assessor.open(repo.path, Config()) as assessor:
        extended = assessor.staged().risk.recalibration
    assert extended is not None
    assert extended == pytest.approx(assessed(repo)[1].recalibration, abs=0.01)
