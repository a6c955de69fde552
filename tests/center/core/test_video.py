"""Tickets: who sees or hears what, why, for how long, and what ends it."""

from __future__ import annotations

import pytest

from center.core.camera_events import CameraChanged, ClipKept, VideoRefused
from center.core.effects import Audit, CloseVideo, Effect, KeepClip, Notify, OpenVideo, Reply, Send
from center.core.events import SECOND, StopClosed, StopOpened
from tests.center.core.facts import (
    CAMERAS,
    LAT,
    Room,
    act,
    called,
    confirm,
    dismiss,
    hotlist,
    hung_up,
    listed,
    moved,
    of,
    policy,
    read,
    refusal,
    sends,
    site,
    the,
    timer,
    when,
    woke,
)


def room_with_a_call(*, far_deg: float = 0.0) -> Room:
    room = Room(site(), called("c1", 1, LAT + far_deg))
    room.places(("SO-1",), 1)
    return room


def watch(room: Room, camera: str, s: float, who: str = "ada", **said: str) -> list[Effect]:
    why = {"reason": "call", "case": room.incident.incident} if room.incidents else {}
    return room.tell(act("camera.watch", camera, s, who, **why | said))


def test_a_ticket_is_opened_for_a_reason_that_is_going_on_and_ends_by_itself() -> None:
    """The ticket names camera, person and end; the reply names the ticket; when its time is over it closes, with a
    line in the trail. Fails when a ticket outlives its time, or leaves without the reply that names it."""
    room = room_with_a_call()
    effects = watch(room, "SO-1-dash", 10)
    opened, reply = the(OpenVideo, effects), the(Reply, effects)
    assert (opened.camera, opened.operator, opened.sound, opened.until) == ("SO-1-dash", "ada", False, when(610))
    assert reply.granted
    assert reply.made == opened.ticket
    assert effects.index(opened) < effects.index(reply), "whoever reads the reply must find the ticket open"
    ended = room.tell(woke(timer(effects), 610))
    closed, line = the(CloseVideo, ended), the(Audit, ended)
    assert (closed.ticket, closed.opening) == (opened.ticket, opened.id)
    assert (line.act, line.operator, line.subject, line.reason) == (
        *("camera.closed", "ada", "SO-1-dash", "its time is over"),
    )
    assert room.picture.pending == {}
    assert room.picture.video.tickets == {}


def test_what_is_still_open_is_opened_again_after_a_restart_and_nothing_else() -> None:
    """The request stays pending for as long as the ticket holds."""
    room = room_with_a_call()
    room.tell(*(act("camera.stop", the(Reply, watch(room, "gate", 10)).made, 11),))
    opened = the(OpenVideo, watch(room, "SO-1-dash", 12))
    room.restart()
    assert [request for request in room.picture.pending.values() if isinstance(request, OpenVideo)] == [opened]


def test_asking_again_renews_the_ticket() -> None:
    """One person, one camera, one ticket: the page that is loaded anew does not leave a second one behind."""
    room = room_with_a_call()
    first = watch(room, "gate", 10)
    again = watch(room, "gate", 300)
    renewed = the(OpenVideo, again)
    assert renewed.ticket == the(OpenVideo, first).ticket == the(Reply, again).made
    assert renewed.until == when(900)
    assert of(CloseVideo, room.tell(woke(timer(first), 610))) == []
    assert list(room.picture.pending) == [renewed.id, timer(again).id]
    assert the(OpenVideo, watch(room, "gate", 301, "sue")).ticket != renewed.ticket


@pytest.mark.parametrize(
    ("camera", "said", "why"),
    [
        ("PD-1-dash", {}, "PD-1-dash is a camera of LCPD: its picture and sound are not ours"),
        ("nowhere", {}, "there is no camera nowhere"),
        ("SO-1-mic", {}, "SO-1-mic is a microphone: there is nothing to see"),
        ("gate", {"reason": "curiosity"}, "the reason must be one of call, alert, stop, equipment"),
        ("gate", {"case": ""}, "which call is it? its number must be given"),
        ("gate", {"case": "i9.9"}, "there is no call i9.9 going on"),
        ("gate", {"reason": "stop", "case": "SO-1/s1"}, "there is no stop SO-1/s1 going on"),
        ("gate", {"reason": "equipment"}, "only a supervisor tries whether a camera works"),
        ("home", {}, "M. does not share home: it is only known to be there"),
        ("bank", {}, "bank is not connected; its pictures are to be had from B."),
    ],
)
def test_a_camera_is_refused_with_the_reason_and_nothing_is_opened(camera: str, said: dict[str, str], why: str) -> None:
    """A partner's first of all: no connection to it is ever made. Each refusal leaves its line."""
    room = room_with_a_call()
    effects = watch(room, camera, 10, **said)
    assert refusal(effects) == the(Audit, effects).why == why
    assert of(OpenVideo, effects) == []
    assert [type(effect) for effect in effects] == [Audit, Reply]


def test_a_stop_and_an_alert_are_reasons_while_they_go_on() -> None:
    """A confirmed alert goes on: the car is being followed. A dismissed one is over."""
    room = Room(site(), moved("SO-1", 0), hotlist(listed("ABC123")), read("ABC123", 1), read("ABC123", 2))
    alert = room.alert().alert
    assert not refusal(watch(room, "gate", 3, reason="alert", case=alert))
    room.tell(confirm(alert, 4))
    assert not refusal(watch(room, "gate", 5, "sue", reason="alert", case=alert))
    assert refusal(watch(room, "air", 4000, reason="alert", case=alert)) == f"there is no alert {alert} going on"
    stop = StopOpened(at=when(4001), source="terminals", unit="SO-1", stop="s1")
    room.tell(stop)
    assert not refusal(watch(room, "SO-1-dash", 4002, reason="stop", case="SO-1/s1"))
    room.tell(StopClosed(at=when(4003), source="terminals", unit="SO-1", stop="s1"))
    assert refusal(watch(room, "air", 4004, reason="stop", case="SO-1/s1")).startswith("there is no stop")

    other = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1))
    other.tell(dismiss(other.alert().alert, 2, "misread"))
    assert refusal(watch(other, "gate", 3, reason="alert", case=other.alert().alert)).startswith("there is no alert")


def test_a_supervisor_may_see_for_a_minute_whether_a_camera_works() -> None:
    room = Room()
    opened = the(OpenVideo, room.tell(act("camera.watch", "gate", 10, "sue", reason="equipment")))
    assert opened.until == when(70)


@pytest.mark.parametrize(("far_deg", "late_s", "granted"), [(0.004, 10, True), (0.006, 10, False), (0.0, 3700, False)])
def test_an_owners_camera_is_seen_only_near_in_place_and_time(far_deg: float, late_s: float, granted: bool) -> None:
    """Half a kilometre and an hour, unless the site says otherwise: a hundredth of a degree is 1112 m."""
    effects = watch(room_with_a_call(far_deg=far_deg), "shop", late_s)
    assert bool(of(OpenVideo, effects)) == granted
    assert refusal(effects) == "" if granted else refusal(effects).endswith("for what T. has agreed to")


def test_an_owners_camera_is_given_back_when_the_call_is_over() -> None:
    """The own one beside it stays open until its time is over."""
    room = room_with_a_call()
    shop, gate = the(OpenVideo, watch(room, "shop", 10)), the(OpenVideo, watch(room, "gate", 11))
    closed = the(CloseVideo, room.tell(hung_up("c1", 20)))
    assert (closed.ticket, closed.why) == (shop.ticket, "what it was shared for is over")
    assert list(room.picture.video.tickets) == [gate.ticket]


def test_a_supervisor_revokes_with_a_reason_and_an_operator_stops_only_his_own() -> None:
    room = room_with_a_call()
    ticket = the(OpenVideo, watch(room, "gate", 10, "sue")).ticket
    assert refusal(room.tell(act("camera.stop", ticket, 11))) == "that is sue's ticket"
    assert refusal(room.tell(act("camera.revoke", ticket, 12))) == "an operator may not do camera.revoke"
    assert refusal(room.tell(act("camera.revoke", ticket, 13, "sue"))) == "a reason must be given"
    revoked = room.tell(act("camera.revoke", ticket, 14, "sue", reason="not needed"))
    assert the(CloseVideo, revoked).why == "revoked by sue: not needed"
    again = the(Reply, room.tell(act("camera.revoke", ticket, 15, "sue", reason="not needed")))
    assert (again.granted, again.late) == (False, True)


def test_a_camera_that_leaves_the_roster_is_closed_and_so_is_one_of_a_person_who_left() -> None:
    room = room_with_a_call()
    watch(room, "gate", 10)
    watch(room, "air", 11, "sue")
    without_ada = tuple(person for person in room.picture.site.operators.values() if person.operator != "ada")
    closed = of(CloseVideo, room.tell(site(20, operators=without_ada)))
    assert [close.why for close in closed] == ["ada does not work here any more"]
    closed = of(CloseVideo, room.tell(site(30, cameras=CAMERAS[:2])))
    assert [close.why for close in closed] == ["the camera is not ours to watch any more"]
    assert room.picture.pending == {}


def test_what_the_relay_cannot_do_is_closed_with_its_words() -> None:
    room = room_with_a_call()
    opened = the(OpenVideo, watch(room, "gate", 10))
    effects = room.tell(VideoRefused(at=when(11), source="relay", answers=opened.id, why="16 cameras are open"))
    assert the(CloseVideo, effects).why == "16 cameras are open"
    assert room.picture.pending == {}


def test_nobody_hoards_cameras() -> None:
    room = Room(policy(cameras_each=2), called("c1", 1))
    watch(room, "gate", 2)
    watch(room, "air", 3)
    assert refusal(watch(room, "SO-1-dash", 4)) == "2 cameras are open for you already: close one"
    assert not refusal(watch(room, "gate", 5)), "renewing opens none"


# --- listening --------------------------------------------------------------------------------------------------------


def listen(room: Room, camera: str, s: float, who: str = "ada") -> list[Effect]:
    return room.tell(act("camera.listen", camera, s, who, reason="call", case=room.incident.incident))


def test_whoever_listens_is_shown_on_the_terminal_and_in_the_room() -> None:
    """At once, and again when it is over; the room's notice closes itself. Fails when anybody could listen unseen."""
    room = room_with_a_call()
    effects = listen(room, "SO-1-mic", 10)
    opened, told = the(OpenVideo, effects), the(Send, effects)
    assert (opened.sound, opened.until) == (True, when(130))
    assert (told.unit, told.kind) == ("SO-1", "listening")
    notice = room.alert("listening")
    assert (notice.subject, notice.state, notice.detail) == ("SO-1", "raised", "by Ada Broussard: call")
    (ends,) = [r for r in room.picture.pending.values() if r.id == room.picture.video.tickets[opened.ticket].timer]
    over = room.tell(woke(ends, 130))
    assert the(Send, over).kind == "listening-ended"
    assert room.alert("listening").closed_at == when(130)


def test_listening_ends_when_the_last_one_stops() -> None:
    room = room_with_a_call()
    ada, sue = the(OpenVideo, listen(room, "SO-1-mic", 10)), the(OpenVideo, listen(room, "SO-1-mic", 11, "sue"))
    assert sends(room.tell(act("camera.stop", ada.ticket, 12))) == []
    assert sends(room.tell(act("camera.stop", sue.ticket, 13, "sue"))) == ["SO-1"]


@pytest.mark.parametrize("camera", ["gate", "air", "shop", "PD-1-dash"])
def test_nobody_is_listened_to_but_own_units(camera: str) -> None:
    room = room_with_a_call()
    effects = listen(room, camera, 10, "sue")
    assert refusal(effects)
    assert of(OpenVideo, effects) == []


def test_a_unit_that_cannot_be_shown_it_is_not_listened_to() -> None:
    units = tuple(unit for unit in site().units if unit.unit != "SO-1")
    bare = type(units[0])("SO-1", "CPSO")
    room = Room(site(units=(bare, *units)), called("c1", 1))
    assert refusal(listen(room, "SO-1-mic", 2)) == "SO-1 has no terminal that could show that it is listened to"


# --- what cameras say, and clips --------------------------------------------------------------------------------------


def test_the_room_sees_what_a_camera_is_and_a_stranger_is_nothing() -> None:
    room = room_with_a_call()
    shown = the(Notify, room.tell(CameraChanged(at=when(5), source="relay", camera="gate", state="stale")))
    assert (shown.topic, shown.subject) == ("camera", "gate")
    assert (room.picture.video.cameras["gate"].state, room.picture.video.cameras["gate"].since) == ("stale", when(5))
    assert room.tell(CameraChanged(at=when(6), source="relay", camera="ghost", state="live")) == []
    assert list(room.picture.video.cameras) == ["gate"]


def keep(room: Room, s: float, since: float, until: float, **said: str) -> list[Effect]:
    span = {"start": str(when(since)), "end": str(when(until))}
    return room.tell(
        act("clip.keep", "gate", s, **{"reason": "the crash", "case": room.incident.incident} | span | said)
    )


def test_a_clip_is_kept_on_its_incident() -> None:
    room = room_with_a_call()
    effects = keep(room, 100, 40, 70)
    asked = the(KeepClip, effects)
    assert (asked.camera, asked.incident, asked.start, asked.end) == (
        "gate",
        room.incident.incident,
        when(40),
        when(70),
    )
    assert the(Reply, effects).made == asked.id
    room.restart()
    assert list(room.picture.pending) == [asked.id]
    kept = ClipKept(at=when(102), source="relay", answers=asked.id, start=when(39), end=when(71), size=9, sha256="ab")
    assert the(Notify, room.tell(kept)).topic == "incident"
    clip = room.picture.clips.clips[asked.id]
    assert (clip.state, clip.start, clip.end, clip.sha256) == ("kept", when(39), when(71), "ab")
    assert room.picture.pending == {}
    assert room.tell(kept) == [], "told twice is told once"


def test_a_clip_may_have_the_sound_that_somebody_was_let_hear_and_no_other() -> None:
    """Of its own camera or else of the unit's microphone, in the time of the tickets, also after they have ended."""
    room = room_with_a_call()
    ticket = the(OpenVideo, listen(room, "SO-1-mic", 40)).ticket

    def heard(s: float, camera: str, since: float, until: float) -> list[tuple[str, int, int]]:
        span = {"start": str(when(since)), "end": str(when(until))}
        said = {"reason": "the crash", "case": room.incident.incident}
        asked = the(KeepClip, room.tell(act("clip.keep", camera, s, **said, **span)))
        assert all((one.operator, one.reason) == ("ada", "call") for one in asked.heard)
        return [(one.ticket, one.since, one.until) for one in asked.heard]

    assert heard(51, "SO-1-dash", 30, 50) == [(ticket, when(40), when(160))]
    assert heard(52, "gate", 30, 50) == heard(53, "SO-1-dash", 10, 39) == []
    room.tell(act("camera.stop", ticket, 60))
    room.restart()
    assert heard(61, "SO-1-mic", 30, 60) == heard(62, "SO-1-dash", 30, 60) == [(ticket, when(40), when(60))]
    assert heard(90, "SO-1-dash", 61, 89) == []


def test_a_clip_is_kept_of_a_stop_as_well_and_shown_with_the_unit() -> None:
    """Also where the camera is on nobody's wall; a call is as good as its incident."""
    room = room_with_a_call()
    room.tell(StopOpened(at=when(50), source="terminals", unit="SO-1", stop="s1"))
    span = {"start": str(when(40)), "end": str(when(70))}
    effects = room.tell(act("clip.keep", "SO-1-dash", 100, reason="the stop", case="SO-1/s1", **span))
    assert (the(KeepClip, effects).incident, the(KeepClip, effects).at_once) == ("SO-1/s1", False)
    assert [(it.topic, it.subject) for it in of(Notify, effects)] == [("unit", "SO-1")]
    effects = room.tell(act("clip.keep", "gate", 101, reason="the call", case="cad/c1", **span))
    assert the(KeepClip, effects).incident == room.incident.incident


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"case": "i9.9"}, "there is no call or stop i9.9"),
        ({"start": "soon"}, "a clip ends after it begins"),
        ({"end": str(when(39))}, "a clip ends after it begins"),
        ({"end": str(when(40) + 601 * SECOND)}, "a clip is at most 10 minutes long"),
        ({"start": str(when(100)), "end": str(when(110))}, "what has not happened yet cannot be kept"),
    ],
)
def test_a_clip_that_makes_no_sense_is_refused(said: dict[str, str], why: str) -> None:
    effects = keep(room_with_a_call(), 100, 40, 70, **said)
    assert refusal(effects) == why
    assert of(KeepClip, effects) == []
