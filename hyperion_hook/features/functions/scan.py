"""Tokens of a file: a scanner that knows the literals, comments and holes in strings of each language.

One pattern a language reads code; a string with holes (``"${a}"``, JSX too) is read chunk by chunk with a stack of what
is open.
"""

from __future__ import annotations

import re
from typing import Any

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.actual_language import scripts_only
from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.functions.lexis import LEXES, Hole, chunk_of, pattern_of

_REGEX_AFTER = words("return typeof case in of delete void throw new instanceof else do yield await extends default")
_CONDITIONS = frozenset({"if", "while", "for", "with"})
_LONGEST_CONDITION = 500
_CLOSERS = frozenset("\"'`#)]}>|!/^~")
_RUBY_WORDS = words("if unless while until when in and or not then else elsif do return case begin puts raise")


@dataclass(slots=True)
class Tokens:
    """Tokens of a file without comments, the line on which each ends, and what the scanner saw beside them."""

    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    conditions: dict[int, int] = field(default_factory=dict)
    """How many conditions of the preprocessor stand before a token."""
    unclosed: str = ""
    """What was opened and never closed."""
    spliced: set[int] = field(default_factory=set)
    """Lines that go on in the next one by a backslash."""
    widths: dict[int, int] = field(default_factory=dict)
    """By line with a token: how many characters stand before the first one."""


_TAG = re.compile(
    r"""(?:"[^"]*+"|'[^']*+'|<[^<>]*+>|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?+|/(?!>)|=>|[^"'<>{/])*+(?P<end>/?>|\{|)"""
)
_OPENERS = frozenset("\"'`/%?")
_REACH = re.compile(r"(?:[^\n\\]|\\.)*+", re.DOTALL)
_CHILDREN = re.compile(r"[^<{]*+(?P<end></[^>]*+>|[<{]|)")
_INTERPRETER = re.compile(r"(?:#! ?/[^\n]*+)?+")
_PHP_CODE = re.compile(r"<\?(?:php\b|=)?+", re.IGNORECASE)


def scan(text: str, language: str, clock: Clock) -> Tokens:
    """Return the tokens of a text in a language of ``LEXES``; raise ``TooSlowError`` if the clock runs out."""
    scanner = _Scanner(text, language, clock)
    scanner.run()
    return scanner.tokens


class _Scanner:
    def __init__(self, text: str, language: str, clock: Clock) -> None:
        self.tokens = Tokens()
        self._language = language
        self._lexis = LEXES[language]
        self._clock = clock
        self._text = scripts_only(text) if language == "Vue" else text
        self._line = 1
        self._line_start = 0
        self._open: list[list[Any]] = []
        """What is open around the code that is read: form, depth of brackets in the hole, state of JSX."""
        self._branches: list[list[Any]] = []
        self._documents: list[str] = []
        """Ends of the here-documents that begin in the next line."""

    def run(self) -> None:
        """Read the text to its end."""
        text, match = self._text, pattern_of(self._language).match
        size = len(text)
        index = self._skip_html(0) if self._language == "PHP" else _INTERPRETER.match(text).end()  # type: ignore[union-attr]
        steps = 0
        while index < size:
            steps += 1
            if not steps & 1023:
                self._clock.check(1024)
            token = match(text, index)
            assert token is not None  # noqa: S101 - the pattern takes any character
            kind, end = token.lastgroup, token.end()
            if kind == "space":
                index = end
            elif kind == "line":
                self._line += 1
                self._line_start = end
                index = self._skip_documents(end) if self._documents else end
            elif kind == "sign":
                index = self._sign(token.group(), index, end)
            elif kind in ("word", "string"):
                self._word(token.group(), kind, index, end)
                index = end
            elif kind == "comment":
                self._comment(token.group(), end)
                index = end
            else:
                index = self._rare(str(kind), token.group(), index, end)
        if self._open:
            self.tokens.unclosed = "a string or an element"

    def _sign(self, token: str, index: int, end: int) -> int:
        if token in _OPENERS:
            # it begins a literal that never ends, and was read as far as that could go
            self._clock.check(_REACH.match(self._text, end).end() - index)  # type: ignore[union-attr]
        if self._open and token in "(){}":
            return self._in_hole(token, index, end)
        if token == "?>" and self._language == "PHP":
            self._emit(";", index)
            return self._skip_html(end)
        if token == "\\\n":
            self.tokens.spliced.add(self._line)
            self._passed(token, end)
        elif token not in self._lexis.dropped:
            self._emit(token, index)
        return end

    def _word(self, token: str, kind: str, index: int, end: int) -> None:
        self._emit(token, index)
        if kind == "string" and end == len(self._text) and (len(token) < 2 or token[-1] not in _CLOSERS):
            self.tokens.unclosed = "a string"
        if token[:2] == "<<" and self._language == "Ruby":
            self._documents.append(token.lstrip("<~-").strip("\"'`"))

    def _comment(self, token: str, end: int) -> None:
        if token[:2] == "/*" and end == len(self._text) and (token[-2:] != "*/" or len(token) < 4):
            self.tokens.unclosed = "a comment"
        self._passed(token, end)

    def _rare(self, kind: str, token: str, index: int, end: int) -> int:
        if kind == "directive":
            self._directive(token)
            self._passed(token, end)
            return end
        if kind == "regex":
            if self._follows_command(index) if self._language == "Ruby" else self._is_divided():
                self._emit(token[0], index)
                return index + 1
            self._emit(token, index)
            return end
        if kind == "jsx":
            if self._follows_value():
                self._emit("<", index)
                return index + 1
            return self._element(index, index + 1, [1, True, False])
        form = self._lexis.holes[int(kind.removeprefix("open"))]
        if token == "`" and self._language == "Ruby" and self.tokens.texts[-1:] in (["def"], ["."], [":"]):
            # the name of a method
            self._emit("_`", index)
            return end
        if token == "`":
            self._emit(token, index)
        return self._string(form, index, end)

    def _follows_value(self) -> bool:
        if not self.tokens.texts:
            return False
        previous = self.tokens.texts[-1]
        if previous in _REGEX_AFTER:
            # the name of a member is a value
            return len(self.tokens.texts) > 1 and self.tokens.texts[-2] == "."
        return previous[-1].isalnum() or previous[-1] in "_$)]}\"'`" or previous in ("++", "--")

    def _is_divided(self) -> bool:
        """Return whether a slash of JavaScript divides: not after a condition, nor on a line below a block."""
        texts, depth = self.tokens.texts, 0
        if not self._follows_value() or (texts[-1] == "}" and self.tokens.lines[-1] < self._line):
            return False
        if texts[-1] == ")":
            for here in range(len(texts) - 1, max(0, len(texts) - _LONGEST_CONDITION), -1):
                depth += (texts[here] == ")") - (texts[here] == "(")
                if not depth:
                    word = here - 1 - (texts[here - 2 : here] == ["for", "await"])
                    return texts[word] not in _CONDITIONS or texts[word - 1] == "."
        return True

    def _follows_command(self, index: int) -> bool:
        """Return whether a slash or per cent sign of Ruby is an operator: after a value that takes no argument."""
        previous = self.tokens.texts[-1] if self.tokens.texts else ""
        begins_line = self.tokens.lines[-1:] != [self._line]
        if begins_line or previous in _RUBY_WORDS or not self._follows_value():
            return False
        after = self._text[index + 1 : index + 2]
        is_argument = previous[0].isalpha() and self._text[index - 1] == " " and after not in (" ", "=", "\n")
        return previous == "def" or not is_argument or not previous[-1].isalnum()

    def _emit(self, token: str, index: int) -> None:
        tokens = self.tokens
        tokens.widths.setdefault(self._line, index - self._line_start)
        if "\n" in token:
            self._passed(token, index + len(token))
        tokens.texts.append(token)
        tokens.lines.append(self._line)

    def _passed(self, token: str, end: int) -> None:
        count = token.count("\n")
        if count:
            self._line += count
            self._line_start = end - len(token) + token.rfind("\n") + 1

    # -- strings with holes -------------------------------------------------------------------------------------------

    def _in_hole(self, token: str, index: int, end: int) -> int:
        """Count brackets within a hole; go on with the string where the hole ends."""
        top = self._open[-1]
        form: Hole | None = top[0]
        closing = form.until if form is not None else "}"
        if token == ("(" if closing == ")" else "{"):
            top[1] += 1
        elif token == closing:
            if not top[1]:
                self._open.pop()
                self._emit("}", index)
                return self._string(form, end, end) if form is not None else self._element(end, end, top[2])
            top[1] -= 1
        self._emit(token, index)
        return end

    def _string(self, form: Hole, start: int, index: int) -> int:
        """Read a string from its opening or from the end of a hole up to its end or the next hole."""
        part = chunk_of(form).match(self._text, index)
        assert part is not None  # noqa: S101 - the pattern matches nothing, too
        mark = "`" if form.opens == "`" else '"'
        chunk = part["text"]
        if mark == '"' or chunk:
            self._emit(f"{mark}{chunk}{mark}", start)
            # the marks around the chunk are not in the text
            self._line_start = min(self._line_start, part.end())
            if "\n" in chunk:
                self._line_start = self._text.rfind("\n", 0, part.end("text")) + 1
        if part["hole"] is not None:
            if self._language == "PHP" or form.until:
                self._emit("${", part.start("hole"))
            self._open.append([form, 0, None])
        elif part["close"] is not None:
            if mark == "`":
                self._emit("`", part.start("close"))
        elif part.end() >= len(self._text):
            self.tokens.unclosed = "a string"
        return part.end()

    def _element(self, start: int, index: int, state: list[Any]) -> int:
        """Read an element of JSX up to its end or the next hole; state: depth, within a tag."""
        text, size = self._text, len(self._text)
        ended = False
        while index < size and not ended:
            in_tag = state[1]
            part = _TAG.match(text, index) if in_tag else _CHILDREN.match(text, index)
            assert part is not None  # noqa: S101 - both match nothing, too
            end = part["end"]
            if end == "":
                index = index if in_tag else size
                break
            index = part.end()
            if end == "{":
                break
            state[0] += 1 if end == "<" else -(not in_tag or end == "/>")
            state[1] = end == "<"
            ended = state[0] == 0
        chunk = text[start:index].removesuffix("{")
        self._emit(f'"{chunk}"', start)
        if "\n" in chunk:
            self._line_start = text.rfind("\n", 0, index) + 1
        if ended:
            return index
        if index < size and text[index - 1] == "{":
            self._emit("${", index - 1)
            self._open.append([None, 0, state])
            return index
        self.tokens.unclosed = "an element"
        return size

    # -- what is no code ----------------------------------------------------------------------------------------------

    def _skip_html(self, index: int) -> int:
        code = _PHP_CODE.search(self._text, index)
        end = code.end() if code else len(self._text)
        self._passed(self._text[index:end], end)
        return end

    def _skip_documents(self, index: int) -> int:
        for mark in self._documents:
            last = re.compile(rf"^[^\S\n]*+{re.escape(mark)}$", re.MULTILINE).search(self._text, index)
            end = last.end() if last else len(self._text)
            self._passed(self._text[index:end], end)
            index = end
        self._documents = []
        return index

    def _directive(self, token: str) -> None:
        word, rest = re.findall(r"\#\s*+(\w*+)(.*)", token, re.DOTALL)[0]
        texts = self.tokens.texts
        if word in ("if", "ifdef", "elif") and self._language != "Swift":
            conditions = self.tokens.conditions
            conditions[len(texts)] = conditions.get(len(texts), 0) + 1
        if word in ("if", "ifdef", "ifndef"):
            self._branches.append([len(texts), None, word == "if" and rest.split("/")[0].strip() in ("0", "false")])
        elif word in ("else", "elif", "elifdef", "elifndef", "elseif", "endif") and self._branches:
            self._branch()
            if word == "endif":
                self._branches.pop()
        elif word == "include":
            self._emit("#include", self._line_start)
            named = re.match(r"\s*+(<[^<>\n]*+>|\"[^\"\n]*+\")", rest)
            self._emit(named[1] if named else '""', self._line_start)

    def _branch(self) -> None:
        """End a branch of an ``#if``: where branches open or close brackets, only the first is read."""
        branch = self._branches[-1]
        texts = self.tokens.texts
        part = texts[branch[0] :]
        balance = tuple(part.count(a) - part.count(b) for a, b in (("{", "}"), ("(", ")"), ("[", "]")))
        if branch[2]:
            # never compiled: kept where it can be read as code
            branch[2] = False
            if any(balance):
                del texts[branch[0] :], self.tokens.lines[branch[0] :]
            else:
                branch[1] = balance
        elif branch[1] is None:
            branch[1] = balance
        elif any(balance) or any(branch[1]):
            del texts[branch[0] :], self.tokens.lines[branch[0] :]
        branch[0] = len(texts)
