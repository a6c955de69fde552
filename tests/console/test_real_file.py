"""A real file in the room: ffmpeg publishes it, the center relays it, Chromium plays it, and its pictures are those."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Locator, expect

from tests import devices
from tests.console.test_video import enter
from tests.devices import LAT, LON, Wire
from tests.running import Office, becomes, tables
from tests.servers import free_port, missing

pytestmark = [pytest.mark.browser, pytest.mark.wire]

LONG_S, FPS, WIDE, HIGH = 8, 25, 64, 36
NEAR = 6.0
"""Grey levels that a picture may be off on average: another decoder, another way to make it small. Neighbours differ by
less than a level, but others of the file by twenty."""
SMALL = f"""
(picture) => {{
  const canvas = new OffscreenCanvas({WIDE}, {HIGH});
  const pen = canvas.getContext("2d", {{willReadFrequently: true}});
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, {WIDE}, {HIGH});
  const {{data}} = pen.getImageData(0, 0, {WIDE}, {HIGH});
  return Array.from({{length: data.length / 4}}, (_, at) => data[4 * at + 1]);
}}
"""


def program() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        missing("no ffmpeg")
    return found


class Published:
    """A file of H.264 with B-frames (High profile) and AAC, sent over and over as MPEG-TS by a process that can be
    killed."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "real.mp4"
        self.port = free_port()
        # Grey, since nobody agrees on colours; a bar goes across once, so that no picture is like another.
        size, long = f"rate={FPS}:duration={LONG_S}", 640 // LONG_S
        bar = f"color=white:size=80x360:{size}[bar];[grey][bar]overlay=x=t*{long}"
        picture = f"testsrc2=size=640x360:{size},hue=s=0[grey];{bar}"
        sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=440:duration={LONG_S}"]
        video = ["-c:v", "libx264", "-profile:v", "high", "-bf", "2", "-g", str(FPS), "-pix_fmt", "yuv420p"]
        self._do(*sources, *video, "-b:v", "1M", "-c:a", "aac", "-shortest", str(self.file))
        self.start()

    @property
    def url(self) -> str:
        return f"udp://127.0.0.1:{self.port}"

    def start(self) -> None:
        repeats = ["-re", "-stream_loop", "-1", "-i", str(self.file), "-c", "copy", "-f", "mpegts"]
        self._process = subprocess.Popen([program(), "-v", "error", *repeats, f"{self.url}?pkt_size=1316"])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def pictures(self) -> NDArray[np.float32]:
        """All of the file's, small and grey."""
        small = ["-vf", f"scale={WIDE}:{HIGH}:flags=area,format=rgb24", "-f", "rawvideo", "-"]
        raw = subprocess.run(
            [program(), "-v", "error", "-i", str(self.file), *small], capture_output=True, check=True
        ).stdout
        return np.frombuffer(raw, np.uint8).reshape(-1, WIDE * HIGH, 3).mean(axis=2, dtype=np.float32)

    @staticmethod
    def _do(*words: str) -> None:
        subprocess.run([program(), "-v", "error", "-y", *words], check=True)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    running = Published(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def office(tmp_path: Path, published: Published) -> Iterator[Office]:
    gate: dict[str, Any] = {"id": "gate", "kind": "fixed", "agency": "SO", "at": [LAT, LON], "url": published.url}
    center = Office(tmp_path, tables() | {"cameras": [gate]})
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop counts as running in this thread
        elsewhere.submit(center.up).result()
    with Wire(center) as wire:
        assert wire.post("calls", devices.call_opened("1")) == 200
    console = center.console()
    becomes(lambda: console.state().get("incidents"))
    yield center
    center.stop()
    assert center.exit_code() == 0, center.said()


def shown(tile: Locator, pictures: NDArray[np.float32]) -> tuple[int, float]:
    """Which of the file's pictures stands in the tile, and by how much it is off."""
    small = np.array(tile.locator("canvas, video").first.evaluate(SMALL), np.float32)
    off = np.abs(pictures - small).mean(axis=1)
    return int(off.argmin()), float(off.min())


def plays(tile: Locator, pictures: NDArray[np.float32]) -> None:
    """The counter of frames goes on, and what stands there is the file's, first one picture of it, then another."""
    expect(tile).to_have_attribute("data-mood", "live")
    expect(tile.locator(".badge")).to_have_text("live · no camera clock")
    frames = int(tile.get_attribute("data-frames") or 0)
    becomes(lambda: shown(tile, pictures)[1] < NEAR, lambda: shown(tile, pictures))
    first, _ = shown(tile, pictures)
    becomes(lambda: FPS <= (shown(tile, pictures)[0] - first) % len(pictures) <= 3 * FPS)
    assert shown(tile, pictures)[1] < NEAR
    becomes(lambda: int(tile.get_attribute("data-frames") or 0) >= frames + FPS // 2)


def test_ffmpeg_publishes_a_real_file_and_chromium_plays_its_pictures(
    context: BrowserContext, office: Office, published: Published
) -> None:
    """H.264 with B-frames beside AAC, untouched. The publisher is killed and started again: the picture's age is told,
    and the same viewer's socket goes on."""
    pictures = published.pictures()
    assert len(pictures) == LONG_S * FPS
    page = enter(context, office)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.locator("[data-offer=gate]").get_by_role("button", name="Watch").click()
    tile = page.locator("[data-camera=gate]")
    plays(tile, pictures)
    published.kill()
    expect(tile).to_have_attribute("data-mood", re.compile("late|stale|offline"))
    published.start()
    plays(tile, pictures)
    assert len(sockets) == 1
