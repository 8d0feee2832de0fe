from __future__ import annotations

from dataclasses import replace

import pytest

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.manifests.project import MAX_MANIFESTS
from hyperion_hook.features.structure import dependencies
from tests.support.changes import change, context, edit

PYPROJECT = '[project]\nname = "shop"\ndependencies = ["click>=8", "rich"]\n'


def test_without_a_manifest_the_imported_packages_are_counted() -> None:
    judged = change(edit("a.py", "+x"))
    assert dependencies.measure(context(judged)) == {
        "external_dependency_count": dependencies.NO_MANIFEST,
        "version_conflict_count": dependencies.NO_MANIFEST,
    }
    graph = build_graph({"a.py": ("yaml", "os"), "b.py": ("yaml", "click:echo", "a")})
    assert dependencies.measure(context(judged, graph=graph)) == {
        "external_dependency_count": 2,
        "version_conflict_count": dependencies.NO_MANIFEST,
    }


@pytest.mark.parametrize("name", ["mix.exs", "pubspec.yaml", "Package.swift", "build.sbt", "a.cabal"])
def test_a_manifest_without_a_reader_is_no_zero(name: str) -> None:
    judged = change(edit("a.py", "+x"))
    result = dependencies.measure(context(judged, before={name: "x"}, graph=build_graph({"a.py": ("os",)})))
    assert result["external_dependency_count"] == Missing(f"{name}: no reader for manifests of this kind")
    imported = dependencies.measure(context(judged, before={name: "x"}, graph=build_graph({"a.py": ("yaml",)})))
    assert imported["external_dependency_count"] == 1


def test_a_manifest_without_a_reader_is_more_than_what_lies_below_it() -> None:
    before = {"mix.exs": "x", "assets/package.json": '{"dependencies": {"vue": "3"}}'}
    judged = change(edit("a.ex", "+x"))
    result = dependencies.measure(context(judged, before=before))
    assert result["external_dependency_count"] == Missing("mix.exs: no reader for manifests of this kind")
    above = dependencies.measure(context(judged, before=before | {"package.json": '{"dependencies": {"vue": "3"}}'}))
    assert above["external_dependency_count"] == 1


def test_an_included_list_that_was_compiled_or_is_of_the_documents_is_left_out() -> None:
    lists = {
        "dev.in": "tox\n-r tests.txt\n-r docs.txt\n",
        "tests.in": "pytest\n",
        "tests.txt": "pluggy==1\npytest==8\n",
    }
    lists = {f"requirements/{name}": text for name, text in (lists | {"docs.txt": "sphinx\n"}).items()}
    result = dependencies.measure(context(change(edit("a.py", "+x")), before=lists))
    # "-r tests.txt" is what was compiled from tests.in, which is there
    assert result["external_dependency_count"] == 2


@pytest.mark.parametrize(
    "option", ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=./base.txt  # x"]
)
def test_lists_that_a_list_of_requirements_includes_belong_to_it(option: str) -> None:
    lists = {"requirements.txt": f"flask\n{option}\n", "base.txt": "-r lists/more.pip\n-c no.txt\nattrs\n"}
    lists["lists/more.pip"] = "-r ../requirements.txt\n-r gone.txt\n-r ../../out.txt\n-r .\nrich\n"
    lists["no.txt"] = "six\n"
    untouched = dependencies.measure(context(change(edit("a.py", "+x")), before=lists))
    assert untouched == {"external_dependency_count": 3, "version_conflict_count": 0}
    judged = change(edit("base.txt", "+x"))
    after = dependencies.measure(context(judged, before=lists, after={"base.txt": "flask==1\nflask==2\n"}))
    assert after == {"external_dependency_count": 1, "version_conflict_count": 1}


def test_manifests_at_the_top_count_without_being_touched() -> None:
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "Click==8.1\npytest\n", "sub/package.json": '{"a": 1}'}
    values = dependencies.measure(context(change(edit("a.py", "+x")), before=before))
    assert values == {"external_dependency_count": 3, "version_conflict_count": 0}


def test_the_touched_manifest_counts_as_the_change_leaves_it() -> None:
    judged = change(edit("pyproject.toml", "+x"), edit("web/package.json", "+x", FileStatus.ADDED))
    after = {
        "pyproject.toml": PYPROJECT.replace("click>=8", "click<8"),
        "web/package.json": '{"dependencies": {"vue": "3"}}',
    }
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "click==8.1\n"}
    values = dependencies.measure(context(judged, before=before, after=after))
    assert values == {"external_dependency_count": 3, "version_conflict_count": 1}


def test_a_deleted_or_renamed_manifest_is_gone() -> None:
    before = {"pyproject.toml": PYPROJECT, "requirements.txt": "six\n"}
    judged = change(edit("requirements.txt", "-six", FileStatus.DELETED))
    assert dependencies.measure(context(judged, before=before))["external_dependency_count"] == 2
    moved = change(edit("docs/old.txt", "", old_path="requirements.txt"))
    assert dependencies.measure(context(moved, before=before))["external_dependency_count"] == 2


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    judged = change(edit("package.json", "+x"))
    values = dependencies.measure(context(judged, after={"package.json": "{"}))
    assert values["external_dependency_count"] == Missing("package.json: is not valid JSON")
    assert values["version_conflict_count"] == Missing("package.json: is not valid JSON")


def test_a_manifest_that_is_a_link_is_not_followed() -> None:
    judged = change(replace(edit("package.json", "+x"), new_mode=0o120000))
    assert dependencies.measure(context(judged, after={"package.json": "../x"}))["version_conflict_count"] == (
        dependencies.NO_MANIFEST
    )


def test_the_same_package_of_two_tools_counts_once() -> None:
    before = {"pyproject.toml": '[tool.poetry.dependencies]\nclick = "^8"\n', "requirements.txt": "click\n"}
    assert dependencies.measure(context(change(edit("a.py")), before=before))["external_dependency_count"] == 1


def pom(artifact: str, *dependencies: str, modules: str = "", group: str = "org.shop") -> str:
    listed = "".join(
        f"<dependency><groupId>{name.partition(':')[0]}</groupId><artifactId>{name.partition(':')[2]}</artifactId></dependency>"
        for name in dependencies
    )
    return (
        f"<project><groupId>{group}</groupId><artifactId>{artifact}</artifactId><modules>{modules}</modules>"
        f"<dependencies>{listed}</dependencies></project>"
    )


BUILDS = {
    "maven": (
        {
            "pom.xml": pom("shop", modules="<module>core</module><module>web/app</module>"),
            "core/pom.xml": pom("core", "org.slf4j:slf4j-api", "junit:junit"),
            "web/app/pom.xml": pom(
                "app", "org.slf4j:slf4j-api", "org.shop:core", "com.other:tools", modules="<module>../deep</module>"
            ),
            "web/deep/pom.xml": pom("tools", "io.netty:netty-all", group="com.other"),
            "elsewhere/x/pom.xml": pom("x", "not:counted"),
        },
        3,
    ),
    "gradle": (
        {
            "settings.gradle.kts": 'include(":core", ":web:app")\nproject(":core").projectDir = file("parts/core")\n',
            "gradle/libs.versions.toml": '[libraries]\nslf4j-api = {module = "org.slf4j:slf4j-api", version = "2"}\n'
            'jackson = "com.fasterxml:jackson:2"\n[bundles]\nall = ["slf4j-api", "jackson"]\n',
            "build.gradle.kts": "plugins { java }\n",
            "parts/core/build.gradle.kts": "dependencies {\n  implementation(libs.slf4j.api)\n  api(libs.bundles.all)\n}\n",
            "web/app/app.gradle.kts": 'dependencies {\n  implementation("org.slf4j:slf4j-api:2.0")\n'
            '  testImplementation("junit:junit:4")\n  implementation(project(":core"))\n}\n',
        },
        3,
    ),
    "npm": (
        {
            "package.json": '{"name": "top", "workspaces": ["packages/*", "!packages/old"], "devDependencies": {"jest": "29"}}',
            "packages/a/package.json": '{"name": "@x/a", "dependencies": {"vue": "3", "@x/b": "1.0.0"}}',
            "packages/b/package.json": '{"name": "@x/b", "dependencies": {"vue": "2"}}',
            "packages/old/package.json": '{"dependencies": {"left-pad": "1"}}',
        },
        2,
    ),
    "pnpm": (
        {
            "pnpm-workspace.yaml": "packages:\n  - 'libs/**'  # all\nonlyBuilt:\n  - x\n",
            "libs/deep/a/package.json": '{"dependencies": {"vue": "3"}}',
        },
        1,
    ),
    "cargo": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nserde = "1"\nlog = "0.4"\n'
            'core = {path = "crates/core"}\nfast = {package = "faster", version = "2"}\n',
            "crates/core/Cargo.toml": '[package]\nname = "core"\n[dependencies]\nserde = {workspace = true}\n',
            "crates/cli/Cargo.toml": '[package]\nname = "cli"\n[dependencies]\ncore.workspace = true\nfast.workspace = true\n'
            'serde = "1"\n',
        },
        2,
    ),
    "go": (
        {
            "go.work": "go 1.22\n\nuse (\n\t./api\n\t./deep/server\n)\n",
            "api/go.mod": "module x.org/api\n\nrequire (\n\tgithub.com/a/b v1.0.0 // why (see c)\n\tgithub.com/c/d v1.0.0\n)\n",
            "deep/server/go.mod": "module x.org/server\n\nrequire x.org/api v0.0.0\nrequire github.com/e/f v1.0.0\n",
        },
        3,
    ),
    "uv": (
        {
            "pyproject.toml": '[project]\nname = "top"\ndependencies = ["click", "part"]\n[tool.uv.workspace]\n'
            'members = ["packages/*"]\n[tool.uv.sources]\npart = {workspace = true}\n',
            "packages/part/pyproject.toml": '[project]\nname = "part"\ndependencies = ["rich"]\n',
        },
        2,
    ),
    "dotnet": (
        {
            "Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="A" Version="1" /></ItemGroup></Project>',
            "src/Shop/Shop.csproj": '<Project><ItemGroup><PackageReference Include="A" /></ItemGroup></Project>',
            "test/Shop.Tests/T.csproj": '<Project><ItemGroup><PackageReference Include="NUnit" /></ItemGroup></Project>',
        },
        2,
    ),
    "solution": (
        {
            "Shop.sln": 'Project("{F}") = "Shop", "deep\\a\\b\\Shop.csproj", "{G}"\nEndProject\n',
            "deep/a/b/Shop.csproj": '<Project><ItemGroup><PackageReference Include="A" Version="1" /></ItemGroup></Project>',
        },
        1,
    ),
    "two projects side by side": (
        {
            "backend/go.mod": "module x\n\nrequire github.com/a/b v1.0.0\n",
            "frontend/package.json": '{"dependencies": {"vue": "3"}}',
            "examples/package.json": '{"dependencies": {"left-pad": "1"}}',
            ".ci/package.json": '{"dependencies": {"x": "1"}}',
        },
        2,
    ),
    "maven, a module by its file": (
        {
            "pom.xml": pom("shop", modules="<module>tools/pom-java8.xml</module>"),
            "pom-old.xml": pom("old", "not:counted"),
            "tools/pom-java8.xml": pom("tools", "junit:junit"),
        },
        1,
    ),
    "gradle, one line": (
        {
            "build.gradle": "dependencies { api 'a:a:1'; testApi(\n 'b:b:1',\n \"c:c:$v\") }\next { libs = ['not:counted:1'] }\n",
        },
        3,
    ),
    "pnpm, folders taken back": (
        {
            "pnpm-workspace.yaml": "packages:\n  - libs/**\n  - '!**/test/**'\n",
            "libs/deep/a/package.json": '{"dependencies": {"vue": "3"}}',
            "libs/deep/test/package.json": '{"dependencies": {"left-pad": "1"}}',
        },
        1,
    ),
    "lerna": (
        {
            "lerna.json": '{"packages": ["modules/deep/*"]}',
            "package.json": '{"devDependencies": {"lerna": "1"}}',
            "modules/deep/a/package.json": '{"name": "a", "dependencies": {"vue": "3"}}',
        },
        2,
    ),
    "older .NET": (
        {
            "Shop.sln": 'Project("{F}") = "Shop", "deep\\a\\b\\Shop.csproj", "{G}"\nEndProject\n',
            "deep/a/b/Shop.csproj": '<Project><ItemGroup><Reference Include="System" /></ItemGroup></Project>',
            "deep/a/b/packages.config": '<packages><package id="NUnit" version="2" /></packages>',
        },
        1,
    ),
    "gems": (
        {
            "Gemfile": "gemspec\ngem 'rake'\ngem 'part', path: 'part'\n",
            "shop.gemspec": 'Gem::Specification.new do |s|\n  s.name = "shop"\n  s.add_dependency "rack", "~> 3"\n'
            '  s.add_development_dependency("minitest")\nend\n',
            "part/part.gemspec": 's.name = "part"\ns.add_dependency "shop", "1"\n',
        },
        3,
    ),
}


@pytest.mark.parametrize("build", BUILDS)
def test_all_manifests_of_a_build_are_counted(build: str) -> None:
    files, count = BUILDS[build]
    untouched = dependencies.measure(context(change(edit("a.py", "+x")), before=files))
    assert untouched == {"external_dependency_count": count, "version_conflict_count": 0}


@pytest.mark.parametrize("build", BUILDS)
def test_touching_a_manifest_does_not_change_the_count(build: str) -> None:
    files, count = BUILDS[build]
    for path in files:
        values = dependencies.measure(context(change(edit(path, "+x")), before=files, after=files))
        assert values["external_dependency_count"] == count


@pytest.mark.parametrize(
    "path",
    [
        "docs/requirements.txt",
        "requirements-docs.txt",
        "requirements/docs.txt",
        "doc/requirements/all.txt",
        "website/package.json",
        "tests/fixtures/x/package.json",
        "examples/a/pom.xml",
        "vendor/x/go.mod",
    ],
)
def test_what_the_documentation_or_an_example_needs_is_not_counted(path: str) -> None:
    judged = change(edit(path, "+x", FileStatus.ADDED))
    after = {path: '{"dependencies": {"vue": "3"}}' if path.endswith("json") else "sphinx\nfuro\n"}
    values = dependencies.measure(context(judged, before={"pyproject.toml": PYPROJECT}, after=after))
    assert values["external_dependency_count"] == 2


def test_a_module_that_the_change_adds_is_counted() -> None:
    judged = change(edit("pom.xml", "+x"), edit("new/pom.xml", "+x", FileStatus.ADDED))
    after = {"pom.xml": pom("shop", modules="<module>new</module>"), "new/pom.xml": pom("new", "a:b", "c:d")}
    values = dependencies.measure(context(judged, before={"pom.xml": pom("shop")}, after=after))
    assert values["external_dependency_count"] == 2


def test_modules_that_name_each_other_or_the_outside_end() -> None:
    before = {
        "pom.xml": pom(
            "a", "x:y", modules="<module>.</module><module>b</module><module>../..</module><module>/etc</module>"
        ),
        "b/pom.xml": pom("b", modules="<module>..</module>" * 3),
    }
    values = dependencies.measure(context(change(edit("a.py")), before=before))
    assert values["external_dependency_count"] == 1


def test_too_many_manifests_are_missing_with_the_reason() -> None:
    before = {"package.json": '{"workspaces": ["*"]}'} | {f"p{n}/package.json": "{}" for n in range(MAX_MANIFESTS)}
    values = dependencies.measure(context(change(edit("a.py")), before=before))
    assert values["external_dependency_count"] == Missing("the project has more than 1,000 manifests")
