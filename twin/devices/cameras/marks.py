"""The clock that a camera writes into its pictures for machines: rows of black and white blocks, and an SEI message.

Knows: both layouts (docs/cameras.md), and their checksum.
Refuses to know: what the clock shows and why; cameras, encoders. Who reads the marks has a reader of their own.

The code: two rows of 40 square blocks from the upper left corner, each a fortieth of the picture's width. White is 1.
The first row begins with 1 0, the second ends with 0 1; between them stand 38 + 38 bits, most significant first: 42
bits of milliseconds since 1970 UTC, 16 bits of the frame's number, 2 flags, and 16 bits of CRC-16/CCITT-FALSE over the
60 bits before, taken as eight bytes, big-endian, with four zero bits in front.
"""

from __future__ import annotations

import re
import struct
from uuid import UUID

import numpy as np

from twin.devices.cameras.things import CODE_BLOCKS, Image

SEI_UUID = UUID("0088c131-7099-4b84-9383-2faf4372a394")
SEI_VERSION = 1
REPEATABLE = 0b01
"""Flag: nothing happens here, and this very picture may be shown again later; the code's clock is then of the first
time. In the SEI message: this picture has been shown before."""
CLOCK_BITS, NUMBER_BITS, FLAG_BITS = 42, 16, 2
BLACK, WHITE = 16, 235


def code(clock_us: int, number: int, flags: int) -> int:
    """The 76 bits."""
    clock_ms = clock_us // 1000 % (1 << CLOCK_BITS)
    word = (clock_ms << NUMBER_BITS | number % (1 << NUMBER_BITS)) << FLAG_BITS | flags
    return word << 16 | crc16(word.to_bytes(8, "big"))


def draw_code(canvas: Image, clock_us: int, number: int, flags: int) -> None:
    """Into the upper left corner of a BGR picture."""
    bits = f"10{code(clock_us, number, flags):076b}01"
    levels = np.where(np.frombuffer(bits.encode(), np.uint8) == ord("1"), WHITE, BLACK).astype(np.uint8)
    block = canvas.shape[1] // CODE_BLOCKS
    rows = levels.reshape(2, CODE_BLOCKS).repeat(block, axis=0).repeat(block, axis=1)
    canvas[: 2 * block, : CODE_BLOCKS * block] = rows[..., None]


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF, nothing reflected."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


def sei(clock_us: int, number: int, flags: int) -> bytes:
    """A NAL unit with the message user_data_unregistered (H.264 annex D.1.7): UUID, version, flags, frame's number (32
    bits), microseconds since 1970 UTC (64 bits), all big-endian."""
    payload = SEI_UUID.bytes + struct.pack(">BBIQ", SEI_VERSION, flags, number % (1 << 32), max(0, clock_us))
    return b"\x06" + _escaped(bytes((5, len(payload))) + payload + b"\x80")


_ZEROS = re.compile(rb"\x00\x00(?=[\x00-\x03])")


def _escaped(rbsp: bytes) -> bytes:
    """With emulation prevention (H.264, 7.4.1): no start code inside."""
    return _ZEROS.sub(b"\x00\x00\x03", rbsp)
