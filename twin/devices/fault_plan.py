"""Who is struck by which fault of a scenario.

Knows: that a fault's glob means the names that can have such a fault, and which faults strike nothing.
Refuses to know: what a fault does, and which devices there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from twin.devices.faults import AnyFault


class FaultPlan:
    """A scenario's faults, to be handed out by name."""

    def __init__(self, faults: Iterable[AnyFault]) -> None:
        self.faults = tuple(faults)
        self._matches = [re.compile(translate(fault.on)).match for fault in self.faults]

    def of(self, name: str, kind: str | None = None) -> tuple[AnyFault, ...]:
        """The faults that ever strike `name`. `kind` is the name's first part unless given."""
        return tuple(self.faults[position] for position in self._striking(name, kind))

    def unused(self, names: Iterable[str]) -> tuple[int, ...]:
        """Positions in `faults` of those that strike none of `names`: a glob that matches nothing, or only things that
        cannot have such a fault."""
        striking = {position for name in names for position in self._striking(name)}
        return tuple(position for position in range(len(self.faults)) if position not in striking)

    def _striking(self, name: str, kind: str | None = None) -> list[int]:
        kind = kind or name.partition("/")[0]
        return [
            position
            for position, (fault, matches) in enumerate(zip(self.faults, self._matches, strict=True))
            if kind in fault.kinds and matches(name)
        ]
