"""Drawn faults: a mix is a plain scenario, the same for the same seed, and over when the world heals."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import get_args

import pytest

from tests.twin import small
from twin.devices.fault_plan import FaultPlan
from twin.devices.faults import AnyFault, Damage, Reboot
from twin.mix import AFTER_S, STRENGTHS, as_yaml, drawn, mix_of
from twin.scenarios.loader import load, parse
from twin.scenarios.schema import StolenCar
from twin.streams import Streams

NAMES = [
    *(f"{kind}/{name}" for kind in ("avl", "terminal") for name in ("CPSO-01", "CPSO-02", "LCPD-01")),
    *("lpr/i10-exit-4", "lpr/i10-exit-8", "lpr/us90-west", "cad/county", "cad/cities", "adsb/klch", "hotlist/state"),
    "camera/dash-CPSO-01",
]
NAMES += [f"line/{name.replace('/', '-')}" for name in NAMES]
NAMES += ["tablet/TAB-1", "tips/parish"]
HEALS_S = 600.0


def test_every_fault_can_be_drawn() -> None:
    """Whoever adds a fault says how strong it may be."""
    assert set(STRENGTHS) == set(get_args(AnyFault))
    met = Counter(type(fault) for seed in range(300) for fault in mix_of(NAMES, Streams(seed).of("x", "y"), HEALS_S))
    assert set(met) == set(STRENGTHS)


def test_some_mixes_have_few_kinds_and_others_most() -> None:
    """Swarm testing: a bug that one fault hides shows where that fault is absent."""
    kinds = [len({type(fault) for fault in mix_of(NAMES, Random(seed), HEALS_S)}) for seed in range(200)]
    assert min(kinds) <= 4
    assert max(kinds) >= 18


@pytest.mark.parametrize("heals_s", [20.0, HEALS_S, 7200.0])
def test_every_drawn_fault_strikes_something_and_is_over_in_time(heals_s: float) -> None:
    """Its after-effects included, however short the day."""
    for seed in range(200):
        mix = mix_of(NAMES, Random(seed), heals_s)
        assert FaultPlan(mix).unused(NAMES) == ()
        late = [fault for fault in mix if fault.interval_us()[1] > heals_s * 1e6 and heals_s > 40]
        assert late == []
        assert not any(isinstance(fault, Damage) and "hotlist" in fault.on for fault in mix)


def test_a_mix_is_a_plain_scenario() -> None:
    """What is printed is what is played: it can be kept, cut down and played again."""
    scenario = small.scenario()
    mix = drawn(scenario, 5)
    assert parse(as_yaml(mix).encode(), "mix.yaml") == mix
    assert drawn(scenario, 5) == mix
    assert drawn(scenario, 6).faults != mix.faults
    assert (mix.heals_at_s, mix.lasts_s, mix.seed) == (60.0, 60.0 + AFTER_S, 5)
    car = mix.happens[-1]
    assert isinstance(car, StolenCar)
    assert car.at_s > 60.0


def test_a_scenarios_own_faults_end_with_the_rest() -> None:
    """Those that were for good, and those that would settle after the healing."""
    storm = "faults:\n  - {fault: loss, on: 'line/*', rate: 0.1}\n"
    storm += "  - {fault: reboot, on: 'lpr/*', from_s: 30, for_s: 25, settle_s: 20}\n"
    loss, reboot = drawn(small.scenario(60.0, storm), 5).faults[:2]
    assert loss.interval_us() == (0, 60_000_000)
    assert isinstance(reboot, Reboot)
    assert reboot.interval_us() == (30_000_000, 60_000_000)
    bad_day = drawn(load("bad-day"), 1)
    assert parse(as_yaml(bad_day).encode(), "mix.yaml") == bad_day
