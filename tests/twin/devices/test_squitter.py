"""Mode S messages: known frames bit for bit, and what another vendor's decoder makes of ours."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.events import AircraftSeen, Micros
from center.ingest.mode_s import ModeS
from tests.twin.devices.samples import sample
from twin.devices import squitter
from twin.devices.things import AircraftState

NOW = Micros(1_772_323_200_000_000)
FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
RECEIVER = (30.126, -93.223)
PLANE = AircraftState("a1b2c3", "CPSO1", 30.2, -93.3, 600.0, 49.0, 123.0, 2.0, "4401")


def aircraft(**said: object) -> AircraftState:
    values = {name: getattr(PLANE, name) for name in PLANE.__struct_fields__} | said
    return AircraftState(**values)


def understood(*messages: bytes) -> AircraftSeen:
    """What the last of them says to a decoder that has heard the ones before."""
    decoder = ModeS("test", RECEIVER)
    decoder.read(squitter.all_call(PLANE), NOW)
    seen = [decoder.read(message, Micros(NOW + 400_000 * number)) for number, message in enumerate(messages, 1)]
    assert seen[-1] is not None
    return seen[-1]


KNOWN = {
    "8d4840d6202cc371c32ce0576098": squitter.identification(aircraft(icao="4840d6", callsign="KLM1023", category="A0")),
    "8d40621d58c382d690c8ac2863a7": squitter.airborne_position(
        aircraft(icao="40621d", lat=52.2572021484375, lon=3.91937255859375, altitude_m=38_000 * FOOT_M), odd=False
    ),
    "8d40621d58c386435cc412692ad6": squitter.airborne_position(
        aircraft(icao="40621d", lat=52.26578017412606, lon=3.938912527901785, altitude_m=38_000 * FOOT_M), odd=True
    ),
}
"""Frames that aircraft really sent, as textbooks on the format take them apart."""


@pytest.mark.parametrize("frame", KNOWN)
def test_a_real_frame_comes_out_bit_for_bit(frame: str) -> None:
    """From what the frame says, the frame: fields, compact position, parity."""
    assert KNOWN[frame].hex() == frame


def test_captured_frames_have_our_parity() -> None:
    """Every frame that a receiver kept: what parity says of its body is what stands behind it."""
    frames = [line.strip("*;\n") for line in sample("adsb/avr_readsb_pymodes_406B90.txt").read_text().splitlines()]
    squitters = [bytes.fromhex(frame) for frame in frames if frame.startswith("8D")]
    assert len(squitters) > 100
    for frame in squitters:
        assert squitter.parity(frame[:-3]) == int.from_bytes(frame[-3:], "big")


def test_a_captured_callsign_is_ours() -> None:
    """The airliner of the capture says its name as we would say it."""
    said = squitter.identification(aircraft(icao="406b90", callsign="EZY85MH", category="A0")).hex().upper()
    assert f"*{said};" in sample("adsb/avr_readsb_pymodes_406B90.txt").read_text()


@given(st.floats(-80.0, 80.0), st.floats(-179.9, 179.9), st.floats(-300.0, 14_000.0))
def test_a_position_in_the_air_is_understood(lat: float, lon: float, altitude_m: float) -> None:
    """Even and odd together give the place to a few metres and the height to 25 ft, anywhere."""
    craft = aircraft(lat=lat, lon=lon, altitude_m=altitude_m)
    decoder = ModeS("test")
    for odd in (False, True):
        seen = decoder.read(squitter.airborne_position(craft, odd=odd), NOW)
    assert seen is not None
    assert seen.icao == "a1b2c3"
    assert seen.on_ground is False
    assert seen.altitude_m == pytest.approx(altitude_m, abs=12.6 * FOOT_M)
    if seen.lat is None or seen.lon is None:
        return  # at a zone's limit the two frames count different numbers of zones, and a receiver waits for the next
    assert hypot(seen.lat - lat, (seen.lon - lon) * cos(radians(lat))) * 111_320 < 12.0


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(0.0, 80.0), st.floats(0.0, 359.9))
def test_a_position_on_the_ground_is_understood(north: float, east: float, mps: float, course_deg: float) -> None:
    """To a receiver that knows where it stands: the place to a few metres, speed and track as coarsely as they go."""
    craft = aircraft(
        lat=RECEIVER[0] + north, lon=RECEIVER[1] + east, speed_mps=mps, course_deg=course_deg, on_ground=True
    )
    seen = understood(*(squitter.surface_position(craft, odd=odd) for odd in (False, True)))
    assert seen.on_ground is True
    assert seen.lat == pytest.approx(craft.lat, abs=3e-5)
    assert seen.lon == pytest.approx(craft.lon, abs=3e-5)
    assert seen.speed_mps == pytest.approx(mps, abs=2.6 * KNOT_MPS)
    assert seen.course_deg is not None
    assert abs((seen.course_deg - course_deg + 180.0) % 360.0 - 180.0) <= 1.5


@given(st.floats(0.0, 300.0), st.floats(0.0, 359.9), st.floats(-30.0, 30.0))
def test_a_velocity_is_understood(mps: float, course_deg: float, climb_mps: float) -> None:
    """Within the rounding of knots and of 64 ft a minute."""
    craft = aircraft(speed_mps=mps, course_deg=course_deg, climb_mps=climb_mps)
    seen = understood(squitter.velocity(craft))
    assert seen.speed_mps == pytest.approx(mps, abs=0.75 * KNOT_MPS)
    assert seen.climb_mps == pytest.approx(climb_mps, abs=33 * FOOT_M / 60)
    if mps > 20.0:
        assert seen.course_deg is not None
        assert abs((seen.course_deg - course_deg + 180.0) % 360.0 - 180.0) < 2.0


@given(st.integers(0, 0o7777))
def test_a_squawk_is_understood(code: int) -> None:
    """Every one of four octal digits; 0000 says nothing."""
    seen = understood(squitter.identity_reply(aircraft(squawk=f"{code:04o}")))
    assert seen.squawk == (f"{code:04o}" if code else None)


@given(st.floats(-300.0, 14_000.0))
def test_heights_in_replies_are_understood(altitude_m: float) -> None:
    """Radars' and other aircraft's."""
    craft = aircraft(altitude_m=altitude_m)
    for message in (squitter.altitude_reply(craft), squitter.air_to_air(craft)):
        assert understood(message).altitude_m == pytest.approx(altitude_m, abs=12.6 * FOOT_M)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=8))
def test_a_callsign_is_understood(callsign: str) -> None:
    assert understood(squitter.identification(aircraft(callsign=callsign))).callsign == callsign
