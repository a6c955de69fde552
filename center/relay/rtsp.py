"""Pulling a camera by RTSP (RFC 2326) over one TCP connection, pictures and all.

Knows: how a session is opened, kept alive and ended, and how to sign in.
Refuses to know: what is done with what comes. An address' credentials never appear in an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable
from typing import Protocol, cast
from urllib.parse import urlsplit

from center.relay import rtp, sdp
from center.relay.media import Offer, Report
from center.relay.pace import Pace
from center.relay.rtp import Depacketiser, SenderClock, Unit
from center.relay.rtsp_auth import SignIn, split_url
from center.relay.rtsp_wire import Response, Wire, request

ANSWER_S = 8.0
SILENT_S = 10.0
"""A camera that sends nothing for so long is asked anew. Answers are nothing, nor are reports beside no pictures."""
_LISTEN_S = 2.0
_MOST_UNANSWERED = 16


class Hearer(Protocol):
    """Who wants what a camera sends."""

    def opened(self, offer: Offer) -> None:
        """What will come; before anything else comes."""
        ...

    def heard(self, unit: Unit) -> None: ...


class NotSpokenError(Exception):
    """The camera offers what this client does not read; another one may."""


async def play(
    url: str, kind: sdp.Kind, hearer: Hearer, pace: Pace | None = None, clock: SenderClock | None = None
) -> str:
    """Returns the sentence why it is over. Without a `pace` all is taken at once; `clock` is told what the camera says
    of its own. Raises OSError, NotSpokenError."""
    loop = asyncio.get_running_loop()
    try:
        bare, name, password = split_url(url)
        host, port, tls = _where(bare)
    except ValueError:
        raise OSError("the camera's address cannot be read") from None
    try:
        async with asyncio.timeout(ANSWER_S):
            _, session = await loop.create_connection(
                lambda: _Session(SignIn(name, password), hearer, pace, clock), host, port, ssl=tls
            )
    except TimeoutError:
        raise OSError(f"no connection within {ANSWER_S:g} s") from None
    try:
        await session.open(bare, kind)
        return await session.stay()
    finally:
        session.leave()


def _where(bare: str) -> tuple[str, int, ssl.SSLContext | None]:
    parts = urlsplit(bare)
    if not parts.hostname:
        raise ValueError("no host")
    is_tls = parts.scheme == "rtsps"
    return parts.hostname, parts.port or (322 if is_tls else 554), ssl.create_default_context() if is_tls else None


def _ignored(data: memoryview, at: int, end: int) -> int:  # noqa: ARG001
    """Packets before anything was agreed on."""
    return end


class _Session(asyncio.BufferedProtocol):
    def __init__(self, sign_in: SignIn, hearer: Hearer, pace: Pace | None, clock: SenderClock | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._sign_in = sign_in
        self._hearer = hearer
        self._pace = pace or Pace(lambda: 0)
        self._wire = Wire({0: _ignored, 1: _ignored})
        self._transport: asyncio.Transport
        self._number = 0
        self._waiting: dict[str, asyncio.Future[Response]] = {}
        self._clock = clock or SenderClock()
        self._session = ""
        self._keep_alive_s = 25.0
        self._keeper = "GET_PARAMETER"
        self._reader: Depacketiser | None = None
        self._is_video = False
        self._base = ""
        self._over: asyncio.Future[str] = self._loop.create_future()

    # --- the connection -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._pace.begin(transport.get_extra_info("socket"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._pace.begin(None)
        self._end(str(exc) if exc else "the camera closed the connection")

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return self._wire.room()

    def buffer_updated(self, nbytes: int) -> None:
        if self._pace.is_slow:
            self._pace.taken()
        for answer in self._wire.received(nbytes):
            waiting = self._waiting.pop(answer.headers.get("cseq", ""), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
        if self._wire.is_hopeless:
            self._end("what comes is not RTSP")

    def _end(self, why: str) -> None:
        if not self._over.done():
            self._over.set_result(why)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError(why))
        self._waiting.clear()

    # --- a session ----------------------------------------------------------------------------------------------------

    async def open(self, address: str, kind: sdp.Kind) -> None:
        """Raises OSError, NotSpokenError."""
        self._base = address
        described = await self._ask("DESCRIBE", address, {"Accept": "application/sdp"})
        base = described.headers.get("content-base") or described.headers.get("content-location") or address
        one = sdp.first(sdp.media(described.body, base), kind)
        if one is None:
            raise OSError(f"the camera offers no {kind}")
        packets = _READERS.get(one.codec)
        if packets is None or not _is_readable(one):
            raise NotSpokenError(one.codec)
        self._clock.begin(one.rate_hz)
        wanted = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
        answer = await self._ask("SETUP", one.control, wanted)
        self._session, _, more = answer.headers.get("session", "").partition(";")
        timeout = more.partition("timeout=")[2].partition(";")[0].strip()
        if timeout.isascii() and timeout.isdigit() and len(timeout) < 6:
            self._keep_alive_s = max(2.0, int(timeout) / 2.5)
        sets = tuple(sdp.parameter_sets(one))
        if one.codec == "MPEG4-GENERIC":
            sets = (_hex(one.parameters.get("config", "")),)
        self._hearer.opened(Offer(one.codec, one.rate_hz, one.channels if kind == "audio" else 0, sets))
        first, second = _channels(answer.headers.get("transport", ""))
        self._reader, self._is_video = packets(self._hearer.heard), kind == "video"
        self._wire.tap({second: self._clock.receive, first: self._reader.receive})  # some play before they answer
        self._base = base
        await self._ask("PLAY", base, {"Range": "npt=0.000-"})

    async def stay(self) -> str:
        """Returns why it is over."""
        heard_at = self._loop.time()
        heard, due_at = self._heard(), heard_at + self._keep_alive_s
        while not self._over.done():
            now = self._loop.time()
            if heard != self._heard():
                heard, heard_at = self._heard(), now
            elif now - heard_at > SILENT_S:
                return f"nothing came for {SILENT_S:g} s"
            if now >= due_at:
                due_at = now + self._keep_alive_s
                self._remind()
            await asyncio.wait([self._over], timeout=max(0.1, min(due_at - now, _LISTEN_S)))
        return self._over.result()

    def _heard(self) -> tuple[int, Report | None]:
        """It is another one when something has come. Sound and words may pause; then reports say that all is well."""
        assert self._reader is not None
        return self._reader.next, None if self._is_video else self._clock.report

    def leave(self) -> None:
        self._pace.begin(None)
        if self._session and not self._transport.is_closing():
            self._send("TEARDOWN", self._base, {})
        self._transport.close()
        with contextlib.suppress(asyncio.InvalidStateError):
            self._over.cancel()

    def _remind(self) -> None:
        """Keeps the session; a camera that does not know the word is asked with another from then on."""
        if len(self._waiting) > _MOST_UNANSWERED:
            self._waiting.clear()
        number = self._send(self._keeper, self._base, {})
        answer: asyncio.Future[Response] = self._loop.create_future()
        answer.add_done_callback(self._reminded)
        self._waiting[number] = answer

    def _reminded(self, answer: asyncio.Future[Response]) -> None:
        if not answer.cancelled() and answer.exception() is None and answer.result().status in (405, 501, 551):
            self._keeper = "OPTIONS"

    async def _ask(self, method: str, url: str, headers: dict[str, str]) -> Response:
        """The answer, if it is one of success; signs in when asked to. Raises OSError."""
        answer = await self._exchange(method, url, headers)
        if answer.status == 401 and self._sign_in.challenged(answer.several.get("www-authenticate", ())):
            answer = await self._exchange(method, url, headers)
        if answer.status == 401:
            raise OSError("the camera does not let us in")
        if answer.status != 200:
            raise OSError(f"the camera answers {method} with {answer.status}")
        return answer

    async def _exchange(self, method: str, url: str, headers: dict[str, str]) -> Response:
        number = self._send(method, url, headers)
        waiting: asyncio.Future[Response] = self._loop.create_future()
        self._waiting[number] = waiting
        if self._over.done():
            raise OSError(self._over.result())
        try:
            async with asyncio.timeout(ANSWER_S):
                return await waiting
        except TimeoutError:
            raise OSError(f"no answer to {method} within {ANSWER_S:g} s") from None

    def _send(self, method: str, url: str, headers: dict[str, str]) -> str:
        self._number += 1
        signed = self._sign_in.header(method, url)
        every = {
            **headers,
            "User-Agent": "center",
            **({"Session": self._session} if self._session else {}),
            **({"Authorization": signed} if signed else {}),
        }
        self._transport.write(request(method, url, self._number, every))
        return str(self._number)


_READERS: dict[str, Callable[[rtp.Done], Depacketiser]] = {
    "H264": rtp.H264,
    "PCMU": rtp.Plain,
    "PCMA": rtp.Plain,
    "OPUS": rtp.Plain,
    "MPEG4-GENERIC": rtp.Aac,
    "SMPTE336M": rtp.Plain,
}


def _is_readable(one: sdp.Media) -> bool:
    """H.264 interleaved (mode 2) and AAC with other header sizes are rare, and somebody else's to read."""
    if one.codec == "H264":
        return one.parameters.get("packetization-mode", "0") in ("0", "1")
    if one.codec == "MPEG4-GENERIC":
        said = one.parameters
        return said.get("sizelength") == "13" and said.get("indexlength") == "3" and bool(_hex(said.get("config", "")))
    return True


def _channels(transport: str) -> tuple[int, int]:
    """Of packets and reports, as the camera has it: they need not be those that it was asked for."""
    said = re.search(r"interleaved=(\d{1,3})(?:-(\d{1,3}))?", transport)
    first = int(said[1]) if said else 0
    second = int(said[2]) if said and said[2] else first + 1
    return first & 0xFF, second & 0xFF


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)[:64]
    except ValueError:
        return b""
