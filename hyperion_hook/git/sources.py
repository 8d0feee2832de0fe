"""The two sides of a change as text, read from the object store on demand."""

from __future__ import annotations

from hyperion_hook.domain.change import MAX_FILE_BYTES, Change, FileChange
from hyperion_hook.domain.files.text import decode_lines, line_count
from hyperion_hook.domain.snapshot import Folder, Sources, SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import TREE_MODE, TreeEntry

ADDED = Missing("the file did not exist before")
DELETED = Missing("the file is deleted")
_KEPT = 16_000_000  # characters: the texts of any usual change, and a bound for the others


class GitSources(Sources):
    """Reads both sides from git's object store; what was read last is kept."""

    def __init__(
        self, repository: Repository, change: Change, reader: BlobReader, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        self._base = change.base or repository.empty_tree
        self._reader = reader
        self._max_bytes = max_bytes
        self._texts: dict[str, tuple[str, tuple[int, ...]] | Missing] = {}
        self._size = 0

    def before(self, file: FileChange) -> SourceText | Missing:  # noqa: D102
        if file.old_blob is None:
            return ADDED
        return self._text(file.previous_path, TreeEntry(file.old_mode, file.old_blob))

    def after(self, file: FileChange) -> SourceText | Missing:  # noqa: D102
        if file.new_blob is None:
            return DELETED
        return self._text(file.path, TreeEntry(file.new_mode, file.new_blob))

    def lines_before(self, file: FileChange) -> int | Missing:  # noqa: D102
        source = self.before(file)
        return source if isinstance(source, Missing) else line_count(source.text) - len(source.breaks)

    def base_file(self, path: str) -> SourceText | Missing:  # noqa: D102
        entry = self._reader.entry(self._base, path)
        return entry if isinstance(entry, Missing) else self._text(path, entry)

    def base_folder(self, path: str) -> Folder | Missing:  # noqa: D102
        entries = self._reader.folder(self._base, path)
        if isinstance(entries, Missing):
            return entries
        names = {name.decode("utf-8", "surrogateescape"): entry for name, entry in entries.items()}
        return Folder(
            frozenset(name for name, entry in names.items() if entry.is_regular),
            frozenset(name for name, entry in names.items() if entry.mode == TREE_MODE),
        )

    def _text(self, path: str, entry: TreeEntry) -> SourceText | Missing:
        if not entry.is_regular:
            return Missing(entry.kind)
        text = self._texts.get(entry.blob)
        if text is None:
            content = self._reader.read(entry.blob, self._max_bytes)
            text = content if isinstance(content, Missing) else decode_lines(content)
            self._keep(entry.blob, text)
        return text if isinstance(text, Missing) else SourceText(path, entry.blob, *text)

    def _keep(self, blob: str, text: tuple[str, tuple[int, ...]] | Missing) -> None:
        size = 0 if isinstance(text, Missing) else len(text[0])
        if self._size + size > _KEPT:
            self._texts.clear()
            self._size = 0
        self._texts[blob] = text
        self._size += size
