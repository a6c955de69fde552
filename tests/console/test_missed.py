"""Whoever comes late, comes back or loses the network: the truth again, and what was missed.

The center is a real one in its own process; between it and the page lies a cable that can be cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import devices
from tests.console.cable import Cable
from tests.devices import Wire
from tests.running import Office, becomes, tables

pytestmark = [pytest.mark.browser, pytest.mark.wire]

# From the moment the cable is mended to the moment the page shows the call that came meanwhile.
WHEN_SHOWN = """() => { window.shown = new Promise((done) => new MutationObserver((_, watching) => {
  if (!document.querySelector("[data-missed]")) return;
  watching.disconnect(); done(Date.now());
}).observe(document.body, { childList: true, subtree: true })); }"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    center = Office(tmp_path, tables())
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's loop counts as running in this thread
        elsewhere.submit(center.up).result()
    yield center
    center.stop()
    assert center.exit_code() == 0, center.said()


@pytest.fixture
def cable(office: Office) -> Iterator[Cable]:
    between = Cable(office.api)
    yield between
    between.cut()


def test_after_a_lost_network_and_after_a_night_it_is_told_what_was_missed(
    page: Page, office: Office, cable: Cable, tmp_path: Path
) -> None:
    """The network is cut; a call comes and somebody writes into the log. When it is mended the page has the truth and
    says what was missed, with a link to it. The next shift, in a browser that has never been here, is told of the last
    hour; a page that is opened again tells what happened meanwhile, and nothing twice. How long it took from the mended
    cable to the words on the page is left in missed.json."""
    ben = office.console("ben")
    page.goto(cable.url)
    page.get_by_role("button", name="Ada").click()
    expect(page.locator("[data-line=live]")).to_be_visible()
    cable.cut()
    expect(page.get_by_text("Not live since")).to_be_visible()
    with Wire(office) as wire:
        assert wire.post("calls", devices.call_opened("1")) == 200
        assert ben.post("/api/log", {"text": "Power is out at the jail"}).status == 200
        becomes(lambda: ben.state().get("incidents"))
        page.evaluate(WHEN_SHOWN)
        mended = page.evaluate("Date.now()")
        cable.mend()
        told = page.locator("[data-missed]")
        expect(told).to_contain_text("While you were away")
        expect(told).to_contain_text("1 new call")
        expect(told).to_contain_text("1 note in the log")
        expect(page.get_by_text("Not live since")).to_have_count(0)
        expect(page.locator("[data-incident]")).to_have_count(1)
        took_ms = page.evaluate("window.shown") - mended
        (tmp_path / "missed.json").write_text(json.dumps({"mended_to_shown_ms": took_ms}))
        page.screenshot(path=tmp_path / "missed.png")
        told.get_by_role("button").first.click()
        expect(page.get_by_role("complementary", name="Call")).to_be_visible()
        told.get_by_role("button", name="Read").click()
        expect(told).to_have_count(0)

    page.goto("about:blank")
    assert ben.post("/api/log", {"text": "Power is back"}).status == 200
    page.goto(cable.url)
    expect(told).to_contain_text("1 note in the log")
    expect(told).not_to_contain_text("new call")

    page.evaluate("addEventListener('pagehide', () => localStorage.clear())")
    page.reload()
    expect(told).to_contain_text("In the hour before you came:")
    expect(told).to_contain_text("1 new call")
    expect(told).to_contain_text("2 notes in the log")
