"""Every reader of what strangers wrote: seeds for it, and how it is called; what it documents to raise is no fault."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache, partial
from http.client import HTTPMessage
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

from hyperion_hook.commands.hooks.commit_message import recorded_message
from hyperion_hook.config.load import load_config
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.languages import LANGUAGES, language_of
from hyperion_hook.domain.files.text import decode_text
from hyperion_hook.domain.message.classify import classify_message, issue_references, strip_trailers, trailers
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import HyperionError
from hyperion_hook.features.change.code_lines import code_by_line, code_in
from hyperion_hook.features.change.tokens import count_tokens
from hyperion_hook.features.code.lines import count_lines
from hyperion_hook.features.code.notebooks import read_notebook
from hyperion_hook.features.coverage import read_coverage
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.features.manifests.readers import read_manifest
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.features.structure.interface_python import breakages
from hyperion_hook.forge.azure import Azure
from hyperion_hook.forge.bitbucket import Bitbucket
from hyperion_hook.forge.event import activity_of, event_of, read_event
from hyperion_hook.forge.gitea import Gitea
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.gitlab import GitLab
from hyperion_hook.forge.http import Http, _Reply
from hyperion_hook.forge.job import Job
from hyperion_hook.git.diffs.parse_diff import parse_difference
from hyperion_hook.report.comment.state import read_state
from hyperion_hook.scoring.bundle import bundled_models, load_bundle
from hyperion_hook.scoring.trees import Trees, serialise
from hyperion_hook.store.feature_sets.content import DamagedRowError, numbers_of, packed
from hyperion_hook.store.graphs.snapshot import decode as decode_graph
from hyperion_hook.store.graphs.snapshot import encode as encode_graph
from hyperion_hook.store.history.codec import members, pack, unpack
from hyperion_hook.store.models import metadata
from hyperion_hook.store.source_cache import decode as decode_source
from hyperion_hook.store.source_cache import encode as encode_source
from hyperion_hook.training.labels.fixes import taken_back
from hyperion_hook.training.labels.known_commits import KnownCommits
from tests.support.fuzz_changes import RULES, breaks, breaks_seeds, rules
from tests.support.fuzz_texts import Text, seeds_of

DAMAGED = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What decoders document; whoever calls them takes it for a row that is not there."""


class Reader(NamedTuple):
    """``read`` is called with the name and the text of each input."""

    seeds: Callable[[], Sequence[Text]]
    read: Callable[[str, str], object]


def as_bytes(text: str) -> bytes:
    """Return a text of bytes as it was before ``as_text``; other characters in UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """Return bytes as a text that can be changed like one."""
    return data.decode("latin-1")


# -- code -------------------------------------------------------------------------------------------------------------

SOURCES = dict(seeds_of("source"))


def _sources() -> list[Text]:
    read = [language for language in LANGUAGES.values() if language.reader]
    return [Text(f"a.{ending}", SOURCES[language.name]) for language in read for ending in language.endings]


def _any_source() -> list[Text]:
    paths = [(name, [*(f"a.{end}" for end in it.endings), *it.names][0]) for name, it in LANGUAGES.items()]
    others = (SOURCES["C++"], SOURCES["Shell"])
    return [Text(path, SOURCES.get(name, others[step % 2])) for step, (name, path) in enumerate(paths)]


def _imported() -> list[Text]:
    manifests = ("go.mod", "Cargo.toml", "package.json")
    return [*_any_source(), *(seed for seed in seeds_of("manifest") if seed.name in manifests)]


def _lines(path: str, text: str) -> None:
    language = str(language_of(path))
    if LANGUAGES[language].comments is not None:
        count_lines(text, language)
        rows = text.encode("utf-8", "surrogatepass").split(b"\n")
        code_by_line(rows, language)
        count_tokens(b"\n".join(code_in(rows, language)))
    decode_text(text.encode("utf-8", "surrogatepass"))


def _imports(path: str, text: str) -> None:
    graph = LiveGraph()
    specs = read_imports(f"src/{path}", text)
    graph.update({f"src/{path}": specs, "src/b.py": ("src.a", ".a:x"), "lib/c.go": ("a/b",)})
    graph.parts()


def _interface(_name: str, text: str) -> None:
    breakages(SOURCES["Python"], text)
    breakages(text[: len(text) // 2], text)


# -- manifests, reports and settings ----------------------------------------------------------------------------------


def _config(name: str, text: str) -> None:
    with suppress(HyperionError):
        load_config(Path("/nowhere"), {}, texts={name: text.encode("utf-8", "surrogatepass")})
    names = ("FAIL_ON", "DEADLINE", "COVERAGE", "CRITICALITY", "BULK_FILES")
    with suppress(HyperionError):
        load_config(None, {f"HYPERION_HOOK_{name}": text[:200] for name in names})


# -- messages and what git prints -------------------------------------------------------------------------------------


@cache
def _known() -> KnownCommits:
    known = KnownCommits()
    known.add(_commit_of("Fix crash in x (#12)\n"))
    return known


def _commit_of(message: str, author: Author | None = None) -> Commit:
    ada = author or Author("Ada", "a@b.c")
    return Commit(
        id="0123456789abcdef0123456789abcdef01234567",
        parents=("1" * 40,),
        author=ada,
        committer=ada,
        authored_at=1,
        committed_at=1,
        utc_offset=0,
        message=message,
        files=(),
    )


def _message(_name: str, text: str) -> None:
    # git strips NUL from names and messages
    text = text.replace("\0", "")
    author = Author(text[:60], text[-60:])
    classify_message(text, author)
    strip_trailers(text)
    issue_references(text)
    trailers(text)
    taken_back(_commit_of(text, author), _known())
    for mode in ("default", "strip", "whitespace", "verbatim", "scissors", text[:8]):
        encoding, comment = text[:5] or "utf-8", text[:1] or "auto"
        settings = {"commit.cleanup": mode, "core.commentchar": comment, "i18n.commitencoding": encoding}
        recorded_message(text.encode("utf-8", "surrogatepass"), settings, editor=mode != "default")
    read_state(f"<!-- hyperion-hook-state: {text[:500]} -->\n{text}")


def _patch(name: str, text: str) -> None:
    """Read a difference as git prints it: the content is anybody's, and so is the path, which git quotes."""
    body = text.encode("utf-8", "surrogatepass")
    path = b"".join(b"%c" % byte if 32 < byte < 127 and byte not in b'"\\' else b"\\%03o" % byte for byte in body[:40])
    lines = b"".join(b"+" + line + b"\n" for line in body.split(b"\n"))
    raw = b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b' M\t"' + path + b'"\n'
    block = b'diff --git "a/' + path + b'" "b/' + path + b'"\nindex 1..2 100644\n--- x\n+++ x\n'
    count = lines.count(b"\n")
    header = b"@@ -0,0 +1,%d @@ " % count + body[:50].split(b"\n")[0] + b"\n"
    (file,) = parse_difference(raw + b"\n" + block + header + lines)
    assert file.lines_added == count, f"{count} lines are read as {file.lines_added}"
    if name == "cut":
        parse_difference(raw + b"\n" + block + body, is_whole=False)


# -- stores -----------------------------------------------------------------------------------------------------------


def _payloads() -> list[Text]:
    graph = LiveGraph()
    paths = {"a/b.py": "Python", "c.go": "Go", "d.java": "Java"}
    graph.update({path: read_imports(path, SOURCES[language]) for path, language in paths.items()})
    measured = encode_source(measure_source("a.py", SOURCES["Python"]))
    plain = zlib.decompress(measured) if measured[:1] != b"{" else measured
    model = {
        "format_version": metadata.FORMAT_VERSION,
        "files": {"a.b": {"bytes": 1, "sha256": "0"}},
        "lineage": dict.fromkeys(("features", "data", "recipe", "parameters"), "x"),
        "name": "risk",
        "version": "v1.0.0",
        "training_features": ["a"],
        "model_type": "x",
        "created_by": "y",
        "training_samples": 1,
        "accuracy": 0.5,
    }
    blobs = {
        "graph": encode_graph(graph),
        "source": plain,
        "packed source": measured,
        "numbers": pack([0, 1, 300, 10**9, 7, 7]),
        "mask": bytes(range(40)),
        "model": json.dumps(model).encode(),
        "row": packed({f"f{number}": number * 0.37 for number in range(20)})[0],
    }
    return [Text(name, as_text(blob)) for name, blob in blobs.items()]


def _payload(name: str, text: str) -> None:
    data = as_bytes(text)
    if name == "graph":
        with suppress(ValueError):
            graph = decode_graph(data)
            graph.parts()
            graph.update({"a/b.py": ("os", ".c")})
    elif name in ("source", "packed source"):
        with suppress(*DAMAGED):
            decode_source(data)
    elif name == "numbers":
        unpack(data)
    elif name == "mask":
        list(members(int.from_bytes(data[:2_000], "little")))
    elif name == "row":
        with suppress(DamagedRowError):
            numbers_of(data, 20)
    else:
        with suppress(*DAMAGED):
            metadata.decode(data, status=metadata.Status.TRAINED, created_at=datetime.now(UTC))


class StoredRows:
    """Every SQLite store and file of ours with changed values in its rows, used as commands use it."""

    def __init__(self, folder: Path) -> None:
        from tests.support import planted_stores

        self._folder = folder
        self._uses = planted_stores.SQLITE | planted_stores.PLAIN
        self._files: dict[str, bytes] = {}
        for name, (use, file) in self._uses.items():
            root = Path(self._folder, name)
            root.mkdir()
            use(root)
            self._files[name] = Path(root, "hyperion-hook", file).read_bytes()

    def seeds(self) -> list[Text]:
        """Return the values that there are, each under the name of its store."""
        result = []
        for name, (_, file) in self._uses.items():
            if not file.endswith(".sqlite"):
                result.append(Text(name, as_text(self._files[name])))
                continue
            with closing(sqlite3.connect(Path(self._folder, name, "hyperion-hook", file))) as connection:
                for table, column in _columns(connection):
                    values = connection.execute(f"SELECT {column} FROM {table} LIMIT 3").fetchall()  # noqa: S608
                    texts = (as_text(value) if isinstance(value, bytes) else str(value) for (value,) in values)
                    result += [Text(name, text) for text in texts]
        return result

    def read(self, name: str, text: str) -> None:
        """Put a value into some column of some table, and use the store."""
        use, file = self._uses[name]
        root = Path(self._folder, name)
        path = root / "hyperion-hook" / file
        for beside in path.parent.glob(f"{path.name}*"):
            beside.unlink()
        if not file.endswith(".sqlite"):
            path.write_bytes(as_bytes(text))
        else:
            path.write_bytes(self._files[name])
            chance = random.Random(zlib.crc32(as_bytes(text)))  # noqa: S311 - the same place for the same text
            with closing(sqlite3.connect(path, isolation_level=None)) as connection, suppress(sqlite3.IntegrityError):
                table, column = chance.choice(list(_columns(connection)))
                plain = text.encode("utf-8", "replace").decode()
                value = chance.choice((as_bytes(text), plain, len(text), -len(text), 2**62, 0.5, None))
                connection.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608
        with suppress(HyperionError):
            use(root)


def _columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return [
        (table, column)
        for (table,) in tables.fetchall()
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
    ]


# -- models -----------------------------------------------------------------------------------------------------------


def _models() -> list[Text]:
    return [
        *seeds_of("model"),
        Text("bundle", (bundled_models() / "manifest.json").read_text()),
        Text("trees", as_text(serialise([0], [0, 0, 0], [1.5, 0.5, -0.5], [1, 0, 0]))),
        Text("skops", _skops()),
        Text("corpus", _corpus()),
    ]


def _corpus() -> str:
    import io

    import numpy as np

    out = io.BytesIO()
    about = json.dumps({"format_version": 2, "heads": {"a": "0"}, "repositories": ["a"], "names": ["la"]}).encode()
    np.savez(
        out, about=np.frombuffer(about, np.uint8), features=np.zeros((2, 1), np.float16), day=np.ones(2, np.uint16)
    )
    return as_text(out.getvalue())


def _skops() -> str:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "schema.json",
            json.dumps(
                {
                    "protocol": 2,
                    "_skops_version": "0.13",
                    "__class__": "dict",
                    "__module__": "builtins",
                    "__loader__": "DictNode",
                    "__id__": 1,
                    "content": {},
                    "key_types": {
                        "__class__": "list",
                        "__module__": "builtins",
                        "__loader__": "ListNode",
                        "content": [],
                        "__id__": 2,
                    },
                }
            ),
        )
    return as_text(out.getvalue())


class Models:
    """Files of models of every form; bundles are put into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for file in bundled_models().glob("*.trees"):
            Path(self._folder, file.name).write_bytes(file.read_bytes())

    def read(self, name: str, text: str) -> None:
        """Read a model's file."""
        from hyperion_hook.training.mlflow.load import _columns as columns
        from hyperion_hook.training.mlflow.load import described
        from hyperion_hook.training.model_files.skops_audit import audited
        from hyperion_hook.training.model_files.xgboost_audit import _audited_json
        from hyperion_hook.training.rows.corpus_table import unpack

        if name == "bundle":
            Path(self._folder, "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        with suppress(HyperionError):
            if name == "MLmodel":
                columns(described(text.encode("utf-8", "surrogatepass")))
            elif name == "trees":
                Trees.parse("a", as_bytes(text), 98)
            elif name == "corpus":
                unpack(as_bytes(text), name)
            elif name == "skops":
                audited(as_bytes(text))
            elif name == "bundle":
                load_bundle(Path(self._folder))
            else:
                with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    _audited_json(as_bytes(text))


# -- what servers answer ----------------------------------------------------------------------------------------------


class _Canned(Http):
    """A server that answers everything with the same bytes."""

    reply = _Reply(200, "OK", HTTPMessage(), b"")

    def _once(self, method: str, address: str, data: bytes | None) -> _Reply:
        return self.reply


def _answer(name: str, text: str) -> None:
    headers = HTTPMessage()
    headers["Link"] = text[:60].encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
    reply = _Reply(200, "OK", headers, text.encode("utf-8", "surrogatepass"))
    job = Job("https://x.example", "https://x.example/o/r", "1", 7, "a" * 40, "b" * 40)
    hub, lab, ours = GitHub.of(job.api_url, "o/r", "ghp_x"), GitLab(job, "x"), frozenset("ab")
    others = Gitea.of(job.api_url, "o/r", "x"), Bitbucket(job, "x"), Azure(job, "x")
    for host in (hub, lab, *others):
        given = host._http
        host._http = _Canned(
            "https://x.example", "x", {}, given.name, list_field=given.list_field, sleep=lambda _: None
        )
        host._http.reply = reply
    known: dict[str, list[Callable[[], object]]] = {
        "pull": [lambda: hub.pull_request(7)],
        "reviews": [lambda: hub.approvals(7)],
        "comments": [
            partial(call, 7, text)
            for host in (hub, *others)
            for call, text in ((host.own_comments, "<!-- hyperion-hook -->"), (host.write_comment, "a"))
        ],
        "notes": [lambda: lab.own_comments(7, "<!-- hyperion-hook -->"), lambda: lab.write_comment(7, "a")],
        "merge request": [partial(host.set_labels, 7, "a", ours) for host in (hub, lab, *others)],
    }
    for call in known.get(name, ()):
        with suppress(HyperionError):
            call()
    if name == "event":
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            activity_of(event_of("pull_request", {"action": text[:9], "pull_request": json.loads(text)}, "o/r"))
        with tempfile.NamedTemporaryFile() as file, suppress(HyperionError):
            Path(file.name).write_bytes(text.encode("utf-8", "surrogatepass"))
            read_event("pull_request", Path(file.name), "o/r")


# ---------------------------------------------------------------------------------------------------------------------


def _of_rows(rows: StoredRows) -> Reader:
    return Reader(rows.seeds, rows.read)


def _notebook(_name: str, text: str) -> None:
    notebook = read_notebook(text)
    if not isinstance(notebook, Missing):
        notebook.as_source()
        dict(notebook.lines)


def _coverage(_name: str, text: str) -> None:
    read_coverage(text.encode("utf-8", "surrogatepass"), root="/a")


def _group(name: str, read: Callable[[str, str], object]) -> Callable[[Path], Reader]:
    return lambda _: Reader(lambda: seeds_of(name), read)


READERS: dict[str, Callable[[Path], Reader]] = {
    "source": lambda _: Reader(_sources, measure_source),
    "lines and tokens": lambda _: Reader(_any_source, _lines),
    "imports": lambda _: Reader(_imported, _imports),
    "interface": lambda _: Reader(lambda: [Text("a.py", SOURCES["Python"])], _interface),
    "notebooks": lambda _: Reader(lambda: [Text("a.ipynb", SOURCES["Jupyter Notebook"])], _notebook),
    "manifests": _group("manifest", read_manifest),
    "coverage": _group("coverage", _coverage),
    "messages": _group("message", _message),
    "patches": lambda _: Reader(lambda: [*seeds_of("patch"), Text("whole", SOURCES["C"])], _patch),
    "breaks": lambda _: Reader(breaks_seeds, breaks),
    "rules and reports": lambda _: Reader(lambda: list(starmap(Text, RULES.items())), rules),
    "configuration": _group("configuration", _config),
    "API answers": _group("answer", _answer),
    "stored values": lambda _: Reader(_payloads, _payload),
    "stores": lambda folder: _of_rows(StoredRows(folder)),
    "models": lambda folder: Reader(_models, Models(folder).read),
}
"""How each reader is made, given a folder of its own."""
