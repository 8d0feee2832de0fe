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
    place = folder.resolve()
    check_replaceable(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        _swap(place, _written(place, work / "new", files), work / "old")
    except OSError as error:
        raise _unwritten(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _written(place: Path, fresh: Path, files: Mapping[str, bytes]) -> Path:
    fresh.mkdir(mode=0o755)
    if (place / README).is_file():
        shutil.copy2(place / README, fresh / README)
    for name, data in files.items():
        (fresh / name).write_bytes(data)
    return fresh


def _swap(place: Path, fresh: Path, old: Path) -> None:
    if not place.exists():
        fresh.replace(place)
        return
    place.replace(old)
    try:
        fresh.replace(place)
    except OSError:
        old.replace(place)
        raise


def _unwritten(folder: Path, error: OSError) -> TrainingError:
    return TrainingError(f"{folder}: {error.strerror or error}; nothing was changed; choose another folder")
