"""Which versions of a model there are, how far each has come, and which one serves: one value, changed as a whole.

A version goes trained, validated, production, deprecated, one step at a time; it may be deprecated from anywhere. What
serves is one entry of one list, so there are never two in production.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from hyperion_hook.domain.light_dataclasses import dataclass, field, replace
from hyperion_hook.store.models.metadata import Status, plain
from hyperion_hook.store.models.versions import Version

FORMAT_VERSION = 1
MOST_SERVED = 50
"""How far back ``rolled_back`` can go."""
_STEPS = {Status.VALIDATED: Status.TRAINED, Status.PRODUCTION: Status.VALIDATED}
_HOW = {
    Status.TRAINED: "it must be validated first (models promote VERSION --to validated)",
    Status.VALIDATED: "it is validated already",
    Status.PRODUCTION: "it is in production already",
    Status.DEPRECATED: "only a rollback brings it back",
}


class IllegalStepError(Exception):
    """A version cannot go there from where it is."""


class NewerFormatError(Exception):
    """The state was written by a newer program."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version's status, the SHA-256 of its metadata file, and what was checked when it became validated."""

    status: Status
    metadata: str
    validation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All versions of one model; ``served`` are those that were in production in turn, the last one is now.

    ``None`` in ``served`` stands for no version of the registry: the models that came with the program.
    """

    name: str
    versions: Mapping[Version, Entry] = field(default_factory=dict)
    served: tuple[Version | None, ...] = ()

    @property
    def production(self) -> Version | None:
        """The version in production, ``None`` for none."""
        return self.served[-1] if self.served else None

    @property
    def latest(self) -> Version | None:
        """The highest version."""
        return max(self.versions, default=None)

    def status(self, version: Version) -> Status:
        """Return how far a version has come."""
        return self.versions[version].status

    def registered(self, version: Version, metadata: str) -> Lifecycle:
        """Return the lifecycle with a new version."""
        return replace(self, versions={**self.versions, version: Entry(Status.TRAINED, metadata)})

    def promoted(self, version: Version, to: Status, validation: Mapping[str, Any] | None = None) -> Lifecycle:
        """Return the lifecycle with a version one step further; what served before is deprecated.

        With a ``validation``, what was checked just now, a trained version takes both steps to production at once.

        Raises ``IllegalStepError`` if the version is not one step before.
        """
        now = self.status(version)
        if to not in _STEPS:
            raise IllegalStepError(f"a version is promoted to validated or production, not to {to}")
        if validation is not None and now is Status.TRAINED:
            validated = self._with(version, Status.VALIDATED, validation)
            return validated if to is Status.VALIDATED else validated.promoted(version, to)
        if now is not _STEPS[to]:
            raise IllegalStepError(f"{version} is {now} and cannot become {to}: {_HOW[now]}")
        if to is Status.VALIDATED:
            return self._with(version, to)
        return self._serving((*self.served, version))

    def deprecated(self, version: Version) -> Lifecycle:
        """Return the lifecycle with a version that is not to be used again; then none serves if it did.

        Raises ``IllegalStepError`` if it is deprecated already and no rollback would bring it back.
        """
        if self.status(version) is Status.DEPRECATED and version not in self.served:
            raise IllegalStepError(f"{version} is deprecated already")
        remaining = [other for other in self.served if other != version]
        if self.production == version:
            remaining.append(None)
        return self._serving(_without_repeats(remaining))._with(version, Status.DEPRECATED)  # noqa: SLF001

    def rolled_back(self) -> Lifecycle:
        """Return the lifecycle with what served before in production again, and the present version deprecated.

        Raises ``IllegalStepError`` if none is in production.
        """
        if not self.served:
            raise IllegalStepError("nothing to roll back to: no version is in production")
        return self._serving(self.served[:-1])

    def _with(self, version: Version, status: Status, validation: Mapping[str, Any] | None = None) -> Lifecycle:
        entry = replace(self.versions[version], status=status)
        if validation is not None:
            entry = replace(entry, validation=validation)
        return replace(self, versions={**self.versions, version: entry})

    def _serving(self, served: tuple[Version | None, ...]) -> Lifecycle:
        """Return the lifecycle with another list; what served and does no more is deprecated."""
        after = self if self.production is None else self._with(self.production, Status.DEPRECATED)
        after = replace(after, served=served[-MOST_SERVED:])
        return after if after.production is None else after._with(after.production, Status.PRODUCTION)  # noqa: SLF001


def _without_repeats(served: list[Version | None]) -> tuple[Version | None, ...]:
    """Return the list without neighbours that are the same, and without a leading ``None``."""
    distinct: list[Version | None] = []
    for version in served:
        if version != (distinct[-1] if distinct else None):
            distinct.append(version)
    return tuple(distinct)


def encode(state: Lifecycle) -> bytes:
    """Return the stored form: JSON that carries its own digest."""
    body = {
        "format_version": FORMAT_VERSION,
        "name": state.name,
        "versions": {
            str(version): {"status": entry.status.value, "metadata": entry.metadata}
            | ({"validation": dict(entry.validation)} if entry.validation else {})
            for version, entry in sorted(state.versions.items())
        },
        "served": [None if version is None else str(version) for version in state.served],
    }
    return (json.dumps(body | {"sha256": _digest(body)}, indent=1) + "\n").encode("ascii")


def decode(data: bytes) -> Lifecycle:
    """Return the lifecycle that ``encode`` stored.

    Raises ``NewerFormatError`` if a newer program wrote it; ``ValueError``, ``KeyError``, ``TypeError`` or
    ``AttributeError`` if it was changed or is none.
    """
    body = json.loads(data)
    digest = body.pop("sha256")
    if digest != _digest(body):
        raise ValueError("its digest differs from its content")
    if body["format_version"] > FORMAT_VERSION:
        raise NewerFormatError(f"format {str(body['format_version'])[:20]} is newer than this program reads")
    versions = {
        Version.parse(version): Entry(Status(entry["status"]), entry["metadata"], dict(entry.get("validation", {})))
        for version, entry in body["versions"].items()
    }
    served = tuple(None if version is None else Version.parse(version) for version in body["served"])
    state = Lifecycle(plain(body["name"]), versions, served)
    in_production = [version for version, entry in versions.items() if entry.status is Status.PRODUCTION]
    if not set(served) <= {None, *versions} or in_production != [v for v in served[-1:] if v is not None]:
        raise ValueError("it contradicts itself about what serves")
    return state


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
