"""The desk for burglaries: what counts as one report, what is asked and when, and that a person decides.

Breaks when a report told twice counts twice, when an answer nobody waits for is believed, or when a box goes to the
street without the sergeant.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from center.core.burglary_text import moment, told
from center.core.effects import Forecast, Reply, Send, Withdraw
from center.core.events import DAY, HOUR, SECOND, Micros
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns, Rash
from tests.center.core.facts import LAT, LON, T0, Room, act, called, changed, hung_up, moved, of, site, when, woke

TEXT = "burglary, residential; entry door-forced; taken tools; from 2026-01-01T20:00:00.000-06:00 to 2026-01-02T06:30Z"
BOX = Box(LAT, LON, 200.0, ((LAT, LON), (LAT + 0.0018, LON)), 0.3, 0, 2, 0.74, 0.5, (("cad/c1", 0.1),))


def on(**more: Any) -> Room:
    room = Room()
    room.tell(site(patterns=Patterns(**more)))
    return room


def report(call: str, s: float = 0.0, lat: float = LAT, **more: Any) -> Any:
    return called(call, s, lat, LON, **{"kind": "burglary-residential", "text": TEXT, **more})


def advice(*boxes: Box, hours: float = 20.0) -> Advice:
    return Advice(T0, Micros(T0 + round(hours * HOUR)), Micros(T0 + 20 * HOUR), 1.0, 0, 3, boxes)


def answered(room: Room, s: float, said: Advice | None = None, trouble: str = "") -> ForecastReady:
    return ForecastReady(
        at=when(s), source="forecaster", answers=room.picture.patterns.asked, advice=said, trouble=trouble
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00Z", 0),
        ("2024-02-29T12:34:56.789Z", 1_709_210_096),
        ("2026-01-01T20:00:00.000-06:00", 1_767_319_200),
        ("2000-03-01T00:00:00+05:30", 951_849_000),
    ],
)
def test_a_moment_in_a_report_is_read(text: str, seconds: int) -> None:
    assert moment(text) == seconds * SECOND


@pytest.mark.parametrize("text", ["", "T", "2026-13-01T00:00Z", "2026-01-01T00:00", "2026-01-01T25:00Z", "x-1-1T0:0Z"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment(text) is None


def test_a_report_says_how_and_when_as_far_as_it_follows_the_form() -> None:
    said = told(TEXT)
    assert (said.entry, said.target) == ("door-forced", "tools")
    assert said.ends is not None
    assert said.begins is not None
    assert said.ends - said.begins == 4.5 * HOUR
    assert told("somebody broke in") == told(None)


def test_off_it_keeps_nothing_and_asks_nothing() -> None:
    """A site without `[patterns]`; and one that turns it off forgets what was kept."""
    room = Room()
    room.tell(site())
    assert not of(Forecast, room.tell(report("c1")))
    assert room.picture.patterns.reports == {}
    room.tell(site(patterns=Patterns()))
    room.tell(report("c2", 1.0))
    assert room.picture.patterns.reports
    assert of(Withdraw, room.tell(site()))
    assert room.picture.patterns.reports == {}
    assert room.picture.pending == {}


def test_every_report_is_asked_about_one_question_at_a_time() -> None:
    """What comes while an answer is waited for is asked about when it is there; other calls are nobody's burglary."""
    room = on()
    assert not of(Forecast, room.tell(report("c1")))
    room.tell(called("c2", 1.0, LAT, LON, kind="crash"))
    asked = of(Forecast, room.tell(answered(room, 2.0, advice())))
    assert [one.report for one in asked[0].reports] == ["cad/c1"]
    assert not of(Forecast, room.tell(answered(room, 3.0, advice())))


def test_a_report_is_corrected_in_its_place_and_the_unfounded_never_was() -> None:
    room = on()
    room.tell(report("c1"))
    room.tell(changed("c1", 60.0, lat=LAT + 0.01, lon=LON, uncertainty_m=5.0))
    (kept,) = room.picture.patterns.reports.values()
    assert (kept.lat, kept.off_m, kept.known) == (LAT + 0.01, 5.0, when(0.0))
    room.tell(hung_up("c1", 90.0, disposition="report taken"))
    assert room.picture.patterns.reports
    room.tell(hung_up("c1", 100.0, disposition="unfounded"))
    assert room.picture.patterns.reports == {}


def test_two_systems_reports_of_one_burglary_are_one() -> None:
    """Near, windows that meet, known within hours; a neighbour's a night later in the same system is another. When the
    first turns out unfounded and the other does not, the other stands."""
    room = on()
    room.tell(report("c1"))
    room.tell(report("k9", 1800.0, LAT + 0.0005, system="other"))
    room.tell(report("c2", 3600.0, LAT + 0.0005))
    kept = room.picture.patterns.reports
    assert {name: one.others for name, one in kept.items()} == {"cad/c1": ("other/k9",), "cad/c2": ()}
    room.tell(hung_up("c1", 4000.0, disposition="unfounded"))
    assert sorted(room.picture.patterns.reports) == ["cad/c2", "other/k9"]


def test_a_box_is_the_sergeants_to_take_and_then_the_units_are_told() -> None:
    """An operator may not; a unit without a terminal is named; taken twice, the second is late. Where it is, what is
    expected and why stand in the message."""
    room = on()
    room.tell(answered(room, 1.0, advice(BOX)))
    (offer,) = room.picture.patterns.offers
    assert [alert.kind for alert in room.picture.alerts.alerts.values()] == ["patrol-boxes"]
    for who, units, granted in (("ada", "SO-1", False), ("sue", "SO-BOAT", False), ("sue", "SO-1, SO-2", True)):
        done = room.tell(act("box.accept", offer, 10.0, who, units, units=units))
        assert of(Reply, done)[0].granted is granted
    sent = of(Send, done)
    assert [one.unit for one in sent] == ["SO-1", "SO-2"]
    assert sent[0].note == "0.30 burglaries expected, 74% that there is none; 50% long-run; lately cad/c1"
    assert (sent[0].kind, sent[0].lat, sent[0].lon) == ("patrol-box", LAT, LON)
    again = of(Reply, room.tell(act("box.decline", offer, 11.0, "sue")))[0]
    assert (again.granted, again.late) == (False, True)


def test_what_is_taken_is_told_to_the_next_forecast_and_new_boxes_replace_undecided_ones() -> None:
    room = on()
    room.tell(answered(room, 1.0, advice(BOX, BOX)))
    first, second = room.picture.patterns.offers
    room.tell(act("box.accept", first, 2.0, "sue", units="SO-1"))
    (asked,) = of(Forecast, room.tell(report("c1", 3.0)))
    assert asked.taken == BOX.cells
    room.tell(answered(room, 4.0, advice()))
    assert list(room.picture.patterns.offers) == [first]
    assert second not in room.picture.patterns.offers


def test_the_dose_is_the_time_between_fixes_inside_until_the_box_ends() -> None:
    """Three fixes a minute apart inside are two minutes; outside, and after a silence of five, nothing."""
    room = on()
    room.tell(answered(room, 0.0, advice(BOX, hours=1.0)))
    (offer,) = room.picture.patterns.offers
    room.tell(act("box.accept", offer, 1.0, "sue", units="SO-1"))
    for s, lat in ((10, LAT), (70, LAT), (130, LAT), (190, LAT + 0.1), (250, LAT), (600, LAT), (3_700, LAT)):
        room.tell(moved("modem-3", s, lat, LON))
    assert room.picture.patterns.offers[offer].patrolled_s == {"SO-3": 120.0}
    assert room.picture.patterns.offers[offer].state == "expired"


def test_more_than_so_many_near_each_other_are_listed() -> None:
    """Four homes within a kilometre in a week, and a fifth far away: one list of four. Three are none."""
    room = on(more_than=3)
    for n in range(5):
        room.tell(report(f"c{n}", 60.0 * n, LAT + (0.001 * n if n < 4 else 0.1)))
    room.tell(answered(room, 400.0, advice()))
    (listed,) = room.picture.patterns.listed
    assert listed.reports == ("cad/c0", "cad/c1", "cad/c2", "cad/c3")
    assert "burglary-list" in [alert.kind for alert in room.picture.alerts.alerts.values()]


def test_the_day_s_list_is_asked_for_when_it_is_due_and_after_trouble_in_an_hour() -> None:
    room = on()
    room.tell(answered(room, 1.0, advice()))
    timer = room.picture.pending[room.picture.patterns.timer]
    assert timer.when == T0 + 20 * HOUR  # type: ignore[union-attr]
    asked = of(Forecast, room.tell(woke(timer, 20 * 3600.0)))
    assert asked[0].now == T0 + 20 * HOUR
    room.tell(answered(room, 20 * 3600.0 + 5, trouble="the forecaster died"))
    timer = room.picture.pending[room.picture.patterns.timer]
    assert timer.when == T0 + 21 * HOUR + 5 * SECOND  # type: ignore[union-attr]


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    room = on()
    room.tell(ForecastReady(at=when(1.0), source="forecaster", answers="f9.9", advice=advice(BOX)))
    assert room.picture.patterns.advice is None


def test_old_reports_are_forgotten() -> None:
    room = on(keep_days=10)
    room.tell(report("c1"))
    room.tell(report("c2", 11 * DAY / SECOND, text=""))
    assert list(room.picture.patterns.reports) == ["cad/c2"]


def test_nobody_is_told_twice_of_the_same_and_what_was_declined_stays_so() -> None:
    """The same box in the next answer keeps its name; dismissed, its alert stays closed until there is another box. A
    rash is cried once; a box that is half the declined one is not offered again before its time is over."""
    rash = Rash(LAT, LON, 300.0, 4, 0.5, ("cad/c1", "cad/c2", "cad/c3"))
    room = on()
    room.tell(answered(room, 1.0, msgspec.structs.replace(advice(BOX), rashes=(rash,))))
    (offer,) = room.picture.patterns.offers
    for alert in list(room.picture.alerts.alerts):
        room.tell(act("alert.dismiss", alert, 2.0, disposition="dismissed", action="none"))
    room.tell(report("c1", 3.0))
    better = msgspec.structs.replace(BOX, expected=0.4)
    room.tell(answered(room, 4.0, msgspec.structs.replace(advice(better), rashes=(rash,))))
    assert [(name, one.box.expected) for name, one in room.picture.patterns.offers.items()] == [(offer, 0.4)]
    assert all(alert.closed_at is not None for alert in room.picture.alerts.alerts.values())
    room.tell(act("box.decline", offer, 5.0, "sue"), report("c2", 6.0))
    half = msgspec.structs.replace(BOX, cells=(BOX.cells[0], (LAT, LON + 0.1)))
    room.tell(answered(room, 7.0, advice(half)))
    assert [one.state for one in room.picture.patterns.offers.values()] == ["declined"]
