"""A stream becomes the pictures that are worth a look."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from center.vision.film import Backlog, Wanted, watched
from tests.twin.devices.cameras.served import SMALL
from twin.devices.cameras.files import TransportStream, mp4
from twin.devices.cameras.h264 import Encoder
from twin.devices.cameras.things import Frame, Shot

SHOT = SMALL._replace(fps=10)


def frames(seconds: float, moving: range, shot: Shot = SHOT) -> list[Frame]:
    """A noisy grey road; in the pictures of `moving` something white passes. A key frame a second."""
    encoder = Encoder(shot)
    road = np.random.default_rng(1).integers(84, 96, (shot.height, shot.width, 3), dtype=np.uint8)
    made = []
    for number in range(round(seconds * shot.fps)):
        picture = np.roll(road, number, axis=1)
        if number in moving:
            picture[100:200, (number * 40) % 500 : (number * 40) % 500 + 100] = 255
        key = number % shot.fps == 0
        made.append(Frame(number, number * 100_000, number * 100_000, key, encoder.encode(picture, key=key)))
    return made


def test_what_moves_is_looked_at_at_the_rate_and_a_still_road_twice_a_second(tmp_path: Path) -> None:
    file = tmp_path / "road.mp4"
    file.write_bytes(mp4(frames(3.0, range(10, 20)), SHOT))
    seen = list(watched(Wanted(f"file:{file}", 0.2)))
    # One each half second of two still ones; five looks while something moves, and one that it has gone.
    assert 8 <= len(seen) <= 11
    assert all(one.jpeg.startswith(b"\xff\xd8\xff") and one.lost == 0 for one in seen)


def test_no_video_and_no_camera_are_said(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"nothing that moves")
    with pytest.raises(av.FFmpegError):
        next(watched(Wanted(f"file:{file}", 0.2)))


def test_a_backlog_is_passed_over_up_to_the_first_key_frame_behind_it() -> None:
    """Nothing is as long as it comes in time; when it comes late, all is up to a key frame that had to be waited for.
    A camera whose clock is slow loses a moment now and then, and not everything."""
    backlog, passed = Backlog(), []
    for number in range(120):  # at rest for three seconds, then everything at once, then as it is filmed
        stamp_s = number / 10
        now_s = stamp_s + max(0.0, 3.0 - max(0.0, stamp_s - 3.0) if 3.0 <= stamp_s < 6.0 else 0.0)
        is_late = 3.0 <= stamp_s < 6.0
        waited_s = 0.0 if is_late else 0.1
        passed.append(backlog.is_too_long(stamp_s, number % 10 == 0, now_s=now_s, waited_s=waited_s))
    assert passed == [30 <= number < 60 for number in range(120)]
    slow = Backlog()
    late = [slow.is_too_long(n / 10, n % 10 == 0, now_s=n / 9, waited_s=0.11) for n in range(1000)]
    assert 0 < sum(late) < 100


@pytest.mark.wire
def test_a_reader_that_fell_behind_catches_up_and_counts_what_it_lost() -> None:
    """Nothing comes for three seconds, then all of it at once, as from a camera behind a radio: what could not be
    looked at in time is counted, and what is filmed afterwards is seen."""
    stream = TransportStream(SHOT)
    written = [stream.frame(one) for one in frames(6.0, range(60))]
    over = threading.Event()

    def camera(listening: socket.socket) -> None:
        peer, _ = listening.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n")
            began = time.monotonic()
            for number, one in enumerate(written):
                over.wait(max(0.0, began + (4.5 if 18 <= number < 45 else number / 10) - time.monotonic()))
                peer.sendall(one)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=camera, args=(listening,), daemon=True)
        thread.start()
        seen = []
        with suppress(OSError):  # of a stream without an end
            for one in watched(Wanted(f"http://127.0.0.1:{listening.getsockname()[1]}", 0.05)):
                seen.append(one)  # noqa: PERF402
        thread.join()
    assert 2 <= sum(one.lost for one in seen) < 40
    assert seen[-1].lost == 0
    assert len(seen) > 20
