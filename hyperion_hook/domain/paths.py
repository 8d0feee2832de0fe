"""What a path says about a file: its language, and whether it is a test, a document, configuration or not ours.

Only the path is looked at, never the content, so the answer is the same for every version of a file.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

_EXTENSIONS = {
    "Python": "py pyi pyw",
    "Java": "java",
    "Kotlin": "kt kts",
    "Scala": "scala sc",
    "Groovy": "groovy",
    "JavaScript": "js jsx mjs cjs",
    "TypeScript": "ts tsx mts cts",
    "Vue": "vue",
    "Go": "go",
    "Rust": "rs",
    "C": "c h",
    "C++": "cc cpp cxx c++ hh hpp hxx h++ inl ipp tpp",
    "C#": "cs",
    "Objective-C": "m mm",
    "Swift": "swift",
    "Ruby": "rb rake gemspec",
    "PHP": "php",
    "Perl": "pl pm",
    "Lua": "lua",
    "Shell": "sh bash zsh",
    "R": "r",
    "Erlang": "erl hrl",
    "Elixir": "ex exs",
    "Haskell": "hs",
    "OCaml": "ml mli",
    "Dart": "dart",
    "Julia": "jl",
    "Fortran": "f f90 f95 f03 f08",
    "Solidity": "sol",
    "Zig": "zig",
    "SQL": "sql",
    "GDScript": "gd",
    "Cython": "pyx pxd",
}
LANGUAGE_BY_EXTENSION = {ext: language for language, exts in _EXTENSIONS.items() for ext in exts.split()}

TEST_FOLDERS = ("test", "tests", "__tests__", "testing", "spec", "specs", "e2e", "testdata", "fixtures")
TEST_FOLDERS_OF_SRC = ("test", "androidTest", "integrationTest", "it")
TEST_WORDS = ("test", "tests", "spec", "specs")
TEST_CLASSES = ("Test", "Tests", "TestCase", "IT", "Spec")
TEST_CLASS_EXTENSIONS = ("java", "kt", "scala", "groovy", "cs", "php", "swift")
FOREIGN_FOLDERS = (
    "vendor", "vendored", "third-party", "third_party", "thirdparty", "node_modules", "bower_components", "external",
    "extern", "dist", "_vendor",
)

_TEST = re.compile(
    rf"(?:^|/)(?:{'|'.join(TEST_FOLDERS)}|[\w.-]*[-_.]tests?|tests?[-_.][\w.-]*)/"
    rf"|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*[-._](?:{'|'.join(TEST_WORDS)})\.[^/]+"
    rf"|[^/]*(?:{'|'.join(TEST_CLASSES)})\.(?:{'|'.join(TEST_CLASS_EXTENSIONS)}))$"
    rf"|(?:^|/)src/(?:{'|'.join(TEST_FOLDERS_OF_SRC)})/",
)
_DOCUMENT = re.compile(
    r"(?:^|/)(?:docs?|documentation|site|website)/|\.(?:md|rst|txt|adoc|asciidoc|markdown|textile|tex|html?|css|scss|svg)$"
    r"|(?:^|/)(?:readme|changelog|changes|news|history|authors|contributing|licen[cs]e|copying|notice|todo)[^/]*$",
    re.IGNORECASE,
)
_CONFIGURATION = re.compile(
    r"\.(?:json|ya?ml|toml|ini|cfg|conf|properties|xml|gradle|lock|env|editorconfig|plist|csproj|sln|props|targets)$"
    r"|(?:^|/)(?:makefile|cmakelists\.txt|dockerfile|gemfile|rakefile|pipfile|requirements[^/]*\.txt|go\.(?:mod|sum))$"
    r"|(?:^|/)\.[^/]+$",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    rf"(?:^|/)(?:{'|'.join(FOREIGN_FOLDERS)})/"
    r"|\.min\.(?:js|css)$|(?:^|/)[^/]*(?:_pb2(?:_grpc)?\.pyi?|\.pb\.go|\.g\.dart|\.designer\.cs|\.generated\.[^/]+)$",
    re.IGNORECASE,
)


class FileRole(StrEnum):
    """What a file is for."""

    SOURCE = "source"
    TEST = "test"
    DOCUMENT = "document"
    CONFIGURATION = "configuration"
    FOREIGN = "foreign"
    OTHER = "other"


@lru_cache(maxsize=65_536)
def language_of(path: str) -> str | None:
    """Return the programming language a path's ending names, ``None`` for none.

    Examples
    --------
    >>> language_of("src/app.PY"), language_of("notes.txt"), language_of("a.d/Makefile")
    ('Python', None, None)
    """
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return LANGUAGE_BY_EXTENSION.get(extension.lower()) if dot and stem else None


@lru_cache(maxsize=65_536)
def role_of(path: str) -> FileRole:
    """Return what a file is for, judged by its path alone.

    Examples
    --------
    >>> [role_of(p).value for p in ("src/a.py", "tests/test_a.py", "vendor/x.go", "docs/conf.py", "pom.xml", "a.bin")]
    ['source', 'test', 'foreign', 'document', 'configuration', 'other']
    """
    if _FOREIGN.search(path):
        return FileRole.FOREIGN
    if language_of(path):
        if _TEST.search(path):
            return FileRole.TEST
        return FileRole.DOCUMENT if path.startswith(("docs/", "doc/")) else FileRole.SOURCE
    if _CONFIGURATION.search(path):
        return FileRole.CONFIGURATION
    if _DOCUMENT.search(path):
        return FileRole.DOCUMENT
    return FileRole.OTHER


def directory_of(path: str) -> str:
    """Return the folder of a path, '' for the top level.

    Examples
    --------
    >>> directory_of("a/b/c.py"), directory_of("c.py")
    ('a/b', '')
    """
    return path.rpartition("/")[0]


def subsystem_of(path: str) -> str:
    """Return the top-level folder of a path, '' for the top level.

    Examples
    --------
    >>> subsystem_of("a/b/c.py"), subsystem_of("c.py")
    ('a', '')
    """
    return path.partition("/")[0] if "/" in path else ""
