"""The devices of the small site: what they say, and how it gets onto the wire.

Knows: the twin's encoders, and a socket for each kind of link.
Refuses to know: the center's decoders.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.running import AGENT, PATIENCE_S, Office, ask
from twin.devices import eido, hotlist, nmea, owntracks, rekor, sbs, taip
from twin.devices.crop import plate_crop
from twin.devices.reads import Camera, Candidate, Look
from twin.devices.things import AircraftState, CallFact, Fix, Listing

LOOK = Look("Ford", "F-150", "white", "truck-standard", 90.0, 90.0)
LAT, LON = 30.2, -93.2


def now_us() -> int:
    return time.time_ns() // 1000


def fix(serial: int = 0) -> Fix:
    """Somewhere near the readers; each serial a few metres further."""
    return Fix(0, LAT + serial * 1e-5, LON, 10.0, 0.0)


def nmea_report(unit: str, serial: int = 0) -> bytes:
    return f"{unit},{nmea.rmc(now_us(), fix(serial))}".encode()


def taip_report(unit: str, serial: int = 0) -> bytes:
    return taip.rpv(now_us(), fix(serial), unit).encode()


def owntracks_report(unit: str, serial: int = 0) -> bytes:
    return owntracks.location(now_us(), fix(serial), unit)


def sbs_report(icao: str, serial: int = 0) -> bytes:
    at = now_us()
    craft = AircraftState(icao, "AIR1", LAT + serial * 1e-5, LON, 500.0, 60.0, 90.0)
    return sbs.airborne_position(craft, at, at).encode()


def camera(number: int) -> Camera:
    return Camera(AGENT, number, f"R{number}", LAT, LON)


def plate_read(plate: str, serial: int = 0, reader: int = 1, state: str = "LA") -> bytes:
    """One passage; reads of different serials are different reads."""
    eye, seen_ms = camera(reader), now_us() // 1000
    read = f"{rekor.uuid(eye, seen_ms)}-{serial}"
    best = [Candidate(plate, 95.0, True)]
    return rekor.alpr_group(eye, read, seen_ms, seen_ms + 200, best, state, 90.0, LOOK, plate_crop(plate, state).jpeg)


def call_opened(call: str) -> bytes:
    fact = CallFact(0, call, f"26-{call}", "crash", 2, "+13375550100", LAT, LON, 20.0, None, "a crash")
    return eido.opened(eido.CPSO_CAD, fact, now_us(), 0)


def listing(plate: str, state: str = "LA") -> Listing:
    return Listing(plate, state, "stolen", f"case-{plate}", "Ford", "F-150", "white")


def hot_list(plates: Sequence[str], version: str = "1") -> bytes:
    return hotlist.encode([listing(plate) for plate in plates], version, now_us(), now_us())


class Wire:
    """The devices' side of every link but MQTT of one center."""

    def __init__(self, center: Office) -> None:
        self._center = center
        self._udp: dict[str, socket.socket] = {}
        self._tcp: dict[str, socket.socket] = {}

    def udp(self, feed: str, data: bytes) -> None:
        sock = self._udp.get(feed)
        if sock is None:
            sock = self._udp[feed] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.sendto(data, place(self._center.feeds[feed]))

    def tcp(self, feed: str, data: bytes) -> None:
        """To a center that listens. Raises OSError."""
        sock = self._tcp.get(feed)
        if sock is None:
            sock = self._tcp[feed] = socket.create_connection(place(self._center.feeds[feed]), PATIENCE_S)
        try:
            sock.sendall(data)
        except OSError:
            self.hang_up(feed)
            raise

    def hang_up(self, feed: str) -> None:
        self._tcp.pop(feed).close()

    def post(self, feed: str, body: bytes, content_type: str = "application/json") -> int:
        """Returns the status. Raises OSError, http.client.HTTPException."""
        settings = self._center.feeds[feed]
        return ask(place(settings), "POST", settings["path"], body, {"Content-Type": content_type}).status

    def drop(self, name: str, data: bytes) -> None:
        """A file, written beside and renamed into place."""
        drop(self._center.folder / "lists", name, data)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (*self._udp.values(), *self._tcp.values()):
            sock.close()


def drop(folder: Path, name: str, data: bytes) -> None:
    beside = folder / f".{name}.part"
    beside.write_bytes(data)
    os.replace(beside, folder / name)


def place(feed: dict[str, Any]) -> tuple[str, int]:
    host, _, port = (feed.get("listen") or feed["connect"]).rpartition(":")
    return host, int(port)
