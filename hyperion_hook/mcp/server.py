"""The server: tools and resources over what one repository's assessor answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import Tool, ToolAnnotations
from pydantic import Field

import hyperion_hook
from hyperion_hook.assess import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.errors import HyperionError
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.mcp import answers
from hyperion_hook.report.safe_text import printable
from hyperion_hook.scoring.bundle import bundled_models

_INSTRUCTIONS = (
    "Risk of code changes in one git repository, learned from its history. Call 'plan' before editing files, 'score' "
    "after editing and before committing. MEDIUM is among the riskiest 20 % of recent changes, HIGH among the riskiest "
    "5 %; UNKNOWN says what to run. Answers are short; full=true gives everything."
)
_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_PACKAGE = Path(hyperion_hook.__file__).parent
_MOST_TEXT, _MOST_REFUSED = 400_000, 600
_Answer = TypeVar("_Answer")

Full = Annotated[bool, Field(description="Everything, not only the most important entries.")]
What = Annotated[
    str,
    Field(
        description="'worktree' (all edits, the default), 'staged', a revision such as HEAD~1, or a range A..B.",
        max_length=500,
    ),
]
Paths = Annotated[
    list[str],
    Field(
        description="Files to be edited, from the top of the repository, like src/a.py.",
        min_length=1,
        max_length=50,
    ),
]


def server_of(root: Path | None, config: Callable[[], Config]) -> MCPServer:
    """Return a server for the repository that a folder lies in; settings are read anew for every answer.

    ``root`` is ``None`` for the current folder. No tool takes another.
    """
    server = _BriefServer(
        "hyperion-hook",
        title="Hyperion Hook",
        version=hyperion_hook.__version__,
        instructions=_INSTRUCTIONS,
        log_level="WARNING",
    )
    lock = Lock()  # an assessor holds a git process and stores: one at a time

    @contextmanager
    def assessor(kind: ChangeKind = ChangeKind.STAGED) -> Iterator[Assessor]:
        with lock, _in_one_line(), Assessor.open(root, config(), kind=kind) as opened:
            yield opened

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    def score(what: What = "worktree", full: Full = False) -> answers.Risk:
        """Say how risky a change is, why, where to look first and what to do next."""
        kinds = {"worktree": ChangeKind.WORKTREE, "staged": ChangeKind.STAGED}
        with assessor(kinds.get(what, ChangeKind.STAGED)) as opened:
            start, is_range, end = what.replace("...", "..", 1).partition("..")
            if what in kinds:
                assessment = opened.staged()
            elif is_range:
                assessment = opened.range(start or "HEAD", end or "HEAD")
            else:
                assessment = opened.commit(what)
            return answers.risk(assessment, full=full)

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    def plan(paths: Paths, full: Full = False) -> answers.Touched:
        """Say what an edit of files will touch: importers, co-changes, tests to run, who knows them, past bugs."""
        with assessor() as opened:
            return answers.touched(opened.plan(paths, answers.FULL if full else answers.LEAN), full=full)

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    def hot_spots(limit: Annotated[int, Field(ge=1, le=50)] = answers.SPOTS) -> answers.Spots:
        """List the source files that change most often and are most complex."""
        with assessor() as opened:
            return answers.spots(opened.hot_spots(), limit)

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    def explain_feature(name: Annotated[str, Field(max_length=100)]) -> answers.Explained:
        """Say what a feature named in an answer means, its unit and where it comes from."""
        with _in_one_line():
            return answers.explained(find_feature(name))

    @server.resource("hyperion-hook://glossary", mime_type="text/markdown")
    def glossary() -> str:
        """Explain the words that answers use."""
        installed = _PACKAGE / "glossary.md"
        return _text(installed if installed.is_file() else _PACKAGE.parent / "docs" / "glossary.md")

    @server.resource("hyperion-hook://model-card", mime_type="text/markdown")
    def model_card() -> str:
        """Say what the bundled models learned from, how good they are, and what they are not for."""
        return _text(bundled_models() / "MODEL_CARD.md")

    return server


class _BriefServer(MCPServer):
    """The SDK's server without what an agent has no use for: titles that repeat names, and pages of refusals."""

    async def list_tools(self) -> list[Tool]:
        tools = await super().list_tools()
        for tool in tools:
            tool.input_schema, tool.output_schema = _untitled(tool.input_schema), _untitled(tool.output_schema)
        return tools

    async def call_tool(self, *arguments: Any, **named: Any) -> Any:
        try:
            return await super().call_tool(*arguments, **named)
        except ToolError as error:
            raise type(error)(printable(" ".join(str(error).split()), most=_MOST_REFUSED)) from error.__cause__


def _untitled(schema: Any) -> Any:
    """Return a schema without its titles; a property may be called so, but is no text."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _untitled(part) for key, part in schema.items() if key != "title" or not isinstance(part, str)}


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except HyperionError as error:
        raise ToolError(str(error)) from None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")[:_MOST_TEXT]
