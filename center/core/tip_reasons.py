"""Why a tip may be about something: its plate, or its place and time together.

Knows: how near is near, which words of a tip line and of a CAD mean the same kind of thing, and how a reason is worded.
Refuses to know: whether a tip is true. What stands here is why a person should read it beside something, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from center.core.events import DAY, HOUR, MINUTE, Micros
from center.core.geo import distance_m
from center.core.plate_text import fold

if TYPE_CHECKING:
    from center.core.bulletins import Bulletin
    from center.core.correlation import Incident
    from center.core.pattern_facts import Burglary
    from center.core.picture import Picture
    from center.core.tips import Tip

NEAR_M, OFF_M, MOST_OFF_M = 500.0, 150.0, 1_000.0
"""How far a tip may be from what it is about, what is added where a tip does not say how sure of the place it is, and
what may be added at most."""
BULLETIN_M = 2_000.0
EARLIER, LATER = HOUR, 12 * HOUR
"""A tip that does not say when it was comes in so long before what it is about, or so long after, at most."""
SLACK = 2 * HOUR
"""So far off may be the time that somebody remembers."""
PLATE_WITHIN = DAY
BURGLARY_SLACK = 30 * MINUTE
FOUND_LATE = 12 * HOUR
"""A burglary or a theft is told of so long after it may have been."""
LEAST_PLATE = 4

_FAMILIES = {
    "burglary": ("burgl", "break-in", "break in", "prowler"),
    "robbery": ("robb", "hold-up", "holdup"),
    "theft": ("theft", "stolen", "larceny", "steal"),
    "weapons": ("shoot", "shots", "gun", "weapon"),
    "crash": ("crash", "accident", "hit and run", "hit-and-run", "collision"),
    "fight": ("fight", "assault", "battery", "domestic"),
    "drugs": ("drug", "narcotic", "overdose"),
    "fire": ("fire", "smoke", "arson"),
}
"""Beginnings of words by what they mean; the first that is found says what a thing is."""


class Beside(msgspec.Struct, frozen=True, gc=False):
    """A tip stands beside something, and why. `hotlist`: of which list a reason came, which decides who may see it."""

    tip: str
    why: tuple[str, ...]
    hotlist: str = ""


def family(words: str | None) -> str:
    """What kind of thing is meant; empty where the words do not tell."""
    said = (words or "").casefold()
    return next((name for name, parts in _FAMILIES.items() if any(part in said for part in parts)), "")


def of_incident(tip: Tip, incident: Incident, picture: Picture) -> Beside | None:
    """Why the tip may be about an incident: it names a plate that is tied to it, or tells of the same kind of thing at
    the place in the time."""
    begins, ends = _time_of(incident, picture)
    apart = _apart(tip, begins, ends)
    if apart is None:
        return None
    named, hotlist = _plate_of(tip, incident, picture)
    placed = _placed(tip, incident.lat, incident.lon, NEAR_M + min(incident.uncertainty_m or 0.0, MOST_OFF_M))
    mine, theirs = family(tip.offence), family(incident.kind)
    contradicts = bool(mine and theirs and mine != theirs)
    if not named and (not placed or apart > 0 or contradicts):
        return None
    why = [named] if named else []
    if placed and apart <= 0:
        why += [placed, _when(tip, incident.opened_at)]
    if mine and mine == theirs:
        why.append(f"both say {mine}")
    return Beside(tip.key, tuple(why), hotlist)


def of_bulletin(tip: Tip, bulletin: Bulletin) -> Beside | None:
    """Why the tip may be about what a bulletin tells of."""
    why = []
    if len(tip.plate or "") >= LEAST_PLATE and fold(tip.plate or "") in _words(f"{bulletin.title} {bulletin.text}"):
        why.append(f"it names {tip.plate}, as the bulletin does")
    placed = _placed(tip, bulletin.lat, bulletin.lon, BULLETIN_M)
    if placed and family(tip.offence) and family(tip.offence) == family(bulletin.title):
        why += [placed, f"both say {family(tip.offence)}"]
    return Beside(tip.key, tuple(why)) if why else None


def of_burglary(tip: Tip, one: Burglary) -> bool:
    """Whether the tip tells of something at a burglary's place within its window; when it came in does not matter,
    when it says that it was does."""
    if tip.lat is None or tip.lon is None or family(tip.offence) not in ("", "burglary", "theft"):
        return False
    if tip.begins is not None and tip.ends is not None:
        begins, ends, early, late = tip.begins, tip.ends, BURGLARY_SLACK, BURGLARY_SLACK
    else:
        begins, ends, early, late = tip.told_at, tip.told_at, EARLIER, LATER
    in_time = begins - late <= one.ends and ends + early >= one.begins
    return in_time and distance_m(tip.lat, tip.lon, one.lat, one.lon) <= NEAR_M + _off(tip) + one.off_m


def _apart(tip: Tip, begins: Micros, ends: Micros) -> int | None:
    """How far the tip lies outside of a time, 0 or less where it is within; None when it is farther than even a plate
    would say anything."""
    if tip.begins is not None and tip.ends is not None:
        gap = max(tip.begins - ends, begins - tip.ends) - SLACK
    else:
        gap = max(tip.told_at - ends - LATER, begins - tip.told_at - EARLIER)
    return gap if gap <= PLATE_WITHIN else None


def _time_of(incident: Incident, picture: Picture) -> tuple[Micros, Micros]:
    """From when on it may have been, to when somebody last called about it."""
    windows = [one for key in incident.calls if (one := picture.patterns.reports.get(key)) is not None]
    begins = min((incident.opened_at, *(one.begins for one in windows)))
    if not windows and family(incident.kind) in ("burglary", "theft"):
        begins = Micros(begins - FOUND_LATE)
    return begins, Micros(max(incident.last_call_at, incident.opened_at))


def _plate_of(tip: Tip, incident: Incident, picture: Picture) -> tuple[str, str]:
    """The reason that the tip's plate is one, and of which list it came."""
    plate = tip.plate or ""
    if len(plate) < LEAST_PLATE:
        return "", ""
    folded = fold(plate)
    for key in incident.calls:
        call = picture.calls.calls.get(key)
        if call is not None and folded in _words(call.text or ""):
            return f"it names {plate}, as a caller does", ""
    for hit in incident.hits:
        if fold(hit.plate) == folded:
            return f"it names {plate}, which was read near it", hit.hotlist
    return "", ""


def _placed(tip: Tip, lat: float | None, lon: float | None, within_m: float) -> str:
    if tip.lat is None or tip.lon is None or lat is None or lon is None:
        return ""
    metres = distance_m(tip.lat, tip.lon, lat, lon)
    return f"{round(metres / 10.0) * 10} m from it" if metres <= within_m + _off(tip) else ""


def _off(tip: Tip) -> float:
    return min(tip.off_m if tip.off_m is not None else OFF_M, MOST_OFF_M)


def _when(tip: Tip, opened_at: Micros) -> str:
    """Against the moment at which the room learned of it, in words."""
    said = "it says that it was" if tip.begins is not None else "it came in"
    moment = tip.begins if tip.begins is not None else tip.told_at
    minutes = round(abs(moment - opened_at) / MINUTE)
    much = f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
    return f"{said} {much} {'before' if moment < opened_at else 'after'} the first call"


def _words(text: str) -> list[str]:
    """As plates would be folded, with and without a dash or a blank inside."""
    said = text.upper().replace("-", "").replace(",", " ").replace(".", " ").replace(";", " ").replace(":", " ")
    alone = [fold(word.strip("()[]\"'?!")) for word in said.split()]
    return alone + [alone[at - 1] + alone[at] for at in range(1, len(alone))]
