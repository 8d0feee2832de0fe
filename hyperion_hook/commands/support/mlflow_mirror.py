"""What the registry does is done in MLflow too, where the settings name one; never on a hook's path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from hyperion_hook.commands import Invocation, say
from hyperion_hook.errors import ArtefactError, MissingExtraError
from hyperion_hook.git.environment.gitpython import open_repository

if TYPE_CHECKING:
    from hyperion_hook.store.models.registry import ModelRegistry
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker


def tracker_of(invocation: Invocation) -> MLFlowTracker | None:
    """Return the tracker that the settings ask for; why there is none although they do is said."""
    from importlib.util import find_spec  # noqa: PLC0415 - not wanted for --help

    loaded = invocation.load()
    if loaded.origins["mlflow_tracking_uri"] == "default":
        return None
    if find_spec("mlflow") is None:
        say(f"warning: {MissingExtraError('MLflow', 'mlflow', 'mlflow')}; all else goes on")
        return None
    from hyperion_hook.training.mlflow.settings import tracker_asked_for  # noqa: PLC0415 - needs the extra

    return tracker_asked_for(loaded, top=invocation.top(), say=say)


@contextmanager
def mirrored(invocation: Invocation, registry: ModelRegistry, name: str) -> Iterator[None]:
    """Have MLflow follow what becomes of the versions of a model."""
    before = registry.versions(name)
    yield
    moved = {version: status for version, status in registry.versions(name).items() if before.get(version) != status}
    tracker = tracker_of(invocation) if moved else None
    if tracker is None:
        return
    from hyperion_hook.training.mlflow.models import digest_in  # noqa: PLC0415 - needs the extra

    repository = open_repository(invocation.repo)
    # what serves now comes last: it takes the name from what served before
    for version in sorted(moved, key=lambda version: moved[version] == "production"):
        digest = None
        with suppress(ArtefactError):  # one that is damaged can be deprecated
            digest = digest_in(registry.find(name, version))
        tracker.mirror_promotion(name, version, moved[version], digest=digest, repository=repository)
