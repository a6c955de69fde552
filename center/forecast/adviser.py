"""From a question of the core to its answer: reports become a surface, boxes, rashes and series.

Knows: the order of the parts, the day that a list is for, and that an answer is rounded so that a processor's last bits
change nothing.
Refuses to know: how the question came here, and what is done with the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from center.core.effects import Forecast
from center.core.events import DAY, HOUR, Micros
from center.core.geo import METRES_PER_DEGREE
from center.core.pattern_facts import Advice, Box, Burglary, Rash, Series
from center.forecast import boxes, linkage, rash
from center.forecast.grid import Floats, Grid, Ints, Mask, covering, populated
from center.forecast.model import Model, at_most, fit, interval
from center.forecast.reports import Reports

CELL_M = 200.0
LEAST_REPORTS = 30
QUIET_DAYS = 7.0
SERIES_DAYS = 45
RASH_PAST_DAYS = 182
"""The record on which a rash's threshold is set."""
WHY = 5
WHY_DAYS = 120
PARTS_OF_DAY = 4
LONGEST_UNKNOWN_DAYS = 60.0
"""Nothing is taken to have happened longer than this before it was known, nor its window to be longer."""
DIGITS = 4


class Plane(NamedTuple):
    """Metres about the middle of a parish."""

    lat: float
    lon: float

    @property
    def east_m(self) -> float:
        return METRES_PER_DEGREE * float(np.cos(np.radians(self.lat)))

    def xy(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        return (lon - self.lon) * self.east_m, (lat - self.lat) * METRES_PER_DEGREE

    def latlon(self, x: Floats, y: Floats) -> list[tuple[float, float]]:
        lat, lon = self.lat + y / METRES_PER_DEGREE, self.lon + x / self.east_m
        return [(round(a, 6), round(b, 6)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


class Adviser:
    """Keeps nothing but what it is slow to find again: the day's threshold for rashes."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._threshold: tuple[int, float] = (-1, 0.0)

    def advise(self, question: Forecast) -> Advice:
        asked = question.settings
        offset = self._offset_us(question.now)
        shift = offset - round(asked.list_at_h * HOUR)
        moment = (question.now + shift) / DAY
        today = int(moment // 1)
        starts, ends = question.now, Micros((today + 1) * DAY - shift)
        oldest = question.now - asked.keep_days * DAY
        reports = [one for one in question.reports if oldest <= one.known <= question.now]
        if len(reports) < LEAST_REPORTS:
            note = f"{len(reports)} reports are too few to forecast by; it takes {LEAST_REPORTS}"
            return Advice(starts, ends, ends, note=note)
        known = _Known.of(reports, shift)
        grid = covering(known.x, known.y, CELL_M)
        inside = grid.inside(known.x, known.y)
        mask = populated(grid, grid.cell(known.x[inside], known.y[inside]))
        models = _models(known, grid, mask, today)
        left = (ends - starts) / DAY
        surface = np.sum([model.surface().astype(np.float64) for model in models], axis=0) * left
        whole = max(models, key=lambda model: float(model.surface().sum()))
        low, high = interval(float(surface.sum()), whole.scatter_all)
        return Advice(
            starts,
            ends,
            ends,
            expected=_rounded(float(surface.sum())),
            low=low,
            high=high,
            boxes=_boxes(question, known, grid, mask, models, surface, whole.scatter, left),
            rashes=self._rashes(question, known, today, moment),
            series=_series(known, moment),
        )

    def _offset_us(self, now: Micros) -> int:
        offset = datetime.fromtimestamp(now / 1_000_000, UTC).astimezone(self._zone).utcoffset()
        return round(offset.total_seconds() * 1_000_000) if offset else 0

    def _rashes(self, question: Forecast, known: _Known, today: int, moment: float) -> tuple[Rash, ...]:
        events = known.marked()
        now = moment + 1e-6
        if self._threshold[0] != today:
            scanner = rash.Scanner(events)
            first = max(float(events.t.min()) + QUIET_DAYS, today - RASH_PAST_DAYS)
            looks = [(float(day), scanner.on(float(day))) for day in np.arange(np.ceil(first), today)]
            a_week = question.settings.rashes_a_week
            self._threshold = (today, rash.threshold(looks, a_week, QUIET_DAYS) if looks else float("inf"))
        found = [one for one in rash.Scanner(events).on(now) if one.score >= self._threshold[1]]
        return tuple(known.told(one) for one in found)


class _Known(NamedTuple):
    """Reports as columns, in order of when they were known; days count from the hour of the list."""

    names: list[str]
    plane: Plane
    x: Floats
    y: Floats
    begins: Floats
    ends: Floats
    known: Floats
    off_m: Floats
    kinds: list[str]
    entries: list[str]
    targets: list[str]

    @classmethod
    def of(cls, reports: list[Burglary], shift: int) -> _Known:
        reports = sorted(reports, key=lambda one: (one.known, one.report))
        lat, lon = (np.array([getattr(one, name) for one in reports]) for name in ("lat", "lon"))
        plane = Plane(float(np.median(lat)), float(np.median(lon)))
        begins, ends, known = (
            np.array([(getattr(one, name) + shift) / DAY for one in reports]) for name in ("begins", "ends", "known")
        )
        ends = np.clip(ends, known - LONGEST_UNKNOWN_DAYS, known)
        begins = np.clip(begins, ends - LONGEST_UNKNOWN_DAYS, ends)
        return cls(
            [one.report for one in reports],
            plane,
            *plane.xy(lat, lon),
            begins,
            ends,
            known,
            np.array([one.off_m for one in reports]),
            [one.kind for one in reports],
            [one.entry for one in reports],
            [one.target for one in reports],
        )

    def reports(self, which: Ints) -> Reports:
        columns = (self.x, self.y, self.begins, self.ends, self.known, self.off_m)
        return Reports(*(column[which] for column in columns))

    def marked(self) -> rash.Marked:
        part = (((self.begins + self.ends) / 2 % 1.0) * PARTS_OF_DAY).astype(np.int64)
        marks = [_codes(self.entries)[0], _codes(self.targets)[0], part]
        return rash.Marked(self.x, self.y, self.known, np.stack(marks, axis=1))

    def told(self, found: rash.Rash) -> Rash:
        words = [_codes(self.entries)[1], _codes(self.targets)[1], ["night", "morning", "afternoon", "evening"]]
        alike = tuple(
            f"{many} of {len(found.members)} {words[mark][code]} ({share:.0%} of all)"
            for mark, (code, many, share) in enumerate(found.alike)
            if many > 1 and mark < 2 and words[mark]
        )
        (place,) = self.plane.latlon(np.array([found.x]), np.array([found.y]))
        names = tuple(self.names[row] for row in found.members)
        return Rash(*place, found.radius_m, found.days, _rounded(found.expected), names, alike)


def _models(known: _Known, grid: Grid, mask: Mask, today: int) -> list[Model]:
    """One of each kind, in order of its name; what became known today is learned on top."""
    found = []
    kinds = np.array(known.kinds)
    for kind in sorted(set(known.kinds)):
        mine = np.flatnonzero(kinds == kind)
        model = fit(grid, mask, known.reports(mine), today)
        model.learn(known.reports(mine[known.known[mine] >= today]))
        found.append(model)
    return found


def _boxes(
    question: Forecast,
    known: _Known,
    grid: Grid,
    mask: Mask,
    models: list[Model],
    surface: Floats,
    scatter: float,
    left: float,
) -> tuple[Box, ...]:
    taken = np.zeros(0, dtype=np.int64)
    if question.taken:
        x, y = known.plane.xy(*(np.array(column) for column in zip(*question.taken, strict=True)))
        on = grid.inside(x, y)
        taken = grid.cell(x[on], y[on])
    found = []
    for area in boxes.areas(grid, surface, mask, taken, question.settings.boxes, question.settings.box_m):
        places = known.plane.latlon(*grid.centre(area.cells))
        middle = np.array(places).mean(axis=0).round(6).tolist()
        low, high = interval(area.expected, scatter)
        lasting = sum(float((m.long_run(area.cells) * m.surface()[area.cells]).sum()) for m in models) * left
        found.append(
            Box(
                middle[0],
                middle[1],
                grid.cell_m,
                tuple(places),
                _rounded(area.expected),
                low,
                high,
                _rounded(at_most(0, area.expected, scatter)),
                _rounded(lasting / area.expected),
                _why(known, models, area.cells, left),
            )
        )
    return tuple(found)


def _why(known: _Known, models: list[Model], cells: Ints, left: float) -> tuple[tuple[str, float], ...]:
    """The reports that add most to a box, and how much."""
    kinds = np.array(known.kinds)
    added: list[tuple[float, str]] = []
    for kind, model in zip(sorted(set(known.kinds)), models, strict=True):
        mine = np.flatnonzero((kinds == kind) & (known.known >= model.day - WHY_DAYS))
        shares = model.given_by(known.reports(mine), cells) * left
        added += [(share, known.names[row]) for share, row in zip(shares.tolist(), mine.tolist(), strict=True)]
    added.sort(key=lambda one: (-one[0], one[1]))
    return tuple((name, _rounded(share)) for share, name in added[:WHY] if share > 0)


def _series(known: _Known, now: float) -> tuple[Series, ...]:
    which = np.flatnonzero(known.known >= now - SERIES_DAYS)[-linkage.MOST :]
    codes = [_codes(column)[0][which] for column in (known.kinds, known.entries, known.targets)]
    middle = ((known.begins + known.ends) / 2)[which]
    window_h = ((known.ends - known.begins) * 24)[which]
    acts = linkage.Acts(known.x[which], known.y[which], middle, window_h, *codes)
    return tuple(
        Series(tuple(known.names[which[row]] for row in one.members), _rounded(one.likely), one.why)
        for one in linkage.series(acts)
    )


def _codes(words: list[str]) -> tuple[Ints, list[str]]:
    """Each word's place among all of them, -1 for one that was not said."""
    every = sorted({word for word in words if word})
    place = {word: number for number, word in enumerate(every)}
    return np.array([place.get(word, -1) for word in words], dtype=np.int64), every


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
