"""Tips: beside what each stands, for which reason, and that it is never more than a lead."""

from __future__ import annotations

from typing import Any

import pytest

from center.core.center import freeze
from center.core.effects import Notify, Reply
from center.core.events import DAY, HOUR, Micros
from center.core.retention import is_held
from center.core.retention_facts import Retention, RetentionDue
from center.core.tip_facts import TipReceived
from center.core.tips import MAX_TIPS, MOST_BESIDE, beside
from tests.center.core.facts import LAT, Room, act, called, changed, hotlist, listed, of, read, site, the, when

FAR = LAT + 0.05


def tip(number: str, s: float, lat: float | None = LAT, **said: Any) -> TipReceived:
    facts: dict[str, Any] = {"line": "tips", "lon": -93.0 if lat is not None else None, "text": "I saw them"} | said
    return TipReceived(at=when(s), source="tips", tip=number, lat=lat, **facts)


def why(room: Room) -> dict[str, tuple[str, ...]]:
    return {one.tip.tip: one.why for one in beside(f"incident/{room.incident.incident}", room.picture)}


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ({}, ("0 m from it", "it came in 2 min after the first call")),
        ({"offence": "Hit and run"}, ("0 m from it", "it came in 2 min after the first call", "both say crash")),
        ({"offence": "Burglary"}, None),
        ({"lat": LAT + 0.0045}, ("500 m from it", "it came in 2 min after the first call")),
        ({"lat": LAT + 0.0075}, None),
        ({"lat": LAT + 0.0075, "off_m": 400.0}, ("830 m from it", "it came in 2 min after the first call")),
        ({"lat": None}, None),
        ({"begins": when(-60)}, ("0 m from it", "it says that it was 2 min before the first call")),
        ({"begins": when(-3 * 3600)}, None),
        ({"lat": None, "plate": "KTR482"}, ("it names KTR482, as a caller does",)),
        ({"lat": FAR, "plate": "KTR482", "offence": "Burglary"}, ("it names KTR482, as a caller does",)),
        ({"lat": None, "plate": "KTR4B2"}, ("it names KTR4B2, as a caller does",)),
        ({"lat": None, "plate": "GXB771"}, None),
    ],
)
@pytest.mark.parametrize("first", ["call", "tip"])
def test_place_and_time_together_or_a_plate_put_a_tip_beside_a_call(
    said: dict[str, Any], reasons: tuple[str, ...] | None, first: str
) -> None:
    """Whichever comes first, for a call may be told of after the tip about it. A letter that looks like another is the
    same letter; another kind of offence at the place is another matter."""
    call = called("c1", 60, text="a black truck, KTR-482, left north")
    about = tip("T1", 180, **{"seen": when(180), **said})
    room = Room(site(), *((call, about) if first == "call" else (about, call)))
    assert why(room) == ({} if reasons is None else {"T1": reasons})


def test_a_plate_that_was_read_near_it_later_puts_the_tip_beside_it() -> None:
    """And who may not see that list's hits is told so by the reason's list."""
    room = Room(site(), hotlist(listed("KTR482")), called("c1", 60), tip("T1", 70, None, plate="KTR482"))
    assert why(room) == {}
    room.tell(read("KTR482", 90))
    (reason,) = beside(f"incident/{room.incident.incident}", room.picture)
    assert reason.why == ("it names KTR482, which was read near it",)
    assert reason.hotlist == "state"


def test_the_call_is_shown_anew_and_says_once_that_nobody_has_checked_the_tip() -> None:
    room = Room(site(), called("c1", 60))
    told = room.tell(tip("T1", 180), tip("T1", 180), tip("T1", 181, text="and a second car"))
    topics = [notify.topic for notify in of(Notify, told)]
    assert topics == ["tips", "incident", "tips"], "sent twice is nothing new; told anew is"
    assert [change.what for change in room.incident.changes] == ["tip T1 may be about this; nobody has checked it"]
    assert room.picture.tips.tips["tips/T1"].text == "and a second car"
    assert room.alerts() == [], "no tip raises an alert"


def test_what_moves_away_stands_beside_it_no_more() -> None:
    """A better location of the call, and a tip that is told anew."""
    room = Room(site(), called("c1", 60, uncertainty_m=800.0), tip("T1", 180), tip("T2", 181, LAT + 0.004))
    assert why(room).keys() == {"T1", "T2"}
    room.tell(tip("T2", 200, FAR))
    assert why(room).keys() == {"T1"}
    room.tell(changed("c1", 240, lat=FAR, lon=-93.0, uncertainty_m=10.0))
    assert why(room).keys() == {"T2"}
    room.restart()
    assert why(room).keys() == {"T2"}


def test_a_burglary_told_of_in_the_morning_is_what_a_tip_of_the_night_was_about() -> None:
    night = when(-6 * 3600)
    room = Room(site(), called("c1", 60, kind="burglary"), tip("T1", 180, begins=night, ends=night, offence="break-in"))
    assert why(room)["T1"][-1] == "both say burglary"


def test_a_bulletin_in_force_and_a_tip_that_names_its_plate_find_each_other() -> None:
    said = {
        "kind": "vehicle",
        "title": "Silver pickup",
        "text": "LA plate KTR482",
        "confidence": "likely",
        "until": "2026-01-03T12:00:00+00:00",
        "sources": "officer: SO-1",
    }
    room = Room(site(), tip("T1", 1, None, plate="KTR482"))
    made = the(Reply, [e for e in room.tell(act("bulletin.draft", "new", 2, **said)) if isinstance(e, Reply)]).made
    target = f"bulletin/{made}"
    room.tell(tip("T0", 3, None, plate="KTR482"))
    assert beside(target, room.picture) == [], "a draft holds nothing yet"
    room.tell(act("bulletin.approve", made, 4, "sue"), tip("T2", 5, None, plate="KTR482"), tip("T3", 6, None))
    assert [one.tip.tip for one in beside(target, room.picture)] == ["T2", "T0", "T1"]


def test_tips_and_what_stands_beside_are_bounded() -> None:
    room = Room(site(), called("c1", 60))
    for number in range(MOST_BESIDE + 5):
        room.tell(tip(f"T{number}", 100 + number))
    assert len(why(room)) == MOST_BESIDE
    for number in range(MAX_TIPS):
        room.center.handle(tip(f"N{number}", 200, None))
    assert len(room.picture.tips.tips) == MAX_TIPS
    assert why(room) == {}, "what is let go stands nowhere"


def test_a_tip_is_forgotten_after_its_days_and_held_with_its_incident() -> None:
    """By [retention] tips_days; a hold on the incident keeps what a tip line handed over about it."""
    room = Room(site(retention=Retention(tips_days=5)), called("c1", 60), tip("26-000417", 180))
    hold = {"reason": "trial", "case": "26-9", "days": "2", "owner": "det"}
    room.tell(act("hold.place", f"incident:{room.incident.incident}", 200, "sue", **hold))
    assert is_held(tip("26-000417", 180), room.picture.retention)
    assert not is_held(tip("26-000418", 180), room.picture.retention)
    room.tell(RetentionDue(at=Micros(when(0) + 4 * DAY + 23 * HOUR), source="clock"))
    assert room.picture.tips.tips
    room.tell(RetentionDue(at=Micros(when(0) + 6 * DAY), source="clock"))
    assert room.picture.tips.tips == {}
    assert room.picture.tips.beside == {}
    assert b"I saw them" not in freeze(room.picture)


def test_when_a_line_says_that_it_took_a_tip_tomorrow_its_arrival_counts() -> None:
    room = Room(site(), tip("T1", 60, seen=Micros(when(60) + DAY)))
    assert room.picture.tips.tips["tips/T1"].told_at == when(60)
