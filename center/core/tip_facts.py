"""What a tip line hands over.

Knows: the shape of a tip: its number, when it came in and what it says.
Refuses to know: who gave it. There is no field for that, so nothing behind a decoder can keep it.
"""

from __future__ import annotations

from center.core.fact import Event, Micros


class TipReceived(Event, frozen=True, kw_only=True):
    """A tip, as it stands: a second one of the same number replaces it. `tip` is the line's own number and `line` the
    tip line's name; `seen` is when the line took it, `begins` to `ends` when what it tells of is said to have been.
    `offence` is the line's word for it, `off_m` how far off the place may be; `plate` as in PlateRead. `withheld`
    counts what was dropped because it could say who told it."""

    tip: str
    line: str
    channel: str | None = None
    offence: str | None = None
    text: str | None = None
    begins: Micros | None = None
    ends: Micros | None = None
    lat: float | None = None
    lon: float | None = None
    off_m: float | None = None
    address: str | None = None
    plate: str | None = None
    state: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    body: str | None = None
    withheld: int = 0
