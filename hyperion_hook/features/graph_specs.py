"""What every file imports as written, kept packed until somebody asks for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
        found = self._known[path] = tuple(
            [self._texts[number] for number in self._numbers[self._starts[row] : self._starts[row + 1]]]
        )
        return found

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
        found = []
        for number in self._numbers[self._starts[row] : self._starts[row + 1]]:
            spec = self._texts[number]
            if spec[0] != "=":
                break
            found.append(spec)
        return found

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

    def _unpack(self) -> None:
        if self._load is None:
            return
        load, self._load = self._load, None
        paths, self._texts, self._starts, self._numbers = load()
        self._rows = {path: row for row, path in enumerate(paths)}
