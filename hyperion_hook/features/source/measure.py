"""Code metrics of one version of one file: the one adapter to lizard and radon.

A file is measured within limits of size, line length and work: past them, or where no reader understands it, the answer
is ``Missing`` with the reason, never an exception and never a zero. Readers are imported when first needed, so that a
change in one language does not pay for the others.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.files.generated import says_generated
from hyperion_hook.domain.files.languages import LANGUAGES, language_of
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import show_traceback_if_asked
from hyperion_hook.features.code.actual_language import EMBEDDING, SHARED, embedded_source, language_written
from hyperion_hook.features.code.limits import DEFAULT, IN_LFS, Clock, Limits, TooSlowError, too_hard_to_tokenise
from hyperion_hook.features.code.metrics import SourceMetrics

EXTRACTOR_VERSION = 8
"""Raised whenever a number can change for the same text; cached metrics of another version are not used."""

_MINIFIED_MEAN = 400
_PYTHON_HEAD = late_pattern(r"^[^\S\n]*+(?:async\s++)?+(def)\s++\w", re.MULTILINE)


def can_measure(path: str) -> bool:
    """Return whether there is a reader for the language that a path's ending names.

    Examples
    --------
    >>> can_measure("a.py"), can_measure("a.kt"), can_measure("a.hs"), can_measure("a.md")
    (True, True, False, False)
    """
    language = language_of(path)
    return language is not None and bool(LANGUAGES[language].reader)


def measure_source(path: str, text: str, *, limits: Limits = DEFAULT) -> SourceMetrics | Missing:
    """Measure one version of one file.

    Parameters
    ----------
    path
        Where the file is; only its ending is looked at.
    text
        Any text at all; line ends may be of any kind.
    limits
        What the file may cost.

    Returns
    -------
    SourceMetrics | Missing
        Metrics as described in ``docs/code-metrics.md``, or why there are none: no reader for the language, the text is
        empty of sense for it, too large, minified, generated, nested too deeply or too slow to read.
    """
    language = language_of(path)
    if language is None or not can_measure(path):
        return Missing(f"no reader for {language}" if language else "this kind of file is not measured")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if language in EMBEDDING:
        part = embedded_source(language, text)
        if isinstance(part, Missing):
            return part
        path, language, text = f"{path}.{LANGUAGES[part[0]].endings[0]}", *part
    reason = _refused(text, limits)
    if reason is not None:
        return Missing(reason)
    clock = Clock(limits.steps)
    try:
        return _measured(path, language, text, clock)
    except TooSlowError as error:
        return Missing(str(error))
    except RecursionError:
        return Missing("the code is nested too deeply to be read")
    except MemoryError:
        return Missing("the code is too complicated to be read")
    except Exception as error:  # noqa: BLE001 - a text that trips its reader must cost itself, not the other files
        show_traceback_if_asked(error)
        return Missing(f"its reader failed: {type(error).__name__}")


def _refused(text: str, limits: Limits) -> str | None:
    if len(text) > limits.max_bytes or len(text.encode("utf-8", "surrogatepass")) > limits.max_bytes:
        return f"larger than {limits.max_bytes:,} bytes"
    if text.startswith("version https://git-lfs."):
        return IN_LFS.reason
    if "\0" in text:
        return "it is binary: it holds a NUL"
    rows = text.split("\n")
    if len(max(rows, key=len)) > limits.max_line:
        return f"a line is longer than {limits.max_line:,} characters: minified or generated"
    if len(text) > 5_000 and len(text) > _MINIFIED_MEAN * len(rows):
        return f"its lines are longer than {_MINIFIED_MEAN} characters on average: minified or generated"
    if says_generated(text):
        return "it says that it is generated"
    return None


def _measured(path: str, language: str, text: str, clock: Clock) -> SourceMetrics | Missing:
    if language == "Python":
        return _python(text, clock)
    written = language_written(language, text) if language in SHARED else language
    if written != language:
        return Missing(f"no reader for {written}")
    from hyperion_hook.features.source.tokens import measure_tokens

    return measure_tokens(path, language, text, clock)


def _python(text: str, clock: Clock) -> SourceMetrics | Missing:
    from hyperion_hook.features.source.python import measure_python

    try:
        return measure_python(text)
    except (SyntaxError, ValueError) as error:
        reason = Missing(f"Python cannot parse it: {getattr(error, 'msg', None) or error}")
    if too_hard_to_tokenise(text, "Python"):
        return reason
    from hyperion_hook.features.source.tokens import measure_tokens

    rough = measure_tokens("unparsed.py", "Python", text, clock)
    if isinstance(rough, Missing) or not rough.functions:
        return reason
    if {text.count("\n", 0, head.start(1)) + 1 for head in _PYTHON_HEAD.finditer(text)} - {
        function.start_line for function in rough.functions
    }:
        # the reader loses what it does not understand: methods on one line, strings within strings
        return reason
    functions = tuple(item._replace(cognitive=reason, npath=reason, nesting=reason) for item in rough.functions)
    return replace(rough, functions=functions, classes=None, maintainability=reason, halstead_volume=reason)
