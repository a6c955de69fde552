"""A session: a viewer's tracks of one camera, from SETUP to TEARDOWN.

Knows: how frames become packets on a viewer's channels or ports, when reports are due, and what a slow viewer loses.
Refuses to know: requests, signing in, cameras' insides.

A viewer who cannot keep up loses whole frames up to the next key frame, never a part of one, and costs a bounded number
of bytes; nobody else notices.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from typing import NamedTuple, Protocol

from twin.devices.cameras.camera import Camera
from twin.devices.cameras.rtp import Source, h264_payloads, pieces
from twin.devices.cameras.sdp import Track
from twin.devices.cameras.things import Frame, What
from twin.devices.things import SECOND_US

REPORT_EVERY_US = 5 * SECOND_US
MOST_WAITING_BYTES = 256 * 1024


class Way(Protocol):
    """To one track of a viewer. `waiting`: bytes that have not left yet. `cut`: as when the power fails."""

    @property
    def waiting(self) -> int: ...
    def data(self, packets: list[bytes]) -> None: ...
    def control(self, packet: bytes) -> None: ...
    def close(self) -> None: ...
    def cut(self) -> None: ...


class Interleaved:
    """Channels of the request's own connection (RFC 2326, 10.12)."""

    def __init__(self, writer: asyncio.StreamWriter, channels: tuple[int, int]) -> None:
        self.channels = channels
        self._writer = writer

    @property
    def waiting(self) -> int:
        return self._writer.transport.get_write_buffer_size()

    def data(self, packets: list[bytes]) -> None:
        self._writer.write(b"".join(self._framed(self.channels[0], packet) for packet in packets))

    def control(self, packet: bytes) -> None:
        self._writer.write(self._framed(self.channels[1], packet))

    def close(self) -> None:
        """The connection is the viewer's."""

    def cut(self) -> None:
        self._writer.transport.abort()

    def _framed(self, channel: int, packet: bytes) -> bytes:
        return b"$" + bytes((channel,)) + len(packet).to_bytes(2, "big") + packet


class Datagrams:
    """Two UDP sockets of neighbouring ports. `heard()` is called when the viewer sends a report."""

    def __init__(self, here: str, to: str, ports: tuple[int, int], heard: Callable[[], None]) -> None:
        """Raises OSError when there are no two ports."""
        self._loop = asyncio.get_running_loop()
        self._heard = heard
        self._sockets = _neighbours(here)
        self._to = [(to, port) for port in ports]
        self.ports = tuple(one.getsockname()[1] for one in self._sockets)
        self._loop.add_reader(self._sockets[1], self._listen)

    @property
    def waiting(self) -> int:
        """What the system does not take at once is lost, as on a busy line."""
        return 0

    def data(self, packets: list[bytes]) -> None:
        for packet in packets:
            self._send(0, packet)

    def control(self, packet: bytes) -> None:
        self._send(1, packet)

    def close(self) -> None:
        self._loop.remove_reader(self._sockets[1])
        for one in self._sockets:
            one.close()

    def cut(self) -> None:
        self.close()

    def _send(self, which: int, packet: bytes) -> None:
        try:
            self._sockets[which].sendto(packet, self._to[which])
        except OSError:
            return

    def _listen(self) -> None:
        try:
            _, (host, _, *_) = self._sockets[1].recvfrom(2048)
        except OSError:
            return
        if host == self._to[1][0]:
            self._heard()


def _neighbours(here: str) -> tuple[socket.socket, socket.socket]:
    family = socket.AF_INET6 if ":" in here else socket.AF_INET
    for _ in range(50):
        first, second = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
        try:
            first.bind((here, 0))
            port = first.getsockname()[1]
            if port % 2 == 0:
                second.bind((here, port + 1))
                first.setblocking(False)
                second.setblocking(False)
                return first, second
        except OSError:
            pass  # taken: another pair
        first.close()
        second.close()
    raise OSError("no two neighbouring ports are free")


class _Leg(NamedTuple):
    track: Track
    source: Source
    way: Way


class Session:
    """A Watcher. `ended(session)` is called when it is over for a reason of its own."""

    def __init__(self, camera: Camera, ended: Callable[[Session], None]) -> None:
        self.name = secrets.token_hex(8)
        self.camera = camera
        self.is_playing = False
        self.dropped = 0
        """Frames that the viewer was too slow for."""
        self._loop = asyncio.get_running_loop()
        self._ended = ended
        self._began_us = self._now_us()
        self.heard_us = self._began_us
        self._legs: dict[str, _Leg] = {}
        self._waits_for_key = True
        self._reported_us = 0

    def heard(self) -> None:
        """The viewer is still there."""
        self.heard_us = self._now_us()

    def set_up(self, track: Track, way: Way) -> int:
        """A track's way; again for another one. Returns the stream's SSRC."""
        old = self._legs.pop(track.control, None)
        if old is not None:
            old.way.close()
        ssrc, sequence, stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(31)
        self._legs[track.control] = _Leg(
            track, Source(track.payload_type, track.rate, ssrc, sequence, stamp, self._began_us), way
        )
        return ssrc

    @property
    def wants(self) -> list[What]:
        return [leg.track.what for leg in self._legs.values()]

    @property
    def is_empty(self) -> bool:
        """No track has been set up."""
        return not self._legs

    def play(self) -> list[tuple[str, int, int]]:
        """For each track: its name, the number of its next packet, and the time stamp of this moment."""
        now_us = self._now_us()
        self._reported_us = 0
        self._waits_for_key = True
        if not self.is_playing:
            self.is_playing = True
            self.camera.watch(self)
        return [(leg.track.control, leg.source.sequence, leg.source.stamp(now_us)) for leg in self._legs.values()]

    def pause(self) -> None:
        self.camera.leave(self)
        self.is_playing = False

    def close(self) -> None:
        """With a goodbye, where it still goes through. Twice is no harm."""
        self.pause()
        for leg in self._legs.values():
            leg.way.control(leg.source.goodbye(self.camera.now().clock_us, self._now_us()))
            leg.way.close()
        self._legs.clear()

    # --- what a camera tells --------------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        leg = self._leg("video")
        if leg is None or not self._ready(leg, is_key=frame.is_key):
            return
        self._report()
        leg.way.data(leg.source.packets(h264_payloads(frame.nals), frame.media_us))

    def sound(self, ulaw: bytes, media_us: int) -> None:
        leg = self._leg("sound")
        if leg is not None and leg.way.waiting <= MOST_WAITING_BYTES:
            self._report()
            leg.way.data(leg.source.packets((ulaw,), media_us, marked=False))

    def metadata(self, packet: bytes, media_us: int) -> None:
        leg = self._leg("metadata")
        if leg is not None and leg.way.waiting <= MOST_WAITING_BYTES:
            self._report()
            leg.way.data(leg.source.packets(pieces(packet), media_us))

    def gone(self) -> None:
        """No goodbye, no word: its ways end."""
        for leg in self._legs.values():
            leg.way.cut()
        self._legs.clear()
        self._ended(self)

    def _ready(self, leg: _Leg, *, is_key: bool) -> bool:
        if leg.way.waiting > MOST_WAITING_BYTES:
            self._waits_for_key = True
        elif is_key:
            self._waits_for_key = False
        self.dropped += self._waits_for_key
        return not self._waits_for_key

    def _leg(self, what: str) -> _Leg | None:
        return next((leg for leg in self._legs.values() if leg.track.what == what), None)

    def _report(self) -> None:
        """A report before the first packet, and every five seconds."""
        now_us = self._now_us()
        if now_us - self._reported_us < REPORT_EVERY_US:
            return
        self._reported_us = now_us
        clock_us = self.camera.now().clock_us
        for leg in self._legs.values():
            leg.way.control(leg.source.report(clock_us, now_us))

    def _now_us(self) -> int:
        return round(self._loop.time() * SECOND_US)
