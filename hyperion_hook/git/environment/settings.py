"""The settings that every git runs under; on its command line they outrank all that a repository or a user sets."""

from __future__ import annotations

import os

OVERRIDES = tuple(
    # programs, and where else git would look
    f"core.fsmonitor=false core.hooksPath={os.devnull} core.attributesFile={os.devnull} core.pager=cat"
    " core.sshCommand=false core.askPass= core.alternateRefsCommand=true credential.helper= protocol.allow=never"
    f" gpg.program=false maintenance.auto=false gc.auto=0 submodule.recurse=false mailmap.blob="
    f" mailmap.file={os.devnull}"
    # how lines are compared: without context for line counts too, for with it git pairs lines a little differently
    " diff.context=0 diff.interHunkContext=0 diff.algorithm=myers diff.indentHeuristic=true diff.renames=true"
    " diff.renameLimit=400 diff.ignoreSubmodules=none diff.submodule=short diff.relative=false"
    f" diff.orderFile={os.devnull} core.bigFileThreshold=100m core.commitGraph=true"
    # how answers are written
    " core.quotePath=false core.abbrev=40 core.warnAmbiguousRefs=false diff.noprefix=false diff.mnemonicPrefix=false"
    " diff.suppressBlankEmpty=false diff.wsErrorHighlight=none diff.colorMoved=no color.ui=false log.decorate=false"
    " log.excludeDecoration= log.showSignature=false log.mailmap=false log.follow=false log.diffMerges=off"
    " log.showRoot=true format.notes=false i18n.logOutputEncoding=UTF-8 advice.detachedHead=false".split()
)

RENAMES, SAME_CONTENT = "-M", "-M100%"
"""How renames are found: by similar content, or by equal object ids alone, for which no content is read.

Of more than ``diff.renameLimit`` files on either side only equal ones are.
"""
