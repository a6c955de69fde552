"""Owners of community cameras are asked, answer or do not, and nobody in the room can tell who did not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.api.board import Board, encode
from center.api.community_routes import request_view
from center.core.asking import CLIPS_EACH, OfferedClip
from center.core.camera_events import ClipKept
from center.core.center import Center, freeze
from center.core.community_facts import ClipOffered, LiveShared
from center.core.effects import (
    AskOwners,
    Audit,
    CloseVideo,
    DropClip,
    Effect,
    KeepClip,
    Notify,
    ReleaseClip,
    Reply,
    WakeAt,
    Withdraw,
)
from center.core.events import DAY, SECOND, Event
from center.core.picture import Picture
from center.core.roster import Policy, RosterCamera, RosterOwner
from tests.center.core.facts import (
    CAMERAS,
    LAT,
    LON,
    OWNERS,
    PORCH,
    Room,
    act,
    called,
    hung_up,
    of,
    site,
    the,
    when,
    woke,
)

HERE: dict[str, Any] = {"lat": str(LAT), "lon": str(LON), "radius_m": "400"}


def place(**said: Any) -> Room:
    return Room(site(owners=OWNERS, cameras=(*CAMERAS, PORCH), **said), called("c1", 10))


def ask(room: Room, s: float = 100, who: str = "ada", **said: Any) -> list[Effect]:
    details = HERE | {"start": str(when(0)), "end": str(when(60)), "open_s": "3600"} | said
    incident = room.incident.incident
    return room.tell(act("community.request", incident, s, who, reason="robbery", case=incident, **details))


def sent(effects: list[Effect], owner: str, s: float, begins: float = 10, **said: Any) -> ClipOffered:
    """A clip of 20 s that answers what was asked."""
    facts: dict[str, Any] = {
        "file": f"{owner}{begins:g}".replace(".", ""),
        "begins": when(begins),
        "ends": when(begins + 20),
        "clock_off_us": 0,
    } | said
    return ClipOffered(
        at=when(s), source="community", request=the(AskOwners, effects).request, owner=owner, size=9, sha256="ab",
        seconds=20.0, width=640, height=360, codec="h264", **facts,
    )  # fmt: skip


def decide(what: str, offer: OfferedClip, s: float, who: str = "sue") -> Event:
    return act(f"community.{what}", offer.offer, s, who, reason="shows the car")


def offers(room: Room) -> list[OfferedClip]:
    return list(room.picture.community.offered.values())


def why(effects: list[Effect]) -> str:
    reply = the(Reply, effects)
    assert not reply.granted
    return reply.why


def test_owners_in_the_area_are_asked_until_the_request_ends() -> None:
    room = place()
    effects = ask(room, words="a red truck")
    asking = the(AskOwners, effects)
    assert (asking.owners, asking.words, asking.until) == (("o1", "o2", "o3"), "a red truck", when(3700))
    assert asking.id in room.picture.pending
    ended = room.tell(woke(the(WakeAt, effects), 3700))
    assert the(Withdraw, ended).request == asking.id
    assert asking.id not in room.picture.pending


def test_an_outline_asks_who_is_inside_it() -> None:
    room = place()
    corners = f"{LAT - 0.001},{LON - 0.001} {LAT - 0.001},{LON + 0.003} {LAT + 0.001},{LON + 0.003} {LAT + 0.001},{LON}"
    assert the(AskOwners, ask(room, corners=corners)).owners == ("o1", "o3")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"radius_m": "20"}, "an area is 100 m"),
        ({"radius_m": "nan"}, "an area is 100 m"),
        ({"lat": "91"}, "not on earth"),
        ({"corners": "30,-93 30.01,-93"}, "3 to 20 corners"),
        ({"lat": "here"}, "cannot be read"),
        ({"end": "1"}, "ends after it begins"),
        ({"end": str(when(3 * 86_400))}, "at most 24 hours"),
        ({"start": str(when(200)), "end": str(when(300))}, "not happened yet"),
        ({"open_s": "10"}, "open for 5 minutes"),
    ],
)
def test_what_may_not_be_asked_is_refused_with_its_reason(said: dict[str, str], expected: str) -> None:
    assert expected in why(ask(place(), **said))


def test_nobody_is_asked_about_an_incident_that_is_none_and_nobody_asks_too_often() -> None:
    room = place(policy=Policy(asks_a_day=2))
    incident = room.incident.incident
    curious = act("community.request", incident, 19, reason="curious", case=incident, **HERE)
    assert "the reason must be one of" in why(room.tell(curious))
    said = act("community.request", incident, 20, reason="call", case="26-1", **HERE)
    assert "there is no incident 26-1" in why(room.tell(said))
    assert [the(Reply, ask(room, s)).granted for s in (100, 200, 300)] == [True, True, False]
    assert the(Reply, ask(room, 300.5, who="sue")).granted
    assert the(Reply, ask(room, 100 + 86_400)).granted


def test_an_owner_is_asked_so_often_in_a_week_and_the_room_is_not_told() -> None:
    room = place(policy=Policy(asked_a_week=2))
    asked = [ask(room, s) for s in (100, 200, 300, 100 + 8 * 86_400)]
    assert [the(AskOwners, effects).owners for effects in asked] == [("o1", "o2", "o3")] * 2 + [(), ("o1", "o2", "o3")]
    assert all(the(Reply, effects).granted for effects in asked)


def test_a_clip_waits_until_a_moderator_lets_it_through_to_the_incident() -> None:
    room = place()
    effects = ask(room)
    waiting = room.tell(sent(effects, "o1", 200))
    assert of(ReleaseClip, waiting) == of(KeepClip, waiting) == []
    assert room.alert("community-clips").headline.startswith("A clip from the community")
    assert room.picture.clips.of == {}
    decided = room.tell(decide("approve", offers(room)[0], 300))
    release = the(ReleaseClip, decided)
    assert (release.camera, release.operator, release.start, release.end) == ("o1", "sue", when(10), when(30))
    assert room.picture.clips.of == {room.incident.incident: [release.id]}
    assert room.alert("community-clips").state == "dismissed"
    room.tell(ClipKept(at=when(301), source="community", answers=release.id, size=9, sha256="cd"))
    assert room.picture.clips.clips[release.id].state == "kept"
    assert release.id not in room.picture.pending


def test_a_rejected_clip_is_deleted_and_each_is_decided_about_once_by_another_than_who_asked() -> None:
    room = place()
    room.tell(sent(ask(room, who="sue"), "o1", 200))
    assert "who has asked" in why(room.tell(decide("approve", offers(room)[0], 290)))
    room = place()
    room.tell(sent(ask(room), "o1", 200))
    (offer,) = offers(room)
    assert "may not do" in why(room.tell(decide("reject", offer, 299, who="ada")))
    assert the(DropClip, room.tell(decide("reject", offer, 300))).file == offer.file
    late = the(Reply, room.tell(decide("approve", offer, 301)))
    assert (late.granted, late.late) == (False, True)
    assert (offer.state, offer.by, offer.reason) == ("rejected", "sue", "shows the car")


def test_what_nobody_waits_for_is_deleted_at_once() -> None:
    room = place()
    effects = ask(room)
    for number in range(CLIPS_EACH):
        assert of(DropClip, room.tell(sent(effects, "o1", 200, 10 + number))) == []
    assert of(DropClip, room.tell(sent(effects, "o1", 200, 10))) == [], "the same again is the same"
    assert the(DropClip, room.tell(sent(effects, "o1", 200, 50))).file == "o150"
    room.tell(act("community.close", the(AskOwners, effects).request, 300))
    assert the(DropClip, room.tell(sent(effects, "o2", 301))).file == "o210"


def test_what_nobody_decides_about_is_deleted_and_evidence_stays() -> None:
    room = place(policy=Policy(unseen_days=14))
    effects = ask(room)
    room.tell(sent(effects, "o1", 200), sent(effects, "o2", 200))
    room.tell(decide("approve", offers(room)[0], 300))
    ended = room.tell(woke(the(WakeAt, effects), 3700))
    timer = the(WakeAt, ended)
    assert timer.when == when(3700) + 14 * DAY
    gone = room.tell(woke(timer, 3700 + 14 * 86_400))
    assert the(DropClip, gone).file == "o210"
    assert (room.picture.community.requests, room.picture.community.offered) == ({}, {})
    assert len(room.picture.clips.clips) == 1


def test_a_clock_that_is_off_is_told_and_put_right() -> None:
    """An hour ahead: the clip claims another time than it shows. One that claims the right time shows another."""
    room = place()
    effects = ask(room)
    hour = 3600 * SECOND
    room.tell(sent(effects, "o1", 200, 10 + 3600, clock_off_us=hour), sent(effects, "o2", 201, 10, clock_off_us=hour))
    room.tell(sent(effects, "o3", 202, 10, clock_off_us=None))
    right, wrong, unknown = request_view(
        next(iter(room.picture.community.requests.values())), room.picture, moderates=True
    ).clips
    assert (right.begins, right.outside_us) == (when(10), 0)
    assert right.fit == "its clock is 60 min ahead, within the time asked for"
    assert wrong.outside_us == hour - 30 * SECOND
    assert "60 min ahead, 60 min outside" in wrong.fit
    assert unknown.fit.startswith("its clock is not known")


def test_a_camera_that_is_only_shared_when_asked_is_there_for_its_incident_and_only_then() -> None:
    """Before its owner has said yes, nothing tells the room that there is such a camera; taken back, or its time over,
    whoever watches is cut off."""
    room = place()
    incident = room.incident.incident

    def watch(s: float, case: str = incident) -> list[Effect]:
        return room.tell(act("camera.watch", "porch", s, reason="call", case=case))

    assert why(watch(50)) == why(room.tell(act("camera.watch", "ghost", 51, reason="call", case=incident))).replace(
        "ghost", "porch"
    )
    assert "porch" not in [it.camera for it in Board(room.picture, {}).state().cameras]
    effects = ask(room, live="yes", open_s="1800")
    asking = the(AskOwners, effects)
    assert asking.owners == ("o1",)
    yes = LiveShared(at=when(200), source="community", request=asking.request, owner="o1")
    room.tell(yes)
    assert "porch" in [it.camera for it in Board(room.picture, {}).state().cameras]
    assert the(Reply, watch(210)).granted
    room.tell(called("c2", 215, LAT + 0.3, kind="fight"))
    other = room.incidents[1].incident
    assert "there is no camera porch" in why(watch(216, other))
    room.tell(hung_up("c2", 217))
    closed = room.tell(msgspec.structs.replace(yes, at=when(220), shares=False))
    assert "shares it no more" in the(CloseVideo, closed).why
    room.tell(msgspec.structs.replace(yes, at=when(230)))
    assert the(Reply, watch(231)).granted
    over = room.tell(woke(the(WakeAt, effects), 1900))
    assert len(of(CloseVideo, over)) == 1
    assert room.picture.community.live == {}


# --- who does not answer is not there ---------------------------------------------------------------------------------

SILENT = ("s1", "s2", "s3", "s4")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(("ada", "sue")), st.sampled_from(("100", "400", "3000"))),
        st.tuples(st.just("ask-live"), st.sampled_from(("ada", "sue")), st.sampled_from(("400", "3000"))),
        st.tuples(st.just("clip"), st.sampled_from(("o1", "o2", "o3")), st.integers(0, 3)),
        st.tuples(st.just("yes"), st.just("o1"), st.just(0)),
        st.tuples(st.sampled_from(("approve", "reject")), st.just("sue"), st.integers(0, 3)),
        st.tuples(st.just("later"), st.sampled_from((400, 4_000, 90_000, 700_000)), st.just(0)),
    ),
    max_size=14,
)


def shown(effects: list[Effect], picture: Picture) -> bytes:
    """All that anybody in the room, an auditor or a client of the interface is given: frames, replies, audit lines,
    requests as an operator and as a moderator has them."""
    told = [effect for effect in effects if isinstance(effect, Reply | Audit | Notify)]
    requests = [
        request_view(it, picture, moderates=moderates)
        for it in picture.community.requests.values()
        for moderates in (False, True)
    ]
    return encode((told, Board(picture, {}).state(), requests))


def played(owners: tuple[RosterOwner, ...], cameras: tuple[RosterCamera, ...], drawn: Any) -> list[bytes]:
    """A story, and what the room saw at each of its steps."""
    center, seen, s = Center(), [], 100.0
    policy = Policy(asks_a_day=3, asked_a_week=2)
    for fact in (site(owners=owners, cameras=(*CAMERAS, *cameras), policy=policy), called("c1", 10)):
        center.handle(fact)
    incident = next(iter(center.picture.incidents.incidents))
    for what, who, number in drawn:
        s += who if what == "later" else 1
        here = center.picture.community
        latest = list(here.requests)[-1:] or [""]
        offer = (list(here.offered) or [""])[-1]
        facts: list[Event] = []
        if what.startswith("ask"):
            live = {"live": "yes"} if what == "ask-live" else {}
            times = {"start": str(when(0)), "end": str(when(60)), "open_s": "3600"}
            said = HERE | times | live | {"radius_m": number}
            facts = [act("community.request", incident, s, who, reason="call", case=incident, **said)]
        elif what == "clip":
            facts = [
                ClipOffered(
                    at=when(s), source="community", request=latest[0], owner=who, file=f"{who}{number}",
                    begins=when(1), ends=when(2), size=1, sha256="a", seconds=1.0, width=8, height=8, codec="h264",
                )
            ]  # fmt: skip
        elif what == "yes":
            facts = [LiveShared(at=when(s), source="community", request=latest[0], owner=who)]
        elif what != "later":
            facts = [act(f"community.{what}", offer, s, who, reason="r")]
        due = [it for it in center.picture.pending.values() if isinstance(it, WakeAt) and it.when <= when(s)]
        told = (*(woke(timer, s) for timer in due), *facts)
        seen += [shown(list(center.handle(fact)), center.picture) for fact in told]
    return seen


@settings(max_examples=120, deadline=None)
@given(acts, st.sets(st.sampled_from(SILENT)))
def test_those_who_do_not_answer_are_not_shown(drawn: Any, silent: set[str]) -> None:
    """Whoever was asked and kept silent, were it one or four, with a camera to share or without: every frame, list,
    count, reply, id, position and audit line is byte for byte what it would be had they never registered. Breaks when
    any of it depends on who was asked, and not on who answered."""
    porches = tuple(msgspec.structs.replace(PORCH, camera=f"porch-{name}") for name in sorted(silent))
    quiet = tuple(RosterOwner(name, LAT, LON, f"porch-{name}") for name in sorted(silent))
    assert played((*OWNERS, *quiet), (PORCH, *porches), drawn) == played(OWNERS, (PORCH,), drawn)


def test_the_silent_were_asked_all_the_same() -> None:
    """The property above is about something: who keeps silent stands in what the portal is given, and in a snapshot."""
    room = Room(site(owners=(*OWNERS, RosterOwner("quiet", LAT, LON))), called("c1", 10))
    assert "quiet" in the(AskOwners, ask(room)).owners
    assert b"quiet" in freeze(room.picture)
