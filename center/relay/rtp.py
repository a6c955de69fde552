"""RTP and RTCP (RFC 3550), and how H.264 (RFC 6184), AAC (RFC 3640) and PCMU (RFC 3551) are put into it.

Knows: packets, and which of them make one picture; what was lost between them; which wall time a sender says its
timestamps stand for.
Refuses to know: sockets, and what becomes of a picture. Nothing raises, whatever the bytes, and what is kept of an
unfinished picture is bounded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from center.relay.h264 import IDR, PICTURES

MOST_UNIT_BYTES = 4 << 20
"""A picture of more is a fault. A keyframe of an 8-megapixel camera has about one megabyte."""
MOST_NALS = 1024
_STAP_A, _FU_A = 24, 28
_SENDER_REPORT = 200
_AAC_SAMPLES = 1024
_NTP_EPOCH_S = 2_208_988_800


class Unit(NamedTuple):
    """One picture or one piece of sound as the camera sent it. `ts`: its RTP timestamp, which wraps. For H.264 `parts`
    are its NAL units in their order, for everything else one piece. `kinds`: a bit for each NAL unit type there is."""

    parts: tuple[bytes, ...]
    ts: int
    is_key: bool
    kinds: int = 0


Done = Callable[[Unit], None]


class Depacketiser(ABC):
    """Packets in, whole units out, to `done`. `faults` counts packets that made no sense, `lost` those that never
    came."""

    def __init__(self, done: Done) -> None:
        self.faults = 0
        self.lost = 0
        self._done = done
        self._next = -1

    @abstractmethod
    def packet(self, packet: bytes) -> None: ...

    def receive(self, data: bytes, at: int, end: int) -> None:
        """The packet that stands there in `data`."""
        self.packet(data[at:end])

    def _payload_at(self, packet: bytes) -> int:
        """Where the payload begins; 0 for a packet that is none. Padding is still on."""
        first = packet[0] if len(packet) > 12 else 0
        if first & 0xC0 != 0x80:
            self.faults += 1
            return 0
        at = 12 + 4 * (first & 0x0F)
        if first & 0x10:
            if len(packet) < at + 4:
                self.faults += 1
                return 0
            at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
        if at >= len(packet):
            self.faults += 1
            return 0
        return at

    def _gap(self, packet: bytes) -> int:
        """How many packets are missing before this one. A step back or a large one is a sender that began anew."""
        number = packet[2] << 8 | packet[3]
        missing = 0 if self._next < 0 else (number - self._next) & 0xFFFF
        self._next = (number + 1) & 0xFFFF
        if missing:
            self.lost += missing if missing < 0x8000 else 0
        return missing


def _unpadded(packet: bytes, at: int) -> bytes:
    """Without the padding that the header tells of, if it leaves any payload."""
    if packet[0] & 0x20 and 0 < packet[-1] < len(packet) - at:
        return packet[: -packet[-1]]
    return packet


class H264(Depacketiser):
    """RFC 6184: single NAL units, STAP-A, FU-A. After a loss nothing is given out until a picture that a decoder may
    begin with: what refers to a lost picture would only show garbage."""

    def __init__(self, done: Done) -> None:
        super().__init__(done)
        self._nals: list[bytes] = []
        self._kinds = 0
        self._bytes = 0
        self._stamp = b""
        self._fragments: list[bytes] = []
        self._is_torn = False
        self._is_whole = False

    def receive(self, data: bytes, at: int, end: int) -> None:
        """Most packets go on with a picture that is under way: those are told at a glance."""
        fragments = self._fragments
        if (
            fragments
            and end - at > 14
            and data[at] == 0x80
            and data[at + 12] & 0x9F == _FU_A
            and (header := data[at + 13]) < 0x80
            and data[at + 2] << 8 | data[at + 3] == self._next
            and data[at + 4 : at + 8] == self._stamp
            and self._bytes < MOST_UNIT_BYTES
        ):
            fragments.append(data[at + 14 : end])
            self._bytes += end - at
            self._next = (self._next + 1) & 0xFFFF
            if header & 0x40:
                self._nals.append(b"".join(fragments))
                self._fragments = []
            if data[at + 1] & 0x80:
                self._finished()
        else:
            self.packet(data[at:end])

    def packet(self, packet: bytes) -> None:
        at = 12 if packet[:1] == b"\x80" and len(packet) > 12 else self._payload_at(packet)
        if not at:
            return
        number = packet[2] << 8 | packet[3]
        if number == self._next:
            self._next = (number + 1) & 0xFFFF
        elif self._gap(packet):
            self._torn()
        if packet[0] & 0x20:
            packet = _unpadded(packet, at)
        if packet[4:8] != self._stamp:
            self._finished()  # its last packet did not say that it was the last
            self._stamp = packet[4:8]
        self._take(packet, at)
        if packet[1] & 0x80:
            self._finished()

    def _take(self, packet: bytes, at: int) -> None:
        indicator = packet[at]
        kind = indicator & 0x1F
        if kind == _FU_A:
            self._fragment(packet, at, indicator)
        elif self._fragments:
            self._bad()  # the rest of a fragmented one never came
        elif 1 <= kind <= 23 and not indicator & 0x80:
            self._keep(packet[at:])
        elif kind == _STAP_A:
            self._several(packet, at + 1)
        else:
            self._bad()

    def _fragment(self, packet: bytes, at: int, indicator: int) -> None:
        if len(packet) < at + 3 or indicator & 0x80:
            self._bad()
            return
        header = packet[at + 1]
        fragments = self._fragments
        if header & 0x80:
            if fragments or not 1 <= header & 0x1F <= 23:
                self._bad()
                return
            fragments.append(bytes((indicator & 0xE0 | header & 0x1F,)))
            self._kinds |= 1 << (header & 0x1F)
        elif not fragments:
            if not self._is_torn:
                self._bad()
            return
        fragments.append(packet[at + 2 :])
        self._bytes += len(packet)
        if self._bytes > MOST_UNIT_BYTES:
            self._bad()
        elif header & 0x40:
            self._nals.append(b"".join(fragments))
            self._fragments = []
            if len(self._nals) > MOST_NALS:
                self._bad()

    def _several(self, packet: bytes, at: int) -> None:
        while at + 2 < len(packet):
            size = packet[at] << 8 | packet[at + 1]
            at += 2
            if not size or at + size > len(packet) or not 1 <= packet[at] & 0x1F <= 23 or packet[at] & 0x80:
                self._bad()
                return
            self._keep(packet[at : at + size])
            at += size

    def _keep(self, nal: bytes) -> None:
        self._nals.append(nal)
        self._kinds |= 1 << (nal[0] & 0x1F)
        self._bytes += len(nal)
        if self._bytes > MOST_UNIT_BYTES or len(self._nals) > MOST_NALS:
            self._bad()

    def _bad(self) -> None:
        self.faults += 1
        self._torn()

    def _torn(self) -> None:
        """The picture in hand is not whole, and those that refer to it are worth nothing."""
        self._is_torn = True
        self._is_whole = False
        self._fragments = []

    def _finished(self) -> None:
        if self._fragments:
            self._bad()
        nals, self._nals = self._nals, []
        self._bytes = 0
        kinds, self._kinds = self._kinds, 0
        is_torn, self._is_torn = self._is_torn, False
        if is_torn or not nals:
            return
        begins = bool(kinds & 1 << IDR)
        if begins:
            self._is_whole = True
        elif not self._is_whole and kinds & PICTURES:
            return
        self._done(Unit(tuple(nals), int.from_bytes(self._stamp, "big"), begins, kinds))


class Plain(Depacketiser):
    """A payload that is the sound itself: PCMU, PCMA, Opus."""

    def packet(self, packet: bytes) -> None:
        at = self._payload_at(packet)
        if at:
            self._gap(packet)
            packet = _unpadded(packet, at)
            self._done(Unit((packet[at:],), int.from_bytes(packet[4:8], "big"), True))


class Aac(Depacketiser):
    """RFC 3640, AAC-hbr: sizes of 13 bits and indices of 3 before the access units. Fragments are not for sound of this
    size, and are left out."""

    def packet(self, packet: bytes) -> None:
        at = self._payload_at(packet)
        if not at or len(packet) < at + 4:
            return
        self._gap(packet)
        packet = _unpadded(packet, at)
        count = int.from_bytes(packet[at : at + 2], "big") // 16
        data_at = at + 2 + 2 * count
        ts = int.from_bytes(packet[4:8], "big")
        for number in range(count):
            header = packet[at + 2 + 2 * number : at + 4 + 2 * number]
            size = int.from_bytes(header, "big") >> 3
            if not size or len(header) < 2 or data_at + size > len(packet):
                self.faults += 1
                break
            there = (ts + number * _AAC_SAMPLES) & 0xFFFFFFFF
            self._done(Unit((packet[data_at : data_at + size],), there, True))
            data_at += size


class SenderClock:
    """What the sender's reports (RFC 3550, 6.4.1) say about its own wall clock."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._at: tuple[int, int] | None = None

    def receive(self, data: bytes, begin: int, end: int) -> None:
        self.packet(data[begin:end])

    def packet(self, packet: bytes) -> None:
        """A compound RTCP packet; all but sender reports is passed over."""
        at = 0
        while at + 8 <= len(packet) and packet[at] & 0xC0 == 0x80:
            size = 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
            if packet[at + 1] == _SENDER_REPORT and at + 20 <= len(packet):
                seconds = int.from_bytes(packet[at + 8 : at + 12], "big")
                fraction = int.from_bytes(packet[at + 12 : at + 16], "big")
                if seconds:
                    micros = (seconds - _NTP_EPOCH_S) * 1_000_000 + (fraction * 1_000_000 >> 32)
                    self._at = (micros, int.from_bytes(packet[at + 16 : at + 20], "big"))
            at += size

    def micros(self, ts: int) -> int | None:
        """When the sender says that `ts` was, in microseconds UTC; None before its first report. It may be wrong."""
        if self._at is None:
            return None
        micros, reported = self._at
        ahead = (ts - reported + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return micros + ahead * 1_000_000 // self._rate_hz
