"""The panels: all of them in reach by keyboard, each as a window of its own.

Knows: the rows of src/panels/registry.ts as the page offers them. Refuses to know: what is inside any of them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from center.api.front import READS
from tests.console.fake_center import FakeCenter

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture(scope="module")
def browser(drawing: Browser) -> Browser:
    return drawing


def offered(page: Page) -> list[str]:
    """The ids of all panels that the signed-in person is offered; leaves the list of them open."""
    page.keyboard.press("p")
    page.get_by_role("dialog", name="Panels").wait_for()
    return [str(row.get_attribute("data-panel")) for row in page.locator("[data-panel]").all()]


def test_every_panel_is_reached_by_keyboard(room: Page) -> None:
    """P lists all panels, a letter or the arrows choose, Enter shows it with the focus on its title. What is always on
    a wide page is not shown a second time."""
    panels = offered(room)
    assert {"alerts", "map", "calls", "units", "cameras", "feeds"} <= set(panels)
    room.keyboard.press("Escape")
    for panel in panels:
        room.keyboard.press("p")
        row = room.locator(f"[data-panel={panel}]")
        for _ in panels:
            if row.evaluate("row => row === document.activeElement"):
                break
            room.keyboard.press("ArrowDown")
        room.keyboard.press("Enter")
        expect(room.get_by_role("dialog")).to_have_count(0)
        if panel not in ("alerts", "map"):
            expect(room.locator(f"[data-shown={panel}] h2").first).to_be_focused()
    room.keyboard.press("p")
    room.keyboard.press("f")
    expect(room.locator("[data-panel=feeds]")).to_be_focused()


IN_ONE_BREATH = """
async () => {
  const press = (at, key) =>
    at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press(document.querySelector("dialog"), "Escape");
  await Promise.resolve();
  const focused = document.activeElement.dataset.alert;
  press(document.body, "p");
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return focused;
}
"""


def test_the_list_closed_and_opened_in_one_breath_is_open(room: Page) -> None:
    """Escape closes at once and gives the focus back; the key after it finds the page. The browser's own word that a
    dialog has closed comes later and closes nothing that was opened since."""
    row = room.locator("[data-alert]").first
    row.focus()
    room.keyboard.press("p")
    room.get_by_role("dialog", name="Panels").wait_for()
    assert room.evaluate(IN_ONE_BREATH) == row.get_attribute("data-alert")
    expect(room.get_by_role("dialog", name="Panels")).to_be_visible()


def test_any_panel_is_a_window_of_its_own(room: Page, center: FakeCenter) -> None:
    """Its button opens it alone, signed in by the same cookie; what is opened there is shown there.
    A map on a screen of its own shows what is opened in another window.
    That each of them can be, the walk of test_axe.py sees."""
    with room.context.expect_page() as opening:
        room.get_by_role("link", name="Open Calls in a window").click()
    window = opening.value
    expect(window).to_have_url(f"{center.url}/?panel=calls")
    window.locator("[data-incident=i-301]").click()
    expect(window.get_by_role("complementary", name="Call")).to_be_visible()
    expect(window.locator("[data-alert], .canvas")).to_have_count(0)
    window.keyboard.press("Escape")
    expect(window.locator("[data-shown]")).to_have_count(1)
    window.goto(f"{center.url}/?panel=map")
    expect(window.get_by_role("button", name="Zoom in")).to_be_visible()
    size = window.locator(".canvas").bounding_box()
    assert size is not None
    assert size["height"] > 400
    room.locator("[data-unit], [data-incident]").first.click()
    expect(window.get_by_role("complementary", name="Call")).to_be_visible()
    window.goto(f"{center.url}/?panel=nonsense")
    expect(window.get_by_text("no panel “nonsense” for you")).to_be_visible()


def test_three_windows_opened_at_once_read_far_less_than_they_may(room: Page, center: FakeCenter) -> None:
    """The bound on what a person reads is for programs: a page with all its windows, each loaded twice, does not come
    near it. Fails when a panel asks again and again."""
    asked: list[str] = []
    room.context.on("request", lambda one: asked.append(one.url) if "/api/" in one.url else None)
    for panel in ("messages", "community", "tips"):
        window = room.context.new_page()
        window.goto(f"{center.url}/?panel={panel}")
        window.wait_for_load_state("networkidle")
        window.reload()
        window.wait_for_load_state("networkidle")
    assert 0 < len(asked) < READS / 10
