"""Putting a bundle in its place: the old one is there until the new one is whole, and nothing else is ever replaced."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import MANIFEST

README = "README.md"
"""Not written here, but kept when a bundle is replaced."""
CARD_DATA = "model_card.json"
"""Beside the models of older versions; it is in the manifest, and goes when they are replaced."""


def check_replaceable(folder: Path) -> None:
    """Make sure that a bundle may be written to a folder: it is not there, empty, or holds a bundle and no more.

    Raises ``TrainingError`` if something is there that is no part of a bundle.

    Examples
    --------
    >>> check_replaceable(Path("a folder that is not there"))
    """
    if folder.is_symlink() or not folder.exists():
        return
    if not folder.is_dir():
        raise TrainingError(f"{folder}: not a folder; choose another one for the models")
    has_manifest = (folder / MANIFEST).is_file()
    for entry in sorted(folder.iterdir()):
        known = entry.name in (MANIFEST, README, CARD_DATA) or entry.suffix in (".trees", ".npz")
        known = known or (has_manifest and entry.suffix == ".md")
        if not known or not entry.is_file():
            raise TrainingError(
                f"{folder}: holds '{entry.name}', which is no part of a bundle; choose an empty folder for the models"
            )


def replace_bundle(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a bundle into a folder in one step, in the place of an older bundle if there is one.

    Raises ``TrainingError`` if the folder holds anything else, or cannot be written; it is as it was then. What a
    symbolic link points at is replaced, not the link.
    """
    check_replaceable(folder)
    target = folder.resolve()
    check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
        ) as scratch:
            _swap(target, Path(scratch), files)
    except OSError as error:
        reason = error.strerror or error
        raise TrainingError(f"{folder}: {reason}; nothing was changed; choose another folder") from error


def _swap(target: Path, scratch: Path, files: Mapping[str, bytes]) -> None:
    fresh, old = scratch / "new", scratch / "old"
    fresh.mkdir(mode=0o755)
    if (target / README).is_file():
        shutil.copy2(target / README, fresh / README)
    for name, data in files.items():
        (fresh / name).write_bytes(data)
    if target.exists():
        target.replace(old)
    try:
        fresh.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
