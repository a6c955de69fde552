"""Whether a scenario's expectations held.

Knows: how each kind of expectation is checked, and how to say what was seen instead.
Refuses to know: how the run was carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from twin import tips_score
from twin.outcome import Outcome
from twin.plates_read import plates_read
from twin.scenarios.community import Filmed
from twin.scenarios.crashes import KeptByRule
from twin.scenarios.schema import (
    Alerted,
    Alerts,
    Audited,
    Expectation,
    FeedsAlive,
    Granted,
    Happened,
    Incidents,
    PlatesRead,
    Precision,
    Recall,
    Refused,
    Spared,
    Told,
)
from twin.scenarios.sprees import Burglaries, Reported
from twin.scenarios.tips import TipsReached
from twin.score import Score, Timing, all_wanted, as_listed, timing
from twin.sim.parish import load
from twin.truth import Fact

CLOCK_OFF_US = 5_000_000
AGAIN_US = 300_000_000  # one happening of one unit is kept once in so long
RULES: dict[str, tuple[str, dict[str, str]]] = {
    "crash": ("unit-crash", {}),
    "code-3": ("code-3-began", {}),
    "emergency": ("panic", {}),
    "pursuit": ("status", {"status": "pursuit"}),
}
"""What is true when a rule says so: the kind of fact, and what is in it."""
MANY = 10_000  # what a scenario leaves open
LOOKS = "looks/"  # how the center calls what an aircraft's camera tells, before the camera's name


class Checked(msgspec.Struct, frozen=True):
    """`what` is the expectation in words, `seen` what there was."""

    what: str
    held: bool
    seen: str


def check(outcome: Outcome, made: Score) -> list[Checked]:
    """Every expectation of the scenario, in its order."""
    return [_CHECKS[type(expected)](expected, outcome, made) for expected in outcome.scenario.expect]


def _alerted(expected: Alerted, outcome: Outcome, _: Score) -> Checked:
    what = f"{expected.kind} about {expected.subject}{_within(expected.within_s)}"
    if expected.kind in ("hotlist-hit", "unit-emergency"):
        return _in_time(what, expected.within_s, _timing_of(outcome, expected.subject, expected.kind), "alert_s")
    seen = [
        alert
        for alert in outcome.alerts.values()
        if alert["kind"] == expected.kind and expected.subject in (alert["subject"], "any")
    ]
    return Checked(what, bool(seen), f"{len(seen)} alerts")


def _told(expected: Told, outcome: Outcome, _: Score) -> Checked:
    what = f"a deputy told of {expected.subject}{_within(expected.within_s)}"
    return _in_time(what, expected.within_s, _timing_of(outcome, expected.subject, "hotlist-hit"), "terminal_s")


def _spared(expected: Spared, outcome: Outcome, _: Score) -> Checked:
    """Whatever an operator made of it: no terminal may show the listing that an innocent car was taken for."""
    what = f"no deputy told of {expected.subject}"
    innocent = [f.facts for f in outcome.facts if f.kind == "innocent" and f.facts["name"] == expected.subject]
    if not innocent:
        return Checked(what, False, f"nothing called {expected.subject} happened")
    listed = as_listed(innocent[0]["listed"]), innocent[0]["listed_state"]
    told = [fact for fact in outcome.facts if fact.kind == "told" and _is_told_of(str(fact.facts["plate"]), listed)]
    leads = [a for a in outcome.alerts.values() if as_listed(a["subject"]) == as_listed(innocent[0]["listed"])]
    how = ", ".join(sorted(str(a.get("disposition") or a["state"]) for a in leads))
    seen = f"{len(told)} messages; {len(leads)} leads" + (f": {how}" if how else "")
    return Checked(what, not told, seen)


def _is_told_of(said: str, listed: tuple[str, str]) -> bool:
    """Whether a message's plate is that of a listing; one that names no state may be."""
    plate, _, state = said.partition(" ")
    return as_listed(plate) == listed[0] and state in ("", listed[1])


def _timing_of(outcome: Outcome, name: str, kind: str) -> Timing | str:
    for wanted in all_wanted(outcome):
        if wanted.name == name and wanted.kind == kind:
            return wanted.why or timing(outcome, wanted)
    return f"nothing called {name} happened"


def _in_time(what: str, within_s: float | None, found: Timing | str, which: str) -> Checked:
    if isinstance(found, str):
        return Checked(what, False, found)
    seconds: float | None = getattr(found, which)
    if seconds is None:
        return Checked(what, False, "never")
    return Checked(what, within_s is None or seconds <= within_s, f"after {seconds:.1f} s")


def _recall(expected: Recall, _: Outcome, made: Score) -> Checked:
    return _share("recall", expected.at_least, made.recall)


def _precision(expected: Precision, _: Outcome, made: Score) -> Checked:
    return _share("precision", expected.at_least, made.precision)


def _plates_read(expected: PlatesRead, outcome: Outcome, _: Score) -> Checked:
    what = f"plates read from pictures: recall at least {expected.recall:g}, precision {expected.precision:g}"
    found = plates_read(outcome)
    if not found.shown or not found.reads:
        return Checked(what, False, f"{found.shown} shown, {found.reads} read")
    held = found.recall >= expected.recall and found.precision >= expected.precision
    seen = (
        f"{found.known} of {found.shown} ({found.recall:.3f}), {found.right} of {found.reads} ({found.precision:.3f})"
    )
    return Checked(what, held, seen)


def _share(name: str, at_least: float, value: float | None) -> Checked:
    """Nothing to find and nothing found is as good as it gets."""
    seen = "nothing to measure" if value is None else f"{value:.3f}"
    return Checked(f"{name} at least {at_least:g}", value is None or value >= at_least, seen)


def _incidents(expected: Incidents, outcome: Outcome, _: Score) -> Checked:
    what = f"{_between(expected.at_least, expected.at_most)} incidents about {expected.about}"
    calls = {
        f"urn:emergency:uid:callid:{fact.facts['call']}:{fact.facts['agency']}"
        for fact in outcome.facts
        if fact.kind == "called" and fact.facts["name"] == expected.about
    }
    found = [
        [call["call"] in calls for call in incident["calls"]]
        for incident in outcome.incidents.values()
        if any(call["call"] in calls for call in incident["calls"])
    ]
    strangers = sum(row.count(False) for row in found)
    joined = sum(row.count(True) for row in found)
    seen = f"{len(found)} with {joined} of its {len(calls)} calls and {strangers} of others"
    return Checked(what, expected.at_least <= len(found) <= expected.at_most, seen)


def _alerts(expected: Alerts, outcome: Outcome, _: Score) -> Checked:
    count = sum(alert["kind"] == expected.kind for alert in outcome.alerts.values())
    what = f"{_between(expected.at_least, expected.at_most)} alerts of kind {expected.kind}"
    return Checked(what, expected.at_least <= count <= expected.at_most, f"{count}")


def _burglaries(expected: Burglaries, outcome: Outcome, _: Score) -> Checked:
    found = [fact.facts["name"] for fact in outcome.facts if fact.kind == "burglary" and _is_by(fact, expected.by)]
    what = f"{_between(expected.at_least, expected.at_most)} burglaries{_by(expected.by)}"
    return Checked(what, expected.at_least <= len(found) <= expected.at_most, f"{len(found)}")


def _reported(expected: Reported, outcome: Outcome, _: Score) -> Checked:
    """A report is held when its call is one of an incident's. Without `by`, what never happened counts as well: nobody
    could know."""
    by = {fact.facts["name"] for fact in outcome.facts if fact.kind == "burglary" and _is_by(fact, expected.by)}
    calls = [
        f"urn:emergency:uid:callid:{fact.facts['call']}:{fact.facts['agency']}"
        for fact in outcome.facts
        if fact.kind == "burglary-reported"
        and fact.facts["status"] == "open"
        and (expected.by is None or fact.facts["name"] in by)
    ]
    known = {call["call"]: name for name, incident in outcome.incidents.items() for call in incident["calls"]}
    held = [known[call] for call in calls if call in known]
    share = len(held) / len(calls) if calls else None
    what = f"reports of burglaries{_by(expected.by)} held, at least {expected.at_least:g}"
    seen = f"{len(held)} of {len(calls)}, in {len(set(held))} incidents"
    return Checked(what, share is not None and share >= expected.at_least, seen)


def _is_by(burglary: Fact, crew: str | None) -> bool:
    return crew is None or burglary.facts["crew"] == crew


def _by(crew: str | None) -> str:
    return "" if crew is None else f" by {crew}"


def _feeds(expected: FeedsAlive, outcome: Outcome, _: Score) -> Checked:
    """What aircraft's cameras tell is no feed here: at home, as on most days, they are off."""
    feeds = {name: feed["state"] for name, feed in outcome.feeds.items() if not name.startswith(LOOKS)}
    silent = sorted(name for name, state in feeds.items() if state in ("silent", "never") and name not in expected.but)
    what = "every feed alive" + (f" but {', '.join(expected.but)}" if expected.but else "")
    return Checked(what, not silent, f"silent: {', '.join(silent)}" if silent else f"{len(feeds)} alive")


def _filmed(expected: Filmed, outcome: Outcome, _: Score) -> Checked:
    """By the owner and the moment: what a clip shows is what its camera had before it then."""
    kept = [fact for fact in outcome.facts if fact.kind == "clip-kept" and fact.facts["about"] == expected.subject]
    shows = [(str(fact.facts["owner"]), fact.at_us) for fact in kept]
    clips = [clip for one in outcome.incidents.values() for clip in one.get("clips", ()) if "/" in clip["camera"]]
    right = [clip for clip in clips if any(_is_of(clip, *shown, outcome.epoch) for shown in shows)]
    what = f"at least {expected.at_least} clips of {expected.subject} by the community, and no others"
    seen = f"{len(right)} of {len(clips)} clips, of {len(shows)} that cameras have"
    return Checked(what, len(right) >= expected.at_least and len(right) == len(clips), seen)


def _is_of(clip: dict[str, Any], owner: str, at_us: int, epoch: int) -> bool:
    """Whether a clip is that camera's of that moment."""
    off_us: int = clip["start"] - (epoch + at_us)
    return (clip["camera"], clip["state"]) == (owner, "kept") and abs(off_us) <= CLOCK_OFF_US


def _tips_reached(expected: TipsReached, outcome: Outcome, _: Score) -> Checked:
    """What was told of something that no call is about cannot stand beside it."""
    about = f" about {expected.about}" if expected.about else ""
    stray = f", at most {expected.stray} elsewhere"
    what = f"tips{about} at their call, at least {expected.at_least:g}{_within(expected.within_s)}{stray}"
    made = tips_score.score(outcome)
    if made is None:
        return Checked(what, False, "nobody told anything")
    known = [one for one in made.tips if one.known and expected.about in (None, one.about)]
    limit_s = float("inf") if expected.within_s is None else expected.within_s
    reached = [one for one in known if one.after_s is not None and one.after_s <= limit_s]
    seen = f"{len(reached)} of {len(known)}, {made.stray} elsewhere"
    held = bool(known) and len(reached) >= expected.at_least * len(known) and made.stray <= expected.stray
    return Checked(what, held, seen)


def _kept_by_rule(expected: KeptByRule, outcome: Outcome, _: Score) -> Checked:
    """The truth beside the audit trail. What was refused (too many at once) is not asked for."""
    what = f"{expected.rule} has the dash camera asked within {expected.within_s:g} s, at least {expected.at_least:g}"
    own = {f"dash-{unit}" for unit in _with_a_dash(outcome)}
    kind, facts = RULES[expected.rule]
    happened = [
        (outcome.epoch + fact.at_us, f"dash-{fact.facts['unit']}")
        for fact in outcome.facts
        if fact.kind == kind and facts.items() <= fact.facts.items() and f"dash-{fact.facts['unit']}" in own
    ]
    asked = [
        (int(line["at"]), str(line["subject"]))
        for line in outcome.audit
        if (line["operator"], line["act"], line["granted"]) == (f"rule/{expected.rule}", "clip.keep", True)
    ]
    late_us = round(expected.within_s * 1e6)
    kept = sum(
        any(who == camera and -AGAIN_US <= at - then <= late_us for at, who in asked) for then, camera in happened
    )
    held = bool(happened) and kept >= expected.at_least * len(happened)
    return Checked(what, held, f"{kept} of {len(happened)}")


def _with_a_dash(outcome: Outcome) -> list[str]:
    """The first of the sheriff's cars have one (see Filming)."""
    own = load().agencies[0]
    chosen = outcome.scenario.world.units
    count = own.units if chosen is None else chosen.get(own.agency, 0)
    return [f"{own.agency}-{number:02d}" for number in range(1, min(count, outcome.scenario.world.cameras.dash) + 1)]


def _happened(expected: Happened, outcome: Outcome, _: Score) -> Checked:
    facts = "".join(f", {name} {value}" for name, value in expected.facts.items())
    count = sum(
        fact.kind == expected.kind and all(fact.facts.get(name) == value for name, value in expected.facts.items())
        for fact in outcome.facts
    )
    what = f"the world: {_between(expected.at_least, expected.at_most)} {expected.kind}{facts}"
    return Checked(what, expected.at_least <= count <= expected.at_most, f"{count}")


def _refused(expected: Refused, outcome: Outcome, _: Score) -> Checked:
    return _answer(f"{expected.operator} is refused", expected, outcome, granted=False)


def _granted(expected: Granted, outcome: Outcome, _: Score) -> Checked:
    return _answer(f"{expected.operator} is granted", expected, outcome, granted=True)


def _answer(what: str, expected: Refused | Granted, outcome: Outcome, *, granted: bool) -> Checked:
    """As the person at the console was answered."""
    asked = (expected.operator, expected.asked, expected.about)
    answers = [
        bool(fact.facts["granted"])
        for fact in outcome.facts
        if fact.kind == "answered" and (fact.facts["operator"], fact.facts["asked"], fact.facts["about"]) == asked
    ]
    seen = f"{answers.count(True)} granted, {answers.count(False)} refused"
    return Checked(f"{what} {expected.asked} of {expected.about}", granted in answers, seen)


def _audited(expected: Audited, outcome: Outcome, _: Score) -> Checked:
    wanted = (expected.operator, expected.act, expected.subject, expected.granted)
    lines = [(line["operator"], line["act"], line["subject"], line["granted"]) for line in outcome.audit]
    verdict = "granted" if expected.granted else "refused"
    between = _between(expected.at_least, expected.at_most)
    what = f"{between} audit lines: {expected.operator}, {expected.act} of {expected.subject}, {verdict}"
    count = lines.count(wanted)
    return Checked(what, expected.at_least <= count <= expected.at_most, f"{count} of {len(lines)}")


def _within(seconds: float | None) -> str:
    return "" if seconds is None else f" within {seconds:g} s"


def _between(least: int, most: int) -> str:
    if most == MANY:
        return f"at least {least}"
    return f"{least}" if least == most else f"{least} to {most}"


_CHECKS: dict[type[Expectation], Callable[[Any, Outcome, Score], Checked]] = {
    Alerted: _alerted,
    Told: _told,
    Spared: _spared,
    Recall: _recall,
    Precision: _precision,
    PlatesRead: _plates_read,
    Incidents: _incidents,
    Alerts: _alerts,
    Burglaries: _burglaries,
    Reported: _reported,
    FeedsAlive: _feeds,
    Filmed: _filmed,
    TipsReached: _tips_reached,
    KeptByRule: _kept_by_rule,
    Happened: _happened,
    Refused: _refused,
    Granted: _granted,
    Audited: _audited,
}
