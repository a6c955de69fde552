"""A reader camera's stream, watched in a process of its own: the pictures worth a look come out of it as JPEGs.

Knows: how a stream is pulled and decoded (PyAV), how often one looks, that a road on which nothing moves is soon seen,
and how to catch up.
Refuses to know: plates, and who asks. A stream made to crash a decoder takes this process with it and nothing else.

Each picture of a stream depends on those before it: all are decoded, and few handed on.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from struct import Struct
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

HEAD = Struct(">cII")
"""Before all that is said: what it is, how many pictures nobody had time for since the last, how many bytes follow."""
PICTURE, OVER = b"P", b"O"
SILENT_S = 10.0
LATE_S = 2.0  # so far behind the camera, and what waits is passed over
WAITED_S = 0.02  # what is waited for so long was not waiting itself
AT_REST_S = 0.5  # a picture in which nothing moves is handed on so often: what stands there still stands there
NICE = 5  # as the workers: where cores are short, the center's own work goes first
QUALITY = 92  # of the JPEG: a plate's letters are a few pixels wide

_SMALL = (160, 90)
_LEVELS, _POINTS = 12, 40
"""What moves, in a picture made so small: so many points that differ by so much. Noise is averaged away, a clock's last
digit is a few points, a car whose plate can be read is hundreds."""


class Wanted(NamedTuple):
    """`every_s`: one look in so long, by the stream's own time. `transport` is RTSP's."""

    url: str
    every_s: float
    transport: str = "tcp"


class Seen(NamedTuple):
    """`lost`: pictures that nobody had time for since the one before."""

    jpeg: bytes
    lost: int


def work(lines_in: BinaryIO, lines_out: BinaryIO) -> None:
    """Watches one camera until it is over, or until nobody listens."""
    import av

    wanted = Wanted(*msgspec.json.decode(lines_in.readline()))
    with contextlib.suppress(BrokenPipeError):
        try:
            for seen in watched(wanted):
                _say(lines_out, PICTURE, seen.lost, seen.jpeg)
            why = "the camera has ended the stream"
        except BrokenPipeError:
            raise
        except (av.FFmpegError, ValueError, OSError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__  # its own words may hold the address
        _say(lines_out, OVER, 0, why.encode())


def _say(lines_out: BinaryIO, what: bytes, lost: int, data: bytes) -> None:
    lines_out.write(HEAD.pack(what, lost, len(data)) + data)
    lines_out.flush()


def watched(wanted: Wanted) -> Iterator[Seen]:
    """Raises av.FFmpegError, OSError, ValueError."""
    import av

    is_rtsp = wanted.url.startswith(("rtsp://", "rtsps://"))
    options = {"analyzeduration": "1000000", **({"rtsp_transport": wanted.transport} if is_rtsp else {})}
    with av.open(wanted.url, options=options, timeout=(SILENT_S, SILENT_S)) as media:
        if not media.streams.video:
            raise ValueError("no video")
        motion, due_s, lost = Motion(), 0.0, 0
        for picture, at_s in _pictures(media, is_paced=wanted.url.startswith("file:")):
            if picture is None:
                lost += 1
            elif at_s >= due_s and motion.is_worth(picture, at_s):
                due_s = max(due_s, at_s - wanted.every_s) + wanted.every_s  # keeps step with what is asked for
                yield Seen(_jpeg(picture), lost)
                lost = 0


def _pictures(media: Any, *, is_paced: bool) -> Iterator[tuple[VideoFrame | None, float]]:
    """With their time in seconds since the first; None for one that nobody has time for. A file is played as fast as it
    was filmed."""
    stream = media.streams.video[0]
    stream.codec_context.thread_count = 1
    backlog, began, first_s = Backlog(), time.monotonic(), None
    packets = media.demux(stream)
    while True:
        asked = time.monotonic()
        packet = next(packets, None)
        if packet is None:
            return
        now = time.monotonic()
        stamp = packet.dts if packet.dts is not None else packet.pts
        stamp_s = now - began if stamp is None else float(stamp * packet.time_base)
        first_s = stamp_s if first_s is None else first_s
        if is_paced:
            time.sleep(max(0.0, stamp_s - first_s - (now - began)))
        elif backlog.is_too_long(stamp_s, packet.is_keyframe, now_s=now, waited_s=now - asked):
            yield None, stamp_s - first_s
            continue
        for picture in _decoded(stream, packet):
            yield picture, stamp_s - first_s


class Backlog:
    """How much of a camera's time has come later than it should have, by the least delay there was."""

    def __init__(self) -> None:
        self._least_s: float | None = None
        self._is_passing = self._is_empty = False

    def is_too_long(self, stamp_s: float, is_key: bool, *, now_s: float, waited_s: float) -> bool:
        """Whether this is to be passed over: from when one is too late up to the first key frame that was waited for,
        or comes after one that was. From there on the delay counts anew, so that a camera whose clock is slow, or was
        set, is not late for ever."""
        delay_s = now_s - stamp_s
        if self._least_s is None or delay_s < self._least_s:
            self._least_s = delay_s
        if not self._is_passing:
            self._is_passing, self._is_empty = delay_s - self._least_s > LATE_S, False
            return self._is_passing
        self._is_empty = self._is_empty or waited_s > WAITED_S
        if self._is_empty and is_key:
            self._is_passing, self._least_s = False, delay_s
        return self._is_passing


def _decoded(stream: Any, packet: Any) -> list[VideoFrame]:
    """None of a damaged packet; the next key frame mends it."""
    from av import error

    try:
        return list(stream.codec_context.decode(packet))
    except error.InvalidDataError:
        return []


def _jpeg(picture: VideoFrame) -> bytes:
    import cv2

    _, packed = cv2.imencode(".jpg", picture.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return packed.tobytes()


class Motion:
    """What the last picture that was handed on looked like, and when that was."""

    def __init__(self) -> None:
        self._before: NDArray[np.int16] | None = None
        self._at_s = 0.0

    def is_worth(self, picture: VideoFrame, at_s: float) -> bool:
        """Whether something has moved since, or it is time again."""
        import numpy as np

        now = picture.reformat(*_SMALL, "gray", interpolation="AREA").to_ndarray().astype(np.int16)
        before = self._before
        is_new = before is None or int((np.abs(now - before) > _LEVELS).sum()) >= _POINTS
        if not is_new and at_s - self._at_s < AT_REST_S:
            return False
        self._before, self._at_s = now, at_s
        return True


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the center, which ends us
    os.nice(NICE)
    work(sys.stdin.buffer, sys.stdout.buffer)
