"""Who made a commit, and the limits of time."""

from __future__ import annotations

from hyperion_hook.domain.light_dataclasses import dataclass

LATEST = 253_402_300_799
"""The last second of the year 9999; later times and those before 1970 are clock faults and are clamped."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person as git records one."""

    name: str
    email: str

    @property
    def identity(self) -> str:
        """What tells authors apart: the lower-cased email, else the lower-cased name.

        Examples
        --------
        >>> Author("Ada", "Ada@Example.org").identity
        'ada@example.org'
        >>> Author(" Ada ", "").identity
        'ada'
        """
        return (self.email.strip() or self.name.strip()).lower()
