"""What is known of each burglary, as columns, and as the days it may have been on.

Knows: that somebody found out later, that an address is only nearly a place, and how to share one report out.
Refuses to know: who is who: there is no column for a person, and no place to put one.

A report says when the place was last seen whole and when it was found broken into. Each day in between gets its share
of the report (aoristic weights). It counts from the day on which it was known, and as old as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from center.forecast.grid import Floats, Ints, Which

LONGEST_DAYS = 14
"""Of a longer window only its end says something."""


class Reports(NamedTuple):
    """Columns of equal length. Times are days, local, with fractions, since any midnight; metres on any plane.
    `off_m`: how far off the place may be (one standard deviation)."""

    x: Floats
    y: Floats
    begins: Floats
    ends: Floats
    known: Floats
    off_m: Floats

    def pick(self, which: Which) -> Reports:
        """The reports that a mask, a slice or indices pick."""
        return Reports(*(column[which] for column in self))


class Rows(NamedTuple):
    """Shares of reports: `weight` of the one with the number `of` happened on `day`, `off_m` about (x, y) or less, and
    is known from the day `known` on."""

    x: Floats
    y: Floats
    day: Ints
    known: Ints
    weight: Floats
    off_m: Floats
    of: Ints

    def pick(self, which: Which) -> Rows:
        """The shares that a mask, a slice or indices pick."""
        x, y, day, known, weight, off_m, of = self
        return Rows(x[which], y[which], day[which], known[which], weight[which], off_m[which], of[which])


def at_once(x: Floats, y: Floats, days: Floats) -> Reports:
    """Reports of things that happened at a moment, were known then, and stand where they say."""
    return Reports(x, y, days, days, days, np.zeros(len(x)))


def shared_out(reports: Reports) -> Rows:
    """Every report on the days on which it may have been, in order of the day it was known."""
    of, day, weight = _days(reports)
    known = np.maximum(np.floor(reports.known[of]).astype(np.int64), day)
    order = np.argsort(known, kind="stable")
    of = of[order]
    return Rows(reports.x[of], reports.y[of], day[order], known[order], weight[order], reports.off_m[of], of)


def _days(reports: Reports) -> tuple[Ints, Ints, Floats]:
    """Which report, which day, what share of it: in proportion to the window's hours on that day."""
    last = np.floor(reports.ends).astype(np.int64)
    begins = np.minimum(np.maximum(reports.begins, reports.ends - LONGEST_DAYS), reports.ends)
    first = np.floor(begins).astype(np.int64)
    many = last - first + 1
    of = np.repeat(np.arange(len(last)), many)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    day = first[of] + nth
    length = reports.ends - begins
    hours = np.minimum(reports.ends[of], day + 1.0) - np.maximum(begins[of], day.astype(np.float64))
    weight = np.where(length[of] > 0, hours / np.where(length > 0, length, 1.0)[of], 1.0)
    kept = weight > 0
    return of[kept], day[kept], weight[kept]
