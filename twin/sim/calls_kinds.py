"""What people call 911 about: how often, how urgent, who goes, and how long that takes.

Knows: the kinds of calls as a table, and what follows from a kind.
Refuses to know: places, callers and cars.

Shares by service (law 65 %, medical 25 %, fire 10 %) are this parish's own (verified: its 911 director, 2025), and so
is the share of burglar alarms (verified: 4,256 in 2023, of which 37 were real). Within a service the mix follows a city
that published its own (Detroit 2019; an assumption here). Minutes on scene are its means by kind, brought to the median
by the ratio of median to mean of the kind's group; the spread of a lognormal is that ratio's too.
"""

from __future__ import annotations

from math import log, sqrt
from random import Random
from typing import Literal, NamedTuple

Service = Literal["law", "medical", "fire"]

MOST_CALLERS = 50  # verified: up to 50 calls about one incident
ALARM = "alarm"
HANGUP = "hangup"
REAL_ALARMS = 37 / 4256  # verified
SIGMA_LN = {
    "crime": sqrt(2 * log(51.0 / 30.4)),
    "order": sqrt(2 * log(30.5 / 19.7)),
    "traffic": sqrt(2 * log(55.0 / 30.0)),
    "health": sqrt(2 * log(40.9 / 29.1)),
    "community": sqrt(2 * log(40.0 / 24.6)),
}
"""Spread of the logarithm of minutes on scene, from published means and medians (verified there)."""
_RHYTHM_OF = {"crime": "law", "order": "law", "traffic": "traffic", "health": "health", "community": "community"}


class Kind(NamedTuple):
    """`share` of a thousand incidents; `units` patrol cars go (none where only an ambulance or an engine does);
    `median_min` on scene; `tail` above 0 brings several callers (a Pareto tail, smaller is longer)."""

    share: float
    kind: str
    service: Service
    priority: int
    group: str
    units: int
    median_min: float
    tail: float = 0.0
    dispositions: tuple[str, ...] = ("report taken", "no report", "gone on arrival", "unfounded")

    @property
    def rhythm(self) -> str:
        return _RHYTHM_OF[self.group]


_PEACE = ("settled by contact", "gone on arrival", "report taken", "warning given", "unfounded")
_CRASH = ("report taken", "report taken", "exchange of information", "gone on arrival")
_MEDICAL = ("transported", "transported", "refused transport", "no patient found")
_FIRE = ("extinguished", "false alarm", "investigated", "turned over to owner")

KINDS = (
    Kind(125, "disturbance", "law", 3, "order", 1, 21.4, 4.0, _PEACE),
    Kind(75, "suspicious-person", "law", 3, "community", 1, 17.0, 0.0, _PEACE),
    Kind(75, "crash", "law", 2, "traffic", 1, 46.0, 1.7, _CRASH),
    Kind(
        70, "domestic", "law", 2, "crime", 2, 38.3, 0.0, ("report taken", "arrest", "settled by contact", "no report")
    ),
    Kind(50, "theft", "law", 4, "crime", 1, 29.3, 0.0, ("report taken", "report taken", "no report")),
    Kind(45, "welfare-check", "law", 3, "health", 1, 29.6, 0.0, ("contact made", "no contact", "transported")),
    Kind(40, "traffic-hazard", "law", 4, "traffic", 1, 16.0, 2.5, ("removed", "gone on arrival", "referred")),
    Kind(43, ALARM, "law", 3, "community", 1, 8.2, 0.0, ("false alarm",)),
    Kind(35, HANGUP, "law", 3, "community", 1, 9.0, 0.0, ("no emergency", "no contact", "misdial")),
    Kind(25, "assault", "law", 1, "crime", 2, 39.9, 2.5, ("report taken", "arrest", "gone on arrival")),
    Kind(25, "burglary", "law", 3, "crime", 1, 33.5, 0.0, ("report taken", "report taken", "unfounded")),
    Kind(18, "mental-health", "law", 2, "health", 2, 38.7, 0.0, ("transported", "settled by contact", "no report")),
    Kind(12, "shots-heard", "law", 1, "crime", 2, 29.4, 2.0, ("unfounded", "no contact", "report taken")),
    Kind(10, "missing-person", "law", 3, "community", 1, 45.0, 0.0, ("found", "report taken")),
    Kind(2, "robbery", "law", 1, "crime", 2, 50.4, 2.5, ("report taken", "report taken", "arrest")),
    Kind(200, "medical", "medical", 2, "health", 0, 29.1, 0.0, _MEDICAL),
    Kind(20, "overdose", "medical", 1, "health", 1, 28.2, 0.0, _MEDICAL),
    Kind(10, "cardiac-arrest", "medical", 1, "health", 1, 35.0, 0.0, _MEDICAL),
    Kind(20, "fall", "medical", 3, "health", 0, 25.0, 0.0, _MEDICAL),
    Kind(38, "fire", "fire", 1, "community", 1, 50.0, 1.9, _FIRE),
    Kind(37, "smoke-odor", "fire", 3, "community", 0, 20.0, 0.0, _FIRE),
    Kind(25, "fire-alarm", "fire", 2, "community", 0, 15.0, 0.0, ("false alarm", "false alarm", "investigated")),
)
OF = {kind.kind: kind for kind in KINDS}
OTHER = Kind(0, "other", "law", 3, "community", 1, 24.6)


def kind_of(name: str) -> Kind:
    """What is known of a kind; of one that a scenario made up, what is usual."""
    return OF.get(name, OTHER)


def scene_s(kind: Kind, dice: Random) -> float:
    """Seconds that the first car is busy there."""
    return kind.median_min * 60.0 * dice.lognormvariate(0.0, SIGMA_LN[kind.group])


def callers(kind: Kind, dice: Random) -> int:
    """How many people call about one incident of a kind."""
    return min(MOST_CALLERS, int(dice.paretovariate(kind.tail))) if kind.tail else 1


def mean_callers(kind: Kind) -> float:
    """Of the same draw: the sum over k of the chance that at least k call."""
    return sum(rank**-kind.tail for rank in range(1, MOST_CALLERS + 1)) if kind.tail else 1.0


def disposition(kind: Kind, dice: Random) -> tuple[str, bool]:
    """How it ended, in the CAD's words, and whether there was anything to it. Of burglar alarms 99 in 100 are false."""
    if kind.kind == ALARM:
        real = dice.random() < REAL_ALARMS
        return ("report taken" if real else kind.dispositions[0]), real
    said = dice.choice(kind.dispositions)
    return said, said not in ("false alarm", "unfounded", "misdial", "no emergency")
