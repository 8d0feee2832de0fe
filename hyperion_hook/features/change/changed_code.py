"""Which files of a change are code, in which language, and the code that is added and deleted.

Mostly the path tells. A file without an ending that tells anything is asked for its first line, and of a notebook only
the cells count. Where nobody can tell whether a file is code, or which of its lines are, the answer is ``Missing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hyperion_hook.domain.change import FileChange, Hunk
from hyperion_hook.domain.files.languages import LANGUAGES, language_of, language_of_script
from hyperion_hook.domain.files.paths import FileRole, holds_data, role_of
from hyperion_hook.domain.files.text import HOLDS_NUL, lines_as_read
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.snapshot import SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.actual_language import SHARED, XML, language_written
from hyperion_hook.features.code.limits import IN_LFS
from hyperion_hook.features.code.notebooks import NAME as NOTEBOOK
from hyperion_hook.features.code.notebooks import read_notebook
from hyperion_hook.features.context import Context

BINARY = Missing("git takes it for binary and compares no lines")
TOO_LARGE = Missing("change too large to read line by line")
"""Of a file after the first twenty megabytes of the patch."""
_OF_LFS = (b"version https://git-lfs.", b"oid sha256:", b"size ")
"""How the lines of a pointer begin."""
_COUNTED = (FileRole.SOURCE, FileRole.CONFIGURATION)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is for, and its language: ``None`` where it holds no code, ``Missing`` where nobody can tell."""

    role: FileRole
    language: str | Missing | None


@dataclass(frozen=True, slots=True)
class ChangedCode:
    """Runs of added and deleted lines, and the language of each side."""

    added: list[bytes]
    deleted: list[bytes]
    language: str
    language_before: str

    @property
    def lines_added(self) -> int:
        """How many lines are added, blank ones and comments too."""
        return sum(text.count(b"\n") + 1 for text in self.added)

    @property
    def lines_deleted(self) -> int:
        """How many lines are deleted, blank ones and comments too."""
        return sum(text.count(b"\n") + 1 for text in self.deleted)


def kind_of(context: Context, file: FileChange) -> Kind:
    """Return the kind of a file as the change leaves it; of a deleted file, as it was."""
    return _kind(context, file, is_after=file.new_blob is not None)


def first_unread(kinds: Mapping[str, Kind]) -> Missing | None:
    """Return why nobody can tell of a file whether it is code, of the first such file by path."""
    reasons = ((path, kind.language) for path, kind in sorted(kinds.items()))
    return next((reason for _, reason in reasons if isinstance(reason, Missing)), None)


def why_unread(files: Iterable[FileChange]) -> Missing | None:
    """Return why nobody knows what changed: a file could not be read, or all lie after the end of the patch."""
    files = list(files)
    if named := next((file.unread for file in files if file.hunks is None and file.unread), ""):
        return Missing(named)
    return TOO_LARGE if files and all(file.hunks is None for file in files) else None


def _kind(context: Context, file: FileChange, *, is_after: bool) -> Kind:
    path = file.path if is_after else file.previous_path
    role, language = role_of(path), language_of(path)
    if language in SHARED and _may_be_another(file, language) and file.is_regular and not file.is_binary:
        source = context.sources.after(file) if is_after else context.sources.before(file)
        written = language_written(language, source.text) if isinstance(source, SourceText) else language
        return Kind(role, None if written == XML else written)
    if language is not None or role is not FileRole.OTHER or holds_data(path):
        return Kind(role, language)
    if file.is_binary or not file.is_regular or not context.looks_into(file):
        return Kind(role, None)
    source = context.sources.after(file) if is_after else context.sources.before(file)
    if isinstance(source, SourceText):
        script = language_of_script(source.text)
        if script:
            return Kind(role_of(path, is_code=True), script)
        if script is not None:
            return Kind(role_of(path, is_code=True), Missing("no reader for the interpreter its first line names"))
    name, dot, ending = path.rpartition("/")[2].rpartition(".")
    return Kind(role, Missing(f"no reader for files ending in .{ending}") if name and dot else None)


def changed_code(context: Context, file: FileChange) -> ChangedCode | Missing | None:
    """Return the code that a change adds to a file and deletes from it.

    ``None`` for tests, files of others, documents and data: they hold no code that counts.
    """
    if not file.is_regular:
        return None
    kind = kind_of(context, file)
    if kind.language is None or (isinstance(kind.language, str) and kind.role not in _COUNTED):
        return None
    if isinstance(kind.language, Missing):
        return kind.language
    if file.is_binary:
        # git compares no lines of UTF-16 or with a NUL, which are text all the same
        sides = (context.sources.before(file), context.sources.after(file))
        return BINARY if any(isinstance(side, SourceText) or side == HOLDS_NUL for side in sides) else None
    if file.hunks is None:
        return Missing(file.unread) if file.unread else TOO_LARGE
    return _text_of(context, file, kind.language)


def _text_of(context: Context, file: FileChange, language: str) -> ChangedCode | Missing:
    hunks = file.hunks or ()
    texts = [text for hunk in hunks for text in (hunk.added_text, hunk.deleted_text) if text]
    if texts and all(map(_is_of_pointer, texts)):
        return IN_LFS
    before = language
    if file.old_blob is not None and file.new_blob is not None and file.previous_path != file.path:
        former = _kind(context, file, is_after=False).language
        before = former if isinstance(former, str) else ""
    added = _lines(context, file, language, [hunk for hunk in hunks if hunk.added_count], is_after=True)
    if isinstance(added, Missing):
        return added
    deleted = _lines(context, file, before, [hunk for hunk in hunks if hunk.deleted_count], is_after=False)
    if isinstance(deleted, Missing):
        return deleted
    return ChangedCode(added[0], deleted[0], added[1], deleted[1])


def _may_be_another(file: FileChange, language: str) -> bool:
    """Return whether it is worth reading a file to learn its language: of TypeScript, where XML is changed."""
    texts = (text for hunk in file.hunks or () for text in (hunk.added_text, hunk.deleted_text))
    return language != "TypeScript" or any(b"<translation" in text or text.startswith(b"<?xml") for text in texts)


def _is_of_pointer(text: bytes) -> bool:
    return text.startswith(_OF_LFS) and all(line.startswith(_OF_LFS) for line in text.split(b"\n"))


def _lines(
    context: Context, file: FileChange, language: str, hunks: list[Hunk], *, is_after: bool
) -> tuple[list[bytes], str] | Missing:
    """Return the lines of one side, and the language they are written in."""
    if language != NOTEBOOK:
        if language and LANGUAGES[language].comments is None and hunks:
            return Missing(f"no reader for {language}")
        return [hunk.added_text if is_after else hunk.deleted_text for hunk in hunks], language
    if not hunks:
        return [], language
    source = context.sources.after(file) if is_after else context.sources.before(file)
    if isinstance(source, Missing):
        return source
    notebook = read_notebook(source.text)
    if isinstance(notebook, Missing):
        return notebook
    texts = []
    for hunk in hunks:
        start, count = (hunk.new_start, hunk.added_count) if is_after else (hunk.old_start, hunk.deleted_count)
        first, last = lines_as_read(start, start + count - 1, source.breaks) if count else (start, start - 1)
        run = [text for number in range(first, last + 1) for text in notebook.lines.get(number, ())]
        if run:
            texts.append("\n".join(run).encode("utf-8", "surrogatepass"))
    return texts, notebook.language
