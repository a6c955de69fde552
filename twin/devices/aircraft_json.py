"""What a receiver knows, as one document: the `aircraft.json` of readsb and dump1090, to be fetched again and again.

Knows: the document's names and units (knots, feet, seconds ago) and for how long an aircraft stays in it.
Refuses to know: who fetches it, and Mode S frames.
"""

from __future__ import annotations

from math import log10
from typing import Any

import msgspec

from twin.devices.things import AircraftState

FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
FORGOTTEN_US = 60_000_000
PLACED_AFTER = 2

_encode = msgspec.json.Encoder().encode


class _Known:
    """One aircraft: its entry as it will be written, and when it was heard."""

    __slots__ = ("entry", "heard_us", "placed_us")

    def __init__(self, icao: str) -> None:
        self.entry: dict[str, Any] = {"hex": icao, "type": "adsb_icao", "messages": 0}
        self.heard_us = 0
        self.placed_us: int | None = None


class AircraftJson:
    """A dialect of `AdsbReceiver`: every tick writes the document anew."""

    heartbeat = b""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._messages = 0

    def hear(self, kind: int, aircraft: AircraftState, made_us: int, _: int, positions: int, share: float) -> None:
        known = self._known.get(aircraft.icao)
        if known is None:
            known = self._known[aircraft.icao] = _Known(aircraft.icao)
        entry = known.entry
        self._messages += 1
        entry["messages"] += 1
        entry["rssi"] = round(20 * log10(0.02 + 0.5 * share * share), 1)
        known.heard_us = made_us
        if kind == 1:
            entry["flight"], entry["category"] = f"{aircraft.callsign:<8.8}", aircraft.category
        elif kind in (2, 3):
            if positions > PLACED_AFTER:
                entry["lat"], entry["lon"] = round(aircraft.lat, 6), round(aircraft.lon, 6)
                known.placed_us = made_us
            if kind == 3:
                entry["alt_baro"] = _feet(aircraft)
            else:
                entry["alt_baro"] = "ground"
                _motion(entry, aircraft)
                entry.pop("baro_rate", None)
        elif kind == 4:
            _motion(entry, aircraft)
            entry["baro_rate"] = round(aircraft.climb_mps / FOOT_M * 60 / 64) * 64
        elif kind in (5, 7):
            entry["alt_baro"] = "ground" if aircraft.on_ground else _feet(aircraft)
        elif kind == 6:
            entry["squawk"], entry["emergency"] = aircraft.squawk, _EMERGENCIES.get(aircraft.squawk, "none")

    def said(self, clock_us: int) -> bytes:
        for icao in [icao for icao, known in self._known.items() if clock_us - known.heard_us > FORGOTTEN_US]:
            del self._known[icao]
        listed = [_aged(known, clock_us) for known in self._known.values()]
        return _encode({"now": round(clock_us / 1e6, 3), "messages": self._messages, "aircraft": listed})

    def restart(self) -> None:
        self._known.clear()
        self._messages = 0


def _aged(known: _Known, clock_us: int) -> dict[str, Any]:
    ages: dict[str, Any] = {"seen": round(max(0, clock_us - known.heard_us) / 1e6, 1)}
    if known.placed_us is not None:
        ages["seen_pos"] = round(max(0, clock_us - known.placed_us) / 1e6, 3)
    return {**known.entry, "mlat": [], "tisb": [], **ages}


def _feet(aircraft: AircraftState) -> int:
    return round(aircraft.altitude_m / FOOT_M / 25) * 25


def _motion(entry: dict[str, Any], aircraft: AircraftState) -> None:
    entry["gs"] = round(aircraft.speed_mps / KNOT_MPS, 1)
    entry["track"] = round(aircraft.course_deg % 360.0, 2)


_EMERGENCIES = {"7500": "unlawful", "7600": "nordo", "7700": "general"}
