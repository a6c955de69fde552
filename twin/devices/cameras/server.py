"""Cameras on a socket: RTSP 1.0, and what they hand over by HTTP on the same port.

Knows: connections, the packets and requests that come on one, signing in, and cameras that cannot be reached.
Refuses to know: what a method does (rtsp_methods, http_doors), what is sent (rtsp_session), and cameras' insides.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Mapping

from twin.devices.cameras import http_doors
from twin.devices.cameras.camera import Camera
from twin.devices.cameras.digest import Digest
from twin.devices.cameras.events import Memory
from twin.devices.cameras.house import SESSION_S, House
from twin.devices.cameras.rtsp_methods import Caller, answer
from twin.devices.cameras.rtsp_text import Request, TextError, read_head

MOST_HEAD_BYTES = 16_384
MOST_BODY_BYTES = 65_536
MOST_CONNECTIONS = 1_024
LOOK_S = 1.0
FAREWELL_S = 2.0
SEND_BUFFER_BYTES = 128 * 1024
REALM = "parish cameras"


class CameraServer:
    """`cameras` by path. `users`: passwords by name; without any, whoever comes may look. `memories`:
    of cameras that keep what was before an event, by path."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        users: Mapping[str, str],
        memories: Mapping[str, Memory] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        session_s: int = SESSION_S,
    ) -> None:
        self.house = House(cameras, memories or {}, session_s)
        self.port = port
        self._host = host
        self._digest = Digest(REALM, users, secrets.token_bytes(16)) if users else None
        self._server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def open(self) -> None:
        """Returns when it listens; `port` then is the port. Raises OSError."""
        self._server = await asyncio.start_server(self._connected, self._host, self.port, limit=MOST_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        assert self._server is not None
        assert self._looking is not None
        self._server.close()
        self._looking.cancel()
        await self.house.close()
        for writer in list(self._connections):
            writer.transport.abort()  # whoever does not read would keep it open
        await asyncio.gather(self._looking, *self._connections.values(), return_exceptions=True)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.house.reap()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._connections[writer] = task
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        caller = Caller(self.house, writer)
        try:
            while (request := await _next(reader, caller)) is not None:
                if not await self._serve(request, caller):
                    break
                await writer.drain()
        except TextError:
            writer.write(b"RTSP/1.0 400 Bad Request\r\nCSeq: 0\r\n\r\n")
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # gone, or no client of this protocol
        finally:
            caller.hang_up()
            await _part(reader, writer)
            del self._connections[writer]

    async def _serve(self, request: Request, caller: Caller) -> bool:
        """Answer a request. False: the connection ends."""
        camera = self.house.owner(request.path)
        if camera is not None:
            now = camera.now()
            if now.hangs or not now.reachable:
                return now.hangs  # its packets go nowhere, or nobody listens at its address
        refusal = self._refusal(request)
        if refusal is None and request.protocol == "HTTP":
            await http_doors.serve(request, self.house, caller.writer)
        else:
            caller.writer.write(answer(request, caller) if refusal is None else refusal)
        return True

    def _refusal(self, request: Request) -> bytes | None:
        """To whoever has not signed in. What the server can do is no secret."""
        if self._digest is None or request.method == "OPTIONS":
            return None
        now_s = time.monotonic()
        header = request.headers.get("authorization", "")
        checked = self._digest.check(header, request.method, request.uri, now_s)
        if checked == "granted":
            return None
        challenges = self._digest.challenges(now_s, stale=checked == "stale")
        return request.reply(401, [("WWW-Authenticate", challenge) for challenge in challenges])


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close so that the last words arrive. Where anything lies unread, closing resets the connection, and takes along
    what is under way."""
    try:
        async with asyncio.timeout(FAREWELL_S):
            writer.write_eof()
            while await reader.read(MOST_HEAD_BYTES):
                pass
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()


async def _next(reader: asyncio.StreamReader, caller: Caller) -> Request | None:
    """The next request; the packets between requests are the viewer's reports. None at the end. Raises TextError."""
    while (first := await reader.read(1)) and first in b"$\r\n":
        if first == b"$":
            channel, *size = await reader.readexactly(3)
            await reader.readexactly(size[0] << 8 | size[1])
            caller.reported(channel)
    if not first:
        return None
    head = await reader.readuntil(b"\r\n\r\n")
    request = read_head((first + head)[:-4])
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
        raise TextError("a body of no length, or of too great a one")
    return request._replace(body=await reader.readexactly(int(length)))
