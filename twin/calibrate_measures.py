"""How each figure is measured.

Knows: for every `measure` of `calibrate.toml`, from which world it is read and how.
Refuses to know: what it ought to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from twin import day
from twin.calibrate import Value
from twin.calibrate_worlds import Drawn, Worlds
from twin.sim import parish
from twin.sim.crime_figures import dispersion, knox
from twin.sim.crime_records import NONE, Rows
from twin.sim.profiles import KINDS, WEEK_H, hour_of_week
from twin.sim.routing_leg import Watched
from twin.sim.thefts import AutoTheft

BRIDGE = ("i10-bridge", "i10-bridge-wb")
YEAR_DAYS = 365.25
NEVER_US = 1 << 62


def calls_a_day(worlds: Worlds) -> float:
    """A transfer is one call."""
    return round(sum(calls_by_hour(worlds)) / worlds.calls.days, 1)


def calls_by_hour(worlds: Worlds) -> tuple[float, ...]:
    """By local hour of the day."""
    hours = day.calls_by_hour(worlds.calls.facts, worlds.calls.start)
    return tuple(float(hours[hour]) for hour in range(24))


def calls_by_service(worlds: Worlds) -> tuple[float, ...]:
    """Law, medical, fire."""
    return tuple(day.shares_by_service(worlds.calls.facts)[service] for service in ("law", "medical", "fire"))


def most_callers(worlds: Worlds) -> float | None:
    """The most calls about one incident."""
    calls = Counter(
        str(fact.facts["name"]) for fact in worlds.calls.facts if fact.kind == "called" and not fact.facts["again"]
    )
    return float(max(calls.values())) if calls else None


def false_alarms(worlds: Worlds) -> float | None:
    """Percent of the burglar alarms that were looked at."""
    closed, false = day.false_alarms(worlds.calls.facts)
    return round(100.0 * false / closed, 1) if closed else None


def response(worlds: Worlds, priority: int) -> float | None:
    """Minutes, median."""
    taken = day.response_s(worlds.parish.facts).get(priority)
    return None if taken is None or taken.p50 is None else round(taken.p50 / 60.0, 1)


def reads_a_day(worlds: Worlds) -> float:
    """By the readers that stand by the road."""
    reads = sum(worlds.parish.reads[site.reader] for site in parish.load().readers)
    return float(round(reads / worlds.parish.days))


def bridge_reads_a_day(worlds: Worlds) -> float:
    """On the interstate's bridge, both ways."""
    return float(round(sum(worlds.parish.reads[reader] for reader in BRIDGE) / worlds.parish.days))


def hits_per_1000_reads(worlds: Worlds) -> float | None:
    """Reads of cars that were on the list then, by readers that stand and that ride."""
    reads = worlds.parish.reads.total()
    return round(1000.0 * worlds.parish.hits.total() / reads, 3) if reads else None


def thefts_a_year(worlds: Worlds) -> float:
    """Cars taken."""
    return round(len(worlds.crime.thefts) * YEAR_DAYS / worlds.crime.days, 1)


def thefts_by_hour(worlds: Worlds) -> tuple[float, ...]:
    """By local hour of the day."""
    taken = np.array([theft.taken_us for theft in worlds.crime.thefts])
    return _counts(hour_of_week(taken, worlds.crime.history.start) % 24, 24)


def recoverable_a_year(worlds: Worlds) -> float:
    """Stolen cars that pass a reader on some trip while they are listed."""
    crime = worlds.crime
    watched = crime.router.watched(parish.load())
    seen = sum(_is_seen(theft, crime, watched) for theft in crime.thefts)
    return round(seen * YEAR_DAYS / crime.days, 1)


def vehicle_burglaries_reported(worlds: Worlds) -> float:
    """First reports of real ones, a year."""
    history = worlds.crime.history
    first = (history.reports["version"] == 1) & (history.about != NONE)
    vehicle = history.reports["kind"] == KINDS.index("vehicle")
    return float(round((first & vehicle).sum() * YEAR_DAYS / history.days))


def residential_by_3_hours(worlds: Worlds) -> tuple[float, ...]:
    """By three hours of the week, from Monday 00 h."""
    at_us = _residential(worlds)["at_us"]
    return _counts(hour_of_week(at_us, worlds.crime.history.start) // 3, WEEK_H // 3)


def burglary_dispersion(worlds: Worlds) -> float:
    """Of weekly counts by square kilometre."""
    rows, homes = worlds.crime.history.burglaries, worlds.crime.people.homes
    return round(dispersion(homes.xy[rows["premise"]], rows["at_us"], homes, worlds.crime.history.days // 7), 2)


def near_repeats(worlds: Worlds) -> float:
    """Of residential burglaries."""
    rows = _residential(worlds)
    return round(knox(worlds.crime.people.homes.xy[rows["premise"]], rows["at_us"]), 2)


def _residential(worlds: Worlds) -> Rows:
    rows = worlds.crime.history.burglaries
    residential: Rows = rows[rows["kind"] == KINDS.index("residential")]
    return residential


def _counts(of: np.ndarray[tuple[int], np.dtype[np.int64]], parts: int) -> tuple[float, ...]:
    return tuple(np.bincount(of, minlength=parts).astype(float).tolist())


def _is_seen(theft: AutoTheft, crime: Drawn, watched: Watched) -> bool:
    homes, until_us = crime.people.homes, theft.off_list_us or NEVER_US
    for trip in theft.trips:
        leg = crime.router.drive(homes.spot(trip.start), homes.spot(trip.goal), trip.departs_us, trip.pace)
        if leg.arrives >= theft.reported_us and any(
            theft.reported_us <= one.at < until_us for one in leg.passes(watched)
        ):
            return True
    return False


_MEASURES: Mapping[str, Callable[[Worlds], Value | None]] = {
    "calls_a_day": calls_a_day,
    "calls_by_hour": calls_by_hour,
    "calls_by_service": calls_by_service,
    "most_callers": most_callers,
    "false_alarms": false_alarms,
    "reads_a_day": reads_a_day,
    "bridge_reads_a_day": bridge_reads_a_day,
    "hits_per_1000_reads": hits_per_1000_reads,
    "thefts_a_year": thefts_a_year,
    "thefts_by_hour": thefts_by_hour,
    "recoverable_a_year": recoverable_a_year,
    "vehicle_burglaries_reported": vehicle_burglaries_reported,
    "residential_by_3_hours": residential_by_3_hours,
    "burglary_dispersion": burglary_dispersion,
    "near_repeats": near_repeats,
    "response_1": partial(response, priority=1),
    "response_2": partial(response, priority=2),
    "response_3": partial(response, priority=3),
}


def of(worlds: Worlds) -> dict[str, Callable[[], Value | None]]:
    """By name: measures of these worlds, made when called."""
    return {name: partial(measure, worlds) for name, measure in _MEASURES.items()}
