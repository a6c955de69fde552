"""What a person must look at now, and what was done about it."""

from __future__ import annotations

import pytest

from center.api import views
from center.core import alerting, hotlists
from center.core.effects import Notify, Reply
from center.core.events import FeedFellQuiet, FeedRecovered, HotlistChanged
from tests.center.core.facts import (
    Room,
    act,
    confirm,
    dismiss,
    hotlist,
    listed,
    of,
    policy,
    read,
    refusal,
    reported,
    site,
    the,
    when,
)

DAY_S = 24 * 3600


def quiet(feed: str, s: float) -> FeedFellQuiet:
    return FeedFellQuiet(at=when(s), source=feed, feed=feed)


def recovered(feed: str, s: float) -> FeedRecovered:
    return FeedRecovered(at=when(s), source=feed, feed=feed)


def stolen(*more: str) -> Room:
    """ABC123 is listed (and others), and has just passed R1."""
    return Room(site(), hotlist(listed("ABC123"), *map(listed, more)), read("ABC123", 1))


# --- one matter, one alert --------------------------------------------------------------------------------------------


def test_ten_reads_of_one_car_are_one_alert() -> None:
    """It passes ten readers: one bell, ten reads, and each is shown. Fails when every hit raises."""
    room = stolen()
    for n in range(2, 11):
        effects = room.tell(read("ABC123", n, f"R{n}"))
        notify = the(Notify, effects)
        assert (notify.topic, notify.subject, notify.revision) == ("alert", room.alert().alert, n)
    assert room.alert().reads_in_all == 10
    assert [hit.read.reader for hit in room.alert().reads] == [f"R{n}" for n in range(1, 11)]


def test_a_second_list_with_the_same_car_does_not_make_two_passages_of_one() -> None:
    """The list looks back and finds the read that has raised the alert. Fails when it is filed again: the track would
    show the car at one reader twice."""
    room = stolen()
    assert room.tell(hotlist(listed("ABC123"), name="second", s=2)) == []
    assert room.alert().reads_in_all == len(room.alert().reads) == 1
    room.tell(read("ABC123", 3, "R2"))
    assert room.alert().reads_in_all == 2


def test_another_spelling_of_the_same_car_is_the_same_alert() -> None:
    """The list's zero, the camera's O and a doubtful 8 are all one listing."""
    room = Room(site(), hotlist(listed("AB0123")))
    room.tell(read("ABO123", 1), read("AB0123", 2), read("A8O123", 3, confidence=0.5))
    assert room.alert().reads_in_all == 3


def test_the_same_plate_of_two_states_is_two_matters() -> None:
    room = Room(site(), hotlist(listed("ABC123", "LA"), listed("ABC123", "TX")))
    room.tell(read("ABC123", 1, state="LA"), read("ABC123", 2, state="TX"))
    assert len(room.alerts()) == 2


def test_a_car_parked_before_a_reader_does_not_fill_the_memory_and_stays_findable() -> None:
    """A thousand reads: the first is kept because it says why, and the newest because it says where the car is now.
    Fails when the list is merely cut off: deputies would be sent to where it was an hour ago."""
    room = stolen()
    room.tell(*(read("ABC123", n, "R1") for n in range(2, 1000)), read("ABC123", 1000, "R2"))
    shown = room.alert().reads
    assert len(shown) == alerting.MAX_READS_SHOWN
    assert room.alert().reads_in_all == 1000
    assert (shown[0].read.at, shown[-1].read.at) == (when(1), when(1000))


# --- what a person does -----------------------------------------------------------------------------------------------


def test_a_hit_stays_a_lead_until_a_person_confirms_it() -> None:
    """Raised, taken by somebody, confirmed: each step with who, when and what was done."""
    room = stolen()
    alert = room.alert()
    room.tell(act("alert.acknowledge", alert.alert, 5))
    assert alert.state == "acknowledged"
    room.tell(act("alert.confirm", alert.alert, 9, "sue", action="units sent", note="matches the picture"))
    assert (alert.state, alert.disposition, alert.closed_at) == ("confirmed", "correct", when(9))
    assert [(step.at, step.operator, step.act) for step in alert.history] == [
        (when(5), "ada", "acknowledge"),
        (when(9), "sue", "confirm"),
    ]
    last = alert.history[-1]
    assert (last.disposition, last.action, last.note) == ("correct", "units sent", "matches the picture")


@pytest.mark.parametrize("disposition", ["wrong-state", "misread", "stale-listing", "dismissed"])
def test_a_dismissal_says_why(disposition: str) -> None:
    room = stolen()
    room.tell(dismiss(room.alert().alert, 5, disposition))
    assert (room.alert().state, room.alert().disposition) == ("dismissed", disposition)


@pytest.mark.parametrize("disposition", ["correct", "other", "", None])
def test_a_dismissal_without_a_known_reason_is_none(disposition: str | None) -> None:
    """Nor can a hit be dismissed as correct."""
    room = stolen()
    said = {"disposition": disposition} if disposition is not None else {}
    why = refusal(room.tell(act("alert.dismiss", room.alert().alert, 5, action="none", **said)))
    assert why == "the disposition must be one of wrong-state, misread, stale-listing, dismissed"
    assert room.alert().state == "raised"


@pytest.mark.parametrize("what", ["alert.confirm", "alert.dismiss"])
def test_no_decision_without_the_action_taken(what: str) -> None:
    room = stolen()
    why = refusal(room.tell(act(what, room.alert().alert, 5, disposition="misread")))
    assert why == "the action taken is missing"
    assert (room.alert().state, room.alert().history) == ("raised", [])


def test_who_comes_second_is_told_who_was_first() -> None:
    """Two operators decide at once: the second is late, and changes nothing."""
    room = stolen()
    room.tell(confirm(room.alert().alert, 5, "ada"))
    effects = room.tell(dismiss(room.alert().alert, 5, "misread", "sue"))
    reply = the(Reply, effects)
    assert (reply.granted, reply.late, reply.why) == (False, True, "ada has already confirmed it")
    assert room.alert().disposition == "correct"
    assert of(Notify, effects) == []


def test_acknowledging_twice_is_no_contradiction() -> None:
    """The second pair of eyes is welcome."""
    room = stolen()
    assert not refusal(room.tell(act("alert.acknowledge", room.alert().alert, 5, "ada")))
    assert not refusal(room.tell(act("alert.acknowledge", room.alert().alert, 6, "sue")))
    assert [step.operator for step in room.alert().history] == ["ada", "sue"]


def test_an_alert_that_does_not_exist_cannot_be_confirmed() -> None:
    room = stolen()
    effects = room.tell(confirm("a99.9", 5))
    assert refusal(effects) == "there is no alert a99.9"
    assert not the(Reply, effects).late


# --- what stays closed, and what does not -----------------------------------------------------------------------------


def closed_as(disposition: str) -> Room:
    room = stolen("DEF456")
    subject = room.alert().alert
    room.tell(confirm(subject, 5) if disposition == "correct" else dismiss(subject, 5, disposition))
    return room


@pytest.mark.parametrize("disposition", ["correct", "misread", "wrong-state", "stale-listing", "dismissed"])
def test_what_a_person_has_closed_does_not_ring_again_for_the_same_read(disposition: str) -> None:
    """The misread neighbour drives past every morning. The reads are kept with the closed alert."""
    room = closed_as(disposition)
    room.tell(read("ABC123", 60), read("ABC123", 120, "R2"))
    assert room.alert().reads_in_all == 3


@pytest.mark.parametrize(
    ("disposition", "rings"),
    [("correct", True), ("misread", False), ("wrong-state", False), ("stale-listing", False), ("dismissed", True)],
)
def test_some_judgements_wear_off(disposition: str, rings: bool) -> None:
    """After the lookback a confirmed car is stolen again, and one that was let go for want of a unit is wanted again;
    a misread stays a misread. Fails when a dismissal silences a stolen car for ever."""
    room = closed_as(disposition)
    room.tell(read("ABC123", 5 + DAY_S))
    assert len(room.alerts()) == 1
    room.tell(read("ABC123", 5 + DAY_S + 1))
    assert len(room.alerts()) == (2 if rings else 1)


def test_the_real_car_rings_after_a_misread_was_dismissed() -> None:
    """A8C123 was somebody else; now ABC123 itself passes."""
    room = Room(site(), hotlist(listed("ABC123")), read("A8C123", 1, confidence=0.5))
    room.tell(dismiss(room.alert().alert, 5, "misread"), read("A8C123", 60, confidence=0.5))
    assert len(room.alerts()) == 1
    room.tell(read("ABC123", 61))
    assert [alert.state for alert in room.alerts()] == ["dismissed", "raised"]


def test_the_real_car_rings_after_its_namesake_of_another_state_was_dismissed() -> None:
    """The Texan with the same letters was waved off; the stolen car is from Louisiana and now it passes. Fails when
    only letters are remembered: the one car we want would be the one we never hear of."""
    room = Room(site(), hotlist(listed("ABC123", "LA")), read("ABC123", 1, state="TX"))
    room.tell(dismiss(room.alert().alert, 5, "wrong-state"), read("ABC123", 60, state="TX"))
    assert len(room.alerts()) == 1
    room.tell(read("ABC123", 61, state="LA"))
    assert [alert.state for alert in room.alerts()] == ["dismissed", "raised"]


def test_a_stale_listing_rings_again_when_the_list_still_has_it() -> None:
    """It should have been taken off. The next version still lists it, so somebody means it."""
    room = closed_as("stale-listing")
    room.tell(read("ABC123", 60))
    assert len(room.alerts()) == 1
    room.tell(hotlist(listed("ABC123"), listed("DEF456"), version="v2", s=70), read("ABC123", 80))
    assert [alert.version for alert in room.alerts()] == ["v1", "v2"]


def test_closed_alerts_are_let_go_oldest_first_and_open_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MAX_CLOSED", 3)
    names = [f"AAA{n:03}" for n in range(8)]
    room = Room(site(), hotlist(*map(listed, names)))
    room.tell(*(read(name, n) for n, name in enumerate(names)))
    first, *others = [alert.alert for alert in room.alerts()]
    room.tell(*(dismiss(alert, 100, "misread") for alert in others))
    assert [alert.alert for alert in room.alerts()] == [first, *others[-3:]]
    assert sorted(room.picture.alerts.current.values()) == sorted([first, *others[-3:]])
    room.tell(read("AAA001", 200))
    assert room.alerts()[-1].state == "raised", "what was let go is news again"


# --- other matters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["SO-1", "modem-1", "mdt-1", "PD-1"])
def test_an_emergency_button_is_an_alert_of_its_unit_whichever_device_says_so(device: str) -> None:
    """Partners' deputies too."""
    room = Room()
    room.tell(reported(device, 1, "emergency", "shots fired"))
    alert = room.alert("unit-emergency")
    assert (alert.subject, alert.detail) == (room.picture.site.unit_of[device], "shots fired")
    assert "pressed the emergency button" in alert.headline


def test_a_car_that_reports_a_crash_is_an_alert_although_nobody_pressed_anything() -> None:
    """Whoever was hurt cannot press; what the sensor measured is the detail."""
    room = Room()
    room.tell(reported("SO-1", 1, "crash", "13 m/s"))
    alert = room.alert("unit-emergency")
    assert (alert.subject, alert.headline, alert.detail) == ("SO-1", "SO-1 reports a crash", "13 m/s")


def test_pressing_it_again_updates_and_after_it_was_dealt_with_rings_anew() -> None:
    room = Room()
    room.tell(reported("SO-1", 1, "emergency"), reported("SO-1", 2, "emergency", "north door"))
    assert room.alert("unit-emergency").detail == "north door"
    room.tell(confirm(room.alert("unit-emergency").alert, 3), reported("SO-1", 4, "emergency"))
    assert [alert.state for alert in room.alerts("unit-emergency")] == ["confirmed", "raised"]


def test_a_flood_of_made_up_units_in_distress_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can send a datagram must not be able to fill the room with alerts; the roster's still come through."""
    monkeypatch.setattr("center.core.units.MAX_STRANGERS", 10)
    room = Room()
    room.tell(*(reported(f"ghost-{n}", n, "emergency") for n in range(100)))
    assert len(room.alerts("unit-emergency")) == 10
    room.tell(reported("SO-1", 200, "emergency"))
    assert room.alerts("unit-emergency")[-1].subject == "SO-1"


def test_a_silent_feed_is_an_alert_that_closes_itself() -> None:
    """The room learns that it is blind, and that it sees again; nobody has to tidy up."""
    room = Room()
    room.tell(quiet("avl", 1), quiet("lpr", 2), quiet("avl", 3))
    assert [(alert.subject, alert.state) for alert in room.alerts("feed-quiet")] == [
        ("avl", "raised"),
        ("lpr", "raised"),
    ]
    effects = room.tell(recovered("avl", 4))
    avl, lpr = room.alerts("feed-quiet")
    assert (avl.state, avl.history[-1].act, lpr.state) == ("dismissed", "recovered", "raised")
    assert the(Notify, effects).subject == avl.alert
    reply = the(Reply, room.tell(act("alert.acknowledge", avl.alert, 5)))
    assert (reply.late, reply.why) == (True, "the center has already dismissed it")


def test_a_feed_that_falls_silent_again_is_a_new_alert() -> None:
    room = Room()
    room.tell(quiet("avl", 1), recovered("avl", 2), recovered("avl", 3), quiet("avl", 4))
    assert [alert.state for alert in room.alerts("feed-quiet")] == ["dismissed", "raised"]


def test_a_feed_that_was_never_missed_recovers_without_a_word() -> None:
    """Every feed 'recovers' when it is first heard."""
    assert Room().tell(recovered("avl", 1)) == []


def test_a_refused_list_is_told_once_for_as_long_as_it_is_refused() -> None:
    room = Room(site(), hotlist(*(listed(f"AAA{n}") for n in range(10))))
    for n in range(3):
        room.tell(hotlist(version=f"bad-{n}", s=n))
    alert = room.alert("hotlist-refused")
    assert (alert.subject, alert.headline) == ("state", "Hotlist state was not taken over")
    assert alert.detail.startswith("version bad-2 has 0 listings")


def test_deputies_are_sent_only_for_plates() -> None:
    """Confirming that a feed is silent sends nobody anywhere."""
    room = Room()
    room.places()
    room.tell(quiet("avl", 1))
    effects = room.tell(confirm(room.alert("feed-quiet").alert, 2))
    assert {type(effect).__name__ for effect in effects} == {"Audit", "Notify", "Reply"}


def test_an_alert_names_the_list_as_it_was_when_it_was_raised() -> None:
    """A later version does not rewrite what the operator based the decision on."""
    room = Room(policy(), hotlist(listed("ABC123", case="26-1"), issued=0), read("ABC123", 1))
    room.tell(hotlist(listed("ABC123", case="26-9"), version="v2", issued=10, s=20))
    assert (room.alert().version, room.alert().issued) == ("v1", when(0))
    listing = room.alert().listing
    assert listing is not None
    assert listing.case == "26-1"
    assert hotlists.age(room.picture.plates.hotlists["state"], when(30)) == 20


def test_what_has_been_taken_off_its_list_goes_to_nobody_by_accident() -> None:
    """A removal, a whole list without it, an expiry: the room is shown, and a confirmation is refused until somebody
    writes that it is unchecked. Back on the list, it is as it was; what another list of the room says counts."""
    room = Room()
    room.tell(hotlist(listed("ABC123", case="c1", expires=when(500))), read("ABC123", 1))
    name = room.alert().alert
    gone = HotlistChanged(at=when(2), source="hotlist", hotlist="state", version="+", removed=(listed("ABC123"),))
    effects = room.tell(gone)
    assert [effect.subject for effect in of(Notify, effects)] == [name]
    assert views.alert(room.alert(), room.picture).listing.off  # type: ignore[union-attr]  # a hit has one
    assert refusal(room.tell(confirm(name, 3))).startswith("it is on state no more")
    room.tell(hotlist(listed("ABC123", reason="bolo"), s=4, name="parish"))
    assert not alerting.is_off(room.alert(), room.picture)
    room.tell(hotlist(listed("NIL001"), s=5, name="parish", version="v2"))
    assert refusal(room.tell(confirm(name, 6))).startswith("it is on state no more")
    room.tell(hotlist(listed("ABC123", case="c1", color="RED", expires=when(500)), s=7, version="v2"))
    assert not views.alert(room.alert(), room.picture).listing.off  # type: ignore[union-attr]
    assert refusal(room.tell(confirm(name, 501))).startswith("it is on state no more")
    room.tell(act("alert.confirm", name, 502, action="units sent", note="unchecked, by telephone"))
    assert room.alert().state == "confirmed"
