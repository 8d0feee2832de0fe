"""The server as an agent meets it: a process of its own, asked by the SDK's client or by one that talks nonsense."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.assess.repository.planning import PastBug, Plan
from tests.support.command import EXECUTABLE
from tests.support.repo import TestRepo

mcp = pytest.importorskip("mcp")
answers = pytest.importorskip("hyperion_hook.mcp.answers")

FUZZED = 200
"""Messages of the fuzzed client; ten thousand were sent once, with several seeds."""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    repo = TestRepo(tmp_path_factory.mktemp("mcp") / "repo")
    for number in range(4):
        repo.commit(
            {
                "src/app.py": f"import src.base\nx = {number}\n",
                "src/base.py": f"y = {number}\n",
                "tests/test_app.py": f"import src.app\nz = {number}\n",
            },
            "Fix crash in app" if number == 3 else f"step {number}",
            author="Grace Hopper <g@example.org>",
        )
    (repo.path.parent / "secret.txt").write_text("TOP SECRET")
    (repo.path / "link.txt").symlink_to(repo.path.parent / "secret.txt")
    repo.write({"src/app.py": "import src.base\nx = 9\n", "new.py": "n = 1\n"})
    return repo


def ask(repo: TestRepo, talk: Callable[[Any], Awaitable[Any]]) -> Any:
    async def session() -> Any:
        server = mcp.StdioServerParameters(command=str(EXECUTABLE), args=["--repo", str(repo.path), "mcp"])
        async with mcp.Client(server) as client:
            return await talk(client)

    return asyncio.run(asyncio.wait_for(session(), 120))


def test_every_tool_and_resource_answers_an_agent(repo: TestRepo) -> None:
    async def talk(client: Any) -> dict[str, Any]:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"score", "plan", "hot_spots", "explain_feature"}
        for tool in tools:
            assert tool.output_schema
            assert len(json.dumps(tool.input_schema)) < 400
            assert '"title": "' not in json.dumps([tool.input_schema, tool.output_schema])
            assert tool.annotations.read_only_hint
            assert not tool.annotations.open_world_hint
        calls = {
            "worktree": ("score", {}),
            "staged": ("score", {"what": "staged"}),
            "commit": ("score", {"what": "HEAD"}),
            "range": ("score", {"what": "HEAD~2..HEAD"}),
            "full": ("score", {"what": "HEAD", "full": True}),
            "plan": ("plan", {"paths": ["src/base.py", "./src/app.py", "none.py"]}),
            "hot": ("hot_spots", {}),
            "feature": ("explain_feature", {"name": "la"}),
        }
        found = {}
        for name, (tool, arguments) in calls.items():
            answer = await client.call_tool(tool, arguments)
            assert not answer.is_error, answer.content
            if name != "full":
                assert len(answer.content[0].text) < 2000
            assert json.loads(answer.content[0].text) == answer.structured_content
            found[name] = answer.structured_content
        uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
        found["texts"] = [(await client.read_resource(uri)).contents[0].text for uri in uris]
        return found

    found = ask(repo, talk)
    assert "3 files" in found["worktree"]["summary"]  # an edit, a new file and a link
    assert found["staged"]["summary"].startswith("Nothing is staged")
    assert {found[name]["level"] for name in ("worktree", "commit", "range")} <= {"LOW", "MEDIUM", "HIGH", "UNKNOWN"}
    assert found["full"]["assessment"]["schema_version"] == 2
    plan = found["plan"]
    assert plan["unknown_files"] == ["none.py"]
    assert [entry["name"] for entry in plan["tests_to_run"]] == ["tests/test_app.py"]
    assert [entry["name"] for entry in plan["people_who_know_them"]] == ["Grace Hopper"]
    assert plan["past_bugs"][0]["name"].endswith(" Fix crash in app")
    assert {spot["path"] for spot in found["hot"]["hot_spots"]} == {"src/app.py", "src/base.py"}
    assert found["feature"]["meaning"]
    assert all(text.startswith("#") for text in found["texts"])
    assert len(found["texts"]) == 2
    assert "TOP SECRET" not in json.dumps(found)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("importers", [0, 3, 400])
def test_an_agent_can_tell_how_much_is_left_out(importers: int, full: bool) -> None:
    names = tuple(f"src/{'deep/' * 15}module_{number}.py" for number in range(importers))
    beside = tuple((name, "in 9 of 10 commits") for name in names)
    plan = Plan((), names, beside, (), (), (PastBug("ab" * 20, 0, "Fix it", "a.py"),) * 2, importers + 2, ("a", "b"))
    answer = answers.touched(plan, full=full)
    assert full or len(json.dumps(answer, indent=2)) < 2000
    totals = {"importers": importers, "changes_with": importers, "past_bugs": importers + 2, "notes": 2}
    shown = {name: len(value) for name, value in answer.items() if isinstance(value, list) and name in totals}
    assert shown["importers"] <= (answers.FULL if full else answers.LEAN)
    assert answer["left_out"] == {name: total - shown[name] for name, total in totals.items() if total > shown[name]}


FAULTS = [
    ("plan", {"paths": ["../secret.txt"]}, "not inside the repository"),
    ("plan", {"paths": ["/etc/passwd"]}, "not inside the repository"),
    ("plan", {"paths": ["src\\..\\..\\secret.txt"]}, "not inside the repository"),
    ("plan", {"paths": ["C:\\secret.txt"]}, "not inside the repository"),
    ("score", {"what": "--output=/tmp/evil"}, "names no commit"),
    ("score", {"what": "nowhere..HEAD"}, "names no commit"),
    ("explain_feature", {"name": "zzz"}, "not in the catalogue"),
    ("explain_feature", {"name": "z" * 101}, "at most 100 characters"),
    ("plan", {"paths": [1] * 50}, "50 validation errors"),
    ("nothing" * 1000, {}, "Unknown tool"),
]


def test_what_cannot_be_answered_is_one_clear_line(repo: TestRepo) -> None:
    async def talk(client: Any) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments, _ in FAULTS]

    for answer, (_, _, fault) in zip(ask(repo, talk), FAULTS, strict=True):
        assert answer.is_error
        assert fault in answer.content[0].text
        assert "\n" not in answer.content[0].text
        assert len(answer.content[0].text) <= 600


def test_a_fault_of_ours_is_not_given_for_an_answer() -> None:
    from hyperion_hook.mcp.server import _in_one_line

    with pytest.raises(KeyError), _in_one_line():
        raise KeyError("x")


OUTSIDE = {
    "a settings file": lambda top: (top / ".hyperion-hook.toml").symlink_to(top.parent / "secret.toml"),
    "a project file": lambda top: (top / "pyproject.toml").symlink_to(top.parent / "secret.toml"),
    "a report above": lambda top: (top / ".hyperion-hook.toml").write_text('coverage-after = ["../secret.toml"]'),
    "a report anywhere": lambda top: (top / ".hyperion-hook.toml").write_text(
        f"coverage-before = ['{(top.parent / 'secret.toml').as_posix()}']"
    ),
    "a link to a report": lambda top: [
        (top / "cov.xml").symlink_to(top.parent / "secret.toml"),
        (top / ".hyperion-hook.toml").write_text('coverage-after = ["cov.xml"]'),
    ],
    "models": lambda top: (top / ".hyperion-hook.toml").write_text('models = "../models"'),
}


@pytest.mark.parametrize("plant", OUTSIDE.values(), ids=OUTSIDE)
def test_settings_lead_nowhere_outside_the_repository(tmp_path: Path, plant: Callable[[Path], object]) -> None:
    made = TestRepo(tmp_path / "repo")
    made.commit({"a.py": "x = 1\n"})
    (tmp_path / "secret.toml").write_text("top-secret-key = 1\n[tool.hyperion-hook]\ntop-secret-key = 1\n")
    plant(made.path)

    async def talk(client: Any) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments in (("score", {}), ("hot_spots", {}))]

    for answer in ask(made, talk):
        (text,) = [part.text for part in answer.content]
        assert answer.is_error
        assert "outside the repository" in text
        assert "top-secret" not in text
        assert "\n" not in text


def fuzzed(seed: int, count: int) -> list[bytes]:
    """Return lines that no client should send, beside some that only look so."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    values: list[Any] = [None, True, -1, 1e300, "", "x" * 3000, "\0", "../..", [], {}, [[]], {"a": {"b": []}}, "x"]
    methods = ["tools/call", "tools/list", "resources/read", "initialize", "ping", "server/discover", "", "tools/.."]
    tools = ["score", "plan", "hot_spots", "explain_feature", "nothing", "", None]

    def value() -> Any:
        return rng.choice(values)

    lines = []
    for number in range(count):
        kind = rng.randrange(6)
        arguments = {
            rng.choice(["what", "paths", "name", "limit", "full", "x"]): value() for _ in range(rng.randrange(3))
        }
        message: Any = {
            "jsonrpc": rng.choice(["2.0", "2.0", "2.0", "1.0", None]),
            "id": rng.choice([number, "a", None, -1.5]),
            "method": rng.choice(methods),
            "params": {"name": rng.choice(tools), "arguments": arguments},
        }
        if kind == 0:
            message = {key: value() if rng.random() < 0.4 else part for key, part in message.items()}
        elif kind == 1:
            message = value()
        text = json.dumps(message).encode()
        if kind == 2:
            place = rng.randrange(len(text))
            text = text[:place] + bytes(rng.randrange(256) for _ in range(rng.randrange(5))) + text[place:]
        elif kind == 3:
            text = text[: rng.randrange(len(text))]
        lines.append(text.replace(b"\n", b" "))
    return lines


def survives(path: Path, lines: list[bytes], timeout: float) -> None:
    """Send lines and then a proper greeting; the server must answer that, and end when its input does."""
    greeting = {
        "jsonrpc": "2.0",
        "id": "last",
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    process = subprocess.Popen(
        [EXECUTABLE, "--repo", path, "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = process.communicate(b"\n".join((*lines, json.dumps(greeting).encode(), b"")), timeout=timeout)
    answers = [json.loads(line) for line in out.splitlines()]  # nothing but messages on stdout
    assert any(answer.get("id") == "last" and "result" in answer for answer in answers), err[-2000:]
    assert process.returncode == 0


def test_a_client_that_talks_nonsense_crashes_nothing(repo: TestRepo) -> None:
    survives(repo.path, fuzzed(1, FUZZED), 100)


def test_without_a_repository_the_agent_is_told_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [EXECUTABLE, "--repo", tmp_path, "mcp"], input=b"", capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"not a git repository" in done.stderr
