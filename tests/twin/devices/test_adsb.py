"""The ADS-B receiver: rates, reach, clocks and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from center.core.events import AircraftSeen, Micros
from center.ingest.aircraft_json import AircraftJsonFeed
from center.ingest.beast import BeastFeed
from center.ingest.feed import Feed, Origin
from tests.twin.devices.recorder import EPOCH, SECOND, Recorder
from twin.devices.adsb import AIRCRAFT_LIMIT, BEAT_US, AdsbReceiver
from twin.devices.antenna import Antenna
from twin.devices.faults import AnyFault, ClockSkew, Jump, Reboot
from twin.devices.line import Line
from twin.devices.line_quality import STREAM
from twin.devices.things import AircraftState

LAT, LON, HEIGHT_M = 30.126, -93.223, 20.0
ANTENNA = Antenna(LAT, LON, HEIGHT_M)
PLANE = AircraftState("a1b2c3", "CPSO1", LAT + 0.02, LON, 600.0, 50.0, 90.0)


class Tower:
    """One receiver and a sky."""

    def __init__(
        self,
        states: Callable[[int], list[AircraftState]] | None = None,
        faults: list[AnyFault] | None = None,
        dialect: str = "sbs",
        every_us: int = BEAT_US,
    ) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        line = Line(self.env, self.recorder, "adsb", "tower", Random(1), STREAM)
        self.receiver = AdsbReceiver(
            self.env, "adsb/klch", ANTENNA, states or (lambda _: [PLANE]), line, Random(2), epoch=EPOCH,
            faults=faults or [], dialect=dialect, every_us=every_us,
        )  # fmt: skip

    def run(self, seconds: int) -> list[list[str]]:
        """The fields of every line."""
        self.env.run(until=seconds * SECOND)
        text = b"".join(self.recorder.data).decode("latin-1")
        return [line.split(",") for line in text.split("\r\n") if line]


def test_rates_are_those_of_a_transponder() -> None:
    """Twice a second position and velocity, every five seconds the callsign, now and then what radars ask for."""
    kinds = Counter(fields[1] for fields in Tower().run(3600))
    assert abs(kinds["3"] / 3600 - 1.93) < 0.06
    assert abs(kinds["4"] / 3600 - 1.93) < 0.06
    assert abs(kinds["1"] / 3600 - 0.193) < 0.02
    assert set(kinds) == {"1", "3", "4", "5", "6", "7", "8"}


def test_stamps_are_the_receivers_and_run_on() -> None:
    """Generated within a tenth of a second of the moment it stands for, logged not before it was generated."""
    tower = Tower()
    lines = tower.run(60)
    arrivals = [message.at_us for message in tower.recorder.carried for _ in range(message.data.count(b"\n"))]
    made = [datetime.strptime(f"{f[6]} {f[7]} +0000", "%Y/%m/%d %H:%M:%S.%f %z").timestamp() for f in lines]
    logged = [datetime.strptime(f"{f[8]} {f[9]} +0000", "%Y/%m/%d %H:%M:%S.%f %z").timestamp() for f in lines]
    assert made == sorted(made)
    for arrived, made_s, logged_s in zip(arrivals, made, logged, strict=True):
        assert 0 <= (EPOCH + arrived) / 1e6 - made_s < 0.102
        assert logged_s >= made_s


def test_the_first_positions_cannot_be_placed() -> None:
    """A receiver needs an even and an odd frame; until then MSG,3 has an altitude and no position."""
    positions = [fields for fields in Tower().run(20) if fields[1] == "3"]
    assert [bool(fields[14]) for fields in positions[:4]] == [False, False, True, True]
    assert all(fields[11] for fields in positions)


@given(st.floats(0, 12_000), st.floats(0, 4))
def test_nobody_is_heard_beyond_the_horizon(altitude_m: float, north_deg: float) -> None:
    """An aircraft's share of messages received falls with distance, to none at 4.12 km (root 20 + root altitude)."""
    state = msgspec.structs.replace(PLANE, lat=LAT + north_deg, altitude_m=altitude_m)
    horizon_m = min(280_000.0, 4120 * (20**0.5 + altitude_m**0.5))
    share = ANTENNA.share_heard(state)
    assert (share > 0) == (north_deg * 111_320 < horizon_m)
    nearer = msgspec.structs.replace(state, lat=LAT + north_deg / 2)
    assert ANTENNA.share_heard(nearer) >= share


def test_an_empty_sky_is_a_heartbeat() -> None:
    """A blank line a minute, so that the center can tell a quiet sky from a dead receiver."""
    tower = Tower(lambda _: [])
    tower.run(600)
    assert set(tower.recorder.data) == {b"\r\n"}
    assert 9 <= len(tower.recorder.data) <= 10


def test_on_the_ground_it_says_so() -> None:
    """MSG,2 with the ground flag, and no MSG,3 or MSG,4."""
    taxiing = msgspec.structs.replace(PLANE, on_ground=True, altitude_m=0.0, speed_mps=5.0)
    lines = Tower(lambda _: [taxiing]).run(60)
    assert {fields[1] for fields in lines} == {"1", "2", "6", "8"}
    assert {fields[21] for fields in lines} == {"-1"}


def test_who_was_away_must_be_placed_anew() -> None:
    """After a few minutes without a word the receiver has forgotten an aircraft; after seconds it has not."""
    for gap_s, unplaced in ((10, 2), (300, 4)):
        tower = Tower(lambda now, gap_s=gap_s: [] if 60 <= now / SECOND < 60 + gap_s else [PLANE])  # type: ignore[misc]
        placed = [bool(fields[14]) for fields in tower.run(500) if fields[1] == "3"]
        assert placed.count(False) == unplaced


def test_a_full_sky_is_bounded() -> None:
    """The receiver follows so many aircraft and no more."""
    sky = [msgspec.structs.replace(PLANE, icao=f"{number:06x}") for number in range(AIRCRAFT_LIMIT + 100)]
    assert len({fields[4] for fields in Tower(lambda _: sky).run(10)}) == AIRCRAFT_LIMIT


def test_a_jump_is_a_phantom() -> None:
    """Some positions of a slow aeroplane are a hundred kilometres away, and the rest are true."""
    lines = Tower(faults=[Jump(on="*", by_m=100_000, share=0.05)]).run(1200)
    off = [abs(float(f[14]) - PLANE.lat) + abs(float(f[15]) - PLANE.lon) for f in lines if f[1] == "3" and f[14]]
    phantoms = [distance for distance in off if distance > 0.5]
    assert 0.03 < len(phantoms) / len(off) < 0.07
    assert min(off) == 0


def test_a_reboot_forgets_and_a_skewed_clock_shows() -> None:
    """After a reboot the aircraft must be placed anew; a clock an hour slow stamps an hour early."""
    tower = Tower(faults=[Reboot(on="*", from_s=30, for_s=20, settle_s=5), ClockSkew(on="*", by_s=-3600)])
    lines = tower.run(80)
    assert not [m for m in tower.recorder.carried if 30 * SECOND <= m.at_us < 55 * SECOND]
    placed = [bool(fields[14]) for fields in lines if fields[1] == "3"]
    assert placed.count(False) == 4
    first = datetime.strptime(f"{lines[0][6]} {lines[0][7]} +0000", "%Y/%m/%d %H:%M:%S.%f %z")
    assert first.astimezone(UTC).hour == 23


# --- reach ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("east_deg", "altitude_m", "is_heard"),
    [(0.3, 300.0, False), (0.3, 3_000.0, True), (-0.3, 300.0, True), (0.02, 300.0, True)],
)
def test_behind_an_obstacle_only_the_high_are_heard(east_deg: float, altitude_m: float, is_heard: bool) -> None:
    """A hangar in the east hides what is less than three degrees above the horizon there, and nothing elsewhere."""
    antenna = Antenna(LAT, LON, HEIGHT_M, blocked=((45.0, 135.0, 3.0),))
    state = msgspec.structs.replace(PLANE, lat=LAT, lon=LON + east_deg, altitude_m=altitude_m)
    assert (antenna.share_heard(state) > 0.0) == is_heard


def test_an_obstacle_may_stand_in_the_north() -> None:
    """A sector is counted clockwise, past north."""
    antenna = Antenna(LAT, LON, HEIGHT_M, blocked=((350.0, 10.0, 3.0),))
    ahead = msgspec.structs.replace(PLANE, lat=LAT + 0.3, lon=LON, altitude_m=300.0)
    behind = msgspec.structs.replace(PLANE, lat=LAT - 0.3, lon=LON, altitude_m=300.0)
    assert antenna.share_heard(ahead) == 0.0
    assert antenna.share_heard(behind) > 0.0


def test_a_range_is_a_range() -> None:
    antenna = Antenna(LAT, LON, HEIGHT_M, range_m=100_000.0)
    state = msgspec.structs.replace(PLANE, altitude_m=11_000.0)
    assert antenna.share_heard(msgspec.structs.replace(state, lat=LAT + 0.85)) > 0.0
    assert antenna.share_heard(msgspec.structs.replace(state, lat=LAT + 0.95)) == 0.0


# --- other dialects ---------------------------------------------------------------------------------------------------


CLIMBING = msgspec.structs.replace(PLANE, climb_mps=3.0, squawk="4401")


def heard(dialect: str, feed: Feed, states: list[AircraftState], seconds: int = 60) -> list[AircraftSeen]:
    """What the center's decoder makes of all that a receiver says."""
    tower = Tower(lambda _: states, dialect=dialect)
    tower.run(seconds)
    out: list[AircraftSeen] = []
    for message in tower.recorder.carried:
        events = feed.receive(message.data, Micros(EPOCH + message.at_us))
        assert all(isinstance(event, AircraftSeen) for event in events)
        out += [event for event in events if isinstance(event, AircraftSeen)]
    return out


def test_beast_says_what_the_aircraft_does() -> None:
    """Where it is, how high and fast, who it is and its squawk; and an aircraft on the apron is placed, too."""
    taxiing = msgspec.structs.replace(
        PLANE, icao="a00001", lat=LAT, lon=LON, on_ground=True, altitude_m=0.0, speed_mps=5.0
    )
    feed = BeastFeed(Origin("test"), {"lat": str(LAT), "lon": str(LON)})
    seen = heard("beast", feed, [CLIMBING, taxiing])
    flying = [one for one in seen if one.icao == PLANE.icao]
    assert {one.callsign for one in flying} == {"CPSO1", None}
    assert {one.squawk for one in flying} == {"4401", None}
    places = [(one.lat, one.lon) for one in flying if one.lat is not None]
    assert len(places) > 100
    assert all(abs((lat or 0) - PLANE.lat) + abs((lon or 0) - PLANE.lon) < 1e-4 for lat, lon in places)
    assert {round(one.altitude_m / 0.3048 / 25) * 25 for one in flying if one.altitude_m is not None} == {1975}
    grounded = [one for one in seen if one.icao == "a00001" and one.lat is not None]
    assert len(grounded) > 20
    assert all(one.on_ground and abs((one.lat or 0) - LAT) < 1e-4 for one in grounded)


def test_the_document_says_what_the_aircraft_does() -> None:
    """aircraft.json, fetched twice a second: the same facts, as the document words them."""
    feed = AircraftJsonFeed(Origin("test", whole=True), {})
    seen = heard("aircraft-json", feed, [CLIMBING])
    last = seen[-1]
    assert (last.icao, last.callsign, last.squawk, last.on_ground) == (PLANE.icao, "CPSO1", "4401", False)
    assert last.speed_mps is not None
    assert abs(last.speed_mps - PLANE.speed_mps) < 0.1
    placed = [one for one in seen if one.lat is not None]
    assert len(placed) > 80
    assert {(one.lat, one.lon) for one in placed} == {(PLANE.lat, PLANE.lon)}
    assert all(one.seen is not None and EPOCH <= one.seen <= one.at for one in placed)


def test_beast_is_silent_but_for_a_heartbeat() -> None:
    """An empty frame a minute from a receiver that hears nobody."""
    tower = Tower(lambda _: [], dialect="beast")
    tower.run(600)
    assert set(tower.recorder.data) == {b"\x1a1" + bytes(9)}


def test_who_is_gone_leaves_the_document() -> None:
    """After a minute without a message; the document itself is written on."""
    tower = Tower(lambda now: [PLANE] if now < 30 * SECOND else [], dialect="aircraft-json")
    tower.run(120)
    counts = [len(msgspec.json.decode(data)["aircraft"]) for data in tower.recorder.data]
    assert counts[40] == 1
    assert counts[-1] == 0
    assert len(counts) > 230


def test_a_spared_line_carries_one_position_in_its_time() -> None:
    """A receiver that passes on every two seconds says a quarter of the positions and almost as many names."""
    kinds = Counter(fields[1] for fields in Tower(every_us=2 * SECOND).run(3600))
    assert 1_700 < kinds["3"] <= 1_800
    assert 1_700 < kinds["4"] <= 1_800
    assert 600 < kinds["1"] < 760


@pytest.mark.parametrize("dialect", ["beast", "aircraft-json"])
def test_a_restart_forgets(dialect: str) -> None:
    """After a reboot stamps count from nothing, and the document is empty until somebody is heard anew."""
    tower = Tower(faults=[Reboot(on="*", from_s=30, for_s=20, settle_s=5)], dialect=dialect)
    tower.run(80)
    after = next(message for message in tower.recorder.carried if message.at_us >= 55 * SECOND)
    if dialect == "beast":
        assert after.data[2:5] == bytes(3)
    else:
        assert msgspec.json.decode(after.data)["messages"] < 10
