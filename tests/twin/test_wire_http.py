"""Devices that post, and a server that does to them what servers do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from tests.center.links.basin import becomes
from twin import wire_http
from twin.center_process import LOOPBACK
from twin.wire_http import Connection, HttpError, HttpPoster

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """A request's head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = next((int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
    return head, await reader.readexactly(size)


def story(serve: Client, told: Callable[[tuple[str, int]], Awaitable[None]]) -> None:
    """`serve` has a connection until it returns or the other side is gone."""
    serving: list[asyncio.Task[None] | None] = []

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def play() -> None:
        server = await asyncio.start_server(served, LOOPBACK, 0)
        async with server:
            await told((LOOPBACK, server.sockets[0].getsockname()[1]))
            await asyncio.gather(*filter(None, serving))

    asyncio.run(play())


def test_a_connection_stays_open_and_each_is_told_its_own_answer() -> None:
    """Two hundred posts, half of them refused, over eight connections at most."""
    connections: list[int] = []
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            head, body = await request(reader)
            bodies.append(body)
            assert head.startswith(b"POST /rekor HTTP/1.1\r\n")
            assert b"Content-Type: text/plain\r\nCookie: a=b\r\n" in head
            writer.write(OK if body[-1] % 2 else b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")

    async def told(at: tuple[str, int]) -> None:
        poster = HttpPoster(at, {"Cookie": "a=b"})
        answers: dict[int, bool] = {}
        for number in range(200):
            poster.post("/rekor", "text/plain", bytes([number]), lambda ok, n=number: answers.__setitem__(n, ok))  # type: ignore[misc]
        assert poster.waiting == 200
        await becomes(lambda: len(answers) == 200)
        assert (poster.waiting, poster.lost) == (0, 0)
        assert answers == {number: bool(number % 2) for number in range(200)}
        assert poster.slowest_s > 0.0
        await poster.close()

    story(serve, told)
    assert sorted(bodies) == [bytes([number]) for number in range(200)]
    assert len(connections) <= wire_http.CONNECTIONS


def test_a_connection_that_was_closed_meanwhile_is_no_refusal() -> None:
    """The server closes after each answer and says nothing of it; the next request goes by a new one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(OK)
        await writer.drain()

    async def told(at: tuple[str, int]) -> None:
        connection = Connection(at)
        for _ in range(3):
            assert await connection.ask("POST", "/", {}, b"x") == (200, b"ok")
        connection.close()

    story(serve, told)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"220 mail.example ESMTP\r\n", HttpError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", ConnectionResetError),
        (b"", ConnectionResetError),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(said: bytes, error: type[OSError]) -> None:
    """Another protocol, half an answer, nothing: an error, not a status; and for a poster a message that is lost."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(said)

    async def told(at: tuple[str, int]) -> None:
        with pytest.raises(error):
            await Connection(at).ask("GET", "/", {}, b"")
        poster = HttpPoster(at)
        poster.post("/", "text/plain", b"", pytest.fail)
        await becomes(lambda: not poster.waiting)
        assert poster.lost == 1
        await poster.close()

    story(serve, told)


def test_a_server_that_never_answers_is_not_waited_for_for_ever() -> None:
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await request(reader)
        asked += 1
        await reader.read()

    async def told(at: tuple[str, int]) -> None:
        connection = Connection(at, timeout_s=0.2)
        with pytest.raises(TimeoutError):
            await connection.ask("POST", "/", {}, b"x")

    story(serve, told)
    assert asked == 1


@pytest.mark.parametrize("target", ["", "rekor", "/a b", "/a\r\nHost: elsewhere", "/é"])
def test_what_would_be_another_request_is_not_sent(target: str) -> None:
    """What devices call themselves stands in a request's first line: a recording may hold anything."""

    async def told() -> None:
        with pytest.raises(ValueError, match="request target"):
            await Connection((LOOPBACK, 9)).ask("POST", target, {}, b"")
        with pytest.raises(ValueError, match="Content-Type"):
            await Connection((LOOPBACK, 9)).ask("POST", "/", {"Content-Type": "a\r\nb: c"}, b"")

    asyncio.run(told())


def test_more_than_may_wait_is_lost_and_counted_and_closing_finishes_what_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One connection, three that may wait: the fourth is lost; the first, which the server has, is answered although
    the poster is closed meanwhile, the others are lost."""
    monkeypatch.setattr(wire_http, "CONNECTIONS", 1)
    monkeypatch.setattr(wire_http, "QUEUE_MESSAGES", 3)
    has_one, may_answer = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        has_one.set()
        await may_answer.wait()
        writer.write(OK)
        await reader.read()

    async def told(at: tuple[str, int]) -> None:
        poster = HttpPoster(at)
        answers: list[bool] = []
        for _ in range(4):
            poster.post("/", "text/plain", b"x", answers.append)
        assert (poster.waiting, poster.lost) == (3, 1)
        await has_one.wait()
        closing = asyncio.create_task(poster.close())
        await asyncio.sleep(0)
        may_answer.set()
        await closing
        await asyncio.sleep(0)
        assert (answers, poster.waiting, poster.lost) == ([True], 0, 3)

    story(serve, told)
