"""What owners of community cameras send of their own accord.

Knows: the shape of these facts; events.py counts them among all the others.
Refuses to know: who was asked. That somebody has not answered is no fact, so nothing here could say it.
"""

from __future__ import annotations

from typing import TypeAlias

from center.core.fact import Event, Micros


class ClipOffered(Event, frozen=True, kw_only=True):
    """An owner's clip has come in and waits in quarantine. `request` is what it answers, `file` its name there. From
    `begins` to `ends` by the camera's clock, which was `clock_off_us` ahead of ours (behind, if negative) when it was
    sent; None where the owner did not say. `says` are the owner's words. What a process apart found of it: `seconds`
    long, so large, so coded. `sha256` is that of the file, which the owner has signed."""

    request: str
    owner: str
    file: str
    begins: Micros
    ends: Micros
    size: int
    sha256: str
    seconds: float
    width: int
    height: int
    codec: str
    clock_off_us: int | None = None
    says: str = ""


class LiveShared(Event, frozen=True, kw_only=True):
    """An owner lets the room see a camera live for what was asked, or (`shares` false) no longer does."""

    request: str
    owner: str
    shares: bool = True


AnyCommunityEvent: TypeAlias = ClipOffered | LiveShared
