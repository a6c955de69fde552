"""What is drawn to be reviewed, and what stands out: on trails a few lines long, by the second."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from center.core.access import ACTS
from center.core.effects import Audit
from center.core.events import DAY, HOUR, MINUTE, Micros
from center.store.review import LEAST_DRAWN, MOST_DRAWN, Pattern, drawn, patterns, span_of

ZONE = ZoneInfo("America/Chicago")
MORNING = span_of("2026-03-10", ZONE)[0] + 9 * HOUR


def line(number: int, **said: object) -> Audit:
    """A granted search with a case, a minute after the one before."""
    at = Micros(MORNING + number * MINUTE)
    usual = {"operator": "ben", "act": "plates.search", "subject": f"PLATE{number}", "granted": True, "case": "26-1"}
    return Audit(id=f"u{number}.1", at=at, **usual | said)  # type: ignore[arg-type]  # fields by name


def kinds(found: list[Pattern]) -> set[str]:
    return {one.kind for one in found}


def test_a_sample_is_the_same_whoever_draws_it_and_another_under_another_key() -> None:
    """Breaks when chance, or the order in which lines are asked for, has a say."""
    lines = [line(number) for number in range(400)]
    first = drawn(lines, "key")
    assert drawn([*lines], "key") == first
    assert len(first) == 20
    assert first == sorted(first, key=lambda one: one.at)
    assert drawn(lines, "another") != first


def test_a_sample_is_a_twentieth_at_least_five_at_most_fifty_and_of_looks_only() -> None:
    looks = [line(number) for number in range(3_000)]
    assert len(drawn(looks, "k")) == MOST_DRAWN
    assert len(drawn(looks[:30], "k")) == LEAST_DRAWN
    assert drawn([line(1, act="alert.confirm"), line(2)], "k") == [line(2)]
    assert drawn([], "k") == []


def test_whatever_looks_somebody_up_is_reviewed() -> None:
    """Every act that wants a ground. Fails when one is added, or called otherwise, that no sample and no pattern
    knows: searches of public posts were such."""
    grounded = [act for act, rule in ACTS.items() if rule.ground]
    assert {"posts.search", "records.search", "series.plates"} <= {*grounded}
    for act in (*grounded, "camera.watch", "unit.video", "clip.look"):
        lines = [line(number, act=act, subject="KTR482") for number in range(3)]
        assert drawn(lines, "k") == lines, act
        assert ("repeated" in kinds(patterns(lines, {}, ZONE))) == (act in grounded), act


def test_one_persons_flood_hides_nobody_elses_look_from_the_sample() -> None:
    flood = [line(number, operator="ben") for number in range(5_000)]
    for number in range(20):
        few = line(5_000 + number, operator="ada")
        sample = drawn([*flood, few], f"key {number}")
        assert few in sample
        assert len(sample) == MOST_DRAWN


def test_a_subject_is_the_same_however_it_is_typed() -> None:
    """Capitals, accents and spaces are no way around being asked about it."""
    typed = ("José  García", "JOSE GARCIA", "jose garcia ", "JoséGarcía")
    (found,) = patterns([line(n, act="records.search", subject=one) for n, one in enumerate(typed)], {}, ZONE)
    assert (found.kind, found.count) == ("repeated", 4)


def test_an_ordinary_shift_has_nothing_that_stands_out() -> None:
    lines = [line(number, case=f"26-{number}", operator=("ada", "ben")[number % 2]) for number in range(12)]
    assert patterns(lines, {"ada": "06:00-18:00"}, ZONE) == []


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("repeated", [line(n, subject="KTR482", case=f"26-{n}") for n in range(3)]),
        ("trawled", [line(n) for n in range(6)]),
        ("no-case", [line(1, granted=False, case=None)]),
        ("case-afterwards", [line(1, subject="A", granted=False, case=None), line(9, subject="A")]),
        ("refused", [line(n, granted=False) for n in range(3)]),
        ("off-shift", [line(10 * 60)]),
    ],
)
def test_what_auditors_look_for_stands_out(kind: str, lines: list[Audit]) -> None:
    """And names who, how often, when, and the lines."""
    (found,) = [one for one in patterns(lines, {"ben": "06:00-18:00"}, ZONE) if one.kind == kind]
    assert (found.operator, found.count, found.first, found.last) == ("ben", len(lines), lines[0].at, lines[-1].at)
    assert found.lines == tuple(one.id for one in lines)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("repeated", [line(n, subject="KTR482") for n in range(2)]),
        ("repeated", [line(n, subject="KTR482", operator=f"op{n}") for n in range(3)]),
        ("trawled", [line(n, case=f"26-{n % 2}") for n in range(10)]),
        ("case-afterwards", [line(1, subject="A", granted=False, case=None), line(40, subject="A")]),
        ("off-shift", [line(0)]),
    ],
)
def test_what_falls_just_short_of_it_does_not(kind: str, lines: list[Audit]) -> None:
    assert kind not in kinds(patterns(lines, {"ben": "06:00-18:00"}, ZONE))


def test_a_shift_may_go_over_midnight() -> None:
    late = {"ben": "18:00-06:00"}
    assert kinds(patterns([line(0)], late, ZONE)) == {"off-shift"}
    assert patterns([line(14 * 60)], late, ZONE) == []


def test_a_day_is_as_long_as_the_sites_clock_makes_it() -> None:
    """Twenty-three hours where the clock goes forward."""
    begin, end = span_of("2026-03-08", ZONE)
    assert end - begin == 23 * HOUR
    assert span_of("2026-03-10", ZONE)[1] - span_of("2026-03-10", ZONE)[0] == DAY
