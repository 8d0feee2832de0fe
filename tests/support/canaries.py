"""Plants that leave a trace when they run: what strangers can put into a checkout, its settings, and its git directory.

Each kind has a name, and a file of that name appears in ``canaries`` when it runs. Left out is what Python itself
imports before any code of ours: ``PYTHONPATH``, ``PYTHONHOME`` and ``PYTHONWARNINGS`` of the user's environment.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.repo import TestRepo

MODULES = (
    "joblib",
    "pickle",
    "socket",
    "click",
    "json",
    "re",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "logging",
    "random",
    "ast",
    "tomllib",
    "lizard",
    "radon",
    "cloudpickle",
    "skops",
    "mlflow",
    "git",
    "dask",
    "yaml",
    "psutil",
    "_distutils_hack",
    "sitecustomize",
    "usercustomize",
    "conftest",
    "setup",
    "noxfile",
    "__main__",
    "zipimport",
)
PACKAGES = ("numpy", "pandas", "sklearn", "xgboost", "scipy", "matplotlib", "hyperion_hook", "encodings", "pluggy")
COMMANDS = (
    "git",
    "git-remote-evil",
    "git-planted",
    "python",
    "python3",
    "sh",
    "bash",
    "env",
    "cat",
    "less",
    "more",
    "ssh",
    "gpg",
    "uname",
    "lscpu",
    "nproc",
    "ldconfig",
    "ldd",
    "ld",
    "objdump",
    "gcc",
    "cc",
    "fc-list",
    "kpsewhich",
    "gs",
    "stty",
    "tput",
    "pre-commit",
    "hyperion-hook",
    "nvidia-smi",
)
"""What git, Python's own library and the libraries of training start by name."""

SETTINGS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.openpgp.program",
    "gpg.x509.program",
    "credential.helper",
    "credential.https://example.org.helper",
    "uploadpack.packObjectsHook",
    "pager.log",
    "pager.diff",
    "pager.show",
    "pager.config",
    "pager.branch",
    "interactive.diffFilter",
    "sequence.editor",
    "browser.evil.cmd",
    "browser.evil.path",
    "web.browser",
    "help.browser",
    "difftool.evil.cmd",
    "difftool.evil.path",
    "mergetool.evil.cmd",
    "mergetool.evil.path",
    "man.evil.cmd",
    "man.evil.path",
    "instaweb.httpd",
    "trailer.evil.cmd",
    "trailer.evil.command",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "remote.origin.proxy",
    "guitool.evil.cmd",
    "sendemail.smtpServer",
    "sendemail.toCmd",
    "sendemail.ccCmd",
    "sendemail.headerCmd",
    "imap.tunnel",
    "http.proxy",
    "tar.evil.command",
    "receive.procReceiveRefs",
    "remote.evil.vcs",
    "gitcvs.dbdriver",
    "diff.guitool",
    "blame.ignoreRevsFile",
    "core.attributesFile",
)
"""Settings that name a program, or a file that git is to read."""
ALIASES = (
    "log",
    "diff",
    "cat-file",
    "rev-parse",
    "rev-list",
    "diff-index",
    "diff-tree",
    "ls-tree",
    "ls-files",
    "config",
    "var",
    "merge-base",
    "show",
    "blame",
    "status",
    "for-each-ref",
    "stripspace",
    "interpret-trailers",
)
HOOKS = (
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "post-index-change",
)
VARIABLES = (
    "GIT_EXTERNAL_DIFF",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "GIT_PAGER",
    "PAGER",
    "GIT_EDITOR",
    "EDITOR",
    "VISUAL",
    "GIT_SEQUENCE_EDITOR",
    "GIT_PROXY_COMMAND",
    "GIT_PYTHON_GIT_EXECUTABLE",
    "GIT_MAN_VIEWER",
    "LESSOPEN",
    "LESSCLOSE",
    "MANPAGER",
    "BROWSER",
    "CC",
    "CXX",
    "SHELL",
    "PYTHONSTARTUP",
    "BASH_ENV",
    "ENV",
    "GIT_DIFF_OPTS",
    "GIT_TEMPLATE_DIR",
    "GIT_CONFIG",
    "GIT_ATTR_SOURCE",
)
TRACES = (
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_TRACE_SETUP",
    "GIT_TRACE_PACKET",
    "GIT_REDIRECT_STDERR",
    "GIT_REDIRECT_STDOUT",
)
"""Variables by which git writes files; such a file is a canary itself."""


@dataclass
class World:
    """A machine in a folder: a home, a cache, somebody else's files, and a checkout full of plants."""

    root: Path
    repo: TestRepo
    kinds: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.canaries, self.traps = self.folder("canaries"), self.folder("traps")
        self.home, self.foreign, self.temporary = self.folder("home"), self.folder("foreign"), self.folder("temporary")
        (self.foreign / "victim.txt").write_text("precious\n")
        (self.foreign / "inside").mkdir()
        for name in (".cache", ".config"):
            (self.home / name).mkdir()
        self.environment |= {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "TMPDIR": str(self.temporary),
        }

    def folder(self, name: str) -> Path:
        """Return a folder of this world."""
        (self.root / name).mkdir(exist_ok=True)
        return self.root / name

    def canary(self, kind: str) -> Path:
        """Count a kind, and return the file that appears when it runs."""
        self.kinds.append(kind)
        return self.canaries / kind.replace("/", "_")

    def script(self, kind: str) -> str:
        """Return the text of a program that sings, and does nothing else."""
        # only what the shell itself can do: other commands are planted too
        return f"#!/bin/sh\n: > '{self.canary(kind)}'\n"

    def trap(self, kind: str) -> str:
        """Return the path of a program that sings."""
        program = self.traps / kind.replace("/", "_").replace(" ", "_")
        program.write_text(self.script(kind))
        program.chmod(0o755)
        return str(program)

    def module(self, kind: str) -> str:
        """Return a module that sings when it is imported."""
        return f"open({str(self.canary(kind))!r}, 'w').close()\n"

    def sang(self) -> list[str]:
        """Return the kinds that ran."""
        return sorted(path.name for path in self.canaries.iterdir())


class Unpickled:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.open, (str(self.path), os.O_CREAT | os.O_WRONLY)


def plant_modules(world: World) -> None:
    """Put modules, packages and files that tools read into the checkout, at its top and in the folder of a hook."""
    files = {f"{name}.py": world.module(f"module {name}") for name in MODULES}
    files |= {f"{name}/__init__.py": world.module(f"package {name}") for name in PACKAGES}
    files["evil.pth"] = "import planted_by_pth\n"
    files["planted_by_pth.py"] = world.module("pth")
    files["hyperion_hook-9.dist-info/entry_points.txt"] = "[hyperion_hook]\nx = planted_entry\n"
    files["planted_entry.py"] = world.module("entry point")
    files["matplotlibrc"] = "backend: module://planted_backend\nsavefig.directory: .\n"
    files["planted_backend.py"] = world.module("matplotlibrc")
    files["setup.cfg"] = "[options]\nsetup_requires = planted\n[tool:pytest]\naddopts = -p planted_plugin\n"
    files["planted_plugin.py"] = world.module("setup.cfg")
    files["pyproject.toml"] = (
        '[build-system]\nrequires = []\nbuild-backend = "planted_build"\nbackend-path = ["."]\n'
        '[tool.pytest.ini_options]\naddopts = "-p planted_build"\n'
    )
    files["planted_build.py"] = world.module("build hook of pyproject.toml")
    files["requirements.txt"] = "-e .\n--index-url http://127.0.0.1:9/\n"
    files[".pre-commit-config.yaml"] = (
        "repos:\n- repo: local\n  hooks:\n  - {id: x, name: x, language: system, entry: "
        f"{world.trap('hook of pre-commit')}}}\n"
    )
    files[".envrc"] = f"{world.trap('envrc')}\n"
    files["Makefile"] = f"all:\n\t{world.trap('Makefile')}\n$(shell {world.trap('shell of a Makefile')})\n"
    files["package.json"] = f'{{"scripts": {{"preinstall": "{world.trap("preinstall of npm")}"}}}}\n'
    files["build.gradle"] = f'"{world.trap("build.gradle")}".execute()\n'
    files["MLproject"] = f"name: x\nentry_points:\n  main:\n    command: {world.trap('MLproject')}\n"
    files["templates/page.html"] = "{{ ().__class__.__base__.__subclasses__() }}\n"
    world.repo.write(files)


def plant_commands(world: World, entries: tuple[str, ...]) -> None:
    """Put programs where an empty or relative entry of ``PATH`` leads to, and such entries into it."""
    for folder in {entry or "." for entry in entries}:
        place = world.repo.path / folder
        place.mkdir(exist_ok=True)
        for name in COMMANDS:
            if (place / name).is_dir():
                continue  # a module of that name is a package
            (place / name).write_text(world.script(f"command {name} by {folder} in PATH"))
            (place / name).chmod(0o755)
    world.environment["PATH"] = os.pathsep.join([*entries, os.environ["PATH"]])


def plant_settings(world: World) -> None:
    """Set everything in the repository that names a program."""
    lines = [_setting(name, world.trap(f"setting {name}")) for name in SETTINGS]
    lines += [_setting(f"alias.{name}", f"!{world.trap(f'alias {name}')}") for name in ALIASES]
    for name in ("log.showSignature", "diff.evil.cachetextconv", "core.untrackedCache", "submodule.recurse"):
        lines.append(_setting(name, "true"))
    lines.append(_setting("submodule.evil.update", f"!{world.trap('submodule update')}"))
    lines.append(_setting("protocol.ext.allow", "always"))
    lines.append(_setting("remote.origin.url", f"ext::{world.trap('transport ext')}"))
    lines.append(_setting(f"url.ext::{world.trap('url insteadOf')}.insteadOf", "https://"))
    for kind, section in (
        ("include", "include"),
        ("includeIf gitdir", 'includeIf "gitdir:**"'),
        ("includeIf onbranch", 'includeIf "onbranch:**"'),
    ):
        included = world.traps / f"{kind}.config".replace(" ", "_")
        included.write_text(f"[core]\n\tfsmonitor = {world.trap(kind)}\n")
        lines.append(f"[{section}]\n\tpath = {included}\n")
    with (world.repo.path / ".git" / "config").open("a") as config:
        config.write("".join(lines))


def _setting(name: str, value: str) -> str:
    section, _, key = name.rpartition(".")
    section, _, subsection = section.partition(".")
    head = f'[{section} "{subsection}"]' if subsection else f"[{section}]"
    return f'{head}\n\t{key} = "{value}"\n'


def plant_attributes(world: World, place: str) -> None:
    """Ask for the planted drivers by attributes."""
    target = world.repo.path / place
    target.parent.mkdir(exist_ok=True)
    target.write_text("* diff=evil filter=evil merge=evil working-tree-encoding=UTF-16 export-subst ident\n")


def plant_hooks(world: World, folder: Path) -> None:
    """Put a hook of every name into a folder."""
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        (folder / name).write_text(world.script(f"hook {name} in {folder.name}"))
        (folder / name).chmod(0o755)


def plant_variables(world: World) -> None:
    """Set the variables by which git and its libraries are told to start programs or to write files."""
    world.environment |= {name: world.trap(f"variable {name}") for name in VARIABLES}
    world.environment |= {name: str(world.canary(f"variable {name}")) for name in TRACES}
    world.environment |= {
        "GIT_EXEC_PATH": ".",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": world.trap("variable GIT_CONFIG_VALUE"),
        "GIT_CONFIG_KEY_1": "core.hooksPath",
        "GIT_CONFIG_VALUE_1": str(world.traps),
        "GIT_CONFIG_PARAMETERS": f"'diff.external={world.trap('variable GIT_CONFIG_PARAMETERS')}'",
    }


def plant_objects(world: World) -> None:
    """Replace objects, graft commits, and name alternates that are somebody else's."""
    repo = world.repo
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"other = 1\n").strip()
    repo.git("replace", repo.git("rev-parse", "HEAD:src/part0.py").strip(), blob)
    repo.git("replace", "--graft", "HEAD~3")
    info = repo.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(repo.git("rev-parse", "HEAD~1"))
    alternates = repo.path / ".git" / "objects" / "info"
    alternates.mkdir(exist_ok=True)
    (alternates / "alternates").write_text(f"{world.foreign}\n")
    world.kinds += ["a replaced blob", "a replaced commit", "grafts", "alternates"]


def plant_names(world: World) -> None:
    """Commit paths, subjects and authors that are commands to a shell, a build server or a terminal."""
    mark = world.canary("words of a shell")
    words = (
        f"$(touch '{mark}')",
        f"`touch '{mark}'`",
        f"; touch '{mark}' #",
        f"| touch '{mark}'",
        "--output=evil",
        "::set-output name=x::y",
        "##vso[task.setvariable variable=x]y",
        "\x1b]0;evil\x07",
        "${jndi:ldap://x}",
    )
    files: dict[str, str | bytes | None] = {
        f"names/{word.replace('/', '_')}.py": "def f(x):\n    return x if x else 1\n" for word in words
    }
    files |= {"-rf": "x\n", "--exec=evil": "x\n", "HEAD": "x\n", ":(exclude)*": "x\n", "a\nb.py": "x = 1\n"}
    for number, word in enumerate(words):
        world.repo.commit(
            files if not number else {f"names/{number}.py": f"x = {number}\n"},
            f"Fix {word}",
            author=f"{word.replace('<', '').replace('>', '')} <x@example.org>",
        )
    world.kinds += [f"name {number}" for number in range(len(words) - 1)]


def plant_pickles(world: World, folder: Path, names: tuple[str, ...]) -> None:
    """Fill a folder with files that run something when they are unpickled."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(pickle.dumps(Unpickled(world.canary(f"pickle {name} in {folder.name}"))))


def tree(folder: Path, but: tuple[str, ...] = ()) -> dict[str, bytes | str | None]:
    """Return what is below a folder: contents, targets of links, ``None`` for folders; without paths that start so."""
    found: dict[str, bytes | str | None] = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if not name.startswith(but):
            found[name] = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found
