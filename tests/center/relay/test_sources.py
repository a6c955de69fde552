"""Cameras that FFmpeg's libraries read for the relay: files and streams of other kinds, as viewers get them."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from center.relay import CameraState, Source, Viewing, h264
from tests.center.relay.clips import clip
from tests.center.relay.house import PATIENCE_S, house, now, pictures, said

pytestmark = pytest.mark.wire


def spoken(path: Path) -> None:
    """Two seconds of a tone of 500 Hz in AAC."""
    with av.open(path, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000, layout="mono")
        tone = (np.sin(np.arange(96_000) * 2 * np.pi * 500 / 48_000) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), "s16", "mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


_DELIMITER = b"\0\0\0\2\x09\xf0"
"""An access unit delimiter, which MPEG-TS has to have."""


def filmed(path: Path, codec: str, form: str, pixels: str = "yuv420p", **options: str) -> None:
    """Two seconds of a bar that moves over noise, and a tone beside it where the form takes one."""
    dice = np.random.default_rng(3)
    ground = dice.integers(0, 99, (180, 320, 3), dtype=np.uint8)
    with av.open(path, "w", format=form) as out:
        stream = out.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 180, pixels, 10
        for number in range(50):
            picture = ground.copy()
            picture[:, number * 6 : number * 6 + 20] = 230
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))


def watch(url: str, count: int = 60, *, audio: bool = False) -> tuple[dict[str, object], bytes]:
    """What a viewer is told, and what it gets as a file; that a film has no camera clock, it is told as well."""

    async def play() -> tuple[dict[str, object], bytes]:
        async with house(Source("c1", url)) as one:
            begun: dict[str, object] = {}
            whole = b""
            async with one.watch(one.token(audio=audio)) as viewer, asyncio.timeout(PATIENCE_S):
                begun = await said(viewer, type="stream")
                clocks: list[object] = []
                while whole.count(b"moof") < count:
                    message = await viewer.recv()
                    if isinstance(message, bytes):
                        whole += message
                    elif (word := json.loads(message))["type"] == "clock":
                        clocks.append(word["off_us"])
            assert clocks == ([] if audio else [None])
            return begun, whole

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("codec", "form", "pixels", "said_codec"),
    [
        ("libx264", "mpegts", "yuv420p", "avc1.64"),
        ("libx264", "mp4", "yuv420p", "avc1.64"),
        ("libx265", "mpegts", "yuv420p", "hvc1.1.6.L"),
        ("libx265", "mp4", "yuv420p", "hvc1.1.6.L"),
        ("mjpeg", "avi", "yuvj420p", "mp4v.6C"),
    ],
)
def test_a_file_is_a_camera(codec: str, form: str, pixels: str, said_codec: str, tmp_path: Path) -> None:
    """Played as fast as it was filmed; B-frames keep their order and are shown in the other; what a viewer has got is a
    file that a player decodes to the same pictures."""
    path = tmp_path / "film"
    options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:bframes=2"} if codec == "libx265" else {}
    filmed(path, codec, form, pixels, **options)
    begun, whole = watch(str(path), 30)
    assert str(begun["codec"]).startswith(said_codec)
    assert (begun["width"], begun["height"]) == (320, 180)
    with av.open(io.BytesIO(whole), format="mp4") as got, av.open(path) as film:
        pairs = zip(got.decode(video=0), film.decode(video=0), strict=False)
        seen = [(a.to_ndarray(), b.to_ndarray(), a.pts) for a, b in itertools.islice(pairs, 21)]
    assert len(seen) == 21  # of those after it some refer to what has not come any more
    assert all(np.array_equal(one, other) for one, other, _ in seen)
    times = [pts for _, _, pts in seen]
    assert times == sorted(times)
    assert times[20] - times[0] == 20 * 3600


def test_aac_goes_on_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "spoken"
    spoken(path)
    begun, whole = watch(str(path), 40, audio=True)
    assert begun["mime"] == 'audio/mp4; codecs="mp4a.40.2"'
    with av.open(path) as film, av.open(io.BytesIO(whole), format="mp4") as got:
        sent = [bytes(packet) for packet in film.demux(audio=0) if packet.size]
        came = [bytes(packet) for packet in got.demux(audio=0) if packet.size]
    assert came[:40] == sent[:40]
    with av.open(io.BytesIO(whole), format="mp4") as got:
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in got.decode(audio=0)])
    assert abs(int(np.abs(np.fft.rfft(samples[4800:28_800])).argmax()) - 250) <= 1  # bins of 2 Hz


def test_a_stream_by_udp_is_a_camera() -> None:
    """MPEG-TS, as aircraft send it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    film = clip(b_frames=0)

    async def play() -> None:
        async with house(Source("c1", f"udp://127.0.0.1:{port}")) as one:
            sending = asyncio.create_task(asyncio.to_thread(send, port, stopped.__len__))
            try:
                async with one.watch(one.token()) as viewer:
                    seen = await pictures(viewer, 20)
            finally:
                stopped.append(True)
                await sending
            parts = [b"".join(len(nal).to_bytes(4, "big") + nal for nal in picture) for picture in film.pictures]
            assert {picture.sample.replace(_DELIMITER, b"") for picture in seen} <= set(parts)

    stopped: list[bool] = []

    def send(port: int, is_over: Callable[[], int]) -> None:
        import time

        raw = io.BytesIO(b"".join(b"\0\0\0\1" + nal for picture in film.pictures for nal in picture))
        with av.open(raw, format="h264") as source:
            packets = [packet for packet in source.demux(video=0) if packet.size]
            with av.open(f"udp://127.0.0.1:{port}?pkt_size=1316", "w", format="mpegts") as out:
                stream = out.add_stream_from_template(source.streams.video[0])
                began, number = time.monotonic(), 0
                while not is_over():
                    packet = packets[number % len(packets)]
                    packet.stream = stream
                    packet.pts = packet.dts = round(number / 25 / stream.time_base)
                    packet.time_base = stream.time_base
                    out.mux(packet)
                    number += 1
                    time.sleep(max(0.0, began + number / 25 - time.monotonic()))

    asyncio.run(play())


def test_a_camera_that_is_not_there_says_why_and_keeps_its_password() -> None:
    async def play() -> None:
        source = Source("c1", "rtsp://ada:s3cret@127.0.0.1:1/x", transport="udp")
        assert "s3cret" not in repr(source)
        async with house(source, offline_s=3.0) as one, one.watch(one.token()) as viewer:
            word = await said(viewer, type="state", state="offline")
            assert "Connection refused" in word["why"]
            assert "s3cret" not in str(word)
        assert not any("s3cret" in repr(told) for told in one.told if isinstance(told, CameraState | Viewing))

    asyncio.run(play())


def test_the_clock_in_a_stream_of_h265_is_read(tmp_path: Path) -> None:
    """x265's pictures, with MISB ST 0604's message put before each; its own messages, which tell no time, stay."""
    path, began = tmp_path / "film.ts", 1_773_475_800_000_000
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 320, 180, "yuv420p", 25
    encoder.gop_size, encoder.time_base = 10, Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "log-level=none:pools=1"}
    with av.open(path, "w", format="mpegts") as out:
        stream = out.add_stream("hevc", rate=25)
        stream.width, stream.height = 320, 180
        for number in range(50):
            picture = av.VideoFrame.from_ndarray(np.full((180, 320, 3), 4 * number, np.uint8), "rgb24")
            picture.pts = number
            for packet in encoder.encode(picture):
                packet_again = av.Packet(clocked(bytes(packet), began + number * 40_000))
                packet_again.pts, packet_again.dts = packet.pts, packet.dts
                packet_again.time_base, packet_again.stream = Fraction(1, 25), stream
                packet_again.is_keyframe = packet.is_keyframe
                out.mux(packet_again)

    async def play() -> None:
        async with house(Source("c1", str(path))) as one, one.watch(one.token()) as viewer:
            off_us = int((await said(viewer, type="clock"))["off_us"])
            assert abs(now() + off_us - began) < 600 * 1_000_000
            await pictures(viewer, 20)
            clip = await one.relay.export("c1", 0, now())
        told = [frame.source for gop in clip.gops for frame in gop.frames]
        assert told[:20] == list(range(began, began + 20 * 40_000, 40_000))

    asyncio.run(play())


def clocked(data: bytes, moment: int) -> bytes:
    """The same picture with its time before its first slice."""
    raw = moment.to_bytes(8, "big")
    said = b"MISPmicrosectime\x1f" + raw[:2] + b"\xff" + raw[2:4] + b"\xff" + raw[4:6] + b"\xff" + raw[6:]
    message = b"\x4e\x01\x05" + bytes((len(said),)) + said + b"\x80"
    for zeros in (b"\0\0\0", b"\0\0\1", b"\0\0\2", b"\0\0\3"):
        message = message.replace(zeros, zeros[:2] + b"\3" + zeros[2:])
    nals = h264.split_annex_b(data)
    first = next(place for place, nal in enumerate(nals) if nal[0] >> 1 & 0x3F < 32)
    return b"".join(b"\0\0\0\1" + nal for nal in (*nals[:first], message, *nals[first:]))
