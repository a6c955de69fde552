"""Every panel before axe, in a real browser: WCAG 2.2 AA, dark and light, at 100 % and at 200 % zoom.

Knows: the ids in src/panels/registry.ts, and who of the small site is offered which.
Refuses to know: what is inside any panel; a new one is walked by its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from center.console import DIST
from center.core.events import CallOpened, StopOpened, UnitMoved
from center.core.tip_facts import TipReceived
from tests.center.api.room import Room
from tests.console.conftest import new_context
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import a_stolen_car, enter, offered
from tests.console.test_panels import offered as offered_panels
from tests.running import ADMINISTRATOR, tables

pytestmark = [pytest.mark.browser, pytest.mark.wire]

REGISTRY = DIST.parent / "src" / "panels" / "registry.ts"
PEOPLE = ("Sup", "Ada", "Aud", "Adm")
STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ZOOMS: dict[str, ViewportSize] = {"100 %": {"width": 1280, "height": 800}, "200 %": {"width": 640, "height": 400}}
THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


def panel_ids() -> list[str]:
    return re.findall(r'^    id: "([\w-]+)",|^  \{ id: "([\w-]+)"', REGISTRY.read_text(), re.MULTILINE)


def a_busy_night(here: Room) -> None:
    """Something for every list: a lead beside a call, units, a stop, boxes that wait, lines in the log."""
    offered(here)
    a_stolen_car(here)
    at = here.clock.now()
    for number, unit in enumerate(("so/SO-1", "so/SO-2", "PD-1")):
        here.learn(UnitMoved(at=at, source="avl", unit=unit, lat=30.2 + number / 100, lon=-93.2))
    here.learn(CallOpened(at=at, source="911", call="c9", system="cad", kind="robbery", lat=30.2, lon=-93.2))
    here.learn(TipReceived(at=at, source="tips", tip="26-417", line="tips", text="A grey van.", lat=30.2, lon=-93.2))
    here.learn(StopOpened(at=at, source="terminals", unit="so/SO-1", stop="s1", plate="DEF456", state="LA"))


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    gate = {"id": "gate", "kind": "fixed", "agency": "SO", "at": [30.2, -93.2], "url": "rtsp://192.0.2.1/gate"}
    with live_room(cameras=[gate], more={"operators": [*tables()["operators"], ADMINISTRATOR]}) as center:
        center.do(a_busy_night)
        yield center


def violations(page: Page) -> Iterator[str]:
    """In both themes and at both zooms, in words."""
    axe = Axe()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        for zoom, size in ZOOMS.items():
            page.set_viewport_size(size)
            found: list[dict[str, Any]] = axe.run(
                page, options={"resultTypes": ["violations"], "runOnly": STANDARD}
            ).response["violations"]
            axe = Axe("null")  # the page has the script by now
            for one in found:
                for node in one["nodes"][:3]:
                    yield f"{page.url.partition('?')[2]} {theme} {zoom}: {one['id']}: {node['html'][:160]}"
    page.set_viewport_size(ZOOMS["100 %"])


def drawn(browser: Browser, live: LiveRoom) -> Iterator[str]:
    """The same for what has a map: the whole page, with the keys and with an alert open, and the map's own window."""
    context = new_context(browser)
    page = context.new_page()
    enter(page, live, PEOPLE[0])
    offered_panels(page)
    yield from violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    yield from violations(page)
    page.keyboard.press("Escape")
    page.locator("[data-alert]").first.click()
    yield from violations(page)
    page.keyboard.press("c")
    yield from violations(page)
    page.goto(f"{live.url}/?panel=map")
    expect(page.locator("[data-shown=map] canvas")).to_be_visible()
    yield from violations(page)
    context.close()


def test_no_panel_has_anything_that_axe_objects_to(
    page: Page, drawing: Browser, live: LiveRoom, tmp_path: Path
) -> None:
    """Every row of the registry, as a window of its own, seen by the first of these people who is offered it; and the
    whole page with an alert open, with all panels offered and with the keys. Fails for a row that nobody here is
    offered: say who is (PEOPLE)."""
    left = {one or other for one, other in panel_ids()}
    assert len(left) > 8
    found = list(drawn(drawing, live))
    left.remove("map")
    for name in PEOPLE:
        enter(page, live, name)
        mine = offered_panels(page)
        for panel in [panel for panel in mine if panel in left]:
            page.goto(f"{live.url}/?panel={panel}")
            expect(page.locator(f"[data-shown={panel}] h2").first).to_be_visible()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=tmp_path / f"{panel}.png")
            found += violations(page)
            left.discard(panel)
        page.goto(live.url)
        page.get_by_role("button", name="Sign out", exact=True).click()
    assert found == []
    assert left == set()
