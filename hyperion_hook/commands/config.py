"""``config``: every setting in force and where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

import click

from hyperion_hook.commands import Invocation, warn
from hyperion_hook.commands.support.flags import format_flag
from hyperion_hook.config.environment import ml_environment
from hyperion_hook.config.hyperparameters import SECTIONS
from hyperion_hook.config.load import Config, LoadedConfig
from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ExitCode, pip_install
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode, without_password

Shown = str | float | bool | list[str] | dict[str, float] | None
MODELS = "ml"
"""The setting that holds the hyperparameters: every one is shown, whether it is set or not."""


def shown(value: object) -> Shown:
    """Return a setting's value as plain JSON; a password within an address is not shown.

    Examples
    --------
    >>> shown("https://ada:secret@example.org/mlflow")
    'https://ada:***@example.org/mlflow'
    """
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Path):
        return valid_unicode(str(value))
    if isinstance(value, tuple):
        return [valid_unicode(str(entry)) for entry in value]
    if isinstance(value, Mapping):
        return {valid_unicode(str(key)): float(entry) for key, entry in value.items()}
    if isinstance(value, str):
        return without_password(valid_unicode(value))
    return value if isinstance(value, bool | int | float) else None


def settings_text(loaded: LoadedConfig) -> str:
    """Return one line for each setting: key, value, origin."""
    settings = _settings(loaded)
    for model, parameters in hyperparameters(loaded).items():
        settings |= {f"{MODELS}.{model}.{name}": entry for name, entry in parameters.items()}
    rows = [
        (key, printable(json.dumps(entry["value"])), printable(str(entry["origin"]))) for key, entry in settings.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{key:{widths[0]}}  {value:{widths[1]}}  {origin}\n" for key, value, origin in rows)


def settings_json(loaded: LoadedConfig) -> str:
    """Return every setting with value and origin as JSON."""
    return json_text(_settings(loaded) | {MODELS: hyperparameters(loaded)}, indent=2)


def _settings(loaded: LoadedConfig) -> dict[str, Any]:
    """Return value and origin of every setting but the hyperparameters, by key."""
    return {
        entry.name.replace("_", "-"): {
            "value": shown(getattr(loaded.config, entry.name)),
            "origin": valid_unicode(loaded.origins[entry.name]),
        }
        for entry in fields(Config)
        if entry.name != MODELS
    }


def hyperparameters(loaded: LoadedConfig) -> dict[str, dict[str, dict[str, Shown]]]:
    """Return value and origin of every hyperparameter, by model and name as a file has them."""
    config = MLConfig.of(loaded.config)
    return {
        section.replace("_", "-"): {
            entry.name.replace("_", "-"): {
                "value": shown(getattr(getattr(config, section), entry.name)),
                "origin": valid_unicode(_origin(loaded, section, entry.name)),
            }
            for entry in fields(kind)
        }
        for section, kind in SECTIONS.items()
    }


def _origin(loaded: LoadedConfig, section: str, name: str) -> str:
    if name in loaded.config.ml.get(section, {}):
        return loaded.origins[MODELS]
    return loaded.origins.get(f"ml_{name}", "default")


@click.group()
def command() -> None:
    """Show every setting in force and where it came from."""


@command.command("show")
@format_flag
@click.pass_obj
def show_command(invocation: Invocation, /, *, format_name: str) -> int:
    """Show every setting in force, its value, and where it came from."""
    loaded = invocation.load()
    warn(loaded.warnings)
    click.echo((settings_json if format_name == "json" else settings_text)(loaded), nl=False)
    return ExitCode.DONE


@command.command("environment")
@format_flag
@click.pass_obj
def environment_command(invocation: Invocation, /, *, format_name: str) -> int:
    """Show what is installed, what each extra lacks, where MLflow is, and what makes trainings repeatable."""
    result = ml_environment(invocation.load())
    result["mlflow"]["tracking_uri"] = shown(result["mlflow"]["tracking_uri"])
    click.echo(json_text(result, indent=2) if format_name == "json" else environment_text(result), nl=False)
    return ExitCode.DONE


def environment_text(result: Mapping[str, Any]) -> str:
    """Return one line for each part of an installation."""
    rows = [(name, str(result[name])) for name in ("program", "python", "platform")]
    for name, absent in result["extras"].items():
        remedy = f"lacks {', '.join(absent)}; run: {pip_install(name)}"
        rows.append((f"extra {name}", remedy if absent else "complete"))
    for part in ("packages", "mlflow", "training"):
        rows += [
            (f"{part}.{name}", "not installed" if value is None else str(value)) for name, value in result[part].items()
        ]
    width = max(len(name) for name, _ in rows)
    return "".join(f"{name:{width}}  {printable(value)}\n" for name, value in rows)
