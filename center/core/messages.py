"""What the street is told, and whether it heard.

Knows: which units are told of a confirmed hit, who acknowledged, and whom to try next.
Refuses to know: whether the hit is true (a person confirmed it), roads (a router answers), terminals' wire format, and
people's own words (see threads).

The nearest units by road are told. Where no road time comes in time, distance as the crow flies must do: a late
message is worse than a longer drive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from center.core import access, alerting
from center.core.effects import Effect, Route, Send, Stand, WakeAt, Withdraw
from center.core.events import SECOND, Event, MessageAcked, Micros, RouteAnswered, Woke
from center.core.findings import Confirmed, Retracted, Unheard
from center.core.geo import distance_m
from center.core.message_facts import MessageDelivered
from center.core.units import SIGNED_OFF, Unit, is_stale

if TYPE_CHECKING:
    from center.core.alerts import Alert
    from center.core.picture import Picture

ROUTED_CANDIDATES = 12
ROUTE_PATIENCE = 3 * SECOND
MAX_MESSAGES = 10_000
MAX_TEXT = 500
NOT_VERIFIED = "NOT VERIFIED: nobody has compared image and text"
NOT_TO_BE_SENT = (*SIGNED_OFF, "out-of-service", "emergency", "crash")


class Message(msgspec.Struct, gc=False):
    """One message to one unit. `about` is an alert, or the unit itself. `state`: sent,
    acked or silent (not acknowledged in time; a late answer still makes it acked). `delivered_at`: when it was on the
    terminal's screen."""

    message: str
    about: str
    unit: str
    level: int
    sent_at: Micros
    state: str = "sent"
    acked_at: Micros | None = None
    delivered_at: Micros | None = None


class Dispatch(msgspec.Struct, gc=False):
    """The telling of one matter while it goes on. `ranked` are the units to try, in order, `tried` how many have been;
    `told` are all its messages, `asked` those of the present level; `route` and `timer` the requests it waits for."""

    about: str
    sending: Send
    ranked: list[str] = []
    tried: int = 0
    asked: list[str] = []
    told: list[str] = []
    route: str = ""
    timer: str = ""


class MessagesSlice(msgspec.Struct):
    """`of` lists the messages about a matter, oldest first. `dispatches` are those still going on, by the id of the
    event's first effect; `waits` maps a request they wait for to the dispatch."""

    messages: dict[str, Message] = {}
    of: dict[str, list[str]] = {}
    dispatches: dict[str, Dispatch] = {}
    waits: dict[str, str] = {}


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Tell the street of what a person has confirmed: ask for road times, and do not wait for them for ever."""
    for finding in tuple(picture.found):
        if isinstance(finding, Retracted):
            yield from _retract(picture.alerts.alerts[finding.alert], picture)
        if not isinstance(finding, Confirmed):
            continue
        alert = picture.alerts.alerts[finding.alert]
        sending = _about_hit(alert, picture)
        ranked = [
            unit for unit in _by_distance(sending, picture) if access.may_be_told(unit.unit, alert.hotlist, picture)
        ]
        key = picture.mint("d")
        dispatch = Dispatch(about=alert.alert, sending=sending, ranked=[unit.unit for unit in ranked])
        picture.messages.dispatches[key] = dispatch
        stands = tuple(_stand(unit) for unit in ranked[:ROUTED_CANDIDATES])
        if not stands or sending.lat is None or sending.lon is None:
            yield from _tell(key, dispatch, picture, picture.site.policy.notify_units)
            continue
        route = Route(id=picture.mint("q"), lat=sending.lat, lon=sending.lon, candidates=stands)
        dispatch.route = route.id
        picture.messages.waits[route.id] = key
        yield route
        yield _set_timer(key, dispatch, ROUTE_PATIENCE, picture)


def plain(picture: Picture, kind: str, headline: str, **more: Any) -> Send:
    """A message that has no unit yet."""
    return Send(id="", unit="", terminal="", level=0, sent=picture.now, kind=kind, headline=headline[:MAX_TEXT], **more)


def tell_one(unit: str, sending: Send, picture: Picture, *, help_near: bool = False) -> Iterator[Effect]:
    """A message about a unit to that unit, and with `help_near`, if it is silent, to one that is near, and another; the
    rows in which it is told end with alerting.on_findings, for nobody may be there to read it."""
    key = picture.mint("d")
    near = [one.unit for one in _by_distance(sending, picture) if one.unit != unit] if help_near else []
    dispatch = Dispatch(about=unit, sending=sending, ranked=[unit, *near])
    picture.messages.dispatches[key] = dispatch
    yield from _tell(key, dispatch, picture, 1)


def route_answered(event: RouteAnswered, picture: Picture) -> Iterator[Effect]:
    key = picture.messages.waits.pop(event.answers, None)
    if key is None:
        return
    dispatch = picture.messages.dispatches[key]
    dispatch.route = ""
    by_road = [unit for unit in dict.fromkeys(time.unit for time in event.times) if unit in dispatch.ranked]
    dispatch.ranked = by_road + [unit for unit in dispatch.ranked if unit not in by_road]
    if dispatch.timer:
        picture.messages.waits.pop(dispatch.timer, None)
        yield Withdraw(id=picture.mint("x"), request=dispatch.timer)
        dispatch.timer = ""
    yield from _tell(key, dispatch, picture, picture.site.policy.notify_units)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    key = picture.messages.waits.pop(event.answers, None)
    if key is None:
        return
    dispatch = picture.messages.dispatches[key]
    dispatch.timer = ""
    if dispatch.route:  # the router kept us waiting: go by distance
        picture.messages.waits.pop(dispatch.route, None)
        yield Withdraw(id=picture.mint("x"), request=dispatch.route)
        dispatch.route = ""
        yield from _tell(key, dispatch, picture, picture.site.policy.notify_units)
        return
    silent = [message for message in _messages(dispatch.asked, picture) if message.state == "sent"]
    for message in silent:
        message.state = "silent"
        yield Withdraw(id=picture.mint("x"), request=message.message)
    levels = dispatch.sending.level
    more = len(silent) if levels < picture.site.policy.escalations else 0
    dispatch.sending = msgspec.structs.replace(dispatch.sending, level=levels + 1)
    yield from _tell(key, dispatch, picture, more)


def delivered(event: MessageDelivered, picture: Picture) -> Iterator[Effect]:
    message = picture.messages.messages.get(event.message)
    unit = picture.site.unit_of.get(event.unit, event.unit)
    if message is None or message.unit != unit or message.delivered_at is not None:
        return
    message.delivered_at = event.at
    yield from alerting.touched(picture, message.about)


def acked(event: MessageAcked, picture: Picture) -> Iterator[Effect]:
    """Only the unit that was asked can answer."""
    message = picture.messages.messages.get(event.answers)
    unit = picture.site.unit_of.get(event.unit, event.unit)
    if message is None or message.unit != unit or message.state == "acked":
        return
    message.state = "acked"
    message.acked_at = event.at
    yield from alerting.touched(picture, message.about)


def _tell(key: str, dispatch: Dispatch, picture: Picture, how_many: int) -> Iterator[Effect]:
    """Send to the next units in line; with none left to send to, the matter ends, heard or not."""
    dispatch.asked = []
    while len(dispatch.asked) < how_many and dispatch.tried < len(dispatch.ranked):
        unit = dispatch.ranked[dispatch.tried]
        dispatch.tried += 1
        rostered = picture.site.units.get(unit)
        if rostered is None or not rostered.terminal or not picture.site.is_own(unit):
            continue  # the roster has changed since they were ranked
        sending = msgspec.structs.replace(
            dispatch.sending,
            id=picture.mint("m"),
            unit=unit,
            terminal=rostered.terminal,
            sent=picture.now,
        )
        dispatch.asked.append(sending.id)
        dispatch.told.append(sending.id)
        _record(Message(sending.id, dispatch.about, unit, sending.level, picture.now), picture)
        yield sending
    if dispatch.asked:
        patience = picture.site.policy.escalate_after_s * SECOND
        yield _set_timer(key, dispatch, patience, picture)
    else:
        del picture.messages.dispatches[key]
        if all(message.state != "acked" for message in _messages(dispatch.told, picture)):
            picture.found.append(Unheard(about=dispatch.about, headline=dispatch.sending.headline))
    yield from alerting.touched(picture, dispatch.about)


def _messages(names: list[str], picture: Picture) -> list[Message]:
    return [picture.messages.messages[name] for name in names]


def _retract(alert: Alert, picture: Picture) -> Iterator[Effect]:
    """Whoever was told before anybody had looked is told that it was wrong; whom nobody answered for is asked no
    more."""
    here = picture.messages
    units = list(dict.fromkeys(here.messages[name].unit for name in here.of[alert.alert]))
    for key in [key for key, dispatch in here.dispatches.items() if dispatch.about == alert.alert]:
        ended = here.dispatches.pop(key)
        waiting = [message.message for message in _messages(ended.asked, picture) if message.state == "sent"]
        for name in waiting:
            here.messages[name].state = "silent"
        for request in (*waiting, ended.route, ended.timer):
            if request:
                here.waits.pop(request, None)
                yield Withdraw(id=picture.mint("x"), request=request)
    step = alert.history[-1]
    sending = msgspec.structs.replace(
        _about_hit(alert, picture),
        kind="text",
        headline=f"CANCELLED: {alert.headline}"[:MAX_TEXT],
        note=step.disposition,
        verified_by=step.operator,
    )
    key = picture.mint("d")
    dispatch = Dispatch(about=alert.alert, sending=sending, ranked=units)
    here.dispatches[key] = dispatch
    yield from _tell(key, dispatch, picture, len(units))


def _about_hit(alert: Alert, picture: Picture) -> Send:
    """What a deputy is told of a confirmed hit; unit and id are filled in for each one told."""
    shown = max(alert.reads, key=lambda shown: (shown.read.at, shown.read.reader, shown.read.read))
    last, listing = shown.read, alert.listing
    reader = picture.site.readers.get(picture.site.reader_of.get(last.reader, ""))
    lat = last.lat if reader is None or reader.lat is None else reader.lat
    lon = last.lon if reader is None or reader.lon is None else reader.lon
    step = alert.history[-1] if alert.closed_at is not None else None
    note = NOT_VERIFIED if step is None else step.action
    described = (listing.color, listing.make, listing.model) if listing else ()
    return Send(
        id="",
        unit="",
        terminal="",
        level=0,
        sent=picture.now,
        kind="hotlist-hit",
        headline=alert.headline,
        plate=f"{alert.subject} {listing.state or ''}".strip() if listing else alert.subject,
        vehicle=" ".join(word for word in described if word) or None,
        lat=lat,
        lon=lon,
        note=f"{note}; not checked with the records" if alert.check == "not-checked" else note,
        verified_by=step.operator if step else None,
    )


def _by_distance(sending: Send, picture: Picture) -> list[Unit]:
    """Own units that can be told, nearest first as the crow flies, ties by name. Without a place: by name."""
    able = [
        unit
        for unit in picture.units.placed()
        if picture.site.is_own(unit.unit)
        and picture.site.units[unit.unit].terminal
        and unit.status not in NOT_TO_BE_SENT
        and not is_stale(unit, picture)
    ]
    return sorted(able, key=lambda unit: (_metres(unit, sending), unit.unit))


def _metres(unit: Unit, sending: Send) -> float:
    if sending.lat is None or sending.lon is None or unit.lat is None or unit.lon is None:
        return 0.0
    return distance_m(unit.lat, unit.lon, sending.lat, sending.lon)


def _stand(unit: Unit) -> Stand:
    assert unit.lat is not None
    assert unit.lon is not None
    return Stand(unit.unit, unit.lat, unit.lon)


def _set_timer(key: str, dispatch: Dispatch, patience: int, picture: Picture) -> WakeAt:
    timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + patience))
    dispatch.timer = timer.id
    picture.messages.waits[timer.id] = key
    return timer


def _record(message: Message, picture: Picture) -> None:
    """Keep the message; let the oldest of matters that are over go when there are too many."""
    here = picture.messages
    here.messages[message.message] = message
    here.of.setdefault(message.about, []).append(message.message)
    if len(here.messages) <= MAX_MESSAGES:
        return
    going_on = {name for dispatch in here.dispatches.values() for name in dispatch.told}
    over = [m for m in here.messages.values() if m.message not in going_on][: MAX_MESSAGES // 10 + 1]
    for old in over:
        del here.messages[old.message]
        here.of[old.about].remove(old.message)
        if not here.of[old.about]:
            del here.of[old.about]
