"""Calling MLflow so that it costs the caller nothing but the call: no telemetry, no long waits, no chatter.

MLflow is steered by environment variables, by warnings and by its loggers; all are as they were after the calls.
"""

from __future__ import annotations

import logging
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Thread
from types import MappingProxyType
from typing import Any, TypeVar

from hyperion_hook.errors import HyperionError, MissingExtraError
from hyperion_hook.report.safe_text import printable, without_password
from hyperion_hook.training.mlflow.address import is_file_store, is_server, local_folder

ANSWER_SECONDS = 10
"""How long one request may take; it is not tried again."""

PATIENCE_SECONDS = 30.0
"""How long the calls for one model may take before the rest of them is left out."""

MOST_SECONDS = 180.0
"""How long all calls for one model may take, imports and the making of a database included; then they are left."""

Answer = TypeVar("Answer")

_MOST_OF_AN_ANSWER = 1_000_000
"""Bytes; MLflow answers with its version, what stands before it perhaps with a page."""

_MOST_OF_A_MESSAGE = 300
_DATABASE = re.compile(r"(sqlite|postgresql|mysql|mssql)(\+\w+)?://")
_LOGGERS = ("mlflow", "alembic")

_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        # waiting as long as a server says ("Retry-After") could be for ever
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(ANSWER_SECONDS),
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }
)
FILE_STORE = "MLFLOW_ALLOW_FILE_STORE"


class TrackingError(HyperionError):
    """MLflow could not be reached, refused, or answered something unexpected."""


def need_mlflow(what: str) -> None:
    """Make sure that MLflow is installed.

    Raises
    ------
    MissingExtraError
        If not; it says how to install it.
    """
    if find_spec("mlflow") is None:
        raise MissingExtraError(what, "mlflow", "mlflow")


@contextmanager
def calling(uri: str) -> Iterator[None]:
    """Have everything in force that our calls of MLflow need, and only for them.

    Raises ``TrackingError`` for whatever goes wrong, in one line without passwords. Only for a folder of files is
    MLflow told that such a store is wanted.
    """
    settings = {**_SETTINGS, **({FILE_STORE: "true"} if is_file_store(uri) else {})}
    before = {name: os.environ.get(name) for name in settings}
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    os.environ.update(settings)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in _LOGGERS:
                logging.getLogger(name).setLevel(logging.CRITICAL)
            yield
    except HyperionError:
        raise
    except Exception as error:  # its stores, its plug-ins and a server's answers raise whatever they like
        raise TrackingError(in_one_line(error)) from error
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def client_of(uri: str) -> Any:
    """Return MLflow's client for an address, once that answers; within ``calling`` only."""
    if is_server(uri):
        _make_sure_it_answers(uri, ANSWER_SECONDS)
    elif _DATABASE.match(uri):
        _make_sure_it_opens(uri)
    from mlflow import MlflowClient

    # its loggers get their level when it is imported
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MlflowClient(tracking_uri=uri)


def _make_sure_it_answers(uri: str, seconds: float) -> None:
    """Ask a server for a small answer, of which the whole must come in time; raise ``TrackingError`` if it does not.

    MLflow's own limit holds for the pauses within an answer, so one that drips, or never ends, would never end.
    """
    import requests

    end = time.monotonic() + seconds
    secure = os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() not in {"1", "true"}
    verify = (os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or True) if secure else False
    try:
        with requests.get(f"{uri.rstrip('/')}/version", timeout=seconds, stream=True, verify=verify) as answer:
            read = 0
            while part := answer.raw.read1(65_536):
                read += len(part)
                if time.monotonic() > end:
                    raise TrackingError(f"no whole answer in {seconds:g} seconds")
                if read > _MOST_OF_AN_ANSWER:
                    raise TrackingError("an answer without end")
            if answer.status_code >= 500:
                raise TrackingError(f"the server answers with status {answer.status_code}")
    except requests.Timeout:
        raise TrackingError(f"no answer in {seconds:g} seconds") from None
    except requests.ConnectionError as error:
        # says what it says of the address, which is named already, and then why
        reason = str(getattr(error.args[0] if error.args else error, "reason", error))
        raise TrackingError(in_one_line(ValueError(reason.rpartition("): ")[2]))) from None


def _make_sure_it_opens(uri: str) -> None:
    """Connect to a database once, within ``calling``; MLflow itself would try for minutes."""
    import sqlalchemy

    folder = local_folder(uri)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(uri)
    try:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
    finally:
        engine.dispose()


class Patience:
    """How long may still be waited; asked between calls."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Go on, or not; raise ``TrackingError`` when the time is over."""
        if time.monotonic() > self._end:
            raise TrackingError(f"it took more than {self.seconds:g} seconds")


def bounded(uri: str, call: Callable[[], Answer]) -> Answer:
    """Return the value of a call of MLflow; raise ``TrackingError`` if it fails or takes over ``MOST_SECONDS``."""
    with calling(uri):
        return within(MOST_SECONDS, call)


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """Return the value of a call, unless it takes too long: then it is left to itself.

    MLflow's limit of a request holds for the pauses within an answer, so one that drips never ends.

    Raises ``TrackingError`` when the time is over.
    """
    result: Future[Answer] = Future()

    def work() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # noqa: BLE001 - is raised where the result is wanted
            result.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return result.result(seconds)
    except FutureTimeoutError:
        if result.done():
            raise
        raise TrackingError(f"it took more than {seconds:g} seconds") from None


def in_one_line(error: BaseException) -> str:
    r"""Return the text of an error in one line that is safe to show.

    Examples
    --------
    >>> in_one_line(ValueError("no http://ada:secret@host/\nmore"))
    'no http://ada:***@host/'
    """
    text = without_password(str(error).strip()) or type(error).__name__
    return printable(text.splitlines()[0], most=_MOST_OF_A_MESSAGE)
