"""What the pre-commit hook told last, so that the commit-msg hook does not tell it again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from hyperion_hook.domain.assessment import Assessment

_FILE = Path("hyperion-hook") / "last-told"
_MOST_BYTES = 200


class LastTold:
    """A small file in the git directory of the work tree; without a directory, or where it fails, nothing was told."""

    def __init__(self, git_dir: Path | None) -> None:
        self._file = None if git_dir is None else git_dir / _FILE

    def note(self, assessment: Assessment) -> None:
        """Remember what is told of a staged change."""
        if self._file is None or self._file.is_symlink() or self._file.parent.is_symlink():
            return
        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            self._file.write_text(_key(assessment), encoding="ascii")

    def takes(self, assessment: Assessment) -> bool:
        """Return whether the same was told of the same files; it is forgotten then, so that it is left out once."""
        if self._file is None or self._file.is_symlink() or not self._file.is_file():
            return False
        with suppress(OSError):
            with self._file.open("rb") as file:
                told = file.read(_MOST_BYTES)
            self._file.unlink()
            return told == _key(assessment).encode("ascii")
        return False


def _key(assessment: Assessment) -> str:
    change = assessment.change
    files = [(file.path, file.old_path, file.status.value, file.new_blob, file.new_mode) for file in change.files]
    text = repr((change.base, files, assessment.risk.level.value))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
