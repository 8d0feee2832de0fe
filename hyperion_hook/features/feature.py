"""What a row of the catalogue says of a feature."""

from __future__ import annotations

from enum import StrEnum

from hyperion_hook.domain.light_dataclasses import dataclass


class Category(StrEnum):
    """The specification's five categories, Kamei's fourteen, and what this project adds."""

    CODE_QUALITY = "code quality"
    TEAM = "team"
    BUSINESS = "business"
    HISTORICAL = "historical"
    STRUCTURAL = "structural"
    JUST_IN_TIME = "just-in-time"
    ADDED = "added"


class Origin(StrEnum):
    """Where a value comes from."""

    GIT = "git"
    SOURCE = "source"
    GRAPH = "graph"
    FORGE = "forge"
    CONFIGURED = "configured"


class Group(StrEnum):
    """Features that are explained together, because a person thinks of them together."""

    SIZE = "size"
    DIFFUSION = "diffusion"
    CONTENT = "content"
    CODE = "code"
    HISTORY = "history"
    PEOPLE = "people"
    STRUCTURE = "structure"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Feature:
    """One row: what it is called, what it means, which values it may take, where it comes from, and how it is said.

    ``direction`` is +1 where the field agrees that more is riskier, -1 where more is safer, 0 where it does not agree;
    models are held to it. ``at_commit`` is true for what is known only once the commit is made (its message, its
    reviewers). ``module`` is that of ``features.extract.MODULES`` which measures it.

    ``phrase`` is a clause about the change, which is its subject where none is named: ``{}`` stands for the value and
    ``[one|many]`` for the word that goes with it. ``zero`` is said instead of nothing (else such a phrase says «no» and
    takes the second word). With ``negative`` the feature is a difference: ``phrase`` is for more and ``negative`` for
    less, and what is typical is written with its sign. ``show`` is how the value is written, by the unit unless given.
    """

    name: str
    french: str
    title: str
    category: Category
    group: Group
    module: str
    origin: Origin
    unit: str
    low: float
    high: float
    direction: int
    meaning: str
    phrase: str
    zero: str = ""
    negative: str = ""
    show: str = ""
    reference: str = ""
    at_commit: bool = False
