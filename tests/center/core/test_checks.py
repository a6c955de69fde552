"""Before a deputy is told of a listing, the records are asked whether it is still one."""

from __future__ import annotations

from typing import Any

from center.core.effects import Effect, Lookup, Send, WakeAt, Withdraw
from center.core.record_facts import LookupAnswered
from tests.center.core.facts import (
    Room,
    act,
    confirm,
    dismiss,
    hotlist,
    listed,
    of,
    read,
    refusal,
    site,
    the,
    when,
    woke,
)


def said(lookup: Effect, s: float, *reasons: str, trouble: str = "") -> LookupAnswered:
    return LookupAnswered(at=when(s), source="records", answers=lookup.id, listed=reasons, trouble=trouble)


def raised() -> tuple[Room, list[Effect]]:
    """A lead, and what came with it. Units stand by, and there is no router to wait for."""
    room = Room(site(records=True), hotlist(listed("ABC123", case="26-1")))
    room.places()
    return room, room.tell(read("ABC123", 1, lat=None, lon=None, reader="elsewhere"))


def confirmed() -> tuple[Room, list[Effect]]:
    """A lead that was on file when it was raised, and what came with a person's confirmation."""
    room, effects = raised()
    room.tell(said(the(Lookup, effects), 2, "stolen"))
    return room, room.tell(confirm(room.alert().alert, 10))


def test_a_lead_is_asked_about_with_purpose_and_case() -> None:
    room, effects = raised()
    lookup = the(Lookup, effects)
    assert (lookup.plate, lookup.state, lookup.purpose, lookup.case) == ("ABC123", "LA", "C", "26-1")
    assert room.alert().check == "asked"
    room.tell(said(lookup, 2, "stolen"))
    assert (room.alert().check, room.alert().checked_at, room.alert().state) == ("listed", when(2), "raised")


def test_a_site_without_records_asks_nobody() -> None:
    room = Room(site(), hotlist(listed("ABC123")))
    assert of(Lookup, room.tell(read("ABC123", 1))) == []
    assert room.alert().check == ""


def test_a_confirmed_listing_is_looked_up_again_and_nobody_is_told_before_the_answer() -> None:
    """In the operator's name. Fails when the answer of half an hour ago counts."""
    room, effects = confirmed()
    lookup = the(Lookup, effects)
    assert (lookup.operator, of(Send, effects), room.alert().state) == ("ada", [], "acknowledged")
    told = room.tell(said(lookup, 11, "stolen"))
    assert {send.verified_by for send in of(Send, told)} == {"ada"}
    assert len(of(Send, told)) == 3
    assert (room.alert().state, room.alert().disposition, room.alert().check) == ("confirmed", "correct", "listed")


def test_a_car_that_was_recovered_is_shown_as_such_and_reaches_no_deputy() -> None:
    room, effects = confirmed()
    told = room.tell(said(the(Lookup, effects), 11))
    assert of(Send, told) == []
    assert (room.alert().state, room.alert().check) == ("acknowledged", "not-listed")
    assert room.alert().detail == "the records say that it is not listed any more"
    room.tell(dismiss(room.alert().alert, 20, "stale-listing"))
    assert room.alert().disposition == "stale-listing"


def test_confirming_it_again_only_asks_again() -> None:
    """Not even with the words that go for what could not be checked."""
    room, effects = confirmed()
    room.tell(said(the(Lookup, effects), 11))
    again = room.tell(act("alert.confirm", room.alert().alert, 20, action="x", note="unchecked"))
    assert of(Send, again) == []
    assert the(Lookup, again)


def test_when_no_answer_comes_in_time_the_operator_decides() -> None:
    room, effects = confirmed()
    lookup, timer = the(Lookup, effects), the(WakeAt, effects)
    assert timer.when == when(10 + room.picture.site.policy.check_patience_s)
    late = room.tell(woke(timer, 15))
    assert [one.request for one in of(Withdraw, late)] == [lookup.id]
    assert (room.alert().state, room.alert().check, of(Send, late)) == ("acknowledged", "not-checked", [])
    assert of(Send, room.tell(said(lookup, 16, "stolen"))) == [], "too late"
    told = room.tell(
        act("alert.confirm", room.alert().alert, 20, action="units sent", note="Unchecked: switch is down")
    )
    assert {send.note for send in of(Send, told)} == {"units sent; not checked with the records"}


def test_trouble_is_no_word_about_the_plate() -> None:
    room, effects = confirmed()
    room.tell(said(the(Lookup, effects), 11, trouble="the records answered 504"))
    assert room.alert().check == "not-checked"


def test_while_the_records_are_asked_nobody_else_confirms() -> None:
    room, _ = confirmed()
    assert refusal(room.tell(confirm(room.alert().alert, 10.5, "sue"))) == "the records are being asked"


def test_a_lead_dismissed_meanwhile_stays_dismissed() -> None:
    room, effects = confirmed()
    room.tell(dismiss(room.alert().alert, 10.5, "misread"))
    assert of(Send, room.tell(said(the(Lookup, effects), 11, "stolen"))) == []
    assert room.alert().disposition == "misread"


def test_a_center_that_takes_over_still_waits_for_the_same_answer() -> None:
    room, effects = confirmed()
    room.restart()
    lookup = the(Lookup, effects)
    assert room.picture.pending[lookup.id] == lookup
    told = room.tell(said(lookup, 11, "stolen"))
    assert len(of(Send, told)) == 3
    kept: Any = room.picture.checks
    assert (kept.asked, kept.timers, lookup.id in room.picture.pending) == ({}, {}, False)
