r"""Imports of Python, JavaScript, TypeScript, Vue, Ruby and PHP.

Python: ``a.b`` for ``import a.b`` and ``a.b:c,d`` for ``from a.b import c, d``; leading dots are kept. They are read by
pattern: the grammar would be ten times slower and refuse newer syntax. JavaScript: the text between the quotes. Ruby:
the required name, ``./`` before what is relative. PHP: the imported name with its backslashes, ``=A\B`` for the
namespace the file declares, ``./x.php`` for an included file.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.files.text import without_comments
from hyperion_hook.domain.late_patterns import late_pattern

_PYTHON = late_pattern(
    r"^[ \t]*+(?:from[ \t]++(?P<module>\.*+[ \t]*+(?:(?!import[ \t(*])[\w.]++)?+)[ \t]*+(?<=[ \t.])import[ \t]*+"
    # a list without its end is consumed up to what no list holds, so that no text is scanned twice
    r"(?P<names>\((?:[\w\s,.*\\]++|\#[^\n]*+)*+\)?|(?:[^\n;#\\]++|\\\n)*+)"
    r"|import[ \t]++(?P<modules>(?:[^\n;#\\]++|\\\n)++))"
    r"|;[ \t]*+import[ \t]++(?P<more>[^\n;#\\]++)",
    re.MULTILINE,
)
_STRINGS = late_pattern(
    r"\#[^\n]*"
    r'|(?P<triple>"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+(?:\'\'\')?)'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?',
    re.DOTALL,
)
_COMMENT = late_pattern(r"#[^\n]*")
_MODULE = late_pattern(r"\.*[^\W\d][\w.]*|\.+")
_SCRIPT_WORD = late_pattern(r"(?:import|export|require)(?![\w$])")
_CLAUSE = late_pattern(r"(?:import|export)\b([\w\s{},*$/@.-]*+)(?:(['\"])([^'\"\n]{1,500})\2)?")
"""A clause and the name after it; matches without a name too, to tell how far the clause goes."""
_CALL = late_pattern(r"(?:require|import)\s*+\(\s*+(?:/\*[^*]{0,200}+\*/\s*+)?(['\"`])([^'\"`$\n]{1,500})\1\s*+[,)]")
_FROM = late_pattern(r"(?<!\w)from$")
_BEFORE = 200
"""Characters before a word in which the end of the last statement is looked for; a line may be the whole file."""
_RUBY = late_pattern(
    r"^[ \t]*(?:(?P<kind>require|require_relative)[ \t(]\s*(?P<q>['\"])(?P<name>[^'\"#\n]{1,300})(?P=q)"
    r"|(?:\w+[.])?autoload[ \t(]\s*:?['\"]?\w+['\"]?\s*,\s*(?P<r>['\"])(?P<auto>[^'\"#\n]{1,300})(?P=r))",
    re.MULTILINE,
)
_PHP = late_pattern(
    r"^[ \t]*(?:<\?php[ \t]+)?(?:namespace[ \t]+(?P<space>[\w\\]+)[ \t]*[;{]"
    r"|use[ \t]+(?P<kind>function[ \t]+|const[ \t]+)?"
    # what is scanned in vain is consumed, so that no text is scanned twice
    r"(?P<names>\\?+[^\W\d][^;(){}$'\"]*+(?:\{[^{}$]*+\}[^;(){}$'\"]*+)*+)(?P<end>;)?)"
    r"|\b(?:require|include)(?:_once)?[ \t]*+(?:\([ \t]*+)?(?P<here>(?:__DIR__|dirname\(__FILE__\))[ \t]*+\.[ \t]*+)?"
    r"(?P<q>['\"])(?P<file>[^'\"$\s]{1,300}\.(?:php|inc|phtml))(?P=q)",
    re.MULTILINE,
)


def read_python(text: str) -> list[str]:
    """Return the imports of a Python source in the order of the text."""
    if "import" not in text:
        return []
    results = list(_PYTHON.finditer(text))
    if results and ('"""' in text or "'''" in text):
        results = _outside_strings(text, results)
    specs: list[str] = []
    for match in results:
        modules = match["modules"] or match["more"]
        if modules is not None:
            specs += (name for part in modules.split(",") if (name := _module(part)))
        elif (module := _module(match["module"])) and (names := _names(match["names"])):
            specs.append(f"{module}:{names}")
    return specs


def _outside_strings(text: str, matches: list[re.Match[str]]) -> list[re.Match[str]]:
    """Leave out what stands in a docstring; examples in documents are no imports."""
    end = matches[-1].start()
    spans = [match.span() for match in _STRINGS.finditer(text, 0, len(text)) if match["triple"] and match.start() < end]
    outside, position = [], 0
    for match in matches:
        while position < len(spans) and spans[position][1] <= match.start():
            position += 1
        if position == len(spans) or match.start() < spans[position][0]:
            outside.append(match)
    return outside


def _module(part: str) -> str:
    words = part.replace("\\\n", " ").split()
    if not words or (len(words) > 1 and words[1] != "as" and words[0].strip(".")):
        return ""
    name = "".join(words) if not words[0].strip(".") else words[0]
    return name if _MODULE.fullmatch(name) else ""


def _names(text: str) -> str:
    if text.startswith("("):
        # a half-written list ends with its line
        text = _COMMENT.sub("", text[1:-1] if text.endswith(")") else text[1:].partition("\n")[0])
    names = []
    for part in text.replace("\\\n", " ").split(","):
        words = part.split()
        if words and (words[0].isidentifier() or words[0] == "*"):
            names.append(words[0])
    return ",".join(names)


def read_script(text: str) -> list[str]:
    """Return the imports, re-exports, ``require`` calls and dynamic imports of a JavaScript-like source."""
    specs = []
    line_start, first_at, clause_end = -1, 0, 0
    for word in _SCRIPT_WORD.finditer(text):
        start = word.start()
        if start and (text[start - 1] in "_.$" or text[start - 1].isalnum()):
            continue
        line = text.rfind("\n", max(line_start, 0), start) + 1 or max(line_start, 0)
        if line != line_start:
            line_start, first_at = line, start - len(text[line:start].lstrip())
        first = text[first_at : min(first_at + 2, start)]
        last = text[max(line_start, start - _BEFORE) : start].rstrip()[-1:]
        call = _CALL.match(text, start)
        if call is not None:
            # a type in a comment, {import('./x').T}, is an import all the same; commented-out code is not
            if first != "//" and (not first.startswith(("*", "/*")) or last == "{"):
                specs.append(call[2])
        elif start >= clause_end and (not first or last in (";", "}", ">")) and (clause := _CLAUSE.match(text, start)):
            # a word inside a clause has the same end
            clause_end = clause.end(1)
            words = clause[1].rstrip()
            if clause[3] and (_FROM.search(words, max(len(words) - 5, 0)) if words else word[0] == "import"):
                specs.append(clause[3])
    return [spec for spec in specs if " " not in spec]


def read_ruby(text: str) -> list[str]:
    """Return the names that a Ruby source requires or loads."""
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
