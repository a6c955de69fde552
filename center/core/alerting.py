"""What a person must look at now.

Knows: every alert, its state, what was done about it and by whom; and that ten reads of one car are one alert.
Refuses to know: how a hit was found, who may act (see access), and how the street is told (see messages).

A hotlist hit is a lead until a person confirms it: `raised` -> `acknowledged` -> `confirmed` or `dismissed`. Every
step but the first is a person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import hotlists, plates
from center.core.access import audience, no_alert
from center.core.alerts import Alert, HitRead
from center.core.effects import Effect, Notify, Reply
from center.core.events import (
    SECOND,
    Event,
    FeedFellQuiet,
    FeedRecovered,
    Listing,
    OperatorActed,
    PlateRead,
    UnitReported,
)
from center.core.findings import (
    Confirmed,
    Disposed,
    Granted,
    Hit,
    HotlistAltered,
    HotlistRefused,
    HotlistTaken,
    Retracted,
    Step,
    ToCheck,
    Tracked,
    Unheard,
)

if TYPE_CHECKING:
    from center.core.picture import Picture

CALLS_FOR_HELP = {"emergency": "pressed the emergency button", "crash": "reports a crash"}
"""What a unit says, and how that is put to the room."""
DISPOSITIONS = ("correct", "wrong-state", "misread", "stale-listing", "dismissed")
MAX_READS_SHOWN = 200
MAX_CLOSED = 5_000
UNCHECKED = "unchecked"
"""How the note begins of a person who confirms although the records could not be heard."""


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Raise or extend alerts for what earlier desks found."""
    for finding in tuple(picture.found):
        if isinstance(finding, Hit):
            yield from _hit(finding, picture)
        elif isinstance(finding, HotlistRefused):
            yield plainly(
                picture,
                kind="hotlist-refused",
                subject=finding.hotlist,
                headline=f"Hotlist {finding.hotlist} was not taken over",
                detail=finding.why,
                hotlist=finding.hotlist,
            )
        elif isinstance(finding, HotlistAltered):
            yield from _altered(finding.hotlist, picture)
        elif isinstance(finding, HotlistTaken):
            yield from over(f"hotlist-refused/{finding.hotlist}", picture)
        elif isinstance(finding, Unheard):
            yield _unheard(finding, picture)


def unit_reported(event: UnitReported, picture: Picture) -> Iterator[Effect]:
    unit = picture.site.unit_of.get(event.unit, event.unit)
    said = CALLS_FOR_HELP.get(event.status or "")
    if said and unit in picture.units.units:  # beyond a thousand strangers none is taken
        yield plainly(picture, "unit-emergency", unit, f"{unit} {said}", event.text or "")


def feed_quiet(event: FeedFellQuiet, picture: Picture) -> Iterator[Effect]:
    yield plainly(picture, "feed-quiet", event.feed, f"Nothing comes from {event.feed}")


def feed_recovered(event: FeedRecovered, picture: Picture) -> Iterator[Effect]:
    yield from over(f"feed-quiet/{event.feed}", picture)


def over(key: str, picture: Picture, how: str = "recovered") -> Iterator[Effect]:
    """A matter that has settled itself."""
    alert = _open(picture, key)
    if alert is not None:
        _close(picture, alert, "dismissed", Step(picture.now, "", how))
        yield _show(picture, alert)


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Acknowledge, confirm or dismiss, once the door has let the operator through."""
    if not event.act.startswith("alert.") or not any(isinstance(f, Granted) for f in picture.found):
        return
    alert = picture.alerts.alerts.get(event.subject)
    objection = _objection(event, alert, picture)
    if alert is None or objection:
        late = alert is not None and alert.state in ("confirmed", "dismissed")
        yield Reply(
            id=picture.mint("r"),
            request=event.request,
            granted=False,
            why=objection,
            late=late,
        )
        return
    details = event.details
    step = Step(
        at=event.at,
        operator=event.operator,
        act=event.act.removeprefix("alert."),
        disposition=details.get("disposition"),
        action=details.get("action"),
        note=details.get("note"),
    )
    if event.act == "alert.acknowledge":
        alert.history.append(step)
        alert.state = "acknowledged"
    elif event.act == "alert.confirm":
        _confirm(alert, step, picture)
    else:
        _close(picture, alert, "dismissed", step)
        if picture.messages.of.get(alert.alert):
            picture.found.append(Retracted(alert.alert))
        if alert.kind != "hotlist-hit":
            picture.found.append(Disposed(alert.alert))
    yield _show(picture, alert)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _confirm(alert: Alert, step: Step, picture: Picture) -> None:
    """A person says that image and text are one. Where there are records, they are heard before that counts; when they
    could not be, the person may say that it counts without."""
    is_hit = alert.kind == "hotlist-hit"
    if is_hit and picture.site.has_records and not (alert.check == "not-checked" and _is_unchecked(step.note)):
        alert.history.append(step)
        alert.state = "acknowledged"
        alert.check = "asked"
        picture.found.append(ToCheck(alert.alert, step))
    else:
        _close(picture, alert, "confirmed", msgspec.structs.replace(step, disposition="correct"))
        picture.found.append(Confirmed(alert.alert) if is_hit else Disposed(alert.alert))


def checked(alert_id: str, said: str, words: str, step: Step | None, picture: Picture) -> Iterator[Effect]:
    """The records have been heard, or not in time. A confirmation that waited counts if the plate is listed."""
    alert = picture.alerts.alerts.get(alert_id)
    if alert is None or alert.closed_at is not None:
        return
    if step is None and alert.check not in ("", "asked"):
        return  # the answer to a confirmation came first, and is the newer
    alert.check, alert.checked_at = said, picture.now
    alert.detail = "; ".join(filter(None, (_staleness(picture.plates.hotlists[alert.hotlist], picture), words)))
    if step is not None and said == "listed":
        _close(picture, alert, "confirmed", msgspec.structs.replace(step, act="checked", disposition="correct"))
        picture.found.append(Confirmed(alert.alert))
    yield _show(picture, alert)


def _objection(event: OperatorActed, alert: Alert | None, picture: Picture) -> str:
    if alert is None:
        return no_alert(event.subject)
    if alert.check == "asked" and event.act == "alert.confirm" and alert.history and alert.history[-1].act == "confirm":
        return "the records are being asked"
    if alert.state in ("confirmed", "dismissed"):
        by = alert.history[-1].operator if alert.history else ""
        return f"{by or 'the center'} has already {alert.state} it"
    if event.act == "alert.confirm" and is_off(alert, picture) and not _is_unchecked(event.details.get("note")):
        return f"it is on {alert.hotlist} no more: dismiss it as stale, or, to tell deputies, note {UNCHECKED}"
    if event.act == "alert.acknowledge" and alert.state == "acknowledged":
        return ""
    if event.act != "alert.acknowledge" and not event.details.get("action"):
        return "the action taken is missing"
    if event.act == "alert.dismiss" and event.details.get("disposition") not in DISPOSITIONS[1:]:
        return f"the disposition must be one of {', '.join(DISPOSITIONS[1:])}"
    return ""


def _is_unchecked(note: str | None) -> bool:
    return (note or "").lower().startswith(UNCHECKED)


def is_off(alert: Alert, picture: Picture) -> bool:
    """Whether a hit's listing has been taken off the list since, or has expired, and no other that the same people may
    see names the car."""
    if alert.listing is None:
        return False
    key = _key_of(alert.hotlist, alert.listing, picture)
    return all(
        _key_of(entry.hotlist, entry.listing, picture) != key
        or (entry.listing.expires is not None and picture.now >= entry.listing.expires)
        for entry in picture.plates.index.listed.get(plates.fold(alert.listing.plate), ())
    )


def _altered(hotlist: str, picture: Picture) -> Iterator[Effect]:
    """A lead whose listing has gone, or has come back, looks otherwise."""
    for name in picture.alerts.current.values():
        alert = picture.alerts.alerts[name]
        if alert.hotlist == hotlist and alert.closed_at is None and is_off(alert, picture) != alert.off:
            alert.off = not alert.off
            yield _show(picture, alert)


def _hit(hit: Hit, picture: Picture) -> Iterator[Effect]:
    """One vehicle, one alert: a further read extends it. A matter that a person has closed stays closed for reads
    that say nothing new."""
    listing = hit.listing
    key = _key_of(hit.hotlist, listing, picture)
    known = picture.alerts.alerts.get(picture.alerts.current.get(key, ""))
    if known is not None and not _is_news(known, hit, picture):
        if any(_is_one(shown.read, hit.read) for shown in known.reads):
            return  # a second list has the vehicle as well, and looks back
        known.reads.append(HitRead(hit.read, hit.backward))
        if len(known.reads) > MAX_READS_SHOWN:
            del known.reads[1]  # the first says why it was raised, the last where the vehicle is now
        known.reads_in_all += 1
        known.likely = max(known.likely, hit.likely)
        picture.found.append(Tracked(known.alert))
        yield _show(picture, known)
        return
    hotlist = picture.plates.hotlists[hit.hotlist]
    site = picture.site.hotlists.get(hit.hotlist)
    state = f" ({listing.state})" if listing.state else ""
    alert = Alert(
        alert=picture.mint("a"),
        kind="hotlist-hit",
        key=key,
        subject=listing.plate,
        headline=f"{_reason(listing)}: {listing.plate}{state} at {reader_name(hit.read, picture)}",
        at=picture.now,
        detail=_staleness(hotlist, picture),
        hotlist=hotlist.name,
        category=(site.category if site else "") or listing.reason,
        version=hotlist.version,
        issued=hotlist.issued,
        list_loaded_at=hotlist.loaded_at,
        listing=listing,
        differs=hit.differs,
        likely=hit.likely,
        reads=[HitRead(hit.read, hit.backward)],
        reads_in_all=1,
    )
    if picture.site.has_records:
        alert.check = "asked"
        picture.found.append(ToCheck(alert.alert))
    picture.found.append(Tracked(alert.alert))
    yield _put(picture, alert)
    if site is not None and site.unconfirmed and not hit.backward:
        picture.found.append(Confirmed(alert.alert))


def unheard(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Where messages went out in the row of a hit, whether anybody could be told."""
    for finding in tuple(picture.found):
        if isinstance(finding, Unheard):
            yield _unheard(finding, picture)


def _unheard(finding: Unheard, picture: Picture) -> Effect:
    about = picture.alerts.alerts.get(finding.about)
    return plainly(
        picture,
        kind="unacknowledged",
        subject=finding.about,
        headline=f"Nobody has acknowledged: {finding.headline}",
        hotlist=about.hotlist if about else "",
    )


def _is_one(shown: PlateRead, read: PlateRead) -> bool:
    return (shown.reader, shown.read, shown.plate) == (read.reader, read.read, read.plate)


def _staleness(hotlist: plates.Hotlist, picture: Picture) -> str:
    age_s = hotlists.age(hotlist, picture.now)
    return f"the list is {age_s // 3600} h old" if age_s > picture.site.policy.hotlist_stale_s else ""


def _is_news(known: Alert, hit: Hit, picture: Picture) -> bool:
    """Whether a read of a known matter deserves an alert of its own."""
    if known.closed_at is None:
        return False
    long_ago = picture.now - known.closed_at > picture.site.policy.lookback_s * SECOND
    if known.disposition == "correct":
        return long_ago
    if known.disposition == "stale-listing":
        return picture.plates.hotlists[hit.hotlist].version != known.version
    if known.disposition == "dismissed" and long_ago:
        return True
    said = (hit.read.plate, hit.read.state)
    return all((shown.read.plate, shown.read.state) != said for shown in known.reads)


def reader_name(read: PlateRead, picture: Picture) -> str:
    if read.reader in picture.units.units:
        return f"a stop by {read.reader}"
    reader = picture.site.reader_of.get(read.reader, read.reader)
    rostered = picture.site.readers.get(reader)
    return rostered.name if rostered and rostered.name else reader


def _open(picture: Picture, key: str) -> Alert | None:
    alert = picture.alerts.alerts.get(picture.alerts.current.get(key, ""))
    return alert if alert is not None and alert.closed_at is None else None


def _reason(listing: Listing) -> str:
    return "BOLO" if listing.reason == "bolo" else listing.reason.capitalize()


def plainly(picture: Picture, kind: str, subject: str, headline: str, detail: str = "", *, hotlist: str = "") -> Effect:
    """A plain alert: while the matter is open, saying it again only updates it."""
    alert = _open(picture, f"{kind}/{subject}")
    if alert is not None:
        alert.detail = detail
        return _show(picture, alert)
    return _put(
        picture,
        Alert(
            alert=picture.mint("a"),
            kind=kind,
            key=f"{kind}/{subject}",
            subject=subject,
            headline=headline,
            at=picture.now,
            detail=detail,
            hotlist=hotlist,
        ),
    )


def _put(picture: Picture, alert: Alert) -> Effect:
    picture.alerts.alerts[alert.alert] = alert
    picture.alerts.current[alert.key] = alert.alert
    return _show(picture, alert)


def _show(picture: Picture, alert: Alert) -> Notify:
    alert.revision += 1
    return Notify(
        id=picture.mint("n"),
        topic="alert",
        subject=alert.alert,
        revision=alert.revision,
        headline=alert.headline,
    )


def _close(picture: Picture, alert: Alert, state: str, step: Step) -> None:
    alert.history.append(step)
    alert.state = state
    alert.disposition = step.disposition or state
    alert.closed_at = picture.now
    here = picture.alerts
    here.closed.append(alert.alert)
    while len(here.closed) > MAX_CLOSED:
        gone = here.alerts.pop(here.closed.pop(0))
        if here.current.get(gone.key) == gone.alert:
            del here.current[gone.key]


def _key_of(hotlist: str, listing: Listing, picture: Picture) -> str:
    car = f"hotlist-hit/{listing.state or ''}/{plates.as_listed(listing.plate)}"
    return "/".join(filter(None, (car, audience(hotlist, picture))))


def of_listing(hotlist: str, listing: Listing, picture: Picture) -> str:
    """The latest alert about a listed vehicle; empty when there is none."""
    return picture.alerts.current.get(_key_of(hotlist, listing, picture), "")


def touched(picture: Picture, alert_id: str) -> Iterable[Effect]:
    """What another desk yields when something it owns about an alert has changed and must be shown."""
    alert = picture.alerts.alerts.get(alert_id)
    return () if alert is None else (_show(picture, alert),)
