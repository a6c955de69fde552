"""Glass to glass: from the camera's clock in the picture to the operators' page, in Chromium, by both ways of playing.

The twin's camera (720p, 25 pictures a second, about 2 Mb/s, always drawn anew) writes its time into every picture; a
center with its relay runs beside it, and the page plays the camera as an operator's does. In every animation frame
(WebCodecs: the canvas) or with every picture presented (MediaSource: `requestVideoFrameCallback`, its expected time of
display) the time is read out of what is shown and compared with the clock: camera, center and browser share one machine
and one clock. Drawing, coding, relaying and decoding share its cores. A picture is counted once, when it is first seen.

    python -m benchmarks.glass [--quick] [--json]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Result, present
from center.console.build import BuildError, ensure
from tests import devices
from tests.console.conftest import CHROMIUM_ARGUMENTS
from tests.console.timecode import READ_CODE
from tests.devices import LAT, LON, Wire
from tests.running import Office, becomes, tables
from tests.servers import free_port

QUICK_PICTURES, PICTURES = 50, 750
WARM_UP = 50
"""Pictures that are not counted: a decoder starts."""
WAYS = {"webcodecs": "", "mediasource": "?video=mediasource"}
_GATHER = (
    """
([count, skipped]) => new Promise((done) => {
  const read = ("""
    + READ_CODE
    + """);
  const picture = document.querySelector("[data-camera=bench] canvas, [data-camera=bench] video");
  const late = []; let last = -1, seen = 0;
  const take = (now_ms) => {
    const code = read(picture);
    if (code !== null && code.frame !== last) {
      last = code.frame;
      if (++seen > skipped) late.push(now_ms - code.ms);
    }
    if (late.length >= count) done(late); else next();
  };
  const next = () => picture.requestVideoFrameCallback
    ? picture.requestVideoFrameCallback((_, shown) => take(performance.timeOrigin + shown.expectedDisplayTime))
    : requestAnimationFrame(() => take(Date.now()));
  next();
})
"""
)


@contextmanager
def camera(port: int) -> Iterator[str]:
    command = [sys.executable, "-m", "twin.cli", "cameras", "--bench", "--kind", "fixed", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def center(folder: Path, url: str) -> Iterator[Office]:
    """With a call beside the camera."""
    bench = {"id": "bench", "kind": "fixed", "agency": "SO", "at": [LAT, LON], "range_m": 100, "url": url}
    office = Office(folder, tables() | {"cameras": [bench]})
    office.up()
    try:
        with Wire(office) as wire:
            wire.post("calls", devices.call_opened("1"))
        console = office.console()
        becomes(lambda: console.state().get("incidents"))
        yield office
    finally:
        office.stop()


def measured(page: Page, office: Office, how: str, pictures: int) -> list[float]:
    """Milliseconds from the camera's clock to the screen, picture by picture."""
    page.goto(f"http://{office.api[0]}:{office.api[1]}/{WAYS[how]}")
    page.get_by_role("button", name="Ada").click()
    page.locator("[data-incident]").first.click()
    page.locator("[data-offer=bench]").get_by_role("button", name="Watch").click()
    page.locator(f"[data-camera=bench][data-how={how}][data-mood=live]").wait_for()
    found: list[float] = page.evaluate(_GATHER, [pictures, WARM_UP])
    page.get_by_role("button", name="Close all").click()
    return found


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)


def run(quick: bool) -> Result:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("there is no chromium")
    try:
        ensure()
    except BuildError as error:
        sys.exit(f"the page cannot be built: {error}")
    pictures = QUICK_PICTURES if quick else PICTURES
    result: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="glass-") as folder,
        camera(free_port()) as url,
        center(Path(folder), url) as office,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        for how in WAYS:
            late = measured(browser.new_context().new_page(), office, how, pictures)
            shares = {f"p{share}_ms": percentile(late, share / 100) for share in (50, 95, 99)}
            result[how] = {"pictures": len(late), **shares}
        result["chromium"] = browser.version
        browser.close()
    return result


def table(result: Result) -> str:
    lines = [
        f"{result['machine']['processor']}, load {result['machine']['load'][0]}, Chromium {result['chromium']}",
        "",
    ]
    lines.append(f"{'glass to glass, ms':30}{'p50':>10}{'p95':>10}{'p99':>10}")
    for how in WAYS:
        one = result[how]
        title = f"{how}, {one['pictures']} pictures"
        lines.append(f"{title:30}{one['p50_ms']:>10}{one['p95_ms']:>10}{one['p99_ms']:>10}")
    return "\n".join(lines)


if __name__ == "__main__":
    present(__doc__, run, table)
