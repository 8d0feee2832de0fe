"""How commands open the assessor of a repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import ChangeKind

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor


OpenAssessor = Callable[[Path | None, Config, ProgressLine], "Assessor"]


def open_assessor(
    repo: Path | None,
    config: Config,
    progress: ProgressLine,
    *,
    kind: ChangeKind = ChangeKind.STAGED,
    patch: bytes = b"",
) -> Assessor:
    """Open the assessor of a repository; git, stores and models are imported only now."""
    from hyperion_hook.assess import Assessor

    return Assessor.open(repo, config, progress=progress, kind=kind, patch=patch)
