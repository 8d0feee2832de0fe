"""Which manifests belong to the project: those at the top, one folder below, and those that a build of theirs names.

Whether the change touches a manifest does not matter, only what the manifests say after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import normpath

from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.snapshot import Folder, SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.context import Context
from hyperion_hook.features.manifests.readers import (
    INCLUDED,
    Manifest,
    counts_for_project,
    is_manifest,
    is_unread,
    read_manifest,
)

MAX_MANIFESTS = 1_000
MAX_CHARACTERS = 8_000_000
_MAX_FOLDERS = 3_000
_MAX_MEMBERS = 2_000
_DEEPEST = 4
"""Folders below which ``**`` does not look."""

NO_MANIFEST = Missing("no manifest found")
_ASIDE = frozenset(
    "example examples sample samples demo demos bench benchmark benchmarks fuzz fixtures playground template "
    "templates e2e".split()
)

_MEMBER_ENDINGS = {
    "pom.xml": ("pom.xml",),
    "settings.gradle": (".gradle", ".kts"),
    "settings.gradle.kts": (".gradle", ".kts"),
    "package.json": ("package.json",),
    "lerna.json": ("package.json",),
    "pnpm-workspace.yaml": ("package.json",),
    "Cargo.toml": ("Cargo.toml",),
    "pyproject.toml": ("pyproject.toml",),
    "go.work": ("go.mod",),
    "composer.json": ("composer.json",),
}


class _Files:
    """The repository after the change: the base, and what the change does to it."""

    def __init__(self, context: Context) -> None:
        self._sources = context.sources
        files = [file for file in context.change.files if file.is_regular]
        self._touched = {file.path: file for file in files if _may_be_read(file.path)}
        self._gone = {file.previous_path for file in context.change.files} - self._touched.keys()
        self._gone |= {path for path, file in self._touched.items() if file.new_blob is None}
        self._folders: dict[str, Folder] = {}

    def text(self, path: str) -> SourceText | Missing:
        file = self._touched.get(path)
        return self._sources.base_file(path) if file is None else self._sources.after(file)

    def folder(self, path: str) -> Folder:
        """Return the content of a folder; nothing once very many were asked for."""
        known = self._folders.get(path)
        if known is None:
            base = Missing("") if len(self._folders) >= _MAX_FOLDERS else self._sources.base_folder(path)
            files, folders = (set(), set()) if isinstance(base, Missing) else (set(base.files), set(base.folders))
            start = f"{path}/" if path else ""
            for touched in self._touched.keys() - self._gone:
                if touched.startswith(start):
                    name, below, _ = touched[len(start) :].partition("/")
                    (folders if below else files).add(name)
            files -= {gone[len(start) :] for gone in self._gone if gone.startswith(start)}
            known = self._folders[path] = Folder(frozenset(files), frozenset(folders))
        return known

    def manifests_in(self, folder: str, *, named_by: str = "") -> list[str]:
        """Return the manifests of a folder and of ``requirements`` in it; of documentation, what a build names."""
        if folder and _is_documentation(folder):
            kind = _MEMBER_ENDINGS.get(named_by.rpartition("/")[2], ())
            return [path for path in self._chosen(folder) if path.endswith(kind)]
        lists = ["requirements"] if "requirements" in self.folder(folder).folders else []
        return [path for name in ("", *lists) for path in self._chosen(_joined(folder, name) if name else folder)]

    def _chosen(self, folder: str) -> list[str]:
        names = self.folder(folder).files
        paths = [_joined(folder, name) for name in sorted(names) if counts_for_project(name, names)]
        return [path for path in paths if is_manifest(path)]

    def expand(self, pattern: str) -> Iterator[str]:
        """Yield the folders and manifests that a pattern of paths means, in order."""
        results = {""}
        for segment in pattern.split("/"):
            results = set().union(*(self._below(folder, segment) for folder in sorted(results)))
        yield from sorted(results)

    def _below(self, folder: str, segment: str) -> set[str]:
        if segment == "**":
            reached, newest = {folder}, {folder}
            for _ in range(_DEEPEST):
                newest = set().union(*(self._below(name, "*") for name in sorted(newest)))
                reached |= newest
            return reached
        if not _has_wildcard(segment):
            return {_joined(folder, segment)}
        inside = self.folder(folder)
        names = [name for name in inside.folders if name[0] != "." and name != "node_modules"]
        if "." in segment:
            names += [name for name in inside.files if is_manifest(name)]
        return {_joined(folder, name) for name in names if fnmatchcase(name, segment)}


def project_manifests(context: Context) -> dict[tuple[str, str], Manifest] | Missing:
    """Return the project's manifests after the change, by the folder of their build and their path.

    ``Missing`` when there are none, none can be read, or they are too many or too large to be read by a hook.
    """
    files = _Files(context)
    results: dict[tuple[str, str], Manifest] = {}
    reason: Missing | None = None
    characters = 0
    waiting = deque(("", path) for path in files.manifests_in(""))
    for folder in sorted(files.folder("").folders):
        if _may_hold_a_project(folder):
            waiting += [(folder, path) for path in files.manifests_in(folder)]
    seen: set[str] = set()
    while waiting:
        build, path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        if len(seen) > MAX_MANIFESTS:
            return Missing(f"the project has more than {MAX_MANIFESTS:,} manifests")
        source = files.text(path)
        if isinstance(source, Missing):
            reason = source.worded(f"{path}: {source.reason}")
            continue
        characters += len(source.text)
        if characters > MAX_CHARACTERS:
            return Missing(f"the project's manifests are larger than {MAX_CHARACTERS:,} characters")
        text = source.text
        name = path if is_manifest(path) else "requirements.txt"  # another list that one of these includes
        manifest = context.deadline.run(lambda name=name, text=text: read_manifest(name, text))  # type: ignore[misc]
        if isinstance(manifest, Missing):
            reason = manifest
            continue
        results[build, path] = manifest
        waiting += [(build, member) for member in _members(files, path, manifest)]
    return results or reason or NO_MANIFEST


def unread_manifest(context: Context) -> Missing | None:
    """Return the reason that a manifest at the top has no reader, ``None`` where there is none."""
    name = min(filter(is_unread, _Files(context).folder("").files), default="")
    return Missing(f"{name}: no reader for manifests of this kind") if name else None


def _may_be_read(path: str) -> bool:
    return is_manifest(path) or path.endswith((".txt", ".in", ".pip"))


def _may_hold_a_project(folder: str) -> bool:
    is_aside = folder[0] == "." or folder.lower() in _ASIDE or _is_documentation(folder)
    return not is_aside and role_of(f"{folder}/x.py") is FileRole.SOURCE


def _is_documentation(folder: str) -> bool:
    name = folder.rpartition("/")[2].lower()
    return role_of(f"{folder}/x") is FileRole.DOCUMENT or name.endswith(("-docs", "-website", "-site", "_docs"))


def _members(files: _Files, path: str, manifest: Manifest) -> Iterator[str]:
    """Yield the manifests that a manifest counts to its build."""
    folder = path.rpartition("/")[0]
    for member in manifest.members[:_MAX_MEMBERS]:
        listed = _placed(folder, member.removeprefix(INCLUDED)) if member.startswith(INCLUDED) else ""
        beside = files.folder(listed.rpartition("/")[0]).files
        name = listed.rpartition("/")[2]
        # "-r docs.txt" is left out as docs.txt is, and so is what pip-compile wrote from the list beside it
        if name in beside and _may_be_read(listed) and counts_for_project(name, beside):
            yield listed
    patterns = [_placed(folder, member.removeprefix("!")) for member in manifest.members[:_MAX_MEMBERS]]
    without = {
        pattern for pattern, member in zip(patterns, manifest.members, strict=False) if pattern and member[:1] == "!"
    }
    for pattern, member in zip(patterns, manifest.members, strict=False):
        if not pattern or member.startswith(("!", INCLUDED)):
            continue
        for target in files.expand(pattern) if _has_wildcard(pattern) else (pattern,):
            # "!**/test/**" takes the folder back, too
            if not any(fnmatchcase(target, other) or fnmatchcase(f"{target}/", other) for other in without):
                yield from [target] if is_manifest(target) else files.manifests_in(target, named_by=path)


def _placed(folder: str, member: str) -> str:
    """Return a path below a folder from the top, empty for one outside the repository."""
    path = normpath(_joined(folder, member.strip().rstrip("/"))) if len(member) <= 500 else ".."
    return "" if path.startswith(("..", "/")) or path == "." else path


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _has_wildcard(text: str) -> bool:
    return any(sign in text for sign in "*?[")
