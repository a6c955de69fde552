"""A partner's word by TAK on the page: the room reads and answers it, and so does that agency's representative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from center.core.message_facts import MessageReplied
from tests.center.api.room import Room
from tests.console.conftest import new_context
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import enter
from tests.running import tables

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def joined() -> dict[str, Any]:
    """The small site, whose police have joined: a representative, and a car with a tablet."""
    site = tables()
    agencies = [{**one, **({} if one.get("own") else {"sees": ["units"]})} for one in site["agencies"]]
    people = [*site["operators"], {"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"}]
    return {"agencies": agencies, "operators": people, "cot": {"clients": [{"client": "PD-1", "unit": "PD-1"}]}}


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room(more=joined()) as center:
        yield center


def asks(here: Room) -> None:
    said = {"unit": "PD-1", "text": "is the ramp closed?", "mark": "c1"}
    here.learn(MessageReplied(at=here.clock.now(), source="cot", to_room=True, **said))


def test_a_partners_car_asks_and_is_answered_before_its_representatives_eyes(browser: Browser, live: LiveRoom) -> None:
    """Ada reads what the car wrote and answers; the representative's open page has both, and no name of the room."""
    contexts = [new_context(browser) for _ in range(2)]
    try:
        ada, lee = (context.new_page() for context in contexts)
        enter(ada, live, "Ada", "?panel=messages")
        enter(lee, live, "Lee", "?panel=messages")
        expect(lee.get_by_text("Nobody has written anything.")).to_be_visible()
        live.do(asks)
        for page in (ada, lee):
            expect(page.locator("[data-thread='agency/PD']")).to_contain_text("Agency PD")
            expect(page.locator("[data-post]")).to_contain_text("is the ramp closed?")
        ada.get_by_label("Answer to everybody in it").fill("Yes, until six.")
        ada.get_by_role("button", name="Answer").click()
        answer = lee.locator("[data-post]").nth(1)
        expect(answer).to_contain_text("Yes, until six.")
        expect(answer).to_contain_text("The room")
        expect(lee.get_by_role("region", name="Conversation: Agency PD")).not_to_contain_text("Ada")
        answer.get_by_role("button", name="Read").click()
        expect(ada.locator("[data-post]").nth(1).locator("[data-receipt=read]")).to_contain_text("lee")
        lee.get_by_label("Answer to everybody in it").fill("Thank you.")
        lee.get_by_role("button", name="Answer").click()
        expect(ada.locator("[data-post]").nth(2)).to_contain_text("Thank you.")
    finally:
        for context in contexts:
            context.close()


def test_a_representative_begins_and_the_room_answers(browser: Browser, live: LiveRoom) -> None:
    """Nobody has written yet. Lee's panel offers the room and nobody else; Ada's has it at once, and answers."""
    contexts = [new_context(browser) for _ in range(2)]
    try:
        ada, lee = (context.new_page() for context in contexts)
        enter(ada, live, "Ada", "?panel=messages")
        enter(lee, live, "Lee", "?panel=messages")
        form = lee.get_by_role("form", name="Write to the room")
        expect(form.get_by_role("combobox")).to_have_count(0)
        form.get_by_label("Message to the room").fill("May we have the dog?")
        form.get_by_role("button", name="Send").press("Enter")
        expect(lee.locator("[data-post]")).to_contain_text("May we have the dog?")
        asked = ada.locator("[data-thread='agency/PD']")
        expect(asked).to_contain_text("1 unread")
        expect(ada.locator("[data-post]")).to_contain_text("Lee")
        ada.get_by_label("Answer to everybody in it").fill("It is on its way.")
        ada.get_by_role("button", name="Answer").click()
        expect(lee.locator("[data-post]").nth(1)).to_contain_text("It is on its way.")
        assert ("lee", "message.room", "room", True) in live.do(lambda here: here.audit)
    finally:
        for context in contexts:
            context.close()
