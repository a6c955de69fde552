"""One camera: pulled while somebody wants it, tried again when it fails, and found out when it shows the past.

Knows: who wants it and for how long after, its state and since when, how to come back.
Refuses to know: who may watch, and how pictures travel on either side.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Literal

from center.relay import demuxing, rtsp
from center.relay.assembling import Assembler, assembler
from center.relay.freshness import Freshness
from center.relay.media import Frame, Offer, Track
from center.relay.messages import CameraState, Limits, Source, Words
from center.relay.pace import Pace
from center.relay.reel import Reel
from center.relay.ring import Ring
from center.relay.rtp import SenderClock, Unit
from center.relay.stills import Stills
from center.relay.stream import Stream
from center.relay.timeline import Timeline

Kind = Literal["video", "audio"]
State = Literal["closed", "opening", "live", "stale", "offline"]
_LOOK_S = 0.5
_LOOK_AGAIN_S = 1.0
"""How soon another keyframe is looked at when one looked like the one before."""
_CATCH_UP_S = 0.05
_SOUND_BYTES = 4 << 20
_FIRST_WAIT_S, _MOST_WAIT_S, _STEADY_S = 0.25, 8.0, 10.0


class Camera:
    """Its pictures, or its sound, which is pulled by a session of its own. Everything happens in one event loop.

    `now` is the center's clock; `told` hears of every change of state, and what the camera says beside its
    pictures; sound has none to tell."""

    def __init__(
        self,
        source: Source,
        kind: Kind,
        limits: Limits,
        now: Callable[[], int],
        told: Callable[[CameraState | Words], None],
        stills: Stills,
        reel: Reel,
    ) -> None:
        self.source = source
        self.state: State = "closed"
        self._kind = kind
        self._is_video = kind == "video"
        self._limits = limits
        self._now = now
        self._told = told
        self._stills = stills
        self._reel = reel
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0
        self._is_alike = False
        self._why = ""
        self.stream = Stream(Ring(source.ring_s, limits.ring_bytes if kind == "video" else _SOUND_BYTES))
        self._pace = Pace(now)
        self._clock = SenderClock()
        self._wanted = 0
        self._work: asyncio.Task[None] | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._keyed = asyncio.Event()
        self._assembler: Assembler | None = None
        self._timeline: Timeline | None = None
        self._freshness = Freshness(int(limits.stale_s * 1e6), now())
        self._down_at: float | None = None
        self._is_foreign = False

    @property
    def is_open(self) -> bool:
        return self._work is not None

    # --- who wants it -------------------------------------------------------------------------------------------------

    def want(self) -> None:
        """Opens it with the first; each call is to be matched by one of `release`."""
        self._wanted += 1
        self._hurry()
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._work is None:
            self._down_at = asyncio.get_running_loop().time()
            self._is("opening", self._now())
            self._work = asyncio.create_task(self._keep())

    def release(self) -> None:
        self._wanted -= 1
        self._hurry()
        if not self._wanted:
            self._closing = asyncio.get_running_loop().call_later(self._limits.linger_s, self.close)

    def _hurry(self) -> None:
        """Or not: pictures that are only kept may be taken a little later."""
        is_only_kept = self._wanted <= self.source.is_always_on and self._is_video
        newest = self.stream.newest
        came_at, due = (newest.at, newest.decode) if newest else (self._now(), 0)
        self._pace.calm(is_calm=is_only_kept and self._down_at is None, came_at=came_at, due=due)

    def close(self) -> None:
        """At once, whoever may want it."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._work is not None:
            self._work.cancel()
            self._work = None
        self._gone()
        if self._is_video:
            self.stream.ring.clear()
        else:  # what was heard stays as long as the pictures of that moment may
            asyncio.get_running_loop().call_later(self.source.ring_s, self._forget)
        self._is("closed", self._now())

    def _forget(self) -> None:
        if not self.is_open:
            self.stream.ring.clear()

    def clock_set(self, step_us: int) -> None:
        """The center's clock is so much ahead of what it was a moment ago. What came before is as old as it was."""
        self._looked_at += step_us
        self._freshness.clock_set(step_us)
        self._pace.clock_set(step_us)
        self.stream.ring.clock_set(step_us)
        if self._timeline is not None:
            self._timeline.clock_set(step_us)

    def catch_up(self, then: Callable[[], None]) -> None:
        """Calls `then` when all that has come so far is in the ring."""
        if not self._pace.is_behind:
            then()
            return
        self._pace.look()
        asyncio.get_running_loop().call_later(_CATCH_UP_S, then)

    async def keyframe(self, timeout_s: float) -> tuple[Track, bytes] | None:
        """The newest; waits for the first. None when none comes in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while (key := self.stream.ring.key) is None:
                    self._keyed.clear()
                    await self._keyed.wait()
        except TimeoutError:
            return None
        track = self.stream.track
        return (track, bytes(key.sample)) if track else None

    # --- keeping it open ----------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        looking = asyncio.create_task(self._look())
        wait_s = _FIRST_WAIT_S
        try:
            while True:
                began_at = loop.time()
                try:
                    why = await self._attempt()
                except rtsp.NotSpokenError as codec:
                    if self._is_foreign:
                        why = f"{codec} is not relayed"
                    else:
                        self._is_foreign = True
                        continue
                except OSError as error:
                    why = error.strerror or str(error)
                self._gone()
                self._why = why
                wait_s = _FIRST_WAIT_S if loop.time() - began_at > _STEADY_S else wait_s
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(2 * wait_s, _MOST_WAIT_S)
        finally:
            looking.cancel()

    async def _attempt(self) -> str:
        source = self.source
        is_ours = source.url.startswith(("rtsp://", "rtsps://")) and source.transport == "tcp"
        if is_ours and not self._is_foreign:
            return await rtsp.play(source.url, self._kind, self, self._pace, self._clock)
        return await demuxing.play(source, self._kind, self, self._reel)

    def _gone(self) -> None:
        """The session is over; viewers stay, and go on at the next keyframe."""
        if self._assembler is not None:
            self._assembler = None
            self._down_at = asyncio.get_running_loop().time()
            self._clock.report = None
            self._hurry()
            self.stream.interrupt()
        if self._timeline is not None:
            self._timeline.lost()

    # --- what comes ---------------------------------------------------------------------------------------------------

    def opened(self, offer: Offer) -> None:
        self._assembler = assembler(offer)
        if self._assembler is None:
            raise rtsp.NotSpokenError(offer.codec)

    def heard(self, unit: Unit) -> None:
        if self._assembler is None:
            return
        now, stream, pace, is_video = self._now(), self.stream, self._pace, self._is_video
        for sample in self._assembler.take(unit):
            if sample.track is not None:
                self._tracked(sample.track, self._assembler.macroblocks)
            timeline = self._timeline
            if timeline is None or stream.track is None:
                continue
            place = timeline.place(sample.ts, now)
            if not is_video and not stream.viewers:  # sound that nobody is let hear now is kept for nobody either
                stream.ring.cut()
                continue
            at = pace.came_at(now, place.decode, stream.track.timescale) if pace.is_slow else now
            frame = stream.publish(sample, place, at, self._clock.report)
            if is_video:
                self._freshness.saw(frame)
        if unit.is_key:
            self._keyed.set()
        if self._down_at is not None and stream.track is not None and is_video:
            self._down_at = None
            self._freshness = Freshness(int(self._limits.stale_s * 1e6), now)
            self._freshness.shaped(stream.track, self._assembler.macroblocks)
            self._is("live", now)
            self._hurry()

    def noted(self, data: bytes) -> None:
        self._told(Words(self.source.camera, data))

    def _tracked(self, track: Track, macroblocks: int) -> None:
        stream = self.stream
        self._freshness.shaped(track, macroblocks)
        if stream.track is None or stream.track.timescale != track.timescale or self._timeline is None:
            self._timeline = Timeline(track.timescale, track.timescale // (25 if track.is_video else 50))
        if stream.track != track:
            stream.begin(track)

    # --- how it is ----------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_S)
            self.stream.look()
            self._pace.look()
            if not self._is_video:
                continue
            if self._down_at is not None:
                if loop.time() - self._down_at > self._limits.offline_s and self.state != "offline":
                    self._is("offline", self._now() - int(self._limits.offline_s * 1e6), self._why or "no answer yet")
                continue
            self._compare()
            found = self._freshness.stale(self._now())
            if found is not None and self.state == "live":
                self._is("stale", found.since, found.why)
            elif found is None and self.state == "stale":
                self._is("live", self._now())

    def _compare(self) -> None:
        """Has the newest keyframe looked at, when it is a new one and the last look was some time ago."""
        key, track = self.stream.ring.key, self.stream.track
        wait_s = self._limits.look_s
        if self._is_alike and self.state == "live":
            wait_s = min(wait_s, _LOOK_AGAIN_S)
        if track is None or key is None or not wait_s or key.at <= self._looked_at + wait_s * 1e6:
            return
        if self._looking is not None and not self._looking.done():
            return
        self._looked_at = key.at
        self._looking = asyncio.create_task(self._look_at(key, track))

    async def _look_at(self, frame: Frame, track: Track) -> None:
        freshness = self._freshness
        look = await self._stills.look(self.source.camera, track, frame.sample)
        if look is not None:
            self._is_alike = look != "other"
            freshness.looked(look, frame.at)

    def _is(self, state: State, since: int, why: str = "") -> None:
        if self.state == state:
            return
        self.state = state
        if self._is_video:
            self._told(CameraState(self.source.camera, state, since, why))
        self.stream.say(
            {
                "type": "state",
                "state": state,
                "age_s": round((self._now() - since) / 1e6, 1),
                "since": since,
                "why": why,
            }
        )


def kept_bytes(cameras: Sequence[Camera]) -> int:
    """What all rings hold."""
    return sum(camera.stream.ring.size for camera in cameras)
