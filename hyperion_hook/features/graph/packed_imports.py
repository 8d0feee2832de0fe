"""What every file imports as written, kept packed until somebody asks for a file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

Specs = Sequence[str]
Packed = tuple[list[str], list[str], list[int], list[int]]
"""Paths, specifications, where each path's numbers start (one more than paths), and the numbers of specifications."""


class SpecTable:
    """Import specifications by path, those that declare a name (``=``) first.

    Taking a hundred thousand specifications apart costs more than reading a whole graph, and a hook asks for ten files;
    so what was stored stays in one list of numbers.
    """

    def __init__(self, load: Callable[[], Packed] | None = None) -> None:
        self._load = load
        self._known: dict[str, tuple[str, ...] | None] = {}
        self._rows: dict[str, int] = {}
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._numbers: list[int] = []

    def get(self, path: str) -> tuple[str, ...] | None:
        """Return a file's specifications, ``None`` for a file that is not known."""
        if path in self._known:
            return self._known[path]
        self._unpack()
        row = self._rows.get(path)
        if row is None:
            return None
        results = self._known[path] = tuple(
            [self._texts[number] for number in self._numbers[self._starts[row] : self._starts[row + 1]]]
        )
        return results

    def put(self, path: str, specs: Specs | None) -> None:
        """Set a file's specifications; ``None`` takes the file out."""
        self._unpack()
        if specs is None and path not in self._rows:
            self._known.pop(path, None)
        else:
            self._known[path] = None if specs is None else tuple(specs)

    def declared(self, path: str) -> Specs:
        """Return only what a file declares itself to be."""
        row = self._rows.get(path)
        if path in self._known or row is None:
            return [spec for spec in self.get(path) or () if spec[0] == "="]
        results = []
        for number in self._numbers[self._starts[row] : self._starts[row + 1]]:
            spec = self._texts[number]
            if spec[0] != "=":
                break
            results.append(spec)
        return results

    def __iter__(self) -> Iterator[str]:
        self._unpack()
        for path in self._rows:
            if path not in self._known:
                yield path
        for path, specs in self._known.items():
            if specs is not None:
                yield path

    def __contains__(self, path: object) -> bool:
        if path in self._known:
            return self._known[str(path)] is not None
        self._unpack()
        return path in self._rows

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def packed(self, paths: Sequence[str]) -> tuple[list[str], list[Sequence[int]]]:
        """Return the texts of all specifications and, for each path, the numbers of its own.

        Texts that are no longer used may be among them; what was not asked for is not taken apart.
        """
        self._unpack()
        texts = list(self._texts)
        number_of = {text: number for number, text in enumerate(texts)}
        rows: list[Sequence[int]] = []
        for path in paths:
            specs = self._known.get(path)
            if specs is None:
                row = self._rows[path]
                rows.append(self._numbers[self._starts[row] : self._starts[row + 1]])
                continue
            for text in specs:
                if text not in number_of:
                    number_of[text] = len(texts)
                    texts.append(text)
            rows.append([number_of[text] for text in specs])
        return texts, rows

    def paths_mentioning(self, words: Iterable[str]) -> set[str]:
        """Return the files with a specification that contains one of the words."""
        self._unpack()
        pattern = re.compile("|".join(sorted(map(re.escape, words))))
        results = {path for path, specs in self._known.items() if specs and any(map(pattern.search, specs))}
        numbers = {number for number, text in enumerate(self._texts) if pattern.search(text)}
        if numbers:
            starts = self._starts
            indexes = [index for index, number in enumerate(self._numbers) if number in numbers]
            rows = list(self._rows)
            named = {rows[bisect_right(starts, index) - 1] for index in indexes}
            results.update(path for path in named if path not in self._known)
        return results

    def _unpack(self) -> None:
        if self._load is None:
            return
        load, self._load = self._load, None
        paths, self._texts, self._starts, self._numbers = load()
        self._rows = {path: row for row, path in enumerate(paths)}
