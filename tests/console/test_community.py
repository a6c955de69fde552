"""Asking the public, moderating what comes, and the figures that are quoted, on the page before a real center."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from center.core.events import CallOpened, OperatorActed
from center.core.outcome_facts import VehicleRecovered
from tests.center.api.room import Room
from tests.center.portal.test_portal import COMMUNITY, FILM, ITS_OWNER, KEYS, MART, manifest
from tests.console.live_room import LiveRoom, live_room
from tests.console.test_looking_up import enter
from tests.running import ask

MINTED = re.compile(r"\b[a-z]\d+\.\d+\b")
"""A number of the center's own, which nobody in the room says."""

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@pytest.fixture
def live(built: None, tmp_path: Path) -> Iterator[LiveRoom]:
    with live_room(community=COMMUNITY, clips=tmp_path) as center:
        yield center


def a_robbery(here: Room) -> str:
    call = CallOpened(at=here.clock.now(), source="911", call="c1", system="cad", lat=30.2, lon=-93.2, kind="robbery")
    here.learn(call)
    return next(iter(here.assembly.center.picture.incidents.incidents))


def send(live: LiveRoom) -> None:
    """As the owner's app does."""
    at = live.here.portal_at
    headers = {"Authorization": f"Bearer {KEYS['o1'].token}"}
    (asked,) = ask(at, "GET", "/community/v1/asks", None, headers).said["asks"]
    said = live.do(lambda here: manifest(here, asked["ask"]))
    answer = ask(at, "POST", asked["answer_to"], FILM, {"Content-Type": "video/mp4", **KEYS["o1"].headers(said)})
    assert answer.status == 201, answer.body


def test_an_operator_asks_and_a_supervisor_lets_a_clip_through(page: Page, live: LiveRoom) -> None:
    """The operator chooses how far around a call, sees that a clip has come and nothing of it; the supervisor sees one
    still, that the camera's clock is off, and decides with a reason. Who was asked stands nowhere."""
    incident = live.do(a_robbery)
    enter(page, live, "Ada")
    page.locator(f"[data-incident='{incident}']").first.click()
    page.keyboard.press("p")
    page.locator("[data-panel=community]").click()
    form = page.get_by_role("form", name="Ask owners of cameras")
    expect(form.get_by_label("Case, call or stop")).to_have_value(incident)
    form.get_by_label("What owners read").fill("a red car")
    form.get_by_label("Reason").fill("Vehicle of a call")
    form.get_by_role("button", name="Ask them").click()
    request = page.locator("[data-request]")
    expect(request).to_contain_text("a red car")
    send(live)
    expect(request).to_contain_text("1 clip waits for a moderator")
    expect(page.locator("[data-clip]")).to_have_count(0)
    page.get_by_role("button", name="Sign out", exact=True).click()
    enter(page, live, "Sup")
    clips = page.locator("[data-alert]").filter(has_text="A clip from the community to be moderated")
    expect(clips).to_contain_text("robbery")
    expect(page.get_by_role("region", name="Alerts")).not_to_contain_text(MINTED)
    page.goto(f"{live.url}/?panel=community")
    clip = page.locator("[data-clip]")
    expect(clip).to_contain_text("Its clock is 60 min ahead")
    still = clip.get_by_role("img")
    expect(still).to_be_visible()
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    clip.get_by_label("Reason").fill("shows the car")
    clip.get_by_role("button", name="Approve").click()
    expect(page.locator("[data-clip].approved")).to_contain_text("By Sup: shows the car")
    expect(clip.get_by_role("img")).to_have_count(0)
    expect(clip.get_by_role("link", name="The clip, as evidence")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("o2")


def a_recovered_car(here: Room) -> None:
    here.learn(here.listed("WNT001"), here.read("WNT001"))
    (alert,) = here.assembly.center.picture.alerts.alerts
    now = here.clock.now()
    said = {"operator": "ada", "act": "alert.confirm", "subject": alert, "request": "ada/1"}
    here.learn(OperatorActed(at=now, source="console", details={"action": "units sent"}, **said))
    here.learn(VehicleRecovered(at=now, source="terminals", unit="SO-1", plate="WNT001", state="LA"))


def test_figures_stand_beside_what_they_mean_and_can_be_taken_along(page: Page, live: LiveRoom) -> None:
    live.do(a_recovered_car)
    enter(page, live, "Aud", "?panel=counts")
    recovered = page.locator("[data-figure=recovered] tbody tr")
    expect(recovered).to_have_count(1)
    expect(recovered).to_contain_text("2025-26")
    expect(recovered.locator("td").first).to_contain_text("1")
    expect(page.get_by_text("Vehicles that a deputy or an operator has reported as recovered")).to_be_visible()
    page.get_by_label("Months").check()
    expect(recovered).to_contain_text("2026-01")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="As CSV").click()
    lines = Path(downloading.value.path()).read_text().splitlines()
    assert lines[0] == "fiscal_year,month,figure,of,count,definition"
    assert any(line.startswith("2025-26,2026-01,recovered,stolen,1,") for line in lines)


def a_confirmed_hit(here: Room) -> None:
    here.learn(here.listed("WNT001"), here.read("WNT001"))
    (alert,) = here.assembly.center.picture.alerts.alerts
    said = {"operator": "ada", "act": "alert.confirm", "subject": alert, "request": "ada/1"}
    here.learn(OperatorActed(at=here.clock.now(), source="console", details={"action": "units sent"}, **said))


def test_an_operator_says_what_became_of_a_hit_and_a_supervisor_puts_a_decision_right(
    page: Page, live: LiveRoom
) -> None:
    live.do(a_confirmed_hit)
    alert = live.do(lambda here: next(iter(here.assembly.center.picture.alerts.alerts)))
    enter(page, live, "Ada")
    page.keyboard.press("f")
    page.locator(f"[data-alert='{alert}']").click()
    became = page.get_by_role("form", name="What became of it")
    became.get_by_role("combobox").select_option("Vehicle recovered")
    became.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Noted; the counts go by it.")).to_be_visible()
    assert live.do(lambda here: here.assembly.center.picture.alerts.alerts[alert].outcome) == "recovered"
    expect(page.get_by_role("form", name="Put the decision right")).to_have_count(0)
    page.get_by_role("button", name="Sign out", exact=True).click()
    enter(page, live, "Sup")
    page.keyboard.press("f")
    page.locator(f"[data-alert='{alert}']").click()
    form = page.get_by_role("form", name="Put the decision right")
    form.get_by_label("It was").select_option("misread")
    form.get_by_role("textbox").fill("an O for a zero")
    form.get_by_role("button", name="Put right").click()
    expect(page.get_by_role("complementary", name="Alert")).to_contain_text("Misread")
    told = live.do(lambda here: here.assembly.center.picture.alerts.alerts[alert])
    assert (told.disposition, told.outcome) == ("misread", "")


@pytest.fixture
def asked_for(built: None, tmp_path: Path) -> Iterator[LiveRoom]:
    """A room with a shop's camera whose owner wants to be asked for each call."""
    with live_room(community=ITS_OWNER, clips=tmp_path, cameras=[MART]) as center:
        yield center


def answer(live: LiveRoom, *, shares: bool) -> None:
    """As the owner's app does, for the one question that there is."""
    at = live.here.portal_at
    headers = {"Authorization": f"Bearer {KEYS['o1'].token}"}
    (asked,) = ask(at, "GET", "/community/v1/asks", None, headers).said["asks"]
    said = KEYS["o1"].headers({"ask": asked["ask"], "owner": "o1", "shares": shares})
    assert ask(at, "POST", asked["answer_to"], b"", said).status == 200


def test_a_cameras_owner_is_asked_for_a_call_and_what_is_shared_ends_with_it(page: Page, asked_for: LiveRoom) -> None:
    """Before there is a yes the call offers to ask and nothing else; then to watch; when the owner takes it back, to
    ask no more than before. The trail says who asked and who shared it."""
    incident = asked_for.do(a_robbery)
    enter(page, asked_for, "Ada")
    page.locator(f"[data-incident='{incident}']").first.click()
    call = page.get_by_role("complementary", name="Call")
    offer = call.locator("[data-offer=mart]")
    expect(offer.get_by_role("button", name="Watch")).to_have_count(0)
    offer.get_by_role("button", name="Ask its owner").click()
    camera = page.get_by_role("complementary", name="Camera")
    form = camera.get_by_role("form", name="Ask its owner")
    expect(form.get_by_label("Case, call or stop")).to_have_value(incident)
    form.get_by_label("For minutes").fill("30")
    form.get_by_label("What its owner reads").fill("the till, please")
    form.get_by_label("Reason").fill("Robbery")
    form.get_by_role("button", name="Ask", exact=True).click()
    asked = camera.locator("[data-ask]")
    expect(asked).to_contain_text("Asked for")
    expect(camera.get_by_role("form", name="Watch")).to_have_count(0)
    answer(asked_for, shares=True)
    expect(asked).to_contain_text("Shared for")
    expect(camera.get_by_role("form", name="Watch")).to_be_visible()
    asked.get_by_role("button", name="Robbery").click()
    expect(call).to_contain_text("camera Mart shared for this by its owner")
    expect(offer.get_by_role("button", name="Watch")).to_be_visible()
    answer(asked_for, shares=False)
    expect(offer.get_by_role("button", name="Ask its owner")).to_be_visible()
    expect(call).to_contain_text("camera Mart no longer shared for this")
    lines = asked_for.do(lambda here: [line for line in here.audit if line[1].startswith("owner.")])
    assert lines == [
        ("ada", "owner.ask", "mart", True),
        ("o1", "owner.shared", "mart", True),
        ("center", "owner.over", "mart", True),
    ]
    page.goto(f"{asked_for.url}/?panel=log")
    line = page.get_by_role("row").filter(has_text="Owner asked")
    expect(line).to_contain_text("Mart")
    expect(line).to_contain_text("asked a camera's owner to share it (robbery c1)")
    expect(page.get_by_role("table")).not_to_contain_text(MINTED)
