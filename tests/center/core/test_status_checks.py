"""A deputy at a stop is asked whether all is well, and silence brings the room and whoever is near."""

from __future__ import annotations

from typing import Any

from center.core.effects import Send, WakeAt
from center.core.events import StopClosed, StopOpened
from tests.center.core.facts import Room, acked, of, policy, sends, the, when, woke


def stopped(**numbers: Any) -> tuple[Room, WakeAt]:
    """A stop, and the moment at which its deputy is to be asked."""
    room = Room(policy(**numbers))
    return room, the(WakeAt, room.tell(opened(10)))


def opened(s: float, stop: str = "s1") -> StopOpened:
    return StopOpened(
        at=when(s), source="terminals", unit="SO-1", stop=stop, lat=30.0, lon=-93.0, place="Ryan Street", plate="ABC123"
    )


def test_a_deputy_is_asked_after_a_while_and_again_after_each_answer() -> None:
    room, timer = stopped()
    assert timer.when == when(10 + 300)
    send = the(Send, room.tell(woke(timer, 310)))
    assert (send.unit, send.kind) == ("SO-1", "status-check")
    again = the(WakeAt, room.tell(acked(send, 315, "mdt-1")))
    assert again.when == when(315 + 300)
    assert room.alerts("stop-silent") == []


def test_silence_is_an_alert_and_the_nearest_is_told_to_go_and_see() -> None:
    """Fails when the room hears only after everybody near has been silent, too."""
    room, timer = stopped()
    room.places(s=305)
    asked = room.tell(woke(timer, 310))
    late = [effect for one in of(WakeAt, asked) for effect in room.tell(woke(one, 340))]
    assert sends(late) == ["SO-2"]
    assert the(Send, late).headline.startswith("STATUS CHECK SO-1 (Ryan Street, ABC123)")
    assert room.alert("stop-silent").headline == "SO-1 does not answer at a traffic stop (Ryan Street, ABC123)"
    room.tell(acked(the(Send, asked), 350, "SO-1"))
    assert room.alert("stop-silent").state == "dismissed", "answered after all"


def test_nobody_else_can_answer_for_the_deputy() -> None:
    room, timer = stopped()
    asked = room.tell(woke(timer, 310))
    room.tell(acked(the(Send, asked), 312, "mdt-2"))
    for one in of(WakeAt, asked):
        room.tell(woke(one, 340))
    assert room.alert("stop-silent").state == "raised"


def test_when_the_stop_ends_nobody_is_asked() -> None:
    room, timer = stopped()
    room.tell(StopClosed(at=when(200), source="terminals", unit="SO-1", stop="s1"))
    assert of(Send, room.tell(woke(timer, 310))) == []
    kept: Any = room.picture.status_checks
    assert (kept.watches, kept.timers) == ({}, {})


def test_another_stop_is_watched_from_its_own_beginning() -> None:
    room, _ = stopped()
    assert the(WakeAt, room.tell(opened(200, "s2"))).when == when(500)


def test_a_site_may_ask_nobody() -> None:
    room = Room(policy(status_check_s=0))
    assert of(WakeAt, room.tell(opened(10))) == []


def test_a_stop_that_nobody_ended_is_not_asked_about_for_ever() -> None:
    room, timer = stopped()
    asked = 0
    for _ in range(100):
        effects = room.tell(woke(timer, room.picture.now / 1e6 - when(0) / 1e6 + 300))
        send = the(Send, effects)
        asked += 1
        waiting = of(WakeAt, room.tell(acked(send, room.picture.now / 1e6 - when(0) / 1e6 + 1, "SO-1")))
        if not waiting:
            break
        (timer,) = waiting
    assert asked == 24
