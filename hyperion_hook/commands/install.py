"""``install``: a plain git hook, without the pre-commit framework."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

import hyperion_hook
from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.hook_files import STAGES, hook_script, install_hook
from hyperion_hook.errors import ExitCode, HyperionError
from hyperion_hook.report.safe_text import printable


def run(repo: Path | None, stages: Sequence[str]) -> ExitCode:
    """Install the hooks of these stages and say what was done."""
    folder = hooks_folder(repo)
    package = str(Path(hyperion_hook.__file__).resolve().with_name("__main__.py"))
    for stage in stages:
        click.echo(printable(install_hook(folder, stage, hook_script(stage, sys.executable, package))))
    return ExitCode.DONE


def hooks_folder(repo: Path | None) -> Path:
    """Return where git looks for the hooks of a repository; what is particular about the place is said.

    Raises
    ------
    HyperionError
        If another tool rewrites that folder.
    """
    from hyperion_hook.git.repository import Repository  # noqa: PLC0415 - not wanted for --help

    repository = Repository.discover(repo)
    folder = repository.hooks_dir()
    if (folder.parent.name, folder.name) == (".husky", "_"):
        raise HyperionError(
            f"hooks folder '{folder}': husky writes it anew; add the line 'hyperion-hook hook pre-commit'"
            f" to '{folder.parent / 'pre-commit'}' instead"
        )
    if folder != repository.common_dir / "hooks":
        where = _level_of_hooks_path(repository.common_dir)
        say(f"core.hooksPath is set{where}: the hook lies in {folder} and runs wherever that folder is used")
    return folder


def _level_of_hooks_path(common_dir: Path) -> str:
    """Return which configuration sets ``core.hooksPath``, '' where that cannot be told."""
    from configparser import Error  # noqa: PLC0415 - GitPython is not light, and few repositories set this

    from git import Repo  # noqa: PLC0415
    from git.exc import GitError  # noqa: PLC0415

    levels: dict[Literal["repository", "global", "user", "system"], str] = {
        "repository": " in this repository", "global": " for this user", "user": " for this user",
        "system": " for this machine",
    }
    try:
        with Repo(common_dir) as repository:
            for level, words in levels.items():
                if repository.config_reader(level).has_option("core", "hooksPath"):
                    return words
    except (GitError, Error, OSError, ValueError):
        return ""
    return ""


@click.command()
@click.option("--stage", "stages", type=click.Choice(STAGES), multiple=True, help="Default: pre-commit; repeatable.")
@click.pass_obj
def command(invocation: Invocation, /, *, stages: tuple[str, ...]) -> int:
    """Install a plain git hook; an existing hook is kept and run first.

    The hook informs and lets everything pass, unless the setting fail-on says otherwise.
    """
    return run(invocation.repo, stages or ("pre-commit",))
