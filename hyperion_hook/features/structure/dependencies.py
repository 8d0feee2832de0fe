"""What the project needs from outside, after the change.

Every package is somebody else's release cycle; two manifests that ask for versions which exclude each other fail at the
next installation.
"""

from __future__ import annotations

from collections.abc import Mapping

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.graph.import_graph import external_packages
from hyperion_hook.features.manifests.project import NO_MANIFEST, project_manifests, unread_manifest
from hyperion_hook.features.manifests.readers import Manifest
from hyperion_hook.features.manifests.versions import Requirement, count_conflicts

_SIDE_BY_SIDE = frozenset(("npm", "cargo", "nuget"))
"""Ecosystems that install several versions of a package, one for each project that asks."""


def measure(context: Context) -> dict[str, Value]:
    """Return how many packages the manifests declare after the change, and how many exclude each other.

    Without any manifest the packages that the source imports are counted; conflicts are missing then.
    """
    manifests = project_manifests(context)
    if manifests is NO_MANIFEST and not isinstance(context.graph, Missing):
        count = float(len(external_packages(context.graph)))
        return {
            "external_dependency_count": count or unread_manifest(context) or count,
            "version_conflict_count": NO_MANIFEST,
        }
    if not isinstance(manifests, Missing) and all("/" in path for _, path in manifests):
        # what lies below a manifest that nobody reads is the lesser part, as the assets of a project of Elixir
        manifests = unread_manifest(context) or manifests
    if isinstance(manifests, Missing):
        return {"external_dependency_count": manifests, "version_conflict_count": manifests}
    return counts_of(manifests)


def counts_of(manifests: Mapping[tuple[str, str], Manifest]) -> dict[str, Value]:
    """Return how many packages from outside are asked for, and how many in versions that exclude each other.

    Manifests are by the folder of the build and the path. Versions meet within a build, or, where several versions of a
    package can be installed, within a manifest.
    """
    own = {name for manifest in manifests.values() for name in manifest.own}
    aliases = {name: packages for manifest in manifests.values() for name, packages in manifest.aliases}
    packages: set[tuple[str, str]] = set()
    meeting: dict[tuple[str, str], list[Requirement]] = {}
    for (build, path), manifest in manifests.items():
        for asked in manifest.requirements:
            # poetry asks the same index, in another language of versions
            ecosystem = "pypi" if asked.ecosystem == "poetry" else asked.ecosystem
            names = {(ecosystem, name) for name in aliases.get((ecosystem, asked.name), (asked.name,))} - own
            packages |= names
            if names:
                scope = path if ecosystem in _SIDE_BY_SIDE else build
                meeting.setdefault((ecosystem, scope), []).append(asked)
    conflicts = sum(count_conflicts(requirements) for requirements in meeting.values())
    return {"external_dependency_count": float(len(packages)), "version_conflict_count": float(conflicts)}
