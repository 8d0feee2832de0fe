"""Where functions are in languages in which a word begins each: ``fun``, ``def``, ``fn``, ``func``, ``function``."""

from __future__ import annotations

from abc import ABC, abstractmethod

from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.functions.locate import ANONYMOUS, Definition, Located, View, ternaries


class KeywordLocator(ABC):
    """Languages in which a word begins every function."""

    word = "fun"
    arrow = ""
    """What an expression stands after that is a body; '' where there are none."""
    goes_on: frozenset[str] = frozenset()
    leads_on: frozenset[str] = frozenset()
    """A head that began in the line before goes on with one of the first, or after one of the second."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.located = Located()

    def run(self) -> Located:
        """Return the functions of the file."""
        for index in (index for index, token in enumerate(self.view.texts) if token == self.word):
            self.head(index)
        self.others()
        return self.located

    @abstractmethod
    def head(self, index: int) -> None:
        """Read the head that begins at a word."""

    def others(self) -> None:  # noqa: B027 - most languages have none
        """Look for functions that begin otherwise."""

    def add(self, name: str, index: int, parameters: tuple[int, int], body: int) -> None:
        """Note a function whose body starts at a brace or is an expression."""
        view = self.view
        opened = view.texts[body] == "{" if body < view.size else False
        end = view.pairs.get(body, view.size - 1) if opened else view.expression_end(body, view.width(index))
        self.located.functions.append(Definition(name, index, parameters, body, end))

    def rest(self, name: str, index: int, here: int) -> None:
        """Note a function whose body begins after its parameters, its result and its constraints, if it has a body."""
        view = self.view
        group = (0, 0)
        if view.at(here) == "(":
            group = (here, view.pairs[here])
            here = group[1] + 1
        while here < view.size:
            token = view.texts[here]
            if token in ("{", self.arrow):
                return self.add(name, index, group, here + (token != "{"))
            if token in ("}", ";", ")", self.word):
                return None
            if view.is_first(here) and token not in self.goes_on and view.at(here - 1) not in self.leads_on:
                return None
            here = max(view.angles(here), here + 1) if token == "<" else view.after(here)
        return None

    def braced(self, name: str, index: int, here: int) -> str:
        """Note a function whose parameters a brace follows; return that, or what ends the head without one."""
        view = self.view
        group = (here, view.pairs.get(here, here))
        here = group[1] + 1
        while here < view.size and view.texts[here] not in ("{", ";", "}"):
            if view.texts[here] == self.word and view.is_name(here + 1):
                break  # the next function; without a name it is the type of a result
            here = max(view.angles(here), here + 1) if view.texts[here] == "<" else view.after(here)
        if view.at(here) == "{":
            self.add(name, index, group, here)
        return view.at(here)

    def lose(self, index: int) -> None:
        """Note that the head at an index was not understood."""
        self.located.lost = self.located.lost or f"the function in line {self.view.lines[index]} has no end"


class RustLocator(KeywordLocator):
    """``fn name<T>(a: T) -> T where ... {``."""

    word = "fn"

    def head(self, index: int) -> None:
        """Read a function; a type, a declaration and the template of a macro are none."""
        view = self.view
        name = index + 1
        if not view.is_name(name):
            return
        here = view.angles(name + 1) if view.at(name + 1) == "<" else name + 1
        if view.at(here) != "(":
            return
        if self.braced(view.texts[name].removeprefix("r#"), index, here) in ("", self.word):
            self.lose(index)


class KotlinLocator(KeywordLocator):
    """``fun <T> List<T>.name(a: Int): Int {`` or ``=``; secondary constructors and accessors."""

    word = "fun"
    arrow = "="
    goes_on = frozenset({":", "where", "->", ".", ",", "<"})
    leads_on = frozenset({":", ",", "->", "<", "where"})

    def head(self, index: int) -> None:
        """Read a function with its receiver, or one without a name."""
        view = self.view
        here = index + 1
        if view.at(here) == "interface":
            return None
        name = ANONYMOUS
        while here < view.size and not (view.texts[here] == "(" and view.at(view.after(here)) not in (".", "?.")):
            token = view.texts[here]
            if token in ("{", "}", ";", "=", ")", "fun"):
                return self.lose(index)
            if view.is_name(here):
                name = token.strip("`")
            here = max(view.angles(here), here + 1) if token == "<" else view.after(here)
        return self.rest(name, index, here)

    def others(self) -> None:
        """Read constructors and accessors."""
        view = self.view
        for index, token in enumerate(view.texts):
            if token in ("get", "set", "constructor") and view.at(index + 1) == "(" and view.at(index - 1) != ".":
                begins = self._is_secondary if token == "constructor" else self._is_accessor
                if begins(index):
                    self.rest(token, index, index + 1)

    def _is_accessor(self, index: int) -> bool:
        view = self.view
        closing = view.pairs.get(index + 1, index + 1)
        plain = closing - index <= (2 if view.texts[index] == "get" else 6)
        return plain and view.at(closing + 1) in ("{", "=", ":") and view.at(index - 1) not in ("=", "(", "return")

    def _is_secondary(self, index: int) -> bool:
        view = self.view
        before = index - 1
        while view.at(before) in ("public", "private", "protected", "internal"):
            before -= 1
        if view.at(before) in ("{", "}", ";"):
            return True
        closing = view.pairs.get(index + 1, index + 1)
        primary = view.is_name(before) and view.at(before - 1) in ("class", "@")
        return (
            view.is_first(before + 1)
            and not primary
            and (
                view.at(closing + 1) == "{"
                or (view.at(closing + 1) == ":" and view.at(closing + 2) in ("this", "super"))
            )
        )


class ScalaLocator(KeywordLocator):
    """``def name[T](a: Int)(b: Int): Int = body``; bodies by braces or by indentation."""

    word = "def"

    def head(self, index: int) -> None:
        """Read a method; one without ``=`` and without braces is abstract."""
        view = self.view
        name = index + 1
        if name >= view.size or view.texts[name] in ("(", "{", "}", ")", "="):
            return self.lose(index)
        here, group = name + 1, (0, 0)
        while view.at(here) in ("[", "(") and (here == name + 1 or not view.is_first(here) or view.at(here) == "("):
            if view.texts[here] == "(" and group == (0, 0):
                group = (here, view.pairs.get(here, here))
            here = view.after(here)
        bare = view.at(name).strip("`")
        if view.at(here) == "{":
            return self.add(bare, index, group, here)
        while here < view.size:
            token = view.texts[here]
            if token == "=":
                return self.add(bare, index, group, here + 1)
            if token in ("}", ";", ")", ",", "]", "def"):
                return None
            starts = view.is_first(here) and view.width(here) <= view.width(index)
            if starts and token not in (":", "=", "with", "=>", "{", "."):
                return None
            here = view.after(here)
        return None

    def add(self, name: str, index: int, parameters: tuple[int, int], body: int) -> None:
        """Note a function; what follows a closing brace on its line belongs to it."""
        view = self.view
        end = view.expression_end(body, view.width(index))
        self.located.functions.append(Definition(name, index, parameters, body, max(end, body - 1)))


class PhpLocator(KeywordLocator):
    """``function &name(?int $a): ?int {``, methods and closures; question marks of types decide nothing."""

    word = "function"

    def head(self, index: int) -> None:
        """Read a function, a method or a closure."""
        view = self.view
        if view.at(index - 1) in ("->", "::", "?->", "use") or view.at(index + 1) in ("=>", "::"):
            return
        here = index + 1 + (view.at(index + 1) == "&")
        name, start = ANONYMOUS, index
        if view.at(here) != "(":
            name, start, here = view.at(here), here, here + 1
        if view.at(here) != "(":
            return
        if self.braced(name, start, here) not in ("{", ";"):
            self.lose(index)

    def others(self) -> None:
        """Tell ternaries from types; read the hooks of properties."""
        view = self.view
        self.located.decisions = ternaries(view)
        for index, token in enumerate(view.texts):
            if token in ("get", "set") and view.at(index - 1) in ("{", "}", ";", "&", "final", "]"):
                here = view.after(index + 1) if view.at(index + 1) == "(" else index + 1
                group = (index + 1, here - 1) if here > index + 1 else (0, 0)
                if view.at(here) in ("{", "=>"):
                    self.add(token, index, group, here + (view.at(here) == "=>"))


class GoLocator(KeywordLocator):
    """``func (r T) name[T any](a T) T {`` and function literals."""

    word = "func"

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._literals = 0
        self._types: set[int] = set()
        """Places of the word in results that are functions."""

    def head(self, index: int) -> None:
        """Read a function, a method or a literal; a type has no body."""
        view = self.view
        if index in self._types:
            return None
        here, name = index + 1, ""
        if view.at(here) == "(":
            after = view.after(here)
            following = view.after(after + 1) if view.at(after + 1) == "[" else after + 1
            if view.is_name(after) and view.at(following) == "(" and not view.is_first(after):
                here = after
        if view.is_name(here):
            name, here = view.texts[here], here + 1
            here = view.after(here) if view.at(here) == "[" else here
        elif view.at(index - 1) in ("]", "chan", "*"):
            return None
        if view.at(here) != "(":
            return None
        group = (here, view.pairs[here])
        here = group[1] + 1
        while here < view.size and not view.is_first(here) and view.texts[here] not in (")", ",", "=", "}", "]", ";"):
            if view.texts[here] == "func":
                # what follows the parameters of a result is its result
                self._types.add(here)
            elif view.texts[here] == "{" and view.at(here - 1) not in ("struct", "interface"):
                return self.add(name or self._literal(index), index, group, here)
            here = view.after(here)
        return self.lose(index) if name and view.at(here) == "{" else None

    def _literal(self, index: int) -> str:
        view = self.view
        self._literals += 1
        if view.at(index - 1) == "=" and view.at(index - 3) == "var":
            return view.texts[index - 2]
        return f"anonymous__{self._literals - 1}"


_SWIFT_ACCESSORS = words(
    "get set willSet didSet init _read _modify unsafeAddress unsafeMutableAddress mutating nonmutating"
)
_SWIFT_SPECIAL = frozenset({"init", "deinit", "subscript", "get", "set", "willSet", "didSet"})
_SWIFT_GOES_ON = frozenset({"->", "where", "{", "throws", "async", "rethrows", ",", ".", "&"})


class SwiftLocator(KeywordLocator):
    """``func name<T>(a: T) throws -> T where ... {``, initialisers, subscripts and accessors."""

    word = "func"
    goes_on = _SWIFT_GOES_ON
    leads_on = frozenset({"->", ",", "&", ":", "=="})

    def head(self, index: int) -> None:
        """Read a function; the requirement of a protocol has no body."""
        view = self.view
        here = index + 2
        while here < view.size and view.texts[here] not in ("(", "<", "{", "}", "func"):
            here += 1
        name = "".join(view.texts[index + 1 : here]).strip("`")
        if not name:
            return self.lose(index)
        if view.at(here) == "<" and view.angles(here) > here:
            here = view.angles(here)
        elif view.at(here) == "<":
            while view.at(here) not in ("(", "", "func"):
                name += view.texts[here]
                here += 1
        return self.rest(name, index, here)

    def _computed(self, index: int) -> None:
        """Read a property that a body computes: ``var name: Type {``, without a word before the body."""
        view, here, is_typed = self.view, index + 1, False
        while here < view.size and view.texts[here] not in ("{", "=", ";", ",", ")", "}", "in", "var", "let", "func"):
            if here > index + 1 and view.is_first(here) and view.at(here - 1) not in self.leads_on:
                return
            is_typed = is_typed or view.texts[here] == ":"
            here = max(view.angles(here), here + 1) if view.texts[here] == "<" else view.after(here)
        first = view.at(here + 1)
        if is_typed and view.at(here) == "{" and first not in _SWIFT_ACCESSORS and first[:1] != "@":
            self.add(view.at(index + 1).strip("`"), index + 1, (0, 0), here)

    def others(self) -> None:
        """Read initialisers, subscripts and accessors, which have no ``func``."""
        view = self.view
        for index, token in enumerate(view.texts):
            if token == "var":
                self._computed(index)
            if token not in _SWIFT_SPECIAL or view.at(index - 1) in (".", "func", "case"):
                continue
            following = view.at(index + 1)
            if token in ("init", "subscript") and following in ("(", "<"):
                here = view.angles(index + 1) if following == "<" else index + 1
                self.rest(token, index, here)
            elif following == "{" and token != "init":
                self.add(token, index, (0, 0), index + 1)
            elif token == "get" and following in ("async", "throws"):
                self.rest(token, index, index + 1)
            elif token in ("set", "willSet", "didSet") and following == "(" and view.at(index + 4) == "{":
                self.add(token, index, (0, 0), index + 4)
