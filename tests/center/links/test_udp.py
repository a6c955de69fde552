"""UDP feeds: datagrams with their senders, in batches, and honest about what was lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from center.links.retry import Retry
from center.links.udp import UdpLink
from tests.center.links.basin import PATIENCE_S, Basin, carrying, turns
from tests.center.links.conftest import Play
from tests.servers import LOOPBACK

pytestmark = pytest.mark.wire


@contextmanager
def modem(link: UdpLink, host: str = LOOPBACK) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        assert link.address is not None
        sock.connect(link.address)
        sock.setblocking(False)
        yield sock


def name_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"{host}:{port}"


def test_each_datagram_comes_with_its_sender(play: Play) -> None:
    """Two modems, one port: every datagram is one item under its sender's address, from the smallest to the largest."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", LOOPBACK, 0)
        async with carrying(link, basin):
            with modem(link) as one, modem(link) as other:
                largest = bytes(range(256)) * 255
                one.send(b"$GPRMC\r\n")
                one.send(b"")
                other.send(b">RPV<")
                one.send(largest)
                await basin.until(lambda: len(basin.items) == 3)
                assert basin.items == [
                    (name_of(one), b"$GPRMC\r\n"),
                    (name_of(other), b">RPV<"),
                    (name_of(one), largest),
                ]
                names = [name_of(one), name_of(other)]
        assert sorted(basin.ended) == sorted(names)

    play(story())


def test_a_burst_arrives_in_few_batches(play: Play) -> None:
    """What has queued up is read at once: a burst of 150 datagrams is one or two calls of the sink, in order."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", LOOPBACK, 0)
        async with carrying(link, basin):
            with modem(link) as sock:
                for n in range(150):
                    sock.send(b"%d" % n)
                await basin.until(lambda: len(basin.items) == 150)
        assert basin.data == [b"%d" % n for n in range(150)]
        assert len(basin.batches) <= 2

    play(story())


def test_a_wake_up_is_bounded(play: Play) -> None:
    """However much has queued up, the other links get their turn after 256 datagrams."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", LOOPBACK, 0, receive_buffer_bytes=1 << 20)
        async with carrying(link, basin):
            with modem(link) as sock:
                for n in range(600):
                    sock.send(b"%d" % n)
                await basin.until(lambda: sum(basin.batches) >= 257)
        assert max(basin.batches) == 256

    play(story())


def test_what_the_kernel_dropped_is_told(play: Play) -> None:
    """A burst beyond the kernel's buffer is lost; operators read how many, and what to raise."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", LOOPBACK, 0, receive_buffer_bytes=8192)
        async with carrying(link, basin):
            with modem(link) as sock:
                for n in range(2000):
                    sock.send(b"%d" % n)
                await basin.until(lambda: bool(basin.troubles))
                await turns(20)
        assert basin.troubles == [
            f"UDP: the kernel dropped {2000 - len(basin.items)} datagrams; raise net.core.rmem_max"
        ]

    play(story())


def test_a_flood_is_dropped_before_others_are(play: Play) -> None:
    """While nothing can be kept one sender fills a quarter of what may wait and no more; another is still heard. All
    that is dropped is counted and told at the 1st, 2nd, 4th … time."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = UdpLink("udp", LOOPBACK, 0, window_bytes=64 << 10, receive_buffer_bytes=1 << 20)
        async with carrying(link, basin):
            with modem(link) as flood, modem(link) as quiet:
                for _ in range(100):
                    flood.send(bytes(1024 - 256))
                quiet.send(b"help")
                await basin.until(lambda: basin.stream(name_of(quiet)) == b"help")
                assert len(basin.stream(name_of(flood))) == 16 * 768
                assert [why.split(": ")[1] for why in basin.troubles] == [
                    f"{count} datagrams dropped" for count in (1, 2, 4, 8, 16, 32, 64)
                ]
                basin.durable.set()
                await turns(5)
                flood.send(b"again")
                await basin.until(lambda: basin.data[-1] == b"again")

    play(story())


def test_the_window_bounds_all_senders_together(play: Play) -> None:
    """Many senders that each stay small cannot fill the memory together either."""

    async def story() -> None:
        basin = Basin(durable=False)
        link = UdpLink("udp", LOOPBACK, 0, window_bytes=16 << 10)
        async with carrying(link, basin):
            for _ in range(20):
                with modem(link) as sock:
                    sock.send(bytes(1024 - 256))
            await basin.until(lambda: len(basin.troubles) == 3)
            assert len(basin.items) == 16
            assert "4 datagrams dropped" in basin.troubles[-1]

    play(story())


def test_the_senders_remembered_are_bounded(play: Play) -> None:
    """Made-up sender addresses cost no memory: the one unheard for longest is gone, and may come back."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", LOOPBACK, 0, peers=2)
        async with carrying(link, basin):
            with modem(link) as one, modem(link) as two, modem(link) as three:
                for sock in (one, two, one, three, two):
                    sock.send(b"x")
                    await basin.until(lambda: basin.items[-1:] == [(name_of(sock), b"x")])  # noqa: B023
                assert basin.ended == [name_of(two), name_of(one)]

    play(story())


def test_replies_go_back_to_the_sender(play: Play) -> None:
    """What the decoder wants said goes to the address the datagram came from."""

    async def story() -> None:
        basin = Basin(reply=lambda peer: peer.encode())
        link = UdpLink("udp", LOOPBACK, 0)
        async with carrying(link, basin):
            with modem(link) as one, modem(link) as other:
                one.send(b"?")
                other.send(b"?")
                assert await said_to(one) == name_of(one).encode()
                assert await said_to(other) == name_of(other).encode()

    play(story())


def test_a_device_is_told_nothing_before_its_datagram_is_durable(play: Play) -> None:
    """An acknowledgement that leaves before the journal has the report would let the device forget what we may lose."""

    async def story() -> None:
        basin = Basin(durable=False, reply=lambda peer: b"+" + peer.encode())
        link = UdpLink("udp", LOOPBACK, 0)
        async with carrying(link, basin):
            with modem(link) as one:
                one.send(b"?")
                await basin.until(lambda: len(basin.items) == 1)
                await turns(20)
                with pytest.raises(BlockingIOError):
                    one.recv(100)
                basin.durable.set()
                assert await said_to(one) == b"+" + name_of(one).encode()

    play(story())


async def said_to(modem: socket.socket) -> bytes:
    """What the link says to a modem, when it does."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return modem.recv(100)
            except BlockingIOError:
                await turns(1)


def test_it_listens_on_the_sixth_protocol_too(play: Play) -> None:
    """An IPv6 sender is named with brackets, so that its port can be told from its address."""

    async def story() -> None:
        basin = Basin()
        link = UdpLink("udp", "::1", 0)
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("skipped: no IPv6 on this machine")
        async with carrying(link, basin):
            with modem(link, "::1") as sock:
                sock.send(b"x")
                await basin.until(lambda: basin.items == [(f"[::1]:{sock.getsockname()[1]}", b"x")])

    play(story())


def test_a_port_that_is_taken_is_told_and_tried_again(play: Play) -> None:
    """A taken port is a sentence for operators, not the end of the link."""

    async def story() -> None:
        basin = Basin()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((LOOPBACK, 0))
            port = other.getsockname()[1]
            link = UdpLink("udp", LOOPBACK, port, retry=Retry(0.02, 0.1, 0.0))
            async with carrying(link, basin, up=False):
                await basin.until(lambda: basin.troubles == [f"UDP {LOOPBACK}:{port}: Address already in use"])
                other.close()
                await link.ready()
                with modem(link) as sock:
                    sock.send(b"at last")
                    await basin.until(lambda: basin.data == [b"at last"])

    play(story())
