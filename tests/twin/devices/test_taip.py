"""The modem's TAIP, against the example of Trimble's manual and the width of every field."""

from __future__ import annotations

from functools import reduce
from operator import xor

from hypothesis import given
from hypothesis import strategies as st

from twin.devices import taip
from twin.devices.things import Fix

MPH = 0.44704


def test_the_manuals_example_comes_out_to_the_letter() -> None:
    """15714 s of the day, 37.39438 north, 122.03846 west, 15 mph, 126 degrees, 3-D GPS, fresh, vehicle 1234."""
    fix = Fix(0, 37.39438, -122.03846, 15 * MPH, 126.0)
    at_us = 20_000 * 86_400_000_000 + 15_714_000_000
    assert taip.rpv(at_us, fix, "1234") == ">RPV15714+3739438-1220384601512612;ID=1234;*7F<"


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9), st.floats(0, 600), st.none() | st.floats(0, 360))
def test_fields_keep_their_width(lat: float, lon: float, speed_mps: float, course_deg: float | None) -> None:
    """Whatever the numbers, every field stands where the manual puts it."""
    fix = Fix(0, lat, lon, speed_mps, course_deg, -3.0)
    pv = taip.rpv(86_399_999_999, fix, "CPSO-12")
    assert pv.index(";ID=CPSO-12;*") == 34
    assert pv[4:9] == "86399"
    assert abs(int(pv[9:12] + pv[12:17]) / 1e5 - lat) <= 5.1e-6
    assert abs(int(pv[17:21] + pv[21:26]) / 1e5 - lon) <= 5.1e-6
    assert 0 <= int(pv[29:32]) < 360


def test_the_checksum_covers_both_delimiters() -> None:
    """Exclusive-or from `>` to `*`, both included; a checksum without them would differ."""
    report = taip.rpv(0, Fix(0, 1.0, 1.0), "7")
    body, check = report[:-3], report[-3:-1]
    assert body.startswith(">")
    assert body.endswith("*")
    assert reduce(xor, body.encode()) == int(check, 16)


def test_without_a_fix_it_says_so() -> None:
    """Zeros, source 9 (unknown) and age 0 (not available)."""
    assert taip.rpv(5_000_000, None, "7").startswith(">RPV00005+0000000+00000000" + "000000" + "90;")
