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
        place = 0
        while place < self.view.size:
            place = max(self._step(place), place + 1)
        while self._frames:
            self._end_arrows(self.view.size)
            self._frames.pop()
        return self.located

    def _step(self, place: int) -> int:
        view, frame = self.view, self._frames[-1]
        token = view.texts[place]
        if place == frame.close:
            self._leave(place)
            return self._jumps.get(place + 1, place + 1)
        if place > 0 and view.is_first(place):
            self._line(place, token)
        arrow = self._arrows.pop(place, None)
        if arrow is not None:
            frame.open_arrows.append(arrow)
            if len(frame.open_arrows) > _DEEPEST:
                raise RecursionError
        if token in (",", ";"):
            self._separate(place, token)
            return place + 1
        if frame.member and frame.kind in ("class", "object"):
            frame.member = False
            following = self._member(place)
            if following:
                return following
        sign = self._signs.get(token)
        if sign is not None:
            return sign(place)
        if view.is_name(place) and view.at(place - 1) not in (".", "?."):
            return self._word(place, token)
        return place + 1

    def _separate(self, place: int, token: str) -> None:
        frame = self._frames[-1]
        self._end_arrows(place)
        frame.questions.clear()
        frame.member, frame.label, frame.binding = True, False, None
        if token == ";":
            frame.declares = False

    def _question(self, place: int) -> int:
        frame = self._frames[-1]
        frame.binding = None
        if not (self._typed and self.view.at(place + 1) in _OPTIONAL_BEFORE):
            frame.questions.append(place)
        return place + 1

    def _assign(self, place: int) -> int:
        view, frame = self.view, self._frames[-1]
        if frame.binding is None or frame.binding[1] < 0:
            frame.binding = (view.texts[place - 1], place - 1) if view.is_name(place - 1) else None
        return place + 1

    # -- frames -------------------------------------------------------------------------------------------------------

    def _enter(self, kind: str, place: int, definition: Definition | None = None) -> int:
        close = self.view.pairs.get(place, self.view.size)
        self._frames.append(_Frame(kind, close, definition, member=kind in ("class", "object")))
        return place + 1

    def _leave(self, place: int) -> None:
        self._end_arrows(place)
        frame = self._frames.pop()
        if frame.definition is not None:
            frame.definition.end = place
        if self._frames[-1].kind == "class":
            self._frames[-1].member = True

    def _end_arrows(self, place: int, indent: int | None = None) -> None:
        arrows = self._frames[-1].open_arrows
        while arrows and (indent is None or self.view.width(arrows[-1].place) >= indent):
            arrows.pop().end = place - 1

    def _line(self, place: int, token: str) -> None:
        """Note that a line begins: arrow functions without braces may end, a member of a class may begin."""
        view, frame = self.view, self._frames[-1]
        if token in _GOES_ON:
            return
        if frame.open_arrows and place not in self._arrows and view.at(place - 1) not in ("=>", "="):
            self._end_arrows(place, view.width(place))
        ends = self._ends_value(place - 1) or view.at(place - 1) == "!"
        ends = ends or (self._typed and view.at(place - 1) == ">" and self._comparison != place - 1)
        if ends and frame.kind == "class":
            frame.member, frame.binding = True, None
        elif ends and frame.kind == "block":
            frame.declares, frame.binding = False, None
            frame.questions.clear()

    def _ends_value(self, place: int) -> bool:
        token = self.view.at(place)
        return token[-1:].isalnum() or (token != "" and token[-1] in "_$\"'`)]}")

    def _open(self, place: int) -> int:
        view = self.view
        token = view.texts[place]
        if token == "{":
            definition = self._blocks.pop(place, None)
            if definition is not None:
                return self._enter("block", place, definition)
            if place in self._classes:
                return self._enter("class", place)
            frame = self._frames[-1]
            previous = view.at(place - 1)
            is_label = previous == ":" and frame.kind == "block" and place - 1 not in self._choices
            return self._enter("object" if previous in _OBJECT_AFTER and not is_label else "block", place)
        if token == "(":
            if place in self._parameters:
                return self._enter("parameters", place)
            body = self._arrow_after(place)
            if body:
                self._arrow(place, (place, view.pairs[place]), body)
                return self._enter("parameters", place)
        return self._enter("group", place)

    def _arrow_after(self, place: int) -> int:
        """Return where the body of an arrow function starts whose parameters open at ``place``, 0 if there is none."""
        view = self.view
        after = view.after(place)
        if view.at(after) == "=>":
            return after + 1
        if not self._typed or view.at(after) != ":" or self._frames[-1].questions or self._frames[-1].label:
            return 0
        if view.is_name(place - 1) and view.at(place - 1) not in ("async", "return", "default"):
            return 0
        after = type_end(view, after + 1, before_arrow=True)
        return after + 1 if view.at(after) == "=>" else 0

    def _arrow(self, place: int, group: tuple[int, int], body: int) -> None:
        view = self.view
        start = place
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
        """Return the name and the place of what a function is given to."""
        binding = self._frames[-1].binding
        if binding is not None and binding[1] >= 0 and self.view.at(start - 1) in ("=", ":"):
            return binding
        return ANONYMOUS, start

    def _define(self, name: str, place: int, group_opens: int) -> int:
        """Note a function whose parameters open at a place; return where to read on."""
        view = self.view
        group = (group_opens, view.pairs.get(group_opens, group_opens))
        body = group[1] + 1
        if view.at(body) == ":" and self._typed:
            body = type_end(view, body + 1)
            # Flow's predicates
            body += 2 * (view.at(body) == "%" and view.at(body + 1) == "checks")
        elif view.at(body) == ":":
            self.located.lost = self.located.lost or f"the function in line {view.lines[place]} has a type"
        if view.at(body) != "{":
            return body
        definition = Definition(name, place, group, body)
        self.located.functions.append(definition)
        self._parameters.add(group_opens)
        self._jumps[group[1] + 1] = body
        self._blocks[body] = definition
        return group_opens

    # -- words --------------------------------------------------------------------------------------------------------

    def _member(self, place: int) -> int:
        """Read the head of a member of a class or object; return where to read on, 0 if there is none."""
        view, frame = self.view, self._frames[-1]
        while view.at(place) == "@":
            place = view.after_annotation(place)
        prefix = ""
        while view.at(place) in _MODIFIERS and view.at(place + 1) not in _NAME_ENDS:
            prefix = f"{view.texts[place]} " if view.texts[place] in ("get", "set") else prefix
            place += 1
            if view.at(place) == "{":
                return place
        name, here = view.at(place), place + 1
        if name == "[":
            here = view.after(place)
            name = "".join(view.texts[place:here])
        elif not (view.is_name(place) or name[:1] in "\"'" or name[:1].isdigit()) or not name:
            return 0
        here += view.at(here) in ("?", "!") and self._typed
        if view.at(here) == "<" and self._typed:
            here = view.angles(here)
        if view.at(here) == "(":
            between = view.at(place - 1) == "," or view.at(view.after(view.after(here))) == ","
            if frame.kind == "object" and name in ("if", "for", "while", "switch") and not between:
                self.located.lost = f"what begins in line {view.lines[place]} is no object"
            return self._define(prefix + name, place, here)
        frame.binding = (name, place)
        if view.at(here) == ":" and frame.kind == "class":
            return type_end(view, here + 1)
        if view.at(here) == ":":
            return here + 1
        return here

    def _word(self, place: int, token: str) -> int:
        view, frame = self.view, self._frames[-1]
        following = view.at(place + 1)
        if following == "=>":
            self._arrow(place, (place, place), place + 2)
            return place + 2
        if token == "function" and following not in (":", ",", "=", ".", ")"):
            return self._function(place)
        if token == "class" and following not in (":", ",", "=", ".", ")", "?"):
            here = self._heading(place)
            self._classes.add(here)
            return place + 1 if not self._typed else here
        if token in ("const", "let", "var"):
            frame.declares = True
        elif (token == "case" or (token == "default" and following == ":")) and frame.kind == "block":
            frame.label = True
        elif self._typed:
            if token == "interface" and view.is_name(place + 1):
                return view.after(self._heading(place))
            if token == "type" and view.is_name(place + 1) and view.at(place + 2) in ("=", "<"):
                here = view.angles(place + 2) if view.at(place + 2) == "<" else place + 2
                return type_end(view, here + 1) if view.at(here) == "=" else place + 1
            if (
                token in ("as", "satisfies")
                and self._ends_value(place - 1)
                and following not in (",", ")", "=", ".", ":", "}")
            ):
                return type_end(self.view, place + 1)
        return place + 1

    def _function(self, place: int) -> int:
        view = self.view
        here = place + 1 + (view.at(place + 1) == "*")
        name, start = view.at(here), here
        if name in ("(", "<"):
            name, start = self._bound(place - (view.at(place - 1) == "async"))
        else:
            here += 1
        if view.at(here) == "<":
            here = view.angles(here)
        start = here if name == ANONYMOUS else start
        if not self._typed and (view.at(here) != "(" or view.at(view.after(here)) != "{"):
            self.located.lost = self.located.lost or f"the function in line {view.lines[place]} has no body"
        return self._define(name, start, here) if view.at(here) == "(" else place + 1

    def _heading(self, place: int) -> int:
        """Return the place of the brace that a class or an interface opens."""
        view = self.view
        here = place + 1
        while here < view.size and view.texts[here] not in ("{", ";", view.texts[place]):
            here = max(view.angles(here), here + 1) if view.texts[here] == "<" else view.after(here)
        return here

    def _colon(self, place: int) -> int:
        frame = self._frames[-1]
        if frame.questions:
            assert self.located.decisions is not None  # noqa: S101
            self.located.decisions.add(frame.questions.pop())
            self._choices.add(place)
            frame.binding = None
        elif frame.label:
            frame.label = False
        elif self._typed and (frame.kind in ("parameters", "class") or (frame.kind == "block" and frame.declares)):
            if self.view.is_name(place - 1):
                frame.binding = (self.view.texts[place - 1], place - 1)
            return type_end(self.view, place + 1)
        return place + 1

    def _greater(self, place: int) -> int:
        self._comparison = place
        return place + 1

    def _angle(self, place: int) -> int:
        """Step over the type arguments of a call."""
        view = self.view
        if self._typed:
            after = view.angles(place)
            if view.at(after) in ("(", "`") and after > place:
                return after
        return place + 1
