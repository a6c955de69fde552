"""What a camera of the parish is, what it sees, and what it hands to whoever watches.

Knows: the shape of a camera's facts, of a shot's settings, of a moment in front of the lens and of an encoded frame.
Refuses to know: scenes, codecs, protocols.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["dash", "body", "back-seat", "fixed", "community", "aircraft", "microphone"]
What: TypeAlias = Literal["video", "sound", "metadata"]
Consent: TypeAlias = Literal["always", "per-incident", "on-request", "never"]
Image: TypeAlias = NDArray[np.uint8]

CODE_BLOCKS = 40
"""Blocks in a row of the picture's code: a picture's width is a multiple of it, and of two."""


class CameraFacts(NamedTuple):
    """`camera` is its id, and its path on the server. `unit`: what it rides on. What stands still stands at `lat`,
    `lon` and looks towards `heading_deg`, `view_deg` wide and `range_m` far. A private `owner` has agreed to
    `consent`."""

    camera: str
    kind: Kind
    name: str
    agency: str = ""
    unit: str | None = None
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    view_deg: float | None = None
    range_m: float | None = None
    owner: str | None = None
    consent: Consent | None = None


class Shot(NamedTuple):
    """How a camera films. `width` is a multiple of 80, `height` even. A key frame begins every `gop` frames."""

    width: int = 640
    height: int = 360
    fps: int = 15
    kbps: int = 600
    gop: int = 15

    @property
    def step_us(self) -> int:
        return 1_000_000 // self.fps


BENCH = Shot(1280, 720, 25, 2000, 25)
"""What the relay is measured with."""


class Seen(NamedTuple):
    """What goes on about a camera. `busy`: something happens there, so that nothing may be shown twice. `lights`: red
    and blue of the unit it rides on."""

    speed_mps: float = 0.0
    busy: bool = False
    lights: bool = False


class Moment(NamedTuple):
    """A frame's. `clock_us`: what the camera's clock shows, microseconds UTC. `media_us`: where on the time line of the
    stream. `number`: the frame's. `running_s`: seconds that the scene has gone on."""

    clock_us: int
    media_us: int
    number: int
    running_s: float
    seen: Seen


class Frame(NamedTuple):
    """An access unit. `nals` are H.264 NAL units without start codes, in order; the first of a key frame are SPS and
    PPS. `clock_us` is the camera's clock when it was taken, `media_us` the moment on the time line of the stream."""

    number: int
    clock_us: int
    media_us: int
    is_key: bool
    nals: tuple[bytes, ...]


class Scene(Protocol):
    """Draws what is in front of a lens into a BGR picture, all of it."""

    def draw(self, canvas: Image, moment: Moment) -> None: ...


class Watcher(Protocol):
    """Who watches or listens to a camera. `wants`: what the camera does for it; it may get more. `metadata`: a KLV
    packet. `gone`: the camera has gone away; nothing comes any more."""

    @property
    def wants(self) -> Collection[What]: ...
    def frame(self, frame: Frame) -> None: ...
    def sound(self, ulaw: bytes, media_us: int) -> None: ...
    def metadata(self, packet: bytes, media_us: int) -> None: ...
    def gone(self) -> None: ...
