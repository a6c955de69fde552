"""What operators are shown: the picture, put into the words of docs/api.md.

Knows: the shape of every view, as the page and any other client sees it.
Refuses to know: who is connected, and how a view travels. Views are made from the picture and never change it.
"""

from __future__ import annotations

import msgspec

from center.api.view import View
from center.core import ahead, alerting, community, hotlists
from center.core.ahead import NextReader
from center.core.alerts import Alert, HitRead
from center.core.events import Micros, PlateRead
from center.core.findings import Difference
from center.core.messages import Message
from center.core.picture import Picture
from center.core.stop_records import LEAD


class ReadView(View, frozen=True, kw_only=True):
    read: str
    reader: str
    reader_name: str
    plate: str
    at: Micros
    seen: Micros | None = None
    lat: float | None = None
    lon: float | None = None
    state: str | None = None
    confidence: float | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    crop: str | None = None
    frame: str | None = None
    backward: bool = False


class ListingView(View, frozen=True, kw_only=True):
    plate: str
    reason: str
    hotlist: str
    category: str
    version: str
    age_s: int
    state: str | None = None
    case: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    issued: Micros | None = None
    off: bool = False


class StepView(View, frozen=True, kw_only=True):
    at: Micros
    operator: str
    act: str
    disposition: str | None = None
    action: str | None = None
    note: str | None = None


class MessageView(View, frozen=True, kw_only=True):
    message: str
    unit: str
    sent_at: Micros
    state: str
    level: int
    acked_at: Micros | None = None
    delivered_at: Micros | None = None


class NextView(View, frozen=True, kw_only=True):
    """A reader that the car can come by next, and between which moments."""

    reader: str
    reader_name: str
    earliest: Micros
    latest: Micros
    via: str = ""
    lat: float | None = None
    lon: float | None = None


class ClipView(View, frozen=True, kw_only=True):
    """A clip that waits for a moderator, and what its clock says of it."""

    offer: str
    fit: str


class AlertView(View, frozen=True, kw_only=True):
    alert: str
    kind: str
    state: str
    subject: str
    headline: str
    at: Micros
    detail: str = ""
    hotlist: str = ""
    lead: bool = False
    read: ReadView | None = None
    listing: ListingView | None = None
    differs: tuple[Difference, ...] = ()
    likely: float = 0.0
    check: str = ""
    checked_at: Micros | None = None
    reads: tuple[ReadView, ...] = ()
    reads_in_all: int = 0
    next: tuple[NextView, ...] = ()
    history: tuple[StepView, ...] = ()
    disposition: str | None = None
    outcome: str = ""
    messages: tuple[MessageView, ...] = ()
    clips: tuple[ClipView, ...] = ()


def read(it: PlateRead, picture: Picture, *, backward: bool = False) -> ReadView:
    reader = picture.site.reader_of.get(it.reader, it.reader)
    rostered = picture.site.readers.get(reader)
    fixed = rostered is not None and rostered.lat is not None
    stopped = f"stop by {it.reader}" if it.reader in picture.units.units else reader
    return ReadView(
        read=it.read,
        reader=reader,
        reader_name=rostered.name if rostered and rostered.name else stopped,
        plate=it.plate,
        at=it.at,
        seen=it.seen,
        lat=rostered.lat if rostered and fixed else it.lat,
        lon=rostered.lon if rostered and fixed else it.lon,
        state=it.state,
        confidence=it.confidence,
        make=it.make,
        model=it.model,
        color=it.color,
        crop=it.crop,
        frame=it.frame,
        backward=backward,
    )


def _listing(it: Alert, picture: Picture) -> ListingView | None:
    listing = it.listing
    if listing is None:
        return None
    hotlist = picture.plates.hotlists.get(it.hotlist)
    return ListingView(
        plate=listing.plate,
        reason=listing.reason,
        hotlist=it.hotlist,
        category=it.category,
        version=it.version,
        age_s=hotlists.age(hotlist, picture.now) if hotlist else 0,
        state=listing.state,
        case=listing.case,
        make=listing.make,
        model=listing.model,
        color=listing.color,
        issued=it.issued,
        off=it.closed_at is None and alerting.is_off(it, picture),
    )


def _next(it: NextReader, picture: Picture) -> NextView:
    rostered = picture.site.readers.get(it.reader)
    return NextView(
        reader=it.reader,
        reader_name=rostered.name if rostered and rostered.name else it.reader,
        earliest=it.earliest,
        latest=it.latest,
        via=it.via,
        lat=rostered.lat if rostered else None,
        lon=rostered.lon if rostered else None,
    )


def _message(it: Message) -> MessageView:
    return MessageView(
        message=it.message,
        unit=it.unit,
        sent_at=it.sent_at,
        state=it.state,
        level=it.level,
        acked_at=it.acked_at,
        delivered_at=it.delivered_at,
    )


def alert(it: Alert, picture: Picture) -> AlertView:
    """The alert with everything a person needs to decide: the read beside the listing, and what differs."""

    def shown(hit: HitRead) -> ReadView:
        return read(hit.read, picture, backward=hit.backward)

    messages = picture.messages
    return AlertView(
        alert=it.alert,
        kind=it.kind,
        state=it.state,
        subject=it.subject,
        headline=it.headline,
        at=it.at,
        detail=it.detail,
        hotlist=it.hotlist,
        lead=it.kind in ("hotlist-hit", LEAD) and it.state != "confirmed",
        read=shown(it.reads[0]) if it.reads else None,
        listing=_listing(it, picture),
        differs=it.differs,
        likely=it.likely,
        check=it.check,
        checked_at=it.checked_at,
        reads=tuple(shown(hit) for hit in it.reads),
        reads_in_all=it.reads_in_all,
        next=tuple(_next(reader, picture) for reader in ahead.of_alert(it, picture)),
        history=tuple(StepView(**msgspec.structs.asdict(step)) for step in it.history),
        disposition=it.disposition,
        outcome=it.outcome,
        messages=tuple(_message(messages.messages[m]) for m in messages.of.get(it.alert, ())),
        clips=_clips(it, picture),
    )


def _clips(it: Alert, picture: Picture) -> tuple[ClipView, ...]:
    made = picture.community.requests.get(it.subject) if it.kind == community.CLIPS else None
    if made is None:
        return ()
    waiting = community.to_moderate(made.request, picture)
    return tuple(ClipView(offer=one.offer, fit=community.fit(one, made.wanted)) for one in waiting)
