"""What happens to a unit that has its dash camera's own memory kept, although nobody asked.

Knows: which happenings there are, which of them this site has named, and how often and how many at once.
Refuses to know: pictures, and how a memory is asked (see center/dash_memory.py). A site that has named none never comes
here further than the first line.

A camera forgets what it remembers within minutes, so this does not wait for a person. It is done in the name of the
rule, which stands in the trail and on the clip where a person's would, and for own units' own cameras alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from center.core import clips, heard, video
from center.core.effects import Audit, Effect, KeepClip
from center.core.events import MINUTE, SECOND, Event, Micros, UnitReported
from center.core.findings import FellSilent
from center.core.geo import distance_m
from center.core.occasions import place_of
from center.core.units import is_stale

if TYPE_CHECKING:
    from center.core.picture import Picture

BEFORE, AFTER = 60 * SECOND, 30 * SECOND
"""What is asked for about the moment; a camera that remembers less gives less."""
AGAIN = 5 * MINUTE
"""One happening of one unit is one clip for so long."""
AT_ONCE = 4
"""So many memories are read at a time; the next is refused, which the trail says."""
NEAR_M = 300.0


class Happening(NamedTuple):
    """`words` follow the unit's name. What happens to a unit that stands may belong to the call beside it."""

    words: str
    stands: bool = True


SILENT = "stop-silent"
HAPPENINGS = {
    "emergency": Happening("pressed the emergency button"),
    "crash": Happening("reports a crash"),
    "pursuit": Happening("is in pursuit", stands=False),
    "code-3": Happening("drives with lights and siren", stands=False),
    SILENT: Happening("does not answer at a traffic stop"),
}
"""All but the last are a unit's status, in the word by which its equipment reports it."""


class TriggersSlice(msgspec.Struct):
    """When a unit's memory was last kept, or refused, by `unit/happening`."""

    last: dict[str, Micros] = {}


def reported(event: UnitReported, picture: Picture) -> Iterator[Effect]:
    if event.status in picture.site.keep_on:
        yield from _keep(picture.site.unit_of.get(event.unit, event.unit), event.status, picture)


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    if SILENT in picture.site.keep_on:
        for finding in tuple(picture.found):
            if isinstance(finding, FellSilent):
                yield from _keep(finding.unit, SILENT, picture)


def _keep(unit: str, happening: str, picture: Picture) -> Iterator[Effect]:
    here, key = picture.triggers, f"{unit}/{happening}"
    here.last = {name: at for name, at in here.last.items() if picture.now - at < AGAIN}
    cameras = _remembering(unit, picture)
    if key in here.last or not cameras:
        return
    here.last[key] = picture.now
    case = _case(unit, HAPPENINGS[happening], picture)
    waiting = sum(isinstance(it, KeepClip) and it.at_once for it in picture.pending.values())
    for number, camera in enumerate(cameras, waiting):
        keep = KeepClip(
            id=picture.mint("k"),
            camera=camera,
            incident=case,
            operator=f"{clips.RULE}{happening}",
            reason=f"{unit} {HAPPENINGS[happening].words}",
            asked_at=picture.now,
            start=Micros(picture.now - BEFORE),
            end=Micros(picture.now + AFTER),
            heard=heard.during(camera, Micros(picture.now - BEFORE), Micros(picture.now + AFTER), picture),
            at_once=True,
        )
        why = f"{AT_ONCE} cameras' memories are being read already" if number >= AT_ONCE else ""
        yield Audit(
            id=picture.mint("u"),
            at=picture.now,
            operator=keep.operator,
            act="clip.keep",
            subject=camera,
            granted=not why,
            why=why,
            reason=keep.reason,
            case=case,
        )
        if not why:
            yield from clips.asked(keep, picture)


def _remembering(unit: str, picture: Picture) -> list[str]:
    """The cameras on an own unit that keep what was before, as far as anybody here might ask for it."""
    if not picture.site.is_own(unit):
        return []
    there = [it.camera for it in picture.site.cameras.values() if it.unit == unit and it.remembers]
    return [it for it in there if not video.objection(video.Asked("", "", "clip.keep", it, None, None), picture)]


def _case(unit: str, happening: Happening, picture: Picture) -> str:
    """What the clip is evidence of: the unit's stop, else the open call where it stands, else the unit itself."""
    stop = picture.stops.current.get(unit)
    if stop is not None:
        return stop
    known = picture.units.units.get(unit)
    if not happening.stands or known is None or known.lat is None or known.lon is None or is_stale(known, picture):
        return unit
    near: list[tuple[float, str]] = []
    for name in picture.incidents.open:
        place = place_of(name, picture)
        if place is not None:
            metres = distance_m(known.lat, known.lon, place.lat, place.lon)
            near += [(metres, name)] if metres <= NEAR_M + place.slack_m else []
    return min(near)[1] if near else unit
