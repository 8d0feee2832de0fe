"""THE table of interactions of two features: products and ratios, each for a reason.

What two features mean together a tree finds only with many rows, and a linear model not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.catalogue import find_feature


@dataclass(frozen=True, slots=True)
class Interaction:
    """A product (``*``) or a ratio (``/``) of two features, and why it should tell more than both."""

    left: str
    sign: str
    right: str
    reason: str

    @property
    def name(self) -> str:
        """How it is called: ``la * nf``."""
        return f"{self.left} {self.sign} {self.right}"

    @property
    def french(self) -> str:
        """How it is called by the specification's names: ``lignes_ajoutees * nb_fichiers``."""
        return f"{find_feature(self.left).french} {self.sign} {find_feature(self.right).french}"

    def of(self, value: Callable[[str], Value]) -> Value:
        """Return the value; missing where a part is missing, or where it would be divided by zero.

        Examples
        --------
        >>> Interaction("la", "/", "lt", "").of({"la": 10.0, "lt": 40.0}.__getitem__)
        0.25
        >>> Interaction("la", "/", "lt", "").of({"la": 10.0, "lt": 0.0}.__getitem__)
        Missing(reason='lt is 0')
        """
        left, right = value(self.left), value(self.right)
        if isinstance(left, Missing):
            return Missing(f"{self.left}: {left.reason}")
        if isinstance(right, Missing):
            return Missing(f"{self.right}: {right.reason}")
        if self.sign == "*":
            return left * right
        return left / right if right else Missing(f"{self.right} is 0")


INTERACTIONS: tuple[Interaction, ...] = (
    Interaction("la", "*", "nf", "much new code in many places is understood by nobody as a whole"),
    Interaction("la", "*", "entropy", "the same lines are harder to review the more evenly they are spread"),
    Interaction("la", "/", "lt", "lines added, of the size of what they are added to (Kamei et al. normalise LA so)"),
    Interaction("ld", "/", "lt", "the share of the files that is taken away (Kamei et al. normalise LD so)"),
    Interaction("nuc", "/", "nf", "changes that the files come from, a file (Kamei et al. normalise NUC so)"),
    Interaction("la", "*", "cyclomatic_complexity", "new lines in code that already has many paths"),
    Interaction("la", "*", "past_bug_count", "new lines where bugs were found before"),
    Interaction("past_bug_count", "/", "method_count", "density of bugs: fixes for each function there is"),
    Interaction("cyclomatic_complexity", "*", "contributor_count", "complex code that many hands change (Bird et al.)"),
    Interaction("commit_frequency", "*", "contributor_count", "a busy place with many authors needs coordination"),
    Interaction("file_age", "*", "file_volatility", "old code that does not come to rest"),
    Interaction("cyclomatic_complexity", "*", "afferent_coupling", "complex code that much depends on"),
    Interaction("module_criticality", "*", "past_bug_count", "what must not fail, where failures were"),
    Interaction("affected_traffic", "*", "rollback_difficulty", "how many meet a fault, times how long it stays"),
)
