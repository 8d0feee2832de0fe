"""What a source file imports, as written: one pass of patterns over the text, by language.

Imports are the cheapest view of a system's structure: they need no build and no types. They are read by pattern, so
that half-written and newer-than-known source is read too. ``imports.index`` turns what is written into files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of

READER_VERSION = 3
"""Raised whenever a specification can change for the same text; what another version stored is dropped."""

MAX_SPECS = 5_000
"""Specifications kept of one file: a generated index of a whole registry must not outweigh the repository."""

_READER_OF = {
    "Python": ("interpreted", "read_python"),
    "Java": ("jvm", "read_java"),
    **dict.fromkeys(("Kotlin", "Groovy"), ("jvm", "read_kotlin")),
    "Scala": ("jvm", "read_scala"),
    **dict.fromkeys(("JavaScript", "TypeScript", "Vue"), ("interpreted", "read_script")),
    "Ruby": ("interpreted", "read_ruby"),
    "PHP": ("interpreted", "read_php"),
    "Go": ("compiled", "read_go"),
    "Rust": ("compiled", "read_rust"),
    **dict.fromkeys(("C", "C++", "Objective-C"), ("compiled", "read_c")),
    "C#": ("compiled", "read_csharp"),
    "go.mod": ("package_names", "read_go_mod"),
    "Cargo.toml": ("package_names", "read_cargo"),
    "package.json": ("package_names", "read_npm"),
}
"""Reader by language or file name; loaded when first used, because compiling patterns costs a hook milliseconds."""

MANIFESTS = frozenset(("go.mod", "Cargo.toml", "package.json"))
"""Files that give a folder the name it is imported by."""

LANGUAGES = frozenset(_READER_OF) - MANIFESTS
"""Languages whose imports are read."""


def reader_language(path: str) -> str | None:
    """Return the language, or the name of the manifest, that a path's imports are read as; whoever owns the file.

    Examples
    --------
    >>> reader_language("vendor/a.go"), reader_language("a/go.mod"), reader_language("a.sql")
    ('Go', 'go.mod', None)
    """
    name = path.rpartition("/")[2]
    language = name if name in MANIFESTS else language_of(path)
    return language if language in _READER_OF else None


@lru_cache(maxsize=65_536)
def import_language(path: str) -> str | None:
    """Return the language a file's imports are read in, ``None`` where they are not.

    Files that are not the project's own (vendored, generated) have no place in its structure.

    Examples
    --------
    >>> import_language("src/a.py"), import_language("vendor/a.go"), import_language("a/go.mod")
    ('Python', None, 'go.mod')
    """
    language = reader_language(path)
    return None if language is None or role_of(path) is FileRole.FOREIGN else language


def is_module(path: str) -> bool:
    """Return whether a file is a module of the import graph: source of a language with imports, not vendored."""
    return import_language(path) in LANGUAGES


def read_imports(path: str, text: str) -> tuple[str, ...]:
    r"""Return the import specifications of one file, as written, without repetition.

    The path tells the language; ``go.mod``, ``Cargo.toml`` and ``package.json`` give the name a folder is imported by.
    What is declared comes first, then all in the order of the text; at most ``MAX_SPECS``. The form depends on the
    language (see the readers' modules); a leading ``=`` marks what the file declares itself to be. Empty for a file
    without readable imports.

    Examples
    --------
    >>> read_imports("a.py", "import os.path as p\nfrom .b import (c,\n    d)\n")
    ('os.path', '.b:c,d')
    >>> read_imports("a.go", 'package a\n\nimport (\n\t"fmt"\n\tx "example.org/y"\n)\n')
    ('fmt', 'example.org/y')
    """
    language = import_language(path)
    if language is None:
        return ()
    specs = dict.fromkeys(_reader(language)(text))
    # what a file declares stands first: an index of names needs nothing else
    return (*(spec for spec in specs if spec[0] == "="), *(spec for spec in specs if spec[0] != "="))[:MAX_SPECS]


@lru_cache(maxsize=32)
def _reader(language: str) -> Callable[[str], list[str]]:
    module, function = _READER_OF[language]
    reader: Callable[[str], list[str]] = getattr(import_module(f"hyperion_hook.features.imports.{module}"), function)
    return reader
