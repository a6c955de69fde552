"""Frames in containers: an event's clip as MP4, and a live stream with metadata as MPEG-TS.

Knows: FFmpeg's muxers, through PyAV, and their time bases.
Refuses to know: who asked, and where frames come from.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
from av.container import OutputContainer

from twin.devices.cameras.things import Frame, Shot

TICKS = Fraction(1, 90_000)


def mp4(frames: Sequence[Frame], shot: Shot) -> bytes:
    """A playable file. Its time line is the camera's clock, from the first frame."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        video = container.add_mux_stream("h264", rate=shot.fps, width=shot.width, height=shot.height)
        for frame in frames:
            packet = _packet(frame, (frame.clock_us - frames[0].clock_us) * 9 // 100)
            packet.stream = video
            container.mux(packet)
    return file.getvalue()


class TransportStream:
    """MPEG-TS that is written as it happens: H.264, and KLV beside it (stream type 6, `KLVA`). `written(data)` gets
    whole packets."""

    def __init__(self, shot: Shot) -> None:
        self._out = _Out()
        # The muxer would hold pictures back until the other stream has something, too: it may have nothing for hours.
        options = {"flush_packets": "1", "max_interleave_delta": "1"}
        container = av.open(self._out, "w", format="mpegts", options=options)
        assert isinstance(container, OutputContainer)
        self._container = container
        self._video = container.add_mux_stream("h264", rate=shot.fps, width=shot.width, height=shot.height)
        self._metadata = container.add_data_stream("klv")
        self._from_us: int | None = None

    def frame(self, frame: Frame) -> bytes:
        """What is to be sent for a frame; the first one is a key frame."""
        packet = _packet(frame, self._ticks(frame.media_us))
        packet.stream = self._video
        self._container.mux(packet)
        return self._out.take()

    def metadata(self, unit: bytes, media_us: int) -> bytes:
        packet: av.Packet[Any] = av.Packet(unit)
        packet.pts = packet.dts = self._ticks(media_us)
        packet.time_base = TICKS
        packet.stream = self._metadata
        self._container.mux(packet)
        return self._out.take()

    def close(self) -> None:
        self._container.close()

    def _ticks(self, media_us: int) -> int:
        if self._from_us is None:
            self._from_us = media_us
        return (media_us - self._from_us) * 9 // 100


class _Out:
    """A file that only grows, until it is taken away."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data


def _packet(frame: Frame, ticks: int) -> av.Packet[Any]:
    packet: av.Packet[Any] = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in frame.nals))
    packet.pts = packet.dts = ticks
    packet.time_base = TICKS
    packet.is_keyframe = frame.is_key
    return packet
