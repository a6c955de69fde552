"""Where viewers come in.

Knows: a request as browsers and players send it, how long it may take to come, and what the answers look like.
Refuses to know: tickets and cameras: who is let in is decided by somebody else.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from center.relay.veil import until, unveiled
from center.relay.viewer import depart, fit_out

_MOST_HEAD_BYTES = 8192
_HEAD_S = 5.0
_MOST_GUESTS = 256
"""Connections that have not said yet what they want."""
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 503: "Busy"}


class Guest(NamedTuple):
    """Somebody at the door. `path` is without a query. Header names are in lower case."""

    sock: socket.socket
    peer: str
    path: str
    headers: Mapping[bytes, bytes]


Answerer = Callable[[Guest], Awaitable[None]]
"""Answers and takes over the socket."""


async def keep(listening: socket.socket, answer: Answerer, tls: ssl.SSLContext | None) -> None:
    """Lets guests in until cancelled."""
    loop = asyncio.get_running_loop()
    guests: set[asyncio.Task[None]] = set()
    listening.setblocking(False)
    try:
        while True:
            try:
                sock, address = await loop.sock_accept(listening)
            except OSError:  # the guest is gone again, or there are too many files open
                await asyncio.sleep(0.05)
                continue
            if len(guests) >= _MOST_GUESTS:
                sock.close()
                continue
            task = asyncio.create_task(_greet(sock, str(address[0]), answer, tls))
            guests.add(task)
            task.add_done_callback(guests.discard)
    finally:
        for task in guests:
            task.cancel()


async def _greet(sock: socket.socket, peer: str, answer: Answerer, tls: ssl.SSLContext | None) -> None:
    is_taken = False
    try:
        fit_out(sock)
        if tls is not None:
            sock = await unveiled(sock, tls)
        async with asyncio.timeout(_HEAD_S):
            head = await _head(sock)
        guest = _guest(sock, peer, head)
        if isinstance(guest, int):
            refuse(sock, guest)
        else:
            await answer(guest)
        is_taken = True
    except (OSError, TimeoutError):
        pass
    finally:
        if not is_taken:
            sock.close()


async def _head(sock: socket.socket) -> bytes:
    """Raises OSError."""
    head = b""
    while b"\r\n\r\n" not in head:
        try:
            data = sock.recv(4096)
        except (BlockingIOError, InterruptedError):
            await until(sock)
            continue
        if not data or len(head) > _MOST_HEAD_BYTES:
            raise OSError
        head += data
    return head


def _guest(sock: socket.socket, peer: str, head: bytes) -> Guest | int:
    lines = head[: head.index(b"\r\n\r\n")].split(b"\r\n")
    words = lines[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
        return 400
    if words[0] != b"GET":
        return 405
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value.strip()
    path = words[1].partition(b"?")[0].decode("latin-1")
    return Guest(sock, peer, path, headers)


def is_welcome(headers: Mapping[bytes, bytes], origins: tuple[str, ...]) -> bool:
    """Browsers say which page asks: one of the host that the relay is asked by, or one of `origins`. Players say
    nothing."""
    origin = headers.get(b"origin")
    if origin is None:
        return True
    said = origin.decode("latin-1")
    if said in origins:
        return True
    try:
        page = urlsplit(said).hostname
        here = urlsplit("//" + headers.get(b"host", b"").decode("latin-1")).hostname
    except ValueError:
        return False
    return page is not None and page == here


def response(status: int, kind: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """Without a body: the head of a chunked one."""
    lines = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Content-Type: {kind}",
        "Cache-Control: no-store",
        "Connection: close",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Transfer-Encoding: chunked" if body is None else f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def allowing(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """A page of a welcome origin may read what it fetches."""
    origin = headers.get(b"origin")
    return {"Access-Control-Allow-Origin": origin.decode("latin-1"), "Vary": "Origin"} if origin else {}


def refuse(sock: socket.socket, status: int, why: str = "") -> None:
    body = (why or _REASONS[status]).encode() + b"\n"
    send_and_leave(sock, response(status, "text/plain; charset=utf-8", {}, body))


async def send_all(sock: socket.socket, data: bytes) -> None:
    """Raises OSError."""
    sent = 0
    while sent < len(data):
        try:
            sent += sock.send(data[sent:])
        except (BlockingIOError, InterruptedError):
            await until(sock, is_writing=True)


def send_and_leave(sock: socket.socket, data: bytes) -> None:
    """Small answers fit into what the kernel takes at once."""
    try:
        sock.send(data)
    except OSError:
        sock.close()
        return
    depart(asyncio.get_running_loop(), sock)
