"""What a GET request and its answer are made of (RFC 9110, RFC 9112).

Knows: which URLs and credentials can be sent, when an answer is whole, and when it is a document.
Refuses to know: connections, and when to ask again.
"""

from __future__ import annotations

import asyncio
import zlib
from base64 import b64encode
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

HEAD_BYTES = 64 << 10
"""How much may come besides the document: headers, sizes of chunks, trailers."""
_HAS_NO_NEWS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Target(NamedTuple):
    """Where a URL leads. `shown` is what may be shown of it: a query may hold a key."""

    host: str
    port: int
    secure: bool
    authority: str
    path: str
    shown: str

    @classmethod
    def of(cls, url: str) -> Target:
        """Raises ValueError saying what is wrong with the URL, without showing it."""
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("url: blanks, and what is not ASCII, must be percent-encoded")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url: expected http://host/path or https://host/path")
        if "@" in parts.netloc:
            raise ValueError("url: credentials belong in username and password, or in token")
        secure = parts.scheme == "https"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return cls(parts.hostname, parts.port or (443 if secure else 80), secure, parts.netloc, path, shown)


def head_of(target: Target, bearer: str | None, basic: tuple[str, str] | None) -> bytes:
    """A request up to where more headers may follow. Raises ValueError for a token that cannot be sent."""
    lines = [f"GET {target.path} HTTP/1.1", f"Host: {target.authority}", "Accept-Encoding: gzip"]
    if bearer is not None:
        if not bearer.isascii() or not bearer.isprintable() or " " in bearer:
            raise ValueError("token: expected ASCII without blanks")
        lines.append(f"Authorization: Bearer {bearer}")
    elif basic is not None:
        lines.append(f"Authorization: Basic {b64encode(':'.join(basic).encode()).decode()}")
    return "".join(f"{line}\r\n" for line in lines).encode()


class Answer:
    """One response, as the parser tells of it."""

    def __init__(self, limit_bytes: int) -> None:
        self.begun = self.complete = self.keeps_open = False
        self._status = 0
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._bare_bytes = self._body_bytes = 0
        self._limit_bytes = limit_bytes
        self._parser: HttpResponseParser | None = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """What came, or nothing when the connection is over. Raises OSError for what is no answer, or too large."""
        assert self._parser is not None
        if not data:
            self._end()
            return
        self.begun = True
        self._bare_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            raise ConnectionError("the answer is not HTTP") from None
        if self._bare_bytes > HEAD_BYTES:
            raise ConnectionError(f"more than {HEAD_BYTES} bytes besides the document")
        if self._body_bytes > self._limit_bytes:
            raise ConnectionError(self._too_large())

    async def document(self) -> bytes | None:
        """None when there is nothing new. Raises OSError for an answer that brings no document."""
        if self._status in _HAS_NO_NEWS:
            return None
        if self._status != HTTPStatus.OK:
            raise ConnectionError(_phrase(self._status))
        body = b"".join(self._body)
        encoding = self._headers.get(b"content-encoding", b"identity").lower()
        if encoding in (b"gzip", b"x-gzip"):
            return await asyncio.to_thread(self._unpacked, body)  # zlib lets go of the interpreter
        if encoding != b"identity":
            raise ConnectionError("an encoding that was not asked for")
        return body

    def validators(self) -> bytes:
        """The headers that ask for another state of the document than this one."""
        known = ((b"If-None-Match", b"etag"), (b"If-Modified-Since", b"last-modified"))
        return b"".join(b"%b: %b\r\n" % (ask, self._headers[tell]) for ask, tell in known if tell in self._headers)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._bare_bytes -= len(body)
        self._body_bytes += len(body)
        if self._body_bytes <= self._limit_bytes:
            self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        self._status = self._parser.get_status_code()
        if self._status < HTTPStatus.OK:  # an interim answer
            self._headers.clear()
            return
        self.keeps_open = self._parser.should_keep_alive()
        self.complete = True
        self._parser = None

    def _end(self) -> None:
        """A body whose length was not told ends with the connection."""
        assert self._parser is not None
        has_length = self._headers.keys() & {b"content-length", b"transfer-encoding"}
        if not self._body or has_length:
            raise ConnectionError("the connection ended inside the answer")
        self._status = self._parser.get_status_code()
        self.complete = True

    def _unpacked(self, body: bytes) -> bytes:
        inflater = zlib.decompressobj(wbits=31)
        try:
            unpacked = inflater.decompress(body, self._limit_bytes + 1)
        except zlib.error:
            raise ConnectionError("the document is not gzip") from None
        if len(unpacked) > self._limit_bytes:
            raise ConnectionError(self._too_large())
        if not inflater.eof:
            raise ConnectionError("the document's gzip is cut short")
        return unpacked

    def _too_large(self) -> str:
        return f"a document larger than {self._limit_bytes} bytes"


def _phrase(status: int) -> str:
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    return f"{phrase} (redirects are not followed)" if 300 <= status < 400 else phrase
