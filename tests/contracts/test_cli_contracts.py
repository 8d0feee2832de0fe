"""What the command line promises, held on the real executable."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest

from hyperion_hook.commands import COMMANDS
from hyperion_hook.config.load import SETTINGS, Config
from tests.support.repo import TestRepo

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "HYPERION_"))}
    return subprocess.run(
        [Path(sys.executable).with_name("hyperion-hook"), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=clean | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | environment,
        check=False,
    )


def command_of(name: str) -> click.Command:
    command = import_module(f"hyperion_hook.commands.{COMMANDS[name][0]}").command
    assert isinstance(command, click.Command)
    return command


def leaves(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from leaves(child)
    else:
        yield command


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    made = TestRepo(tmp_path_factory.mktemp("cli") / "r")
    made.commit({"a.py": "x = 1\n"})
    return made


def test_help_lists_every_command_and_imports_none_of_them(tmp_path: Path) -> None:
    code = (
        "import sys; from hyperion_hook.cli import main; main(['--help']);"
        "print(sorted(m for m in sys.modules if m.startswith('hyperion_hook.commands.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", done.stdout, re.MULTILINE)
    assert done.stderr == (
        "['hyperion_hook.commands.support', 'hyperion_hook.commands.support.error_messages', "
        "'hyperion_hook.commands.support.group', 'hyperion_hook.commands.support.plain_arguments', "
        "'hyperion_hook.commands.support.streams']\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_opens_with_its_summary(name: str) -> None:
    help_text = command_of(name).help or ""
    assert help_text.partition("\n")[0] == COMMANDS[name][1]
    for leaf in leaves(command_of(name)):
        assert leaf.help
        options = [parameter for parameter in leaf.params if isinstance(parameter, click.Option)]
        assert all(option.help or isinstance(option.type, click.Choice) for option in options)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    assert f"`{name}" in told or f"hyperion-hook {name}" in told
    for leaf in leaves(command_of(name)):
        for parameter in leaf.params:
            if isinstance(parameter, click.Option):
                for option in (*parameter.opts, *parameter.secondary_opts):
                    assert f"`{option}`" in told or f"{option} " in told, option


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_command_that_does_not_exist(path: Path) -> None:
    named = re.findall(r"hyperion-hook(?: --repo \S+)? ([a-z][a-z-]+)\b", path.read_text(encoding="utf-8"))
    assert set(named) <= set(COMMANDS)


def test_every_setting_is_documented_with_its_default() -> None:
    told = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", told, re.MULTILINE))
    assert list(rows) == [setting.key for setting in SETTINGS]
    for entry in fields(Config):
        default = getattr(Config(), entry.name)
        if isinstance(default, bool | int | float | str):
            assert rows[entry.name.replace("_", "-")].strip("`") == str(default).lower()
    for setting in SETTINGS:
        assert not setting.variable or f"`{setting.variable}`" in told


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, ""),
        (["score", "--help"], 0, ""),
        (["features", "list"], 0, ""),
        (["config", "show"], 0, ""),
        (["completion", "bash"], 0, ""),
        (["scroe"], 2, "no command 'scroe'; did you mean 'score'?"),
        (["score", "--format", "xml"], 2, "Invalid value for '--format'"),
        (["score", "--each"], 2, "score: --each needs a range; write A..B"),
        (["score", "HEAD", "--staged"], 2, "score: 'HEAD' and --staged exclude each other; leave one out"),
        (["score", "--fail-on", "worst"], 2, "--fail-on: 'worst' is not one of low, medium, high, never"),
        (["hook", "pre-merge"], 2, "Invalid value for"),
        (["label", "--fixes", "no-such-file"], 2, "--fixes no-such-file: No such file or directory; name a file with"),
        (["label", "--fixes", "a.py", "--until", "HEAD"], 2, "label: --fixes and --until exclude each other; the"),
        (["label", "--fixes", "a.py"], 2, "--fixes a.py, line 1: revision 'x = 1': names no commit of this repository"),
        (["label", "--until", "no-such-revision"], 3, "revision 'no-such-revision': names no commit"),
        (["score", "no-such-revision"], 3, "revision 'no-such-revision': names no commit"),
        (["--repo", "/", "score"], 3, "not a git repository"),
        (["--repo", "/", "install"], 3, "not a git repository"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_exit_codes_and_a_line_for_what_went_wrong(repo: TestRepo, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments, cwd=repo.path)
    assert done.returncode == code, done.stderr
    if code:
        assert done.stdout == ""
        assert said in done.stderr.splitlines()[0]
        assert all(line.startswith("hyperion-hook: ") for line in done.stderr.splitlines())
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["config"], ["models"]], ids=str)
def test_without_a_command_the_help_is_shown_as_it_stands(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert "\nCommands:\n" in done.stdout + done.stderr


def test_an_interrupt_is_exit_code_130(repo: TestRepo, tmp_path: Path) -> None:
    message = tmp_path / "message"
    os.mkfifo(message)
    process = subprocess.Popen(
        [Path(sys.executable).with_name("hyperion-hook"), "hook", "commit-msg", message],
        cwd=repo.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # opening a pipe waits until the other end is open too: by then the hook reads the message
    with message.open("w"):
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


def test_a_file_with_faults_is_exit_code_2_for_commands_and_passes_in_hooks(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r")
    repo.stage({".hyperion-hook.toml": "nonsense = 1\nstrict = 2\n"})
    assert run("score", cwd=repo.path).returncode == 2
    done = run("hook", "pre-commit", cwd=repo.path)
    assert done.returncode == 0
    assert done.stderr == (
        "hyperion-hook: not assessed: .hyperion-hook.toml: unknown setting 'nonsense' (and 1 more);"
        " the commit goes on\n"
    )
    assert run("hook", "pre-commit", "--strict", cwd=repo.path).returncode == 2


def test_what_a_hook_cannot_do_passes_in_one_line_unless_strict(tmp_path: Path) -> None:
    done = run("hook", "pre-commit", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"hyperion-hook: not assessed: .*not a git repository.*; the commit goes on\n", done.stderr)
    assert run("hook", "pre-commit", "--strict", cwd=tmp_path).returncode == 3
    assert run("hook", "pre-commit", cwd=tmp_path, HYPERION_HOOK_STRICT="yes").returncode == 3


def test_a_reader_that_stops_early_is_no_error(repo: TestRepo) -> None:
    done = subprocess.run(
        [
            "sh",
            "-c",
            '"$0" features list --format json | head -c 1; echo "${PIPESTATUS:-}"',
            str(Path(sys.executable).with_name("hyperion-hook")),
        ],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("[")
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["score", "--each", "HEAD~2..HEAD"], ["score", "HEAD"], ["score", "--help"]])
def test_a_reader_that_is_gone_does_not_look_like_a_risk(tmp_path: Path, arguments: list[str]) -> None:
    repo = TestRepo(tmp_path / "r")
    for number in range(4):
        repo.commit({"a.py": f"x = {number}\n"})
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hyperion-hook")), *arguments],
        cwd=repo.path,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_stdout_is_no_crash(repo: TestRepo) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" features list >&-', str(Path(sys.executable).with_name("hyperion-hook"))],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_output_is_the_same_whatever_the_locale(repo: TestRepo) -> None:
    plain = run("features", "list", cwd=repo.path).stdout
    for locale in ("C", "C.UTF-8", "de_DE.ISO-8859-1"):
        assert (
            run("features", "list", cwd=repo.path, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").stdout
            == plain
        )


def test_an_unexpected_error_is_one_line_and_its_place_is_shown_on_request(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text("import hyperion_hook.features.catalogue as c\nc.CATALOGUE = None\n")
    done = run("features", "list", cwd=tmp_path, PYTHONPATH=str(broken))
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(
        r"hyperion-hook: internal error \(TypeError: .*\); HYPERION_HOOK_TRACEBACK=1 shows where\n", done.stderr
    )
    shown = run("features", "list", cwd=tmp_path, PYTHONPATH=str(broken), HYPERION_HOOK_TRACEBACK="1")
    assert "Traceback (most recent call last)" in shown.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts_complete_by_asking_the_program(shell: str, repo: TestRepo) -> None:
    script = run("completion", shell, cwd=repo.path).stdout
    assert re.search(rf'_HYPERION_HOOK_COMPLETE(=| = "){shell}_complete', script)


def test_the_shell_completes_commands_and_options(repo: TestRepo) -> None:
    commands = run(cwd=repo.path, _HYPERION_HOOK_COMPLETE="bash_complete", COMP_WORDS="hyperion-hook s", COMP_CWORD="1")
    assert commands.stdout == "plain,score\n"
    options = run(
        cwd=repo.path, _HYPERION_HOOK_COMPLETE="bash_complete", COMP_WORDS="hyperion-hook score --fa", COMP_CWORD="2"
    )
    assert sorted(options.stdout.split()) == [
        "plain,--fail-above-percentile",
        "plain,--fail-on",
        "plain,--fail-on-break",
    ]


def test_powershell_completes_commands_and_options_and_leaves_files_to_itself(repo: TestRepo) -> None:
    def completed(words: str, word: str) -> list[str]:
        environment = {"_HYPERION_HOOK_COMPLETE": "powershell_complete", "COMP_WORDS": words, "COMP_CWORD": word}
        done = run(cwd=repo.path, **environment)
        assert (done.returncode, done.stderr) == (0, "")
        return [line.partition("\t")[0] for line in done.stdout.splitlines() if line]

    assert completed("hyperion-hook s", "s") == ["score"]
    assert set(completed("hyperion-hook", "")) == set(COMMANDS)
    assert completed("hyperion-hook score --fail-on", "--fail-on") == ["--fail-on", "--fail-on-break"]
    assert completed("hyperion-hook completion", "") == ["bash", "zsh", "fish", "powershell", "man"]
    assert completed("hyperion-hook report --output a", "a") == []


def test_the_manual_page_has_every_command_and_option(repo: TestRepo) -> None:
    page = run("completion", "man", cwd=repo.path).stdout
    plain = page.replace("\\-", "-")
    for name in COMMANDS:
        for leaf in leaves(command_of(name)):
            assert f".SS hyperion-hook {name}" in plain
            for parameter in leaf.params:
                if isinstance(parameter, click.Option) and not parameter.hidden:
                    assert all(option in plain for option in parameter.opts)
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-ww", "-z", "-Tutf8"], check=False, input=page, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
