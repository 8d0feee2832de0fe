"""Every kind of store, and everything that a stranger may have put in its place."""

from __future__ import annotations

import os
import random
import sqlite3
import struct
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.git.diffs.hunks import Position
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.store.feedback_store import FeedbackStore
from hyperion_hook.store.files.sqlite_checks import JOURNAL_MAGIC
from hyperion_hook.store.graphs.cache import _Store
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.hunk_store import HunkStore
from hyperion_hook.store.models.version_store import VersionStore
from hyperion_hook.store.reference_store import ReferenceStore
from hyperion_hook.store.source_cache import SourceCache
from tests.store.test_history_index import commit
from tests.support.history_model import indexed
from tests.support.registering import draft, files_of

FOLDER = "hyperion-hook"
HISTORY = [commit(1, files="A a.py"), *(commit(n, (n - 1,), files="M a.py") for n in range(2, 12))]


def _history(root: Path) -> object:
    with HistoryIndex.open(root / FOLDER / "history-v1.sqlite", root) as index:
        indexed(HISTORY, index)
        life = index.history_at(HISTORY[-1].id).file("a.py")
        return life.event_count, [event.lines_added for event in life.events], index.recent_commits(HISTORY[-1].id, 99)


def _sources(root: Path) -> object:
    with SourceCache(root / FOLDER / "source-v1.sqlite", root=root) as cache:
        return cache.measured(measure_source)("a.py", "b1", "def f(x):\n    return x\n")


def _references(root: Path) -> object:
    store = ReferenceStore(root / FOLDER / "reference-v1.sqlite", root)
    known = store.read("kind", ["a"])
    store.write("kind", {"a": (1.5, 2.5)})
    store.close()
    return known if known.get("a") == (1.5, 2.5) else {"a": (1.5, 2.5)}


def _graphs(root: Path) -> object:
    live = LiveGraph()
    live.update({"a.py": read_imports("a.py", "import b\n"), "b.py": read_imports("b.py", "import os\n")})
    store = _Store(root / FOLDER / "imports-v1.sqlite", root)
    kept = store.by_commit("c1")
    if kept is None:
        store.write("c1", "t1", live)
    store.close()
    graph = live if kept is None else kept[1]
    return sorted(graph.files()), graph.parts().out


def _features(root: Path) -> object:
    with FeatureStore.of(root) as store:
        return store.get_features(store.store_features({"a": 1, "b": None}, "", "r", commit="c" * 40))


def _hunks(root: Path) -> object:
    store = HunkStore(root / FOLDER / "hunks-v1.sqlite", root)
    try:
        return store.positions("a.py", ["ab" * 20], lambda commits: dict.fromkeys(commits, (Position(1, 2, 3, 4),)))
    finally:
        store.close()


def _feedback(root: Path) -> object:
    store = FeedbackStore.of(root)
    store.keep(7, RiskLevel.LOW, ("c" * 40,), (), 5)
    return store.read()


def _registry(root: Path) -> object:
    registry = VersionStore.of(root)
    version = registry.register(draft("one"), files_of).version
    # a new version where the record of the first was damaged
    return registry.folder("risk_predictor", version).name == f"risk_predictor_{version}"


SQLITE: dict[str, tuple[Callable[[Path], object], str]] = {
    "history": (_history, "history-v1.sqlite"),
    "sources": (_sources, "source-v1.sqlite"),
    "references": (_references, "reference-v1.sqlite"),
    "graphs": (_graphs, "imports-v1.sqlite"),
    "features": (_features, "features-v1.sqlite"),
    "hunks": (_hunks, "hunks-v1.sqlite"),
    "lock of feedback": (_feedback, "feedback.lock"),
    "lock of models": (_registry, "registry/lock"),
}
"""Uses a store under a git directory and returns the answer; its file."""

PLAIN: dict[str, tuple[Callable[[Path], object], str]] = {
    "feedback": (_feedback, "feedback.json"),
    "models": (_registry, "registry/risk_predictor.json"),
    "a model": (_registry, "registry/metadata/risk_predictor_v1.0.0_metadata.json"),
}

Fault = Callable[[Path, Path], object]
"""Given the file of a store, and a folder of somebody else's that holds ``victim.txt`` and ``theirs.sqlite``."""


def somebody_elses(folder: Path) -> Path:
    """Fill a folder with files that nothing may happen to."""
    folder.mkdir()
    (folder / "victim.txt").write_text("precious\n")
    with closing(sqlite3.connect(folder / "theirs.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE cookies (x)")
    (folder / "empty.txt").touch()
    (folder / "inside").mkdir()
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return what is in a folder, ``None`` for folders."""
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}


def _link(target: str) -> Fault:
    def plant(path: Path, theirs: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(theirs / target)

    return plant


def _beside(ending: str, make: Callable[[Path, Path, Path], object]) -> Fault:
    return lambda path, theirs: make(path.with_name(path.name + ending), path, theirs)


def _hard_link(path: Path, theirs: Path) -> None:
    path.unlink()
    os.link(theirs / "theirs.sqlite", path)


def _instead(make: Callable[[Path], object]) -> Fault:
    def plant(path: Path, theirs: Path) -> None:
        path.unlink()
        make(path)

    return plant


def _linked_folder(path: Path, theirs: Path) -> None:
    path.parent.rename(path.parent.with_name("was"))
    path.parent.symlink_to(theirs / "inside")


def _linked_store_folder(path: Path, theirs: Path) -> None:
    _linked_folder(next(above for above in path.parents if above.name == FOLDER) / "any", theirs)


def super_journal(victim: Path, pages: int = 1, page_bytes: int = 4096, first: bytes = JOURNAL_MAGIC) -> bytes:
    """Return a rollback journal that names a file to be deleted."""
    name = os.fsencode(victim)
    head = (first + struct.pack(">IIIII", 0, 1234, pages, 512, page_bytes)).ljust(512, b"\0")
    trailer = struct.pack(">I", 0x40000000 // page_bytes + 1) + name
    return head + trailer + struct.pack(">II", len(name), sum(name) & 0xFFFFFFFF) + JOURNAL_MAGIC


def _far_journal(path: Path) -> bytes:
    page_bytes = int.from_bytes(path.read_bytes()[16:18], "big") or 4096
    return (JOURNAL_MAGIC + struct.pack(">IIIII", 0, 1, 500_000_000, 512, page_bytes)).ljust(1024, b"\0")


def _wal(path: Path, page: int) -> bytes:
    page_bytes = int.from_bytes(path.read_bytes()[16:18], "big") or 4096
    head = struct.pack(">IIIIIIII", 0x377F0682, 3_007_000, page_bytes, 0, 1, 2, 0, 0)
    return head + struct.pack(">IIIIII", page, page, 1, 2, 0, 0) + bytes(page_bytes)


def edited(*statements: str) -> Fault:
    """Return a fault that runs statements; ``{table}`` is the first table."""

    def plant(path: Path, theirs: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            row = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
            for statement in statements if row else ("CREATE TABLE planted (x)", "PRAGMA user_version = 3"):
                connection.execute(statement.format(table=row[0] if row else ""))

    return plant


def _in_every(kinds: str, value: object, columns: slice = slice(None)) -> Fault:
    def plant(path: Path, theirs: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
                for column in [column for _, column, kind, *_ in rows if kind in kinds][columns]:
                    with suppress(sqlite3.Error):
                        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608

    return plant


def _negated(path: Path, theirs: Path) -> None:
    """Negate the numbers that cannot be negative, one kind after the other believed by itself."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        for table, column in (("events", "lines_added"), ("tallies", "commits")) if "tallies" in tables else ():
            connection.execute(f"UPDATE {table} SET {column} = -{column}")  # noqa: S608


def _grown_pages(path: Path, theirs: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode=DELETE", "PRAGMA page_size=65536", "VACUUM"):
            connection.execute(statement)


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS x FROM c"
BOMB = zlib.compress(bytes(200_000_000), 1)

ANY_FAULTS: dict[str, Fault] = {
    "nothing": lambda path, theirs: None,
    "gone": _instead(lambda path: None),
    "a link to a database": _link("theirs.sqlite"),
    "a link to an empty file": _link("empty.txt"),
    "a link to nothing": _link("new.sqlite"),
    "a link to a folder": _link("inside"),
    "a pipe": _instead(os.mkfifo),
    "a folder": _instead(Path.mkdir),
    "its folder a link": _linked_folder,
    "the folder of all stores a link": _linked_store_folder,
    "cut in half": lambda path, theirs: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path, theirs: os.truncate(path, 0),
    "random bytes": _instead(lambda path: path.write_bytes(random.Random(1).randbytes(20_000))),  # noqa: S311
    "deep brackets": _instead(lambda path: path.write_bytes(b"[" * 2_000_000)),
}
SQLITE_FAULTS: dict[str, Fault] = {
    "a hard link": _hard_link,
    "a view": edited("ALTER TABLE {table} RENAME TO real_{table}", "CREATE VIEW {table} AS SELECT * FROM real_{table}"),
    "an endless view": edited("ALTER TABLE {table} RENAME TO real_{table}", "CREATE VIEW {table} AS " + ENDLESS),
    "one more view": edited("CREATE VIEW more AS " + ENDLESS),
    "a trigger": edited("CREATE TRIGGER planted AFTER INSERT ON {table} BEGIN SELECT randomblob(900000000); END"),
    "a generated column": edited("ALTER TABLE {table} ADD COLUMN x AS (zeroblob(900000000))"),
    "an index over an expression": edited("CREATE INDEX planted ON {table} (hex(zeroblob(10)))"),
    "a newer version": edited("PRAGMA user_version = 999999"),
    "another program's": edited("PRAGMA application_id = 77"),
    "pages of 64 kB": _grown_pages,
    "3 GB of nothing": lambda path, theirs: os.truncate(path, 3_000_000_000),
    "values that unpack to 200 MB": _in_every("BLOB", BOMB),
    "numbers for bytes": _in_every("BLOB", 0.5),
    "texts for bytes": _in_every("BLOB", "\u00e9"),
    "a text for the first bytes": _in_every("BLOB", "\u00e9", slice(1)),
    "a text for the last bytes": _in_every("BLOB", "\u00e9", slice(-1, None)),
    "a text for the first number": _in_every("INTEGER", "\u00e9", slice(1)),
    "a text for the last number": _in_every("INTEGER", "\u00e9", slice(-1, None)),
    "bytes for numbers": _in_every("INTEGER", b"x"),
    "bytes for texts": _in_every("TEXT", b"x"),
    "numbers beyond all": _in_every("INTEGER", -(2**62)),
    "counts below zero": _negated,
    "values of 2 MB": _in_every("BLOB", bytes(2_000_000)),
    "a journal that names a file": _beside(
        "-journal",
        lambda beside, path, theirs: beside.write_bytes(
            super_journal(theirs / "victim.txt", max(1, path.stat().st_size // 4096))
        ),
    ),
    "a sleeping journal that names a file": _beside(
        "-journal",
        lambda beside, path, theirs: beside.write_bytes(super_journal(theirs / "victim.txt", first=bytes(8))),
    ),
    "a journal of other pages": _beside(
        "-journal",
        lambda beside, path, theirs: beside.write_bytes(
            super_journal(theirs / "victim.txt", 1, 1024)[:512] + bytes(4000)
        ),
    ),
    "a journal of a far larger file": _beside(
        "-journal", lambda beside, path, theirs: beside.write_bytes(_far_journal(path))
    ),
    "a journal of nonsense": _beside("-journal", lambda beside, path, theirs: beside.write_bytes(b"nonsense" * 200)),
    "a journal that is a link": _beside(
        "-journal", lambda beside, path, theirs: beside.symlink_to(theirs / "victim.txt")
    ),
    "a journal that is a hard link": _beside(
        "-journal", lambda beside, path, theirs: os.link(theirs / "victim.txt", beside)
    ),
    "a journal that is a pipe": _beside("-journal", lambda beside, path, theirs: os.mkfifo(beside)),
    "a log of nonsense": _beside("-wal", lambda beside, path, theirs: beside.write_bytes(b"nonsense" * 900)),
    "a log of far pages": _beside("-wal", lambda beside, path, theirs: beside.write_bytes(_wal(path, 500_000_000))),
    "a log that is a link": _beside("-wal", lambda beside, path, theirs: beside.symlink_to(theirs / "new-wal")),
    "a log that is a hard link": _beside("-wal", lambda beside, path, theirs: os.link(theirs / "victim.txt", beside)),
    "shared memory that is a link": _beside(
        "-shm", lambda beside, path, theirs: beside.symlink_to(theirs / "victim.txt")
    ),
    "shared memory that is a folder": _beside("-shm", lambda beside, path, theirs: beside.mkdir()),
}
