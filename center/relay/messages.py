"""What the center and its relay say to each other over their line.

Knows: the messages and how they are put one behind the other.
Refuses to know: who acts on them. Both ends are of one commit: there are no versions.

All times are microseconds of the center's clock.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from center.relay.media import KeptGop, without_credentials


class Source(msgspec.Struct, frozen=True):
    """A camera and where its pictures are. `transport` is for RTSP. `is_always_on`: pulled also while nobody watches,
    so that the moments before a trigger are kept. `ring_s`: how much is kept while it is open."""

    camera: str
    url: str
    transport: Literal["tcp", "udp"] = "tcp"
    is_always_on: bool = False
    ring_s: float = 30.0

    def __repr__(self) -> str:
        return f"Source({self.camera!r}, {without_credentials(self.url)!r})"


class Limits(msgspec.Struct, frozen=True):
    """What the relay refuses beyond. `viewers_each`: streams and stills of one holder at once. `ring_bytes` is of one
    camera, `memory_bytes` of all rings; `out_bytes_per_s` of all viewers together. A camera lingers after its last
    viewer, is stale or offline after so long, and has a keyframe looked at so often (0: never) to see whether its
    picture changes."""

    cameras: int = 64
    viewers: int = 1000
    viewers_each: int = 64
    viewers_per_ticket: int = 4
    ring_bytes: int = 64 << 20
    memory_bytes: int = 1 << 30
    out_bytes_per_s: int = 500_000_000
    linger_s: float = 8.0
    stale_s: float = 3.0
    offline_s: float = 6.0
    look_s: float = 5.0


# --- to the relay -----------------------------------------------------------------------------------------------------


class Setup(msgspec.Struct, frozen=True, tag=True):
    """The first message, and again when cameras change. The center's clock says `now` when the machine's monotonic one
    says `monotonic_ns`. `origins`: pages that may open streams, besides those of the relay's own host name. `tls`: the
    files of a certificate and its key; without them viewers come in unencrypted."""

    sources: tuple[Source, ...]
    limits: Limits
    origins: tuple[str, ...]
    now: int
    monotonic_ns: int
    rate: float
    tls: tuple[str, str] | None = None

    def clock_us(self) -> int:
        """What the center's clock says by this."""
        return self.now + int((time.monotonic_ns() - self.monotonic_ns) / 1000 * self.rate)

    def is_off(self, clock_us: int) -> bool:
        """The clock says that, so it has been set meanwhile."""
        return abs(clock_us - self.clock_us()) > _SET_US * max(1.0, self.rate)


class Admit(msgspec.Struct, frozen=True, tag=True):
    """Whoever shows `token` sees (or with `is_audio` hears, and only hears) the camera until then. Streams of one
    `holder` are counted together; those of nobody are not."""

    ticket: str
    camera: str
    token: str
    until: int
    is_audio: bool = False
    holder: str = ""

    def __repr__(self) -> str:
        return f"Admit({self.ticket!r}, {self.camera!r}, until={self.until})"


class Revoke(msgspec.Struct, frozen=True, tag=True):
    ticket: str


class Export(msgspec.Struct, frozen=True, tag=True):
    """`request` is a number of the center's, which the answers carry. `is_audio`: of what was listened to."""

    request: int
    camera: str
    since: int
    until: int
    is_audio: bool = False


# --- from the relay ---------------------------------------------------------------------------------------------------


class CameraState(msgspec.Struct, frozen=True, tag=True):
    """`since`: when the state began; of a stale camera, when its picture last changed."""

    camera: str
    state: Literal["closed", "opening", "live", "stale", "offline"]
    since: int
    why: str = ""


class Words(msgspec.Struct, frozen=True, tag=True):
    """What a camera says in a track beside its pictures: bytes, as they came."""

    camera: str
    data: bytes


class Viewing(msgspec.Struct, frozen=True, tag=True):
    """A stream has begun or ended for somebody with this ticket. `viewer` tells several streams of one ticket apart."""

    ticket: str
    camera: str
    viewer: int
    is_open: bool
    sent_bytes: int = 0
    why: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Somebody was turned away. `ticket` is empty where the token was nobody's."""

    ticket: str
    camera: str
    why: str
    peer: str = ""


class Kept(msgspec.Struct, frozen=True, tag=True):
    """A part of an export; the last one has no group, and says why when there was none at all."""

    request: int
    gop: KeptGop | None = None
    why: str = ""


ToRelay: TypeAlias = Setup | Admit | Revoke | Export
FromRelay: TypeAlias = CameraState | Words | Viewing | Refused | Kept
Changed: TypeAlias = CameraState | Words | Viewing | Refused
"""What the center hears without asking."""

_SIZE_BYTES = 4
_SET_US = 1_000_000
_to_relay = msgspec.msgpack.Decoder(ToRelay)
_from_relay = msgspec.msgpack.Decoder(FromRelay)
_encoder = msgspec.msgpack.Encoder()


def packed(message: ToRelay | FromRelay) -> bytes:
    data = _encoder.encode(message)
    return len(data).to_bytes(_SIZE_BYTES, "big") + data


class _Unpacker:
    def __init__(self) -> None:
        self._rest = bytearray()

    def _take(self, data: bytes) -> Sequence[bytes]:
        self._rest += data
        found = []
        at = 0
        while at + _SIZE_BYTES <= len(self._rest):
            end = at + _SIZE_BYTES + int.from_bytes(self._rest[at : at + _SIZE_BYTES], "big")
            if end > len(self._rest):
                break
            found.append(bytes(self._rest[at + _SIZE_BYTES : end]))
            at = end
        if at:
            del self._rest[:at]
        return found


class AtRelay(_Unpacker):
    def receive(self, data: bytes) -> list[ToRelay]:
        return [_to_relay.decode(one) for one in self._take(data)]


class AtCenter(_Unpacker):
    def receive(self, data: bytes) -> list[FromRelay]:
        return [_from_relay.decode(one) for one in self._take(data)]
