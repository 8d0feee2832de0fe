"""What a release needs besides the tools of the group ``release``; run from the top of the repository.

``check TAG`` fails where tag, version, changelog and addresses do not fit together, ``notes`` prints what changed, and
``formula SDIST`` prints a Homebrew formula whose dependencies are those of the Action's lock.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tomllib
from pathlib import Path

LOCK = Path(".github/action/requirements.txt")
FORMULA = """\
class HyperionHook < Formula
  include Language::Python::Virtualenv

  desc "{description}"
  homepage "{homepage}"
  url "{homepage}/releases/download/v{version}/{name}"
  sha256 "{digest}"
  license "{license}"

  depends_on "git"
  depends_on "python@3.13"

  LOCK = <<~REQUIREMENTS
{lock}
  REQUIREMENTS

  def install
    virtualenv_create(libexec, "python3.13", without_pip: false)
    (buildpath/"requirements.txt").write LOCK
    pip = [libexec/"bin/python", "-m", "pip", "install", "--no-deps"]
    system(*pip, "--require-hashes", "--only-binary=:all:", "-r", buildpath/"requirements.txt")
    system(*pip, "--no-index", "--no-build-isolation", buildpath)
    bin.install_symlink libexec/"bin/hyperion-hook"
    generate_completions_from_executable(bin/"hyperion-hook", "completion", shells: [:bash, :zsh, :fish])
    (man1/"hyperion-hook.1").write Utils.safe_popen_read(bin/"hyperion-hook", "completion", "man")
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/hyperion-hook --version")
  end
end
"""


def project() -> dict[str, object]:
    """Return the table ``project`` of ``pyproject.toml``, with the version that the package says."""
    table: dict[str, object] = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    source = Path("hyperion_hook/__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    return table | {"version": match[1] if match else ""}


def faults(tag: str, repository: str | None) -> list[str]:
    """Return what keeps a tag from being released, a line each."""
    table = project()
    version, urls = table["version"], table["urls"]
    lines = []
    if tag != f"v{version}":
        lines.append(f"the tag is {tag}, hyperion_hook/__init__.py says {version}")
    if not re.match(rf"## {re.escape(str(version))} \(\d{{4}}-\d\d-\d\d\)\n", _sections()):
        lines.append(
            f"CHANGELOG.md does not begin with {version} and its day; run: towncrier build --version {version}"
        )
    lines += [f"{path} is not in CHANGELOG.md yet" for path in sorted(Path("changelog.d").glob("*.md"))]
    if repository and isinstance(urls, dict) and urls["Repository"] != repository:
        lines.append(f"pyproject.toml names {urls['Repository']}, this is {repository}")
    return lines


def notes() -> str:
    """Return the newest section of the changelog, without its title."""
    return re.split(r"^## .*\n", _sections(), maxsplit=2, flags=re.MULTILINE)[1].strip() + "\n"


def formula(sdist: Path) -> str:
    """Return a Homebrew formula for a source distribution of this very version."""
    table = project()
    urls = table["urls"]
    return FORMULA.format(
        description=str(table["description"]).rstrip("."),
        homepage=urls["Repository"] if isinstance(urls, dict) else "",
        version=table["version"],
        name=sdist.name,
        digest=hashlib.sha256(sdist.read_bytes()).hexdigest(),
        license=table["license"],
        lock="\n".join(f"    {line}" for line in LOCK.read_text(encoding="ascii").replace("\\", "\\\\").splitlines()),
    )


def _sections() -> str:
    return re.sub(
        r"\A.*?^(?=## )", "", Path("CHANGELOG.md").read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


def main(arguments: list[str]) -> int:
    """Do what is asked; 1 where something does not fit."""
    match arguments:
        case ["check", tag]:
            server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
            lines = faults(tag, f"{server}/{name}" if server and name else None)
            sys.stderr.write("".join(f"release: {line}\n" for line in lines))
            return int(bool(lines))
        case ["notes"]:
            sys.stdout.write(notes())
        case ["formula", sdist]:
            sys.stdout.write(formula(Path(sdist)))
        case _:
            sys.stderr.write((__doc__ or "") + "\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
