"""What the project needs from outside, after the change.

Every package is somebody else's release cycle; two manifests that ask for versions which exclude each other fail at the
next installation. Read are the manifests at the top of the repository and those the change touches.
"""

from __future__ import annotations

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.graph import external_packages
from hyperion_hook.features.manifests import ROOT_MANIFESTS, read_manifest, reader_of
from hyperion_hook.features.versions import Requirement, count_conflicts

NO_MANIFEST = Missing("no manifest found")


def measure(context: Context) -> dict[str, Value]:
    """Return how many packages the manifests declare after the change, and how many exclude each other.

    Without any manifest the packages that the source imports are counted; conflicts are missing then.
    """
    requirements = declared(context)
    if requirements is NO_MANIFEST and not isinstance(context.graph, Missing):
        return {
            "external_dependency_count": float(len(external_packages(context.graph))),
            "version_conflict_count": NO_MANIFEST,
        }
    if isinstance(requirements, Missing):
        return {"external_dependency_count": requirements, "version_conflict_count": requirements}
    return counts_of(requirements)


def counts_of(requirements: list[Requirement]) -> dict[str, Value]:
    """Return how many packages are asked for, and how many in versions that exclude each other."""
    return {
        "external_dependency_count": float(len({(asked.ecosystem, asked.name) for asked in _merged(requirements)})),
        "version_conflict_count": float(count_conflicts(requirements)),
    }


def _merged(requirements: list[Requirement]) -> list[Requirement]:
    # poetry asks the same index, in another language of versions
    return [asked._replace(ecosystem="pypi") if asked.ecosystem == "poetry" else asked for asked in requirements]


def declared(context: Context) -> list[Requirement] | Missing:
    """Return what all manifests ask for after the change, ``Missing`` when there are none or none can be read."""
    touched = {file.path: file for file in context.change.files if reader_of(file.path) and file.is_regular}
    gone = {file.previous_path for file in context.change.files} - touched.keys()
    found: list[Requirement] = []
    reason: Missing | None = None
    read_any = False
    for path in sorted({*ROOT_MANIFESTS, *touched}):
        if path in gone or (path in touched and touched[path].new_blob is None):
            continue
        source = context.sources.after(touched[path]) if path in touched else context.sources.base_file(path)
        if isinstance(source, Missing):
            reason = source if path in touched else reason
            continue
        text = source.text
        asked = context.deadline.run(lambda path=path, text=text: read_manifest(path, text))  # type: ignore[misc]
        if isinstance(asked, Missing):
            reason = asked
            continue
        read_any = True
        found += asked
    return found if read_any else reason or NO_MANIFEST
