"""How far a run has come.

Knows: the shape of a listener.
Refuses to know: what is shown to whom.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], None]
"""Gets the share of a run that is done, now and then."""


def unwatched(_: float) -> None:
    """Nobody looks."""
