"""Where the functions of Objective-C are: those of C++, and ``- (BOOL)has:(id)it for:(Class)kind {``."""

from __future__ import annotations

from hyperion_hook.features.functions.headers import HeaderLocator
from hyperion_hook.features.functions.locate import Definition, View


class ObjectiveCLocator(HeaderLocator):
    """A brace after a line that begins with a sign and the type of a result opens a method."""

    def __init__(self, view: View) -> None:
        super().__init__(view, "C++")

    def _declared(self, start: int, index: int) -> int:
        view = self.view
        if view.at(index - 1) == ")" and "typedef" in view.texts[start:index]:
            return self._enter("block", index)  # NS_ENUM(NSInteger, Name)
        sign = self._sign(start, index)
        if sign < 0:
            return super()._declared(start, index)
        name = view.after(sign + 1)
        definition = Definition(self._selector(name, index), name, (0, 0), index)
        self.located.functions.append(definition)
        return self._enter("block", index, "", definition)

    def _sign(self, start: int, index: int) -> int:
        """Return the index of the sign that begins the last method before a brace, -1 where there is none."""
        view, sign, here = self.view, -1, start
        while here < index:
            if view.texts[here] in ("-", "+") and view.at(here + 1) == "(" and view.is_first(here):
                sign = here
            here = view.after(here)
        return sign

    def _selector(self, name: int, index: int) -> str:
        view, parts, here = self.view, [], name
        while here < index:
            if view.at(here + 1) == ":":
                parts.append(f"{view.texts[here]}:")
            here = view.after(here)
        return "".join(parts) or view.at(name)
