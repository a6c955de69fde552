"""Plate search and patrol boxes on the page, before a real center."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from center.core.events import HOUR, CallOpened, Micros
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns
from tests.center.api.room import Room
from tests.console.live_room import LiveRoom, live_room

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture(scope="module")
def browser(drawing: Browser) -> Browser:
    return drawing


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room() as center:
        yield center


def enter(page: Page, live: LiveRoom, name: str, how: str = "") -> None:
    page.goto(f"{live.url}/{how}")
    page.get_by_role("button", name=name).click()
    page.locator("[data-line=live]").wait_for()


def a_stolen_car(here: Room) -> None:
    """Read twice, one letter taken for another the first time; listed; and a call to name as the case."""
    call = CallOpened(at=here.clock.now(), source="911", call="c1", system="cad", lat=30.2, lon=-93.2, kind="theft")
    here.learn(here.listed("WNT8O1"), here.read("WNTBO1", 1), here.read("WNT8O1", 2), here.read("XYZ555", 3), call)


def test_a_plate_is_searched_for_with_a_reason_and_a_case(page: Page, live: LiveRoom) -> None:
    """Without a case the form does not send it, and the center refuses it; with one the reads come, what differs is
    said in words, the alert that knows the track is a link away, and the reads go onto the map. Both answers are
    audited."""
    live.do(a_stolen_car)
    enter(page, live, "Ada")
    page.keyboard.press("p")
    page.locator("[data-panel=plates]").click()
    form = page.get_by_role("form", name="Plate search")
    form.get_by_label("Plate, ?").fill("wnt8?1")
    form.get_by_label("Reason").fill("Stolen vehicle")
    form.get_by_label("Case, call or stop").fill("")
    form.get_by_role("button", name="Search").click()
    assert ("ada", "plates.search", "WNT8?1", True) not in live.do(lambda here: here.audit)
    form.get_by_label("Case, call or stop").evaluate("field => { field.required = false; }")
    form.get_by_role("button", name="Search").click()
    expect(page.get_by_text("a case, call or stop number must be given")).to_be_visible()
    case = live.do(lambda here: next(iter(here.assembly.center.picture.incidents.incidents)))
    expect(page.locator(f"datalist option[value='{case}']")).to_have_count(1)
    form.get_by_label("Case, call or stop").fill(case)
    form.get_by_role("button", name="Search").click()
    reads = page.get_by_role("region", name="Reads")
    expect(reads.locator("tbody tr")).to_have_count(2)
    expect(reads.locator("tbody tr", has_text="WNTBO1")).to_contain_text("looks alike")
    audited = live.do(lambda here: [line for line in here.audit if line[1] == "plates.search"])
    assert audited == [("ada", "plates.search", "WNT8?1", False), ("ada", "plates.search", "WNT8?1", True)]
    page.get_by_role("button", name="Show on the map").click()
    page.get_by_role("button", name="track and where it can be next").click()
    expect(page.get_by_role("complementary", name="Alert")).to_contain_text("Track")


def offered(here: Room) -> None:
    """The site wants boxes, and the forecaster proposes two."""
    at = here.clock.now()
    here.learn(msgspec.structs.replace(here.assembly.site.as_event(at), patterns=Patterns()))
    box = Box(30.2, -93.2, 200.0, ((30.2, -93.2),), 0.5, 0, 2, 0.6, 0.5, (("cad/77", 0.2),))
    end = Micros(at + HOUR)
    answers = here.assembly.center.picture.patterns.asked
    advice = Advice(at, end, end, boxes=(box, msgspec.structs.replace(box, lat=30.3, cells=((30.3, -93.2),))))
    here.learn(ForecastReady(at=at, source="forecaster", answers=answers, advice=advice))


def test_a_supervisor_takes_a_box_and_declines_one_and_an_operator_only_sees_them(page: Page, live: LiveRoom) -> None:
    """Each box says what is expected and because of which reports. An operator is offered no decision."""
    live.do(offered)
    enter(page, live, "Ada", "?panel=patterns")
    boxes = page.locator("[data-box]")
    expect(boxes).to_have_count(2)
    expect(boxes.first).to_contain_text("0.50 burglaries expected")
    expect(boxes.first).to_contain_text("Because of 77 (+0.200)")
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    page.get_by_role("button", name="Sign out", exact=True).click()
    enter(page, live, "Sup", "?panel=patterns")
    boxes.first.get_by_label("Units").fill("SO-1, SO-2")
    boxes.first.get_by_role("button", name="Accept").click()
    expect(page.locator("[data-box].accepted")).to_contain_text("SO-1 SO-2")
    page.locator("[data-box].proposed").get_by_role("button", name="Decline").click()
    expect(page.locator("[data-box].declined")).to_have_count(1)
    states = live.do(lambda here: [it.state for it in here.assembly.center.picture.patterns.offers.values()])
    assert sorted(states) == ["accepted", "declined"]
