"""Makes text from a repository safe to show: it may be whatever bytes somebody chose for a path, a name or a message.

Paths arrive as UTF-8 with ``surrogateescape``. What cannot be seen or would act (control characters, terminal escapes,
bidirectional marks, line ends) is shown as an escape. Markdown has more that acts: markup, HTML, links, mentions.
"""

from __future__ import annotations

from hyperion_hook.domain.late_patterns import late_pattern

MOST_CHARACTERS = 1_000
_SURROGATE_BYTES = range(0xDC80, 0xDD00)
_COMMAND = late_pattern(r"##(?=\w*\[)|(?<!\S):(?=:)")
"""How a line begins that a build server obeys: ``##[error]`` anywhere in it, ``::error::`` at its start."""
_MARKUP = late_pattern(r"[\\`*_{}\[\]<>#|~!&$^]|%(?=[\w\"])")
_LEADING = late_pattern(r"\d+(?=[.)](?: |$))|(?=[-+](?: |$))|(?=-[- ]*$)")
"""How a list or a line across begins: what comes before its mark."""
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_LIVE = late_pattern(
    r"(?<=[@#])|(?<=:)(?=//)|(?i:(?<=mailto:)|(?<=xmpp:)|(?<=www)(?=\.)|(?<=\bgh)(?=-\d))|(?<=&)(?=\d)"
    r"|(?<=:)(?=[a-z\d_+-]+(?::|$))|^(?= )"
)
"""Where Markdown or a code host would begin or go on with a mention, reference, address, emoji or block of code."""
_MOST_BACKTICKS = 50
"""GitHub's and GitLab's parsers give up on a fence of more than 80, and all between the fences acts."""
_BACKTICKS = late_pattern(r"`+")
_PASSWORD = late_pattern(r"(?<=://)([^/@\s:]*):[^/@\s]*@")
_SPACE = "\N{ZERO WIDTH SPACE}"


def printable(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Return text as one line in which every character can be seen, at most ``most`` characters of it.

    Bytes that are not UTF-8 are shown as ``\xNN``, other characters without a visible form by their code, and so is the
    beginning of what a build server would take for a command in its log.

    Examples
    --------
    >>> printable("a\x1b[31m\n\u202eb\udcff é")
    'a\\x1b[31m\\n\\u202eb\\xff é'
    >>> printable("::error::a"), printable("std::vector"), printable("a ##[add-mask]b")
    ('\\x3a:error::a', 'std::vector', 'a \\x23#[add-mask]b')
    """
    if len(text) > most:
        text = text[: most - 3] + "..."
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    if ":" in text or "#" in text:
        text = _COMMAND.sub(lambda match: f"\\x{ord(match[0][0]):02x}{match[0][1:]}", text)
    return text


def without_password(text: str) -> str:
    """Return text in which a password within an address is not shown.

    Examples
    --------
    >>> without_password("https://ada:secret@example.org/mlflow")
    'https://ada:***@example.org/mlflow'
    """
    return _PASSWORD.sub(r"\1:***@", text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code in _SURROGATE_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def valid_unicode(text: str) -> str:
    r"""Return text that any JSON reader accepts: bytes that are not UTF-8 are shown as ``\xNN``, all else is kept.

    Examples
    --------
    >>> valid_unicode("a\nb\udcff")
    'a\nb\\xff'
    """
    if text.isascii():
        return text
    return "".join(_escaped(char) if 0xD800 <= ord(char) < 0xE000 else char for char in text)


def markdown_text(text: str) -> str:
    r"""Return text that Markdown shows as it is: nothing in it is markup, HTML, a link, a mention or a reference.

    A zero-width space keeps code hosts from turning ``@name``, ``#12`` and addresses into links.

    Examples
    --------
    >>> markdown_text("*a* <b> [c](d) e|f")
    '\\*a\\* &lt;b&gt; \\[c\\](d) e\\|f'
    >>> markdown_text("@ada").isascii()
    False
    """
    shown = _LIVE.sub(_SPACE, printable(text))
    begin = _LEADING.match(shown)
    shown = _MARKUP.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), shown)
    # where a list would begin
    return shown if begin is None else f"{begin[0]}\\{shown[begin.end() :]}"


def markdown_code(text: str) -> str:
    """Return text as a Markdown code span, in which nothing acts; not for tables, where a pipe would.

    Examples
    --------
    >>> markdown_code("a.py"), markdown_code("`b`")
    ('`a.py`', '`` `b` ``')
    """
    shown = printable(text)
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    if longest > _MOST_BACKTICKS:
        return f"<code>{markdown_text(text)}</code>"
    fence = "`" * (1 + longest)
    padding = " " if not shown.strip(" ") or {"`", " "} & {shown[0], shown[-1]} else ""
    return f"{fence}{padding}{shown}{padding}{fence}"
