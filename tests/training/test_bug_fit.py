from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.history import MONTH
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.training.bugs.dataset import HORIZON, BugRows
from hyperion_hook.training.bugs.evaluate import BUGS_SO_FAR, evaluate_bugs, evaluate_by_time
from hyperion_hook.training.bugs.fit import (
    CANDIDATES,
    SPECIFIED,
    FittedBugs,
    change_log_odds,
    fit_bug_predictor,
    held_out_since,
    repository_weights,
)
from hyperion_hook.training.formulas import sigmoid
from tests.support.past import drawn_past

pytestmark = pytest.mark.train
QUICK = MLConfig(random_state=7, n_jobs=1)
AS_THEY_ARE = dict(CANDIDATES)
PASTS = [drawn_past("one"), drawn_past("two", files=25)]


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less costs less, and shows the same."""
    for name in CANDIDATES:
        monkeypatch.setitem(CANDIDATES, name, CANDIDATES[name] | {"n_estimators": 25, "learning_rate": 0.2})


@pytest.fixture
def fitted() -> FittedBugs:
    return fit_bug_predictor(PASTS, candidate="gentle", config=QUICK)


def test_the_specified_parameters_are_among_the_candidates() -> None:
    assert AS_THEY_ARE[SPECIFIED] == {"n_estimators": 200, "max_depth": 8, "learning_rate": 0.1}


def test_files_fixed_lately_are_likelier_to_be_fixed_again(fitted: FittedBugs) -> None:
    rows = pd.DataFrame([dict.fromkeys(FILE_NUMBERS, 5.0) | {"fixes_90": count} for count in (0.0, 3.0)])
    calm, busy = sigmoid(fitted.file_log_odds(rows))
    assert calm < 0.15
    assert busy > 0.5


def test_probabilities_are_calibrated_for_changes_of_the_future() -> None:
    since = held_out_since(PASTS)
    past = fit_bug_predictor(PASTS, candidate="gentle", until=since, config=QUICK)
    result = evaluate_bugs("future", PASTS, {"gentle": past}, "gentle", since=since)
    assert result is not None
    assert result.expected == pytest.approx(result.happened, abs=0.06)
    lead = next(entry for entry in result.leads if entry.name == BUGS_SO_FAR)
    assert lead.roc_auc.low > 0
    assert {entry.name for entry in result.contenders} == {"gentle", BUGS_SO_FAR, "recent churn"}


def test_the_candidate_is_chosen_before_the_held_out_time() -> None:
    """What happens after the cut changes neither the choice nor a leaf."""
    since = held_out_since(PASTS)
    flipped = [
        BugRows(
            past.name,
            *(
                rows.assign(fixed=rows["fixed"].where(rows["time"] + HORIZON <= since, 1 - rows["fixed"]))
                for rows in (past.monthly, past.touched)
            ),
        )
        for past in PASTS
    ]
    one, two = (fit_bug_predictor(pasts, until=since, config=QUICK) for pasts in (PASTS, flipped))
    rows = PASTS[0].monthly
    assert one.candidate == two.candidate
    assert set(one.cross_validation) == set(CANDIDATES)
    assert (one.file_log_odds(rows) == two.file_log_odds(rows)).all()


def test_one_seed_gives_one_model(fitted: FittedBugs) -> None:
    again = fit_bug_predictor(PASTS[::-1], candidate="gentle", config=QUICK)
    assert (again.file_log_odds(PASTS[0].monthly) == fitted.file_log_odds(PASTS[0].monthly)).all()
    assert (again.largest, again.count, again.intercept) == (fitted.largest, fitted.count, fitted.intercept)


def test_every_repository_weighs_the_same() -> None:
    rows = pd.DataFrame({"repository": ["a", "b", "b"], "weight": [1.0, 1.0, 3.0]})
    assert repository_weights(rows) == pytest.approx([1.5, 0.375, 1.125])


def test_all_candidates_are_reported_on_the_last_fifth() -> None:
    candidate, result = evaluate_by_time(PASTS, config=QUICK)
    assert result is not None
    assert candidate in CANDIDATES
    assert {entry.name for entry in result.contenders} > set(CANDIDATES)
    assert result.months == 2 * 4  # the last fifth of 24 months, in both repositories


def test_too_few_fixes_are_refused_with_their_number() -> None:
    few = [drawn_past("few", months=3)]
    with pytest.raises(TrainingError, match=r"bug predictor: 120 files and months with \d+ fixes"):
        fit_bug_predictor(few, config=QUICK)
    empty = BugRows("none", few[0].monthly[:0], few[0].touched[:0])
    with pytest.raises(TrainingError, match="0 files and months"):
        fit_bug_predictor([empty], config=QUICK)
    with pytest.raises(TrainingError, match="a longer history"):
        held_out_since([empty])


def test_without_a_whole_month_nothing_is_claimed() -> None:
    past = drawn_past("one", months=3)
    assert evaluate_bugs("x", [past], {}, "gentle", since=10 * MONTH) is None


def test_changes_are_counted_once_however_many_files_they_touch(fitted: FittedBugs) -> None:
    changes = change_log_odds(fitted, PASTS[0].touched)
    assert set(changes["files"]) == {2}
    assert len(changes) == len(PASTS[0].touched) // 2
    assert np.isfinite(changes["log_odds"]).all()
