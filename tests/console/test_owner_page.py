"""The page of owners who have no app, in a real browser: with a script and without, by keyboard, before axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from center.core.events import OperatorActed
from tests.center.api.room import Room
from tests.center.portal.test_owner_page import PAGED, TOKEN
from tests.center.portal.test_portal import AT, COMMUNITY, FILM, MART
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_axe import STANDARD, THEMES, ZOOMS
from tests.console.test_community import a_robbery

pytestmark = [pytest.mark.browser, pytest.mark.wire]

SHOP = {**COMMUNITY, "owners": [*COMMUNITY["owners"], PAGED | {"camera": "mart"}]}  # type: ignore[misc]


@pytest.fixture
def live(built: None, tmp_path: Path) -> Iterator[LiveRoom]:
    with live_room(community=SHOP, clips=tmp_path / "clips", cameras=[MART]) as center:
        center.do(two_questions)
        yield center


def two_questions(here: Room) -> None:
    """Everybody near a robbery is asked for clips, and the shop for its camera."""
    incident, now = a_robbery(here), here.clock.now()
    area = {"lat": AT[0], "lon": AT[1], "radius_m": 300, "start": now - 600_000_000, "end": now, "open_s": 3600}
    asked = {name: str(value) for name, value in area.items()} | {"words": "a red car, driving off to the north"}
    said = {"source": "console", "operator": "ada", "reason": "robbery", "case": incident}
    act = OperatorActed(at=now, act="community.request", subject=incident, request="ada/1", details=asked, **said)
    one = OperatorActed(at=now, act="owner.ask", subject="mart", request="ada/2", details={"minutes": "30"}, **said)
    here.learn(act, one)


def page_of(live: LiveRoom) -> str:
    host, port = live.here.portal_at
    return f"http://{host}:{port}/owner"


def test_an_owner_with_a_link_answers_by_keyboard(page: Page, live: LiveRoom, tmp_path: Path) -> None:
    """The link's code leaves the address bar before anything is asked with it, and no request has it in its address or
    as a Referer. A yes, a clip, and taking the yes back; axe has nothing to say in any theme or zoom."""
    told: list[str] = []
    page.on("request", lambda request: told.append(f"{request.url} {request.headers.get('referer', '')}"))
    page.goto(f"{page_of(live)}#{TOKEN}")
    expect(page.get_by_role("heading", name="2 questions for you")).to_be_visible()
    assert page.url == page_of(live)
    assert [line for line in told if TOKEN in line.replace(f"#{TOKEN}", "")] == []
    camera = page.get_by_role("article", name="May “Mart” be looked through, live?")
    clips = page.get_by_role("article", name="Video that your camera has kept")
    expect(clips).to_contain_text("a red car, driving off to the north")
    found = []
    axe = Axe()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for zoom, size in ZOOMS.items():
            page.set_viewport_size(size)
            page.screenshot(path=tmp_path / f"owner-{theme}-{zoom[:3]}.png", full_page=True)
            options = {"resultTypes": ["violations"], "runOnly": STANDARD}
            found += axe.run(page, options=options).response["violations"]
            width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, "nothing is to be scrolled sideways"
    assert found == []
    camera.get_by_role("button", name="Yes, share it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Thank you. You share it now.")
    assert live.do(lambda here: [one.state for one in here.assembly.center.picture.permissions.asks.values()]) == [
        "shared"
    ]
    clips.get_by_role("combobox").select_option("right")
    clips.get_by_label("Anything you want to say of it").fill("from the porch")
    clips.locator("input[type=file]").set_input_files({"name": "a.mp4", "mimeType": "video/mp4", "buffer": FILM})
    clips.get_by_role("button", name="Send this video").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It has come, and waits for a supervisor")
    (offer,) = live.do(lambda here: list(here.assembly.center.picture.community.offered.values()))
    assert (offer.owner, offer.says, offer.clock_off_us) == ("o3", "from the porch", 0)
    camera.get_by_role("button", name="Stop sharing").press("Enter")
    expect(page.get_by_role("status")).to_have_text("It is not shared.")
    assert page.evaluate("window.violations") == []


def test_it_needs_no_script(browser: Browser, live: LiveRoom) -> None:
    """The code is pasted, the question answered with a no, and the question is gone."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_of(live))
    page.get_by_label("Your code").fill("no code of ours")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("no code that we know")
    page.get_by_label("Your code").fill(TOKEN.upper())
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("heading", name="1 question for you")).to_be_visible()
    page.get_by_role("button", name="Leave this page").click()
    expect(page.get_by_label("Your code")).to_be_visible()
    context.close()
