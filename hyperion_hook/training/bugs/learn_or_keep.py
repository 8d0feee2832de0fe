"""The bug predictor of a bundle: learned from a corpus, or kept where one repository's own is no better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import TrainingError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.training.bugs.dataset import BugOptions, BugRows, bug_rows, joined
from hyperion_hook.training.bugs.evaluate import (
    BUGS_SO_FAR,
    BugEvaluation,
    RankedFiles,
    evaluate_bugs,
    evaluate_by_time,
)
from hyperion_hook.training.bugs.fit import (
    FittedBugs,
    fit_bug_predictor,
    held_out_since,
)
from hyperion_hook.training.metrics.markdown import markdown_table
from hyperion_hook.training.metrics.resampling import Interval, rounded
from hyperion_hook.training.rows.corpus import CorpusEntry, for_each
from hyperion_hook.training.rows.options import RetrainOptions

OWN_CANDIDATE = "gentle"
"""For one repository alone; chosen on the corpus, not on the months on which it is to prove itself."""
IN_USE = "in use"
COUNTED = ("fixes",)
CALIBRATED = f"{BUGS_SO_FAR}, calibrated"
"""What "bugs so far" knows of a file."""


@dataclass(frozen=True)
class LearnedBugs:
    """The bug predictor that a bundle gets (``None``: there is none), why, and how it measured.

    ``rows`` are monthly rows to compare the export on.
    """

    bugs: FittedBugs | BugModel | None = None
    note: str = "No bug predictor was trained."
    evaluation: BugEvaluation | None = None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def card(self) -> dict[str, Any]:
        """Return it as plain data; figures that are not defined are ``None``."""
        result = self.evaluation
        return {
            "note": self.note,
            "log-loss in cross-validation": {
                name: rounded(loss) for name, loss in (result.cross_validation if result else {}).items()
            },
            "evaluation": None
            if result is None
            else {
                "on": result.name,
                "repositories": len(result.repositories),
                "months": result.months,
                "models": [_ranked(entry) for entry in result.contenders],
                "leads": [_ranked(entry) for entry in result.leads],
                "changes": result.changes,
                "expected": rounded(result.expected),
                "happened": rounded(result.happened),
                "calibration_error": rounded(result.calibration_error),
                "roc_auc_of_changes": rounded(result.change_roc_auc),
            },
        }


def bug_histories(
    entries: Sequence[CorpusEntry], options: RetrainOptions, progress: Progress | None = None
) -> list[BugRows]:
    """Return the rows of every repository that can be read, in the order given."""
    results = for_each(partial(_read, options=options), entries, options, "reading files and fixes", progress)
    return [result for result in results if isinstance(result, BugRows)]


def _read(entry: CorpusEntry, *, options: RetrainOptions, progress: Progress | None = None, **_: int) -> BugRows:
    return bug_rows(
        Repository.discover(entry.path),
        name=entry.name,
        until=entry.until,
        options=BugOptions(seed=options.seed, since=options.since),
        progress=progress,
    )


def learn_bugs(histories: Sequence[BugRows], options: RetrainOptions) -> LearnedBugs:
    """Return a bug predictor fitted on a corpus, chosen and measured in time order; none where history is too short."""
    config = options.config
    try:
        candidate, evaluation = evaluate_by_time(histories, config=config)
        fitted = fit_bug_predictor(histories, candidate=candidate, config=config)
    except TrainingError as error:
        return LearnedBugs(note=f"None: {error}.")
    note = f"XGBoost, parameters '{candidate}', chosen by time-series cross-validation before the months measured."
    return LearnedBugs(fitted, note, evaluation, _monthly(histories))


def learn_own_bugs(histories: Sequence[BugRows], in_use: BugModel | None, options: RetrainOptions) -> LearnedBugs:
    """Return a repository's own bug predictor if it ranks the last fifth of the time better beyond chance.

    Otherwise the one in use is kept, which learned from many repositories. Where "bugs so far" rank better than what
    would be used beyond chance, they are used, calibrated.
    """
    fit = partial(fit_bug_predictor, histories, candidate=OWN_CANDIDATE, config=options.config)
    try:
        since = held_out_since(histories)
        test = partial(
            evaluate_bugs, "the last fifth of this repository's time", histories, since=since, seed=options.seed
        )
        used = {} if in_use is None else {IN_USE: in_use}
        models: dict[str, FittedBugs | BugModel] = {OWN_CANDIDATE: fit(until=since), **used}
        result = test(models, OWN_CANDIDATE, against=tuple(used))
        leads = {} if result is None else {entry.name: entry.roc_auc for entry in result.leads}
        kept = in_use is not None and (IN_USE not in leads or not leads[IN_USE].low > 0)
        final = test(models, IN_USE) if kept else result
        counted = next((entry.roc_auc for entry in (final.leads if final else ()) if entry.name == BUGS_SO_FAR), None)
        if counted is not None and counted.high < 0:
            final = test({CALIBRATED: fit(until=since, numbers=COUNTED)}, CALIBRATED)
            beaten = "the model in use" if kept else "a model of this repository's own"
            note = f"Bugs so far, calibrated; chosen on these months, where {beaten} ranks worse by {_words(counted)}."
            return LearnedBugs(fit(numbers=COUNTED), note, final, _monthly(histories))
        if kept:
            why = "no later month could tell" if IN_USE not in leads else f"its lead is {_words(leads[IN_USE])}"
            note = f"Kept: the one in use; one of this repository alone is no better ({why})."
            return LearnedBugs(in_use, note, result)
        fitted = fit()
    except TrainingError as error:
        what = "None" if in_use is None else "Kept: the one in use"
        return LearnedBugs(in_use, f"{what} ({error}).")
    lead = "" if in_use is None else f", which beats the one in use by {_words(leads[IN_USE])} ROC-AUC"
    return LearnedBugs(fitted, f"This repository's own{lead}.", result, _monthly(histories))


def _monthly(histories: Sequence[BugRows]) -> pd.DataFrame:
    return joined(history.monthly for history in histories)


def bug_section(card: Mapping[str, Any]) -> Iterator[str]:
    """Yield the part of a model card that tells of the bug predictor, as Markdown."""
    yield from ("", "## Bug predictor", "", card["note"])
    losses = card["log-loss in cross-validation"]
    if losses:
        yield "Log-loss in cross-validation: " + ", ".join(f"{name} {loss}" for name, loss in losses.items()) + "."
    result = card["evaluation"]
    if result is None:
        return
    yield from (
        "",
        f"All source files of {result['months']} months of {result['on']}, fixed within 30 days or not.",
        "",
    )
    rows = [(entry["model"], entry) for entry in result["models"]]
    rows += [(f"lead over {entry['model']}", entry) for entry in result["leads"]]
    columns = ("roc_auc", "precision_in_top_20")
    head = ("model", "ROC-AUC", "precision in the top 20 files")
    yield from markdown_table(head, [[name, *(_cell(entry[column]) for column in columns)] for name, entry in rows])
    yield ""
    yield (
        f"Of {result['changes']:,} changes after that moment {_percent(result['happened'])} had a touched file fixed"
        f" within 30 days; {_percent(result['expected'])} were expected, calibration error"
        f" {result['calibration_error']}."
    )


def _ranked(entry: RankedFiles) -> dict[str, Any]:
    return {
        "model": entry.name,
        "roc_auc": entry.roc_auc.rounded(),
        "precision_in_top_20": entry.precision_in_top.rounded(),
    }


def _cell(interval: Sequence[float | None]) -> str:
    value, low, high = interval
    return "-" if value is None else f"{value} ({low} to {high})"


def _percent(share: float | None) -> str:
    return "an unknown share" if share is None else f"{share:.1%}"


def _words(interval: Interval) -> str:
    return f"{interval.value:+.3f}, {interval.low:+.3f} to {interval.high:+.3f}"
