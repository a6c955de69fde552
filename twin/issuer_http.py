"""The training issuer on a socket.

Knows: HTTP by the standard library, in threads of its own.
Refuses to know: what is asked and answered (issuer.py).
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from twin.issuer import Issuer, Page

TIMEOUT_S = 10.0
MAX_FORM_BYTES = 16 << 10


class IssuerHttp:
    """Serves an issuer at its own address."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        """Raises OSError."""
        issuer, lock = self._issuer, self._lock

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = TIMEOUT_S

            def do_GET(self) -> None:  # the library's name for it
                there = urlsplit(self.path)
                with lock:
                    page = issuer.get(there.path, dict(parse_qsl(there.query)))
                self._answer(page)

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "0")
                size = min(int(length), MAX_FORM_BYTES) if length.isdigit() else 0
                form = dict(parse_qsl(self.rfile.read(size).decode(errors="replace")))
                with lock:
                    page = issuer.post(urlsplit(self.path).path, form, self.headers.get("Authorization", ""))
                self._answer(page)

            def _answer(self, page: Page) -> None:
                self.send_response(page.status)
                self.send_header("Content-Type", page.kind)
                self.send_header("Content-Length", str(len(page.body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                if page.onward:
                    self.send_header("Location", page.onward)
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *_: object) -> None:
                """A code stands in the address; no log hears of it."""

        at = urlsplit(issuer.address)
        self._server = ThreadingHTTPServer((at.hostname or "", at.port or 80), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="issuer", daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
