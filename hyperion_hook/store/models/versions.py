"""The number of a model's version, and the rule by which the next one is raised: by what the model came from."""

from __future__ import annotations

import re
from typing import NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass

_VERSION = re.compile(r"v(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


class Version(NamedTuple):
    """A semantic version, in the order of its numbers."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that a text names; raise ``ValueError`` if it is none.

        Examples
        --------
        >>> Version.parse("v1.10.0") > Version.parse("v1.9.3")
        True
        """
        result = _VERSION.fullmatch(text) if isinstance(text, str) else None
        if result is None:
            raise ValueError(f"'{str(text)[:40]}' is no version like v1.2.0")
        return cls(*map(int, result.groups()))


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model came from: digests of its features, training data and parameters, and the recipe's name."""

    features: str
    data: str
    recipe: str
    parameters: str


def next_version(latest: Version | None, before: Lineage | None, now: Lineage) -> Version:
    """Return the version after the latest one, by what changed.

    Other features raise the first number (whoever computes them must change too), other data or another recipe the
    second, everything else (parameters, seed, versions of libraries) the third. ``latest`` is the highest version there
    is, and ``before`` what that model came from; ``None`` where there is none, or it is damaged.

    Examples
    --------
    >>> old = Lineage("f", "d", "r", "p")
    >>> str(next_version(None, None, old)), str(next_version(Version(1, 4, 2), old, Lineage("f", "more", "r", "p")))
    ('v1.0.0', 'v1.5.0')
    """
    if latest is None:
        return Version(1, 0, 0)
    if before is None or now.features != before.features:
        return Version(latest.major + 1, 0, 0)
    if (now.data, now.recipe) != (before.data, before.recipe):
        return Version(latest.major, latest.minor + 1, 0)
    return Version(latest.major, latest.minor, latest.patch + 1)
