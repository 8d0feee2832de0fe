"""FeatureVector and Missing: what is known of a change, and why the rest is not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.remedies import PASSING, Note, note_of


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that could not be had, with the reason in words; never the same as zero."""

    reason: str

    @property
    def is_passing(self) -> bool:
        """Whether the next run may have the value."""
        return note_of(self.reason).kind == PASSING

    def worded(self, text: str) -> Missing:
        """Return the same with another text, such as one that names the file."""
        return Missing(note_of(self.reason).worded(text))


NOT_FETCHED = Missing(Note("not fetched: the object is missing from this clone", kind=PASSING))
"""A partial clone leaves objects at its origin, and nothing is fetched here."""

SHALLOW = Missing(Note("shallow clone: older commits are not here", run="git fetch --unshallow"))
"""What a clone without its older commits does not know."""

Value = float | Missing


class FeatureVector(Mapping[str, Value]):
    """Feature values of one change by canonical name, in catalogue order; immutable.

    Examples
    --------
    >>> vector = FeatureVector({"la": 3.0, "age": Missing("no history")})
    >>> vector.number("la"), vector.number("age")
    (3.0, nan)
    >>> vector.missing
    {'age': 'no history'}
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureVector) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"FeatureVector({self._values!r})"

    def number(self, name: str) -> float:
        """Return the value as a float, NaN where it is missing or not in the vector."""
        value = self._values.get(name)
        return math.nan if value is None or isinstance(value, Missing) else value

    def numbers(self, names: Iterable[str]) -> list[float]:
        """Return several values as ``number`` does."""
        values = map(self._values.get, names)
        return [math.nan if value is None or value.__class__ is Missing else value for value in values]  # type: ignore[misc]

    @property
    def present(self) -> dict[str, float]:
        """The features that have a value."""
        return {name: value for name, value in self._values.items() if not isinstance(value, Missing)}

    @property
    def missing(self) -> dict[str, str]:
        """The features without a value, with the reason of each."""
        return {name: value.reason for name, value in self._values.items() if isinstance(value, Missing)}
