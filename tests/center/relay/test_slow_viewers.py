"""Viewers that cannot keep up, and those beside them."""

from __future__ import annotations

import asyncio
import socket
from itertools import pairwise

import pytest

from center.relay.media import TIMESCALE, Track
from center.relay.ring import Ring
from center.relay.rtp import Unit
from center.relay.stream import Stream
from center.relay.timeline import Place
from center.relay.viewer import BEHIND_S, Viewer, fit_out

pytestmark = pytest.mark.wire
GOP = 10
PICTURE_BYTES = 20_000


class Hall:
    """A stream of pictures by hand, and viewers at the other ends of real sockets."""

    def __init__(self) -> None:
        self.stream = Stream(Ring(10.0, 64 << 20))
        self.stream.begin(Track("avc1.64001F", b"extra", width=2, height=2))
        self.number = 0
        self.ended: list[str] = []
        self._theirs: list[socket.socket] = []
        self._ours: list[socket.socket] = []

    async def __aenter__(self) -> Hall:
        return self

    async def __aexit__(self, *_: object) -> None:
        for theirs in self._theirs:
            theirs.close()
        for viewer in list(self.stream.viewers):
            viewer.end(1000, "over")
        while any(ours.fileno() >= 0 for ours in self._ours):
            await asyncio.sleep(0)

    def publish(self) -> None:
        sample = self.number.to_bytes(4, "big") * (PICTURE_BYTES // 4)
        at = self.number * TIMESCALE // 25
        unit = Unit((sample,), at, self.number % GOP == 0)
        self.stream.publish(unit, Place(at, 0, 3600), self.number * 40_000, None)
        self.number += 1

    def join(self, window: int = 0) -> tuple[Viewer, socket.socket]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            theirs = socket.socket()
            if window:
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            theirs.connect(listening.getsockname())
            ours, _ = listening.accept()
        theirs.setblocking(False)
        self._theirs.append(theirs)
        self._ours.append(ours)
        fit_out(ours)

        def ended(viewer: Viewer, why: str) -> None:
            self.stream.leave(viewer)
            self.ended.append(why)

        viewer = Viewer(ours, True, self.stream.flows, ended)
        self.stream.join(viewer)
        return viewer, theirs


async def taken(sock: socket.socket, until: int) -> list[int]:
    """The numbers of the pictures that came, up to that one."""
    loop = asyncio.get_running_loop()
    data = b""
    found: list[int] = []
    while not found or found[-1] < until:
        data += await loop.sock_recv(sock, 1 << 20)
        found = []
        at = 0
        while (end := data.find(b"\r\n", at)) >= 0:
            size = int(data[at:end], 16)
            chunk = data[end + 2 : end + 2 + size]
            at = end + 4 + size
            if len(chunk) == size and chunk[4:8] == b"prft":
                found.append(int.from_bytes(chunk[144:148], "big"))
                assert chunk[144:] == chunk[144:148] * (PICTURE_BYTES // 4)
    return found


def test_one_who_takes_nothing_for_a_while_goes_on_at_a_keyframe_and_the_others_miss_nothing() -> None:
    """What waited for longer than BEHIND_S is never sent; what was sent in part is finished; nobody else waits."""

    async def play() -> None:
        async with Hall() as hall:
            slow, at_slow = hall.join(8192)
            _, at_fast = hall.join()
            fast = asyncio.create_task(taken(at_fast, 59))
            began = asyncio.get_running_loop().time()
            while hall.number < 60:
                hall.publish()
                while asyncio.get_running_loop().time() - began < hall.number * 0.04:
                    await asyncio.sleep(0)
            assert await fast == list(range(60))
            assert slow.dropped > 20
            assert slow.waiting_s <= BEHIND_S + 0.1
            while hall.number < 75:
                hall.publish()
            seen = await taken(at_slow, 74)
            jumps = [later for first, later in pairwise(seen) if later != first + 1]
            assert jumps
            assert all(number % GOP == 0 for number in jumps)

    asyncio.run(play())


def test_joining_amid_a_group_is_no_reason_to_drop() -> None:
    """The burst that a new viewer begins with is larger than what the kernel takes."""

    async def play() -> None:
        async with Hall() as hall:
            for _ in range(GOP - 1):
                hall.publish()
            viewer, at_viewer = hall.join()
            hall.publish()
            assert await taken(at_viewer, GOP - 1) == list(range(GOP))
            assert viewer.dropped == 0

    asyncio.run(play())


def test_one_who_leaves_is_noticed() -> None:
    async def play() -> None:
        async with Hall() as hall:
            _, at_viewer = hall.join()
            at_viewer.close()
            while not hall.ended:
                hall.publish()
                await asyncio.sleep(0)
            assert not hall.stream.viewers

    asyncio.run(play())
