"""What a desk found out about the event in hand, for the desks behind it in the same row.

Knows: the shape of findings.
Refuses to know: anything that outlives the event; a finding is never stored and never leaves the core.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from center.core.events import Listing, Micros, OperatorActed, PlateRead
from center.core.roster import RosterOperator


class Difference(msgspec.Struct, frozen=True, gc=False):
    """Where read and listing disagree: `what` is state, make, model, color or letter."""

    what: str
    read: str
    listed: str


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A read that may be a listed vehicle, and how likely that is. `backward`: the plate passed before it was
    listed."""

    read: PlateRead
    hotlist: str
    listing: Listing
    differs: tuple[Difference, ...] = ()
    likely: float = 1.0
    backward: bool = False


class Tracked(msgspec.Struct, frozen=True, gc=False):
    """An alert has a read that it had not."""

    alert: str


class Stopped(msgspec.Struct, frozen=True, gc=False):
    """A deputy has stopped a plate: to be looked up as if a camera had read it."""

    read: PlateRead


class StopTold(msgspec.Struct, frozen=True, gc=False):
    """Something about a stop is news: `stop` is its key in the picture, `news` the names of the fields."""

    stop: str
    news: tuple[str, ...]


class Disposed(msgspec.Struct, frozen=True, gc=False):
    """A person has confirmed or dismissed an alert that is no hit of a hotlist."""

    alert: str


class HotlistRefused(msgspec.Struct, frozen=True, gc=False):
    """A delivered list that must not replace the one in force."""

    hotlist: str
    why: str


class HotlistAltered(msgspec.Struct, frozen=True, gc=False):
    """A list is not what it was: what it had may be off it."""

    hotlist: str


class HotlistTaken(msgspec.Struct, frozen=True, gc=False):
    """A whole list is in force: what was wrong with an earlier delivery matters no more."""

    hotlist: str


class Granted(msgspec.Struct, frozen=True, gc=False):
    """The door let this act through; the desk that owns it carries it out and replies."""

    act: OperatorActed
    operator: RosterOperator


class Confirmed(msgspec.Struct, frozen=True, gc=False):
    """A person confirmed an alert's image against its text: the street may be told."""

    alert: str


class Step(msgspec.Struct, frozen=True, gc=False):
    """Something a person did about an alert."""

    at: Micros
    operator: str
    act: str
    disposition: str | None = None
    action: str | None = None
    note: str | None = None


class ToCheck(msgspec.Struct, frozen=True, gc=False):
    """A lead that the records are to be asked about. With `step`, a person has confirmed it, which counts only once
    the records have been heard."""

    alert: str
    step: Step | None = None


class Retracted(msgspec.Struct, frozen=True, gc=False):
    """A person has dismissed an alert of which deputies had been told before anybody verified it."""

    alert: str


class Unheard(msgspec.Struct, frozen=True, gc=False):
    """No terminal acknowledged a message about this matter, however far it was escalated."""

    about: str
    headline: str


class Regrouped(msgspec.Struct, frozen=True, gc=False):
    """A detective has said which burglaries are one series, or are not."""


class FellSilent(msgspec.Struct, frozen=True, gc=False):
    """A deputy at a stop has not answered in time."""

    unit: str


class ListeningBegan(msgspec.Struct, frozen=True, gc=False):
    """Somebody hears what is said in a unit: its people and the room must know."""

    unit: str
    operator: str
    reason: str


class ListeningEnded(msgspec.Struct, frozen=True, gc=False):
    """Nobody hears the unit any more."""

    unit: str


class Tipped(msgspec.Struct, frozen=True, gc=False):
    """A tip now stands beside an incident, or (`tip` empty) one does so no more or for other reasons."""

    incident: str
    tip: str


class SharingEnded(msgspec.Struct, frozen=True, gc=False):
    """A camera that was shared live for a while is shared no more."""

    camera: str


Finding: TypeAlias = (
    Hit
    | Tracked
    | Stopped
    | StopTold
    | Disposed
    | HotlistRefused
    | HotlistTaken
    | HotlistAltered
    | Granted
    | Confirmed
    | ToCheck
    | Retracted
    | Unheard
    | Regrouped
    | FellSilent
    | ListeningBegan
    | ListeningEnded
    | SharingEnded
    | Tipped
)
