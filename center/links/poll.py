"""HTTP out: a web server that is asked for one document again and again.

Knows: when to ask, what an answer is worth, and that a document which has not changed is no news.
Refuses to know: what a document says, and where a redirect would lead.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from functools import partial
from typing import NoReturn

from center.links.link import Endpoint, Sink
from center.links.poll_http import Answer, Target, head_of
from center.links.retry import Retry

_READ_BYTES = 64 << 10


class PollLink(Endpoint):
    """A Link; the peer is the server's `host:port`, and each new state of the document is one whole item.

    Asks every `every_s`, over one connection while the server keeps it open, and says what it has already
    (`If-None-Match`, `If-Modified-Since`). A document that is the same as before is not poured; when it has been for
    `idle_s` (None: never), operators are told. An answer takes at most `answer_s`, and has at most `limit_bytes` as
    sent and as unpacked (gzip). Whatever is no answer, a redirect too, is trouble, and asked for ever more patiently.
    Raises ValueError for a URL or a credential that cannot be sent; `bearer` goes before `basic` (user, password).
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        every_s: float = 1.0,
        answer_s: float = 10.0,
        idle_s: float | None = 300.0,
        limit_bytes: int = 8 << 20,
        bearer: str | None = None,
        basic: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name)
        self._target = Target.of(url)
        self._every_s = every_s
        self._answer_s = answer_s
        self._idle_s = idle_s
        self._limit_bytes = limit_bytes
        self._head = head_of(self._target, bearer, basic)
        self._tls = (tls or ssl.create_default_context()) if self._target.secure else None
        self._retry = retry or Retry()
        self._peer = f"{self._target.host}:{self._target.port}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._document: bytes | None = None  # the last state …
        self._validators = b""  # … and the headers that say that we have it
        self._new_at = 0.0
        self._is_idle = False

    async def run(self, sink: Sink) -> None:
        self._new_at = asyncio.get_running_loop().time()
        try:
            await self._retry.forever(
                partial(self._attempt, sink), lambda why: sink.trouble(f"GET {self._target.shown}: {why}")
            )
        finally:
            sink.gone(self._peer)

    async def _attempt(self, sink: Sink) -> NoReturn:
        """Asks until an OSError says why that does not work."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                due = loop.time() + self._every_s
                answer = await self._answer()
                await self._take(answer, sink)
                self._retry.succeeded()
                self._up.set()
                if not answer.keeps_open:
                    await self._hang_up()
                await asyncio.sleep(max(0.0, due - loop.time()))
        finally:
            self._up.clear()
            await self._hang_up()

    async def _answer(self) -> Answer:
        try:
            async with asyncio.timeout(self._answer_s):
                if self._streams is not None:
                    answer = await self._ask(*self._streams)
                    if answer is not None:
                        return answer
                    await self._hang_up()  # the server has closed what was kept open
                self._streams = await asyncio.open_connection(self._target.host, self._target.port, ssl=self._tls)
                answer = await self._ask(*self._streams)
        except TimeoutError:
            raise TimeoutError(f"no answer within {self._answer_s:g} s") from None
        if answer is None:
            raise ConnectionError("the other end closed the connection")
        return answer

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer | None:
        """None when the connection was over before the answer began."""
        answer = Answer(self._limit_bytes)
        writer.write(self._head + self._validators + b"\r\n")
        while not answer.complete:
            try:
                data = await reader.read(_READ_BYTES)
            except ConnectionError:
                data = b""
            if not data and not answer.begun:
                return None
            answer.feed(data)
        return answer

    async def _hang_up(self) -> None:
        if self._streams is None:
            return
        (_, writer), self._streams = self._streams, None
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()

    async def _take(self, answer: Answer, sink: Sink) -> None:
        """Pours the document if it has changed. Raises OSError for what is no document."""
        document = await answer.document()
        now = asyncio.get_running_loop().time()
        if document is not None and document != self._document:
            await sink.kept(sink.arrive([(self._peer, document)]))
            self._document, self._validators = document, answer.validators()
            self._new_at, self._is_idle = now, False
        elif self._idle_s is not None and now - self._new_at >= self._idle_s and not self._is_idle:
            self._is_idle = True
            sink.trouble(f"GET {self._target.shown}: the same document for {self._idle_s:g} s")
