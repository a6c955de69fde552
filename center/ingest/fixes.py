"""What a position feed remembers of each unit, so that what it says is news, and its times and speeds can be believed.

Knows: the last fix of every unit on one feed; when a message only repeats it; how a time of day gets its date; which
device times and speeds are nonsense.
Refuses to know: any wire format, and where units are allowed to be.

Times are microseconds since the epoch, UTC. A `stamp` is the time of a fix as the device claims it; `seen` is the same
time when it can be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, radians

import msgspec

from center.core.events import DAY, SECOND, Event, Micros, UnitMoved, UnitReported
from center.ingest.feed import Origin

ROLLOVER = 1024 * 7 * DAY
"""After 1024 weeks a GPS receiver's ten-bit week number starts again, and its date with it."""
NEAR = 3 * DAY
"""How close to now a date must land for a number of rollovers to explain it."""
NO_DEVICE_BEFORE = Micros(1_041_379_200 * SECOND)
"""2003-01-01. Years 80, 99, 00, 01 and 02 are what receivers show that lost their date."""

TOP_SPEED_MPS = 120.0
"""Faster than anything that reports on a unit's feed; modems at rest have claimed more."""
SWIFT_MPS = 60.0
"""From here on a speed is believed only when the unit's own positions bear it out."""
BORNE_OUT_WITHIN_S = 60.0
SAME_PLACE_DEG = 2e-6
"""Two sentences about one fix may differ by their rounding: half of 0.0001 minutes is 0.8e-6 degrees."""
HDOP_M = 5.0
"""Accuracy in metres for each unit of horizontal dilution of precision."""
WORST_HDOP = 50.0
"""Receivers say 50, 99 or 99.99 when they do not know; 0 means the same."""

MAX_UNITS = 4096
DEGREE_M = 111_320.0


def sender(origin: Origin) -> str:
    """Who sent it, when the bytes do not say: the other end without its port, or the feed itself."""
    host, colon, port = origin.peer.rpartition(":")
    if colon and port.isdigit() and host:
        return host.strip("[]")
    return origin.peer or origin.source


def believable(stamp: int, at: Micros) -> Micros | None:
    """The device's time, with as many GPS week rollovers put right as bring it near `at`; None when it is from a clock
    that lost its date: before any such device was made, or further in the future than a rollover."""
    behind = at - stamp
    if -NEAR < behind < NEAR:
        return Micros(stamp)
    rollovers = round(behind / ROLLOVER)
    if abs(behind - rollovers * ROLLOVER) < NEAR:
        return Micros(stamp + rollovers * ROLLOVER)
    if stamp < NO_DEVICE_BEFORE or -behind > ROLLOVER:
        return None
    return Micros(stamp)


def on_nearest_day(time_of_day: int, to: int) -> int:
    """That time of day on the day that brings it nearest to the moment `to`."""
    return time_of_day + (to - time_of_day + DAY // 2) // DAY * DAY


def accuracy_m(hdop: float | None) -> float | None:
    return hdop * HDOP_M if hdop is not None and 0.0 < hdop < WORST_HDOP else None


class Track(msgspec.Struct, gc=False):
    """One unit: its last fix, the one before, and what its clock has told about the date.

    `stamp` and `before_stamp` are the times of those two fixes. `ahead` is how far the device's clock was ahead of ours
    when it last told a time, and `dated` whether it ever told a whole one; `wrong` is what must be added to its dates,
    None when they cannot be believed.
    """

    unit: str
    source: str
    fixed: bool | None = None
    last: UnitMoved | None = None
    stamp: int | None = None
    before: UnitMoved | None = None
    before_stamp: int | None = None
    dated: bool = False
    ahead: int = 0
    wrong: int | None = 0

    def complete(self, stamp: int, at: Micros) -> Micros | None:
        """Learn from a whole date and time; returns what can be believed of it."""
        if not self.dated:
            self.dated = True
            if self.stamp is not None and (self.stamp - stamp) % DAY == 0:
                self.stamp = stamp  # the date of the fix in hand had been guessed
        self.ahead = stamp - at
        seen = believable(stamp, at)
        self.wrong = None if seen is None else seen - stamp
        return seen

    def incomplete(self, time_of_day: int, at: Micros) -> tuple[int, Micros | None]:
        """(stamp, seen) for a time without a date: on the day nearest to what the device's clock must say now."""
        stamp = on_nearest_day(time_of_day, at + self.ahead)
        if self.dated:
            self.ahead = stamp - at
        return stamp, None if self.wrong is None else Micros(stamp + self.wrong)

    def moved(
        self,
        at: Micros,
        lat: float,
        lon: float,
        stamp: int | None = None,
        seen: Micros | None = None,
        speed: float | None = None,
        course: float | None = None,
        altitude: float | None = None,
        accuracy: float | None = None,
    ) -> Event | None:
        """A valid fix. None when it repeats the last one and adds nothing; what was told of the same fix before is
        added to it. Latitude and longitude zero is what a receiver shows that has no fix."""
        if lat == 0.0 and lon == 0.0:
            return self.lost(at)
        last = self.last
        same_fix = last is not None and stamp is not None and stamp == self.stamp
        if speed is not None and speed > SWIFT_MPS:
            speed = self._borne_out(speed, stamp, lat, lon, same_fix)
        if same_fix and last is not None:
            if self.fixed and not _is_news(last, lat, lon, seen, speed, course, altitude, accuracy):
                return None
            speed = last.speed_mps if speed is None else speed
            course = last.course_deg if course is None else course
            altitude = last.altitude_m if altitude is None else altitude
            accuracy = last.accuracy_m if accuracy is None else accuracy
        else:
            self.before, self.before_stamp = last, self.stamp
        self.fixed = True
        self.stamp = stamp
        self.last = UnitMoved(
            at=at,
            source=self.source,
            seen=seen,
            unit=self.unit,
            lat=lat,
            lon=lon,
            speed_mps=speed,
            course_deg=course,
            altitude_m=altitude,
            accuracy_m=accuracy,
        )
        return self.last

    def also(self, at: Micros, speed: float | None, course: float | None) -> Event | None:
        """Speed and course told apart from a position: they are the last fix's, unless it has its own."""
        last = self.last
        if not self.fixed or last is None:
            return None
        if (speed is None or last.speed_mps is not None) and (course is None or last.course_deg is not None):
            return None
        return self.moved(at, last.lat, last.lon, self.stamp, last.seen, speed, course)

    def recalled(self, at: Micros, lat: float, lon: float, stamp: int | None, seen: Micros | None) -> Sequence[Event]:
        """The last position a device remembers, told while it has no fix: a position, and `no-fix` behind it. Nothing
        when both are known already."""
        last = self.last
        if self.fixed is False and last is not None and (lat, lon) == (last.lat, last.lon):
            return ()
        told = self.moved(at, lat, lon, stamp, seen), self.lost(at)
        return [event for event in told if event is not None]

    def lost(self, at: Micros) -> Event | None:
        """No fix. None when that is known already."""
        if self.fixed is False:
            return None
        self.fixed = False
        return UnitReported(at=at, source=self.source, unit=self.unit, status="no-fix")

    def _borne_out(self, speed: float, stamp: int | None, lat: float, lon: float, same_fix: bool) -> float | None:
        """A great speed, when the way from the fix before to this one needed at least half of it."""
        earlier, since = (self.before, self.before_stamp) if same_fix else (self.last, self.stamp)
        if speed > TOP_SPEED_MPS or stamp is None or earlier is None or since is None:
            return None
        elapsed_s = (stamp - since) / SECOND
        if not 0.0 < elapsed_s <= BORNE_OUT_WITHIN_S:
            return None
        north_m = (lat - earlier.lat) * DEGREE_M
        east_m = (lon - earlier.lon) * DEGREE_M * cos(radians(lat))
        return speed if hypot(north_m, east_m) >= 0.5 * speed * elapsed_s else None


def _is_news(
    last: UnitMoved,
    lat: float,
    lon: float,
    seen: Micros | None,
    speed: float | None,
    course: float | None,
    altitude: float | None,
    accuracy: float | None,
) -> bool:
    """Whether a message about the fix `last` adds to it, or places it elsewhere."""
    return (
        (speed is not None and last.speed_mps is None)
        or (course is not None and last.course_deg is None)
        or (altitude is not None and last.altitude_m is None)
        or (accuracy is not None and last.accuracy_m is None)
        or (seen != last.seen and seen is not None)
        or abs(lat - last.lat) > SAME_PLACE_DEG
        or abs(lon - last.lon) > SAME_PLACE_DEG
    )


class Tracks:
    """The units heard on one feed, at most `MAX_UNITS`; the one met first is forgotten first."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tracks: dict[str, Track] = {}

    def of(self, unit: str) -> Track:
        track = self._tracks.get(unit)
        if track is None:
            if len(self._tracks) >= MAX_UNITS:
                del self._tracks[next(iter(self._tracks))]
            track = self._tracks[unit] = Track(unit, self._source)
        return track

    def rename(self, track: Track, unit: str) -> None:
        """The unit of `track` turns out to be `unit`, which has not been heard before."""
        self._tracks.pop(track.unit, None)
        track.unit = unit
        self._tracks[unit] = track
