from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from hyperion_hook.commands.hooks.agent_files import AGENTS, files_of
from tests.support.command import hyperion
from tests.support.repo import TestRepo

FOUND = {
    ".mcp.json": b'{"mcpServers": {"other":   {"command": "x"}}}',
    ".cursor/mcp.json": b"\xef\xbb\xbf{}",
    ".claude/settings.json": b'{"hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": []}]}, "model": "m"}\r\n',
    ".cursor/hooks.json": b'{"version": 1, "hooks": {"afterFileEdit": [{"command": "y"}]}}',
    ".codex/config.toml": b'model = "m"\n[mcp_servers.other]\ncommand = "x"',
    ".vscode/mcp.json": b"",
}


def entry_in(folder: Path, agent: str) -> dict[str, object]:
    file = files_of(agent, ("hyperion-hook",))[0]
    content = (folder / file.path).read_text("utf-8-sig")
    table = tomllib.loads(content) if file.is_toml else json.loads(content)
    for key in file.keys:
        table = table[key]
    return dict(table)


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "a = 1\n"})
    return repo


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("had_files", [True, False])
def test_files_of_an_agent_come_back_byte_for_byte(repo: TestRepo, agent: str, had_files: bool) -> None:
    paths = [file.path for file in files_of(agent, ("hyperion-hook",))]
    if had_files:
        repo.write({path: FOUND[path] for path in paths})
    before = repo.git("status", "--porcelain", "-uall")
    assert hyperion(repo.path, "install", "--agent", agent).code == 0
    assert entry_in(repo.path, agent)["args"][-1] == "mcp"  # type: ignore[index]
    again = hyperion(repo.path, "install", "--agent", agent)
    assert again.out.count("already in") == len(paths)
    assert hyperion(repo.path, "uninstall", "--agent", agent).code == 0
    assert repo.git("status", "--porcelain", "-uall") == before
    for path in paths if had_files else ():
        assert (repo.path / path).read_bytes() == FOUND[path]
    assert "nothing of hyperion-hook" in hyperion(repo.path, "uninstall", "--agent", agent).out


@pytest.mark.parametrize("agent", [agent for agent in AGENTS if len(files_of(agent, ("x",))) > 1])
def test_an_uninstall_that_cannot_edit_a_file_writes_none(repo: TestRepo, agent: str) -> None:
    paths = [file.path for file in files_of(agent, ("hyperion-hook",))]
    repo.write({path: FOUND[path] for path in paths})
    hyperion(repo.path, "install", "--agent", agent)
    with_entries = {path: (repo.path / path).read_bytes() for path in paths}
    repo.write({paths[-1]: b"// a note\n" + with_entries[paths[-1]]})
    assert "not plain JSON" in hyperion(repo.path, "uninstall", "--agent", agent).err
    assert (repo.path / paths[0]).read_bytes() == with_entries[paths[0]]
    repo.write(with_entries)
    assert hyperion(repo.path, "uninstall", "--agent", agent).code == 0
    assert {path: (repo.path / path).read_bytes() for path in paths} == {path: FOUND[path] for path in paths}


@pytest.mark.parametrize("agent", [agent for agent in AGENTS if len(files_of(agent, ("x",))) > 1])
def test_an_uninstall_that_was_cut_off_is_finished_byte_for_byte(repo: TestRepo, agent: str) -> None:
    paths = [file.path for file in files_of(agent, ("hyperion-hook",))]
    repo.write({path: FOUND[path] for path in paths})
    hyperion(repo.path, "install", "--agent", agent)
    repo.write({paths[0]: FOUND[paths[0]]})  # what a killed uninstall leaves: put back, and still recorded
    assert hyperion(repo.path, "uninstall", "--agent", agent).code == 0
    assert {path: (repo.path / path).read_bytes() for path in paths} == {path: FOUND[path] for path in paths}


@pytest.mark.parametrize("agent", AGENTS)
def test_what_somebody_added_meanwhile_stays(repo: TestRepo, agent: str) -> None:
    hyperion(repo.path, "install", "--agent", agent)
    file = files_of(agent, ("hyperion-hook",))[0]
    path = repo.path / file.path
    if file.is_toml:
        path.write_text(path.read_text() + 'mine = "x"\n')
    else:
        path.write_text(json.dumps(json.loads(path.read_text()) | {"mine": "x"}))
    hyperion(repo.path, "uninstall", "--agent", agent)
    assert "mine" in path.read_text()
    assert "hyperion-hook" not in path.read_text()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"// comment\n{}", "not plain JSON; add under 'mcpServers' by hand"),
        (b"[1]", "not plain JSON"),
        (b'{"a": NaN}', "not plain JSON"),
        (b'{"mcpServers": 3}', "'mcpServers' is not a table"),
        (b"[" * 100_000, "not plain JSON"),
    ],
)
def test_a_file_that_cannot_be_edited_stops_all(repo: TestRepo, content: bytes, fault: str) -> None:
    repo.write({".mcp.json": content})
    done = hyperion(repo.path, "install", "--agent", "claude")
    assert done.code == 3
    assert fault in done.err
    assert (repo.path / ".mcp.json").read_bytes() == content
    assert not (repo.path / ".claude").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'mcp_servers = { other = { command = "x" } }\n', "add by hand: [mcp_servers.hyperion-hook]"),
        (b'[mcp_servers]\nhyperion-hook = { command = "mine" }\n', "has an entry 'hyperion-hook' that is not ours"),
        (b'[mcp_servers."hyperion-hook"]\ncommand = "m"\n', "has an entry 'hyperion-hook' that is not ours"),
        (b'[mcp_servers.hyperion-hook.env]\nA = "1"\n', "has an entry 'hyperion-hook' that is not ours"),
        (b"mcp_servers = 1", "add by hand"),
        (b'a = """\n# hyperion-hook: begin\n"""\n', "not valid TOML"),
        (b"no TOML [[[", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b"s = '''\nunclosed", "not valid TOML"),
        (b"a = " + b"[" * 5_000, "not valid TOML"),
    ],
)
def test_a_table_that_cannot_be_added_leaves_the_file_alone(repo: TestRepo, content: bytes, fault: str) -> None:
    repo.write({".codex/config.toml": content})
    done = hyperion(repo.path, "install", "--agent", "codex")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert fault in done.err
    assert (repo.path / ".codex/config.toml").read_bytes() == content


def test_nothing_is_written_through_links(repo: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (repo.path / ".claude").symlink_to(outside)
    done = hyperion(repo.path, "install", "--agent", "claude")
    assert (done.code, list(outside.iterdir())) == (3, [])
    assert "behind a link" in done.err


@pytest.mark.parametrize("command", ["install", "uninstall"])
@pytest.mark.parametrize("plant", ["folder", "link", "pipe", "device"])
def test_what_was_kept_is_read_and_written_in_our_folder_alone(
    repo: TestRepo, tmp_path_factory: pytest.TempPathFactory, command: str, plant: str
) -> None:
    outside, store = tmp_path_factory.mktemp("outside"), repo.path / ".git" / "hyperion-hook"
    if plant == "folder":
        store.symlink_to(outside)
    else:
        store.mkdir()
        kept = store / "agents.json"
        os.mkfifo(kept) if plant == "pipe" else kept.symlink_to(outside / "x" if plant == "link" else "/dev/zero")
    done = hyperion(repo.path, command, "--agent", "claude")
    assert (done.code, list(outside.iterdir())) == (3, [])
    assert "agents.json" in done.err or "symbolic link" in done.err
    assert not (repo.path / ".mcp.json").exists()


@pytest.mark.parametrize("entry", [5, [], {}, {"before": 5, "after": "!!"}, {"before": None, "after": "A"}, None])
def test_what_was_kept_and_is_no_content_is_not_used(repo: TestRepo, entry: object) -> None:
    hyperion(repo.path, "install", "--agent", "claude")
    kept = repo.path / ".git" / "hyperion-hook" / "agents.json"
    kept.write_text(json.dumps(dict.fromkeys(json.loads(kept.read_text()), entry)))
    done = hyperion(repo.path, "uninstall", "--agent", "claude")
    assert (done.code, done.out) == (0, "claude: nothing of hyperion-hook here\n")


def test_after_an_edit_an_agent_hears_only_of_risk(repo: TestRepo) -> None:
    repo.write({"a.py": "a = 2\n"})
    quiet = hyperion(repo.path, "hook", "agent", stdin='{"tool_name": "Edit"}')
    assert (quiet.code, quiet.json()) == (0, {})
    repo.write({".hyperion-hook.toml": '[[floor]]\npaths = ["a.py"]\nlevel = "medium"\n'})
    loud = hyperion(repo.path, "hook", "agent", "--fail-on", "low").json()
    assert loud["additional_context"].startswith("MEDIUM")
    assert loud["hookSpecificOutput"] == {
        "hookEventName": "PostToolUse",
        "additionalContext": loud["additional_context"],
    }
    broken = hyperion(repo.path.parent, "--repo", str(repo.path / "none"), "hook", "agent", "--strict")
    assert (broken.code, broken.out) == (0, "")
    assert "the edit stays" in broken.err
