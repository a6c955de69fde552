"""HTTP feeds: 200 means durable, everything else means come again or go away, and no sender can hold us up."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import tracemalloc
from base64 import b64encode
from typing import Any, NamedTuple

import pytest

from center.links.http import HttpLink, HttpRoute
from center.links.http_server import Limits
from center.links.retry import Retry
from tests.center.links.basin import PATIENCE_S, Basin, becomes, carrying, turns
from tests.center.links.conftest import Certificate, Play, open_files
from tests.servers import LOOPBACK

pytestmark = pytest.mark.wire

OPEN = HttpRoute()


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def http(routes: dict[str, HttpRoute] | None = None, **more: Any) -> HttpLink:
    return HttpLink("http", LOOPBACK, 0, routes or {"/rekor": OPEN}, retry=Retry(0.02, 0.1, 0.0), **more)


def head(path: str = "/rekor", method: str = "POST", **headers: object) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: center"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def send(link: HttpLink, request: bytes, tls: ssl.SSLContext | None = None) -> Response:
    """One request on a connection of its own; the connection is closed by us once the answer is whole."""
    assert link.address is not None
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection(*link.address, ssl=tls, server_hostname=name)
    try:
        writer.write(request)
        async with asyncio.timeout(PATIENCE_S):
            return await response(reader)
    finally:
        writer.transport.abort()


async def response(reader: asyncio.StreamReader) -> Response:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Response(int(status.split()[1]), headers, body)


async def post(link: HttpLink, body: bytes, path: str = "/rekor", **headers: object) -> Response:
    return await send(link, head(path, "POST", content_length=len(body), **headers) + body)


def test_each_path_has_its_sink_and_the_peer_is_the_content_type(play: Play) -> None:
    """A body reaches the sink of its path whole, with what the sender says it is; the decoder's answer goes back."""

    async def story() -> None:
        rekor, eido = Basin(reply=lambda peer: f"got {peer}".encode()), Basin()
        link = http({"/rekor": OPEN, "/eido": OPEN})
        async with carrying(link, {"/rekor": rekor, "/eido": eido}):
            answer = await post(link, b'{"plate": 1}', content_type="application/json")
            assert (answer.status, answer.body) == (200, b"got application/json")
            boundary = "multipart/form-data; boundary=AaB03x"
            assert (await post(link, b"--AaB03x--", "/eido?token=7", content_type=boundary)).status == 200
            assert (await post(link, b"", "/eido")).status == 200
        assert rekor.items == [("application/json", b'{"plate": 1}')]
        assert eido.items == [(boundary, b"--AaB03x--"), ("", b"")]
        assert rekor.ended == eido.ended == rekor.troubles == []

    play(story())


def test_two_hundred_is_said_only_when_it_is_durable(play: Play) -> None:
    """The answer waits for `kept`, and others go on meanwhile. (Answer after `arrive` and this fails.)"""

    async def story() -> None:
        slow, fast = Basin(durable=False), Basin()
        link = http({"/slow": OPEN, "/fast": OPEN})
        async with carrying(link, {"/slow": slow, "/fast": fast}):
            waiting = asyncio.create_task(post(link, b"1", "/slow"))
            await slow.until(lambda: slow.data == [b"1"])
            assert (await post(link, b"2", "/fast")).status == 200
            assert not waiting.done()
            slow.durable.set()
            assert (await waiting).status == 200

    play(story())


def test_what_cannot_be_kept_in_time_is_asked_for_again(play: Play) -> None:
    """A journal that hangs is answered for with 503 and Retry-After, so that the device keeps the read and retries."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = http(kept_s=0.05)
        async with carrying(link, {"/rekor": basin}):
            answer = await post(link, b"read")
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            basin.durable.set()
            assert (await post(link, b"read")).status == 200
        assert basin.data == [b"read", b"read"]

    play(story())


@pytest.mark.parametrize(
    ("request_bytes", "status", "more"),
    [
        (head("/nowhere", content_length=1) + b"x", 404, {}),
        (head("/rekor/", content_length=1) + b"x", 404, {}),
        (head(method="GET"), 405, {"allow": "POST"}),
        (head(method="PUT", content_length=1) + b"x", 405, {"allow": "POST"}),
        (head(content_length=101), 413, {}),
        (head(content_length=1 << 40), 413, {}),
        (head(content_length="0" * 5_000 + "1") + b"x", 413, {}),
        (head(transfer_encoding="chunked") + b"65\r\n" + bytes(101) + b"\r\n0\r\n\r\n", 413, {}),
        (head(content_length=1, content_encoding="br") + b"x", 415, {}),
        (head(content_length=3, content_encoding="gzip") + b"abc", 400, {}),
        (head(content_length="x"), 400, {}),
        (head(content_length=-1), 400, {}),
        (head(content_length=5, transfer_encoding="chunked") + b"0\r\n\r\n", 400, {}),
        (head(transfer_encoding="chunked") + b"xyz\r\n", 400, {}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, {}),
        (b"POST /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n", 400, {}),
    ],
)
def test_what_is_not_wanted_is_refused_by_its_own_code(
    play: Play, request_bytes: bytes, status: int, more: dict[str, str]
) -> None:
    """Wrong path, method, size, encoding, framing: each has its status, nothing of it is poured, and the next request
    is served."""

    async def story() -> None:
        basin = Basin()
        link = http({"/rekor": HttpRoute(limit_bytes=100)})
        async with carrying(link, {"/rekor": basin}):
            answer = await send(link, request_bytes)
            assert answer.status == status
            assert answer.headers.items() >= more.items()
            assert (await post(link, bytes(100))).status == 200
        assert basin.data == [bytes(100)]

    play(story())


def test_bodies_come_in_pieces_of_any_size(play: Play) -> None:
    """A chunked body and one that trickles byte by byte are poured whole, once."""

    async def story() -> None:
        basin = Basin()
        link = http()
        chunks = b"".join(b"%x\r\n%s\r\n" % (n, bytes([65 + n]) * n) for n in range(1, 20))
        async with carrying(link, {"/rekor": basin}):
            answer = await send(link, head(transfer_encoding="chunked") + chunks + b"0\r\n\r\n")
            assert answer.status == 200
            assert link.address is not None
            reader, writer = await asyncio.open_connection(*link.address)
            for byte in head(content_length=20) + b"twenty bytes exactly":
                writer.write(bytes([byte]))
                await writer.drain()
                await turns(1)
            assert (await response(reader)).status == 200
            writer.write(head(content_length=5) + b"again" + head(content_length=5) + b"twice")  # pipelined
            assert [(await response(reader)).status for _ in range(2)] == [200, 200]
            writer.transport.abort()
        assert basin.data[0] == b"".join(bytes([65 + n]) * n for n in range(1, 20))
        assert basin.data[1:] == [b"twenty bytes exactly", b"again", b"twice"]

    play(story())


def test_half_a_body_is_never_poured(play: Play) -> None:
    """A sender that promises more than it sends and hangs up has said nothing."""

    async def story() -> None:
        basin = Basin()
        link = http()
        async with carrying(link, {"/rekor": basin}):
            assert link.address is not None
            _, writer = await asyncio.open_connection(*link.address)
            writer.write(head(content_length=1000) + b"half of it")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            assert (await post(link, b"whole")).status == 200
            await turns(10)
        assert basin.data == [b"whole"]

    play(story())


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_gzipped_body_is_unpacked(play: Play, encoding: str) -> None:
    """What the decoder gets is what the sender packed, small or large."""

    async def story() -> None:
        basin = Basin()
        link = http()
        large = bytes(range(256)) * 20_000
        async with carrying(link, {"/rekor": basin}):
            for body in (b"{}", large):
                assert (await post(link, gzip.compress(body), content_encoding=encoding)).status == 200
        assert basin.data == [b"{}", large]

    play(story())


def packed(body: bytes) -> bytes:
    """Without the time of day, which would give a test another name each second."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (packed(bytes(100_001)), 413),
        (packed(bytes(100 << 20)), 413),
        (packed(bytes(100))[:-5], 400),
        (packed(b"one") + packed(b"two"), 400),
        (packed(b"one") + b"garbage", 400),
        (b"", 400),
    ],
)
def test_a_packed_body_cannot_burst(play: Play, body: bytes, status: int) -> None:
    """A hundred megabytes of nothing, a torn archive, something behind it: refused within the size that is allowed."""

    async def story() -> None:
        basin = Basin()
        link = http({"/rekor": HttpRoute(limit_bytes=100_000)})
        async with carrying(link, {"/rekor": basin}):
            assert (await post(link, body, content_encoding="gzip")).status == status
            at_limit = gzip.compress(bytes(100_000))
            assert (await post(link, at_limit, content_encoding="gzip")).status == 200
        assert basin.data == [bytes(100_000)]

    play(story())


def test_a_bomb_is_never_unpacked_beyond_the_limit(play: Play) -> None:
    """Thirty kilobytes that would be thirty megabytes cost the center not much more than the limit."""

    async def story() -> None:
        link = http({"/rekor": HttpRoute(limit_bytes=1_000_000)})
        bomb = gzip.compress(bytes(30 << 20))
        async with carrying(link, {"/rekor": Basin()}):
            tracemalloc.start()
            try:
                assert (await post(link, bomb, content_encoding="gzip")).status == 413
                assert tracemalloc.get_traced_memory()[1] < 10_000_000
            finally:
                tracemalloc.stop()

    play(story())


def basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def test_who_may_post_is_checked_before_the_body(play: Play) -> None:
    """Bearer token, Basic password, both or neither, as the path wants it; a wrong one is 401 before the body has come,
    told to operators without the secret."""

    async def story() -> None:
        doors = {
            "/token": HttpRoute(bearer="t0ken-secret"),
            "/basic": HttpRoute(basic=("axon", "pa:ss-secret")),
            "/both": HttpRoute(bearer="t0ken-secret", basic=("axon", "pa:ss-secret")),
            "/open": HttpRoute(),
        }
        token, user = "Bearer t0ken-secret", basic("axon", "pa:ss-secret")
        right = [("/token", token), ("/basic", user), ("/both", token), ("/both", user), ("/open", ""), ("/open", "x")]
        wrong = [("/token", user), ("/token", ""), ("/token", "Bearer "), ("/token", "t0ken-secret"), ("/basic", token)]
        wrong += [("/basic", basic("axon", "")), ("/basic", "Basic !"), ("/both", basic("t0ken-secret", ""))]
        sinks = {path: Basin() for path in doors}
        link = http(doors)
        async with carrying(link, sinks):
            for path, authorization in right:
                assert (await post(link, b"x", path, authorization=authorization)).status == 200
            assert (await post(link, b"x", "/token", authorization="bEARER  t0ken-secret")).status == 200
            for path, authorization in wrong:
                answer = await send(link, head(path, content_length=1000, authorization=authorization))
                assert (answer.status, "www-authenticate" in answer.headers) == (401, True)
        assert {path: len(sink.items) for path, sink in sinks.items()} == {
            "/token": 2,
            "/basic": 1,
            "/both": 2,
            "/open": 2,
        }
        told = [why for sink in sinks.values() for why in sink.troubles]
        assert len(told) == 4  # the 1st, 2nd, 4th and 8th
        assert "secret" not in " ".join(told) + repr(doors)

    play(story())


def test_more_at_once_than_allowed_come_again_later(play: Play) -> None:
    """Beyond the requests one host may have under way there is 503 with Retry-After; each place is given again."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = http(concurrency=6)
        async with carrying(link, {"/rekor": basin}):
            waiting = [asyncio.create_task(post(link, b"%d" % n)) for n in range(3)]
            await basin.until(lambda: len(basin.items) == 3)
            answer = await post(link, b"too many")
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            basin.durable.set()
            assert [(await answer).status for answer in waiting] == [200] * 3
            assert (await post(link, b"later")).status == 200
        assert b"too many" not in basin.data

    play(story())


@pytest.mark.parametrize(
    "slow",
    [
        b"",
        b"POST /rek",
        head(content_length=10)[:-2],
        head(content_length=10) + b"half",
        head(transfer_encoding="chunked") + b"5\r\nhel",
        head("/nowhere", content_length=1000) + b"x",
        head(content_length=1) + b"x\r\n",
    ],
)
def test_a_request_that_never_ends_is_hung_up_on(play: Play, slow: bytes) -> None:
    """A sender that drips bytes, or sends none, keeps its connection for `receive_s` and no longer, wherever in the
    request it stops; nobody else waits for it."""

    async def story() -> None:
        basin = Basin()
        link = http(limits=Limits(receive_s=0.2))
        async with carrying(link, {"/rekor": basin}):
            assert link.address is not None
            reader, writer = await asyncio.open_connection(*link.address)
            writer.write(slow)
            over = asyncio.ensure_future(drained(reader))
            assert (await post(link, b"quick")).status == 200
            while not over.done():
                writer.write(b"\r\n" if slow.endswith(b"x\r\n") else b"")  # drips between two requests
                await asyncio.wait([over], timeout=0.02)
            writer.transport.abort()
        assert [data for data in basin.data if data != b"x"] == [b"quick"]

    play(story())


async def drained(reader: asyncio.StreamReader) -> None:
    """Returns when the other end has hung up."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while await reader.read(65_536):
                pass
        except ConnectionResetError:
            pass


@pytest.mark.parametrize(
    "endless",
    [
        (head()[:-2], b"x-padding: " + b"a" * 1000 + b"\r\n"),
        (head()[:-2] + b"x-padding: ", b"a" * 1000),
        (b"POST /", b"a" * 1000),
        (head(transfer_encoding="chunked"), b"5;" + b"a" * 1000),
        (head(transfer_encoding="chunked") + b"0\r\n", b"x-trailer: " + b"a" * 1000 + b"\r\n"),
    ],
)
def test_what_comes_besides_a_body_is_bounded(play: Play, endless: tuple[bytes, bytes]) -> None:
    """Headers, a path, chunk sizes or trailers without end are cut off after `bare_bytes` or refused before."""

    async def story() -> None:
        basin = Basin()
        link = http(limits=Limits(bare_bytes=20_000))
        start, more = endless
        async with carrying(link, {"/rekor": basin}):
            assert link.address is not None
            reader, writer = await asyncio.open_connection(*link.address)
            writer.write(start)
            over = asyncio.ensure_future(drained(reader))
            sent = 0
            while not over.done():
                writer.write(more)
                sent += len(more)
                await asyncio.wait([over], timeout=0.001)
            assert sent < 4_000_000
            writer.transport.abort()
            assert (await post(link, b"quick")).status == 200
        assert basin.data == [b"quick"]

    play(story())


def test_more_connections_than_allowed_are_sent_away(play: Play) -> None:
    """Idle connections cannot use up the process's sockets; the one too many reads 503, and a freed place is given."""

    async def story() -> None:
        link = http(limits=Limits(connections=3))
        async with carrying(link, {"/rekor": Basin()}):
            assert link.address is not None
            idle = [await asyncio.open_connection(*link.address) for _ in range(3)]
            await turns(10)
            answer = await post(link, b"x")
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            idle[0][1].transport.abort()

            async def served() -> bool:
                return (await post(link, b"x")).status == 200

            async with asyncio.timeout(PATIENCE_S):
                while not await served():
                    await turns(1)
            for _, writer in idle:
                writer.transport.abort()

    play(story())


def test_a_sender_that_never_reads_its_answers_is_hung_up_on(play: Play) -> None:
    """Answers nobody reads cost a bounded amount of memory and time."""

    async def story() -> None:
        basin = Basin(reply=lambda peer: bytes(1 << 20))  # noqa: ARG005
        link = http(limits=Limits(receive_s=0.3))
        async with carrying(link, {"/rekor": basin}):
            with socket.create_connection(link.address or ("", 0)) as deaf:
                deaf.setblocking(False)
                deaf.send((head(content_length=1) + b"x") * 200)
                await basin.until(lambda: len(basin.items) > 1)
                connected = open_files()
                await becomes(lambda: len(open_files()) < len(connected))  # the server's end of it
            assert len(basin.items) < 100

    play(story())


def test_cancelling_answers_those_who_wait(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    """A center that stops tells the devices whose reads it has not kept to come again, and hangs up on the unfinished
    without waiting for them; then nobody listens."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = http(kept_s=60.0)
        async with carrying(link, {"/rekor": basin}):
            assert link.address is not None
            waiting = asyncio.create_task(post(link, b"unkept"))
            reader, writer = await asyncio.open_connection(*link.address)
            writer.write(head(content_length=10) + b"half")
            await basin.until(lambda: basin.data == [b"unkept"])
            unfinished = asyncio.create_task(drained(reader))
        assert (await waiting).status == 503
        await unfinished
        writer.transport.abort()
        with pytest.raises(ConnectionRefusedError):
            await post(link, b"too late")

    play(story())
    assert "Cancel" not in caplog.text  # uvicorn's word when its patience ends


def test_a_port_that_is_taken_is_told_and_tried_again(play: Play) -> None:
    """A taken port is a sentence for operators, not the end of the process."""

    async def story() -> None:
        basin = Basin()
        with socket.create_server((LOOPBACK, 0)) as other:
            port = other.getsockname()[1]
            link = HttpLink("http", LOOPBACK, port, {"/rekor": OPEN}, retry=Retry(0.02, 0.1, 0.0))
            async with carrying(link, {"/rekor": basin}, up=False):
                await basin.until(lambda: basin.troubles == [f"HTTP {LOOPBACK}:{port}: Address already in use"])
                other.close()
                await link.ready()
                assert (await post(link, b"at last")).status == 200

    play(story())


def test_it_can_be_had_over_tls(play: Play, certificate: Certificate) -> None:
    """Given a context, the listener speaks HTTPS."""

    async def story() -> None:
        basin = Basin()
        link = http(tls=certificate.server())
        async with carrying(link, {"/rekor": basin}):
            request = head(content_length=6) + b"sealed"
            assert (await send(link, request, tls=certificate.client())).status == 200
        assert basin.data == [b"sealed"]

    play(story())
