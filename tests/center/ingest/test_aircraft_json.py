"""aircraft.json: both dialects' names, what is news, how old a position is, and whom it names."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

import pytest

from center.core.events import SECOND, AircraftSeen, Event, FeedFaulted, Micros
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW

M_PER_FT, MPS_PER_KT, MPS_PER_FTMIN = 0.3048, 1852 / 3600, 0.3048 / 60
NOW_S = NOW / SECOND


def craft(**changed: Any) -> dict[str, Any]:
    """One aircraft as readsb writes it; a field given as None is left out."""
    said = {
        "hex": "a1b2c3",
        "type": "adsb_icao",
        "flight": "N12LA   ",
        "alt_baro": 3500,
        "alt_geom": 3450,
        "gs": 100.0,
        "track": 270.5,
        "baro_rate": -640,
        "squawk": "1200",
        "emergency": "none",
        "category": "A7",
        "lat": 30.2266,
        "lon": -93.2174,
        "nic": 8,
        "seen_pos": 0.5,
        "version": 2,
        "mlat": [],
        "tisb": [],
        "messages": 100,
        "seen": 0.2,
        "rssi": -20.1,
    } | changed
    return {name: value for name, value in said.items() if value is not None}


def document(*listed: Any, now: float | None = NOW_S, **more: Any) -> bytes:
    said = {"now": now, "messages": 12345, "aircraft": list(listed)} | more
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


def polled(*documents: bytes) -> list[Event]:
    """What one feed makes of these answers."""
    return events_of(feed_of("aircraft-json", "receiver:80", whole=True), *documents)


def seen(**changed: Any) -> AircraftSeen:
    return the(AircraftSeen, polled(document(craft(**changed))))


# --- what is read ---------------------------------------------------------------------------------------------------


def test_an_aircraft_is_read_in_si() -> None:
    """`seen` is when the position was received, not when the document was written."""
    assert seen() == AircraftSeen(
        at=NOW,
        source="test/aircraft-json",
        seen=Micros(NOW - SECOND // 2),
        icao="a1b2c3",
        callsign="N12LA",
        lat=30.2266,
        lon=-93.2174,
        altitude_m=pytest.approx(3500 * M_PER_FT),
        speed_mps=pytest.approx(100 * MPS_PER_KT),
        course_deg=270.5,
        climb_mps=pytest.approx(-640 * MPS_PER_FTMIN),
        squawk="1200",
        on_ground=False,
    )


def test_dump1090_s_old_names_are_read() -> None:
    """`altitude`, `speed`, `vert_rate` (dump1090-mutability and dump1090-fa before 2018)."""
    old = {"hex": "A1B2C3", "altitude": 3500, "speed": 100, "track": 90, "vert_rate": 64, "messages": 5, "seen": 1.0}
    told = the(AircraftSeen, polled(document(old)))
    assert (told.icao, told.altitude_m, told.on_ground) == ("a1b2c3", pytest.approx(3500 * M_PER_FT), False)
    assert told.speed_mps == pytest.approx(100 * MPS_PER_KT)
    assert told.climb_mps == pytest.approx(64 * MPS_PER_FTMIN)
    assert told.seen == NOW - SECOND


def test_web_services_of_that_kind_are_read() -> None:
    """`ac` instead of `aircraft`, and `now` in milliseconds."""
    (told,) = polled(document(aircraft=None, ac=[craft()], now=NOW_S * 1000, msg="No error", total=1))
    assert isinstance(told, AircraftSeen)
    assert told.seen == NOW - SECOND // 2


def test_a_line_of_the_json_port_is_one_aircraft_with_its_own_time() -> None:
    """readsb writes one whenever there is news: each is told."""
    feed = feed_of("aircraft-json")
    lines = [json.dumps(craft(now=NOW_S + n, lat=30.0 + n / 100)).encode() + b"\n" for n in range(3)]
    told = only(AircraftSeen, events_of(feed, *lines))
    assert [one.lat for one in told] == [30.0, 30.01, 30.02]
    assert [one.seen for one in told] == [NOW - SECOND // 2 + n * SECOND for n in range(3)]


@pytest.mark.parametrize("name", ["alt_baro", "altitude"])
def test_ground_is_no_altitude(name: str) -> None:
    """It is written where the altitude stands; the geometric one beside it is of no use then."""
    changed: dict[str, Any] = {"alt_baro": None, name: "ground"}
    told = seen(**changed)
    assert (told.altitude_m, told.on_ground) == (None, True)


def test_a_geometric_altitude_and_rate_stand_in() -> None:
    """Where no barometric one is known; whether it flies is then not said."""
    told = seen(alt_baro=None, baro_rate=None, geom_rate=128)
    assert (told.altitude_m, told.on_ground) == (pytest.approx(3450 * M_PER_FT), None)
    assert told.climb_mps == pytest.approx(128 * MPS_PER_FTMIN)


@pytest.mark.parametrize(
    ("written", "squawk"), [("7700", "7700"), ("0033", "0033"), (33, "0033"), ("", None), (None, None)]
)
def test_a_squawk_has_four_digits(written: str | int | None, squawk: str | None) -> None:
    assert seen(squawk=written).squawk == squawk


@pytest.mark.parametrize(
    ("written", "callsign"), [("N12LA", "N12LA"), ("        ", None), ("@@@@@@@@", None), (None, None)]
)
def test_a_callsign_loses_its_padding(written: str | None, callsign: str | None) -> None:
    assert seen(flight=written).callsign == callsign


def test_numbers_that_are_text_are_read() -> None:
    """Programs that rewrite the document do that."""
    told = seen(alt_baro="3500", gs="100.0", lat="30.2266", seen_pos="0.5", messages="100")
    assert told.altitude_m == pytest.approx(3500 * M_PER_FT)
    assert told.lat == 30.2266


# --- age ------------------------------------------------------------------------------------------------------------


def test_an_aircraft_without_a_position_is_a_sighting() -> None:
    """With the time of its last message."""
    told = seen(lat=None, lon=None, seen_pos=None)
    assert (told.lat, told.lon, told.seen) == (None, None, NOW - SECOND // 5)


def test_an_old_position_is_none_and_an_aircraft_that_is_gone_is_not_told() -> None:
    """A receiver lists aircraft for minutes after it has lost them."""
    told = seen(seen_pos=61.0)
    assert (told.lat, told.lon, told.icao) == (None, None, "a1b2c3")
    assert polled(document(craft(seen=61.0, seen_pos=61.0))) == []
    told = seen(lat=None, lon=None, seen_pos=None, lastPosition={"lat": 30.0, "lon": -93.0, "seen_pos": 100.0})
    assert told.lat is None


def test_what_was_told_is_not_told_again() -> None:
    """The same count of messages, one second later: no news. A new message without a new position: no position."""
    first = document(craft())
    same = document(craft(seen=1.2, seen_pos=1.5), now=NOW_S + 1)
    heard = document(craft(messages=101, seen=0.1, seen_pos=2.5), now=NOW_S + 2)
    moved = document(craft(messages=103, lat=30.3, seen_pos=0.1), now=NOW_S + 3)
    told = only(AircraftSeen, polled(first, first, same, heard, moved))
    assert [one.lat for one in told] == [30.2266, None, 30.3]


def test_where_nobody_counts_messages_a_later_one_is_news() -> None:
    """`now` minus `seen`, but for what is lost in rounding."""
    told = polled(
        document(craft(messages=None, seen=0.2)),
        document(craft(messages=None, seen=1.3, seen_pos=1.5), now=NOW_S + 1),
        document(craft(messages=None, seen=0.2, seen_pos=0.4), now=NOW_S + 2),
    )
    assert len(told) == 2


def test_an_answer_from_a_cache_is_not_told_again() -> None:
    """A document that is older than the last one; far older is a receiver whose clock was set."""
    first, second = document(craft()), document(craft(messages=110, lat=30.3), now=NOW_S + 5)
    assert len(polled(first, second, first)) == 2
    assert len(polled(second, document(craft(messages=3), now=NOW_S - 3600))) == 2


def test_an_aircraft_that_comes_back_is_told_anew() -> None:
    """Though its count of messages be the same."""
    assert len(polled(document(craft()), document(now=NOW_S + 1), document(craft(), now=NOW_S + 2))) == 2


@pytest.mark.parametrize("now", [None, 0])
def test_a_receiver_that_does_not_know_the_time_leaves_seen_unknown(now: float | None) -> None:
    told = the(AircraftSeen, polled(document(craft(), now=now)))
    assert (told.seen, told.lat) == (None, 30.2266)


# --- what is not believed -------------------------------------------------------------------------------------------


def test_addresses_that_are_not_icao_s_are_passed_over() -> None:
    """TIS-B, ADS-R and anonymous ones are written with `~`: they name no aircraft, and are no fault."""
    assert polled(document(craft(hex="~a1b2c3"), craft(hex="~2AB4CD"))) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"hex": "a1b2c"}, "not an ICAO address (six hex digits) (of 'a1b2c')"),
        ({"hex": ""}, "not an ICAO address (six hex digits) (of '')"),
        ({"hex": "000000"}, "not an ICAO address (six hex digits) (of '000000')"),
        ({"lat": 91}, "position out of range (of 'a1b2c3')"),
        ({"lon": -181}, "position out of range (of 'a1b2c3')"),
        ({"alt_baro": 999_999}, "altitude out of range (of 'a1b2c3')"),
        ({"alt_baro": "high"}, "altitude is not a number (of 'a1b2c3')"),
        ({"gs": -1}, "speed out of range (of 'a1b2c3')"),
        ({"track": 361}, "track out of range (of 'a1b2c3')"),
        ({"baro_rate": 99_999}, "climb out of range (of 'a1b2c3')"),
        ({"squawk": "7780"}, "squawk is not four octal digits (of 'a1b2c3')"),
    ],
)
def test_an_impossible_value_costs_its_aircraft_and_no_other(changed: dict[str, Any], why: str) -> None:
    other, fault = polled(document(craft(**changed), craft(hex="facade")))
    assert isinstance(other, AircraftSeen)
    assert other.icao == "facade"
    assert isinstance(fault, FeedFaulted)
    assert fault.why == why


def test_zero_zero_is_no_position() -> None:
    told = seen(lat=0, lon=0.0)
    assert (told.lat, told.lon) == (None, None)


def test_a_field_of_the_wrong_type_costs_only_itself() -> None:
    """The fault names it, and the rest is read."""
    told, fault = polled(document(craft(gs=[1], lat=30.5), craft(hex="facade")))[0], polled(document(craft(gs=[1])))[-1]
    assert isinstance(told, AircraftSeen)
    assert (told.lat, told.speed_mps) == (30.5, None)
    assert isinstance(fault, FeedFaulted)
    assert fault.why.startswith("left out: Expected")
    assert "gs" in fault.why


@pytest.mark.parametrize("cut_at", [1, 20, 200, -1])
def test_a_half_written_document_is_a_fault_and_the_next_one_is_read(cut_at: int) -> None:
    """A web server may answer while the receiver writes."""
    whole = document(craft())
    events = polled(whole[:cut_at], whole)
    assert len(only(FeedFaulted, events)) == 1
    assert len(only(AircraftSeen, events)) == 1


@pytest.mark.parametrize("answer", [b"{}", b'{"aircraft":null}', b"<html>404</html>", b'{"hex":"a1b2c3"}'])
def test_another_document_is_a_fault(answer: bytes) -> None:
    """Neither a list nor an aircraft with its time."""
    assert len(whys(polled(answer))) == 1


def test_an_empty_list_is_an_empty_sky() -> None:
    assert polled(document()) == []


def test_options_are_refused() -> None:
    with pytest.raises(ValueError, match="lat"):
        feed_of("aircraft-json", options={"lat": "30"})


def test_a_document_of_hundreds_costs_milliseconds() -> None:
    """What a busy receiver sees, all of it news. The bound is ten times what it takes on a small machine."""
    feed = feed_of("aircraft-json", whole=True)
    documents = [
        document(
            *(craft(hex=f"{0xA00000 + n:06x}", messages=turn, lat=30 + turn / 1e3) for n in range(400)),
            now=NOW_S + turn,
        )
        for turn in range(10)
    ]
    started = perf_counter()
    assert sum(len(feed.receive(each, NOW)) for each in documents) == 4000
    assert perf_counter() - started < 2.0
