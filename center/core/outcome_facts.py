"""What deputies say of how it ended.

Knows: the shape of these facts; events.py counts them among all the others.
Refuses to know: which hit led there.
"""

from __future__ import annotations

from center.core.fact import Event


class VehicleRecovered(Event, frozen=True, kw_only=True):
    """A deputy has a wanted vehicle back. `plate` as in PlateRead, `state` its postal code where the deputy gave it."""

    unit: str
    plate: str
    state: str | None = None
