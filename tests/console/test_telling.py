"""Messages and bulletins on the page, against a real center with a deputy's TAK client at its other end."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.center.cot.test_cot_on_wire import bare, hello, site
from tests.center.ingest.test_cot import chat, receipt
from tests.running import Office
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def entered(context: BrowserContext, center: Office, name: str, panel: str) -> Page:
    """The panel alone, as one of the demo people sees it."""
    page = context.new_page()
    host, port = center.api
    page.goto(f"http://{host}:{port}/?panel={panel}")
    page.get_by_role("button", name=re.compile(rf"^{name}\b")).click()
    page.locator(f"[data-shown={panel}]").wait_for()
    return page


def test_the_room_writes_sees_who_has_read_it_and_answers_are_read_for_all(browser: Browser, tmp_path: Path) -> None:
    """A deputy's client receipts and writes back; then a bulletin is drafted by one, approved by another, and its
    reader is named; a partner's representative has it, too, reads it, and has it no more when it is taken back. All of
    it appears by itself, without a reload."""
    port = free_port()
    told = site(port)
    told["agencies"][1] |= {"sees": ["units"]}
    told["operators"].append({"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"})
    center = Office(tmp_path, told)
    with ThreadPoolExecutor(1) as outside:  # Playwright's loop runs in this thread
        outside.submit(center.up).result()
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(3)]
    try:
        with bare(port) as (deputy, says):
            says(hello("TAK-1"))
            deputy.one('uid="RTCC"')
            ada = entered(contexts[0], center, "Ada", "messages")
            ada.get_by_label("To a unit", exact=True).fill("SO-1")
            ada.get_by_label("Message", exact=True).fill("which door?")
            ada.get_by_role("button", name="Send").click()
            expect(ada.locator("[data-receipt=sent]")).to_contain_text("SO-1")
            said = deputy.one('type="b-t-f"', "which door?")
            message = re.search('messageId="([^"]+)"', said)
            assert message is not None
            says(receipt("b-t-f-r", message[1]) + chat("the back door", "c1"))
            expect(ada.get_by_text("1 of 1 have read it")).to_be_visible()
            answer = ada.locator("[data-post]").filter(has_text="the back door")
            answer.get_by_role("button", name="Read").click()
            deputy.one('type="b-t-f-r"', 'uid="c1"')
            expect(answer.get_by_role("button", name="Read")).to_have_count(0)

            ada.goto(ada.url.replace("messages", "bulletins"))
            ada.get_by_role("button", name="Draft a bulletin").click()
            for label, words in (
                ("Title", "Grey van"),
                ("What is known", "Rear window broken"),
                ("Name of source 1", "M. B."),
            ):
                ada.get_by_label(label).fill(words)
            ada.get_by_label("Police Department").check()
            ada.get_by_role("button", name="Keep the draft").click()
            draft = ada.locator("[data-bulletin]").filter(has_text="Grey van")
            expect(draft).to_contain_text("likely (55 to 80 %)")
            expect(draft.get_by_role("button", name="Approve and send")).to_have_count(0)

            says(hello("TAK-1"))
            sup = entered(contexts[1], center, "Sup", "bulletins")
            sup.locator("[data-bulletin]").get_by_role("button", name="Approve and send").click()
            expect(sup.locator("[data-state=approved]")).to_contain_text("Grey van")
            expect(draft).to_have_attribute("data-state", "approved")

            lee = entered(contexts[2], center, "Lee", "bulletins")
            theirs = lee.locator("[data-bulletin]")
            expect(theirs).to_contain_text("Grey van")
            expect(theirs).not_to_contain_text("M. B.")
            theirs.get_by_role("button", name="I have read it").click()
            expect(draft.locator("[data-partner=PD]")).to_contain_text("Police Department: 1 of 1 have read it")
            sup.get_by_role("button", name="Take back…").click()
            sup.get_by_label("Reason").fill("The van was found")
            sup.get_by_role("button", name="Take back", exact=True).click()
            expect(theirs).to_have_count(0)
    finally:
        for context in contexts:
            context.close()
        center.stop()
    assert "Traceback" not in center.said()
