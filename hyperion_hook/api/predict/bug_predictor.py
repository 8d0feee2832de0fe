"""BugPredictor: how likely files need a bug fix within thirty days, and a file's numbers in words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperion_hook.api.engineer.repository_features import change_in
from hyperion_hook.api.predict.explanation import RowExplanation, explained, plainly, typical_of
from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.predictor import Predictor
from hyperion_hook.api.predict.risk_predictor import two_columns
from hyperion_hook.api.predict.rows import numbers_of, records, values_of
from hyperion_hook.domain.vector import Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS, judged_files, numbers_after
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.coalitions import Row, tree_values
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.scoring.shapley import divide
from hyperion_hook.scoring.trees import as_row

_STEMS = {
    "age": "days since the file was added",
    "commits": "commits on the file",
    "fixes": "bug fixes in the file",
    "fix_share": "share of bug fixes in the file",
    "days_since_commit": "days since the file last changed",
    "days_since_fix": "days since its last bug fix",
    "decayed_commits": "commits on the file, recent ones counting more",
    "decayed_fixes": "bug fixes in the file, recent ones counting more",
    "decayed_fixes_slow": "bug fixes in the file, those of the last year counting more",
    "reverts": "reverts in the file",
    "hotfixes": "hotfixes in the file",
    "authors": "authors of the file",
    "top_author_share": "share of the file's main author",
    "lines": "lines changed in the file",
    "lines_now": "lines of the file",
    "directory_commits": "commits in the folder",
    "directory_fixes": "bug fixes in the folder",
    "directory_fix_share": "share of bug fixes in the folder",
    "repository_commits": "commits in the repository",
    "repository_fixes": "bug fixes in the repository",
    "repository_fix_share": "share of bug fixes in the repository",
    "share_of_commits": "the file's share of all commits",
    "share_of_fixes": "the file's share of all bug fixes",
    "share_of_recent_fixes": "the file's share of all recent bug fixes",
}
_GROUPS = (
    ("repository", "repository_"),
    ("folder", "directory_"),
    ("share", "share_of_"),
    ("bugs", "fix|reverts|hotfixes"),
    ("people", "author"),
    ("size", "lines"),
    ("activity", ""),
)
_WINDOW = re.compile(r"(.+?)_(\d+)$")

TITLES = {
    name: f"{_STEMS[found[1]]} in {found[2]} days" if (found := _WINDOW.match(name)) else _STEMS[name]
    for name in FILE_NUMBERS
}
GROUPS = {name: next(group for group, pattern in _GROUPS if re.search(pattern, name)) for name in FILE_NUMBERS}


def in_words(name: str, value: float | None, typical: float | None) -> tuple[str, str]:
    """Return title and sentence of a number.

    Examples
    --------
    >>> in_words("fixes_90", 4.0, 1.0)
    ('bug fixes in the file in 90 days', 'bug fixes in the file in 90 days is 4; typical is 1')
    """
    return TITLES[name], plainly(TITLES[name], value, typical)


class BugPredictor(Predictor):
    """The bug predictor over rows, each of what is known of one file at one moment.

    Parameters
    ----------
    model
        As for every predictor.
    threshold
        The probability from which on ``predict`` says 1: where a fix is the likelier outcome by default.

    Examples
    --------
    >>> predictor = BugPredictor()
    >>> often, never = {"commits_90": 20, "fixes_90": 9, "days_since_fix": 2}, {"commits_90": 0, "fixes_90": 0}
    >>> probabilities = predictor.predict_proba([often, never])[:, 1]
    >>> bool(probabilities[0] > probabilities[1])
    True
    """

    name = "bug_predictor"
    part = "bugs"
    classes_ = (0, 1)

    def __init__(self, model: Any = None, *, threshold: float = 0.5) -> None:
        super().__init__(model)
        if not 0.0 <= threshold <= 1.0:
            raise ConfigError(f"threshold: {threshold:g} is no probability; give one from 0 to 1")
        self.threshold = threshold

    def predict(self, rows: object) -> NDArray[np.int64]:
        """Return 1 (a bug fix within thirty days) or 0 for each row."""
        return (self.predict_proba(rows)[:, 1] >= self.threshold).astype(np.int64)

    def predict_proba(self, rows: object) -> NDArray[np.float64]:
        """Return the probabilities of no fix and of a fix within thirty days; shape ``(n_rows, 2)``."""
        if isinstance(self.model, NamedEstimator):
            return self.model.risk_proba(rows)
        return two_columns([sigmoid(odds) for odds in self._log_odds(rows)])

    def change_probability(self, rows: object) -> float:
        """Return the probability that any of the files of one change needs a fix: ``probability_30d`` of ``score``.

        Raises
        ------
        ConfigError
            Without a row, or if the model is an estimator, which knows single files only.
        """
        if isinstance(self.model, NamedEstimator):
            raise ConfigError("change_probability: an estimator knows single files only; use a bundle")
        odds = self._log_odds(rows)
        if not odds:
            raise ConfigError("change_probability: no file; give at least one row")
        return sigmoid(self._model_of(self.model).change_log_odds(odds))

    def _explain(self, bundle: Bundle, rows: object, typical: object) -> list[RowExplanation]:
        model: BugModel = self._model_of(bundle)
        names = self.features
        usual = {} if typical is None else typical_of(typical, names, called=str)
        other = as_row([usual.get(name, math.nan) for name in names])

        def game(one: Row, other: Row, players: Any, *, alone: bool = False) -> list[float]:
            totals = tree_values(model.member.trees, one, other, players, alone=alone)
            return [model.slope * model.member.link(total) + model.shift for total in totals]

        results = []
        for values in _values(rows, names):
            one = as_row(numbers_of(values, names))
            explanation = divide(game, names, one, other, model.member.used_columns(), GROUPS)
            score = model.file_log_odds(numbers_of(values, FILE_NUMBERS))
            results.append(explained(explanation, values, usual, score, in_words))
        return results

    @staticmethod
    def file_rows(folder: Any = None, revision: Any = None) -> list[dict[str, Any]]:
        """Return a row for each source file of a change, as it is once the change is made, with its ``path``.

        Parameters
        ----------
        folder
            A folder of the repository, or a ``git.Repo``; by default the current one.
        revision
            A commit, also as a ``git.Commit``, or ``A..B``; by default what is staged.
        """
        with change_in(folder, revision) as here:
            files, change, history = judged_files(here.change.files), here.change, here.history
            author = None if change.author is None else history.author_number(change.author)
            numbers = numbers_after(files, history, change.time, author)
            return [
                {"path": file.path} | dict(zip(FILE_NUMBERS, row, strict=True))
                for file, row in zip(files, numbers, strict=True)
            ]

    def _log_odds(self, rows: object) -> list[float]:
        model: BugModel = self._model_of(self.model)
        return [model.file_log_odds(numbers_of(values, FILE_NUMBERS)) for values in _values(rows, self.features)]

    def _bundle_features(self, bundle: Bundle) -> tuple[str, ...]:
        return tuple(FILE_NUMBERS[column] for column in self._model_of(bundle).columns)


def _values(rows: object, names: Sequence[str]) -> list[dict[str, Value]]:
    """Return the numbers of files by name; a few of them are called like other features of a change."""
    table = values_of(rows, names, called=str)
    of_files = {name for name in names if feature_named(name) is None}
    for number, row in enumerate(records(rows), 1):
        if of_files and not of_files & row.keys():
            raise ConfigError(
                f"row {number}: features of a change, where numbers of a file are needed;"
                " BugPredictor.file_rows(folder, revision) gives them"
            )
    return table
