"""Patterns that are compiled when they are first used: half of those that a hook imports it never asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

_METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "pattern", "flags", "groups")


class _LatePattern:
    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # asked once: from then on they are attributes of its own
        compiled = re.compile(*self._given)
        vars(self).update((method, getattr(compiled, method)) for method in _METHODS)
        return getattr(compiled, name)


if TYPE_CHECKING:
    late_pattern = re.compile
else:
    late_pattern = _LatePattern
