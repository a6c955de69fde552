"""A keyframe as a JPEG.

Knows: a process of its own that decodes, one picture at a time; what it has decoded last of a keyframe.
Refuses to know: whose picture it is. Decoders are native code, and what a camera sends is not to be trusted: a picture
made to crash one takes that process with it and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from typing import BinaryIO

import msgspec

from center.relay.media import Track

_DECODE_S = 5.0
_MOST_WIDTH = 640
_KEPT = 64


class _Asked(msgspec.Struct, frozen=True):
    track: Track
    sample: bytes


class Stills:
    """Pictures are kept by keyframe, the last few of them."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._kept: dict[bytes, bytes] = {}

    async def jpeg(self, track: Track, sample: bytes) -> bytes | None:
        """None when it cannot be decoded."""
        async with self._turn:
            if sample in self._kept:
                return self._kept[sample]
            try:
                async with asyncio.timeout(_DECODE_S):
                    made = await self._made(track, sample)
            except (OSError, TimeoutError, EOFError):
                self.close()
                return None
            if made:
                self._kept[sample] = made
                if len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
            return made or None

    def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process = None

    async def _made(self, track: Track, sample: bytes) -> bytes:
        """Raises OSError, EOFError when the process is gone."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "center.relay", "stills"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        lines_in, lines_out = self._process.stdin, self._process.stdout
        assert lines_in is not None
        assert lines_out is not None
        asked = msgspec.msgpack.encode(_Asked(track, sample))
        lines_in.write(len(asked).to_bytes(4, "big") + asked)
        await lines_in.drain()
        size = int.from_bytes(await lines_out.readexactly(4), "big")
        return await lines_out.readexactly(size)


def work(lines_in: BinaryIO, lines_out: BinaryIO) -> None:
    """The other process' life: it ends when nobody asks any more."""
    while len(head := lines_in.read(4)) == 4:
        asked = msgspec.msgpack.decode(lines_in.read(int.from_bytes(head, "big")), type=_Asked)
        made = _jpeg(asked.track, asked.sample)
        lines_out.write(len(made).to_bytes(4, "big") + made)
        lines_out.flush()


def _jpeg(track: Track, sample: bytes) -> bytes:
    """Empty when it cannot be decoded."""
    import av

    if track.codec.startswith("mp4v"):
        return sample
    decoder = av.CodecContext.create("hevc" if track.codec.startswith("hvc1") else "h264", "r")
    decoder.extradata = track.extra
    try:
        pictures = [*decoder.decode(av.Packet(sample)), *decoder.decode(None)]
        if not pictures:
            return b""
        picture = pictures[0]
        width = min(picture.width, _MOST_WIDTH) & ~1
        height = max(2, picture.height * width // picture.width) & ~1
        written = io.BytesIO()
        with av.open(written, "w", format="mjpeg") as out:
            stream = out.add_stream("mjpeg", rate=1)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
            out.mux(stream.encode(picture.reformat(width, height, "yuvj420p")))
            out.mux(stream.encode(None))
        return written.getvalue()
    except (av.FFmpegError, ValueError):
        return b""
