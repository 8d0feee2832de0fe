"""Flow of functions in languages that close their blocks with a word: Ruby and Lua."""

from __future__ import annotations

from hyperion_hook.features.code.grammar import is_word, words
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.flow.flow import NOTHING, Expression, Flow, Kind

WORD_LANGUAGES = frozenset({"Ruby", "Lua"})
_ENDS = words("end else elsif elseif when rescue ensure } )")
_OPERANDS_FOLLOW = words("= ( [ , && || and or not ! => -> << ? : | then do begin else { ${ == =~ + - * / < >")
_CONTINUED = words(". , && || and or + - * / = == =~ != < > <= >= | & ( [ ? : => ->")
_RUBY_STRUCTURES = words("if unless while until for case begin def class module")
_LUA_STRUCTURES = words("if while for repeat function do")
_LOGICAL = words("&& || and or")


class WordFlows:
    """Reads the flow of one function after another out of a file's tokens."""

    def __init__(self, view: TokenView, clock: Clock, *, lua: bool) -> None:
        self.recursive = False
        self._tokens, self._lines, self._pairs, self._at = view.texts, view.lines, view.pairs, view.at
        self._clock = clock
        self._lua = lua
        self._structures = _LUA_STRUCTURES if lua else _RUBY_STRUCTURES
        self._name = ""
        self._steps = 0

    def function(self, first: int, last: int, name: str, *_: object) -> list[Flow]:
        """Return the flow of the function whose tokens run from ``first`` to ``last``; sets ``recursive``."""
        self._name, self.recursive = name, False
        index = first
        # parameters stand on the line of the name; parentheses below it are the body's
        if first <= last and self._tokens[first] == "(" and self._lines[first] == self._lines[max(first - 1, 0)]:
            index = self._pairs.get(index, index) + 1
        # lizard ends a function too early where a condition is a value; the words that close blocks are surer
        end = last + 1 if self._at(index) == "=" else len(self._tokens)
        return self._protected(index, end)[0]

    # -- statements ---------------------------------------------------------------------------------------------------

    def _protected(self, index: int, end: int) -> tuple[list[Flow], int]:
        """Read statements with the handlers that follow them, up to the closing word."""
        body, index = self._statements(index, end)
        if index >= end or self._tokens[index] not in ("rescue", "ensure"):
            return body, index
        flow = Flow(Kind.TRY, NOTHING, [body])
        while index < end and self._tokens[index] in ("rescue", "else", "ensure"):
            token = self._tokens[index]
            if token == "rescue":
                index = self._expression(index + 1, end, Expression(), head=True)
            part, following = self._statements(index + (token != "rescue"), end)
            if token == "rescue":
                flow.blocks.append(part)
            elif token == "else":
                flow.otherwise = part
            else:
                flow.finally_ = part
            index = max(following, index + 1) if token != "rescue" else following
        return [flow], index

    def _statements(self, index: int, end: int) -> tuple[list[Flow], int]:
        flows: list[Flow] = []
        while index < end and (self._tokens[index] not in _ENDS or self._is_member(index)):
            if self._lua and self._tokens[index] == "until":
                break
            index = self._statement(index, end, flows)
        return flows, index

    def _statement(self, index: int, end: int, out: list[Flow]) -> int:
        self._steps += 1
        if not self._steps & 1023:
            self._clock.check(1024)
        token = self._tokens[index]
        before = len(out)
        if token in (";", "then"):
            return index + 1
        if token in self._structures and not self._is_member(index):
            following = self._structure(index, end, out)
        else:
            expression = Expression()
            following = self._expression(index, end, expression)
            if expression.operators or expression.parts:
                out.append(Flow(Kind.PLAIN, expression))
        return max(self._modifiers(following, end, out, before), index + 1)

    def _modifiers(self, index: int, end: int, out: list[Flow], before: int) -> int:
        """Wrap what a statement added to ``out`` into the conditions that stand behind it on its line."""
        while 0 < index < end and not self._lua and self._lines[index] == self._lines[index - 1]:
            token = self._tokens[index]
            if token not in ("if", "unless", "while", "until", "rescue"):
                break
            head = Expression()
            index = self._expression(index + 1, end, head)
            inner = out[before:]
            del out[before:]
            if token == "rescue":
                out.append(Flow(Kind.TRY, NOTHING, [inner, []]))
            else:
                out.append(Flow(Kind.IF if token in ("if", "unless") else Kind.LOOP, head, [inner]))
        return index

    def _structure(self, index: int, end: int, out: list[Flow]) -> int:
        token = self._tokens[index]
        if token in ("if", "unless"):
            return self._if(index, end, out)
        if token in ("while", "until", "for"):
            head, index = self._head(index, end)
            body, index = self._statements(index + (self._at(index) == "do"), end)
            out.append(Flow(Kind.LOOP, head, [body]))
            return self._after_end(index, end)
        if token == "case":
            return self._case(index, end, out)
        if token == "repeat":
            body, index = self._statements(index + 1, end)
            head, index = self._head(index, end) if self._at(index) == "until" else (NOTHING, index)
            out.append(Flow(Kind.LOOP, head, [body]))
            return index
        if token in ("def", "function"):
            return self._definition(index, end, out)
        if token in ("class", "module"):
            index = self._expression(index + 1, end, Expression(), head=True)
        else:
            index += 1
        body, index = self._protected(index, end)
        out.append(Flow(Kind.BLOCK, NOTHING, [body]))
        return self._after_end(index, end)

    def _if(self, index: int, end: int, out: list[Flow]) -> int:
        head, index = self._head(index, end)
        then, index = self._statements(index, end)
        flow = Flow(Kind.IF, head, [then])
        out.append(flow)
        while self._at(index) in ("elsif", "elseif") and index < end:
            head, index = self._head(index, end)
            then, index = self._statements(index, end)
            chained = Flow(Kind.IF, head, [then], chained=True)
            flow.otherwise = [chained]
            flow = chained
        if self._at(index) == "else" and index < end:
            flow.otherwise, index = self._statements(index + 1, end)
        return self._after_end(index, end)

    def _case(self, index: int, end: int, out: list[Flow]) -> int:
        head, index = self._head(index, end)
        flow = Flow(Kind.SWITCH, head)
        out.append(flow)
        while index < end and self._at(index) in ("when", "in", ";"):
            index = self._expression(index + 1, end, Expression(), head=True)
            body, index = self._statements(index, end)
            flow.blocks.append(body)
        if self._at(index) == "else" and index < end:
            flow.otherwise, index = self._statements(index + 1, end)
        return self._after_end(index, end)

    def _definition(self, index: int, end: int, out: list[Flow]) -> int:
        index += 1
        while index < end and self._tokens[index] != "(" and self._lines[index] == self._lines[index - 1]:
            index += 1
        if self._at(index) == "(":
            index = self._pairs.get(index, index) + 1
        body, index = self._protected(index, end)
        out.append(Flow(Kind.FUNCTION, NOTHING, [body]))
        return self._after_end(index, end)

    def _head(self, index: int, end: int) -> tuple[Expression, int]:
        head = Expression()
        return head, self._expression(index + 1, end, head, head=True)

    # -- expressions --------------------------------------------------------------------------------------------------

    def _expression(self, index: int, end: int, into: Expression, *, head: bool = False, grouped: bool = False) -> int:
        """Read up to the end of the statement, of the head or of the brackets; return the next index."""
        start, base, last, waiting = index, into, "", 0
        tokens, lines = self._tokens, self._lines
        while index < end:
            token = tokens[index]
            if not grouped and index > start and lines[index] != lines[index - 1] and self._line_ends(index):
                return index
            if self._is_member(index):
                index += 1
                continue
            if not grouped and self._ends_expression(token, index, start, head=head):
                return index
            if token in (",", ";"):
                into, last, waiting = base, "", 0
            elif token in _LOGICAL and self._at(index + 1) != "=":
                into.operators += 1
                into.sequences += token != last
                last = token
            elif token == "?" and not self._lua and index + 1 < end:
                inner = Expression()
                into.parts.append(Flow(Kind.TERNARY, inner))
                into, last, waiting = inner, "", waiting + 1
            elif token in ("(", "[", "{", "${", "do") or token in self._structures:
                index = self._opened(token, index, end, into)
                continue
            elif token == self._name and self._at(index + 1) == "(" and self._at(index - 1) not in ("def", "function"):
                self.recursive = True
            index += 1
        return end

    def _ends_expression(self, token: str, index: int, start: int, *, head: bool) -> bool:
        if token == ";" or token in _ENDS or token == "then" or (head and token == "do"):
            return True
        if self._lua:
            return token in self._structures and token != "function" and index > start
        # after an operator it is a value, behind a statement its condition
        modifier = token in ("if", "unless", "while", "until", "rescue") and index > start
        return modifier and self._tokens[index - 1] not in _OPERANDS_FOLLOW

    def _opened(self, token: str, index: int, end: int, into: Expression) -> int:
        """Read the group or block that a token opens within an expression; return the index after it."""
        if token == "do" and not self._lua:
            body, following = self._protected(self._after_bars(index + 1, end), end)
            into.parts.append(Flow(Kind.FUNCTION, NOTHING, [body]))
            return max(self._after_end(following, end), index + 1)
        if token in self._structures:
            return max(self._structure(index, end, into.parts), index + 1)
        if index not in self._pairs:
            return index + 1
        closing = min(self._pairs[index], end)
        previous = self._at(index - 1)
        if token == "{" and not self._lua and (previous in (")", "->") or is_word(previous)) and previous != "return":
            body, _ = self._statements(self._after_bars(index + 1, closing), closing)
            into.parts.append(Flow(Kind.FUNCTION, NOTHING, [body]))
        else:
            self._expression(index + 1, closing, into, grouped=True)
        return max(closing + 1, index + 1)

    def _line_ends(self, index: int) -> bool:
        return self._tokens[index] != "." and self._tokens[index - 1] not in _CONTINUED

    def _is_member(self, index: int) -> bool:
        return index > 0 and self._tokens[index - 1] in (".", "::", "&.")

    def _after_bars(self, index: int, end: int) -> int:
        if self._at(index) != "|":
            return index
        index += 1
        while index < end and self._tokens[index] != "|":
            index += 1
        return index + 1

    def _after_end(self, index: int, end: int) -> int:
        return index + 1 if index < end and self._tokens[index] == "end" else index
