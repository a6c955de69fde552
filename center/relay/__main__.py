"""The relay's processes; only the center starts them.

Knows: the line to the center, and that without it there is nothing to do: a relay whose center is gone ends.
Refuses to know: what is said on it.

    python -m center.relay serve LINE-FD LISTENING-FD | stills | read
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys

from center.relay import demuxing, stills
from center.relay.messages import AtRelay, FromRelay, Setup, packed
from center.relay.serving import Relay


class _Line(asyncio.Protocol):
    """The center's end of the pair has closed when `over` is done."""

    def __init__(self) -> None:
        self.relay: Relay | None = None
        self.begun = asyncio.Event()
        self.over = asyncio.get_running_loop().create_future()
        self._unpacked = AtRelay()
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        for message in self._unpacked.receive(data):
            if self.relay is None:
                assert isinstance(message, Setup)
                self.relay = Relay(message, self.tell)
                self.begun.set()
            else:
                self.relay.receive(message)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.over.set_result(None)

    def tell(self, message: FromRelay) -> None:
        self._transport.write(packed(message))


async def _serve(line: socket.socket, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(_Line, sock=line)
    await asyncio.wait([asyncio.ensure_future(protocol.begun.wait()), protocol.over], return_when="FIRST_COMPLETED")
    if protocol.relay is None:
        return
    serving = asyncio.ensure_future(protocol.relay.run(listening))
    await asyncio.wait([serving, protocol.over], return_when="FIRST_COMPLETED")
    protocol.relay.close()
    if serving.done():
        serving.result()
    serving.cancel()


def main(words: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the center, which ends us
    match words:
        case ["serve", line, listening]:
            gc.set_threshold(10_000, 10, 1_000)
            import uvloop

            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(socket.socket(fileno=int(line)), socket.socket(fileno=int(listening))))
        case ["stills"]:
            stills.work(sys.stdin.buffer, sys.stdout.buffer)
        case ["read"]:
            demuxing.work(sys.stdin.buffer, sys.stdout.buffer)
        case _:
            sys.exit("the center starts these processes")


if __name__ == "__main__":
    main(sys.argv[1:])
