"""Sessions that others end: on the page of whoever ends them, and on the page that they end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.conftest import new_context
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import enter
from tests.running import ADMINISTRATOR, becomes, tables

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room(more={"operators": [*tables()["operators"], ADMINISTRATOR]}) as center:
        yield center


@pytest.fixture
def desks(browser: Browser) -> Iterator[list[Page]]:
    """Three browsers that share nothing."""
    contexts: list[BrowserContext] = [new_context(browser) for _ in range(3)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def test_a_session_is_ended_from_elsewhere_and_its_page_says_why(desks: list[Page], live: LiveRoom) -> None:
    """An administrator finds Ada's session in the list and ends it with a reason, which her page shows, also when it is
    loaded anew. She signs in again, and out everywhere: the page at the other desk ends, its socket is closed and its
    cookie refused, and the administrator's goes on."""
    hall, desk, office = desks
    enter(hall, live, "Ada")
    enter(office, live, "Adm")
    office.keyboard.press("p")
    office.locator("[data-panel=signed-in]").click()
    rows = office.get_by_role("region", name="Sessions").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Adm")).to_contain_text("this one")
    office.get_by_role("button", name="End Ada’s session").click()
    form = office.get_by_role("form", name="End a session")
    form.get_by_role("textbox").fill("left open in the hall")
    form.get_by_role("button", name="End it").click()
    expect(office.get_by_text("Ended and recorded.")).to_be_visible()
    expect(rows).to_have_count(1)
    told = "Your session has ended: Adm has ended it: left open in the hall. Please sign in again."
    expect(hall.get_by_role("status").first).to_have_text(told)
    hall.reload()
    expect(hall.get_by_role("status").first).to_have_text(told)

    for page in (hall, desk):
        enter(page, live, "Ada")
    assert live.do(lambda here: here.live.watching) == 3
    hall.get_by_role("button", name="Sign out everywhere").click()
    expect(hall.get_by_role("status").first).to_have_text("You have signed out in every browser.")
    expect(desk.get_by_role("status").first).to_contain_text("you signed out everywhere, in another browser")
    assert desk.evaluate("fetch('/api/state').then((answer) => answer.status)") == 401
    becomes(lambda: live.do(lambda here: here.live.watching) == 1)
    expect(office.locator("[data-line=live]")).to_be_visible()
    ends = live.do(lambda here: [(line.operator, line.why) for line in here.audited if line.act == "session.end"])
    assert ends == [("ada", "by adm: left open in the hall"), ("ada", "and 1 more")]
