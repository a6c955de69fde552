"""TLS in front of the relay's door.

Knows: how a guest's socket is used by TLS as one without it: what it does not take at once is sent again later, in
part or whole, and nothing of it waits anywhere but in one record.
Refuses to know: what is said. The same bytes for all cannot be encrypted once for all.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import Any

_HANDSHAKE_S = 5.0
_RECORD_BYTES = 16 << 10
"""More does not go into one (RFC 8446, 5.1)."""
_NOT_NOW = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class _Veiled(ssl.SSLSocket):
    """A record that was encrypted cannot be taken back: it has to be offered again until it is gone. Of one that does
    not go at once all but the last byte counts as sent, so whoever sends comes again with what begins with that byte.
    """

    _held: bytes = b""

    def send(self, data: Any, flags: int = 0) -> int:
        view, sent = memoryview(data), 0
        try:
            if self._held:
                super().send(self._held, flags)
                self._held, sent = b"", 1
            while sent < len(view):
                record = view[sent : sent + _RECORD_BYTES]
                try:
                    super().send(record, flags)
                except _NOT_NOW:
                    self._held = bytes(record)
                    sent += len(record) - 1
                    break
                sent += len(record)
        except _NOT_NOW:
            raise BlockingIOError from None
        if not sent:
            raise BlockingIOError
        return sent

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """What is left of a record as well: nobody would be told that it is there."""
        try:
            data = super().recv(buflen, flags)
            while more := self.pending():
                data += super().recv(more, flags)
        except _NOT_NOW:
            raise BlockingIOError from None
        return data

    def shutdown(self, how: int) -> None:
        with contextlib.suppress(OSError, ValueError):  # the other end need not have said goodbye yet
            self.unwrap()
        super().shutdown(how)


async def unveiled(sock: socket.socket, context: ssl.SSLContext) -> socket.socket:
    """The same connection, whose bytes are encrypted; `sock` is of no use any more. Raises OSError when the guest
    speaks no TLS, or none of ours, TimeoutError when it takes too long; it is closed then."""
    context.sslsocket_class = _Veiled
    veiled = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    try:
        async with asyncio.timeout(_HANDSHAKE_S):
            while True:
                try:
                    veiled.do_handshake()
                except ssl.SSLWantReadError:
                    await until(veiled)
                except ssl.SSLWantWriteError:
                    await until(veiled, is_writing=True)
                else:
                    return veiled
    except BaseException:
        veiled.close()
        raise


async def until(sock: socket.socket, *, is_writing: bool = False) -> None:
    """There is something to read, or room to write. An event loop's own ways know no TLS."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    begin, end = (loop.add_writer, loop.remove_writer) if is_writing else (loop.add_reader, loop.remove_reader)

    def come() -> None:
        if not ready.done():
            ready.set_result(None)

    begin(sock, come)
    try:
        await ready
    finally:
        end(sock)
