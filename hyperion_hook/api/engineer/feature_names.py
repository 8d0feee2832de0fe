"""The names a feature can be asked for by, canonical or French, and THE table of interactions of two features.

Interactions are products and ratios, each for a reason. What two features mean together a tree finds only with many
rows, and a linear model not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, feature_named, find_feature
from hyperion_hook.features.feature import Feature


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


class Language(StrEnum):
    """Which of its two names a feature is called by."""

    CANONICAL = "canonical"
    FRENCH = "french"


_SUFFIXES = {Language.CANONICAL: "_missing", Language.FRENCH: "_manquant"}
_NAMES = tuple(name for feature in CATALOGUE for name in (feature.name, feature.french))
_INTERACTIONS = {name: entry for entry in INTERACTIONS for name in (entry.name, entry.french)}


def entry_named(name: object) -> Feature | Interaction | None:
    """Return the feature or interaction that a name stands for, ``None`` for any other text or thing."""
    return feature_named(name) or (_INTERACTIONS.get(name) if isinstance(name, str) else None)


def catalogue_name(name: object) -> str | None:
    """Return the canonical name of a feature or interaction, ``None`` for any other."""
    entry = entry_named(name)
    return None if entry is None else entry.name


def own_name(name: str, names_there: Container[str]) -> str | None:
    """Return the name by which something holds a feature or interaction that is asked for by either name."""
    entry = entry_named(name)
    names = (name,) if entry is None else (name, entry.name, entry.french)
    return next((other for other in names if other in names_there), None)


def indicator(name: str) -> str:
    """Return the name of the column that says whether a feature was missing.

    Examples
    --------
    >>> indicator("file_age"), indicator("age_fichier_jours")
    ('file_age_missing', 'age_fichier_jours_manquant')
    """
    return name + _SUFFIXES[Language.FRENCH if catalogue_name(name) != name else Language.CANONICAL]


def is_indicator(name: object) -> bool:
    """Return whether a name is one that ``indicator`` gives."""
    return isinstance(name, str) and any(
        name.endswith(suffix)
        and indicator(name.removesuffix(suffix)) == name
        and catalogue_name(name.removesuffix(suffix)) is not None
        for suffix in _SUFFIXES.values()
    )


def named(feature: Feature | Interaction, language: Language) -> str:
    """Return a feature's name in a language."""
    return feature.french if language is Language.FRENCH else feature.name


def language_of(names: Iterable[object]) -> Language:
    """Return French where only French names of features are used, else canonical.

    Examples
    --------
    >>> language_of(["lignes_code", "risque_reel"]), language_of(["lignes_code", "la"]), language_of([])
    (<Language.FRENCH: 'french'>, <Language.CANONICAL: 'canonical'>, <Language.CANONICAL: 'canonical'>)
    """
    results = [(name, feature) for name in names if (feature := feature_named(name)) is not None]
    # a feature whose names are the same says nothing
    is_french = [name == feature.french for name, feature in results if feature.name != feature.french]
    return Language.FRENCH if is_french and all(is_french) else Language.CANONICAL


def asked_for(names: Iterable[str]) -> dict[str, Feature | Interaction]:
    """Return the entry of each name, in the order of the names; one that is there twice counts once.

    Raises ``ConfigError`` if a name is not known: one line for each, with the nearest names.

    Examples
    --------
    >>> [found.name for found in asked_for(["age_fichier_jours", "la*nf"]).values()]
    ['file_age', 'la * nf']
    >>> asked_for(["facteur_buss"])
    Traceback (most recent call last):
        ...
    hyperion_hook.errors.ConfigError: feature 'facteur_buss': not in the catalogue; did you mean 'facteur_bus'?
    """
    if isinstance(names, str):
        raise ConfigError(f"requested_features '{names[:80]}': is one text; give a list of names")
    results: dict[str, Feature | Interaction] = {}
    faults: list[str] = []
    for name in names:
        entry = entry_named(name)
        if entry is None and isinstance(name, str) and len(parts := re.split("([*/])", name)) > 1:
            # an interaction may have any space around its sign
            entry = entry_named(" ".join(part.strip() for part in parts))
        if entry is not None:
            results[name] = entry
            continue
        text = str(name)[:80]
        close = get_close_matches(text, [*_NAMES, *_INTERACTIONS], n=3, cutoff=0.7)
        hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "run: hyperion-hook features list"
        faults.append(f"feature '{text}': not in the catalogue; {hint}")
    if faults:
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return results
