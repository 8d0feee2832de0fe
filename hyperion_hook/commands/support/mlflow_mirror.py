"""What the registry does is done in MLflow too, where the settings name one; never on a hook's path."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from hyperion_hook.commands import Invocation, say
from hyperion_hook.errors import MissingExtraError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.training.mlflow.follow_registry import followed

if TYPE_CHECKING:
    from hyperion_hook.store.models.version_store import VersionStore
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker


def tracker_of(invocation: Invocation) -> MLFlowTracker | None:
    """Return the tracker that the settings ask for; why there is none although they do is said."""
    from importlib.util import find_spec

    loaded = invocation.load()
    if loaded.origins["mlflow_tracking_uri"] == "default":
        return None
    if find_spec("mlflow") is None:
        say(f"warning: {MissingExtraError('MLflow', 'mlflow', 'mlflow')}; all else goes on")
        return None
    from hyperion_hook.training.mlflow.settings import tracker_asked_for

    return tracker_asked_for(loaded, top=invocation.top(), say=say)


def mirrored(invocation: Invocation, registry: VersionStore, name: str) -> AbstractContextManager[None]:
    """Have MLflow follow what becomes of the versions of a model."""
    return followed(registry, name, lambda: tracker_of(invocation), lambda: open_repository(invocation.repo))
