"""Cradlepoint's own GPS report: one line of comma-separated values, sent over UDP or TCP.

Knows: id, time of day, position as NMEA writes it, knots, degrees; the cellular fields behind them are not looked at.
Refuses to know: dates, which the format has not: a time is put on the day nearest to now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from center.core.events import Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.fixes import Tracks, sender
from center.ingest.lines import Line, LineSplitter
from center.ingest.nmea_fields import course, latitude, longitude, speed, time_of_day
from center.ingest.nmea_identity import printable

LONGEST_LINE = 1024


class CradlepointFeed(Quiet):
    """One connection, or one UDP sender. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"cradlepoint takes no options but was given {', '.join(sorted(options))}")
        self._faults = Faults(origin)
        self._splitter = LineSplitter(LONGEST_LINE, origin.whole)
        self._tracks = Tracks(origin.source)
        self._sender = sender(origin)

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.feed(data), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.rest(), at) + self._faults.rest(at)

    def _read(self, lines: list[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, line, too_long in lines:
            try:
                if too_long:
                    raise ValueError(f"line longer than {LONGEST_LINE} bytes")
                event = self._report(line.strip(b"\0 \t"), at)
            except ValueError as problem:
                out += self._faults.tell(at, str(problem), line, offset)
            else:
                if event is not None:
                    out.append(event)
        return out

    def _report(self, line: bytes, at: Micros) -> Event | None:
        if not line:
            return None
        fields = line.split(b",")
        if len(fields) < 8:
            raise ValueError("fewer than 8 fields: id, time, latitude, N/S, longitude, E/W, speed, course")
        unit = printable(fields[0])
        if unit is None and fields[0].strip():
            raise ValueError("id: not printable, or too long")
        track = self._tracks.of(unit or self._sender)
        if not fields[2] and not fields[4]:
            return track.lost(at)
        lat = latitude(fields[2], fields[3])
        lon = longitude(fields[4], fields[5])
        mps, degrees = speed(fields[6]), course(fields[7])
        stamp = seen = None
        moment = time_of_day(fields[1].rjust(6, b"0") if fields[1] else b"")  # written as a number: 1 is 00:00:01
        if moment is not None:
            stamp, seen = track.incomplete(moment, at)
        return track.moved(at, lat, lon, stamp, seen, mps, degrees)
