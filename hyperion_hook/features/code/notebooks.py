"""Jupyter notebooks: the code of their cells, on the lines of the file where it stands. Outputs are no code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from hyperion_hook.domain.files.languages import LANGUAGES
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.vector import Missing

NAME = "Jupyter Notebook"
_UNREADABLE = Missing("it is no notebook that can be read")
_TOKEN = late_pattern(r'\n|"(?:[^"\\]++|\\.)*+"?+|[{}\[\],:]|[^\s"{}\[\],:]++')
_SOURCES = {(None, "cells", None, "source"), (None, "worksheets", None, "cells", None, "input")}
"""Where the text of a cell stands, as of version 4 of the format and before; without the positions in lists."""
_KINDS = {(*address[:-1], "cell_type") for address in _SOURCES}
_OF_PYTHON = late_pattern(
    r"%%(?:time|timeit|capture|prun|mprun|memit|debug|px|python3?|heat|snakeviz|cudf\.pandas|skip)(?![\w.])"
)
"""What IPython does with a cell of Python; after other words the cell is written in another language."""
_COMMAND = late_pattern(r"^(\s*+)(?:[%!?].*+|[\w.]++\?{1,2}+\s*+$|(?:pip|conda)\s++(?:un)?+install\s.*+)")
_RESULT = late_pattern(r"^(\s*+[\w.][\w., \[\]]*+=\s*+)(?:!|%(?=[A-Za-z])).*+")
"""What IPython makes of a line: a command, help on a name, or the result of a command given to a name."""
_LANGUAGES = {(None, "metadata", "language_info", "name"), (None, "metadata", "kernelspec", "language")}


@dataclass
class Notebook:
    """``language`` as ``domain.files.languages`` names it; ``cells`` of code, each its pieces of text by line."""

    language: str = "Python"
    cells: list[dict[int, list[str]]] = field(default_factory=list)

    @cached_property
    def lines(self) -> Mapping[int, list[str]]:
        """The lines of code by the line of the file they stand on: one or, where a cell is one string, several."""
        results: dict[int, list[str]] = {}
        for cell in self.cells:
            for number, texts in cell.items():
                results.setdefault(number, []).extend(texts)
        return results

    def as_source(self) -> str | Missing:
        """Return the code as a file with the same lines; commands of IPython are statements that do nothing."""
        rows: dict[int, str] = {}
        for cell in self.cells:
            first = next((text for texts in cell.values() for text in texts if text.strip()), "")
            indent = first[: len(first) - len(first.lstrip())]
            if first.startswith("%%") and not _OF_PYTHON.match(first):
                continue
            for number, texts in cell.items():
                if len(texts) > 1 or number in rows:
                    return Missing("its cells are not stored line by line")
                rows[number] = _COMMAND.sub(r"\1pass", _RESULT.sub(r"\1None", texts[0].removeprefix(indent)))
        return "\n".join(rows.get(number, "") for number in range(1, max(rows, default=0) + 1)) + "\n"


@lru_cache(maxsize=4)
def read_notebook(text: str) -> Notebook | Missing:
    r"""Return the code of a notebook, ``Missing`` where it is none that can be read.

    Examples
    --------
    >>> read_notebook('{"cells": [{"cell_type": "code",\n"source": ["a = 1\\n",\n"b"]}]}').lines
    {2: ['a = 1'], 3: ['b']}
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _UNREADABLE
    if not isinstance(document, dict):
        return _UNREADABLE
    notebook = Notebook()
    pieces: dict[int, list[str]] = {}
    is_code = False
    names: list[str] = []
    for address, number, token in _strings(text):
        if token is None:  # an object ends
            if (*address, "source") in _SOURCES or (*address, "input") in _SOURCES:
                if is_code and pieces:
                    notebook.cells.append(pieces)
                pieces, is_code = {}, False
        elif address in _KINDS:
            is_code = token == '"code"'
        elif address in _LANGUAGES:
            language = json.loads(token).lower().rstrip("0123456789. ")
            names.append(next((name for name in LANGUAGES if name.lower() == language), f"?{language}"))
        elif address in _SOURCES or (address[-1:] == (None,) and address[:-1] in _SOURCES):
            pieces.setdefault(number, []).extend(json.loads(token).removesuffix("\n").split("\n"))
    known = [name for name in names if name[0] != "?"]
    if names and not known:
        return Missing(f"no reader for notebooks of {names[0][1:] or 'no language'}")
    notebook.language = known[-1] if known else notebook.language
    return notebook


def _strings(text: str) -> Iterator[tuple[tuple[Any, ...], int, str | None]]:
    """Yield the strings that are values by address and line, and ``None`` with the address of an object that ends.

    An address is made of the keys above; ``None`` stands for the whole and for an item of a list.
    """
    address: list[Any] = [None]
    is_list: list[bool] = []
    number, key, follows_key = 1, "", False
    for result in _TOKEN.finditer(text):
        token = result[0]
        if token == "\n":
            number += 1
        elif token in "{[":
            is_list.append(token == "[")
            address.append(None)
            follows_key = False
        elif token in "}]":
            address.pop()
            if not is_list.pop():
                yield tuple(address), number, None
        elif token == ":":
            address[-1], follows_key = key, True
        elif token == ",":
            follows_key = False
        elif token[0] == '"':
            if is_list and not is_list[-1] and not follows_key:
                key = json.loads(token)
            else:
                yield tuple(address), number, token
