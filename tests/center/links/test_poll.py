"""A document asked for over HTTP: what is poured, what is sent, and what is trouble."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from center.links.poll import PollLink
from center.links.poll_http import HEAD_BYTES, Target
from center.links.retry import Retry
from center.site import SiteError, from_tables
from center.wiring import open_wires
from tests.center.links.basin import Basin, becomes, carrying, turns
from tests.center.links.conftest import Certificate, Play
from tests.servers import LOOPBACK, free_port

pytestmark = pytest.mark.wire

Serve = Callable[[bytes, int], bytes]
"""From a request's head and its number to the bytes of the answer; without any, the connection is closed."""


class Server:
    """A web server that says what a test wants it to say, byte by byte."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.requests: list[bytes] = []
        self.connections = 0
        self.answering: set[asyncio.Task[None] | None] = set()
        self.port = free_port()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.answering.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                said = self.serve(self.requests[-1], len(self.requests))
                writer.write(said)
                await writer.drain()
                if not said or b"\r\nConnection: close\r\n" in said:
                    break
        writer.transport.abort()


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(serve)
    listener = await asyncio.start_server(server.answer, LOOPBACK, server.port, ssl=tls)
    try:
        yield server
    finally:
        listener.close()
        await asyncio.gather(*filter(None, server.answering))  # who hung up a moment ago is still being noticed


def ok(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (status, len(body), lines, body)


def poll(server: Server, path: str = "/data/aircraft.json", **more: object) -> PollLink:
    options = {"every_s": 0.01, "retry": Retry(first_s=0.02, most_s=0.2, steady_s=0.0)} | more
    return PollLink("sky", f"http://{LOOPBACK}:{server.port}{path}", **options)  # type: ignore[arg-type]


# --- what is poured -------------------------------------------------------------------------------------------------


def test_each_new_state_of_the_document_is_poured_once(play: Play) -> None:
    """Twice the same is one item; all over one connection; the peer is the server, and gone when the link ends."""

    async def story() -> None:
        basin = Basin()
        async with serving(lambda _, number: ok(b"state %d" % (number // 2))) as server:
            async with carrying(poll(server), basin):
                await basin.until(lambda: len(basin.items) >= 4)
            peer = f"{LOOPBACK}:{server.port}"
            assert basin.items[:4] == [(peer, b"state %d" % number) for number in range(4)]
            assert basin.batches == [1] * len(basin.items)
            assert (server.connections, basin.ended, basin.troubles) == (1, [peer], [])

    play(story())


def test_the_server_is_told_which_state_we_have(play: Play) -> None:
    """Its own validators come back to it, and a 304 is no item and no trouble."""

    async def story() -> None:
        basin = Basin()
        tags = (b'ETag: "a"', b"Last-Modified: Mon, 23 Mar 2026 12:00:00 GMT")

        def serve(request: bytes, number: int) -> bytes:
            if number in (1, 4):
                return ok(b"%d" % number, *tags)
            return ok(b"", b'ETag: "a"', status=b"304 Not Modified").replace(b"Content-Length: 0\r\n", b"")

        async with serving(serve) as server, carrying(poll(server), basin):
            await basin.until(lambda: len(basin.items) == 2)
            first, second = server.requests[:2]
            assert b"If-None-Match" not in first
            assert b"If-Modified-Since" not in first
            assert b'\r\nIf-None-Match: "a"\r\nIf-Modified-Since: Mon, 23 Mar 2026 12:00:00 GMT\r\n' in second
            assert basin.data == [b"1", b"4"]
            assert basin.troubles == []

    play(story())


@pytest.mark.parametrize(
    "answer",
    [
        ok(gzip.compress(b"the document", mtime=0), b"Content-Encoding: gzip"),
        ok(b"the document", b"Connection: close"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nthe \r\n8\r\ndocument\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nthe document",
        b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + ok(b"the document"),
    ],
    ids=["gzip", "one answer a connection", "chunks", "to the end of the connection", "after an interim answer"],
)
def test_the_document_may_come_in_any_of_http_s_ways(play: Play, answer: bytes) -> None:
    """Packed, in chunks, without a length, with the connection closed behind it: it is what was meant."""

    async def story() -> None:
        basin = Basin()
        async with serving(lambda *_: answer) as server, carrying(poll(server), basin):
            await becomes(lambda: bool(basin.items) and len(server.requests) >= 3)
            assert basin.data == [b"the document"]
            assert basin.troubles == []
            assert b"\r\nAccept-Encoding: gzip\r\n" in server.requests[0]

    play(story())


def test_a_connection_that_the_server_closed_in_between_is_no_trouble(play: Play) -> None:
    """Servers close what is idle: the question is asked again over a new connection."""

    async def story() -> None:
        basin = Basin()
        async with (
            serving(lambda _, number: b"" if number % 2 == 0 else ok(b"%d" % number)) as server,
            carrying(poll(server), basin),
        ):
            await basin.until(lambda: len(basin.items) >= 3)
            assert basin.data[:3] == [b"1", b"3", b"5"]
            assert server.connections >= 3
            assert basin.troubles == []

    play(story())


def test_the_next_question_waits_until_the_last_answer_is_kept(play: Play) -> None:
    """A center that falls behind is asked to keep nothing more."""

    async def story() -> None:
        basin = Basin(durable=False)
        async with (
            serving(lambda _, number: ok(b"%d" % number)) as server,
            carrying(poll(server, every_s=0.0), basin, up=False),
        ):
            await basin.until(lambda: len(basin.items) == 1)
            await turns(500)
            assert len(server.requests) == 1
            basin.durable.set()
            await basin.until(lambda: len(basin.items) >= 2)

    play(story())


# --- who asks -------------------------------------------------------------------------------------------------------


def test_credentials_are_sent_and_never_told(play: Play) -> None:
    """A bearer token or a password goes into the request, and neither it nor the URL's query into any sentence."""

    async def story() -> None:
        basin = Basin()
        async with serving(lambda *_: ok(b"", status=b"401 Unauthorized")) as server:
            for given in ({"bearer": "hush-token"}, {"basic": ("ada", "hush-word")}):
                link = poll(server, "/a.json?key=hush-key", **given)
                async with carrying(link, basin, up=False):
                    await basin.until(lambda: len(basin.troubles) == 1)
                assert basin.troubles == [f"GET http://{LOOPBACK}:{server.port}/a.json: 401 Unauthorized"]
                assert "hush" not in repr(link)
                basin.troubles.clear()
        assert server.requests[0].startswith(b"GET /a.json?key=hush-key HTTP/1.1\r\n")
        assert b"\r\nAuthorization: Bearer hush-token\r\n" in server.requests[0]
        basic = b64encode(b"ada:hush-word")
        assert any(b"\r\nAuthorization: Basic " + basic + b"\r\n" in request for request in server.requests)

    play(story())


def test_tls_is_checked(play: Play, certificate: Certificate) -> None:
    """A server that cannot prove who it is gets no question; one that can is asked."""

    async def story() -> None:
        async with serving(lambda *_: ok(b"secret sky"), certificate.server()) as server:
            for tls in (None, certificate.client()):
                basin = Basin()
                link = PollLink("sky", f"https://localhost:{server.port}/", every_s=0.01, tls=tls)
                async with carrying(link, basin, up=tls is not None):
                    await basin.until(lambda: bool(basin.items or basin.troubles))  # noqa: B023
                if tls is None:
                    assert server.requests == []
                    assert "certificate refused" in basin.troubles[0]
                else:
                    assert basin.data == [b"secret sky"]

    play(story())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/",
        "host/aircraft.json",
        "http:///x",
        "http://host:port/",
        "http://host:99999/",
        "http://ada:hush@host/",
        "http://host/a b",
        "http://host/\r\nX-Injected: 1",
        "http://höst/",
    ],
)
def test_a_url_that_cannot_be_asked_is_refused_at_once(url: str) -> None:
    """By the constructor, without repeating what may be a password."""
    with pytest.raises(ValueError, match=r"url|[Pp]ort") as refused:
        PollLink("sky", url)
    assert "hush" not in str(refused.value)


def test_a_token_that_would_end_its_line_is_refused() -> None:
    """It could smuggle in another header."""
    with pytest.raises(ValueError, match="token"):
        PollLink("sky", "http://host/", bearer="a\r\nX: 1")


def test_urls_lead_where_they_say() -> None:
    """Ports, IPv6 hosts, queries and empty paths."""
    assert Target.of("https://host")[:5] == ("host", 443, True, "host", "/")
    assert Target.of("http://[::1]:8080/a?b=c#d")[:5] == ("::1", 8080, False, "[::1]:8080", "/a?b=c")


# --- trouble --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ok(b"", b"Location: http://elsewhere/", status=b"302 Found"), "302 Found (redirects are not followed)"),
        (ok(b"gone", status=b"404 Not Found"), "404 Not Found"),
        (ok(b"", status=b"599 Whatever"), "599"),
        (ok(b"x" * 1001), "a document larger than 1000 bytes"),
        (ok(gzip.compress(bytes(1 << 20), mtime=0), b"Content-Encoding: gzip"), "a document larger than 1000 bytes"),
        (ok(b"not packed", b"Content-Encoding: gzip"), "the document is not gzip"),
        (ok(gzip.compress(b"document", mtime=0)[:-4], b"Content-Encoding: gzip"), "the document's gzip is cut short"),
        (ok(b"x", b"Content-Encoding: br"), "an encoding that was not asked for"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2 * HEAD_BYTES, f"more than {HEAD_BYTES} bytes besides the document"),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nhalf",
            "the connection ended inside the answer",
        ),
        (b"", "the other end closed the connection"),
    ],
)
def test_what_is_no_document_is_trouble_and_told_once(play: Play, answer: bytes, why: str) -> None:
    """Asked for ever more patiently, poured never; and when the server has come to its senses the document is."""

    async def story() -> None:
        basin = Basin()
        told = [answer]
        async with serving(lambda *_: told[0]) as server, carrying(poll(server, limit_bytes=1000), basin, up=False):
            await basin.until(lambda: bool(basin.troubles))
            asked = len(server.requests)
            await becomes(lambda: len(server.requests) >= asked + 2)
            assert basin.troubles == [f"GET http://{LOOPBACK}:{server.port}/data/aircraft.json: {why}"]
            assert basin.items == []
            told[0] = ok(b"well again")
            await basin.until(lambda: basin.data == [b"well again"])

    play(story())


def test_a_server_that_does_not_answer_is_given_up(play: Play) -> None:
    """Silence, and silence in the middle, end after the time an answer may take."""

    async def story() -> None:
        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(1)
            if len(connections) > 1:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf of it")
            with suppress(ConnectionError):
                while await reader.read():
                    pass
            writer.transport.abort()

        connections: list[int] = []
        port = free_port()
        listener = await asyncio.start_server(hang, LOOPBACK, port)
        basin = Basin()
        link = PollLink("sky", f"http://{LOOPBACK}:{port}/", answer_s=0.2, retry=Retry(first_s=0.02))
        async with carrying(link, basin, up=False):
            await becomes(lambda: len(connections) >= 3)
            assert basin.troubles == [f"GET http://{LOOPBACK}:{port}/: no answer within 0.2 s"]
            assert basin.items == []
        listener.close()

    play(story())


def test_a_document_that_stays_the_same_is_told_once(play: Play) -> None:
    """A receiver program that has died leaves its last file with the web server; a new state ends that."""

    async def story() -> None:
        basin = Basin()
        state = [b"frozen"]
        async with serving(lambda *_: ok(state[0])) as server, carrying(poll(server, idle_s=0.05), basin):
            await basin.until(lambda: len(basin.troubles) == 1)
            assert basin.troubles[0].endswith("/data/aircraft.json: the same document for 0.05 s")
            asked = len(server.requests)
            await becomes(lambda: len(server.requests) >= asked + 10)
            assert len(basin.troubles) == 1
            state[0] = b"thawed"
            await basin.until(lambda: len(basin.items) == 2)
            await basin.until(lambda: len(basin.troubles) == 2)

    play(story())


# --- in a site file -------------------------------------------------------------------------------------------------


def site(**feed: object) -> dict[str, object]:
    told = {"name": "sky", "format": "aircraft-json", "link": "poll"} | feed
    return {"site": {"name": "x", "simulated": True}, "feeds": [told]}


def test_a_site_file_names_the_url_and_how_often(play: Play, tmp_path: Path) -> None:
    """`link = "poll"` with `url` and `every_s` is a link that runs."""

    async def story() -> None:
        basin = Basin()
        async with serving(lambda _, number: ok(b"%d" % number)) as server:
            tables = site(url=f"http://{LOOPBACK}:{server.port}/a", every_s=0.01, username="ada", password="x")
            (wire,) = open_wires(from_tables(tables, "test"), tmp_path)
            task = asyncio.create_task(wire.run({"sky": basin}))
            await basin.until(lambda: len(basin.items) >= 2)
            task.cancel()
            await asyncio.wait([task])
        assert b"\r\nAuthorization: Basic " in server.requests[0]

    play(story())


@pytest.mark.parametrize(
    "feed", [{}, {"url": "http://ada:hush@host/"}, {"url": "host"}, {"url": "http://host/", "every_s": 0.0}]
)
def test_a_site_file_s_mistake_is_told(tmp_path: Path, feed: dict[str, object]) -> None:
    """No URL, one with a password in it, none at all, and asking without a pause."""
    with pytest.raises(SiteError, match=r"url|every_s"):
        open_wires(from_tables(site(**feed), "test"), tmp_path)
