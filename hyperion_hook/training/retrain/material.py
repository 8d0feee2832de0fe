"""What a bundle is made of: the rows, the models of an earlier moment, and how they measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from hyperion_hook.training.bugs.learn_or_keep import LearnedBugs
from hyperion_hook.training.evaluation.evaluate import Evaluation
from hyperion_hook.training.evaluation.past_models import PastModels
from hyperion_hook.training.rows.mine import Mined


@dataclass(frozen=True)
class Material:
    """What a bundle is made of.

    ``rows`` are learned from, ``code`` those whose code was measured too. ``past`` are models of an earlier moment,
    which were measured in ``evaluations``, first of all on the changes that came after it; ``chosen_here`` says that
    the recipe was chosen on those. ``unseen`` names the repositories that were left out. ``others`` are rows of other
    repositories that are learned from too; ``pool`` is the packed table that the bundle carries. ``checks`` are what
    validating the rows found odd.
    """

    mined: Sequence[Mined]
    rows: pd.DataFrame
    code: pd.DataFrame
    past: PastModels
    recipe: str
    evaluations: Sequence[Evaluation]
    unseen: frozenset[str] = frozenset()
    chosen_here: bool = False
    others: pd.DataFrame | None = None
    pool: bytes | None = None
    bugs: LearnedBugs = field(default_factory=LearnedBugs)
    checks: tuple[str, ...] = ()
