"""What a dash camera remembers is kept by itself when something happens to its unit, where the site wants that."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from center.core import triggers
from center.core.camera_events import ClipKept
from center.core.effects import Audit, Effect, KeepClip, Notify, OpenVideo, WakeAt
from center.core.events import SiteLoaded, StopOpened
from center.core.retention_facts import Retention, RetentionDue
from center.core.roster import Policy
from tests.center.core.facts import CAMERAS, LAT, Room, called, hung_up, moved, of, reported, site, the, when, woke

DASHES = tuple(replace(it, remembers=True) if it.kind == "dash" else it for it in CAMERAS)


def roster(*keep_on: str, s: float = 0, **said: Any) -> SiteLoaded:
    return site(s, cameras=DASHES, keep_on=keep_on or tuple(triggers.HAPPENINGS), **said)


def clips(effects: list[Effect]) -> list[tuple[str, str, str]]:
    return [(it.camera, it.operator, it.incident) for it in of(KeepClip, effects)]


def test_the_emergency_button_has_the_minute_before_it_kept_in_the_name_of_the_rule() -> None:
    """Asked for at once, from a minute before to half a minute after; the trail has the rule where a person would
    stand; the unit shows it, asked and kept. Fails when it waits until the camera has forgotten."""
    room = Room(roster())
    effects = room.tell(reported("modem-1", 100, "emergency"))
    asked, line = the(KeepClip, effects), the(Audit, effects)
    assert (asked.camera, asked.incident, asked.start, asked.end, asked.at_once) == (
        *("SO-1-dash", "SO-1", when(40), when(130), True),
    )
    assert (line.operator, line.act, line.subject, line.granted, line.reason, line.case) == (
        *("rule/emergency", "clip.keep", "SO-1-dash", True, "SO-1 pressed the emergency button", "SO-1"),
    )
    assert ("unit", "SO-1") in [(it.topic, it.subject) for it in of(Notify, effects)]
    assert of(OpenVideo, effects) == [], "nobody is let watch"
    room.restart()
    assert list(room.picture.pending) == [asked.id]
    shown = room.tell(ClipKept(at=when(140), source="relay", answers=asked.id, start=when(41), end=when(130), size=9))
    assert the(Notify, shown).subject == "SO-1"
    (name,) = room.picture.clips.on["SO-1"]
    assert room.picture.clips.clips[name].state == "kept"
    assert room.picture.counts.months == {}, "no person did anything that could have helped"


@pytest.mark.parametrize("status", ["pursuit", "code-3", "crash"])
def test_what_a_terminal_reports_has_it_kept(status: str) -> None:
    room = Room(roster())
    assert clips(room.tell(reported("SO-1", 1, status))) == [("SO-1-dash", f"rule/{status}", "SO-1")]
    assert clips(room.tell(reported("SO-1", 2, "available"))) == []


def test_silence_at_a_stop_has_it_kept_for_the_stop() -> None:
    room = Room(roster())
    opened = StopOpened(at=when(10), source="terminals", unit="SO-1", stop="s1")
    asked = room.tell(woke(the(WakeAt, room.tell(opened)), 310))
    assert clips(asked) == []
    late = [effect for timer in of(WakeAt, asked) for effect in room.tell(woke(timer, 340))]
    assert clips(late) == [("SO-1-dash", "rule/stop-silent", "SO-1/s1")]


def test_it_belongs_to_the_stop_or_else_to_the_open_call_beside_a_unit_that_stands() -> None:
    """Not to one that a car in pursuit happens to pass, nor to one that is over."""
    room = Room(roster(), called("c1", 1), called("c2", 1, LAT + 0.02))
    near = room.incidents[0].incident
    room.tell(moved("SO-1", 5, LAT + 0.002))
    assert clips(room.tell(reported("SO-1", 6, "pursuit"))) == [("SO-1-dash", "rule/pursuit", "SO-1")]
    assert clips(room.tell(reported("SO-1", 7, "crash"))) == [("SO-1-dash", "rule/crash", near)]
    room.tell(hung_up("c1", 8))
    assert clips(room.tell(reported("SO-1", 9, "emergency"))) == [("SO-1-dash", "rule/emergency", "SO-1")]
    room.tell(StopOpened(at=when(400), source="terminals", unit="SO-1", stop="s1"))
    assert clips(room.tell(reported("SO-1", 401, "crash"))) == [("SO-1-dash", "rule/crash", "SO-1/s1")]


@pytest.mark.parametrize(
    "facts",
    [
        (site(cameras=DASHES), reported("SO-1", 1, "emergency")),
        (roster("pursuit"), reported("SO-1", 1, "emergency")),
        (roster(), reported("SO-2", 1, "emergency")),
        (roster(), reported("PD-1", 1, "emergency")),
        (roster(), reported("nobody", 1, "emergency")),
        (site(keep_on=("emergency",)), reported("SO-1", 1, "emergency")),
        (
            site(cameras=(replace(DASHES[0], agency="LCPD"),), keep_on=("emergency",)),
            reported("SO-1", 1, "emergency"),
        ),
    ],
    ids=["off", "another rule", "no camera", "a partner's unit", "a stranger", "no memory", "a partner's camera"],
)
def test_nothing_is_kept_and_nothing_audited(facts: tuple[Any, ...]) -> None:
    """Switched off, of a partner's, or where nothing is remembered: not even a line."""
    room = Room(*facts[:-1])
    effects = room.tell(facts[-1])
    assert of(KeepClip, effects) == of(Audit, effects) == []
    assert room.picture.triggers.last == {}


def test_a_button_that_is_pressed_again_and_again_is_one_clip_for_five_minutes() -> None:
    """Another happening is another clip."""
    room = Room(roster())
    asked = [bool(clips(room.tell(reported("SO-1", s, "emergency")))) for s in (1, 2, 100, 300, 301, 302)]
    assert asked == [True, False, False, False, True, False]
    assert clips(room.tell(reported("SO-1", 303, "crash")))
    room.tell(reported("SO-1", 2000, "crash"))
    assert list(room.picture.triggers.last) == ["SO-1/crash"], "what is over is not remembered"


def test_so_many_at_a_time_and_the_next_is_refused_in_the_trail() -> None:
    cameras = tuple(replace(DASHES[0], camera=f"SO-{n}-dash", unit=f"SO-{n}") for n in range(1, 8))
    room = Room(site(cameras=cameras, keep_on=("emergency",)))
    told = [room.tell(reported(f"SO-{n}", n, "emergency")) for n in range(1, 7)]
    assert [len(of(KeepClip, effects)) for effects in told] == [1, 1, 1, 1, 0, 0]
    line = the(Audit, told[4])
    assert (line.operator, line.granted, line.why) == (
        *("rule/emergency", False, "4 cameras' memories are being read already"),
    )
    assert of(Audit, room.tell(reported("SO-5", 8, "emergency"))) == [], "nor does the trail fill up"
    room.tell(ClipKept(at=when(9), source="relay", answers=the(KeepClip, told[0]).id, trouble="it is gone"))
    assert of(KeepClip, room.tell(reported("SO-7", 10, "emergency")))


def test_it_is_forgotten_like_any_clip() -> None:
    room = Room(roster(retention=Retention(clips_days=30), policy=Policy()))
    room.tell(reported("SO-1", 1, "emergency"))
    room.tell(RetentionDue(at=when(29 * 86_400), source="clock"))
    assert room.picture.clips.clips
    room.tell(RetentionDue(at=when(31 * 86_400), source="clock"))
    kept = room.picture.clips
    assert (kept.clips, kept.of, kept.on) == ({}, {}, {})
