"""Tips on the page, before a real center: in the call's panel with why, in a list of their own, and always as leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from center.core.events import CallOpened
from center.core.tip_facts import TipReceived
from tests.center.api.room import Room
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import enter

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room() as center:
        yield center


def a_robbery(here: Room) -> None:
    at = here.clock.now()
    told = {"at": at, "lat": 30.2, "lon": -93.2}
    here.learn(CallOpened(source="911", call="c1", system="cad", kind="robbery", text="he drove off in KTR482", **told))
    tip = {"at": at, "source": "tips", "line": "tips", "offence": "Robbery"}
    here.learn(TipReceived(tip="26-000417", text="It stands behind the mill.", plate="KTR482", withheld=1, **tip))
    here.learn(TipReceived(tip="26-000418", text="My neighbour never says hello.", **tip))


def test_a_tip_is_read_beside_the_call_it_may_be_about_and_every_look_is_on_record(page: Page, live: LiveRoom) -> None:
    live.do(a_robbery)
    enter(page, live, "Ada", "?panel=tips")
    near, other = (page.get_by_role("article", name=f"Tip 26-00041{n}") for n in (7, 8))
    expect(near).to_contain_text("It stands behind the mill.")
    expect(near).to_contain_text("Perhaps about Robbery: it names KTR482, as a caller does; both say robbery.")
    expect(near).to_contain_text("Dropped, for it could say who told it: 1.")
    expect(other).to_contain_text("It fits no call and no bulletin.")
    expect(page.get_by_text("A tip is a lead")).to_be_visible()
    near.get_by_role("button", name="Robbery").click()
    call = page.get_by_role("complementary", name="Call")
    expect(call).to_contain_text("Tips, perhaps about it")
    expect(call).to_contain_text("Leads: somebody said so, and nobody has checked it.")
    expect(call).to_contain_text("tip 26-000417 may be about this; nobody has checked it")
    expect(call).not_to_contain_text("behind the mill")
    call.get_by_role("button", name="Read it").click()
    expect(call).to_contain_text("It stands behind the mill.")
    looks = [line for line in live.do(lambda here: here.audit) if line[1] == "tips.look"]
    assert len(looks) >= 2
    assert set(looks) == {("ada", "tips.look", "tips", True)}


def test_a_tip_that_comes_in_is_in_the_list_at_once(page: Page, live: LiveRoom) -> None:
    enter(page, live, "Ada", "?panel=tips")
    expect(page.get_by_text("There are no tips.")).to_be_visible()
    live.do(a_robbery)
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_label("Filter").fill("neighbour")
    expect(page.get_by_role("article")).to_have_count(1)


def test_a_person_says_what_a_tip_belongs_to_and_what_not_and_takes_it_back(page: Page, live: LiveRoom) -> None:
    """Over what the center found, and where it found nothing. The call's panel says who said so; the trail has each
    word with its reason. Without a reason nothing is sent."""
    live.do(a_robbery)
    enter(page, live, "Ada", "?panel=tips")
    other = page.get_by_role("article", name="Tip 26-000418")
    other.get_by_role("button", name="Say what it belongs to").click()
    form = other.get_by_role("form", name="It belongs: tip 26-000418")
    form.get_by_label("Call, case").fill("nowhere")
    form.get_by_role("button", name="It belongs").click()
    assert not [line for line in live.do(lambda here: here.audit) if line[1] == "tip.belongs"]
    form.get_by_label("Reason").fill("the neighbour is the cashier")
    form.get_by_role("button", name="It belongs").click()
    expect(other).to_contain_text("no call, case, series or bulletin nowhere")
    form.get_by_label("Call, case").fill("c1")
    form.get_by_role("button", name="It belongs").click()
    expect(other).to_contain_text("Belongs to it, says Ada")
    other.get_by_role("button", name="Robbery").click()
    call = page.get_by_role("complementary", name="Call")
    said = call.locator("[data-tip='tips/26-000418']")
    expect(said).to_contain_text("Belongs to it, says Ada")
    expect(said).to_contain_text("the neighbour is the cashier")
    found = call.locator("[data-tip='tips/26-000417']")
    found.get_by_role("button", name="It does not belong").click()
    found.get_by_label("Reason").fill("another mill")
    found.get_by_role("button", name="It does not belong", exact=True).click()
    apart = call.get_by_text("Said not to belong to it: 1")
    apart.click()
    expect(found).to_contain_text("Does not belong to it, says Ada")
    expect(call).to_contain_text("tip 26-000417 does not belong to this: Ada")
    found.get_by_role("button", name="Take back").click()
    found.get_by_label("Reason").fill("the same mill")
    found.get_by_role("button", name="Take back", exact=True).click()
    expect(apart).to_have_count(0)
    expect(found).to_contain_text("it names KTR482, as a caller does")
    lines = [line for line in live.do(lambda here: here.audited) if line.act in ("tip.apart", "tip.unsay")]
    assert [(line.act, line.subject, line.reason) for line in lines] == [
        ("tip.apart", "tips/26-000417", "another mill"),
        ("tip.unsay", "tips/26-000417", "the same mill"),
    ]
