"""What a code host shows for Markdown: rendered by GitHub's own parser, then looked at as a tree of HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_GITHUB_PRE_LANG
_UNTOUCHED = frozenset({"a", "code", "pre"})
"""Where GitHub looks for no mention, reference or emoji."""
_ACTS = re.compile(r"@\w|#\d|\b(?i:gh)-\d|:[a-z\d_+-]+:")


@dataclass
class Page(HTMLParser):
    """Rendered Markdown: its elements in order, where its links lead, and what it says."""

    skeleton: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    text: str = ""
    acting: list[str] = field(default_factory=list)
    """Text of which a code host would make a mention, a reference or an emoji."""
    comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._run = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_run()
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        named = [name if tag == "a" and name == "href" else f"{name}={value}" for name, value in attrs]
        self.skeleton.append(f"<{' '.join([tag, *named])}>")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_run()
        self.skeleton.append(f"</{tag}>")
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if not _UNTOUCHED & set(self._open):
            self._run += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.skeleton.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.skeleton.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.skeleton.append(f"<![{data}]>")

    def _end_run(self) -> None:
        self.acting += _ACTS.findall(self._run)
        self._run = ""

    def close(self) -> None:
        super().close()
        self._end_run()


def rendered(markdown: str) -> Page:
    """Return Markdown as GitHub shows it, before GitHub takes out what it holds dangerous."""
    page = Page()
    page.feed(html_of(markdown))
    page.close()
    return page


def html_of(markdown: str) -> str:
    return str(cmarkgfm.cmark.markdown_to_html_with_extensions(markdown, options=_OPTIONS, extensions=_EXTENSIONS))
