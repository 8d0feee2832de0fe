"""The ways in which a public interface breaks."""

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
