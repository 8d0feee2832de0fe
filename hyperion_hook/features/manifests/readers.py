"""What a project declares to need from outside, by manifest: one small reader for each kind of file.

A reader returns what a manifest asks for, the names it gives and the folders whose manifests belong to the same build;
``Missing`` when the file cannot be read. Readers are loaded only where such a file exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module

from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.manifests.versions import Requirement

MAX_BYTES = 1_000_000
INCLUDED = "-r "
"""Before the name of a list of requirements that another one includes, whatever it is called."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one manifest says.

    ``requirements`` are the direct ones. ``own`` are names by which other manifests of the build refer to this one.
    ``members`` are further manifests, or folders or patterns of folders that hold them, relative to this one's folder;
    ``!`` before a pattern takes back. ``aliases`` are short names that other manifests use for packages. A name comes
    with its ecosystem.
    """

    requirements: tuple[Requirement, ...] = ()
    own: frozenset[tuple[str, str]] = frozenset()
    members: tuple[str, ...] = ()
    aliases: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = ()


def owned(ecosystem: str, names: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return names with their ecosystem, without empty ones."""
    return frozenset((ecosystem, name) for name in names if name)


class UnreadableError(ValueError):
    """A manifest cannot be read: its text says why, without the path."""


Read = Callable[[str], "Manifest | list[Requirement]"]

_DATA, _LINES, _XML = "data", "lines", "xml"
_READERS = {
    "pyproject.toml": (_DATA, "read_pyproject"),
    "setup.cfg": (_LINES, "read_setup_cfg"),
    "Pipfile": (_DATA, "read_pipfile"),
    "package.json": (_DATA, "read_package_json"),
    "pnpm-workspace.yaml": (_LINES, "read_pnpm_workspace"),
    "lerna.json": (_DATA, "read_lerna"),
    "pom.xml": (_XML, "read_pom"),
    **dict.fromkeys(("build.gradle", "build.gradle.kts"), (_LINES, "read_gradle")),
    **dict.fromkeys(("settings.gradle", "settings.gradle.kts"), (_LINES, "read_gradle_settings")),
    "libs.versions.toml": (_DATA, "read_version_catalog"),
    "go.mod": (_LINES, "read_go_mod"),
    "go.work": (_LINES, "read_go_work"),
    "Cargo.toml": (_DATA, "read_cargo"),
    "Gemfile": (_LINES, "read_gemfile"),
    "composer.json": (_DATA, "read_composer"),
    "packages.config": (_XML, "read_packages_config"),
    **dict.fromkeys(("Directory.Packages.props", "Directory.Build.props"), (_XML, "read_dotnet_shared")),
}
_ENDINGS = {
    **dict.fromkeys((".csproj", ".fsproj", ".vbproj"), (_XML, "read_dotnet")),
    ".sln": (_LINES, "read_solution"),
    ".slnx": (_XML, "read_solution_xml"),
    ".gemspec": (_LINES, "read_gemspec"),
    **dict.fromkeys((".gradle", ".gradle.kts"), (_LINES, "read_gradle")),
}
_UNREAD = frozenset(
    "environment.yml environment.yaml pixi.toml mix.exs rebar.config pubspec.yaml Package.swift Podfile "
    "Cartfile build.sbt build.sc build.mill project.clj deps.edn shadow-cljs.edn vcpkg.json conanfile.txt "
    "conanfile.py stack.yaml cabal.project DESCRIPTION shard.yml dub.json dub.sdl MODULE.bazel WORKSPACE "
    "ivy.xml rush.json bower.json deno.json deno.jsonc cpanfile META6.json Project.toml build.zig.zon "
    "elm.json gleam.toml jsr.json package.yaml fpm.toml".split()
)
_UNREAD_ENDINGS = (".cabal", ".rockspec", ".nimble", ".opam", ".podspec")
"""Manifests of other ecosystems."""
_ASIDE = frozenset(("doc", "docs", "documentation", "sphinx", "rtd", "readthedocs", "mkdocs", "constraints"))


def _reader_name(path: str) -> tuple[str, str] | None:
    folder, _, name = path.rpartition("/")
    known = _READERS.get(name)
    if known is not None:
        return known
    if name.startswith("pom") and name.endswith(".xml"):
        return _XML, "read_pom"
    if name.endswith((".txt", ".in")):
        words = set(name.rpartition(".")[0].replace("_", "-").replace(".", "-").split("-"))
        is_listing = "requirements" in words or folder.rpartition("/")[2] == "requirements"
        return (_LINES, "read_requirements") if is_listing else None
    return next((reader for ending, reader in _ENDINGS.items() if name.endswith(ending)), None)


def reader_of(path: str) -> Read | None:
    """Return how a manifest is read, by its name; ``None`` for a file that is none.

    Examples
    --------
    >>> reader_of("docs/requirements-docs.txt") is not None, reader_of("notes.txt") is None
    (True, True)
    """
    name = _reader_name(path)
    return None if name is None else getattr(import_module(f"hyperion_hook.features.manifests.{name[0]}"), name[1])


def is_manifest(path: str) -> bool:
    """Return whether there is a reader for a file, by its name."""
    return _reader_name(path) is not None


def is_unread(name: str) -> bool:
    """Return whether a file is a manifest that no reader here knows."""
    return name in _UNREAD or name.endswith(_UNREAD_ENDINGS)


def counts_for_project(name: str, beside: Iterable[str]) -> bool:
    """Return whether a manifest in a folder of the project says what the project needs.

    Requirements of the documentation and constraints do not, nor does what pip-compile wrote from the list beside it.

    Examples
    --------
    >>> names = ["requirements.txt", "requirements.in", "requirements-docs.txt", "requirements_dev.txt"]
    >>> [name for name in names if counts_for_project(name, names)]
    ['requirements.in', 'requirements_dev.txt']
    """
    stem, _, ending = name.rpartition(".")
    if ending == "xml":
        return name == "pom.xml"  # another counts where a module is named by it
    if ending == "txt":
        return not _ASIDE & set(stem.replace("_", "-").split("-")) and f"{stem}.in" not in beside
    return ending != "in" or not _ASIDE & set(stem.replace("_", "-").split("-"))


@lru_cache(maxsize=256)
def read_manifest(path: str, text: str) -> Manifest | Missing:
    """Return the content of a manifest; ``Missing`` with the reason where it cannot be read.

    Examples
    --------
    >>> [asked.name for asked in read_manifest("package.json", '{"dependencies": {"vue": "^3.4"}}').requirements]
    ['vue']
    """
    read = reader_of(path)
    if read is None:
        return Missing(f"{path}: is no manifest")
    if len(text) > MAX_BYTES:
        return Missing(f"{path}: is larger than {MAX_BYTES:,} characters")
    try:
        result = read(text)
    except UnreadableError as error:
        return Missing(f"{path}: {error}")
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return Missing(f"{path}: cannot be read")
    manifest = Manifest(tuple(result)) if isinstance(result, list) else result
    return replace(manifest, requirements=tuple(dict.fromkeys(manifest.requirements)))
