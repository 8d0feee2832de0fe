"""How likely touched files need a bug fix within thirty days: one by one, and any of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.scoring.members import TreeMember, sigmoid
from hyperion_hook.scoring.trees import as_row


@dataclass(frozen=True, slots=True)
class BugModel:
    """Boosted trees on the numbers of one file, calibrated, and what follows for the change as a whole.

    Files of one change are fixed together, so the probability that any of them is fixed is no product over them: it is
    a logistic function of the log-odds of the riskiest file and of the logarithm of the number of files, learned from
    later real changes.
    """

    columns: tuple[int, ...]
    member: TreeMember
    slope: float
    shift: float
    largest: float
    count: float
    intercept: float

    @property
    def counts_fixes(self) -> bool:
        """Whether it goes by the bug fixes of a file so far alone, since they rank better in this repository."""
        return [FILE_NUMBERS[column] for column in self.columns] == ["fixes"]

    def file_log_odds(self, numbers: Sequence[float]) -> float:
        """Return the log-odds of a fix within thirty days for the numbers of a file, in order of ``FILE_NUMBERS``."""
        row = as_row([numbers[column] for column in self.columns])
        return self.slope * self.member.log_odds(row) + self.shift

    def file_probability(self, numbers: Sequence[float]) -> float:
        """Return the probability of a fix within thirty days for the numbers of a file."""
        return sigmoid(self.file_log_odds(numbers))

    def change_log_odds(self, log_odds: Sequence[float]) -> float:
        """Return the log-odds that a change's riskiest file or another needs a fix, from those of its files (any)."""
        return self.largest * max(log_odds) + self.count * math.log(len(log_odds)) + self.intercept


def columns_of(names: Sequence[str]) -> tuple[int, ...]:
    """Return where numbers stand in ``FILE_NUMBERS``.

    Raises ``ValueError`` if there is no name, one of them twice, or one that is not known.

    Examples
    --------
    >>> columns_of(["age", "commits_30"])
    (0, 2)
    """
    if not names or len(set(names)) != len(names):
        raise ValueError("no numbers of a file, or one of them twice")
    return tuple(FILE_NUMBERS.index(name) for name in names)
