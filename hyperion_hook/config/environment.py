"""What this installation has: versions, extras, where MLflow is, and what makes trainings repeatable."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import LoadedConfig, load_config

PACKAGE = "hyperion-hook"
_REQUIREMENT = re.compile(r"(?P<package>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?(?P<rest>[^;]*)(?:;(?P<marker>.*))?")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_PLATFORM = re.compile(r"sys_platform\s*(==|!=)\s*['\"](\w+)['\"]")


def ml_environment(loaded: LoadedConfig | None = None) -> dict[str, Any]:
    """Return what this installation has, and the settings that a training depends on.

    Parameters
    ----------
    loaded
        The settings in force; by default those of the folder one stands in.

    Returns
    -------
    dict
        ``python``, ``platform``, ``program`` (the version of hyperion-hook); ``packages``, the version of each package
        that it can use, ``None`` where there is none; ``extras``, by name what each of them lacks; ``mlflow``, its
        version, tracking address and experiment; ``training``: seed, threads, folds.

    Examples
    --------
    >>> sorted(ml_environment()["extras"])
    ['cluster', 'mcp', 'mlflow', 'plots', 'train']
    """
    if loaded is None:
        loaded = load_config(top_of_work_tree(Path()), os.environ)
    config = loaded.config
    needs = needed_packages()
    packages = {name: installed(name) for name in sorted({name for names in needs.values() for name in names})}
    return {
        "program": installed(PACKAGE),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": packages,
        "extras": {
            extra: [name for name in names if packages[name] is None] for extra, names in sorted(needs.items()) if extra
        },
        "mlflow": {
            "version": packages.get("mlflow"),
            "experiment": config.mlflow_experiment_name,
            "tracking_uri": config.mlflow_tracking_uri,
            "set_by": loaded.origins["mlflow_tracking_uri"],
        },
        "training": {
            "random_state": config.ml_random_state,
            "n_jobs": config.ml_n_jobs,
            "cv_folds": config.ml_cv_folds,
        },
    }


def needed_packages() -> dict[str, list[str]]:
    """Return the packages that each extra needs on this platform, those of the core under ''."""
    needs: dict[str, list[str]] = {"": []}
    for line in requires(PACKAGE) or ():
        result = _REQUIREMENT.match(line)
        if result is None:
            continue
        marker = result["marker"] or ""
        extra = _EXTRA.search(marker)
        names = needs.setdefault(extra[1] if extra else "", [])
        place = _PLATFORM.search(marker)
        if place is None or (place[2] == sys.platform) is (place[1] == "=="):
            # an extra that is made of another one has its packages
            names += [f"={part}" for part in (result["extras"] or "").split(",") if part] or [result["package"].lower()]
    return {
        part: list(
            dict.fromkeys(
                package for name in names for package in (needs[name[1:]] if name.startswith("=") else [name])
            )
        )
        for part, names in needs.items()
    }


def installed(package: str) -> str | None:
    """Return the version of a package that is installed, ``None`` where it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
