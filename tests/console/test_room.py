"""The rest of the room: the line to the center, feeds, calls and units, where no map is drawn."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import sign_in
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


def test_a_page_too_many_says_why_it_shows_nothing(page: Page, center: FakeCenter) -> None:
    """And shows the room as soon as there is room for it."""
    center.turned_away = "20 pages are open for you already: close one"
    page.goto(center.url)
    page.get_by_role("button", name="D. Landry").click()
    expect(page.get_by_role("alert").filter(has_text=center.turned_away)).to_be_visible()
    center.turned_away = ""
    expect(page.locator("[data-alert]").first).to_be_visible()
    expect(page.get_by_text("20 pages are open")).to_have_count(0)


def test_an_act_while_the_center_is_away_waits_for_it(room: Page, center: FakeCenter) -> None:
    """Acknowledging into the void says so, and is done once the center is back, without another press."""
    center.stop()
    room.locator("[data-alert=a-1041]").click()
    room.keyboard.press("a")
    expect(room.get_by_text("The center was not reached.")).to_be_visible()
    center.start()
    expect(room.locator("[data-alert=a-1041]")).to_have_attribute("data-state", "acknowledged")
    assert len(center.acts) == 1


def test_where_no_map_can_be_drawn_the_page_says_so_and_the_lists_show_everything(
    page: Page, center: FakeCenter
) -> None:
    """In words, and nothing else of the page minds."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, center)
    said = page.get_by_role("status").filter(has_text="cannot draw the map")
    expect(said).to_have_text("This browser cannot draw the map (no WebGL). The lists show everything.")
    for key, thing in {"1": "incident", "2": "unit", "4": "feed"}.items():
        page.keyboard.press(key)
        expect(page.locator(f"[data-{thing}]")).not_to_have_count(0)
    page.get_by_role("button", name="Zoom in").click()
    page.locator("[data-feed]").first.click()
    assert errors == []


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
    room.keyboard.press("4")
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


def test_an_incident_is_shared_with_an_agency_and_taken_back_with_a_reason(room: Page, center: FakeCenter) -> None:
    """Beside the incident stands with whom it is shared; taking it back says that what was seen is known."""
    room.locator("[data-incident=i-301]").click()
    panel = room.get_by_role("complementary", name="Call")
    panel.get_by_text("Share it with an agency").click()
    panel.get_by_label("Agency").select_option("Lake Charles Police")
    panel.get_by_label("Reason").fill("Their street")
    panel.get_by_role("button", name="Share", exact=True).click()
    expect(panel).to_contain_text("Shared: what it is, where, and whether it goes on.")
    center.delta(incidents=[{**center.views["incidents"]["i-301"], "shared": ["lcpd"]}])
    panel.locator("[data-shared=lcpd]").get_by_role("button").click()
    expect(panel).to_contain_text("What they have seen they know.")
    form = panel.get_by_role("form", name="Why it is taken back from Lake Charles Police")
    form.get_by_label("Reason").fill("Wrong street")
    form.get_by_role("button", name="Take back").click()
    center.delta(incidents=[{**center.views["incidents"]["i-301"], "shared": []}])
    expect(panel.get_by_text("Taken back from Lake Charles Police.")).to_be_visible()
    expect(panel.locator("[data-shared]")).to_have_count(0)
    said = [(path, body["agency"], body["reason"]) for path, body in center.acts]
    assert said == [
        ("incidents/i-301/share", "lcpd", "Their street"),
        ("incidents/i-301/unshare", "lcpd", "Wrong street"),
    ]


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


def test_the_last_minutes_of_a_camera_are_kept_although_nobody_watched(room: Page, center: FakeCenter) -> None:
    """From the unit's panel, with a reason and the stop it is at, which stands there already; from the camera's and the
    call's as well. What becomes of it is seen beside the unit."""
    dash = {"camera": "dash-C101", "kind": "dash", "name": "C101 ahead", "agency": "cpso", "unit": "C101", "open": True}
    unit = {**center.views["units"]["C101"], "stop": {"stop": "s9", "at": center.now(), "plate": "ABC123"}}
    incident = {
        **center.views["incidents"]["i-301"],
        "cameras": [{"camera": "dash-C101", "how": "unit", "metres": 80.0}],
    }
    center.delta(cameras=[{**dash, "remembers": True}], units=[unit], incidents=[incident])
    room.keyboard.press("2")
    room.get_by_label("Unit, agency or status").fill("C101")
    room.locator("[data-unit=C101]").click()
    panel = room.get_by_role("complementary", name="Unit")
    panel.get_by_text("Keep the last minutes as evidence").click()
    form = panel.get_by_role("form", name="Keep as evidence")
    expect(form.get_by_label("Case, call or stop")).to_have_value("C101/s9")
    form.get_by_label("The last").select_option("120")
    form.get_by_label("Reason").fill("He ran")
    form.get_by_role("button", name="Keep").click()
    expect(panel).to_contain_text("It is being kept")
    ((path, said),) = [(path, said) for path, said in center.acts if path.endswith("/keep")]
    assert (path, said["case"], said["reason"]) == ("cameras/dash-C101/keep", "C101/s9", "He ran")
    assert said["end"] - said["start"] == 120_000_000
    clip = {"clip": "k1.1", "camera": "dash-C101", "operator": "rule/emergency", "reason": "C101 pressed the button"}
    clip |= {"state": "kept", "start": said["start"], "end": said["end"]}
    center.delta(units=[{**unit, "clips": [{**clip, "by_rule": True}]}])
    expect(panel).to_contain_text("by itself: C101 pressed the button")
    panel.get_by_role("button", name="C101 ahead").click()
    kept = room.get_by_role("complementary", name="Camera")
    kept.get_by_text("Keep the last minutes as evidence").click()
    expect(kept.get_by_label("Case, call or stop")).to_have_value("C101/s9")
    room.keyboard.press("1")
    room.locator("[data-incident=i-301]").click()
    call = room.get_by_role("complementary", name="Call")
    call.get_by_text("Keep the last minutes as evidence").click()
    expect(call.get_by_label("Case, call or stop")).to_have_value("i-301")
