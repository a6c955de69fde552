"""Scores against runs made by hand, whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.outcomes import at, emergency, hit, listed, outcome, passed, read, reported, stolen, told
from twin.score import Miss, Spread, WrongAlert, score, spread
from twin.truth import Fact

KNOWN = (stolen(), reported(100), listed(100), passed(200), read(200))
"""A car on the list at 100 s, read by a camera at 200 s."""


def test_a_car_that_is_alerted_and_told_is_found() -> None:
    """Times count from the moment it passed, not from the moment the read came."""
    made = score(outcome(*KNOWN, told(215), alerts=(hit(203, 200),)))
    assert (made.recall, made.precision, made.expected, made.alerted) == (1.0, 1.0, 1, 1)
    assert made.time_to_alert_s == Spread(3.0, 3.0, 1)
    assert made.time_to_terminal_s == Spread(15.0, 15.0, 1)
    assert (made.missed, made.wrong) == ((), ())


def test_a_car_read_before_it_was_listed_can_be_known_from_the_list_on() -> None:
    """A backward match is judged from when the list arrived."""
    made = score(outcome(stolen(), passed(50), read(50), reported(300), listed(300), alerts=(hit(301.5, 50),)))
    assert made.time_to_alert_s.p50 == 1.5


def test_a_list_counts_when_it_is_whole() -> None:
    """Half of one is none; the rest may come later under the same name."""
    half = (stolen(), reported(100), listed(100, whole=False), passed(90), read(90))
    finished = at(130, "hotlist-finished", hotlist="hotlist/state", version="100")
    assert score(outcome(*half, finished, alerts=(hit(131, 90),))).time_to_alert_s.p50 == 1.0
    assert score(outcome(*half)).expected == 0


def test_a_list_from_before_the_report_does_not_count() -> None:
    """It cannot have held the car."""
    assert score(outcome(stolen(), listed(10), passed(50), read(50), reported(100))).expected == 0


def test_a_list_from_after_the_car_was_taken_off_does_not_count() -> None:
    """A car that came and went between two deliveries was on none of them."""
    off = at(150, "off-list", name="pickup")
    assert score(outcome(stolen(), reported(100), off, listed(150), read(120), passed(120))).expected == 0
    assert score(outcome(stolen(), reported(100), listed(149), off, read(120), passed(120))).expected == 1


@pytest.mark.parametrize(
    ("listed_as", "state", "expected"),
    [("WNT001", "LA", 1), ("WNTOO1", "LA", 1), ("WNT007", "LA", 0), ("WNT001", "TX", 0)],
)
def test_a_car_that_was_mistyped_on_the_list_cannot_be_known(listed_as: str, state: str, expected: int) -> None:
    """But by chance; that the letter O is a zero there is no slip."""
    report = at(100, "reported", name="pickup", plate="WNT001", state="LA", listed=listed_as, listed_state=state)
    assert score(outcome(stolen(), report, listed(100), passed(200), read(200))).expected == expected


def test_the_first_right_alert_and_the_first_message_count() -> None:
    """Whatever came before about other cars, and however often it was said again."""
    alerts = (hit(220, 200), hit(205, 200, alert="a2.1"), hit(201, alert="a3.1", plate="XYZ999"))
    made = score(outcome(*KNOWN, told(230), told(210), told(190, "XYZ999 LA"), alerts=alerts))
    assert (made.time_to_alert_s.p50, made.time_to_terminal_s.p50) == (5.0, 10.0)


def test_lists_print_o_as_zero() -> None:
    """And it is the same car."""
    facts = (stolen(plate="BOO100"), reported(1), listed(1), passed(5), read(5, "BOO100", plate="BOO100"))
    made = score(outcome(*facts, told(9, "B00100 LA"), alerts=(hit(6, 5, plate="B00100"),)))
    assert (made.recall, made.precision, made.time_to_terminal_s.p50) == (1.0, 1.0, 4.0)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ((stolen(), passed(5), read(5)), "it was never reported"),
        ((stolen(), reported(1), passed(5), read(5)), "no whole list held it"),
        ((stolen(), reported(1), listed(1)), "it passed no reader"),
        ((stolen(), reported(1), listed(1), passed(5)), "no reader could read its plate"),
        (KNOWN, "read, and not alerted"),
        ((*KNOWN[:-1], read(200, "WMT001"), read(300, "VNT001")), "only ever misread, as VNT001, WMT001"),
        (
            (*KNOWN, at(201, "line-lost", line="line/lpr-r1"), at(202, "line-lost", line="line/lpr-r2")),
            "read, and not alerted (1 messages were lost on the way from there)",
        ),
        (
            (*KNOWN, at(400, "given-up", device="r1", message="x", tries=10)),
            "read, and not alerted (1 messages were lost on the way from there)",
        ),
        ((at(5, "panic", unit="SO-7"),), "the unit needed help, and nobody was alerted"),
        (
            (at(5, "panic", unit="SO-7"), at(5, "line-lost", line="line/terminal-SO-7")),
            "the unit needed help, and nobody was alerted (1 messages were lost on the way from there)",
        ),
    ],
)
def test_what_was_missed_is_said_with_its_reason(facts: tuple[Fact, ...], why: str) -> None:
    """And what could never be known is no miss of the center's."""
    made = score(outcome(*facts))
    (miss,) = made.missed
    assert miss.why == why
    could_be_known = why.startswith(("read", "only", "the unit"))
    assert (made.expected, made.recall) == ((1, 0.0) if could_be_known else (0, None))


@pytest.mark.parametrize(
    ("read_as", "alert", "why"),
    [
        ({"plate": "WNT001", "state": "TX"}, hit(203, 200), "the plate is of TX, not LA"),
        ({"said": "WNT001", "plate": "VNT001"}, hit(203, 200), "read WNT001; the plate was VNT001 LA"),
        ({}, hit(203, 777), "no reader said so"),
        ({}, emergency(203, "SO-5"), "nobody pressed the button or crashed"),
    ],
)
def test_a_wrong_alert_is_wrong_for_a_reason(read_as: dict[str, Any], alert: dict[str, Any], why: str) -> None:
    """Right is what the picture shows, not what the camera made of it."""
    made = score(outcome(read(200, **{"said": "WNT001", "name": "other", **read_as}), alerts=(alert,)))
    assert made.precision == 0.0
    assert made.wrong == (WrongAlert(alert["alert"], alert["subject"], why),)


def test_one_right_read_among_wrong_ones_makes_an_alert_right() -> None:
    """A misread of another car may join the alert of the right one."""
    facts = (*KNOWN, read(150, "WNT001", name="other", plate="VNT001"))
    assert score(outcome(*facts, alerts=(hit(203, 150, 200),))).precision == 1.0


def test_a_listing_without_a_state_is_any_states() -> None:
    """As some lists are."""
    made = score(outcome(*KNOWN, alerts=(hit(203, 200, state=None),)))
    assert (made.recall, made.precision) == (1.0, 1.0)


def test_the_same_plate_of_another_state_is_another_car() -> None:
    """It is neither found by the alert nor makes it right."""
    made = score(outcome(*KNOWN, alerts=(hit(203, 200, state="TX"),)))
    assert (made.recall, made.precision) == (0.0, 0.0)
    assert made.missed == (Miss("pickup", "WNT001", "read, and not alerted"),)


def test_recall_and_precision_are_shares() -> None:
    """Of several of each."""
    other = (stolen("sedan", "SED123"), reported(100, "sedan"), passed(210, "sedan"))
    facts = (*KNOWN, *other, read(210, "SED123", name="sedan", plate="SED123"), at(300, "panic", unit="SO-1"))
    alerts = (hit(203, 200), emergency(301), hit(400, alert="a5.1", plate="ZZZ111"))
    made = score(outcome(*facts, alerts=alerts))
    assert made.recall == pytest.approx(2 / 3)
    assert made.precision == pytest.approx(2 / 3)
    assert [miss.name for miss in made.missed] == ["sedan"]


def test_with_nothing_to_find_and_nothing_found_there_is_nothing_to_measure() -> None:
    """Neither one nor zero."""
    made = score(outcome())
    assert (made.recall, made.precision, made.time_to_alert_s) == (None, None, Spread(None, None, 0))


def test_alerts_that_are_no_finds_are_not_scored() -> None:
    """That a feed is quiet is neither right nor wrong about a car."""
    quiet = {"alert": "a1.1", "kind": "feed-quiet", "subject": "avl", "state": "raised", "headline": "", "at": 0}
    assert score(outcome(alerts=(quiet,))).precision is None


def test_dispositions_are_counted() -> None:
    """An alert that nobody has closed counts as what state it is in."""
    alerts = (
        hit(1, alert="a1.1", disposition="correct"),
        hit(2, alert="a2.1", disposition="misread"),
        hit(3, alert="a3.1", disposition="misread"),
        hit(4, alert="a4.1"),
    )
    assert score(outcome(alerts=alerts)).dispositions == {"correct": 1, "misread": 2, "raised": 1}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], Spread(None, None, 0)),
        ([None, None], Spread(None, None, 0)),
        ([3.0], Spread(3.0, 3.0, 1)),
        ([2.0, 1.0], Spread(1.0, 2.0, 2)),
        ([None, 5.0, 1.0, 3.0], Spread(3.0, 5.0, 3)),
        ([float(n) for n in range(1, 21)], Spread(10.0, 19.0, 20)),
        ([float(n) for n in range(1, 101)], Spread(50.0, 95.0, 100)),
        ([float(n) for n in range(1, 102)], Spread(51.0, 96.0, 101)),
    ],
)
def test_percentiles_are_values_that_were_seen(seconds: list[float | None], expected: Spread) -> None:
    """By nearest rank; what never happened is left out."""
    assert spread(seconds) == expected
