"""The sound of an emergency: heard when somebody has allowed it, once, and never otherwise."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.console.conftest import new_context, sign_in
from tests.console.fake_center import FakeCenter
from tests.console.fake_scene import View, fresh_hit, unit_emergency
from tests.running import becomes

pytestmark = [pytest.mark.browser, pytest.mark.wire]

LISTEN = """
window.tones = 0;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (when) { window.tones++; return start.call(this, when); };
"""
TONES = 4
"""Of one sound."""


@pytest.fixture
def page(browser: Browser) -> Page:
    context = new_context(browser)
    context.add_init_script(LISTEN)
    return context.new_page()


def tones(page: Page) -> int:
    return int(page.evaluate("window.tones"))


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Sound of emergencies")


def happens(page: Page, center: FakeCenter, alert: View) -> None:
    center.delta(alerts=[alert])
    expect(page.locator(f"[data-alert={alert['alert']}]")).to_be_visible()


def settled(page: Page) -> None:
    """The sound before this is over: another may begin."""
    becomes(lambda: page.evaluate("navigator.locks.query().then((all) => all.held.length === 0)"))


def quiet(alert: str, at: int) -> View:
    said = {"kind": "stop-silent", "state": "raised", "subject": "C107", "headline": "C107 does not answer"}
    return {"alert": alert, "at": at, "history": [], **said}


def test_nothing_sounds_before_somebody_has_allowed_it(page: Page, center: FakeCenter) -> None:
    """Not with an emergency; it is told to screen readers, by what it is and at once, among whatever else comes."""
    sign_in(page, center)
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    emergency = unit_emergency("a-2001", center.now(), "C104")
    center.delta(alerts=[fresh_hit("a-2000", center.now()), emergency])
    spoken = page.locator("[data-announcer-emergency]")
    expect(spoken).to_have_text("Emergency: Emergency key pressed in C104")
    expect(spoken).to_have_attribute("aria-live", "assertive")
    expect(page.locator("[data-announcer]")).to_contain_text("New alert: Stolen")
    assert tones(page) == 0


def test_an_emergency_is_heard_once_and_a_hit_is_not(page: Page, center: FakeCenter) -> None:
    """Allowed by its key, it is heard then; again with an emergency and with a stop that does not answer; two at once
    are one sound. Muted, it is heard no more, and the browser remembers."""
    sign_in(page, center)
    page.keyboard.press("s")
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    becomes(lambda: tones(page) == TONES)
    settled(page)
    happens(page, center, fresh_hit("a-2000", center.now()))
    assert tones(page) == TONES
    center.delta(alerts=[unit_emergency("a-2001", center.now(), "C104")])
    center.delta(alerts=[unit_emergency("a-2002", center.now(), "C105")])
    expect(page.locator("[data-alert=a-2002]")).to_be_visible()
    becomes(lambda: tones(page) == 2 * TONES)
    settled(page)
    assert tones(page) == 2 * TONES
    happens(page, center, quiet("a-2003", center.now()))
    becomes(lambda: tones(page) == 3 * TONES)
    button(page).focus()
    page.keyboard.press("Enter")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    settled(page)
    happens(page, center, unit_emergency("a-2004", center.now(), "C106"))
    assert tones(page) == 3 * TONES
    page.reload()
    expect(button(page)).to_have_attribute("aria-pressed", "false")


def test_a_window_that_was_opened_anew_says_that_it_waits_for_a_press(page: Page, center: FakeCenter) -> None:
    """The choice is kept; browsers let a page sound only after a press. A press of the button itself is one, and mutes
    nothing. Of two windows one sounds."""
    sign_in(page, center)
    page.keyboard.press("s")
    becomes(lambda: tones(page) == TONES)
    page.reload()
    expect(button(page)).to_contain_text("Press any key to hear emergencies")
    happens(page, center, unit_emergency("a-2001", center.now(), "C104"))
    assert tones(page) == 0
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    expect(button(page)).not_to_contain_text("Press any key")
    becomes(lambda: tones(page) == TONES)
    other = page.context.new_page()
    other.goto(center.url)
    other.locator("h1").click()
    expect(button(other)).not_to_contain_text("Press any key")
    settled(page)
    happens(page, center, unit_emergency("a-2002", center.now(), "C105"))
    expect(other.locator("[data-alert=a-2002]")).to_be_visible()
    becomes(lambda: tones(page) + tones(other) >= 2 * TONES)
    settled(page)
    assert tones(page) + tones(other) == 2 * TONES
    other.keyboard.press("s")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
