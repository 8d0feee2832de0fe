"""Files that nobody judges: by the setting ``exclude``, generated or vendored ones by ``.gitattributes`` or their head.

The attributes are those of the commit that a change is made on, never the change's own: who could mark files as
generated in the change that edits them could hide the edit. For the same reason a file that says in its first lines
that it is generated has to say so before the change, and after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.files.digests import hex_digest
from hyperion_hook.domain.files.generated import HEAD_CHARACTERS, says_generated
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.path_patterns import PathPattern, is_ignored, parse_pattern, parse_patterns
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader

_FILE = ".gitattributes"
_MACRO = "[attr]"
_MOST_BYTES = 1_000_000
_MOST_RULES = 1000
_MOST_HEADS = 200  # files of a change whose first lines are looked at
_MOST_HEADS_KEPT = 20_000
_MARKS = {
    prefix + name + value: value != "=false" and not prefix
    for name in ("linguist-generated", "linguist-vendored")
    for prefix, value in (("", ""), ("", "=true"), ("", "=false"), ("-", ""), ("!", ""))
}
"""How a file is marked, and whether that makes it one that nobody writes here."""

_Macros = dict[str, dict[str, bool]]
_Rules = tuple[tuple[PathPattern, dict[str, bool]], ...]


class Exclusions:
    """Decides which files of a change are left out; what it read is kept for the next change.

    ``patterns`` is the setting ``exclude``, in the syntax of ``.gitignore``; ``at`` the commit whose attributes count
    for every change, by default each change's own base.
    """

    def __init__(self, reader: BlobReader, patterns: tuple[str, ...] = (), at: str | None = None) -> None:
        self._reader = reader
        self._lines = patterns
        self._patterns = parse_patterns(patterns)
        self._at = at
        self._rules: dict[tuple[str, str], _Rules] = {}
        self._macros: dict[str, _Macros] = {}
        self._known: dict[tuple[str | None, str], bool] = {}
        self._heads: dict[str, bool] = {}

    def at(self, commit: str | None) -> Exclusions:
        """Return the same for the attributes of one commit."""
        return Exclusions(self._reader, self._lines, commit)

    def of(self, change: Change) -> Change:
        """Return a change without the files that are left out, which it names in ``excluded``."""
        base = self._at or change.base
        judged: list[FileChange] = []
        excluded: list[FileChange] = []
        for number, file in enumerate(change.files):
            is_out = self.excludes(file.path, base) or (number < _MOST_HEADS and self._is_generated(file))
            (excluded if is_out else judged).append(file)
        if not excluded:
            return change
        return replace(change, files=tuple(judged), excluded=tuple(file.path for file in excluded))

    def excludes(self, path: str, base: str | None = None) -> bool:
        """Return whether a file is left out by the settings, or by the attributes of a commit."""
        commit = self._at or base
        key = commit, path
        if key not in self._known:
            marked = commit is not None and self._is_marked(commit, path)
            self._known[key] = marked or is_ignored(path, self._patterns)
        return self._known[key]

    def digest(self, base: str | None) -> str:
        """Return a short name of what is in force at a commit, '' for nothing; attributes below the top do not count.

        What was measured under other rules is not the same change.
        """
        top = self._content(self._at or base, "")
        lines = _telling(top, _macros_in(top))
        if not self._lines and not lines:
            return ""
        return hex_digest("\n".join((*self._lines, "", *lines)).encode("utf-8", "replace"))[:8]

    def _is_generated(self, file: FileChange) -> bool:
        """Return whether a source file says that it is generated, before the change and after it."""
        if file.old_blob is None or language_of(file.path) is None or not self._says_generated(file.old_blob):
            return False
        return file.new_blob is None or self._says_generated(file.new_blob)

    def _says_generated(self, blob: str) -> bool:
        if blob not in self._heads:
            if len(self._heads) >= _MOST_HEADS_KEPT:
                self._heads.clear()
            content = self._reader.read(blob, _MOST_BYTES)
            head = b"" if isinstance(content, Missing) else content[:HEAD_CHARACTERS]
            self._heads[blob] = says_generated(head.decode("utf-8", "replace"))
        return self._heads[blob]

    def _is_marked(self, commit: str, path: str) -> bool:
        marks: dict[str, bool] = {}
        for folder in _folders(path):
            name = path[len(folder) :].removeprefix("/") if folder else path
            for pattern, given in self._rules_of(commit, folder):
                if pattern.matches(name):
                    marks |= given
        return any(marks.values())

    def _rules_of(self, commit: str, folder: str) -> _Rules:
        key = commit, folder
        if key not in self._rules:
            self._rules[key] = tuple(_parsed(self._content(commit, folder), self._macros_of(commit)))
        return self._rules[key]

    def _macros_of(self, commit: str) -> _Macros:
        if commit not in self._macros:
            self._macros[commit] = _macros_in(self._content(commit, ""))
        return self._macros[commit]

    def _content(self, commit: str | None, folder: str) -> str:
        if commit is None:
            return ""
        content = self._reader.read_path(commit, f"{folder}/{_FILE}" if folder else _FILE, _MOST_BYTES)
        # one that this clone did not fetch marks nothing: then more is judged, not less
        return "" if isinstance(content, Missing) else content.decode("utf-8", "surrogateescape")


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that a file lies in, the top first, which is called ''."""
    yield ""
    end = path.find("/")
    while end > 0:
        yield path[:end]
        end = path.find("/", end + 1)


def _parsed(content: str, macros: _Macros) -> Iterator[tuple[PathPattern, dict[str, bool]]]:
    for line in _telling(content, macros)[:_MOST_RULES]:
        text, _, words = line[1:].partition('" ') if line[0] == '"' else line.replace("\t", " ").partition(" ")
        # git knows no negation here; a macro is a name for other attributes
        pattern = None if text.startswith(("!", _MACRO)) else parse_pattern(text)
        marks = _marks(words, macros)
        if pattern is not None and marks:
            yield pattern, marks


def _telling(content: str, macros: _Macros) -> list[str]:
    """Return the lines that may mark files."""
    return [line.strip() for line in content.splitlines() if any(name in line for name in ("linguist-", *macros))]


def _macros_in(content: str) -> _Macros:
    """Return the attributes that macros stand for, which are given at the top alone."""
    macros: _Macros = {}
    for line in content.splitlines() if _MACRO in content else ():
        name, _, words = line.strip().removeprefix(_MACRO).replace("\t", " ").partition(" ")
        if line.strip().startswith(_MACRO) and (marks := _marks(words, macros)):
            macros[name] = marks
    return macros


def _marks(words: str, macros: _Macros) -> dict[str, bool]:
    marks: dict[str, bool] = {}
    for word in words.split():
        name = word.lstrip("-!")
        if word in _MARKS:
            marks[name.partition("=")[0]] = _MARKS[word]
        elif name in macros:
            # one that is taken back stands for nothing
            marks |= macros[name] if name == word else dict.fromkeys(macros[name], False)
    return marks
