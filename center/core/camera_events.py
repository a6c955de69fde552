"""What cameras say, and what the relay answers about them.

Knows: the shape of these facts; events.py counts them among all the others.
Refuses to know: how a camera speaks, and who watches.
"""

from __future__ import annotations

from typing import TypeAlias

from center.core.fact import Answer, Event, Micros


class CameraChanged(Event, frozen=True, kw_only=True):
    """A camera that is watched, as the relay finds it: `state` is live, stale (it shows its last picture for ever),
    offline, or idle (nobody watches any more); `since` when, `pictured_at` when the last fresh picture came."""

    camera: str
    state: str
    since: Micros | None = None
    pictured_at: Micros | None = None
    why: str = ""


class StreamChanged(Event, frozen=True, kw_only=True):
    """Somebody with a ticket began to be sent a camera's pictures, is sent them no more, or was turned away: `what` is
    begun, ended or refused. Whose ticket it was says `operator`; of a stranger nothing is known."""

    ticket: str
    camera: str
    operator: str
    what: str
    why: str = ""


class CameraLooked(Event, frozen=True, kw_only=True):
    """Where an aircraft's camera looks, as it says itself: the middle of its picture on the ground, its four corners
    there as (latitude, longitude) in order around the picture, and where the camera is. What a message did not say is
    missing."""

    camera: str
    lat: float | None = None
    lon: float | None = None
    corners: tuple[tuple[float, float], ...] = ()
    camera_lat: float | None = None
    camera_lon: float | None = None
    altitude_m: float | None = None
    range_m: float | None = None


class VideoRefused(Answer, frozen=True, kw_only=True):
    """The relay cannot keep a ticket: `why` is for people."""

    why: str


class ClipKept(Answer, frozen=True, kw_only=True):
    """A clip is on disk: from `start` to `end` as it turned out, `size` bytes, `sha256` of the file. With `trouble`,
    why there is none, there is none."""

    start: Micros | None = None
    end: Micros | None = None
    size: int = 0
    sha256: str = ""
    trouble: str = ""


AnyCameraEvent: TypeAlias = CameraChanged | CameraLooked | StreamChanged | VideoRefused | ClipKept
