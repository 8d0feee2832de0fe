"""Files that must change together by how their tools work, of which the change touches only one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hyperion_hook.assess.breaks.dependencies import is_judged
from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, code_of, line_of, listed
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.manifests.readers import read_manifest
from hyperion_hook.features.manifests.versions import Requirement

LOCKS = {
    "package.json": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
    "Cargo.toml": ("Cargo.lock",),
    "go.mod": ("go.sum",),
    "pyproject.toml": ("poetry.lock", "uv.lock", "pdm.lock"),
    "Gemfile": ("Gemfile.lock",),
    "composer.json": ("composer.lock",),
}
"""Lock files of each manifest, beside it or, in a workspace, above it."""
_PROTO = re.compile(r"(?<!\w)([A-Za-z_]\w*+)[ \t]*+=[ \t]*+\d++[ \t]*+[;\[]")


def missing_counterparts(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each touched file whose counterpart was left as it is."""
    for file in tree.change.files:
        if not file.old_blob or not file.new_blob or role_of(file.path) in (FileRole.TEST, FileRole.FOREIGN):
            continue
        if file.path.rpartition("/")[2] in LOCKS and is_judged(file):
            yield from _lock(tree, file)
        elif file.path.endswith(".proto"):
            yield from _generated(tree, file)


def _break(path: str, line: int, sentence: str, evidence: str, *, is_certain: bool = False) -> Break:
    return Break(BreakKind.COUNTERPART, sentence, evidence, path, line, is_certain)


def _lock(tree: TreeAfter, file: FileChange) -> Iterator[Break]:
    # what others are to bring along is no part of a lock file
    texts = (text.replace('"peerDependencies"', '"peers"') for text in (tree.before(file), tree.text(file.path)))
    before, after = (read_manifest(file.path, text) for text in texts)
    if isinstance(before, Missing) or isinstance(after, Missing):
        return
    known = set(before.requirements)
    new = [asked for asked in after.requirements if asked not in known and not asked.condition]
    locks = LOCKS[file.path.rpartition("/")[2]]
    path = _nearest(tree, file.path, locks)
    above = path.rpartition("/")[0] if path else ""
    if (
        not new
        or path is None
        or any((f"{above}/" if above else "") + lock in tree.touched.keys() | tree.gone for lock in locks)
    ):
        return
    text, source = tree.text(path), tree.text(file.path)
    lock, local = path.rpartition("/")[2], {name for _, name in after.own}
    folder = file.path.rpartition("/")[0]
    # a lock file further up holds a manifest whose folder or package it names
    members = (folder.removeprefix(f"{above}/"), *local)
    if folder != above and not any(pattern_of("package", word).search(text) for word in members):
        return
    absent = [asked for asked in new if asked.name not in local and not _is_locked(lock, text, asked)] if text else []
    if absent and "package.json" in file.path:
        absent = [asked for asked in absent if not _is_of_workspace(tree, file, asked, text)]
    if absent:
        names = listed([f"{asked.name} {asked.constraint}".rstrip() for asked in absent])
        at = pattern_of("package", absent[0].name).search(source)
        yield _break(
            file.path,
            line_of(source, at.start()) if at else 1,
            f"{file.path} asks for {names}, which {path} does not have",
            f"{path} is not part of the change",
            is_certain=path.endswith("go.sum"),
        )


def _is_of_workspace(tree: TreeAfter, file: FileChange, asked: Requirement, lock: str) -> bool:
    """Return whether a package is one of this repository, which a lock file leaves to the manifests."""
    former = read_manifest(file.previous_path, tree.before(file))
    was_asked = not isinstance(former, Missing) and asked.name in {entry.name for entry in former.requirements}
    if was_asked and pattern_of("package", asked.name).search(lock) is None:
        return True
    others = (read_manifest(path, tree.text(path)) for path in tree.touched if path.endswith("package.json"))
    if any(name == asked.name for other in others if not isinstance(other, Missing) for _, name in other.own):
        return True
    # the name is resolved as an import beside the manifest would be
    return bool(tree.imports(file.path.removesuffix("package.json") + "index.js", asked.name))


def _nearest(tree: TreeAfter, path: str, names: tuple[str, ...]) -> str | None:
    while path:
        path = path.rpartition("/")[0]
        for beside in [f"{path}/{name}" if path else name for name in names]:
            if beside in tree.touched or not isinstance(tree.sources.base_file(beside), Missing):
                return beside
    return None


def _is_locked(lock: str, text: str, asked: Requirement) -> bool:
    name, wanted = asked.name, asked.constraint
    if lock == "go.sum":
        return f"\n{name} {wanted} " in f"\n{text}" or f"\n{name} {wanted}/go.mod " in f"\n{text}"
    if lock == "yarn.lock":
        return f"{name}@{wanted}" in text or f"{name}@npm:{wanted}" in text
    if lock in ("package-lock.json", "npm-shrinkwrap.json"):
        return f'"{name}": "{wanted}"' in text or ('"packages"' not in text and f'"{name}": {{' in text)
    if lock == "pnpm-lock.yaml":
        return any(f"specifier: {quote}{wanted}" in text for quote in ("", "'", '"')) or "specifier" not in text
    return _plain(name) in _plain(text)


def _plain(text: str) -> str:
    return text.lower().replace("_", "-").replace(".", "-")


def _generated(tree: TreeAfter, file: FileChange) -> Iterator[Break]:
    stem = file.path.removesuffix(".proto")
    before, after = (set(_PROTO.findall(code_of("a.c", text))) for text in (tree.before(file), tree.text(file.path)))
    if before == after:
        return
    for path in (f"{stem}.pb.go", f"{stem}_pb2.py"):
        if path not in tree.touched and path not in tree.gone and not isinstance(tree.sources.base_file(path), Missing):
            line = max(1, min((hunk.new_start for hunk in file.hunks or ()), default=1))
            names = ", ".join(sorted(before ^ after)[:3])
            yield _break(
                file.path,
                line,
                f"{file.path} has other fields than {path}, which is made from it",
                f"{names}; {path} is not part of the change",
            )
