"""What literals, comments, words and signs look like in each language.

Every pattern is possessive, so that the time grows with the text alone. Tokens are cut as lizard cuts them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass, replace

_BLOCK, _LINE = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+", r"//[^\n]*+"
_NESTED = r"/\*[^*/]*+(?:(?:\*(?!/)|/(?!\*)|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+)[^*/]*+)*+(?:\*/)?+"
_SPLICED = r"//(?:[^\n\\]|\\\n|\\)*+"
_DOUBLE, _SINGLE = r'"(?:[^"\\\n]|\\.)*+"', r"'(?:[^'\\\n]|\\.)*+'"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?+'
_OPERATORS = r"<<=|>>=|\|\||&&|===|!==|==|!=|<=|>=|->|=>|\+\+|--|\+=|-=|\^=|&=|\|=|\.\.\.|:=|::|\*\*|\\\n"
_NUMBER = r"\d\w*+(?:\.\d\w*+)?+"
_REGEX = r"/(?![/*])(?:\\[^\n]|\[(?:\\[^\n]|[^\\\]\n])*+\]|[^/\\\[\n])++/[a-z]*+"
_DIRECTIVE = r"\#(?:[^\n\\/]|\\.|/(?!\*)|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+)*+"


class Hole(NamedTuple):
    """A string with holes: how it begins, what closes it, what opens and closes a hole, and its escapes."""

    opens: str
    closes: str
    hole: str
    until: str = "}"
    escape: str = r"\\."
    lines: bool = True


@dataclass(frozen=True, slots=True)
class Lexis:
    """One language; ``strings`` are literals without holes, ``regex`` says that a slash can open one."""

    comments: str = rf"{_BLOCK}|{_LINE}"
    strings: str = rf"{_DOUBLE}|{_SINGLE}"
    holes: tuple[Hole, ...] = ()
    words: str = rf"{_NUMBER}|\w++"
    operators: str = ""
    directives: str = ""
    skipped: str = r"[^\S\n]++"
    regex: bool = False
    jsx: bool = False
    dropped: frozenset[str] = frozenset()


_SCRIPT = Lexis(
    holes=(Hole("`", "`", r"\$\{"),), words=rf"{_NUMBER}|\#?[\w$]++", operators=r"\?\?=?|\?\.(?!\d)", regex=True
)
_TSX = replace(_SCRIPT, jsx=True)
_RAW = r'(?:u8|[uUL])?R"(?P<raw>[^\s()\\"]{0,16})\((?:[^)]|\)(?!(?P=raw)"))*+(?:\)(?P=raw)")?+'
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n']{1,10}|\\')'"
_C = Lexis(comments=rf"{_BLOCK}|{_SPLICED}", directives=_DIRECTIVE, words=r"~?+\w++")
LEXES: dict[str, Lexis] = {
    "C": replace(_C, words=rf"{_NUMBER}|\w++"),
    "C++": replace(_C, strings=rf"{_RAW}|{_C.strings}", words=r"\d(?:\w|'(?=\w))*+(?:\.\d\w*+)?+|\w++"),
    "Java": Lexis(
        strings=rf"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
        words=rf"{_NUMBER}|[\w$]++",
        operators=r"<(?=[^<>?]*+\?)[\w\s,.?\[\]]++>",
    ),
    "C#": Lexis(
        strings=rf'(?P<q>"{{3,}})(?:[^"]|(?!(?P=q))")*+(?:(?P=q))?+|@"(?:[^"]|"")*+"?+|{_DOUBLE}|{_SINGLE}',
        holes=(
            Hole(r'\$"""', '"""', r"\{", escape=r"\{\{"),
            Hole(r'\$\$"""', '"""', r"\{\{", escape=r"(?!)"),
            Hole(r'(?:\$@|@\$)"', '"', r"\{", escape=r'""|\{\{'),
            Hole(r'\$"', '"', r"\{", escape=r"\\.|\{\{", lines=False),
        ),
        words=rf"{_NUMBER}|@?\w++",
        operators=r"\?\?=?|\?\.(?!\d)",
        directives=_DIRECTIVE,
    ),
    "JavaScript": replace(
        _TSX,
        # the marks of HTML's comments, as browsers read them outside modules
        comments=rf"{_BLOCK}|{_LINE}|<!--[^\n]*+",
        skipped=rf"(?<![^\n])[^\S\n]*+(?:/\*(?:[^*\n]|\*(?!/))*+\*/[^\S\n]*+)?+-->[^\n]*+|{_SCRIPT.skipped}",
    ),
    "TypeScript": _SCRIPT,
    "TSX": _TSX,
    "Vue": _SCRIPT,
    "Rust": Lexis(
        comments=rf"{_NESTED}|{_LINE}",
        strings=(
            r'b?c?r(?P<hash>\#*+)"(?:[^"]|"(?!(?P=hash)))*+(?:"(?P=hash))?+|b?c?"(?:[^"\\]|\\.)*+"?+'
            r"|b?'(?:[^'\\\n]|\\(?:[^u\n]|u\{[^}\n]*+\})[^'\n]{0,2})'"
        ),
        words=rf"{_NUMBER}|(?:r\#)?+\w++|'\w++",
    ),
    "Kotlin": Lexis(
        comments=rf"{_NESTED}|{_LINE}",
        strings=_CHARACTER,
        holes=(Hole('"""', '"""(?!")', r"\$\{", escape="(?!)"), Hole('"', '"', r"\$\{", lines=False)),
        words=rf"{_NUMBER}|\w++|`[^`\n]++`",
        operators=r"\?:|\?\.|!!",
        dropped=frozenset({"?", "!!"}),
    ),
    "Scala": Lexis(
        comments=rf"{_NESTED}|{_LINE}",
        strings=rf'(?<!\w)"""(?:[^"]|"(?!""(?!")))*+(?:""")?+|(?<!\w)"(?:[^"\\\n]|\\.)*+"|{_CHARACTER}',
        holes=(
            Hole(r'[A-Za-z]\w*+"""', '"""(?!")', r"\$\{", escape=r"\$\$"),
            Hole(r'[A-Za-z]\w*+"', '"', r"\$\{", escape=r'\\.|\$["$]', lines=False),
        ),
        words=rf"{_NUMBER}|[^\W\d](?:_[-+*/<>=!&|^%~:?\\]++|[\w$])*+|`[^`\n]++`|'\w++(?!')",
        operators=r"[-+*/<>=!&|^%~:?\\]++",
    ),
    "PHP": Lexis(
        comments=rf"{_BLOCK}|//(?:[^\n?]|\?(?!>))*+|\#(?!\[)(?:[^\n?]|\?(?!>))*+",
        strings=(
            r"'(?:[^'\\]|\\.)*+'?+"
            r"|<<<[^\S\n]*+(?P<hq>[\"']?)(?P<doc>\w++)(?P=hq)\n(?:(?![^\S\n]*+(?P=doc)\b)[^\n]*+\n)*+(?:[^\S\n]*+(?P=doc)\b)?+"
        ),
        holes=(Hole('"', '"', r"\{(?=\$)|\$\{"), Hole("`", "`", r"\{(?=\$)|\$\{")),
        words=rf"{_NUMBER}|\$?\w++(?:\\\w++)*+|(?:\\\w++)++",
        operators=r"\?>|\?\?=|\?\?|\?->|\?:",
    ),
}
_PERCENT = "|".join(
    rf"{opens}(?:[^{opens}{closes}\\]|\\.|{opens}(?:[^{opens}{closes}\\]|\\.)*+{closes})*+{closes}"
    for opens, closes in ((r"\(", r"\)"), (r"\[", r"\]"), (r"\{", r"\}"), ("<", ">"))
)
LEXES["Objective-C"] = LEXES["C++"]
LEXES["Go"] = Lexis(strings=rf"{_DOUBLE}|{_SINGLE}|`[^`]*+`")
LEXES["Swift"] = Lexis(
    comments=rf"{_NESTED}|{_LINE}",
    regex=True,
    strings=r'\#++/(?:[^/]|/(?!\#))*+(?:/\#++)?+|(?P<marks>\#++)(?P<quote>"""|")(?:(?!(?P=quote)(?P=marks)).)*+(?:(?P=quote)(?P=marks))?+',
    holes=(
        Hole('"""', '"""', r"\\\(", ")", escape=r"\\[^(]"),
        Hole('"', '"', r"\\\(", ")", escape=r"\\[^(]", lines=False),
    ),
    words=rf"{_NUMBER}|\#?\w++|`[^`\n]++`",
    operators=r"\?\?|[=!]==",
    # a mark after a value unwraps it
    skipped=r"[^\S\n]++|(?<=[\w)\]}>?!])[?!](?![?=])",
    directives=r"\#(?:if|elseif|else|endif|sourceLocation|warning|error)\b[^\n]*+",
)
LEXES["Ruby"] = Lexis(
    comments=(r"(?<![^\n])=begin\b(?:[^\n]|\n(?!=end\b))*+(?:\n=end\b[^\n]*+)?+|(?<![^\n])__END__(?=\n).*+|\#[^\n]*+"),
    strings=(
        rf"'(?:[^'\\]|\\.)*+'?+|%[qQwWiIrsx](?:{_PERCENT}|(?P<q>[|!/^~])(?:(?!(?P=q))[^\\]|\\.)*+(?P=q))"
        r"|<<[~-](?P<mark>[\"'`]?)[A-Za-z_]\w*+(?P=mark)|<<(?P<mark2>[\"']?)[A-Z_]\w*+(?P=mark2)"
        r"|:(?:\[\]=?|<=>|===?|=~|\*\*|<=|>=|<<|>>|!=|[-+*/%<>!~&|^])(?=[\s,)\]])"
    ),
    holes=(Hole(':?"', '"', r"#\{"), Hole("`", "`", r"#\{")),
    words=(
        rf"{_NUMBER}|(?:(?<=def )|(?<=def self\.))\w++=(?=[(;\n]|\ \()|\w++[?!]?+:(?!:)|\$(?:\w++|[^\w\s])"
        r"|:?@{0,2}\w++(?:[?!](?![=~](?!=)))?+"
    ),
    operators=r"\.++|=~|!~|<=>",
    regex=True,
)
_RUBY_REGEX = rf"/(?:[^/\\]|\\.)*+/[a-z]*+|%(?:{_PERCENT})|\?[\"'#/?`](?=[\s,;:.)\]}}])"
_REGEXES = {"Ruby": _RUBY_REGEX, "Swift": rf"(?!/[\s)]){_REGEX}"}


@cache
def pattern_of(language: str) -> re.Pattern[str]:
    """Return the pattern that reads one token of code, by kind."""
    lexis = LEXES[language]
    parts = [r"(?P<line>\n)"]
    if lexis.directives:
        parts.append(rf"(?P<directive>(?<![^\n])[^\S\n]*+{lexis.directives})")
    parts += [rf"(?P<space>{lexis.skipped})", rf"(?P<comment>{lexis.comments})", rf"(?P<string>{lexis.strings})"]
    if lexis.holes:
        parts.append("|".join(f"(?P<open{index}>{form.opens})" for index, form in enumerate(lexis.holes)))
    if lexis.regex:
        parts.append(f"(?P<regex>{_REGEXES.get(language, _REGEX)})")
    if lexis.jsx:
        parts.append(r"(?P<jsx><(?=[A-Za-z_$>])(?!\w++\s*+(?:,|extends\b)))")
    parts.append(f"(?P<word>{lexis.words})")
    parts.append(f"(?P<sign>{'|'.join(filter(None, (lexis.operators, _OPERATORS, '.')))})")
    return re.compile("|".join(parts), re.DOTALL)


@cache
def chunk_of(form: Hole) -> re.Pattern[str]:
    """Return the pattern that reads a string up to its end or its next hole."""
    newline = "" if form.lines else r"\n"
    text = rf"(?P<text>(?:[^\"`\\${{}}#{newline}]++|{form.escape}|(?!{form.closes}|{form.hole})[^{newline or '^'}])*+)"
    return re.compile(text.replace("[^^]", ".") + rf"(?:(?P<close>{form.closes})|(?P<hole>{form.hole})|)", re.DOTALL)
