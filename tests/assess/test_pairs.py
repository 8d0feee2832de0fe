"""Sixty pairs of changes of which any engineer knows the riskier, written by someone who had not seen the model."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Score
from tests.assess.pairs.changes import Change, Pair
from tests.assess.pairs.pairs import HISTORIES, PAIRS
from tests.support.repo import TestRepo

FAR = 1.5
"""A factor between two probabilities that nobody overlooks."""


@dataclass(frozen=True)
class Judged:
    """What was said of the two changes of a pair."""

    pair: Pair
    riskier: Score
    safer: Score

    @property
    def is_right(self) -> bool:
        return self.riskier.probability > self.safer.probability

    @property
    def is_clear(self) -> bool:
        factor = self.riskier.probability / self.safer.probability
        return self.is_right and (factor > FAR or self.riskier.level.rank > self.safer.level.rank)


def score(repo: TestRepo, head: str, change: Change) -> Score:
    repo.git("reset", "-q", "--hard", head)
    repo.commit(change.files, change.message, author=change.author)
    with Assessor.open(repo.path, Config(explain=False)) as assessor:
        risk = assessor.commit("HEAD").risk
    assert isinstance(risk, Score)
    return risk


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    found = []
    for name, build in HISTORIES.items():
        repo = build(tmp_path_factory.mktemp(name) / "r")
        head = repo.head()
        with Assessor.open(repo.path, Config()) as assessor:
            assessor.build_index(rebuild=False)
        found += [
            Judged(pair, score(repo, head, pair.riskier), score(repo, head, pair.safer))
            for pair in PAIRS
            if pair.history == name
        ]
    return found


def test_there_are_sixty_and_half_are_of_equal_size() -> None:
    assert len(PAIRS) == 60
    equal = [pair for pair in PAIRS if pair.equal_size]
    assert len(equal) >= 30
    for pair in equal:
        assert abs(pair.riskier.size - pair.safer.size) <= 0.1 * max(pair.riskier.size, pair.safer.size), pair.name


def test_nearly_all_are_told_apart(judged: list[Judged]) -> None:
    wrong = [entry.pair.name for entry in judged if not entry.is_right]
    assert len(wrong) <= 6, wrong


def test_most_are_told_apart_clearly(judged: list[Judged]) -> None:
    assert sum(entry.is_clear for entry in judged) >= 30


def test_size_is_not_what_tells_them_apart(judged: list[Judged]) -> None:
    equal = [entry for entry in judged if entry.pair.equal_size]
    assert sum(entry.is_right for entry in equal) >= 0.9 * len(equal)
