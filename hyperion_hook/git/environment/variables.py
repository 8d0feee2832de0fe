"""The variables that git is started with: of its own only those that say where things are and who commits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hyperion_hook.git.environment.program import safe_search
from hyperion_hook.git.environment.trust import trusted_folders

_KEPT = set(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR "
    "GIT_NAMESPACE GIT_CEILING_DIRECTORIES GIT_DISCOVERY_ACROSS_FILESYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL "
    "GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE GIT_CONFIG_GLOBAL "
    "GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM GIT_QUARANTINE_PATH GIT_EXEC_PATH GIT_TEST_ASSUME_DIFFERENT_OWNER".split()
)


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
