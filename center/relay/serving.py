"""The relay at work: cameras on one side, viewers on the other, the center's word between them.

Knows: which ticket opens which camera, and when it is too much of anything.
Refuses to know: why somebody may watch. It has no clock of its own: the center tells the time.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from center import tls
from center.relay import door, websocket
from center.relay.camera import Camera, Kind, kept_bytes
from center.relay.door import Guest, allowing, is_welcome, refuse, response, send_and_leave
from center.relay.messages import (
    Admit,
    CameraState,
    Export,
    FromRelay,
    Kept,
    Refused,
    Revoke,
    Setup,
    ToRelay,
    Viewing,
    Words,
)
from center.relay.reel import Reel
from center.relay.stills import Stills
from center.relay.tickets import Ticket, Tickets
from center.relay.viewer import Viewer

NO_TICKET, TICKET_OVER = 4401, 4403
"""Close codes, beside those of RFC 6455."""
_PATH = re.compile(r"/([\w-]{16,128})(\.mp4|\.jpg)?")
_STILL_S = 6.0
_MEASURE_S = 1.0
_MOST_STRANGERS = 5
"""So many without a ticket are told of in a second one by one."""
_REFUSED_EVERY_S = 10.0
"""With one ticket somebody who is turned away is told of once in so long."""


class Relay:
    """`tell` sends a message to the center."""

    def __init__(self, setup: Setup, tell: Callable[[FromRelay], None]) -> None:
        self._tell = tell
        self._setup = setup
        self._tickets = Tickets(lambda until: (until - self.now()) / 1e6 / self._setup.rate)
        self._cameras: dict[tuple[str, Kind], Camera] = {}
        self._numbers = itertools.count(1)
        self._viewers = 0
        self._held: Counter[str] = Counter()
        """Streams and stills under way, by whose ticket they are."""
        self._strangers = self._untold = 0
        self._out_bytes_per_s = 0.0
        self._stills = Stills()
        self._reels: dict[str, Reel] = {}
        self._set_up(setup)

    def now(self) -> int:
        """The center's clock."""
        return self._setup.clock_us()

    async def run(self, listening: socket.socket) -> None:
        """Raises ValueError when its certificate cannot be read."""
        files = self._setup.tls
        context = tls.server(Path(files[0]), Path(files[1])) if files else None
        async with asyncio.TaskGroup() as works:
            works.create_task(door.keep(listening, self._answer, context))
            works.create_task(self._watch())

    def close(self) -> None:
        self._stills.close()
        for camera in self._cameras.values():
            camera.close()

    # --- what the center says -----------------------------------------------------------------------------------------

    def receive(self, message: ToRelay) -> None:
        match message:
            case Admit():
                self._tickets.admit(message)
            case Revoke():
                self._tickets.revoke(message.ticket)
            case Export():
                self._export(message)
            case Setup():
                self._set_up(message)

    def _set_up(self, setup: Setup) -> None:
        """A camera that is as it was goes on as it does; one that is not ends, and so do its streams."""
        step_us, is_set = setup.clock_us() - self.now(), self._setup.is_off(setup.clock_us())
        self._setup = setup
        for camera in self._cameras.values() if is_set else ():
            camera.clock_set(step_us)
        sources = {source.camera: source for source in setup.sources}
        for (name, kind), camera in list(self._cameras.items()):
            if sources.get(name) != camera.source:
                for viewer in list(camera.stream.viewers):
                    viewer.end(websocket.GOING_AWAY, "the camera is another one now")
                camera.close()
                del self._cameras[name, kind]
        self._reels = {source.url: self._reels.get(source.url, Reel()) for source in setup.sources}
        for source in setup.sources:
            if (source.camera, "video") not in self._cameras:
                added = self._camera(source.camera, "video")
                if added is not None and source.is_always_on:
                    added.want()

    def _camera(self, name: str, kind: Kind) -> Camera | None:
        camera = self._cameras.get((name, kind))
        if camera is not None:
            return camera
        source = next((source for source in self._setup.sources if source.camera == name), None)
        if source is None:
            return None
        limits, reel = self._setup.limits, self._reels[source.url]
        camera = self._cameras[name, kind] = Camera(source, kind, limits, self.now, self._changed, self._stills, reel)
        return camera

    def _changed(self, said: CameraState | Words) -> None:
        self._tell(said)

    def _export(self, asked: Export) -> None:
        camera = self._cameras.get((asked.camera, "audio" if asked.is_audio else "video"))
        if camera is None:
            self._tell(Kept(asked.request, why="no such camera"))
        else:
            camera.catch_up(partial(self._give, camera, asked))

    def _give(self, camera: Camera, asked: Export) -> None:
        clip = camera.stream.ring.clip(asked.camera, asked.since, asked.until)
        for gop in clip.gops:
            self._tell(Kept(asked.request, gop))
        self._tell(Kept(asked.request, why=clip.why))

    # --- who comes in -------------------------------------------------------------------------------------------------

    async def _answer(self, guest: Guest) -> None:
        matched = _PATH.fullmatch(guest.path)
        if not is_welcome(guest.headers, self._setup.origins):
            self._refuse(guest, 403, "this page may not open streams", None)
            return
        if matched is None:
            refuse(guest.sock, 404)
            return
        ticket = self._tickets[matched[1]]
        if websocket.is_wanted(guest.headers) and not matched[2]:
            self._open_socket(guest, ticket)
        elif ticket is None:
            self._refuse(guest, 404, "no such ticket, or it is over", None)
        elif matched[2] == ".mp4":
            self._open_file(guest, ticket)
        elif matched[2] == ".jpg" and not ticket.is_audio:
            await self._send_still(guest, ticket)
        else:
            refuse(guest.sock, 400, "this is a WebSocket's address")

    def _open_socket(self, guest: Guest, ticket: Ticket | None) -> None:
        """A page cannot read the answer to a handshake, so refusals follow it, as a close with a code."""
        opening = websocket.accepted(guest.headers)
        if opening is None:
            refuse(guest.sock, 400, "not WebSocket version 13")
            return
        camera, why = self._admitted(ticket)
        if ticket is None or camera is None:
            code = websocket.TRY_LATER if ticket else NO_TICKET
            self._refused(guest, ticket, why)
            send_and_leave(guest.sock, opening + websocket.closing(code, why))
            return
        guest.sock.send(opening)
        self._view(guest, ticket, camera, is_http=False)

    def _open_file(self, guest: Guest, ticket: Ticket) -> None:
        camera, why = self._admitted(ticket)
        if camera is None:
            self._refuse(guest, 503, why, ticket)
            return
        kind = "audio/mp4" if ticket.is_audio else "video/mp4"
        guest.sock.send(response(200, kind, allowing(guest.headers), None))
        self._view(guest, ticket, camera, is_http=True)

    def _admitted(self, ticket: Ticket | None) -> tuple[Camera | None, str]:
        """The camera, or why not."""
        if ticket is None:
            return None, "no such ticket, or it is over"
        limits = self._setup.limits
        camera = self._camera(ticket.camera, "audio" if ticket.is_audio else "video")
        if camera is None:
            return None, "there is no such camera"
        if len(ticket.ends) >= limits.viewers_per_ticket:
            return None, f"this ticket is in use {len(ticket.ends)} times already"
        if ticket.holder and self._held[ticket.holder] >= limits.viewers_each:
            return None, f"{limits.viewers_each} streams are open for you already: close one"
        if self._viewers >= limits.viewers:
            return None, f"{self._viewers} streams are open already; the limit is {limits.viewers}"
        if self._out_bytes_per_s >= limits.out_bytes_per_s:
            return None, f"the relay sends {self._out_bytes_per_s / 1e6:.0f} MB/s already"
        if not camera.is_open:
            opened = sum(one.is_open for one in self._cameras.values())
            if opened >= limits.cameras:
                return None, f"{opened} cameras are open already; the limit is {limits.cameras}"
            if kept_bytes(list(self._cameras.values())) >= limits.memory_bytes:
                return None, "the memory for pictures is full"
        return camera, ""

    def _view(self, guest: Guest, ticket: Ticket, camera: Camera, *, is_http: bool) -> None:
        number = next(self._numbers)
        name = camera.source.camera

        def ended(viewer: Viewer, why: str) -> None:
            camera.stream.leave(viewer)
            camera.release()
            ticket.ends.pop(end, None)
            self._viewers -= 1
            self._gone(ticket)
            self._tell(Viewing(ticket.name, name, number, False, viewer.sent_bytes, why))

        viewer = Viewer(guest.sock, is_http, camera.stream.flows, ended)

        def end(why: str) -> None:
            viewer.end(TICKET_OVER, why)

        ticket.ends[end] = None
        self._viewers += 1
        self._held[ticket.holder] += 1
        self._tell(Viewing(ticket.name, name, number, True))
        camera.want()
        camera.stream.join(viewer)

    async def _send_still(self, guest: Guest, ticket: Ticket) -> None:
        camera, why = self._admitted(ticket)
        if camera is None:
            self._refuse(guest, 503, why, ticket)
            return
        number = next(self._numbers)
        self._held[ticket.holder] += 1
        self._tell(Viewing(ticket.name, ticket.camera, number, True))
        camera.want()
        sent = 0
        try:
            key = await camera.keyframe(_STILL_S)
            jpeg = await self._stills.jpeg(*key) if key is not None else None
            if jpeg is None:
                refuse(guest.sock, 503, "there is no picture")
                return
            data = response(200, "image/jpeg", allowing(guest.headers), jpeg)
            async with asyncio.timeout(_STILL_S):
                await door.send_all(guest.sock, data)
            sent = len(data)
            send_and_leave(guest.sock, b"")
        finally:
            camera.release()
            self._gone(ticket)
            self._tell(Viewing(ticket.name, ticket.camera, number, False, sent, "a still"))

    def _gone(self, ticket: Ticket) -> None:
        self._held[ticket.holder] -= 1
        if not self._held[ticket.holder]:
            del self._held[ticket.holder]

    def _refuse(self, guest: Guest, status: int, why: str, ticket: Ticket | None) -> None:
        self._refused(guest, ticket, why)
        refuse(guest.sock, status, why)

    def _refused(self, guest: Guest, ticket: Ticket | None, why: str) -> None:
        """Whoever knocks again and again must not be able to fill the center's audit trail."""
        if ticket is None and self._strangers >= _MOST_STRANGERS:
            self._untold += 1
            return
        if ticket is not None:
            now_s = asyncio.get_running_loop().time()
            if now_s - ticket.refused_at < _REFUSED_EVERY_S:
                return
            ticket.refused_at = now_s
        self._strangers += ticket is None
        self._tell(Refused(ticket.name if ticket else "", ticket.camera if ticket else "", why, guest.peer))

    # --- how much it is -----------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Measures what goes out and who came in vain; when memory runs over, cameras keep less."""
        while True:
            await asyncio.sleep(_MEASURE_S)
            self._strangers = 0
            if self._untold:
                self._tell(Refused("", "", f"{self._untold} more without a ticket were turned away"))
                self._untold = 0
            cameras = list(self._cameras.values())
            self._out_bytes_per_s = sum(camera.stream.out_bytes for camera in cameras) / _MEASURE_S
            for camera in cameras:
                camera.stream.out_bytes = 0
            room = self._setup.limits.memory_bytes
            if (held := kept_bytes(cameras)) > room:
                for camera in cameras:
                    camera.stream.ring.shrink(camera.stream.ring.size * room // held)
