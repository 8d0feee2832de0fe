"""Values to JSON text that is safe in the log of a build server."""

from __future__ import annotations

import json
import math
import re

_ACTS = re.compile(r"#(?=#)|(?<![\w>]):(?=:\w)|\x7f")
"""What Azure Pipelines and TeamCity obey anywhere in a line, what GitHub obeys, and the one control that JSON shows."""


def json_text(value: object, *, indent: int | None = None) -> str:
    r"""Return JSON in ASCII with a final line feed, in which no text from a repository is a command to a build server.

    The first character of such a command is written as its code, which every reader takes for the same text.
    JSON has no infinity, so a number that is not finite, which only foreign models hold, is null.

    Examples
    --------
    >>> json_text({"path": "##vso[a]b.py"})
    '{"path": "\\u0023#vso[a]b.py"}\n'
    >>> json_text(["::error::a", "std::vector"])
    '["\\u003a:error::a", "std::vector"]\n'
    """
    try:
        text = json.dumps(value, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), indent=indent)
    # these characters stand in texts alone, never in JSON's own syntax
    return _ACTS.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
