"""What a feature that is agreed to make changes riskier may do to the bundled score as it grows."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.scoring.trees import as_row

MODEL = load_bundle().risk
DIRECTIONS = [feature_named(name).direction for name in MODEL.features]
FREE = "forest"
"""The one member whose trees keep to no direction."""
MOST = 0.05
"""What the probability may fall by all the same."""


def drawn(draw: random.Random, missing: float) -> list[float]:
    """Return values of any size that a feature can have, some of them missing."""
    row = []
    for name in MODEL.features:
        feature = feature_named(name)
        low, high = max(feature.low, -1e6), min(feature.high, 1e6)
        value = min(max(draw.lognormvariate(1.5, 2.0) * draw.choice([1.0, 1.0, 0.0]), low), high)
        row.append(float("nan") if draw.random() < missing else draw.uniform(low, high) if high <= 1.0 else value)
    return row


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, len(DIRECTIONS) - 1), st.sampled_from([0.0, 0.2]), st.floats(1.01, 50.0))
def test_no_score_moves_far_against_the_direction_of_a_feature(
    seed: int, column: int, missing: float, factor: float
) -> None:
    before = drawn(random.Random(seed), missing)  # noqa: S311 - no secret
    before[column] = before[column] if before[column] == before[column] else 1.0
    after, feature = list(before), feature_named(MODEL.features[column])
    after[column] = min(before[column] * factor + 0.01, feature.high)
    sign = DIRECTIONS[column]
    if sign == 0:
        return
    rows = as_row(before), as_row(after)
    moved = {member.name: sign * (member.log_odds(rows[1]) - member.log_odds(rows[0])) for member in MODEL.members}
    free = moved.pop(FREE)
    assert all(difference >= -1e-9 for difference in moved.values()), (feature.name, moved)
    whole = sign * (MODEL.log_odds(after) - MODEL.log_odds(before))
    (weight,) = [
        weight
        for (member, _), weight in zip(MODEL.combination.columns, MODEL.combination.weights, strict=True)
        if member == FREE
    ]
    assert weight < sum(MODEL.combination.weights) / 3
    assert whole >= MODEL.combination.slope * weight * min(free, 0.0) - 1e-9
    assert sign * (sigmoid(MODEL.log_odds(after)) - sigmoid(MODEL.log_odds(before))) >= -MOST
