"""XML manifests: Maven and .NET; and the one way XML is parsed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.features.manifests.readers import Manifest, UnreadableError, owned
from hyperion_hook.features.manifests.versions import Requirement

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OWN_GROUP = ("", "${project.groupId}", "${pom.groupId}", "${groupId}", "${project.parent.groupId}")


def read_pom(text: str) -> Manifest:
    """Return the dependencies a Maven project declares for itself; management and plugins are not dependencies."""
    root = _root(text)
    group = _text(root, "groupId") or _text(_child(root, "parent"), "groupId")
    profiles = _children(_child(root, "profiles"))
    properties = {_name(item): (item.text or "").strip() for item in _children(_child(root, "properties"))}
    asked = []
    for part, condition in ((root, ""), *((profile, _text(profile, "id") or "profile") for profile in profiles)):
        for item in _children(_child(part, "dependencies")):
            owner, artifact, version = (
                _resolved(_text(item, name), properties) for name in ("groupId", "artifactId", "version")
            )
            # what is written so is a module of the same project; others of the group can be released apart
            if artifact and owner not in _OWN_GROUP:
                version = "" if version.startswith("${") else version
                asked.append(Requirement("maven", f"{owner}:{artifact}", version, condition))
    modules = (
        (item.text or "").strip()
        for part in (root, *profiles)
        for kind in ("modules", "subprojects")
        for item in _children(_child(part, kind))
    )
    own = f"{group}:{_resolved(_text(root, 'artifactId'), properties)}"
    return Manifest(tuple(asked), owned("maven", [own]), tuple(module for module in modules if module))


def _resolved(text: str, properties: Mapping[str, str]) -> str:
    return properties.get(text[2:-1], text) if text.startswith("${") and text.endswith("}") else text


def read_dotnet(text: str) -> Manifest:
    """Return the packages a .NET project refers to; those whose version a shared file manages count where used."""
    root = _root(text)
    asked = []
    for item in root.iter():
        if _name(item) in ("PackageReference", "GlobalPackageReference"):
            name = item.get("Include") or item.get("Update")
            version = item.get("Version") or item.get("VersionOverride") or _text(item, "Version")
            # a condition chooses between versions, so they do not meet
            if name:
                asked.append(Requirement("nuget", name.lower(), version, item.get("Condition") or ""))
    # older projects list theirs in a file of its own
    return Manifest(tuple(asked), members=() if asked else ("packages.config",))


def read_packages_config(text: str) -> Manifest:
    """Return the packages that an older .NET project refers to."""
    root = _root(text)
    packages = [item for item in root.iter() if _name(item) == "package" and item.get("id")]
    return Manifest(
        tuple(Requirement("nuget", item.get("id", "").lower(), item.get("version", "")) for item in packages)
    )


def read_dotnet_shared(text: str) -> Manifest:
    """Return the packages that all projects below a folder refer to; these are members, with or without a solution."""
    return replace(read_dotnet(text), members=("*/*.*proj", "*/*/*.*proj"))


def read_solution_xml(text: str) -> Manifest:
    """Return the projects of a Visual Studio solution in XML."""
    root = _root(text)
    paths = (item.get("Path", "").replace("\\", "/") for item in root.iter() if _name(item) == "Project")
    return Manifest(members=tuple(path for path in paths if path))


def _root(text: str) -> Element:
    """Return the root element; documents that declare a type or entities are refused, so nothing is expanded."""
    # the tree builder is the standard library's; what makes it unsafe are entities, and there are none
    from xml.etree.ElementTree import ParseError, fromstring

    text = text.lstrip("\ufeff \t\n")
    if text.startswith("<?xml"):
        # an encoding declaration is for bytes, and this is text by now
        text = text[text.find("?>") + 2 :].lstrip("\ufeff \t\n") if "?>" in text else text
    upper = text.upper()
    if "<!DOCTYPE" in upper or "<!ENTITY" in upper:
        raise UnreadableError("declares a document type, which is not read")
    try:
        return fromstring(text.encode("utf-8", "replace"))  # noqa: S314
    except (ParseError, ExpatError, ValueError, RecursionError, LookupError):
        raise UnreadableError("is not valid XML") from None


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Element | None) -> list[Element]:
    return [] if element is None else list(element)


def _child(element: Element | None, name: str) -> Element | None:
    return next((item for item in _children(element) if _name(item) == name), None)


def _text(element: Element | None, name: str) -> str:
    result = _child(element, name)
    return "" if result is None else (result.text or "").strip()
