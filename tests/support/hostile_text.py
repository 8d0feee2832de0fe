"""Two hundred texts that somebody may choose for a path, a name, a message or a branch, because of what they do."""

from __future__ import annotations

_COMMANDS = [
    "::error::x", "::set-output name=level::LOW", "  ::warning file=a,line=1::x", "::add-mask::e",
    "::stop-commands::t",
    "::save-state name=a::b", "::set-env name=PATH::/tmp", "::add-path::/tmp", "::group::g", "::debug::d",
    "::echo::on",
    "::add-matcher::m.json", "##[error]x", "a ##[add-mask]e", "##[set-output name=level;]LOW", "##[stop-commands]t",
    "##[add-matcher]m.json", "##vso[task.setvariable variable=a]b", "##teamcity[message text='x']", "##[group]g",
    "a\n::error::x", "a\r::error::x", "a\r\n::set-output name=json::{}", "a\n##[error]x", "level=LOW",
    "level<<E\nLOW\nE",
    "end-\nlevel=LOW", "a%0A::error::x", "a%25%0D%0Ab", "a\u2028::error::x", "a\x0b::error::x", "a\x85::error::x",
]
_MARKUP = [
    "*a*", "**a**", "_a_", "__a__", "~~a~~", "~a~", "`a`", "``a", "```\na\n```", "~~~\na\n~~~", "`" * 79, "`" * 80,
    "`" * 200,
    "`" * 80 + "<img src=x>[x](http://e.example)", "`" * 99 + "@ada " + "`" * 98, "a` <b>x</b> `b", "a\\", "\\",
    "\\`a\\`",
    "\\\\*a*", "# a", "## a", "a\n# b", "a\n===", "a\n---", "---", "***", "- a", "+ a", "* a", "1. a", "1) a",
    "12. a",
    "- - a", "- [x] a", "[x] a", "[ ] a", "- [x] This was not useful", "> a", ">>> a", "    a", "\ta", "     - a",
    "| a | b |\n|---|---|\n| c | d |", "a|b", "|-|", ":-:", "a\n\nb", "a  \nb", "&lt;b&gt;", "&amp;lt;",
    "&#60;b&#62;",
    "&copy;", "&nbsp;", "&#x202e;", "[^1]", "[^1]: a", "$a$", "$$a$$", "$`a`$", "\\(a\\)", ":tada:", ":octocat: :+1:",
    "=", "==a==", "a:b:c", "^a^", "H~2~O", "++a++", "{{a}}", "{% a %}", "${{ github.token }}", "%{a}", "$(touch x)",
    "`touch x`",
]
_HTML = [
    "<b>a</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='http://e.example'>a</a>",
    "</details>", "</code></p></li></ul></details><h1>a</h1>", "<!--", "-->", "a --> <b>b</b>",
    "<!-- hyperion-hook -->",
    "<!-- hyperion-hook-state: AAAA -->", "<![CDATA[a]]>", "<?php a ?>", "<!DOCTYPE a>",
    "<details><summary>a</summary>",
    "<sub>a</sub>", "<br>", "<br/>", "<svg onload=alert(1)>", "<style>*{display:none}</style>",
    "<iframe src=//e.example>",
    "<input type=checkbox checked>", "<a\nhref=x>", "< b >", "<\u200bb>", "<b", "b>",
    "<picture><source srcset=x></picture>",
    "<span class=a>a</span>", "<p align=center>a</p>", "<table><tr><td>a</td></tr></table>", "<math>a</math>",
]
_LINKS = [
    "[a](http://e.example)", "![a](http://e.example/a.png)", "[a]: http://e.example", "[a][b]", "[1]",
    "[1]: http://e.example",
    "![1]", "[a](<http://e.example>)", "[a](javascript:alert(1))", "[a]( http://e.example 'b')",
    "a](http://e.example)",
    "](https://github.com/o/r/x)", "`](http://e.example)`", "http://e.example", "https://e.example/a?b=c#d",
    "ftp://e.example",
    "www.e.example", "WWW.E.EXAMPLE", "HTTPS://e.example", "mailto:a@e.example", "xmpp:a@e.example/b", "a@e.example",
    "a.b+c@e.example.org", "<http://e.example>", "<a@e.example>", "<mailto:a@e.example>", "(http://e.example)",
    "*http://e.example*",
    "//e.example", "irc://e.example", "ahttp://e.example", "_www.e.example_", "~www.e.example~", "(www.e.example)",
    "http:\\\\e.example", "data:text/html,a", "[[a]]", "[[a|http://e.example]]",
]
_REFERENCES = [
    "@ada", "@ada/team", "(@ada)", "a @ada b", "@ada@lin", "#1", "a #12 b", "o/r#12", "GH-12", "gh-12",
    "o/r@deadbeef",
    "ada@deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "!12", "&12", "~bug", "%12", "$12", "^alert#1", "/close",
    "/merge", "@all",
    "\uff20ada", "[@ada]", "fixes #1", "Closes o/r#1", "\\@ada", "\\#1", "@\u200bada", "*@ada*",
]
_UNSEEN = [
    "a\x1b[31mb\x1b[0m", "\x1b]0;a\x07", "\x1b]8;;http://e.example\x1b\\a\x1b]8;;\x1b\\", "\x9b31m",
    "a\u202egnp.exe", "\u2066a\u2069",
    "\u200f\u200ea", "a\u200bb", "\ufeffa", "a\u00adb", "\U000e0041a", "a\udcffb", "\udcf0\udc9f", "a\u2028b",
    "a\u2029b", "a\x7fb",
    "a\tb", "\x08\x08a", "a\u0300\u0301\u0302" * 9, "\u3164", "\u2800", "\u00a0a\u00a0", "-rf", "--output=x", "--",
    "-", "a b", " a ",
    "'a'", '"a"', "a;touch x", "a&&touch x", "a|touch x", "a>x", "*", "?", "~", "~root", "C:\\a", "CON", "a" * 240,
    "x " * 120,
    "\N{PILE OF POO}", "a" * 30 + "\u202e" + "b" * 30,
]
HOSTILE = [*_COMMANDS, *_MARKUP, *_HTML, *_LINKS, *_REFERENCES, *_UNSEEN]


def as_path(text: str) -> str:
    """Return the text as git keeps it in a path: no part is empty or means a folder."""
    parts = [part for part in text.replace("\0", "").split("/") if part not in {"", ".", ".."}]
    return "/".join(parts) or "empty"


def as_name(text: str) -> str:
    """Return the text as git keeps it as the name of an author: on one line, and without angle brackets."""
    return "".join(" " if char in "<>\n\0" else char for char in text).strip(" ") or "empty"
