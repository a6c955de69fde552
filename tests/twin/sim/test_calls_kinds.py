"""What people call about: the published shares, the tails, the week, and how a place becomes known."""

from __future__ import annotations

from datetime import datetime
from random import Random
from statistics import mean, median

import pytest

from twin.sim import calls_kinds, calls_location
from twin.sim.calls_kinds import KINDS, OF
from twin.sim.rhythm_week import HOUR_US, WEEK, by_week


def test_calls_are_about_law_medicine_and_fire_as_the_parish_counts_them() -> None:
    """65, 25 and 10 % of calls (verified), to a point or three."""
    calls = {"law": 0.0, "medical": 0.0, "fire": 0.0}
    for kind in KINDS:
        calls[kind.service] += kind.share * calls_kinds.mean_callers(kind)
    total = sum(calls.values())
    assert {service: round(share / total, 2) for service, share in calls.items()} == pytest.approx(
        {"law": 0.65, "medical": 0.25, "fire": 0.10}, abs=0.03
    )


def test_alarms_are_false_but_for_one_in_a_hundred() -> None:
    dice = Random(1)
    real = sum(calls_kinds.disposition(OF["alarm"], dice)[1] for _ in range(20_000))
    assert 0.005 < real / 20_000 < 0.013


def test_a_crash_can_bring_fifty_callers_and_never_more() -> None:
    dice = Random(2)
    counts = [calls_kinds.callers(OF["crash"], dice) for _ in range(20_000)]
    assert max(counts) == calls_kinds.MOST_CALLERS == 50
    assert mean(counts) == pytest.approx(calls_kinds.mean_callers(OF["crash"]), rel=0.05)
    assert {calls_kinds.callers(OF["theft"], dice) for _ in range(100)} == {1}


def test_time_on_scene_is_lognormal_about_its_median() -> None:
    dice = Random(3)
    times = [calls_kinds.scene_s(OF["domestic"], dice) / 60 for _ in range(4_000)]
    assert median(times) == pytest.approx(38.3, rel=0.06)
    assert mean(times) == pytest.approx(64.3, rel=0.1), "the published mean comes out again"


@pytest.mark.parametrize("group", WEEK)
def test_the_week_averages_to_one_and_is_read_by_local_hours(group: str) -> None:
    start = datetime.fromisoformat("2026-03-14T21:30:00")  # a Saturday
    factor = by_week(start, group)
    assert mean(factor(hour * HOUR_US) for hour in range(168)) == pytest.approx(1.0)
    monday_noon = by_week(datetime.fromisoformat("2026-03-09T12:00:00"), group)(0)
    assert factor(round(38.5 * HOUR_US)) == monday_noon
    assert factor(round(38.499 * HOUR_US)) == by_week(datetime.fromisoformat("2026-03-09T11:00:00"), group)(0)


def test_law_is_called_most_on_weekend_nights_and_traffic_at_the_evening_rush() -> None:
    law = by_week(datetime.fromisoformat("2026-03-09T00:00:00"), "law")
    traffic = by_week(datetime.fromisoformat("2026-03-09T00:00:00"), "traffic")
    assert max(range(168), key=lambda hour: law(hour * HOUR_US)) in (5 * 24 + 23, 6 * 24, 6 * 24 + 1)
    assert max(range(24), key=lambda hour: traffic(hour * HOUR_US)) in (16, 17, 18)


def test_a_place_is_known_badly_at_first_and_better_later() -> None:
    dice = Random(4)
    for _ in range(500):
        told = calls_location.phases(dice, wired=False)
        assert told[0].method == "Cell"
        assert told[0].after_s == 0.0
        radii = [one.radius_m for one in told]
        assert radii == sorted(radii, reverse=True)
        assert len(radii) >= 2
        times = [one.after_s for one in told]
        assert times == sorted(times)
    assert [one.method for one in calls_location.phases(dice, wired=True)] == ["Wiremap"]


def test_a_sector_holds_the_caller_and_a_handset_is_within_its_radius_nine_times_in_ten() -> None:
    dice = Random(5)
    for method, least in (("Cell", 1.0), ("A-GPS", 0.87)):
        one = calls_location.Located(0.0, 100.0, method)
        places = [calls_location.found(0.0, 0.0, one, dice) for _ in range(2_000)]
        within = sum(x * x + y * y <= 100.0**2 for x, y in places) / len(places)
        assert within >= least
