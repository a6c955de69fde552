"""What operators are shown of an incident.

Knows: the view of an incident and of everything that stands beside it: calls, units, plates, cameras, clips, tips.
Refuses to know: who is connected (see board), and what another agency is left of it (see shown).
"""

from __future__ import annotations

from center.api import camera_views
from center.api.camera_views import ClipView, OfferView
from center.api.view import View
from center.core.correlation import Incident
from center.core.events import Micros
from center.core.picture import Picture
from center.core.tips import Word, beside


class CallView(View, frozen=True, kw_only=True):
    call: str
    system: str
    at: Micros
    number: str | None = None
    text: str | None = None
    closed: bool = False


class NearUnit(View, frozen=True, kw_only=True):
    unit: str
    seconds: float


class ChangeView(View, frozen=True, kw_only=True):
    at: Micros
    what: str


class NearPlate(View, frozen=True, kw_only=True):
    plate: str
    reader: str
    seen: Micros
    alert: str = ""
    hotlist: str = ""


class WordView(View, frozen=True, kw_only=True):
    """What a person said of a tip and a thing: that it `belongs` to it or does not, and why."""

    belongs: bool
    by: str
    at: Micros
    why: str


def word(it: Word | None) -> WordView | None:
    return None if it is None else WordView(belongs=it.belongs, by=it.by, at=it.at, why=it.why)


class NearTip(View, frozen=True, kw_only=True):
    """A tip that may be about an incident, and why: a lead that nobody has checked. `said`: what somebody said of that,
    which counts. What the tip says is asked for apart, by those who may read it."""

    tip: str
    number: str
    at: Micros
    why: tuple[str, ...]
    said: WordView | None = None
    hotlist: str = ""


class IncidentView(View, frozen=True, kw_only=True):
    incident: str
    opened_at: Micros
    state: str
    kind: str | None = None
    priority: int | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    calls: tuple[CallView, ...] = ()
    units: tuple[NearUnit, ...] = ()
    changes: tuple[ChangeView, ...] = ()
    plates: tuple[NearPlate, ...] = ()
    cameras: tuple[OfferView, ...] = ()
    clips: tuple[ClipView, ...] = ()
    tips: tuple[NearTip, ...] = ()
    shared: tuple[str, ...] = ()


def incident(it: Incident, picture: Picture) -> IncidentView:
    calls = [picture.calls.calls[key] for key in it.calls if key in picture.calls.calls]
    return IncidentView(
        incident=it.incident,
        opened_at=it.opened_at,
        state="open" if it.closed_at is None else "closed",
        kind=it.kind,
        priority=it.priority,
        lat=it.lat,
        lon=it.lon,
        uncertainty_m=it.uncertainty_m,
        address=it.address,
        calls=tuple(
            CallView(
                call=c.call,
                system=c.system,
                number=c.incident,
                at=c.opened_at,
                text=c.text,
                closed=c.closed_at is not None,
            )
            for c in calls
        ),
        units=tuple(NearUnit(unit=near.unit, seconds=near.seconds) for near in it.units),
        changes=tuple(ChangeView(at=change.at, what=change.what) for change in it.changes),
        plates=tuple(
            NearPlate(plate=hit.plate, reader=hit.reader, seen=hit.at, alert=hit.alert, hotlist=hit.hotlist)
            for hit in it.hits
        ),
        cameras=camera_views.offers(it, picture),
        clips=camera_views.kept(it, picture),
        tips=tuple(
            NearTip(
                tip=one.tip.key,
                number=one.tip.tip,
                at=one.tip.told_at,
                why=one.why,
                said=word(one.word),
                hotlist=one.hotlist,
            )
            for one in beside(f"incident/{it.incident}", picture)
        ),
        shared=picture.sharing.of.get(it.incident, ()),
    )
