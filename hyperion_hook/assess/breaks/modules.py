"""Modules that are deleted or moved while others still import them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, code_of, family_of, is_aside, line_of, listed
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import resolve_after
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.features.manifests.readers import is_manifest, read_manifest

MOST_MODULES = 200
MOST_IMPORTERS = 2_000
MOST_OF_LIST = 500
"""Characters behind the name of a module in which what is imported from it is looked for."""
_GUARD = re.compile(r"\s*+\#[ \t]*+(?:ifndef|if[ \t]*+!)")
_CONDITIONAL = re.compile(r"^[ \t]*+\#[ \t]*+(?:(if)|(endif))", re.MULTILINE)


def missing_modules(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each module that is gone and that files left behind still import."""
    gone = [
        file
        for file in tree.change.files
        if file.previous_path in tree.gone
        and file.previous_path in tree.graph.importers
        and role_of(file.previous_path) is not FileRole.FOREIGN
        # what C# imports is a namespace, which any other file or package may hold; so it is with a package of Scala
        and language_of(file.previous_path) != "C#"
        and not file.previous_path.endswith("/package.scala")
        # in Rust a module is a file or a folder of its name
        and not tree.touched.keys()
        & {file.previous_path.removesuffix(".rs") + "/mod.rs", file.previous_path.removesuffix("/mod.rs") + ".rs"}
    ][:MOST_MODULES]
    if not gone:
        return
    before = {file.path: file.previous_path for file in tree.change.files if file.new_blob}
    now = {old: path for path, old in before.items()}
    asked: dict[tuple[str, str], str] = {}
    for file in gone:
        module = file.previous_path
        for importer in tree.graph.importers[module][:MOST_IMPORTERS]:
            path = now.get(importer, importer)
            # a touched file of the same name may mean itself now, as where platforms had one each
            is_heir = path in tree.touched and path.rpartition("/")[2] == module.rpartition("/")[2]
            if is_heir or not tree.is_user(path):
                continue
            for spec in _single(read_imports(path, tree.text(path))):
                if module in tree.imports(importer, spec) and not _may_be_from_elsewhere(tree, module, spec):
                    asked.setdefault((path, spec), module)
    after = dict.fromkeys(tree.gone) | {path: read_imports(path, tree.text(path)) for path in tree.touched if asked}
    answers = resolve_after(tree.graph, after, list(asked)) if asked else ()
    users: dict[str, list[tuple[str, int, bool]]] = {}
    for ((path, spec), module), (files, _) in zip(asked.items(), answers, strict=True):
        if _still_means(tree, files, spec):
            continue
        line, is_firm = _place(tree, path, spec)
        if line and path not in {user for user, _, _ in users.get(module, ())}:
            users.setdefault(module, []).append((path, line, is_firm))
    for file in gone:
        found = users.get(file.previous_path)
        if found and not (tree.is_built(file.previous_path) or tree.has_left(file.previous_path)):
            yield _break(file.previous_path, file.path if file.status is FileStatus.RENAMED else "", found)


def _break(module: str, moved_to: str, users: list[tuple[str, int, bool]]) -> Break:
    users.sort(key=lambda user: (not user[2], role_of(user[0]) is not FileRole.SOURCE, user[0]))
    what = f"moved to {moved_to}" if moved_to else "deleted"
    count = f"{len(users):,} files still import" if len(users) > 1 else "1 file still imports"
    return Break(
        BreakKind.MODULE,
        f"{module} is {what}, but {count} it",
        listed([user[:2] for user in users]),
        users[0][0],
        users[0][1],
        # examples may be built with a release of what they show
        any(is_firm and not is_aside(path) for path, _, is_firm in users),
    )


def _single(specs: tuple[str, ...]) -> Iterator[str]:
    """Yield specifications one name at a time: of ``a:b,c`` each may be a module of its own."""
    for spec in specs:
        module, colon, names = spec.partition(":")
        if colon and "," in names and not spec.startswith("="):
            yield from (f"{module}:{name}" for name in names.split(","))
        elif not spec.startswith("="):
            yield spec


def _may_be_from_elsewhere(tree: TreeAfter, module: str, spec: str) -> bool:
    """Return whether an import may mean what the tree does not have: of the system, of a package, by a manifest."""
    family = family_of(module)
    if family == "c":
        return spec.startswith("<") and "/" not in spec
    manifests = [file for file in tree.touched.values() if is_manifest(file.path)]
    if family == "script" and module.rpartition("/")[2].partition(".")[0] not in spec:
        # the folder or package is asked for, and what stands for it is said in its manifest
        return any(module.startswith(file.path.removesuffix("package.json")) for file in manifests)
    return not spec.startswith(".") and any(_asks_for_more(tree, file) for file in manifests)


def _asks_for_more(tree: TreeAfter, file: FileChange) -> bool:
    before, after = read_manifest(file.previous_path, tree.before(file)), read_manifest(file.path, tree.text(file.path))
    if isinstance(before, Missing) or isinstance(after, Missing):
        return False
    return bool({asked.name for asked in after.requirements} - {asked.name for asked in before.requirements})


def _still_means(tree: TreeAfter, files: set[str], spec: str) -> bool:
    """Return whether an import means something after the change: a file that can stand for what was meant."""
    if not files:
        return False
    if not all(family_of(path) == "python" for path in files):
        return True
    from hyperion_hook.assess.breaks.python_names import module_names, parsed

    # a module that is gone leaves its package, which may offer the name itself
    module, _, name = spec.partition(":")
    word = name or module.rpartition(".")[2]
    for path in files:
        if word in (path.rpartition("/")[2].partition(".")[0], path.rpartition("/")[0].rpartition("/")[2]):
            return True
        package = parsed(tree.text(path))
        if package is None or module_names(package) & {word, "*"}:
            return True
    return False


def _place(tree: TreeAfter, path: str, spec: str) -> tuple[int, bool]:
    """Return the line of an import and whether it is run in any case; 0 where it is not found."""
    text = tree.text(path)
    module, _, name = spec.partition(":")
    # readers mark how a file is named: a quote or bracket in C, dots for relative names
    first = module.lstrip('."<').removeprefix("/") or name
    matches = next(
        (matches for form in ("import", "quoted", "word") if (matches := list(pattern_of(form, first).finditer(text)))),
        [],
    )
    match = next(
        (match for match in matches if name in text[match.end() : match.end() + MOST_OF_LIST]),
        matches[0] if matches else None,
    )
    if match is None:
        return 0, False
    row = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
    is_firm = not row[:1].isspace() or family_of(path) not in ("python", "script")
    if family_of(path) == "c":
        # the guard around a header is one condition; under others a system may have its own
        depth = sum(1 if found[1] else -1 for found in _CONDITIONAL.finditer(text, 0, match.start()))
        if depth > int(_GUARD.match(code_of(path, text)) is not None):
            return 0, False
    return line_of(text, match.start()), is_firm
