"""Manifests that are read line by line: pip, setup.cfg, Go, Ruby, Gradle, Visual Studio and pnpm's workspace."""

from __future__ import annotations

import re

from hyperion_hook.domain.files.text import without_comments
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.features.manifests.readers import INCLUDED, Manifest, UnreadableError, owned
from hyperion_hook.features.manifests.versions import Requirement

_NAME = late_pattern(r"\s*+([A-Za-z0-9][\w.-]*+)\s*+(?:\[[^\]]*+\])?\s*+(.*)", re.DOTALL)
_INCLUDED = late_pattern(r"^[^\S\n]*+(?:-r[^\S\n]*+|--requirement(?:=|[^\S\n]++))([^\s#]++)", re.MULTILINE)
_BLANKS = late_pattern(r"[^\S\n]{2,}")
_GEM = late_pattern(r"^[ \t]*+gem[ \t(]++['\"]([\w.-]++)['\"]([^\n]*+)", re.MULTILINE)
_GEM_VERSION = late_pattern(r",\s*+['\"]([^'\"]++)['\"]")
_GEMSPEC = late_pattern(
    r"\.add_(?:runtime_|development_)?dependency[ \t(]++['\"]([\w.-]++)['\"]([^\n]*+)"
    r"|\.name[ \t]*+=[ \t]*+['\"]([\w.-]++)"
)
_GRADLE = late_pattern(
    r"(?:^|[{;])[ \t]*+\"?([a-zA-Z]\w*+)\"?[ \t]*+(?:\(\s*+)?(?:(?:platform|enforcedPlatform|testFixtures)[ \t(]++)?"
    r"(?:['\"]([^'\":\s]++):([^'\":\s]++)(?::([^'\"\s]*+))?['\"]"
    r"|group[ \t]*+[:=][ \t]*+['\"]([^'\"\n]++)['\"][ \t]*+,[ \t]*+name[ \t]*+[:=][ \t]*+['\"]([^'\"\n]++)['\"]"
    r"|libs\.([\w.]++)|kotlin[ \t]*+\([ \t]*+['\"]([\w-]++)['\"])",
    re.MULTILINE,
)
_GRADLE_NEXT = late_pattern(r"\s*+,\s*+['\"]([^'\":\s]++):([^'\":\s]++)(?::([^'\"\s]*+))?['\"]")
_CONFIGURATION_ENDS = tuple("implementation api compile compileonly runtime runtimeonly classpath processor".split())
_CONFIGURATIONS = frozenset(("kapt", "ksp", "provided", "optional", "developmentonly", "shadow"))
_GRADLE_INCLUDE = late_pattern(r"^[ \t]*+include\b([ \t]*+\(?+(?:[\s,]++|['\"][^'\"\n]*+['\"])*+)", re.MULTILINE)
_GRADLE_FOLDER = late_pattern(
    r"project\([ \t]*+['\"]([^'\"\n]++)['\"][ \t]*+\)\.projectDir[ \t]*+=[^'\"\n]*+['\"]([^'\"\n]++)['\"]"
)
_QUOTED = late_pattern(r"['\"]([^'\"\n]++)['\"]")
_PROJECT = late_pattern(r"^Project\([^\n=]*+=[ \t]*+\"[^\"\n]*+\",[ \t]*+\"([^\"\n]++)\"", re.MULTILINE)


def read_requirements(text: str) -> Manifest:
    """Read pip's requirements files; options, constraints and URLs are left out, included files are members."""
    included = tuple(f"{INCLUDED}{name}" for name in _INCLUDED.findall(text))
    return Manifest(tuple(_listed(text)), members=included)


def _listed(text: str) -> list[Requirement]:
    asked = []
    for line in text.replace("\\\n", " ").splitlines():
        entry = line.partition(" #")[0].strip()
        if entry and not entry.startswith(("#", "-", ".", "/")) and "://" not in entry.partition("@")[0]:
            asked += pep508(entry.partition(" --")[0])
    return asked


def pep508(entry: str) -> list[Requirement]:
    """Return the requirement in one line of a Python manifest, nothing where there is none."""
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


def read_setup_cfg(text: str) -> Manifest:
    """Read the requirements in ``setup.cfg``."""
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        # the parser takes quadratic time for a run of blanks
        parser.read_string(_BLANKS.sub(" ", text))
    except configparser.Error:
        raise UnreadableError("is not a valid configuration file") from None
    entries = [parser.get("options", "install_requires", fallback=None)]
    if parser.has_section("options.extras_require"):
        entries += [value for _, value in parser.items("options.extras_require")]
    asked = [result for entry in entries if entry for result in _listed(entry.replace(";\n", "\n"))]
    name = parser.get("metadata", "name", fallback=None)
    return Manifest(tuple(asked), owned("pypi", [python_name(name)] if name else []))


def read_go_mod(text: str) -> Manifest:
    """Read the direct requirements of a Go module; modules that it replaces by folders are members."""
    asked, members, names = [], [], []
    for verb, words in _go_lines(text):
        if verb == "module" and words:
            names.append(words[0].strip('"'))
        elif verb == "require" and len(words) >= 2 and "indirect" not in words[2:]:
            # what only others need is not asked for by this project
            asked.append(Requirement("go", words[0], words[1]))
        elif verb == "replace" and words and words[-1].startswith(("./", "../")):
            members.append(words[-1])
            names.append(words[0])
    return Manifest(tuple(asked), owned("go", names), tuple(members))


def read_go_work(text: str) -> Manifest:
    """Read the modules of a Go workspace."""
    return Manifest(members=tuple(words[0] for verb, words in _go_lines(text) if verb == "use" and words))


def _go_lines(text: str) -> list[tuple[str, list[str]]]:
    """Return verb and words of each directive, those of a block line by line."""
    lines = []
    block = ""
    for line in text.splitlines():
        code, _, comment = line.partition("//")
        words = code.split()
        if block and words[:1] == [")"]:
            block = ""
        elif block:
            lines.append((block, words + comment.split()))
        elif words[1:] == ["("] or (words and words[0].endswith("(")):
            block = words[0].rstrip("(")
        elif words:
            lines.append((words[0], words[1:] + comment.split()))
    return lines


def read_gemfile(text: str) -> list[Requirement]:
    """Read Bundler's gems; those of a folder are not from outside."""
    return [
        Requirement("rubygems", name, ", ".join(_GEM_VERSION.findall(rest.partition("#")[0])))
        for name, rest in _GEM.findall(text)
        if "path:" not in rest
    ]


def read_gemspec(text: str) -> Manifest:
    """Read the dependencies of a gem."""
    asked, own = [], set()
    for name, rest, named in _GEMSPEC.findall(text):
        if named:
            own.add(named)
        else:
            asked.append(Requirement("rubygems", name, ", ".join(_GEM_VERSION.findall(rest.partition("#")[0]))))
    return Manifest(tuple(asked), owned("rubygems", own))


def read_gradle(text: str) -> list[Requirement]:
    """Read Gradle's dependencies; what the version catalogue names keeps its short name until it is known."""
    asked = []
    for match in _GRADLE.finditer(text):
        configuration, owner, name, version, group, artifact, catalogued, kotlin = match.groups(default="")
        kind = configuration.lower()
        if not kind.endswith(_CONFIGURATION_ENDS) and kind not in _CONFIGURATIONS:
            continue
        if catalogued:
            asked.append(Requirement("maven", f"libs.{catalogued.removesuffix('.get')}"))
        elif kotlin:
            asked.append(Requirement("maven", f"org.jetbrains.kotlin:kotlin-{kotlin}"))
        else:
            asked.append(Requirement("maven", f"{owner or group}:{name or artifact}", version if owner else ""))
        # one configuration can be given several
        following = _GRADLE_NEXT.match(text, match.end()) if owner else None
        while following:
            asked.append(Requirement("maven", f"{following[1]}:{following[2]}", following[3] or ""))
            following = _GRADLE_NEXT.match(text, following.end())
    return asked


def read_gradle_settings(text: str) -> Manifest:
    """Read the projects of a Gradle build; each lies in the folder of its name unless it is placed elsewhere."""
    text = without_comments(text)
    placed = {name.strip(":"): folder.lstrip("/") for name, folder in _GRADLE_FOLDER.findall(text)}
    members = []
    for names in _GRADLE_INCLUDE.findall(text):
        for name in _QUOTED.findall(names):
            project = name.strip(":")
            members.append(placed.get(project, project.replace(":", "/")))
    # names that a program puts together are not read: then every build file two folders deep counts
    return Manifest(members=tuple(members) or ("*/*/build.gradle*",))


def read_solution(text: str) -> Manifest:
    """Read the projects of a Visual Studio solution."""
    return Manifest(members=tuple(path.replace("\\", "/") for path in _PROJECT.findall(text)))


def read_pnpm_workspace(text: str) -> Manifest:
    """Read the packages of a pnpm workspace."""
    members = []
    inside = False
    for line in text.splitlines():
        entry = line.strip()
        if entry and not line[0].isspace() and not entry.startswith(("-", "#")):
            inside = entry.startswith("packages:")
        elif inside and entry.startswith("-"):
            members.append(entry[1:].partition(" #")[0].strip().strip("'\""))
    return Manifest(members=tuple(members))
