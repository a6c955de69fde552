"""Cameras pulled in a process of their own: yardsticks for `relay_cameras.py`.

Knows: how a program that has PyAV and nothing else would read RTSP cameras without decoding them; the relay's own
camera, wanted by somebody to whom nothing is sent; and a loop that takes what comes and throws it away.
Refuses to know: what is done with what they read.

    python -m benchmarks.relay_ingest pyav|camera|nothing URL CAMERAS

Says `ready` when all of them send.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from threading import Event, Thread
from urllib.parse import urlsplit

import av
import uvloop

from benchmarks.relay_processes import now
from center.relay import CameraState, Limits, Source, Words
from center.relay.camera import Camera
from center.relay.reel import Reel
from center.relay.stills import Stills

_KEPT_S = 3.0
_TAKEN = memoryview(bytearray(256 << 10))


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def by_pyav(url: str, cameras: int) -> None:
    def pull(begun: Event) -> None:
        with av.open(url, options={"rtsp_transport": "tcp"}) as media:
            for packet in media.demux(video=0):
                bytes(packet)  # to be of use to anybody it has to be in Python's hands
                begun.set()

    events = [Event() for _ in range(cameras)]
    for event in events:
        Thread(target=pull, args=(event,), daemon=True).start()
    for event in events:
        event.wait()
    _ready()
    sys.stdin.read()


async def by_camera(url: str, cameras: int) -> None:
    live: set[str] = set()

    def told(message: CameraState | Words) -> None:
        if isinstance(message, CameraState) and message.state == "live":
            live.add(message.camera)
            if len(live) == cameras:
                _ready()

    stills, names = Stills(), [f"cam{number}" for number in range(cameras)]
    sources = [Source(name, url, ring_s=_KEPT_S) for name in names]
    pulled = [Camera(source, "video", Limits(), now, told, stills, Reel()) for source in sources]
    for one in pulled:
        one.want()
    await asyncio.Event().wait()


class _Nobody(asyncio.BufferedProtocol):
    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return _TAKEN

    def buffer_updated(self, nbytes: int) -> None:
        pass


async def thrown_away(url: str, cameras: int) -> None:
    for _ in range(cameras):
        await asyncio.get_running_loop().create_connection(_Nobody, sock=_playing(url))
    _ready()
    await asyncio.Event().wait()


def _playing(url: str) -> socket.socket:
    """A connection on which the tests' camera plays."""
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname or "", parts.port or 554))
    wanted = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    sock.sendall(f"SETUP {url}/track1 RTSP/1.0\r\nCSeq: 1\r\n{wanted}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    sock.sendall(f"PLAY {url} RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode())
    return sock


def main(kind: str, url: str, cameras: int) -> None:
    if kind == "pyav":
        by_pyav(url, cameras)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(by_camera(url, cameras) if kind == "camera" else thrown_away(url, cameras))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
