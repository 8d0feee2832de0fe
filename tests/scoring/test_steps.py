"""The explanation in two steps, over random changes: it sums, and its signs agree with the field."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.vector import FeatureVector, Missing, Value
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.bundle import Bundle, load_bundle
from hyperion_hook.scoring.explain_by_size import GROUPS, OF_SIZE, SIZE, explain_by_size


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(None)


def values(draw: st.DrawFn, bundle: Bundle, *, missing: bool) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for name in bundle.risk.features:
        feature = find_feature(name)
        high = min(feature.high, draw(st.sampled_from((3.0, 40.0, 900.0))))
        low = max(feature.low, 0.0)
        number = draw(st.integers(int(low * 8), int(high * 8))) / 8
        made[name] = Missing("not known") if missing and draw(st.integers(0, 9)) == 0 else number
    return made


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_steps_sum_and_no_reason_contradicts_the_field(bundle: Bundle, data: st.DataObject) -> None:
    vector = FeatureVector(values(data.draw, bundle, missing=True))
    typical, peers = (
        {name: value for name, value in values(data.draw, bundle, missing=False).items() if isinstance(value, float)}
        for _ in range(2)
    )
    steps = explain_by_size(bundle.risk, vector, typical, peers)
    total = steps.base + steps.size + math.fsum(steps.contributions.values()) + steps.rest
    assert total == pytest.approx(bundle.risk.score(vector)[1], abs=1e-9)
    for name, amount in steps.contributions.items():
        feature, difference = find_feature(name), vector.number(name) - peers[name]
        assert not math.isnan(difference)
        assert amount * difference * (feature.direction or (GROUPS[name] == "diffusion")) >= 0
        assert name not in OF_SIZE
        assert GROUPS[name] != SIZE
    counted = (vector.number(name) - typical[name] for name in ("code_lines_added", "source_lines_added", "la"))
    if next((difference for difference in counted if not math.isnan(difference)), math.nan) > 0:
        assert steps.size >= 0


def test_lines_of_tests_and_documents_make_no_change_large(bundle: Bundle) -> None:
    typical = dict(bundle.typical) | {"code_lines_added": 8.0, "source_lines_added": 9.0, "la": 12.0}
    less = {"code_lines_added": 1.0, "source_lines_added": 1.0, "test_lines_added": 30.0, "la": 31.0, "test_files": 1.0}
    steps = explain_by_size(bundle.risk, FeatureVector(typical | less), typical, typical)
    assert steps.size < 0
    assert abs(steps.rest) < 0.2 < -steps.size
    more = less | {"code_lines_added": 20.0, "source_lines_added": 20.0}
    assert explain_by_size(bundle.risk, FeatureVector(typical | more), typical, typical).size >= 0


def test_a_message_that_is_not_written_yet_is_compared_with_none(bundle: Bundle) -> None:
    peers = dict(bundle.typical) | {"fix": 1.0, "message_words": 40.0}
    unwritten = {
        name: Missing("the message is not written yet") for name in bundle.risk.features if find_feature(name).at_commit
    }
    vector = FeatureVector({**peers, **unwritten})
    steps = explain_by_size(bundle.risk, vector, peers, peers)
    assert (steps.size, dict(steps.contributions), steps.rest) == (0.0, {}, 0.0)


@pytest.mark.parametrize(("added", "is_reason"), [(0.0, False), (40.0, True)])
def test_tests_that_are_only_taken_away_are_no_reason_for_a_lower_risk(
    bundle: Bundle, added: float, is_reason: bool
) -> None:
    peers = dict(bundle.typical) | {"test_change_ratio": 0.0, "source_files": 0.0}
    vector = FeatureVector(
        peers | {"test_change_ratio": 1.0, "test_lines_added": added, "test_files": 9.0, "ld": 8_000.0}
    )
    steps = explain_by_size(bundle.risk, vector, bundle.typical, peers)
    assert (steps.contributions.get("test_change_ratio", 0.0) < 0) is is_reason
    total = steps.base + steps.size + math.fsum(steps.contributions.values()) + steps.rest
    assert total == pytest.approx(bundle.risk.score(vector)[1], abs=1e-9)
