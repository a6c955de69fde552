"""Plane geometry: a map projection with its inverse, rings, and segments.

Knows: metres on a plane, degrees (WGS 84) at its edge.
Refuses to know: what the points and lines stand for.

Points come as arrays (n, 2): x metres east, y metres north. A ring is such an array that closes itself.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)

EQUATOR_M = 6378137.0  # WGS 84
FLATTENING = 1 / 298.257223563
LONGEST_MITRE = 4.0


class Plane:
    """A transverse Mercator plane about one point: x metres east of it, y metres north, true to scale on its meridian.

    Krüger's series to third order in the third flattening (what UTM uses, with scale 1), so out and back is within a
    millimetre over any county. Floats give floats, arrays give arrays.
    """

    def __init__(self, lat: float, lon: float) -> None:
        n = FLATTENING / (2 - FLATTENING)
        self._lon0 = math.radians(lon)
        self._radius = EQUATOR_M / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
        self._sqrt = 2 * math.sqrt(n) / (1 + n)
        self._alpha = (n / 2 - 2 / 3 * n**2 + 5 / 16 * n**3, 13 / 48 * n**2 - 3 / 5 * n**3, 61 / 240 * n**3)
        self._beta = (n / 2 - 2 / 3 * n**2 + 37 / 96 * n**3, n**2 / 48 + n**3 / 15, 17 / 480 * n**3)
        self._delta = (2 * n - 2 / 3 * n**2 - 2 * n**3, 7 / 3 * n**2 - 8 / 5 * n**3, 56 / 15 * n**3)
        self._y0 = 0.0
        self._y0 = self.xy(lat, lon)[1]

    def xy(self, lat: Number, lon: Number) -> tuple[Number, Number]:
        """Degrees to metres."""
        m: Any = math if isinstance(lat, float) else np
        phi, away = lat * (math.pi / 180), lon * (math.pi / 180) - self._lon0
        t = m.sinh(m.atanh(m.sin(phi)) - self._sqrt * m.atanh(self._sqrt * m.sin(phi)))
        xi, eta = m.atan2(t, m.cos(away)), m.atanh(m.sin(away) / m.sqrt(1 + t * t))
        x, y = eta, xi
        for j, a in enumerate(self._alpha, 1):
            x = x + a * m.cos(2 * j * xi) * m.sinh(2 * j * eta)
            y = y + a * m.sin(2 * j * xi) * m.cosh(2 * j * eta)
        return self._radius * x, self._radius * y - self._y0

    def latlon(self, x: Number, y: Number) -> tuple[Number, Number]:
        """Metres to degrees."""
        m: Any = math if isinstance(x, float) else np
        xi0, eta0 = (y + self._y0) / self._radius, x / self._radius
        xi, eta = xi0, eta0
        for j, b in enumerate(self._beta, 1):
            xi = xi - b * m.sin(2 * j * xi0) * m.cosh(2 * j * eta0)
            eta = eta - b * m.cos(2 * j * xi0) * m.sinh(2 * j * eta0)
        chi = m.asin(m.sin(xi) / m.cosh(eta))
        phi = chi
        for j, d in enumerate(self._delta, 1):
            phi = phi + d * m.sin(2 * j * chi)
        lon = self._lon0 + m.atan2(m.sinh(eta), m.cos(xi))
        return phi * (180 / math.pi), lon * (180 / math.pi)


def inside(points: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Which of `points` lie inside `ring`, by the even-odd rule. Each side of the ring is compared with the points that
    lie as far north as it, which are found once for all sides: most of a parish is beside most rings and sides."""
    (west, south), (east, north) = ring.min(axis=0) - 1.0, ring.max(axis=0) + 1.0
    near = np.flatnonzero((points[:, 1] >= south) & (points[:, 1] <= north))
    near = near[(points[near, 0] >= west) & (points[near, 0] <= east)]
    near = near[np.argsort(points[near, 1], kind="stable")]
    x, y = points[near].T
    ends = np.roll(ring, -1, axis=0)
    low = np.searchsorted(y, np.minimum(ring[:, 1], ends[:, 1]))
    high = np.searchsorted(y, np.maximum(ring[:, 1], ends[:, 1]))
    odd = np.zeros(len(near), dtype=np.bool_)
    for side in np.flatnonzero(low < high):
        (ax, ay), (bx, by), beside = ring[side], ends[side], slice(low[side], high[side])
        odd[beside] ^= x[beside] < ax + (y[beside] - ay) * (bx - ax) / (by - ay)
    found = np.zeros(len(points), dtype=np.bool_)
    found[near] = odd
    return found


def crossings(start: Floats, end: Floats, c: Floats, d: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Which of the segments `start`-`end` the one segment `c`-`d` meets: their indices, how far along each of them, and
    how far along `c`-`d` (0 to 1). Parallel segments do not meet."""
    u, v, w = end - start, d - c, c - start
    area = u[:, 0] * v[1] - u[:, 1] * v[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        s = (w[:, 0] * v[1] - w[:, 1] * v[0]) / area
        t = (w[:, 0] * u[:, 1] - w[:, 1] * u[:, 0]) / area
    hit = np.flatnonzero((s >= 0) & (s <= 1) & (t >= 0) & (t <= 1))
    return hit, s[hit], t[hit]


def project(points: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """For each of `points`: metres to the segment `c`-`d`, and how far along it the nearest place is (0 to 1)."""
    vx, vy = d - c
    away = points - c
    t = np.clip((away[:, 0] * vx + away[:, 1] * vy) / max(vx * vx + vy * vy, 1e-12), 0.0, 1.0)
    return norms(away - t[:, None] * (d - c)), t


def touches(start: Floats, end: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Which of the segments `start`-`end` begin or end inside `ring`, or cross its edge."""
    touching = inside(start, ring) | inside(end, ring)
    for c, d in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        touching[crossings(start, end, c, d)[0]] = True
    return touching


def aligned(steps: Floats, way: Floats) -> Floats:
    """For each of `steps`: how much it runs along `way`, from 0 (across) to 1 (along, either direction)."""
    along: Floats = np.abs(steps[:, 0] * way[0] + steps[:, 1] * way[1])
    return along / (norms(steps) * math.hypot(*way))


def ribbon(course: Floats, width_m: float) -> Floats:
    """The ring of a river: its course widened to `width_m`, with mitred bends."""
    along = np.diff(course, axis=0)
    along /= norms(along)[:, None]
    left = np.stack([-along[:, 1], along[:, 0]], axis=1)
    bends = left[:-1] + left[1:]
    bends *= np.minimum(2 / np.maximum((bends * bends).sum(axis=1), 1e-9), LONGEST_MITRE)[:, None]
    aside = np.concatenate([left[:1], bends, left[-1:]]) * (width_m / 2)
    return np.concatenate([course + aside, (course - aside)[::-1]])


def norms(vectors: Floats) -> Floats:
    """Metres of each of `vectors`."""
    squares: Floats = vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1]
    return np.sqrt(squares)


def lengths(line: Floats) -> Floats:
    """Metres of each step of a line."""
    return norms(np.diff(line, axis=0))


def turn_deg(before: float, after: float) -> float:
    """How far one turns from course `before` to course `after`: -180 up to 180, right is positive."""
    return (after - before + 180.0) % 360.0 - 180.0
