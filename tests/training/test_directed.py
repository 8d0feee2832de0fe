from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.train
pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from hyperion_hook.training.models.directed import DirectedLogistic  # noqa: E402


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.sampled_from([-1, 0, 1]), min_size=5, max_size=5))
def test_no_weight_has_the_sign_that_is_denied(seed: int, directions: list[int]) -> None:
    random = np.random.default_rng(seed)
    X = random.normal(size=(80, 5)) + random.normal(size=(80, 1))
    y = (X @ random.normal(size=5) + random.normal(size=80) > 0).astype(int)
    if 0 < y.sum() < len(y):
        model = DirectedLogistic(directions).fit(X, y)
        assert (model.coef_[0] * directions >= 0).all()
        assert model.coef_.shape == (1, 5)


def test_where_nothing_is_asked_for_it_is_logistic_regression() -> None:
    random = np.random.default_rng(1)
    X = random.normal(size=(90, 3))
    y = (X[:, 0] - X[:, 1] > 0).astype(int)
    weights = random.uniform(0.5, 2.0, 90)
    plain = LogisticRegression(C=0.3).fit(X, y, weights)
    directed = clone(DirectedLogistic([0, 1, 0], C=0.3)).set_params(directions=[0, 0, 0]).fit(X, y, weights)
    np.testing.assert_array_equal(directed.coef_, plain.coef_)
    np.testing.assert_array_equal(directed.predict_proba(X), plain.predict_proba(X))


def test_what_is_left_out_is_left_to_the_others() -> None:
    """Files fall beside lines in the data; without them, lines say less than they seemed to."""
    random = np.random.default_rng(2)
    lines = random.normal(size=200)
    files = lines + random.normal(scale=0.3, size=200)
    y = (2 * lines - files + random.normal(scale=0.5, size=200) > 0).astype(int)
    X = np.column_stack([lines, files])
    assert LogisticRegression().fit(X, y).coef_[0, 1] < 0
    directed = DirectedLogistic([1, 1]).fit(X, y)
    assert directed.coef_[0, 1] == 0
    np.testing.assert_allclose(directed.coef_[0, 0], LogisticRegression().fit(X[:, :1], y).coef_[0, 0], atol=1e-4)
