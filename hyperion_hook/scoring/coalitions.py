"""The risk model between two rows: every mixture of the one's values and the other's, cheaply.

Players are sets of features that change together from the typical row's values to the change's own. A tree between two
rows has few leaves: only nodes at which the rows part ways matter. A leaf is reached by the coalitions that hold all
players of one mask and none of another, so each leaf is added once to those and no tree is walked again. Where only
players alone are asked for, branches that need two of them are left out, which makes the walk shorter still.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from hyperion_hook.scoring.members import LogisticMember, TreeMember
from hyperion_hook.scoring.risk import RiskModel
from hyperion_hook.scoring.trees import LEAF, MISSING_LEFT, Trees

Row = Sequence[float]


def coalition_values(
    model: RiskModel, one: Row, other: Row, players: Sequence[Sequence[int]], *, alone: bool = False
) -> list[float]:
    """Return the calibrated log-odds of every coalition.

    There is one for each of ``coalitions(len(players), alone)``. ``one`` and ``other`` are rows of 32-bit floats: the
    change's and the typical one's. ``players`` has for each player the columns that it switches from ``other`` to
    ``one``; columns of no player stay at ``other``. ``alone`` asks only for those of none and of one player.
    """
    player_of, asked = _players(len(one), players), coalitions(len(players), alone=alone)
    log_odds: dict[str, list[float]] = {}
    for member in model.members:
        if isinstance(member, TreeMember):
            totals = _tree_totals(member.trees, one, other, player_of, asked)
            log_odds[member.name] = [member.link(total) for total in totals]
        else:
            log_odds[member.name] = _logistic_totals(member, one, other, player_of, asked)
    return [
        model.combination.log_odds({name: values[index] for name, values in log_odds.items()})
        for index in range(len(asked))
    ]


def tree_values(
    trees: Trees, one: Row, other: Row, players: Sequence[Sequence[int]], *, alone: bool = False
) -> list[float]:
    """Return the sum of the leaves that every coalition reaches; parameters and shape as above."""
    return _tree_totals(trees, one, other, _players(len(one), players), coalitions(len(players), alone=alone))


def coalitions(count: int, *, alone: bool) -> Sequence[int]:
    """Return all coalitions of so many players, or the empty one and those of one; bit ``p``: player ``p`` is in.

    Examples
    --------
    >>> list(coalitions(2, alone=False)), coalitions(3, alone=True)
    ([0, 1, 2, 3], [0, 1, 2, 4])
    """
    return [0, *(1 << player for player in range(count))] if alone else range(1 << count)


def _players(width: int, players: Sequence[Sequence[int]]) -> list[int]:
    player_of = [-1] * width
    for number, columns in enumerate(players):
        for column in columns:
            player_of[column] = number
    return player_of


def _tree_totals(trees: Trees, one: Row, other: Row, player_of: Sequence[int], asked: Sequence[int]) -> list[float]:
    alone = not isinstance(asked, range)
    features, thresholds, left = trees.features, trees.thresholds, trees.left
    leaves: dict[tuple[int, int], float] = {}
    for root in trees.roots:
        stack = [(root, 0, 0)]
        while stack:
            node, needed, barred = stack.pop()
            while (column := (feature := features[node]) & LEAF) != LEAF:
                threshold, child = thresholds[node], left[node]
                value = other[column]
                node = child if value <= threshold or (feature & MISSING_LEFT and isnan(value)) else child + 1
                player = player_of[column]
                if player < 0:
                    continue
                value = one[column]
                within = child if value <= threshold or (feature & MISSING_LEFT and isnan(value)) else child + 1
                if within == node:
                    continue
                bit = 1 << player
                # from here on both ways are walked, as far as somebody takes them
                if barred & bit or (alone and needed & ~bit):
                    barred |= bit
                elif needed & bit:
                    node = within
                else:
                    stack.append((within, needed | bit, barred))
                    barred |= bit
            key = (needed, barred)
            leaves[key] = leaves.get(key, 0.0) + thresholds[node]
    return _spread(leaves, asked) if alone else _spread_over_all(leaves, len(asked))


def _spread(leaves: dict[tuple[int, int], float], asked: Sequence[int]) -> list[float]:
    totals = [0.0] * len(asked)
    for (needed, barred), value in sorted(leaves.items()):
        for number, coalition in enumerate(asked):
            if coalition & needed == needed and not coalition & barred:
                totals[number] += value
    return totals


def _spread_over_all(leaves: dict[tuple[int, int], float], size: int) -> list[float]:
    totals = [0.0] * size
    for (needed, barred), value in sorted(leaves.items()):
        free = (size - 1) & ~(needed | barred)
        subset = free
        # all subsets of the players that the leaf does not ask for
        while True:
            totals[needed | subset] += value
            if not subset:
                break
            subset = (subset - 1) & free
    return totals


def _logistic_totals(
    member: LogisticMember, one: Row, other: Row, player_of: Sequence[int], asked: Sequence[int]
) -> list[float]:
    gains: dict[int, float] = {}
    base = member.intercept
    for column, within, without in zip(member.columns, member.terms(one), member.terms(other), strict=True):
        base += without
        if player_of[column] >= 0:
            gains[player_of[column]] = gains.get(player_of[column], 0.0) + within - without
    return [base + sum(gain for player, gain in gains.items() if coalition >> player & 1) for coalition in asked]
