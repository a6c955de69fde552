"""Cameras that the relay's own client does not read: other codecs, UDP, MPEG-TS, HTTP, files.

Knows: a process of its own per camera, in which PyAV (FFmpeg's libraries) reads and hands whole units on.
Refuses to know: what is done with them. A stream made to crash a demuxer takes that process with it and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from center.relay import h264, h265
from center.relay.media import TIMESCALE, Offer, without_credentials
from center.relay.messages import Source
from center.relay.rtp import MOST_UNIT_BYTES, Unit
from center.relay.rtsp import SILENT_S, Hearer

if TYPE_CHECKING:
    from av.packet import Packet

_PROBE_US = 1_000_000
"""How much of a stream is looked at before it is said what it is; what was looked at is handed on, too."""
_CODECS = {"h264": "H264", "hevc": "H265", "mjpeg": "JPEG", "aac": "MPEG4-GENERIC", "pcm_mulaw": "PCMU"}


class _Piece(msgspec.Struct, frozen=True, tag=True):
    parts: tuple[bytes, ...]
    ts: int
    is_key: bool
    kinds: int


class _Over(msgspec.Struct, frozen=True, tag=True):
    why: str


_decoder = msgspec.msgpack.Decoder(Offer | _Piece | _Over)


async def play(source: Source, kind: str, hearer: Hearer) -> str:
    """Returns the sentence why it is over. Raises OSError, NotSpokenError."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "center.relay", "read"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # FFmpeg's words may hold the address and its credentials
        limit=2 * MOST_UNIT_BYTES,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode([source.url, source.transport, kind]) + b"\n")
        return await _hear(process.stdout, hearer)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _hear(lines: asyncio.StreamReader, hearer: Hearer) -> str:
    while True:
        try:
            async with asyncio.timeout(SILENT_S):
                size = int.from_bytes(await lines.readexactly(4), "big")
                said = _decoder.decode(await lines.readexactly(size))
        except TimeoutError:
            return f"nothing came for {SILENT_S:g} s"
        except asyncio.IncompleteReadError:
            return "the reader died"
        if isinstance(said, Offer):
            hearer.opened(said)
        elif isinstance(said, _Piece):
            hearer.heard(Unit(said.parts, said.ts, said.is_key, said.kinds), None)
        else:
            return str(said.why)


# --- the other process ------------------------------------------------------------------------------------------------


def work(lines_in: BinaryIO, lines_out: BinaryIO) -> None:
    """Reads one camera until it is over, or until nobody listens."""
    url, transport, kind = msgspec.json.decode(lines_in.readline())
    encode = msgspec.msgpack.Encoder().encode
    try:
        for said in _read(url, transport, kind):
            data = encode(said)
            lines_out.write(len(data).to_bytes(4, "big") + data)
            lines_out.flush()
    except BrokenPipeError:
        return


def _read(url: str, transport: str, kind: str) -> Iterator[Offer | _Piece | _Over]:
    import av

    is_rtsp = url.startswith(("rtsp://", "rtsps://"))
    options = {"analyzeduration": str(_PROBE_US), **({"rtsp_transport": transport} if is_rtsp else {})}
    try:
        with av.open(url, options=options, timeout=(SILENT_S, SILENT_S)) as media:
            streams = media.streams.video if kind == "video" else media.streams.audio
            if not streams:
                yield _Over(f"the camera offers no {kind}")
                return
            yield from _units(media, streams[0], is_paced="://" not in url or url.startswith("file:"))
            yield _Over("the camera has ended the stream")
    except (av.FFmpegError, ValueError, OSError) as error:
        yield _Over(f"{without_credentials(url)}: {getattr(error, 'strerror', None) or type(error).__name__}")


def _units(media: Any, stream: Any, *, is_paced: bool) -> Iterator[Offer | _Piece]:
    """A file is read as fast as it was filmed."""
    context = stream.codec_context
    codec = _CODECS.get(context.name, context.name.upper())
    is_video = stream.type == "video"
    rate_hz = TIMESCALE if is_video else context.sample_rate
    sets, is_prefixed = _sets(codec, context.extradata or b"")
    shape = (context.width, context.height) if is_video else (0, 0)
    yield Offer(codec, rate_hz, 0 if is_video else context.layout.nb_channels, sets, *shape)
    began, first = time.monotonic(), None
    is_begun = False
    for packet in media.demux(stream):
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or packet.size > MOST_UNIT_BYTES:
            continue
        if stamp is None:  # pictures one behind the other and nothing else: now is as good as any time
            stamp = int((time.monotonic() - began) / packet.time_base)
        parts = _parts(codec, packet, is_prefixed)
        kinds = h264.kinds(parts) if codec == "H264" else 0
        is_key = _is_key(codec, parts, kinds)
        is_begun = is_begun or is_key
        if not is_begun or not parts:
            continue
        if is_paced:
            due = float((packet.dts if packet.dts is not None else stamp) * packet.time_base)
            first = due if first is None else first
            time.sleep(max(0.0, began + due - first - time.monotonic()))
        yield _Piece(parts, int(stamp * packet.time_base * rate_hz) % (1 << 32), is_key, kinds)


def _is_key(codec: str, parts: tuple[bytes, ...], kinds: int) -> bool:
    if codec == "H264":
        return bool(kinds & 1 << h264.IDR)
    return h265.is_key(parts) if codec == "H265" else True


def _parts(codec: str, packet: Packet[Any], is_prefixed: bool) -> tuple[bytes, ...]:
    data = bytes(packet)
    if codec not in ("H264", "H265"):
        return (data,)
    return tuple(h264.split_sample(data) if is_prefixed else h264.split_annex_b(data))


def _sets(codec: str, extra: bytes) -> tuple[tuple[bytes, ...], bool]:
    """Parameter sets, and whether NAL units have their lengths before them, as in files."""
    if codec == "MPEG4-GENERIC":
        return (extra,), False
    is_record = extra[:1] == b"\x01"
    if codec == "H264":
        return tuple(h264.configured(extra) if is_record else h264.split_annex_b(extra)), is_record
    if codec == "H265":
        return tuple(h265.configured(extra) if is_record else h264.split_annex_b(extra)), is_record
    return (), False
