"""The real pre-commit framework runs the hooks of this checkout's manifest."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.executable import BIN, git, hook_environment
from tests.support.repo import TestRepo

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
VERDICT = re.compile(r"^(LOW|MEDIUM|HIGH)[ ,]", re.MULTILINE)
SYSTEM_HOOKS = ("hyperion-risk-system", "hyperion-risk-msg-system", "hyperion-risk-push-system")
STAGES = ("pre-commit", "commit-msg", "pre-push")


def pre_commit(repo: TestRepo, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "pre-commit", *arguments],
        cwd=cwd or repo.path,
        text=True,
        check=False,
        env=hook_environment(repo),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(autouse=True)
def whole_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hooks print all, so that it can be seen which change they assessed."""
    monkeypatch.setenv("HYPERION_HOOK_HOOK_DETAIL", "full")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """A repository with this project's manifest, as pre-commit clones one."""
    made = TestRepo(tmp_path_factory.mktemp("hooks") / "hooks")
    made.commit({".pre-commit-hooks.yaml": MANIFEST.read_bytes()})
    return made


@pytest.fixture
def repo(tmp_path: Path, hooks: TestRepo, monkeypatch: pytest.MonkeyPatch) -> TestRepo:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    made = TestRepo(tmp_path / "r")
    made.write({".pre-commit-config.yaml": configuration(hooks, SYSTEM_HOOKS), "a.py": "x = 1\n"})
    made.git("add", "-A")
    use(made)
    return made


def configuration(hooks: TestRepo, names: tuple[str, ...], arguments: str = "[]") -> str:
    listed = "".join(f"    - id: {name}\n      args: {arguments}\n" for name in names)
    return f"repos:\n- repo: {hooks.path}\n  rev: {hooks.head()}\n  hooks:\n{listed}"


def use(repo: TestRepo, cwd: Path | None = None) -> None:
    done = pre_commit(repo, "install", *(f"--hook-type={stage}" for stage in STAGES), cwd=cwd)
    assert done.returncode == 0, done.stdout


def commit(repo: TestRepo, *arguments: str, cwd: Path | None = None) -> str:
    done = git(repo, "commit", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_manifest_is_valid() -> None:
    done = subprocess.run([BIN / "pre-commit", "validate-manifest", MANIFEST], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_first_commit_is_assessed_at_both_stages_and_the_output_is_visible(repo: TestRepo) -> None:
    said = commit(repo, "-m", "first")
    # once: with the message nothing has changed
    assert len(VERDICT.findall(said)) == 1
    assert "2 files" in said


def test_only_what_is_staged_is_assessed(repo: TestRepo) -> None:
    commit(repo, "-m", "first")
    repo.stage({"a.py": "x = 2\n"})
    repo.write({"a.py": "x = 3\ny = 4\n"})
    assert commit(repo, "-m", "Fix crash").count("Staged change: 1 file, +1 -1 lines") == 1
    assert commit(repo, "-a", "-m", "rest").count("Staged change: 1 file, +2 -1 lines") == 1


def test_with_all_files_and_nothing_staged_it_says_so_and_passes(repo: TestRepo) -> None:
    commit(repo, "-m", "first")
    done = pre_commit(repo, "run", "--all-files")
    assert done.returncode == 0
    assert "nothing staged" in done.stdout
    assert commit(repo, "--allow-empty", "-m", "empty").count("nothing staged") == 2
    by_hand = pre_commit(repo, "run", "--all-files", "--hook-stage", "pre-push")
    assert by_hand.returncode == 0
    assert "nothing to push" in by_hand.stdout


def test_pushes_are_assessed_the_first_one_too(repo: TestRepo, tmp_path: Path) -> None:
    bare = tmp_path / "remote.git"
    repo.git("init", "-q", "--bare", str(bare))
    repo.git("remote", "add", "origin", str(bare))
    commit(repo, "-m", "first")
    first = git(repo, "push", "origin", "main")
    assert first.returncode == 0, first.stdout
    assert VERDICT.search(first.stdout)
    for number in (2, 3):
        repo.stage({"a.py": f"x = {number}\n"})
        commit(repo, "-m", f"change {number}")
    second = git(repo, "push", "origin", "main")
    assert re.search(r"^2 commits, .*: 1 file, \+1 -1 lines", second.stdout, re.MULTILINE)


def test_it_runs_in_a_worktree_and_in_a_submodule(repo: TestRepo, hooks: TestRepo, tmp_path: Path) -> None:
    commit(repo, "-m", "first")
    tree = tmp_path / "tree"
    repo.git("worktree", "add", "-q", str(tree), "-b", "side")
    (tree / "a.py").write_text("x = 5\n")
    assert "Staged change: 1 file, +1 -1 lines" in commit(repo, "-a", "-m", "in a worktree", cwd=tree)

    outer = TestRepo(tmp_path / "outer")
    outer.commit({"top": "1"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "inner")
    inner = outer.path / "inner"
    use(outer, cwd=inner)
    (inner / "a.py").write_text("x = 6\n")
    assert "Staged change: 1 file, +1 -1 lines" in commit(outer, "-a", "-m", "in a submodule", cwd=inner)


def test_a_commit_is_blocked_only_by_fail_on(repo: TestRepo, hooks: TestRepo) -> None:
    commit(repo, "-m", "first")
    repo.stage({".pre-commit-config.yaml": configuration(hooks, SYSTEM_HOOKS[:1], "[--fail-on, low]")})
    done = git(repo, "commit", "-m", "blocked")
    assert done.returncode == 1
    assert "fail-on is LOW" in done.stdout


@pytest.mark.slow
def test_pre_commit_installs_it_from_this_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    project = TestRepo(tmp_path / "project")
    for name in ("hyperion_hook", "models"):
        shutil.copytree(ROOT / name, project.path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", MANIFEST.name, "docs/glossary.md"):
        (project.path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, project.path / name)
    project.commit({})
    repo = TestRepo(tmp_path / "r")
    names = tuple(name.removesuffix("-system") for name in SYSTEM_HOOKS)
    repo.stage({".pre-commit-config.yaml": configuration(project, names), "a.py": "x = 1\n"})
    use(repo)
    said = commit(repo, "-m", "first")
    assert len(VERDICT.findall(said)) == 1
    installed = {path.name.partition("-")[0].lower() for path in (tmp_path / "cache").rglob("*.dist-info")}
    assert "hyperion_hook" in installed
    assert not installed & {"numpy", "pandas", "scikit_learn", "xgboost", "scipy"}
