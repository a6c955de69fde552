"""Boxes that were proposed to the shift sergeant.

Knows: what an offer is, who is in it, and what a unit is told of it.
Refuses to know: when one is proposed, and what it is worth (see patterns).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from center.core.effects import Send
from center.core.events import Micros
from center.core.geo import METRES_PER_DEGREE, distance_m
from center.core.pattern_facts import Box


class Offer(msgspec.Struct, gc=False):
    """A box that was proposed. `state` is proposed, accepted, declined or expired; `by` who decided, `units` who was
    told, `patrolled_s` how long each unit has been in it since."""

    offer: str
    box: Box
    starts: Micros
    ends: Micros
    state: str = "proposed"
    by: str = ""
    units: tuple[str, ...] = ()
    patrolled_s: dict[str, float] = {}


def was_declined(box: Box, offer: Offer, now: Micros) -> bool:
    """Whether at least half of a box has been declined for the time that is not over."""
    shared = sum(cell in offer.box.cells for cell in box.cells)
    return offer.state == "declined" and now < offer.ends and 2 * shared >= len(box.cells)


def order(offer: Offer, operator: str, now: Micros, named: Mapping[str, str]) -> Send:
    """`named`: what people call a report by."""
    box = offer.box
    why = ", ".join(named.get(report, report) for report, _ in box.why[:3])
    note = f"{box.expected:.2f} burglaries expected, {box.none:.0%} that there is none; {box.long_run:.0%} long-run"
    return Send(
        id="",
        unit="",
        terminal="",
        level=0,
        sent=now,
        kind="patrol-box",
        headline=f"Patrol this area, {len(box.cells)} squares of {box.cell_m:.0f} m",
        lat=box.lat,
        lon=box.lon,
        note=f"{note}; lately {why}" if why else note,
        verified_by=operator,
    )


def inside(lat: float, lon: float, box: Box) -> bool:
    half = box.cell_m / 2
    if distance_m(lat, lon, box.lat, box.lon) > box.cell_m * len(box.cells):
        return False
    return any(
        abs(lat - middle) * METRES_PER_DEGREE <= half and distance_m(middle, lon, middle, east) <= half
        for middle, east in box.cells
    )
