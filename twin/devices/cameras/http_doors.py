"""What a camera hands over by HTTP, on the port of its RTSP.

Knows: `/CAMERA.ts`, `/CAMERA/events` and `/CAMERA/events/N.mp4` (docs/cameras.md).
Refuses to know: sign-in and sockets' reading side, which are RTSP's; what is in a clip.
"""

from __future__ import annotations

import asyncio
import json
import re

from twin.devices.cameras.camera import Camera
from twin.devices.cameras.events import Event
from twin.devices.cameras.files import TransportStream, mp4
from twin.devices.cameras.house import House
from twin.devices.cameras.rtsp_session import MOST_WAITING_BYTES
from twin.devices.cameras.rtsp_text import Request
from twin.devices.cameras.things import Frame, What

_EVENT = re.compile(r"(?P<camera>[^/]+)/events(?:/(?P<number>\d{1,9})\.mp4)?$")
MOST_WHY = 200


async def serve(request: Request, house: House, writer: asyncio.StreamWriter) -> None:
    """Answer a request whose sender may ask."""
    streamed = house.cameras.get(request.path.removesuffix(".ts")) if request.path.endswith(".ts") else None
    if streamed is not None and streamed.shot is not None and request.method == "GET":
        await _stream(streamed, writer)
        return
    found = _EVENT.match(request.path)
    memory = house.memories.get(found["camera"]) if found else None
    if found is None or memory is None:
        writer.write(request.reply(404))
        return
    if found["number"] is not None:
        event = memory.find(int(found["number"]))
        if event is None or request.method != "GET":
            writer.write(request.reply(404 if event is None else 405))
        elif event.groups is None:
            writer.write(request.reply(409))
        else:
            clip = await asyncio.to_thread(lambda: mp4(memory.clip(event), memory.shot))
            writer.write(request.reply(200, [("Content-Type", "video/mp4")], clip))
    elif request.method == "GET":
        told = [_told(event) for event in memory.events]
        writer.write(request.reply(200, [("Content-Type", "application/json")], json.dumps(told).encode()))
    elif request.method == "POST":
        why = request.body.decode("utf-8", "replace")[:MOST_WHY] or "asked for"
        body = json.dumps(_told(memory.trigger(why))).encode()
        writer.write(request.reply(201, [("Content-Type", "application/json")], body))
    else:
        writer.write(request.reply(405))


def _told(event: Event) -> dict[str, object]:
    return {
        "event": event.number,
        "why": event.why,
        "begins_us": event.begins_us,
        "triggered_us": event.triggered_us,
        "ends_us": event.ends_us,
        "whole": event.groups is not None,
    }


async def _stream(camera: Camera, writer: asyncio.StreamWriter) -> None:
    """MPEG-TS until either side goes away."""
    assert camera.shot is not None
    head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n"
    writer.write(head.encode())
    viewer = _Streamed(camera, writer)
    camera.watch(viewer)
    try:
        await viewer.over.wait()
    finally:
        camera.leave(viewer)
        viewer.close()


class _Streamed:
    """A Watcher whose way is a transport stream."""

    wants: tuple[What, ...] = ("video", "metadata")

    def __init__(self, camera: Camera, writer: asyncio.StreamWriter) -> None:
        assert camera.shot is not None
        self.over = asyncio.Event()
        self._stream = TransportStream(camera.shot)
        self._writer = writer
        self._waits_for_key = True

    def frame(self, frame: Frame) -> None:
        if self._writer.transport.is_closing():
            self.over.set()
            return
        if self._writer.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
            self._waits_for_key = True
        elif frame.is_key:
            self._waits_for_key = False
        if not self._waits_for_key:
            self._writer.write(self._stream.frame(frame))

    def sound(self, ulaw: bytes, media_us: int) -> None:
        """Not in this stream."""

    def metadata(self, packet: bytes, media_us: int) -> None:
        if not self._waits_for_key and not self._writer.transport.is_closing():
            self._writer.write(self._stream.metadata(packet, media_us))

    def gone(self) -> None:
        self.over.set()

    def close(self) -> None:
        self._stream.close()
