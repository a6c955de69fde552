"""Asking one owner for one incident: what a yes opens, what ends it, and that a no is as nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from center.api import camera_views
from center.core.center import freeze
from center.core.community_facts import LiveShared
from center.core.effects import AskOwners, Audit, CloseVideo, Notify, OpenVideo, Reply, WakeAt, Withdraw
from center.core.events import DAY, Micros
from center.core.retention_facts import Retention, RetentionDue
from center.core.roster import Policy, RosterCamera, RosterOwner
from tests.center.core.facts import CAMERAS, LAT, LON, Room, act, called, hung_up, of, refusal, site, the, when, woke

BANK = RosterCamera(
    *("mart", "community", "CPSO", "Mart", None, LAT, LON), owner="M.", consent="on-request", connected=True
)
OWNERS = (RosterOwner("o9", LAT, LON, "mart"), RosterOwner("o8", LAT, LON, "shop"))


def here(**said: Any) -> Room:
    """A robbery in sight of a shop whose owner wants to be asked each time."""
    return Room(site(cameras=(*CAMERAS, BANK), owners=OWNERS, **said), called("c1", 1, kind="robbery"))


def ask(room: Room, s: float = 10, camera: str = "mart", who: str = "ada", **said: str) -> list[Any]:
    words = {"reason": "robbery", "case": room.incidents[0].incident, "minutes": "60"} | said
    return room.tell(act("owner.ask", camera, s, who, **words))


def answer(room: Room, s: float, *, shares: bool, owner: str = "o9") -> list[Any]:
    request = next(reversed(room.picture.permissions.asks))
    return room.tell(LiveShared(at=when(s), source="community", request=request, owner=owner, shares=shares))


def watch(room: Room, s: float, camera: str = "mart", case: str = "") -> list[Any]:
    return room.tell(act("camera.watch", camera, s, reason="call", case=case or room.incidents[0].incident))


CLOSED = "mart is open only for a call for which M. shares it"


def test_a_yes_opens_the_camera_for_that_call_and_no_other() -> None:
    """The owner is asked by the camera's name. Over a restart. A clip is kept for that call only."""
    room = here()
    assert refusal(watch(room, 5)) == CLOSED
    asking = the(AskOwners, ask(room))
    assert (asking.owners, asking.camera, asking.live, asking.until) == (("o9",), "Mart", True, when(3610))
    assert refusal(watch(room, 15)) == CLOSED
    effects = answer(room, 20, shares=True)
    assert [(one.operator, one.act, one.case) for one in of(Audit, effects)] == [
        ("o9", "owner.shared", room.incident.incident)
    ]
    assert {one.topic for one in of(Notify, effects)} == {"camera", "incident"}
    assert room.incident.changes[-1].what == "camera Mart shared for this by its owner"
    room.restart()
    assert not refusal(watch(room, 30))
    kept = {"reason": "evidence", "start": str(when(25)), "end": str(when(30))}
    assert not refusal(room.tell(act("clip.keep", "mart", 31, case=room.incident.incident, **kept)))
    room.tell(called("c2", 40, LAT + 0.05, kind="fire"))
    elsewhere = room.incidents[1].incident
    assert refusal(watch(room, 41, case=elsewhere)) == CLOSED
    assert refusal(room.tell(act("clip.keep", "mart", 42, case=elsewhere, **kept))) == CLOSED


@pytest.mark.parametrize("ends", ["time", "call", "owner", "room", "roster"])
def test_it_ends_with_its_time_its_call_and_whenever_owner_or_room_say_so(ends: str) -> None:
    """Whoever watches is cut off, the trail has it, and nothing is left waiting."""
    room = here()
    asked = ask(room)
    answer(room, 20, shares=True)
    opened = the(OpenVideo, watch(room, 30))
    name = next(iter(room.picture.permissions.asks))
    effects = {
        "time": lambda: room.tell(woke(the(WakeAt, asked), 3610)),
        "call": lambda: room.tell(hung_up("c1", 40)),
        "owner": lambda: answer(room, 40, shares=False),
        "room": lambda: room.tell(act("owner.unask", name, 40, "sue")),
        "roster": lambda: room.tell(site(40, cameras=(*CAMERAS, BANK), owners=OWNERS[1:])),
    }[ends]()
    assert [one.opening for one in of(CloseVideo, effects)] == [opened.id]
    over = [one for one in of(Audit, effects) if one.act == "owner.over"]
    assert [(one.operator, one.subject, one.case) for one in over] == [("center", "mart", room.incident.incident)]
    assert the(AskOwners, asked).id in {one.request for one in of(Withdraw, effects)}
    assert not [one for one in room.picture.pending.values() if isinstance(one, AskOwners | OpenVideo)]
    assert room.picture.permissions.timers == {}
    assert refusal(watch(room, 3_700)) in (CLOSED, f"there is no call {room.incident.incident} going on")


def test_a_no_and_silence_look_the_same_to_everybody_in_the_room() -> None:
    """Views, log, trail, replies and refusals, to the byte, until it has ended and after; only the owner's list is
    shorter. Fails as soon as anything shown depends on it."""
    seen = []
    for says_no in (False, True):
        room = here()
        asked = ask(room)
        told = answer(room, 20, shares=False) if says_no else []
        assert [type(one) for one in told] == ([Withdraw] if says_no else [])
        late = answer(room, 25, shares=True) if says_no else []
        assert late == [], "a no is a no"
        again = [refusal(ask(room, 30)), refusal(watch(room, 35))]
        during = camera_views.camera(BANK, room.picture)
        ended = room.tell(woke(the(WakeAt, asked), 3610))
        assert of(Audit, ended) == []
        after = camera_views.camera(BANK, room.picture)
        lines = [(one.what, one.text) for one in room.picture.log.entries]
        seen.append((during, after, again, lines, [one.what for one in room.incident.changes]))
        (once,) = after.asks
        assert (once.state, once.shared_at) == ("over", None)
    assert msgspec.json.encode(seen[0]) == msgspec.json.encode(seen[1])


def test_who_may_be_asked_for_what_and_how_often() -> None:
    room = here(policy=Policy(asked_a_week=2, asks_a_day=3))
    assert refusal(ask(room, 10, "gate")) == "there is nobody to ask for gate"
    assert refusal(ask(room, 11, case="nothing")) == "there is no call nothing going on"
    assert refusal(ask(room, 12, reason="curious")).startswith("the reason must be one of")
    assert refusal(ask(room, 13, minutes="3")) == "a camera is asked for 5 minutes to 12 hours"
    made = the(Reply, of(Reply, ask(room, 14))).made
    assert refusal(ask(room, 15, who="sue")) == "its owner is asked for this call already"
    assert not refusal(room.tell(act("owner.unask", made, 16)))
    assert refusal(room.tell(act("owner.unask", made, 17))) == "it is over already"
    assert not refusal(ask(room, 18))
    answer(room, 18.5, shares=True, owner="o8")
    assert refusal(watch(room, 18.7)) == CLOSED, "another owner cannot answer for this one"
    room.tell(called("c2", 19, LAT + 0.05, kind="fire"))
    second = room.incidents[1].incident
    assert refusal(ask(room, 20, case=second)) == "its owner has been asked 2 times within a week already"
    assert not refusal(ask(room, 21, "shop", case=second))
    room.tell(called("c3", 22, LAT + 0.1, kind="theft"))
    third = room.incidents[2].incident
    assert refusal(ask(room, 23, "shop", case=third)) == "ada has asked 3 times within a day already"


def test_a_camera_that_is_shared_near_incidents_can_be_asked_for_farther_off() -> None:
    """And stays open to what is near when that has ended."""
    room = here()
    room.tell(called("c2", 2, LAT + 0.05, kind="fire"))
    far = room.incidents[1].incident
    assert "too far" in refusal(watch(room, 5, "shop", far))
    asked = ask(room, 10, "shop", case=far)
    answer(room, 20, shares=True, owner="o8")
    assert not refusal(watch(room, 30, "shop", far))
    room.tell(woke(the(WakeAt, asked), 3610))
    assert "too far" in refusal(watch(room, 3_611, "shop", far))


def test_an_ask_that_is_over_is_forgotten_after_its_days() -> None:
    room = here(retention=Retention(tips_days=5))
    room.tell(woke(the(WakeAt, ask(room, words="behind the till")), 3610))
    room.tell(RetentionDue(at=Micros(room.picture.now + 6 * DAY), source="clock"))
    assert room.picture.permissions.asks == {}
    assert room.picture.permissions.of == {}
    assert b"behind the till" not in freeze(room.picture)
