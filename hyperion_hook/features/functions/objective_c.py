"""Where the functions of Objective-C are: those of C++, and ``- (BOOL)has:(id)it for:(Class)kind {``."""

from __future__ import annotations

from hyperion_hook.features.functions.headers import HeaderLocator
from hyperion_hook.features.functions.locate import Definition, View


class ObjectiveCLocator(HeaderLocator):
    """A brace after a line that begins with a sign and the type of a result opens a method."""

    def __init__(self, view: View) -> None:
        super().__init__(view, "C++")

    def _declared(self, start: int, place: int) -> int:
        view = self.view
        if view.at(place - 1) == ")" and "typedef" in view.texts[start:place]:
            return self._enter("block", place)  # NS_ENUM(NSInteger, Name)
        sign = self._sign(start, place)
        if sign < 0:
            return super()._declared(start, place)
        name = view.after(sign + 1)
        definition = Definition(self._selector(name, place), name, (0, 0), place)
        self.located.functions.append(definition)
        return self._enter("block", place, "", definition)

    def _sign(self, start: int, place: int) -> int:
        """Return the place of the sign that begins the last method before a brace, -1 where there is none."""
        view, sign, here = self.view, -1, start
        while here < place:
            if view.texts[here] in ("-", "+") and view.at(here + 1) == "(" and view.is_first(here):
                sign = here
            here = view.after(here)
        return sign

    def _selector(self, name: int, place: int) -> str:
        view, parts, here = self.view, [], name
        while here < place:
            if view.at(here + 1) == ":":
                parts.append(f"{view.texts[here]}:")
            here = view.after(here)
        return "".join(parts) or view.at(name)
