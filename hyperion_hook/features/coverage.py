"""Coverage reports to lines covered and counted by file: Cobertura XML, LCOV and coverage.py's JSON.

A report is somebody else's file: entities are refused, sizes are bounded, and what does not parse is missing, not zero.
It is read as a stream, because a report of 50 MB makes a tree of a gigabyte.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from array import array
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from hyperion_hook.domain.vector import Missing

Coverage = Mapping[str, tuple[int, int]]
MAX_FILES = 200_000
_HERE = re.compile(r"\A(?:\./)++")
MAX_LINES = 5_000_000
MAX_JSON_VALUES = 1_000_000
MAX_JSON_BYTES = 20_000_000
MAX_DEPTH = 300_000
UNKNOWN_FORMAT = Missing("is neither Cobertura XML, LCOV nor coverage.py JSON")
_CHUNK = 1 << 20
_DIGITS = 8
_MANY = 10_000
_LINE_LISTS = re.compile(rb"(?<=:)[ \t\r\n]*+\[[\d, \t\r\n]*+\]")


class _UnreadableError(Exception):
    """Why a report is missing."""


class _Hits:
    """Which lines of which file are counted, and which were hit: four bytes a record."""

    def __init__(self) -> None:
        self._files: dict[str, array[int]] = {}
        self._records: array[int] = array("I")
        self._left = MAX_LINES

    def open(self, name: str) -> None:
        """Take the records that follow as of this file."""
        if name not in self._files:
            if len(self._files) >= MAX_FILES:
                raise _UnreadableError(f"names more than {MAX_FILES:,} files")
            self._files[name] = array("I")
        self._records = self._files[name]

    def add(self, number: str, *, hit: bool) -> None:
        """Note a line; what is no number is no line."""
        if number.isdecimal() and len(number) < _DIGITS:
            self._left -= 1
            if self._left < 0:
                raise _UnreadableError(f"counts more than {MAX_LINES:,} lines")
            self._records.append(2 * int(number) + hit)

    def counts(self, folder: str = "") -> dict[str, tuple[int, int]]:
        """Return lines hit and lines counted by file; a line counts once, and is hit when any record says so."""
        return {
            name if not folder or name.startswith("/") else f"{folder}/{name}": _counts(records)
            for name, records in self._files.items()
        }


def _counts(records: array[int]) -> tuple[int, int]:
    if len(records) < _MANY:
        return len({record >> 1 for record in records if record & 1}), len({record >> 1 for record in records})
    # a set of a million numbers takes fifty times the memory
    lines = bytearray(max(records) // 2 + 1)
    for record in records:
        lines[record >> 1] |= 1 + (record & 1)
    return lines.count(2) + lines.count(3), len(lines) - lines.count(0)


def read_coverage(data: bytes, *, root: str = "") -> Coverage | Missing:
    r"""Return lines covered and lines counted by path, from one report.

    Absolute paths of the report are made relative to ``root``. Those of the result are relative to the repository, with
    forward slashes; files outside are left out.

    Examples
    --------
    >>> read_coverage(b"SF:src/a.c\nDA:1,3\nDA:2,0\nend_of_record\n")
    {'src/a.c': (1, 2)}
    """
    start = data[:1000].removeprefix(codecs.BOM_UTF8).lstrip()
    try:
        if start.startswith(b"<"):
            result = _cobertura(data)
        elif start.startswith(b"{"):
            result = _coverage_json(data)
        elif start.startswith(b"SF:") or b"\nSF:" in data:
            result = _lcov(data)
        else:
            return UNKNOWN_FORMAT
    except _UnreadableError as error:
        return Missing(str(error))
    placed: dict[str, tuple[int, int]] = {}
    for name, (covered, counted) in result.items():
        path = _relative(name, root)
        if path is not None and 0 <= covered <= counted:
            placed[path] = (covered, counted)
    return placed


def _relative(name: str, root: str) -> str | None:
    path = name.replace("\\", "/")
    base = root.replace("\\", "/").rstrip("/")
    if base and path.startswith(f"{base}/"):
        path = path[len(base) + 1 :]
    path = _HERE.sub("", path, count=1)
    if path.startswith(("/", "../")) or re.match(r"[A-Za-z]:/", path):
        return None
    return path or None


def _lcov(data: bytes) -> dict[str, tuple[int, int]]:
    hits = _Hits()
    for line in io.BytesIO(data):
        kind, _, rest = line.strip(b"\xef\xbb\xbf \t\r\n").partition(b":")
        if kind == b"SF":
            hits.open(rest.strip().decode("utf-8", "replace"))
        elif kind == b"DA":
            number, _, count = rest.partition(b",")
            hit = not count.partition(b",")[0].strip().startswith((b"0", b"-", b"="))
            hits.add(number.strip().decode("ascii", "replace"), hit=hit)
    return hits.counts()


def _coverage_json(data: bytes) -> dict[str, tuple[int, int]]:
    # lists of line numbers are most of the report, and nothing is read of them
    text = _LINE_LISTS.sub(b"0", data)
    if len(text) > MAX_JSON_BYTES or text.count(b",") + text.count(b"{") + text.count(b"[") > MAX_JSON_VALUES:
        raise _UnreadableError(f"has more than {MAX_JSON_VALUES:,} values; write it as XML or LCOV")
    try:
        report: Any = json.loads(text.decode("utf-8-sig", "replace"))
        results = {
            str(name): (int(entry["summary"]["covered_lines"]), int(entry["summary"]["num_statements"]))
            for name, entry in report["files"].items()
        }
    except (ValueError, RecursionError):
        raise _UnreadableError("is not valid JSON") from None
    except (KeyError, TypeError, AttributeError, OverflowError):
        raise _UnreadableError(UNKNOWN_FORMAT.reason) from None
    if len(results) > MAX_FILES:
        raise _UnreadableError(f"names more than {MAX_FILES:,} files")
    return results


class _Cobertura:
    """What an XML parser calls."""

    def __init__(self) -> None:
        self.hits = _Hits()
        self.sources: list[str] = []
        self._depth = 0
        self._in_class = 0
        self._in_source = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and tag != "coverage":
            raise _UnreadableError(UNKNOWN_FORMAT.reason)
        if self._depth > MAX_DEPTH:
            raise _UnreadableError(f"is nested more than {MAX_DEPTH:,} levels deep")
        if tag == "line" and self._in_class:
            self.hits.add(attributes.get("number", ""), hit=attributes.get("hits", "0").strip() not in ("0", ""))
        elif tag == "class" and attributes.get("filename"):
            self._in_class = self._depth
            self.hits.open(attributes["filename"])
        elif tag == "source" and len(self.sources) < 2:
            self.sources.append("")
            self._in_source = True

    def end(self, tag: str) -> None:
        if self._depth == self._in_class:
            self._in_class = 0
        self._depth -= 1
        self._in_source = self._in_source and tag != "source"

    def text(self, text: str) -> None:
        if self._in_source and len(self.sources[-1]) < 10_000:
            self.sources[-1] += text

    def document_type(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:  # noqa: ARG002
        # Cobertura's own document type is harmless as long as nothing is declared in it
        if has_subset:
            raise _UnreadableError("declares a document type, which is not read")


def _cobertura(data: bytes) -> dict[str, tuple[int, int]]:
    reader = _Cobertura()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, reader.document_type
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
    try:
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            if len(chunk) == _CHUNK and b">" not in chunk:
                raise _UnreadableError("has a tag or text of more than a megabyte")
            text = decode(chunk)
            parser.Parse(text if start else text.lstrip(), False)
        parser.Parse("", True)
    except (expat.ExpatError, ValueError, LookupError):
        raise _UnreadableError("is not valid XML") from None
    sources = [source.strip().rstrip("/") for source in reader.sources]
    # one source folder says where file names start; several leave it open
    return reader.hits.counts(sources[0] if len(sources) == 1 and sources[0] != "." else "")
