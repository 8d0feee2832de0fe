"""Imports of Java, Kotlin, Scala and Groovy.

A specification is the imported name (``a.b.C``, ``a.b.*``); ``=a.b`` is the package the file declares, ``=:f`` a name
that a Kotlin, Scala or Groovy file declares at its top: there the file's own name need not tell.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.files.text import without_comments

_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.`]+)", re.MULTILINE)
_IMPORT = re.compile(
    r"^[ \t]*import[ \t]+(?:static[ \t]+)?([^\W\d][\w$.`]*(?:\.[ \t]*\*)?)[ \t]*(?:as[ \t]+\w+[ \t]*)?(?:;|//|/\*|$)",
    re.MULTILINE,
)
_SCALA_IMPORT = re.compile(r"^[ \t]*import[ \t]+((?:[^\n;{}/]|/(?!/)|\{[^{}]{0,5000}\})+)", re.MULTILINE)
_SCALA_PART = re.compile(r"(?:^|,)\s*+([^\s,{}]++)(?:\{([^{}]*+)\})?")
_DECLARED = re.compile(
    r"^(?:@[\w.]+(?:\([^)\n]*\))?[ \t]+)*(?:[a-z]+(?:\[\w+\])?[ \t]+)*"
    r"(?:(?:class|object|trait|interface|typealias|type|enum)[ \t]+"
    r"|(?:fun|val|var|def)[ \t]+(?:<[^>\n]{0,200}>[ \t]*)?(?:[\w<>?,*. ]{1,100}\.)?)(\w+)",
    re.MULTILINE,
)
_TYPE = re.compile(r"^[ \t]*(?:import|(?:[a-z@]\w*[ \t]+)*(?:class|object|trait|enum|def|val)[ \t])", re.MULTILINE)


def read_kotlin(text: str) -> list[str]:
    """Return package, names declared at the top and imports of a Kotlin or Groovy source."""
    return read_java(text) + _declared(text)


def _declared(text: str) -> list[str]:
    return [f"=:{name}" for name in _DECLARED.findall(text)]


def read_java(text: str) -> list[str]:
    """Return package and imports of a Java source, whose name is that of its class."""
    head = _head(text)
    package = _PACKAGE.search(head)
    specs = [f"={package[1].replace('`', '')}"] if package else []
    specs += (name.replace("`", "").replace(" ", "") for name in _IMPORT.findall(head))
    return specs


def read_scala(text: str) -> list[str]:
    """Return packages (chained clauses joined) and imports of a Scala source."""
    head = _head(text)
    first = _TYPE.search(head)
    # an object may carry the word too, but only clauses before the first import or type chain
    packages = [match[1].strip("`.") for match in _PACKAGE.finditer(head[: first.start() if first else None])]
    packages = [name for name in packages if name != "object"]
    specs = [f"={'.'.join(packages)}"] if packages else []
    for clause in _SCALA_IMPORT.findall(head):
        for prefix, selectors in _SCALA_PART.findall(clause.strip()):
            specs += _scala_names(prefix.rstrip(".").replace("`", ""), selectors)
    return specs + _declared(text)


def _scala_names(prefix: str, selectors: str) -> list[str]:
    if not selectors:
        stem, _, last = prefix.rpartition(".")
        if not stem:
            return []
        return [f"{stem}.*" if last in ("_", "*", "given") else prefix]
    names = []
    for selector in selectors.split(","):
        words = selector.replace("=>", " ").replace("`", "").split()
        if words:
            names.append(f"{prefix}.{'*' if words[0] in ('_', '*', 'given') else words[0]}")
    return names


def _head(text: str) -> str:
    """Return the text up to its last import, without block comments; the rest cannot hold any."""
    last = max(text.rfind("\nimport "), text.rfind("\n  import "), text.rfind("    import "), text.rfind("\nimport\t"))
    if last < 0:
        last = text.find("package ") if not text.startswith("import ") else 0
    return without_comments(text[: last + 6_000])
