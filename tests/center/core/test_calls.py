"""911 calls, and which of them belong together."""

from __future__ import annotations

import pytest

from center.core import calls, correlation
from center.core.effects import Notify, Route
from center.core.events import Event, Micros
from tests.center.core.facts import (
    LAT,
    LON,
    Room,
    called,
    changed,
    flew,
    hotlist,
    hung_up,
    listed,
    moved,
    of,
    policy,
    read,
    reported,
    route,
    routed,
    site,
    the,
    when,
)

KM = 1 / 111.195  # a kilometre north, in degrees


def ended(room: Room) -> Micros | None:
    return room.incident.closed_at


def whats(room: Room) -> list[str]:
    return [change.what for change in room.incident.changes]


# --- what belongs together --------------------------------------------------------------------------------------------


def test_fifty_callers_about_one_crash_are_one_incident() -> None:
    """Each gives his own place within a few hundred metres, and half of them a number of their own. Fails when every
    call opens an incident: fifty lines on the screen for one car in a ditch."""
    room = Room()
    for n in range(50):
        room.tell(called(f"c{n}", n * 5, LAT + (n % 7) * 0.0003, LON - (n % 5) * 0.0003, incident=f"26-{n % 25}"))
    assert len(room.incident.calls) == 50
    assert "call 26-24 of cad joined" in whats(room)


def test_a_number_given_by_the_cad_decides() -> None:
    """A pursuit: same incident, ten kilometres on and an hour later, told as another kind. Fails when distance is asked
    first."""
    room = Room()
    room.tell(called("c1", 0, incident="26-117"), called("c2", 3600, LAT + 10 * KM, kind="pursuit", incident="26-117"))
    assert room.incident.calls == ["cad/c1", "cad/c2"]


def test_a_number_counts_only_within_the_cad_that_gave_it() -> None:
    """City and sheriff both have a 26-117 today."""
    room = Room()
    room.tell(called("c1", 0, incident="26-117"), called("c1", 1, LAT + 10 * KM, incident="26-117", system="city"))
    assert [incident.calls for incident in room.incidents] == [["cad/c1"], ["city/c1"]]


def test_two_cads_that_number_alike_or_not_share_an_incident_when_place_and_time_agree() -> None:
    """The crash on the parish line rings in both rooms."""
    room = Room()
    room.tell(called("c1", 0, incident="26-117"), called("c1", 60, incident="LC-9", system="city"))
    assert room.incident.calls == ["cad/c1", "city/c1"]


def test_kinds_that_contradict_each_other_are_two_incidents() -> None:
    """A fight beside a crash is a fight beside a crash."""
    room = Room()
    room.tell(called("c1", 0, kind="crash"), called("c2", 1, kind="fight"), called("c3", 2, kind=None))
    assert [incident.kind for incident in room.incidents] == ["crash", "fight"]
    assert sum(len(incident.calls) for incident in room.incidents) == 3


@pytest.mark.parametrize(("metres", "joined"), [(300, True), (320, False)])
def test_how_near_is_near_includes_what_both_do_not_know(metres: float, joined: bool) -> None:
    """250 m of the site's policy and 30 m of uncertainty on either side make 310."""
    room = Room()
    room.tell(called("c1", 0), called("c2", 1, LAT + metres / 1000 * KM))
    assert (len(room.incidents) == 1) is joined


def test_a_tower_sized_guess_does_not_swallow_the_parish() -> None:
    """'Within 20 km' is no place: the slack ends at a kilometre."""
    room = Room()
    room.tell(called("c1", 0), called("c2", 1, LAT + 5 * KM, uncertainty_m=20_000.0))
    assert len(room.incidents) == 2


@pytest.mark.parametrize(("gap", "joined"), [(900, True), (901, False)])
def test_an_old_incident_takes_no_new_callers(gap: float, joined: bool) -> None:
    """A quarter of an hour since the last call about it."""
    room = Room()
    room.tell(called("c1", 0), called("c2", 100), called("c3", 100 + gap))
    assert (len(room.incidents) == 1) is joined


def test_of_two_incidents_the_nearer_is_meant() -> None:
    room = Room()
    room.tell(called("c1", 0), called("c2", 1, LAT + 0.5 * KM), called("c3", 2, LAT + 0.3 * KM))
    assert [incident.calls for incident in room.incidents] == [["cad/c1"], ["cad/c2", "cad/c3"]]


def test_a_call_without_a_place_is_an_incident_until_it_has_one() -> None:
    """It is joined to nothing by guesswork, and once it belongs somewhere it stays there."""
    room = Room()
    room.tell(called("c1", 0), called("c2", 1, None, None, address="12 Ryan St"))
    assert len(room.incidents) == 2
    assert room.incidents[1].address == "12 Ryan St"
    room.tell(changed("c2", 5, lat=LAT + 2 * KM, lon=LON))
    assert room.incidents[1].lat == LAT + 2 * KM
    assert len(room.incidents) == 2


# --- better knowledge -------------------------------------------------------------------------------------------------


def test_a_better_location_moves_the_incident_ranks_again_and_says_what_changed() -> None:
    """Walk 2: phase I gave a sector, phase II gives the car. Fails when the first place is kept."""
    room = Room()
    room.places(("SO-1", "PD-1"))
    first = route(room.tell(called("c1", 0, uncertainty_m=900.0)))
    room.tell(routed(first, 1, SO_1=60.0, PD_1=90.0))
    effects = room.tell(changed("c1", 10, lat=LAT + 3 * KM, lon=LON, uncertainty_m=20.0))
    again = route(effects)
    assert again.lat == LAT + 3 * KM
    assert the(Notify, effects).topic == "incident"
    room.tell(routed(again, 11, PD_1=30.0, SO_1=80.0))
    assert whats(room) == ["location moved 3000 m, now within 20 m", "nearest units now PD-1, SO-1; were SO-1, PD-1"]
    assert [near.unit for near in room.incident.units] == ["PD-1", "SO-1"]


def test_a_worse_location_of_another_caller_moves_nothing() -> None:
    """The exact place of the first caller beats the next one's tower."""
    room = Room()
    room.tell(called("c1", 0, uncertainty_m=10.0), called("c2", 5, LAT + 0.2 * KM, uncertainty_m=400.0))
    assert (room.incident.lat, room.incident.uncertainty_m) == (LAT, 10.0)
    assert of(Route, room.tell(changed("c2", 6, text="still here"))) == []


def test_a_correction_by_the_caller_who_gave_the_place_counts_even_when_it_is_no_sharper() -> None:
    """'I said Ryan, I meant Common': the same uncertainty, another place; others have called meanwhile. Fails when only
    sharper places count."""
    room = Room()
    room.tell(called("c1", 0, uncertainty_m=10.0), called("c2", 5, LAT + 0.1 * KM, uncertainty_m=400.0))
    room.tell(changed("c1", 10, lat=LAT + 1 * KM, lon=LON, uncertainty_m=10.0))
    assert room.incident.lat == LAT + 1 * KM
    assert "location moved 1000 m, now within 10 m" in whats(room)


def test_small_corrections_do_not_trouble_the_router() -> None:
    """Under a hundred metres the same cars are the nearest."""
    room = Room()
    room.places(("SO-1",))
    room.tell(called("c1", 0))
    effects = room.tell(changed("c1", 1, lat=LAT + 0.05 * KM, lon=LON, uncertainty_m=5.0))
    assert of(Route, effects) == []
    assert whats(room) == []
    assert room.incident.lat == LAT + 0.05 * KM


def test_a_call_that_turns_out_worse_turns_its_incident_worse() -> None:
    """A disturbance becomes a shooting: kind and priority follow, and the room is told what changed. Fails when the
    first word about an incident is the last."""
    room = Room()
    room.tell(called("c1", 0, kind="disturbance", priority=3), changed("c1", 60, kind="shooting", priority=1))
    assert (room.incident.kind, room.incident.priority) == ("shooting", 1)
    assert whats(room) == ["now shooting, was disturbance", "priority now 1, was 3"]


def test_an_incident_is_as_urgent_as_its_most_urgent_call() -> None:
    """Zero is the most urgent number there is. Fails when zero counts as none."""
    room = Room()
    room.tell(called("c1", 0, priority=2), called("c2", 1, priority=0), called("c3", 2, priority=3))
    assert room.incident.priority == 0
    room.tell(changed("c2", 3, priority=4))
    assert room.incident.priority == 2


def test_a_change_leaves_alone_what_it_does_not_name() -> None:
    room = Room()
    room.tell(called("c1", 0, address="12 Ryan St", callback="337-555-0100", text="two cars"))
    room.tell(changed("c1", 5, text="two cars, one on its roof"))
    call = room.picture.calls.calls["cad/c1"]
    assert (call.address, call.callback, call.text) == ("12 Ryan St", "337-555-0100", "two cars, one on its roof")
    assert (call.opened_at, call.changed_at) == (when(0), when(5))


def test_a_change_to_a_call_we_never_heard_opens_it() -> None:
    """Its first message was lost; the caller was not."""
    room = Room()
    room.tell(changed("c1", 5, lat=LAT, lon=LON, kind="crash"))
    assert room.incident.kind == "crash"
    room.tell(called("c1", 6))
    assert room.incident.calls == ["cad/c1"]


def test_the_end_of_a_call_we_never_heard_is_nothing() -> None:
    assert Room().tell(hung_up("c9", 1)) == []


# --- ends -------------------------------------------------------------------------------------------------------------


def test_an_incident_ends_with_its_last_open_call() -> None:
    room = Room()
    room.tell(called("c1", 0), called("c2", 1), hung_up("c1", 10))
    assert ended(room) is None
    effects = room.tell(hung_up("c2", 20))
    assert ended(room) == when(20)
    assert whats(room)[-1] == "closed"
    assert the(Notify, effects).subject == room.incident.incident
    assert room.tell(hung_up("c2", 21)) == []


def test_a_closed_incident_takes_no_new_callers() -> None:
    room = Room()
    room.tell(called("c1", 0), hung_up("c1", 10), called("c2", 20))
    assert [incident.calls for incident in room.incidents] == [["cad/c1"], ["cad/c2"]]


@pytest.mark.parametrize("again", [called("c1", 30), changed("c1", 30, text="they are back")])
def test_a_call_that_is_opened_again_opens_its_incident_again(again: Event) -> None:
    """The CAD reopens it; new callers join, and it closes again. Fails when a closed incident stays closed over an open
    call: nobody would see the caller."""
    room = Room()
    room.tell(called("c1", 0), hung_up("c1", 10))
    room.tell(again)
    assert ended(room) is None
    assert whats(room) == ["closed", "reopened by call c1 of cad"]
    room.tell(called("c2", 40))
    assert room.incident.calls == ["cad/c1", "cad/c2"]
    room.tell(hung_up("c1", 50), hung_up("c2", 60))
    assert ended(room) == when(60)
    assert room.picture.incidents.open == []


# --- units and plates near by -----------------------------------------------------------------------------------------


def test_partners_and_own_units_are_offered_alike_but_not_the_stale_nor_who_is_at_home() -> None:
    """Positions are shared by all; a position of an hour ago is nobody's, and SO-2 has signed off."""
    room = Room()
    room.tell(moved("SO-3", -3600))
    room.places(("PD-1", "SO-1", "SO-2"))
    room.tell(reported("SO-2", 0, "off-duty"))
    assert [stand.unit for stand in route(room.tell(called("c1", 0))).candidates] == ["PD-1", "SO-1"]


def test_with_nobody_about_the_ranking_waits_for_the_next_word() -> None:
    room = Room()
    assert of(Route, room.tell(called("c1", 0))) == []
    room.places(("SO-1",), 1)
    assert of(Route, room.tell(changed("c1", 2, text="hello?")))


def test_the_answer_to_an_overtaken_question_is_dropped() -> None:
    """Two places in quick succession: only the road times to the second are shown, whichever comes first."""
    room = Room()
    room.places(("SO-1", "SO-2"))
    old = route(room.tell(called("c1", 0, uncertainty_m=500.0)))
    new = route(room.tell(changed("c1", 1, lat=LAT + 2 * KM, lon=LON, uncertainty_m=5.0)))
    assert room.tell(routed(old, 2, SO_1=1.0)) == []
    room.tell(routed(new, 3, SO_2=5.0))
    assert [near.unit for near in room.incident.units] == ["SO-2"]
    assert room.picture.incidents.routes == {}
    assert room.picture.pending == {}


def test_only_the_nearest_few_are_asked_about_and_shown() -> None:
    room = Room()
    for n in range(40):
        room.tell(moved(f"car-{n:02}", 0, LAT + 0.001 * n))
    asked = route(room.tell(called("c1", 1)))
    assert [stand.unit for stand in asked.candidates] == [f"car-{n:02}" for n in range(correlation.ROUTED_CANDIDATES)]
    room.tell(routed(asked, 2, **{f"car-{n:02}": float(n) for n in range(20)}))
    assert len(room.incident.units) == correlation.SHOWN_UNITS


def test_a_listed_car_that_passes_near_an_open_incident_is_tied_to_it_and_to_its_alert() -> None:
    """A stolen car two streets from the shooting, five minutes after it. Far away, hours later or after it is over,
    it is no part of it."""
    room = Room(site(), hotlist(*(listed(f"AAA{n}") for n in range(4))))
    room.tell(called("c1", 0), read("AAA0", 300, "R1"), read("AAA1", 301, "R2"), read("AAA2", 1801, "R1"))
    (near,) = room.incident.hits
    assert (near.plate, near.reader, near.at) == ("AAA0", "I-10 at exit 30", when(300))
    assert near.alert == room.alerts()[0].alert
    room.tell(hung_up("c1", 1802), changed("c9", 1803, text="nothing"), read("AAA3", 1804, "R1"))
    assert len(room.incidents[0].hits) == 1


def test_a_listed_car_that_had_passed_before_it_was_listed_is_tied_to_it_as_well() -> None:
    """The owner of the getaway car reports it twenty minutes later. Fails when only live hits are tied."""
    room = Room()
    room.tell(called("c1", 0), read("AAA0", 60, "R1"), hotlist(listed("AAA0"), s=1200))
    assert [near.plate for near in room.incident.hits] == ["AAA0"]


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_an_incident_joins_only_so_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runaway sender with one incident number: further calls go to a further incident."""
    monkeypatch.setattr(correlation, "MAX_JOINED", 10)
    room = Room()
    room.tell(*(called(f"c{n}", n, incident="26-1") for n in range(25)))
    assert [len(incident.calls) for incident in room.incidents] == [10, 10, 5]


def test_there_are_never_more_calls_and_incidents_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go, and everything that pointed to them; a word about a forgotten call opens it anew."""
    monkeypatch.setattr(calls, "MAX_CALLS", 20)
    monkeypatch.setattr(correlation, "MAX_INCIDENTS", 10)
    room = Room()
    room.tell(*(called(f"c{n}", n, LAT + n * 0.1) for n in range(60)))
    here = room.picture.incidents
    assert len(room.picture.calls.calls) == 20
    assert room.picture.calls.dropped == 40
    assert [incident.calls for incident in room.incidents] == [[f"cad/c{n}"] for n in range(50, 60)]
    assert here.open == list(here.incidents)
    assert set(here.by_call.values()) == set(here.incidents)
    room.tell(changed("c0", 100, lat=LAT, lon=LON), hung_up("c59", 101), hung_up("c1", 102))
    assert len(room.incidents) == 10


def test_what_ended_long_ago_is_let_go() -> None:
    """After hours, not at once: the shift wants to look back."""
    room = Room()
    room.tell(called("c1", 0), hung_up("c1", 60))
    room.tell(called("c2", 3 * 3600, LAT + 1))
    assert len(room.incidents) == 2
    room.tell(called("c3", 24 * 3600, LAT + 2))
    assert [incident.calls for incident in room.incidents] == [["cad/c2"], ["cad/c3"]]
    assert list(room.picture.calls.calls) == ["cad/c2", "cad/c3"]


def test_what_has_nothing_to_do_with_calls_changes_none() -> None:
    room = Room(policy(), called("c1", 0))
    before = (room.incident.revision, list(room.incident.changes))
    room.tell(moved("SO-1", 1), flew("abc123", 2), read("ABC123", 3))
    assert (room.incident.revision, room.incident.changes) == before
