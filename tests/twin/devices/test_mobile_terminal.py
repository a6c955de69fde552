"""The terminal and its deputy: what is shown, how often, when it is acknowledged."""

from __future__ import annotations

import json
from random import Random
from statistics import median
from typing import Any

from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices.clock import call_later
from twin.devices.faults import AnyFault, ClockSkew, Deaf, Reboot, RebootStorm, Silent
from twin.devices.line import Line
from twin.devices.mobile_terminal import LIMIT, WAITING, Terminal


def message(name: str, **fields: object) -> bytes:
    return json.dumps({"v": 1, "id": name, "headline": "STOLEN 123ABC", **fields}).encode()


class Car:
    """One terminal."""

    def __init__(self, faults: list[AnyFault] | None = None) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        line = Line(self.env, self.recorder, "terminals", "terminals/CPSO-12/out", Random(1))
        self.terminal = Terminal(self.env, "CPSO-12", line, Random(2), epoch=EPOCH, faults=faults or [], log=self.diary)

    def receive(self, at_s: float, data: bytes) -> None:
        call_later(self.env, round(at_s * SECOND), self.terminal.receive, data)

    def run(self, seconds: int) -> list[dict[str, Any]]:
        self.env.run(until=seconds * SECOND)
        return [json.loads(data) for data in self.recorder.data]


def test_a_message_is_shown_and_acknowledged_by_a_human() -> None:
    """Seconds later, with the moment of the key by the terminal's clock, on the unit's own topic."""
    car = Car()
    car.receive(20, message("m1", level=0, sent=7))
    acks = [said for said in car.run(300) if "ack" in said]
    assert [said["ack"] for said in acks] == ["m1"]
    (shown,), (acked,) = car.diary.of("shown"), car.diary.of("acked")
    assert (shown["message"], shown["sent_ms"], acked["message"]) == ("m1", 7, "m1")
    sent = next(m for m in car.recorder.carried if b"ack" in m.data)
    assert sent.peer == "terminals/CPSO-12/out"
    assert acks[0]["at"] == (EPOCH + sent.at_us) // 1000
    assert sent.at_us > 20 * SECOND


def test_deputies_take_their_time() -> None:
    """Half within about seven seconds, some much longer, none at once."""
    car = Car()
    for number in range(600):
        car.receive(number * 100, message(f"m{number}"))
    car.run(600 * 100 + 600)
    shown = {entry.message.id: entry.at_us for entry in car.terminal.shown.values()}
    waits = [m.at_us - shown[json.loads(m.data)["ack"]] for m in car.recorder.carried if b"ack" in m.data]
    assert len(waits) == 600
    assert 6 < median(waits) / SECOND < 9
    assert min(waits) > SECOND // 2
    assert max(waits) > 25 * SECOND


def test_a_repeat_is_not_shown_again() -> None:
    """Before the key it changes nothing; after it, it is acknowledged again at once, for the first answer got lost."""
    car = Car()
    for at_s in (20, 20.1, 200):
        car.receive(at_s, message("m1"))
    car.run(300)
    assert len(car.diary.of("shown")) == 1 == car.terminal.acked
    acked_us = [m.at_us for m in car.recorder.carried if b"ack" in m.data]
    assert len(acked_us) == 2
    assert acked_us[1] == 200 * SECOND


def test_nobody_hears_a_deaf_terminal() -> None:
    """The message is on the screen and the key is never pressed; a repeat does not help."""
    car = Car([Deaf(on="*")])
    car.receive(20, message("m1"))
    car.receive(200, message("m1"))
    assert [said for said in car.run(600) if "ack" in said] == []
    assert len(car.terminal.shown) == 1


def test_bytes_that_are_no_message_change_nothing() -> None:
    """They are counted, and what follows is shown."""
    car = Car()
    for data in (b"", b"\xff", b"{", b'{"v":9,"id":"x"}', message("m1")):
        car.receive(20, data)
    car.run(100)
    assert car.terminal.unintelligible == 4
    assert list(car.terminal.shown) == ["m1"]


def test_a_message_that_came_too_late_is_shown_as_expired() -> None:
    """By the terminal's own clock, right or wrong."""
    expires = EPOCH // 1000 + 60_000
    car = Car()
    car.receive(30, message("early", expires=expires))
    car.receive(90, message("late", expires=expires))
    car.run(100)
    assert {name: shown.expired for name, shown in car.terminal.shown.items()} == {"early": False, "late": True}
    fast = Car([ClockSkew(on="*", by_s=3600)])
    fast.receive(30, message("early", expires=expires))
    fast.run(100)
    assert fast.terminal.shown["early"].expired


def test_buttons_speak_and_a_dead_terminal_does_not() -> None:
    """Status and panic go out at once; from a terminal that is off nothing does."""
    car = Car([Silent(on="*", from_s=100)])
    call_later(car.env, 20 * SECOND, car.terminal.press, "enroute")
    call_later(car.env, 30 * SECOND, car.terminal.panic)
    call_later(car.env, 120 * SECOND, car.terminal.panic)
    said = [entry for entry in car.run(200) if "hello" not in entry]
    assert said == [{"v": 1, "status": "enroute"}, {"v": 1, "emergency": True}]
    assert len(car.diary.of("panic")) == 1


def test_what_came_while_it_was_off_is_shown_when_it_is_back() -> None:
    """The broker keeps a hundred; the terminal says hello and shows them without waiting for another message."""
    car = Car([Reboot(on="*", from_s=100, for_s=60)])
    for number in range(WAITING + 20):
        car.receive(110, message(f"m{number}"))
    said = car.run(180)
    assert len(car.terminal.shown) == WAITING
    assert car.terminal.refused == 20
    assert [entry for entry in said if "hello" in entry] == [{"v": 1, "hello": "MDT-7"}] * 2
    assert min(shown.at_us for shown in car.terminal.shown.values()) <= 170 * SECOND


def test_a_storm_of_reboots_is_a_storm_of_hellos() -> None:
    """Each time it comes back it says so."""
    car = Car([RebootStorm(on="*", from_s=60, for_s=300, every_s=60, silent_s=30)])
    assert len([said for said in car.run(600) if "hello" in said]) == 6


def test_memory_is_bounded() -> None:
    """A terminal remembers the last thousand messages, however many come."""
    car = Car()
    for number in range(LIMIT + 500):
        car.receive(20 + number, message(f"m{number}"))
    car.run(LIMIT + 600)
    assert len(car.terminal.shown) == LIMIT
    assert car.terminal.acked > LIMIT
