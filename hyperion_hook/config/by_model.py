"""The kind of setting that holds hyperparameters."""

from __future__ import annotations

from typing import Any

from hyperion_hook.config.kinds import FaultError, Kind, ManyFaultsError


class ByModel(Kind):
    """Hyperparameters by model; in text ``random-forest.max-depth=5,xgboost.n-estimators=300``.

    What there is and may be is in ``config.hyperparameters``, imported only where some are set: a hook needs none.
    """

    expected = "a table from model to a table of its hyperparameters"

    def _read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError
        return self._checked(value, from_text=False)

    def from_text(self, text: str) -> dict[str, dict[str, Any]]:
        """Read ``model.parameter=value`` separated by commas."""
        tables: dict[str, dict[str, str]] = {}
        for part in text.split(","):
            name, is_set, value = part.strip().partition("=")
            model, has_parameter, parameter = name.strip().partition(".")
            if not (is_set and has_parameter):
                raise FaultError(text, "a list 'model.parameter=value, ...'")
            tables.setdefault(model, {})[parameter] = value.strip()
        return self._checked(tables, from_text=True)

    def _checked(self, tables: dict[str, Any], *, from_text: bool) -> dict[str, dict[str, Any]]:
        from hyperion_hook.config.hyperparameters import checked_sections

        result, faults = checked_sections(tables, from_text=from_text)
        if faults:
            raise ManyFaultsError(faults)
        return result
