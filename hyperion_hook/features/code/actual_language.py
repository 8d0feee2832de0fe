"""Which language a file is written in where its ending does not tell: endings that two share, source within others."""

from __future__ import annotations

import re

from hyperion_hook.domain.files.languages import LANGUAGES
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code import notebooks

SHARED = frozenset({"Objective-C", "Perl", "TypeScript"})
XML = "XML"
"""Qt's translations, which end like TypeScript."""
_OF_OBJECTIVE_C = late_pattern(r"[@#](?:import|include|interface|implementation|protocol|class|end|define|pragma|if)")
_OF_MATLAB = late_pattern(r"\s*+(?:%|(?:function|classdef)\b)")
_OF_PERL = late_pattern(r"(?m)^[^\S\n]*+(?:use|my|our|sub|package|require|BEGIN)\b")
_OF_PROLOG = late_pattern(r"(?m)^(?:[a-z]\w*+(?:\([^()\n]{0,200}+\))?[^\S\n]*+)?:-(?=\s)")
EMBEDDING = frozenset({notebooks.NAME, "Svelte"})
"""Languages of ``domain.files.languages`` of which a part is read as another language."""
_SCRIPT = late_pattern(r"""<!--(?:[^-]|-(?!->))*+(?:-->)?+|<script\b(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""", re.IGNORECASE)
_SCRIPT_END = late_pattern(r"</script\s*+>", re.IGNORECASE)


def language_written(language: str, text: str) -> str:
    r"""Return the language that a text is written in whose ending says ``language``.

    Examples
    --------
    >>> language_written("TypeScript", "<?xml version='1.0'?>\n<TS/>"), language_written("TypeScript", "let x = <A>y")
    ('XML', 'TypeScript')
    >>> language_written("Objective-C", "% Sum.\nfunction y = f(x)\nend\n"), language_written("Perl", "a(X) :- b(X).\n")
    ('MATLAB', 'Prolog')
    """
    if language == "TypeScript" and text.lstrip()[:9] in ("<?xml ver", "<!DOCTYPE"):
        return XML
    if language == "Objective-C" and _OF_MATLAB.match(text) and not _OF_OBJECTIVE_C.search(text):
        return "MATLAB"
    if language == "Perl" and _OF_PROLOG.search(text) and not _OF_PERL.search(text):
        return "Prolog"
    return language


def embedded_source(language: str, text: str) -> tuple[str, str] | Missing:
    r"""Return the language and the text of the part that is read; its lines have the numbers they have in the file.

    ``language`` is one of ``EMBEDDING``.

    Examples
    --------
    >>> embedded_source("Svelte", "<p>a</p>\n<script>\nlet b = 1\n</script>\n")
    ('TypeScript', '\n\nlet b = 1\n')
    """
    if language == "Svelte":
        return "TypeScript", scripts_only(text)
    notebook = notebooks.read_notebook(text)
    if isinstance(notebook, Missing):
        return notebook
    if not LANGUAGES[notebook.language].reader:
        return Missing(f"no reader for {notebook.language}")
    source = notebook.as_source()
    return source if isinstance(source, Missing) else (notebook.language, source)


def scripts_only(text: str) -> str:
    """Return a text of the same lines with nothing but what stands in script elements."""
    parts, end = [], 0
    position = 0
    while (opening := _SCRIPT.search(text, position)) is not None:
        position = opening.end()
        if opening[0].startswith("<!--"):
            continue
        closing = _SCRIPT_END.search(text, opening.end())
        stop = closing.start() if closing else len(text)
        parts += ["\n" * text.count("\n", end, opening.end()), text[opening.end() : stop]]
        position = end = stop
    return "".join(parts)
