"""Reports as the core knows them, as columns on a plane.

Knows: degrees and microseconds on the one side, metres and days from the hour of the list on the other.
Refuses to know: what is made of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from center.core.events import DAY
from center.core.geo import METRES_PER_DEGREE
from center.core.pattern_facts import Burglary
from center.forecast import rash
from center.forecast.grid import Floats, Ints
from center.forecast.reports import Reports

PARTS_OF_DAY = 4
LONGEST_UNKNOWN_DAYS = 60.0
"""Nothing is taken to have happened longer than this before it was known, nor its window to be longer."""


class Plane(NamedTuple):
    """Metres about the middle of a parish."""

    lat: float
    lon: float

    @property
    def east_m(self) -> float:
        return METRES_PER_DEGREE * float(np.cos(np.radians(self.lat)))

    @classmethod
    def of(cls, reports: list[Burglary]) -> Plane:
        lat, lon = (np.array([getattr(one, name) for one in reports]) for name in ("lat", "lon"))
        return cls(float(np.median(lat)), float(np.median(lon)))

    def xy(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        return (lon - self.lon) * self.east_m, (lat - self.lat) * METRES_PER_DEGREE

    def latlon(self, x: Floats, y: Floats) -> list[tuple[float, float]]:
        lat, lon = self.lat + y / METRES_PER_DEGREE, self.lon + x / self.east_m
        return [(round(a, 6), round(b, 6)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


class Known(NamedTuple):
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
    def of(cls, reports: list[Burglary], plane: Plane, shift: int) -> Known:
        reports = sorted(reports, key=lambda one: (one.known, one.report))
        lat, lon = (np.array([getattr(one, name) for one in reports]) for name in ("lat", "lon"))
        times = ([getattr(one, name) for one in reports] for name in ("begins", "ends", "known"))
        begins, ends, known = ((np.array(column, dtype=np.float64) + shift) / DAY for column in times)
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
        marks = [codes(self.entries)[0], codes(self.targets)[0], part]
        return rash.Marked(self.x, self.y, self.known, np.stack(marks, axis=1))


def codes(words: list[str]) -> tuple[Ints, list[str]]:
    """Each word's place among all of them, -1 for one that was not said."""
    every = sorted({word for word in words if word})
    place = {word: number for number, word in enumerate(every)}
    return np.array([place.get(word, -1) for word in words], dtype=np.int64), every
