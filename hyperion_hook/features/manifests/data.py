"""Manifests in TOML and JSON: Python, npm, Composer, Cargo, Gradle's version catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hyperion_hook.features.manifests.lines import pep508, python_name
from hyperion_hook.features.manifests.readers import Manifest, UnreadableError, owned
from hyperion_hook.features.manifests.versions import Requirement

_NO_KEY = re.compile(
    r"\#[^\n]*+|\"\"\"(?:[^\"\\]|\\[\s\S]|\"(?!\"\"))*+(?:\"\"\")?|'''(?:[^']|'(?!''))*+(?:''')?"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'[^'\n]*+'?"
)
_LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){60}")
_LOCAL = ("workspace:", "file:", "link:", "portal:")


def read_pyproject(text: str) -> Manifest:
    """Read PEP 621, PEP 735, Poetry, uv, PDM and Hatch."""
    data = _toml(text)
    project, tool = _table(data, "project"), _table(data, "tool")
    poetry, uv = _table(tool, "poetry"), _table(tool, "uv")
    entries = [*_strings(project.get("dependencies")), *_strings(uv.get("dev-dependencies"))]
    for group in (*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()):
        entries += _strings(group)
    for table in (_table(tool, "pdm").get("dev-dependencies"), _table(_table(tool, "hatch"), "envs")):
        for group in table.values() if isinstance(table, dict) else ():
            entries += _strings(group.get("dependencies") if isinstance(group, dict) else group)
    asked = [requirement for entry in entries for requirement in pep508(entry)]
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in tables:
        for name, value in table.items():
            if name.lower() != "python":
                asked += _poetry(python_name(name), value)
    own = {python_name(str(project.get("name") or poetry.get("name") or ""))}
    # what is taken from the workspace or a folder is not from outside
    own |= {
        python_name(name)
        for name, value in _table(uv, "sources").items()
        if isinstance(value, dict) and ("workspace" in value or "path" in value)
    }
    workspace = _table(uv, "workspace")
    members = (*_strings(workspace.get("members")), *(f"!{name}" for name in _strings(workspace.get("exclude"))))
    # an extra that builds on another names the project itself
    return Manifest(tuple(item for item in asked if item.name not in own), owned("pypi", own), members)


def _poetry(name: str, value: object) -> Iterator[Requirement]:
    for option in value if isinstance(value, list) else [value]:
        if isinstance(option, str):
            yield Requirement("poetry", name, option)
        elif isinstance(option, dict) and "path" not in option:
            condition = str(option.get("python") or option.get("markers") or option.get("platform") or "")
            yield Requirement("poetry", name, str(option.get("version", "")), condition)


def read_pipfile(text: str) -> list[Requirement]:
    """Read Pipenv's packages and development packages."""
    data = _toml(text)
    asked = []
    for name, value in (*_table(data, "packages").items(), *_table(data, "dev-packages").items()):
        version = value.get("version", "") if isinstance(value, dict) else value
        if not isinstance(value, dict) or "path" not in value:
            asked.append(Requirement("pypi", python_name(name), "" if version == "*" else str(version)))
    return asked


def read_package_json(text: str) -> Manifest:
    """Read npm's four kinds of dependencies and the workspaces."""
    data = _json(text)
    asked = []
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, version in _table(data, key).items():
            wanted = version if isinstance(version, str) else ""
            # packages of the same workspace are not external
            if not wanted.startswith(_LOCAL):
                asked.append(Requirement("npm", name, wanted))
    workspaces = data.get("workspaces")
    members = _strings(workspaces.get("packages") if isinstance(workspaces, dict) else workspaces)
    return Manifest(tuple(asked), owned("npm", [str(data.get("name") or "")]), tuple(members))


def read_lerna(text: str) -> Manifest:
    """Read the packages of a repository that Lerna manages; nothing where npm's workspaces name them."""
    return Manifest(members=tuple(_strings(_json(text).get("packages"))))


def read_composer(text: str) -> Manifest:
    """Read PHP's requirements; repositories in folders are members, what the project replaces is its own."""
    data = _json(text)
    asked = tuple(
        Requirement("composer", name.lower(), version if isinstance(version, str) else "")
        for key in ("require", "require-dev")
        for name, version in _table(data, key).items()
        # the platform (php, ext-json) is not a package
        if "/" in name
    )
    repositories = data.get("repositories")
    repositories = (
        repositories.values()
        if isinstance(repositories, dict)
        else repositories
        if isinstance(repositories, list)
        else []
    )
    members = (
        str(item.get("url", "")) for item in repositories if isinstance(item, dict) and item.get("type") == "path"
    )
    own = {str(data.get("name", "")).lower(), *(name.lower() for name in _table(data, "replace"))}
    return Manifest(asked, owned("composer", own), tuple(members))


def read_cargo(text: str) -> Manifest:
    """Read Rust's dependencies; what the workspace only names for its members counts where a member uses it."""
    data = _toml(text)
    workspace = _table(data, "workspace")
    tables = [(data, "")]
    tables += [(table, name) for name, table in _table(data, "target").items() if isinstance(table, dict)]
    asked, local = [], []
    for table, condition in tables:
        for key in ("dependencies", "dev-dependencies", "build-dependencies"):
            for name, value in _table(table, key).items():
                options = value if isinstance(value, dict) else {"version": value}
                if "path" in options:
                    local.append(str(options["path"]))
                else:
                    package = str(options.get("package", name))
                    asked.append(Requirement("cargo", package, str(options.get("version", "")), condition))
    shared = {name: value for name, value in _table(workspace, "dependencies").items() if isinstance(value, dict)}
    own = {name for name, value in shared.items() if "path" in value}
    renamed = tuple((("cargo", name), (str(value["package"]),)) for name, value in shared.items() if "package" in value)
    members = _strings(workspace.get("members"))
    if workspace:
        # a folder that the root needs is a member without being named
        members += [*local, *(f"!{name}" for name in _strings(workspace.get("exclude")))]
    own.add(str(_table(data, "package").get("name", "")))
    return Manifest(tuple(asked), owned("cargo", own), tuple(members), renamed)


def read_version_catalog(text: str) -> Manifest:
    """Read the names that Gradle's build files give to packages; a bundle stands for several."""
    data = _toml(text)
    libraries: dict[str, tuple[str, ...]] = {}
    for name, value in _table(data, "libraries").items():
        options = value if isinstance(value, dict) else {"module": str(value)}
        module = str(options.get("module") or f"{options.get('group', '')}:{options.get('name', '')}")
        libraries[_accessor(name)] = (":".join(module.split(":")[:2]),)
    for name, value in _table(data, "bundles").items():
        parts = (libraries.get(_accessor(part), ()) for part in _strings(value))
        libraries[f"bundles.{_accessor(name)}"] = tuple(module for part in parts for module in part)
    return Manifest(aliases=tuple((("maven", f"libs.{name}"), modules) for name, modules in libraries.items()))


def _accessor(name: str) -> str:
    return name.replace("-", ".").replace("_", ".")


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    # the parser takes quadratic time for a key of many parts: a minute for one line of 100 kB
    if _LONG_KEY.search(_NO_KEY.sub("x", text)):
        raise UnreadableError("has a key of more than 60 parts")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableError("is not valid TOML") from None


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableError("is not valid JSON") from None
    if not isinstance(data, dict):
        raise UnreadableError("is not a JSON object")
    return data


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
