"""The map: what it draws, and when it does not."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.console.conftest import sign_in
from tests.console.fake_center import FakeCenter
from tests.running import becomes

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture(scope="module")
def browser(drawing: Browser) -> Browser:
    return drawing


LAND, WATER, OWN_AVAILABLE, ALARM, OUTLINE = (
    "#11181f",
    "#0c2333",
    "#3cc9bd",
    "#ff5348",
    "#6cb8ff",
)  # as in map/palette.ts


def pixels(shot: bytes, color: str) -> int:
    """How many pixels of a picture have a colour, give or take a shade."""
    image = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    wanted = np.array([int(color[at : at + 2], 16) for at in (5, 3, 1)], np.int16)  # OpenCV has blue first
    return int((np.abs(image.astype(np.int16) - wanted).max(axis=2) <= 6).sum())


def until_drawn(area: Locator, color: str, at_least: int = 0, at_most: int = 1 << 30) -> None:
    """Looks at the map until it has that many pixels of a colour; fails if it never does."""
    seen: list[int] = []

    def is_drawn() -> bool:
        seen.append(pixels(area.screenshot(), color))
        return at_least <= seen[-1] <= at_most

    becomes(is_drawn, lambda: f"{seen[-1]} pixels of {color} at the last look")


def test_the_map_draws_the_parish_its_units_and_its_alerts(room: Page) -> None:
    """Land, water, own available units and waiting hits are on the map in their colours; hiding own units takes theirs
    away, and brings them back when they are shown again. Without the symbols' images this fails."""
    area = room.locator(".canvas")
    until_drawn(area, LAND, at_least=100_000)
    until_drawn(area, WATER, at_least=1000)
    until_drawn(area, ALARM, at_least=200)
    until_drawn(area, OWN_AVAILABLE, at_least=300)
    room.get_by_role("button", name="Key", exact=True).click()
    own = room.get_by_role("checkbox", name="Own units")
    key = room.locator(".key")
    for checked, fewest, most in ((False, 0, 0), (True, 300, 1 << 30)):
        own.set_checked(checked)
        key.evaluate("element => element.style.visibility = 'hidden'")  # the key shows the same symbols
        until_drawn(area, OWN_AVAILABLE, fewest, most)
        key.evaluate("element => element.style.visibility = ''")


COUNT_DRAWING = """
window.drawn = 0;
const draw = WebGL2RenderingContext.prototype.drawElements;
WebGL2RenderingContext.prototype.drawElements = function (...what) {
  window.drawn += 1;
  return draw.apply(this, what);
};
"""
STOOD_STILL = """
() => {
  const [clock, ticks] = [document.querySelector(".clock").textContent, (window.ticks ??= [])];
  if (ticks.at(-1)?.clock !== clock) ticks.push({ clock, drawn: window.drawn });
  const [then, now] = [ticks.at(-4), ticks.at(-1)];
  return then !== undefined && then.drawn > 0 && then.drawn === now.drawn;
}
"""


def test_where_nothing_moves_the_map_is_not_drawn_anew(page: Page, center: FakeCenter) -> None:
    """The page's clock ticks three times and nothing is drawn. Fails where a layer is told every second what it shows
    already."""
    page.add_init_script(COUNT_DRAWING)
    sign_in(page, center)
    page.wait_for_function(STOOD_STILL, polling=100)


def test_the_map_draws_what_the_aeroplane_s_camera_shows(room: Page, center: FakeCenter) -> None:
    """The outline of its picture on the ground stands on the map in its colour, and is gone when the camera looks
    at no ground any more."""
    area = room.locator(".canvas")
    until_drawn(area, LAND, at_least=100_000)
    before = pixels(area.screenshot(), OUTLINE)
    air = {"camera": "air-1", "kind": "aircraft", "name": "Air 1", "agency": "cpso", "unit": "a1b2c3", "open": True}
    corners = [[30.30, -93.30], [30.30, -93.10], [30.15, -93.14], [30.15, -93.26]]
    soon = center.now() + 30_000_000  # it fades with its age, which this one does not have yet
    sight = {"lat": 30.22, "lon": -93.2, "camera_lat": 30.05, "camera_lon": -93.0}
    center.delta(cameras=[{**air, "looking": {**sight, "at": soon, "corners": corners}}])
    until_drawn(area, OUTLINE, at_least=before + 300)
    center.delta(cameras=[{**air, "looking": {"at": soon, "corners": []}}])
    until_drawn(area, OUTLINE, at_most=before + 50)


def test_everything_comes_from_the_center_and_the_policy_is_kept(page: Page, center: FakeCenter) -> None:
    """Under the CSP that docs/console.md asks for, nothing is blocked, nothing fails, and no other host is asked."""
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(re.sub(r"^\w+://([^/]+).*", r"\1", request.url)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(center.url)
    page.get_by_role("button", name="D. Landry").click()
    page.locator("[data-alert]").first.click()
    until_drawn(page.locator(".canvas"), LAND, at_least=100_000)
    page.keyboard.press("2")
    page.locator("[data-unit]").first.click()
    assert page.evaluate("window.violations") == []
    assert errors == []
    assert {host for host in hosts if not host.startswith("data:")} == {f"127.0.0.1:{center.port}"}
