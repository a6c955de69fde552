"""How well a center did with burglaries: rashes, series and boxes against what truly happened.

Knows: truth and what the center said, side by side.
Refuses to know: how the center came to say it, and whether a patrol prevented anything: nobody in the twin is deterred.

A rash is true when two of its reports are of one crew. A pair of a series is right when both are of one crew. A
burglary was in a box when it happened in one of its squares while the box was being patrolled.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from math import cos, radians
from typing import Any, NamedTuple

import msgspec

from twin.devices.things import SECOND_US
from twin.outcome import Outcome
from twin.sim import parish

DAY_US = 86_400 * SECOND_US
METRES_PER_DEGREE = 111_320.0
CALL = re.compile(r"callid:([^:]+):")
"""The number of a call in its URN (NENA-STA-021)."""
LEAST = 3
"""Of a crew with fewer reported burglaries there is nothing to find."""


class Crew(msgspec.Struct, frozen=True):
    """A crew's `burglaries` in the run and how many of them were `reported`; the first true rash came after so many of
    those reports (`late`), so many days after the first; None when none did."""

    name: str
    burglaries: int
    reported: int
    late: int | None = None
    days: float | None = None


class PatternScore(msgspec.Struct, frozen=True):
    """`burglaries` while any box was patrolled, `in_boxes` of them, `expected` there by what each box said;
    `patrol_h`: hours of units in accepted boxes, `own_h` all hours of own units in the run. `pairs` of the series that
    were said in the end, `right` and `to_find`: of one crew, reported in the run."""

    crews: tuple[Crew, ...]
    rashes_true: int
    rashes_false: int
    boxes: int
    burglaries: int
    in_boxes: int
    expected: float
    patrol_h: float
    own_h: float
    pairs: int
    right: int
    to_find: int

    def told(self) -> list[str]:
        """In words, a line each."""
        lines = [f"rashes: {self.rashes_true} true, {self.rashes_false} cried for nothing"]
        for crew in self.crews:
            if crew.reported >= LEAST:
                found = "no rash" if crew.late is None else f"a rash after {crew.late} of them, {crew.days:g} days"
                lines.append(f"{crew.name}: {crew.burglaries} burglaries, {crew.reported} reported; {found}")
        shares = ["–" if share is None else f"{share:.2f}" for share in (self.precision, self.recall)]
        lines.append(f"series: {self.pairs} pairs said, precision {shares[0]}, recall {shares[1]}")
        lines.append(
            f"boxes: {self.boxes} patrolled, {self.patrol_h:g} of {self.own_h:g} unit hours; "
            f"{self.in_boxes} of {self.burglaries} burglaries in them, {self.expected:g} expected"
        )
        return lines

    @property
    def precision(self) -> float | None:
        return self.right / self.pairs if self.pairs else None

    @property
    def recall(self) -> float | None:
        return self.right / self.to_find if self.to_find else None


class Cry(NamedTuple):
    """A rash that the room was told of: when, and the truth's names of what it was about."""

    at_us: int
    deeds: tuple[str, ...]


class Told(NamedTuple):
    """What people reported: the deed of each call and of each number that a CAD gave, and when it was first known."""

    deed_of: dict[str, str]
    known_us: dict[str, int]


def score(outcome: Outcome) -> PatternScore | None:
    """None for a scenario without patterns."""
    if outcome.patterns is None:
        return None
    told, crew_of = told_of(outcome), crews_of(outcome)
    cries = cries_of(outcome, told)
    true = [cry for cry in cries if shared(cry.deeds, crew_of)]
    pairs, right = _pairs(outcome.patterns, told, crew_of)
    boxes = [offer for offer in outcome.patterns.get("offers", ()) if offer["state"] in ("accepted", "expired")]
    during, inside = _in_boxes(outcome, boxes)
    reported: dict[str, list[str]] = defaultdict(list)
    for deed in told.known_us:
        if deed in crew_of:
            reported[crew_of[deed]].append(deed)
    return PatternScore(
        crews=tuple(_crew(name, deeds, crew_of, told, true) for name, deeds in sorted(reported.items())),
        rashes_true=len(true),
        rashes_false=len(cries) - len(true),
        boxes=len(boxes),
        burglaries=during,
        in_boxes=inside,
        expected=round(sum(offer["box"]["expected"] for offer in boxes), 2),
        patrol_h=round(sum(sum(offer.get("patrolled_s", {}).values()) for offer in boxes) / 3600, 2),
        own_h=round(_own_units(outcome) * outcome.scenario.lasts_s / 3600, 1),
        pairs=pairs,
        right=right,
        to_find=sum(len(deeds) * (len(deeds) - 1) // 2 for deeds in reported.values()),
    )


def _own_units(outcome: Outcome) -> int:
    chosen = outcome.scenario.world.units
    own = [agency for agency in parish.load().agencies if agency.own]
    return sum(agency.units if chosen is None else chosen.get(agency.agency, 0) for agency in own)


def crews_of(outcome: Outcome) -> dict[str, str]:
    """Whose each deed was, of those that were a crew's."""
    deeds = [fact.facts for fact in outcome.facts if fact.kind == "burglary"]
    return {str(one["name"]): str(one["crew"]) for one in deeds if one.get("crew")}


def told_of(outcome: Outcome) -> Told:
    deed_of: dict[str, str] = {}
    known_us: dict[str, int] = {}
    for fact in outcome.facts:
        if fact.kind == "burglary-reported" and fact.facts.get("name"):
            name = str(fact.facts["name"])
            deed_of[str(fact.facts["incident"])] = deed_of[str(fact.facts["call"])] = name
            known_us.setdefault(name, fact.at_us)
    return Told(deed_of, known_us)


def cries_of(outcome: Outcome, told: Told) -> list[Cry]:
    found = []
    for alert in outcome.alerts.values():
        if alert["kind"] == "burglary-rash":
            names = alert.get("detail", "").rpartition("; ")[2].split(", ")
            deeds = tuple(dict.fromkeys(told.deed_of[name] for name in names if name in told.deed_of))
            found.append(Cry(alert["at"] - outcome.epoch, deeds))
    return sorted(found)


def shared(deeds: tuple[str, ...], crew_of: dict[str, str]) -> str:
    """The crew that two of these deeds were of; empty if there is none."""
    crews = [crew_of[deed] for deed in deeds if deed in crew_of]
    return next((crew for crew in crews if crews.count(crew) > 1), "")


def _crew(name: str, deeds: list[str], crew_of: dict[str, str], told: Told, true: list[Cry]) -> Crew:
    committed = sum(crew == name for crew in crew_of.values())
    known = sorted(told.known_us[deed] for deed in deeds)
    found = next((cry for cry in true if shared(cry.deeds, crew_of) == name), None)
    if found is None:
        return Crew(name, committed, len(deeds))
    late = sum(at <= found.at_us for at in known)
    return Crew(name, committed, len(deeds), late, round((found.at_us - known[0]) / DAY_US, 2))


def _pairs(said: dict[str, Any], told: Told, crew_of: dict[str, str]) -> tuple[int, int]:
    pairs = right = 0
    for series in (said.get("advice") or {}).get("series", ()):
        calls = [found[1] for name in series["reports"] if (found := CALL.search(name))]
        mine = [told.deed_of[call] for call in calls if call in told.deed_of]
        for one, other in combinations(mine, 2):
            pairs += 1
            right += one in crew_of and crew_of[one] == crew_of.get(other)
    return pairs, right


def _in_boxes(outcome: Outcome, boxes: list[dict[str, Any]]) -> tuple[int, int]:
    """Burglaries that happened while any box was patrolled, and those of them in one that was."""
    taken = {str(f.facts["box"]): f.at_us for f in outcome.facts if f.kind == "box-taken"}
    spans = [
        (taken.get(one["offer"], one["starts"] - outcome.epoch), one["ends"] - outcome.epoch, one["box"])
        for one in boxes
    ]
    during = inside = 0
    for fact in outcome.facts:
        if fact.kind != "burglary":
            continue
        there = [box for begins, ends, box in spans if begins <= fact.at_us < ends]
        during += bool(there)
        inside += any(within(box, float(fact.facts["lat"]), float(fact.facts["lon"])) for box in there)
    return during, inside


def within(box: dict[str, Any], lat: float, lon: float) -> bool:
    """Whether a place is in one of a box's squares."""
    half = box["cell_m"] / 2
    east = METRES_PER_DEGREE * cos(radians(lat))
    return any(
        abs(lat - north) * METRES_PER_DEGREE <= half and abs(lon - west) * east <= half for north, west in box["cells"]
    )
