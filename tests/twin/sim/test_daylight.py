"""Where the sun stands, against what geometry says of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from twin.sim.daylight import is_dark, sun_deg

LAT, LON = 30.2, -93.2
MINUTE_US = 60_000_000


def day(month: int, date: int) -> list[float]:
    """The sun's height over Lake Charles, minute by minute of a day that begins at its midnight."""
    begins = round(datetime(2026, month, date, 6, 13, tzinfo=UTC).timestamp()) * 1_000_000
    return [sun_deg(begins + minute * MINUTE_US, LAT, LON) for minute in range(1440)]


@pytest.mark.parametrize(("month", "date", "declination"), [(6, 21, 23.44), (12, 21, -23.44), (3, 20, 0.0)])
def test_noon_and_midnight_are_as_high_and_low_as_latitude_and_season_say(
    month: int, date: int, declination: float
) -> None:
    heights = day(month, date)
    assert max(heights) == pytest.approx(90 - LAT + declination, abs=0.3)
    assert min(heights) == pytest.approx(-(90 - LAT) + declination, abs=0.3)


def test_at_the_equinox_day_and_night_are_of_one_length() -> None:
    assert sum(height > 0 for height in day(3, 20)) == pytest.approx(720, abs=3)


def test_cameras_go_over_to_infrared_a_while_after_sunset() -> None:
    """19:20 on the parish's clocks on 14 March 2026; a quarter of an hour later it is dark."""
    sunset = round(datetime(2026, 3, 15, 0, 20, tzinfo=UTC).timestamp()) * 1_000_000
    assert sun_deg(sunset, LAT, LON) == pytest.approx(-0.8, abs=0.3)
    dark = [is_dark(sunset + minutes * MINUTE_US, LAT, LON) for minutes in (0, 6, 12, 18, 24, 90)]
    assert dark == [False, False, False, True, True, True]
