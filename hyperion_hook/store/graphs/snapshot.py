"""A graph as bytes: flat numbers and packed names, so that thousands of files are read in milliseconds.

The specifications take the most room and are needed only when the graph moves on, so they are unpacked on demand.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise
from struct import Struct

from hyperion_hook.features.graph.depth import PackedRows
from hyperion_hook.features.graph.incremental import GraphParts, LiveGraph
from hyperion_hook.features.graph.packed_imports import Packed, SpecTable
from hyperion_hook.store.files.whole_files import inflate

FORMAT = 2
MOST_BYTES = 32_000_000
"""Of a graph, packed or not; that of 80,000 files takes half of it."""
_HEAD = Struct("<4sI")
_SIZE = Struct("<I")
_MAGIC = b"HHIG"


def encode(graph: LiveGraph) -> bytes:
    """Return a graph as bytes."""
    parts = graph.parts()
    others = sorted(set(graph.specs).difference(parts.modules))
    packages = sorted(set(chain.from_iterable(parts.external.values())))
    nodes = range(len(parts.modules) + len(parts.groups))
    package_number = {name: number for number, name in enumerate(packages)}
    specs, written = graph.specs.packed([*parts.modules, *others])
    sections = (
        _names(parts.modules),
        _names(parts.groups),
        _names(others),
        _names(packages),
        _names(specs),
        _lists(parts.out[node] for node in nodes),
        _lists(parts.inn[node] for node in nodes),
        _lists([package_number[name] for name in parts.external.get(node, ())] for node in nodes),
        _numbers(parts.importers),
        _numbers(parts.entries),
        _numbers(parts.test_entries),
        _lists(written),
    )
    return _HEAD.pack(_MAGIC, FORMAT) + b"".join(_SIZE.pack(len(section)) + section for section in sections)


def decode(content: bytes) -> LiveGraph:
    """Return the encoded graph; raise ``ValueError`` if the bytes are damaged, cut short or of another form."""
    try:
        return _decoded(content)
    except (IndexError, KeyError, TypeError, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise ValueError(f"stored import graph: damaged ({type(error).__name__})") from None


def _decoded(content: bytes) -> LiveGraph:
    magic, version = _HEAD.unpack_from(content) if len(content) >= _HEAD.size else (b"", 0)
    if magic != _MAGIC or version != FORMAT:
        raise ValueError("stored import graph: of another format")
    sections = []
    position = _HEAD.size
    while position + _SIZE.size <= len(content):
        (size,) = _SIZE.unpack_from(content, position)
        position += _SIZE.size
        sections.append(content[position : position + size])
        position += size
    if len(sections) != 12 or position != len(content):
        raise ValueError("stored import graph: cut short")
    modules, groups, others, packages = (_read_names(section) for section in sections[:4])
    nodes = len(modules) + len(groups)
    out, inn = (PackedRows(*_read_rows(section, nodes, nodes)) for section in sections[5:7])
    counts, numbers = _read_rows(sections[7], nodes, len(packages))
    starts = enumerate(pairwise(accumulate(counts, initial=0)))
    importers = _read_numbers(sections[8], len(modules))
    entries, test_entries = (_read_numbers(section) for section in sections[9:11])
    if max((*importers, *entries, *test_entries), default=0) >= max(nodes, 1):
        raise ValueError("stored import graph: damaged (number out of range)")
    parts = GraphParts(
        modules,
        groups,
        out,
        inn,
        {node: tuple(map(packages.__getitem__, numbers[start:end])) for node, (start, end) in starts if start < end},
        importers,
        entries,
        test_entries,
    )

    def load_specs() -> Packed:
        texts = _read_names(sections[4])
        paths = [*modules, *others]
        counts, numbers = _read_rows(sections[11], len(paths), len(texts))
        return paths, texts, list(accumulate(counts, initial=0)), numbers

    return LiveGraph.restored(parts, SpecTable(load_specs))


def _names(names: Iterable[str]) -> bytes:
    # every name ends with a NUL, which none can hold
    text = "".join(f"{name}\0" for name in names)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _read_names(section: bytes) -> list[str]:
    return inflate(section, MOST_BYTES).decode("utf-8", "surrogatepass").split("\0")[:-1]


def _numbers(numbers: Iterable[int]) -> bytes:
    return zlib.compress(array("i", numbers).tobytes(), 1)


def _read_numbers(section: bytes, count: int | None = None) -> list[int]:
    # none is negative when it is written, so one that was damaged into a negative number is too large
    values = array("I")
    values.frombytes(inflate(section, MOST_BYTES))
    if count is not None and len(values) != count:
        raise ValueError("stored import graph: damaged (wrong count)")
    return values.tolist()


def _lists(rows: Iterable[Sequence[int]]) -> bytes:
    counts, values = array("i"), array("i")
    for row in rows:
        counts.append(len(row))
        values.extend(row)
    return zlib.compress(array("i", [len(counts)]).tobytes() + counts.tobytes() + values.tobytes(), 1)


def _read_rows(section: bytes, count: int, limit: int) -> tuple[list[int], list[int]]:
    numbers = _read_numbers(section)
    if numbers[0] != count:
        raise ValueError("stored import graph: damaged (wrong count)")
    counts, values = numbers[1 : count + 1], numbers[count + 1 :]
    if len(counts) != count or sum(counts) != len(values):
        raise ValueError("stored import graph: damaged (wrong count)")
    if values and max(values) >= limit:
        raise ValueError("stored import graph: damaged (number out of range)")
    return counts, values
