"""A document that a center fetches, from the device's side.

Knows: HTTP, answered on threads of its own.
Refuses to know: what the document says, and who fetches it.
"""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TIMEOUT_S = 10.0


class DocumentServer:
    """Answers whoever asks for `url` with the document as it last was; 503 before there is one."""

    def __init__(self, url: str) -> None:
        self.lost = 0
        where = urlsplit(url)
        self._at = (where.hostname or "", where.port or 80)
        self._path = where.path
        self._document = b""
        self._server: ThreadingHTTPServer | None = None

    @property
    def waiting(self) -> int:
        return 0

    async def open(self) -> None:
        sender = self

        class Page(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = TIMEOUT_S

            def do_GET(self) -> None:  # the library's name for it
                document = sender._document if self.path == sender._path else b""
                self.send_response(200 if document else 503 if self.path == sender._path else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_: object) -> None:
                """Nobody reads a receiver's log."""

        self._server = ThreadingHTTPServer(self._at, Page)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send(self, peer: str, data: bytes) -> None:  # noqa: ARG002  # one receiver, one document
        self._document = data

    def cut(self, peer: str) -> None:
        """Who asks next asks anew."""

    async def close(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.shutdown)
            self._server.server_close()
