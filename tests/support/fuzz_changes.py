"""Readers of whole changes and of rules in a checkout, for ``fuzz_readers``: what a change breaks, and whose files are."""

from __future__ import annotations

import re
from contextlib import suppress

from hyperion_hook.assess.breaks.counterparts import LOCKS
from hyperion_hook.assess.breaks.find import find_breaks
from hyperion_hook.assess.breaks.tree import FAMILIES
from hyperion_hook.domain.change import FileChange, FileStatus, Hunk
from hyperion_hook.domain.files.languages import LANGUAGES
from hyperion_hook.domain.files.path_patterns import is_ignored, parse_patterns
from hyperion_hook.domain.files.text import line_count
from hyperion_hook.domain.snapshot import Folder, SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import view_of
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.git.rules.code_owners import owners_of
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.git.rules.ignored_revisions import ignored_revisions
from hyperion_hook.git.search import Hit, _hits
from hyperion_hook.git.uncommitted import _as_git_writes
from hyperion_hook.report.page.since_last_report import _CLOSE, _OPEN, last_report
from tests.support.changes import change
from tests.support.fuzz_texts import Text, seeds_of

SOURCES = dict(seeds_of("source"))
_PROTO = 'syntax = "proto3";\nmessage A {\n  string name = 1;\n  repeated B all_of_it = 2 [deprecated = true];\n}\n'
_LOCKED = '{"packages": {"node_modules/left-pad": {"version": "1.3.0"}}}\nleft-pad@^1.3.0:\n  version "1.3.0"\n'
_IMPORTING = {"py": "from src.a import {0}", "js": "import {{{0}}} from './a'", "ts": "import {{{0}}} from './a'"}
_WORD = re.compile(r"\b(?!(?:class|func|function|return|from|import)\b)[A-Za-z]{4,}\b")
_LOCKING = {name.partition(".")[2] for name in LOCKS}
_SHORT = re.compile(r"\b([A-Za-z])\b")
"""Names of so few letters are not looked for."""


class _Sides:
    """Both sides of a change of one file, and other files at its base that all have one text."""

    def __init__(self, path: str, before: str, after: str, elsewhere: str) -> None:
        self.path, self.texts, self.elsewhere = path, (before, after), elsewhere

    def before(self, _file: FileChange) -> SourceText | Missing:
        return SourceText(self.path, "", self.texts[0])

    def after(self, _file: FileChange) -> SourceText | Missing:
        return SourceText(self.path, "", self.texts[1])

    def lines_before(self, _file: FileChange) -> int | Missing:
        return line_count(self.texts[0])

    def base_file(self, path: str) -> SourceText | Missing:
        return SourceText(path, "", self.elsewhere)

    def base_folder(self, _path: str) -> Folder | Missing:
        return Folder(frozenset(name for names in LOCKS.values() for name in names), frozenset(("src",)))


def breaks_seeds() -> list[Text]:
    """Return a text for each family of languages, each manifest, and what is generated from another file."""
    languages = [(f"src/a.{LANGUAGES[name].endings[0]}", SOURCES[name]) for name in FAMILIES]
    manifests = [(f"src/{seed.name}", seed.text) for seed in seeds_of("manifest")]
    locks = [(f"src/{name}", _LOCKED) for name in LOCKS]
    return [Text(*seed) for seed in (*languages, *manifests, *locks, ("src/a.proto", _PROTO))]


def breaks(path: str, text: str) -> None:
    """Look for what breaks when a text takes the place of half of it, the other way round, and when it is deleted."""
    ending = path.rpartition("/")[2].partition(".")[2]
    beside = f"src/b.{ending}"
    graph = LiveGraph()
    graph.update({path: read_imports(path, text), beside: (*read_imports(beside, text), "./a", "src.a", ".a:f")})
    text = _SHORT.sub(lambda match: match[0] * 4, text)
    half = text[: len(text) // 2]
    for before, after, status in (
        (text, half, FileStatus.MODIFIED),
        (half, text, FileStatus.MODIFIED),
        (text, "", FileStatus.DELETED),
    ):
        rows = [side.encode("utf-8", "replace").split(b"\n") for side in (before, after)]
        hunk = Hunk(1, 1, rows[0], rows[1] if after else ())
        file = FileChange(path, status, None, 0o100644, 0o100644, "1" * 40, "2" * 40 if after else None, hunks=(hunk,))
        # what is defined here is imported and called there
        names = list(dict.fromkeys(_WORD.findall(before)))[:20]
        form = _IMPORTING.get(ending, "") + "\n{0}(1, 2, 3, 4, 5)\n"
        uses = "".join(form.format(name) for name in names)
        hits = [Hit(beside, number, line) for number, line in enumerate(uses.split("\n"), 1)]
        find_breaks(
            change(file),
            _Sides(path, before, after, uses if ending not in _LOCKING else _LOCKED),
            lambda: view_of(graph),
            lambda words, hits=hits: [hit for hit in hits if any(word in hit.text for word in words)][:500],  # type: ignore[misc]
        )


RULES = {
    "CODEOWNERS": "# team\n* @org/all\n/src/ @ada a@b.c\n[Section][2] @x\ndocs/**/*.md @b # why\na\\ b.py @c\n!src/x @d\n",
    "attributes": (
        '*.js linguist-generated=true\n"a b" linguist-vendored\n[attr]own linguist-generated -diff\n'
        "gen/** own\nsrc/*.py -linguist-vendored\ta=b\n"
    ),
    "patterns": "*.lock\n!keep.lock\n/build/\n**/x/**\na[!b-d]?.py\nfoo\\ bar\n[[:alpha:]]*\n\\#x\n",
    "revisions": f"# moved\n{'a' * 40} # why\n{'B' * 64}\nshort\n",
    "patch": "\ufeffdiff --git a.py a.py\r\nindex 1..2 100644\r\n--- a.py\n+++ a.py\n@@ -1 +1 @@\n-a\n+b\n",
    "matches": "src/a.py\x0012\x00def f(a):\nsrc/b.py\x003\x00f(1)\r\nBinary file x matches\n",
    "report": (
        f'<html>{_OPEN}{{"format": 1, "report": {{"head": "{"a" * 40}", "hottest": ["a"], "high": [["b", 0.5]], '
        f'"bus_factor": 3}}, "last": null}}{_CLOSE}</html>'
    ),
}
_PATHS = ("src/a.py", "docs/x/y.md", "a b.py", "gen/é/[a].js", "build/x/keep.lock")


class _Blobs:
    """A repository in which every file has one content."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_path(self, _commit: str, _path: str, _most: int) -> bytes:
        return self._content

    def read(self, _blob: str, _most: int) -> bytes:
        return self._content


def rules(name: str, text: str) -> None:
    """Read a file of rules, or what is piped in, as its readers do."""
    data = text.encode("utf-8", "surrogatepass")
    reader = _Blobs(data)
    if name == "CODEOWNERS":
        owners_of(reader, "a" * 40, _PATHS)  # type: ignore[arg-type]
    elif name == "attributes":
        out = Exclusions(reader, (), None)  # type: ignore[arg-type]
        out.digest("a" * 40)
        for path in _PATHS:
            out.excludes(path, "a" * 40)
    elif name == "patterns":
        patterns = parse_patterns(text.splitlines())
        for path in _PATHS:
            is_ignored(path, patterns)
    elif name == "revisions":
        ignored_revisions(reader, "a" * 40)  # type: ignore[arg-type]
    elif name == "patch":
        _as_git_writes(data)
    elif name == "matches":
        list(_hits(data, 0))
    else:
        with suppress(ValueError):
            last_report(text, "a" * 40)
