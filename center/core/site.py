"""Who and what belongs here: the desk that keeps the roster.

Knows: which wire identity belongs to which unit, reader or aircraft, whose they are, and who works in the room.
Refuses to know: where anything is now, and what a person may do (see access).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import Micros, SiteLoaded
from center.core.message_facts import PERSON
from center.core.roster import (
    Agency,
    Grounds,
    Policy,
    RosterAircraft,
    RosterCamera,
    RosterCot,
    RosterHotlist,
    RosterOperator,
    RosterOwner,
    RosterReader,
    RosterUnit,
)

if TYPE_CHECKING:
    from center.core.picture import Picture


class SiteSlice(msgspec.Struct, dict=True):
    """The roster in force, with lookups by wire identity (derived, not written down)."""

    loaded: SiteLoaded | None = None

    def __post_init__(self) -> None:
        loaded = self.loaded
        self.policy: Policy = loaded.policy if loaded else Policy()
        self.hotlists: dict[str, RosterHotlist] = {h.hotlist: h for h in loaded.hotlists} if loaded else {}
        self.grounds: Grounds = loaded.grounds if loaded else Grounds()
        self.is_simulated = loaded is not None and loaded.simulated
        self.has_records = loaded is not None and loaded.records
        self.agencies: dict[str, Agency] = {a.agency: a for a in loaded.agencies} if loaded else {}
        self.units: dict[str, RosterUnit] = {u.unit: u for u in loaded.units} if loaded else {}
        self.readers: dict[str, RosterReader] = {r.reader: r for r in loaded.readers} if loaded else {}
        self.aircraft: dict[str, RosterAircraft] = {a.icao: a for a in loaded.aircraft} if loaded else {}
        self.operators: dict[str, RosterOperator] = {o.operator: o for o in loaded.operators} if loaded else {}
        self.cameras: dict[str, RosterCamera] = {c.camera: c for c in loaded.cameras} if loaded else {}
        self.keep_on: tuple[str, ...] = loaded.keep_on if loaded else ()
        self.clock: tuple[tuple[Micros, int], ...] = loaded.clock if loaded else ()
        self.owners: dict[str, RosterOwner] = {o.owner: o for o in loaded.owners} if loaded else {}
        self.owner_of: dict[str, RosterOwner] = {o.camera: o for o in loaded.owners if o.camera} if loaded else {}
        self.cot: dict[str, str] = {_whose(c): c.client for c in loaded.cot} if loaded else {}
        self.unit_of: dict[str, str] = {d: u.unit for u in self.units.values() for d in _identities(u)}
        self.reader_of: dict[str, str] = {d: r.reader for r in self.readers.values() for d in (r.reader, *r.devices)}

    def agency_of(self, unit: str) -> str:
        """The agency of a unit; empty for one that is on no roster."""
        rostered = self.units.get(unit)
        return rostered.agency if rostered else ""

    def grounds_of(self, agency: str) -> Grounds:
        """What is ground enough for an agency's people: its own reasons where it has some, and its cases beside the
        site's."""
        theirs = self.agencies.get(agency)
        if theirs is None:
            return self.grounds
        return Grounds(theirs.reasons or self.grounds.reasons, (*self.grounds.cases, *theirs.cases))

    def is_own(self, unit: str) -> bool:
        """Whether the unit belongs to an agency that gives this center its video and audio. No roster, no right."""
        agency = self.agencies.get(self.agency_of(unit))
        return agency is not None and agency.own


def _whose(client: RosterCot) -> str:
    return client.unit or f"{PERSON}{client.operator}"


def _identities(unit: RosterUnit) -> tuple[str, ...]:
    return (unit.unit, *unit.devices, unit.terminal) if unit.terminal else (unit.unit, *unit.devices)


def loaded(event: SiteLoaded, picture: Picture) -> Iterable[Effect]:
    picture.site = SiteSlice(event)
    return ()
