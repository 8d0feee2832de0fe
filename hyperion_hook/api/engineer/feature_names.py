"""The names a feature can be asked for by: canonical, French, or another key of profiles; and those of interactions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from difflib import get_close_matches
from enum import StrEnum

from hyperion_hook.api.engineer.interactions import INTERACTIONS, Interaction
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, feature_named
from hyperion_hook.features.feature import Feature

ALIASES = {
    "comment_ratio": "comment_density",
    "bug_count": "past_bug_count",
    "bug_fixes": "past_bug_count",
    "hotfixes": "hotfix_count",
    "code_lines": "lines_of_code",
    "avg_reviewer_experience": "reviewer_experience",
    "traffic_impact": "affected_traffic",
    "criticality_level": "module_criticality",
    "dependencies.max_depth": "dependency_depth",
}
"""Other keys of profiles that are a feature as it stands."""


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
