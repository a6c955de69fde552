"""Where a listed car can be next: what the router is asked, and what is shown of its answer until when."""

from __future__ import annotations

from msgspec import structs

from center.api import views
from center.core import ahead
from center.core.effects import Effect, Reach, Withdraw
from center.core.events import RouteAnswered, RouteTime
from center.core.roster import RosterReader
from tests.center.core.facts import (
    LAT,
    LON,
    READERS,
    Room,
    dismiss,
    hotlist,
    listed,
    of,
    policy,
    read,
    site,
    the,
    when,
)

FAR = RosterReader("R9", "another parish", lat=LAT, lon=LON + 3.0)
RIDING = RosterReader("SO-1", "on the roof", unit="SO-1")


def hit(**said: float) -> tuple[Room, list[Effect]]:
    """ABC123 passes R1 at 10 s: a room, and what followed."""
    room = Room(site(readers=(*READERS, FAR, RIDING)) if not said else policy(**said))
    return room, room.tell(hotlist(listed("ABC123"), s=5), read("ABC123", 10))


def answer(reach: Effect, s: float, *times: RouteTime) -> RouteAnswered:
    return RouteAnswered(at=when(s), source="router", answers=reach.id, times=times)


def shown(room: Room) -> list[tuple[str, int, int, str]]:
    (alert,) = room.alerts()
    return [(one.reader, one.earliest, one.latest, one.via) for one in views.alert(alert, room.picture).next]


def test_the_router_is_asked_for_the_readers_that_stand_within_reach() -> None:
    """From where the car was read, not to there; neither to another parish nor to a reader that drives about."""
    _, effects = hit()
    reach = the(Reach, effects)
    assert (reach.lat, reach.lon, reach.within_s) == (LAT, LON, 900)
    assert [one.unit for one in reach.candidates] == ["R2"]


def test_a_road_time_becomes_a_span_that_ends() -> None:
    """From half as fast again as usual to half as fast and a while; gone when that is over, in a snapshot as well."""
    room, effects = hit()
    told = room.tell(answer(the(Reach, effects), 11, RouteTime("R2", 300.0, "I-10")))
    assert [effect.topic for effect in told if hasattr(effect, "topic")] == ["alert"]
    assert shown(room) == [("R2", when(10 + 200), when(10 + 720), "I-10")]
    room.restart()
    assert shown(room) == [("R2", when(210), when(730), "I-10")]
    room.tell(read("NIL001", 731))
    assert shown(room) == []


def test_the_next_read_makes_the_track_longer_and_the_answer_past() -> None:
    """One alert with two reads; what was said of the first is neither shown nor still asked for."""
    room, effects = hit()
    first = the(Reach, effects)
    effects = room.tell(read("ABC123", 20, "R2"))
    assert [withdrawn.request for withdrawn in of(Withdraw, effects)] == [first.id]
    assert room.tell(answer(first, 21, RouteTime("R2", 300.0))) == []
    second = the(Reach, effects)
    room.tell(answer(second, 22, RouteTime("R1", 300.0)))
    assert [(reader, earliest) for reader, earliest, *_ in shown(room)] == [("R1", when(220))]
    assert [one.read.reader for one in room.alert().reads] == ["R1", "R2"]
    effects = room.tell(read("ABC123", 30))
    assert shown(room) == []
    assert of(Reach, effects)


def test_of_whom_somebody_has_said_that_it_is_another_nobody_asks_where_it_goes() -> None:
    room, effects = hit()
    room.tell(answer(the(Reach, effects), 11, RouteTime("R2", 300.0)))
    room.tell(dismiss(room.alert().alert, 12, "misread"))
    assert shown(room) == []
    assert of(Reach, room.tell(read("ABC123", 13, "R2"))) == []


def test_what_passed_long_ago_is_not_looked_for() -> None:
    """A list that arrives later finds a car of an hour ago, and one of a minute ago; a site may not want either."""
    room = Room()
    room.tell(read("ABC123", 0), read("XYZ789", 3540))
    effects = room.tell(hotlist(listed("ABC123"), listed("XYZ789"), s=3600))
    asked = the(Reach, effects)
    assert room.picture.ahead.asked[asked.id][1] == when(3540)
    assert of(Reach, hit(ahead_s=0)[1]) == []


def test_a_flood_of_hits_does_not_keep_the_router_from_who_is_to_be_sent() -> None:
    """So many questions at a time and no more; an answer makes room for the next."""
    room = Room()
    plates = [f"AB{n:04}" for n in range(ahead.MAX_ASKED + 5)]
    room.tell(hotlist(*(listed(plate) for plate in plates)))
    asked = of(Reach, [effect for plate in plates for effect in room.tell(read(plate, 1))])
    assert len(asked) == ahead.MAX_ASKED
    room.tell(answer(asked[0], 2))
    assert len(of(Reach, room.tell(read(plates[-1], 3, "R2")))) == 1


def test_the_devices_clock_counts_where_it_makes_sense() -> None:
    room = Room(site())
    room.tell(hotlist(listed("ABC123")))
    effects = room.tell(structs.replace(read("ABC123", 100), seen=when(40)))
    assert room.picture.ahead.asked[the(Reach, effects).id][1] == when(40)
    effects = room.tell(structs.replace(read("ABC123", 200, "R2"), seen=when(90_000)))
    assert room.picture.ahead.asked[the(Reach, effects).id][1] == when(200)
