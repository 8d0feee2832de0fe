"""The variables that git is started with: of its own only those that say where things are, who commits, what to trust.

Containers and CI jobs set ``safe.directory`` there where the home folder cannot be written (``GIT_CONFIG_COUNT``), and
``git -c`` hands it to hooks (``GIT_CONFIG_PARAMETERS``). No other setting is taken over: many of them name programs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from hyperion_hook.git.environment.program import safe_search

_KEPT = set(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR "
    "GIT_NAMESPACE GIT_CEILING_DIRECTORIES GIT_DISCOVERY_ACROSS_FILESYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL "
    "GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE GIT_CONFIG_GLOBAL "
    "GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM GIT_QUARANTINE_PATH GIT_EXEC_PATH GIT_TEST_ASSUME_DIFFERENT_OWNER".split()
)
_TRUSTING = frozenset({"safe.directory", "safe.barerepository"})
_MOST_SETTINGS = 10_000


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git neither asks, nor fetches, nor runs what the caller's variables name."""
    clean = {name: value for name, value in environment.items() if not name.startswith("GIT_") or name in _KEPT}
    if not Path(clean.get("GIT_EXEC_PATH", "")).is_absolute():
        clean.pop("GIT_EXEC_PATH", None)
    return (
        clean
        | trusted_folders(environment)
        | safe_search(environment)
        | {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_PAGER": "cat",
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_GRAFT_FILE": os.devnull,
        }
    )


def trusted_folders(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that hold what an environment says of folders to trust, and nothing else.

    Examples
    --------
    >>> trusted_folders({"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.pager", "GIT_CONFIG_VALUE_0": "evil",
    ...                  "GIT_CONFIG_KEY_1": "safe.directory", "GIT_CONFIG_VALUE_1": "*"})
    {'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'safe.directory', 'GIT_CONFIG_VALUE_0': '*'}
    >>> trusted_folders({"GIT_CONFIG_PARAMETERS": "'core.pager'='evil' 'safe.directory'='/r'"})["GIT_CONFIG_VALUE_0"]
    '/r'
    """
    settings = [(key, value) for key, value in _settings(environment) if key.lower() in _TRUSTING]
    variables = {"GIT_CONFIG_COUNT": str(len(settings))} if settings else {}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _settings(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield settings in the order in which git reads them."""
    count = environment.get("GIT_CONFIG_COUNT", "")
    for number in range(
        min(int(count), _MOST_SETTINGS) if count.isascii() and count.isdigit() and len(count) < 10 else 0
    ):
        key, value = (environment.get(f"GIT_CONFIG_{part}_{number}") for part in ("KEY", "VALUE"))
        if key is not None and value is not None:
            yield key, value
    parameters = environment.get("GIT_CONFIG_PARAMETERS", "")
    if "safe." in parameters.lower():
        yield from _parameters(parameters)


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """Yield the settings that ``git -c`` hands on: words quoted for a shell, a key, ``=`` and a value."""
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        return
    for word in words:
        key, _, value = word.partition("=")
        yield key, value
