"""Keyframes decoded: as a JPEG, or to see whether anything has changed since the last one.

Knows: a process of its own that decodes, one picture at a time; which JPEGs it made last, and how each camera looked.
Refuses to know: whose picture it is. Decoders are native code, and what a camera sends is not to be trusted: a picture
made to crash one takes that process with it and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, BinaryIO, Literal

import msgspec

from center.jpeg import jpeg
from center.relay.media import Track

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

_DECODE_S = 5.0
_KEPT = 64
Look = Literal["other", "alike", "blank"]
_LOOKS: dict[bytes, Look] = {b"o": "other", b"a": "alike", b"b": "blank"}


_SMALL = (160, 90)
_LEVELS = 10
_POINTS = 3
_BLANK_DEVIATION = 1.5  # grey levels: a covered lens, a dead sensor; anything that can be seen has more
"""Of a picture made so small, how many points must differ by how much to count as a change: noise and what coding does
to a picture are averaged away, a digit of a clock is not."""


class _Asked(msgspec.Struct, frozen=True):
    """With `camera`: whether the picture differs from that camera's last one, otherwise for a JPEG."""

    track: Track
    sample: memoryview
    camera: str = ""


_encoder = msgspec.msgpack.Encoder()


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
                made = await self._made(_Asked(track, memoryview(sample)))
            except (OSError, EOFError):
                return None
            if made:
                self._kept[sample] = made
                if len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
            return made or None

    async def look(self, camera: str, track: Track, sample: memoryview) -> Look | None:
        """Whether it looks otherwise than that camera's last one did, or like nothing at all; None when there is
        nothing to say."""
        async with self._turn:
            try:
                answer = await self._made(_Asked(track, sample, camera))
            except (OSError, EOFError):
                return None
        return _LOOKS.get(answer)

    def close(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process = None

    async def _made(self, asked: _Asked) -> bytes:
        """Raises OSError, EOFError; the process is then gone."""
        try:
            async with asyncio.timeout(_DECODE_S):
                return await self._asked(asked)
        except (OSError, EOFError):
            self.close()
            raise

    async def _asked(self, asked: _Asked) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "center.relay", "stills"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        lines_in, lines_out = self._process.stdin, self._process.stdout
        assert lines_in is not None
        assert lines_out is not None
        data = bytearray(4)
        _encoder.encode_into(asked, data, 4)
        data[:4] = (len(data) - 4).to_bytes(4, "big")
        lines_in.write(data)
        await lines_in.drain()
        size = int.from_bytes(await lines_out.readexactly(4), "big")
        return await lines_out.readexactly(size)


def work(lines_in: BinaryIO, lines_out: BinaryIO) -> None:
    """The other process' life: it ends when nobody asks any more."""
    looks: dict[str, NDArray[np.int16]] = {}
    while len(head := lines_in.read(4)) == 4:
        asked = msgspec.msgpack.decode(lines_in.read(int.from_bytes(head, "big")), type=_Asked)
        made = _compared(looks, asked) if asked.camera else _jpeg(asked.track, asked.sample)
        try:
            lines_out.write(len(made).to_bytes(4, "big") + made)
            lines_out.flush()
        except BrokenPipeError:
            return


def _compared(looks: dict[str, NDArray[np.int16]], asked: _Asked) -> bytes:
    """Empty for a camera's first picture, and for one that cannot be decoded."""
    import av
    import numpy as np

    try:
        picture = _decoded(asked.track, asked.sample, is_rough=True)
        if picture is None:
            return b""
        now = picture.reformat(*_SMALL, "gray", interpolation="AREA").to_ndarray().astype(np.int16)
    except (av.FFmpegError, ValueError):
        return b""
    before, looks[asked.camera] = looks.get(asked.camera), now
    if float(now.std()) < _BLANK_DEVIATION:
        return b"b"
    if before is None:
        return b""
    return b"o" if int((np.abs(now - before) > _LEVELS).sum()) >= _POINTS else b"a"


def _decoded(track: Track, sample: memoryview, *, is_rough: bool = False) -> VideoFrame | None:
    """`is_rough`: good enough for a small picture. Raises av.FFmpegError, ValueError."""
    import av

    name = "hevc" if track.codec.startswith("hvc1") else "mjpeg" if track.codec.startswith("mp4v") else "h264"
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.extradata = track.extra or None
    decoder.thread_count = 1
    decoder.options = {"skip_loop_filter": "all"} if is_rough else {}
    pictures = [*decoder.decode(av.Packet(bytes(sample))), *decoder.decode(None)]
    return pictures[0] if pictures else None


def _jpeg(track: Track, sample: memoryview) -> bytes:
    """Empty when it cannot be decoded."""
    import av

    if track.codec.startswith("mp4v"):
        return bytes(sample)
    try:
        picture = _decoded(track, sample)
        return jpeg(picture) if picture is not None else b""
    except (av.FFmpegError, ValueError):
        return b""
