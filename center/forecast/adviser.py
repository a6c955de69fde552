"""From a question of the core to its answer: reports become a surface, boxes, rashes and series.

Knows: the order of the parts, the day that a list is for, and that an answer is rounded so that a processor's last bits
change nothing.
Refuses to know: how the question came here, and what is done with the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from center.core.effects import Forecast
from center.core.events import DAY, HOUR, Micros
from center.core.pattern_facts import Advice, Box, Burglary, Judged, Premises, Rash, Series, TriedMethod
from center.forecast import backtest, boxes, keeping, linkage, rash, streets
from center.forecast.grid import Floats, Ints, Mask
from center.forecast.known import Known, codes
from center.forecast.model import at_most, interval

LEAST_REPORTS = 30
QUIET_DAYS = 7.0
SERIES_DAYS = 45
RASH_PAST_DAYS = 182
"""The record on which a rash's threshold is set."""
CONFIRMED_PAIRS = 2
"""Two links are three reports."""
SERIES_OF = 4
"""So many linked burglaries are taken out of the record."""
WHY = 5
WHY_DAYS, WHY_M = 120, 2_500.0
DIGITS = 4
MOST_MENTIONED = 500
MOST_CELLS = 600
"""Of the surface the cells are told in which most is expected."""


class Adviser:
    """Keeps nothing but what is slow to find again: models, and the threshold for rashes. Both are found anew on the
    first question of a day, `every_days` days after the last time. `past`: reports from before there were questions;
    `premises`: how many there are of what can be broken into; `roads`: a file of them, by which boxes hang together."""

    def __init__(
        self,
        timezone: str,
        every_days: int = 1,
        past: tuple[Burglary, ...] = (),
        premises: tuple[Premises, ...] = (),
        roads: Path | None = None,
    ) -> None:
        """Raises ValueError for a file that holds no roads."""
        self._past = past
        self._premises = premises
        self._roads = streets.lines(roads) if roads is not None else []
        self._joined: streets.Joined | None = None
        self._zone = ZoneInfo(timezone)
        self._every_days = every_days
        self._kept: keeping.Kept | None = None
        self._threshold = 0.0
        self._tried: tuple[TriedMethod, ...] = ()

    def advise(self, question: Forecast) -> Advice:
        """Raises ValueError when the reports cannot be one parish's."""
        asked = question.settings
        shift = self._offset_us(question.now) - round(asked.list_at_h * HOUR)
        today = (question.now + shift) // DAY
        starts, ends = question.now, Micros((today + 1) * DAY - shift)
        oldest = question.now - asked.keep_days * DAY
        every = {one.report: one for one in (*self._past, *question.reports)}.values()
        reports = [one for one in every if oldest <= one.known <= question.now]
        if len(reports) < LEAST_REPORTS:
            note = f"{len(reports)} reports are too few to forecast by; it takes {LEAST_REPORTS}"
            return Advice(starts, ends, ends, note=note)
        kept, known = self._carried(question, reports, today, shift)
        moment = (question.now + kept.shift) / DAY
        left = (ends - starts) / DAY
        surface = kept.surface() * left
        whole = max(kept.models.values(), key=lambda model: float(model.surface().sum()))
        low, high = interval(float(surface.sum()), whole.scatter_all)
        said = Advice(
            starts,
            ends,
            ends,
            expected=_rounded(float(surface.sum())),
            low=low,
            high=high,
            boxes=_boxes(question, known, kept, surface, whole.scatter, left, self._joined),
            rashes=tuple(_told(one, known) for one in _rashes(known, moment) if one.score >= self._threshold),
            series=_series(known, moment, question.judged),
            surface=_told_surface(known, kept, surface),
            cell_m=kept.grid.cell_m,
            cells=int(kept.mask.sum()),
            tried=self._tried,
        )
        return msgspec.structs.replace(said, past=self._mentioned(said))

    def _mentioned(self, said: Advice) -> tuple[Burglary, ...]:
        """The core has never heard of these, and people want to see where they were."""
        names = {name for cried in said.rashes for name in cried.reports}
        names |= {name for series in said.series for name in series.reports}
        names |= {name for box in said.boxes for name, _ in box.why}
        return tuple(one for one in self._past if one.report in names)[-MOST_MENTIONED:]

    def _offset_us(self, now: Micros) -> int:
        offset = datetime.fromtimestamp(now / 1_000_000, UTC).astimezone(self._zone).utcoffset()
        return round(offset.total_seconds() * 1_000_000) if offset else 0

    def _carried(
        self, question: Forecast, reports: list[Burglary], today: int, shift: int
    ) -> tuple[keeping.Kept, Known]:
        kept = self._kept
        kinds = {one.kind for one in reports}
        if kept is None or not 0 <= today - kept.fitted < self._every_days or not kinds <= kept.models.keys():
            self._kept = kept = keeping.fitted(reports, today, shift, self._premises)
            known = kept.known(reports)
            self._threshold = _threshold(known, today, question.settings.rashes_a_week)
            self._joined = streets.joined(self._roads, kept.plane, kept.grid) if self._roads else None
            self._tried = backtest.tried(known, sorted(kinds), today, kept.grid.cell_m, self._premises)
        else:
            keeping.carried(kept, reports, today)
            known = kept.known(reports)
        return kept, known


def _threshold(known: Known, today: int, a_week: float) -> float:
    """What would have been cried so often a week, on the record without what looks like a series in it: a record in
    which crews were at work would else be so loud that the next one is not heard."""
    events = known.marked().pick(~_in_series(known))
    scanner = rash.Scanner(events)
    first = max(float(events.t.min()) + QUIET_DAYS, today - RASH_PAST_DAYS)
    looks = [(float(day), scanner.on(float(day))) for day in np.arange(np.ceil(first), today)]
    return rash.threshold(looks, a_week, QUIET_DAYS) if looks else float("inf")


def _told_surface(known: Known, kept: keeping.Kept, surface: Floats) -> tuple[tuple[float, float, float], ...]:
    """The likeliest cells first, ties by number."""
    cells = np.flatnonzero(kept.mask & (surface > 0))
    cells = cells[np.argsort(-surface[cells], kind="stable")][:MOST_CELLS]
    places = known.plane.latlon(*kept.grid.centre(cells))
    told = zip(places, surface[cells].tolist(), strict=True)
    return tuple((lat, lon, _rounded(expected)) for (lat, lon), expected in told)


def _in_series(known: Known) -> Mask:
    """Which burglaries of a record are of something like a series, month after month."""
    found = np.zeros(len(known.names), dtype=np.bool_)
    for first in np.arange(float(known.known.min()), float(known.known.max()), SERIES_DAYS):
        which = np.flatnonzero((known.known >= first) & (known.known < first + SERIES_DAYS))[-linkage.MOST :]
        for one in linkage.series(_acts(known, which), SERIES_OF):
            found[which[list(one.members)]] = True
    return found


def _acts(known: Known, which: Ints) -> linkage.Acts:
    told = [codes(column)[0][which] for column in (known.kinds, known.entries, known.targets)]
    middle = ((known.begins + known.ends) / 2)[which]
    window_h = ((known.ends - known.begins) * 24)[which]
    return linkage.Acts(known.x[which], known.y[which], middle, window_h, *told)


def _rashes(known: Known, moment: float) -> list[rash.Rash]:
    return rash.Scanner(known.marked()).on(moment + 1e-6)


def _told(found: rash.Rash, known: Known) -> Rash:
    words = [codes(known.entries)[1], codes(known.targets)[1]]
    alike = tuple(
        f"{many} of {len(found.members)} {word[code]} ({share:.0%} of all)"
        for word, (code, many, share) in zip(words, found.alike, strict=False)
        if many > 1
    )
    (place,) = known.plane.latlon(np.array([found.x]), np.array([found.y]))
    names = tuple(known.names[row] for row in found.members)
    return Rash(*place, found.radius_m, found.days, _rounded(found.expected), names, alike)


def _boxes(
    question: Forecast,
    known: Known,
    kept: keeping.Kept,
    surface: Floats,
    scatter: float,
    left: float,
    joined: streets.Joined | None,
) -> tuple[Box, ...]:
    taken = np.zeros(0, dtype=np.int64)
    if question.taken:
        x, y = known.plane.xy(*(np.array(column) for column in zip(*question.taken, strict=True)))
        on = kept.grid.inside(x, y)
        taken = kept.grid.cell(x[on], y[on])
    found = []
    asked = question.settings
    lasting_there = kept.of_the_place()
    for area in boxes.areas(kept.grid, surface, kept.mask, taken, asked.boxes, asked.box_m, joined):
        places = known.plane.latlon(*kept.grid.centre(area.cells))
        middle = np.array(places).mean(axis=0).round(6).tolist()
        low, high = interval(area.expected, scatter)
        lasting = float(lasting_there[area.cells].sum()) * left
        found.append(
            Box(
                middle[0],
                middle[1],
                kept.grid.cell_m,
                tuple(places),
                _rounded(area.expected),
                low,
                high,
                _rounded(at_most(0, area.expected, scatter)),
                _rounded(lasting / area.expected),
                _why(known, kept, area.cells, left),
            )
        )
    return tuple(found)


def _why(known: Known, kept: keeping.Kept, cells: Ints, left: float) -> tuple[tuple[str, float], ...]:
    """The reports of late that add most to a box, and how much."""
    kinds = np.array(known.kinds)
    x, y = kept.grid.centre(cells)
    near = np.hypot(known.x - x.mean(), known.y - y.mean()) <= WHY_M
    added: list[tuple[float, str]] = []
    for kind, model in kept.models.items():
        mine = np.flatnonzero(near & (kinds == kind) & (known.known >= model.day - WHY_DAYS))
        shares = model.given_by(known.reports(mine), cells) * left
        added += [(share, known.names[row]) for share, row in zip(shares.tolist(), mine.tolist(), strict=True)]
    added.sort(key=lambda one: (-one[0], one[1]))
    return tuple((name, _rounded(share)) for share, name in added[:WHY] if share > 0)


def _series(known: Known, now: float, judged: Judged) -> tuple[Series, ...]:
    """What a detective has said of reports stays said; the rest goes by likelihood."""
    which = np.flatnonzero(known.known >= now - SERIES_DAYS)[-linkage.MOST :]
    row = {known.names[number]: at for at, number in enumerate(which.tolist())}
    together = [[row[name] for name in group if name in row] for group in judged.together]
    apart = [(row[one], row[other]) for one, other in judged.apart if one in row and other in row]
    acts = _acts(known, which)
    sure = {pair for group in together for pair in pairwise(group)}
    found = []
    for one in linkage.series(acts, together=together, apart=apart):
        inside = sum(a in one.members and b in one.members for a, b in sure)
        names = tuple(known.names[which[row]] for row in one.members)
        found.append(Series(names, _rounded(one.likely), one.why, inside >= CONFIRMED_PAIRS))
    return tuple(found)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
