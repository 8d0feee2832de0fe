"""``models``: which models there are, what one was trained on, and which one serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.assessing import open_assessor
from hyperion_hook.commands.mirroring import mirrored
from hyperion_hook.commands.model_text import Listed, card_json, card_text, models_json, models_text
from hyperion_hook.commands.progress import ProgressLine
from hyperion_hook.config import Config
from hyperion_hook.errors import ArtefactError, ConfigError, ExitCode, HyperionError, NotARepositoryError

if TYPE_CHECKING:
    from hyperion_hook.scoring.bundle import Bundle
    from hyperion_hook.store.model_metadata import ModelMetadata
    from hyperion_hook.store.model_registry import ModelRegistry

BUNDLED = "bundled"
"""Stands for the models that came with the program where a version is asked for."""


def common_dir_of(repo: Path | None) -> Path | None:
    """Return the git directory that the registry lies in, ``None`` outside a repository."""
    from hyperion_hook.git.repository import Repository  # noqa: PLC0415 - not wanted for --help

    try:
        return Repository.discover(repo).common_dir
    except NotARepositoryError:
        return None


def registry_of(repo: Path | None) -> ModelRegistry:
    """Return the registry of a repository.

    Raises
    ------
    NotARepositoryError
        If the folder is in none.
    """
    from hyperion_hook.git.repository import Repository  # noqa: PLC0415 - not wanted for --help
    from hyperion_hook.store.model_registry import ModelRegistry  # noqa: PLC0415

    return ModelRegistry.of(Repository.discover(repo).common_dir)


def listed(common_dir: Path | None, config: Config) -> list[Listed]:
    """Return all models there are: those of the registry, newest first, the configured and the bundled ones."""
    from hyperion_hook.assess.models import ModelOrigin, models_in_use  # noqa: PLC0415 - not wanted for --help
    from hyperion_hook.scoring.bundle import load_bundle  # noqa: PLC0415

    try:
        used = models_in_use(config.models, common_dir)
    except ArtefactError:
        used = None
    origin = used.origin if used else None
    models = [] if common_dir is None else list(_registered(common_dir, used.version if used else None))
    if config.models is not None:
        models.append(_folder("configured", lambda: load_bundle(config.models), in_use=True))
    models.append(_folder(BUNDLED, load_bundle, in_use=origin is ModelOrigin.BUNDLED))
    return models


def _registered(common_dir: Path, in_use: str | None) -> Iterator[Listed]:
    from hyperion_hook.store.model_registry import RISK_PREDICTOR, ModelRegistry  # noqa: PLC0415

    registry = ModelRegistry.of(common_dir)
    try:
        versions = registry.versions(RISK_PREDICTOR)
    except ArtefactError as error:
        yield Listed("registry", None, None, in_use=False, fault=str(error))
        return
    for version, status in reversed(versions.items()):
        try:
            registry.folder(RISK_PREDICTOR, version)
            found = registry.find(RISK_PREDICTOR, version)
        except ArtefactError as error:
            yield Listed("registry", version, status.value, in_use=False, fault=str(error))
        else:
            yield Listed("registry", version, status.value, version == in_use, found.description,
                         found.files["manifest.json"].sha256)


def _folder(where: str, load: Callable[[], Bundle], *, in_use: bool) -> Listed:
    try:
        bundle = load()
    except ArtefactError as error:
        return Listed(where, None, None, in_use, fault=str(error))
    return Listed(where, bundle.version, None, in_use, bundle.trained_on, bundle.digest)


def shown(repo: Path | None, version: str | None, config: Config) -> tuple[Bundle, ModelMetadata | None]:
    """Return the models of a version, without one those in use, and what the registry has on record of them.

    Raises
    ------
    ConfigError
        If there is no such version.
    ArtefactError
        If they are damaged.
    """
    from hyperion_hook.assess.models import models_in_use  # noqa: PLC0415 - not wanted for --help
    from hyperion_hook.scoring.bundle import load_bundle  # noqa: PLC0415
    from hyperion_hook.store.model_registry import RISK_PREDICTOR  # noqa: PLC0415

    if version is None:
        used = models_in_use(config.models, common_dir_of(repo))
        for warning in used.warnings:
            say(f"warning: {warning}")
        if used.version is None:
            return used.bundle, None
        version = used.version
    record = None if version == BUNDLED else registry_of(repo).find(RISK_PREDICTOR, version)
    return load_bundle(folder_of(repo, version)), record


def folder_of(repo: Path | None, version: str) -> Path:
    """Return the folder of a version, its files checked; ``bundled`` stands for the models that came with the program.

    Raises
    ------
    ConfigError
        If there is no such version.
    ArtefactError
        If its files are not as they were registered.
    """
    from hyperion_hook.scoring.bundle import bundled_models  # noqa: PLC0415 - not wanted for --help
    from hyperion_hook.store.model_registry import RISK_PREDICTOR  # noqa: PLC0415

    return bundled_models() if version == BUNDLED else registry_of(repo).folder(RISK_PREDICTOR, version)


def refresh(repo: Path | None, config: Config) -> None:
    """Score the recent changes with the models that serve by now, so that the next change is compared at once."""
    progress = ProgressLine()
    try:
        with open_assessor(repo, config, progress) as assessor:
            warnings = assessor.build_index(rebuild=False).warnings
    except HyperionError as error:
        warnings = (str(error),)
    progress.clear()
    for warning in warnings:
        say(f"warning: {warning}")


def _serves(invocation: Invocation, what: str) -> int:
    click.echo(what)
    loaded = invocation.load()
    if loaded.config.models is not None:
        say(f"warning: 'models' is set ({loaded.origins['models']}), so the registry is not asked")
    refresh(invocation.repo, loaded.config)
    return ExitCode.DONE


@click.group()
def command() -> None:
    """List the models, show what one was trained on, or say which one serves."""


@command.command("list")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_command(invocation: Invocation, /, *, format_name: str) -> int:
    """List this repository's models, the configured and the bundled ones; an asterisk marks those in use."""
    models = listed(common_dir_of(invocation.repo), invocation.config())
    click.echo((models_json if format_name == "json" else models_text)(models), nl=False)
    return ExitCode.DONE


@command.command("show")
@click.argument("version", required=False)
@click.option("--models", type=click.Path(path_type=Path), help="Folder of the models; those in use by default.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def show_command(invocation: Invocation, /, version: str | None, *, models: Path | None, format_name: str) -> int:
    """Show what models were trained on, how they measured, and their features.

    VERSION is one of the registry's, latest, production or bundled; those in use are shown by default.
    """
    if version is not None and models is not None:
        raise ConfigError(f"models show: '{version}' and --models exclude each other; leave one out")
    bundle, record = shown(invocation.repo, version, invocation.config(models=models))
    click.echo((card_json if format_name == "json" else card_text)(bundle, record), nl=False)
    return ExitCode.DONE


@command.command("promote")
@click.argument("version")
@click.option("--to", type=click.Choice(["validated", "production"]), default="production", show_default=True,
              help="How far: one step at a time.")
@click.pass_obj
def promote_command(invocation: Invocation, /, version: str, *, to: str) -> int:
    """Let a version of this repository's registry serve from now on.

    It must be validated; what 'retrain' found not to be better than the models in use is only trained, and becomes
    validated by '--to validated', on your word. What served before is deprecated.
    """
    from hyperion_hook.store.model_metadata import Status  # noqa: PLC0415 - not wanted for --help
    from hyperion_hook.store.model_registry import RISK_PREDICTOR  # noqa: PLC0415

    registry = registry_of(invocation.repo)
    before = registry.production(RISK_PREDICTOR)
    with mirrored(invocation, registry, RISK_PREDICTOR):
        number = registry.promote(RISK_PREDICTOR, version, Status(to))
    if to == "validated":
        click.echo(f"{number} is validated")
        return ExitCode.DONE
    return _serves(invocation, f"{number} is in production" + (f"; {before} is deprecated" if before else ""))


@command.command("deprecate")
@click.argument("version")
@click.pass_obj
def deprecate_command(invocation: Invocation, /, version: str) -> int:
    """Say that a version is not to be used again; if it served, the bundled models do then."""
    from hyperion_hook.store.model_registry import RISK_PREDICTOR  # noqa: PLC0415 - not wanted for --help

    registry = registry_of(invocation.repo)
    before = registry.production(RISK_PREDICTOR)
    with mirrored(invocation, registry, RISK_PREDICTOR):
        number = registry.deprecate(RISK_PREDICTOR, version)
    if number != before:
        click.echo(f"{number} is deprecated")
        return ExitCode.DONE
    return _serves(invocation, f"{number} is deprecated; the bundled models are in use")


@command.command("rollback")
@click.pass_obj
def rollback_command(invocation: Invocation, /) -> int:
    """Return to the models that served before those in production."""
    from hyperion_hook.store.model_registry import RISK_PREDICTOR  # noqa: PLC0415 - not wanted for --help

    registry = registry_of(invocation.repo)
    with mirrored(invocation, registry, RISK_PREDICTOR):
        before, after = registry.rollback(RISK_PREDICTOR)
    now = f"{after} is in production again" if after else "the bundled models are in use again"
    return _serves(invocation, now + (f"; {before} is deprecated" if before else ""))


@command.command("export")
@click.argument("version")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def export_command(invocation: Invocation, /, version: str, folder: Path) -> int:
    """Copy the models of a version into a folder, which '--models' can name; for other clones and other machines."""
    from hyperion_hook.training.bundle_folder import replace_bundle  # noqa: PLC0415 - not wanted for --help

    source = folder_of(invocation.repo, version)
    replace_bundle(folder, {path.name: path.read_bytes() for path in sorted(source.iterdir()) if path.is_file()})
    click.echo(f"{version} is in {folder}")
    return ExitCode.DONE
