"""Both names of a feature, the catalogue's and the specification's, wherever one of them is asked for."""

from __future__ import annotations

from typing import TypeVar

from hyperion_hook.features.catalogue import feature_named

V = TypeVar("V")


class EitherName(dict[str, V]):
    """A dictionary by feature that also answers to a feature's other name; it lists the names it was made with.

    Examples
    --------
    >>> values = EitherName({"complexite_cyclomatique": 12.0})
    >>> values["cyclomatic_complexity"], "cyclomatic_complexity" in values, list(values), values.get("la")
    (12.0, True, ['complexite_cyclomatique'], None)
    """

    def __missing__(self, name: str) -> V:
        """Return the value under the feature's other name."""
        other = other_name(name)
        if other is not None and dict.__contains__(self, other):
            return self[other]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or dict.__contains__(self, other_name(name))

    def get(self, name: str, default: V | None = None) -> V | None:  # type: ignore[override]
        """Return the value under either name, else the default."""
        try:
            return self[name]
        except KeyError:
            return default


def other_name(name: object) -> str | None:
    """Return a feature's other name, ``None`` where there is none.

    Examples
    --------
    >>> other_name("la"), other_name("lignes_ajoutees"), other_name("mine")
    ('lignes_ajoutees', 'la', None)
    """
    feature = feature_named(name)
    if feature is None:
        return None
    return feature.french if name == feature.name else feature.name


def both_names(name: str) -> str:
    """Return a feature's name for a message, with the French one where there is one.

    Examples
    --------
    >>> both_names("la"), both_names("mine")
    ("'la' (lignes_ajoutees)", "'mine'")
    """
    french = other_name(name)
    return f"'{name}'" if french in {None, name} else f"'{name}' ({french})"
