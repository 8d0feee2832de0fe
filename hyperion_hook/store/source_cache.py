"""Code metrics by content: a blob that was measured once is not measured again.

The key is what the numbers depend on (blob, language, version of the extractor), so a row is never updated, only added
and dropped.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.languages import language_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import ClassMetrics, FunctionMetrics, SourceMetrics
from hyperion_hook.features.source.measure import EXTRACTOR_VERSION
from hyperion_hook.store.files.cache_file import CacheFile
from hyperion_hook.store.files.sqlite import Form
from hyperion_hook.store.files.whole_files import inflate

MeasureSource = Callable[[str, str, str], SourceMetrics | Missing]

_BATCH = 200
_COMPRESS_FROM = 200
_MOST_BYTES = 4_000_000  # a longer result, unpacked, is measured again each time
_MOST_AT_HAND = 5_000
"""Functions of results that are kept ready to use: the parts of an assessment ask for the same files."""


class SourceCache(CacheFile):
    """Metrics by blob; a context manager that closes the file.

    In a folder that cannot be written to it reads what there is, or keeps nothing. In memory it serves a replay: the
    result for one commit's file is that for the next commit's base.
    """

    MAX_ROWS = 20_000
    FORM = Form(
        "source cache",
        ("CREATE TABLE measured (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL)",),
        version=1,
        is_cache=True,
        pragmas=("synchronous=OFF",),
        value_bytes=_MOST_BYTES,
    )

    def __init__(
        self, path: Path | None, root: Path | None = None, *, max_rows: int | None = None, in_memory: bool = False
    ) -> None:
        super().__init__(path, root, max_rows=max_rows, in_memory=in_memory)
        self._fresh: dict[str, bytes] = {}
        self._at_hand: dict[str, SourceMetrics | Missing] = {}
        self._functions_at_hand = 0

    def __enter__(self) -> SourceCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is new, and close the file."""
        self.flush()
        super().close()

    def measured(self, measure: Callable[[str, str], SourceMetrics | Missing], limits: str = "") -> MeasureSource:
        """Return ``measure`` with memory: (path, blob, text) to metrics; ``limits`` tells other limits apart.

        What was not finished in time is not kept: the next run may have more.
        """

        def remembered(path: str, blob: str, text: str) -> SourceMetrics | Missing:
            language = language_of(path)
            # a blob without a name, or of a language that the ending alone decides differently, has no key
            if not blob or language is None:
                return measure(path, text)
            key = f"{blob}:{path.rpartition('.')[2].lower()}:{EXTRACTOR_VERSION}{limits}"
            if (known := self._at_hand.get(key)) is not None:
                return known
            result = self._read(key)
            if result is None:
                result = measure(path, text)
                if isinstance(result, Missing) and result.is_passing:
                    return result
                self._keep(key, result)
            self._hold(key, result)
            return result

        return remembered

    def flush(self) -> None:
        """Write what is new; a file that cannot be written to is left as it is."""
        fresh, self._fresh = self._fresh, {}
        if fresh:
            self._add("measured", "key, value", fresh.items())

    def _read(self, key: str) -> SourceMetrics | Missing | None:
        value = self._fresh.get(key)
        if value is None and (rows := self._rows("SELECT value FROM measured WHERE key = ?", (key,))):
            ((value,),) = rows
        if value is None:
            return None
        # a row that cannot be read is a row that is not there
        with suppress(ValueError, TypeError, KeyError, IndexError, RecursionError):
            return decode(value)
        return None

    def _hold(self, key: str, result: SourceMetrics | Missing) -> None:
        count = 1 if isinstance(result, Missing) else 1 + len(result.functions)
        if self._functions_at_hand + count > _MOST_AT_HAND:
            self._at_hand, self._functions_at_hand = {}, 0
        self._at_hand[key] = result
        self._functions_at_hand += count

    def _keep(self, key: str, result: SourceMetrics | Missing) -> None:
        value = encode(result)
        if len(value) <= _MOST_BYTES:
            self._fresh[key] = value
        if len(self._fresh) >= _BATCH:
            self.flush()


# -- the form of a value ----------------------------------------------------------------------------------------------


def encode(result: SourceMetrics | Missing) -> bytes:
    """Return a result as bytes: compact JSON, compressed where that pays."""
    plain = json.dumps(_to_plain(result), separators=(",", ":"), ensure_ascii=True).encode()
    if len(plain) < _COMPRESS_FROM:
        return plain
    return zlib.compress(plain, 1)


def decode(value: bytes) -> SourceMetrics | Missing:
    """Return the result that ``encode`` was given, exactly.

    Raises ``ValueError``, ``TypeError``, ``KeyError``, ``IndexError`` or ``RecursionError`` if the bytes are not
    what ``encode`` makes.
    """
    plain = json.loads(value if value[:1] in (b"{", b"[") else inflate(value, _MOST_BYTES))
    if "missing" in plain:
        return Missing(str(plain["missing"]))
    language, lines, code, comment, blank, *values = plain["file"]
    functions = tuple(FunctionMetrics(*map(_value, item)) for item in plain["functions"])
    classes = None if plain["classes"] is None else tuple(_class(item) for item in plain["classes"])
    maintainability, volume = map(_value, values)
    return SourceMetrics(language, lines, code, comment, blank, functions, classes, maintainability, volume)


def _to_plain(result: SourceMetrics | Missing) -> dict[str, Any]:
    if isinstance(result, Missing):
        return {"missing": result.reason}
    of_file = [name for name in SourceMetrics.__match_args__ if name not in ("functions", "classes")]
    return {
        "file": _row(result, of_file),
        "functions": [_row(item, FunctionMetrics.__match_args__) for item in result.functions],
        "classes": result.classes and [_row(item, ClassMetrics.__match_args__) for item in result.classes],
    }


def _row(item: object, names: Iterable[str]) -> list[Any]:
    values = (getattr(item, name) for name in names)
    return [[value.reason] if isinstance(value, Missing) else value for value in values]


def _value(plain: Any) -> Any:
    return Missing(plain[0]) if isinstance(plain, list) else plain


def _class(item: list[Any]) -> ClassMetrics:
    return ClassMetrics(*item[:3], tuple(item[3]), *map(_value, item[4:]))  # type: ignore[call-arg]
