"""The names under which the files of a repository can be imported, and who asked for them.

Every file registers values under keys: its path; the dotted names of a Python module; package and name of a Java class;
the folder of a Go file and so on. Keys with ``GROUP`` stand for several files that are imported as one (a Go package, a
C# namespace, ``import a.b.*``) and are nodes of the graph themselves. Resolvers look keys up and nothing else, so when
a file comes or goes exactly the files that looked up one of its keys are resolved anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hyperion_hook.features.imports.names import jvm_group
from hyperion_hook.features.imports.read import MANIFESTS, reader_language
from hyperion_hook.features.imports.resolve import (
    RUBY_ROOTS,
    SCRIPT_ENDINGS,
    Look,
    prefix_of,
    resolve_php,
    resolve_python,
    resolve_ruby,
    resolve_script,
)
from hyperion_hook.features.imports.resolve_compiled import (
    resolve_c,
    resolve_csharp,
    resolve_go,
    resolve_jvm,
    resolve_rust,
)

GROUP = "\0\0"
_ASKED_FOR_EXISTENCE = (GROUP, "\0jg:", "\0phptop:", "\0cstop:", "\0rsdir:")
"""Keys whose values no resolver looks at: only whether there are any."""

Entry = tuple[str, str]
Resolver = Callable[[str, str, Look], tuple[str, ...]]

_PATH_FREE = frozenset((resolve_jvm, resolve_go, resolve_csharp))
"""Resolvers whose answer does not depend on who imports: resolved once for all files."""


class ImportIndex:
    """Keys of all files; ``track`` remembers who looked up what, which only pays when many updates follow."""

    def __init__(self, *, track: bool) -> None:
        self._values: dict[str, list[str]] = {}
        self._watchers: dict[str, set[str]] | None = {} if track else None
        self._memo: dict[tuple[Resolver, str], tuple[str, ...]] = {}

    @property
    def tracks(self) -> bool:
        """Whether the index knows who looked up what."""
        return self._watchers is not None

    def replace(self, before: Iterable[Entry], after: Iterable[Entry]) -> tuple[set[str], set[str]]:
        """Exchange registered values.

        Returned are the keys whose values changed, and those among them that can change an answer.
        """
        gone, new = set(before), set(after)
        changed = {key for key, _ in gone ^ new}
        existed = {key for key in changed if key in self._values}
        self.remove(gone - new)
        self.add(sorted(new - gone))
        telling = {
            key
            for key in changed
            if not key.startswith(_ASKED_FOR_EXISTENCE) or (key in existed) != (key in self._values)
        }
        if telling:
            self._memo.clear()
        return changed, telling

    def add(self, entries: Iterable[Entry]) -> None:
        """Register values under keys."""
        for key, value in entries:
            self._values.setdefault(key, []).append(value)

    def remove(self, entries: Iterable[Entry]) -> None:
        """Take registered values back."""
        for key, value in entries:
            result = self._values[key]
            result.remove(value)
            if not result:
                del self._values[key]

    def group(self, key: str) -> Sequence[str]:
        """Return the values under a key: the files of a group."""
        return self._values.get(key, ())

    def watchers(self, keys: Iterable[str]) -> set[str]:
        """Return the files whose imports were resolved by looking up one of the keys."""
        watchers = self._watchers or {}
        results: set[str] = set()
        for key in keys:
            results.update(watchers.get(key, ()))
        return results

    def resolve(self, path: str, specs: Sequence[str]) -> set[str]:
        """Return the node names that a file's specifications mean."""
        language = reader_language(path)
        if language not in _BY_LANGUAGE:
            return set()
        resolver = _BY_LANGUAGE[language][0]
        results: set[str] = set()
        look = self.group if self._watchers is None else self._watched(path, self._watchers)
        memo = self._memo if resolver in _PATH_FREE and self._watchers is None else None
        for spec in specs:
            if spec[0] == "=":
                continue
            answer = None if memo is None else memo.get((resolver, spec))
            if answer is None:
                answer = resolver(path, spec, look)
                if memo is not None:
                    memo[resolver, spec] = answer
            results.update(answer)
        results.discard(path)
        return results

    def _watched(self, path: str, watchers: dict[str, set[str]]) -> Look:
        values = self._values

        def look(key: str) -> Sequence[str]:
            watchers.setdefault(key, set()).add(path)
            return values.get(key, ())

        return look


_ASKED_FROM_ELSEWHERE = ("__init__", "index", "mod", "lib", "main")
"""Stems of files that are asked for without being named: packages, folders, roots of crates."""


def words_of(keys: Iterable[str]) -> set[str] | None:
    """Return words of which an import must contain one to have looked up one of the keys.

    ``None`` when that cannot be told, because a key stands for a folder, a project or a whole package.
    """
    words = set()
    for key in keys:
        if key.startswith((*_ASKED_FOR_EXISTENCE, "\0gomod", "\0npm:", "\0rs:")):
            return None
        name = key.rpartition("/")[2].removeprefix("\0c:")
        if name.startswith("\0") or key.startswith(("\0js:", "\0rb:")):
            name = name.rpartition(":")[2].replace("\\", ".").rpartition(".")[2]
        else:
            name = name.partition(".")[0]
        # a module of Rust is asked for by those below it, as super
        if not name or name in _ASKED_FROM_ELSEWHERE or key.endswith(".rs"):
            return None
        words.add(name)
    return words


def entries_of(path: str, specs: Sequence[str]) -> list[Entry]:
    """Return the (key, value) pairs that a file registers, which depend on its path and its declared names only."""
    language = reader_language(path)
    if language is None:
        return []
    declared = [spec[1:] for spec in specs if spec[0] == "="]
    if language in MANIFESTS:
        return _manifest_entries(language, prefix_of(path), declared)
    return [(path, path), *_BY_LANGUAGE[language][1](path, declared)]


def _manifest_entries(name: str, folder: str, declared: list[str]) -> list[Entry]:
    if name == "go.mod":
        return [("\0gomod", f"{module}\n{folder}") for module in declared]
    if name == "Cargo.toml":
        return [("\0rs:" + crate.replace("-", "_"), folder) for crate in declared]
    return [("\0npm:" + package, folder) for package in declared]


def _python(path: str, _declared: list[str]) -> list[Entry]:
    parts = path.rpartition(".")[0].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    entries = []
    name = ""
    for part in reversed(parts):
        # a folder that is no identifier cannot be imported through
        if not part.isidentifier():
            break
        name = f"{part}.{name}" if name else part
        entries.append(("\0py:" + name, path))
    return entries


def _jvm(path: str, declared: list[str]) -> list[Entry]:
    package = next((name for name in declared if not name.startswith(":")), "")
    if not package:
        return []
    stem = path[len(prefix_of(path)) :].partition(".")[0]
    names = {stem, *(name[1:] for name in declared if name.startswith(":"))}
    entries = [(f"\0j:{package}.{name}", path) for name in sorted(names)]
    return [*entries, (f"{GROUP}j:{package}", path), ("\0jg:" + jvm_group(package), path)]


def _script(path: str, _declared: list[str]) -> list[Entry]:
    ending = next((ending for ending in (".d.ts", *SCRIPT_ENDINGS) if path.endswith(ending)), "")
    return [("\0js:" + path.removesuffix(ending), path)] if ending else []


def _go(path: str, _declared: list[str]) -> list[Entry]:
    return [] if path.endswith("_test.go") else [(f"{GROUP}go:{prefix_of(path).rstrip('/')}", path)]


def _csharp(path: str, declared: list[str]) -> list[Entry]:
    stem = path[len(prefix_of(path)) :].partition(".")[0]
    entries = []
    for space in declared:
        top = space.split(".")
        entries += [(f"\0cs:{space}.{stem}", path), (f"{GROUP}cs:{space}", path)]
        entries += [("\0cstop:" + ".".join(top[:size]), path) for size in (1, 2)]
    return list(dict.fromkeys(entries))


def _ruby(path: str, _declared: list[str]) -> list[Entry]:
    parts = path.removesuffix(".rb").split("/")
    names = {"/".join(parts[index + 1 :]) for index, part in enumerate(parts[:-1]) if part in RUBY_ROOTS}
    return [("\0rb:" + name, path) for name in sorted(names | {"/".join(parts)})]


def _php(path: str, declared: list[str]) -> list[Entry]:
    stem = path[len(prefix_of(path)) :].partition(".")[0]
    entries = []
    for space in declared:
        entries += [
            (f"\0php:{space}\\{stem}", path),
            (f"{GROUP}php:{space}", path),
            ("\0phptop:" + "\\".join(space.split("\\")[:2]), path),
        ]
    return list(dict.fromkeys(entries))


_JVM, _SCRIPT, _LIKE_C = (
    (resolve_jvm, _jvm),
    (resolve_script, _script),
    (resolve_c, lambda path, _: [("\0c:" + path.rpartition("/")[2], path)]),
)
_BY_LANGUAGE: dict[str, tuple[Resolver, Callable[[str, list[str]], list[Entry]]]] = {
    "Python": (resolve_python, _python),
    **dict.fromkeys(("Java", "Kotlin", "Scala", "Groovy"), _JVM),
    **dict.fromkeys(("JavaScript", "TypeScript", "Vue"), _SCRIPT),
    **dict.fromkeys(("C", "C++", "Objective-C"), _LIKE_C),
    "Go": (resolve_go, _go),
    "Rust": (resolve_rust, lambda path, _: [("\0rsdir:" + prefix_of(path), path)]),
    "C#": (resolve_csharp, _csharp),
    "Ruby": (resolve_ruby, _ruby),
    "PHP": (resolve_php, _php),
}
"""How imports of a language are resolved, and what its files register."""
