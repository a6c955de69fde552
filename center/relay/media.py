"""Pictures and sound on their way: what every part of the relay hands on.

Knows: a track (codec, shape, what its decoder must be told), one sample of it as it goes out, and groups of samples of
which the first stands alone.
Refuses to know: where they come from and who watches.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

TIMESCALE = 90_000
"""Ticks a second of every picture track."""


class Track(msgspec.Struct, frozen=True):
    """`codec` as browsers are asked (RFC 6381). `extra`: the decoder's record: avcC, hvcC, AudioSpecificConfig,
    dOps."""

    codec: str
    extra: bytes
    timescale: int = TIMESCALE
    width: int = 0
    height: int = 0
    channels: int = 0

    @property
    def is_video(self) -> bool:
        return not self.channels


class Offer(msgspec.Struct, frozen=True, tag=True):
    """What a camera says it will send. `codec` in capitals as RTP has it (H264, H265, JPEG, PCMU, MPEG4-GENERIC);
    `sets` are parameter sets, for AAC its AudioSpecificConfig."""

    codec: str
    rate_hz: int
    channels: int = 0
    sets: tuple[bytes, ...] = ()
    width: int = 0
    height: int = 0


class Report(NamedTuple):
    """What a camera said of its own clock: when `ts` was (microseconds UTC), and how many timestamps there are in a
    second. It may be wrong."""

    micros: int
    ts: int
    rate_hz: int

    def at(self, ts: int) -> int:
        """When that was."""
        ahead = (ts - self.ts + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return self.micros + ahead * 1_000_000 // self.rate_hz


class Frame(msgspec.Struct, gc=False):
    """One sample as it goes to every viewer: `wire` is a whole WebSocket message, made once. `at`: center's clock when
    it was here; `report`: what the camera had last said of its own. `decode`, `shift` and `duration` in the track's
    ticks; `ts` and `kinds` as the camera's packets had them (`rtp.Unit`)."""

    wire: bytes
    sample_at: int
    is_key: bool
    at: int
    report: Report | None
    decode: int
    shift: int
    duration: int
    ts: int
    kinds: int
    chunk: bytes | None = None

    @property
    def sample(self) -> memoryview:
        return memoryview(self.wire)[self.sample_at :]


class Gop(msgspec.Struct):
    """A group of pictures: the first is whole in itself, the others follow from it."""

    track: Track
    frames: list[Frame]


class KeptFrame(msgspec.Struct, frozen=True, gc=False):
    """A sample of a clip. Times as in Frame; `source`: when it was by the camera's own clock, where it tells; `data` is
    the sample as a file holds it."""

    data: bytes
    is_key: bool
    at: int
    source: int | None
    decode: int
    shift: int
    duration: int


class KeptGop(msgspec.Struct, frozen=True):
    track: Track
    frames: tuple[KeptFrame, ...]


class Clip(msgspec.Struct, frozen=True):
    """What the ring held of a camera between two moments, from the last keyframe before the first of them. `why` says
    why there is nothing, when there is nothing. `is_from_camera`: it is what the camera itself had kept."""

    camera: str
    gops: tuple[KeptGop, ...]
    why: str = ""
    is_from_camera: bool = False


def without_credentials(text: Any) -> str:
    """An address as people may see it: between `://` and `@` nothing."""
    said = str(text)
    scheme, mark, rest = said.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if mark else said
