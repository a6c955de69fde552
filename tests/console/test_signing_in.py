"""Who may enter, and what a simulated site says of itself."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import MakeCenter, sign_in
from tests.console.fake_center import FakeCenter
from tests.running import becomes

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def test_simulated_site_lets_its_people_in_with_one_click_and_never_stops_saying_that_it_is_simulated(
    page: Page, center: FakeCenter
) -> None:
    """The SIMULATED banner names the site, the simulated time and the pace, before and after signing in."""
    page.goto(center.url)
    expect(page.get_by_text("SIMULATED")).to_be_visible()
    page.get_by_role("button", name="M. Fontenot").click()
    banner = page.get_by_role("region", name="Simulated site")
    expect(banner).to_contain_text("SIMULATED")
    expect(banner).to_contain_text("Calcasieu Parish")
    expect(banner).to_contain_text(re.compile(r"Mar 14 0\d:\d\d:\d\d"))
    expect(banner).to_contain_text("real-time pace")
    for key in ("3", "2", "t", "j"):
        page.keyboard.press(key)
        expect(banner).to_be_visible()


def test_the_banner_says_how_fast_the_simulated_clock_runs(page: Page, make_center: MakeCenter) -> None:
    """At 30 times real time the banner says so, and its clock moves by far more than the seconds that pass."""
    sign_in(page, make_center(rate=30.0, moving=False))
    banner = page.get_by_role("region", name="Simulated site")
    expect(banner).to_contain_text("30× real time")
    began, before = time.monotonic(), seconds(banner.inner_text())
    becomes(lambda: seconds(banner.inner_text()) - before >= 60)
    passed_s = time.monotonic() - began
    assert seconds(banner.inner_text()) - before > 5 * passed_s


def seconds(text: str) -> int:
    hours, minutes, rest = (int(part) for part in re.findall(r"(\d\d):(\d\d):(\d\d)", text)[0])
    return hours * 3600 + minutes * 60 + rest


def test_real_site_asks_for_a_token_and_shows_no_banner(page: Page, make_center: MakeCenter) -> None:
    """A wrong token is told plainly; the right one enters; nothing on the page says SIMULATED."""
    center = make_center(simulated=False, moving=False)
    page.goto(center.url)
    page.get_by_label("Operator").fill("landry")
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not know this name and token")
    page.get_by_label("Token").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    page.locator("[data-alert]").first.wait_for()
    expect(page.get_by_text("SIMULATED")).to_have_count(0)


def test_signing_out_ends_the_session(room: Page, center: FakeCenter) -> None:
    """After signing out a reload asks who is there, and the center no longer knows the session."""
    room.get_by_role("button", name="Sign out", exact=True).click()
    expect(room.get_by_role("status")).to_have_text("You have signed out.")
    assert not center.sessions
    room.reload()
    expect(room.get_by_role("button", name="D. Landry")).to_be_visible()


def test_a_reload_keeps_the_session(room: Page) -> None:
    """The cookie carries the session over a reload, without signing in again."""
    room.reload()
    expect(room.locator("[data-alert]").first).to_be_visible()


def test_a_session_that_ends_at_the_center_ends_on_the_page(room: Page, center: FakeCenter) -> None:
    """A page whose session is gone when it reconnects says so and asks to sign in; it does not retry for ever."""
    center.sessions.clear()
    center.stop()
    center.start()
    expect(room.get_by_role("status").first).to_contain_text("Your session has ended")
