"""Every role at the page: something to do, and nothing that the door would refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from center.core import access
from tests.console.conftest import new_context
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_axe import a_busy_night
from tests.console.test_looking_up import enter
from tests.console.test_panels import offered as offered_panels
from tests.running import ADMINISTRATOR, tables

pytestmark = [pytest.mark.browser, pytest.mark.wire]

OWN, PARTNER = tables()["agencies"]
JOINED = {**PARTNER, "sees": ["units", "aircraft", "alerts", "incidents"]}
PEOPLE = [
    *tables()["operators"],
    ADMINISTRATOR,
    {"operator": "det", "name": "Det", "agency": "SO", "role": "detective"},
    {"operator": "dep", "name": "Dep", "agency": "SO", "role": "deputy"},
    {"operator": "tra", "name": "Kim", "agency": "SO", "role": "trainer"},
    {"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"},
]
GATE = {"id": "gate", "kind": "fixed", "agency": "SO", "at": [30.2, -93.2], "url": "rtsp://192.0.2.1/gate"}
ROOM = {"alerts", "calls", "units", "cameras", "feeds", "plates", "names", "messages", "bulletins", "log", "counts"}
OFFERED: dict[str, set[str]] = {
    "Kim": ROOM,
    "Aud": {"alerts", "calls", "units", "cameras", "feeds", "log", "counts", "audit", "holds"},
    "Det": {"calls", "plates", "names", "open-sources", "patterns", "messages", "bulletins", "holds", "counts"},
    "Dep": {"calls", "units", "messages", "bulletins"},
    "Adm": {"feeds", "counts", "signed-in"},
    "Lee": {"alerts", "calls", "units", "messages"},
}
"""At least these, by who sees them. Operators and supervisors are walked by every other test."""
NEEDS = {
    "Acknowledge": "alert.acknowledge",
    "Watch": "camera.watch",
    "Listen": "camera.listen",
    "Confirm": "alert.confirm",
    "Ask": "unit.video",
    "Keep": "clip.keep",
    "Share": "incident.share",
}
"""What a button with that word does, by the door's name."""
THINGS = {"units": "[data-unit]", "calls": "[data-incident]", "cameras": "[data-camera]", "alerts": "[data-alert]"}


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room(cameras=[GATE], more={"operators": PEOPLE, "agencies": [OWN, JOINED]}) as center:
        center.do(a_busy_night)
        yield center


def test_every_role_is_offered_its_work_and_nothing_that_would_be_refused(browser: Browser, live: LiveRoom) -> None:
    """Each person opens every panel that they are offered (a trainer those that are not any operator's) and one of each
    thing that they are shown: nothing is answered 403, and of the buttons that stand there none is for an act of
    another role's. Fails for a form that is shown to whoever happens to see the thing that it is about."""
    roles = {one["name"]: one["role"] for one in PEOPLE}
    for name, wanted in OFFERED.items():
        context = new_context(browser)
        page = context.new_page()
        refused: list[str] = []
        page.on("response", lambda answer, told=refused: told.append(answer.url) if answer.status == 403 else None)
        enter(page, live, name)
        mine = set(offered_panels(page))
        page.keyboard.press("Escape")
        assert wanted <= mine, name
        acts = access.acts_of(roles[name])
        for panel in sorted(mine - {"map"} - (ROOM if wanted == ROOM else set())):
            if panel != "alerts":  # they are never away
                _go(page, panel)
            _looks_right(page, acts, f"{name} at {panel}")
            thing = page.locator(THINGS.get(panel, "[data-nothing]")).first
            if thing.count():
                thing.dispatch_event("click")
                page.locator("[data-detail], .sheet, .detail").first.wait_for()
                _looks_right(page, acts, f"{name} with one of {panel} open")
                page.keyboard.press("Escape")
        assert refused == [], name
        context.close()


def _go(page: Page, panel: str) -> None:
    page.keyboard.press("p")
    page.locator(f"[data-panel={panel}]").click()
    expect(page.locator(f"[data-shown={panel}] h2").first).to_be_visible()


def _looks_right(page: Page, acts: tuple[str, ...], where: str) -> None:
    words = [word.split("\n")[0].strip(" …") for word in page.locator("button:visible").all_inner_texts()]
    for word, act in NEEDS.items():
        assert act in acts or word not in words, (where, word)
