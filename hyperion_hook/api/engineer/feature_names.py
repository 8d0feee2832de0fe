"""The names a feature can be asked for by: canonical or French, and the interactions of two features."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

from hyperion_hook.api.engineer.interactions import INTERACTIONS, Interaction
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, Feature


class Language(StrEnum):
    """Which of its two names a feature is called by."""

    CANONICAL = "canonical"
    FRENCH = "french"


_SUFFIXES = {Language.CANONICAL: "_missing", Language.FRENCH: "_manquant"}
_FEATURES = {name: feature for feature in CATALOGUE for name in (feature.name, feature.french)}
_INTERACTIONS = {name: entry for entry in INTERACTIONS for name in (entry.name, entry.french)}


def known(name: object) -> Feature | None:
    """Return the feature that a name stands for, ``None`` for any other text or thing."""
    return _FEATURES.get(name) if isinstance(name, str) else None


def canonical(name: object) -> str | None:
    """Return the canonical name of a feature or interaction, ``None`` for any other."""
    entry = known(name) or (_INTERACTIONS.get(name) if isinstance(name, str) else None)
    return None if entry is None else entry.name


def indicator(name: str) -> str:
    """Return the name of the column that says whether a feature was missing.

    Examples
    --------
    >>> indicator("file_age"), indicator("age_fichier_jours")
    ('file_age_missing', 'age_fichier_jours_manquant')
    """
    return name + _SUFFIXES[Language.FRENCH if canonical(name) != name else Language.CANONICAL]


def is_indicator(name: object) -> bool:
    """Return whether a name is one that ``indicator`` gives."""
    return isinstance(name, str) and any(
        name.endswith(suffix) and indicator(name.removesuffix(suffix)) == name
        and canonical(name.removesuffix(suffix)) is not None
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
    found = [(name, feature) for name in names if (feature := known(name)) is not None]
    # a feature whose names are the same says nothing
    told = [name == feature.french for name, feature in found if feature.name != feature.french]
    return Language.FRENCH if told and all(told) else Language.CANONICAL


def asked_for(names: Iterable[str]) -> dict[str, Feature | Interaction]:
    """Return what each name stands for, in the order of the names; one that is there twice counts once.

    Raises
    ------
    ConfigError
        If a name is not known: one line for each, with the nearest names.

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
    found: dict[str, Feature | Interaction] = {}
    faults: list[str] = []
    for name in names:
        entry = known(name) or (_INTERACTIONS.get(_spaced(name)) if isinstance(name, str) else None)
        if entry is None:
            faults.append(_fault(str(name)))
        else:
            found[name] = entry
    if faults:
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return found


def _spaced(name: str) -> str:
    """Return the name of an interaction with one space around its sign."""
    for sign in "*/":
        if sign in name:
            return f" {sign} ".join(part.strip() for part in name.split(sign))
    return name


def _fault(name: str) -> str:
    close = get_close_matches(name[:80], [*_FEATURES, *_INTERACTIONS], n=3, cutoff=0.7)
    if not close:
        return f"feature '{name[:80]}': not in the catalogue; run: hyperion-hook features list"
    return f"feature '{name[:80]}': not in the catalogue; did you mean {' or '.join(repr(other) for other in close)}?"
