"""Six base repositories of about a hundred commits each, made backwards from the text of their heads.

``heads/<history>.txt`` holds what the files are at HEAD. A file starts with ``=== path owner fixes features fill
burst``: the index of the author who owns it, how many "Fix ..." commits and how many other commits changed it after
it was added, how many generated functions it has besides those written there, and how many of its changes fall into
the last month. The version before a fix has one to three lines that are a little wrong; the version before another
change lacks a function, or has other numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random

from tests.support.repo import START, TestRepo

DAY = 86_400
YEARS = 3 * 365 * DAY
AUTHORS = ["Ada Moreau", "Ben Okafor", "Chloe Lind", "Dev Patel", "Ema Novak", "Finn Ruiz", "Gil Hart", "Hana Sato"]
PEOPLE = [f"{name} <{name.split()[0].lower()}@example.org>" for name in AUTHORS]
NEWCOMER = "Nico Newman <nico@example.net>"

NOUNS = [
    "amount",
    "batch",
    "cursor",
    "delay",
    "entry",
    "frame",
    "grant",
    "handle",
    "index",
    "limit",
    "marker",
    "offset",
]
VERBS = ["count", "merge", "check", "pick", "scan", "weigh"]

FILL: dict[str, str] = {
    "py": """
def {v}_{n}(rows, limit={a}):
    found = 0
    for row in rows:
        if row.{n} > limit and row.{n} != {b}:
            found += row.{n}
        elif row.{n} == {b}:
            found -= 1
    return found""",
    "java": """
    public int {v}{N}(int[] rows, int limit) {{
        int found = 0;
        for (int row : rows) {{
            if (row > limit + {a} && row != {b}) {{
                found += row;
            }}
        }}
        return found;
    }}""",
    "ts": """
export function {v}{N}(rows: number[], limit = {a}): number {{
  let found = 0;
  for (const row of rows) {{
    if (row > limit && row !== {b}) {{
      found += row;
    }}
  }}
  return found;
}}""",
    "test.ts": """
test("{v} {n}", () => {{
  expect(sum([{{ id: "{n}", count: {a}, cents: {b} }}])).toBe({a} * {b});
}});""",
    "js": """
exports.{v}{N} = function (rows, limit) {{
  var found = 0;
  for (var i = 0; i < rows.length; i++) {{
    if (rows[i] > limit + {a} && rows[i] !== {b}) found += rows[i];
  }}
  return found;
}};""",
    "go": """
func {v}{N}(rows []int, limit int) int {{
	found := 0
	for _, row := range rows {{
		if row > limit+{a} && row != {b} {{
			found += row
		}}
	}}
	return found
}}""",
    "c": """
int {v}_{n}(const int *rows, int count)
{{
	int found = 0;
	for (int i = 0; i < count; i++) {{
		if (rows[i] > {a} && rows[i] != {b})
			found += rows[i];
	}}
	return found;
}}""",
    "rb": """
  def {v}_{n}(rows, limit = {a})
    found = 0
    rows.each do |row|
      found += row if row > limit && row != {b}
    end
    found
  end""",
    "_spec.rb": """
  it "has a total for {v} {n}" do
    invoice.lines << build(:line, cents: {a}, count: {b})
    expect(invoice.total).to eq({a} * {b})
  end""",
}


def fill(path: str, number: int) -> Iterator[str]:
    """Give that many generated functions in a file's language."""
    language = next((end for end in sorted(FILL, key=len, reverse=True) if path.endswith(end)), "py")
    random = Random(path)
    names = random.sample([(verb, noun) for verb in VERBS for noun in NOUNS], number)
    for verb, noun in names:
        a, b = random.randint(2, 40), random.randint(41, 99)
        yield FILL[language].strip("\n").format(v=verb, n=noun, N=noun.title(), a=a, b=b)


@dataclass(frozen=True, slots=True)
class Source:
    """One file at the head, and what happened to it."""

    path: str
    text: str
    owner: str
    fixes: int
    features: int
    burst: int


@dataclass(frozen=True, slots=True)
class Event:
    """One commit to be made."""

    time: int
    files: dict[str, str]
    message: str
    author: str


def gap(path: str) -> str:
    """Return what parts two functions of a file."""
    return "\n\n\n" if path.endswith(".py") else "\n\n"


@cache
def sources(history: str) -> dict[str, Source]:
    """Return the files of a history at its head, by path."""
    text = (Path(__file__).parent / "heads" / f"{history}.txt").read_text("utf-8")
    found: dict[str, Source] = {}
    for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        header, _, body = part.partition("\n")
        path, owner, fixes, features, extra, burst = header.split()
        parts = body.rstrip("\n").split(gap(path))
        parts[-1:-1] = fill(path, int(extra))
        whole = gap(path).join(parts) + "\n"
        found[path] = Source(path, whole, PEOPLE[int(owner)], int(fixes), int(features), int(burst))
    return found


SWAPS = [(" < ", " <= "), (" > ", " >= "), (" == ", " != "), (" && ", " || "), (" and ", " or "), (" === ", " !== ")]
NUMBER = re.compile(r"(?<![\w.\"#])([1-9]\d*)\b(?!\.)")
FIXED = re.compile(r"\s*(class |module |#include|#ifndef|package |import |from |//|\"\"\")")
KEPT = re.compile(r"\s*(public final |final )?(class|import|from|type|export type|let|const routes|#)\b|log = |#")


def spoilt(line: str, random: Random) -> list[str]:
    """Give the ways in which a line could have been wrong before it was fixed."""
    if FIXED.match(line):
        return []
    ways = [line.replace(old, new, 1) for pair in SWAPS for old, new in (pair, pair[::-1]) if old in line]
    number = NUMBER.search(line)
    if number:
        ways.append(line[: number.start()] + str(int(number[1]) + random.randint(1, 3)) + line[number.end() :])
    return ways


def before_fix(text: str, random: Random) -> str:
    """Return a version of a file with one to three lines still wrong."""
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if spoilt(line, random)]
    for place in random.sample(places, min(len(places), random.randint(1, 3))):
        lines[place] = random.choice(spoilt(lines[place], random))
    return "\n".join(lines)


def before_feature(path: str, text: str, random: Random) -> str:
    """Return a version of a file without one of its functions, or with other numbers if it has no more to lose."""
    parts = text.split(gap(path))
    places = [place for place in range(1, len(parts) - 1) if not KEPT.match(parts[place])]
    if not places:
        return before_fix(text, random)
    del parts[random.choice(places)]
    return gap(path).join(parts)


WRONG = ["crash", "wrong result", "regression", "race", "off-by-one", "leak", "hang"]
WHEN = ["on empty input", "after a retry", "with large values", "on shutdown", "for old clients", "under load"]
MADE = ["Extend", "Add a case to", "Improve", "Support more of"]


def events(history: str) -> list[Event]:
    """Return all commits of a history, oldest first."""
    found: list[Event] = []
    for rank, source in enumerate(sources(history).values()):
        random = Random(f"{history}:{source.path}")
        kinds = ["fix"] * source.fixes + ["feature"] * source.features
        random.shuffle(kinds)
        old = [random.randint(60 * DAY, YEARS - 35 * DAY) for _ in kinds[source.burst :]]
        late = [random.randint(YEARS - 29 * DAY, YEARS - DAY) for _ in range(source.burst)]
        text, name = source.text, Path(source.path).stem
        for time, kind in zip(sorted(old + late, reverse=True), reversed(kinds), strict=True):
            if kind == "fix":
                message = f"Fix {random.choice(WRONG)} in {name} {random.choice(WHEN)}"
                author = random.choice([source.owner] * 4 + PEOPLE)
            else:
                message = f"{random.choice(MADE)} {name}"
                author = random.choice([source.owner] * 4 + PEOPLE) if source.fixes > 10 else source.owner
            author = random.choice(PEOPLE) if time > YEARS - 30 * DAY else author
            found.append(Event(START + time, {source.path: text}, message, author))
            earlier = before_fix(text, random) if kind == "fix" else before_feature(source.path, text, random)
            text = earlier
        found.append(Event(START + rank * 2 * DAY, {source.path: text}, f"Add {name}", source.owner))
    return with_tests(sorted(found, key=lambda event: event.time))


def with_tests(found: list[Event]) -> list[Event]:
    """Put a change of a test file into the latest fix of what it tests, where that comes after its last change."""
    kept: list[Event] = []
    last: dict[str, int] = {}
    for event in found:
        (path,) = list(event.files)[:1]
        words = re.split(r"[/_.]", path.lower().removesuffix("test.java"))
        fixes = [
            other
            for other in kept
            if "test" in path.lower() + path.replace("spec", "test")
            and len(other.files) == 1
            and Path(next(iter(other.files))).stem.lower() in words
            and last.get(path, other.time) < other.time
        ]
        if fixes:
            fixes[-1].files.update(event.files)
        else:
            kept.append(event)
        last[path] = fixes[-1].time if fixes else event.time
    return kept


def build(history: str, path: Path) -> TestRepo:
    """Make the repository of a history in a folder; its clock stands at the last commit."""
    repo = TestRepo(path)
    out = bytearray()
    for event in events(history):
        message = event.message.encode()
        out += b"commit refs/heads/main\n"
        for role in ("author", "committer"):
            out += f"{role} {event.author} {event.time} +0000\n".encode()
        out += b"data %d\n%s\n" % (len(message), message)
        for name, text in event.files.items():
            content = text.encode()
            out += b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content)
        repo.clock = event.time
    repo.git("fast-import", "--quiet", stdin=bytes(out))
    repo.git("reset", "-q", "--hard", "main")
    return repo


HISTORIES: dict[str, Callable[[Path], TestRepo]] = {
    name: partial(build, name) for name in ("shop", "ledger", "webapp", "queue", "netlib", "billing")
}
