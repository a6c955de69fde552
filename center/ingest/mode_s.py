"""What aircraft say of themselves in Mode S downlink messages (ICAO Annex 10 volume IV, chapter 3; RTCA DO-260B).

Knows: the formats that name an aircraft and say something of it: 0, 4, 5, 11, 16, 17, 18, 20, 21; and whom to believe.
Refuses to know: what carried the message here, and whose the aircraft is. No damaged bit is repaired: that would make
aircraft where there are none.

The extended squitters (17, 18) and all-call replies (11) name their sender and have a checksum. The others are sealed
with their sender's address instead, so any damage gives another address: they are believed of aircraft that were
lately heard to name themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from center.core.events import MINUTE, SECOND, AircraftSeen, Micros
from center.ingest.mode_s_cpr import Cell, Place
from center.ingest.mode_s_fields import (
    ALTITUDES_M,
    LONG_BYTES,
    SHORT_BYTES,
    altitude_of_13_bits,
    callsign_of,
    movement_mps,
    remainder_of,
    squawk_of_13_bits,
    velocity_of,
)
from center.ingest.mode_s_track import Track

MAX_AIRCRAFT = 4096
FORGOTTEN_AFTER = 10 * MINUTE
VOUCHED_FOR = 120 * SECOND
"""How long after an aircraft has named itself the messages are believed that are sealed with its address."""

_ON_GROUND = {4: True, 5: False}  # capability, 3.1.2.5.2.2.1; the other values do not say
_NO_ADDRESS = (0, 0xFFFFFF)
_INTERROGATOR = 0x7F  # the bits that an interrogator's code may change in an all-call reply's parity
_NOT_ICAO_BIT = {5: 35, 6: 35, 7: 35, 8: 35, 19: 47, 28: 0, 29: 5, 31: 0} | dict.fromkeys(
    (*range(9, 19), 20, 21, 22), 48
)
"""By type code: the bit of a rebroadcast message (TIS-B, ADS-R) that says its address is not ICAO's, counted from the
message's end (DO-260B, 2.2.17 and 2.2.18)."""


def receiver_option(format: str, options: Mapping[str, str]) -> Place | None:  # noqa: A002
    """Options `lat` and `lon`: where the receiver stands, in degrees. Raises ValueError saying what is wrong."""
    unknown = sorted(set(options) - {"lat", "lon"})
    if unknown:
        raise ValueError(f"{format} has no option {', '.join(unknown)}; it has lat, lon")
    if not options:
        return None
    try:
        lat, lon = float(options["lat"]), float(options["lon"])
    except (KeyError, ValueError):
        raise ValueError("options lat and lon go together and are degrees") from None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise ValueError("option lat or lon out of range")
    return lat, lon


class ModeS:
    """Everything heard by one receiver. `receiver`: where it stands; without it, aircraft that are on the ground when
    they are first heard have no place."""

    def __init__(self, source: str, receiver: Place | None = None) -> None:
        self._source = source
        self._receiver = receiver
        self._tracks: dict[int, Track] = {}
        self._rumours: dict[int, Micros] = {}  # addresses that one all-call reply named
        self._swept: Micros | None = None

    def read(self, message: bytes, at: Micros) -> AircraftSeen | None:
        """The sighting in one message of 7 or 14 bytes. None when it says nothing of an aircraft, or is sealed with the
        address of none that is known. Raises ValueError for what is damaged or no Mode S message."""
        kind = message[0] >> 3
        if kind in (17, 18) and len(message) == LONG_BYTES:
            if remainder_of(message):
                raise ValueError("checksum wrong")
            return self._squitter(message, kind, at)
        if len(message) != (SHORT_BYTES if kind < 16 else LONG_BYTES):
            if not message.strip(b"\0"):
                return None  # some receivers keep their connection alive with it
            raise ValueError("a Mode S message whose length does not fit its format")
        if kind == 11:
            return self._all_call(message, at)
        if kind in (0, 4, 5, 16, 20, 21):
            return self._sealed(message, kind, at)
        return None

    # --- messages that name their sender ------------------------------------------------------------------------

    def _all_call(self, message: bytes, at: Micros) -> AircraftSeen | None:
        """The parity is plain when nobody asked; else an interrogator's code lies over it, and with these bits gone a
        checksum proves less: an unknown address is believed when it comes again."""
        remainder = remainder_of(message)
        if remainder & ~_INTERROGATOR:
            raise ValueError("checksum wrong")
        address = _address(message)
        track = self._tracks.get(address)
        if track is None:
            if remainder and not self._is_told_twice(address, at):
                return None
            track = self._new(address, at)
        track.heard = track.vouched = at
        on_ground = _ON_GROUND.get(message[0] & 7)
        return AircraftSeen(at=at, source=self._source, icao=f"{address:06x}", on_ground=on_ground)

    def _squitter(self, message: bytes, kind: int, at: Micros) -> AircraftSeen | None:
        address = _address(message)
        bits = int.from_bytes(message[4:11], "big")
        code = bits >> 51
        low = message[0] & 7
        if kind == 18 and not _is_icao(low, code, bits):
            return None
        track = self._tracks.get(address) or self._new(address, at)
        track.heard = at
        on_ground = None
        if kind == 17:
            track.vouched = at
            on_ground = _ON_GROUND.get(low)
        icao = f"{address:06x}"
        if 9 <= code <= 18 or 20 <= code <= 22:
            lat, lon = self._place(track, bits, False, at) or (None, None)
            return AircraftSeen(
                at=at,
                source=self._source,
                icao=icao,
                lat=lat,
                lon=lon,
                altitude_m=ALTITUDES_M[bits >> 36 & 0xFFF],
                on_ground=on_ground or False,
            )
        if code == 19:
            speed, course, climb = velocity_of(bits)
            return AircraftSeen(
                at=at,
                source=self._source,
                icao=icao,
                speed_mps=speed,
                course_deg=course,
                climb_mps=climb,
                on_ground=on_ground,
            )
        if 5 <= code <= 8:
            lat, lon = self._place(track, bits, True, at) or (None, None)
            return AircraftSeen(
                at=at,
                source=self._source,
                icao=icao,
                lat=lat,
                lon=lon,
                speed_mps=movement_mps(bits >> 44 & 0x7F),
                course_deg=(bits >> 36 & 0x7F) * 360 / 128 if bits >> 43 & 1 else None,
                on_ground=True,
            )
        return AircraftSeen(
            at=at,
            source=self._source,
            icao=icao,
            callsign=callsign_of(bits) if 1 <= code <= 4 else None,
            altitude_m=ALTITUDES_M[bits >> 36 & 0xFFF] if code == 0 else None,
            squawk=squawk_of_13_bits(bits >> 32 & 0x1FFF) if code == 28 and bits >> 48 & 7 == 1 else None,
            on_ground=on_ground,
        )

    def _place(self, track: Track, bits: int, ground: bool, at: Micros) -> Place | None:
        north, east = bits >> 17 & 0x1FFFF, bits & 0x1FFFF
        if not east and not north & 0xFFF:  # what transponders send that have lost their position
            return None
        return track.place(Cell(north, east, bool(bits >> 34 & 1)), ground, at, self._receiver)

    # --- messages sealed with an address ------------------------------------------------------------------------

    def _sealed(self, message: bytes, kind: int, at: Micros) -> AircraftSeen | None:
        address = remainder_of(message)
        track = self._tracks.get(address)
        if track is None or track.vouched is None or at - track.vouched > VOUCHED_FOR:
            return None
        track.heard = at
        code = (message[2] << 8 | message[3]) & 0x1FFF
        first = message[0] & 7
        on_ground = first & 4 if kind in (0, 16) else first in (1, 3)
        return AircraftSeen(
            at=at,
            source=self._source,
            icao=f"{address:06x}",
            callsign=callsign_of(int.from_bytes(message[5:11], "big")) if kind >= 20 and message[4] == 0x20 else None,
            altitude_m=altitude_of_13_bits(code) if kind not in (5, 21) else None,
            squawk=squawk_of_13_bits(code) if kind in (5, 21) else None,
            on_ground=True if on_ground else None,  # who cannot tell whether it flies says that it does
        )

    # --- who is known -------------------------------------------------------------------------------------------

    def _is_told_twice(self, address: int, at: Micros) -> bool:
        before = self._rumours.pop(address, None)
        if before is not None and at - before <= VOUCHED_FOR:
            return True
        self._rumours[address] = at
        if len(self._rumours) > MAX_AIRCRAFT:
            del self._rumours[next(iter(self._rumours))]
        return False

    def _new(self, address: int, at: Micros) -> Track:
        """Room is made by forgetting who was not heard for long, or else the half not heard for longest."""
        tracks = self._tracks
        if self._swept is None or at - self._swept > MINUTE:
            self._swept = at
            for old in [known for known, track in tracks.items() if at - track.heard > FORGOTTEN_AFTER]:
                del tracks[old]
        if len(tracks) >= MAX_AIRCRAFT:
            for old in sorted(tracks, key=lambda known: tracks[known].heard)[: MAX_AIRCRAFT // 2]:
                del tracks[old]
        track = tracks[address] = Track(at)
        return track


def _address(message: bytes) -> int:
    address = int.from_bytes(message[1:4], "big")
    if address in _NO_ADDRESS:
        raise ValueError("not an ICAO address")
    return address


def _is_icao(control: int, code: int, bits: int) -> bool:
    """Whether a squitter of format 18 names an aircraft by its ICAO address: always with control field 0, and as the
    message says with 2 (TIS-B) and 6 (ADS-R); the others are anonymous, coarse, or about the service itself."""
    if control in (2, 6):
        return not bits >> _NOT_ICAO_BIT.get(code, 56) & 1
    return control == 0
