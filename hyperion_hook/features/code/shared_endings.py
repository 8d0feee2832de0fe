"""Files whose ending two languages share, told apart by what they say."""

from __future__ import annotations

from hyperion_hook.domain.late_patterns import late_pattern

SHARED = frozenset({"Objective-C", "Perl", "TypeScript"})
XML = "XML"
"""Qt's translations, which end like TypeScript."""
_OF_OBJECTIVE_C = late_pattern(r"[@#](?:import|include|interface|implementation|protocol|class|end|define|pragma|if)")
_OF_MATLAB = late_pattern(r"\s*+(?:%|(?:function|classdef)\b)")
_OF_PERL = late_pattern(r"(?m)^[^\S\n]*+(?:use|my|our|sub|package|require|BEGIN)\b")
_OF_PROLOG = late_pattern(r"(?m)^(?:[a-z]\w*+(?:\([^()\n]{0,200}+\))?[^\S\n]*+)?:-(?=\s)")


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
