"""Anything that could ever be told to a center, in any order: facts of every type with the worst values their types
allow.

Knows: how a sequence is drawn, how an answer finds a request to answer, and what must hold in every picture.
Refuses to know: what a sequence should lead to.

Names are few, so that facts are about the same things; numbers are many. Where a fact must name something that the
center made up (an alert, a request), it says `#3`, which `resolved` replaces by the third there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from center.core import (
    access,
    aircraft,
    alerting,
    bulletins,
    calls,
    cases,
    clips,
    community,
    correlation,
    counts,
    inquiries,
    messages,
    patterns,
    plates,
    retention,
    stops,
    threads,
    triggers,
    units,
    video,
    watch_log,
)
from center.core.access import ACTS
from center.core.camera_events import CameraChanged, CameraLooked, ClipKept, VideoRefused
from center.core.community_facts import ClipOffered, LiveShared
from center.core.effects import (
    Forecast,
    Forget,
    KeepClip,
    Lookup,
    OpenVideo,
    Reach,
    ReleaseClip,
    Route,
    SearchPosts,
    Send,
    WakeAt,
)
from center.core.events import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    AircraftSeen,
    Answer,
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
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.open_facts import PostsFound
from center.core.outcome_facts import VehicleRecovered
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns, Rash
from center.core.picture import Picture
from center.core.record_facts import LookupAnswered
from center.core.retention_facts import Forgotten, RetentionDue
from center.core.roster import Policy
from center.core.session_events import SessionChanged
from tests.center.core.facts import (
    CAMERAS,
    LAT,
    LON,
    OWNERS,
    PORCH,
    T0,
    UNITS,
    called,
    hotlist,
    listed,
    moved,
    read,
    site,
)
from tests.center.core.lookups import cars, found, posts, said_in_search, said_of_drivers
from tests.center.core.sequences_talk import talk
from tests.center.core.sequences_tips import tips

REMEMBERING = tuple(replace(it, remembers=True) if it.kind == "dash" else it for it in CAMERAS)
place = partial(site, owners=OWNERS, cameras=(*REMEMBERING, PORCH), keep_on=tuple(triggers.HAPPENINGS))
SMALL = {
    (counts, "MAX_MONTHS"): 2,
    (counts, "MAX_REMEMBERED"): 3,
    (access, "MAX_REMEMBERED"): 5,
    (aircraft, "MAX_AIRCRAFT"): 3,
    (alerting, "MAX_CLOSED"): 3,
    (alerting, "MAX_READS_SHOWN"): 4,
    (bulletins, "MAX_BULLETINS"): 3,
    (calls, "MAX_CALLS"): 6,
    (cases, "MAX_CASES"): 2,
    (clips, "MAX_CLIPS"): 2,
    (community, "MAX_REQUESTS"): 2,
    (community, "CLIPS_A_REQUEST"): 3,
    (correlation, "MAX_INCIDENTS"): 4,
    (correlation, "MAX_JOINED"): 3,
    (correlation, "MAX_NOTED"): 3,
    (inquiries, "MAX_INQUIRIES"): 4,
    (inquiries, "MAX_WAITING"): 3,
    (messages, "MAX_MESSAGES"): 10,
    (patterns, "MAX_BOXES"): 3,
    (patterns, "MAX_REPORTS"): 3,
    (plates, "MAX_READS"): 8,
    (retention, "MAX_HITS"): 3,
    (retention, "MAX_HOLDS"): 2,
    (stops, "MAX_STOPS"): 4,
    (threads, "MAX_POSTS"): 5,
    (threads, "MAX_THREADS"): 3,
    (triggers, "AT_ONCE"): 1,
    (units, "MAX_STRANGERS"): 2,
    (video, "MAX_TICKETS"): 3,
    (watch_log, "MAX_ENTRIES"): 4,
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
    deliver_s=st.sampled_from((0, 20)),
    resends=st.sampled_from((0, 2)),
    read_s=st.sampled_from((0, 60)),
    hotlist_shrink=st.sampled_from((0.0, 0.5, 2.0)),
    cameras_each=st.sampled_from((0, 2)),
    watch_s=st.sampled_from((0, 600)),
    status_check_s=st.sampled_from((0, 60, 300)),
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
HELD = (
    "plate:ABC123",
    "unit:SO-1",
    "call:c1",
    "incident:i1.1",
    "alert:a1.1",
    "stop:x",
    "clip:k1.1",
    "all:",
    "",
    "shoe:1",
)
STATUSES = ("available", "emergency", "crash", "no-fix", "alive")
FACTS: tuple[st.SearchStrategy[Event], ...] = (
    HARMLESS,
    fact(UnitMoved, unit=names, lat=lats, lon=lons, accuracy_m=maybe(floats), **moves),
    fact(UnitReported, unit=names, status=st.sampled_from(STATUSES), text=words),
    fact(StopOpened, unit=names, stop=marks, plate=maybe(letters), state=states, lat=maybe(lats), lon=maybe(lons)),
    fact(StopChanged, unit=names, stop=marks, plate=maybe(letters), state=states, last=maybe(words)),
    fact(StopChanged, unit=st.sampled_from(("SO-1", "SO-2")), stop=st.sampled_from(("s1", "s2")), **said_of_drivers),
    fact(LookupAnswered, answers=marks, persons=found, vehicles=cars, listed=st.just(("stolen",)), trouble=words),
    fact(LookupAnswered, answers=marks, persons=found, vehicles=cars),
    fact(PostsFound, answers=marks, posts=posts, more=st.booleans()),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("records.search", "posts.search")),
        subject=words,
        request=requests,
        reason=st.just("stop"),
        case=marks,
        details=st.fixed_dictionaries({}, optional=said_in_search),
    ),
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
    tips(lats, lons, letters),
    fact(ForecastReady, answers=marks, advice=maybe(advices), trouble=words),
    fact(
        SessionChanged,
        operator=st.sampled_from(("ada", "nobody", "")),
        what=st.sampled_from(("opened", "refused", "ended")),
        address=words,
        why=words,
    ),
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
        operator=st.just("sue"),
        act=st.sampled_from(("hold.place", "hold.place", "hold.lift")),
        subject=st.one_of(marks, st.sampled_from(HELD)),
        request=requests,
        reason=words,
        case=words,
        details=st.fixed_dictionaries(
            {"days": st.sampled_from(("1", "30", "", "x"))}, optional={"start": words, "end": words, "owner": words}
        ),
    ),
    fact(RetentionDue),
    fact(Forgotten, answers=marks, removed=st.just({"reads": 3}), held=numbers, trouble=words),
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
    *talk(fact, words, marks, requests),
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
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("incident.share", "incident.share", "incident.unshare")),
        subject=marks,
        request=requests,
        reason=words,
        details=st.fixed_dictionaries({"agency": st.sampled_from(("LCPD", "LCPD", "CPSO", ""))}),
    ),
    fact(OperatorActed, operator=st.sampled_from(("lee", "sue")), act=st.just("room.watch"), request=requests),
    fact(CameraChanged, camera=st.sampled_from(("shop", "air", "ghost")), state=words, since=maybe(numbers)),
    fact(
        CameraLooked,
        camera=st.sampled_from(("air", "ghost")),
        corners=st.lists(st.tuples(lats, lons), max_size=4).map(tuple),
    ),
    fact(VideoRefused, answers=marks, why=words),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.just("community.request"),
        subject=marks,
        request=requests,
        reason=st.sampled_from(("robbery", "curious")),
        case=marks,
        details=st.fixed_dictionaries(
            {
                "lat": st.sampled_from((str(LAT), "x")),
                "lon": st.just(str(LON)),
                "radius_m": st.sampled_from(("500", "nan")),
                "start": st.just(str(int(T0) - SECOND)),
                "end": st.just(str(int(T0))),
                "open_s": st.sampled_from(("600", "0")),
                "live": st.sampled_from(("yes", "")),
            }
        ),
    ),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("community.close", "community.approve", "community.reject")),
        subject=marks,
        request=requests,
        reason=words,
    ),
    fact(
        ClipOffered,
        request=marks,
        owner=st.sampled_from(("o1", "o2", "ghost")),
        file=st.sampled_from(("a", "b", "c", "d")),
        begins=numbers,
        ends=numbers,
        size=numbers,
        sha256=words,
        seconds=floats,
        width=numbers,
        height=numbers,
        codec=words,
        clock_off_us=maybe(st.integers(-(2**50), 2**50)),
        says=words,
    ),
    fact(VehicleRecovered, unit=names, plate=letters, state=states),
    fact(
        OperatorActed,
        operator=st.sampled_from(("ada", "sue")),
        act=st.sampled_from(("outcome.mark", "outcome.correct")),
        subject=marks,
        request=requests,
        reason=words,
        details=st.fixed_dictionaries(
            {
                "outcome": st.sampled_from(("recovered", "other", "")),
                "disposition": st.sampled_from(alerting.DISPOSITIONS),
            }
        ),
    ),
    fact(LiveShared, request=marks, owner=st.sampled_from(("o1", "ghost")), shares=st.booleans()),
    fact(ClipKept, answers=marks, start=maybe(numbers), size=numbers, trouble=words),
    fact(MessageAcked, answers=marks, unit=st.sampled_from(("#", "#", "SO-1", "mdt-2", "PD-1"))),
    fact(RouteAnswered, answers=marks, times=times),
    fact(Woke, answers=marks),
    fact(Woke, answers=st.just("#0")),
    fact(FeedFellQuiet, feed=st.sampled_from(("avl", "lpr"))),
    fact(FeedRecovered, feed=st.sampled_from(("avl", "lpr"))),
    st.builds(
        lambda kept, records, policy, on: place(units=UNITS[:kept], records=records, policy=policy, patterns=on),
        st.sampled_from((0, 1, 2, len(UNITS))),
        st.booleans(),
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
        place(patterns=Patterns(), records=True, simulated=True, open_sources=True),
        StopOpened(at=T0, source="test", unit="SO-1", stop="s1", plate="ABC123", state="LA"),
        called("c2", 0, kind="burglary-vehicle"),
    )
)
"""Something is already going on: units about, two hits, a call, a burglary that is asked about."""
one_sketch = st.tuples(steps, st.one_of(*FACTS))
sketches = st.tuples(
    st.sampled_from(((), SCENE)),
    st.one_of(st.lists(one_sketch, max_size=8), st.lists(one_sketch, min_size=40, max_size=90)),
).map(lambda parts: [(0, place()), *parts[0], *parts[1]])
"""(how much later, what), from the roster on: short ones, which are easy to understand, and long ones, in which things
meet."""


ANSWERED: dict[type[Event], tuple[type[Any], ...]] = {
    LookupAnswered: (Lookup,),
    PostsFound: (SearchPosts,),
    VideoRefused: (OpenVideo,),
    ClipKept: (KeepClip, ReleaseClip),
    ForecastReady: (Forecast,),
    Forgotten: (Forget,),
    Woke: (WakeAt,),
    RouteAnswered: (Route, Reach),
}


def _about(sketch: OperatorActed, picture: Picture) -> dict[str, Any]:
    """What an act is about, and why."""
    here = picture.community
    known: Sequence[str] = list(picture.alerts.alerts)
    if sketch.act in ("camera.stop", "camera.revoke"):
        known = list(picture.video.tickets)
    elif sketch.act.startswith("hold."):
        known = list(picture.retention.holds)
    elif sketch.act.startswith("box."):
        known = list(picture.patterns.offers)
    elif sketch.act.startswith("bulletin."):
        known = list(picture.bulletins.bulletins)
    elif sketch.act == "message.read":
        known = list(picture.threads.posts)
    elif sketch.act == "message.reply":
        known = list(picture.threads.threads)
    elif sketch.act == "community.request" or sketch.act.startswith("incident."):
        known = list(picture.incidents.incidents)
    elif sketch.act.startswith("community."):
        known = list(here.requests if sketch.act == "community.close" else here.offered)
    going_on = {"alert": picture.alerts.alerts, "stop": picture.stops.stops}.get(sketch.reason or "")
    case = sketch.case and _the(sketch.case, list(going_on or picture.incidents.incidents))
    return {"subject": _the(sketch.subject, known), "case": case}


def _said(sketch: MessageDelivered | MessageReplied, picture: Picture) -> dict[str, Any]:
    """Which message it is about, and by whom, if whoever has it says it."""
    key = "message" if isinstance(sketch, MessageDelivered) else "to"
    sent = picture.threads.sent
    name = _the(getattr(sketch, key), list(sent))
    return {key: name} | ({"unit": sent[name][1]} if sketch.unit == "#" and name in sent else {})


def resolved(step: int, sketch: Event, picture: Picture) -> Event:
    """The fact, at its time, about what there is."""
    said: dict[str, Any] = {"at": Micros(max(int(T0), picture.now) + step)}
    if isinstance(sketch, OperatorActed):
        said |= _about(sketch, picture)
    elif isinstance(sketch, ClipOffered | LiveShared):
        said["request"] = _the(sketch.request, list(picture.community.requests))
    elif isinstance(sketch, MessageDelivered | MessageReplied):
        said |= _said(sketch, picture)
    elif isinstance(sketch, Answer) and type(sketch) in ANSWERED:
        asked_for = [name for kind in ANSWERED[type(sketch)] for name in _pending(picture, kind)]
        said["answers"] = _the(sketch.answers, asked_for)
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
