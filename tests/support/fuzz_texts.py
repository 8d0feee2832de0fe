"""Texts that nobody would write, made from texts that somebody might: seeds by reader, and what is done to them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SEEDS = Path(__file__).with_name("fuzz_seeds.txt")

TOKENS: tuple[str, ...] = (
    *"(){}[]<>;:,.\"'`#$@!?&|^~%*+-=/\\\n\t \r\0",
    "\r\n",
    '"""',
    "'''",
    "```",
    "/*",
    "*/",
    "//",
    "<!--",
    "-->",
    "#{",
    "${",
    "$(",
    "<<E\n",
    "<<~",
    'R"x(',
    'r#"',
    '@"',
    '$"',
    "[==[",
    "--[[",
    "]]",
    "{-",
    "=begin\n",
    "=end\n",
    "=cut\n",
    "<?php",
    "?>",
    "#if ",
    "#else\n",
    "#endif\n",
    "->",
    "=>",
    "::",
    "?.",
    "??",
    "<=>",
    "&&",
    "||",
    "**",
    "...",
    "<script>",
    "</script>",
    "if ",
    "else ",
    "for ",
    "while ",
    "case ",
    "def ",
    "end\n",
    "class ",
    "function ",
    "fn ",
    "fun ",
    "func ",
    "return ",
    "import ",
    "from ",
    "lambda ",
    "async ",
    "enum ",
    "struct ",
    "switch ",
    "do ",
    "begin ",
    "operator",
    "template<",
    "where ",
    "record ",
    "interface ",
    "extends ",
    "0x",
    "1e400",
    "9" * 30,
    "\u00e9",
    "\U0001f600",
    "\u202e",
    "\u2028",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\ufeff",
    "\ud800",
    "\u0130",
    "\u00df",
    "null",
    "true",
    "NaN",
    "-1",
    "None",
    "[]",
    "{}",
    '""',
    "\\u0000",
    "%%",
    "&lt;",
    "<![CDATA[",
    "<!DOCTYPE a [",
    "a" * 40,
    "../",
    "/",
    "\\\n",
    "    ",
    "\n\n",
    "\n    ",
)
_PAIRS = (
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("<", ">"),
    ("(", ""),
    ("", "}"),
    ("{", ""),
    ("if (", ")"),
    ("<a>", "</a>"),
)


class Text(NamedTuple):
    """A text and the name under which a reader gets it: a path, or the kind of what it is."""

    name: str
    text: str


@cache
def seeds_of(group: str) -> tuple[Text, ...]:
    """Return the texts of a group of the file of seeds, with their names."""
    parts = f"\n{_SEEDS.read_text(encoding='utf-8')}".split("\n==> ")[1:]
    heads = [part.partition("\n") for part in parts]
    return tuple(
        Text(head.partition(": ")[2], f"{text}\n") for head, _, text in heads if head.partition(": ")[0] == group
    )


def mutated(chance: random.Random, text: str, others: Sequence[str]) -> str:
    """Return the text after one change at a random place."""
    size = len(text)
    start = chance.randrange(size + 1)
    end = min(size, start + chance.choice((1, 1, 2, 5, 20, 100)))
    way = chance.randrange(10)
    if way < 3:
        return text[:start] + chance.choice(TOKENS) + text[start:]
    if way == 3:
        return text[:start] + text[end:]
    if way == 4:
        return text[:start] + chance.choice(TOKENS) + text[end:]
    if way == 5:
        return text[:end] + text[start:end] * chance.choice((1, 2, 9)) + text[end:]
    if way == 6:
        return text[:start] + chance.choice(TOKENS) * chance.choice((2, 5, 30)) + text[start:]
    if way == 7:
        other = chance.choice(others)
        place = chance.randrange(len(other) + 1)
        return text[:start] + other[place : place + chance.choice((5, 50, 500))] + text[chance.choice((start, end)) :]
    if way == 8:
        opening, closing = chance.choice(_PAIRS)
        times = chance.choice((2, 10, 60))
        return text[:start] + opening * times + text[start:end] + closing * times + text[end:]
    return text[:start] if chance.random() < 0.5 else text[start:]


def _large(chance: random.Random, text: str) -> str:
    """Return a text of 50 to 200 kB: a piece again and again, in lines or in one, or nested."""
    size = chance.randrange(50_000, 200_000)
    start = chance.randrange(len(text) + 1)
    one, other = chance.choice(TOKENS), chance.choice(TOKENS)
    piece = chance.choice((text, text[start : start + 30], one, one + other)) or "a"
    piece += chance.choice(("", "", "\n", " "))
    return text[:start] + piece * (size // len(piece)) + text[start:]


def texts(seeds: Sequence[Text], seed: int, large: float = 0.003) -> Iterator[Text]:
    """Yield texts without end, the same for the same seed; ``large`` is the share of those of 50 to 200 kB."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    others = [item.text for item in seeds if item.text]
    number = 0
    while True:
        name, text = seeds[number % len(seeds)]
        number += 1
        if chance.random() < 0.5:
            start = chance.randrange(len(text) + 1)
            text = text[max(0, start - chance.randrange(50, 1_000)) : start + chance.randrange(50, 1_000)]
        for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 12))):
            text = mutated(chance, text, others)
        yield Text(name, _large(chance, text) if chance.random() < large else text[:4_000])
