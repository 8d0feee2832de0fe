from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyperion_hook.commands.hooks.hook_files import MARK, STAGES, hook_script, install_hook, is_ours, uninstall_hook
from hyperion_hook.errors import HyperionError

FOREIGN = b'#!/bin/sh\n# not ours \xff\necho before "$@" >>"$LOG"\n'


def stand_in(path: Path, name: str = "ours", code: int = 0) -> str:
    """Write a program that logs how it is called and what it reads, in place of Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"$LOG"\ncat >>"$LOG"\nexit {code}\n')
    path.chmod(0o755)
    return str(path)


def run_hook(
    folder: Path, stage: str, *arguments: str, stdin: bytes = b"", path: str = "/usr/bin:/bin", **more: str
) -> tuple[int, str, str]:
    log = folder / "log"
    done = subprocess.run(
        [folder / stage, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=folder,
        env={"PATH": path, "LOG": str(log), **more},
    )
    return done.returncode, log.read_text() if log.exists() else "", done.stderr.decode()


def installed(folder: Path, stage: str, *, python: str | None = None, package: str = "/bin/sh") -> None:
    install_hook(folder, stage, hook_script(stage, python or stand_in(folder / "bin" / "python"), package))


@pytest.mark.parametrize("stage", STAGES)
def test_without_a_hook_before_ours_is_put_there_and_taken_away(tmp_path: Path, stage: str) -> None:
    hooks = tmp_path / "new" / "hooks"
    said = install_hook(hooks, stage, hook_script(stage, "/p", "/q"))
    assert said == f"{stage}: installed in {hooks / stage}"
    assert is_ours(hooks / stage)
    assert (hooks / stage).stat().st_mode & 0o777 == 0o755
    assert uninstall_hook(hooks, stage) == f"{stage}: removed {hooks / stage}"
    assert list(hooks.iterdir()) == []


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o644])
def test_a_hook_that_was_there_is_kept_and_restored_byte_for_byte_with_its_mode(tmp_path: Path, mode: int) -> None:
    hook = tmp_path / "pre-commit"
    hook.write_bytes(FOREIGN)
    hook.chmod(mode)
    assert "runs first, as pre-commit.before-hyperion" in install_hook(tmp_path, "pre-commit", MARK)
    assert (tmp_path / "pre-commit.before-hyperion").read_bytes() == FOREIGN
    assert uninstall_hook(tmp_path, "pre-commit") == f"pre-commit: restored {hook}"
    assert hook.read_bytes() == FOREIGN
    assert hook.stat().st_mode & 0o777 == mode
    assert [path.name for path in tmp_path.iterdir()] == ["pre-commit"]


def test_a_link_that_was_there_is_restored_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(FOREIGN)
    hook = tmp_path / "pre-commit"
    hook.symlink_to("real")
    install_hook(tmp_path, "pre-commit", MARK)
    assert (tmp_path / "real").read_bytes() == FOREIGN
    uninstall_hook(tmp_path, "pre-commit")
    assert hook.readlink() == Path("real")


def test_installing_twice_changes_nothing_and_an_old_one_is_updated(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_bytes(FOREIGN)
    install_hook(tmp_path, "pre-commit", MARK)
    assert "already installed" in install_hook(tmp_path, "pre-commit", MARK)
    assert "updated" in install_hook(tmp_path, "pre-commit", MARK + b" 2")
    assert (tmp_path / "pre-commit.before-hyperion").read_bytes() == FOREIGN


def test_nothing_is_touched_where_two_foreign_hooks_lie(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_bytes(FOREIGN)
    (tmp_path / "pre-commit.before-hyperion").write_bytes(b"other")
    with pytest.raises(HyperionError, match="move one of them away"):
        install_hook(tmp_path, "pre-commit", MARK)
    with pytest.raises(HyperionError, match="is not ours"):
        uninstall_hook(tmp_path, "pre-commit")
    assert (tmp_path / "pre-commit").read_bytes() == FOREIGN
    assert (tmp_path / "pre-commit.before-hyperion").read_bytes() == b"other"


def test_a_foreign_hook_alone_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_bytes(FOREIGN)
    assert uninstall_hook(tmp_path, "pre-commit") is None
    assert (tmp_path / "pre-commit").read_bytes() == FOREIGN


def test_a_kept_hook_comes_back_even_when_ours_was_deleted_by_hand(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_bytes(FOREIGN)
    install_hook(tmp_path, "pre-commit", MARK)
    (tmp_path / "pre-commit").unlink()
    assert uninstall_hook(tmp_path, "pre-commit") == f"pre-commit: restored {tmp_path / 'pre-commit'}"
    assert (tmp_path / "pre-commit").read_bytes() == FOREIGN


def test_a_folder_in_place_of_a_hook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").mkdir()
    with pytest.raises(HyperionError, match="move it away"):
        install_hook(tmp_path, "pre-commit", MARK)


def test_a_hooks_folder_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "hooks").write_text("")
    with pytest.raises(HyperionError, match=r"^hook '.*pre-commit': [A-Z][a-z ]+$"):
        install_hook(tmp_path / "hooks", "pre-commit", MARK)


def test_the_hook_runs_python_safely_with_the_arguments_of_git(tmp_path: Path) -> None:
    installed(tmp_path, "commit-msg")
    code, log, _ = run_hook(tmp_path, "commit-msg", ".git/COMMIT_EDITMSG")
    assert code == 0
    assert log == "ours -P -m hyperion_hook hook commit-msg -- .git/COMMIT_EDITMSG\n"


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_our_exit_code_is_the_exit_code_of_the_hook(tmp_path: Path, code: int) -> None:
    for stage in STAGES:
        installed(tmp_path, stage, python=stand_in(tmp_path / "python", code=code))
        assert run_hook(tmp_path, stage)[0] == code


@pytest.mark.parametrize("stage", STAGES)
def test_the_hook_before_runs_first_with_the_same_arguments(tmp_path: Path, stage: str) -> None:
    stand_in(tmp_path / stage, "before")
    installed(tmp_path, stage)
    code, log, _ = run_hook(tmp_path, stage, "a b", "c'd")
    assert (code, [line for line in log.splitlines() if line]) == (
        0,
        ["before a b c'd", f"ours -P -m hyperion_hook hook {stage} -- a b c'd"],
    )


@pytest.mark.parametrize("stage", STAGES)
def test_the_failure_of_the_hook_before_stops_everything(tmp_path: Path, stage: str) -> None:
    stand_in(tmp_path / stage, "before", code=7)
    installed(tmp_path, stage)
    code, log, _ = run_hook(tmp_path, stage)
    assert code == 7
    assert "ours" not in log


def test_both_hooks_read_the_same_refs_at_a_push(tmp_path: Path) -> None:
    refs = b"refs/heads/a 1 refs/heads/a 2\n\nlast without end"
    stand_in(tmp_path / "pre-push", "before")
    installed(tmp_path, "pre-push")
    _, log, _ = run_hook(tmp_path, "pre-push", "origin", stdin=refs)
    assert log == f"before origin\n{refs.decode()}ours -P -m hyperion_hook hook pre-push -- origin\n{refs.decode()}"


def test_a_hook_before_that_reads_nothing_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "pre-push").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "pre-push").chmod(0o755)
    installed(tmp_path, "pre-push")
    code, log, _ = run_hook(tmp_path, "pre-push", stdin=b"x" * 300_000)
    assert code == 0
    assert log.endswith("x" * 300_000)


def test_a_hook_before_that_git_would_not_run_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pre-commit").chmod(0o644)
    installed(tmp_path, "pre-commit")
    assert run_hook(tmp_path, "pre-commit")[0] == 0


@pytest.mark.parametrize("name", ["with space", "it's", 'quo"te', "dollar$(x)`y`", "new\nline", "-dash"])
def test_any_path_of_python_works(tmp_path: Path, name: str) -> None:
    installed(tmp_path, "pre-commit", python=stand_in(tmp_path / name / "python"))
    assert run_hook(tmp_path, "pre-commit")[1].startswith("ours ")


def test_a_hooks_folder_with_a_strange_name_works(tmp_path: Path) -> None:
    folder = tmp_path / "it's a $folder"
    folder.mkdir()
    stand_in(folder / "pre-commit", "before")
    installed(folder, "pre-commit")
    assert run_hook(folder, "pre-commit")[1].startswith("before \nours ")


@pytest.mark.parametrize("stage", STAGES)
def test_when_our_package_is_gone_the_program_on_the_path_is_used(tmp_path: Path, stage: str) -> None:
    installed(tmp_path, stage, package="/nowhere/at/all.py")
    stand_in(tmp_path / "elsewhere" / "hyperion-hook", "from path")
    _, log, _ = run_hook(tmp_path, stage, path=f"{tmp_path / 'elsewhere'}:/usr/bin:/bin")
    assert log.startswith(f"from path hook {stage} --")


@pytest.mark.parametrize("stage", STAGES)
def test_when_neither_is_there_the_hook_passes_and_says_so(tmp_path: Path, stage: str) -> None:
    installed(tmp_path, stage, python="/nowhere/python")
    code, log, said = run_hook(tmp_path, stage)
    assert (code, log) == (0, "")
    assert said == "hyperion-hook: not found, so nothing is assessed; run 'hyperion-hook install' again\n"


def silent(path: Path, seen: Path) -> str:
    """Write a program in place of Python that starts no other, and writes down the path that it was given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho \"${{PYTHONPATH-unset}}\" > '{seen}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("entry", ["", ".", "./", "bin", "~/bin"])
def test_nothing_of_the_folder_is_run_however_path_is_written(tmp_path: Path, stage: str, entry: str) -> None:
    for folder in ("", "bin", "~/bin"):
        for name in ("hyperion-hook", "cat", "printf", "command", "env", "python", "python3", "sh", "echo", "read"):
            stand_in(tmp_path / folder / name, "planted")
    installed(tmp_path, stage, python="/nowhere/python")
    code, log, error = run_hook(tmp_path, stage, "a", stdin=b"refs\n", path=f"{entry}:/usr/bin:/bin")
    assert (code, log) == (0, "")
    assert error.startswith("hyperion-hook: not found, so nothing is assessed")
    installed(tmp_path, stage, python=silent(tmp_path / "real" / "python", tmp_path / "seen"))
    assert run_hook(tmp_path, stage, "a", stdin=b"refs\n", path=f"{entry}:/usr/bin:/bin")[:2] == (0, "")
    assert (tmp_path / "seen").exists()


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (None, "unset"),
        ("", "unset"),
        (".", "unset"),
        ("src", "unset"),
        (":/a", "unset"),
        ("/a:", "unset"),
        ("/a::/b", "unset"),
        ("/a:b", "unset"),
        ("/a", "/a"),
        ("/a:/b c", "/a:/b c"),
    ],
)
def test_python_is_told_of_no_folder_that_moves_with_the_checkout(
    tmp_path: Path, given: str | None, passed_on: str
) -> None:
    installed(tmp_path, "pre-commit", python=silent(tmp_path / "real" / "python", tmp_path / "seen"))
    run_hook(tmp_path, "pre-commit", **({} if given is None else {"PYTHONPATH": given}))
    assert (tmp_path / "seen").read_text().strip() == passed_on
