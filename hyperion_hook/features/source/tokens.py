"""Languages other than Python: lizard finds the functions, and its tokens serve everything else in the same pass.

lizard's own chain of generators is fused into one, which gives the same numbers in less time and can be stopped. Its
directives in comments (``#lizard forgive``, ``GENERATED CODE``) are not obeyed: a change must not be able to hide
itself.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from functools import cache
from itertools import groupby
from typing import Any

import lizard_languages  # type: ignore[import-untyped]

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.classes.cohesion import class_metrics
from hyperion_hook.features.classes.read import CLASS_SYNTAX, read_classes
from hyperion_hook.features.classes.visibility import Visibility
from hyperion_hook.features.code.brackets import match_brackets
from hyperion_hook.features.code.grammar import GRAMMARS, words
from hyperion_hook.features.code.limits import Clock, TooSlowError, too_hard_to_tokenise
from hyperion_hook.features.code.lines import count_lines
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.flow.cognitive import cognitive_complexity, own_complexity
from hyperion_hook.features.flow.flow import nesting_depth
from hyperion_hook.features.flow.npath import npath
from hyperion_hook.features.flow.statements import TokenFlows
from hyperion_hook.features.flow.word_blocks import WORD_LANGUAGES, WordFlows
from hyperion_hook.features.functions.lexis import LEXES
from hyperion_hook.features.functions.read import Placed, read_functions
from hyperion_hook.features.source.halstead_maintainability import halstead_volume, maintainability_index
from hyperion_hook.features.source.text_for_lizard import lost_head, readable

try:
    # half the time of importing all of lizard
    from lizard_core.file_info_builder import FileInfoBuilder  # type: ignore[import-untyped]
except ImportError:
    from lizard import FileInfoBuilder

NPATH_LANGUAGES = words("C C++ Objective-C Solidity Java C# JavaScript TypeScript Vue PHP Go Rust Kotlin Scala Swift")
_SCRIPT = frozenset({"JavaScript", "TypeScript", "Vue"})
_HEAD = 2_000
"""Characters within which a file of JavaScript says that it has Flow's types."""
_EXTENSIONS = {
    "C": "c",
    "C++": "cpp",
    "Kotlin": "kt",
    "Scala": "scala",
    "JavaScript": "js",
    "TypeScript": "ts",
    "Ruby": "rb",
    "Python": "py",
    "Perl": "pl",
    "Erlang": "erl",
    "Fortran": "f90",
}
_CONDITIONS = {
    "Perl": words("if elsif unless while until for foreach when && || and or xor ?"),
    "GDScript": words("if elif for while && || and or"),
}
"""Where lizard leaves out `and`, takes keys of hashes for branches, and counts a ternary four times."""
_CHECK_EVERY = 128
_DOUBLING = frozenset({"Fortran", "GDScript", "Python"})
"""Languages whose reader takes twice as long for every level of nesting: the clock is looked at for every token."""
_DEEPEST = 300
_MAX_TOKENS = 350_000
"""A token takes some 450 bytes, and a megabyte that people wrote has 250,000."""
_MAX_NAMES = 5_000_000
"""Characters in the names of all functions of a file."""


def measure_tokens(path: str, language: str, text: str, clock: Clock) -> SourceMetrics | Missing:
    """Measure a file in a language that ``domain.files.languages`` names.

    Cyclomatic complexity, code lines, tokens and parameters of functions are lizard's. Raises ``TooSlowError`` or
    ``RecursionError`` if the file is too much.
    """
    is_typed = path.endswith((".tsx", ".jsx")) or (language == "JavaScript" and "@flow" in text[:_HEAD])
    syntax = "TSX" if is_typed else "C++" if path.endswith(".h") else language
    if syntax in LEXES:
        conditions = _reader_class(_ending(path), language)(FileInfoBuilder(path)).conditions
        read = read_functions(path, syntax, text, conditions, clock)
    elif too_hard_to_tokenise(text, language):
        return Missing("it has comments or brackets that never end: no code that could be read")
    else:
        read = _read_by_lizard(path, language, readable(path, language, text), clock)
    if isinstance(read, Missing):
        return read
    view, placed = read
    counted = count_lines(text, language)
    # a function begins at its name, or at the word before it
    declared = {index for _, first, _, _ in placed for index in (first - 1, first)}
    reader = _FunctionReader(language, view, clock, declared)
    # inner functions end first and come first, so that outer ones can reuse what was read
    placed.sort(key=lambda item: (item[2] - item[1], item[1]))
    measured = sorted((reader.measure(*item) for item in placed), key=lambda item: (item.start_line, item.end_line))
    volume = halstead_volume(view.texts)
    complexity = sum(item.cyclomatic for item in measured)
    share = counted.comment / counted.code * 100 if counted.code else 0.0
    return SourceMetrics(
        language=language,
        lines=counted.lines,
        code_lines=counted.code,
        comment_lines=counted.comment,
        blank_lines=counted.blank,
        functions=tuple(measured),
        classes=class_metrics(read_classes(language, view)) if language in CLASS_SYNTAX else None,
        maintainability=maintainability_index(volume, complexity, counted.code, share),
        halstead_volume=volume,
    )


def _ending(path: str) -> str:
    return path.rpartition(".")[2].lower()


@cache
def _reader_class(extension: str, language: str) -> Any:
    # get_reader_for() would compile a pattern for each of its languages first
    for wanted in (extension, _EXTENSIONS.get(language, "")):
        for reader in lizard_languages.languages():
            if wanted in reader.ext:
                return reader
    return lizard_languages.CLikeReader


def _read_by_lizard(path: str, language: str, text: str, clock: Clock) -> tuple[TokenView, list[Placed]] | Missing:
    context = FileInfoBuilder(path)
    reader = _reader_class(_ending(path), language)(context)
    if language in _CONDITIONS:
        reader.conditions = _CONDITIONS[language]
        context.add_condition = _count_nothing
    raw = reader.generate_tokens(text)
    if hasattr(reader, "preprocess"):
        raw = reader.preprocess(raw)
    texts: list[str] = []
    lines: list[int] = []
    owners: list[Any] = []
    try:
        every = 1 if language in _DOUBLING else _CHECK_EVERY
        for _ in reader(_feed(raw, reader, context, (texts, lines, owners), clock, every), reader):
            pass
    except (IndexError, AttributeError, TypeError, KeyError, ValueError, StopIteration):
        # its state machines trip over code that does not parse
        return Missing(f"lizard's reader for {language} gave up on it")
    # unbalanced code makes it list its own pseudo function for what stands outside all functions
    functions = [item for item in context.fileinfo.function_list if item is not context.global_pseudo_function]
    lost = lost_head(language, text, functions)
    if lost is not None:
        return Missing(f"lizard's reader for {language} passed over the function in line {lost}")
    ranges: dict[int, tuple[int, int]] = {}
    """The first and the last token of each function, by identity."""
    end = 0
    for owner, run in groupby(owners):
        start, end = end, end + sum(1 for _ in run)
        ranges[id(owner)] = (ranges.get(id(owner), (start,))[0], end - 1)
    return TokenView(texts, lines, match_brackets(texts)), [
        (function, *ranges.get(id(function), (0, -1)), None) for function in functions
    ]


def _count_nothing() -> None:
    """Stand for what lizard's state machines count beside the words of their language."""


def _feed(
    raw: Iterator[str],
    reader: Any,
    context: Any,
    into: tuple[list[str], list[int], list[Any]],
    clock: Clock,
    every: int,
) -> Iterator[str]:
    """Yield the tokens that matter, counting lines, tokens and conditions exactly as lizard's own processors do.

    They are noted in ``into``, with the line of each and the function that lizard gives it to.
    """
    comment_of, conditions = reader.get_comment_from_token, reader.conditions
    add_nloc, fileinfo = context.add_nloc, context.fileinfo
    texts, lines, owners = into
    line = context.current_line = 1
    fresh = 1
    steps = names = 0
    owner: Any = None
    for token in raw:
        steps += 1
        if not steps % every:
            # in a language whose reader doubles its work with every level
            clock.check(every if every > 1 else 1 << min(context.current_nesting_level, 30))
            # names carry the names around them: without a bound they fill the memory before the time is up
            if context.current_nesting_level > _DEEPEST or len(context.stacked_functions) > _DEEPEST:
                raise RecursionError
            if len(texts) > _MAX_TOKENS:
                raise TooSlowError(f"more than {_MAX_TOKENS:,} tokens")
        if token == "\n":
            line += 1
            context.current_line = line
            fresh = 1
            continue
        if token.isspace():
            continue
        comment = comment_of(token)
        if comment is not None:
            further = comment.removesuffix("\n").count("\n")
            if further > 0:
                line += further
                context.current_line = line
                fresh = 1
            continue
        extra = token.count("\n")
        line += extra
        context.current_line = line
        add_nloc(extra + fresh)
        fresh = 0
        fileinfo.token_count += 1
        function = context.current_function
        function.token_count += 1
        if function is not owner:
            # names carry the names around them: those of nested functions get twice as long with every level
            owner = function
            names += len(function.name)
            if names > _MAX_NAMES:
                raise TooSlowError("its functions are nested so that their names fill the memory")
        if token in conditions:
            FileInfoBuilder.add_condition(context)
        texts.append(token)
        lines.append(line)
        owners.append(function)
        yield token


class _FunctionReader:
    """Measures one function after another of a file."""

    def __init__(self, language: str, view: TokenView, clock: Clock, declared: Container[int]) -> None:
        self._visibility = Visibility(language, view)
        self._is_script = language in _SCRIPT
        self._no_flow = Missing(f"the statements of {language} are not read")
        self._no_npath = None if language in NPATH_LANGUAGES else Missing(f"NPath is not defined here for {language}")
        self._flows: TokenFlows | WordFlows | None = None
        if language in GRAMMARS:
            self._flows = TokenFlows(view, GRAMMARS[language], clock, declared)
        elif language in WORD_LANGUAGES:
            self._flows = WordFlows(view, clock, lua=language == "Lua")

    def measure(self, function: Any, first: int, last: int, body: tuple[int, int] | None) -> FunctionMetrics:
        """Return the metrics of one function whose tokens run from ``first`` to ``last``."""
        cognitive, paths, nesting = self._flow_values(function, first, last, body)
        return FunctionMetrics(
            name=function.name,
            start_line=function.start_line,
            end_line=function.end_line,
            code_lines=function.nloc,
            cyclomatic=function.cyclomatic_complexity,
            cognitive=cognitive,
            npath=paths,
            nesting=nesting,
            parameters=function.parameter_count,
            tokens=function.token_count,
            is_public=self._visibility.is_public(function.name, first, last),
            signature=f"({', '.join(' '.join(part.split()) for part in function.full_parameters)})",
        )

    def _flow_values(
        self, function: Any, first: int, last: int, body: tuple[int, int] | None
    ) -> tuple[Value, Value, Value]:
        if self._flows is None:
            return self._no_flow, self._no_npath or self._no_flow, self._no_flow
        name = function.name.rpartition("::")[2].rpartition(".")[2]
        try:
            flow = self._flows.function(first, last, name, function.parameter_count, body)
            recursive = self._flows.recursive
            cognitive = float(cognitive_complexity(flow, recursive=recursive))
            if self._is_script and own_complexity(flow) == 0:
                # the white paper's exception: a function that only holds others is a module, not nesting
                cognitive = float(recursive)
            return cognitive, self._no_npath or math.log10(npath(flow)), float(nesting_depth(flow))
        except RecursionError:
            deep = Missing("the function is nested too deeply to be read")
            return deep, deep, deep
