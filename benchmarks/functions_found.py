"""How many functions of real files are found, with tree-sitter's grammars as the second opinion.

Run as ``python -m benchmarks.functions_found CLONES [--language Go ...] [--skip 200] [--show]``; ``CLONES`` is a folder
of working trees. Each language gets up to 200 files that tree-sitter parses, spread evenly over the repositories, the
same ones in every run. A function is found where the name and the line of the name agree; it is invented where no
function of the second opinion, anonymous ones and accessors included, starts on its line.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.paths import language_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.limits import DEFAULT
from hyperion_hook.features.source.measure import _refused, measure_source

FILES = 200
_SCRIPT = (
    "function_declaration generator_function_declaration method_definition",
    "arrow_function function_expression generator_function",
)
GRAMMARS: dict[str, tuple[str, str, str, str]] = {
    "C": ("tree_sitter_c", "language", "function_definition", ""),
    "C++": ("tree_sitter_cpp", "language", "function_definition", "lambda_expression"),
    "Java": (
        "tree_sitter_java",
        "language",
        "method_declaration constructor_declaration compact_constructor_declaration",
        "lambda_expression",
    ),
    "JavaScript": ("tree_sitter_javascript", "language", *_SCRIPT),
    "TypeScript": ("tree_sitter_typescript", "language_typescript", *_SCRIPT),
    "TSX": ("tree_sitter_typescript", "language_tsx", *_SCRIPT),
    "C#": (
        "tree_sitter_c_sharp",
        "language",
        "method_declaration constructor_declaration destructor_declaration local_function_statement",
        (
            "operator_declaration conversion_operator_declaration accessor_declaration property_declaration "
            "indexer_declaration lambda_expression anonymous_method_expression"
        ),
    ),
    "Go": ("tree_sitter_go", "language", "function_declaration method_declaration", "func_literal"),
    "Rust": ("tree_sitter_rust", "language", "function_item", "closure_expression macro_invocation macro_definition"),
    "Ruby": ("tree_sitter_ruby", "language", "method singleton_method", ""),
    "PHP": (
        "tree_sitter_php",
        "language_php",
        "function_definition method_declaration",
        "anonymous_function anonymous_function_creation_expression arrow_function property_hook",
    ),
    "Kotlin": (
        "tree_sitter_kotlin",
        "language",
        "function_declaration secondary_constructor",
        "getter setter anonymous_function lambda_literal",
    ),
    "Scala": ("tree_sitter_scala", "language", "function_definition", ""),
    "Swift": (
        "tree_sitter_swift",
        "language",
        "function_declaration init_declaration deinit_declaration",
        "subscript_declaration computed_getter computed_setter computed_property willset_clause didset_clause",
    ),
}
"""Module and function of each grammar, its named definitions, and what else is a function there."""
_GIVEN = {
    "assignment_expression",
    "pair",
    "public_field_definition",
    "field_definition",
    "variable_declarator",
    "required_parameter",
    "optional_parameter",
    "assignment_pattern",
}
_NAMES = {
    "identifier",
    "field_identifier",
    "property_identifier",
    "private_property_identifier",
    "simple_identifier",
    "name",
    "destructor_name",
    "operator_name",
    "operator_cast",
    "type_identifier",
    "constant",
    "operator",
    "setter",
    "init",
    "deinit",
    "constructor",
    "string",
    "computed_property_name",
    "operator_identifier",
    "template_function",
    "number",
    "referenceable_operator",
    "custom_operator",
    "bang",
}


@dataclass
class Opinion:
    """What tree-sitter sees: named functions with a body, and the lines on which any function starts."""

    named: list[tuple[str, int]] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    has_error: bool = False


@dataclass
class Result:
    """Of one language."""

    files: int = 0
    functions: int = 0
    found: int = 0
    listed: int = 0
    invented: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    repositories: set[str] = field(default_factory=set)
    seconds: float = 0.0


def parser_of(language: str) -> Any:
    import tree_sitter

    module, function, *_ = GRAMMARS[language]
    return tree_sitter.Parser(tree_sitter.Language(getattr(import_module(module), function)()))


def opinion_of(parser: Any, language: str, text: str) -> Opinion:
    """Return what the grammar of a language sees in a text."""
    definitions, others = (set(item.split()) for item in GRAMMARS[language][2:])
    root = parser.parse(text.encode()).root_node
    opinion = Opinion(has_error=root.has_error)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        if node.type in others:
            parent = node.parent
            if parent is not None and parent.type in _GIVEN:
                opinion.lines.update(range(parent.start_point[0] + 1, node.start_point[0] + 1))
            opinion.lines.update(
                range(
                    node.start_point[0] + 1, node.end_point[0] + 2 if "macro" in node.type else node.start_point[0] + 2
                )
            )
            own = node.child_by_field_name("name")
            if own is not None:  # below its attributes
                opinion.lines.add(own.start_point[0] + 1)
            name = _bound_name(node) if node.type in _SCRIPT[1].split() else None
            if name is not None:
                opinion.named.append(name)
                opinion.lines.add(name[1])
        elif node.type in definitions and node.is_named:
            name = _name_of(node, language)
            opinion.lines.update(range(node.start_point[0] + 1, (name[1] if name else node.start_point[0] + 1) + 1))
            if name is not None and _has_body(node, language):
                opinion.named.append(name)
    return opinion


def _bound_name(node: Any) -> tuple[str, int] | None:
    """Return the name of the variable that a function of JavaScript is given to, or its own."""
    own = node.child_by_field_name("name")
    parent = node.parent
    if own is None and parent is not None and parent.type == "variable_declarator":
        own = parent.child_by_field_name("name")
    return (own.text.decode(), own.start_point[0] + 1) if own is not None and "pattern" not in own.type else None


def _has_body(node: Any, language: str) -> bool:
    if language in ("C", "C++"):
        body = node.child_by_field_name("body")
        return (body is not None and body.type == "compound_statement") or any(
            child.type in ("try_statement", "constructor_try_statement") for child in node.children
        )
    if node.child_by_field_name("body") is not None:
        return True
    return any(child.type in ("function_body", "block", "arrow_expression_clause") for child in node.children)


def _name_of(node: Any, language: str) -> tuple[str, int] | None:
    found = node.child_by_field_name("name")
    if found is None and language in ("C", "C++"):
        found = node
        while found is not None and found.type not in _NAMES:
            if found.type == "qualified_identifier":
                found = found.child_by_field_name("name")
            elif found.type == "parenthesized_declarator":
                found = next((child for child in found.named_children), None)
            else:
                below = found.child_by_field_name("declarator")
                if below is None and found.type in ("reference_declarator", "attributed_declarator"):
                    below = found.named_children[-1] if found.named_children else None
                found = below
        if found is not None and found.type == "template_function":
            found = found.child_by_field_name("name")
    if found is None:
        found = next((child for child in node.children if child.type in _NAMES), None)
    if found is None:
        return None
    return _plain(found.text.decode()), found.start_point[0] + 1


def _plain(name: str) -> str:
    name = "".join(name.split()).strip("`'\"")
    if name.startswith("operator") and "(" in name[9:]:
        name = name[: name.index("(", 9)]
    if name.startswith("operator") or "::operator" in name:
        return name[name.index("operator") :]
    return name


def ours(language: str, path: str, text: str) -> tuple[list[tuple[str, int]], str]:
    metrics = measure_source(path, text)
    if isinstance(metrics, Missing):
        return [], metrics.reason
    listed = []
    for item in metrics.functions:
        name = _plain(item.name)
        if name[:1] != "[" and not name.startswith("operator") and "::operator" not in name:
            name = name.replace("::", ".").rpartition(".")[2] if name not in ("..", "::") else name
        for accessor in ("get ", "set "):
            if language in ("JavaScript", "TypeScript", "TSX") and item.name.startswith(accessor):
                name = item.name[4:]
        listed.append((name.strip("`"), item.start_line))
    return listed, ""


def files_of(clones: Path, language: str) -> Iterator[tuple[str, Path]]:
    """Yield files of a language with their repository, one repository after the other."""
    by_repository: dict[str, list[Path]] = defaultdict(list)
    for repository in sorted(item for item in clones.iterdir() if item.is_dir()):
        for path in repository.rglob("*"):
            named = "TSX" if path.suffix in (".tsx", ".jsx") else language_of(path.name)
            if named == language and ".git" not in path.parts and path.is_file() and not path.is_symlink():
                by_repository[repository.name].append(path)
    for paths in by_repository.values():
        paths.sort(key=lambda item: hashlib.sha1(str(item.relative_to(clones)).encode()).hexdigest())  # noqa: S324
    for row in zip_longest(*by_repository.values()):
        yield from ((path.relative_to(clones).parts[0], path) for path in row if path is not None)


def compare(clones: Path, language: str, *, show: bool, clean: bool, skip: int) -> Result:
    result, parser = Result(), parser_of(language)
    for repository, path in files_of(clones, language):
        if result.files == FILES:
            break
        text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
        if not text.strip() or _refused(text, DEFAULT):
            continue
        opinion = opinion_of(parser, language, text)
        if not opinion.named or (clean and opinion.has_error):
            continue
        if skip:
            skip -= 1
            continue
        started = time.thread_time()
        listed, missing = ours(language, path.name, text)
        result.seconds += time.thread_time() - started
        result.files += 1
        result.repositories.add(repository)
        if missing:
            result.missing[missing] += 1
            if show:
                print(f"MISSING {path}: {missing}")
            continue
        expected, got = Counter(opinion.named), Counter(listed)
        lost = expected - got
        invented = [item for item in listed if item not in expected and item[1] not in opinion.lines]
        result.functions += len(opinion.named)
        result.found += len(opinion.named) - lost.total()
        result.listed += len(listed)
        result.invented += len(invented)
        if show:
            for name, line in sorted(lost, key=lambda item: item[1]):
                print(f"LOST {path}:{line} {name}")
            for name, line in invented:
                print(f"INVENTED {path}:{line} {name}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--language", nargs="*", default=list(GRAMMARS))
    parser.add_argument("--show", action="store_true", help="list what is lost, invented and missing")
    parser.add_argument("--all", action="store_true", help="also files that tree-sitter cannot parse without errors")
    parser.add_argument("--skip", type=int, default=0, help="leave out this many files of each language first")
    arguments = parser.parse_args()
    print("| language | files | repositories | functions | found | invented | files missing | ms a file |")
    print("|---|---|---|---|---|---|---|---|")
    for language in arguments.language:
        item = compare(arguments.clones, language, show=arguments.show, clean=not arguments.all, skip=arguments.skip)
        if not item.files:
            continue
        print(
            f"| {language} | {item.files} | {len(item.repositories)} | {item.functions:,} "
            f"| {item.found / max(item.functions, 1):.1%} | {item.invented / max(item.listed, 1):.1%} "
            f"| {item.missing.total() / item.files:.1%} | {item.seconds / item.files * 1000:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
