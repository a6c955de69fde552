"""Each kind of expectation, held and failed, against runs made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.outcomes import EPOCH, at, emergency, hit, listed, outcome, passed, read, reported, stolen, told
from twin.expectations import Checked, check
from twin.outcome import Outcome
from twin.scenarios.schema import TAGS
from twin.score import score
from twin.truth import Fact

CAR = (stolen(), reported(100), listed(100), passed(200), read(200), told(215))
FOUND = (hit(203, 200),)
DEEDS = tuple(at(n, "burglary", name=f"deed-{n}", crew="crew" if n < 3 else None) for n in (1, 2, 3))
REPORTS = tuple(
    at(9, "burglary-reported", name=f"deed-{n}", call=f"{n:06d}", agency="cad.example", status="open") for n in (2, 3)
)
CALLS = tuple(at(n, "called", name="crash", call=f"{n:06d}", agency="cad.example") for n in (1, 2, 3))


def incident(*numbers: int) -> dict[str, Any]:
    return {"calls": [{"call": f"urn:emergency:uid:callid:{n:06d}:cad.example"} for n in numbers]}


TOLD_OF_IT = at(20, "tip-told", tip="t1", about="crash", wrong="nothing")


def with_tip(number: int) -> dict[str, Any]:
    """An incident of that call, beside which the tip stands from its opening on."""
    return incident(number) | {"tips": [{"number": "t1"}], "opened_at": EPOCH + 21_000_000}


KEPT = at(5, "clip-kept", about="pickup", owner="bell/1")


def clips(*seconds: float) -> dict[str, Any]:
    """An incident with clips of one owner, that begin then."""
    return {
        "clips": [{"camera": "bell/1", "state": "kept", "start": EPOCH + round(moment * 1e6)} for moment in seconds],
        "calls": [],
    }


NAMED = {"unit": "SO-1", "alias": True}


def answered(operator: str, asked: str, about: str, *, granted: bool) -> Fact:
    return at(9, "answered", operator=operator, asked=asked, about=about, granted=granted)


def line(*, granted: bool) -> dict[str, Any]:
    return {"operator": "ada", "act": "unit.video", "subject": "SO-1", "granted": granted}


WRECKS = tuple(at(9, "unit-crash", unit=unit) for unit in ("CPSO-01", "CPSO-02"))


def by_rule(seconds: float, unit: str, *, granted: bool = True) -> dict[str, Any]:
    camera, then = f"dash-{unit}", EPOCH + round(seconds * 1e6)
    return {"operator": "rule/crash", "act": "clip.keep", "subject": camera, "granted": granted, "at": then}


def run(expect: str, *facts: Any, alerts: tuple[dict[str, Any], ...] = (), **shown: Any) -> Outcome:
    return outcome(*facts, alerts=alerts, expect=f"  - {expect}\n", **shown)


def verdict(made: Outcome) -> Checked:
    (one,) = check(made, score(made))
    return one


def pictured(*said: str) -> Outcome:
    """Two cars before one camera, ABC123 and WNT00O, and reads of the first's only frame and then the second's."""
    cars = {"f1": "ABC123", "f2": "WNT00O"}
    facts = [
        at(5, kind, reader="r1", vehicle=frame, plate=plate, state="LA", frame=frame)
        for frame, plate in cars.items()
        for kind in ("frame-sent", "plate-shown")
    ]
    made = run("{what: plates-read, recall: 0.5, precision: 0.5}", *facts)
    read = {"reader": "another", "at": EPOCH}
    return made._replace(reads=tuple({"plate": text, "frame": f"f{n}", **read} for n, text in enumerate(said, 1)))


TEXAN = at(0, "innocent", name="texan", plate="ABC1234", state="TX", listed="ABC1234", listed_state="LA")
TOLD_OF_HIM = at(
    9, "told", unit="SO-1", message="m1", plate="ABC1234 LA", about="hotlist-hit", verified_by="ada", shown_us=9
)
HELD = [
    pictured("ABC123"),
    pictured("XXX123", "WNT000"),  # O and zero are one
    run("{what: spared, subject: texan}", TEXAN, told(9)),
    run("{what: alerted, subject: pickup}", *CAR, alerts=FOUND),
    run("{what: alerted, subject: pickup, within_s: 3}", *CAR, alerts=FOUND),
    run(
        "{what: alerted, kind: unit-emergency, subject: SO-1}",
        at(5, "panic", unit="SO-1"),
        alerts=(emergency(6),),
    ),
    run(
        "{what: alerted, kind: feed-quiet, subject: avl}",
        alerts=({**emergency(1), "kind": "feed-quiet", "subject": "avl"},),
    ),
    run(
        "{what: alerted, kind: hotlist-refused, subject: any}",
        alerts=({**emergency(1), "kind": "hotlist-refused", "subject": "state"},),
    ),
    run("{what: told, subject: pickup, within_s: 15}", *CAR, alerts=FOUND),
    run("{what: recall, at_least: 1}", *CAR, alerts=FOUND),
    run("{what: recall, at_least: 1}"),
    run("{what: precision, at_least: 1}", *CAR, alerts=FOUND),
    run("{what: incidents, about: crash}", *CALLS, incidents={"i1": incident(1, 2, 3)}),
    run("{what: incidents, about: crash, at_least: 0, at_most: 2}", *CALLS, incidents={"i1": incident(1)}),
    run("{what: alerts, kind: hotlist-hit, at_least: 1, at_most: 1}", *CAR, alerts=FOUND),
    run("{what: alerts, kind: feed-quiet, at_most: 0}", *CAR, alerts=FOUND),
    run("{what: burglaries, at_least: 3, at_most: 3}", *DEEDS),
    run("{what: burglaries, by: crew, at_least: 2, at_most: 2}", *DEEDS),
    run("{what: reported}", *DEEDS, *REPORTS, incidents={"i1": incident(2, 3)}),
    run("{what: reported, by: crew}", *DEEDS, *REPORTS, incidents={"i1": incident(2)}),
    run("{what: reported, at_least: 0.5}", *DEEDS, *REPORTS, incidents={"i1": incident(2)}),
    run("{what: happened, kind: pursuit-began}", at(9, "pursuit-began", name="pickup")),
    run("{what: happened, kind: driver-named, facts: {unit: SO-1, alias: true}}", at(9, "driver-named", **NAMED)),
    run("{what: refused, operator: ada, asked: video, about: SO-1}", answered("ada", "video", "SO-1", granted=False)),
    run("{what: granted, operator: ada, asked: plates, about: X1}", answered("ada", "plates", "X1", granted=True)),
    run("{what: audited, operator: ada, act: unit.video, subject: SO-1}", audit=(line(granted=False),)),
    run("{what: kept-by-rule, rule: crash}", *WRECKS, audit=(by_rule(9, "CPSO-01"), by_rule(12, "CPSO-02"))),
    run("{what: kept-by-rule, rule: pursuit, at_least: 0}", at(9, "status", unit="CPSO-01", status="pursuit")),
    run("{what: audited, operator: ada, act: unit.video, subject: SO-1, granted: true}", audit=(line(granted=True),)),
    run("{what: filmed, subject: pickup}", KEPT, incidents={"i1": clips(7)}),
    run("{what: tips-reached, within_s: 1}", *CALLS, TOLD_OF_IT, incidents={"i1": with_tip(1)}),
    run("{what: feeds-alive}", feeds={"avl": {"state": "alive"}, "lpr": {"state": "late"}}),
    run("{what: feeds-alive, but: [lpr]}", feeds={"avl": {"state": "alive"}, "lpr": {"state": "never"}}),
]

FAILED = [
    (run("{what: tips-reached}"), "nobody told anything"),
    (
        run("{what: tips-reached}", *CALLS, TOLD_OF_IT, incidents={"i1": incident(1), "i2": with_tip(9)}),
        "0 of 1, 1 elsewhere",
    ),
    (pictured(), "2 shown, 0 read"),
    (pictured("XXX123"), "0 of 2 (0.000), 0 of 1 (0.000)"),
    (pictured("ABC123", "ABC123", "ABC123"), "1 of 2 (0.500), 1 of 3 (0.333)"),
    (run("{what: alerted, subject: pickup}", *CAR), "never"),
    (run("{what: alerted, subject: pickup, within_s: 2.9}", *CAR, alerts=FOUND), "after 3.0 s"),
    (run("{what: alerted, subject: nobody}", *CAR, alerts=FOUND), "nothing called nobody happened"),
    (run("{what: alerted, subject: pickup}", stolen(), reported(1), listed(1)), "it passed no reader"),
    (
        run("{what: alerted, kind: feed-quiet, subject: avl}", alerts=({**emergency(1), "kind": "feed-quiet"},)),
        "0 alerts",
    ),
    (run("{what: told, subject: pickup, within_s: 14}", *CAR, alerts=FOUND), "after 15.0 s"),
    (run("{what: told, subject: pickup}", *CAR[:-1], alerts=FOUND), "never"),
    (run("{what: spared, subject: texan}", TEXAN, TOLD_OF_HIM), "1 messages; 0 leads"),
    (run("{what: spared, subject: texan}", told(9)), "nothing called texan happened"),
    (run("{what: recall, at_least: 0.5}", *CAR), "0.000"),
    (run("{what: precision, at_least: 0.1}", alerts=(emergency(1),)), "0.000"),
    (
        run("{what: incidents, about: crash}", *CALLS, incidents={"i1": incident(1), "i2": incident(2, 3, 9)}),
        "2 with 3 of its 3 calls and 1 of others",
    ),
    (run("{what: incidents, about: crash}", *CALLS), "0 with 0 of its 3 calls and 0 of others"),
    (run("{what: alerts, kind: hotlist-hit, at_most: 0}", *CAR, alerts=FOUND), "1"),
    (run("{what: burglaries, at_least: 4}", *DEEDS), "3"),
    (run("{what: burglaries, by: crew, at_most: 1}", *DEEDS), "2"),
    (run("{what: reported}", *DEEDS, *REPORTS, incidents={"i1": incident(2)}), "1 of 2, in 1 incidents"),
    (run("{what: reported, by: nobody}", *DEEDS, *REPORTS), "0 of 0, in 0 incidents"),
    (run("{what: happened, kind: pursuit-began, at_least: 2}", at(9, "pursuit-began", name="pickup")), "1"),
    (run("{what: happened, kind: driver-named, facts: {alias: false}}", at(9, "driver-named", **NAMED)), "0"),
    (
        run(
            "{what: refused, operator: ada, asked: video, about: SO-1}", answered("ada", "video", "SO-1", granted=True)
        ),
        "1 granted, 0 refused",
    ),
    (
        run(
            "{what: granted, operator: ben, asked: video, about: SO-1}", answered("ada", "video", "SO-1", granted=True)
        ),
        "0 granted, 0 refused",
    ),
    (run("{what: kept-by-rule, rule: crash}"), "0 of 0"),
    (
        run(
            "{what: kept-by-rule, rule: crash}",
            *WRECKS,
            at(9, "unit-crash", unit="LCPD-01"),
            audit=(by_rule(20, "CPSO-01"), by_rule(9, "CPSO-02", granted=False)),
        ),
        "0 of 2",
    ),
    (
        run("{what: audited, operator: ada, act: unit.video, subject: SO-1}", audit=(line(granted=True),)),
        "0 of 1",
    ),
    (
        run("{what: filmed, subject: pickup}", KEPT, incidents={"i1": clips(7, 60)}),
        "1 of 2 clips, of 1 that cameras have",
    ),
    (run("{what: feeds-alive}", feeds={"b": {"state": "never"}, "a": {"state": "silent"}}), "silent: a, b"),
]


@pytest.mark.parametrize("made", HELD, ids=lambda made: str(made.scenario.expect[0]))
def test_it_held(made: Outcome) -> None:
    """And says what it was, in words."""
    one = verdict(made)
    assert one.held, one
    assert one.what
    assert one.seen


@pytest.mark.parametrize(
    ("made", "seen"), FAILED, ids=lambda it: str(it.scenario.expect[0]) if hasattr(it, "seed") else ""
)
def test_it_failed_and_says_what_there_was_instead(made: Outcome, seen: str) -> None:
    """What was seen is what a person needs to know next."""
    one = verdict(made)
    assert (one.held, one.seen) == (False, seen)


def test_every_kind_of_expectation_is_among_these() -> None:
    """A new kind must come with a run that holds it and one that fails it."""
    for made in (HELD, [made for made, _ in FAILED]):
        kinds = {type(one.scenario.expect[0]).__struct_config__.tag for one in made}
        assert kinds == set(TAGS["what"])


def test_expectations_are_answered_in_their_order() -> None:
    """One for one."""
    made = outcome(*CAR, alerts=FOUND, expect="  - {what: feeds-alive}\n  - {what: recall, at_least: 1}\n")
    assert [one.what for one in check(made, score(made))] == ["every feed alive", "recall at least 1"]
