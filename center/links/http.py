"""HTTP in: what devices and services POST to us.

Knows: which path belongs to which sink, who may post there, and that 200 means durable.
Refuses to know: what a body says.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from center.links.http_server import Limits, serve
from center.links.link import Endpoint, Sink, sinks_of, worth_telling
from center.links.retry import Retry

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

_PEER_CHARS = 200
_MOST_DIGITS = 20
"""Of a body's length; a thousand zeros are a number, too, but none that int() takes."""


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """What one path asks of a request. With neither `bearer` nor `basic` (user, password) anybody may post; with both,
    either will do. `limit_bytes` is for the body as sent and as unpacked. `below`: paths below this one belong to it
    too, and the peer is what stands behind it in the request (`/gate?x=1`)."""

    bearer: str | None = field(default=None, repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    limit_bytes: int = 8 << 20
    below: bool = False

    def admits(self, authorization: bytes) -> bool:
        """Takes the same time for every wrong credential of one length (RFC 6750, RFC 7617)."""
        if self.bearer is None and self.basic is None:
            return True
        scheme, _, credential = authorization.partition(b" ")
        expected = {}
        if self.bearer is not None:
            expected[b"bearer"] = self.bearer.encode()
        if self.basic is not None:
            expected[b"basic"] = b64encode(":".join(self.basic).encode())
        wanted = expected.get(scheme.lower())
        return wanted is not None and compare_digest(credential.strip(), wanted)


class HttpLink(Endpoint):
    """A Trunk whose routes are paths, matched exactly; the peer of an item is its Content-Type as sent (at most 200
    characters), because that is what a decoder needs besides the body, unless the route takes what is `below` it. The
    answer is what `replies` gives.

    200 is sent when `kept` has returned: the sender may forget. 503 with Retry-After means come again: too many
    requests (`concurrency` in all, half of them from one host), or not durable within `kept_s`; in that case the body
    was poured all the same, so it can come twice. Bodies may be gzipped. At most concurrency x limit_bytes are held.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        routes: Mapping[str, HttpRoute],
        *,
        concurrency: int = 64,
        kept_s: float = 10.0,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name)
        self._host = host
        self._port = port
        self._routes = dict(routes)
        self._concurrency = concurrency
        self._kept_s = kept_s
        self._limits = limits or Limits()
        self._tls = tls
        self._retry = retry or Retry()

    async def run(self, sinks: Mapping[str, Sink]) -> None:
        distinct = sinks_of(self._routes, sinks)

        def trouble(why: str) -> None:
            for sink in distinct:
                sink.trouble(f"HTTP {self._host}:{self._port}: {why}")

        await self._retry.forever(partial(self._attempt, sinks), trouble)

    async def _attempt(self, sinks: Mapping[str, Sink]) -> str:
        intake = _Intake(self._routes, sinks, self._concurrency, self._kept_s, self._limits.retry_after_s)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        with socket.create_server(address[:2], family=family) as sock:
            sock.setblocking(False)
            self.address = sock.getsockname()[:2]
            try:
                await serve(intake.app, sock, self._limits, self._tls, self._started, intake.close)
            finally:
                self._up.clear()
        return "closed"

    def _started(self) -> None:
        self._retry.succeeded()
        self._up.set()


class _Answer(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


_TOO_LARGE = _Answer(413, b"too large\n")


class _Intake:
    """The application behind the server, for one run."""

    def __init__(
        self,
        routes: Mapping[str, HttpRoute],
        sinks: Mapping[str, Sink],
        concurrency: int,
        kept_s: float,
        retry_after_s: int,
    ) -> None:
        self._routes = routes
        self._sinks = sinks
        self._concurrency = concurrency
        self._kept_s = kept_s
        self._share = max(1, concurrency // 2)
        self._again = _Answer(503, b"come again\n", ((b"retry-after", b"%d" % retry_after_s),))
        self._active: Counter[str] = Counter()  # requests by host
        self._waits: set[asyncio.Timeout] = set()
        self._closed = False
        self._refused = 0

    async def app(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        answer = await self._answer(scope, receive)
        if answer is None:
            return
        headers = [(b"content-length", b"%d" % len(answer.body)), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    def close(self) -> None:
        """Whoever waits for `kept` waits no longer, and nobody begins to."""
        self._closed = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(0)

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> _Answer | None:
        """None when the sender has left before its request was whole."""
        headers = dict(scope["headers"])
        host = scope["client"][0] if scope["client"] else ""
        path = self._path(scope["path"])
        refusal = self._refusal(path, scope["method"], headers, host)
        if refusal is not None:
            return refusal
        self._active[host] += 1
        try:
            route = self._routes[path]
            limit_bytes = route.limit_bytes
            body = await _read(receive, limit_bytes)
            if isinstance(body, bytes) and headers.get(b"content-encoding", b"identity").lower() != b"identity":
                body = await asyncio.to_thread(_gunzip, body, limit_bytes)  # zlib lets go of the interpreter
            if not isinstance(body, bytes):
                return body
            peer = headers.get(b"content-type", b"").decode("latin-1")
            if route.below:
                query = scope["query_string"].decode("latin-1")
                peer = scope["path"][len(path) :] + (f"?{query}" if query else "")
            return await self._pour(self._sinks[path], peer[:_PEER_CHARS], body)
        finally:
            self._active[host] -= 1
            self._active += Counter()  # forgets hosts that have none

    def _path(self, path: str) -> str:
        """The route that a path belongs to: its own, or the longest that takes what is below it."""
        for end in range(len(path), 0, -1) if path not in self._routes else ():
            above = path[:end]
            if path[end : end + 1] == "/" and above in self._routes and self._routes[above].below:
                return above
        return path

    def _refusal(self, path: str, method: str, headers: Mapping[bytes, bytes], host: str) -> _Answer | None:
        """What can be said before the body comes."""
        route = self._routes.get(path)
        if route is None:
            return _Answer(404, b"nothing here\n")
        if method != "POST":
            return _Answer(405, b"POST only\n", ((b"allow", b"POST"),))
        if not route.admits(headers.get(b"authorization", b"")):
            self._refused += 1
            if worth_telling(self._refused):
                why = f"{host} posts to {path} without the right credentials ({self._refused} times refused)"
                self._sinks[path].trouble(why)
            return _Answer(401, b"who are you?\n", ((b"www-authenticate", b'Basic realm="center"'),))
        if headers.get(b"content-encoding", b"identity").lower() not in (b"identity", b"gzip", b"x-gzip"):
            return _Answer(415, b"gzip or nothing\n")
        length = headers.get(b"content-length", b"0")
        if len(length) > _MOST_DIGITS or int(length) > route.limit_bytes:
            return _TOO_LARGE
        if self._closed or self._active.total() >= self._concurrency or self._active[host] >= self._share:
            return self._again
        return None

    async def _pour(self, sink: Sink, peer: str, body: bytes) -> _Answer:
        receipt = sink.arrive([(peer, body)])
        reply = sink.replies(peer)
        try:
            async with asyncio.timeout(0 if self._closed else self._kept_s) as wait:
                self._waits.add(wait)
                try:
                    await sink.kept(receipt)
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            return self._again
        return _Answer(200, reply)


async def _read(receive: ASGIReceiveCallable, limit_bytes: int) -> bytes | _Answer | None:
    pieces: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        size_bytes += len(message["body"])
        if size_bytes > limit_bytes:
            return _TOO_LARGE
        pieces.append(message["body"])
        if not message["more_body"]:
            return b"".join(pieces)


def _gunzip(body: bytes, limit_bytes: int) -> bytes | _Answer:
    """Of one member (RFC 1952): a sender of many empty ones would make us copy the rest for each."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        unpacked = inflater.decompress(body, limit_bytes + 1)
    except zlib.error:
        return _Answer(400, b"not gzip\n")
    if len(unpacked) > limit_bytes:
        return _TOO_LARGE
    if not inflater.eof or inflater.unused_data:
        return _Answer(400, b"gzip cut short, or something behind it\n")
    return unpacked
