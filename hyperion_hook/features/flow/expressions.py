"""Reads one expression out of tokens: logical operators, ternaries, lambdas and control structures within it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container

from hyperion_hook.features.code.grammar import Brace, Grammar, is_word, words
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.flow.flow import Expression, Flow, Kind

_CONTINUES = words(
    ". ?. && || ?? ? : + - * / % = == === != !== < > <= >= => -> | & ^ ?: :: ) ] , += -= *= /="
    " instanceof in is as and or"
)
_OPENS_NOTHING = frozenset({"++", "--", ")", "]", "}"})
_NO_TERNARY_AFTER = frozenset({"", "(", ",", ":", "=", "|", "<", "?", "=>"})
_NO_TERNARY_BEFORE = frozenset({":", ",", ")", ">", "]", ".", ";", "=", "?", "|", "&", "??", "=>", "}", "*"})
_NULLABLE_FOLLOWERS = frozenset({"=", ";", ",", ")", "{", "=>", "in"})
_STARTS = frozenset({"", "(", "=", "return", ":", "?", ",", ";", "{", "}", "if", "while", "when", "switch", "=>"})
_LONGEST_TYPE = 100
_INTERESTING = words("( [ { ; , ? : else new class | ||")
_BEFORE_LITERAL = frozenset({"return", "throw", "case", "yield", "await", "typeof", "in", "of", "default"})
_CLOSURE_AFTER = frozenset({"(", ",", "=", "move", "return", "{", ";", "=>", "else", "&"})


class FlowReader(ABC):
    """What expressions and the statements around and within them share, see ``flow.statements``.

    ``declared`` are the indexes of the names of functions where they are declared: there none is called.
    """

    def __init__(self, view: TokenView, grammar: Grammar, declared: Container[int]) -> None:
        self.view = view
        self.tokens, self.lines, self.pairs = view.texts, view.lines, view.pairs
        self.grammar = grammar
        self.declared = declared
        self.bodies: dict[int, list[Flow]] = {}
        """The flow of blocks that were read already, by the index of their brace."""
        self.name = ""
        self.parameters = 0
        self.own: Container[str] = grammar.own
        self.is_method = False
        self.recursive = False
        self.keywords = frozenset().union(
            grammar.ifs,
            grammar.else_ifs,
            grammar.loops,
            grammar.repeats,
            grammar.switches,
            grammar.arm_switches,
            grammar.tries,
        )
        self.interesting = _INTERESTING.union(
            self.keywords, grammar.logical, grammar.arrows, grammar.functions, grammar.postfix_switches
        )

    @abstractmethod
    def block(self, start: int, end: int) -> list[Flow]:
        """Return the flow of the statements from ``start`` up to ``end``."""

    @abstractmethod
    def control(self, index: int, end: int, out: list[Flow]) -> int:
        """Read the control structure whose keyword stands at ``index``; return what follows, or ``index``."""

    @abstractmethod
    def cases(self, index: int, closing: int, flow: Flow, *, arms: bool) -> None:
        """Read the cases of a switch into its flow; ``arms`` says that they carry no ``case``."""

    def is_keyword(self, index: int, end: int) -> bool:
        """Return whether a word is used as a keyword here, not as the name of a member or of a key."""
        if index and self.tokens[index - 1] in self.grammar.member:
            return False
        return self._next(index, end) not in (":", "=", ",", ".") or self.tokens[index] in ("break", "continue", "try")

    def _next(self, index: int, end: int) -> str:
        return self.tokens[index + 1] if index + 1 < end else ""

    def group(self, index: int, end: int, into: Expression, last: str, *, pattern: bool = False) -> str:
        """Read everything within brackets into an expression; return the last logical operator."""
        reader = ExpressionReader(self, into, grouped=True, last=last, pattern=pattern)
        while index < end:
            index = max(reader.read(index, end), index + 1)
        return reader.last


class ExpressionReader:
    """One run over an expression; ternaries and lambdas move the place where things are noted one level down.

    Things are noted in ``into``. ``grouped`` says that the expression stands within brackets, which only their end
    ends, and ``pattern`` that it is the pattern of a case: an ``if`` within is its guard. ``last`` is the logical
    operator that was read last, so that a run of like ones counts once across parentheses.
    """

    def __init__(
        self,
        flows: FlowReader,
        into: Expression,
        *,
        comma: bool = False,
        grouped: bool = False,
        last: str = "",
        pattern: bool = False,
    ) -> None:
        self.last = last
        self._flows, self._view, self._grammar = flows, flows.view, flows.grammar
        self._base = self._into = into
        self._comma = comma
        self._grouped = grouped
        self._pattern = pattern
        self._waiting = 0
        self._pending = ""

    def read(self, start: int, end: int) -> int:
        """Read from ``start`` on; return where the statement after it starts, at most ``end``."""
        flows, tokens, lines = self._flows, self._view.texts, self._view.lines
        interesting = flows.interesting
        by_line = self._grammar.newline_ends and not self._grouped
        optional = self._grammar.ternary and self._grammar.newline_ends
        index = start
        while index < end:
            token = tokens[index]
            if by_line and index > start and lines[index] != lines[index - 1] and self._line_ends(index):
                return index
            if token not in interesting:
                if token == flows.name:
                    self._note_call(index, end)
                elif optional and token[-1] == "?" and token != "??" and index + 1 < end:
                    self._question(index, end)
                index += 1
                continue
            following = self._special(token, index, start, end)
            if following < 0:
                return ~following
            index = following
        return end

    def _special(  # noqa: C901, PLR0911, PLR0912 - one branch for each token that matters
        self, token: str, index: int, start: int, end: int
    ) -> int:
        """Handle a token that matters; return the next index, or its complement where the expression ends."""
        grammar = self._grammar
        if token in ("(", "["):
            return self._brackets(index, end)
        if token == "{":
            return self._brace(index, end)
        if token == ";":
            self._restart()
            return index + 1 if self._grouped else ~(index + 1)
        if token == ",":
            self._restart()
            return ~(index + 1) if self._comma and not self._grouped else index + 1
        if token in ("|", "||") and grammar.arm == "=>" and grammar.bare_heads and self._is_closure(index):
            return self._closure(token, index, end)
        if token in grammar.logical:
            if index + 1 < end and self._view.at(index + 1) == "=":
                # an assignment with an operator, as in `a ||= b`
                return index + 1
            self._into.operators += 1
            if token != self.last:
                self._into.sequences += 1
                self.last = token
            return index + 1
        if token == "?":
            self._question(index, end)
        elif token == ":":
            if self._waiting:
                self._waiting -= 1
                self.last = ""
            elif grammar.labels and not self._grouped:
                return ~(index + 1)
        elif token == "else":
            if not self._grouped and index > start:
                return ~index
        elif token in grammar.arrows:
            self._arrow(index, end)
        elif token in grammar.functions or token in ("new", "class"):
            self._pending = token
            return self._after_type(index + 1, end) if token == "new" else index + 1
        elif token in grammar.postfix_switches and index + 1 < end and self._view.at(index + 1) == "{":
            return self._postfix_switch(index, end)
        elif token in self._flows.keywords:
            return self._keyword(token, index, start, end)
        return index + 1

    def _after_type(self, index: int, end: int) -> int:
        """Return the index after a type: the commas between its own types end nothing."""
        tokens = self._view.texts
        start, end = index, min(end, index + _LONGEST_TYPE)
        while index < end and (is_word(tokens[index]) or tokens[index] == "."):
            index += 1
        depth = 0
        while index < end and tokens[index] not in ("(", "{", ";") and (depth or tokens[index] == "<"):
            depth += tokens[index].count("<") - tokens[index].count(">")
            index += 1
        return start if depth else index

    def _restart(self) -> None:
        self._into, self._waiting, self._pending, self.last = self._base, 0, "", ""

    def _line_ends(self, index: int) -> bool:
        tokens = self._view.texts
        previous, token = tokens[index - 1], tokens[index]
        if token in _CONTINUES or (token == "{" and (self._pending or not is_word(previous))):
            return False
        return is_word(previous) or previous in _OPENS_NOTHING

    def _brackets(self, index: int, end: int) -> int:
        if index not in self._view.pairs:
            return index + 1
        closing = min(self._view.pairs[index], end)
        previous = self._view.at(index - 1)
        # a run of like operators goes on into parentheses that are an operand of it
        operand = previous in self._grammar.logical or previous in _STARTS
        shared = self._view.at(index) == "(" and operand
        after = self._flows.group(index + 1, closing, self._into, self.last if shared else "")
        if shared and after:
            self.last = after
        return closing + 1

    def _question(self, index: int, end: int) -> None:
        tokens = self._view.texts
        token, previous = tokens[index], tokens[index - 1] if index else ""
        if not self._grammar.ternary:
            return
        following = tokens[index + 1] if index + 1 < end else ""
        if following in _NO_TERNARY_BEFORE or (token == "?" and previous in _NO_TERNARY_AFTER):
            return
        if token != "?" and following in ("(", "<", "{"):
            return
        if self._grammar.arm == "=>" and not self._grammar.else_ifs:
            # a nullable type or a conditional access of C#
            after = tokens[index + 2] if index + 2 < end else ""
            if following == "[" or (is_word(following) and after in _NULLABLE_FOLLOWERS):
                return
        inner = Expression()
        self._into.parts.append(Flow(Kind.TERNARY, inner))
        self._into = inner
        self._waiting += 1
        self.last = ""

    def _arrow(self, index: int, end: int) -> None:
        if "fn" in self._grammar.functions and self._pending != "fn":
            return
        if index + 1 < end and self._view.texts[index + 1] != "{":
            self._open_lambda()

    def _open_lambda(self) -> None:
        inner = Expression()
        self._into.parts.append(Flow(Kind.FUNCTION, blocks=[[Flow(Kind.PLAIN, inner)]]))
        self._into, self._waiting, self.last, self._pending = inner, 0, "", ""

    def _is_closure(self, index: int) -> bool:
        return not index or self._view.texts[index - 1] in _CLOSURE_AFTER

    def _closure(self, token: str, index: int, end: int) -> int:
        tokens, pairs = self._view.texts, self._view.pairs
        index += 1
        if token == "|":
            while index < end and tokens[index] != "|":
                index = pairs.get(index, index) + 1 if tokens[index] in ("(", "[") else index + 1
            index += 1
        if index < end and tokens[index] in ("{", "->"):
            self._pending = "|"
        elif index < end:
            self._open_lambda()
        return index

    def _brace(self, index: int, end: int) -> int:
        if index not in self._view.pairs:
            return index + 1
        closing = min(self._view.pairs[index], end)
        if self._view.at(index - 1) == "interface":
            # a type of Go without a name: its methods are declared, not called
            return closing + 1
        kind = self._kind_of_brace(index)
        self._pending = ""
        if kind is Brace.LITERAL:
            self._flows.group(index + 1, closing, self._into, "")
            return closing + 1
        block = self._flows.bodies.get(index)
        if block is None:
            block = self._flows.block(index + 1, closing)
        if block:
            self._into.parts.append(Flow(Kind.FUNCTION if kind is Brace.FUNCTION else Kind.BLOCK, blocks=[block]))
        following = self._view.at(closing + 1)
        # nothing that goes on with the expression: a macro with a block, a local function, a local class
        if not self._grouped and closing + 1 < end and is_word(following) and following not in _CONTINUES:
            return ~(closing + 1)
        return closing + 1

    def _kind_of_brace(self, index: int) -> Brace:
        grammar = self._grammar
        previous = self._view.at(index - 1)
        after_parenthesis, after_word, elsewhere = grammar.braces
        if self._pending in ("new", "class") and previous != "]":
            return Brace.BLOCK
        if self._pending or index in self._flows.bodies or previous in grammar.arrows:
            return Brace.FUNCTION
        if previous == ")":
            opened = self._view.pairs.get(index - 1, 0)
            return Brace.FUNCTION if self._view.at(opened - 1) == "]" else after_parenthesis
        if previous == "]" and after_parenthesis is Brace.BLOCK and not grammar.bare_heads:
            return Brace.FUNCTION
        if (is_word(previous) and previous not in _BEFORE_LITERAL) or previous == ">":
            return after_word
        return elsewhere

    def _postfix_switch(self, index: int, end: int) -> int:
        closing = min(self._view.pairs.get(index + 1, end), end)
        flow = Flow(Kind.SWITCH)
        self._flows.cases(index + 2, closing, flow, arms=False)
        self._into.parts.append(flow)
        return closing + 1

    def _keyword(self, token: str, index: int, start: int, end: int) -> int:
        grammar = self._grammar
        if self._pattern or (index == start and not self._grouped) or not self._flows.is_keyword(index, end):
            return index + 1
        if grammar.expressions or (token in grammar.switches and grammar.arm):
            return max(self._flows.control(index, end, self._into.parts), index + 1)
        if grammar.postfix:
            head = Expression()
            following = ExpressionReader(self._flows, head).read(index + 1, end)
            self._base.parts.append(Flow(Kind.IF if token in grammar.ifs else Kind.LOOP, head, [[]]))
            return ~following
        # a macro without a semicolon: the next statement starts here
        return index + 1 if self._grouped else ~index

    def _note_call(self, index: int, end: int) -> None:
        tokens = self._view.texts
        if index + 1 >= end or tokens[index + 1] != "(" or index in self._flows.declared:
            return
        if index and tokens[index - 1] in self._grammar.member:
            if tokens[index - 2] not in self._flows.own:
                return
        elif self._flows.is_method:
            return
        if self._view.at(index - 1) == "new":
            return
        if not self._grammar.overloads or _argument_count(self._view, index + 1) == self._flows.parameters:
            self._flows.recursive = True


def _argument_count(view: TokenView, opening: int) -> int:
    closing = view.pairs.get(opening, opening + 1)
    if closing == opening + 1:
        return 0
    count, index = 1, opening + 1
    while index < closing:
        count += view.texts[index] == ","
        index = view.after(index)
    return count
