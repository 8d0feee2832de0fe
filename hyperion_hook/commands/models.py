"""``models``: which models there are, what one was trained on, and which one serves."""

from __future__ import annotations

from pathlib import Path

import click

from hyperion_hook.commands import Invocation, say, warn
from hyperion_hook.commands.support.flags import format_flag
from hyperion_hook.commands.support.mlflow_mirror import mirrored
from hyperion_hook.commands.support.model_views import (
    card_json,
    card_text,
    common_dir_of,
    listed,
    models_json,
    models_text,
    registry_of,
    shown,
    version_folder,
)
from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ConfigError, ExitCode, HyperionError
from hyperion_hook.store.models.metadata import ESTIMATOR, RISK_PREDICTOR, Status

_NAME = click.option("--name", default=RISK_PREDICTOR, show_default=True, help="Which model; score uses this one.")


def refresh(repo: Path | None, config: Config) -> None:
    """Score the recent changes with the models that serve by now, so that the next change is compared at once."""
    try:
        with ProgressLine(lines=True) as progress, open_assessor(repo, config, progress) as assessor:
            warnings = assessor.build_index(rebuild=False).warnings
    except HyperionError as error:
        warnings = (str(error),)
    warn(warnings)


def _serves(invocation: Invocation, name: str, what: str) -> int:
    click.echo(what)
    if name != RISK_PREDICTOR:
        return ExitCode.DONE
    loaded = invocation.load()
    if loaded.config.models is not None:
        say(f"warning: 'models' is set ({loaded.origins['models']}), so the registry is not asked")
    refresh(invocation.repo, loaded.config)
    return ExitCode.DONE


@click.group()
def command() -> None:
    """List the models, show what one was trained on, or say which one serves."""


@command.command("list")
@format_flag
@click.pass_obj
def list_command(invocation: Invocation, /, *, format_name: str) -> int:
    """List this repository's models, the configured and the bundled ones; an asterisk marks those in use."""
    models = listed(common_dir_of(invocation.repo), invocation.config())
    click.echo((models_json if format_name == "json" else models_text)(models), nl=False)
    return ExitCode.DONE


@command.command("show")
@click.argument("version", required=False)
@_NAME
@click.option("--models", type=click.Path(path_type=Path), help="Folder of the models; those in use by default.")
@format_flag
@click.pass_obj
def show_command(
    invocation: Invocation, /, version: str | None, *, name: str, models: Path | None, format_name: str
) -> int:
    """Show what models were trained on, how they measured, and their features.

    VERSION is one of the registry's, latest, production or bundled; those in use are shown by default.
    """
    if version is not None and models is not None:
        raise ConfigError(f"models show: '{version}' and --models exclude each other; leave one out")
    bundle, record = shown(invocation.repo, name, version, invocation.config(models=models))
    click.echo((card_json if format_name == "json" else card_text)(bundle, record), nl=False)
    return ExitCode.DONE


@command.command("promote")
@click.argument("version")
@_NAME
@click.option(
    "--to",
    type=click.Choice(["validated", "production"]),
    default="production",
    show_default=True,
    help="How far: one step at a time.",
)
@click.pass_obj
def promote_command(invocation: Invocation, /, version: str, *, name: str, to: str) -> int:
    """Let a version of this repository's registry serve from now on.

    It must be validated; what 'retrain' found not to be better than the models in use is only trained, and becomes
    validated by '--to validated', on your word. What served before is deprecated.
    """
    registry = registry_of(invocation.repo)
    before = registry.production(name)
    with mirrored(invocation, registry, name):
        number = registry.promote(name, version, Status(to))
    if to == "validated":
        click.echo(f"{number} is validated")
        return ExitCode.DONE
    if name == RISK_PREDICTOR and (why := registry.find(name, number).not_scored):
        say(f"warning: the bundled models are used, because {name} {number} {why}")
    return _serves(invocation, name, f"{number} is in production" + (f"; {before} is deprecated" if before else ""))


@command.command("deprecate")
@click.argument("version")
@_NAME
@click.pass_obj
def deprecate_command(invocation: Invocation, /, version: str, *, name: str) -> int:
    """Say that a version is not to be used again; if it served, the bundled models do then."""
    registry = registry_of(invocation.repo)
    before = registry.production(name)
    with mirrored(invocation, registry, name):
        number = registry.deprecate(name, version)
    if number != before:
        click.echo(f"{number} is deprecated")
        return ExitCode.DONE
    return _serves(invocation, name, f"{number} is deprecated; {_instead(name)}")


@command.command("rollback")
@_NAME
@click.pass_obj
def rollback_command(invocation: Invocation, /, *, name: str) -> int:
    """Return to the models that served before those in production."""
    registry = registry_of(invocation.repo)
    with mirrored(invocation, registry, name):
        before, after = registry.rollback(name)
    now = f"{after} is in production again" if after else f"{_instead(name)} again"
    return _serves(invocation, name, now + (f"; {before} is deprecated" if before else ""))


def _instead(name: str) -> str:
    return "the bundled models are in use" if name == RISK_PREDICTOR else f"no {name} is in production"


@command.command("export")
@click.argument("version")
@click.argument("folder", type=click.Path(path_type=Path))
@_NAME
@click.pass_obj
def export_command(invocation: Invocation, /, version: str, folder: Path, *, name: str) -> int:
    """Copy the models of a version into a folder, which '--models' can name; for other clones and other machines."""
    from hyperion_hook.training.export.folder import replace_bundle

    source = version_folder(invocation.repo, name, version)
    files = {path.name: path.read_bytes() for path in sorted(source.iterdir()) if path.is_file()}
    # an estimator is for Python: a folder of models is what score reads
    estimator = files.pop(ESTIMATOR, None)
    if estimator is not None and not files:
        raise ConfigError(f"{name} {version}: is an estimator only, which score cannot read; export another version")
    replace_bundle(folder, files)
    click.echo(f"{version} is in {folder}")
    return ExitCode.DONE
