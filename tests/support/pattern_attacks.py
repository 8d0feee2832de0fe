"""Every regular expression of the package, and texts that make a pattern backtrack, drawn from its own syntax.

Run as a script, it prints one line for each pattern before it is tried, so that whoever waits for it in vain knows
which one hangs, and one line for each text whose reading takes more than linear time.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

_parser: Any = importlib.import_module("re._parser")
PACKAGE = "hyperion_hook"
ROOT = Path(__file__).parents[2] / PACKAGE
METHODS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")

FACTORIES: dict[tuple[str, str], Callable[[ModuleType], object]] = {
    ("commands.hooks.commit_message", "_cut_pattern"): lambda module: [module._cut_pattern("#")],
    ("domain.files.path_patterns", "_segment"): lambda module: [
        module._segment(text) for text in ("*a*b*c", "?*a?*b", "[!a]*[ab]*c", "*" * 50 + "a")
    ],
    ("features.code.lines", "_pattern"): lambda module: [module._pattern(name) for name in module._SYNTAX],
    ("features.change.code_lines", "_marks_of"): lambda module: [module._marks_of(name) for name in module.LANGUAGES],
    ("features.functions.lexis", "pattern_of"): lambda module: [module.pattern_of(name) for name in module.LEXES],
    ("features.functions.lexis", "chunk_of"): lambda module: [
        module.chunk_of(form) for lexis in module.LEXES.values() for form in lexis.holes
    ],
    ("assess.breaks.patterns", "pattern_of"): lambda module: [
        module.pattern_of(form, "ab", "b") for form in module.FORMS
    ],
    ("assess.breaks.definitions", "patterns_of"): lambda module: [
        module.patterns_of(name) for name in module._PATTERNS
    ],
    # what modules give it is taken where they do
    ("domain.late_patterns", "__getattr__"): lambda _: [],
}
"""Functions that make patterns from data, by module: how to have them make all."""


SCANNERS = {"features.functions.lexis", "domain.files.path_patterns"}
"""Modules whose patterns are held to one place, or to others after it by a scanner that counts vain tries."""
MATCHED = frozenset({"match"})


class Found(NamedTuple):
    """A pattern, where it stands, and whether it is only ever held to one position (``match``, ``fullmatch``)."""

    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def modules_with_patterns() -> Iterator[tuple[str, ast.Module]]:
    """Yield the name and the syntax of each module of the package that has patterns."""
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "import re\n" in text or "import late_pattern\n" in text:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(text)


def all_patterns() -> list[Found]:
    """Return every pattern: what modules compile when imported, what factories make, what calls have in them."""
    made: list[tuple[str, int, re.Pattern[Any]]] = []
    compile_ = re.compile

    def recording(pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        result = compile_(pattern, flags)
        frame = sys._getframe(1)
        name = frame.f_globals.get("__name__", "")
        if name.startswith(f"{PACKAGE}."):
            made.append((name.removeprefix(f"{PACKAGE}."), frame.f_lineno, result))
        return result

    trees = dict(modules_with_patterns())
    loaded: dict[str, ModuleType] = {}
    re.compile = recording
    late: Any = importlib.import_module(f"{PACKAGE}.domain.late_patterns")
    before, late.late_pattern = late.late_pattern, recording
    try:
        for name in trees:
            try:
                loaded[name] = importlib.import_module(f"{PACKAGE}.{name}")
            except ModuleNotFoundError as error:
                if (error.name or "").startswith(PACKAGE):
                    raise
        for (name, _), make in FACTORIES.items():
            make(loaded[name])
    finally:
        re.compile = compile_
        late.late_pattern = before
    found = [
        Found(f"{name}:{line}", pattern, MATCHED if name in SCANNERS else _methods(trees, name, line))
        for name, line, pattern in made
    ]
    for name, tree in trees.items():
        found += _written_inline(name, tree)
    return sorted(set(found), key=lambda item: (item.where, str(item.pattern.pattern)))


def calls_of_re(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls ``re.xxx(pattern, ...)``."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in METHODS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
        ):
            yield node


def _written_inline(name: str, tree: ast.Module) -> Iterator[Found]:
    for call in calls_of_re(tree):
        if call.func.attr != "compile" and isinstance(call.args[0], ast.Constant):  # type: ignore[attr-defined]
            flags = 0
            for node in itertools.chain(call.args[1:], (keyword.value for keyword in call.keywords)):
                for part in ast.walk(node):
                    if isinstance(part, ast.Attribute) and isinstance(getattr(re, part.attr, None), re.RegexFlag):
                        flags |= getattr(re, part.attr)
            method = call.func.attr  # type: ignore[attr-defined]
            yield Found(f"{name}:{call.lineno}", re.compile(call.args[0].value, flags), frozenset({method}))


def _methods(trees: dict[str, ast.Module], name: str, line: int) -> frozenset[str]:
    """Return the methods by which the package uses what a line of a module compiles; all where that is not plain."""
    for node in trees[name].body:
        if (
            isinstance(node, ast.Assign)
            and node.lineno <= line <= (node.end_lineno or line)
            and isinstance(node.value, ast.Call)
            and isinstance(node.targets[0], ast.Name)
        ):
            variable = node.targets[0].id
            readers = [trees[name]] if variable.startswith("_") else _naming(variable)
            return frozenset().union(*(_uses(tree, variable) for tree in readers)) or frozenset(METHODS)
    return frozenset(METHODS)


def _naming(variable: str) -> list[ast.Module]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py")))
    return [ast.parse(text) for text in texts if variable in text]


def _uses(tree: ast.Module, variable: str) -> set[str]:
    """Return the methods called on a variable, or on an attribute of that name of a module; all if it is handed on."""
    found: set[str] = set()
    inside = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        is_read = isinstance(node, ast.Name) and node.id == variable and isinstance(node.ctx, ast.Load)
        if is_read or (isinstance(node, ast.Attribute) and node.attr == variable):
            found.update([inside[id(node)]] if id(node) in inside else METHODS)
    return found


# -- texts ------------------------------------------------------------------------------------------------------------


class Attack(NamedTuple):
    """A text of any size: ``before``, then ``pump`` again and again, then ``after``."""

    before: str
    pump: str
    after: str

    def text(self, size: int) -> str:
        """Return the text of about ``size`` characters."""
        return self.before + self.pump * max(1, size // len(self.pump)) + self.after

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return sizes to compare; what repeats in long steps shows its growth in long texts only."""
        return tuple(size * max(1, min(len(self.pump) // 8, 12)) for size in SIZES)


_PLAIN = "a0A \t\n_.-/\\\"'"
_ENDS = ("", "\0", "\n\0", "a", " !")
_ONCE = 3
"""Alternatives and members of a set that are tried at one place."""


def attacks(pattern: re.Pattern[Any]) -> list[Attack]:
    """Return the texts: for every repetition, what leads to it and what it repeats, alone, in turn and with others."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    tree = _parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(source, bytes) else pattern.flags)
    letters = "".join(dict.fromkeys([*_literals(tree), *_PLAIN]))[:40]
    result: dict[Attack, None] = {}
    bodies: list[str] = []
    for before, body in _repetitions(tree, "", letters):
        bodies += body
        for pump in body:
            for after in _ENDS:
                result[Attack(before, pump, after)] = None
            # each beginning is a new attempt
            for gap in ("", "\n", " "):
                result[Attack("", gap + before + pump, "")] = None
                result[Attack("", gap + before, "")] = None
            result[Attack("\n", pump, before)] = None
            if pump.endswith(before[:1] or "\0"):
                # what is repeated hides a beginning
                result[Attack(before, pump + before[1:], "")] = None
            if before:
                result[Attack(before * 2_000, pump, "\0")] = None
    for one, other in itertools.islice(itertools.permutations(dict.fromkeys(bodies), 2), 60):
        result[Attack("", one + other, "\0")] = None
    for whole in _samples(tree, letters):
        if whole:
            pumps = (whole, whole[:-1] or whole, whole + "\n")
            result |= dict.fromkeys(Attack("", pump, "\0") for pump in pumps)
    result |= dict.fromkeys(Attack("", letter, after) for letter in letters for after in ("", "\0"))
    return [attack for attack in result if attack.pump]


def _literals(tree: Any) -> Iterator[str]:
    for operation, value in tree:
        if str(operation) in ("LITERAL", "NOT_LITERAL"):
            yield chr(value)
        elif str(operation) == "IN":
            yield from (chr(item[1]) for item in value if str(item[0]) == "LITERAL")
        else:
            for inner in _inner(value):
                yield from _literals(inner)


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, _parser.SubPattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _inner(part)


def _repetitions(tree: Any, before: str, letters: str) -> Iterator[tuple[str, list[str]]]:
    """Yield, for each repetition, a text that leads to it and texts that it can repeat."""
    for position, (operation, value) in enumerate(tree):
        kind = str(operation)
        if kind.endswith("_REPEAT"):
            if value[1] > 3:
                yield before, [sample for sample in _samples(value[2], letters, 6) if sample]
            yield from _repetitions(value[2], before, letters)
        else:
            for inner in _inner(value):
                yield from _repetitions(inner, before, letters)
        before += next(iter(_samples(tree[position : position + 1], letters)), "")


def _samples(tree: Any, letters: str, most: int = _ONCE) -> list[str]:
    """Return texts that a part of a pattern takes, as far as that can be seen without trying."""
    results = [""]
    for operation, value in tree:
        options = _options(str(operation), value, letters, most) or [""]
        longest = max(len(results), len(options))
        results = [results[i % len(results)] + options[i % len(options)] for i in range(longest)][:most]
    return list(dict.fromkeys(results))


def _options(kind: str, value: Any, letters: str, most: int) -> list[str]:
    if kind == "LITERAL":
        return [chr(value)]
    if kind in ("IN", "NOT_LITERAL", "ANY"):
        return [letter for letter in letters if _takes(kind, value, letter)][:most] or _range(value)
    if kind == "BRANCH":
        return [sample for branch in value[1] for sample in _samples(branch, letters, 2)][: most * 3]
    if kind == "SUBPATTERN":
        return _samples(value[3], letters, most)
    if kind == "ATOMIC_GROUP":
        return _samples(value, letters, most)
    if kind.endswith("_REPEAT"):
        times = min(max(value[0], 1), 100, value[1])
        return [sample * times for sample in _samples(value[2], letters, most)]
    return []


def _range(value: Any) -> list[str]:
    return [chr(item[1][0]) for item in value if str(item[0]) == "RANGE"] if isinstance(value, list) else []


def _takes(kind: str, value: Any, letter: str) -> bool:
    if kind == "ANY":
        return letter != "\n"
    if kind == "NOT_LITERAL":
        return bool(ord(letter) != value)
    state = _parser.State()
    state.str = ""
    pattern = _parser.SubPattern(state, [(_parser.IN, value)])
    return bool(importlib.import_module("re._compiler").compile(pattern, re.DOTALL).match(letter))


# -- measuring --------------------------------------------------------------------------------------------------------

SIZES = (500, 2_000, 8_000)
SHORTEST = 0.004
"""Processor seconds below which a measurement says nothing; 8,000 characters that take less are no danger."""
STEEPEST = 9.0
"""Growth at four times the size that passes as linear; quadratic growth is 16."""
LIMIT = 2


class OutOfTimeError(Exception):
    """A pattern ran for ``LIMIT`` processor seconds."""


def run(found: Found, text: str) -> float:
    """Return the processor seconds that a pattern needs for a text, in the ways in which the package uses it."""
    data: Any = text if isinstance(found.pattern.pattern, str) else text.encode("latin-1", "replace")
    start = time.thread_time()
    if found.methods <= {"match"}:
        found.pattern.match(data)
    elif found.methods <= {"fullmatch", "match"}:
        found.pattern.fullmatch(data)
    else:
        for _ in found.pattern.finditer(data):
            pass
    return time.thread_time() - start


def grows(found: Found, attack: Attack) -> str:
    """Return how the time for a text outgrows its size, empty where it does not."""
    last = 0.0
    for size in attack.sizes:
        seconds = run(found, attack.text(size))
        if seconds > SHORTEST and seconds > STEEPEST * max(last, SHORTEST / 20):
            seconds = min(seconds, *(run(found, attack.text(size)) for _ in range(2)))
            last = max(run(found, attack.text(size // 4)) for _ in range(3))
            if seconds > SHORTEST and seconds > STEEPEST * last:
                return f"{size} characters {seconds:.4f} s, a quarter {last:.4f} s"
        last = seconds
    return ""


def fault_of(found: Found) -> str:
    """Return the first text that a pattern takes too long for, and how long; empty where there is none."""
    can_stop = hasattr(signal, "setitimer")
    previous = signal.signal(signal.SIGVTALRM, _give_up) if can_stop else None
    try:
        for attack in attacks(found.pattern):
            if can_stop:
                signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
            try:
                fault = grows(found, attack)
            except OutOfTimeError:
                fault = f"more than {LIMIT} s"
            if fault:
                return f"{fault} {tuple(attack)}"
    finally:
        if can_stop:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, previous)
    return ""


def _give_up(*_: object) -> None:
    raise OutOfTimeError


def main(arguments: Sequence[str]) -> None:
    """Try every pattern whose place contains the argument, if one is given."""
    for found in all_patterns():
        if not arguments or arguments[0] in found.where:
            print("try", found.where, flush=True)
            if fault := fault_of(found):
                print("FAULT", found.where, fault, flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
