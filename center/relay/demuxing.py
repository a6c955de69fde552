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
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

import msgspec

from center.relay import h264, h265
from center.relay.media import TIMESCALE, Offer, without_credentials
from center.relay.messages import Source
from center.relay.reel import Playing, Reel, Turn
from center.relay.rtp import MOST_UNIT_BYTES, Unit
from center.relay.rtsp import SILENT_S, Hearer

if TYPE_CHECKING:
    from av.packet import Packet

_PROBE_US = 1_000_000
"""How much of a stream is looked at before it is said what it is; what was looked at is handed on, too."""
_KLV, _MOST_WORDS_BYTES = "klv", 16 << 10
_CODECS = {"h264": "H264", "hevc": "H265", "mjpeg": "JPEG", "aac": "MPEG4-GENERIC", "pcm_mulaw": "PCMU"}
_KINDS = {"H264": h264.kinds, "H265": h265.kinds}


class _Asked(NamedTuple):
    """What the other process is to read."""

    url: str
    transport: str
    kind: str
    turn: Turn | None


class _Piece(msgspec.Struct, frozen=True, tag=True):
    data: bytes
    ts: int
    is_key: bool
    kinds: int


class _Words(msgspec.Struct, frozen=True, tag=True):
    data: bytes


class _Over(msgspec.Struct, frozen=True, tag=True):
    why: str


_decoder = msgspec.msgpack.Decoder(Offer | _Piece | _Words | _Over)


class Listener(Hearer, Protocol):
    """Who also wants what a camera says beside its pictures."""

    def noted(self, data: bytes) -> None:
        """KLV, as it came."""
        ...


async def play(source: Source, kind: str, hearer: Listener, reel: Reel | None = None) -> str:
    """A file is read as fast as it was filmed, from where its `reel` is; without one as fast as it can be. Returns the
    sentence why it is over. Raises OSError, NotSpokenError."""
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
        process.stdin.write(
            msgspec.json.encode(_Asked(source.url, source.transport, kind, reel.turn() if reel else None)) + b"\n"
        )
        return await _hear(process.stdout, hearer)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _hear(lines: asyncio.StreamReader, hearer: Listener) -> str:
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
            hearer.heard(Unit((said.data,), said.ts, said.is_key, said.kinds))
        elif isinstance(said, _Words):
            hearer.noted(said.data)
        else:
            return str(said.why)


# --- the other process ------------------------------------------------------------------------------------------------


def work(lines_in: BinaryIO, lines_out: BinaryIO) -> None:
    """Reads one camera until it is over, or until nobody listens."""
    asked = msgspec.json.decode(lines_in.readline(), type=_Asked)
    encode = msgspec.msgpack.Encoder().encode
    try:
        for said in _read(asked):
            data = encode(said)
            lines_out.write(len(data).to_bytes(4, "big") + data)
            lines_out.flush()
    except BrokenPipeError:
        return


def _read(asked: _Asked) -> Iterator[Offer | _Piece | _Words | _Over]:
    import av

    url, transport, kind, turn = asked
    is_rtsp = url.startswith(("rtsp://", "rtsps://"))
    options = {"analyzeduration": str(_PROBE_US), **({"rtsp_transport": transport} if is_rtsp else {})}
    try:
        with av.open(url, options=options, timeout=(SILENT_S, SILENT_S)) as media:
            streams = media.streams.video if kind == "video" else media.streams.audio
            if not streams:
                yield _Over(f"the camera offers no {kind}")
                return
            is_file = "://" not in url or url.startswith("file:")
            yield from _units(media, streams[0], Playing(media, turn) if turn and is_file else None)
            yield _Over("the camera has ended the stream")
    except (av.FFmpegError, ValueError, OSError) as error:
        yield _Over(f"{without_credentials(url)}: {getattr(error, 'strerror', None) or type(error).__name__}")


def _units(media: Any, stream: Any, playing: Playing | None) -> Iterator[Offer | _Piece | _Words]:
    context = stream.codec_context
    codec = _CODECS.get(context.name, context.name.upper())
    is_video = stream.type == "video"
    rate_hz = TIMESCALE if is_video else context.sample_rate
    sets, is_prefixed = _sets(codec, context.extradata or b"")
    shape = (context.width, context.height) if is_video else (0, 0)
    yield Offer(codec, rate_hz, 0 if is_video else context.layout.nb_channels, sets, *shape)
    began = time.monotonic()
    is_begun = False
    beside = [one for one in media.streams.data if is_video and one.name == _KLV]
    for packet in media.demux(stream, *beside):
        if packet.stream in beside:
            if 0 < packet.size <= _MOST_WORDS_BYTES:
                yield _Words(bytes(packet))
            continue
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or packet.size > MOST_UNIT_BYTES:
            continue
        if stamp is None:  # pictures one behind the other and nothing else: now is as good as any time
            stamp = int((time.monotonic() - began) / packet.time_base)
        parts = _parts(codec, packet, is_prefixed)
        kinds = _KINDS[codec](parts) if codec in _KINDS else 0
        is_key = _is_key(codec, parts, kinds)
        is_begun = is_begun or is_key
        if not is_begun or not parts:
            continue
        if playing is not None:
            due = packet.dts if packet.dts is not None else stamp
            time.sleep(playing.wait_s(float(due * packet.time_base)))
        yield _Piece(_sample(codec, parts), int(stamp * packet.time_base * rate_hz) % (1 << 32), is_key, kinds)


def _is_key(codec: str, parts: tuple[bytes, ...], kinds: int) -> bool:
    if codec == "H264":
        return bool(kinds & 1 << h264.IDR)
    return h265.is_key(parts) if codec == "H265" else True


def _parts(codec: str, packet: Packet[Any], is_prefixed: bool) -> tuple[bytes, ...]:
    data = bytes(packet)
    if codec not in _KINDS:
        return (data,)
    return tuple(h264.split_sample(data) if is_prefixed else h264.split_annex_b(data))


def _sample(codec: str, parts: tuple[bytes, ...]) -> bytes:
    return h264.sample(parts) if codec in _KINDS else parts[0]


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
