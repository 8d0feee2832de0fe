"""What a path says about a file: whether it is source, a test, a document, configuration or not ours.

Only the path is looked at, never the content, so the answer is the same for every version of a file.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from hyperion_hook.domain.files.languages import is_build_file, language_of
from hyperion_hook.domain.late_patterns import late_pattern

TEST_FOLDERS = ("test", "tests", "__tests__", "testing", "spec", "specs", "e2e", "testdata", "fixtures")
TEST_FOLDERS_OF_SRC = ("test", "androidTest", "integrationTest", "it")
TEST_WORDS = ("test", "tests", "spec", "specs")
TEST_CLASSES = ("Test", "Tests", "TestCase", "IT", "Spec")
TEST_CLASS_EXTENSIONS = ("java", "kt", "scala", "groovy", "cs", "php", "swift")
FOREIGN_FOLDERS = tuple(
    "vendor vendored third-party third_party thirdparty node_modules bower_components external extern dist "
    "_vendor".split()
)

_TEST_FOLDER = late_pattern(
    rf"(?:^|/)(?:{'|'.join(TEST_FOLDERS)}|[\w.-]*[-_.]tests?|tests?[-_.][\w.-]*)/"
    rf"|(?:^|/)src/(?:{'|'.join(TEST_FOLDERS_OF_SRC)})/"
)
_TEST = late_pattern(
    rf"{_TEST_FOLDER.pattern}|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*[-._](?:{'|'.join(TEST_WORDS)})\.[^/]+"
    rf"|[^/]*(?:{'|'.join(TEST_CLASSES)})\.(?:{'|'.join(TEST_CLASS_EXTENSIONS)}))$|\.(?:bats|feature|t)$"
)
_DOCUMENT = late_pattern(
    r"(?:^|/)(?:docs?|documentation|site|website)/|\.(?:md|rst|txt|adoc|asciidoc|markdown|textile|tex|html?|css|scss|svg)$"
    r"|(?:^|/)(?:readme|changelog|changes|news|history|authors|contributing|licen[cs]e|copying|notice|todo)[^/]*$",
    re.IGNORECASE,
)
_CONFIGURATION = late_pattern(
    r"\.(?:json|ya?ml|toml|ini|cfg|conf|properties|xml|gradle|lock|env|editorconfig|plist|csproj|sln|props|targets)$"
    r"|(?:^|/)(?:makefile|cmakelists\.txt|dockerfile|gemfile|rakefile|pipfile|requirements[^/]*\.txt|go\.(?:mod|sum))$"
    r"|(?:^|/)\.[^/]+$",
    re.IGNORECASE,
)
_FOREIGN = late_pattern(
    rf"(?:^|/)(?:{'|'.join(FOREIGN_FOLDERS)})/"
    r"|\.min\.(?:js|css)$|(?:^|/)(?:gradlew|mvnw)(?:\.bat|\.cmd)?$|(?:^|/)[^/]*(?:_pb2(?:_grpc)?\.pyi?|\.pb\.go|\.g\.dart|\.designer\.cs|\.generated\.[^/]+)$",
    re.IGNORECASE,
)


_DATA_ENDINGS = frozenset(
    "csv tsv psv tab dat data db sqlite sqlite3 jsonl ndjson json5 jsonc geojson topojson webmanifest map snap "
    "golden expected stdout stderr out err log trace har po pot mo xlf xliff resx resw strings stringsdict arb "
    "srt vtt ics vcf eml mbox pem crt cer key pub csr asc sig gpg sha sha1 sha256 sha512 md5 sum diff patch rej "
    "orig bak tmp swp dtd xsd rng wsdl owl rdf ttl bib ris storyboard xib pbxproj xcscheme xcworkspacedata "
    "xcsettings entitlements iml nuspec fsproj vbproj vcxproj filters user tfvars tfstate avsc pbtxt textproto "
    "prototxt dot gv puml plantuml mmd drawio dia obj mtl stl gltf fbx dae svgz ps eps pdf png jpg jpeg gif ico "
    "webp bmp tif tiff psd ttf otf woff woff2 eot mp3 mp4 wav ogg webm mov zip jar war gz bz2 xz zst 7z tar tgz "
    "whl egg exe dll so dylib a o lib class pyc wasm bin npy npz pkl parquet onnx pt pth h5 hdf5 mat rds rda "
    "rdata fasta fa fastq fq gff gff3 bed sam bam desktop service timer socket mount rules reg inf cnf config "
    "list lst manifest mf spec ebextensions gitkeep keep empty placeholder license authors notice md5sum sass "
    "less styl org pod rtf doc docx xls xlsx ppt pptx odt texi man ipr iws mdx rmarkdown text typed lockb abi gpx "
    "kml".split()
)
_MANUAL = late_pattern(r"[A-Za-z_]\.\d$")


class FileRole(StrEnum):
    """What a file is for."""

    SOURCE = "source"
    TEST = "test"
    DOCUMENT = "document"
    CONFIGURATION = "configuration"
    FOREIGN = "foreign"
    OTHER = "other"


@lru_cache(maxsize=65_536)
def role_of(path: str, *, is_code: bool = False) -> FileRole:
    """Return the role of a file, judged by its path alone.

    ``is_code`` says that it is known to hold code though its path does not tell.

    Examples
    --------
    >>> [role_of(p).value for p in ("src/a.py", "tests/test_a.py", "vendor/x.go", "docs/conf.py", "pom.xml", "a.bin")]
    ['source', 'test', 'foreign', 'document', 'configuration', 'other']
    """
    if _FOREIGN.search(path):
        return FileRole.FOREIGN
    if is_code or language_of(path):
        if is_build_file(path):
            return FileRole.CONFIGURATION
        if _TEST.search(path):
            return FileRole.TEST
        return FileRole.DOCUMENT if path.startswith(("docs/", "doc/")) else FileRole.SOURCE
    if _CONFIGURATION.search(path):
        return FileRole.CONFIGURATION
    if _DOCUMENT.search(path):
        return FileRole.DOCUMENT
    return FileRole.OTHER


def is_of_tests(path: str) -> bool:
    """Return whether a file is a test or lies among tests, such as the data that they read.

    Examples
    --------
    >>> is_of_tests("test_a.py"), is_of_tests("tests/data/rows.json"), is_of_tests("src/rows.json")
    (True, True, False)
    """
    return role_of(path) is FileRole.TEST or _TEST_FOLDER.search(path) is not None


def holds_data(path: str) -> bool:
    """Return whether a path's ending says that the file is data: no code, whatever is in it.

    Examples
    --------
    >>> holds_data("a/rows.CSV"), holds_data("man/git.1"), holds_data("bin/deploy"), holds_data("a.unheardof")
    (True, True, False, False)
    """
    return path.rpartition(".")[2].lower() in _DATA_ENDINGS or _MANUAL.search(path) is not None


def directory_of(path: str) -> str:
    """Return the folder of a path, '' for the top level.

    Examples
    --------
    >>> directory_of("a/b/c.py"), directory_of("c.py")
    ('a/b', '')
    """
    return path.rpartition("/")[0]


def subsystem_of(path: str) -> str:
    """Return the top-level folder of a path, '' for the top level.

    Examples
    --------
    >>> subsystem_of("a/b/c.py"), subsystem_of("c.py")
    ('a', '')
    """
    return path.partition("/")[0] if "/" in path else ""


_LOCK_FILES = frozenset(
    "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb poetry.lock pdm.lock "
    "uv.lock pipfile.lock cargo.lock composer.lock gemfile.lock go.sum gradle.lockfile packages.lock.json "
    "flake.lock".split()
)


def is_lock_file(path: str) -> bool:
    """Return whether a package manager writes a file: whoever changed its manifest did not choose its lines.

    Examples
    --------
    >>> is_lock_file("uv.lock"), is_lock_file("web/package-lock.json"), is_lock_file("lock.py")
    (True, True, False)
    """
    return path.rpartition("/")[2].lower() in _LOCK_FILES
