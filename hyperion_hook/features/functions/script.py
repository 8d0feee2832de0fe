"""Where the functions of JavaScript and TypeScript are: one walk that knows blocks, objects, classes and types."""

from __future__ import annotations

from collections.abc import Callable

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.functions.locate import ANONYMOUS, Definition, Located, View
from hyperion_hook.features.functions.script_types import type_end

_MODIFIERS = words("async get set static public private protected readonly abstract override accessor declare export *")
_NAME_ENDS = frozenset({"(", ":", "=", ",", ";", "}", "?", "!", "<", ""})
_OBJECT_AFTER = words(
    "= ( , : ? [ && || ?? ??= return ... in of typeof yield await default ${ => + new case throw ! == === != !=="
)
_DEEPEST = 300
_OPTIONAL_BEFORE = frozenset({":", ",", ")", "=", ";", "}", ">"})
_GOES_ON = words(
    ". ?. , ) ] } && || ?? ? : + - * / % = == === != !== < > <= >= => | & instanceof in as satisfies ( [ `"
)


@dataclass(slots=True)
class _Frame:
    kind: str
    close: int
    definition: Definition | None = None
    questions: list[int] = field(default_factory=list)
    open_arrows: list[Definition] = field(default_factory=list)
    member: bool = False
    declares: bool = False
    label: bool = False
    binding: tuple[str, int] | None = None


class ScriptLocator:
    """Walks the tokens once; ``typed`` says that there are types."""

    def __init__(self, view: View, *, typed: bool) -> None:
        self.view = view
        self.located = Located(decisions=set())
        self._typed = typed
        self._frames = [_Frame("block", view.size)]
        self._blocks: dict[int, Definition] = {}
        self._arrows: dict[int, Definition] = {}
        self._parameters: set[int] = set()
        self._jumps: dict[int, int] = {}
        self._classes: set[int] = set()
        self._choices: set[int] = set()
        """Places of the colons of ternaries."""
        self._signs: dict[str, Callable[[int], int]] = {
            **dict.fromkeys(("(", "[", "{", "${"), self._open),
            "?": self._question,
            ":": self._colon,
            "=": self._assign,
            "<": self._angle,
            ">": self._greater,
        }
        self._comparison = -1
        """Place of the last ``>`` that compares: what a type ends with is stepped over."""

    def run(self) -> Located:
        """Return the functions of the file."""
        index = 0
        while index < self.view.size:
            index = max(self._step(index), index + 1)
        while self._frames:
            self._end_arrows(self.view.size)
            self._frames.pop()
        return self.located

    def _step(self, index: int) -> int:
        view, frame = self.view, self._frames[-1]
        token = view.texts[index]
        if index == frame.close:
            self._leave(index)
            return self._jumps.get(index + 1, index + 1)
        if index > 0 and view.is_first(index):
            self._line(index, token)
        arrow = self._arrows.pop(index, None)
        if arrow is not None:
            frame.open_arrows.append(arrow)
            if len(frame.open_arrows) > _DEEPEST:
                raise RecursionError
        if token in (",", ";"):
            self._separate(index, token)
            return index + 1
        if frame.member and frame.kind in ("class", "object"):
            frame.member = False
            following = self._member(index)
            if following:
                return following
        sign = self._signs.get(token)
        if sign is not None:
            return sign(index)
        if view.is_name(index) and view.at(index - 1) not in (".", "?."):
            return self._word(index, token)
        return index + 1

    def _separate(self, index: int, token: str) -> None:
        frame = self._frames[-1]
        self._end_arrows(index)
        frame.questions.clear()
        frame.member, frame.label, frame.binding = True, False, None
        if token == ";":
            frame.declares = False

    def _question(self, index: int) -> int:
        frame = self._frames[-1]
        frame.binding = None
        if not (self._typed and self.view.at(index + 1) in _OPTIONAL_BEFORE):
            frame.questions.append(index)
        return index + 1

    def _assign(self, index: int) -> int:
        view, frame = self.view, self._frames[-1]
        if frame.binding is None or frame.binding[1] < 0:
            frame.binding = (view.texts[index - 1], index - 1) if view.is_name(index - 1) else None
        return index + 1

    # -- frames -------------------------------------------------------------------------------------------------------

    def _enter(self, kind: str, index: int, definition: Definition | None = None) -> int:
        close = self.view.pairs.get(index, self.view.size)
        self._frames.append(_Frame(kind, close, definition, member=kind in ("class", "object")))
        return index + 1

    def _leave(self, index: int) -> None:
        self._end_arrows(index)
        frame = self._frames.pop()
        if frame.definition is not None:
            frame.definition.end = index
        if self._frames[-1].kind == "class":
            self._frames[-1].member = True

    def _end_arrows(self, index: int, indent: int | None = None) -> None:
        arrows = self._frames[-1].open_arrows
        while arrows and (indent is None or self.view.width(arrows[-1].index) >= indent):
            arrows.pop().end = index - 1

    def _line(self, index: int, token: str) -> None:
        """Note that a line begins: arrow functions without braces may end, a member of a class may begin."""
        view, frame = self.view, self._frames[-1]
        if token in _GOES_ON:
            return
        if frame.open_arrows and index not in self._arrows and view.at(index - 1) not in ("=>", "="):
            self._end_arrows(index, view.width(index))
        ends = self._ends_value(index - 1) or view.at(index - 1) == "!"
        ends = ends or (self._typed and view.at(index - 1) == ">" and self._comparison != index - 1)
        if ends and frame.kind == "class":
            frame.member, frame.binding = True, None
        elif ends and frame.kind == "block":
            frame.declares, frame.binding = False, None
            frame.questions.clear()

    def _ends_value(self, index: int) -> bool:
        token = self.view.at(index)
        return token[-1:].isalnum() or (token != "" and token[-1] in "_$\"'`)]}")

    def _open(self, index: int) -> int:
        view = self.view
        token = view.texts[index]
        if token == "{":
            definition = self._blocks.pop(index, None)
            if definition is not None:
                return self._enter("block", index, definition)
            if index in self._classes:
                return self._enter("class", index)
            frame = self._frames[-1]
            previous = view.at(index - 1)
            is_label = previous == ":" and frame.kind == "block" and index - 1 not in self._choices
            return self._enter("object" if previous in _OBJECT_AFTER and not is_label else "block", index)
        if token == "(":
            if index in self._parameters:
                return self._enter("parameters", index)
            body = self._arrow_after(index)
            if body:
                self._arrow(index, (index, view.pairs[index]), body)
                return self._enter("parameters", index)
        return self._enter("group", index)

    def _arrow_after(self, index: int) -> int:
        """Return where the body of an arrow function starts whose parameters open at ``index``, 0 if there is none."""
        view = self.view
        after = view.after(index)
        if view.at(after) == "=>":
            return after + 1
        if not self._typed or view.at(after) != ":" or self._frames[-1].questions or self._frames[-1].label:
            return 0
        if view.is_name(index - 1) and view.at(index - 1) not in ("async", "return", "default"):
            return 0
        after = type_end(view, after + 1, before_arrow=True)
        return after + 1 if view.at(after) == "=>" else 0

    def _arrow(self, index: int, group: tuple[int, int], body: int) -> None:
        view = self.view
        start = index
        if view.at(start - 1) == ">":
            # the type parameters
            depth = 0
            while start > 0:
                start -= 1
                depth += (view.texts[start] == ">") - (view.texts[start] == "<")
                if not depth:
                    break
        start -= view.at(start - 1) == "async"
        name, start = self._bound(start)
        definition = Definition(name, start, group, body)
        self.located.functions.append(definition)
        self._jumps[group[1] + 1] = body
        if view.at(body) == "{":
            self._blocks[body] = definition
        else:
            self._arrows[body] = definition

    def _bound(self, start: int) -> tuple[str, int]:
        """Return the name and the index of what a function is given to."""
        binding = self._frames[-1].binding
        if binding is not None and binding[1] >= 0 and self.view.at(start - 1) in ("=", ":"):
            return binding
        return ANONYMOUS, start

    def _define(self, name: str, index: int, group_opens: int) -> int:
        """Note a function whose parameters open at an index; return where to read on."""
        view = self.view
        group = (group_opens, view.pairs.get(group_opens, group_opens))
        body = group[1] + 1
        if view.at(body) == ":" and self._typed:
            body = type_end(view, body + 1)
            # Flow's predicates
            body += 2 * (view.at(body) == "%" and view.at(body + 1) == "checks")
        elif view.at(body) == ":":
            self.located.lost = self.located.lost or f"the function in line {view.lines[index]} has a type"
        if view.at(body) != "{":
            return body
        definition = Definition(name, index, group, body)
        self.located.functions.append(definition)
        self._parameters.add(group_opens)
        self._jumps[group[1] + 1] = body
        self._blocks[body] = definition
        return group_opens

    # -- words --------------------------------------------------------------------------------------------------------

    def _member(self, index: int) -> int:
        """Read the head of a member of a class or object; return where to read on, 0 if there is none."""
        view, frame = self.view, self._frames[-1]
        while view.at(index) == "@":
            index = view.after_annotation(index)
        prefix = ""
        while view.at(index) in _MODIFIERS and view.at(index + 1) not in _NAME_ENDS:
            prefix = f"{view.texts[index]} " if view.texts[index] in ("get", "set") else prefix
            index += 1
            if view.at(index) == "{":
                return index
        name, here = view.at(index), index + 1
        if name == "[":
            here = view.after(index)
            name = "".join(view.texts[index:here])
        elif not (view.is_name(index) or name[:1] in "\"'" or name[:1].isdigit()) or not name:
            return 0
        here += view.at(here) in ("?", "!") and self._typed
        if view.at(here) == "<" and self._typed:
            here = view.angles(here)
        if view.at(here) == "(":
            between = view.at(index - 1) == "," or view.at(view.after(view.after(here))) == ","
            if frame.kind == "object" and name in ("if", "for", "while", "switch") and not between:
                self.located.lost = f"what begins in line {view.lines[index]} is no object"
            return self._define(prefix + name, index, here)
        frame.binding = (name, index)
        if view.at(here) == ":" and frame.kind == "class":
            return type_end(view, here + 1)
        if view.at(here) == ":":
            return here + 1
        return here

    def _word(self, index: int, token: str) -> int:
        view, frame = self.view, self._frames[-1]
        following = view.at(index + 1)
        if following == "=>":
            self._arrow(index, (index, index), index + 2)
            return index + 2
        if token == "function" and following not in (":", ",", "=", ".", ")"):
            return self._function(index)
        if token == "class" and following not in (":", ",", "=", ".", ")", "?"):
            here = self._heading(index)
            self._classes.add(here)
            return index + 1 if not self._typed else here
        if token in ("const", "let", "var"):
            frame.declares = True
        elif (token == "case" or (token == "default" and following == ":")) and frame.kind == "block":
            frame.label = True
        elif self._typed:
            if token == "interface" and view.is_name(index + 1):
                return view.after(self._heading(index))
            if token == "type" and view.is_name(index + 1) and view.at(index + 2) in ("=", "<"):
                here = view.angles(index + 2) if view.at(index + 2) == "<" else index + 2
                return type_end(view, here + 1) if view.at(here) == "=" else index + 1
            if (
                token in ("as", "satisfies")
                and self._ends_value(index - 1)
                and following not in (",", ")", "=", ".", ":", "}")
            ):
                return type_end(self.view, index + 1)
        return index + 1

    def _function(self, index: int) -> int:
        view = self.view
        here = index + 1 + (view.at(index + 1) == "*")
        name, start = view.at(here), here
        if name in ("(", "<"):
            name, start = self._bound(index - (view.at(index - 1) == "async"))
        else:
            here += 1
        if view.at(here) == "<":
            here = view.angles(here)
        start = here if name == ANONYMOUS else start
        if not self._typed and (view.at(here) != "(" or view.at(view.after(here)) != "{"):
            self.located.lost = self.located.lost or f"the function in line {view.lines[index]} has no body"
        return self._define(name, start, here) if view.at(here) == "(" else index + 1

    def _heading(self, index: int) -> int:
        """Return the index of the brace that a class or an interface opens."""
        view = self.view
        here = index + 1
        while here < view.size and view.texts[here] not in ("{", ";", view.texts[index]):
            here = max(view.angles(here), here + 1) if view.texts[here] == "<" else view.after(here)
        return here

    def _colon(self, index: int) -> int:
        frame = self._frames[-1]
        if frame.questions:
            assert self.located.decisions is not None  # noqa: S101
            self.located.decisions.add(frame.questions.pop())
            self._choices.add(index)
            frame.binding = None
        elif frame.label:
            frame.label = False
        elif self._typed and (frame.kind in ("parameters", "class") or (frame.kind == "block" and frame.declares)):
            if self.view.is_name(index - 1):
                frame.binding = (self.view.texts[index - 1], index - 1)
            return type_end(self.view, index + 1)
        return index + 1

    def _greater(self, index: int) -> int:
        self._comparison = index
        return index + 1

    def _angle(self, index: int) -> int:
        """Step over the type arguments of a call."""
        view = self.view
        if self._typed:
            after = view.angles(index)
            if view.at(after) in ("(", "`") and after > index:
                return after
        return index + 1
