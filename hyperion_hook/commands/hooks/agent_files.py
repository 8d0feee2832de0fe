"""The files of coding agents that ``install --agent`` edits and ``uninstall --agent`` puts back, byte for byte.

What a file held before is kept in the git directory. A file that nobody edited since gets exactly that back; from one
that somebody did edit only our own entries are taken out again.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import HyperionError, file_errors
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.store.files.whole_files import check_folder, real_folder, write_whole

_NAME = "hyperion-hook"
_MOST_BYTES, _MOST_KEPT_BYTES = 1_000_000, 20_000_000
_TOML_BEGIN, _TOML_END = f"# {_NAME}: begin\n", f"# {_NAME}: end\n"


class AgentFile(NamedTuple):
    """A file of an agent: where it lies, the keys that lead to our entry, and the entry (a list holds it among others).

    ``is_toml``: the entry is a table that is written at the end, between two marks.
    """

    path: str
    keys: tuple[str, ...]
    entry: dict[str, Any]
    in_list: bool = False
    is_toml: bool = False
    defaults: tuple[tuple[str, Any], ...] = ()


AGENTS = ("claude", "cursor", "codex", "copilot")
Originals = dict[str, tuple[bytes | None, bytes]]
"""What each file held before our entry was added, ``None`` where there was none, and after that."""


def files_of(agent: str, program: Sequence[str]) -> tuple[AgentFile, ...]:
    """Return the files of one of ``AGENTS``: the server, and for agents with hooks what runs after an edit."""
    server: dict[str, Any] = {"command": program[0], "args": [*program[1:], "mcp"]}
    typed = {"type": "stdio"} | server
    hook = shlex.join([*program, "hook", "agent"])
    after_edit = {"matcher": "Edit|MultiEdit|Write", "hooks": [{"type": "command", "command": hook}]}
    return {
        "claude": (
            AgentFile(".mcp.json", ("mcpServers", _NAME), typed),
            AgentFile(".claude/settings.json", ("hooks", "PostToolUse"), after_edit, in_list=True),
        ),
        "cursor": (
            AgentFile(".cursor/mcp.json", ("mcpServers", _NAME), typed),
            AgentFile(
                ".cursor/hooks.json",
                ("hooks", "afterFileEdit"),
                {"command": hook},
                in_list=True,
                defaults=(("version", 1),),
            ),
        ),
        "codex": (AgentFile(".codex/config.toml", ("mcp_servers", _NAME), server, is_toml=True),),
        "copilot": (AgentFile(".vscode/mcp.json", ("servers", _NAME), typed),),
    }[agent]


def program_here() -> tuple[str, ...]:
    """Return how an agent starts this program: by its name where that is found, since such files are often shared."""
    from shutil import which

    return (_NAME,) if which(_NAME) else (sys.executable, "-P", "-m", "hyperion_hook")


def install_agent(repository: Repository, agent: str) -> list[str]:
    """Write an agent's files, keep what they held, and return what was done.

    Raises ``HyperionError`` if there is no work tree, or a file is not one that can be edited; then nothing is
    written.
    """
    top = _top(repository)
    planned = []
    for file in files_of(agent, program_here()):
        before = _read(top, file.path)
        planned.append((file.path, before, _with_entry(file, before)))
    originals, done = _read_originals(repository), []
    for path, before, after in planned:
        if after == before:
            done.append(f"{agent}: already in {path}")
            continue
        originals[path] = (originals[path][0] if path in originals else before, after)
        _write_originals(repository, originals)
        _write(top / path, after)
        done.append(f"{agent}: {'written' if before is None else 'added'} to {path}")
    return done


def uninstall_agent(repository: Repository, agent: str) -> list[str]:
    """Put an agent's files back, and return what was done.

    Raises ``HyperionError`` if a file cannot be edited; then nothing is written.
    """
    top, originals, planned, done = _top(repository), _read_originals(repository), [], []
    for file in files_of(agent, program_here()):
        now = _read(top, file.path)
        if file.path in originals:
            before, after = originals[file.path]
            # one that was put back before its entry was removed is left as it is
            planned.append((file.path, now, before if now in (None, before, after) else _without_entry(file, now)))
    for path, now, before in planned:
        if now is not None:
            if before is not None:
                _write(top / path, before)
            else:
                (top / path).unlink()
                with suppress(OSError):  # a folder that holds something else stays
                    (top / path).parent.rmdir()
            done.append(f"{agent}: {'removed' if before is None else 'restored'} {path}")
        del originals[path]
        _write_originals(repository, originals)
    return done


def _with_entry(file: AgentFile, before: bytes | None) -> bytes:
    if file.is_toml:
        return _with_block(file, (before or b"").decode("utf-8", "surrogateescape")).encode()
    table, last = _parsed(file, before), file.keys[-1]
    for key, value in file.defaults:
        table.setdefault(key, value)
    inner = _innermost(file, table)
    if file.in_list:
        entries = inner.setdefault(last, [])
        if not isinstance(entries, list):
            raise HyperionError(f"{file.path}: '{last}' is not a list; correct it, then install again")
        if file.entry not in entries:
            entries.append(file.entry)
    else:
        inner[last] = file.entry
    return before if before is not None and table == _parsed(file, before) else json_text(table, indent=2).encode()


def _without_entry(file: AgentFile, now: bytes) -> bytes:
    if file.is_toml:
        return _without_block(now.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    table, last = _parsed(file, now), file.keys[-1]
    inner = _innermost(file, table)
    if file.in_list:
        inner[last] = [entry for entry in inner.get(last, []) if entry != file.entry]
    else:
        inner.pop(last, None)
    return json_text(table, indent=2).encode()


def _innermost(file: AgentFile, table: dict[str, Any]) -> dict[str, Any]:
    """Return the table that our entry is in, made where there is none."""
    for key in file.keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise HyperionError(f"{file.path}: '{key}' is not a table; correct it, then install again")
    return table


def _with_block(file: AgentFile, text: str) -> str:
    """Return TOML with our table at its end, of which there is one and which is no part of something else."""
    text = _without_block(text) if _TOML_BEGIN in text else text
    table = _toml(text)
    if table is None:
        raise HyperionError(f"{file.path}: not valid TOML; correct it, then install again")
    section, name = file.keys
    servers = table.get(section, {})
    if isinstance(servers, dict) and name in servers:
        raise HyperionError(f"{file.path}: has an entry '{name}' that is not ours; remove it first")
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in file.entry.items())
    gap = "\n" if text and not text.endswith("\n") else ""
    block = f"[{section}.{name}]\n{lines}"
    result = f"{text}{gap}{_TOML_BEGIN}{block}{_TOML_END}"
    if (_toml(result) or {}).get(section, {}).get(name) != file.entry:
        raise HyperionError(f"{file.path}: a table cannot follow there; add by hand: {' '.join(block.split())}")
    return result


def _toml(text: str) -> dict[str, Any] | None:
    import tomllib

    with suppress(ValueError, RecursionError):
        text.encode()  # what is no UTF-8 is no TOML
        return tomllib.loads(text)
    return None


def _without_block(text: str) -> str:
    head, _, rest = text.partition(_TOML_BEGIN)
    return head + rest.partition(_TOML_END)[2]


def _parsed(file: AgentFile, content: bytes | None) -> dict[str, Any]:
    if content is None or not content.strip():
        return {}
    try:
        table = json.loads(content.decode("utf-8-sig"), parse_constant=_refused)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        entry = json.dumps({file.keys[-1]: file.entry})
        raise HyperionError(f"{file.path}: not plain JSON; add under '{file.keys[0]}' by hand: {entry}")
    return table


def _refused(name: str) -> Any:
    raise ValueError(f"JSON knows no {name}")


def _top(repository: Repository) -> Path:
    if repository.work_tree is None:
        raise HyperionError(f"{repository.git_dir}: a bare repository has no files of agents")
    return repository.work_tree


def _read(top: Path, name: str) -> bytes | None:
    path = top / name
    if Path(os.path.realpath(path)) != Path(os.path.realpath(top)) / name:
        raise HyperionError(f"{name}: is or lies behind a link; edit what it leads to by hand")
    try:
        return read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HyperionError(f"{name}: cannot be read: {error}") from None


def _write(path: Path, content: bytes) -> None:
    with file_errors(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, path.stat().st_mode & 0o777 if path.exists() else None)


def _store(repository: Repository) -> Path:
    return repository.git_dir / "hyperion-hook" / "agents.json"  # of this work tree, as the files are


def _read_originals(repository: Repository) -> Originals:
    path = _store(repository)
    try:
        check_folder(path.parent, repository.git_dir)
        entries = json.loads(read_regular(path, _MOST_KEPT_BYTES))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise HyperionError(f"{path}: {error.strerror or 'cannot be read'}; remove it") from None
    except (ValueError, RecursionError):
        return {}
    originals: Originals = {}
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        with suppress(KeyError, TypeError, ValueError):  # what is no entry of ours is none
            before = None if entry["before"] is None else base64.b64decode(entry["before"])
            originals[name] = (before, base64.b64decode(entry["after"]))
    return originals


def _write_originals(repository: Repository, originals: Originals) -> None:
    path = _store(repository)
    entries = {
        name: {
            "before": None if before is None else base64.b64encode(before).decode(),
            "after": base64.b64encode(after).decode(),
        }
        for name, (before, after) in originals.items()
    }
    with file_errors(path, "written", "; correct that, then try again"):
        real_folder(path.parent, repository.git_dir)
        write_whole(path, json_text(entries, indent=1).encode())
