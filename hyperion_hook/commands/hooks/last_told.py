"""What the pre-commit hook told last, so that the commit-msg hook does not tell it again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.files.digests import hex_digest
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.store.files.whole_files import check_folder, real_folder, write_whole

_FILE = Path("hyperion-hook") / "last-told"
_MOST_BYTES = 200


class LastTold:
    """A small file in the git directory of the work tree; without a directory, or where it fails, nothing was told."""

    def __init__(self, git_dir: Path | None) -> None:
        self._file = None if git_dir is None else git_dir / _FILE

    def note(self, assessment: Assessment) -> None:
        """Remember what is told of a staged change."""
        if self._file is not None:
            with suppress(OSError):
                real_folder(self._file.parent, self._file.parents[1])
                write_whole(self._file, _key(assessment))

    def takes(self, assessment: Assessment) -> bool:
        """Return whether the same was told of the same files; it is forgotten then, so that it is left out once."""
        if self._file is not None:
            with suppress(OSError):
                check_folder(self._file.parent, self._file.parents[1])
                key = read_regular(self._file, _MOST_BYTES)
                self._file.unlink()
                return key == _key(assessment)
        return False


def _key(assessment: Assessment) -> bytes:
    change = assessment.change
    files = [(file.path, file.old_path, file.status.value, file.new_blob, file.new_mode) for file in change.files]
    text = repr((change.base, files, assessment.risk.level.value))
    return hex_digest(text.encode("utf-8", "surrogateescape")).encode("ascii")
