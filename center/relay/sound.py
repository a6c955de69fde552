"""Telephone sound made fit for browsers: G.711 to Opus.

Knows: how G.711 codes a sample, and an encoder per microphone, however many listen.
Refuses to know: where the sound comes from and who listens.

The decoding is a table and the encoder sees nothing but samples, so no byte of a camera's reaches native code.
"""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from center.relay.media import Track
from center.relay.rtp import Unit

RATE_HZ = 48_000
_TELEPHONE_HZ = 8000
_BITS_PER_S = 24_000
_MOST_GAP = _TELEPHONE_HZ // 10
_MOST_SAMPLES = _TELEPHONE_HZ


def _mu_law() -> NDArray[np.int16]:
    """ITU-T G.711, table 2."""
    code = ~np.arange(256) & 0xFF
    size = ((code & 0x0F) * 8 + 132 << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _a_law() -> NDArray[np.int16]:
    """ITU-T G.711, table 1."""
    code = np.arange(256) ^ 0x55
    segment = code >> 4 & 7
    size = (code & 0x0F) * 16 + 8
    size = np.where(segment > 0, size + 256 << np.maximum(segment - 1, 0), size)
    return np.where(code & 0x80, size, -size).astype(np.int16)


_TABLES = {"PCMU": _mu_law, "PCMA": _a_law}


class Opus:
    """An assembler: samples of 20 ms, whatever the packets held. After a gap the encoder begins anew."""

    macroblocks = 0

    def __init__(self, codec: str) -> None:
        self._table = _TABLES[codec]()
        self._next: int | None = None
        self._told: Track | None = None
        self._begin(0)

    def take(self, unit: Unit) -> Sequence[Unit]:
        samples = self._table[np.frombuffer(unit.pieces[0][:_MOST_SAMPLES], np.uint8)]
        gap = 0 if self._next is None else (unit.ts - self._next + (1 << 31)) % (1 << 32) - (1 << 31)
        if self._next is None or abs(gap) > _MOST_GAP:
            self._begin(unit.ts)
        self._next = (unit.ts + len(samples)) % (1 << 32)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = _TELEPHONE_HZ
        frame.pts = self._pts
        self._pts += len(samples)
        return [self._sample(bytes(packet), packet.pts or 0) for packet in self._encoder.encode(frame)]

    def _begin(self, ts: int) -> None:
        encoder = av.AudioCodecContext.create("libopus", "w")
        encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", "s16"
        encoder.bit_rate = _BITS_PER_S
        encoder.options = {"application": "voip", "frame_duration": "20"}
        encoder.open()
        self._encoder = encoder
        self._began = ts * (RATE_HZ // _TELEPHONE_HZ)
        self._pts = 0
        head = bytes(encoder.extradata or b"").ljust(19, b"\0")
        skip = int.from_bytes(head[10:12], "little")
        extra = bytes((0, 1)) + skip.to_bytes(2, "big") + RATE_HZ.to_bytes(4, "big") + bytes(3)
        self._track = Track("opus", extra, RATE_HZ, channels=1)

    def _sample(self, data: bytes, pts: int) -> Unit:
        track = None if self._told == self._track else self._track
        self._told = self._track
        return Unit((data,), (self._began + pts) % (1 << 32), True, track=track)
