"""The relay, seen from the center: a process of its own, so that pictures never slow the core.

Knows: how it is started, started again, told what it must know, and asked.
Refuses to know: who may watch and why: desks decide, and callers say so here.

Tokens are made here. They are never part of an event, an effect or the journal: whoever has one watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import cast

import msgspec

from center.relay.media import Clip, KeptGop
from center.relay.messages import (
    Admit,
    AtCenter,
    Changed,
    Export,
    FromRelay,
    Kept,
    Limits,
    Revoke,
    Setup,
    Source,
    ToRelay,
    Viewing,
    packed,
)

_EXPORT_S = 20.0
_FIRST_WAIT_S, _MOST_WAIT_S, _STEADY_S = 0.1, 10.0, 30.0


class RelayProcess:
    """`changed` hears, in the center's loop, of cameras' states, of streams that begin and end, and of who was turned
    away. `now` is the center's clock and `rate` how fast it runs; every time here is of that clock.

    `run` has to be running for anything to happen. What is admitted while the process is away is admitted when it is
    back, if it is still valid then."""

    def __init__(
        self,
        sources: Sequence[Source],
        limits: Limits,
        changed: Callable[[Changed], None],
        *,
        now: Callable[[], int],
        rate: float = 1.0,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        origins: Sequence[str] = (),
        tls: tuple[str, str] | None = None,
        told: Callable[[str], None] = lambda line: None,  # noqa: ARG005
    ) -> None:
        """Raises OSError when nobody can listen there. `origins` are those of pages that may open streams, besides
        pages of the host by whose name the relay is asked. `tls`: files of a certificate and its key, both good."""
        self._sources = tuple(sources)
        self._limits = limits
        self._changed = changed
        self._now = now
        self._rate = rate
        self._origins = tuple(origins)
        self._tls = tls
        self._told = told
        self._listening = socket.create_server(listen, backlog=512)
        self._admitted: dict[str, Admit] = {}
        self._line: asyncio.WriteTransport | None = None
        self._requests = itertools.count(1)
        self._said: Setup | None = None
        self._exports: dict[int, tuple[list[KeptGop], asyncio.Future[str]]] = {}
        self._viewings: dict[int, Viewing] = {}
        self.pid: int | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where viewers come in; the same for as long as this object lives."""
        host, port = self._listening.getsockname()[:2]
        return str(host), int(port)

    # --- what may be asked of it --------------------------------------------------------------------------------------

    def admit(self, ticket: str, camera: str, until: int, *, audio: bool = False, holder: str = "") -> str:
        """The token with which the camera may be watched, or with `audio` listened to, until then. Asked again for the
        same ticket it gives a new one; a stream that runs goes on. Of one `holder` only so many run at once."""
        self._forget_old()
        admit = Admit(ticket, camera, secrets.token_urlsafe(32), until, audio, holder)
        self._admitted[ticket] = admit
        self._keep_time()
        self._say(admit)
        return admit.token

    def revoke(self, ticket: str) -> None:
        """Ends what runs with it, and nothing more begins."""
        if self._admitted.pop(ticket, None) is not None:
            self._say(Revoke(ticket))

    def supply(self, sources: Sequence[Source]) -> None:
        """The cameras there are now."""
        self._sources = tuple(sources)
        self._say(self._setup())

    async def export(self, camera: str, since: int, until: int, *, audio: bool = False) -> Clip:
        """What is kept of that time: whole groups of pictures, so it may begin a little earlier; with `audio` the sound
        that somebody listened to, each sample a group of its own."""
        if self._line is None:
            return Clip(camera, (), "the relay is not running")
        request = next(self._requests)
        over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        gops: list[KeptGop] = []
        self._exports[request] = (gops, over)
        self._keep_time()
        self._say(Export(request, camera, since, until, audio))
        try:
            async with asyncio.timeout(_EXPORT_S):
                why = await over
        except TimeoutError:
            why = f"the relay did not answer for {_EXPORT_S:g} s"
        finally:
            del self._exports[request]
        return Clip(camera, tuple(gops), why)

    # --- its life -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keeps it running until cancelled."""
        wait_s = _FIRST_WAIT_S
        loop = asyncio.get_running_loop()
        try:
            while True:
                began_at = loop.time()
                code = await self._one_life()
                self._told(f"the video relay has ended with code {code} and is started again")
                wait_s = _FIRST_WAIT_S if loop.time() - began_at > _STEADY_S else wait_s
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _MOST_WAIT_S)
        finally:
            self._listening.close()

    async def _one_life(self) -> int:
        """Returns the process' exit code. What it served is told to be over: nobody else can tell it any more."""
        ours, theirs = socket.socketpair()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "center.relay", "serve", str(theirs.fileno()), str(self._listening.fileno())),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(theirs.fileno(), self._listening.fileno()),
        )
        theirs.close()
        self.pid = process.pid
        life = _Life(self._receive)
        try:
            transport, _ = await asyncio.get_running_loop().create_connection(lambda: life, sock=ours)
            self._line = cast(asyncio.WriteTransport, transport)
            self._say(self._setup())
            self._forget_old()
            for admit in self._admitted.values():
                self._say(admit)
            return await process.wait()
        finally:
            self._line = None
            self.pid = None
            life.close()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            self._over()

    def _over(self) -> None:
        for _, over in self._exports.values():
            if not over.done():
                over.set_result("the relay has ended")
        for viewing in self._viewings.values():
            self._changed(msgspec.structs.replace(viewing, is_open=False, why="the relay has ended"))
        self._viewings.clear()

    def _setup(self) -> Setup:
        self._said = Setup(
            self._sources, self._limits, self._origins, self._now(), time.monotonic_ns(), self._rate, self._tls
        )
        return self._said

    def _keep_time(self) -> None:
        """Before anything is said with a time in it: the center's clock may have been set, and the relay has none."""
        if self._said is not None and self._said.is_off(self._now()):
            self._say(self._setup())

    def _forget_old(self) -> None:
        now = self._now()
        for ticket in [name for name, admit in self._admitted.items() if admit.until <= now]:
            del self._admitted[ticket]

    def _say(self, message: ToRelay) -> None:
        if self._line is not None and not self._line.is_closing():
            self._line.write(packed(message))

    def _receive(self, message: FromRelay) -> None:
        if not isinstance(message, Kept):
            if isinstance(message, Viewing):
                if message.is_open:
                    self._viewings[message.viewer] = message
                else:
                    self._viewings.pop(message.viewer, None)
            self._changed(message)
            return
        gops, over = self._exports.get(message.request, ([], None))
        if message.gop is not None:
            gops.append(message.gop)
        elif over is not None and not over.done():
            over.set_result(message.why)


class _Life(asyncio.Protocol):
    def __init__(self, receive: Callable[[FromRelay], None]) -> None:
        self._receive = receive
        self._unpacked = AtCenter()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for message in self._unpacked.receive(data):
            self._receive(message)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
