"""How each figure is measured.

Knows: for every `measure` of `calibrate.toml`, which world it is read from and how.
Refuses to know: what it ought to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from twin.calibrate import Value
from twin.calibrate_worlds import Lived, Worlds

BRIDGE = ("i10-bridge", "i10-bridge-wb")
FIRE, MEDICAL = ("fire",), ("medical",)


def calls_a_day(worlds: Worlds) -> float:
    """Calls that were answered, of the background."""
    return round(sum(fact.kind == "called" for fact in worlds.calls.facts) / worlds.calls.days, 1)


def calls_by_hour(worlds: Worlds) -> tuple[float, ...]:
    """Calls by local hour of the day."""
    lived = worlds.calls
    hours = Counter(_hour(lived, fact.at_us) for fact in lived.facts if fact.kind == "called")
    return tuple(float(hours[hour]) for hour in range(24))


def calls_by_service(worlds: Worlds) -> tuple[float, ...]:
    """Calls about law, medical and fire matters."""
    about = {str(f.facts["name"]): _service(str(f.facts["kind"])) for f in worlds.calls.facts if f.kind == "incident"}
    calls = Counter(about[str(fact.facts["name"])] for fact in worlds.calls.facts if fact.kind == "called")
    return tuple(float(calls[service]) for service in ("law", "medical", "fire"))


def most_callers(worlds: Worlds) -> float | None:
    """The most calls about one incident."""
    calls = Counter(str(fact.facts["name"]) for fact in worlds.calls.facts if fact.kind == "called")
    return float(max(calls.values())) if calls else None


def reads_a_day(worlds: Worlds) -> float:
    """Plates read by all readers."""
    return float(round(sum(worlds.parish.reads.values()) / worlds.parish.days))


def bridge_reads_a_day(worlds: Worlds) -> float:
    """Plates read on the interstate's bridge, both ways."""
    reads = sum(count for (reader, _), count in worlds.parish.reads.items() if reader in BRIDGE)
    return float(round(reads / worlds.parish.days))


def _service(kind: str) -> str:
    return "fire" if kind in FIRE else "medical" if kind in MEDICAL else "law"


def _hour(lived: Lived, at_us: int) -> int:
    return (lived.start + timedelta(microseconds=at_us)).hour


_MEASURES: tuple[Callable[[Worlds], Value | None], ...] = (
    calls_a_day,
    calls_by_hour,
    calls_by_service,
    most_callers,
    reads_a_day,
    bridge_reads_a_day,
)


def of(worlds: Worlds) -> dict[str, Callable[[], Value | None]]:
    """By name: measures of these worlds, made when called."""
    return {measure.__name__: partial(measure, worlds) for measure in _MEASURES}
