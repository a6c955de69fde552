"""A camera for tests: a small RTSP server that sends a clip over and over.

Knows: RTSP by TCP, H.264 in RTP, Digest sign-in, and how a camera fails.
Refuses to know: the relay. It shares no code with it.

    python -m tests.center.relay.camera FILM [several]

serves one camera, whose film is that file (clips.py) and whose pictures are stamped, until its standard input closes;
the first line it writes is its port. `several`: its sessions stand for as many cameras.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import struct
import sys
import time
from typing import Literal
from urllib.parse import quote

from tests.center.relay.clips import Clip, clip, stored

_MTU = 1400
_TONE = bytes((0x80, 0x90, 0x98, 0xA0, 0xA8, 0xA0, 0x98, 0x90, 0x00, 0x10, 0x18, 0x20, 0x28, 0x20, 0x18, 0x10))
"""A period of 500 Hz in G.711's mu-law, more or less."""
Mood = Literal["well", "same", "small", "silent", "stamps"]


class Camera:
    """`mood` is how it fails: it sends the same picture again, or pictures that say that nothing has changed, or
    reports and no pictures, or timestamps that stand. `offset_us`: how wrong its clock is. `is_stamped`: each picture
    begins with an SEI message that says when it was sent (STAMP_AT), and there is no sound. `is_several`: sessions that
    begin together do not go on together, as several cameras would not. `channel`: the one it sends on, whatever it was
    asked for."""

    def __init__(
        self,
        film: Clip,
        *,
        password: str = "",
        offset_us: int = 0,
        port: int = 0,
        is_stamped: bool = False,
        is_several: bool = False,
        channel: int | None = None,
    ) -> None:
        self.film = film
        self.port = port
        self.mood: Mood = "well"
        self.sent = 0
        self.sessions = 0
        self.audio_sessions = 0
        self._password = password
        self._offset_us = offset_us
        self._is_stamped = is_stamped
        self._is_several = is_several
        self._channel = channel
        self._has_sound = not is_stamped
        self._small = clip(film.width, film.height, is_still=True, frames=10, gop=10_000).pictures[5]
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        sign_in = f"ada:{quote(self._password, safe='')}@" if self._password else ""
        return f"rtsp://{sign_in}127.0.0.1:{self.port}/cam"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """As by a power cut."""
        assert self._server is not None
        self._server.close()
        for guest in list(self._guests):
            guest.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._guests.add(writer)
        playing: list[asyncio.Task[None]] = []
        wants: dict[str, int] = {}
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, url, headers = _parsed(head)
                answer, body = [f"CSeq: {headers['cseq']}", "Session: 77;timeout=4"], b""
                status = "200 OK"
                if self._password and not self._is_signed(method, url, headers):
                    status = "401 Unauthorized"
                    answer += [
                        'WWW-Authenticate: Basic realm="cam"',
                        'WWW-Authenticate: Digest realm="cam", nonce="abc123", algorithm=SHA-256, qop="auth"',
                        'WWW-Authenticate: Digest realm="cam", nonce="abc123"',
                    ]
                elif method == "DESCRIBE":
                    body = self._description().encode()
                    answer += [f"Content-Base: {url}/", "Content-Type: application/sdp", f"Content-Length: {len(body)}"]
                elif method == "SETUP":
                    kind, _, asked = headers["transport"].partition("interleaved=")
                    channel = int(asked.partition("-")[0]) if self._channel is None else self._channel
                    wants[url.rpartition("/")[2]] = channel
                    answer.append(f"Transport: {kind}interleaved={channel}-{channel + 1};ssrc=1234")
                elif method == "GET_PARAMETER":
                    status = "501 Not Implemented"
                writer.write("\r\n".join([f"RTSP/1.0 {status}", *answer, "", ""]).encode() + body)
                if method == "PLAY" and status == "200 OK":
                    for track, number in wants.items():
                        work = self._play_audio if track == "track2" else self._play
                        playing.append(asyncio.create_task(work(writer, number)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for task in playing:
                task.cancel()
            self._guests.discard(writer)
            writer.close()

    def _is_signed(self, method: str, url: str, headers: dict[str, str]) -> bool:
        said = dict(part.strip().split("=", 1) for part in headers.get("authorization", "Digest a=b")[7:].split(","))
        said = {key: value.strip('"') for key, value in said.items()}
        if "response" not in said:
            return False
        first = hashlib.sha256(f"ada:cam:{self._password}".encode()).hexdigest()
        second = hashlib.sha256(f"{method}:{url}".encode()).hexdigest()
        whole = f"{first}:abc123:{said['nc']}:{said['cnonce']}:auth:{second}"
        return said["response"] == hashlib.sha256(whole.encode()).hexdigest() and said["uri"] == url

    def _description(self) -> str:
        sets = ",".join(base64.b64encode(one).decode() for one in self.film.sets)
        lines = [
            *("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=cam", "t=0 0", "a=control:*"),
            *("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"),
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}",
            "a=control:track1",
            *(("m=audio 0 RTP/AVP 0", "a=control:track2") if self._has_sound else ()),
            "",
        ]
        return "\r\n".join(lines)

    async def _play(self, writer: asyncio.StreamWriter, channel: int) -> None:
        self.sessions += 1
        try:
            await self._send_pictures(writer, channel)
        finally:
            self.sessions -= 1

    async def _send_pictures(self, writer: asyncio.StreamWriter, channel: int) -> None:
        film = self.film
        stamp, number, sequence = 4_294_900_000, 0, 65_500
        began = time.monotonic() + (random.random() / film.fps if self._is_several else 0)
        picture = film.pictures[0]
        while True:
            if self.mood != "same":
                picture = self._small if self.mood == "small" else film.pictures[number % len(film.pictures)]
            if self.mood != "stamps":
                stamp = (stamp + 90_000 // film.fps) % (1 << 32)
            if not number % film.fps:
                writer.write(_report(stamp, self._offset_us, channel + 1))
            if self.mood != "silent":
                whole = (stamped(), *picture) if self._is_stamped else picture
                data, sequence = packets(whole, sequence, stamp, channel)
                writer.write(data)
                self.sent += 1
            number += 1
            await writer.drain()
            await asyncio.sleep(max(0.0, began + number / film.fps - time.monotonic()))

    async def _play_audio(self, writer: asyncio.StreamWriter, channel: int) -> None:
        self.audio_sessions += 1
        began, number = time.monotonic(), 0
        try:
            while True:
                tone = bytes(_TONE[(number * 160 + at) % 16] for at in range(160))
                header = struct.pack(">BBHII", 0x80, 0x80, number % 65536, number * 160, 9)
                writer.write(struct.pack(">BBH", 0x24, channel, 172) + header + tone)
                number += 1
                await writer.drain()
                await asyncio.sleep(max(0.0, began + number / 50 - time.monotonic()))
        finally:
            self.audio_sessions -= 1


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    lines = head.decode().split("\r\n")
    method, url, _ = lines[0].split(" ")
    return method, url, {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if line}


def _report(stamp: int, offset_us: int, channel: int) -> bytes:
    now_us = time.time_ns() // 1000 + offset_us
    seconds, micros = divmod(now_us, 1_000_000)
    body = struct.pack(
        ">BBHIIIIII", 0x80, 200, 6, 1234, seconds + 2_208_988_800, (micros << 32) // 1_000_000, stamp, 0, 0
    )
    return struct.pack(">BBH", 0x24, channel, len(body)) + body


STAMP_AT = 23
"""Where in a stamped picture's sample the twenty digits of the machine's monotonic nanoseconds are."""


def stamped() -> bytes:
    """user_data_unregistered (H.264, D.1.7) with the time now."""
    return b"\x06\x05\x24" + b"monotonic-stamp:" + b"%020d" % time.monotonic_ns() + b"\x80"


def packets(picture: tuple[bytes, ...], sequence: int, stamp: int, channel: int = 0) -> tuple[bytes, int]:
    """The picture in interleaved RTP packets, and the sequence number after them."""
    payloads: list[bytes] = []
    for nal in picture:
        if len(nal) <= _MTU:
            payloads.append(nal)
            continue
        pieces = [nal[at : at + _MTU] for at in range(1, len(nal), _MTU)]
        for number, piece in enumerate(pieces):
            first, last = 0x80 * (number == 0), 0x40 * (number == len(pieces) - 1)
            payloads.append(bytes((nal[0] & 0xE0 | 28, first | last | nal[0] & 31)) + piece)
    out = []
    for number, payload in enumerate(payloads):
        marker = 0x80 * (number == len(payloads) - 1)
        header = struct.pack(">BBHII", 0x80, marker | 96, sequence, stamp, 1234)
        out.append(struct.pack(">BBH", 0x24, channel, 12 + len(payload)) + header + payload)
        sequence = (sequence + 1) % 65536
    return b"".join(out), sequence


async def _main(film: Clip, is_several: bool) -> None:
    camera = Camera(film, is_stamped=True, is_several=is_several)
    await camera.start()
    sys.stdout.write(f"{camera.port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await camera.stop()


if __name__ == "__main__":
    asyncio.run(_main(stored(sys.argv[1]), "several" in sys.argv[2:]))
