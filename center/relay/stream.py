"""From one camera to all who watch it.

Knows: who watches, what a new viewer needs to begin at once, and that the same bytes go to everybody.
Refuses to know: where frames come from, and who may watch.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec

from center.relay import fmp4, websocket
from center.relay.media import Frame, Track
from center.relay.ring import Ring
from center.relay.timeline import Place
from center.relay.viewer import Viewer, chunk_of


class _Lane:
    """Viewers of one framing who take everything at once. What they got is counted for all of them together, and for
    each when it joins and when it leaves the lane."""

    def __init__(self) -> None:
        self._sends: dict[Viewer, Callable[[bytes], int]] = {}
        self._began: dict[Viewer, int] = {}
        self._bytes = 0

    def __contains__(self, viewer: Viewer) -> bool:
        return viewer in self._sends

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
        self._number = 0
        self._lanes = (_Lane(), _Lane())

    # --- viewers ------------------------------------------------------------------------------------------------------

    def join(self, viewer: Viewer) -> None:
        self.viewers[viewer] = None
        if self._said:
            viewer.say(self._said)
        if self.track is not None:
            self._begin(viewer)
            for frame in self.ring.current():
                viewer.offer(frame)

    def leave(self, viewer: Viewer) -> None:
        self.viewers.pop(viewer, None)
        self._lanes[viewer.is_http].remove(viewer)

    def flows(self, viewer: Viewer, is_flowing: bool) -> None:
        """Told by viewers."""
        if is_flowing and viewer in self.viewers:
            self._lanes[viewer.is_http].add(viewer)
        else:
            self._lanes[viewer.is_http].remove(viewer)

    def say(self, said: dict[str, object]) -> None:
        """A word to everybody, and to whoever joins later."""
        self._said = msgspec.json.encode(said)
        for viewer in list(self.viewers):
            viewer.say(self._said)

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

    def publish(self, sample: bytes, place: Place, is_key: bool, at: int, source: int | None) -> None:
        assert self.track is not None
        size = len(sample)
        self._number += 1
        prefix = websocket.prefix(websocket.BINARY, fmp4.HEAD_BYTES + size)
        head = fmp4.head(size, self._number, at, place.decode, place.shift, place.duration, is_key)
        wire = b"".join((prefix, head, sample))
        begin = len(prefix) + fmp4.HEAD_BYTES
        frame = Frame(wire, begin, is_key, at, source, place.decode, place.shift, place.duration)
        self.ring.add(self.track, frame)
        self._fan_out(frame)

    def _fan_out(self, frame: Frame) -> None:
        """Most viewers take the whole of it at once; the others are seen to one by one."""
        messages, chunks = self._lanes
        others = [one for one in self.viewers if one not in messages and one not in chunks]
        messages.send(frame.wire)
        if len(chunks):
            chunks.send(chunk_of(frame))
        self.out_bytes += len(frame.wire) * len(self.viewers)
        for viewer in others:
            viewer.offer(frame)

    def look(self) -> None:
        for viewer in list(self.viewers):
            viewer.look()

    def interrupt(self) -> None:
        """The camera is gone: viewers stay, and go on at its next keyframe."""
        self.ring.cut()
        for viewer in list(self.viewers):
            viewer.needs_key = True
            self._lanes[viewer.is_http].remove(viewer)
