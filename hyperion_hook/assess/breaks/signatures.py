"""Functions that ask for other arguments than before, and calls left behind that do not pass them.

Only functions whose name is defined once in the tree are looked at, and only calls that fitted before and fit no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from hyperion_hook.assess.breaks.definitions import FUNCTION, arguments_after, defines, definitions, functions_on
from hyperion_hook.assess.breaks.names import LEAST_LETTERS, MOST_FILES, MOST_NAMES, by_name, go_receivers, receivers_of
from hyperion_hook.assess.breaks.patterns import pattern_of
from hyperion_hook.assess.breaks.tree import TreeAfter, code_of, family_of, line_of, listed, plain
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.files.text import lines_as_read
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.search import Hit

LANGUAGES = frozenset(("Python", "Java", "Go", "C", "TypeScript"))
"""Where a call with too few or too many arguments is an error."""
_GENERIC = late_pattern(r"(?<=[\w.])<[\w\s,.?\[\]&|:'\"]*+>")
_GENERIC_IN_CALL = late_pattern(_GENERIC.pattern + r"(?=\s*+(?:[(),{>.:\[|&?]|$))")
"""What comes next tells ``new Map<K, V>()`` from ``i<n, j>m``."""
_WITH_GENERICS = ("jvm", "script")
_HARMLESS = late_pattern(
    r"@(?:[\w.]*\.)?(?:staticmethod|classmethod|abstractmethod|\w*contextmanager|cache|lru_cache|override)\b"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """How many arguments a call may pass, and by which names; ``most`` is ``None`` without a limit."""

    least: int
    most: int | None
    names: frozenset[str] = frozenset()
    takes_any_name: bool = False
    has_receiver: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A function before and after, and where it is defined now."""

    file: FileChange
    name: str
    before: Signature
    after: Signature
    line: int

    @property
    def is_own(self) -> bool:
        """Whether only calls in its own file are known to mean it."""
        return self.before.has_receiver


def changed_signatures(tree: TreeAfter) -> Iterator[Break]:
    """Yield a break for each function with calls that fitted its signature before and do not after."""
    targets = [target for file in tree.change.files for target in _targets(tree, file)]
    if len({target.name for target in targets}) > MOST_NAMES:
        return
    # to search the tree costs most, so it is done for what is called wrongly where it can be seen, and once
    targets = [target for target in targets if _is_misused_nearby(tree, target)]
    names = list(dict.fromkeys(target.name for target in targets))
    hits = by_name(tree.hits(names) or (), names)
    for target in targets:
        mine, count = _of_family(target, hits)
        calls = _calls_that_misfit(tree, target, mine) if count == 1 else []
        if calls:
            yield _break(target, calls)


def _of_family(target: Target, hits: Mapping[str, Sequence[Hit]]) -> tuple[list[Hit], int]:
    """Return the hits in the function's family of languages, and how many of them define it."""
    family = family_of(target.file.path) or ""
    mine = [hit for hit in hits.get(target.name, ()) if family_of(hit.path) == family]
    return mine, sum(defines(family, hit.text, target.name) for hit in mine)


def _is_misused_nearby(tree: TreeAfter, target: Target) -> bool:
    """Return whether a file that can see a function calls it wrongly, and no other that is touched defines it."""
    paths = () if target.is_own else tree.neighbours(target.file)
    if paths is None:
        return True
    hits, count = _of_family(target, by_name(tree.hits([target.name], paths) or (), [target.name]))
    return count <= 1 and bool(_calls_that_misfit(tree, target, hits))


def _calls_that_misfit(tree: TreeAfter, target: Target, hits: Sequence[Hit]) -> list[tuple[str, int, str]]:
    path = target.file.path
    paths = list(dict.fromkeys(hit.path for hit in hits))
    if target.is_own:
        paths = [path] if path in paths else []
    else:
        importers = tree.graph.importers.get(target.file.previous_path, ())
        paths = [other for other in paths if tree.is_linked(other, path, importers)]
    return [call for path in paths[:MOST_FILES] for call in _misfits(tree, target, path)]


def _break(target: Target, calls: list[tuple[str, int, str]]) -> Break:
    least, most = target.after.least, target.after.most
    asked = f"at least {counted(least, 'argument')}" if most is None else counted(most, "argument")
    fewest = "" if most in (None, least) else f"{least} to "
    count = f"{len(calls):,} calls still pass" if len(calls) > 1 else "1 call still passes"
    path, line, problem = calls[0]
    sentence = f"{target.name} now takes {fewest}{asked}, but {count} {problem}"
    users = listed([f"{path}:{line}" for path, line, _ in calls])
    evidence = f"defined in {target.file.path}:{target.line}; called in {users}"
    return Break(BreakKind.SIGNATURE, sentence, evidence, path, line, True)


def _targets(tree: TreeAfter, file: FileChange) -> Iterator[Target]:
    family = family_of(file.path)
    if not file.old_blob or not file.new_blob or not file.hunks or family is None:
        return
    if language_of(file.path) not in LANGUAGES or role_of(file.path) in (FileRole.FOREIGN, FileRole.DOCUMENT):
        return
    before, after = tree.sources.before(file), tree.sources.after(file)
    if isinstance(before, Missing) or isinstance(after, Missing):
        return
    deleted = [(hunk.old_start, hunk.deleted_count) for hunk in file.hunks if hunk.deleted_count]
    added = [(hunk.new_start, hunk.added_count) for hunk in file.hunks if hunk.added_count]
    names: set[str] = set()
    for source, other, runs in ((before, after, deleted), (after, before, added)):
        lines = [lines_as_read(start, start + count - 1, source.breaks) for start, count in runs]
        touched = functions_on(family, source.text, lines, partial(plain, family))
        names |= {name for name in touched if len(name) >= LEAST_LETTERS and name in other.text}
    names = {name for name in names if not name.startswith("__")}
    if not names:
        return
    codes = code_of(file.previous_path, before.text), tree.code(file.path)
    old, new = (_signatures(family, code, names) for code in codes)
    for name, (signature, end) in new.items():
        if name in old and old[name][0] != signature:
            yield Target(file, name, old[name][0], signature, line_of(codes[1], end))


def _signatures(family: str, code: str, names: Collection[str]) -> dict[str, tuple[Signature, int]]:
    """Return the signature of each of some names that code defines once, with the end of the name."""
    ends: dict[str, list[int]] = {}
    for definition in definitions(family, code, names):
        ends.setdefault(definition.name, []).append(definition.end if definition.kind == FUNCTION else -1)
    read: dict[str, tuple[Signature, int]] = {}
    for name, own in ends.items():
        if len(set(own)) > 1 or own[0] < 0 or _is_wrapped(family, code, own[0]):
            continue
        inside = arguments_after(code, own[0])
        if inside is not None:
            read[name] = _signature(family, inside[0]), own[0]
    return read


def _is_wrapped(family: str, code: str, end: int) -> bool:
    """Return whether a decorator may change how a function of Python is called."""
    if family != "python":
        return False
    above = code[: code.rfind("\n", 0, end) + 1].rstrip().rpartition("\n")[2].strip()
    return above.startswith("@") and _HARMLESS.match(above) is None


def _signature(family: str, text: str) -> Signature:
    parts = split_arguments(text, _GENERIC if family in _WITH_GENERICS else None)
    if family == "c" and parts == ["void"]:
        parts = []
    if family == "python":
        return _python_signature(parts)
    if any("..." in part for part in parts):
        return Signature(len(parts) - 1, None)
    optional = [
        part
        for part in parts
        if family in ("script", "c")
        and ("=" in part.replace("=>", "") or ("?" in part.partition(":")[0] and family == "script"))
    ]
    return Signature(len(parts) - len(optional), len(parts))


def _python_signature(parts: list[str]) -> Signature:
    least = most = 0
    has_receiver = bool(parts) and parts[0].partition(":")[0].strip() in ("self", "cls", "mcs")
    names: set[str] = set()
    any_count = any_name = keyword_only = False
    for part in parts[int(has_receiver) :]:
        name = re.match(r"\w++", part)
        if part == "/":
            continue
        if part.startswith("**"):
            any_name = True
        elif part.startswith("*"):
            keyword_only = True
            any_count = any_count or len(part) > 1
        elif name is not None:
            names.add(name[0])
            if not keyword_only:
                most += 1
            least += "=" not in part
    return Signature(least, None if any_count else most, frozenset(names), any_name, has_receiver)


def split_arguments(text: str, generic: re.Pattern[str] | None = None) -> list[str]:
    """Return the parts between commas outside brackets, without blanks and generic arguments.

    Examples
    --------
    >>> split_arguments("a, f(b, c), Map<K, V> d, {e: 1, f: 2},", _GENERIC)
    ['a', 'f(b, c)', 'Map d', '{e: 1, f: 2}']
    """
    previous = None
    while generic and previous != text:
        previous, text = text, generic.sub("", text)
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in map(str.strip, parts) if part]


def _misfits(tree: TreeAfter, target: Target, path: str) -> Iterator[tuple[str, int, str]]:
    family = family_of(path) or ""
    code = tree.code(path)
    for match in _calls(tree, family, target, path):
        inside = arguments_after(code, match.end())
        if inside is None:
            continue
        arguments = split_arguments(inside[0], _GENERIC_IN_CALL if family in _WITH_GENERICS else None)
        if family == "go" and len(arguments) == 1 and arguments[0].endswith(")"):
            continue  # all values of a call may be handed on
        if (
            _problem(family, target.before, arguments) is None
            and (problem := _problem(family, target.after, arguments)) is not None
            and not defines(family, code[code.rfind("\n", 0, match.start()) + 1 : match.end() + 1], target.name)
        ):
            yield path, line_of(code, match.start()), problem


def _calls(tree: TreeAfter, family: str, target: Target, path: str) -> Iterator[re.Match[str]]:
    """Yield where a name is called in such a way that no other function of the same name is meant."""
    is_own, name, code = path == target.file.path, target.name, tree.code(path)
    if family == "jvm":
        owner = target.file.path.rpartition("/")[2].partition(".")[0]
        yield from pattern_of("member call", receivers_of(owner, code), name).finditer(code)
        if is_own:
            yield from pattern_of("own call", name).finditer(code)
    elif target.is_own:
        if is_own:
            yield from pattern_of("own Python call", name).finditer(code)
    elif family == "go" and (
        receivers := go_receivers(tree, path, target.file.previous_path, tree.code(target.file.path))
    ):
        yield from pattern_of("member call", receivers, name).finditer(code)
    elif family != "go" or path.rpartition("/")[0] == target.file.path.rpartition("/")[0]:
        yield from pattern_of("call", name).finditer(code)


def _problem(family: str, signature: Signature, arguments: list[str]) -> str | None:
    """Return the arguments of a call that do not fit, in words; ``None`` where they do or nobody can tell."""
    if family != "c" and any(argument.startswith("*") or "..." in argument for argument in arguments):
        return None
    named = [
        match[1] for argument in arguments if family == "python" and (match := re.match(r"(\w++)\s*+=(?!=)", argument))
    ]
    unknown = next((name for name in named if name not in signature.names and not signature.takes_any_name), None)
    if unknown is not None:
        return f"{unknown}="
    if len(arguments) < signature.least:
        return str(len(arguments) or "none")
    positional = len(arguments) - len(named)
    if signature.most is not None and positional > signature.most:
        return str(positional)
    return None
