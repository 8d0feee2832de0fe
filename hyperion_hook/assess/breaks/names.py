"""Names that are gone from a file while code elsewhere still uses them, in any of the families but by its own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from hyperion_hook.assess.breaks.definitions import CLASS, FUNCTION, Definition, defined_names, defines, definitions
from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, Use, break_of, code_of, family_of, line_of, plain
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.search import Hit

MOST_NAMES = 60
"""Names that are searched for; a change that takes more away is read as a whole or not at all."""
MOST_FILES = 40
"""Files that use a name and are read."""
LEAST_LETTERS = 4
_SURE = frozenset(("python", "script"))
"""Families of languages that say by imports what a name stands for."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A definition that a file no longer has; ``code`` is the file before without comments and strings."""

    file: FileChange
    definition: Definition
    family: str
    code: str

    @property
    def module(self) -> str:
        """The path that others imported."""
        return self.file.previous_path


def missing_names(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each name that files no longer define and that is still used."""
    gone: list[Gone] = []
    all_names: set[str] = set()
    for entry in (entry for file in tree.change.files for entry in _gone(tree, file)):
        gone.append(entry)
        all_names.add(entry.definition.name)
        if len(all_names) > MOST_NAMES:
            return
    # to search the tree costs most, so it is done for what seems used where it can be seen, and once
    gone = [entry for entry in gone if _is_used_nearby(tree, entry)]
    # a name that goes from several files (overloads, methods of several classes) is asked for once
    names = list(dict.fromkeys(entry.definition.name for entry in gone))
    hits_of = by_name(tree.hits(names) or (), names)
    for entry in gone:
        uses = [use for use in _uses(tree, entry, hits_of) if tree.is_user(use.path)]
        if uses and not tree.has_left(entry.module):
            yield _break(entry, uses)


def _uses(tree: TreeAfter, gone: Gone, hits_of: Mapping[str, Sequence[Hit]]) -> Iterator[Use]:
    hits = [hit for hit in hits_of.get(gone.definition.name, ()) if family_of(hit.path) == gone.family]
    return _READERS[gone.family](tree, gone, hits)


def _is_used_nearby(tree: TreeAfter, gone: Gone) -> bool:
    """Return whether a file that can see a name may use it, by the rules of its family but for what others define."""
    definition, names = gone.definition, [gone.definition.name]
    is_own = gone.family == "python" and not definition.is_top
    if gone.family == "jvm":
        is_own = _PRIVATE.search(_start_of_line(gone.code, definition.end)) is not None
    paths = () if is_own else tree.neighbours(gone.file)
    return paths is None or any(_uses(tree, gone, by_name(tree.hits(names, paths) or (), names)))


def by_name(hits: Iterable[Hit], names: Sequence[str]) -> dict[str, list[Hit]]:
    """Return hits by the names that stand in them; vendored files and documents are left out."""
    words = pattern_of("word", tuple(names))
    sorted_by_name: dict[str, list[Hit]] = {}
    for hit in hits:
        if role_of(hit.path) not in (FileRole.FOREIGN, FileRole.DOCUMENT):
            for name in dict.fromkeys(words.findall(hit.text)):
                sorted_by_name.setdefault(name, []).append(hit)
    return sorted_by_name


def _gone(tree: TreeAfter, file: FileChange) -> Iterator[Gone]:
    family = family_of(file.previous_path)
    if family is None or family not in _READERS or (file.new_blob and isinstance(tree.sources.after(file), Missing)):
        return
    names = {name for name in _deleted_names(file, family) if len(name) >= LEAST_LETTERS and not name.startswith("__")}
    is_left = file.new_blob is not None and family_of(file.path) == family
    # a string that is read wrongly must not hide a definition, so the text itself is asked too
    for side in (tree.text, tree.code) if is_left else ():
        names -= {definition.name for definition in definitions(family, side(file.path) if names else "", names)}
    code = code_of(file.previous_path, tree.before(file)) if names else ""
    # what a script that moved took along is no longer meant by its old name: that is a missing module
    is_script_moved = family == "script" and file.path != file.previous_path
    after = tree.code(file.path) if names and is_left and not is_script_moved else ""
    for definition in definitions(family, code, names):
        if definition.name in names:
            names.remove(definition.name)
            if _may_be_used(definition, family, code, after):
                yield Gone(file, definition, family, code)


def _deleted_names(file: FileChange, family: str) -> set[str]:
    """Return the names that the deleted lines of a file of ours may define."""
    names: set[str] = set()
    if file.old_blob is None or role_of(file.previous_path) in (FileRole.FOREIGN, FileRole.DOCUMENT):
        return names
    for hunk in file.hunks or ():
        if hunk.deleted_count:
            text = hunk.deleted_text.decode("utf-8", "replace")
            # brackets in strings may hide a definition, a string that began above the text without them
            for form in {text, plain(family, text)}:
                names |= defined_names(family, form)
    return names


def _may_be_used(definition: Definition, family: str, code: str, after: str) -> bool:
    """Return whether anything outside the lines that define a name could use it: no local variable."""
    name = definition.name
    if family == "script":
        if not after or name not in _exports(code):
            return False
        return not (pattern_of("free word", name).search(after) or _ANY_EXPORT.search(after))
    if family == "jvm":
        # with a file its class is gone, which says all
        is_constant = name.isupper() and pattern_of("enum constant", name).search(after) is None
        return definition.kind == CLASS or (bool(after) and (definition.kind == FUNCTION or is_constant))
    return definition.is_top or family != "go"


def _break(gone: Gone, uses: list[Use]) -> Break:
    paths = {use.path for use in uses}
    count = f"{len(uses):,} lines still use" if len(uses) > 1 else "1 line still uses"
    where = f" in {len(paths):,} files" if len(paths) > 1 else ""
    sentence = f"{gone.definition.name} is gone from {gone.module}, but {count} it{where}"
    # in other languages a name may be of another scope or package, which is not read
    return break_of(BreakKind.NAME, sentence, uses, is_sure=gone.family in _SURE)


def _files(hits: Iterable[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.path for hit in hits))[:MOST_FILES]


def _importers(tree: TreeAfter, module: str) -> frozenset[str]:
    return frozenset(tree.graph.importers.get(module, ()))


def _defined_elsewhere(gone: Gone, hits: Iterable[Hit]) -> bool:
    return any(defines(gone.family, hit.text, gone.definition.name) for hit in hits)


def _matches(tree: TreeAfter, path: str, pattern: re.Pattern[str]) -> Iterator[Use]:
    code = tree.code(path)
    return (Use(path, line_of(code, match.start()), True) for match in pattern.finditer(code))


# Python: what is imported by name, and what the file itself still calls


def _python(tree: TreeAfter, gone: Gone, hits: Sequence[Hit]) -> Iterator[Use]:
    from hyperion_hook.assess.breaks.python_names import method_uses, top_level_uses

    if gone.definition.is_top:
        if any(pattern_of("set", gone.definition.name).search(hit.text) for hit in hits):
            return  # whoever imports the module may give it the name
        yield from top_level_uses(tree, gone.file, gone.definition.name, _files(hits))
    elif gone.definition.kind == FUNCTION and not _defined_elsewhere(gone, hits):
        yield from method_uses(tree, gone.file, gone.definition.name, _files(hits))


# JavaScript and TypeScript: what is imported by name from the file

_EXPORTED = late_pattern(
    r"\bexport[ \t]++(?:declare[ \t]++)?(?:default[ \t]++)?(?:abstract[ \t]++|async[ \t]++)?"
    r"(?:function|class|const|let|var|interface|type|enum|namespace)[ \t]*+\*?[ \t]*+([\w$]++)"
    r"|(?<![\w$])exports\.([\w$]++)[ \t]*+=(?!=)"
    r"|\bexport[ \t]*+(?:type[ \t]*+)?\{([^{}]*+)|\bmodule\.exports[ \t]*+=[ \t]*+\{([^{}]*+)"
)
_ANY_EXPORT = late_pattern(
    r"export[ \t]*+\*|module\.exports[ \t]*+=[ \t]*+(?!\{)|Object\.assign\([ \t]*+(?:module\.)?exports|__exportStar"
)
_IMPORT = late_pattern(
    r"(?:import|export)[ \t]++(?:type[ \t]++)?(?:[\w$]++[ \t]*+,[ \t]*+)?\{([^{}]*+)\}[ \t\n]*+from[ \t]*+"
    r"(['\"])([^'\"\n]++)\2"
    r"|(?:const|let|var)[ \t]*+\{([^{}]*+)\}[ \t]*+=[ \t]*+require\([ \t]*+(['\"])([^'\"\n]++)\5"
)


@lru_cache(maxsize=4)
def _exports(code: str) -> frozenset[str]:
    """Return the names under which a script exports."""
    names: set[str] = set()
    for declared, assigned, listed_names, handed_out in _EXPORTED.findall(code):
        names |= {declared, assigned} - {""}
        names |= {part.split()[-1] for part in listed_names.split(",") if part.strip()}
        names |= {part.partition(":")[0].strip() for part in handed_out.split(",")}
    return frozenset(names)


def _script(tree: TreeAfter, gone: Gone, hits: Sequence[Hit]) -> Iterator[Use]:
    name = gone.definition.name
    for path in _files(hits):
        text = tree.text(path)
        for match in _IMPORT.finditer(text):
            names, spec = (match[1], match[3]) if match[3] else (match[4], match[6])
            imported = {
                part.strip().removeprefix("type ").partition(" as ")[0].partition(":")[0].strip()
                for part in names.split(",")
            }
            if name in imported and tree.imports(path, spec) == (gone.module,):
                yield Use(path, line_of(text, match.start()), True)


# Go: what the package itself and its importers still name


def _go(tree: TreeAfter, gone: Gone, hits: Sequence[Hit]) -> Iterator[Use]:
    name, folder = gone.definition.name, gone.module.rpartition("/")[0]
    beside = [hit for hit in hits if hit.path.rpartition("/")[0] == folder]
    if _start_of_line(gone.code, gone.definition.end).startswith("func ("):
        return  # whose method is called cannot be told without types
    if not gone.definition.is_top or _defined_elsewhere(gone, beside):
        return
    if any(pattern_of("Go list", name).search(tree.code(path)) for path in _files(beside)):
        return  # a list of variables of one type, maybe within a function
    form = "Go function" if gone.definition.kind == FUNCTION else "Go name"
    for path in _files(beside):
        # where a variable, a parameter or an import has the name, it hides what is gone
        if not pattern_of("Go hides", name).search(tree.code(path)) and not _go_imports(tree.text(path), name):
            yield from _matches(tree, path, pattern_of(form, name))
    if name[0].isupper():
        for path in _files(hit for hit in hits if hit.path in _importers(tree, gone.module)):
            if receivers := go_receivers(tree, path, gone.module, gone.code):
                yield from _matches(tree, path, pattern_of("member", receivers, name))


_GO_IMPORT = late_pattern(r"^[ \t]*+(?:import[ \t(]++)?+(?:([\w.]++)[ \t]++)?+\"([^\"\n]*+)\"", re.MULTILINE)
_GO_PACKAGE = late_pattern(r"^package[ \t]++(\w++)", re.MULTILINE)
_GO_BODY = late_pattern(r"^(?:func|type|var|const)\b", re.MULTILINE)


def _go_imports(text: str, name: str) -> bool:
    """Return whether a Go file may have a name from an import: as a package's, or by a dot."""
    imports = _GO_IMPORT.findall(_GO_BODY.split(text, 1)[0])
    return any(alias == "." or (alias or spec.rpartition("/")[2]) == name for alias, spec in imports)


def go_receivers(tree: TreeAfter, path: str, module: str, code: str) -> tuple[str, ...]:
    """Return the names of a module's package in a Go file: its aliases, or that of its package clause in ``code``."""
    package = _GO_PACKAGE.search(code)
    return tuple(
        alias or package[1]
        for alias, spec in _GO_IMPORT.findall(_GO_BODY.split(tree.text(path), 1)[0])
        # what is imported into the file's own names, by a dot, is not reached through a receiver
        if package and alias != "." and module in tree.imports(path, spec)
    )


# Java: classes by name, members by the class before them


_JAVA_IMPORT = late_pattern(r"^import[ \t]++(static[ \t]++)?+([\w.*]++)", re.MULTILINE)
_PRIVATE = late_pattern(r"\bprivate[ \t]")
_PACKAGE = late_pattern(r"^[ \t]*+package[ \t]++([\w.]++)", re.MULTILINE)


def _jvm(tree: TreeAfter, gone: Gone, hits: Sequence[Hit]) -> Iterator[Use]:
    name = gone.definition.name
    # a Scala file may have a name from elsewhere: it imports many at once, or names a type so
    scala = [path for path in _files(hits) if path.endswith((".scala", ".sc"))]
    if _defined_elsewhere(gone, hits) or any(
        pattern_of("Scala brings", name).search(tree.code(path)) for path in scala
    ):
        return
    importers = _importers(tree, gone.module)
    paths = _files(hit for hit in hits if tree.is_linked(hit.path, gone.module, importers))
    if gone.definition.kind == CLASS:
        if any(f'@file:JvmName("{name}")' in tree.text(path) for path in tree.touched if path.endswith(".kt")):
            return  # a file of Kotlin is that class now
        package = _PACKAGE.search(gone.code)
        for path in paths:
            others = [result for _, result in _JAVA_IMPORT.findall(tree.code(path)) if result.endswith(f".{name}")]
            # a class of the same name from elsewhere is meant
            if not (others and package and not _is_of_package(others[0], package[1], name)):
                yield from _matches(tree, path, pattern_of("Java class", name))
        return
    path = gone.file.path
    if path.endswith(".java") and pattern_of("on a line of its own", name).search(tree.code(path)):
        return
    above = gone.code.rfind("\n", 0, gone.code.rfind("\n", 0, gone.definition.end)) + 1
    if "@Override" not in gone.code[above : gone.definition.end]:
        for path in paths:
            yield from _member_uses(tree, gone, path)


def _is_of_package(imported: str, package: str, name: str) -> bool:
    """Return whether an import means a class of a package, or one within a class of it."""
    rest = imported.removeprefix(f"{package}.")
    return rest != imported and (rest == name or rest[0].isupper())


def _member_uses(tree: TreeAfter, gone: Gone, path: str) -> Iterator[Use]:
    name, code = gone.definition.name, tree.code(path)
    owner = gone.module.rpartition("/")[2].partition(".")[0]
    is_function = gone.definition.kind == FUNCTION
    inherits = pattern_of("inherits", owner)
    is_static = "static" in _start_of_line(gone.code, gone.definition.end)
    if is_function and not is_static and any(map(inherits.search, (gone.code, tree.code(gone.file.path)))):
        return  # a class from elsewhere may have it
    member = pattern_of("member call" if is_function else "member", receivers_of(owner, code), name)
    yield from _matches(tree, path, member)
    # in Kotlin a block may be of another object
    if path != gone.file.path or not is_function or path.endswith((".kt", ".kts")):
        return
    if any(is_static and result.rpartition(".")[2] in (name, "*") for is_static, result in _JAVA_IMPORT.findall(code)):
        return
    yield from _matches(tree, path, pattern_of("own call", name))


def receivers_of(owner: str, code: str) -> tuple[str, ...]:
    """Return the names before a member of a class: the class, and variables declared with it alone."""
    names = dict.fromkeys(pattern_of("declared with", owner).findall(code))
    return owner, *(name for name in names if set(pattern_of("type of", name).findall(code)) <= {owner})


def _start_of_line(code: str, position: int) -> str:
    return code[code.rfind("\n", 0, position) + 1 : position]


_Reader = Callable[[TreeAfter, Gone, Sequence[Hit]], Iterator[Use]]
_READERS: Mapping[str, _Reader] = {"python": _python, "script": _script, "go": _go, "jvm": _jvm}
