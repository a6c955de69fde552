"""What a plate reader has to say, before it is said in any vendor's words.

Knows: a camera, what it made of a vehicle, and what a dialect turns that into.
Refuses to know: wire formats, misreading, and when anything is sent.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from twin.devices.ocr import Reading
from twin.devices.things import Passage


class Camera(NamedTuple):
    """One video stream of one agent. `agent_uid` is forty letters and digits, `camera_id` a number."""

    agent_uid: str
    camera_id: int
    name: str
    lat: float
    lon: float


class Candidate(NamedTuple):
    """One reading the agent thought possible. `matches`: the text has the shape of a plate of its region."""

    plate: str
    confidence: float
    matches: bool


class Look(NamedTuple):
    """What the agent made of a vehicle. `course_deg` is its direction of travel."""

    make: str
    model: str
    color: str
    body: str
    course_deg: float
    confidence: float


class Sighting(NamedTuple):
    """What the agent has made of a passage and will send. `read` is its id on the wire; `seen_ms` is by the agent's
    clock; `reading` None: no plate was read."""

    passage: Passage
    read: str
    seen_ms: int
    reading: Reading | None
    look: Look
    camera: Camera


class Out(NamedTuple):
    """One message, `after_us` from now. `peer`: where the line's own does not fit."""

    data: bytes
    peer: str | None = None
    after_us: int = 0


class ReaderDialect(Protocol):
    """A vendor's words. `answers`: each message is a request, sent again until it is answered."""

    @property
    def answers(self) -> bool: ...

    @property
    def shows(self) -> bool:
        """Whether a read has a picture of the plate with it."""
        ...

    def read_id(self, camera: Camera, seen_ms: int) -> str:
        """By what a read is known on the wire."""
        ...

    def passage(self, sighting: Sighting) -> list[Out]: ...

    def heartbeat(self, camera: Camera, now_ms: int, uptime_s: int, reads: int, last_ms: int) -> list[Out]:
        """What is said every minute; `last_ms` is when the last read was, 0 when there was none."""
        ...

    def posing(self, camera: Camera, identity: str) -> Camera:
        """The camera under another's identity."""
        ...
