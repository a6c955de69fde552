"""The relay behind a certificate: the same streams by TLS, and nothing without."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import random
import socket
import ssl
from pathlib import Path
from typing import cast

import pytest

from center.relay import Source, Viewing
from center.relay.veil import until, unveiled
from tests.center.relay.camera import Camera
from tests.center.relay.clips import clip
from tests.center.relay.house import House, house, pictures
from tests.certificates import Authority
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.wire


def test_by_tls_a_viewer_gets_the_same_pictures_and_without_it_nothing(tmp_path: Path) -> None:
    """A page's WebSocket, a still, one who does not trust the authority, one who speaks plainly, and one who leaves."""
    authority = Authority(tmp_path)
    certificate, key = authority.sign("relay")
    trusting = ssl.create_default_context(cafile=authority.ca)

    async def play() -> None:
        camera = Camera(clip())
        await camera.start()
        try:
            async with house(Source("c1", camera.url), tls=(str(certificate), str(key))) as one:
                await watched(one)
        finally:
            await camera.stop()

    async def watched(one: House) -> None:
        async with one.watch(one.token(), scheme="wss", ssl=trusting) as viewer:
            seen = await pictures(viewer, 60)
            assert seen[0].is_key
            film = [b"".join(len(nal).to_bytes(4, "big") + nal for nal in picture) for picture in clip().pictures]
            first = film.index(seen[0].sample)
            assert [picture.sample for picture in seen] == [film[(first + at) % len(film)] for at in range(60)]
            assert (await asyncio.to_thread(still, one))[:2] == b"\xff\xd8"
            with pytest.raises(ssl.SSLCertVerificationError):
                await one.watch(one.token("t2"), scheme="wss", ssl=ssl.create_default_context())
            with contextlib.suppress(ConnectionResetError):
                assert await one.ask("a" * 32) == (b"", b"")
        ended = await one.hears(lambda told: isinstance(told, Viewing) and not told.is_open and told.ticket == "t1")
        assert cast(Viewing, ended).sent_bytes > 0

    def still(one: House) -> bytes:
        connection = http.client.HTTPSConnection(*one.relay.address, timeout=PATIENCE_S, context=trusting)
        try:
            connection.request("GET", f"/{one.token('t3')}.jpg")
            return connection.getresponse().read()
        finally:
            connection.close()

    asyncio.run(play())


def test_what_a_slow_guest_does_not_take_at_once_comes_whole_and_in_order(tmp_path: Path) -> None:
    """Small words between pictures of many records, offered again from where the last offer ended."""
    certificate, key = Authority(tmp_path).sign("relay")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    dice = random.Random(5)
    said = [dice.randbytes(dice.choice((1, 2, 30, 16_384, 16_385, 60_000))) for _ in range(200)]

    def taken(theirs: socket.socket) -> bytes:
        whole = b""
        with trusting.wrap_socket(theirs, server_hostname="127.0.0.1") as guest:
            while more := guest.recv(5000):
                whole += more
        return whole

    async def play() -> None:
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        ours.setblocking(False)
        taking = asyncio.create_task(asyncio.to_thread(taken, theirs))
        veiled = await unveiled(ours, context)
        waits = 0
        for one in said:
            left = memoryview(one)
            while left:
                try:
                    left = left[veiled.send(left) :]
                except BlockingIOError:
                    waits += 1
                    await until(veiled, is_writing=True)
        veiled.shutdown(socket.SHUT_WR)
        assert await taking == b"".join(said)
        assert waits > 20  # on a machine that is quick to take it fewer
        veiled.close()

    asyncio.run(play())
