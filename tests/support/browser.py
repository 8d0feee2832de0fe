"""A headless Chromium driven over two pipes in the DevTools protocol: no port, no driver, no package needed.

https://chromedevtools.github.io/devtools-protocol/; messages are JSON, each ended by a NUL byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
_SECONDS = 60.0
# the browser reads its file 3 and writes its file 4; those that we opened may bear these very numbers
_LAUNCH = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(file), fcntl.F_DUPFD_CLOEXEC, 10) for file in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_CODES = {"Tab": 9, "Enter": 13, "ArrowUp": 38, "ArrowDown": 40, "End": 35, "Home": 36, "Escape": 27, " ": 32}
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--force-device-scale-factor=1",
    "--remote-debugging-pipe",
)


def axe_source() -> str | None:
    """Return axe-core, ``None`` where it is not there; ``AXE_JS`` names another copy than that of the test group."""
    named = os.environ.get("AXE_JS")
    if named:
        return Path(named).read_text(encoding="utf-8")
    found = find_spec("axe_core_python")
    return (
        None
        if found is None or found.origin is None
        else (Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    )


class NoBrowserError(Exception):
    """There is a program of that name, but it does not start: a stub, or no rights."""


class Page:
    """One tab. ``messages`` is what went to the console, ``requests`` every address that was asked for."""

    def __init__(self, process: subprocess.Popen[bytes], commands: int, answers: int) -> None:
        self._process, self._commands, self._answers = process, commands, answers
        self._buffer, self._count, self._session = b"", 0, ""
        self._seen: set[str] = set()
        self.messages: list[str] = []
        self.requests: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    def open(self, file: Path) -> None:
        """Show a file and wait until all of it is there."""
        self._seen.clear()
        self.messages.clear()
        self.requests.clear()
        self._call("Page.navigate", url=file.as_uri())
        self._until(lambda: "Page.loadEventFired" in self._seen)

    def look(self, *, width: int = 1100, height: int = 800, dark: bool = False, printed: bool = False) -> None:
        """Set the size of the window in CSS pixels, the theme, and whether it is for paper."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media="print" if printed else "", features=[theme])

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression, waiting for a promise."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise AssertionError(json.dumps(done["exceptionDetails"])[:2_000])
        return done["result"].get("value")

    def press(self, key: str, *, times: int = 1, shift: bool = False) -> None:
        """Press a key as a person does."""
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                self._call(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key=key,
                    windowsVirtualKeyCode=_CODES.get(key, 0),
                    modifiers=8 if shift else 0,
                    **({"text": text} if text and kind == "keyDown" else {}),
                )

    def type(self, text: str) -> None:
        """Type text where the cursor is."""
        self._call("Input.insertText", text=text)

    def picture(self, *, clip: Mapping[str, float] | None = None) -> bytes:
        """Return a PNG of the whole page, or of a part of it (x, y, width, height)."""
        more = {"clip": {**clip, "scale": 1}} if clip else {}
        taken = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, **more)
        return base64.b64decode(taken["data"])

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._count += 1
        message: dict[str, object] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        answer: dict[str, Any] = {}
        self._until(lambda: bool(answer), wanted=self._count, into=answer)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def _until(self, done: Any, *, wanted: int = 0, into: dict[str, Any] | None = None) -> None:
        end = time.monotonic() + _SECONDS
        while not done():
            message = self._next(end)
            if into is not None and message.get("id") == wanted:
                into.update(message)
            self._note(message)

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, end - time.monotonic()))
            part = os.read(self._answers, 1 << 16) if ready else b""
            if not part:
                raise AssertionError("the browser does not answer" if not ready else "the browser has ended")
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(line))

    def _note(self, message: Mapping[str, Any]) -> None:
        method, said = message.get("method", ""), message.get("params", {})
        self._seen.add(method)
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.messages.append(" ".join(str(part.get("value", part.get("description"))) for part in said["args"]))
        elif method == "Runtime.exceptionThrown":
            self.messages.append(json.dumps(said["exceptionDetails"])[:1_000])
        elif method == "Log.entryAdded":
            self.messages.append(said["entry"]["text"])


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """Start a browser whose profile lies in a folder, and end it."""
    to_browser, from_browser = os.pipe(), os.pipe()
    environment = {**os.environ, "HOME": str(folder), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    process = subprocess.Popen(
        [
            sys.executable,
            "-ISc",
            _LAUNCH,
            str(to_browser[0]),
            str(from_browser[1]),
            str(CHROMIUM),
            *_FLAGS,
            f"--user-data-dir={folder / 'profile'}",
            "about:blank",
        ],
        pass_fds=(to_browser[0], from_browser[1]),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser[0])
    os.close(from_browser[1])
    page: Page | None = None
    try:
        try:
            page = Page(process, to_browser[1], from_browser[0])
        except (AssertionError, OSError) as error:
            raise NoBrowserError(str(error)) from error
        yield page
    finally:
        if page is not None:
            with suppress(AssertionError, OSError):
                page._session = ""
                page._call("Browser.close")
        os.close(to_browser[1])
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(from_browser[0])
