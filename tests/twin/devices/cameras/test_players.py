"""Players that others wrote take the twin's cameras for hardware."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.twin.devices.cameras.served import Code, camera, program, read_code, serving

pytestmark = pytest.mark.wire

USERS = {"rtcc": "a secret"}
PICTURES = 20


def asked(command: list[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stderr.decode(), done.stdout[-500:])
    return done.stdout


def codes(pictures: list[np.ndarray]) -> list[Code | None]:
    return [read_code(picture) for picture in pictures]


def are_neighbours(found: list[Code | None]) -> bool:
    """Every picture's code is read, and each follows the one before."""
    numbers = [code.number for code in found if code is not None]
    return len(numbers) == len(found) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_ffprobe_and_ffmpeg_see_every_frame(transport: str) -> None:
    """Signed in with MD5, by either transport: the stream is what the description says, and no picture is missing."""
    with serving({"dash": camera()}, USERS) as running:
        url = running.url.replace("a secret", "a%20secret") + "/dash"
        reading = ["-v", "error", "-rtsp_transport", transport]
        streams = json.loads(asked([program("ffprobe"), *reading, "-of", "json", "-show_streams", url]))["streams"]
        assert [(one["codec_name"], one["width"], one["r_frame_rate"]) for one in streams] == [("h264", 640, "15/1")]
        raw = asked([program("ffmpeg"), *reading, "-i", url, "-frames:v", str(PICTURES), "-fps_mode", "passthrough",
                     "-f", "rawvideo", "-pix_fmt", "gray", "-"])  # fmt: skip
        pictures = np.frombuffer(raw, np.uint8).reshape(-1, 360, 640)
        assert len(pictures) == PICTURES
        assert are_neighbours(codes(list(pictures)))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_gstreamer_decodes_it(transport: str, tmp_path: Path) -> None:
    """How it takes its leave is its own affair: on a busy machine it now and then says that it could not pause."""
    with serving({"dash": camera()}, USERS) as running:
        source = ["rtspsrc", f"location={running.url.replace('rtcc:a secret@', '')}/dash", f"protocols={transport}",
                  "latency=0", "user-id=rtcc", "user-pw=a secret"]  # fmt: skip
        sink = ["videoconvert", "!", "video/x-raw,format=GRAY8", "!", "filesink", f"location={tmp_path}/seen.raw"]
        stop = ["identity", f"eos-after={PICTURES}"]
        pipeline = [*source, "!", "rtph264depay", "!", "avdec_h264", "!", *stop, "!", *sink]
        told = subprocess.run([program("gst-launch-1.0"), "-q", *pipeline], capture_output=True, timeout=60).stderr
    assert (tmp_path / "seen.raw").exists(), told.decode()
    pictures = np.fromfile(tmp_path / "seen.raw", np.uint8).reshape(-1, 360, 640)
    assert len(pictures) >= PICTURES - 1, told.decode()
    assert are_neighbours(codes(list(pictures)))


def test_opencv_reads_it() -> None:
    with serving({"dash": camera()}, {"rtcc": "secret"}) as running:
        capture = cv2.VideoCapture(f"{running.url}/dash", cv2.CAP_FFMPEG)
        pictures = [capture.read()[1] for _ in range(PICTURES)]
        capture.release()
    assert are_neighbours(codes(pictures))


def test_ffprobe_hears_a_microphone() -> None:
    with serving({"microphone": camera("microphone")}) as running:
        told = asked([program("ffprobe"), "-v", "error", "-of", "json", "-show_streams", f"{running.url}/microphone"])
    streams = json.loads(told)["streams"]
    assert [(one["codec_name"], one["sample_rate"]) for one in streams] == [("pcm_mulaw", "8000")]


def test_a_wrong_password_sees_nothing() -> None:
    with serving({"dash": camera()}, USERS) as running:
        url = running.url.replace("a secret", "another") + "/dash"
        done = subprocess.run([program("ffprobe"), "-v", "error", url], capture_output=True, timeout=60)
    assert done.returncode != 0
    assert b"401" in done.stderr
