"""What is past its days leaves the picture; what somebody holds stays; and no kind of fact, no slice is overlooked."""

from __future__ import annotations

import msgspec
import pytest

from center.core.center import freeze
from center.core.effects import Audit, Effect, Forget, Reply
from center.core.events import DAY, AnyEvent, Micros, PlateRead, SiteLoaded
from center.core.forgetting import OF_SLICES
from center.core.picture import Picture
from center.core.retention import RetentionSlice, is_held, is_past
from center.core.retention_facts import KINDS, OF_NOBODY, Forgotten, Hold, Retention, RetentionDue
from tests.center.core.facts import T0, Room, act, called, hotlist, listed, moved, of, read, site, the, when


def kept(**days: int) -> SiteLoaded:
    return msgspec.structs.replace(site(), retention=Retention(**days))


def due(room: Room, days: float) -> list[Effect]:
    """Forgetting, so many days after the first fact."""
    return list(room.tell(RetentionDue(at=Micros(int(T0) + round(days * DAY)), source="retention")))


def place(room: Room, subject: str, s: float = 50, **said: str) -> Reply:
    acted = act("hold.place", subject, s, "sue", reason="trial", case="26-9", days="400", **said)
    return the(Reply, room.tell(acted))


# --- nothing is overlooked --------------------------------------------------------------------------------------------


def test_every_kind_of_fact_says_how_long_it_is_kept() -> None:
    """A fact that is added must say by whose days it goes, or that it is of nobody."""
    kinds = {kind.__name__ for kind in AnyEvent.__args__}
    assert {*KINDS, *OF_NOBODY} == kinds
    assert set(KINDS.values()) | {"hits", "pictures", "backups"} == {
        name.removesuffix("_days") for name in Retention.__struct_fields__
    }


def test_every_slice_of_the_picture_says_how_it_forgets() -> None:
    """A slice that is added must say what takes the past out of it, or why there is none."""
    slices = {
        field.name
        for field in msgspec.structs.fields(Picture)
        if field.name not in ("position", "serial", "now", "pending")
    }
    assert slices == OF_SLICES.keys()


# --- days -------------------------------------------------------------------------------------------------------------


def test_a_picture_forgets_what_is_past_its_days_and_names_none_of_it_any_more() -> None:
    """Reads, positions, calls, alerts that are over: no byte of them is in a snapshot. What is not past stays."""
    room = Room(kept(hits_days=40, calls_days=40), hotlist(listed("KTR482")))
    for fact in (moved("SO-1", 1), read("KTR482", 2), read("GXB771", 3), called("c-77", 4, address="12 Elm Street")):
        room.tell(fact)
    alert = room.alert().alert
    room.tell(act("alert.dismiss", alert, 5, "sue", action="none", disposition="misread"))
    due(room, 31)
    assert room.picture.units.units["SO-1"].lat is None
    assert not room.picture.plates.reads
    assert room.picture.calls.calls
    assert alert in room.picture.alerts.alerts
    due(room, 41)
    frozen = freeze(room.picture)
    for trace in (b"GXB771", b"12 Elm Street", b"c-77", b"R1/KTR482/2"):
        assert trace not in frozen, trace
    assert room.picture.plates.hotlists, "the list in force stays"


def test_an_alert_that_waits_for_a_person_waits_on() -> None:
    room = Room(kept(), hotlist(listed("KTR482")), read("KTR482", 2))
    due(room, 4000)
    assert room.alert().state == "raised"


@pytest.mark.parametrize(
    ("plate", "days", "past"), [("KTR482", 31, False), ("KTR482", 366, True), ("GXB771", 31, True)]
)
def test_a_read_that_an_alert_came_of_is_kept_by_other_days(plate: str, days: int, past: bool) -> None:
    room = Room(kept(), hotlist(listed("KTR482")), read("KTR482", 2), read("GXB771", 3))
    due(room, days)
    fact = read(plate, 2 if plate == "KTR482" else 3)
    assert isinstance(fact, PlateRead)
    assert is_past(fact, room.picture.retention) is past


def test_stores_are_asked_once_and_the_trail_has_what_came_of_it() -> None:
    """However often it is due meanwhile; what went is counted, and why not all did is said."""
    room = Room(kept())
    (forget,) = of(Forget, due(room, 31))
    assert of(Forget, due(room, 32)) == []
    told = room.tell(Forgotten(at=when(9), source="s", answers=forget.id, removed={"reads": 7}, trouble="b is away"))
    line = the(Audit, told)
    assert (line.act, line.subject, line.reason) == ("retention.done", "7 reads removed, 0 held", "b is away")
    assert len(of(Forget, due(room, 33))) == 1


# --- holds ------------------------------------------------------------------------------------------------------------


def test_what_a_hold_on_an_alert_keeps_is_its_reads_by_any_spelling_of_the_plate() -> None:
    """O and 0 look alike: the evidence is what passed, not how a camera spelt it."""
    room = Room(kept(), hotlist(listed("ABO123")), read("ABO123", 2))
    assert place(room, f"alert:{room.alert().alert}").granted
    due(room, 390)
    assert is_past(read("ABO123", 2), room.picture.retention)
    for spelt in ("ABO123", "AB0123"):
        assert is_held(read(spelt, 2), room.picture.retention)
    assert not is_held(read("GXB771", 2), room.picture.retention)


@pytest.mark.parametrize(
    ("subject", "said", "is_kept"),
    [
        ("unit:SO-1", {}, True),
        ("unit:SO-2", {}, False),
        ("all:", {"start": str(when(0)), "end": str(when(60))}, True),
        ("all:", {"start": str(when(30)), "end": str(when(60))}, False),
    ],
)
def test_a_hold_keeps_what_it_names_and_nothing_else(subject: str, said: dict[str, str], is_kept: bool) -> None:
    """A unit by what its devices go by on the wire; a time with all that is in it."""
    room = Room(kept())
    assert place(room, subject, **said).granted
    assert is_held(moved("modem-1", 1), room.picture.retention) is is_kept


def test_a_hold_on_an_incident_keeps_its_calls() -> None:
    room = Room(kept(), called("c-77", 1))
    place(room, f"incident:{room.incident.incident}")
    assert is_held(called("c-77", 1), room.picture.retention)
    assert not is_held(called("c-78", 1), room.picture.retention)
    due(room, 366)
    assert room.picture.calls.calls, "and the room sees it, too"


def test_with_an_incident_goes_with_whom_it_was_shared_and_since_when() -> None:
    """Fails when something of it is left that nothing leads to any more."""
    room = Room(kept(), called("c-77", 1))
    shared = the(Reply, room.tell(act("incident.share", room.incident.incident, 5, agency="LCPD", reason="theirs")))
    assert (shared.granted, len(room.picture.sharing.since)) == (True, 1)
    due(room, 366)
    assert (room.picture.sharing.of, room.picture.sharing.since) == ({}, {})


def test_a_hold_ends_by_itself_or_is_lifted_and_both_are_in_the_trail() -> None:
    room = Room(kept())
    lasting = place(room, "plate:KTR482").made
    assert due(room, 399)
    assert lasting in room.picture.retention.holds
    (expired,) = [line for line in of(Audit, due(room, 402)) if line.act == "hold.expired"]
    assert (expired.subject, expired.case) == ("plate:KTR482", "26-9")
    assert room.picture.retention.holds == {}
    again = place(room, "plate:KTR482", 59).made
    assert the(Reply, room.tell(act("hold.lift", again, 60, "sue", reason="acquitted"))).granted
    assert not the(Reply, room.tell(act("hold.lift", again, 61, "sue", reason="acquitted"))).granted
    assert room.picture.retention.holds == {}


@pytest.mark.parametrize(
    ("subject", "said", "why"),
    [
        ("plate:KTR482", {"days": "0"}, "from 1 to"),
        ("plate:KTR482", {"days": "soon"}, "from 1 to"),
        ("plate:", {}, "what is held is one of"),
        ("shoe:1", {}, "what is held is one of"),
        ("all:", {}, "at most seven days"),
        ("all:", {"start": "0", "end": str(8 * DAY)}, "at most seven days"),
    ],
)
def test_a_hold_on_nothing_or_on_everything_is_none(subject: str, said: dict[str, str], why: str) -> None:
    room = Room(kept())
    acted = act("hold.place", subject, 1, "sue", **{"reason": "trial", "case": "26-9", "days": "30", **said})
    reply = the(Reply, room.tell(acted))
    assert not reply.granted
    assert why in reply.why


def test_a_hold_is_looked_at_by_what_it_holds() -> None:
    """Without names and plates: all of a time; with either, that."""
    held = RetentionSlice(holds={"h1": Hold("h1", "sue", "r", "c", T0, T0, "plate:X", plates=("KTR482",))})
    assert is_held(read("KTR482", 1), held)
    assert not is_held(read("GXB771", 1), held)
