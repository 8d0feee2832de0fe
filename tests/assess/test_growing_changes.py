"""A change that grows by code files never looks safer for it, across every limit of what is read."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.features.change import tokens
from tests.support.repo import TestRepo

STEPS = (250, 299, 300, 301, 302, 330, 400, 485, 600)
LIMIT = 0.02
"""What the probability may fall by."""


def source(draw: random.Random, name: str, lines: int) -> str:
    """Return code with branches whose lines, names and numbers are drawn."""
    names = [f"{name}_{draw.randrange(40)}" for _ in range(8)]
    return "".join(
        f"def {draw.choice(names)}_{number}(a, b):\n    if a > {draw.randrange(999)} and b:\n"
        f"        return {draw.choice(names)}(a)\n    # {draw.choice(names)}\n\n"
        for number in range(lines // 5)
    )


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """Return a repository in which 600 files are about to change, two in three of them new, in an order drawn."""
    draw = random.Random(7)  # noqa: S311 - no secret
    repo = TestRepo(tmp_path_factory.mktemp("grown"))
    names = [f"part{draw.randrange(12)}/m{number}.py" for number in range(600)]
    sizes = {name: int(draw.lognormvariate(3.6, 1.1)) + 5 for name in names}
    repo.commit({name: source(draw, "old", sizes[name]) for name in names[::3]}, "Fix parts")
    for number in range(5):
        changed = draw.sample(names[::3], 20)
        repo.commit({name: source(draw, "old", sizes[name]) for name in changed}, f"Change {number}")
    repo.write({name: source(draw, "new", sizes[name]) for name in names})
    repo.order = names  # type: ignore[attr-defined]
    return repo


@pytest.mark.parametrize("code_bytes", [tokens.MAX_CODE_BYTES, 400_000])
def test_more_code_files_never_lower_the_risk(
    grown: TestRepo, monkeypatch: pytest.MonkeyPatch, code_bytes: int
) -> None:
    monkeypatch.setattr(tokens, "MAX_CODE_BYTES", code_bytes)
    grown.git("read-tree", "HEAD")
    probabilities, staged = [], 0
    with Assessor.open(grown.path, replace(Config(), deadline=600.0), now=grown.clock) as assessor:
        for step in STEPS:
            grown.git("add", "--", *grown.order[staged:step])  # type: ignore[attr-defined]
            staged = step
            assessment = assessor.staged()
            assert assessment.risk is not None
            probabilities.append(assessment.risk.probability)
    assert all(later >= earlier - LIMIT for earlier, later in pairwise(probabilities)), probabilities
