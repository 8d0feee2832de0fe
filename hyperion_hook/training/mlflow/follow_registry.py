"""What the registry does is done in MLflow too; light, since MLflow is imported only where something moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from hyperion_hook.errors import ArtefactError
from hyperion_hook.store.models.metadata import Status

if TYPE_CHECKING:
    from hyperion_hook.git.repository import Repository
    from hyperion_hook.store.models.version_store import VersionStore
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker


@contextmanager
def followed(
    registry: VersionStore,
    name: str,
    tracker_of: Callable[[], MLFlowTracker | None],
    repository_of: Callable[[], Repository | None],
) -> Iterator[None]:
    """Have MLflow follow what becomes of the versions of a model in a block; a tracker is asked for if any moved."""
    before = registry.versions(name)
    yield
    now = registry.versions(name)
    moved = [version for version, status in now.items() if before.get(version) != status]
    tracker = tracker_of() if moved else None
    if tracker is None:
        return
    repository = repository_of()
    # what serves now comes last: it takes the name from what served before
    for version in sorted(moved, key=lambda version: now[version] is Status.PRODUCTION):
        digest = None
        with suppress(ArtefactError):  # one that is damaged can be deprecated
            digest = registry.find(name, version).main_digest
        tracker.mirror_promotion(name, version, now[version].value, digest=digest, repository=repository)
