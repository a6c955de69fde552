"""Series of burglaries as detectives see them.

Knows: which reports a detective said belong together, which do not, which plates passed near several of a series, and
which tips tell of something at its places.
Refuses to know: how likely anything is (a worker says that, and hears of neither), and persons. A plate that passed is
a lead: whoever wants to see it needs a reason and a case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect, Reply
from center.core.events import MINUTE, OperatorActed, PlateRead
from center.core.findings import Granted, Regrouped
from center.core.geo import distance_m
from center.core.pattern_facts import Burglary, Judged
from center.core.plate_text import fold
from center.core.tip_reasons import of_burglary

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.tips import Word

ACTS = ("series.confirm", "series.split")
MOST_REPORTS = 60
"""Named in one act."""
MOST_GROUPS, MOST_APART = 500, 5_000
NEAR_M = 2_000.0
AROUND = 30 * MINUTE
"""A plate is near a burglary when a reader this near saw it in the window, or so long before or after it."""
LEAST = 3
MOST_PLATES = 50
MOST_TIPS, LOOKED_AT = 20, 1_000
"""Tips that are shown beside a series, and the latest among which they are looked for."""


class SeriesSlice(msgspec.Struct):
    """`together`: groups that share no report. `apart`: pairs, the lesser first, oldest first."""

    together: list[tuple[str, ...]] = []
    apart: dict[tuple[str, str], None] = {}

    def judged(self) -> Judged:
        return Judged(tuple(self.together), tuple(self.apart))


class NearPlate(msgspec.Struct, frozen=True, gc=False):
    """A plate that passed near `reports` of a series. `there`: how often it was read near them in their time;
    `elsewhen`: how often the same readers saw it at other times, as those do who live there."""

    plate: str
    reports: tuple[str, ...]
    there: int
    elsewhen: int
    last: PlateRead


class TipBeside(msgspec.Struct, frozen=True, gc=False):
    """A tip, by its key and its number, that tells of something at the place and in the window of `reports`, or that
    belongs to them as somebody says (`by`, and `why`)."""

    tip: str
    number: str
    reports: tuple[str, ...]
    by: str = ""
    why: str = ""


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """A detective confirms some reports as one series, or takes some out of it."""
    if event.act not in ACTS or not any(isinstance(f, Granted) for f in picture.found):
        return
    here = picture.series
    stay, out = (_named(event.details.get(key, "")) for key in ("reports", "out"))
    why = _objection(event.act, stay, out, picture)
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if event.act == "series.confirm":
        _join(here, stay)
    else:
        _split(here, stay, out)
    picture.found.append(Regrouped())
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def plates_near(reports: Iterable[Burglary], picture: Picture, least: int = LEAST) -> list[NearPlate]:
    """Plates that were read near at least so many of these burglaries, those near most first, and of them those that
    are seldom there else. Of a plate misread once the other reads count: it is the text that is looked for."""
    here = picture.plates
    near_of: dict[str, dict[str, None]] = {}
    there: dict[str, int] = {}
    readers: dict[str, None] = {}
    for one in reports:
        near = dict.fromkeys(name for name in picture.site.readers if _is_near(name, one, picture))
        readers |= near
        first = bisect_left(here.reads, one.begins - AROUND, here.head, key=_at)
        last = bisect_left(here.reads, one.ends + AROUND, first, key=_at)
        for read in here.reads[first:last]:
            if read.reader in near:
                key = fold(read.plate)
                near_of.setdefault(key, {})[one.report] = None
                there[key] = there.get(key, 0) + 1
    found = []
    for key, names in near_of.items():
        if len(names) < least:
            continue
        passed = here.passed.get(key, [])
        seen = sum(read.reader in readers for read in passed)
        found.append(NearPlate(passed[-1].plate, tuple(names), there[key], max(0, seen - there[key]), passed[-1]))
    found.sort(key=lambda one: (-len(one.reports), one.elsewhen, one.plate))
    return found[:MOST_PLATES]


def tips_near(reports: Iterable[Burglary], picture: Picture) -> list[TipBeside]:
    """Tips that belong to these burglaries as somebody says, then those that stand beside any of them and of which
    nobody says otherwise: those near most first, then the latest."""
    those = list(reports)
    here, words = picture.tips, _words(those, picture)
    latest = list(here.tips.values())[-LOOKED_AT:]
    near = {
        tip.key: tuple(one.report for one in those if of_burglary(tip, one)) for tip in latest if tip.lat is not None
    }
    kept = [key for key, names in near.items() if names and key not in words]
    kept.sort(key=lambda key: (-len(near[key]), -here.tips[key].told_at, key))
    said = sorted((word for word in words.values() if word.belongs), key=lambda word: (-word.at, word.tip))
    found = [TipBeside(word.tip, here.tips[word.tip].tip, near.get(word.tip, ()), word.by, word.why) for word in said]
    return [*found, *(TipBeside(key, here.tips[key].tip, near[key]) for key in kept)][:MOST_TIPS]


def _words(reports: Iterable[Burglary], picture: Picture) -> dict[str, Word]:
    """By tip, what was last said of it and any of these."""
    here = picture.tips
    said = [word for one in reports for word in here.words.get(f"series/{one.report}", {}).values()]
    return {word.tip: word for word in sorted(said, key=lambda word: word.at) if word.tip in here.tips}


def _at(read: PlateRead) -> int:
    return read.at


def _is_near(reader: str, one: Burglary, picture: Picture) -> bool:
    at = picture.site.readers[reader]
    return at.lat is not None and at.lon is not None and distance_m(at.lat, at.lon, one.lat, one.lon) <= NEAR_M


def _named(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.split()))


def _objection(act: str, stay: tuple[str, ...], out: tuple[str, ...], picture: Picture) -> str:
    if len(stay) + len(out) > MOST_REPORTS:
        return f"no more than {MOST_REPORTS} reports at once"
    if len(stay) < 2 and act == "series.confirm":
        return "two reports at least make a series"
    if act == "series.split" and not (stay and out):
        return "say which reports stay and which do not belong to them"
    if any(name in out for name in stay):
        return "a report either stays or does not belong"
    advice = picture.patterns.advice
    known = dict.fromkeys(name for one in advice.series for name in one.reports) if advice else {}
    unknown = next((name for name in (*stay, *out) if name not in picture.patterns.reports and name not in known), None)
    return f"there is no report {unknown}" if unknown else ""


def _join(here: SeriesSlice, names: tuple[str, ...]) -> None:
    """With every group that has one of them; what was set apart among them is so no more."""
    meeting = [group for group in here.together if any(name in names for name in group)]
    here.together = [group for group in here.together if group not in meeting]
    joined = tuple(dict.fromkeys((*(name for group in meeting for name in group), *names)))
    here.together.append(joined)
    del here.together[:-MOST_GROUPS]
    here.apart = {(a, b): None for a, b in here.apart if a not in joined or b not in joined}


def _split(here: SeriesSlice, stay: tuple[str, ...], out: tuple[str, ...]) -> None:
    kept = [tuple(name for name in group if name not in out) for group in here.together]
    here.together = [group for group in kept if len(group) > 1]
    here.apart |= {(min(a, b), max(a, b)): None for a in stay for b in out}
    while len(here.apart) > MOST_APART:
        del here.apart[next(iter(here.apart))]
