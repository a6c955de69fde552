"""The rest of the room: the line to the center, feeds, calls, units, and the map."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.fake_center import FakeCenter
from tests.console.fake_scene import fresh_hit

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def test_a_dead_center_is_noticed_and_its_return_replaces_everything(room: Page, center: FakeCenter) -> None:
    """Two seconds after the line is lost the page says since when it is not live; the new state replaces the old, so
    what vanished meanwhile is gone and what came is there."""
    center.stop()
    banner = room.get_by_role("alert").filter(has_text="Not live since")
    expect(banner).to_contain_text(re.compile(r"Not live since \d\d:\d\d:\d\d"))
    expect(room.locator("[data-line]")).to_have_attribute("data-line", "lost")
    del center.views["alerts"]["a-1040"]
    center.put("alerts", [fresh_hit("a-3000", center.now())])
    center.start()
    expect(room.locator("[data-alert=a-3000]")).to_be_visible()
    expect(room.locator("[data-alert=a-1040]")).to_have_count(0)
    expect(banner).to_have_count(0)
    expect(room.locator("[data-announcer]")).to_contain_text("731XKD")


def test_an_act_while_the_center_is_away_waits_for_it(room: Page, center: FakeCenter) -> None:
    """Acknowledging into the void says so, and is done once the center is back, without another press."""
    center.stop()
    room.locator("[data-alert=a-1041]").click()
    room.keyboard.press("a")
    expect(room.get_by_text("The center was not reached.")).to_be_visible()
    center.start()
    expect(room.locator("[data-alert=a-1041]")).to_have_attribute("data-state", "acknowledged")
    assert len(center.acts) == 1


def test_what_is_gone_is_removed(room: Page, center: FakeCenter) -> None:
    """A delta's `gone` takes a unit off the list."""
    room.keyboard.press("2")
    unit = room.locator("[data-unit=C103]")
    expect(unit).to_be_visible()
    center.delta(gone={"units": ["C103"]})
    expect(unit).to_have_count(0)


def last(page: Page, feed: str) -> str:
    return page.locator(f"[data-feed='{feed}'] [data-last]").inner_text()


def test_feed_ages_tick_by_themselves(room: Page) -> None:
    """No frame arrives, and yet every feed's age moves on with the center's clock; the worst feed is first and says
    what it is in words."""
    room.keyboard.press("3")
    first = room.locator("[data-feed]").first
    expect(first).to_have_attribute("data-feed", "avl/vinton-pd")
    expect(first).to_contain_text("Silent, limit 1 min")
    expect(room.locator("[data-feed='hotlist/amber']")).to_contain_text("Never heard")
    before = last(room, "avl/cpso")
    room.wait_for_function(
        "before => document.querySelector(\"[data-feed='avl/cpso'] [data-last]\").innerText !== before", arg=before
    )
    later = last(room, "avl/cpso")
    expect(room.locator("[data-feed='avl/cpso'] [data-last]")).not_to_have_text(later)
    expect(room.get_by_role("button", name="7 of 10 feeds alive")).to_be_visible()


def test_a_call_shows_its_callers_its_nearest_units_and_what_changed(room: Page) -> None:
    """Five callers on one crash are one row with their count; the panel lists them, the road times and the changes."""
    call = room.locator("[data-incident=i-301]")
    expect(call).to_contain_text("5 calls")
    expect(call).to_contain_text("C104 2 min 25")
    call.click()
    panel = room.get_by_role("complementary", name="Call")
    expect(panel.get_by_role("heading", name="5 calls, joined")).to_be_visible()
    expect(panel).to_contain_text("Location improved")
    panel.get_by_role("button", name="C104").click()
    expect(room.get_by_role("complementary", name="Unit")).to_contain_text("Calcasieu Parish Sheriff")


def test_looking_through_another_agencys_camera_is_refused_in_plain_words(room: Page, center: FakeCenter) -> None:
    """One's own unit's video is granted; another agency's is refused with the center's reason."""
    room.keyboard.press("2")
    for unit, told in (("C101", "Granted and recorded."), ("L101", "Other agencies share position only.")):
        room.get_by_label("Unit, agency or status").fill(unit)
        room.locator(f"[data-unit={unit}]").click()
        room.get_by_label("Reason").fill("Officer does not answer")
        room.get_by_role("button", name="Ask", exact=True).click()
        expect(room.get_by_role("complementary", name="Unit")).to_contain_text(told)
    assert center.received[0][1]["what"] == "video"
    assert center.received[0][1]["reason"] == "Officer does not answer"


def test_a_message_reaches_the_center(room: Page, center: FakeCenter) -> None:
    """What was typed is what is sent; the field is then empty for the next one."""
    room.keyboard.press("2")
    room.locator("[data-unit=C101]").click()
    field = room.get_by_label("Message to C101")
    field.fill("Silver Camry 482KLM eastbound, exit 30")
    room.get_by_role("button", name="Send").click()
    expect(room.get_by_text("Sent. The deputy’s terminal")).to_be_visible()
    assert center.acts[0][0] == "units/C101/message"
    assert center.acts[0][1]["text"] == "Silver Camry 482KLM eastbound, exit 30"
    expect(field).to_have_value("")


def test_a_position_in_doubt_says_why(room: Page) -> None:
    """A frozen receiver is marked in the list, and explained in the unit's panel."""
    room.keyboard.press("2")
    unit = room.locator("[data-unit=C107]")
    expect(unit).to_contain_text("Position in doubt: frozen")
    unit.click()
    expect(room.get_by_role("list", name="Why the position may be wrong")).to_contain_text("same position keeps coming")


LAND, WATER, OWN_AVAILABLE, ALARM = "#11181f", "#0c2333", "#3cc9bd", "#ff5348"  # as in map/palette.ts


def pixels(shot: bytes, color: str) -> int:
    """How many pixels of a picture have a colour, give or take a shade."""
    image = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    wanted = np.array([int(color[at : at + 2], 16) for at in (5, 3, 1)], np.int16)  # OpenCV has blue first
    return int((np.abs(image.astype(np.int16) - wanted).max(axis=2) <= 6).sum())


def until_drawn(area: Locator, color: str, at_least: int = 0, at_most: int = 1 << 30) -> None:
    """Looks at the map until it has that many pixels of a colour; fails if it never does."""
    seen = -1
    for _ in range(60):
        seen = pixels(area.screenshot(), color)
        if at_least <= seen <= at_most:
            return
    raise AssertionError(f"{seen} pixels of {color} at the last look")


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
