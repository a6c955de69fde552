"""Where an aircraft's camera looks: MISB ST 0601 local sets (UAS Datalink), as key, length and value.

Knows: the set's key, its checksum, the items that say where the camera is and what its picture shows on the ground.
Refuses to know: what carries the packets (MPEG-TS is taken apart elsewhere), pictures, and which aircraft it is.

A packet is a key of 16 bytes, a BER length, and items of a BER-OID tag, a BER length and a value; the last item is the
checksum (tag 1), a running sum of all before it. A camera says it with every picture; twice a second is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from center.core.camera_events import CameraLooked
from center.core.events import DAY, SECOND, Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import EXCERPT_CHARS, Origin, Quiet

KEY = bytes.fromhex("060e2b34020b01010e01030101000000")
MAX_PACKET_BYTES = 2048
TOLD_EVERY = SECOND // 2
CLOCK_OFF = 366 * DAY
"""A camera whose clock is farther off than that has none."""

_TIME, _LAT, _LON, _ALTITUDE, _RANGE, _CENTER_LAT, _CENTER_LON = 2, 13, 14, 15, 21, 23, 24
_OFFSET_CORNERS, _FULL_CORNERS = 26, 82
_OFFSET_DEG = 0.075
_SIZES = {
    _TIME: 8,
    _LAT: 4,
    _LON: 4,
    _ALTITUDE: 2,
    _RANGE: 4,
    _CENTER_LAT: 4,
    _CENTER_LON: 4,
    **dict.fromkeys(range(_OFFSET_CORNERS, _OFFSET_CORNERS + 8), 2),
    **dict.fromkeys(range(_FULL_CORNERS, _FULL_CORNERS + 8), 4),
}


class KlvFeed(Quiet):
    """One camera. Option `camera`: its id in the site file; without one it is called as whoever sends."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        for name in options:
            if name != "camera":
                raise ValueError(f"klv has no option {name!r}; it has camera")
        self._source = origin.source
        self._camera = options.get("camera") or origin.peer
        self._whole = origin.whole
        self._faults = Faults(origin)
        self._held = b""
        self._position = 0
        self._lost = False
        self._told_at: int | None = None

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(data, at, self._whole)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(b"", at, True), *self._faults.rest(at)]

    def _read(self, data: bytes, at: Micros, final: bool) -> list[Event]:
        """What the packets say that `data` completes. `final`: nothing follows."""
        text = self._held + data
        out: list[Event] = []
        start = 0
        while start < len(text):
            found = text.find(KEY, start)
            if found == start:
                end = _end_of(text, start + len(KEY))
                if end is None and not final:
                    break
                start = self._take(text, start, end, at, out)
                continue
            ended = final or found >= 0
            end = found if found >= 0 else len(text) if final else len(text) - len(KEY) + 1
            if end <= start or not (self._lost or ended or end - start >= EXCERPT_CHARS):
                break
            if not self._lost:
                excerpt = text[start : min(end, start + EXCERPT_CHARS)]
                out += self._faults.tell(at, "no key of ST 0601", excerpt, self._position + start)
            self._lost = not ended
            start = end
        self._held = b"" if final else text[start:]
        self._position = 0 if final else self._position + start
        self._lost = self._lost and not final
        return out

    def _take(self, text: bytes, start: int, end: int | None, at: Micros, out: list[Event]) -> int:
        """Where to go on. Behind a packet that makes no sense that is right behind its key: its length may lie."""
        self._lost = False
        packet = text[start : end or len(text)]
        why = "packet cut short" if end is None else _objection(packet)
        if not why:
            try:
                said = _items(packet)
            except ValueError as problem:
                why = str(problem)
            else:
                self._tell(said, at, out)
                return start + len(packet)
        out += self._faults.tell(at, why, packet[:EXCERPT_CHARS], self._position + start)
        return start + len(KEY)

    def _tell(self, said: Mapping[int, bytes], at: Micros, out: list[Event]) -> None:
        stamp = int.from_bytes(said[_TIME], "big") if _TIME in said else None
        seen = Micros(stamp) if stamp is not None and abs(stamp - at) < CLOCK_OFF else None
        now = seen if seen is not None else at
        if self._told_at is not None and 0 <= now - self._told_at < TOLD_EVERY:
            return
        event = _looked(said, self._camera, self._source, at, seen)
        if event is not None:
            self._told_at = now
            out.append(event)


def _end_of(text: bytes, at: int) -> int | None:
    """Where the packet ends whose length stands `at`; None when that is not there yet. A length that no packet has ends
    it at once."""
    if at >= len(text):
        return None
    first = text[at]
    if first < 0x80:
        size, begin = first, at + 1
    else:
        begin = at + 1 + (first & 0x7F)
        if not 1 <= first & 0x7F <= 4:
            return at
        if begin > len(text):
            return None
        size = int.from_bytes(text[at + 1 : begin], "big")
    if size > MAX_PACKET_BYTES:
        return at
    return begin + size if begin + size <= len(text) else None


def _objection(packet: bytes) -> str:
    if len(packet) <= len(KEY):
        return "the length makes no sense"
    if packet[-4:-2] != b"\x01\x02":
        return "no checksum at the end"
    summed = ((sum(packet[:-2:2]) << 8) + sum(packet[1:-2:2])) & 0xFFFF
    return "" if summed == int.from_bytes(packet[-2:], "big") else "the checksum does not match"


def _items(packet: bytes) -> dict[int, bytes]:
    """The items that are used, by tag. Raises ValueError where the packet is not made of items."""
    at = len(KEY)
    at += 1 + (packet[at] & 0x7F if packet[at] >= 0x80 else 0)
    found: dict[int, bytes] = {}
    end = len(packet)
    while at < end:
        tag = packet[at] & 0x7F
        while packet[at] >= 0x80:
            at += 1
            if at >= end or tag > 0xFFFF:
                raise ValueError("a tag without an end")
            tag = tag << 7 | packet[at] & 0x7F
        at += 1
        if at >= end:
            raise ValueError("an item without a length")
        size = packet[at]
        at += 1
        if size >= 0x80:
            count = size & 0x7F
            size = int.from_bytes(packet[at : at + count], "big")
            at += count
        if size > end - at:
            raise ValueError("an item that runs beyond its packet")
        if _SIZES.get(tag) == size:
            found[tag] = packet[at : at + size]
        at += size
    return found


def _looked(said: Mapping[int, bytes], camera: str, source: str, at: Micros, seen: Micros | None) -> Event | None:
    """None where it is not said what the picture shows, nor from where."""
    center_lat, center_lon = _angle(said, _CENTER_LAT, 90.0), _angle(said, _CENTER_LON, 180.0)
    if center_lat is None or center_lon is None:
        center_lat = center_lon = None
    lat, lon = _angle(said, _LAT, 90.0), _angle(said, _LON, 180.0)
    if lat is None or lon is None:
        lat = lon = None
    corners = _corners(said, center_lat, center_lon)
    if center_lat is None and lat is None and not corners:
        return None
    return CameraLooked(
        at=at,
        source=source,
        seen=seen,
        camera=camera,
        lat=center_lat,
        lon=center_lon,
        corners=corners,
        camera_lat=lat,
        camera_lon=lon,
        altitude_m=_share(said, _ALTITUDE, -900.0, 19_000.0),
        range_m=_share(said, _RANGE, 0.0, 5_000_000.0),
    )


def _angle(said: Mapping[int, bytes], tag: int, most: float) -> float | None:
    """A signed angle; the most negative number says that there is none."""
    data = said.get(tag)
    if data is None:
        return None
    span = (1 << 8 * len(data) - 1) - 1
    value = int.from_bytes(data, "big", signed=True)
    return round(value / span * most, 7) if value >= -span else None


def _share(said: Mapping[int, bytes], tag: int, least: float, most: float) -> float | None:
    data = said.get(tag)
    if data is None:
        return None
    return round(least + int.from_bytes(data, "big") / ((1 << 8 * len(data)) - 1) * (most - least), 2)


def _corners(
    said: Mapping[int, bytes], center_lat: float | None, center_lon: float | None
) -> tuple[tuple[float, float], ...]:
    """All four or none: three sides of a picture are no outline."""
    for first, most_lat, most_lon in ((_FULL_CORNERS, 90.0, 180.0), (_OFFSET_CORNERS, _OFFSET_DEG, _OFFSET_DEG)):
        is_offset = first == _OFFSET_CORNERS
        found: list[tuple[float, float]] = []
        for corner in range(4):
            lat, lon = _angle(said, first + 2 * corner, most_lat), _angle(said, first + 2 * corner + 1, most_lon)
            if lat is None or lon is None or (is_offset and (center_lat is None or center_lon is None)):
                break
            lat += center_lat if is_offset and center_lat is not None else 0.0
            lon += center_lon if is_offset and center_lon is not None else 0.0
            if abs(lat) > 90.0:
                break
            found.append((round(lat, 7), round((lon + 540.0) % 360.0 - 180.0, 7)))
        if len(found) == 4:
            return tuple(found)
    return ()
