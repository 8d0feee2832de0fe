"""The one way Python is parsed: within bounds of memory, without its warnings."""

from __future__ import annotations

import ast
import re
import warnings

from hyperion_hook.features.code.limits import TooSlowError

MAX_TOKENS = 250_000
"""A tree takes up to 900 bytes a token, and the text of a megabyte that people wrote has 230,000."""
_TOKEN = re.compile(r"\w+|[^\w\s]|\n")


def python_tree(text: str) -> ast.Module:
    """Return the syntax tree of a module.

    Raises ``SyntaxError``, ``ValueError``, ``RecursionError`` or ``MemoryError`` if this interpreter cannot parse
    the text; ``TooSlowError`` if the tree would take too much memory.
    """
    # words and signs are at most so many as there are characters
    if len(text) > MAX_TOKENS and sum(1 for _ in _TOKEN.finditer(text)) > MAX_TOKENS:
        raise TooSlowError(f"more than {MAX_TOKENS:,} tokens of Python")
    with warnings.catch_warnings():
        # invalid escapes in other people's strings are not our business
        warnings.simplefilter("ignore")
        return ast.parse(text)
