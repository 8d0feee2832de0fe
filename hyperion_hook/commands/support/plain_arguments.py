"""Plain arguments of ``hook`` and ``score``, read without click: it would be a seventh of what a hook costs.

Plain are flags written in full, each at most once, and values in words of their own that do not begin with a dash.
Whatever else there is, click reads, and says what is wrong with it; both call the same functions with the same values.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from hyperion_hook.commands import Invocation

_SWITCHES = {
    "--strict": ("strict", True),
    "--no-strict": ("strict", False),
    "--explain": ("explain", True),
    "--no-explain": ("explain", False),
}
_VALUES: dict[str, tuple[str, Callable[[str], object]]] = {"--fail-on": ("fail_on", str), "--models": ("models", Path)}


_COMMANDS = {
    "hook": ("hooks.run", "run_hook", _SWITCHES, 1, sys.maxsize),
    "score": ("support.scoring", "score", _SWITCHES | {"--staged": ("staged", True), "--each": ("each", True)}, 0, 1),
}
"""A command's module and function, its switches, and how many words it takes at least and at most."""


def plain_command(arguments: Sequence[str]) -> Callable[[], int] | None:
    """Return the call that plain arguments ask for, ``None`` where click is to read them."""
    # on Windows click expands patterns
    if not arguments or arguments[0] not in _COMMANDS or sys.platform == "win32":
        return None
    module_name, function, switches, least, most = _COMMANDS[arguments[0]]
    given: dict[str, object] = {}
    words: list[str] = []
    rest = iter(arguments[1:])
    value: object
    for word in rest:
        if word in switches:
            name, value = switches[word]
        elif word in _VALUES:
            name, convert = _VALUES[word]
            text = next(rest, "-")
            if text.startswith("-"):
                return None
            value = convert(text)
        elif word.startswith("-") or not word:
            return None
        else:
            words.append(word)
            continue
        if name in given:
            return None
        given[name] = value
    if not least <= len(words) <= most:
        return None
    module = import_module(f"hyperion_hook.commands.{module_name}")
    if words and words[0] not in getattr(module, "STAGES", words):
        return None
    return partial(getattr(module, function), Invocation(), *words, **given)
