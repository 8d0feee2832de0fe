"""The models of one repository: every version whole, its bytes known, and one file that says which one serves.

::

    registry/
      lock                                          held by whoever writes
      risk_predictor.json                           statuses, what serves and served, digests of the metadata
      metadata/risk_predictor_v1.0.0_metadata.json  what the model is, digests of its files
      risk_predictor_v1.0.0/                        its files

A version is written beside its place, moved there, and exists once ``risk_predictor.json`` names it; that file is
replaced in one step. So a process killed at any moment leaves the registry as it was before or as it was to be, and
what lies about unnamed is swept away by the next writer. Readers need no lock. That file is there, naming nothing yet,
before the first version is written: versions without it are no killed writer's, its loss is noticed and said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.errors import ArtefactError, ConfigError, StoreError
from hyperion_hook.store.files.sqlite import exclusive
from hyperion_hook.store.files.whole_files import check_folder, real_folder, sweep, write_folder, write_whole
from hyperion_hook.store.models import FOLDER
from hyperion_hook.store.models import lifecycle as model_lifecycle
from hyperion_hook.store.models import metadata as model_metadata
from hyperion_hook.store.models.lifecycle import IllegalStepError, Lifecycle, NewerFormatError
from hyperion_hook.store.models.metadata import ModelMetadata, Status, digest_of, digests, plain
from hyperion_hook.store.models.versions import Version, next_version

RISK_PREDICTOR = model_metadata.RISK_PREDICTOR
BUSY_SECONDS = 10.0
ANY: Final = ""
"""Whatever version is in production, or none."""
_MAX_RECORD_BYTES = 8_000_000
_LOCK = "lock"
_METADATA = "metadata"
_OF_VERSION = re.compile(r"(?P<name>.+)_v\d+\.\d+\.\d+(?:_metadata\.json)?")
"""What the folder and the metadata file of a version are called."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The version that a model has; ``is_new`` is false where this very model was there already."""

    version: str
    is_new: bool


class VersionStore:
    """The registry in a folder, which need not be there yet."""

    def __init__(self, root: Path, common_dir: Path | None = None) -> None:
        self.root = root
        self._common_dir = common_dir

    @classmethod
    def of(cls, common_dir: Path) -> VersionStore:
        """Return the registry of the repository with this git directory."""
        return cls(common_dir / FOLDER, common_dir)

    def names(self) -> list[str]:
        """Return the names of the models there are, those whose record was lost among them."""
        named = {path.stem for path in self.root.glob("*.json")} | {name for name, _ in self._lying_about()}
        return sorted(name for name in named if _is_plain(name))

    def versions(self, name: str) -> dict[str, Status]:
        """Return the versions of a model, oldest first, with how far each has come.

        Raises ``ArtefactError`` if the registry is damaged.
        """
        state = self._state(name)
        return {str(version): state.status(version) for version in sorted(state.versions)}

    def production(self, name: str) -> str | None:
        """Return the version in production, ``None`` for none.

        Raises ``ArtefactError`` if the registry is damaged.
        """
        serving = self._state(name).production
        return None if serving is None else str(serving)

    def find(self, name: str, version: str = "latest") -> ModelMetadata:
        """Return the metadata of a version; ``latest`` is the highest, ``production`` the one that serves.

        Raises ``ConfigError`` if there is none; ``ArtefactError`` if the registry or the record is damaged.
        """
        state = self._state(name)
        return self._metadata(state, self._named(state, version))

    def folder(self, name: str, version: str) -> Path:
        """Return the folder of a version once its files are as they were registered.

        Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if a file is missing or changed.

        Parameters
        ----------
        name, version
            As for ``find``.
        """
        metadata = self.find(name, version)
        folder = self._folder(name, metadata.version)
        for file, digest in metadata.files.items():
            if digest_of(self._read(folder / file, digest.bytes)) != digest:
                _refuse(folder / file, "its digest differs from the registry's")
        return folder

    def register(self, draft: ModelMetadata, files_of: Callable[[str], Mapping[str, bytes]]) -> Registered:
        """Keep a model as a new version, with the status ``trained``.

        A model that came from the same as an earlier version, and has its bytes, is that version.

        Raises ``ArtefactError`` if the registry is damaged; ``StoreError`` if it cannot be written, or another process
        holds it for long.

        Parameters
        ----------
        draft
            What the model is; its version is found by ``versions.next_version``.
        files_of
            Gives the files by plain name for a version; called while the registry is locked.
        """
        name = draft.name
        with self._locked():
            sweep(self.root)
            real_folder(self.root / _METADATA, self.root)
            sweep(self.root / _METADATA)
            state = self._state(name)
            known = dict(self._readable(state))
            for version, before in known.items():
                if before.lineage == draft.lineage and digests(files_of(str(version))) == before.files:
                    return Registered(str(version), is_new=False)
            latest = state.latest
            newest = None if latest is None or latest not in known else known[latest].lineage
            version = next_version(latest, newest, draft.lineage)
            files = {plain(file, dots=True): data for file, data in files_of(str(version)).items()}
            record = model_metadata.encode(replace(draft, version=str(version), files=digests(files)))
            if latest is None:
                self._write(state)
            write_folder(self._folder(name, str(version)), files)
            write_whole(self._record(name, str(version)), record)
            self._write(state.registered(version, hashlib.sha256(record).hexdigest()))
        return Registered(str(version), is_new=True)

    def promote(
        self,
        name: str,
        version: str,
        to: Status = Status.PRODUCTION,
        *,
        instead_of: str | None = ANY,
        validation: Mapping[str, Any] | None = None,
    ) -> str:
        """Take a version one step further, from trained to validated or from validated to production, and return it.

        What was in production is deprecated in the same step.

        Raises ``ConfigError`` if there is no such version; ``ArtefactError`` if a file of it is missing or changed;
        ``StoreError`` if the step is not legal, or the registry cannot be written.

        Parameters
        ----------
        name, version
            As for ``find``.
        to
            ``validated`` or ``production``.
        instead_of
            What the version was compared with: if another one serves by now nothing is done. ``None`` for no version,
            ``ANY`` where it does not matter.
        validation
            What was checked of the version just now; it is kept, and a trained version may then go to production.
        """
        with self._changing(name) as change:
            state, number = change.state, self._named(change.state, version)
            serving = None if state.production is None else str(state.production)
            if instead_of not in {ANY, serving}:
                raise IllegalStepError(
                    f"{serving or 'none'} is in production now, not {instead_of or 'none'}; compare again"
                )
            self.folder(name, str(number))
            if undefined := self.find(name, str(number)).extra.get(model_metadata.NOT_MEASURED):
                raise IllegalStepError(
                    f"{number} was never measured: {', '.join(undefined)} not defined where it was tested; test it on "
                    "rows of both classes and save it anew"
                )
            change.state = state.promoted(number, to, validation)
        return str(number)

    def deprecate(self, name: str, version: str) -> str:
        """Say that a version is not to be used again, nor to be rolled back to, and return it.

        If it served, none does then.

        Raises ``ConfigError`` if there is no such version; ``StoreError`` if it is deprecated already, or the registry
        cannot be written.
        """
        with self._changing(name) as change:
            number = self._named(change.state, version)
            change.state = change.state.deprecated(number)
        return str(number)

    def rollback(self, name: str) -> tuple[str | None, str | None]:
        """Return to what served before, and return both versions; ``None`` stands for no version.

        Raises ``ArtefactError`` if what served before is damaged; ``StoreError`` if nothing served before, or the
        registry cannot be written.
        """
        with self._changing(name) as change:
            before = change.state.production
            change.state = change.state.rolled_back()
            after = change.state.production
            if after is not None:
                self.folder(name, str(after))
        return (None if before is None else str(before)), (None if after is None else str(after))

    @contextmanager
    def _changing(self, name: str) -> Iterator[_Change]:
        with self._locked():
            change = _Change(self._state(name))
            try:
                yield change
            except IllegalStepError as error:
                raise StoreError(f"{name}: {error}") from None
            self._write(change.state)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with exclusive(self.root / _LOCK, BUSY_SECONDS, self._common_dir):
                yield
        except OSError as error:
            raise StoreError(
                f"{error.filename or self.root}: {error.strerror or 'cannot be written'}; the registry is as it was"
            ) from None

    def _write(self, state: Lifecycle) -> None:
        write_whole(self._state_file(state.name), model_lifecycle.encode(state))

    def _state(self, name: str) -> Lifecycle:
        try:
            path = self._state_file(plain(name))
            check_folder(self.root / _METADATA, self._common_dir or self.root)
            data = read_regular(path, _MAX_RECORD_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            if any(owner == name for owner, _ in self._lying_about()) and not path.exists():
                raise self._lost(name, path) from None
            return Lifecycle(name)
        except ValueError as error:
            raise ConfigError(f"model name: {error}; use letters, digits, '_' and '-'") from None
        except OSError as error:
            raise _damaged(Path(error.filename or path), error.strerror or "cannot be read") from None
        try:
            state = model_lifecycle.decode(data)
        except NewerFormatError as error:
            raise ArtefactError(f"{path}: {error}; run: pip install -U hyperion-hook") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(path, f"damaged ({error})") from None
        if state.name != name:
            raise _damaged(path, f"belongs to the model '{state.name}'")
        return state

    def _lying_about(self) -> Iterator[tuple[str, Path]]:
        """Yield each folder and metadata file of a version, and the name of its model; named by a record or not."""
        for folder in (self.root, self.root / _METADATA):
            for path in folder.iterdir() if folder.is_dir() else ():
                match = _OF_VERSION.fullmatch(path.name)
                if match is not None:
                    yield match["name"], path

    def _lost(self, name: str, record: Path) -> ArtefactError:
        left = sorted(str(path.relative_to(self.root)) for owner, path in self._lying_about() if owner == name)
        return ArtefactError(
            f"{record}: is gone, but {left[0]} is there{f' and {len(left) - 1} more' if left[1:] else ''}; put the file"
            f" back from a copy, or move the versions away: {name}_v* there and in {_METADATA}"
        )

    def _named(self, state: Lifecycle, version: str) -> Version:
        if version in {"latest", "production"}:
            number = state.latest if version == "latest" else state.production
            if number is None:
                why = "" if state.versions else f", since {self.root} has no model of that name"
                raise ConfigError(f"{state.name}: no version is {version}{why}; see: hyperion-hook models list")
            return number
        try:
            number = Version.parse(version)
        except ValueError as error:
            raise ConfigError(f"{state.name}: {error}; see: hyperion-hook models list") from None
        if number not in state.versions:
            raise ConfigError(f"{state.name}: no version {version}; see: hyperion-hook models list")
        return number

    def _readable(self, state: Lifecycle) -> Iterator[tuple[Version, ModelMetadata]]:
        """Yield the versions whose records are whole; a damaged one must not keep a new one out."""
        for version in sorted(state.versions, reverse=True):
            with suppress(ArtefactError):
                yield version, self._metadata(state, version)

    def _metadata(self, state: Lifecycle, version: Version) -> ModelMetadata:
        path = self._record(state.name, str(version))
        data = self._read(path, _MAX_RECORD_BYTES)
        if hashlib.sha256(data).hexdigest() != state.versions[version].metadata:
            _refuse(path, "its digest differs from the registry's")
        try:
            created = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            entry = state.versions[version]
            metadata = model_metadata.decode(data, status=entry.status, created_at=created, validation=entry.validation)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
            _refuse(path, f"damaged ({error})")
        if (metadata.name, metadata.version) != (state.name, str(version)):
            _refuse(path, f"belongs to {metadata.name} {metadata.version}")
        return metadata

    def _read(self, path: Path, most: int) -> bytes:
        try:
            return read_regular(path, most)
        except OSError as error:
            _refuse(path, error.strerror or "cannot be read")

    def _state_file(self, name: str) -> Path:
        return self.root / f"{name}.json"

    def _folder(self, name: str, version: str) -> Path:
        return self.root / f"{name}_{version}"

    def _record(self, name: str, version: str) -> Path:
        return self.root / _METADATA / f"{name}_{version}_metadata.json"


@dataclass(slots=True)
class _Change:
    """The lifecycle as it is, and as it is to be."""

    state: Lifecycle


def _is_plain(name: str) -> bool:
    try:
        return bool(plain(name))
    except ValueError:
        return False


def _refuse(path: Path, what: str) -> NoReturn:
    raise ArtefactError(
        f"{path}: {what}; run: hyperion-hook models rollback, or to pass it over: models deprecate VERSION"
    )


def _damaged(path: Path, what: str) -> ArtefactError:
    return ArtefactError(f"{path}: {what}; move the folder away and train anew: hyperion-hook retrain")
