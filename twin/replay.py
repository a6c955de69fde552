"""Sending a recording again, open loop: every message at its time, whether the center keeps up or not.

Knows: pacing by the recording's own times, which messages are this process's share, and how late each message left.
Refuses to know: what the messages say, and who sends the other shares.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from twin.lateness import Lateness
from twin.pacing import on_steady_clock
from twin.parish_site import COT_FEED
from twin.recording import Carried, Recording
from twin.wire_carrier import WireCarrier

SECOND_US = 1_000_000
BREATH = 64
ROOM = 500  # messages that may wait at a sending end when there is no pace to keep
ONE_END = ("tcp", "folder", "poll")
"""Links at whose sending end only one can be: who listens, who fills a folder."""


class Share(NamedTuple):
    """The messages that one of several processes sends. Those of one peer are all in one share, so that they stay in
    order. Requests (`http`) have no order among them, here as in life, and are dealt in turn."""

    number: int = 0
    of: int = 1

    def has(self, link: str, message: Carried, turn: int) -> bool:
        """`turn` counts the feed's messages."""
        if self.of == 1 or link in ONE_END:
            return self.number == 0
        if link == "http":
            return turn % self.of == self.number
        return crc32(f"{message.feed}/{message.peer}".encode()) % self.of == self.number


class Start(NamedTuple):
    """The recording's moment `first_us` is when the wall says `origin_s`; `speed` of its seconds pass in one of the
    wall's, or, with None, as many as can. `site` is a site file's tables, in `folder`."""

    site: Mapping[str, Any]
    folder: Path
    speed: float | None
    first_us: int
    origin_s: float


class Sent(msgspec.Struct, frozen=True):
    """What one process sent. `lost`: could not leave. `unknown`: of feeds that the site does not have."""

    messages: int
    bytes: int
    began_s: float
    ended_s: float
    late: Lateness
    lost: int
    unknown: int
    damage: str


class Sender(msgspec.Struct, frozen=True):
    """One process of several: how much it sent, and how late (wall seconds)."""

    messages: int
    late_p50_s: float
    late_p95_s: float
    late_max_s: float


class Replayed(msgspec.Struct, frozen=True):
    """How it went in all. Lateness in wall seconds: how much later than its time each message left; percentiles are
    exact to a hundredth. `damage`: where the recording could not be read further."""

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
    processes: tuple[Sender, ...]


async def send(recording: Recording, start: Start, share: Share, progress: Callable[[int], None]) -> Sent:
    """Send one share. `progress` gets the number of messages sent, now and then."""
    many_files()
    feeds = {feed["name"]: feed for feed in [*start.site["feeds"], *_tak(start.site)]}
    mine = [feed for feed in feeds.values() if share.number == 0 or feed["link"] not in ONE_END]
    carrier = WireCarrier(mine, start.folder, {}, _unheard, client=f"rtcc-twin-{share.number}")
    await carrier.open()
    turns = dict.fromkeys(feeds, 0)
    late = Lateness()
    count = size = unknown = 0
    origin_s = on_steady_clock(start.origin_s)
    await _wait_until(origin_s)
    began = time.monotonic()
    try:
        for message in recording.messages():
            if message.feed not in feeds:
                unknown += share.number == 0
                continue
            link = feeds[message.feed]["link"]
            turns[message.feed] += 1
            if not share.has(link, message, turns[message.feed]):
                continue
            if start.speed is not None:
                due = origin_s + (message.at_us - start.first_us) / SECOND_US / start.speed
                await _wait_until(due)
                late.add(time.monotonic() - due)
            if link == "http":
                carrier.post(message.feed, message.peer, message.data, _unanswered)
            else:
                carrier.send(message.feed, message.peer, message.data)
            count += 1
            size += len(message.data)
            if count % BREATH == 0:
                await asyncio.sleep(0)
                progress(count)
                if start.speed is None:
                    await carrier.drained(ROOM)
        await carrier.drained()
    finally:
        await carrier.close()
    return Sent(count, size, began, time.monotonic(), late, carrier.lost, unknown, recording.damage)


def _tak(site: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The port for TAK clients as a feed. Where they must show a certificate, nobody can speak in their names."""
    cot = site.get("cot")
    if cot is None or "certificate" in cot:
        return []
    return [{"name": COT_FEED, "format": "cot", "link": "tcp-listen", "listen": cot["listen"]}]


def together(sent: Sequence[Sent]) -> Replayed:
    """What several processes sent, as one."""
    late = Lateness()
    for one in sent:
        late.take(one.late)
    seconds = max(1e-9, max(one.ended_s for one in sent) - min(one.began_s for one in sent))
    messages = sum(one.messages for one in sent)
    return Replayed(
        messages=messages,
        bytes=sum(one.bytes for one in sent),
        seconds=round(seconds, 3),
        messages_per_s=round(messages / seconds, 1),
        late_p50_s=round(late.at(0.50), 6),
        late_p95_s=round(late.at(0.95), 6),
        late_max_s=round(late.most_s, 6),
        lost=sum(one.lost for one in sent),
        unknown=sum(one.unknown for one in sent),
        damage=next((one.damage for one in sent if one.damage), ""),
        processes=tuple(
            Sender(one.messages, round(one.late.at(0.50), 6), round(one.late.at(0.95), 6), round(one.late.most_s, 6))
            for one in sent
        ),
    )


def many_files() -> None:
    """Every peer of a datagram or stream feed has a socket of its own: take as many as the system gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _wait_until(due: float) -> None:
    ahead = due - time.monotonic()
    if ahead > 0.0:
        await asyncio.sleep(ahead)


def _unheard(topic: str, payload: bytes) -> None:
    """A replay has no terminals."""


def _unanswered(_: bool) -> None:
    """A replay is open loop: it sends what was sent, retransmissions too."""
