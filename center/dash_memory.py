"""Dash cameras that keep the minute before something happened: what they have kept, asked of them for evidence.

Knows: how such a memory is asked and triggered (docs/relay.md), that it needs time to be whole, and two clocks.
Refuses to know: who may keep what and why (the core has decided), and how a clip is written.
"""

from __future__ import annotations

import asyncio
import http.client
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar, TypeVarTuple
from urllib.parse import urlsplit

import msgspec

from center.relay import demuxing
from center.relay.assembling import Assembler, assembler
from center.relay.media import TIMESCALE, Clip, KeptFrame, KeptGop, Offer, Track
from center.relay.messages import Source
from center.relay.rtp import Unit
from center.relay.rtsp_auth import SignIn, split_url
from center.relay.timeline import Timeline

T = TypeVar("T")
Words = TypeVarTuple("Words")

ASK_S, AGAIN_S, PATIENCE_S = 10.0, 1.0, 120.0
MOST_LIST_BYTES, MOST_CLIP_BYTES = 1 << 16, 256 << 20
WORKERS = 4


class _Event(msgspec.Struct):
    """Times are the camera's clock."""

    event: int
    begins_us: int
    triggered_us: int
    ends_us: int
    whole: bool


class _Chosen(NamedTuple):
    """`ahead_us`: how far the center's clock is ahead of the camera's; None until the event's end tells."""

    event: _Event
    ahead_us: int | None


_list = msgspec.json.Decoder(list[_Event])
_one = msgspec.json.Decoder(_Event)


class DashMemory:
    """`memories`: where each is asked, by camera. `now` is the center's clock. A camera that does not answer keeps
    nobody waiting but those who ask cameras."""

    def __init__(self, memories: Mapping[str, str], now: Callable[[], int]) -> None:
        self._memories = memories
        self._executor = ThreadPoolExecutor(WORKERS, "memories")
        self._now = now

    def has(self, camera: str) -> bool:
        return camera in self._memories

    async def fetch(self, camera: str, start: int, end: int, why: str, moment: int | None = None) -> Clip:
        """What the camera itself has kept between these moments of the center's clock, in whole groups of pictures. An
        event of its own that holds the `moment` (the beginning, unless another is named) will do; otherwise it is
        triggered."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                chosen = await self._do(self._choose, camera, start if moment is None else moment, why)
                url = f"{self._memories[camera]}/{chosen.event.event}.mp4"
                while not await self._do(self._is_whole, camera, chosen.event):
                    await asyncio.sleep(AGAIN_S)
                if chosen.ahead_us is None:
                    chosen = chosen._replace(ahead_us=self._now() - chosen.event.ends_us)
                groups = await _unpacked(await self._do(_ask, url, "GET", b"", MOST_CLIP_BYTES), chosen)
        except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:  # a TimeoutError is an OSError
            return Clip(camera, (), f"the camera's own memory could not be asked: {error or type(error).__name__}")
        ends = [*(one.frames[0].at for one in groups[1:]), 1 << 62]  # a picture lasts until the next
        kept = tuple(one for one, over in zip(groups, ends, strict=False) if one.frames[0].at <= end and over > start)
        return Clip(camera, kept, "" if kept else "the camera has kept nothing of that time", is_from_camera=True)

    async def _do(self, work: Callable[[*Words], T], *words: *Words) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *words)

    def _choose(self, camera: str, moment: int, why: str) -> _Chosen:
        """An event that the camera made because of this tells by its trigger how far its clock is off; one that was
        being filmed already, by its end."""
        url = self._memories[camera]
        known = _list.decode(_ask(url, "GET", b"", MOST_LIST_BYTES))
        for one in reversed(known):
            if one.begins_us <= moment < one.ends_us:
                return _Chosen(one, 0)
        asked_at = self._now()
        made = _one.decode(_ask(url, "POST", why.encode(), MOST_LIST_BYTES))
        if made.event not in [one.event for one in known]:
            return _Chosen(made, asked_at - made.triggered_us)
        return _Chosen(made, 0 if made.begins_us <= asked_at < made.ends_us else None)

    def _is_whole(self, camera: str, event: _Event) -> bool:
        known = _list.decode(_ask(self._memories[camera], "GET", b"", MOST_LIST_BYTES))
        found = next((one for one in known if one.event == event.event), None)
        if found is None:
            raise OSError("the event is not there any more")
        return found.whole


def _ask(url: str, method: str, body: bytes, most: int) -> bytes:
    """The answer's body; signs in when it is asked to. Raises OSError, HTTPException."""
    bare, name, password = split_url(url)
    parts = urlsplit(bare)
    sign_in = SignIn(name, password)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    for _ in range(2):
        connection = kind(parts.hostname or "", parts.port, timeout=ASK_S)
        try:
            header = sign_in.header(method, parts.path)
            connection.request(method, parts.path, body, {"Authorization": header} if header else {})
            answer = connection.getresponse()
            if (
                answer.status == 401
                and header is None
                and sign_in.challenged(answer.msg.get_all("WWW-Authenticate", []))
            ):
                continue
            if answer.status not in (200, 201):
                raise OSError(f"{answer.status} {answer.reason}")
            data = answer.read(most + 1)
            if len(data) > most:
                raise OSError(f"more than {most:,} bytes")
            return data
        finally:
            connection.close()
    raise OSError("401 Unauthorized")


async def _unpacked(data: bytes, chosen: _Chosen) -> list[KeptGop]:
    """Groups of pictures of an MP4, taken apart by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="rtcc-dash-") as folder:
        file = Path(folder) / "event.mp4"
        await asyncio.to_thread(file.write_bytes, data)
        taken = _Taken(chosen)
        await demuxing.play(Source("file", f"file:{file}"), "video", taken)
    return taken.groups


class _Taken:
    """Collects what comes. The file's time line is the camera's clock from the event's beginning."""

    def __init__(self, chosen: _Chosen) -> None:
        self.groups: list[KeptGop] = []
        self._chosen = chosen
        self._assembler: Assembler | None = None
        self._track: Track | None = None
        self._timeline = Timeline(TIMESCALE, TIMESCALE // 25)
        self._first: int | None = None

    def opened(self, offer: Offer) -> None:
        self._assembler = assembler(offer)

    def noted(self, data: bytes) -> None:
        """A dash camera says nothing beside its pictures."""

    def heard(self, unit: Unit) -> None:
        for sample in self._assembler.take(unit) if self._assembler else ():
            self._track = sample.track or self._track
            if self._track is None:
                continue
            self._first = sample.ts if self._first is None else self._first
            clock_us = self._chosen.event.begins_us + (sample.ts - self._first) % (1 << 32) * 100 // 9
            at = clock_us + (self._chosen.ahead_us or 0)
            place = self._timeline.place(sample.ts, at)
            frame = KeptFrame(
                b"".join(sample.pieces), unit.is_key, at, clock_us, place.decode, place.shift, place.duration
            )
            if unit.is_key or not self.groups:
                self.groups.append(KeptGop(self._track, (frame,)))
            else:
                last = self.groups[-1]
                self.groups[-1] = KeptGop(last.track, (*last.frames, frame))
