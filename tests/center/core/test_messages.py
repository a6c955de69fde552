"""What the street is told, and whether it heard."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from center.core import messages
from center.core.center import Center
from center.core.effects import Effect, Notify, Reply, Request, Route, Send, WakeAt, Withdraw
from tests.center.core.facts import (
    LAT,
    LON,
    UNITS,
    Room,
    acked,
    act,
    confirm,
    hotlist,
    listed,
    moved,
    of,
    policy,
    read,
    refusal,
    reported,
    route,
    routed,
    sends,
    site,
    the,
    timer,
    when,
    woke,
)

AT_R1 = 10.0
"""When the hit is confirmed."""


def confirmed(room: Room, s: float = AT_R1) -> list[Effect]:
    """ABC123 passes R1 and is confirmed: what follows."""
    room.tell(hotlist(listed("ABC123", color="RED", make="FORD"), s=s - 2), read("ABC123", s - 1))
    return room.tell(confirm(room.alert().alert, s))


def by_road(room: Room, s: float = AT_R1) -> list[Effect]:
    """The same, and the router has answered in the order of the map."""
    asked = route(confirmed(room, s))
    return room.tell(routed(asked, s + 0.1, **{stand.unit: n for n, stand in enumerate(asked.candidates)}))


def with_units(*units: str, **numbers: float) -> Room:
    room = Room(policy(**{"ahead_s": 0} | numbers))
    room.places(units or ("SO-1", "SO-2", "SO-3", "SO-4", "SO-5"))
    return room


# --- who is told ------------------------------------------------------------------------------------------------------


def test_the_nearest_by_road_are_told_not_the_nearest_by_air() -> None:
    """SO-1 stands across the river. Fails when the router's order is not used."""
    room = with_units()
    asked = route(confirmed(room))
    assert (asked.lat, asked.lon) == (LAT, LON)
    told = room.tell(routed(asked, AT_R1 + 0.2, SO_5=60.0, SO_4=70.0, SO_2=80.0, SO_1=900.0))
    assert sends(told) == ["SO-5", "SO-4", "SO-2"]
    assert all(send.level == 0 for send in of(Send, told))


def test_a_message_says_what_a_deputy_needs_and_who_vouches_for_it() -> None:
    room = with_units()
    send = of(Send, by_road(room))[0]
    assert (send.kind, send.terminal, send.sent) == ("hotlist-hit", "mdt-1", when(AT_R1 + 0.1))
    assert (send.plate, send.vehicle, send.lat, send.lon) == ("ABC123 LA", "RED FORD", LAT, LON)
    assert (send.note, send.verified_by) == ("units sent", "ada")
    assert send.headline == room.alert().headline


def test_deputies_are_sent_to_where_the_car_was_seen_last() -> None:
    """Not to where it was seen first. Backward reads that came later in the list were earlier in the day."""
    room = with_units()
    room.tell(read("ABC123", 1, "R2"), hotlist(listed("ABC123"), s=2), read("ABC123", 5, "R1"))
    assert route(room.tell(confirm(room.alert().alert, 6))).lon == LON


def test_a_router_that_is_silent_does_not_keep_the_street_waiting() -> None:
    """After three seconds distance must do, and the router's late answer changes nothing. Fails when the desk waits."""
    room = with_units()
    asked = confirmed(room)
    assert timer(asked).when == when(AT_R1 + 3)
    told = room.tell(woke(timer(asked), AT_R1 + 3))
    assert sends(told) == ["SO-1", "SO-2", "SO-3"]
    assert the(Withdraw, told).request == route(asked).id
    assert room.tell(routed(route(asked), AT_R1 + 4, SO_5=1.0)) == []


def test_units_the_router_cannot_place_are_tried_last_not_never() -> None:
    """An island, a gap in the map: SO-3 is the only one with a road time, the others follow by distance."""
    room = with_units()
    assert sends(room.tell(routed(route(confirmed(room)), AT_R1 + 1, SO_3=50.0))) == ["SO-3", "SO-1", "SO-2"]


def test_a_router_that_names_a_unit_twice_or_one_that_was_not_asked_about_sends_nobody_twice() -> None:
    room = with_units("SO-1", "SO-2")
    asked = route(confirmed(room))
    answer = routed(asked, AT_R1 + 1, SO_1=5.0, PD_1=6.0)
    twice = type(answer)(at=answer.at, source="router", answers=asked.id, times=answer.times * 2)
    assert sends(room.tell(twice)) == ["SO-1", "SO-2"]


@pytest.mark.parametrize("number", [1, 2, 5])
def test_how_many_are_told_is_the_sites_to_say(number: int) -> None:
    assert len(sends(by_road(with_units(notify_units=number)))) == number


def test_only_own_units_with_a_terminal_and_a_fresh_position_are_told() -> None:
    """PD-1 is the nearest but a partner's; the boat has no terminal; SO-3 has not been heard for an hour; SO-4 is off
    duty, SO-5 has troubles of its own; SO-6 never had a fix."""
    room = Room()
    room.tell(moved("SO-3", -3600, LAT))
    room.places(("PD-1", "SO-BOAT", "SO-4", "SO-5", "SO-2", "SO-1"))
    room.tell(reported("SO-4", 1, "out-of-service"), reported("SO-5", 1, "emergency"), reported("SO-6", 1, "available"))
    asked = route(confirmed(room))
    assert [stand.unit for stand in asked.candidates] == ["SO-2", "SO-1"]
    assert sends(room.tell(routed(asked, AT_R1 + 1))) == ["SO-2", "SO-1"]


@pytest.mark.parametrize("status", ["crash", "off-duty"])
def test_a_unit_that_has_crashed_or_signed_off_is_not_sent_anywhere(status: str) -> None:
    """It would not come; the farther one would."""
    room = Room()
    room.places(("SO-1", "SO-2"))
    room.tell(reported("SO-1", 1, status))
    assert [stand.unit for stand in route(confirmed(room)).candidates] == ["SO-2"]


def test_equally_near_units_are_told_in_order_of_their_names() -> None:
    """Whoever spoke first. A ranking that ends in no name would differ between a center and its standby."""
    room = Room()
    for unit in ("SO-3", "SO-1", "SO-2"):
        room.tell(moved(unit, 0, LAT + 0.01))
    assert [stand.unit for stand in route(confirmed(room)).candidates] == ["SO-1", "SO-2", "SO-3"]


def test_when_there_is_nobody_to_tell_the_room_learns_it_at_once() -> None:
    room = Room()
    effects = confirmed(room)
    assert not any(isinstance(effect, Request) for effect in effects)
    assert room.alert("unacknowledged").headline == f"Nobody has acknowledged: {room.alert().headline}"
    assert room.picture.messages.dispatches == {}


def test_a_hit_without_a_place_is_told_without_waiting_for_a_road() -> None:
    """A mobile reader with no fix: the first units by name are told."""
    room = with_units()
    room.tell(hotlist(listed("ABC123"), s=1), read("ABC123", 2, "car-9"))
    effects = room.tell(confirm(room.alert().alert, 3))
    assert of(Route, effects) == []
    assert sends(effects) == ["SO-1", "SO-2", "SO-3"]


# --- who has heard ----------------------------------------------------------------------------------------------------


def test_an_acknowledgement_settles_its_message_and_is_shown() -> None:
    """With the time it came; the request is owed no more."""
    room = with_units()
    told = by_road(room)
    first = of(Send, told)[0]
    effects = room.tell(acked(first, 15, "SO-1"))
    message = room.picture.messages.messages[first.id]
    assert (message.state, message.acked_at) == ("acked", when(15))
    assert the(Notify, effects).subject == room.alert().alert
    assert first.id not in room.picture.pending
    assert room.tell(acked(first, 16, "SO-1")) == [], "the terminal says it again"
    assert message.acked_at == when(15)


@pytest.mark.parametrize("name", ["SO-1", "modem-1", "mdt-1"])
def test_a_terminal_may_sign_with_any_of_its_units_names(name: str) -> None:
    """Fails when a terminal has a name of its own and the roster does not know it by that."""
    room = with_units()
    first = of(Send, by_road(room))[0]
    room.tell(acked(first, 15, name))
    assert room.picture.messages.messages[first.id].state == "acked"


def test_another_units_acknowledgement_settles_nothing() -> None:
    """Nobody can answer for a deputy who has not seen the message: not in the list, and not in what a restarted center
    sends again. Fails when any answer to a request ends it."""
    room = with_units()
    first = of(Send, by_road(room))[0]
    assert room.tell(acked(first, 15, "SO-2"), acked(first, 15, "PD-1")) == []
    assert room.picture.messages.messages[first.id].state == "sent"
    assert first.id in room.picture.pending


def test_a_terminals_word_stops_no_timer() -> None:
    """A terminal that acknowledges ids it was never sent (they are easy to guess) cannot end the escalation."""
    room = with_units()
    told = by_road(room)
    room.tell(acked(timer(told), 12, "SO-1"))
    assert timer(told).id in room.picture.pending
    assert sends(room.tell(woke(timer(told), 41))) == ["SO-4", "SO-5"]


# --- escalation -------------------------------------------------------------------------------------------------------


def test_whoever_is_silent_is_replaced_by_the_next() -> None:
    """Three told, one answers: two more are told half a minute later, one level up, and the silent are not waited for.
    Fails when silence is not noticed."""
    room = with_units("SO-1", "SO-2", "SO-3", "SO-4", "SO-5", "SO-6")
    told = by_road(room)
    assert timer(told).when == when(AT_R1 + 0.1 + 30)
    room.tell(acked(of(Send, told)[1], 20, "SO-2"))
    more = room.tell(woke(timer(told), 41))
    assert [(send.unit, send.level) for send in of(Send, more)] == [("SO-4", 1), ("SO-5", 1)]
    silent = {of(Send, told)[0].id, of(Send, told)[2].id}
    assert {withdrawn.request for withdrawn in of(Withdraw, more)} == silent
    assert not silent & room.picture.pending.keys()
    assert {m.state for m in room.picture.messages.messages.values() if m.message in silent} == {"silent"}


def test_when_all_have_answered_nobody_else_is_told() -> None:
    room = with_units()
    told = by_road(room)
    room.tell(*(acked(send, 15, send.unit) for send in of(Send, told)))
    after = room.tell(woke(timer(told), 41))
    assert not any(isinstance(effect, Request) for effect in after)
    assert room.picture.messages.dispatches == {}
    assert room.picture.pending == {}
    assert room.alerts("unacknowledged") == []


def test_when_nobody_answers_however_far_it_goes_the_room_is_told() -> None:
    """First three, then three, then three; then a person must use the radio. As many levels as the site allows."""
    room = with_units(*(f"SO-{n}" for n in range(1, 9)), escalations=2, escalate_after_s=20)
    effects, levels = by_road(room), []
    for s in (40, 70, 100):
        levels.append([(send.unit, send.level) for send in of(Send, effects)])
        assert room.alerts("unacknowledged") == []
        effects = room.tell(woke(timer(effects), s))
    assert levels == [
        [("SO-1", 0), ("SO-2", 0), ("SO-3", 0)],
        [("SO-4", 1), ("SO-5", 1), ("SO-6", 1)],
        [("SO-7", 2), ("SO-8", 2)],
    ]
    assert of(Send, effects) == []
    assert room.alert("unacknowledged").subject == room.alert().alert
    assert room.picture.pending == {}


def test_no_more_levels_than_the_site_allows() -> None:
    room = with_units("SO-1", "SO-2", "SO-3", "SO-4", notify_units=1, escalations=1)
    effects = by_road(room)
    effects = room.tell(woke(timer(effects), 41))
    assert sends(effects) == ["SO-2"]
    assert sends(room.tell(woke(timer(effects), 72))) == []
    assert room.alert("unacknowledged")


def test_a_late_answer_still_counts() -> None:
    """SO-1 was in a dead spot and answers a minute later: it has heard, whatever the list said, and the room is not
    told that nobody did. Fails when only the last level's answers count."""
    room = with_units("SO-1", "SO-2", notify_units=1, escalations=1)
    told = by_road(room)
    more = room.tell(woke(timer(told), 41))
    room.tell(acked(of(Send, told)[0], 50, "SO-1"))
    assert [m.state for m in room.picture.messages.messages.values()] == ["acked", "sent"]
    room.tell(woke(timer(more), 72))
    assert room.alerts("unacknowledged") == []


def test_a_unit_that_left_the_roster_meanwhile_is_passed_over() -> None:
    """The site file was changed during an escalation, and with it who may be told. Fails when the roster of yesterday
    is trusted: the center would stop, and stop again at every restart."""
    room = with_units("SO-1", "SO-2", "SO-3", "SO-4", notify_units=1)
    told = by_road(room)
    without = tuple(unit for unit in UNITS if unit.unit not in ("SO-2", "SO-3"))
    room.tell(site(20, units=without))
    more = room.tell(woke(timer(told), 41))
    assert sends(more) == ["SO-4"]
    room.tell(site(42, units=()))
    assert sends(room.tell(woke(timer(more), 72))) == []
    assert room.alert("unacknowledged")


@pytest.mark.parametrize(
    "changed",
    [
        {"units": tuple(structs.replace(unit, terminal=None) if unit.unit == "SO-2" else unit for unit in UNITS)},
        {"units": tuple(structs.replace(unit, agency="LCPD") if unit.unit == "SO-2" else unit for unit in UNITS)},
    ],
)
def test_a_unit_that_may_no_longer_be_told_meanwhile_is_passed_over(changed: dict[str, Any]) -> None:
    """Its terminal was taken out, or it went over to a partner: the roster of now decides."""
    room = with_units("SO-1", "SO-2", "SO-3", notify_units=1)
    told = by_road(room)
    room.tell(site(20, **changed))
    assert sends(room.tell(woke(timer(told), 41)))[0] == "SO-3"


def test_a_restart_in_the_middle_goes_on_where_it_was() -> None:
    """What was owed is still owed, and the same units come next."""
    room = with_units()
    told = by_road(room)
    owed = dict(room.picture.pending)
    room.restart()
    assert room.picture.pending == owed
    assert {type(request) for request in owed.values()} == {Send, WakeAt}
    assert sends(room.tell(woke(timer(told), 41))) == ["SO-4", "SO-5"]


# --- an operator's own words ------------------------------------------------------------------------------------------


def test_an_operators_words_reach_the_one_terminal_they_are_for() -> None:
    room = Room()
    effects = room.tell(act("unit.message", "SO-7", 1, text="  call the desk  "))
    send = the(Send, effects)
    assert (send.unit, send.terminal, send.kind, send.headline) == ("SO-7", "mdt-7", "text", "call the desk")
    assert (send.verified_by, send.level) == ("ada", 0)
    assert the(Reply, effects).granted
    room.tell(acked(send, 5, "SO-7"), woke(timer(effects), 31))
    assert room.picture.pending == {}
    assert room.alerts("unacknowledged") == []


@pytest.mark.parametrize(
    ("unit", "text", "why"),
    [
        ("SO-7", "   ", "the text is empty"),
        ("SO-BOAT", "hello", "SO-BOAT has no terminal"),
        ("PD-1", "hello", "not a unit of an own agency"),
        ("SO-99", "hello", "not a unit of an own agency"),
    ],
)
def test_words_that_cannot_arrive_are_refused(unit: str, text: str, why: str) -> None:
    room = Room()
    effects = room.tell(act("unit.message", unit, 1, text=text))
    assert why in refusal(effects)
    assert of(Send, effects) == []


def test_a_message_is_no_longer_than_a_terminal_shows() -> None:
    room = Room()
    assert len(the(Send, room.tell(act("unit.message", "SO-1", 1, text="x" * 5000))).headline) == messages.MAX_TEXT


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_old_messages_are_let_go_but_none_of_a_matter_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledged or not: while the escalation runs, its messages are needed."""
    monkeypatch.setattr(messages, "MAX_MESSAGES", 20)
    room = with_units()
    told = by_road(room)
    room.tell(acked(of(Send, told)[0], 12, "SO-1"))
    for n in range(60):
        effects = room.tell(act("unit.message", "SO-7", 13 + n / 100, text=f"number {n}"))
        room.tell(acked(the(Send, effects), 13.5 + n / 100, "SO-7"), woke(timer(effects), 14 + n / 100))
    here = room.picture.messages
    assert len(here.messages) <= 20
    assert [here.messages[send.id].state for send in of(Send, told)] == ["acked", "sent", "sent"]
    assert {name for names in here.of.values() for name in names} == set(here.messages)
    assert sends(room.tell(woke(timer(told), 41))) == ["SO-4", "SO-5"]


def test_an_answer_to_nothing_is_nothing() -> None:
    """Ids from before the journal, from another center, from nowhere."""
    room = Room()
    send = Send(id="m1.1", unit="SO-1", terminal="mdt-1", level=0, sent=when(0), kind="text", headline="")
    assert room.tell(acked(send, 1, "SO-1"), woke(send, 1), routed(send, 1, SO_1=1.0)) == []
    assert isinstance(room.center, Center)
