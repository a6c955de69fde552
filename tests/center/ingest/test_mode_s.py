"""Mode S messages: what they say, who is believed, and where an aircraft is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from math import cos, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.core.events import SECOND, AircraftSeen, Micros
from center.core.geo import distance_m
from center.ingest.mode_s import MAX_AIRCRAFT, VOUCHED_FOR, ModeS, receiver_option
from center.ingest.mode_s_cpr import AIR_DEG, GROUND_DEG, Cell, place_near, place_of, zones_at
from center.ingest.mode_s_fields import ALTITUDES_M, altitude_of_13_bits, movement_mps, remainder_of, squawk_of_13_bits
from center.ingest.mode_s_track import NEAR_FOR, PAIRED_WITHIN
from tests.center.ingest import transponder as say
from tests.center.ingest.position_feeds import NOW, unhurried
from tests.center.ingest.transponder import HERE, ICAO

M_PER_FT, MPS_PER_KT = 0.3048, 1852 / 3600


def heard(*messages: bytes, receiver: tuple[float, float] | None = None, at: int = NOW) -> list[AircraftSeen]:
    """What one receiver makes of these."""
    mode_s = ModeS("sky", receiver)
    return [seen for message in messages if (seen := mode_s.read(message, Micros(at))) is not None]


def me(bits: int, **more: int) -> AircraftSeen:
    """What one extended squitter says."""
    (seen,) = heard(say.squitter(bits, **more))
    return seen


def fly(
    mode_s: ModeS, places: Iterable[tuple[float, float]], at: int = NOW, step_s: float = 0.5, odd: bool = False
) -> list[AircraftSeen]:
    """An aircraft that sends a position message every `step_s`, even and odd ones in turn."""
    out = []
    for place in places:
        seen = mode_s.read(say.squitter(say.airborne(place, odd)), Micros(at))
        assert seen is not None
        out.append(seen)
        at += round(step_s * SECOND)
        odd = not odd
    return out


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    return place[0] + metres / 111_195, place[1]


def at_place(seen: AircraftSeen, place: tuple[float, float], within_m: float = 8.0) -> bool:
    return seen.lat is not None and seen.lon is not None and distance_m(seen.lat, seen.lon, *place) < within_m


# --- messages that were published -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("8D4840D6202CC371C32CE0576098", {"icao": "4840d6", "callsign": "KLM1023"}),
        ("8D40621D58C382D690C8AC2863A7", {"icao": "40621d", "altitude_m": 38000 * M_PER_FT}),
        (
            "8D485020994409940838175B284F",
            {"speed_mps": 159.2 * MPS_PER_KT, "course_deg": 182.88, "climb_mps": -4.22656},
        ),
        ("8DA05F219B06B6AF189400CBC33F", {"speed_mps": 375 * MPS_PER_KT, "course_deg": 243.98, "climb_mps": -11.70432}),
        ("8C4841753A9A153237AEF0F275BE", {"on_ground": True, "course_deg": 92.8125}),
    ],
)
def test_published_messages_say_what_is_known_of_them(message: str, expected: dict[str, object]) -> None:
    """Examples that every textbook on Mode S has."""
    (seen,) = heard(bytes.fromhex(message))
    for name, value in expected.items():
        assert getattr(seen, name) == (pytest.approx(value, rel=1e-4) if isinstance(value, float) else value), name


def test_a_published_pair_is_where_it_is_known_to_be() -> None:
    """In the air by itself; on the ground near the receiver."""
    odd, even = "8D40621D58C386435CC412692AD6", "8D40621D58C382D690C8AC2863A7"
    last = heard(bytes.fromhex(odd), bytes.fromhex(even))[-1]
    assert (last.lat, last.lon) == (pytest.approx(52.25720, abs=1e-5), pytest.approx(3.91937, abs=1e-5))
    first, second = "8C4841753AAB238733C8CD4020B1", "8C4841753A8A35323FAEBDAC702D"
    last = heard(bytes.fromhex(first), bytes.fromhex(second), receiver=(51.990, 4.375))[-1]
    assert (last.lat, last.lon) == (pytest.approx(52.320607, abs=1e-6), pytest.approx(4.734735, abs=1e-6))


# --- the checksum ---------------------------------------------------------------------------------------------------


@unhurried
@given(body=st.binary(min_size=11, max_size=11), overlay=st.integers(0, (1 << 24) - 1))
def test_the_remainder_is_what_was_laid_over_the_parity(body: bytes, overlay: int) -> None:
    """Long and short; the tables agree with long division."""
    assert remainder_of(say.sealed(body, overlay)) == overlay
    assert remainder_of(say.sealed(body[:4], overlay)) == overlay


def test_no_single_or_double_error_and_no_burst_goes_unnoticed() -> None:
    """Every message with one or two bits wrong, or any wrong within 24 in a row, is refused."""
    good = int.from_bytes(say.squitter(say.airborne()), "big")
    wrong = [1 << place for place in range(107)]  # the first five bits say that there is a checksum at all
    wrong += [1 << one | 1 << other for one in range(107) for other in range(0, one, 7)]
    wrong += [burst << place for burst in (0xFFFFFF, 0x800001, 0xABCDEF) for place in range(80)]
    for bits in wrong:
        with pytest.raises(ValueError, match="checksum wrong"):
            heard((good ^ bits).to_bytes(14, "big"))


@pytest.mark.parametrize(
    "message", [say.squitter(say.airborne())[:7], say.all_call() + bytes(7), say.reply(4, 0) + b"1234567"]
)
def test_a_message_of_the_wrong_length_is_refused(message: bytes) -> None:
    """The format says how long it is."""
    with pytest.raises(ValueError, match="length"):
        heard(message)


@pytest.mark.parametrize("message", [bytes(7), bytes(14)])
def test_zeros_are_nothing(message: bytes) -> None:
    """Some receivers send them so that the connection stays alive."""
    assert heard(message) == []


@pytest.mark.parametrize("icao", [0, 0xFFFFFF])
def test_an_address_that_nobody_has_is_refused(icao: int) -> None:
    """All zeros and all ones are never given out."""
    with pytest.raises(ValueError, match="address"):
        heard(say.squitter(say.airborne(), icao=icao))


@unhurried
@given(message=st.one_of(st.binary(min_size=7, max_size=7), st.binary(min_size=14, max_size=14)))
def test_no_bytes_do_anything_but_be_read_or_refused(message: bytes) -> None:
    """ValueError is the only way out, and random bytes are hardly ever an aircraft."""
    with suppress(ValueError):
        assert heard(message) == [] or remainder_of(message) < 128


# --- who is believed ------------------------------------------------------------------------------------------------


def test_sealed_messages_are_believed_of_aircraft_that_named_themselves() -> None:
    """An altitude reply alone could be any damaged one; behind an all-call reply or a squitter it is not."""
    altitude = say.reply(4, say.ac13(3500))
    assert heard(altitude) == []
    for vouching in (say.all_call(), say.squitter(say.identification("N12LA"))):
        named, told = heard(vouching, altitude)
        assert (told.icao, told.altitude_m) == (named.icao, pytest.approx(3500 * M_PER_FT))


def test_an_aircraft_vouches_for_itself_for_two_minutes() -> None:
    """Later its address may come out of damage again; sealed messages do not renew it."""
    mode_s = ModeS("sky")
    altitude = say.reply(4, say.ac13(3500))
    mode_s.read(say.all_call(), NOW)
    assert mode_s.read(altitude, Micros(NOW + VOUCHED_FOR)) is not None
    assert mode_s.read(altitude, Micros(NOW + VOUCHED_FOR + 1)) is None


def test_a_squitter_of_something_without_a_transponder_vouches_for_nobody() -> None:
    """Ground vehicles and TIS-B stations send squitters and answer no interrogation."""
    assert len(heard(say.squitter(say.airborne(), kind=18, low=0), say.reply(4, say.ac13(3500)))) == 1


def test_an_interrogator_s_code_is_tolerated() -> None:
    """At once from an aircraft that is known, from others when it comes again; more than its seven bits is damage."""
    asked = say.all_call(interrogator=5)
    assert len(heard(say.all_call(), asked)) == 2
    assert heard(asked) == []
    assert [seen.icao for seen in heard(asked, say.all_call(interrogator=77))] == [f"{ICAO:06x}"]
    with pytest.raises(ValueError, match="checksum wrong"):
        heard(say.all_call(interrogator=128))


@pytest.mark.parametrize(
    ("control", "bits", "is_icao"),
    [
        (0, say.airborne(), True),
        (1, say.airborne(), False),
        (2, say.airborne(), True),
        (2, say.airborne() | 1 << 48, False),
        (2, say.surface() | 1 << 35, False),
        (2, say.velocity(10, 10) | 1 << 47, False),
        (2, say.identification("TISB"), True),
        (3, say.airborne(), False),
        (5, say.airborne(), False),
        (6, say.airborne(), True),
        (6, say.airborne() | 1 << 48, False),
        (6, say.emergency("7700") | 1, False),
        (7, say.airborne(), False),
    ],
)
def test_rebroadcasts_count_when_they_name_an_aircraft(control: int, bits: int, is_icao: bool) -> None:
    """TIS-B and ADS-R mark addresses that are not ICAO's; the other kinds have none."""
    assert bool(heard(say.squitter(bits, kind=18, low=control))) == is_icao


@pytest.mark.parametrize("kind", [*range(1, 4), *range(6, 11), 12, 13, 14, 15, 19, 22, 23, *range(24, 32)])
def test_other_formats_say_nothing_and_are_no_fault(kind: int) -> None:
    """Reserved, military and long messages."""
    assert heard(bytes((kind << 3,)) + b"\x5a" * (6 if kind < 16 else 13)) == []


def test_memory_is_bounded_and_keeps_who_was_heard_last() -> None:
    """Twice as many aircraft as are kept: the newest are believed, the oldest have to name themselves again."""
    mode_s = ModeS("sky")
    for number in range(2 * MAX_AIRCRAFT):
        mode_s.read(say.all_call(icao=0x100000 + number), Micros(NOW + number))
    assert mode_s.read(say.reply(4, 0, icao=0x100000 + 2 * MAX_AIRCRAFT - 1), Micros(NOW + SECOND)) is not None
    assert mode_s.read(say.reply(4, 0, icao=0x100000), Micros(NOW + SECOND)) is None


# --- what is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feet", [-1000, 0, 25, 3500, 35975, 50175])
def test_altitudes_in_steps_of_25_feet(feet: int) -> None:
    """In squitters and in replies."""
    assert me(say.airborne(altitude_ft=feet)).altitude_m == pytest.approx(feet * M_PER_FT)
    assert altitude_of_13_bits(say.ac13(feet)) == pytest.approx(feet * M_PER_FT)


GILLHAM = {
    "0020": -1000,
    "0420": -500,
    "0660": -100,
    "0620": 0,
    "0630": 100,
    "0260": 600,
    "0320": 1000,
    "4440": 5800,
    "6110": 10_300,
    "1624": 32_000,
    "3014": 46_300,
    "2514": 50_200,
    "6316": 73_200,
    "0062": 126_600,
    "0042": 126_700,
}
"""Altitudes that other decoders were tested with, by the digits that a radar screen would show of the same pulses."""


def test_gillham_s_code_has_every_hundred_feet_once_and_changes_one_bit_a_step() -> None:
    """From 1,200 ft below to 126,700 ft above: what a Gray code is for."""
    codes = {ALTITUDES_M[code]: code for code in range(4096) if not code & 0x10 and ALTITUDES_M[code] is not None}
    feet = sorted(round(metres / M_PER_FT) for metres in codes if metres is not None)
    assert feet == list(range(-1200, 126_800, 100))
    ordered = [codes[metres] for metres in sorted(codes, key=lambda metres: metres or 0.0)]
    assert all((one ^ other).bit_count() == 1 for one, other in pairwise(ordered))


@pytest.mark.parametrize(("pulses", "feet"), GILLHAM.items())
def test_gillham_s_code_is_the_published_one(pulses: str, feet: int) -> None:
    """In the 13 bits of a reply, and in a squitter's 12."""
    bits = say.id13(pulses)
    assert altitude_of_13_bits(bits) == pytest.approx(feet * M_PER_FT)
    assert ALTITUDES_M[bits >> 1 & 0xFC0 | bits & 0x3F] == pytest.approx(feet * M_PER_FT)


def test_no_altitude_is_none_and_so_is_a_metric_one() -> None:
    """Zeros mean that it is unknown; nobody has ever defined what bit M should mean."""
    assert me(say.airborne(altitude_ft=None)).altitude_m is None
    assert altitude_of_13_bits(0) is None
    assert altitude_of_13_bits(say.ac13(3500) | 0x40) is None


def test_every_squawk_is_read() -> None:
    """All 4,096 but 0000, which is what a transponder sends that has none."""
    for number in range(1, 4096):
        squawk = f"{number:04o}"
        assert squawk_of_13_bits(say.id13(squawk)) == squawk
    assert squawk_of_13_bits(0) is None


def test_squawks_come_from_replies_and_from_emergencies() -> None:
    """Formats 5 and 21, and type 28 subtype 1; its other subtypes say something else there."""
    replies = heard(say.all_call(), say.reply(5, say.id13("7500")), say.reply(21, say.id13("1200"), mb=bytes(7)))
    assert [seen.squawk for seen in replies] == [None, "7500", "1200"]
    assert me(say.emergency("7700")).squawk == "7700"
    assert me(say.emergency("7700", subtype=2)).squawk is None


@pytest.mark.parametrize(
    ("written", "callsign"),
    [
        ("N12LA", "N12LA"),
        ("KLM1023 ", "KLM1023"),
        ("A1", "A1"),
        ("", None),
        ("@@@@", None),
        ("AB CD", None),
        ("A.B", None),
    ],
)
def test_callsigns_lose_their_blanks(written: str, callsign: str | None) -> None:
    """In squitters and in Comm-B replies (register 2,0); one with characters that no callsign has is none."""
    assert me(say.identification(written)).callsign == callsign
    mb = (0x20 << 48 | say.characters(written)).to_bytes(7, "big")
    assert heard(say.all_call(), say.reply(20, say.ac13(3500), mb=mb))[-1].callsign == callsign


def test_another_register_is_no_callsign() -> None:
    """Only register 2,0 begins with its own number."""
    mb = (0x21 << 48 | say.characters("N12LA")).to_bytes(7, "big")
    assert heard(say.all_call(), say.reply(20, 0, mb=mb))[-1].callsign is None


@pytest.mark.parametrize(
    ("east", "north", "knots", "course"),
    [(0, 100, 100.0, 0.0), (100, 0, 100.0, 90.0), (-30, -40, 50.0, 216.87), (0, 0, 0.0, None), (1, -1, 1.414, 135.0)],
)
def test_speed_and_track_come_from_two_components(east: int, north: int, knots: float, course: float | None) -> None:
    """Clockwise from north; no track without speed. Supersonic aircraft count in fours."""
    for subtype, unit in ((1, 1), (2, 4)):
        seen = me(say.velocity(east, north, subtype=subtype))
        assert seen.speed_mps == pytest.approx(knots * unit * MPS_PER_KT, abs=1e-3 * unit)
        assert seen.course_deg == (None if course is None else pytest.approx(course, abs=0.01))


def test_a_missing_component_is_no_speed_and_climb_stands_alone() -> None:
    """Zero in a field says that it is unknown."""
    seen = me(say.velocity(None, 100, climb_64ftmin=-13))
    assert (seen.speed_mps, seen.course_deg) == (None, None)
    assert seen.climb_mps == pytest.approx(-13 * 64 * M_PER_FT / 60)
    assert me(say.velocity(10, 10)).climb_mps is None
    assert me(say.velocity(10, 10, climb_64ftmin=0)).climb_mps == 0.0


def test_airspeed_and_heading_stand_in_where_nothing_better_is_known() -> None:
    """Subtypes 3 and 4."""
    seen = me(say.airspeed(256, 120))
    assert (seen.speed_mps, seen.course_deg) == (pytest.approx(120 * MPS_PER_KT), 90.0)
    assert me(say.airspeed(256, 120, subtype=4)).speed_mps == pytest.approx(480 * MPS_PER_KT)
    seen = me(say.airspeed(None, None))
    assert (seen.speed_mps, seen.course_deg) == (None, None)
    assert me(say.velocity(10, 10, subtype=5)).speed_mps is None


def test_movement_on_the_ground_grows_with_its_code() -> None:
    """Stopped is 0, open ends are none, and every step is faster than the one before."""
    speeds = [movement_mps(code) for code in range(1, 125)]
    assert speeds[0] == 0.0
    assert all(one < other for one, other in pairwise(speeds) if one is not None and other)
    for code, knots in ((2, 0.1875), (8, 0.9375), (9, 1.125), (12, 1.875), (13, 2.25), (38, 14.75), (39, 15.5)):
        assert movement_mps(code) == pytest.approx(knots * MPS_PER_KT)
    for code, knots in ((93, 69.5), (94, 71.0), (108, 99.0), (109, 102.5), (123, 172.5), (124, 175.0)):
        assert movement_mps(code) == pytest.approx(knots * MPS_PER_KT)
    assert [movement_mps(code) for code in (0, 125, 126, 127)] == [None] * 4


def test_who_is_on_the_ground_says_so() -> None:
    """By capability, flight status, vertical status, or by sending a surface position. Who cannot tell says that it
    flies, so replies without the flag say nothing."""
    assert [heard(say.all_call(capability=ca))[0].on_ground for ca in (4, 5, 6, 7)] == [True, False, None, None]
    assert me(say.surface()).on_ground is True
    assert me(say.airborne(), low=7).on_ground is False
    assert me(say.airborne(), low=4).on_ground is True
    for kind, ground, air in ((4, (1, 3), (0, 2, 4, 5)), (0, (4, 6), (0, 2))):
        for first in (*ground, *air):
            seen = heard(say.all_call(), say.reply(kind, 0, first=first))[-1]
            assert seen.on_ground is (True if first in ground else None), (kind, first)


def test_a_track_on_the_ground_counts_only_when_it_is_said_to() -> None:
    """128ths of a circle."""
    assert me(say.surface(movement=30, track=32)).course_deg == 90.0
    assert me(say.surface(movement=30)).course_deg is None


# --- positions ------------------------------------------------------------------------------------------------------

LATS = st.floats(-86.5, 86.5)
LONS = st.floats(-180.0, 179.999)


@settings(max_examples=500, deadline=None)
@given(lat=LATS, lon=LONS, newest=st.booleans())
def test_a_pair_tells_the_place_anywhere(lat: float, lon: float, newest: bool) -> None:
    """Within the few metres of the encoding, but for pairs that lie across a change of zones."""
    even, odd = Cell(*say.cpr(lat, lon, False), False), Cell(*say.cpr(lat, lon, True), True)
    place = place_of(even, odd, odd if newest else even, AIR_DEG)
    if place is None:
        assert zones_at(lat - 1e-4) != zones_at(lat + 1e-4)
    else:
        assert distance_m(*place, lat, lon) < 8.0


@settings(max_examples=500, deadline=None)
@given(lat=LATS, lon=LONS, north_km=st.floats(-150, 150), east_km=st.floats(-150, 150), odd=st.booleans())
def test_one_message_tells_the_place_near_a_known_one(
    lat: float, lon: float, north_km: float, east_km: float, odd: bool
) -> None:
    """Up to 180 nautical miles away in the air, and a quarter of that on the ground."""
    for part, around, ground in ((1.0, AIR_DEG, False), (0.25, GROUND_DEG, True)):
        near_lat = max(-89.0, min(89.0, lat + part * north_km / 111.2))
        near = near_lat, lon + part * east_km / (111.2 * cos(radians(lat)))
        cell = Cell(*say.cpr(lat, lon, odd, ground), odd)
        place = place_near(cell, near, around)
        assert place is not None
        assert distance_m(*place, lat, lon) < 8.0


@settings(max_examples=300, deadline=None)
@given(lat=LATS, lon=LONS, north_km=st.floats(-300, 300), newest=st.booleans())
def test_a_pair_on_the_ground_tells_the_place_nearest_to_the_receiver(
    lat: float, lon: float, north_km: float, newest: bool
) -> None:
    """Of the four places on earth that it may mean, to a metre or two."""
    even, odd = Cell(*say.cpr(lat, lon, False, True), False), Cell(*say.cpr(lat, lon, True, True), True)
    receiver = max(-89.0, min(89.0, lat + north_km / 111.2)), lon
    place = place_of(even, odd, odd if newest else even, GROUND_DEG, receiver)
    if place is None:
        assert zones_at(lat - 1e-4) != zones_at(lat + 1e-4)
    else:
        assert distance_m(*place, lat, lon) < 3.0


def test_zones_are_the_definition_s() -> None:
    """The table against the formula, from the equator to the pole."""
    for tenth in range(-9000, 9001, 7):
        assert zones_at(tenth / 100) == say.zones(tenth / 100), tenth


def test_a_pair_gives_a_place_and_from_then_on_every_message_does() -> None:
    """Whichever kind comes first, and also when only one kind comes any more."""
    places = [north_of(HERE, 100.0 * step) for step in range(6)]
    for odd in (False, True):
        told = fly(ModeS("sky"), places, odd=odd)
        assert (told[0].lat, told[0].lon) == (None, None)
        assert all(at_place(seen, place) for seen, place in zip(told[1:], places[1:], strict=True))
    mode_s = ModeS("sky")
    fly(mode_s, places[:2])
    for place in places[2:]:
        seen = mode_s.read(say.squitter(say.airborne(place, odd=True)), NOW)
        assert seen is not None
        assert at_place(seen, place)


def test_a_pair_too_far_apart_in_time_is_none() -> None:
    """Ten seconds in the air; twenty-five on the ground."""
    assert fly(ModeS("sky"), [HERE, HERE], step_s=PAIRED_WITHIN / SECOND)[-1].lat is not None
    assert fly(ModeS("sky"), [HERE, HERE], step_s=PAIRED_WITHIN / SECOND + 0.1)[-1].lat is None


def test_on_the_ground_a_place_needs_the_receiver_s_or_one_of_its_own() -> None:
    """Option lat and lon, or that the aircraft was seen landing."""
    parked = [say.squitter(say.surface(odd=odd), low=4) for odd in (False, True)]
    assert heard(*parked)[-1].lat is None
    assert at_place(heard(*parked, receiver=(30.1, -93.4))[-1], HERE)
    landing = [say.squitter(say.airborne(north_of(HERE, 500), odd)) for odd in (False, True)]
    assert at_place(heard(*landing, parked[0])[-1], HERE)


def test_a_place_beyond_the_receiver_s_horizon_is_not_believed() -> None:
    """When it is known where the receiver stands."""
    pair = [say.squitter(say.airborne(odd=odd)) for odd in (False, True)]
    assert at_place(heard(*pair, receiver=(29.0, -91.0))[-1], HERE)
    assert heard(*pair, receiver=(51.0, 7.0))[-1].lat is None


def test_a_transponder_that_lost_its_position_has_none() -> None:
    """Zeros are sent then, also with the four highest bits of latitude left over."""
    for left in (0, 5 << 12):
        lost = say.airborne() & ~((1 << 34) - 1) | left << 17
        seen = heard(*(say.squitter(say.airborne(odd=odd)) for odd in (False, True)), say.squitter(lost))[-1]
        assert (seen.lat, seen.altitude_m) == (None, pytest.approx(3500 * M_PER_FT))


PHANTOMS = ((31.9, -93.2), (30.2, -95.0), (-12.0, 40.0), (29.0, -89.0))


@pytest.mark.parametrize("phantom", PHANTOMS)
@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("after", [2, 3, 7])
def test_a_phantom_is_not_told_and_spoils_nothing(phantom: tuple[float, float], odd: bool, after: int) -> None:
    """One message of the right aircraft with a wrong place in it: every other message still gives the right one."""
    mode_s = ModeS("sky")
    places = [north_of(HERE, 100.0 * step) for step in range(14)]
    told = fly(mode_s, places[:after])
    at = NOW + after * SECOND // 2
    ghost = mode_s.read(say.squitter(say.airborne(phantom, odd)), Micros(at))
    assert ghost is not None
    assert ghost.lat is None
    told += fly(mode_s, places[after:], at=at, odd=bool(after % 2))
    assert all(at_place(seen, place) for seen, place in zip(told[1:], places[1:], strict=True))


@pytest.mark.parametrize("phantom", PHANTOMS)
def test_a_phantom_at_the_very_start_is_got_over(phantom: tuple[float, float]) -> None:
    """Nothing says which of the first two is wrong; after five right ones the place is right, and stays so."""
    mode_s = ModeS("sky")
    mode_s.read(say.squitter(say.airborne(phantom, odd=True)), NOW)
    places = [north_of(HERE, 100.0 * step) for step in range(12)]
    told = fly(mode_s, places)
    assert all(at_place(seen, place) for seen, place in zip(told[5:], places[5:], strict=True))


@pytest.mark.parametrize("zone_deg", [6.0, 360 / 59, -6.0, 12.0])
def test_a_start_in_the_wrong_zone_is_got_over(zone_deg: float) -> None:
    """A first pair that lies too far apart gives a place that is off by whole zones. Messages of one kind fit it by
    themselves, and yet the right place wins."""
    mode_s = ModeS("sky")
    fly(mode_s, [(HERE[0] + zone_deg, HERE[1])] * 2)
    places = [north_of(HERE, 100.0 * step) for step in range(12)]
    told = fly(mode_s, places, at=NOW + SECOND)
    assert all(at_place(seen, place) for seen, place in zip(told[5:], places[5:], strict=True))


def test_an_aircraft_that_comes_back_is_found_anew() -> None:
    """After minutes out of hearing its old place helps no longer: one message tells none, a pair does."""
    mode_s = ModeS("sky")
    fly(mode_s, [HERE, HERE])
    far = 33.0, -97.0
    first, second = fly(mode_s, [far, far], at=NOW + NEAR_FOR + 2 * SECOND)
    assert first.lat is None
    assert at_place(second, far)


@pytest.mark.parametrize("gap_s", [1, 5, 15, 19])
def test_a_capture_that_is_read_at_once_has_places_too(gap_s: int) -> None:
    """No time passes between its messages, and an airliner is kilometres further with each."""
    mode_s = ModeS("sky")
    places = [north_of(HERE, 250.0 * gap_s * step) for step in range(30)]
    told = fly(mode_s, places, step_s=0.0)
    right = sum(at_place(seen, place) for seen, place in zip(told, places, strict=True))
    assert right >= (29 if gap_s <= 5 else 20)


def test_a_change_of_zones_between_a_pair_costs_no_place() -> None:
    """Once the aircraft is known, the message itself tells it."""
    edge = 29.911356857318
    places = [(edge - 0.005 + 0.001 * step, -93.0) for step in range(12)]
    told = fly(ModeS("sky"), places)
    assert all(at_place(seen, place) for seen, place in zip(told[1:], places[1:], strict=True))


# --- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"lat": "30"}, {"lat": "a", "lon": "b"}, {"lat": "91", "lon": "0"}, {"lat": "nan", "lon": "0"}, {"x": "1"}],
)
def test_a_mistaken_place_of_the_receiver_is_refused(options: dict[str, str]) -> None:
    """At once, saying what it should be."""
    with pytest.raises(ValueError, match="lat"):
        receiver_option("beast", options)
