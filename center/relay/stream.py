"""From one camera to all who watch it.

Knows: who watches, what a new viewer needs to begin at once, and that the same bytes go to everybody.
Refuses to know: where frames come from, and who may watch.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec

from center.relay import fmp4, websocket
from center.relay.camera_clock import source_us
from center.relay.media import Frame, Report, Track
from center.relay.ring import Ring
from center.relay.rtp import Unit
from center.relay.timeline import Place
from center.relay.viewer import Viewer, chunk_of

_CLOCK_US = 1_000_000


class _Lane:
    """Viewers of one framing who take everything at once. What they got is counted for all of them together, and for
    each when it joins and when it leaves the lane."""

    def __init__(self) -> None:
        self._sends: dict[Viewer, Callable[[bytes], int]] = {}
        self._began: dict[Viewer, int] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._sends)

    def add(self, viewer: Viewer) -> None:
        if viewer not in self._sends:
            self._sends[viewer] = viewer.send
            self._began[viewer] = self._bytes

    def remove(self, viewer: Viewer) -> None:
        if self._sends.pop(viewer, None) is not None:
            viewer.sent_bytes += self._bytes - self._began.pop(viewer)

    def send(self, data: bytes) -> None:
        """A system call each, and next to nothing else."""
        size = len(data)
        for viewer, send in list(self._sends.items()):
            try:
                sent = send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                viewer.broken(error)
                continue
            if sent != size:
                viewer.blocked(data, sent)
        self._bytes += size


class Stream:
    """`ring` also holds what a new viewer begins with. Viewers join and leave; frames are published."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.viewers: dict[Viewer, None] = {}
        self.out_bytes = 0
        self.track: Track | None = None
        self._beginning = b""
        self._said: bytes = b""
        self._clock: bytes = b""
        self._off_us: int | None = None
        self.newest: Frame | None = None
        self._number = 0
        self._lanes = (_Lane(), _Lane())
        self._others: dict[Viewer, None] = {}
        """In no lane: they do not take everything at once."""

    # --- viewers ------------------------------------------------------------------------------------------------------

    def join(self, viewer: Viewer) -> None:
        self.viewers[viewer] = self._others[viewer] = None
        for said in filter(None, (self._said, self._clock)):
            viewer.say(said)
        if self.track is not None:
            self._begin(viewer)
            for frame in self.ring.current():
                viewer.offer(frame)

    def leave(self, viewer: Viewer) -> None:
        self.flows(viewer, False)
        self.viewers.pop(viewer, None)
        self._others.pop(viewer, None)

    def flows(self, viewer: Viewer, is_flowing: bool) -> None:
        """Told by viewers."""
        if viewer not in self.viewers:
            return
        if is_flowing:
            self._lanes[viewer.is_http].add(viewer)
            self._others.pop(viewer, None)
        else:
            self._lanes[viewer.is_http].remove(viewer)
            self._others[viewer] = None

    def say(self, said: dict[str, object]) -> None:
        """A word to everybody, and to whoever joins later."""
        self._said = msgspec.json.encode(said)
        for viewer in list(self.viewers):
            viewer.say(self._said)

    def _tell_clock(self) -> None:
        """How far the camera's clock is ahead of the center's; None where the camera tells no time. Said when that is
        otherwise than it was, by a second."""
        track, frame = self.track, self.newest
        if track is None or frame is None or not track.is_video:
            return
        source, known = source_us(frame, track), self._off_us
        off_us = None if source is None else source - frame.at
        if self._clock and (off_us is None) == (known is None) and abs((off_us or 0) - (known or 0)) < _CLOCK_US:
            return
        self._off_us = off_us
        self._clock = msgspec.json.encode({"type": "clock", "off_us": off_us})
        for viewer in list(self.viewers):
            viewer.say(self._clock)

    def _begin(self, viewer: Viewer) -> None:
        track = self.track
        assert track is not None
        hello = {
            "type": "stream",
            "codec": track.codec,
            "mime": f'{"video" if track.is_video else "audio"}/mp4; codecs="{track.codec}"',
            "description": base64.b64encode(track.extra).decode(),
            "timescale": track.timescale,
            "width": track.width,
            "height": track.height,
            "channels": track.channels,
            "head_bytes": fmp4.HEAD_BYTES,
        }
        viewer.say(msgspec.json.encode(hello))
        viewer.begin(self._beginning)

    # --- frames -------------------------------------------------------------------------------------------------------

    def begin(self, track: Track) -> None:
        """From here on frames are of this track; the next is a keyframe."""
        self.ring.cut()
        self.track = track
        self._beginning = fmp4.beginning(track)
        for viewer in list(self.viewers):
            self._begin(viewer)

    def publish(self, sample: Unit, place: Place, at: int, report: Report | None) -> Frame:
        track = self.track
        assert track is not None
        size = sample.size or sum(map(len, sample.pieces))
        self._number += 1
        prefix = websocket.prefix(websocket.BINARY, fmp4.HEAD_BYTES + size)
        is_key, decode, shift, duration = sample.is_key, place.decode, place.shift, place.duration
        head = fmp4.head(size, self._number, at, decode, shift, duration, is_key)
        wire = b"".join((prefix, head, *sample.pieces))
        kinds = sample.kinds
        frame = Frame(wire, len(wire) - size, is_key, at, report, decode, shift, duration, sample.ts, kinds)
        self.newest = frame
        self.ring.add(track, frame)
        if self.viewers:
            self._fan_out(frame)
        return frame

    def _fan_out(self, frame: Frame) -> None:
        """Most viewers take the whole of it at once; the others are seen to one by one."""
        messages, chunks = self._lanes
        others = list(self._others)
        messages.send(frame.wire)
        if len(chunks):
            chunks.send(chunk_of(frame))
        self.out_bytes += len(frame.wire) * len(self.viewers)
        for viewer in others:
            viewer.offer(frame)

    def look(self) -> None:
        """Called now and then."""
        self._tell_clock()
        for viewer in list(self.viewers):
            viewer.look()

    def interrupt(self) -> None:
        """The camera is gone: viewers stay, and go on at its next keyframe."""
        self.ring.cut()
        for viewer in list(self.viewers):
            viewer.needs_key = True
            self.flows(viewer, False)
