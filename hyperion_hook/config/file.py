"""Reads the settings of a file, whatever the file holds: a fault in words, never a crash and never a hang."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.light_dataclasses import dataclass, field

FILE_NAME = ".hyperion-hook.toml"
PROJECT_FILE_NAME = "pyproject.toml"
TABLE = "hyperion-hook"
MAX_BYTES = 1_000_000
MAX_PARTS_WORK = 10_000_000
"""Steps that the dotted names of a file may cost: the parser's time and memory grow with the square of their parts."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings of a file as TOML values, by key; ``folder`` is where the file lies."""

    name: str = ""
    folder: Path = Path()
    table: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def top_of_work_tree(folder: Path) -> Path | None:
    """Return the nearest folder, upwards from this one, that holds ``.git``; ``None`` without one.

    Asking git would cost a process, and the file is wanted before git is asked anything.
    """
    try:
        start = folder.resolve()
        return next((parent for parent in (start, *start.parents) if (parent / ".git").exists()), None)
    except (OSError, RuntimeError):
        return None


def read_settings_file(folder: Path, faults: list[str], texts: Mapping[str, bytes] | None = None) -> SettingsFile:
    """Return the settings of the configuration file in a folder; what is wrong is added to ``faults``.

    ``.hyperion-hook.toml`` wins over ``pyproject.toml`` as a whole, and a warning says so. Where ``texts`` is given, it
    holds the files' contents by name, and nothing is read from the folder.
    """
    read = partial(_content, folder, faults) if texts is None else texts.get
    own = _parsed(FILE_NAME, read(FILE_NAME), faults)
    project = _parsed(PROJECT_FILE_NAME, read(PROJECT_FILE_NAME), faults, unless_named=TABLE.encode())
    tool = project.get("tool") if project else None
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        faults.append(f"{PROJECT_FILE_NAME}: tool.{TABLE} is not a table")
        table = None
    if own is not None:
        warnings = (f"{FILE_NAME} is used; [tool.{TABLE}] of {PROJECT_FILE_NAME} is not read",) if table else ()
        return SettingsFile(FILE_NAME, folder, own, warnings)
    if table is not None:
        return SettingsFile(f"{PROJECT_FILE_NAME} [tool.{TABLE}]", folder, table)
    return SettingsFile()


def _content(folder: Path, faults: list[str], name: str) -> bytes | None:
    try:
        return read_regular(folder / name, MAX_BYTES, links=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        faults.append(f"{name}: {error.strerror or 'cannot be read'}")
        return None


def _parsed(name: str, data: bytes | None, faults: list[str], unless_named: bytes = b"") -> dict[str, object] | None:
    """Return the table that TOML holds, ``None`` when there is none, a faulty one, or not what is looked for."""
    if data is None or unless_named not in data:
        return None
    dots = [line.count(b".") for line in data.splitlines()]
    if sum(count * count for count in dots) + max(dots, default=0) * len(dots) > MAX_PARTS_WORK:
        faults.append(f"{name}: nested too deeply")
        return None
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        faults.append(f"{name}: not UTF-8 (byte {error.start})")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: not valid TOML: {' '.join(str(error).split())[:200]}")
    except ValueError:
        # neither of the two above: a number that Python does not read
        faults.append(f"{name}: not valid TOML: a number has too many digits")
    except RecursionError:
        faults.append(f"{name}: nested too deeply")
    return None
