"""From a question of the core to its answer: reports become a surface, boxes, rashes and series.

Knows: the order of the parts, the day that a list is for, and that an answer is rounded so that a processor's last bits
change nothing.
Refuses to know: how the question came here, and what is done with the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from center.core.effects import Forecast
from center.core.events import DAY, HOUR, Micros
from center.core.pattern_facts import Advice, Box, Burglary, Rash, Series
from center.forecast import boxes, keeping, linkage, rash
from center.forecast.grid import Floats, Ints
from center.forecast.known import Known, codes
from center.forecast.model import at_most, interval

LEAST_REPORTS = 30
QUIET_DAYS = 7.0
SERIES_DAYS = 45
RASH_PAST_DAYS = 182
"""The record on which a rash's threshold is set."""
WHY = 5
WHY_DAYS, WHY_M = 120, 2_500.0
DIGITS = 4


class Adviser:
    """Keeps nothing but what is slow to find again: models, and the threshold for rashes. Both are found anew on the
    first question of a day, `every_days` days after the last time. `past`: reports from before there were questions."""

    def __init__(self, timezone: str, every_days: int = 1, past: tuple[Burglary, ...] = ()) -> None:
        self._past = past
        self._zone = ZoneInfo(timezone)
        self._every_days = every_days
        self._kept: keeping.Kept | None = None
        self._threshold = 0.0

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
        return Advice(
            starts,
            ends,
            ends,
            expected=_rounded(float(surface.sum())),
            low=low,
            high=high,
            boxes=_boxes(question, known, kept, surface, whole.scatter, left),
            rashes=tuple(_told(one, known) for one in _rashes(known, moment) if one.score >= self._threshold),
            series=_series(known, moment),
        )

    def _offset_us(self, now: Micros) -> int:
        offset = datetime.fromtimestamp(now / 1_000_000, UTC).astimezone(self._zone).utcoffset()
        return round(offset.total_seconds() * 1_000_000) if offset else 0

    def _carried(
        self, question: Forecast, reports: list[Burglary], today: int, shift: int
    ) -> tuple[keeping.Kept, Known]:
        kept = self._kept
        kinds = {one.kind for one in reports}
        if kept is None or not 0 <= today - kept.fitted < self._every_days or not kinds <= kept.models.keys():
            self._kept = kept = keeping.fitted(reports, today, shift)
            known = kept.known(reports)
            self._threshold = _threshold(known, today, question.settings.rashes_a_week)
        else:
            keeping.carried(kept, reports, today)
            known = kept.known(reports)
        return kept, known


def _threshold(known: Known, today: int, a_week: float) -> float:
    """What would have been cried so often a week, on the record."""
    events = known.marked()
    scanner = rash.Scanner(events)
    first = max(float(events.t.min()) + QUIET_DAYS, today - RASH_PAST_DAYS)
    looks = [(float(day), scanner.on(float(day))) for day in np.arange(np.ceil(first), today)]
    return rash.threshold(looks, a_week, QUIET_DAYS) if looks else float("inf")


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
) -> tuple[Box, ...]:
    taken = np.zeros(0, dtype=np.int64)
    if question.taken:
        x, y = known.plane.xy(*(np.array(column) for column in zip(*question.taken, strict=True)))
        on = kept.grid.inside(x, y)
        taken = kept.grid.cell(x[on], y[on])
    found = []
    for area in boxes.areas(kept.grid, surface, kept.mask, taken, question.settings.boxes, question.settings.box_m):
        places = known.plane.latlon(*kept.grid.centre(area.cells))
        middle = np.array(places).mean(axis=0).round(6).tolist()
        low, high = interval(area.expected, scatter)
        lasting = (
            sum(float((m.long_run(area.cells) * m.surface()[area.cells]).sum()) for m in kept.models.values()) * left
        )
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


def _series(known: Known, now: float) -> tuple[Series, ...]:
    which = np.flatnonzero(known.known >= now - SERIES_DAYS)[-linkage.MOST :]
    told = [codes(column)[0][which] for column in (known.kinds, known.entries, known.targets)]
    middle = ((known.begins + known.ends) / 2)[which]
    window_h = ((known.ends - known.begins) * 24)[which]
    acts = linkage.Acts(known.x[which], known.y[which], middle, window_h, *told)
    return tuple(
        Series(tuple(known.names[which[row]] for row in one.members), _rounded(one.likely), one.why)
        for one in linkage.series(acts)
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
