"""SBS-1 / BaseStation lines, as an ADS-B receiver serves them on port 30003.

Knows: the 22 comma-separated fields of a MSG line and which of them each transmission type fills.
Refuses to know: who is in range, how often a transponder speaks, and Mode S frames.

Every function returns one line with its CR LF. `made_us` is when the message was generated, `logged_us` when the
receiver wrote it, both microseconds UTC by the receiver's clock. Altitude is in steps of 25 ft, climb in steps of 64
ft/min, as the frames carry them; flags are -1 (set) or 0.
"""

from __future__ import annotations

from functools import lru_cache

from twin.devices.things import AircraftState
from twin.devices.utc import date, time_of_day

FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
HEARTBEAT = b"\r\n"
PLACED_AFTER = 2  # positions heard before the first one can be placed


def ident(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,1: the callsign, padded with blanks to eight characters."""
    return f"{_head(1, aircraft, made_us, logged_us)},{aircraft.callsign:<8.8},,,,,,,,,,,{_ground(aircraft)}\r\n"


def surface_position(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,2: position, speed and track on the ground."""
    motion = f"{_knots(aircraft)},{_track(aircraft)}"
    return f"{_head(2, aircraft, made_us, logged_us)},,0,{motion},{_place(aircraft)},,,,,,-1\r\n"


def airborne_position(aircraft: AircraftState, made_us: int, logged_us: int, *, placed: bool = True) -> str:
    """MSG,3: altitude and position. A receiver that has not yet heard an even and an odd frame cannot place the
    aircraft (`placed` false) and leaves the position empty."""
    place = _place(aircraft) if placed else ","
    return f"{_head(3, aircraft, made_us, logged_us)},,{_feet(aircraft)},,,{place},,,0,,0,{_ground(aircraft)}\r\n"


def velocity(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,4: ground speed, track and rate of climb."""
    climb = round(aircraft.climb_mps / FOOT_M * 60 / 64) * 64
    return (
        f"{_head(4, aircraft, made_us, logged_us)},,,{_knots(aircraft)},{_track(aircraft)},,,{climb},,,,,"
        f"{_ground(aircraft)}\r\n"
    )


def surveillance_altitude(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,5: altitude, answering a radar."""
    return f"{_head(5, aircraft, made_us, logged_us)},,{_feet(aircraft)},,,,,,,0,,0,{_ground(aircraft)}\r\n"


def surveillance_identity(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,6: altitude and squawk, answering a radar. 7500, 7600 and 7700 also raise the emergency flag."""
    emergency = -1 if aircraft.squawk in ("7500", "7600", "7700") else 0
    return (
        f"{_head(6, aircraft, made_us, logged_us)},,{_feet(aircraft)},,,,,,{aircraft.squawk},0,{emergency},0,"
        f"{_ground(aircraft)}\r\n"
    )


def air_to_air(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,7: altitude, answering another aircraft's collision avoidance."""
    return f"{_head(7, aircraft, made_us, logged_us)},,{_feet(aircraft)},,,,,,,,,,{_ground(aircraft)}\r\n"


def all_call(aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    """MSG,8: an all-call reply, which says only that the aircraft is there."""
    return f"{_head(8, aircraft, made_us, logged_us)},,,,,,,,,,,,{_ground(aircraft)}\r\n"


def _head(kind: int, aircraft: AircraftState, made_us: int, logged_us: int) -> str:
    return f"MSG,{kind},1,1,{aircraft.icao.upper()},1,{_stamp(made_us)},{_stamp(logged_us)}"


def _stamp(utc_us: int) -> str:
    return f"{_second(utc_us // 1_000_000)}.{utc_us // 1000 % 1000:03d}"


@lru_cache(maxsize=16)
def _second(utc_s: int) -> str:
    year, month, day = date(utc_s * 1_000_000)
    hour, minute, second, _ = time_of_day(utc_s * 1_000_000)
    return f"{year:04d}/{month:02d}/{day:02d},{hour:02d}:{minute:02d}:{second:02d}"


def _place(aircraft: AircraftState) -> str:
    return f"{aircraft.lat:.6f},{aircraft.lon:.6f}"


def _feet(aircraft: AircraftState) -> int:
    return round(aircraft.altitude_m / FOOT_M / 25) * 25


def _knots(aircraft: AircraftState) -> int:
    return round(aircraft.speed_mps / KNOT_MPS)


def _track(aircraft: AircraftState) -> int:
    return round(aircraft.course_deg) % 360


def _ground(aircraft: AircraftState) -> int:
    return -1 if aircraft.on_ground else 0


class Sbs:
    """A dialect of `AdsbReceiver`: a line for every message. A position can be placed once an even and an odd one have
    been heard."""

    heartbeat = HEARTBEAT

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hear(self, kind: int, aircraft: AircraftState, made_us: int, logged_us: int, positions: int, _: float) -> None:
        if kind == 3:
            line = airborne_position(aircraft, made_us, logged_us, placed=positions > PLACED_AFTER)
        else:
            line = _LINES[kind](aircraft, made_us, logged_us)
        self._lines.append(line)

    def said(self, _: int) -> bytes:
        text, self._lines = "".join(self._lines), []
        return text.encode("ascii")

    def restart(self) -> None:
        """Lines have no memory."""


_LINES = {
    1: ident,
    2: surface_position,
    4: velocity,
    5: surveillance_altitude,
    6: surveillance_identity,
    7: air_to_air,
    8: all_call,
}
