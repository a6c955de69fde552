"""A built page, a browser to look at it with, and a stand-in center behind it.

Knows: how the three are started, and that a map is drawn only for those who look at it.
Refuses to know: what is looked at.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from center.console.build import BuildError, ensure
from tests.console.fake_center import FakeCenter
from tests.patience import PATIENCE_S
from tests.servers import missing

PATIENCE_MS = 1000 * PATIENCE_S
expect.set_options(timeout=PATIENCE_MS)

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_MAP = "--disable-3d-apis"
"""Without a graphics card the map is drawn by the processor: some seconds of it for each page, which is more than all
else that a page does. Where there is no WebGL the page says so, and its lists show everything (test_room.py)."""
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def built() -> None:
    """The page as it is in the sources now."""
    try:
        ensure()
    except BuildError as error:
        missing(f"the page cannot be built: {error}")


# By module and not by session: Playwright's loop counts as running, which tests elsewhere with loops of their own mind.
@pytest.fixture(scope="module")
def chromium(built: None) -> Iterator[StartBrowser]:
    """Starts one, with these arguments as well."""
    program = shutil.which("chromium")
    if program is None:
        missing("no Chromium")
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_ARGUMENTS, *more])


@pytest.fixture(scope="module")
def browser(chromium: StartBrowser) -> Iterator[Browser]:
    """Draws no map. A module that looks at one has a `browser` of its own, which is `drawing`."""
    with chromium(NO_MAP) as browser:
        yield browser


@pytest.fixture(scope="module")
def drawing(chromium: StartBrowser) -> Iterator[Browser]:
    """Draws the map."""
    with chromium() as browser:
        yield browser


MakeCenter = Callable[..., FakeCenter]
StartBrowser = Callable[..., Browser]


@pytest.fixture
def make_center() -> Iterator[MakeCenter]:
    centers: list[FakeCenter] = []

    def make(**options: object) -> FakeCenter:
        center = FakeCenter(**options)  # type: ignore[arg-type]
        centers.append(center)
        center.start()
        return center

    yield make
    for center in centers:
        if center.running():
            center.stop()


@pytest.fixture
def center(make_center: MakeCenter) -> FakeCenter:
    """A simulated site of 80 units that stand still, so that a test sees only the changes it makes."""
    return make_center(moving=False)


def new_context(browser: Browser) -> BrowserContext:
    """A browser that shares nothing with any other, and remembers what its page's policy forbade."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH)
    return context


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = new_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, center: FakeCenter, name: str = "D. Landry") -> None:
    """Goes to the page and enters as one of the demo people; returns when the alerts are there."""
    page.goto(center.url)
    page.get_by_role("button", name=name).click()
    page.locator("[data-alert]").first.wait_for()


@pytest.fixture
def room(page: Page, center: FakeCenter) -> Page:
    """The page of a signed-in operator."""
    sign_in(page, center)
    return page
