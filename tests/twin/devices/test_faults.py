"""Faults as data: their shape, whom they strike, when, and that each is documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from twin.devices.fault_plan import FaultPlan
from twin.devices.faults import FOREVER_US, AnyFault, Deaf, Drift, Loss, Misread, Reboot, RebootStorm, Silent
from twin.devices.timetable import Timetable, power, skewed

KINDS = get_args(AnyFault)
PROJECT = Path(__file__).parents[3]
DOCUMENT = PROJECT / "docs" / "devices.md"
SECOND = 1_000_000
decode = msgspec.json.Decoder(list[AnyFault]).decode

SCENARIO = """
- {fault: clock_skew, "on": avl/CPSO-*, from_s: 60, for_s: 30, to: year-1999}
- {fault: loss, "on": line/lpr-*, rate: 0.2}
- {fault: misread, "on": lpr/i10-*, plate: 123ABC, text: I23ABC}
"""


def test_a_scenarios_list_becomes_faults() -> None:
    """YAML decodes into the structs by the tag `fault`, and what no fault has is refused. (Plain YAML 1.1 takes a bare
    `on` for a truth value, hence the quotes; the scenario's own reader knows better.)"""
    skew, loss, misread = msgspec.convert(yaml.safe_load(SCENARIO), list[AnyFault])
    assert skew.interval_us() == (60 * SECOND, 90 * SECOND)
    assert loss.interval_us() == (0, FOREVER_US)
    assert misread == Misread(on="lpr/i10-*", plate="123ABC", text="I23ABC")
    for wrong in (
        b'[{"fault":"loss","on":"*","rate":2}]',
        b'[{"fault":"deaf","on":"*","ear":1}]',
        b'[{"fault":"x","on":"*"}]',
    ):
        with pytest.raises(msgspec.ValidationError):
            decode(wrong)


def test_faults_strike_by_name_and_kind() -> None:
    """A glob reaches every name it matches, but never a thing that cannot have such a fault."""
    plan = FaultPlan([Drift(on="avl/CPSO-*", rate_mps=1), Loss(on="*", rate=0.5), Silent(on="*"), Deaf(on="avl/*")])
    assert [type(fault) for fault in plan.of("avl/CPSO-12")] == [Drift, Silent]
    assert [type(fault) for fault in plan.of("avl/LCPD-3")] == [Silent]
    assert [type(fault) for fault in plan.of("line/lpr-7")] == [Loss]
    assert [type(fault) for fault in plan.of("uplink-7", "line")] == [Loss]


def test_a_fault_that_strikes_nothing_is_reported() -> None:
    """Position by position: a mistyped name, and a fault that the named things cannot have."""
    plan = FaultPlan([Drift(on="avl/CSPO-*", rate_mps=1), Silent(on="avl/CPSO-1"), Deaf(on="avl/*")])
    assert plan.unused(["avl/CPSO-1", "lpr/x", "line/a"]) == (0, 2)


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30) | st.none()), max_size=8)


@given(spans, st.lists(st.integers(0, 100), max_size=30))
def test_a_timetable_agrees_with_the_intervals_at_any_moment(
    given_spans: list[tuple[int, int | None]], moments: list[int]
) -> None:
    """In whatever order it is asked, it answers what a look at every interval would, and tells when that ends."""
    faults = [Silent(on="*", from_s=start, for_s=length) for start, length in given_spans]
    table = Timetable(faults)
    for moment in moments:
        now = moment * SECOND
        expected = [fault for fault in faults if fault.interval_us()[0] <= now < fault.interval_us()[1]]
        assert list(table.at(now)) == expected
        assert table.until_us > now
        assert list(table.at(min(table.until_us - 1, FOREVER_US))) == expected


def test_a_reboot_is_silent_then_settles() -> None:
    """Off for its time, then in the zero state; a device that only hung is never in the zero state."""
    reboot = Reboot(on="*", from_s=10, for_s=5, settle_s=3)
    states = [power(Timetable([reboot]).at(now * SECOND), now * SECOND) for now in (9, 10, 14, 15, 17, 18)]
    assert states == ["on", "off", "off", "settling", "settling", "on"]
    hung = Reboot(on="*", from_s=10, for_s=5, then="burst")
    assert [power(Timetable([hung]).at(now * SECOND), now * SECOND) for now in (10, 14, 15)] == ["hung", "hung", "on"]


def test_a_reboot_storm_reboots_again_and_again() -> None:
    """Every period begins with silence and the zero state, until the storm is over."""
    storm = RebootStorm(on="*", from_s=100, for_s=120, every_s=60, silent_s=20, settle_s=10)
    table = Timetable([storm])
    states = [power(table.at(now * SECOND), now * SECOND) for now in (99, 100, 119, 120, 130, 160, 219, 220)]
    assert states == ["on", "off", "off", "settling", "on", "off", "on", "on"]


def test_clocks_go_wrong_in_three_ways() -> None:
    """Seconds off, the same stretch of 1999, and 1024 weeks back."""
    now = 1_772_323_200_000_000  # 2026-03-01, day 60 of its year
    assert skewed(now, decode(b'[{"fault":"clock_skew","on":"*","by_s":-7.5}]')) == now - 7_500_000
    assert skewed(now, decode(b'[{"fault":"clock_skew","on":"*","to":"year-1999"}]')) == 920_246_400_000_000
    assert skewed(now, decode(b'[{"fault":"clock_skew","on":"*","to":"week-rollover"}]')) == now - 619_315_200 * SECOND


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__struct_config__.tag)
def test_every_fault_is_documented_with_its_numbers(kind: type[msgspec.Struct]) -> None:
    """docs/devices.md has a row for the fault that names each of its own fields."""
    tag = kind.__struct_config__.tag
    before = DOCUMENT.read_text("utf-8").partition("## The truth log")[0]
    rows = [line for line in before.splitlines() if line.startswith(f"| `{tag}`")]
    assert len(rows) == 1, f"docs/devices.md has {len(rows)} rows for the fault {tag}"
    own = set(kind.__struct_fields__) - {"on", "from_s", "for_s"}
    assert all(f"`{field}`" in rows[0] for field in own), rows[0]


def test_every_kind_of_log_entry_is_documented() -> None:
    """docs/devices.md lists each kind that a device writes into the truth log."""
    sources = "".join(path.read_text("utf-8") for path in (PROJECT / "twin" / "devices").glob("*.py"))
    kinds = set(re.findall(r'_log\(\s*"([a-z-]+)"', sources)) | set(re.findall(r'_publish\("([a-z-]+)"', sources))
    listed = DOCUMENT.read_text("utf-8").partition("## The truth log")[2]
    assert len(kinds) > 10
    assert {kind for kind in kinds if f"`{kind}`" not in listed} == set()
