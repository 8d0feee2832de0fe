r"""Imports of Ruby and PHP.

Ruby: the required name, ``./`` before what is relative. PHP: the imported name with its backslashes, ``=A\B`` for the
namespace the file declares, ``./x.php`` for an included file.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.files.text import without_comments

_RUBY = re.compile(
    r"^[ \t]*(?:(?P<kind>require|require_relative)[ \t(]\s*(?P<q>['\"])(?P<name>[^'\"#\n]{1,300})(?P=q)"
    r"|(?:\w+[.])?autoload[ \t(]\s*:?['\"]?\w+['\"]?\s*,\s*(?P<r>['\"])(?P<auto>[^'\"#\n]{1,300})(?P=r))",
    re.MULTILINE,
)
_PHP = re.compile(
    r"^[ \t]*(?:<\?php[ \t]+)?(?:namespace[ \t]+(?P<space>[\w\\]+)[ \t]*[;{]"
    r"|use[ \t]+(?P<kind>function[ \t]+|const[ \t]+)?"
    # what is scanned in vain is consumed, so that no text is scanned twice
    r"(?P<names>\\?+[^\W\d][^;(){}$'\"]*+(?:\{[^{}$]*+\}[^;(){}$'\"]*+)*+)(?P<end>;)?)"
    r"|\b(?:require|include)(?:_once)?[ \t]*+(?:\([ \t]*+)?(?P<here>(?:__DIR__|dirname\(__FILE__\))[ \t]*+\.[ \t]*+)?"
    r"(?P<q>['\"])(?P<file>[^'\"$\s]{1,300}\.(?:php|inc|phtml))(?P=q)",
    re.MULTILINE,
)


def read_ruby(text: str) -> list[str]:
    """Return what a Ruby source requires or loads by name."""
    specs = []
    for match in _RUBY.finditer(text):
        if match["auto"]:
            specs.append(match["auto"])
        elif match["kind"] == "require_relative":
            specs.append(f"./{match['name']}")
        else:
            specs.append(match["name"])
    return specs


def read_php(text: str) -> list[str]:
    """Return namespace, used names and included files of a PHP source."""
    specs: list[str] = []
    for match in _PHP.finditer(without_comments(text)):
        if match["space"]:
            specs.append(f"={match['space']}")
        elif match["file"]:
            name = match["file"]
            specs.append(f"./{name.lstrip('/')}" if match["here"] or not name.startswith("/") else name)
        elif (names := match["names"]) and match["end"]:
            specs += _php_names(names, "()" if match["kind"] else "")
    return specs


def _php_names(names: str, mark: str) -> list[str]:
    prefix, brace, group = names.partition("{")
    if brace:
        parts = [prefix.strip() + part.strip() for part in group.rstrip("} \t\n").split(",") if part.strip()]
    else:
        parts = names.split(",")
    # 'use function a\b' names no file by itself: the mark keeps its last word from being taken for a class
    return [words[0].lstrip("\\") + mark for part in parts if (words := part.split())]
