"""A file that is played as a camera: its picture and its sound are at the same place, whoever opens which and when."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from center.relay.reel import Playing, Reel, Turn

LENGTH_S, GROUP_S = 6, 1
BEGAN_S = 1_000.0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of pictures, one in ten of them a keyframe, and of silence."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(path, "w", format="mp4") as out:
        video, audio = out.add_stream("libx264", rate=10), out.add_stream("aac", rate=8_000, layout="mono")
        video.width, video.height, video.gop_size = 64, 36, 10 * GROUP_S
        video.options = {"tune": "zerolatency"}
        sound = av.AudioFrame.from_ndarray(np.zeros((1, LENGTH_S * 8_000), np.int16), "s16", "mono")
        sound.sample_rate = 8_000
        out.mux(audio.encode(sound))
        out.mux(audio.encode(None))
        for _ in range(10 * LENGTH_S):
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((36, 64, 3), np.uint8), "rgb24")))
        out.mux(video.encode(None))
    return path


def opened(film: Path, kind: str, turn: Turn, now_s: float) -> tuple[float, Playing]:
    """Where in the file the first packet is, and how it goes on."""
    with av.open(film) as media:
        playing = Playing(media, turn, lambda: now_s)
        (stream,) = media.streams.video if kind == "video" else media.streams.audio
        packet = next(one for one in media.demux(stream) if one.pts is not None)
        assert packet.pts is not None
        assert packet.time_base is not None
        return float(packet.pts * packet.time_base), playing


@pytest.mark.parametrize("kind", ["video", "audio"])
@pytest.mark.parametrize(("passes", "into_s"), [(0, 3.4), (1, 1.2), (10, 5.5)])
def test_who_opens_it_later_is_where_it_has_come_to(film: Path, kind: str, passes: int, into_s: float) -> None:
    """It begins a group of pictures before that at most, which is due at once; what follows comes when it is due."""
    with av.open(film) as media:
        assert media.duration is not None
        length_s = media.duration / av.time_base  # what sound is coded with makes it a little longer
    place_s, playing = opened(film, kind, Turn(BEGAN_S, False), BEGAN_S + passes * length_s + into_s)
    assert into_s - GROUP_S <= place_s <= into_s
    assert playing.wait_s(place_s) == playing.wait_s(into_s - 0.01) == 0
    assert playing.wait_s(into_s + 0.3) == pytest.approx(0.3, abs=1e-3)


def test_whoever_is_first_begins_at_its_beginning_however_late(film: Path) -> None:
    """The time it took to start is made up for, or sound that is opened next would be ahead."""
    reel = Reel()
    first, second = reel.turn(), reel.turn()
    assert (first.is_first, second.is_first, second.began_s) == (True, False, first.began_s)
    place_s, playing = opened(film, "video", Turn(BEGAN_S, True), BEGAN_S + 0.8)
    assert place_s == 0
    assert playing.wait_s(0.7) == 0
    assert playing.wait_s(1.0) == pytest.approx(0.2)


def test_a_file_that_does_not_say_how_long_it_is_begins_at_its_beginning(tmp_path: Path, film: Path) -> None:
    bare = tmp_path / "film.h264"
    with av.open(film) as media, av.open(bare, "w", format="h264") as out:
        stream = out.add_stream_from_template(media.streams.video[0])
        for packet in media.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    with av.open(bare) as media:
        playing = Playing(media, Turn(BEGAN_S, False), lambda: BEGAN_S + 3.4)
        assert playing.wait_s((media.start_time or 0) / av.time_base + 0.5) == pytest.approx(0.5, abs=1e-3)
