"""The ways in which a public interface breaks, and how surely each breaks a user."""

from __future__ import annotations

from enum import StrEnum


class Breakage(StrEnum):
    """What a change to a public interface breaks; griffe's kinds, and the two that whole files add."""

    OBJECT_REMOVED = "object removed"
    OBJECT_KIND = "object kind changed"
    PARAMETER_REMOVED = "parameter removed"
    PARAMETER_ADDED = "required parameter added"
    PARAMETER_REQUIRED = "parameter made required"
    PARAMETER_MOVED = "parameter moved"
    PARAMETER_KIND = "parameter kind changed"
    PARAMETER_DEFAULT = "parameter default changed"
    RETURN_TYPE = "return type removed"
    BASE_REMOVED = "base class removed"
    SIGNATURE = "signature changed"
    MODULE_MOVED = "module moved"


SEVERITY = {
    Breakage.OBJECT_REMOVED: 0.9,
    Breakage.OBJECT_KIND: 0.8,
    Breakage.PARAMETER_ADDED: 0.8,
    Breakage.PARAMETER_REMOVED: 0.7,
    Breakage.PARAMETER_REQUIRED: 0.7,
    Breakage.PARAMETER_MOVED: 0.6,
    Breakage.PARAMETER_KIND: 0.6,
    Breakage.SIGNATURE: 0.6,
    Breakage.MODULE_MOVED: 0.6,
    Breakage.BASE_REMOVED: 0.4,
    Breakage.PARAMETER_DEFAULT: 0.2,
    Breakage.RETURN_TYPE: 0.2,
}
"""How surely a user of the object breaks: a judgement, ordered by how many calls can go on working."""
