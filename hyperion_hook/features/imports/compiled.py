"""Imports of Go, Rust, C, C++, Objective-C and C#.

Go: the import path. Rust: full paths (``crate::a::b``), ``mod a``. C: ``"a.h`` or ``<a.h``, the first character tells
which. C#: the namespace or, with ``static`` or an alias, the type, marked by ``!``; ``=A.B`` is a declared namespace.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.files.text import without_comments
from hyperion_hook.features.imports.names import LONGEST_NAME

_GO = re.compile(r"^import[ \t]*(?:\(((?:[^)/]++|//[^\n]*+|/)*+)|(?:[\w.]+[ \t]+)?[\"`]([^\"`\n]+)[\"`])", re.MULTILINE)
_GO_LINE = re.compile(r"^[ \t]*(?:[\w.]+[ \t]+)?[\"`]([^\"`\n]+)[\"`]", re.MULTILINE)
_RUST = re.compile(
    # what is scanned in vain is consumed, so that no text is scanned twice
    r"^[ \t]*+(?:#\[[^\]\n]*+\][ \t]*+)*+(?:pub(?:\([^)\n]*+\))?[ \t]++)?"
    r"(?:use[ \t]++(?P<use>[^;\"]{1,20000}+)(?P<end>;)?|mod[ \t]++(?:r#)?(?P<mod>\w++)[ \t]*+;"
    r"|extern[ \t]++crate[ \t]++(?P<crate>\w++))",
    re.MULTILINE,
)
_RUST_PATH = re.compile(r"#\[path[ \t]*=[ \t]*\"([^\"\n]+)\"\]")
_RUST_COMMENT = re.compile(r"//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?")
_DEEPEST = 50
_RUST_PART = re.compile(r"[\w#]+|::|[{},*]")
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|import)[ \t]*([\"<][^\">\n]+)[\">]", re.MULTILINE)
_CSHARP = re.compile(
    r"^[ \t\ufeff]*(?:(?:global[ \t]+)?using[ \t]+(?P<type>static[ \t]+|\w+[ \t]*=[ \t]*)?(?:global::)?"
    r"(?P<name>[^\W\d][\w.]*)(?:<[^;\n]*>)?[ \t]*;|namespace[ \t]+(?P<space>[\w.]+))",
    re.MULTILINE,
)


def read_go(text: str) -> list[str]:
    """Return the import paths of a Go source."""
    # imports follow the package clause: nothing after the last one can be an import
    last = text.rfind("\nimport")
    if last < 0 and not text.startswith("import"):
        return []
    # a comment may hold brackets: the block ends with one that begins a line
    head = text[: max(text.find("\n)", last) + 2, text.find(")", last) + 1, last + 500)]
    specs: list[str] = []
    for block, single in _GO.findall(without_comments(head)):
        specs += [single] if single else _GO_LINE.findall(block)
    return specs


def read_rust(text: str) -> list[str]:
    """Return the used paths, declared modules and extern crates of a Rust source."""
    specs: list[str] = []
    for match in _RUST.finditer(text):
        if match["mod"]:
            file = _path_of(text, match)
            specs.append(f"mod ./{file}" if file else f"mod {match['mod']}")
        elif match["crate"]:
            specs.append(match["crate"])
        elif match["end"]:
            # an indented 'use super::' stands in a module inside this file, so 'super' is the file itself
            inside = text[match.start()] in " \t"
            paths = _use_tree(match["use"])
            specs += (f"self{path[5:]}" if inside and path.startswith("super::") else path for path in paths)
    return specs


def _path_of(text: str, match: re.Match[str]) -> str:
    """Return the file that an attribute on a module's line or the line above gives it, empty where none does."""
    above = text.rfind("\n", 0, max(match.start() - 1, 0)) + 1
    attribute = text[above : match.start("mod")]
    given = _RUST_PATH.search(attribute) if attribute.lstrip().startswith("#[") else None
    return given[1] if given else ""


def _use_tree(text: str) -> list[str]:
    """Flatten ``a::{b, c::d}`` into ``a::b`` and ``a::c::d``."""
    if "/" in text:
        text = _RUST_COMMENT.sub(" ", text)
    paths: list[str] = []
    stack: list[list[str]] = [[]]
    current: list[str] = []
    renaming = False
    for part in _RUST_PART.findall(text):
        if part == "{":
            prefix = stack[-1] + current
            # what is nested without end names nothing
            stack.append(prefix if len(prefix) <= _DEEPEST else [])
            current = []
        elif part in ",}":
            if current:
                paths.append("::".join(stack[-1] + current))
            current, renaming = [], False
            if part == "}" and len(stack) > 1:
                stack.pop()
        elif part == "as":
            renaming = True
        elif part != "::" and not renaming:
            current.append(part.removeprefix("r#"))
    if current:
        paths.append("::".join(stack[-1] + current))
    return [path for path in paths if 0 < len(path) <= LONGEST_NAME]


def read_c(text: str) -> list[str]:
    """Return the included files of a C, C++ or Objective-C source."""
    return _INCLUDE.findall(without_comments(text)) if "#" in text else []


def read_csharp(text: str) -> list[str]:
    """Return used namespaces, types and declared namespaces of a C# source."""
    specs = []
    for match in _CSHARP.finditer(text):
        if match["space"]:
            specs.append(f"={match['space']}")
        else:
            specs.append(f"!{match['name']}" if match["type"] else match["name"])
    return specs
