"""RTSP 1.0 as text: requests, responses, and the headers that have a grammar of their own.

Knows: RFC 2326, sections 4 to 7 and 12, from a server's side; HTTP's first line looks the same.
Refuses to know: sockets, sessions, and what a method does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

Headers: TypeAlias = Sequence[tuple[str, str]]

REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Request Entity Too Large",
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version not supported",
    551: "Option not supported",
}
_FIRST = re.compile(r"([A-Z_]{1,20}) (\S{1,2000}) (RTSP|HTTP)/(\d)\.(\d)$")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?$")


class TextError(ValueError):
    """What came is not a request."""


class Request(NamedTuple):
    """`headers` by lower-case name; of a header that comes twice, the last."""

    method: str
    uri: str
    protocol: str
    version: tuple[int, int]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Decoded, without slashes at its ends."""
        return path_of(self.uri)

    def reply(self, status: int, headers: Headers = (), body: bytes = b"") -> bytes:
        """The response's bytes, with the request's CSeq."""
        lines = [f"{self.protocol}/1.{int(self.protocol == 'HTTP')} {status} {REASONS[status]}"]
        if self.protocol == "RTSP":
            lines.append(f"CSeq: {self.headers.get('cseq', '0')}")
        lines += [f"{name}: {value}" for name, value in headers]
        if body or self.protocol == "HTTP":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


def path_of(uri: str) -> str:
    return "*" if uri == "*" else unquote(urlsplit(uri).path).strip("/")


def read_head(head: bytes) -> Request:
    """A request's first line and headers, up to the blank line. Raises TextError."""
    lines = head.decode("utf-8", "replace").split("\r\n")
    found = _FIRST.match(lines[0])
    if found is None:
        raise TextError("no request line")
    method, uri, protocol, major, minor = found.groups()
    headers = {}
    for line in filter(None, lines[1:]):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise TextError("a header without a colon")
        headers[name.strip().lower()] = value.strip()
    try:
        path_of(uri)
    except ValueError as error:
        raise TextError("no address") from error
    return Request(method, uri, protocol, (int(major), int(minor)), headers)


class Transport(NamedTuple):
    """`channels` for one connection's interleaved packets, or the client's UDP `ports`; data and control."""

    channels: tuple[int, int] | None = None
    ports: tuple[int, int] | None = None


def transports(header: str) -> list[Transport]:
    """What a client can take, in its order; what is no unicast RTP/AVP is left out. Channels of (-1, -1) leave the
    choice to the server."""
    wanted = []
    for choice in header.split(","):
        profile, *rest = (part.strip() for part in choice.split(";"))
        options = {key.lower(): value for key, _, value in (part.partition("=") for part in rest)}
        profile = profile.upper()
        if "multicast" in options or options.get("mode", "PLAY").strip('"').upper() != "PLAY":
            continue
        if profile == "RTP/AVP/TCP":
            wanted.append(Transport(channels=_pair(options.get("interleaved", ""), 255) or (-1, -1)))
        elif profile in ("RTP/AVP", "RTP/AVP/UDP") and (ports := _pair(options.get("client_port", ""), 65_535)):
            wanted.append(Transport(ports=ports))
    return wanted


def _pair(text: str, most: int) -> tuple[int, int] | None:
    found = _PORTS.match(text.strip())
    if found is None:
        return None
    first = int(found[1])
    second = int(found[2]) if found[2] else first + 1
    return (first, second) if first <= most and second <= most else None
