"""Cameras on the page, with all the real parts: a camera that speaks RTSP, a center with its relay, a browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests import devices
from tests.console.timecode import READ_CODE
from tests.devices import LAT, LON, Wire
from tests.running import Office, becomes, tables
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.wire]


class TwinCameras:
    """The twin's cameras in a process of their own, which can be killed and brought back at the same place."""

    def __init__(self, *kinds: str) -> None:
        self.port = free_port()
        self._kinds = kinds
        self.start()

    def url(self, kind: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{kind}"

    def start(self) -> None:
        kinds = [word for kind in self._kinds for word in ("--kind", kind)]
        command = [sys.executable, "-m", "twin.cli", "cameras", "--live", "--port", str(self.port), *kinds]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for _ in self._kinds:
            assert self._process.stdout.readline().startswith("rtsp://")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def cameras() -> Iterator[TwinCameras]:
    running = TwinCameras("dash", "fixed")
    yield running
    running.kill()


@pytest.fixture
def office(tmp_path: Path, cameras: TwinCameras) -> Iterator[Office]:
    gate = {"kind": "fixed", "agency": "SO", "at": [LAT, LON - 0.0006], "heading": 90, "view_deg": 70, "range_m": 150}
    listed = [
        {"id": "gate", "name": "Gate, eastbound", "url": cameras.url("fixed"), **gate},
        {"id": "SO-1-dash", "name": "SO-1 dash", "kind": "dash", "unit": "SO-1", "url": cameras.url("dash")},
        {"id": "PD-1-dash", "name": "PD-1 dash", "kind": "dash", "unit": "PD-1", "url": cameras.url("dash")},
    ]
    center = Office(tmp_path, tables() | {"cameras": listed})
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop counts as running in this thread
        elsewhere.submit(center.up).result()
    with Wire(center) as wire:
        for unit in ("SO-1", "PD-1"):
            wire.udp("avl", devices.nmea_report(unit))
        assert wire.post("calls", devices.call_opened("1")) == 200
    console = center.console()
    becomes(lambda: console.state().get("incidents") and console.state().get("units"))
    yield center
    center.stop()
    assert center.exit_code() == 0, center.said()


def enter(context: BrowserContext, office: Office, *, how: str = "") -> Page:
    """The page of a signed-in operator, with the call opened."""
    page = context.new_page()
    page.goto(f"http://{office.api[0]}:{office.api[1]}/{how}")
    page.get_by_role("button", name="Ada").click()
    page.get_by_role("button", name=re.compile("^Calls")).click()
    page.locator("[data-incident]").first.click()
    return page


def code(tile: Locator) -> dict[str, Any] | None:
    picture = tile.locator("canvas, video").first
    found: dict[str, Any] | None = picture.evaluate(READ_CODE)
    return found


def plays(tile: Locator, how: str) -> None:
    """Pictures come, they are those of the camera, and their time goes on."""
    expect(tile).to_have_attribute("data-how", how)
    expect(tile).to_have_attribute("data-mood", "live")
    becomes(lambda: code(tile) is not None)
    first, frames = code(tile), int(tile.get_attribute("data-frames") or 0)
    assert first is not None
    becomes(lambda: (code(tile) or first)["ms"] > first["ms"] + 400)
    becomes(lambda: int(tile.get_attribute("data-frames") or 0) > frames)


def test_a_call_s_camera_plays_and_the_same_viewer_goes_on_after_a_power_cut(
    context: BrowserContext, office: Office, cameras: TwinCameras
) -> None:
    """The call offers the camera that sees it first; one press plays it, by WebCodecs, with its age. The camera is
    killed and comes back: the page says how old the picture is, and the same socket goes on. The policy of the page
    forbids none of that."""
    page = enter(context, office)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    offers = page.locator("[data-offer]")
    expect(offers.first).to_have_attribute("data-offer", "gate")
    expect(offers.first).to_contain_text("has it in view")
    offers.first.get_by_role("button", name="Watch").click()
    tile = page.locator("[data-camera=gate]")
    plays(tile, "webcodecs")
    expect(tile.locator(".badge")).to_contain_text(re.compile(r"live \d\.\d s"))
    cameras.kill()
    expect(tile).to_have_attribute("data-mood", re.compile("late|stale|offline"))
    cameras.start()
    plays(tile, "webcodecs")
    assert len(sockets) == 1
    assert page.evaluate("window.violations") == []


def test_where_webcodecs_is_missing_mediasource_plays(context: BrowserContext, office: Office) -> None:
    page = enter(context, office, how="?video=mediasource")
    page.locator("[data-offer=gate]").get_by_role("button", name="Watch").click()
    plays(page.locator("[data-camera=gate]"), "mediasource")


def test_a_wall_fills_a_partner_is_refused_and_a_supervisor_ends_it(context: BrowserContext, office: Office) -> None:
    """All that the call offers at once, two by two; a partner's unit says in words why nothing plays; revoked by the
    supervisor the picture ends, long before its ticket would."""
    page = enter(context, office)
    page.get_by_role("button", name="Watch both").click()
    for camera in ("gate", "SO-1-dash"):
        expect(page.locator(f"[data-camera={camera}]")).to_have_attribute("data-mood", "live")
    page.get_by_role("button", name=re.compile("^Units")).click()
    page.locator("[data-unit=PD-1]").click()
    page.locator("[data-offer=PD-1-dash]").get_by_role("button", name="Watch").click()
    page.get_by_role("button", name="Watch", exact=True).last.click()
    refused = page.locator("[data-camera=PD-1-dash]")
    expect(refused).to_contain_text("PD-1-dash is a camera of PD: its picture and sound are not ours")
    supervisor = office.console("sup")
    (gate,) = [camera for camera in supervisor.get("/api/cameras").said if camera["camera"] == "gate"]
    (ticket,) = gate["watched"]
    assert supervisor.post(f"/api/tickets/{ticket['ticket']}/revoke", {"reason": "enough"}).status == 200
    tile = page.locator("[data-camera=gate]")
    expect(tile).to_have_attribute("data-state", "ended")
    expect(tile.get_by_role("button", name="Ask again")).to_be_visible()
