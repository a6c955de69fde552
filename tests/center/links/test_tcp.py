"""TCP feeds: devices that connect to us, services we connect to, and ends that are not really there."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from center.links.retry import Retry
from center.links.tcp import TcpConnectLink, TcpListenLink
from tests.center.links.basin import Basin, carrying, turns
from tests.center.links.conftest import Certificate, Play
from tests.servers import LOOPBACK, free_port

pytestmark = pytest.mark.wire

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def hasty() -> Retry:
    return Retry(first_s=0.02, most_s=0.2, steady_s=0.0)


async def dial(link: TcpListenLink) -> Streams:
    assert link.address is not None
    return await asyncio.open_connection(*link.address)


def name_of(writer: asyncio.StreamWriter) -> str:
    host, port = writer.get_extra_info("sockname")[:2]
    return f"{host}:{port}"


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


async def service(
    port: int, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> asyncio.Server:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    return await asyncio.start_server(once, LOOPBACK, port)


def test_each_connection_is_a_peer_until_it_ends(play: Play) -> None:
    """Bytes come with the address they come from, and its end is told, whoever hangs up."""

    async def story() -> None:
        basin = Basin()
        link = TcpListenLink("tcp", LOOPBACK, 0)
        async with carrying(link, basin):
            (_, one), (_, other) = await dial(link), await dial(link)
            names = name_of(one), name_of(other)
            one.write(b"$GPRMC,")
            other.write(b">RPV")
            await basin.until(lambda: len(basin.items) == 2)
            assert sorted(basin.items) == sorted([(names[0], b"$GPRMC,"), (names[1], b">RPV")])
            one.write(b"1235")
            await hang_up(one)
            await basin.until(lambda: basin.ended == [names[0]])
            assert basin.stream(names[0]) == b"$GPRMC,1235"
        assert basin.ended == list(names)
        assert basin.troubles == []
        await hang_up(other)

    play(story())


def test_two_hundred_devices_talk_at_once(play: Play) -> None:
    """Two hundred connections, each sending piecemeal; each stream arrives whole and in order."""

    async def story() -> None:
        basin = Basin()
        link = TcpListenLink("tcp", LOOPBACK, 0)
        async with carrying(link, basin):
            devices = [(await dial(link))[1] for _ in range(200)]
            for round_number in range(20):
                for device in devices:
                    device.write(b"%02d;" % round_number)
                await turns(1)
            expected = b"".join(b"%02d;" % n for n in range(20))
            for device in devices:
                await basin.until(lambda: basin.stream(name_of(device)) == expected)  # noqa: B023
                await hang_up(device)
            await basin.until(lambda: len(basin.ended) == 200)

    play(story())


def test_more_devices_than_allowed_are_turned_away_and_counted(play: Play) -> None:
    """The first stay, the others are closed; a place that becomes free is given again."""

    async def story() -> None:
        basin = Basin()
        link = TcpListenLink("tcp", LOOPBACK, 0, peers=2)
        async with carrying(link, basin), AsyncExitStack() as stack:
            devices = [await dial(link) for _ in range(5)]
            for reader, _ in devices[2:]:
                assert await ended(reader)
            assert [why.split(";")[1] for why in basin.troubles] == [
                " 1 more were turned away",
                " 2 more were turned away",
            ]
            for _, writer in devices:
                stack.push_async_callback(hang_up, writer)
            await hang_up(devices[0][1])
            await basin.until(lambda: len(basin.ended) == 1)
            _, late = await dial(link)
            stack.push_async_callback(hang_up, late)
            late.write(b"in")
            await basin.until(lambda: basin.items == [(name_of(late), b"in")])

    play(story())


async def ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


def test_a_silent_device_loses_its_place(play: Play) -> None:
    """A device that says nothing for the idle time is disconnected; one that talks is not."""

    async def story() -> None:
        basin = Basin()
        link = TcpListenLink("tcp", LOOPBACK, 0, idle_s=0.5)
        async with carrying(link, basin):
            (silent, hush), (_, talker) = await dial(link), await dial(link)
            closing = asyncio.ensure_future(ended(silent))
            while not closing.done():
                talker.write(b".")
                await asyncio.wait([closing], timeout=0.02)
            await basin.until(lambda: basin.ended == [name_of(hush)])
            await hang_up(hush)
            await hang_up(talker)

    play(story())


def test_the_decoders_replies_go_back_to_their_own_peer(play: Play) -> None:
    """What the decoder wants said is said on the connection it is for."""

    async def story() -> None:
        basin = Basin(reply=lambda peer: f"hello {peer}".encode())
        link = TcpListenLink("tcp", LOOPBACK, 0)
        async with carrying(link, basin):
            for _ in range(2):
                reader, writer = await dial(link)
                writer.write(b"?")
                assert await reader.readexactly(len(name_of(writer)) + 6) == f"hello {name_of(writer)}".encode()
                await hang_up(writer)

    play(story())


def test_a_device_that_never_reads_its_replies_is_not_read_either(play: Play) -> None:
    """Replies nobody reads cost a bounded amount of memory, hold up nobody else, and end with the connection."""

    async def story() -> None:
        basin = Basin(reply=lambda peer: bytes(1 << 20))  # noqa: ARG005
        link = TcpListenLink("tcp", LOOPBACK, 0, idle_s=0.5)
        async with carrying(link, basin):
            deaf = socket.create_connection(link.address or ("", 0))
            deaf.setblocking(False)
            name = "{}:{}".format(*deaf.getsockname())
            sent = 0
            while not any(peer == name for peer in basin.ended):
                try:
                    sent += deaf.send(b"?" * 1000)
                except BlockingIOError:
                    await asyncio.sleep(0)
                except OSError:
                    await basin.until(lambda: name in basin.ended)
                await asyncio.sleep(0)
            assert len(basin.batches) < 100
            deaf.close()
            reader, writer = await dial(link)
            writer.write(b"?")
            assert await reader.readexactly(1 << 20) == bytes(1 << 20)
            await hang_up(writer)

    play(story())


def test_a_flooding_device_waits_and_the_others_go_on(play: Play) -> None:
    """While nothing can be kept, a flood is read up to its own window; a device beside it is heard at once."""
    window_bytes = 256 << 10

    async def story() -> None:
        basin = Basin(durable=False)
        link = TcpListenLink("tcp", LOOPBACK, 0, window_bytes=window_bytes)
        async with carrying(link, basin):
            (_, flood), (_, quiet) = await dial(link), await dial(link)
            flood.write(bytes(32 << 20))
            await basin.until(lambda: len(basin.stream(name_of(flood))) > window_bytes // 2)
            await turns(500)
            assert len(basin.stream(name_of(flood))) <= window_bytes + (256 << 10)
            quiet.write(b"officer needs help")
            await basin.until(lambda: basin.stream(name_of(quiet)) == b"officer needs help")
            assert len(basin.stream(name_of(flood))) <= window_bytes + (256 << 10)
            basin.durable.set()
            await basin.until(lambda: sum(map(len, basin.data)) == (32 << 20) + 18)
            await hang_up(flood)
            await hang_up(quiet)

    play(story())


def test_a_service_is_connected_to_again_when_it_returns(play: Play) -> None:
    """A receiver that is not there yet, then goes away and comes back: each told once, and all it said is there."""

    async def story() -> None:
        basin = Basin()
        port = free_port()
        peer = f"{LOOPBACK}:{port}"
        lines = iter([b"MSG,3,1", b"MSG,3,2", b"MSG,3,3"])

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = next(lines)
            writer.write(line)
            if line == b"MSG,3,3":
                await reader.read()
            else:
                await hang_up(writer)

        async with carrying(TcpConnectLink("sbs", LOOPBACK, port, retry=hasty()), basin, up=False):
            await basin.until(lambda: basin.troubles == [f"TCP {peer}: Connection refused"])
            server = await service(port, serve)
            await basin.until(lambda: b"MSG,3,3" in basin.data)
            server.close()
        assert basin.items == [(peer, b"MSG,3,1"), (peer, b"MSG,3,2"), (peer, b"MSG,3,3")]
        assert basin.ended == [peer] * 3
        assert basin.troubles[1:] == [f"TCP {peer}: the other end closed the connection"] * 2

    play(story())


def test_a_service_that_goes_silent_is_connected_to_anew(play: Play) -> None:
    """A connection that is only half there (nothing comes, nothing fails) ends after the idle time."""

    async def story() -> None:
        basin = Basin()
        port = free_port()
        lines = iter([b"first", b"second"])

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(next(lines))
            await reader.read()

        server = await service(port, serve)
        link = TcpConnectLink("sbs", LOOPBACK, port, idle_s=0.2, retry=hasty())
        async with carrying(link, basin):
            await basin.until(lambda: basin.data == [b"first", b"second"])
            assert basin.troubles == [f"TCP {LOOPBACK}:{port}: silent for 0.2 s"]
        server.close()

    play(story())


def test_a_port_that_is_taken_is_told_and_tried_again(play: Play) -> None:
    """A listener that finds its port taken says so, and listens as soon as it is free."""

    async def story() -> None:
        basin = Basin()
        with socket.create_server((LOOPBACK, 0)) as other:
            port = other.getsockname()[1]
            link = TcpListenLink("tcp", LOOPBACK, port, retry=hasty())
            async with carrying(link, basin, up=False):
                await basin.until(lambda: len(basin.troubles) == 1)
                assert basin.troubles[0].startswith(f"TCP {LOOPBACK}:{port}: ")
                other.close()
                await link.ready()
                _, writer = await dial(link)
                writer.write(b"at last")
                await basin.until(lambda: basin.data == [b"at last"])
                await hang_up(writer)

    play(story())


def test_a_connection_over_tls_is_read_like_any_other(play: Play, certificate: Certificate) -> None:
    """Both kinds of link speak TLS when they are given a context; a stranger's certificate is refused in words."""

    async def story() -> None:
        far, near = Basin(reply=lambda peer: b"heard"), Basin()  # noqa: ARG005
        wary = Basin()
        listen = TcpListenLink("far", LOOPBACK, 0, tls=certificate.server())
        async with carrying(listen, far):
            assert listen.address is not None
            reader, writer = await asyncio.open_connection(
                *listen.address, ssl=certificate.client(), server_hostname="localhost"
            )
            writer.write(b"sealed")
            assert await reader.readexactly(5) == b"heard"
            assert far.data == [b"sealed"]
            writer.transport.abort()
            port = listen.address[1]
            connect = TcpConnectLink("near", "localhost", port, tls=certificate.client())
            stranger = TcpConnectLink("wary", "localhost", port, tls=ssl.create_default_context())
            async with carrying(connect, near), carrying(stranger, wary, up=False):
                await wary.until(lambda: bool(wary.troubles))
                assert near.troubles == []
        assert "certificate" in wary.troubles[0]

    play(story())


def test_cancelling_hangs_up_on_everybody(play: Play) -> None:
    """When `run` has ended every device sees the end, every peer is gone, and nobody listens any more."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = TcpListenLink("tcp", LOOPBACK, 0)
        async with carrying(link, basin):
            devices = [await dial(link) for _ in range(10)]
            for _, writer in devices:
                writer.write(b"x")
            await basin.until(lambda: len(basin.items) == 10)
        assert len(basin.ended) == 10
        for reader, writer in devices:
            assert await ended(reader)
            writer.transport.abort()
        with pytest.raises(ConnectionRefusedError):
            await dial(link)

    play(story())
