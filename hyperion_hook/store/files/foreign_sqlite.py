"""Whether a database that another library is to open does no more than hold rows."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from hyperion_hook.store.files.sqlite import open_bounded
from hyperion_hook.store.files.sqlite_checks import UnfitError, inspect
from hyperion_hook.store.files.whole_files import check_folder

_ONLY_REFUSES = re.compile(
    r"CREATE TRIGGER \w++\s++BEFORE (?:INSERT|UPDATE|DELETE) ON \w++\s++FOR EACH ROW\s++(?:WHEN [\w.!=<>\s]*?\s)?"
    r"BEGIN\s++SELECT RAISE\((?:ABORT|FAIL|ROLLBACK), '[^']*+'\);\s++END"
)
"""MLflow guards a table of its own by such a trigger: it computes nothing."""


def check_foreign_form(path: Path, root: Path | None = None) -> None:
    """Refuse a database that another library is to open, if SQLite would do more for it than read and write rows.

    Raises ``UnfitError`` if something lies beside it that SQLite cannot have written, or it has a view or a
    trigger; ``OSError`` if it or its folder is a link, or cannot be read.
    """
    check_folder(path.parent, root)
    size = inspect(path, write_ahead=True)
    if size is None:
        return
    try:
        with closing(open_bounded(path, size, 1_000_000, 5.0, "ro")) as connection:
            asked = connection.execute("SELECT sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
            programs = asked.fetchmany(50)
    except sqlite3.OperationalError as error:
        raise OSError(0, str(error), str(path)) from None
    except sqlite3.DatabaseError as error:
        raise UnfitError(f"damaged ({error})") from None
    if not all(_ONLY_REFUSES.fullmatch(str(sql)) for (sql,) in programs):
        raise UnfitError("has a view or a trigger, which is not ours")
