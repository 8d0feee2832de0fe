"""Modules that are deleted or moved while others still import them."""

from __future__ import annotations

from collections.abc import Iterator

from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, Use, break_of, family_of, line_of
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.features.graph.import_graph import resolve_after
from hyperion_hook.features.imports.read import read_imports

LANGUAGES = frozenset(("Python", "JavaScript", "TypeScript", "Vue", "Svelte", "Ruby", "Go"))
"""Where an import that nothing in the tree answers is broken; elsewhere the build or a package often answers it."""
MOST_MODULES = 200
MOST_IMPORTERS = 2_000
MOST_OF_LIST = 500
"""Characters behind the name of a module in which what is imported from it is looked for."""


def missing_modules(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each module that is gone and that files left behind still import."""
    gone = [
        file
        for file in tree.change.files
        if file.previous_path in tree.gone
        and file.previous_path in tree.graph.importers
        and role_of(file.previous_path) is not FileRole.FOREIGN
        and language_of(file.previous_path) in LANGUAGES
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
            if not tree.is_user(path):
                continue
            for spec in _single(read_imports(path, tree.text(path))):
                if module in tree.imports(importer, spec) and not _may_be_from_elsewhere(tree, module, spec):
                    asked.setdefault((path, spec), module)
    after = dict.fromkeys(tree.gone) | {path: read_imports(path, tree.text(path)) for path in tree.touched if asked}
    answers = resolve_after(tree.graph, after, list(asked)) if asked else ()
    users: dict[str, list[Use]] = {}
    for ((path, spec), module), (files, _) in zip(asked.items(), answers, strict=True):
        if _still_means(tree, files, spec):
            continue
        use = _import_of(tree, path, spec)
        if use is not None and path not in {other.path for other in users.get(module, ())}:
            users.setdefault(module, []).append(use)
    for file in gone:
        module = file.previous_path
        if module in users and not (tree.is_built(module) or tree.has_left(module)):
            what = f"moved to {file.path}" if file.status is FileStatus.RENAMED else "deleted"
            uses = users[module]
            count = f"{len(uses):,} files still import" if len(uses) > 1 else "1 file still imports"
            yield break_of(BreakKind.MODULE, f"{module} is {what}, but {count} it", uses, is_sure=True)


def _single(specs: tuple[str, ...]) -> Iterator[str]:
    """Yield specifications one name at a time: of ``a:b,c`` each may be a module of its own."""
    for spec in specs:
        module, colon, names = spec.partition(":")
        if colon and "," in names and not spec.startswith("="):
            yield from (f"{module}:{name}" for name in names.split(","))
        elif not spec.startswith("="):
            yield spec


def _may_be_from_elsewhere(tree: TreeAfter, module: str, spec: str) -> bool:
    """Return whether a script asks for a folder or package whose manifest says now what stands for it."""
    return (
        family_of(module) == "script"
        and module.rpartition("/")[2].partition(".")[0] not in spec
        and any(
            path.endswith("package.json") and module.startswith(path.removesuffix("package.json"))
            for path in tree.touched
        )
    )


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


def _import_of(tree: TreeAfter, path: str, spec: str) -> Use | None:
    """Return the line of an import, firm if it is run in any case; ``None`` where no line is like it."""
    text = tree.text(path)
    module, _, name = spec.partition(":")
    # readers mark how a file is named: a quote or bracket in C, dots for relative names
    first = module.lstrip('."<').removeprefix("/") or name
    forms = (list(pattern_of(form, first).finditer(text)) for form in ("import", "quoted", "word"))
    matches = next(filter(None, forms), [])
    if not matches:
        return None
    match = next((match for match in matches if name in text[match.end() : match.end() + MOST_OF_LIST]), matches[0])
    row = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
    is_firm = not row[:1].isspace() or family_of(path) not in ("python", "script")
    return Use(path, line_of(text, match.start()), is_firm)
