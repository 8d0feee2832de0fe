"""The models of one repository: versions, life cycle, and which one serves."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path("hyperion-hook") / "registry"
"""Where the registry lies in the git directory that all worktrees share."""


def has_registry(common_dir: Path) -> bool:
    """Return whether something lies where the registry of a repository would: most have none."""
    try:
        (common_dir / FOLDER).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
