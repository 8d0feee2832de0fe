"""Which tracker the settings ask for; none unless somebody named an address."""

from __future__ import annotations

import os
from pathlib import Path

from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import LoadedConfig, load_config
from hyperion_hook.errors import MissingExtraError
from hyperion_hook.report.safe_text import without_password
from hyperion_hook.training.mlflow.address import local_folder, placed
from hyperion_hook.training.mlflow.tracker import MLFlowConfig, MLFlowTracker, Say, say_on_stderr


def tracker_asked_for(
    loaded: LoadedConfig | None = None, *, top: Path | None = None, say: Say = say_on_stderr
) -> MLFlowTracker | None:
    """Return the tracker that the settings ask for.

    An address in the repository's own file is followed within the repository only: whoever can write that file could
    otherwise have files written anywhere, and MLflow's credentials sent to anyone. ``None`` if no place was named,
    MLflow is not installed, or the place is not followed; the last two are said. By default the settings are those of
    the repository one stands in; ``say`` is told what a person should know, one line at a time.
    """
    if loaded is None:
        top = top_of_work_tree(Path())
        loaded = load_config(top, os.environ)
    origin, uri = loaded.origins["mlflow_tracking_uri"], loaded.config.mlflow_tracking_uri
    if origin == "default":
        return None
    is_of_a_file = not origin.startswith(("environment ", "flag "))
    uri = placed(uri, (top if is_of_a_file else None) or Path.cwd())
    if is_of_a_file:
        folder = local_folder(uri)
        if folder is None or top is None or not folder.resolve().is_relative_to(top.resolve()):
            say(
                f"warning: {origin} names {without_password(uri)} for MLflow, which lies outside of the repository;"
                " to have runs there set the environment variable MLFLOW_TRACKING_URI"
            )
            return None
    experiment, prefix = loaded.config.mlflow_experiment_name, loaded.config.mlflow_model_prefix
    try:
        return MLFlowTracker(MLFlowConfig(uri, experiment, model_prefix=prefix or ""), say=say)
    except MissingExtraError as error:
        say(f"warning: {error}; everything but MLflow goes on")
        return None
