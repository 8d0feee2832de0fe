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
        place = first
        # parameters stand on the line of the name; parentheses below it are the body's
        if first <= last and self._tokens[first] == "(" and self._lines[first] == self._lines[max(first - 1, 0)]:
            place = self._pairs.get(place, place) + 1
        # lizard ends a function too early where a condition is a value; the words that close blocks are surer
        end = last + 1 if self._at(place) == "=" else len(self._tokens)
        return self._protected(place, end)[0]

    # -- statements ---------------------------------------------------------------------------------------------------

    def _protected(self, place: int, end: int) -> tuple[list[Flow], int]:
        """Read statements with the handlers that follow them, up to the closing word."""
        body, place = self._statements(place, end)
        if place >= end or self._tokens[place] not in ("rescue", "ensure"):
            return body, place
        flow = Flow(Kind.TRY, NOTHING, [body])
        while place < end and self._tokens[place] in ("rescue", "else", "ensure"):
            token = self._tokens[place]
            if token == "rescue":
                place = self._expression(place + 1, end, Expression(), head=True)
            part, following = self._statements(place + (token != "rescue"), end)
            if token == "rescue":
                flow.blocks.append(part)
            elif token == "else":
                flow.otherwise = part
            else:
                flow.finally_ = part
            place = max(following, place + 1) if token != "rescue" else following
        return [flow], place

    def _statements(self, place: int, end: int) -> tuple[list[Flow], int]:
        flows: list[Flow] = []
        while place < end and (self._tokens[place] not in _ENDS or self._is_member(place)):
            if self._lua and self._tokens[place] == "until":
                break
            place = self._statement(place, end, flows)
        return flows, place

    def _statement(self, place: int, end: int, out: list[Flow]) -> int:
        self._steps += 1
        if not self._steps & 1023:
            self._clock.check(1024)
        token = self._tokens[place]
        before = len(out)
        if token in (";", "then"):
            return place + 1
        if token in self._structures and not self._is_member(place):
            following = self._structure(place, end, out)
        else:
            expression = Expression()
            following = self._expression(place, end, expression)
            if expression.operators or expression.parts:
                out.append(Flow(Kind.PLAIN, expression))
        return max(self._modifiers(following, end, out, before), place + 1)

    def _modifiers(self, place: int, end: int, out: list[Flow], before: int) -> int:
        """Wrap what a statement added to ``out`` into the conditions that stand behind it on its line."""
        while 0 < place < end and not self._lua and self._lines[place] == self._lines[place - 1]:
            token = self._tokens[place]
            if token not in ("if", "unless", "while", "until", "rescue"):
                break
            head = Expression()
            place = self._expression(place + 1, end, head)
            inner = out[before:]
            del out[before:]
            if token == "rescue":
                out.append(Flow(Kind.TRY, NOTHING, [inner, []]))
            else:
                out.append(Flow(Kind.IF if token in ("if", "unless") else Kind.LOOP, head, [inner]))
        return place

    def _structure(self, place: int, end: int, out: list[Flow]) -> int:
        token = self._tokens[place]
        if token in ("if", "unless"):
            return self._if(place, end, out)
        if token in ("while", "until", "for"):
            head, place = self._head(place, end)
            body, place = self._statements(place + (self._at(place) == "do"), end)
            out.append(Flow(Kind.LOOP, head, [body]))
            return self._after_end(place, end)
        if token == "case":
            return self._case(place, end, out)
        if token == "repeat":
            body, place = self._statements(place + 1, end)
            head, place = self._head(place, end) if self._at(place) == "until" else (NOTHING, place)
            out.append(Flow(Kind.LOOP, head, [body]))
            return place
        if token in ("def", "function"):
            return self._definition(place, end, out)
        if token in ("class", "module"):
            place = self._expression(place + 1, end, Expression(), head=True)
        else:
            place += 1
        body, place = self._protected(place, end)
        out.append(Flow(Kind.BLOCK, NOTHING, [body]))
        return self._after_end(place, end)

    def _if(self, place: int, end: int, out: list[Flow]) -> int:
        head, place = self._head(place, end)
        then, place = self._statements(place, end)
        flow = Flow(Kind.IF, head, [then])
        out.append(flow)
        while self._at(place) in ("elsif", "elseif") and place < end:
            head, place = self._head(place, end)
            then, place = self._statements(place, end)
            chained = Flow(Kind.IF, head, [then], chained=True)
            flow.otherwise = [chained]
            flow = chained
        if self._at(place) == "else" and place < end:
            flow.otherwise, place = self._statements(place + 1, end)
        return self._after_end(place, end)

    def _case(self, place: int, end: int, out: list[Flow]) -> int:
        head, place = self._head(place, end)
        flow = Flow(Kind.SWITCH, head)
        out.append(flow)
        while place < end and self._at(place) in ("when", "in", ";"):
            place = self._expression(place + 1, end, Expression(), head=True)
            body, place = self._statements(place, end)
            flow.blocks.append(body)
        if self._at(place) == "else" and place < end:
            flow.otherwise, place = self._statements(place + 1, end)
        return self._after_end(place, end)

    def _definition(self, place: int, end: int, out: list[Flow]) -> int:
        place += 1
        while place < end and self._tokens[place] != "(" and self._lines[place] == self._lines[place - 1]:
            place += 1
        if self._at(place) == "(":
            place = self._pairs.get(place, place) + 1
        body, place = self._protected(place, end)
        out.append(Flow(Kind.FUNCTION, NOTHING, [body]))
        return self._after_end(place, end)

    def _head(self, place: int, end: int) -> tuple[Expression, int]:
        head = Expression()
        return head, self._expression(place + 1, end, head, head=True)

    # -- expressions --------------------------------------------------------------------------------------------------

    def _expression(self, place: int, end: int, into: Expression, *, head: bool = False, grouped: bool = False) -> int:
        """Read up to the end of the statement, of the head or of the brackets; return the next place."""
        start, base, last, waiting = place, into, "", 0
        tokens, lines = self._tokens, self._lines
        while place < end:
            token = tokens[place]
            if not grouped and place > start and lines[place] != lines[place - 1] and self._line_ends(place):
                return place
            if self._is_member(place):
                place += 1
                continue
            if not grouped and self._ends_expression(token, place, start, head=head):
                return place
            if token in (",", ";"):
                into, last, waiting = base, "", 0
            elif token in _LOGICAL and self._at(place + 1) != "=":
                into.operators += 1
                into.sequences += token != last
                last = token
            elif token == "?" and not self._lua and place + 1 < end:
                inner = Expression()
                into.parts.append(Flow(Kind.TERNARY, inner))
                into, last, waiting = inner, "", waiting + 1
            elif token in ("(", "[", "{", "${", "do") or token in self._structures:
                place = self._opened(token, place, end, into)
                continue
            elif token == self._name and self._at(place + 1) == "(" and self._at(place - 1) not in ("def", "function"):
                self.recursive = True
            place += 1
        return end

    def _ends_expression(self, token: str, place: int, start: int, *, head: bool) -> bool:
        if token == ";" or token in _ENDS or token == "then" or (head and token == "do"):
            return True
        if self._lua:
            return token in self._structures and token != "function" and place > start
        # after an operator it is a value, behind a statement its condition
        modifier = token in ("if", "unless", "while", "until", "rescue") and place > start
        return modifier and self._tokens[place - 1] not in _OPERANDS_FOLLOW

    def _opened(self, token: str, place: int, end: int, into: Expression) -> int:
        """Read what a bracket or a word opens within an expression; return the place after it."""
        if token == "do" and not self._lua:
            body, following = self._protected(self._after_bars(place + 1, end), end)
            into.parts.append(Flow(Kind.FUNCTION, NOTHING, [body]))
            return max(self._after_end(following, end), place + 1)
        if token in self._structures:
            return max(self._structure(place, end, into.parts), place + 1)
        if place not in self._pairs:
            return place + 1
        closing = min(self._pairs[place], end)
        previous = self._at(place - 1)
        if token == "{" and not self._lua and (previous in (")", "->") or is_word(previous)) and previous != "return":
            body, _ = self._statements(self._after_bars(place + 1, closing), closing)
            into.parts.append(Flow(Kind.FUNCTION, NOTHING, [body]))
        else:
            self._expression(place + 1, closing, into, grouped=True)
        return max(closing + 1, place + 1)

    def _line_ends(self, place: int) -> bool:
        return self._tokens[place] != "." and self._tokens[place - 1] not in _CONTINUED

    def _is_member(self, place: int) -> bool:
        return place > 0 and self._tokens[place - 1] in (".", "::", "&.")

    def _after_bars(self, place: int, end: int) -> int:
        if self._at(place) != "|":
            return place
        place += 1
        while place < end and self._tokens[place] != "|":
            place += 1
        return place + 1

    def _after_end(self, place: int, end: int) -> int:
        return place + 1 if place < end and self._tokens[place] == "end" else place
