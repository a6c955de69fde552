"""Burglary patterns on the page, before a real center: what is on the map, a detective's word, and how good it was."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Page, expect

from center.core.events import HOUR, CallOpened, Micros
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns, Series, TriedArea, TriedMethod, TriedPlace
from tests.center.api.room import Room
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import enter

pytestmark = [pytest.mark.browser, pytest.mark.wire]

SERIES = tuple(f"cad/b{number}" for number in range(4))


@pytest.fixture
def live(built: None) -> Iterator[LiveRoom]:
    with live_room() as center:
        yield center


def forecast(here: Room) -> None:
    """Five burglaries, four of which may be one crew's; a surface of two cells, and last month tried again."""
    at = here.clock.now()
    here.learn(msgspec.structs.replace(here.assembly.site.as_event(at), patterns=Patterns()))
    told = {"at": at, "source": "911", "system": "cad", "lon": -93.2, "kind": "burglary-vehicle"}
    here.learn(*(CallOpened(call=f"b{number}", lat=30.2 + number / 100, **told) for number in range(5)))
    end = Micros(at + HOUR)
    areas = tuple(TriedArea(share, 10 * share, 10.0, 0.5) for share in (0.01, 0.03, 0.05))
    flat = tuple(TriedArea(share, share, 1.0, 0.05) for share in (0.01, 0.03, 0.05))
    advice = Advice(
        at,
        end,
        end,
        expected=2.0,
        series=(Series(SERIES, 0.8, (("near", 2.0), ("soon", 1.0))),),
        surface=((30.2, -93.2, 0.2), (30.21, -93.2, 0.05)),
        cell_m=200.0,
        cells=500,
        boxes=(Box(30.2, -93.2, 200.0, ((30.2, -93.2),), 0.5, 0, 2, 0.6, 0.5),),
        tried=(
            TriedMethod("vehicle", "this forecast", 28, 40, areas, (TriedPlace(30.2, -93.2, 12, 6),), 36.0),
            TriedMethod("vehicle", "chance", 28, 40, flat),
        ),
    )
    asked = here.assembly.center.picture.patterns.asked
    here.learn(ForecastReady(at=at, source="forecaster", answers=asked, advice=advice))


def test_a_detective_takes_a_report_out_of_a_series_and_confirms_the_rest(page: Page, live: LiveRoom) -> None:
    """The center holds both. An operator, who is no detective, sees the series and is offered neither. Plates near it
    are listed for a reason and a case only."""
    live.do(forecast)
    enter(page, live, "Sup", "?panel=patterns")
    page.get_by_role("button", name="Series").click()
    series = page.get_by_role("region", name="Series A")
    expect(series).to_contain_text("Perhaps one series of 4")
    expect(series).to_contain_text("Alike: near, soon")
    expect(series).to_contain_text("no tip near any of them; plates are listed for a reason and a case.")
    series.get_by_label("b3").check()
    series.get_by_role("button", name="Take out the 1 ticked").click()
    expect(series).to_contain_text("Noted")
    judged = live.do(lambda here: here.assembly.center.picture.series.judged())
    assert judged.apart == tuple((stays, "cad/b3") for stays in SERIES[:3])
    series.get_by_role("button", name="Confirm: one series").click()
    page.wait_for_function("() => !document.querySelector('[data-series] button[aria-busy=true]')")
    series.get_by_role("button", name="Plates near it").click()
    form = series.get_by_role("form", name="Plates near series A")
    form.get_by_label("Reason").fill("Series of burglaries")
    form.get_by_label("Case, call or stop").fill("26-1")
    form.get_by_role("button", name="List them").click()
    expect(series).to_contain_text("No plate was read near three of them.")
    assert ("sup", "series.plates", " ".join(SERIES), True) in live.do(lambda here: here.audit)
    series.get_by_role("button", name="Draft a bulletin").click()
    form = series.get_by_role("form", name="A bulletin out of series A")
    form.get_by_label("Reason").fill("Series of burglaries")
    form.get_by_label("Case, call or stop").fill("26-1")
    form.get_by_role("button", name="Draft it").click()
    expect(series).to_contain_text("A draft waits in the panel Bulletins")
    drafts = live.do(lambda here: list(here.assembly.center.picture.bulletins.bulletins.values()))
    assert [(one.kind, one.state, one.author, one.reports) for one in drafts] == [("series", "draft", "sup", SERIES)]
    page.get_by_role("button", name="Sign out", exact=True).click()
    enter(page, live, "Ada", "?panel=patterns")
    page.get_by_role("button", name="Series").click()
    expect(series).to_contain_text("b0 Fri")
    expect(series.get_by_role("checkbox")).to_have_count(0)
    expect(series.get_by_role("button", name="Confirm")).to_have_count(0)


def test_the_slider_goes_back_to_what_was_known_then_and_the_month_is_tried_again(page: Page, live: LiveRoom) -> None:
    """All five were found today: a day ago none was. The table says what each order of the cells would have held."""
    live.do(forecast)
    enter(page, live, "Ada", "?panel=patterns")
    expect(page.get_by_text("5 burglaries found")).to_be_visible()
    slider = page.get_by_role("slider")
    slider.press("ArrowLeft")
    expect(page.get_by_text("0 burglaries found")).to_be_visible()
    slider.press("ArrowRight")
    expect(page.get_by_text("5 burglaries found")).to_be_visible()
    page.get_by_role("button", name="How good").click()
    table = page.get_by_role("region", name="Vehicle: hits by method")
    expect(table.locator("tr", has_text="This forecast")).to_contain_text("50")
    expect(table.locator("tr", has_text="Chance")).to_contain_text("5")
    expect(page.get_by_text("36 were expected, 40 came: 0.90.")).to_be_visible()
    expect(page.get_by_role("region", name="Vehicle: by neighbourhood").locator("tbody tr")).to_have_count(1)
