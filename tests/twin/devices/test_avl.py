"""The vehicle's router: rhythm, noise, memory, and the faults of positions, clocks and power."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from math import cos, hypot, radians
from random import Random
from statistics import fmean

import pytest
from pynmeagps import NMEAMessage, NMEAReader  # type: ignore[import-untyped]
from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices.avl import MODELS, AvlRouter
from twin.devices.clock import call_later
from twin.devices.faults import (
    AnyFault,
    ClockSkew,
    Drift,
    DuplicateId,
    Freeze,
    Jump,
    Lie,
    Partition,
    Reboot,
    Silent,
    UrbanDrift,
)
from twin.devices.line import Line
from twin.devices.things import Fix

LAT, LON = 30.2266, -93.2174
DEGREE_M = 111_320


def driving(at_us: int) -> Fix:
    """North at 20 m/s."""
    return Fix(at_us, LAT + 20e-6 * at_us / DEGREE_M, LON, 20.0, 0.0, 5.0)


def parked(at_us: int) -> Fix:
    return Fix(at_us, LAT, LON, 0.0, None, 5.0)


class Patrol:
    """One router on a line of its own."""

    def __init__(
        self,
        position: Callable[[int], Fix] = driving,
        model: str = "nmea-udp",
        faults: list[AnyFault] | None = None,
        line_faults: list[AnyFault] | None = None,
        peer: str = "10.0.0.12:5000",
        memory: int = 500,
    ) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        line = Line(self.env, self.recorder, "avl", peer, Random(1), faults=line_faults or [])
        self.router = AvlRouter(
            self.env, "CPSO-12", model, position, line, Random(2), epoch=EPOCH, faults=faults or [], memory=memory,
            log=self.diary,
        )  # fmt: skip

    def run(self, seconds: int) -> None:
        self.env.run(until=seconds * SECOND)

    def moments(self) -> list[int]:
        return [message.at_us for message in self.recorder.carried]

    def sentences(self) -> list[tuple[str, NMEAMessage]]:
        """Prefix and sentence of every UDP report."""
        said = []
        for data in self.recorder.data:
            prefix, dollar, rest = data.decode().partition("$")
            message = NMEAReader.parse((dollar + rest).encode(), validate=1)
            assert message is not None
            said.append((prefix, message))
        return said


def away_m(message: NMEAMessage, fix: Fix) -> float:
    return hypot((message.lat - fix.lat) * DEGREE_M, (message.lon - fix.lon) * DEGREE_M * cos(radians(fix.lat)))


def seconds_of(message: NMEAMessage) -> float:
    at = message.time
    return float(at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6)


@pytest.mark.parametrize(("position", "every_s"), [(driving, 5), (parked, 60)])
def test_the_rhythm_follows_the_vehicle(position: Callable[[int], Fix], every_s: int) -> None:
    """Every 5 s while it moves, every 60 s at rest."""
    patrol = Patrol(position)
    patrol.run(600)
    moments = patrol.moments()
    assert {later - earlier for earlier, later in pairwise(moments)} == {every_s * SECOND}


def test_setting_off_and_stopping_are_reported_at_once() -> None:
    """A parked car that drives off is not silent until its minute is over, and a stop is said when it happens."""
    patrol = Patrol(lambda at_us: driving(at_us) if 100 * SECOND <= at_us < 130 * SECOND else parked(at_us))
    patrol.run(170)
    speeds = [
        (moment // SECOND, message.spd > 1)
        for moment, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True)
    ]
    assert any(moving and moment < 106 for moment, moving in speeds)
    assert any(not moving and 130 <= moment < 136 for moment, moving in speeds)


def test_an_emergency_raises_the_rhythm_at_once_and_ends() -> None:
    """Every second from the press of the button, and back to five afterwards, with no rhythm left over."""
    patrol = Patrol()
    call_later(patrol.env, 100 * SECOND, patrol.router.set_emergency, True)
    call_later(patrol.env, 120 * SECOND, patrol.router.set_emergency, False)
    patrol.run(200)
    moments = patrol.moments()
    assert [m for m in moments if 100 * SECOND <= m < 120 * SECOND] == [s * SECOND for s in range(100, 120)]
    assert [m for m in moments if m >= 120 * SECOND] == [s * SECOND for s in range(120, 200, 5)]


def test_noise_is_a_few_metres_and_correlated() -> None:
    """Reports lie metres from the truth, not centimetres and not streets, and neighbours err alike."""
    patrol = Patrol()
    patrol.run(6 * 3600)
    errors = [
        ((message.lat - driving(at).lat) * DEGREE_M, away_m(message, driving(at)))
        for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True)
    ]
    norths = [north for north, _ in errors]
    power = fmean(north * north for north in norths)
    alike = fmean(a * b for a, b in pairwise(norths)) / power
    assert 1.5 < power**0.5 < 4.0
    assert 0.8 < alike < 0.97
    assert max(distance for _, distance in errors) < 25


def test_each_model_speaks_its_own_language() -> None:
    """A prefix and RMC; $PCPTI, GGA, RMC, VTG; TAIP with an id; OwnTracks."""
    said = {}
    for model in MODELS:
        patrol = Patrol(model=model, peer="owntracks/cpso/CPSO-12")
        patrol.run(30)
        said[model] = patrol.recorder.data[0].decode()
    assert said["nmea-udp"].startswith("CPSO-12,$GPRMC,")
    assert [line.split(",")[0] for line in said["nmea-tcp"].splitlines()] == ["$PCPTI", "$GNGGA", "$GNRMC", "$GNVTG"]
    assert said["taip"].startswith(">RPV")
    assert ";ID=CPSO-12;*" in said["taip"]
    assert json.loads(said["owntracks"])["_type"] == "location"


def test_what_could_not_be_sent_is_sent_later_with_its_own_time() -> None:
    """After an outage the router bursts its memory, the oldest first, each report with the time it was made."""
    patrol = Patrol(line_faults=[Partition(on="*", from_s=100, for_s=60)])
    patrol.run(200)
    burst = [message for message in patrol.sentences() if 100 <= seconds_of(message[1]) < 160]
    assert len(burst) == 12
    times = [seconds_of(message) for _, message in patrol.sentences()]
    assert times == sorted(times)
    arrivals = [moment for moment in patrol.moments() if 100 * SECOND <= moment < 165 * SECOND]
    assert len(set(arrivals)) == 1
    assert patrol.diary.of("avl-burst") == [{"device": "CPSO-12", "fixes": 12}]


def test_a_parked_router_does_not_sit_on_its_memory() -> None:
    """What it remembered goes out within a tick of the network's return, not with its next report a minute later."""
    patrol = Patrol(parked, line_faults=[Partition(on="*", from_s=100, for_s=130)])
    patrol.run(400)
    (burst,) = [at for at in set(patrol.moments()) if patrol.moments().count(at) > 1]
    assert 230 * SECOND <= burst <= 235 * SECOND


def test_a_long_memory_comes_back_in_pieces() -> None:
    """A hundred remembered reports a tick: a modem that is back does not fill its line with the past at once."""
    patrol = Patrol(line_faults=[Partition(on="*", from_s=100, for_s=1500)])
    patrol.run(1700)
    assert [entry["fixes"] for entry in patrol.diary.of("avl-burst")] == [100, 100, 100]
    assert patrol.router.reported == len(patrol.recorder.carried) == 340


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    """A router that remembers five reports sends the last five of a long outage."""
    patrol = Patrol(line_faults=[Partition(on="*", from_s=100, for_s=600)], memory=5)
    patrol.run(710)
    times = [seconds_of(message) for _, message in patrol.sentences()]
    late = [time for time in times if 100 <= time < 700]
    assert len(late) == 5
    assert min(late) > 674
    assert patrol.router.forgotten == patrol.router.stored - 5 == 115


def test_a_drifting_position_walks_away() -> None:
    """Two metres a second to the east: after 100 s it is 200 m off, and before the fault it is not."""
    patrol = Patrol(faults=[Drift(on="*", from_s=100, rate_mps=2, bearing_deg=90)])
    patrol.run(205)
    _, before = patrol.sentences()[0]
    _, last = patrol.sentences()[-1]
    assert away_m(before, driving(patrol.moments()[0])) < 20
    off_m = (last.lon - LON) * DEGREE_M * cos(radians(LAT))
    assert abs(off_m - 2 * (patrol.moments()[-1] / SECOND - 100)) < 15


@pytest.mark.parametrize("clock", ["runs", "stopped"])
def test_a_frozen_receiver_repeats_itself(clock: str) -> None:
    """One position while the car drives on; with its clock, or the same second again and again."""
    frozen: AnyFault = Freeze(on="*", from_s=100, for_s=100, clock="stopped" if clock == "stopped" else "runs")
    patrol = Patrol(faults=[frozen])
    patrol.run(300)
    said = [
        message
        for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True)
        if 100 <= at / SECOND < 200
    ]
    assert len(said) == 20
    assert len({(message.lat, message.lon) for message in said}) == 1
    before = [
        message for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True) if at / SECOND < 100
    ]
    assert (said[0].lat, said[0].lon, said[0].spd) == (before[-1].lat, before[-1].lon, before[-1].spd)
    assert len({message.time for message in said}) == (1 if clock == "stopped" else 20)
    assert away_m(patrol.sentences()[-1][1], driving(patrol.moments()[-1])) < 25


def test_jumps_strike_a_share_of_the_fixes() -> None:
    """One fix in three is five kilometres away, and the others are where they were."""
    patrol = Patrol(faults=[Jump(on="*", by_m=5000, share=1 / 3)])
    patrol.run(5 * 3000)
    off = [away_m(message, driving(at)) for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True)]
    far = [distance for distance in off if distance > 100]
    assert abs(len(far) / len(off) - 1 / 3) < 0.05
    assert all(abs(distance - 5000) < 40 for distance in far)


def test_a_lie_is_a_constant_offset() -> None:
    """Always 300 m south and 400 m east: half a kilometre off."""
    patrol = Patrol(faults=[Lie(on="*", north_m=-300, east_m=400)])
    patrol.run(100)
    off = [away_m(message, driving(at)) for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True)]
    assert all(abs(distance - 500) < 20 for distance in off)


def test_between_tall_buildings_a_track_strays() -> None:
    """Within half a kilometre of the courthouse a straight drive is told tens of metres off, now to one side and now to
    the other, at its true speed and course; before and behind it is told as it is."""
    town = UrbanDrift(on="*", by_m=40, lat=LAT + 2_000 / DEGREE_M, lon=LON, within_m=500)
    patrol = Patrol(faults=[town])
    patrol.run(200)
    inside, outside = [], []
    for at, (_, message) in zip(patrol.moments(), patrol.sentences(), strict=True):
        near = abs(20.0 * at / SECOND - 2_000) < 480
        (inside if near else outside).append((at, message))
    off = [away_m(message, driving(at)) for at, message in inside if abs(20.0 * at / SECOND - 2_000) < 400]
    assert 20 < fmean(off) < 60
    east = [(message.lon - LON) for _, message in inside]
    assert min(east) < 0 < max(east)
    assert all(away_m(message, driving(at)) < 20 for at, message in outside if abs(20.0 * at / SECOND - 2_000) > 520)
    assert all(abs(message.spd * 1852 / 3600 - 20) < 1 for _, message in inside)


def test_who_is_parked_between_them_wanders() -> None:
    """A standing car's position moves by tens of metres over some minutes, and it says that it stands."""
    patrol = Patrol(position=parked, faults=[UrbanDrift(on="*", by_m=40)])
    patrol.run(1_200)
    said = [message for _, message in patrol.sentences()]
    spread_m = (max(message.lat for message in said) - min(message.lat for message in said)) * DEGREE_M
    assert 40 < spread_m < 100
    assert all(not message.spd for message in said)


@pytest.mark.parametrize(("to", "year"), [("year-1999", 1999), ("week-rollover", 2006)])
def test_a_wrong_clock_dates_fixes_in_another_year(to: str, year: int) -> None:
    """Old receivers think it is 1999, or 1024 weeks ago; the position stays right."""
    skew: AnyFault = ClockSkew(on="*", to="year-1999" if to == "year-1999" else "week-rollover")
    patrol = Patrol(faults=[skew])
    patrol.run(10)
    _, message = patrol.sentences()[0]
    assert message.date.year % 100 == year % 100
    assert away_m(message, driving(patrol.moments()[0])) < 25


def test_a_reboot_is_silence_then_no_fix_then_the_truth() -> None:
    """Nothing for 30 s, then status V at 0,0 in the year 1980, and only then a position again."""
    patrol = Patrol(faults=[Reboot(on="*", from_s=100, for_s=30, settle_s=20)])
    patrol.run(200)
    said = list(zip(patrol.moments(), patrol.sentences(), strict=True))
    assert not [at for at, _ in said if 100 * SECOND <= at < 130 * SECOND]
    settling = [message for at, (_, message) in said if 130 * SECOND <= at < 150 * SECOND]
    assert settling
    assert {(message.status, message.lat, message.lon, message.date.year % 100) for message in settling} == {
        ("V", 0.0, 0.0, 80)
    }
    assert all(message.status == "A" for at, (_, message) in said if at >= 150 * SECOND)


def test_a_hung_router_sends_what_it_collected() -> None:
    """`then: burst`: nothing is lost and nothing is zero, it only comes late."""
    patrol = Patrol(faults=[Reboot(on="*", from_s=100, for_s=30, then="burst")])
    patrol.run(200)
    times = [seconds_of(message) for _, message in patrol.sentences()]
    assert len(times) == 40
    assert times == sorted(times)
    assert all(message.status == "A" for _, message in patrol.sentences())


def test_a_silent_router_says_nothing() -> None:
    """And speaks again when the fault is over."""
    patrol = Patrol(faults=[Silent(on="*", from_s=100, for_s=50)])
    patrol.run(200)
    assert not [at for at in patrol.moments() if 100 * SECOND <= at < 150 * SECOND]
    assert [at for at in patrol.moments() if at >= 150 * SECOND]


@pytest.mark.parametrize("model", list(MODELS))
def test_two_routers_may_claim_one_identity(model: str) -> None:
    """Under the fault the other's identity stands wherever the model says who it is: sentence, report or topic."""
    patrol = Patrol(
        model=model, faults=[DuplicateId(on="*", from_s=50, identity="CPSO-99")], peer="owntracks/cpso/CPSO-12"
    )
    patrol.run(100)
    for message in patrol.recorder.carried:
        said = message.peer if model == "owntracks" else message.data.decode()
        posing = message.at_us >= 50 * SECOND
        assert ("CPSO-99" in said, "CPSO-12" in said) == (posing, not posing)
