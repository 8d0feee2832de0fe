"""The two sides of a change as text, read from the object store on demand."""

from __future__ import annotations

from hyperion_hook.domain.change import SUBMODULE_MODE, SYMLINK_MODE, Change, FileChange
from hyperion_hook.domain.snapshot import SourceText
from hyperion_hook.domain.text import decode_text
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository

ADDED = Missing("the file did not exist before")
DELETED = Missing("the file is deleted")


class GitSources:
    """Implements ``domain.snapshot.Sources`` over git's object store; what was read once is kept."""

    def __init__(self, repository: Repository, change: Change, reader: BlobReader, max_bytes: int = 1_000_000) -> None:
        self._repository = repository
        self._base = change.base
        self._reader = reader
        self._max_bytes = max_bytes
        self._texts: dict[str, str | Missing] = {}

    def before(self, file: FileChange) -> SourceText | Missing:
        """Return the file as it was at the base."""
        return self._side(file.previous_path, file.old_blob, file.old_mode, ADDED)

    def after(self, file: FileChange) -> SourceText | Missing:
        """Return the file as the change leaves it."""
        return self._side(file.path, file.new_blob, file.new_mode, DELETED)

    def base_file(self, path: str) -> SourceText | Missing:
        """Return any file of the base commit by path."""
        if self._base is None:
            return ADDED
        content = self._reader.read_path(self._base, path, self._max_bytes)
        text = content if isinstance(content, Missing) else decode_text(content)
        return text if isinstance(text, Missing) else SourceText(path, f"{self._base}:{path}", text)

    def _side(self, path: str, blob: str | None, mode: int, absent: Missing) -> SourceText | Missing:
        if blob is None:
            return absent
        if mode in (SYMLINK_MODE, SUBMODULE_MODE):
            return Missing("a symbolic link" if mode == SYMLINK_MODE else "a submodule")
        if blob not in self._texts:
            content = self._reader.read(blob, self._max_bytes)
            self._texts[blob] = content if isinstance(content, Missing) else decode_text(content)
        text = self._texts[blob]
        return text if isinstance(text, Missing) else SourceText(path, blob, text)
