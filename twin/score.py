"""How well the center did: what it showed against what happened.

Knows: truth and outcome, side by side; which alert is right, what was missed and why, and how long things took.
Refuses to know: how the center works. A score is made from what came out of it, so any center can be scored.

A stolen car can be known from the moment it is both on a delivered list and has been read by a camera; times count from
there. An alert is right when the car that the picture shows is the car on the list.
"""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

import msgspec

from twin.devices.things import SECOND_US
from twin.film_truth import shown_before
from twin.outcome import Outcome
from twin.truth import Fact

SCORED_KINDS = ("hotlist-hit", "unit-emergency")
NEED_HELP = ("panic", "unit-crash")
SAID = ("plate-read", "stop-opened")  # by a camera, or typed by a deputy who has stopped the car
READ = (*SAID, "plate-shown")  # or in pictures that were sent to be read
SEEN = ("passed", "stop-opened")


class Wanted(NamedTuple):
    """Something the center should alert about: `knowable_us` is when it could be known at the earliest, or None when it
    never could (`why`)."""

    name: str
    kind: str
    subject: str
    state: str | None
    knowable_us: int | None
    why: str = ""


class Spread(msgspec.Struct, frozen=True):
    """Seconds: median and 95th percentile of `count`; None when there is nothing to measure."""

    p50: float | None
    p95: float | None
    count: int


class WrongAlert(msgspec.Struct, frozen=True):
    alert: str
    subject: str
    why: str


class Miss(msgspec.Struct, frozen=True):
    name: str
    subject: str
    why: str


class ToldOfInnocent(msgspec.Struct, frozen=True):
    """A deputy's terminal showed a hit on a car that nobody looks for. `as_fact`: as verified by a person."""

    message: str
    unit: str
    plate: str
    why: str
    as_fact: bool


class Score(msgspec.Struct, frozen=True):
    """`recall` and `precision` are None when nothing was to be found, or nothing was raised. `told` counts the hits
    that deputies' terminals showed, as a fact or not; `told_of_innocent` are those that should not have been."""

    recall: float | None
    precision: float | None
    time_to_alert_s: Spread
    time_to_terminal_s: Spread
    expected: int
    alerted: int
    wrong: tuple[WrongAlert, ...]
    missed: tuple[Miss, ...]
    dispositions: dict[str, int]
    told: int
    told_of_innocent: tuple[ToldOfInnocent, ...]


class Timing(NamedTuple):
    """When a wanted thing was alerted and told, seconds after it could be known; None when never."""

    alert_s: float | None
    terminal_s: float | None


def score(outcome: Outcome) -> Score:
    """Compare what was shown with what happened."""
    wanted = all_wanted(outcome)
    expected = [one for one in wanted if one.knowable_us is not None]
    timings = {one: timing(outcome, one) for one in expected}
    raised = [alert for alert in outcome.alerts.values() if alert["kind"] in SCORED_KINDS]
    wrong = [one for one in (_wrong(outcome, alert) for alert in raised) if one is not None]
    found = [one for one in expected if timings[one].alert_s is not None]
    return Score(
        recall=len(found) / len(expected) if expected else None,
        precision=1 - len(wrong) / len(raised) if raised else None,
        time_to_alert_s=spread([t.alert_s for t in timings.values()]),
        time_to_terminal_s=spread([t.terminal_s for t in timings.values()]),
        expected=len(expected),
        alerted=len(raised),
        wrong=tuple(wrong),
        missed=tuple(_missed(outcome, one) for one in wanted if one not in found),
        dispositions=_dispositions(raised),
        told=sum(_is_hit_told(fact) for fact in outcome.facts),
        told_of_innocent=told_of_innocent(outcome),
    )


def all_wanted(outcome: Outcome) -> list[Wanted]:
    """Stolen and wanted cars, panic buttons and cars that crashed, in order of the truth log."""
    wanted = [_stolen(outcome, fact) for fact in outcome.facts if fact.kind in ("stolen", "wanted-car")]
    needs = [fact for fact in outcome.facts if fact.kind in NEED_HELP]
    return wanted + [Wanted(one.facts["unit"], "unit-emergency", one.facts["unit"], None, one.at_us) for one in needs]


def timing(outcome: Outcome, wanted: Wanted) -> Timing:
    """How long the first right alert and the first message took."""
    if wanted.knowable_us is None:
        return Timing(None, None)
    at = [alert["at"] - outcome.epoch for alert in outcome.alerts.values() if _is_about(alert, wanted)]
    told = [fact.at_us for fact in outcome.facts if fact.kind == "told" and _tells_of(fact, wanted)]
    return Timing(
        (min(at) - wanted.knowable_us) / SECOND_US if at else None,
        (min(told) - wanted.knowable_us) / SECOND_US if told else None,
    )


def told_of_innocent(outcome: Outcome) -> tuple[ToldOfInnocent, ...]:
    """Every hit shown to a deputy that is of no car anybody looks for: the listing is one that the world made for an
    innocent car, or every alert about it was of another car than the pictures show."""
    innocent = {
        (as_listed(fact.facts["listed"]), fact.facts["listed_state"]): f"the car is {fact.facts['name']}, and innocent"
        for fact in outcome.facts
        if fact.kind == "innocent"
    }
    wrong: dict[tuple[str, str | None], list[str]] = {}
    for alert in outcome.alerts.values():
        if alert["kind"] == "hotlist-hit":
            found = _wrong(outcome, alert)
            listed = as_listed(alert["subject"]), alert["listing"].get("state")
            wrong.setdefault(listed, []).append(found.why if found else "")
    told = []
    for fact in outcome.facts:
        if not _is_hit_told(fact):
            continue
        plate, _, state = str(fact.facts["plate"] or "").partition(" ")
        car = as_listed(plate), state or None
        whys = wrong.get(car, ["no alert was about it"])
        why = innocent.get(car, "") or ("" if "" in whys else whys[0])
        if why:
            said = fact.facts
            told.append(ToldOfInnocent(said["message"], said["unit"], plate, why, bool(said["verified_by"])))
    return tuple(told)


def _is_hit_told(fact: Fact) -> bool:
    return fact.kind == "told" and fact.facts.get("about") == "hotlist-hit"


def spread(seconds: list[float | None]) -> Spread:
    """Percentiles by nearest rank: of few values, a value that was really seen."""
    known = sorted(value for value in seconds if value is not None)
    if not known:
        return Spread(None, None, 0)

    def rank(share: float) -> float:
        return round(known[ceil(share * len(known)) - 1], 3)

    return Spread(rank(0.50), rank(0.95), len(known))


def as_listed(plate: str) -> str:
    """State files print the letter O as zero."""
    return plate.replace("O", "0")


def _stolen(outcome: Outcome, stolen: Fact) -> Wanted:
    name, plate, state = stolen.facts["name"], stolen.facts["plate"], stolen.facts["state"]
    reports = [fact for fact in outcome.facts if fact.kind == "reported" and fact.facts["name"] == name]
    reported = [fact.at_us for fact in reports]
    off = [fact.at_us for fact in outcome.facts if fact.kind == "off-list" and fact.facts["name"] == name]
    listed = [
        fact.at_us
        for fact in outcome.facts
        if reported and fact.at_us >= reported[0] and _is_whole_list(fact) and not (off and fact.at_us >= off[0])
    ]
    reads = [fact for fact in outcome.facts if fact.kind in READ and fact.facts["vehicle"] == name]
    passed = [fact for fact in outcome.facts if fact.kind in SEEN and fact.facts["vehicle"] == name]
    why = ""
    if not reported:
        why = "it was never reported"
    elif not listed:
        why = "no whole list held it"
    elif _is_mistyped(reports[0]):
        why = "it was mistyped on the list"
    elif not passed:
        why = "it passed no reader"
    elif not reads:
        why = "no reader could read its plate"
    if why:
        return Wanted(name, "hotlist-hit", plate, state, None, why)
    first = min(int(read.facts.get("passed_us", read.at_us)) for read in reads)
    return Wanted(name, "hotlist-hit", plate, state, max(first, listed[0]))


def _is_mistyped(report: Fact) -> bool:
    """Whether a clerk put another plate or state on the list than the car has."""
    facts = report.facts
    if "listed" not in facts:
        return False
    said, true = as_listed(facts["listed"]), as_listed(facts["plate"])
    return (said, facts["listed_state"]) != (true, facts["state"])


def _is_whole_list(fact: Fact) -> bool:
    return fact.kind == "hotlist-finished" or (fact.kind == "hotlist-written" and bool(fact.facts["whole"]))


def _is_about(alert: dict[str, Any], wanted: Wanted) -> bool:
    if alert["kind"] != wanted.kind or as_listed(alert["subject"]) != as_listed(wanted.subject):
        return False
    listed_state = (alert.get("listing") or {}).get("state")
    return wanted.state is None or listed_state is None or listed_state == wanted.state


def _tells_of(fact: Fact, wanted: Wanted) -> bool:
    told = str(fact.facts.get("plate") or "").split(" ")[0]
    return as_listed(told) == as_listed(wanted.subject)


def _wrong(outcome: Outcome, alert: dict[str, Any]) -> WrongAlert | None:
    """Why an alert is wrong; None when it is right."""
    subject = alert["subject"]
    if alert["kind"] == "unit-emergency":
        needs = any(fact.kind in NEED_HELP and fact.facts["unit"] == subject for fact in outcome.facts)
        return None if needs else WrongAlert(alert["alert"], subject, "nobody pressed the button or crashed")
    listing = alert["listing"]
    truths = [_truth_of(outcome, read) for read in alert["reads"]]
    for truth in truths:
        if truth is None or as_listed(truth["plate"]) != as_listed(listing["plate"]):
            continue
        if listing.get("state") in (None, truth["state"]):
            return None
    truth = next((one for one in truths if one is not None), None)
    if truth is None:
        return WrongAlert(alert["alert"], subject, "no reader said so")
    if as_listed(truth["plate"]) == as_listed(listing["plate"]):
        return WrongAlert(alert["alert"], subject, f"the plate is of {truth['state']}, not {listing['state']}")
    return WrongAlert(alert["alert"], subject, f"read {truth['said']}; the plate was {truth['plate']} {truth['state']}")


def _truth_of(outcome: Outcome, read: dict[str, Any]) -> dict[str, Any] | None:
    """By the reader's own id of the read, or the picture it was made from."""
    name, frame = str(read["read"]), read.get("frame")
    for fact in outcome.facts:
        facts = fact.facts
        if fact.kind == "frame-sent" and frame is not None and frame == facts["frame"]:
            return {**facts, "said": read["plate"]}
        if fact.kind in SAID and (name == facts["read"] or name.startswith(f"{facts['read']}/")):
            return facts
    if frame is None or "reader" not in read:
        return None
    meant = shown_before(outcome.facts, read["reader"], (read.get("seen") or read["at"]) - outcome.epoch)
    said = as_listed(read["plate"])
    one = next((facts for facts in meant if as_listed(facts["plate"] or "") == said), next(iter(meant), None))
    return None if one is None else {**one, "said": read["plate"]}


def _missed(outcome: Outcome, wanted: Wanted) -> Miss:
    """Why nobody was alerted, as far as the truth log tells."""
    return Miss(wanted.name, wanted.subject, wanted.why or _why_missed(outcome, wanted))


def _why_missed(outcome: Outcome, wanted: Wanted) -> str:
    if wanted.kind == "unit-emergency":
        why, ways = "the unit needed help, and nobody was alerted", {f"line/terminal-{wanted.subject}"}
    else:
        reads = [fact.facts for fact in outcome.facts if fact.kind == "plate-read"]
        ours = [read for read in reads if read["vehicle"] == wanted.name]
        said = sorted({read["said"] for read in ours})
        read_right = any(as_listed(text) == as_listed(wanted.subject) for text in said)
        why = "read, and not alerted" if read_right else f"only ever misread, as {', '.join(said)}"
        ways = {way for read in ours for way in (read["reader"], f"line/lpr-{read['reader']}")}
    lost = sum(
        fact.facts.get("line" if fact.kind == "line-lost" else "device") in ways
        for fact in outcome.facts
        if fact.kind in ("line-lost", "given-up")
    )
    return f"{why} ({lost} messages were lost on the way from there)" if lost else why


def _dispositions(alerts: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for alert in alerts:
        disposition = alert.get("disposition") or alert["state"]
        counts[disposition] = counts.get(disposition, 0) + 1
    return dict(sorted(counts.items()))
