"""XML manifests: Maven and .NET; and the one way XML is parsed here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.versions import Requirement

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_XML = 50_000_000


def parse_xml(text: str) -> Element | Missing:
    """Return the root element; documents that declare a type or entities are refused, so nothing is expanded."""
    # the tree builder is the standard library's; what makes it unsafe are entities, and there are none
    from xml.etree.ElementTree import ParseError, fromstring  # noqa: PLC0415

    if len(text) > MAX_XML:
        return Missing(f"is larger than {MAX_XML:,} characters")
    upper = text.upper()
    if "<!DOCTYPE" in upper or "<!ENTITY" in upper:
        return Missing("declares a document type, which is not read")
    try:
        # an encoding declaration is for bytes, and this is text by now
        return fromstring(text.lstrip("\ufeff \t\n").encode("utf-8", "replace"))  # noqa: S314
    except (ParseError, ExpatError, ValueError, RecursionError, LookupError):
        return Missing("is not valid XML")


def read_pom(text: str) -> list[Requirement] | Missing:
    """Return the dependencies a Maven project declares for itself; management and plugins are not dependencies."""
    root = parse_xml(_as_utf8(text))
    if isinstance(root, Missing):
        return root
    group = _text(root, "groupId") or _text(_child(root, "parent"), "groupId")
    properties = {_name(item): (item.text or "").strip() for item in _children(_child(root, "properties"))}
    found = []
    for item in _children(_child(root, "dependencies")):
        owner, artifact = _text(item, "groupId"), _text(item, "artifactId")
        # modules of the same project name each other by the project's own group
        if artifact and owner not in ("", group, "${project.groupId}", "${pom.groupId}"):
            version = _text(item, "version")
            if version.startswith("${") and version.endswith("}"):
                version = properties.get(version[2:-1], "")
            found.append(Requirement("maven", f"{owner}:{artifact}", version))
    return found


def read_csproj(text: str) -> list[Requirement] | Missing:
    """Return the packages a .NET project refers to."""
    root = parse_xml(_as_utf8(text))
    if isinstance(root, Missing):
        return root
    found = []
    for item in root.iter():
        if _name(item) == "PackageReference":
            name = item.get("Include") or item.get("Update")
            version = item.get("Version") or _text(item, "Version")
            # a condition chooses between versions, so they do not meet
            if name:
                found.append(Requirement("nuget", name.lower(), version, item.get("Condition") or ""))
    return found


def _as_utf8(text: str) -> str:
    start = text.find("?>") if text.lstrip("\ufeff \t\n").startswith("<?xml") else -1
    return text[start + 2 :] if start >= 0 else text


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Element | None) -> list[Element]:
    return [] if element is None else list(element)


def _child(element: Element | None, name: str) -> Element | None:
    return next((item for item in _children(element) if _name(item) == name), None)


def _text(element: Element | None, name: str) -> str:
    found = _child(element, name)
    return "" if found is None else (found.text or "").strip()
