"""The records server on a socket: POST /query, as a state switch's front door.

Knows: the one path, and how much of a body is read.
Refuses to know: what is asked and answered (devices/records.py), and HTTP itself (guest_http.py).
"""

from __future__ import annotations

from typing import Any

from twin.devices.records import LIMIT_BYTES, RecordsServer
from twin.guest_http import GuestHttp, Inject, Receive, Send, later, reply


class RecordsHttp(GuestHttp):
    """`inject(then, *args)` has the world do something now."""

    def __init__(self, records: RecordsServer, inject: Inject, host: str, port: int) -> None:
        super().__init__(self._serve, host, port)
        self._records = records
        self._inject = inject

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) != ("POST", "/query"):
            await reply(send, 404, b"")
            return
        body = b""
        while len(body) <= LIMIT_BYTES:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        await later(self._inject, self._records.ask, body, send)
