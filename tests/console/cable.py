"""The network between a page and its center, which a test can cut and mend.

Knows: how bytes get through, and how they stop. Refuses to know: what they mean.
"""

from __future__ import annotations

import contextlib
import socket
import threading

CHUNK = 1 << 16


class Cable:
    """Carries TCP to `far` from an address of its own. Cut, every connection through it ends and none begins."""

    def __init__(self, far: tuple[str, int]) -> None:
        self._far = far
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        assert self._listener is not None
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near = listener.accept()[0]
                far = socket.create_connection(self._far)
            except OSError:
                return
            self._ends += (near, far)
            for end, other in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(end, other), daemon=True).start()


def _carry(end: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := end.recv(CHUNK):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
