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

        A call of the bare ``name`` with ``parameters`` arguments is recursion. ``body`` has the indexes of the first
        and the last token of the body, where they are known.
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

    def _statements(self, index: int, end: int, out: list[Flow]) -> None:
        while index < end:
            index = self._statement(index, end, out)

    def _one(self, index: int, end: int) -> tuple[list[Flow], int]:
        flows: list[Flow] = []
        return flows, self._statement(index, end, flows) if index < end else index

    def _statement(self, index: int, end: int, out: list[Flow], *, comma: bool = False) -> int:
        self._steps += 1
        if not self._steps & 1023:
            self._clock.check(1024)
        if index >= end:
            return end
        token = self.tokens[index]
        grammar = self.grammar
        if token == "{":
            closing = min(self.pairs.get(index, end), end)
            self._statements(index + 1, closing, out)
            return closing + 1
        if token in (";", ",", "}", ")", "]"):
            return index + 1
        if token == "else":
            return self._stray_else(index, end, out)
        if token in self._starts and self.is_keyword(index, end):
            following = self.control(index, end, out)
            if following > index:
                return following
        if token in grammar.plain_heads and self._next(index, end) in ("(", "{"):
            head, following = self._head(index, end)
            body, following = self._one(following, end)
            out.append(Flow(Kind.BLOCK, head, [body]))
            return following
        return max(self._plain(index, end, out, comma=comma), index + 1)

    def _stray_else(self, index: int, end: int, out: list[Flow]) -> int:
        body, following = self._body_of(index + 1, end)
        if self.grammar.expressions and self.grammar.bare_heads:
            # Rust: `let Some(x) = y else { return };`
            out.append(Flow(Kind.IF, NOTHING, [body]))
        else:
            out += body
        return max(following, index + 1)

    def control(self, index: int, end: int, out: list[Flow]) -> int:
        """Read the control structure whose keyword stands at ``index``; return what follows, or ``index``."""
        read = self._readers.get(self.tokens[index])
        return index + 1 if read is None else read(index, end, out)

    def _loop(self, index: int, end: int, out: list[Flow]) -> int:
        head, following = self._head(index, end)
        body, following = self._body_of(following, end)
        out.append(Flow(Kind.LOOP, head, [body]))
        return following

    def _goto(self, index: int, end: int, out: list[Flow]) -> int:
        out.append(Flow(Kind.JUMP))
        return self._expression(index + 1, end)[1]

    def _leave(self, index: int, end: int, out: list[Flow]) -> int:
        # the expression after it counts as a statement of its own kind; the word itself does not matter
        if self.grammar.newline_ends and index + 1 < end and self.lines[index + 1] != self.lines[index]:
            return index + 1
        if self._next(index, end) in self.keywords:
            return self._statement(index + 1, end, out)
        return self._plain(index + 1, end, out)

    def _plain(self, index: int, end: int, out: list[Flow], *, comma: bool = False) -> int:
        expression, following = self._expression(index, end, comma=comma)
        if expression is not NOTHING:
            out.append(Flow(Kind.PLAIN, expression))
        return following

    def _jump(self, index: int, end: int, out: list[Flow]) -> int:
        label = self._next(index, end)
        same_line = index + 1 < end and self.lines[index + 1] == self.lines[index]
        if same_line and self.grammar.jump_labels and label and (label[0].isalpha() or label[0] in "'@_"):
            out.append(Flow(Kind.JUMP))
            index += 1
        # the semicolon belongs to it: an `else` may follow
        return index + 2 if self._next(index, end) == ";" else index + 1

    def _head(self, index: int, end: int) -> tuple[Expression, int]:
        """Read the condition after the keyword at ``index``; return it and where the body starts."""
        index += 1
        tokens, pairs = self.tokens, self.pairs
        expression = Expression()
        if self.grammar.bare_heads:
            start = index
            while index < end and tokens[index] != "else" and (tokens[index] != "{" or self._head_goes_on(index, end)):
                index = self.view.after(index)
            self.group(start, min(index, end), expression, "")
            return expression, index
        # `if constexpr (`, `for await (`, `foreach my $x (`
        for _ in range(4):
            if index < end and tokens[index] not in ("(", "{", ";"):
                index += 1
        if index < end and tokens[index] == "(":
            closing = min(pairs.get(index, end), end)
            self.group(index + 1, closing, expression, "")
            index = closing + 1
            if index < end and tokens[index] == "|":
                index = self._after_capture(index + 1, end)
        return expression, index

    def _head_goes_on(self, opening: int, end: int) -> bool:
        """Return whether a brace belongs to a head: ``for _, a := range []int{1} {``, ``if unsafe { a() } {``."""
        following = self.pairs.get(opening, end) + 1
        if following >= end or self.lines[following] != self.lines[following - 1]:
            return False
        return self.tokens[following] == "{" or (self.tokens[following] in _GO_ON and not self.grammar.expressions)

    def _after_capture(self, index: int, end: int) -> int:
        while index < end and self.tokens[index] not in ("|", "{", ";"):
            index += 1
        return index + 1 if index < end and self.tokens[index] == "|" else index

    def _body_of(self, index: int, end: int) -> tuple[list[Flow], int]:
        if index < end and self.tokens[index] == ":":
            if self._next(index, end) == "(":
                index = self.pairs.get(index + 1, index) + 1
                return self._one(index, end)
            flows: list[Flow] = []
            index += 1
            while index < end and self.tokens[index] not in _PHP_ENDS:
                index = self._statement(index, end, flows)
            return flows, index + (index < end and self.tokens[index].startswith("end"))
        return self._one(index, end)

    def _if(self, index: int, end: int, out: list[Flow]) -> int:
        guard = self.tokens[index] == "guard"
        head, index = self._head(index, end)
        if guard and index < end and self.tokens[index] == "else":
            index += 1
        then, index = self._body_of(index, end)
        first = flow = Flow(Kind.IF, head, [then])
        out.append(first)
        tokens, grammar = self.tokens, self.grammar
        while index < end and not guard:
            token = tokens[index]
            # `if (a) b; else c` in languages that end the first branch with a semicolon or a comma
            if token == "else" and self._next(index, end) in grammar.ifs and self._next(index, end) != "guard":
                index += 1
            elif token == "else":
                flow.otherwise, index = self._body_of(index + 1, end)
                return index
            elif token not in grammar.else_ifs:
                return index
            head, index = self._head(index, end)
            then, index = self._body_of(index, end)
            chained = Flow(Kind.IF, head, [then], chained=True)
            flow.otherwise = [chained]
            flow = chained
        return index

    def _repeat(self, index: int, end: int, out: list[Flow]) -> int:
        body, index = self._one(index + 1, end)
        head = NOTHING
        if index < end and self.tokens[index] == "while":
            if self.grammar.bare_heads:
                head, index = self._expression(index + 1, end)
            else:
                head, index = self._head(index, end)
        out.append(Flow(Kind.LOOP, head, [body]))
        return index

    def _try(self, index: int, end: int, out: list[Flow]) -> int:
        tokens = self.tokens
        head, place_after = NOTHING, index + 1
        if self._next(index, end) == "(":
            head, place_after = self._head(index, end)
        if place_after >= end or tokens[place_after] != "{":
            return index
        tried, index = self._one(place_after, end)
        flow = Flow(Kind.TRY, head, [tried])
        while index < end and tokens[index].removeprefix("@") == "catch":
            while index < end and tokens[index] != "{":
                index = self.view.after(index)
            closing = min(self.pairs.get(index, end), end)
            if index + 1 < closing and tokens[index + 1] == "case":
                cases = Flow(Kind.SWITCH)
                self._labelled(index + 1, closing, cases)
                flow.blocks += cases.blocks
            else:
                flow.blocks.append(self.block(index + 1, closing))
            index = closing + 1
        if index < end and tokens[index].removeprefix("@") == "finally":
            flow.finally_, index = self._one(index + 1, end)
        out.append(flow)
        return index

    # -- switches -----------------------------------------------------------------------------------------------------

    def _switch(self, index: int, end: int, out: list[Flow]) -> int:
        arms = self.tokens[index] in self.grammar.arm_switches
        head, index = self._head(index, end)
        if index >= end or self.tokens[index] not in ("{", ":"):
            return index
        closing = min(self.pairs.get(index, end), end) if self.tokens[index] == "{" else self._php_end(index, end)
        flow = Flow(Kind.SWITCH, head)
        self.cases(index + 1, closing, flow, arms=arms)
        out.append(flow)
        return closing + 1

    def _php_end(self, index: int, end: int) -> int:
        while index < end and self.tokens[index] != "endswitch":
            index += 1
        return index

    def cases(self, index: int, closing: int, flow: Flow, *, arms: bool) -> None:
        """Read the cases of a switch into its flow; ``arms`` says that they carry no ``case``."""
        if flow.head is NOTHING:
            flow.head = Expression()
        if arms or (self.grammar.arm == "=>" and index < closing and self.tokens[index] not in _CASES):
            self._arms(index, closing, flow)
        else:
            self._labelled(index, closing, flow)

    def _labelled(self, index: int, end: int, flow: Flow) -> None:
        tokens, grammar = self.tokens, self.grammar
        head = flow.head if flow.head is not NOTHING else Expression()
        while index < end:
            if tokens[index] not in _CASES:
                index += 1
                continue
            default = tokens[index] == "default" or (tokens[index + 1 : index + 3] == ["_", "=>"])
            label = index + 1
            index = label
            while index < end and tokens[index] not in (":", "->", "=>"):
                index = self.view.after(index)
            if index > label + 1:
                self.group(label, min(index, end), head, "", pattern=True)
            arrow = index < end and tokens[index] == grammar.arm
            index += 1
            body: list[Flow] = []
            if arrow:
                index = self._statement(index, end, body)
            while index < end and tokens[index] not in _CASES:
                index = self._statement(index, end, body)
            flow.add_case(body, is_default=default)

    def _arms(self, index: int, end: int, flow: Flow) -> None:
        tokens, arm = self.tokens, self.grammar.arm
        while index < end:
            if tokens[index] in (",", ";"):
                index += 1
                continue
            label = index
            while index < end and tokens[index] != arm:
                index = self.view.after(index)
            if index >= end:
                return
            if index > label + 1:
                self.group(label, index, flow.head, "", pattern=True)
            body: list[Flow] = []
            default = index == label + 1 and tokens[label] in ("_", "else", "default")
            index += 1
            if index < end and tokens[index] == "|":
                index = self._after_capture(index + 1, end)
            index = self._statement(index, end, body, comma=True)
            flow.add_case(body, is_default=default)

    # -- expressions --------------------------------------------------------------------------------------------------

    def _expression(self, index: int, end: int, *, comma: bool = False) -> tuple[Expression, int]:
        """Read up to the end of the statement; return what matters and where the next one starts."""
        expression = Expression()
        following = ExpressionReader(self, expression, comma=comma).read(index, end)
        if expression.operators or expression.parts:
            return expression, following
        return NOTHING, following
