"""Which repositories to train on: a list of folders, or a TOML file that names them.

::

    root = "/srv/mirrors"            # optional: where names without a path are looked for

    [[repository]]
    name = "pallets/flask"
    path = "flask"                   # optional: absolute, or beside this file
    head = "2c8cd3a..."              # optional: the newest commit to read
    left_out = true                  # optional: not trained on, only evaluated
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.regular import TooLargeError, read_regular
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.rows.mine import name_of

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One repository: what it is called, where it lies, up to where it is read, and whether it is trained on."""

    name: str
    path: Path
    until: str = "HEAD"
    left_out: bool = False

    def absolute(self) -> CorpusEntry:
        """Return the entry as every process understands it, wherever it runs."""
        return replace(self, path=self.path.absolute())


def entries_of(repositories: Sequence[Path], until: str) -> list[CorpusEntry]:
    """Return repositories given by folder; folders of one name are told apart by number."""
    entries: dict[str, CorpusEntry] = {}
    for path in repositories:
        name = first = name_of(path)
        number = 1
        while name in entries:
            number += 1
            name = f"{first}-{number}"
        entries[name] = CorpusEntry(name, path, until)
    return list(entries.values())


def read_corpus(file: Path) -> list[CorpusEntry]:
    """Return the repositories a TOML file names.

    Raises ``ConfigError`` if the file cannot be read, names no repository, or names one that is not there; all
    faults at once.
    """
    try:
        content = tomllib.loads(read_regular(file, _MAX_BYTES, links=True).decode("utf-8"))
    except TooLargeError as error:
        raise ConfigError(f"corpus '{file}': {error.strerror}; give a shorter list") from None
    except OSError as error:
        raise ConfigError(f"corpus '{file}': {error.strerror or 'cannot be read'}; give a readable file") from None
    except ValueError as error:
        raise ConfigError(f"corpus '{file}': no TOML ({error}); correct it") from None
    listed = content.get("repository")
    if not isinstance(listed, list) or not listed:
        raise ConfigError(f"corpus '{file}': names no [[repository]]; add at least one")
    faults: list[str] = []
    entries = [_entry(number, item, content, file.parent, faults) for number, item in enumerate(listed, 1)]
    names = [entry.name for entry in entries]
    faults += sorted({f"'{name}': named twice" for name in names if names.count(name) > 1})
    if faults:
        raise ConfigError("\n".join(f"corpus '{file}': {fault}" for fault in faults))
    return entries


def _entry(number: int, item: Any, content: Mapping[str, Any], beside: Path, faults: list[str]) -> CorpusEntry:
    values = item if isinstance(item, dict) else {}
    name, place, until = values.get("name"), values.get("path"), values.get("head", "HEAD")
    if not isinstance(name, str) or not name or not isinstance(until, str) or not isinstance(place, str | None):
        faults.append(f"repository {number}: 'name' must be there, and 'name', 'path' and 'head' be text")
        return CorpusEntry(f"{number}", beside)
    path = beside / str(content.get("root", "")) / (place or name)
    if not path.is_dir():
        faults.append(f"'{name}': no folder {path}; give its 'path'")
    return CorpusEntry(name, path, until, values.get("left_out") is True)
