"""What a project declares to need from outside, by manifest: one small reader for each kind of file.

A reader returns the direct requirements, or ``Missing`` when the file cannot be read. Parsers that cost a hook
milliseconds are loaded only where such a file exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.versions import Requirement

MAX_BYTES = 1_000_000
Read = Callable[[str], "list[Requirement] | Missing"]

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$", re.DOTALL)
_GRADLE = re.compile(
    r"^[ \t]*(?!project\b|exclude\b|plugins?\b)(?:[a-z]\w*(?:[iI]mplementation|[aA]pi|[cC]ompile|[cC]ompileOnly"
    r"|[rR]untime|[rR]untimeOnly|[cC]lasspath|[pP]rocessor)|implementation|api|compile|compileOnly|compileOnlyApi|runtime|runtimeOnly"
    r"|classpath|annotationProcessor|kapt|ksp|provided)[ \t(]+(?:platform\(|enforcedPlatform\(|kotlin\()?[ \t]*"
    r"(?:['\"]([^'\":\s]+):([^'\":\s]+)(?::([^'\"\s]*))?['\"]"
    r"|group[ \t]*[:=][ \t]*['\"]([^'\"]+)['\"][ \t]*,[ \t]*name[ \t]*[:=][ \t]*['\"]([^'\"]+)['\"]"
    r"|(libs\.[\w.]+))",
    re.MULTILINE,
)
_LONG_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){60}")
_GO_REQUIRE = re.compile(r"^require[ \t]*(?:\(([^)]*)\)|([^\n(]+))", re.MULTILINE)
_GEM = re.compile(r"^[ \t]*gem[ \t(]+['\"]([\w.-]+)['\"]([^\n]*)", re.MULTILINE)
_GEM_VERSION = re.compile(r",\s*['\"]([^'\"]+)['\"]")


def reader_of(path: str) -> Read | None:
    """Return how a manifest is read, by its name; ``None`` for a file that is none.

    Examples
    --------
    >>> reader_of("docs/requirements-docs.txt") is not None, reader_of("notes.txt") is None
    (True, True)
    """
    name = path.rpartition("/")[2]
    known = _READERS.get(name)
    if known is not None:
        return known
    if name.endswith(".csproj"):
        return _read_csproj
    if re.fullmatch(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)", name):
        return read_requirements
    if name.endswith((".txt", ".in")) and path.rpartition("/")[0].rpartition("/")[2] == "requirements":
        return read_requirements
    return None


@lru_cache(maxsize=128)
def read_manifest(path: str, text: str) -> tuple[Requirement, ...] | Missing:
    """Return what a manifest asks for; ``Missing`` with the reason where it cannot be read.

    Examples
    --------
    >>> [requirement.name for requirement in read_manifest("package.json", '{"dependencies": {"vue": "^3.4"}}')]
    ['vue']
    """
    read = reader_of(path)
    if read is None:
        return Missing(f"{path}: is no manifest")
    if len(text) > MAX_BYTES:
        return Missing(f"{path}: is larger than {MAX_BYTES:,} characters")
    try:
        found = read(text)
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return Missing(f"{path}: cannot be read")
    return Missing(f"{path}: {found.reason}") if isinstance(found, Missing) else tuple(dict.fromkeys(found))


def read_requirements(text: str) -> list[Requirement]:
    """Read pip's requirements files; options, URLs and included files are left out."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        entry = line.partition(" #")[0].strip()
        if entry and not entry.startswith(("#", "-", ".", "/")) and "://" not in entry.partition("@")[0]:
            found += _pep508(entry.partition(" --")[0])
    return found


def _pep508(entry: str) -> list[Requirement]:
    text, _, marker = entry.partition(";")
    match = _NAME.match(text)
    if match is None:
        return []
    constraint = match[2].strip().strip("()").strip()
    if constraint.startswith("@"):
        constraint = ""
    return [Requirement("pypi", python_name(match[1]), constraint, marker.strip())]


def python_name(name: str) -> str:
    """Return a normalised project name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read_pyproject(text: str) -> list[Requirement] | Missing:
    data = _toml(text)
    if isinstance(data, Missing):
        return data
    project = _table(data, "project")
    entries = [*_strings(project.get("dependencies"))]
    for group in (*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()):
        entries += _strings(group)
    found = [requirement for entry in entries for requirement in _pep508(entry)]
    poetry = _table(_table(data, "tool"), "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in tables:
        for name, value in table.items():
            if name.lower() != "python":
                found += _poetry(python_name(name), value)
    own = python_name(str(project.get("name") or poetry.get("name") or ""))
    # an extra that builds on another names the project itself
    return [requirement for requirement in found if requirement.name != own]


def _poetry(name: str, value: object) -> Iterator[Requirement]:
    for option in value if isinstance(value, list) else [value]:
        if isinstance(option, str):
            yield Requirement("poetry", name, option)
        elif isinstance(option, dict) and "path" not in option:
            condition = str(option.get("python") or option.get("markers") or option.get("platform") or "")
            yield Requirement("poetry", name, str(option.get("version", "")), condition)


def _read_setup_cfg(text: str) -> list[Requirement] | Missing:
    import configparser  # noqa: PLC0415 - loaded only where such a file exists

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return Missing("is not a valid configuration file")
    entries = []
    if parser.has_option("options", "install_requires"):
        entries.append(parser.get("options", "install_requires"))
    if parser.has_section("options.extras_require"):
        entries += [value for _, value in parser.items("options.extras_require")]
    return [found for entry in entries if entry for found in read_requirements(entry.replace(";\n", "\n"))]


def _read_package_json(text: str) -> list[Requirement] | Missing:
    data = _json(text)
    if isinstance(data, Missing):
        return data
    found = []
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, version in _table(data, key).items():
            asked = version if isinstance(version, str) else ""
            # packages of the same workspace are not external
            if not asked.startswith(("workspace:", "file:", "link:", "portal:")):
                found.append(Requirement("npm", name, asked))
    return found


def _read_composer(text: str) -> list[Requirement] | Missing:
    data = _json(text)
    if isinstance(data, Missing):
        return data
    return [
        Requirement("composer", name.lower(), version if isinstance(version, str) else "")
        for key in ("require", "require-dev")
        for name, version in _table(data, key).items()
        # the platform (php, ext-json) is not a package
        if "/" in name
    ]


def _read_cargo(text: str) -> list[Requirement] | Missing:
    data = _toml(text)
    if isinstance(data, Missing):
        return data
    places = [(data, ""), (_table(data, "workspace"), "")]
    places += [(table, name) for name, table in _table(data, "target").items() if isinstance(table, dict)]
    found = []
    for place, condition in places:
        for key in ("dependencies", "dev-dependencies", "build-dependencies"):
            for name, value in _table(place, key).items():
                if isinstance(value, dict):
                    if "path" not in value:
                        asked = str(value.get("version", ""))
                        found.append(Requirement("cargo", str(value.get("package", name)), asked, condition))
                else:
                    found.append(Requirement("cargo", name, str(value), condition))
    return found


def _read_go_mod(text: str) -> list[Requirement]:
    found = []
    for block, single in _GO_REQUIRE.findall(text):
        for line in (block or single).splitlines():
            words = line.split()
            # what only others need is not asked for by this project
            if len(words) >= 2 and not words[0].startswith("//") and "// indirect" not in line:
                found.append(Requirement("go", words[0], words[1]))
    return found


def _read_gemfile(text: str) -> list[Requirement]:
    return [
        Requirement("rubygems", name, ", ".join(_GEM_VERSION.findall(rest.partition("#")[0])))
        for name, rest in _GEM.findall(text)
    ]


def _read_gradle(text: str) -> list[Requirement]:
    found = []
    for owner, name, version, group, artifact, catalogued in _GRADLE.findall(text):
        if catalogued:
            found.append(Requirement("maven", catalogued))
        else:
            found.append(Requirement("maven", f"{owner or group}:{name or artifact}", version if owner else ""))
    return found


def _read_pom(text: str) -> list[Requirement] | Missing:
    from hyperion_hook.features.manifests_xml import read_pom  # noqa: PLC0415 - XML costs a hook milliseconds

    return read_pom(text)


def _read_csproj(text: str) -> list[Requirement] | Missing:
    from hyperion_hook.features.manifests_xml import read_csproj  # noqa: PLC0415 - XML costs a hook milliseconds

    return read_csproj(text)


def _toml(text: str) -> dict[str, Any] | Missing:
    import tomllib  # noqa: PLC0415 - loaded only where such a file exists

    # the parser takes quadratic time for a key of many parts: a minute for one line of 100 kB
    if _LONG_KEY.search(text):
        return Missing("has a key of more than 60 parts")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return Missing("is not valid TOML")


def _json(text: str) -> dict[str, Any] | Missing:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return Missing("is not valid JSON")
    return data if isinstance(data, dict) else Missing("is not a JSON object")


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


_READERS: dict[str, Read] = {
    "pyproject.toml": _read_pyproject,
    "setup.cfg": _read_setup_cfg,
    "package.json": _read_package_json,
    "pom.xml": _read_pom,
    "build.gradle": _read_gradle,
    "build.gradle.kts": _read_gradle,
    "go.mod": _read_go_mod,
    "Cargo.toml": _read_cargo,
    "Gemfile": _read_gemfile,
    "composer.json": _read_composer,
}

ROOT_MANIFESTS = (
    *_READERS, "requirements.txt", "requirements-dev.txt", "requirements-test.txt", "dev-requirements.txt",
    "requirements/base.txt", "requirements/dev.txt",
)
"""Where a project's manifests are looked for; others count when a change touches them."""
