"""The hook files that ``install`` writes and ``uninstall`` takes away; nothing of anybody else's is lost.

A hook that was there before moves aside as ``<stage>.before-hyperion`` and is run first. Only files that carry our mark
are ever replaced or removed.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from hyperion_hook.commands import say
from hyperion_hook.errors import HyperionError, file_errors
from hyperion_hook.store.files.whole_files import write_whole

STAGES = ("pre-commit", "commit-msg", "pre-push")
KEPT_SUFFIX = ".before-hyperion"
MARK = b"# hyperion-hook: written by 'hyperion-hook install', removed by 'hyperion-hook uninstall'"
_READ_FOR_MARK = 4096
_LEVELS = {
    "local": " in this repository",
    "worktree": " in this worktree",
    "global": " for this user",
    "system": " for this machine",
    "command": " for this command",
}

_SCRIPT = r"""#!/bin/sh
{mark}
stage={stage}
python={python}
package={package}
before="${{0%/*}}/$stage{kept}"

{body}"""

# what is relative or empty means the folder where git runs hooks: the top of the checkout
_RUN = r"""case ":${PYTHONPATH-/}:" in *::* | *:[!/]*) unset PYTHONPATH ;; esac
program=$(command -v hyperion-hook)
if [ -x "$python" ] && [ -e "$package" ]; then
    set -- "$python" -P -m hyperion_hook hook "$stage" -- "$@"
elif [ "${program#/}" != "$program" ]; then
    set -- "$program" hook "$stage" -- "$@"
else
    echo "hyperion-hook: not found, so nothing is assessed; run 'hyperion-hook install' again" >&2
    exit 0
fi
"""

_BODY = (
    r"""if [ -x "$before" ]; then
    "$before" "$@" || exit
fi
"""
    + _RUN
    + 'exec "$@"\n'
)

# both hooks read what git says on stdin, to the last line feed
_BODY_WITH_INPUT = (
    r"""input=
while IFS= read -r line; do
    input="$input$line
"
done
input="$input$line"
if [ -x "$before" ]; then
    printf '%s' "$input" | "$before" "$@" || exit
fi
"""
    + _RUN
    + r"""printf '%s' "$input" | "$@"
"""
)


def hooks_folder(repo: Path | None) -> Path:
    """Return where git looks for the hooks of a repository; what is particular about the place is said.

    Raises ``HyperionError`` if another tool rewrites that folder.
    """
    from hyperion_hook.git.environment.gitpython import level_of, open_repository

    repository = open_repository(repo)
    folder = repository.hooks_dir()
    if (folder.parent.name, folder.name) == (".husky", "_"):
        raise HyperionError(
            f"hooks folder '{folder}': husky writes it anew; add the line 'hyperion-hook hook pre-commit'"
            f" to '{folder.parent / 'pre-commit'}' instead"
        )
    if folder != repository.common_dir / "hooks":
        where = _LEVELS.get(level_of(repository, "core.hooksPath"), "")
        say(f"core.hooksPath is set{where}: the hook lies in {folder} and runs wherever that folder is used")
    return folder


def hook_script(stage: str, python: str, package: str) -> bytes:
    """Return the hook of a stage: run what was there before, then this program, and pass when it is gone.

    ``python`` is the absolute path of the interpreter that this program is installed in, ``package`` that of a file of
    this program, to see whether it is still there.
    """
    script = _SCRIPT.format(
        mark=MARK.decode(),
        stage=shlex.quote(stage),
        python=shlex.quote(python),
        package=shlex.quote(package),
        kept=KEPT_SUFFIX,
        body=_BODY_WITH_INPUT if stage == "pre-push" else _BODY,
    )
    return os.fsencode(script)


def install_hook(folder: Path, stage: str, script: bytes) -> str:
    """Put a hook in place, keep what was there, and return what was done in words.

    Raises ``HyperionError`` if the folder cannot be written, or what is there is not understood.
    """
    hook, backup = folder / stage, folder / (stage + KEPT_SUFFIX)
    with file_errors(f"hook '{hook}'", "written"):
        if hook.is_dir() or backup.is_dir():
            raise HyperionError(f"hook '{hook}': a folder is in its place; move it away first")
        if is_ours(hook):
            if hook.read_bytes() == script:
                return f"{stage}: already installed in {hook}"
            write_whole(hook, script, 0o755)
            return f"{stage}: updated in {hook}"
        folder.mkdir(parents=True, exist_ok=True)
        chained = os.path.lexists(backup)
        if os.path.lexists(hook):
            if chained:
                raise HyperionError(
                    f"hook '{backup}': is there already, beside another '{stage}'; move one of them away"
                )
            hook.rename(backup)
            chained = True
        try:
            write_whole(hook, script, 0o755)
        except OSError:
            if chained and not os.path.lexists(hook):
                with suppress(OSError):
                    backup.rename(hook)
            raise
    note = f"; the hook that was there runs first, as {backup.name}" if chained else ""
    return f"{stage}: installed in {hook}{note}"


def uninstall_hook(folder: Path, stage: str) -> str | None:
    """Take a hook away, put back what was there before, and return what was done, ``None`` for nothing.

    Raises ``HyperionError`` if the folder cannot be written, or somebody has replaced our hook while keeping the
    one before it.
    """
    hook, backup = folder / stage, folder / (stage + KEPT_SUFFIX)
    with file_errors(f"hook '{hook}'", "written"):
        ours, before = is_ours(hook), os.path.lexists(backup)
        if not ours and not before:
            return None
        if not ours and os.path.lexists(hook):
            raise HyperionError(f"hook '{hook}': is not ours, but '{backup.name}' is kept; keep one of them by hand")
        if before:
            backup.replace(hook)
            return f"{stage}: restored {hook}"
        hook.unlink()
        return f"{stage}: removed {hook}"


def is_ours(hook: Path) -> bool:
    """Return whether a hook is one that ``install`` wrote."""
    if hook.is_symlink() or not hook.is_file():
        return False
    with hook.open("rb") as file:
        return MARK in file.read(_READ_FOR_MARK)
