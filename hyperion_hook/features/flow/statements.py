"""Flow of functions in brace languages, read from tokens: a small statement reader that survives anything.

It knows statements, conditions, cases and lambdas, not types or names; what it does not understand it skips. Brackets
are matched beforehand, so that a misread construct cannot run past its end.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from hyperion_hook.features.code.brackets import find_body
from hyperion_hook.features.code.grammar import Grammar
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.flow.expressions import ExpressionReader, FlowReader
from hyperion_hook.features.flow.flow import NOTHING, Expression, Flow, Kind

_PHP_ENDS = frozenset({"else", "elseif", "endif", "endwhile", "endfor", "endforeach", "endswitch", "case", "default"})
_GO_ON = frozenset({"(", ".", "==", "!=", "&&", "||"})
_CASES = frozenset({"case", "default"})


class TokenFlows(FlowReader):
    """Reads the flow of one function after another out of a file's tokens; inner functions first."""

    def __init__(self, view: TokenView, grammar: Grammar, clock: Clock, declared: Container[int] = ()) -> None:
        super().__init__(view, grammar, declared)
        self._readers: dict[str, Callable[[int, int, list[Flow]], int]] = {}
        for beginnings, read in (
            (("return", "throw"), self._leave),
            (("break", "continue"), self._jump),
            (("goto",), self._goto),
            (grammar.switches | grammar.arm_switches, self._switch),
            (grammar.repeats, self._repeat),
            (grammar.loops, self._loop),
            (grammar.ifs, self._if),
            (grammar.tries, self._try),
        ):
            self._readers |= dict.fromkeys(beginnings, read)
        self._starts = self._readers.keys() | grammar.else_ifs
        self._clock = clock
        self._steps = 0

    def function(
        self, first: int, last: int, name: str, parameters: int, body: tuple[int, int] | None = None
    ) -> list[Flow]:
        """Return the flow of the function whose tokens run from ``first`` to ``last``; sets ``recursive``.

        A call of the bare ``name`` with ``parameters`` arguments is recursion. ``body`` has the places of the first and
        the last token of the body, where they are known.
        """
        self.name, self.parameters, self.recursive = name, parameters, False
        self.is_method = self.grammar.receivers and first <= last and self.tokens[first] == "("
        named = self.is_method and self.pairs.get(first, 0) > first + 2
        self.own = {self.tokens[first + 1]} if named else () if self.is_method else self.grammar.own
        start, end = body or find_body(self.view, self.grammar, first, last)
        flows: list[Flow] = []
        if start < 0:
            return flows
        if self.tokens[start] == "{" and self.pairs.get(start) == end:
            flows = self.block(start + 1, end)
            self.bodies[start] = flows
        else:
            self._statements(start, end + 1, flows)
        return flows

    # -- statements ---------------------------------------------------------------------------------------------------

    def block(self, start: int, end: int) -> list[Flow]:
        """Return the flow of the statements from ``start`` up to ``end``."""
        flows: list[Flow] = []
        self._statements(start, end, flows)
        return flows

    def _statements(self, place: int, end: int, out: list[Flow]) -> None:
        while place < end:
            place = self._statement(place, end, out)

    def _one(self, place: int, end: int) -> tuple[list[Flow], int]:
        flows: list[Flow] = []
        return flows, self._statement(place, end, flows) if place < end else place

    def _statement(self, place: int, end: int, out: list[Flow], *, comma: bool = False) -> int:
        self._steps += 1
        if not self._steps & 1023:
            self._clock.check(1024)
        if place >= end:
            return end
        token = self.tokens[place]
        grammar = self.grammar
        if token == "{":
            closing = min(self.pairs.get(place, end), end)
            self._statements(place + 1, closing, out)
            return closing + 1
        if token in (";", ",", "}", ")", "]"):
            return place + 1
        if token == "else":
            return self._stray_else(place, end, out)
        if token in self._starts and self.is_keyword(place, end):
            following = self.control(place, end, out)
            if following > place:
                return following
        if token in grammar.plain_heads and self._next(place, end) in ("(", "{"):
            head, following = self._head(place, end)
            body, following = self._one(following, end)
            out.append(Flow(Kind.BLOCK, head, [body]))
            return following
        return max(self._plain(place, end, out, comma=comma), place + 1)

    def _stray_else(self, place: int, end: int, out: list[Flow]) -> int:
        body, following = self._body_of(place + 1, end)
        if self.grammar.expressions and self.grammar.bare_heads:
            # Rust: `let Some(x) = y else { return };`
            out.append(Flow(Kind.IF, NOTHING, [body]))
        else:
            out += body
        return max(following, place + 1)

    def control(self, place: int, end: int, out: list[Flow]) -> int:
        """Read the control structure whose keyword stands at ``place``; return what follows, or ``place``."""
        read = self._readers.get(self.tokens[place])
        return place + 1 if read is None else read(place, end, out)

    def _loop(self, place: int, end: int, out: list[Flow]) -> int:
        head, following = self._head(place, end)
        body, following = self._body_of(following, end)
        out.append(Flow(Kind.LOOP, head, [body]))
        return following

    def _goto(self, place: int, end: int, out: list[Flow]) -> int:
        out.append(Flow(Kind.JUMP))
        return self._expression(place + 1, end)[1]

    def _leave(self, place: int, end: int, out: list[Flow]) -> int:
        # the expression after it counts as a statement of its own kind; the word itself does not matter
        if self.grammar.newline_ends and place + 1 < end and self.lines[place + 1] != self.lines[place]:
            return place + 1
        if self._next(place, end) in self.keywords:
            return self._statement(place + 1, end, out)
        return self._plain(place + 1, end, out)

    def _plain(self, place: int, end: int, out: list[Flow], *, comma: bool = False) -> int:
        expression, following = self._expression(place, end, comma=comma)
        if expression is not NOTHING:
            out.append(Flow(Kind.PLAIN, expression))
        return following

    def _jump(self, place: int, end: int, out: list[Flow]) -> int:
        label = self._next(place, end)
        same_line = place + 1 < end and self.lines[place + 1] == self.lines[place]
        if same_line and self.grammar.jump_labels and label and (label[0].isalpha() or label[0] in "'@_"):
            out.append(Flow(Kind.JUMP))
            place += 1
        # the semicolon belongs to it: an `else` may follow
        return place + 2 if self._next(place, end) == ";" else place + 1

    def _head(self, place: int, end: int) -> tuple[Expression, int]:
        """Read the condition after the keyword at ``place``; return it and where the body starts."""
        place += 1
        tokens, pairs = self.tokens, self.pairs
        expression = Expression()
        if self.grammar.bare_heads:
            start = place
            while place < end and tokens[place] != "else" and (tokens[place] != "{" or self._head_goes_on(place, end)):
                place = self.view.after(place)
            self.group(start, min(place, end), expression, "")
            return expression, place
        # `if constexpr (`, `for await (`, `foreach my $x (`
        for _ in range(4):
            if place < end and tokens[place] not in ("(", "{", ";"):
                place += 1
        if place < end and tokens[place] == "(":
            closing = min(pairs.get(place, end), end)
            self.group(place + 1, closing, expression, "")
            place = closing + 1
            if place < end and tokens[place] == "|":
                place = self._after_capture(place + 1, end)
        return expression, place

    def _head_goes_on(self, opening: int, end: int) -> bool:
        """Return whether a brace belongs to a head: ``for _, a := range []int{1} {``, ``if unsafe { a() } {``."""
        following = self.pairs.get(opening, end) + 1
        if following >= end or self.lines[following] != self.lines[following - 1]:
            return False
        return self.tokens[following] == "{" or (self.tokens[following] in _GO_ON and not self.grammar.expressions)

    def _after_capture(self, place: int, end: int) -> int:
        while place < end and self.tokens[place] not in ("|", "{", ";"):
            place += 1
        return place + 1 if place < end and self.tokens[place] == "|" else place

    def _body_of(self, place: int, end: int) -> tuple[list[Flow], int]:
        if place < end and self.tokens[place] == ":":
            if self._next(place, end) == "(":
                place = self.pairs.get(place + 1, place) + 1
                return self._one(place, end)
            flows: list[Flow] = []
            place += 1
            while place < end and self.tokens[place] not in _PHP_ENDS:
                place = self._statement(place, end, flows)
            return flows, place + (place < end and self.tokens[place].startswith("end"))
        return self._one(place, end)

    def _if(self, place: int, end: int, out: list[Flow]) -> int:
        guard = self.tokens[place] == "guard"
        head, place = self._head(place, end)
        if guard and place < end and self.tokens[place] == "else":
            place += 1
        then, place = self._body_of(place, end)
        first = flow = Flow(Kind.IF, head, [then])
        out.append(first)
        tokens, grammar = self.tokens, self.grammar
        while place < end and not guard:
            token = tokens[place]
            # `if (a) b; else c` in languages that end the first branch with a semicolon or a comma
            if token == "else" and self._next(place, end) in grammar.ifs and self._next(place, end) != "guard":
                place += 1
            elif token == "else":
                flow.otherwise, place = self._body_of(place + 1, end)
                return place
            elif token not in grammar.else_ifs:
                return place
            head, place = self._head(place, end)
            then, place = self._body_of(place, end)
            chained = Flow(Kind.IF, head, [then], chained=True)
            flow.otherwise = [chained]
            flow = chained
        return place

    def _repeat(self, place: int, end: int, out: list[Flow]) -> int:
        body, place = self._one(place + 1, end)
        head = NOTHING
        if place < end and self.tokens[place] == "while":
            if self.grammar.bare_heads:
                head, place = self._expression(place + 1, end)
            else:
                head, place = self._head(place, end)
        out.append(Flow(Kind.LOOP, head, [body]))
        return place

    def _try(self, place: int, end: int, out: list[Flow]) -> int:
        tokens = self.tokens
        head, place_after = NOTHING, place + 1
        if self._next(place, end) == "(":
            head, place_after = self._head(place, end)
        if place_after >= end or tokens[place_after] != "{":
            return place
        tried, place = self._one(place_after, end)
        flow = Flow(Kind.TRY, head, [tried])
        while place < end and tokens[place].removeprefix("@") == "catch":
            while place < end and tokens[place] != "{":
                place = self.view.after(place)
            closing = min(self.pairs.get(place, end), end)
            if place + 1 < closing and tokens[place + 1] == "case":
                cases = Flow(Kind.SWITCH)
                self._labelled(place + 1, closing, cases)
                flow.blocks += cases.blocks
            else:
                flow.blocks.append(self.block(place + 1, closing))
            place = closing + 1
        if place < end and tokens[place].removeprefix("@") == "finally":
            flow.finally_, place = self._one(place + 1, end)
        out.append(flow)
        return place

    # -- switches -----------------------------------------------------------------------------------------------------

    def _switch(self, place: int, end: int, out: list[Flow]) -> int:
        arms = self.tokens[place] in self.grammar.arm_switches
        head, place = self._head(place, end)
        if place >= end or self.tokens[place] not in ("{", ":"):
            return place
        closing = min(self.pairs.get(place, end), end) if self.tokens[place] == "{" else self._php_end(place, end)
        flow = Flow(Kind.SWITCH, head)
        self.cases(place + 1, closing, flow, arms=arms)
        out.append(flow)
        return closing + 1

    def _php_end(self, place: int, end: int) -> int:
        while place < end and self.tokens[place] != "endswitch":
            place += 1
        return place

    def cases(self, place: int, closing: int, flow: Flow, *, arms: bool) -> None:
        """Read the cases of a switch into its flow; ``arms`` says that they carry no ``case``."""
        if flow.head is NOTHING:
            flow.head = Expression()
        if arms or (self.grammar.arm == "=>" and place < closing and self.tokens[place] not in _CASES):
            self._arms(place, closing, flow)
        else:
            self._labelled(place, closing, flow)

    def _labelled(self, place: int, end: int, flow: Flow) -> None:
        tokens, grammar = self.tokens, self.grammar
        head = flow.head if flow.head is not NOTHING else Expression()
        while place < end:
            if tokens[place] not in _CASES:
                place += 1
                continue
            default = tokens[place] == "default" or (tokens[place + 1 : place + 3] == ["_", "=>"])
            label = place + 1
            place = label
            while place < end and tokens[place] not in (":", "->", "=>"):
                place = self.view.after(place)
            if place > label + 1:
                self.group(label, min(place, end), head, "", pattern=True)
            arrow = place < end and tokens[place] == grammar.arm
            place += 1
            body: list[Flow] = []
            if arrow:
                place = self._statement(place, end, body)
            while place < end and tokens[place] not in _CASES:
                place = self._statement(place, end, body)
            flow.add_case(body, is_default=default)

    def _arms(self, place: int, end: int, flow: Flow) -> None:
        tokens, arm = self.tokens, self.grammar.arm
        while place < end:
            if tokens[place] in (",", ";"):
                place += 1
                continue
            label = place
            while place < end and tokens[place] != arm:
                place = self.view.after(place)
            if place >= end:
                return
            if place > label + 1:
                self.group(label, place, flow.head, "", pattern=True)
            body: list[Flow] = []
            default = place == label + 1 and tokens[label] in ("_", "else", "default")
            place += 1
            if place < end and tokens[place] == "|":
                place = self._after_capture(place + 1, end)
            place = self._statement(place, end, body, comma=True)
            flow.add_case(body, is_default=default)

    # -- expressions --------------------------------------------------------------------------------------------------

    def _expression(self, place: int, end: int, *, comma: bool = False) -> tuple[Expression, int]:
        """Read up to the end of the statement; return what matters and where the next one starts."""
        expression = Expression()
        following = ExpressionReader(self, expression, comma=comma).read(place, end)
        if expression.operators or expression.parts:
            return expression, following
        return NOTHING, following
