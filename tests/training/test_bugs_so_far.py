"""Where the fixes of a file so far rank better than models do, they are what is used, and that is said."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.scoring.bundle import _bugs
from hyperion_hook.training.bugs.dataset import BugRows
from hyperion_hook.training.bugs.fit import CANDIDATES, FittedBugs, bug_part
from hyperion_hook.training.bugs.learn_or_keep import learn_own_bugs
from hyperion_hook.training.export.parity import bug_difference
from hyperion_hook.training.rows.options import RetrainOptions
from tests.support.past import drawn_past

pytestmark = pytest.mark.train
QUICK = RetrainOptions(threads=1)


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CANDIDATES:
        monkeypatch.setitem(CANDIDATES, name, CANDIDATES[name] | {"n_estimators": 25, "learning_rate": 0.2})


def past_by(number: str, *, turned_after: int | None = None) -> BugRows:
    """Return a past in which one number decides what is fixed, or ``fixes`` instead after so many months."""
    drawn = drawn_past("one", months=30)
    tables = []
    for table in (drawn.monthly, drawn.touched):
        late = np.zeros(len(table), bool) if turned_after is None else table["time"] > turned_after * 30 * 86_400
        telling = np.where(late, table["fixes"], table[number])
        tables.append(table.assign(fixed=(telling > 9).astype(int)))
    return BugRows("one", *tables)


def test_bugs_so_far_are_used_where_they_rank_better() -> None:
    # what decided in the past decides no more: a model of many numbers is misled, the count is not
    learned = learn_own_bugs([past_by("lines_30", turned_after=24)], None, QUICK)
    said = "Bugs so far, calibrated; chosen on these months, where a model of this repository's own ranks worse by -0."
    assert learned.note.startswith(said)
    assert isinstance(learned.bugs, FittedBugs)
    part = bug_part(learned.bugs)
    assert part is not None
    assert part.manifest["numbers"] == ["fixes"]
    rows = learned.rows.iloc[:2].assign(fixes=[1.0, 20.0])
    assert np.diff(learned.bugs.file_log_odds(rows))[0] >= 0
    exported = _bugs(part.files, part.manifest)
    assert exported.counts_fixes
    bundle = SimpleNamespace(bugs=exported)
    assert bug_difference(learned.bugs.model, bundle, learned.rows, count=200) < 1e-6  # type: ignore[arg-type]


def test_a_model_that_knows_more_is_kept() -> None:
    learned = learn_own_bugs([past_by("commits_30")], None, QUICK)
    assert learned.note.startswith("This repository's own")
    part = bug_part(learned.bugs)
    assert part is not None
    assert part.manifest["numbers"] == list(FILE_NUMBERS)
