"""SourceMetrics: what can be measured on one version of one source file."""

from __future__ import annotations

from typing import NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import Value


class FunctionMetrics(NamedTuple):
    """One function or method; lines are one-based and inclusive, ``npath`` is log10 of Nejmeh's count."""

    name: str
    start_line: int
    end_line: int
    code_lines: int
    cyclomatic: int
    cognitive: Value
    npath: Value
    nesting: Value
    parameters: int
    tokens: int
    is_public: bool = True
    signature: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether it has no name in its file, so that what is called so elsewhere is another."""
        last = self.name.rpartition("::")[2].rpartition(".")[2]
        # a literal of Go is numbered, any other is called alike
        return last == "(anonymous)" or last.removeprefix("anonymous__").isdigit()


class ClassMetrics(NamedTuple):
    """One class; ``bases`` are names as written, ``lcom4`` the number of connected components of its methods."""

    name: str
    start_line: int
    end_line: int
    bases: tuple[str, ...]
    depth: Value
    lcom4: Value
    method_count: int


@dataclass(frozen=True, slots=True)
class SourceMetrics:
    """One version of one file; ``maintainability`` in 0..100 (radon's scale), ``halstead_volume`` in bits."""

    language: str
    lines: int
    code_lines: int
    comment_lines: int
    blank_lines: int
    functions: tuple[FunctionMetrics, ...]
    classes: tuple[ClassMetrics, ...] | None
    """``None`` where classes of this language are not read."""
    maintainability: Value
    halstead_volume: Value
