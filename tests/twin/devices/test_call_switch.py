"""The CAD: order, delay, repetition and silence."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices import eido
from twin.devices.call_switch import CallSwitch
from twin.devices.clock import call_later
from twin.devices.faults import AnyFault, ClockSkew, Partition, Retransmit, Silent
from twin.devices.line import Line
from twin.devices.line_quality import REQUEST
from twin.devices.things import CallFact

CALL = CallFact(0, "c-1", "26-000117", "Crash", 1, "+13375550100", 30.2, -93.2, 900.0, None, "two cars")
BETTER = msgspec.structs.replace(CALL, lat=30.21, uncertainty_m=15.0)


class Room:
    """One switch, with a call that opens at 10 s, is located at 20 s and closes at 30 s."""

    def __init__(self, faults: list[AnyFault] | None = None, line_faults: list[AnyFault] | None = None) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        line = Line(self.env, self.recorder, "cad", "application/json", Random(1), REQUEST, faults=line_faults or [])
        self.switch = CallSwitch(
            self.env, "cad/cpso", eido.CPSO_CAD, line, Random(2), epoch=EPOCH, faults=faults or [], log=self.diary
        )
        call_later(self.env, 10 * SECOND, self.switch.opened, CALL)
        call_later(self.env, 20 * SECOND, self.switch.updated, BETTER)
        call_later(self.env, 30 * SECOND, self.switch.closed, BETTER, "report taken")

    def run(self) -> list[dict[str, Any]]:
        self.env.run(until=600 * SECOND)
        return [json.loads(data) for data in self.recorder.data]


def test_a_call_is_published_as_it_becomes_known() -> None:
    """Three objects of one incident and one call, each a moment after its key, the second with the better place."""
    room = Room()
    said = room.run()
    assert [o["incidentComponent"]["incidentStatusCommonRegistryText"] for o in said] == [
        ["Active"],
        ["Active"],
        ["Closed"],
    ]
    assert len({(o["$id"], o["callComponent"][0]["$id"]) for o in said}) == 1
    assert "15.0</gs:radius>" in said[1]["locationComponent"][0]["locationByValue"]
    for message, key_s in zip(room.recorder.carried, (10, 20, 30), strict=True):
        assert 150_000 <= message.at_us - key_s * SECOND <= 1_200_000
    assert [kind for kind, _ in room.diary.entries] == ["call-opened", "call-updated", "call-closed"]


def test_keys_pressed_together_stay_in_order() -> None:
    """However the delays fall, an update never leaves before the opening it is about."""
    for seed in range(30):
        env = Environment()
        recorder = Recorder(env)
        line = Line(env, recorder, "cad", "application/json", Random(1), REQUEST)
        switch = CallSwitch(env, "cad/cpso", eido.CPSO_CAD, line, Random(seed), epoch=EPOCH)
        switch.opened(CALL)
        switch.updated(BETTER)
        switch.closed(BETTER, "done")
        env.run()
        radii = ["900.0<" in data.decode() for data in recorder.data]
        assert radii == [True, False, False]
        assert b"callEnd" in recorder.data[2]


def test_an_outage_delays_calls_and_loses_none() -> None:
    """Unanswered messages come again after the outage, all three."""
    said = Room(line_faults=[Partition(on="*", for_s=60)]).run()
    assert sorted(o["callComponent"][0]["callStateRegistryText"] for o in said) == [
        "callAnswered",
        "callAnswered",
        "callEnd",
    ]


def test_faults_repeat_silence_and_misdate() -> None:
    """Retransmitted though answered; unsaid and logged as such; stamped by a wrong clock."""
    assert len(Room([Retransmit(on="*", times=2)]).run()) == 9
    silent = Room([Silent(on="*", from_s=15)])
    assert len(silent.run()) == 1
    assert silent.switch.unsaid == 2 == len(silent.diary.of("call-unsaid"))
    (opened, *_) = Room([ClockSkew(on="*", by_s=-600)]).run()
    assert opened["lastUpdateTimeStamp"] == "2026-02-28T23:50:10.000Z"
    assert opened["callComponent"][0]["callStartTimestamp"] == "2026-02-28T23:50:00.000Z"
