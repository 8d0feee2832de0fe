from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.manifests.readers import _READERS, Manifest, read_manifest, reader_of
from hyperion_hook.features.manifests.versions import (
    Requirement,
    count_conflicts,
    intersect,
    parse_constraint,
)

MANIFESTS = {
    "pyproject.toml": (
        """
[build-system]
requires = ["hatchling"]
[project]
name = "shop"
dependencies = ["Click>=8.1", "typing.extensions ; python_version < '3.11'", "shop[extra]", "a[b] @ https://x.org/a.zip"]
[project.optional-dependencies]
test = ["pytest~=8.0"]
[dependency-groups]
dev = ["ruff", {include-group = "test"}]
""",
        [("click", ">=8.1"), ("typing-extensions", ""), ("a", ""), ("pytest", "~=8.0"), ("ruff", "")],
    ),
    "pdm/pyproject.toml": (
        (
            "[project]\nname = 'a'\n[tool.pdm.dev-dependencies]\ntest = ['pytest']\n"
            "[tool.hatch.envs.lint]\ndependencies = ['ruff>1']\n"
        ),
        [("pytest", ""), ("ruff", ">1")],
    ),
    "kotlin/build.gradle.kts": (
        'dependencies {\n  implementation(kotlin("stdlib"))\n  api(kotlin("test", "2.0"))\n}\n',
        [("org.jetbrains.kotlin:kotlin-stdlib", ""), ("org.jetbrains.kotlin:kotlin-test", "")],
    ),
    "poetry/pyproject.toml": (
        """
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.11"
requests = "^2.28"
rich = [{version = "<13", python = "<3.9"}, {version = ">=13", python = ">=3.9"}]
local = {path = "../local"}
[tool.poetry.group.dev.dependencies]
black = {version = "*"}
""",
        [("requests", "^2.28"), ("rich", "<13"), ("rich", ">=13"), ("black", "*")],
    ),
    "requirements.txt": (
        (
            "# comment\n-r other.txt\n--index-url https://x\nclick==8.1.7  # why\nFoo_Bar[x,y] >= 1.0, < 2 "
            "; os_name == 'nt'\n-e .\ngit+https://x/y.git\n./local\nattrs==1.0 \\\n    --hash=sha256:aa\n"
        ),
        [("click", "==8.1.7"), ("foo-bar", ">= 1.0, < 2"), ("attrs", "==1.0")],
    ),
    "setup.cfg": (
        (
            "[metadata]\nname = x\n[options]\ninstall_requires =\n    click>=7\n    six\n[options.extras_require]\n"
            "t =\n  pytest\n"
        ),
        [("click", ">=7"), ("six", ""), ("pytest", "")],
    ),
    "package.json": (
        (
            '{"dependencies": {"vue": "^3.4", "@a/b": "workspace:*"}, "devDependencies": {"jest": "29.x"}, '
            '"peerDependencies": 1}'
        ),
        [("vue", "^3.4"), ("jest", "29.x")],
    ),
    "composer.json": (
        (
            '{"require": {"php": ">=8", "ext-json": "*", "Symfony/Console": "^6.4 || ^7"}, '
            '"require-dev": {"phpunit/phpunit": "^10"}}'
        ),
        [("symfony/console", "^6.4 || ^7"), ("phpunit/phpunit", "^10")],
    ),
    "Cargo.toml": (
        """
[package]
name = "shop"
[dependencies]
serde = { version = "1.0", features = ["derive"] }
local = { path = "local" }
log = "0.4"
[dev-dependencies]
other = { package = "renamed", version = "2" }
[target.'cfg(unix)'.dependencies]
libc = "0.2"
""",
        [("serde", "1.0"), ("log", "0.4"), ("renamed", "2"), ("libc", "0.2")],
    ),
    "go.mod": (
        (
            "module m\n\ngo 1.22\n\nrequire github.com/a/b v1.2.3\nrequire (\n\tgolang.org/x/net v0.1.0\n"
            "\tgithub.com/c/d v1.0.0 // indirect\n)\n"
        ),
        [("github.com/a/b", "v1.2.3"), ("golang.org/x/net", "v0.1.0")],
    ),
    "Gemfile": (
        "source 'https://x'\ngem 'rails', '~> 7.0', '>= 7.0.4'\ngem \"pg\"\n# gem 'no'\n  gem 'puma', require: false\n",
        [("rails", "~> 7.0, >= 7.0.4"), ("pg", ""), ("puma", "")],
    ),
    "build.gradle": (
        (
            "dependencies {\n  implementation 'org.slf4j:slf4j-api:2.0'\n  testImplementation(\"junit:junit:4.13\")\n"
            "  api libs.jackson\n  implementation project(':clients')\n  compile group: 'a.b', name: 'c', version:"
            " '1'\n}\n"
        ),
        [("org.slf4j:slf4j-api", "2.0"), ("junit:junit", "4.13"), ("libs.jackson", ""), ("a.b:c", "")],
    ),
    "pom.xml": (
        """<?xml version="1.0" encoding="ISO-8859-1"?>
<project xmlns="http://maven.apache.org/POM/4.0.0"><groupId>org.shop</groupId><artifactId>shop</artifactId>
<properties><v>[1,2)</v></properties>
<dependencyManagement><dependencies><dependency><groupId>no</groupId><artifactId>no</artifactId></dependency>
</dependencies></dependencyManagement>
<dependencies><dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>${v}</version></dependency>
<dependency><groupId>org.shop</groupId><artifactId>released-apart</artifactId></dependency>
<dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId></dependency></dependencies></project>""",
        [("org.slf4j:slf4j-api", "[1,2)"), ("org.shop:released-apart", "")],
    ),
    "src/Shop.csproj": (
        (
            '<Project><ItemGroup><PackageReference Include="Newtonsoft.Json" Version="13.0.1" />'
            '<PackageReference Include="NUnit"><Version>4</Version></PackageReference></ItemGroup></Project>'
        ),
        [("newtonsoft.json", "13.0.1"), ("nunit", "4")],
    ),
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_direct_requirements_are_read(path: str) -> None:
    text, expected = MANIFESTS[path]
    found = read_manifest(path, text)
    assert not isinstance(found, Missing), found
    assert [(asked.name, asked.constraint) for asked in found.requirements] == expected


@pytest.mark.parametrize("path", _READERS)
def test_every_known_name_has_a_reader(path: str) -> None:
    assert reader_of(path) is not None


@pytest.mark.parametrize("path", ["a.txt", "src/requirements.py", "package.json.bak", "README.md", "docs/notes.txt"])
def test_other_files_are_no_manifests(path: str) -> None:
    assert reader_of(path) is None
    assert isinstance(read_manifest(path, ""), Missing)


@pytest.mark.parametrize("path", MANIFESTS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[",
        "]]>",
        "\0",
        "a" * 1_000_001,
        "[" * 200_000,
        '{"a":' * 100_000,
        "a.b" * 50_000 + " = 1",
        "<a>" * 100_000,
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "[]",
        '"x"',
        "null",
        "[project]\ndependencies = 3\n",
        '{"dependencies": []}',
        "[tool.poetry.dependencies]\na = [[[1]]]\n",
        "[options]\ninstall_requires\n",
        "%(x)s",
        "[[project]]\n",
        "[tool]\npoetry = 1\n",
    ],
    ids=range(21),
)
def test_a_broken_manifest_is_empty_or_missing_with_its_reason(path: str, text: str) -> None:
    found = read_manifest(path, text)
    assert isinstance(found, Manifest) or found.reason.startswith(path)


CONSTRAINTS = [
    # ecosystem, constraint, versions inside, versions outside
    ("pypi", ">=1.2,<2", ["1.2", "1.9.9"], ["1.1", "2"]),
    ("pypi", "~=1.4", ["1.4", "1.99"], ["1.3", "2.0"]),
    ("pypi", "~=1.4.2", ["1.4.2", "1.4.9"], ["1.4.1", "1.5"]),
    ("pypi", "==1.4.*", ["1.4", "1.4.7"], ["1.3.9", "1.5"]),
    ("pypi", "== 2.0", ["2.0"], ["2.0.1"]),
    ("pypi", "!=1.5", ["1.5", "9"], []),
    ("pypi", "> 1.0", ["1.0.1"], ["1.0", "0.9"]),
    ("pypi", "<= 1.0", ["1.0", "0"], ["1.0.1"]),
    ("poetry", "^1.2.3", ["1.2.3", "1.9"], ["1.2.2", "2"]),
    ("poetry", "^0.2.3", ["0.2.3", "0.2.9"], ["0.3", "0.2.2"]),
    ("poetry", "^0.0.3", ["0.0.3"], ["0.0.4"]),
    ("poetry", "~1.2", ["1.2", "1.2.9"], ["1.3"]),
    ("npm", "~1", ["1.0", "1.9"], ["2"]),
    ("npm", "1.2.x", ["1.2.0", "1.2.9"], ["1.3"]),
    ("npm", "1", ["1.0", "1.9"], ["2"]),
    ("npm", "1.2.3", ["1.2.3"], ["1.2.4"]),
    ("npm", "1.2 - 2.3", ["1.2", "2.3"], ["2.4", "1.1"]),
    ("npm", "1.0 - 2", ["1.0", "2.9.9"], ["0.9", "3"]),
    ("npm", "16 - 18", ["16", "18.3.1"], ["15.9", "19"]),
    ("npm", "1.2.3 - 2.3.4", ["2.3.4"], ["2.3.5"]),
    ("npm", "1 - 1.x", ["1.9"], ["2"]),
    ("npm", "<=1", ["1.9.9"], ["2.0.0"]),
    ("npm", "<=1.2.x", ["1.2.9"], ["1.3.0"]),
    ("npm", "<=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("npm", ">1", ["2.0.0"], ["1.9.9"]),
    ("npm", ">1.2", ["1.3.0"], ["1.2.9"]),
    ("npm", ">1.2.3", ["1.2.4"], ["1.2.3"]),
    ("npm", ">=1.2", ["1.2.0"], ["1.1.9"]),
    ("npm", "<1.2", ["1.1.9"], ["1.2.0"]),
    ("npm", "=1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
    ("npm", "v1.2", ["1.2.9"], ["1.3.0"]),
    ("npm", "~1.2", ["1.2.9"], ["1.3.0"]),
    ("npm", "~>1.2", ["1.2.9"], ["1.3.0"]),
    ("npm", "~1.2.3", ["1.2.9"], ["1.2.2", "1.3.0"]),
    ("npm", "^1.2.x", ["1.9.9"], ["1.1.9", "2.0.0"]),
    ("npm", "^0.0", ["0.0.9"], ["0.1.0"]),
    ("npm", "^0.x", ["0.9.9"], ["1.0.0"]),
    ("npm", "^0.0.0", ["0.0.0"], ["0.0.1"]),
    ("npm", "^1 || ^3", ["1.5", "3.1"], ["2.0", "4.0"]),
    ("npm", ">= 1.2 < 2", ["1.3"], ["2.0"]),
    ("npm", "*", ["0", "99"], []),
    ("cargo", "1.2", ["1.2", "1.9"], ["2.0", "1.1"]),
    ("cargo", "=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("cargo", "=1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
    ("cargo", "1.2.*", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
    ("cargo", "1.*", ["1.9.9"], ["2.0.0"]),
    ("cargo", "<=1.2", ["1.2.9"], ["1.3.0"]),
    ("cargo", "<=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("cargo", ">1", ["2.0.0"], ["1.9.9"]),
    ("cargo", ">1.2", ["1.3.0"], ["1.2.9"]),
    ("cargo", ">=1.2, <1.5", ["1.2.0", "1.4.9"], ["1.1.9", "1.5.0"]),
    ("cargo", "~1", ["1.9.9"], ["2.0.0"]),
    ("cargo", "~1.2", ["1.2.9"], ["1.3.0"]),
    ("cargo", "^0.0", ["0.0.9"], ["0.1.0"]),
    ("cargo", "0.0.3", ["0.0.3"], ["0.0.4"]),
    ("poetry", "<=1", ["1.0.0"], ["1.0.1"]),
    ("poetry", ">1", ["1.0.1"], ["1.0.0"]),
    ("composer", "1.0 - 2.0", ["1.0", "2.0.9"], ["2.1"]),
    ("composer", "1.0.0 - 2.1.0", ["2.1.0"], ["2.1.1"]),
    ("composer", "<=1.2", ["1.2.0"], ["1.2.1"]),
    ("rubygems", "<= 1.2", ["1.2.0"], ["1.2.1"]),
    ("composer", "~1.2", ["1.2", "1.9"], ["2.0"]),
    ("composer", "^6.4|^7.0", ["6.4", "7.9"], ["6.3", "8.0"]),
    ("rubygems", "~> 7.0, >= 7.0.4", ["7.0.4", "7.9"], ["7.0.3", "8.0"]),
    ("maven", "[1.0,2.0)", ["1.0", "1.9"], ["2.0", "0.9"]),
    ("maven", "(,1.0],[1.2,)", ["0.5", "1.0", "1.2"], ["1.1"]),
    ("nuget", "[1.2]", ["1.2"], ["1.2.1"]),
]


def allows(ecosystem: str, constraint: str, version: str) -> bool:
    intervals = parse_constraint(ecosystem, constraint)
    assert intervals is not None
    exactly = parse_constraint("pypi", f"=={version}")
    assert exactly is not None
    return any(not intersect(one, exactly[0]).is_empty for one in intervals)


@pytest.mark.parametrize(("ecosystem", "constraint", "inside", "outside"), CONSTRAINTS)
def test_constraints_allow_what_their_ecosystem_allows(
    ecosystem: str, constraint: str, inside: list[str], outside: list[str]
) -> None:
    assert all(allows(ecosystem, constraint, version) for version in inside)
    assert not any(allows(ecosystem, constraint, version) for version in outside)


@pytest.mark.parametrize(
    ("ecosystem", "constraint"),
    [
        ("npm", "github:a/b"),
        ("npm", "latest-beta"),
        ("pypi", ">=1.0rc1"),
        ("composer", "dev-main"),
        ("maven", "1.2"),
        ("nuget", "1.2"),
        ("go", "v1.2.3"),
        ("npm", "x" * 400),
        ("pypi", "1.2.3.4.5.6"),
    ],
)
def test_what_cannot_be_decided_is_no_condition(ecosystem: str, constraint: str) -> None:
    assert parse_constraint(ecosystem, constraint) is None


@pytest.mark.parametrize(
    ("one", "other", "conflicts"),
    [("16 - 18", "^18.2", 0), ("1.0 - 2", "^2.5", 0), ("1.0 - 2", "^3", 1), ("<=1", "^1.2", 0), ("=1.2", "1.2.3", 0)],
)
def test_partial_versions_of_npm_exclude_no_more_than_semver_says(one: str, other: str, conflicts: int) -> None:
    assert count_conflicts([Requirement("npm", "react", one), Requirement("npm", "react", other)]) == conflicts


def test_constraints_in_different_environments_do_not_meet() -> None:
    asked = [Requirement("pypi", "a", "<2", "python_version < '3.8'"), Requirement("pypi", "a", ">=2")]
    assert count_conflicts(asked) == 0
    assert count_conflicts([asked[0]._replace(condition=""), asked[1]]) == 1


VERSIONS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
CLAUSES = st.tuples(st.sampled_from(["==", ">=", "<=", ">", "<", "~=", "^", "~"]), VERSIONS).map("".join)


@given(st.lists(CLAUSES, min_size=2, max_size=3), VERSIONS)
def test_a_version_that_all_allow_proves_that_there_is_no_conflict(clauses: list[str], version: str) -> None:
    if all(allows("poetry", clause, version) for clause in clauses):
        assert count_conflicts([Requirement("poetry", "a", clause) for clause in clauses]) == 0


@given(st.lists(CLAUSES, min_size=2, max_size=3))
def test_conflicts_do_not_depend_on_the_order(clauses: list[str]) -> None:
    forwards = [Requirement("poetry", "a", clause) for clause in clauses]
    assert count_conflicts(forwards) == count_conflicts(forwards[::-1])
