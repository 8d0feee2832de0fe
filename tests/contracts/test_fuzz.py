"""A few hundred texts that nobody would write for each reader; ``benchmarks/fuzz.py`` tries 100,000."""

from __future__ import annotations

import importlib.util
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.support.fuzz_readers import READERS, as_bytes, as_text
from tests.support.fuzz_texts import seeds_of, texts

SECONDS = 4.0
"""Twice the deadline of a hook, of the processor, for one text."""
COUNTS = {"source": 400, "breaks": 200, "stores": 150, "models": 60}
EXTRA = {"models": ("yaml", "numpy", "pandas")}


@pytest.mark.parametrize("name", READERS)
def test_no_text_makes_a_reader_fail(name: str, tmp_path: Path) -> None:
    if not all(map(importlib.util.find_spec, EXTRA.get(name, ()))):
        pytest.skip("needs an extra")
    reader = READERS[name](tmp_path)
    for item in islice(texts(reader.seeds(), seed=7, large=0.004), COUNTS.get(name, 600)):
        started = time.process_time()
        try:
            reader.read(*item)
        except Exception as error:
            raise AssertionError(f"{name} of {item!r:.3000}") from error
        assert time.process_time() - started < SECONDS, f"{item!r:.3000}"


def test_texts_are_the_same_for_the_same_seed() -> None:
    seeds = seeds_of("source")
    one, same, other = (list(islice(texts(seeds, seed), 50)) for seed in (1, 1, 2))
    assert one == same != other


def test_every_byte_survives_as_text() -> None:
    assert as_bytes(as_text(bytes(range(256)))) == bytes(range(256))
    assert as_bytes("\u20ac\ud800")
