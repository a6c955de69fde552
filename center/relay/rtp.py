"""RTP and RTCP (RFC 3550), and how H.264 (RFC 6184), AAC (RFC 3640) and PCMU (RFC 3551) are put into it.

Knows: packets, and which of them make one picture; what was lost between them; which wall time a sender says its
timestamps stand for.
Refuses to know: sockets, and what becomes of a picture. Nothing raises, whatever the bytes, and what is kept of an
unfinished picture is bounded.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from center.relay.h264 import IDR, PICTURES, split_sample
from center.relay.media import Report, Track

MOST_UNIT_BYTES = 4 << 20
"""A picture of more is a fault. A keyframe of an 8-megapixel camera has about one megabyte."""
MOST_PIECES = 8192
_NOTHING, _STAP_A, _FU_A = 0, 24, 28
_FRAMING_BYTES = 4
_HEAD = struct.Struct(">HHBBHIIBB")
"""A packet's framing on the connection, its own header, and the two bytes that say which part of what follows."""
_unpacked = _HEAD.unpack_from
_length = struct.Struct(">I").pack
_SENDER_REPORT = 200
_AAC_SAMPLES = 1024
_NTP_EPOCH_S = 2_208_988_800

Bytes: TypeAlias = bytes | memoryview


class Unit(msgspec.Struct):
    """One picture or one piece of sound as the camera sent it. `pieces`, one behind the other, are its sample; of H.264
    and H.265 that is NAL units, each behind its length in four bytes. They may be views of what was read last: nobody
    keeps them. `ts`: its RTP timestamp, which wraps. `kinds`: a bit for each type of NAL units there is.
    `size`: of all pieces, where it is known. `track` is there when it is the first sample of a new one."""

    pieces: Sequence[Bytes]
    ts: int
    is_key: bool
    kinds: int = 0
    size: int = 0
    track: Track | None = None

    @property
    def parts(self) -> list[bytes]:
        """H.264's and H.265's NAL units, copied; of anything else the whole."""
        whole = b"".join(self.pieces)
        return split_sample(whole) if self.kinds else [whole]


Done = Callable[[Unit], None]


class Depacketiser(ABC):
    """Packets in, whole units out, to `done`. `faults` counts packets that made no sense, `lost` those that never
    came; `next` is the number that is due."""

    def __init__(self, done: Done) -> None:
        self.faults = 0
        self.lost = 0
        self._done = done
        self.next = -1

    @abstractmethod
    def packet(self, packet: bytes) -> None: ...

    def receive(self, data: memoryview, at: int, end: int) -> int:
        """The packet that stands there in `data`, behind its framing (RFC 2326, 10.12)."""
        self.packet(bytes(data[at + _FRAMING_BYTES : end]))
        return end

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
        missing = 0 if self.next < 0 else (number - self.next) & 0xFFFF
        self.next = (number + 1) & 0xFFFF
        if missing:
            self.lost += missing if missing < 0x8000 else 0
        return missing


def _unpadded(packet: bytes, at: int) -> bytes:
    """Without the padding that the header tells of, if it leaves any payload."""
    if packet[0] & 0x20 and 0 < packet[-1] < len(packet) - at:
        return packet[: -packet[-1]]
    return packet


_ONE_BYTE = [bytes((number,)) for number in range(256)]


class H264(Depacketiser):
    """RFC 6184: single NAL units, STAP-A, FU-A. After a loss nothing is given out until a picture that a decoder may
    begin with: what refers to a lost picture would only show garbage."""

    def __init__(self, done: Done) -> None:
        super().__init__(done)
        self._pieces: list[Bytes] = []
        self._size = 0
        self._kinds = 0
        self._ts = -1
        self._open: tuple[int, int] | None = None
        """Of the NAL unit that comes in fragments: which piece its length will be, and how much was there before."""
        self._is_torn = False
        self._is_whole = False

    def receive(self, data: memoryview, at: int, end: int) -> int:
        """And those right behind it that are whole and of the same channel: a picture's packets mostly come together,
        and most of them are what is due, which is told at a glance and copied only if the picture is not finished."""
        size = len(data)
        last = size - _HEAD.size
        if at > last:
            return super().receive(data, at, end)
        mine = data[at] << 8 | data[at + 1]
        pieces = self._pieces
        fresh = len(pieces)
        while at <= last:
            channel, length, first, second, number, ts, _, indicator, header = _unpacked(data, at)
            stop = at + _FRAMING_BYTES + length
            if channel != mine or stop > size:
                break
            is_due = (
                first == 0x80
                and number == self.next
                and length > 14
                and (ts == self._ts or not pieces)
                and self._size <= MOST_UNIT_BYTES
                and len(pieces) < MOST_PIECES
                and not self._is_torn
            )
            kind = indicator & 0x9F if is_due else _NOTHING
            if kind == _FU_A and self._open and header < 0x80:
                pieces.append(data[at + 18 : stop])
                self._size += length - 14
                if header & 0x40:
                    self._close()
            elif kind == _FU_A and not self._open and 0x80 < header < 0x98:
                self._open = len(pieces), self._size
                pieces += (b"", _ONE_BYTE[indicator & 0xE0 | header & 0x1F], data[at + 18 : stop])
                self._size += length - 9
                self._kinds |= 1 << (header & 0x1F)
            elif 0 < kind < _STAP_A and not self._open:
                pieces += (_length(length - 12), data[at + 16 : stop])
                self._size += length - 8
                self._kinds |= 1 << kind
            else:
                self.packet(bytes(data[at + _FRAMING_BYTES : stop]))
                pieces, fresh, at = self._pieces, min(fresh, len(self._pieces)), stop
                continue
            self._ts = ts
            self.next = (number + 1) & 0xFFFF
            at = stop
            if second & 0x80:
                self._finished()
                pieces, fresh = self._pieces, 0
        if pieces:
            pieces[fresh:] = map(bytes, pieces[fresh:])
        return at

    def packet(self, packet: bytes) -> None:
        at = 12 if packet[:1] == b"\x80" and len(packet) > 12 else self._payload_at(packet)
        if not at:
            return
        number = packet[2] << 8 | packet[3]
        if number == self.next:
            self.next = (number + 1) & 0xFFFF
        elif self._gap(packet):
            self._torn()
        if packet[0] & 0x20:
            packet = _unpadded(packet, at)
        if (ts := int.from_bytes(packet[4:8], "big")) != self._ts:
            self._finished()  # its last packet did not say that it was the last
            self._ts = ts
        self._take(packet, at)
        if packet[1] & 0x80:
            self._finished()

    def _take(self, packet: bytes, at: int) -> None:
        indicator = packet[at]
        kind = indicator & 0x1F
        if self._is_torn:
            return
        if kind == _FU_A:
            self._fragment(packet, at, indicator)
        elif self._open:
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
        if header & 0x80:
            if self._open or not 1 <= header & 0x1F <= 23:
                self._bad()
                return
            self._open = len(self._pieces), self._size
            self._pieces += (b"", _ONE_BYTE[indicator & 0xE0 | header & 0x1F])
            self._size += 5
            self._kinds |= 1 << (header & 0x1F)
        elif not self._open:
            self._bad()
            return
        self._pieces.append(packet[at + 2 :])
        self._size += len(packet) - at - 2
        if self._size > MOST_UNIT_BYTES or len(self._pieces) > MOST_PIECES:
            self._bad()
        elif header & 0x40:
            self._close()

    def _close(self) -> None:
        """The last fragment has come: now the length is known."""
        assert self._open is not None
        place, before = self._open
        self._pieces[place] = _length(self._size - before - 4)
        self._open = None

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
        self._pieces += (_length(len(nal)), nal)
        self._kinds |= 1 << (nal[0] & 0x1F)
        self._size += 4 + len(nal)
        if self._size > MOST_UNIT_BYTES or len(self._pieces) > MOST_PIECES:
            self._bad()

    def _bad(self) -> None:
        self.faults += 1
        self._torn()

    def _torn(self) -> None:
        """The picture in hand is not whole, and those that refer to it are worth nothing."""
        self._is_torn = True
        self._is_whole = False
        self._pieces.clear()
        self._open = None

    def _finished(self) -> None:
        if self._open:
            self._bad()
        pieces, size, kinds = self._pieces, self._size, self._kinds
        self._pieces, self._size, self._kinds = [], 0, 0
        if self._is_torn:
            self._is_torn = False
            return
        is_key = kinds >> IDR & 1 == 1
        self._is_whole = self._is_whole or is_key
        if pieces and (self._is_whole or not kinds & PICTURES):
            self._done(Unit(pieces, self._ts, is_key, kinds, size))


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
    """What the sender's reports (RFC 3550, 6.4.1) say about its own wall clock. `report`: the newest; None before the
    first."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self._rate_hz = 1

    def begin(self, rate_hz: int) -> None:
        """A new session, whose timestamps count so many a second."""
        self.report, self._rate_hz = None, rate_hz

    def receive(self, data: memoryview, at: int, end: int) -> int:
        self.packet(bytes(data[at + _FRAMING_BYTES : end]))
        return end

    def packet(self, packet: bytes) -> None:
        """A compound RTCP packet; all but sender reports is passed over."""
        at = 0
        while at + 8 <= len(packet) and packet[at] & 0xC0 == 0x80:
            size = 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
            if packet[at + 1] == _SENDER_REPORT and at + 20 <= len(packet):
                seconds = int.from_bytes(packet[at + 8 : at + 12], "big")
                fraction = int.from_bytes(packet[at + 12 : at + 16], "big")
                if seconds >> 31:  # else it is elapsed time, or none: no clock
                    micros = (seconds - _NTP_EPOCH_S) * 1_000_000 + (fraction * 1_000_000 >> 32)
                    self.report = Report(micros, int.from_bytes(packet[at + 16 : at + 20], "big"), self._rate_hz)
            at += size
