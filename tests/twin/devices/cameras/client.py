"""An RTSP client for tests, written from the RFCs and sharing nothing with the cameras.

Knows: requests and answers on a blocking socket, packets between them, Digest.
Refuses to know: players' habits; it says what it is told to say.
"""

from __future__ import annotations

import hashlib
import re
import socket
from typing import NamedTuple

from tests.patience import PATIENCE_S


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


class Packet(NamedTuple):
    channel: int
    data: bytes

    @property
    def kind(self) -> int:
        """Payload type, or RTCP's packet type."""
        return self.data[1] if 192 <= self.data[1] <= 223 else self.data[1] & 0x7F

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.data[2:4], "big")

    @property
    def stamp(self) -> int:
        return int.from_bytes(self.data[4:8], "big")


class Client:
    """`authorize`: what an Authorization header is made of: user, password and the algorithm to answer with."""

    def __init__(self, port: int, *, buffer_bytes: int | None = None) -> None:
        self._socket = socket.socket()
        if buffer_bytes is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(("127.0.0.1", port))
        self._file = self._socket.makefile("rb")
        self._count = 0
        self.packets: list[Packet] = []

    def ask(self, method: str, uri: str, *, version: str = "RTSP/1.0", body: bytes = b"", **headers: str) -> Answer:
        """Headers' names with _ for -."""
        self._count += 1
        lines = [f"{method} {uri} {version}", f"CSeq: {self._count}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self.answer()

    def answer(self) -> Answer:
        """The next answer; packets before it are kept."""
        while True:
            first = self._file.read(1)
            if not first:
                raise EOFError
            if first == b"$":
                self._take()
                continue
            line = first + self._file.readline()
            status = int(line.split()[1])
            headers = []
            while (line := self._file.readline().rstrip()) != b"":
                name, _, value = line.decode().partition(": ")
                headers.append((name, value))
            size = int({name.lower(): value for name, value in headers}.get("content-length", "0"))
            return Answer(status, headers, self._file.read(size))

    def packet(self) -> Packet:
        """The next packet; fails where an answer comes instead."""
        assert self._file.read(1) == b"$"
        return self._take()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def is_closed(self) -> bool:
        """Waits for the end of the connection; packets before it are taken."""
        try:
            while (first := self._file.read(1)) == b"$":
                self._take()
        except ConnectionError:
            return True
        return not first

    def rest(self) -> bytes:
        """What comes until the other side says that it is over. Raises ConnectionError when it breaks off instead."""
        return self._file.read()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _take(self) -> Packet:
        head = self._file.read(3)
        if len(head) < 3:
            raise EOFError
        self.packets.append(Packet(head[0], self._file.read(int.from_bytes(head[1:], "big"))))
        return self.packets[-1]


def challenge(answer: Answer, algorithm: str) -> dict[str, str]:
    """The parts of the WWW-Authenticate header for an algorithm."""
    offered = [
        dict(re.findall(r'(\w+)="?([^",]+)', value)) for name, value in answer.headers if name == "WWW-Authenticate"
    ]
    return next(one for one in offered if one["algorithm"] == algorithm)


def authorization(of: dict[str, str], method: str, uri: str, user: str, password: str) -> str:
    """RFC 7616, 3.4.1."""
    made = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[of["algorithm"]]

    def h(text: str) -> str:
        return made(text.encode()).hexdigest()

    first, second = h(f"{user}:{of['realm']}:{password}"), h(f"{method}:{uri}")
    more = ""
    if "qop" in of:
        response = h(f"{first}:{of['nonce']}:00000001:0a4f113b:auth:{second}")
        more = ', qop=auth, nc=00000001, cnonce="0a4f113b"'
    else:
        response = h(f"{first}:{of['nonce']}:{second}")
    return (
        f'Digest username="{user}", realm="{of["realm"]}", nonce="{of["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm={of["algorithm"]}{more}'
    )


def access_units(packets: list[Packet]) -> list[tuple[int, list[bytes]]]:
    """Time stamps and NAL units of RTP packets of H.264 (RFC 6184), each unit ended by its marker."""
    units: list[tuple[int, list[bytes]]] = []
    nals: list[bytes] = []
    for packet in packets:
        payload = packet.data[12:]
        kind = payload[0] & 31
        if kind == 24:
            at = 1
            while at < len(payload):
                size = int.from_bytes(payload[at : at + 2], "big")
                nals.append(payload[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == 28:
            if payload[1] & 0x80:
                nals.append(bytes((payload[0] & 0xE0 | payload[1] & 31,)))
            nals[-1] += payload[2:]
        else:
            nals.append(payload)
        if packet.data[1] & 0x80:
            units.append((packet.stamp, nals))
            nals = []
    return units
