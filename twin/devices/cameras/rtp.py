"""RTP: a stream's packets, and the reports that tie its time to a clock.

Knows: headers (RFC 3550), H.264 (RFC 6184: single NAL units, STAP-A, FU-A), PCMU (RFC 3551), KLV (RFC 6597), sender
reports and goodbyes.
Refuses to know: sockets, sessions, and what is in the payload.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache

MOST_PAYLOAD = 1400
NTP_FROM_UNIX_S = 2_208_988_800
_STAP_A, _FU_A = 24, 28
_HEADER = struct.Struct(">BBHII")


@lru_cache(maxsize=8)
def h264_payloads(nals: tuple[bytes, ...], most: int = MOST_PAYLOAD) -> tuple[bytes, ...]:
    """An access unit's payloads: small neighbours together (STAP-A), big ones in pieces (FU-A). Made once for all who
    watch."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    for nal in nals:
        if small and 1 + sum(len(one) + 2 for one in (*small, nal)) > most:
            payloads.append(_together(small))
            small = []
        if len(nal) + 3 <= most:
            small.append(nal)
        else:
            if small:
                payloads.append(_together(small))
                small = []
            payloads.extend(_pieces(nal, most))
    return (*payloads, _together(small)) if small else tuple(payloads)


def _together(nals: list[bytes]) -> bytes:
    if len(nals) == 1:
        return nals[0]
    importance = max(nal[0] & 0x60 for nal in nals)
    return bytes((importance | _STAP_A,)) + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


def _pieces(nal: bytes, most: int) -> Iterator[bytes]:
    indicator, kind, step = nal[0] & 0x60 | _FU_A, nal[0] & 31, most - 2
    for at in range(1, len(nal), step):
        begins, ends = at == 1, at + step >= len(nal)
        yield bytes((indicator, begins << 7 | ends << 6 | kind)) + nal[at : at + step]


def pieces(data: bytes, most: int = MOST_PAYLOAD) -> list[bytes]:
    """A KLV unit's payloads (RFC 6597): cut anywhere, the last one marked."""
    return [data[at : at + most] for at in range(0, len(data), most)]


class Source:
    """One stream of packets: its numbers, its time line, and what its reports say. `rate` is its clock's ticks a
    second; the time line begins with `stamp` at `from_us`."""

    def __init__(self, payload_type: int, rate: int, ssrc: int, sequence: int, stamp: int, from_us: int) -> None:
        self.ssrc = ssrc
        self.sequence = sequence
        self._type = payload_type
        self._rate = rate
        self._stamp = stamp
        self._from_us = from_us
        self._packets = self._octets = 0

    def stamp(self, media_us: int) -> int:
        return (self._stamp + (media_us - self._from_us) * self._rate // 1_000_000) & 0xFFFF_FFFF

    def packets(self, payloads: Sequence[bytes], media_us: int, *, marked: bool = True) -> list[bytes]:
        """`marked`: the last packet carries the marker, which ends an access unit."""
        stamp, ssrc, last = self.stamp(media_us), self.ssrc, len(payloads) - 1
        made = []
        for position, payload in enumerate(payloads):
            marker = 0x80 if marked and position == last else 0
            made.append(_HEADER.pack(0x80, marker | self._type, self.sequence, stamp, ssrc) + payload)
            self.sequence = self.sequence + 1 & 0xFFFF
            self._octets += len(payload)
        self._packets += len(made)
        return made

    def report(self, clock_us: int, media_us: int) -> bytes:
        """A compound RTCP packet: the sender's report, and its name. `clock_us` is the sender's clock at `media_us`."""
        report = struct.pack(
            ">BBHIQIII",
            0x80,
            200,
            6,
            self.ssrc,
            ntp(clock_us),
            self.stamp(media_us),
            self._packets & 0xFFFF_FFFF,
            self._octets & 0xFFFF_FFFF,
        )
        return report + _description(self.ssrc)

    def goodbye(self, clock_us: int, media_us: int) -> bytes:
        return self.report(clock_us, media_us) + struct.pack(">BBHI", 0x81, 203, 1, self.ssrc)


def ntp(clock_us: int) -> int:
    """An NTP time stamp, 32.32 bits."""
    seconds, micros = divmod(clock_us, 1_000_000)
    return (seconds + NTP_FROM_UNIX_S & 0xFFFF_FFFF) << 32 | (micros << 32) // 1_000_000


def _description(ssrc: int, name: bytes = b"camera") -> bytes:
    """SDES with CNAME; its items end in a zero and fill whole words."""
    items = bytes((1, len(name))) + name + b"\0"
    items += b"\0" * (-len(items) % 4)
    return struct.pack(">BBHI", 0x81, 202, 1 + len(items) // 4, ssrc) + items
