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
_PACKAGE = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_PLATFORM = re.compile(r"sys_platform\s*(==|!=)\s*['\"](\w+)['\"]")


def ml_environment(loaded: LoadedConfig | None = None) -> dict[str, Any]:
    """Return the parts of this installation, and the settings that a training depends on.

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
    """Return the packages that each extra needs on this platform, those of the core under ''.

    What an extra has of another one, the build has put into its own list.
    """
    needs: dict[str, dict[str, None]] = {"": {}}
    for line in requires(PACKAGE) or ():
        requirement, _, marker = line.partition(";")
        extra, system = _EXTRA.search(marker), _PLATFORM.search(marker)
        names = needs.setdefault(extra[1] if extra else "", {})
        package = _PACKAGE.match(requirement)
        if package and (system is None or (system[2] == sys.platform) is (system[1] == "==")):
            names[package[0].lower()] = None
    return {extra: list(names) for extra, names in needs.items()}


def installed(package: str) -> str | None:
    """Return the version of a package that is installed, ``None`` where it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
