"""Sending a recording again, open loop: every message at its time, whether the center keeps up or not.

Knows: pacing by the recording's own times, and how late each message left.
Refuses to know: what the messages say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from twin.recording import Recording
from twin.wire_carrier import WireCarrier

SECOND_US = 1_000_000
MAX_LATES = 500_000
BREATH = 64
ROOM = 500  # messages that may wait at a sending end when there is no pace to keep


class Replayed(msgspec.Struct, frozen=True):
    """How it went. Lateness in wall seconds: how much later than its time each message left. `lost`: could not leave.
    `unknown`: of feeds that the site does not have. `damage`: where the recording could not be read further."""

    messages: int
    bytes: int
    seconds: float
    messages_per_s: float
    late_p50_s: float
    late_p95_s: float
    late_max_s: float
    lost: int
    unknown: int
    damage: str


async def send(
    recording: Recording,
    site: Mapping[str, Any],
    folder: Path,
    speed: float | None,
    origin_s: float,
    progress: Callable[[int], None],
) -> Replayed:
    """Send to the center of a site file's tables. `speed`: how many of the recording's seconds in one of the wall's;
    None for as fast as it goes. The first message leaves when the wall says `origin_s`."""
    feeds = {feed["name"]: feed for feed in site["feeds"]}
    carrier = WireCarrier(list(feeds.values()), folder, {}, _unheard)
    await carrier.open()
    first_us: int | None = None
    lates: list[float] = []
    count = size = unknown = 0
    started = time.time()
    try:
        for at_us, feed, peer, data in recording.messages():
            if feed not in feeds:
                unknown += 1
                continue
            if first_us is None:
                first_us = at_us
                await asyncio.sleep(max(0.0, origin_s - time.time()))
                started = time.time()
            due = started + (0.0 if speed is None else (at_us - first_us) / SECOND_US / speed)
            if speed is not None:
                await _wait_until(due)
                lates.append(max(0.0, time.time() - due))
                if len(lates) > MAX_LATES:
                    del lates[::2]
            if feeds[feed]["link"] == "http":
                carrier.post(feed, peer, data, _unanswered)
            else:
                carrier.send(feed, peer, data)
            count += 1
            size += len(data)
            if count % BREATH == 0:
                await asyncio.sleep(0)
                progress(count)
                if speed is None:
                    await carrier.drained(ROOM)
        await carrier.drained()
    finally:
        await carrier.close()
    seconds = max(1e-9, time.time() - started)
    lates = sorted(lates) or [0.0]
    return Replayed(
        messages=count,
        bytes=size,
        seconds=round(seconds, 3),
        messages_per_s=round(count / seconds, 1),
        late_p50_s=round(lates[len(lates) // 2], 6),
        late_p95_s=round(lates[min(len(lates) - 1, len(lates) * 95 // 100)], 6),
        late_max_s=round(lates[-1], 6),
        lost=carrier.lost,
        unknown=unknown,
        damage=recording.damage,
    )


async def _wait_until(due: float) -> None:
    ahead = due - time.time()
    if ahead > 0.0:
        await asyncio.sleep(ahead)


def _unheard(topic: str, payload: bytes) -> None:
    """A replay has no terminals."""


def _unanswered(_: bool) -> None:
    """A replay is open loop: it sends what was sent, retransmissions too."""
