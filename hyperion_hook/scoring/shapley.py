"""Why a score is what it is: exact Shapley values of the whole model, against the repository's typical change.

The game is played first by the groups of features a person thinks of together, on the final log-odds, through every
member, the meta-learner and the calibration. What a group is given is then divided among its features by a game of
their own, played once with all other groups at the typical change and once with all at the change itself, and made to
sum to the group's value (an Owen value over two of its coalition structures). Base and contributions sum to the score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from math import factorial, fsum, isnan

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.scoring.coalitions import Row, coalition_values
from hyperion_hook.scoring.risk import RiskModel
from hyperion_hook.scoring.trees import as_row

PLAYERS = 7
"""Features of one group that play for themselves; the weaker rest plays as one. 2^8 coalitions cost a few ms."""
DIVIDED = 0.9
"""Groups are divided by a game until this share of all that groups were given is; the rest go by single effects."""


Game = Callable[..., list[float]]
"""Takes the change's row, the typical one and players; gives the worth of every coalition, or with ``alone`` of the
empty one and of each player: see ``coalitions``."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Log-odds of the typical change, and what each feature adds; they sum to the score's log-odds."""

    base_log_odds: float
    contributions: Mapping[str, float]


def explain(
    model: RiskModel, vector: FeatureVector, typical: Mapping[str, float], groups: Mapping[str, str]
) -> Explanation:
    """Return the contribution of each feature to the log-odds of a score.

    A feature that the typical change does not have counts as missing there. ``base_log_odds + sum(contributions)`` is
    the score's log-odds; features that equal the typical value, and those that no member looks at, get exactly 0.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games", 1953.
    .. [2] G. Owen, "Values of games with a priori unions", 1977.
    """
    one = as_row([vector.number(name) for name in model.features])
    other = as_row([typical.get(name, float("nan")) for name in model.features])
    return divide(partial(coalition_values, model), model.features, one, other, model.used_columns(), groups)


def divide(
    game: Game, features: Sequence[str], one: Row, other: Row, used: Collection[int], groups: Mapping[str, str]
) -> Explanation:
    """Return the part of each feature in what a game is worth when all play.

    The game is any model between the change's row ``one`` and the typical row ``other``, in the order of ``features``;
    ``used`` are the columns that it looks at.
    """
    columns: dict[str, list[int]] = {}
    for column, name in enumerate(features):
        mine, theirs = one[column], other[column]
        if column in used and mine != theirs and not (isnan(mine) and isnan(theirs)):
            columns.setdefault(groups[name], []).append(column)
    names = sorted(columns)
    values = game(one, other, [columns[name] for name in names])
    given = dict(zip(names, shapley(values, len(names)), strict=True))
    contributions = dict.fromkeys(features, 0.0)
    left_over = DIVIDED * fsum(abs(value) for value in given.values())
    for name in sorted(names, key=lambda name: (-abs(given[name]), name)):
        # the first group always plays: its features may cancel out and still each matter
        shares = _divide(game, one, other, columns, name, play=left_over >= 0)
        left_over -= abs(given[name])
        for column, share in _made_to_sum(shares, given[name]).items():
            contributions[features[column]] = share
    score = values[-1]
    # what rounding leaves goes to the largest contribution, so that the sum is the score to the last digits
    if names:
        largest = max(contributions, key=lambda name: (abs(contributions[name]), name))
        contributions[largest] += score - values[0] - fsum(contributions.values())
    return Explanation(values[0], contributions)


def shapley(values: Sequence[float], count: int) -> list[float]:
    """Return the Shapley value of each player.

    ``values`` is the worth of every coalition; shape ``(2 ** count,)``, bit ``p`` of the position: player ``p`` is in.

    Examples
    --------
    >>> shapley([0.0, 1.0, 2.0, 5.0], 2)
    [2.0, 3.0]
    """
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    return [
        fsum(
            weights[coalition.bit_count()] * (values[coalition | bit] - values[coalition])
            for coalition in range(1 << count)
            if not coalition & bit
        )
        for bit in (1 << player for player in range(count))
    ]


def _divide(
    game: Game, one: Row, other: Row, columns: Mapping[str, Sequence[int]], group: str, *, play: bool
) -> dict[int, float]:
    own = columns[group]
    if len(own) == 1:
        return {own[0]: 0.0}
    mixed = list(other)
    for column in (column for name, theirs in columns.items() if name != group for column in theirs):
        mixed[column] = one[column]
    effects = _effects(game, one, other, mixed, own)
    if not play:
        return effects
    ordered = sorted(own, key=lambda column: (-abs(effects[column]), column))
    players = [*([column] for column in ordered[:PLAYERS]), *filter(None, [ordered[PLAYERS:]])]
    low = shapley(game(one, other, players), len(players))
    high = shapley(game(one, mixed, players), len(players))
    shares = {}
    for player, below, above in zip(players, low, high, strict=True):
        weight = fsum(abs(effects[column]) for column in player)
        for column in player:
            part = abs(effects[column]) / weight if weight else 1 / len(player)
            shares[column] = part * (below + above) / 2
    return shares


def _made_to_sum(shares: Mapping[int, float], total: float) -> dict[int, float]:
    """Return shares that sum to a total: what is missing goes to each by its size, so a share of nothing stays 0."""
    gap = total - fsum(shares.values())
    size = fsum(abs(share) for share in shares.values())
    return {column: share + gap * (abs(share) / size if size else 1 / len(shares)) for column, share in shares.items()}


def _effects(game: Game, one: Row, other: Row, mixed: Row, columns: Sequence[int]) -> dict[int, float]:
    """Return the effect of switching each feature alone, averaged over the two surroundings."""
    low, high = (game(one, row, [[column] for column in columns], alone=True) for row in (other, mixed))
    return {column: (low[number] - low[0] + high[number] - high[0]) / 2 for number, column in enumerate(columns, 1)}
