"""Anything that could ever be told to a center, in any order: facts of every type with the worst values their types
allow.

Knows: how a sequence is drawn, how an answer finds a request to answer, and what must hold in every picture.
Refuses to know: what a sequence should lead to.

Names are few, so that facts are about the same things; numbers are many. Where a fact must name something that the
center made up (an alert, a request), it says `#3`, which `resolved` replaces by the third there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from center.core import (
    access,
    aircraft,
    alerting,
    calls,
    clips,
    correlation,
    messages,
    patterns,
    plates,
    stops,
    units,
    video,
)
from center.core.access import ACTS
from center.core.ahead import MAX_ASKED
from center.core.camera_events import CameraChanged, CameraLooked, ClipKept, VideoRefused
from center.core.effects import Forecast, KeepClip, OpenVideo, Reach, Route, Send, WakeAt
from center.core.events import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    AircraftSeen,
    CallChanged,
    CallClosed,
    CallOpened,
    Candidate,
    DeviceReported,
    Event,
    FeedFaulted,
    FeedFellQuiet,
    FeedRecovered,
    HotlistLoaded,
    Listing,
    MessageAcked,
    Micros,
    OperatorActed,
    PlateRead,
    RouteAnswered,
    RouteTime,
    StopChanged,
    StopClosed,
    StopOpened,
    UnitMoved,
    UnitReported,
    VehicleSeen,
    Woke,
)
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns, Rash
from center.core.picture import Picture
from center.core.roster import Policy
from tests.center.core.facts import LAT, LON, T0, UNITS, called, hotlist, listed, moved, read, site

SMALL = {
    (access, "MAX_REMEMBERED"): 5,
    (aircraft, "MAX_AIRCRAFT"): 3,
    (alerting, "MAX_CLOSED"): 3,
    (alerting, "MAX_READS_SHOWN"): 4,
    (calls, "MAX_CALLS"): 6,
    (clips, "MAX_CLIPS"): 2,
    (correlation, "MAX_INCIDENTS"): 4,
    (correlation, "MAX_JOINED"): 3,
    (correlation, "MAX_NOTED"): 3,
    (messages, "MAX_MESSAGES"): 10,
    (patterns, "MAX_BOXES"): 3,
    (patterns, "MAX_REPORTS"): 3,
    (plates, "MAX_READS"): 8,
    (stops, "MAX_STOPS"): 4,
    (units, "MAX_STRANGERS"): 2,
    (video, "MAX_TICKETS"): 3,
}
"""Every bound of the core, drawn in so far that a short sequence runs into it."""

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats()
shares = st.one_of(st.floats(0, 1), floats)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def near(middle: float, reach: float) -> st.SearchStrategy[float]:
    """Mostly about the place, sometimes anywhere on earth."""
    return st.one_of(st.sampled_from((middle, middle + 0.001, middle + 0.3)), st.floats(-reach, reach))


lats, lons = near(LAT, 90.0), near(LON, 180.0)
names = st.sampled_from(("SO-1", "modem-2", "mdt-3", "PD-1", "ghost", "shade", "wraith", ""))
letters = st.sampled_from(("ABC123", "A8C123", "ABO123", "AB0123", "XYZ9", "", "ÄÖ"))
states = st.sampled_from((None, "LA", "TX"))
readers = st.sampled_from(("R1", "cam-2", "car-9"))
requests = st.integers(0, 40).map("request-{}".format)
marks = st.sampled_from(("#0", "#1", "#2", "#9", "a1.1", ""))
steps = st.one_of(
    st.just(0),
    st.integers(0, 5 * SECOND),
    st.sampled_from((31 * SECOND, 4 * MINUTE, HOUR, DAY, 40 * DAY, -SECOND, -HOUR, -DAY)),
)
described = {"make": maybe(words), "model": maybe(words), "color": maybe(words)}
listings = st.builds(
    Listing, plate=letters, state=states, reason=words, case=maybe(words), expires=maybe(numbers), **described
)
policies = st.builds(
    Policy,
    lookback_s=st.sampled_from((0, 60, 86400)),
    notify_units=st.sampled_from((0, 1, 3)),
    escalate_after_s=st.sampled_from((0, 30)),
    escalations=st.sampled_from((0, 2)),
    hotlist_shrink=st.sampled_from((0.0, 0.5, 2.0)),
    cameras_each=st.sampled_from((0, 2)),
    watch_s=st.sampled_from((0, 600)),
)
said_of_calls = {
    "call": st.sampled_from(("c1", "c2", "c3", "c4")),
    "system": st.sampled_from(("cad", "city")),
    "incident": st.sampled_from((None, "26-1", "26-2")),
    "kind": st.sampled_from((None, "crash", "fight", "burglary-vehicle", "burglary")),
    "priority": maybe(st.one_of(st.integers(0, 3), numbers)),
    "lat": maybe(lats),
    "lon": maybe(lons),
    "uncertainty_m": maybe(st.one_of(st.sampled_from((10.0, 500.0)), floats)),
    "address": maybe(words),
    "callback": maybe(words),
    "text": maybe(words),
}
moves = {"speed_mps": maybe(floats), "course_deg": maybe(floats), "altitude_m": maybe(floats)}
details = st.fixed_dictionaries(
    {},
    optional={
        "action": words,
        "disposition": st.sampled_from((*alerting.DISPOSITIONS, "other")),
        "note": words,
        "text": words,
    },
)
boxes = st.builds(
    Box,
    lat=st.just(LAT),
    lon=st.just(LON),
    cell_m=st.sampled_from((200.0, 0.0)),
    cells=st.sampled_from((((LAT, LON),), ())),
    expected=floats,
    low=numbers,
    high=numbers,
    none=shares,
    long_run=shares,
)
rashes = st.builds(
    Rash,
    lat=lats,
    lon=lons,
    radius_m=floats,
    days=st.integers(1, 9),
    expected=floats,
    reports=st.just(("cad/c1", "cad/c2")),
)
advices = st.builds(
    Advice,
    starts=st.just(T0),
    ends=st.sampled_from((T0, Micros(T0 + HOUR), Micros(T0 + 90 * DAY))),
    next_at=st.sampled_from((T0, Micros(T0 + DAY))),
    boxes=st.lists(boxes, max_size=2).map(tuple),
    rashes=st.lists(rashes, max_size=2).map(tuple),
)
times = st.lists(
    st.builds(RouteTime, unit=st.sampled_from(("SO-1", "SO-2", "PD-1", "gone")), seconds=floats), max_size=4
).map(tuple)


def fact(kind: type[Event], /, **said: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    return st.builds(kind, at=st.just(T0), source=st.just("test"), seen=maybe(numbers), **said)


HARMLESS = st.one_of(
    fact(VehicleSeen, reader=readers, read=words),
    fact(DeviceReported, device=names, status=words),
    fact(FeedFaulted, why=words, excerpt=words, repeats=numbers),
)
FACTS: tuple[st.SearchStrategy[Event], ...] = (
    HARMLESS,
    fact(UnitMoved, unit=names, lat=lats, lon=lons, accuracy_m=maybe(floats), **moves),
    fact(UnitReported, unit=names, status=st.sampled_from(("available", "emergency", "no-fix", "alive")), text=words),
    fact(StopOpened, unit=names, stop=marks, plate=maybe(letters), state=states, lat=maybe(lats), lon=maybe(lons)),
    fact(StopChanged, unit=names, stop=marks, plate=maybe(letters), state=states, last=maybe(words)),
    fact(StopClosed, unit=names, stop=marks, outcome=maybe(words)),
    fact(
        PlateRead,
        reader=readers,
        plate=letters,
        read=st.sampled_from(("1", "2", "3", "4", "5")),
        state=states,
        confidence=maybe(shares),
        candidates=st.lists(st.builds(Candidate, plate=letters, confidence=shares), max_size=2).map(tuple),
        lat=maybe(lats),
        lon=maybe(lons),
        **described,
    ),
    fact(
        HotlistLoaded,
        hotlist=st.sampled_from(("state", "parish")),
        version=st.sampled_from(("v1", "v2", "v3")),
        listings=st.lists(listings, max_size=4).map(tuple),
        issued=maybe(numbers),
    ),
    fact(CallOpened, **said_of_calls),
    fact(CallChanged, **said_of_calls),
    fact(
        CallClosed,
        **{name: said_of_calls[name] for name in ("call", "system", "incident")},
        disposition=st.sampled_from((None, "unfounded")),
    ),
    fact(ForecastReady, answers=marks, advice=maybe(advices), trouble=words),
    fact(
        OperatorActed,
        operator=st.just("sue"),
        act=st.sampled_from(("box.accept", "box.decline")),
        subject=marks,
        request=requests,
        details=st.fixed_dictionaries({"units": st.sampled_from(("SO-1", "SO-1 SO-2", "PD-1", ""))}),
    ),
    fact(
        AircraftSeen,
        icao=st.sampled_from(("a1b2c3", "abc123", "def456", "aaaaaa")),
        lat=maybe(lats),
        lon=maybe(lons),
        on_ground=maybe(st.booleans()),
        **moves,
    ),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue", "aud", "pat", "")),
        act=st.sampled_from((*ACTS, "unit.explode")),
        subject=st.one_of(marks, names),
        request=requests,
        reason=maybe(words),
        case=maybe(words),
        details=details,
    ),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.just("alert.confirm"),
        subject=marks,
        request=requests,
        details=st.just({"action": "units sent"}),
    ),
    fact(
        OperatorActed,
        operator=st.just("ada"),
        act=st.just("unit.message"),
        subject=st.sampled_from(("SO-1", "SO-2", "PD-1")),
        request=requests,
        details=st.fixed_dictionaries({"text": words}),
    ),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("camera.watch", "camera.listen", "clip.keep")),
        subject=st.sampled_from(("SO-1-dash", "SO-1-mic", "PD-1-dash", "shop", "home", "air")),
        request=requests,
        reason=st.sampled_from(("call", "alert", "stop", "equipment")),
        case=marks,
        details=st.just({"start": str(int(T0)), "end": str(int(T0) + SECOND)}),
    ),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("camera.stop", "camera.revoke")),
        subject=marks,
        request=requests,
        reason=words,
    ),
    fact(CameraChanged, camera=st.sampled_from(("shop", "air", "ghost")), state=words, since=maybe(numbers)),
    fact(
        CameraLooked,
        camera=st.sampled_from(("air", "ghost")),
        corners=st.lists(st.tuples(lats, lons), max_size=4).map(tuple),
    ),
    fact(VideoRefused, answers=marks, why=words),
    fact(ClipKept, answers=marks, start=maybe(numbers), size=numbers, trouble=words),
    fact(MessageAcked, answers=marks, unit=st.sampled_from(("#", "#", "SO-1", "mdt-2", "PD-1"))),
    fact(RouteAnswered, answers=marks, times=times),
    fact(Woke, answers=marks),
    fact(Woke, answers=st.just("#0")),
    fact(FeedFellQuiet, feed=st.sampled_from(("avl", "lpr"))),
    fact(FeedRecovered, feed=st.sampled_from(("avl", "lpr"))),
    st.builds(
        lambda kept, policy, on: site(units=UNITS[:kept], policy=policy, patterns=on),
        st.sampled_from((0, 1, 2, len(UNITS))),
        policies,
        st.sampled_from((None, Patterns(), Patterns(more_than=0, keep_days=1))),
    ),
)
SCENE: tuple[tuple[int, Event], ...] = tuple(
    (SECOND, each)
    for each in (
        *(moved(f"SO-{n}", 0, LAT + n * 0.01) for n in range(1, 6)),
        hotlist(listed("ABC123"), listed("XYZ9", None)),
        read("ABC123", 0),
        read("XYZ9", 0, "R2"),
        called("c1", 0),
        site(patterns=Patterns()),
        called("c2", 0, kind="burglary-vehicle"),
    )
)
"""Something is already going on: units about, two hits, a call, a burglary that is asked about."""
one_sketch = st.tuples(steps, st.one_of(*FACTS))
sketches = st.tuples(
    st.sampled_from(((), SCENE)),
    st.one_of(st.lists(one_sketch, max_size=8), st.lists(one_sketch, min_size=40, max_size=90)),
).map(lambda parts: [(0, site()), *parts[0], *parts[1]])
"""(how much later, what), from the roster on: short ones, which are easy to understand, and long ones, in which things
meet."""


def resolved(step: int, sketch: Event, picture: Picture) -> Event:
    """The fact, at its time, about what there is."""
    said: dict[str, Any] = {"at": Micros(max(int(T0), picture.now) + step)}
    if isinstance(sketch, OperatorActed):
        tickets = sketch.act in ("camera.stop", "camera.revoke")
        named = picture.video.tickets if tickets else picture.alerts.alerts
        if sketch.act.startswith("box."):
            said["subject"] = _the(sketch.subject, list(picture.patterns.offers))
        else:
            said["subject"] = _the(sketch.subject, list(named))
        going_on = {"alert": picture.alerts.alerts, "stop": picture.stops.stops}.get(sketch.reason or "")
        said["case"] = sketch.case and _the(sketch.case, list(going_on or picture.incidents.incidents))
    elif isinstance(sketch, VideoRefused):
        said["answers"] = _the(sketch.answers, _pending(picture, OpenVideo))
    elif isinstance(sketch, ClipKept):
        said["answers"] = _the(sketch.answers, _pending(picture, KeepClip))
    elif isinstance(sketch, ForecastReady):
        said["answers"] = _the(sketch.answers, _pending(picture, Forecast))
    elif isinstance(sketch, Woke):
        said["answers"] = _the(sketch.answers, _pending(picture, WakeAt))
    elif isinstance(sketch, RouteAnswered):
        said["answers"] = _the(sketch.answers, _pending(picture, Route) + _pending(picture, Reach))
    elif isinstance(sketch, MessageAcked):
        said["answers"] = _the(sketch.answers, _pending(picture, Send if sketch.unit == "#" else object))
        asked = picture.pending.get(said["answers"])
        if sketch.unit == "#" and isinstance(asked, Send):
            said["unit"] = asked.unit
    return msgspec.structs.replace(sketch, **said)


def _pending(picture: Picture, kind: type[Any]) -> list[str]:
    return [request.id for request in picture.pending.values() if isinstance(request, kind)]


def _the(mark: str, known: Sequence[str]) -> str:
    if not mark.startswith("#") or not mark[1:].isdecimal() or not known:
        return mark
    return known[int(mark[1:]) % len(known)]


def books_balance(picture: Picture) -> None:
    """What must hold between any two facts, whatever they were."""
    assert picture.found == []
    _units_and_aircraft(picture)
    _plates(picture)
    _calls_and_incidents(picture)
    _alerts(picture)
    _messages(picture)
    _video(picture)
    _patterns(picture)
    assert len(picture.access.answered) <= access.MAX_REMEMBERED


def _units_and_aircraft(picture: Picture) -> None:
    here = picture.units
    strangers = [name for name in here.units if name not in picture.site.units]
    assert len(strangers) == here.off_roster
    assert all(unit.unit == name for name, unit in here.units.items())
    assert all((unit.lat is None) == (unit.lon is None) for unit in here.units.values())
    assert len(picture.aircraft.aircraft) <= aircraft.MAX_AIRCRAFT


def _plates(picture: Picture) -> None:
    here = picture.plates
    kept = here.reads[here.head :]
    assert len(kept) <= plates.MAX_READS
    by_key: dict[str, list[PlateRead]] = {}
    for passed in kept:
        by_key.setdefault(plates.fold(passed.plate), []).append(passed)
    assert here.passed == by_key
    filed = sorted(repr(entry) for entries in here.listed.values() for entry in entries)
    assert filed == sorted(
        repr(plates.Entry(hotlist.name, listing)) for hotlist in here.hotlists.values() for listing in hotlist.listings
    )
    assert all(here.listed.values())


def _calls_and_incidents(picture: Picture) -> None:
    here = picture.incidents
    assert len(picture.calls.calls) <= calls.MAX_CALLS
    assert len(here.incidents) <= correlation.MAX_INCIDENTS
    assert sorted(here.open) == sorted(name for name, it in here.incidents.items() if it.closed_at is None)
    assert here.by_call == {key: name for name, it in here.incidents.items() for key in it.calls}
    for incident in here.incidents.values():
        assert 0 < len(incident.calls) <= correlation.MAX_JOINED
        assert max(len(incident.changes), len(incident.hits)) <= correlation.MAX_NOTED
        assert len(incident.units) <= correlation.SHOWN_UNITS


def _alerts(picture: Picture) -> None:
    here = picture.alerts
    closed = [alert.alert for alert in here.alerts.values() if alert.closed_at is not None]
    assert len(closed) <= alerting.MAX_CLOSED
    assert sorted(here.closed) == sorted(closed)
    assert all(here.alerts[alert].key == key for key, alert in here.current.items())
    for alert in here.alerts.values():
        assert len(alert.reads) <= min(alerting.MAX_READS_SHOWN, alert.reads_in_all)
        assert (alert.state in ("confirmed", "dismissed")) == (alert.closed_at is not None)
        assert alert.closed_at is not None or here.current[alert.key] == alert.alert, "an open alert nobody finds"


def _messages(picture: Picture) -> None:
    here = picture.messages
    going_on = {name for dispatch in here.dispatches.values() for name in dispatch.told}
    assert len(here.messages) <= messages.MAX_MESSAGES + len(going_on)
    assert sorted(name for told in here.of.values() for name in told) == sorted(here.messages)
    assert all(here.of.values())
    owed = {request.id for request in picture.pending.values() if isinstance(request, Send)}
    assert owed == {message.message for message in here.messages.values() if message.state == "sent"}
    waits = {request for d in here.dispatches.values() for request in (d.route, d.timer) if request}
    assert set(here.waits) == waits
    elsewhere = {r.id for r in picture.pending.values() if isinstance(r, OpenVideo | KeepClip)} | set(
        picture.video.timers
    )
    elsewhere |= {request for request in (picture.patterns.asked, picture.patterns.timer) if request}
    ahead = set(picture.ahead.asked)
    assert waits | set(picture.incidents.routes) | ahead == set(picture.pending) - owed - elsewhere
    assert len(ahead) <= MAX_ASKED


def _video(picture: Picture) -> None:
    """Every ticket is kept by exactly its own two requests, and every camera that is open has one."""
    here = picture.video
    opened = {request.id: request for request in picture.pending.values() if isinstance(request, OpenVideo)}
    assert {ticket.opening for ticket in here.tickets.values()} == set(opened)
    assert all(opened[ticket.opening].ticket == name for name, ticket in here.tickets.items())
    assert here.timers == {ticket.timer: name for name, ticket in here.tickets.items()}
    assert set(here.timers) <= set(picture.pending)
    assert len(here.tickets) <= video.MAX_TICKETS
    assert all(picture.site.agencies[picture.site.cameras[t.camera].agency].own for t in here.tickets.values())
    assert len({(t.operator, t.camera, t.sound) for t in here.tickets.values()}) == len(here.tickets)
    assert set(here.cameras) <= set(picture.site.cameras)
    assert len(picture.clips.clips) <= clips.MAX_CLIPS


def _patterns(picture: Picture) -> None:
    """Off, there is nothing; on, one question at a time, and every report of another system leads to the first."""
    here = picture.patterns
    if here.on is None:
        assert here == patterns.PatternsSlice()
    assert {request for request in (here.asked, here.timer) if request} <= set(picture.pending)
    assert sum(isinstance(request, Forecast) for request in picture.pending.values()) == bool(here.asked)
    assert len(here.reports) <= patterns.MAX_REPORTS
    assert here.same == {other: name for name, one in here.reports.items() for other in one.others}
    assert not set(here.same) & set(here.reports)
    assert all(one.report == name for name, one in here.reports.items())
    assert len(here.offers) <= patterns.MAX_BOXES
    assert here.active == [name for name in here.active if here.offers[name].state == "accepted"]
    assert sum(offer.state == "accepted" for offer in here.offers.values()) == len(here.active)
