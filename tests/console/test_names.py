"""Name lookup, open sources and a stop on the page, before a real center."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from center.core.events import CallOpened, StopOpened, UnitMoved
from tests.center.api.room import Room
from tests.center.api.sources import sources
from tests.console.live_room import LiveRoom, live_room

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room(**sources()) as center:
        yield center


def enter(page: Page, live: LiveRoom, panel: str) -> str:
    """Ada at a panel; a call is going on, which is the case."""
    call = "c1"

    def going_on(here: Room) -> str:
        at = here.clock.now()
        here.learn(CallOpened(at=at, source="911", call=call, system="cad", lat=30.2, lon=-93.2, kind="theft"))
        here.learn(UnitMoved(at=at, source="avl", unit="SO-1", lat=30.2, lon=-93.2))
        return next(iter(here.assembly.center.picture.incidents.incidents))

    case = live.do(going_on)
    page.goto(f"{live.url}/{panel}")
    page.get_by_role("button", name="Ada").click()
    page.locator("[data-line=live]").wait_for()
    return case


def test_a_name_is_looked_up_with_a_case_and_told_to_a_unit(page: Page, live: LiveRoom) -> None:
    """Refused without a case by the center itself; with one, who may be meant comes with reasons and the warrant as a
    lead, and goes to a unit. All three are in the trail."""
    case = enter(page, live, "?panel=names")
    form = page.get_by_role("form", name="Name lookup")
    form.get_by_label("Last name").fill("Landree")
    form.get_by_label("First name").fill("Jim")
    form.get_by_label("Born").fill("1987-12-03")
    form.get_by_label("Reason").fill("Missing person")
    form.get_by_label("Case, call or stop").evaluate("field => { field.required = false; }")
    form.get_by_label("Case, call or stop").fill("")
    form.get_by_role("button", name="Ask the records").click()
    expect(page.get_by_text("a case, call or stop number must be given")).to_be_visible()
    form.get_by_label("Case, call or stop").fill(case)
    form.get_by_role("button", name="Ask the records").click()
    one = page.locator("[data-person=SYN-000001]")
    expect(one).to_contain_text("day and month swapped")
    expect(one).to_contain_text("Warrant, a lead until confirmed: theft")
    expect(one.get_by_role("list", name="What contradicts")).to_contain_text("licence suspended")
    page.get_by_label("Tell a unit").fill("SO-1")
    one.get_by_role("button", name="Send to SO-1").click()
    expect(page.get_by_text("Sent to the unit.")).to_be_visible()
    audited = live.do(lambda here: [line[1:] for line in here.audit if line[1].startswith("records.")])
    name = "Landree Jim 1987-12-03"
    assert audited == [
        *(("records.search", name, False), ("records.search", name, True)),
        ("records.send", "SO-1", True),
    ]


def test_public_posts_are_searched_with_a_case(page: Page, live: LiveRoom) -> None:
    case = enter(page, live, "?panel=open-sources")
    form = page.get_by_role("form", name="Open sources")
    form.get_by_label("Words").fill("truck")
    form.get_by_label("Reason").fill("Stolen vehicle")
    form.get_by_label("Case, call or stop").fill(case)
    form.get_by_role("button", name="Search").click()
    expect(page.locator("[data-post=p1]")).to_contain_text("new truck")
    assert ("ada", "posts.search", "truck", True) in live.do(lambda here: here.audit)


def test_a_stop_shows_what_the_records_said_to_whoever_asks(page: Page, live: LiveRoom) -> None:
    """Not on the map and not in the frames: it is read on request, and the request is in the trail."""
    enter(page, live, "")

    def stopped(here: Room) -> None:
        at = here.clock.now()
        said = {"last": "Landry", "first": "James", "born": "1987-03-12", "plate": "ABC123", "state": "LA"}
        here.learn(StopOpened(at=at, source="terminals", unit="SO-1", stop="s1", **said))  # type: ignore[arg-type]

    live.do(stopped)
    page.locator("button", has_text="Units").first.click()
    page.get_by_role("button", name=re.compile("^SO-1 ")).click()
    stop = page.get_by_role("region", name="Traffic stop")
    expect(stop).to_contain_text("The records have answered")
    stop.get_by_role("button", name="Show what they said").click()
    expect(stop).to_contain_text("WARRANT, confirm before acting: theft")
    assert ("ada", "stop.look", "SO-1", True) in live.do(lambda here: here.audit)
