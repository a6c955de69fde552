"""What people say that a tip belongs to: it counts over what the center found, says who, and can be taken back."""

from __future__ import annotations

import pytest

from center.core.effects import Notify, Reply
from center.core.events import DAY, Micros
from center.core.pattern_facts import Patterns
from center.core.retention import is_held
from center.core.retention_facts import Retention, RetentionDue
from center.core.roster import RosterHotlist
from center.core.series import tips_near
from center.core.tips import beside, targets
from tests.center.core.facts import LAT, Room, act, called, hotlist, listed, of, read, refusal, site, the
from tests.center.core.test_series import room_with
from tests.center.core.test_tips import tip


def say(
    room: Room, what: str, s: float, who: str = "ada", number: str = "T1", about: str = "", why: str = "she says so"
) -> str:
    """What is answered; empty when it is granted."""
    about = about or f"incident/{room.incident.incident}"
    return refusal(room.tell(act(f"tip.{what}", f"tips/{number}", s, who, reason=why, about=about)))


def stands(room: Room) -> list[tuple[str, str, bool | None]]:
    """Tips beside the one incident: the number, and who said of it that it belongs or does not."""
    found = beside(f"incident/{room.incident.incident}", room.picture)
    return [(one.tip.tip, one.word.by if one.word else "", one.word.belongs if one.word else None) for one in found]


def test_a_persons_word_counts_over_what_the_center_found_and_the_later_over_the_earlier() -> None:
    """T1 and T2 are at the place, T3 is nowhere. Over a restart; taken back, what was found stands there again."""
    room = Room(site(), called("c1", 60), tip("T1", 180), tip("T2", 190), tip("T3", 200, None))
    assert stands(room) == [("T2", "", None), ("T1", "", None)]
    assert say(room, "belongs", 210, number="T3") == ""
    assert say(room, "apart", 220, "det", "T2") == ""
    room.restart()
    assert stands(room) == [("T3", "ada", True), ("T1", "", None), ("T2", "det", False)]
    assert say(room, "apart", 230, "sue", "T3") == ""
    assert stands(room) == [("T1", "", None), ("T3", "sue", False), ("T2", "det", False)]
    assert say(room, "unsay", 240, "ada", "T3") == say(room, "unsay", 250, "ada", "T2") == ""
    assert stands(room) == [("T2", "", None), ("T1", "", None)]
    assert (
        say(room, "unsay", 260, number="T1") == f"nobody has said anything of T1 and incident {room.incident.incident}"
    )
    assert room.picture.tips.words == {}


def test_the_call_and_the_list_of_tips_are_shown_anew_and_the_call_says_by_whom() -> None:
    room = Room(site(), called("c1", 60), tip("T1", 180, None))
    effects = room.tell(
        act("tip.belongs", "tips/T1", 200, reason="names the mill", about=f"incident/{room.incident.incident}")
    )
    assert [one.topic for one in of(Notify, effects)] == ["tips", "incident"]
    assert [change.what for change in room.incident.changes] == ["tip T1 belongs to this: Ada Broussard"]
    (entry,) = room.picture.log.entries[-1:]
    assert (entry.what, entry.operator) == ("tip-belongs", "ada")
    assert room.alerts() == [], "a word raises no alert either"


@pytest.mark.parametrize("typed", ["{incident}", "incident/{incident}", "cad/c1", "c1", "26-0042", "incident/26-0042"])
def test_a_call_is_named_by_any_number_that_people_have_for_it(typed: str) -> None:
    room = Room(site(), called("c1", 60, incident="26-0042"), tip("T1", 180, None))
    about = typed.format(incident=room.incident.incident)
    made = the(Reply, of(Reply, room.tell(act("tip.belongs", "tips/T1", 200, reason="so", about=about)))).made
    assert made == f"incident/{room.incident.incident}"


def test_a_case_a_series_and_a_bulletin_can_be_named_and_what_is_not_there_cannot() -> None:
    """A detective speaks of a case of theirs. A series goes by any report of it."""
    room = room_with(2)
    room.tell(tip("T1", 50, None), act("case.assign", "26-5", 55, "sue", title="Ryan Street", persons="dep"))
    assert say(room, "belongs", 60, "det", about="case/26-5") == "that is no case of yours"
    room.tell(act("case.assign", "26-5", 65, "sue", title="Ryan Street", persons="det"))
    assert say(room, "belongs", 70, "det", about="26-5") == ""
    assert say(room, "belongs", 80, "det", about="series/cad/c1") == ""
    assert [target for target, _ in targets("tips/T1", room.picture)] == ["case/26-5", "series/cad/c1"]
    (near,) = tips_near(room.picture.patterns.reports.values(), room.picture)
    assert (near.number, near.reports, near.by, near.why) == ("T1", (), "det", "she says so")
    for s, nothing in enumerate(("case/26-9", "series/none", "bulletin/b1", "nowhere")):
        assert say(room, "belongs", 90 + s, about=nothing) == f"there is no call, case, series or bulletin {nothing}"
    assert say(room, "belongs", 95, number="T9", about="26-5") == "there is no tip tips/T9"


def test_what_is_said_not_to_belong_stands_beside_no_series_and_in_no_draft() -> None:
    room = room_with(1)
    room.tell(tip("T1", 50, LAT))
    (near,) = tips_near(room.picture.patterns.reports.values(), room.picture)
    assert near.by == ""
    assert say(room, "apart", 60, "sue", about="series/cad/c0") == ""
    assert tips_near(room.picture.patterns.reports.values(), room.picture) == []


def test_a_word_on_what_a_list_put_there_is_for_those_who_may_see_the_list() -> None:
    """And one of somebody who could not know of it is everybody's, without the list's reason."""
    kept = RosterHotlist("state", roles=("supervisor",))
    room = Room(
        site(hotlists=(kept,)), hotlist(listed("KTR482")), called("c1", 60), tip("T1", 70, None, plate="KTR482")
    )
    room.tell(read("KTR482", 90))
    (found,) = beside(f"incident/{room.incident.incident}", room.picture)
    assert found.hotlist == "state"
    assert say(room, "belongs", 100, "sue") == ""
    (said,) = beside(f"incident/{room.incident.incident}", room.picture)
    assert (said.hotlist, said.why) == ("state", found.why)
    assert say(room, "belongs", 110, "ada") == ""
    (open_to_all,) = beside(f"incident/{room.incident.incident}", room.picture)
    assert (open_to_all.hotlist, open_to_all.why) == ("", ())


def test_what_was_said_goes_with_its_tip_and_with_what_it_is_about_and_is_held_with_it() -> None:
    room = Room(site(retention=Retention(tips_days=5, calls_days=3)), called("c1", 60), tip("26-000417", 180, None))
    assert say(room, "belongs", 190, number="26-000417") == ""
    hold = {"reason": "trial", "case": "26-9", "days": "1", "owner": "det"}
    room.tell(act("hold.place", f"incident:{room.incident.incident}", 200, "sue", **hold))
    assert is_held(tip("26-000417", 180, None), room.picture.retention)
    room.tell(RetentionDue(at=Micros(room.picture.now + 4 * DAY), source="clock"))
    assert room.picture.incidents.incidents == {}
    assert room.picture.tips.words == {}
    room = Room(site(retention=Retention(tips_days=5), patterns=Patterns()), called("c1", 60), tip("T1", 180, None))
    assert say(room, "belongs", 190) == ""
    room.tell(RetentionDue(at=Micros(room.picture.now + 6 * DAY), source="clock"))
    assert room.picture.tips.tips == {}
    assert room.picture.tips.words == {}
    assert b"she says so" not in bytes(str(room.picture.tips), "utf-8")
