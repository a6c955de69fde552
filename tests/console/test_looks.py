"""What a demanding eye would measure: contrast in both themes, names for everything, room at 200 % zoom.

Each test also takes a picture into its temporary folder, for a person to look at.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.console.conftest import sign_in
from tests.console.fake_center import FakeCenter

pytestmark = [pytest.mark.browser, pytest.mark.wire]

# Every visible piece of text against what is really behind it (WCAG 2.2, 1.4.3): 4.5, or 3 for large text.
CONTRAST = """
() => {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    probe.clearRect(0, 0, 1, 1); probe.fillStyle = color; probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => c.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.textContent.trim() || box.width < 2 || !element.checkVisibility({ opacityProperty: true })) continue;
    if (element.closest("button:disabled, option, noscript, svg, title")) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [a, b] = [light(over(rgba(style.color), ground)), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const told = `${ratio.toFixed(2)} ${element.className} ${node.textContent.trim().slice(0, 40)}`;
    if (ratio < (large ? 3 : 4.5)) poor.push(told);
  }
  return poor;
}
"""
NAMELESS = """
() => [...document.querySelectorAll("button, input, select, textarea, a, [role=region], section, nav, aside")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !["SECTION"].includes(e.tagName) || e.hasAttribute("aria-label"))
  .filter((e) => !(e.ariaLabel || e.getAttribute("aria-labelledby") || e.labels?.length || e.title))
  .filter((e) => !e.textContent.trim())
  .map((e) => e.outerHTML.slice(0, 120))
"""


@pytest.fixture(scope="module")
def browser(drawing: Browser) -> Browser:
    return drawing


@pytest.fixture(params=["dark", "light"])
def themed(request: pytest.FixtureRequest, browser: Browser, center: FakeCenter) -> Any:
    """A page of a person whose machine prefers one theme."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=request.param)
    page = context.new_page()
    sign_in(page, center)
    yield request.param, page
    context.close()


def test_every_text_has_enough_contrast_and_every_control_a_name(
    themed: tuple[str, Page], center: FakeCenter, tmp_path: Path
) -> None:
    """In both themes, in every panel. Making `--muted` a shade fainter fails this."""
    theme, page = themed
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    center.refusals["alerts/a-1040/acknowledge"] = (409, "M. Fontenot has it.")
    views = {"hit": "[data-alert=a-1040]", "backward": "[data-alert=a-1033]", "call": "[data-incident=i-301]"}
    page.keyboard.press("f")
    found: list[str] = []
    for name, thing in {**views, "finished": "[data-alert=a-1020]"}.items():
        page.locator(thing).click()
        page.screenshot(path=tmp_path / f"{theme}-{name}.png")
        found += page.evaluate(CONTRAST) + page.evaluate(NAMELESS)
    page.locator("[data-alert=a-1040]").click()
    page.keyboard.press("a")
    expect(page.get_by_text("M. Fontenot has it.")).to_be_visible()
    for key in "cd":
        page.keyboard.press(key)
        found += page.evaluate(CONTRAST) + page.evaluate(NAMELESS)
        page.keyboard.press("Escape")
    for key, thing in {"2": "[data-unit=C107]", "4": "[data-feed]"}.items():
        page.keyboard.press(key)
        page.locator(thing).first.click()
        page.screenshot(path=tmp_path / f"{theme}-{key}.png")
        found += page.evaluate(CONTRAST) + page.evaluate(NAMELESS)
    page.keyboard.press("?")
    found += page.evaluate(CONTRAST) + page.evaluate(NAMELESS)
    assert found == []


def test_the_theme_can_be_chosen_and_is_remembered(room: Page) -> None:
    """T turns the page light; after a reload it still is, whatever the machine prefers."""
    room.keyboard.press("t")
    expect(room.locator("html")).to_have_attribute("data-theme", "light")
    room.reload()
    expect(room.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize(
    "size", [{"width": 720, "height": 450}, {"width": 640, "height": 360}, {"width": 320, "height": 640}]
)
def test_at_200_percent_everything_is_in_reach(
    browser: Browser, center: FakeCenter, tmp_path: Path, size: ViewportSize
) -> None:
    """A 1440 by 900 screen zoomed to 200 % (and worse): one panel at a time, nothing is cut off at the side, and an
    alert can be opened and confirmed by keyboard."""
    context = browser.new_context(viewport=size, device_scale_factor=2, color_scheme="dark")
    page = context.new_page()
    sign_in(page, center)
    overflow = "document.documentElement.scrollWidth - innerWidth"
    for panel in ("Map", "Calls", "Units", "Feeds", "Alerts"):
        page.get_by_role("navigation").get_by_role("button", name=panel).click()
        assert page.evaluate(overflow) <= 0, panel
        page.screenshot(path=tmp_path / f"{panel}.png")
    expect(page.get_by_role("region", name="Simulated site")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.evaluate(overflow) <= 0
    page.keyboard.press("c")
    expect(page.get_by_role("checkbox")).to_be_in_viewport()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Information only").check()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Confirmed: Correct")).to_be_visible()
    assert center.acts[-1][0] == "alerts/a-1041/confirm"
    context.close()


def test_movement_can_be_unwanted(browser: Browser, center: FakeCenter) -> None:
    """With reduced motion preferred, no element on the page has a running animation or a transition."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, center)
    moving = """() => [...document.querySelectorAll("*")].filter((e) => {
      const style = getComputedStyle(e);
      return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
    }).length"""
    assert page.evaluate(moving) == 0
    assert page.evaluate("document.getAnimations().length") == 0
    context.close()
