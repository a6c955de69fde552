"""Working an alert: order, arrival, the keyboard walk, and everything that can go wrong on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.console.conftest import sign_in
from tests.console.fake_center import FakeCenter
from tests.console.fake_scene import fresh_hit, unit_emergency

pytestmark = [pytest.mark.browser, pytest.mark.wire]


def row(page: Page, alert: str) -> Locator:
    return page.locator(f"[data-alert={alert}]")


def order(page: Page) -> list[str]:
    return [str(found.get_attribute("data-alert")) for found in page.locator("[data-alert]").all()]


def test_alerts_are_listed_by_what_needs_a_person_now(room: Page) -> None:
    """Raised first and newest first, then the acknowledged; the finished ones stay folded away until asked for."""
    assert order(room) == ["a-1041", "a-1040", "a-1038", "a-1033"]
    expect(row(room, "a-1041")).to_contain_text("482KLM")
    expect(row(room, "a-1041")).to_contain_text("I-10 exit 30 eastbound")
    expect(row(room, "a-1041")).to_contain_text(re.compile(r"seen \d+ (s|min)( \d\d)? ago"))
    expect(row(room, "a-1033")).to_contain_text("Before listing")
    room.keyboard.press("f")
    expect(row(room, "a-1020")).to_be_visible()
    assert order(room)[4:] == ["a-1020", "a-1012"]


def test_an_auditor_looks_on(page: Page, center: FakeCenter) -> None:
    """Nothing is offered that would only be refused: no picture to ask for, no decision to take. Fails when the page
    tells an auditor that an image could not be loaded, and to try again."""
    sign_in(page, center, "G. Savoie")
    row(page, "a-1041").click()
    expect(page.get_by_text("Images are shown to those who decide.")).to_be_visible()
    expect(page.get_by_text("Deciding is the operators'.")).to_be_visible()
    expect(page.get_by_label("Actions").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_new_alert_appears_by_itself_and_is_announced(room: Page, center: FakeCenter) -> None:
    """A delta puts it on top, counts it in the title and says it to a screen reader; an emergency goes above it."""
    center.delta(alerts=[fresh_hit("a-2000", center.now())])
    expect(row(room, "a-2000")).to_be_visible()
    assert order(room)[0] == "a-2000"
    expect(room).to_have_title(re.compile(r"^\(4\) "))
    expect(room.locator("[data-announcer]")).to_contain_text("New alert: Stolen LA 731XKD")
    center.delta(alerts=[unit_emergency("a-1999", center.now() - 60_000_000, "C104")])
    expect(row(room, "a-1999")).to_be_visible()
    assert order(room)[:2] == ["a-1999", "a-2000"]


def test_a_lead_shows_what_it_stands_on(room: Page, center: FakeCenter) -> None:
    """How likely it is and that nobody has verified it, what the records said and when, the list's category, version
    and age, and where the car can be next; a reader whose time is over is not among them, and the others leave when
    theirs is."""
    row(room, "a-1041").click()
    facts = room.locator("dl").first
    expect(facts).to_contain_text("93 % that this is the listed car, not yet verified")
    expect(facts).to_contain_text("Still listed at 03:09:19")
    expect(facts).to_contain_text("version 2026-03-13T17")
    expect(facts).to_contain_text("list is 9 h old")
    following = room.get_by_role("region", name="Can be next at 2 readers")
    expect(following.get_by_role("listitem").first).to_contain_text("US 171 Moss Bluff")
    expect(following).to_contain_text("I-10 exit 43 eastbound")
    expect(following).not_to_contain_text("Vinton")
    alert = dict(center.views["alerts"]["a-1041"])
    soon = [one | {"latest": center.now() + 1_500_000} for one in alert["next"]]
    center.delta(alerts=[alert | {"next": soon}])
    expect(following).to_have_count(0)

    row(room, "a-1040").click()
    expect(facts).to_contain_text("18 % that this is the listed car")
    expect(facts).to_contain_text("Not listed any more")
    expect(facts).to_contain_text("Armed robbery")
    expect(facts).to_contain_text("Taken off the list since, or expired.")


def test_the_whole_walk_by_keyboard(room: Page, center: FakeCenter) -> None:
    """J, Enter, A, C, tick, choose, Enter: acknowledged, then confirmed with its action, and the deputies'
    answers show. Without the tick nothing is sent: removing that check makes the middle assertion fail."""
    room.keyboard.press("j")
    expect(row(room, "a-1041")).to_be_focused()
    room.keyboard.press("Enter")
    expect(room.get_by_role("heading", name="Stolen LA 482KLM")).to_be_focused()
    expect(room.get_by_text("Lead — not yet verified")).to_be_visible()
    room.keyboard.press("a")
    expect(row(room, "a-1041")).to_have_attribute("data-state", "acknowledged")

    room.keyboard.press("c")
    tick = room.get_by_role("checkbox", name="I compared the image with the text")
    expect(tick).to_be_focused()
    room.keyboard.press("Tab")
    room.keyboard.press("Space")  # the first action
    room.keyboard.press("Enter")
    expect(room.get_by_role("alert").filter(has_text="Tick that you compared")).to_be_visible()
    assert [path for path, _ in center.received] == ["alerts/a-1041/acknowledge"]

    room.keyboard.press("Shift+Tab")
    room.keyboard.press("Space")
    expect(tick).to_be_checked()
    room.keyboard.press("Enter")
    expect(room.get_by_text("Confirmed: Correct")).to_be_visible()
    path, body = center.acts[-1]
    assert path == "alerts/a-1041/confirm"
    assert body["action"] == "Deputies sent to stop it"
    expect(room.get_by_text("Lead — not yet verified")).to_have_count(0)

    answers = room.get_by_role("region", name="Deputies told")
    expect(answers).to_contain_text("0 of 3 acknowledged")
    alert = dict(center.views["alerts"]["a-1041"])
    first, *others = alert["messages"]
    acked = first | {"state": "acked", "acked_at": first["sent_at"] + 6_000_000}
    center.delta(alerts=[alert | {"messages": [acked, *others]}])
    expect(answers).to_contain_text("1 of 3 acknowledged")
    expect(answers).to_contain_text("Acknowledged after 6 s")

    room.keyboard.press("Escape")
    expect(room.locator("[data-detail]")).to_have_count(0)


def test_dismissing_says_why_and_what_was_done(room: Page, center: FakeCenter) -> None:
    """A disposition and an action are both required, and both reach the center with the note."""
    row(room, "a-1040").click()
    room.keyboard.press("d")
    room.get_by_role("button", name="Dismiss the hit").click()
    expect(room.get_by_role("alert").filter(has_text="Say why")).to_be_visible()
    room.get_by_role("radio", name="Misread").check()
    room.get_by_role("radio", name="Reader reported for service").check()
    room.get_by_label("Note, if any").fill("B read as 8")
    room.get_by_role("button", name="Dismiss the hit").click()
    expect(room.get_by_text("Dismissed: Misread").first).to_be_visible()
    body = {key: value for key, value in center.acts[-1][1].items() if key != "request"}
    assert body == {"disposition": "misread", "action": "Reader reported for service", "note": "B read as 8"}


def test_the_letters_are_compared_one_by_one(room: Page) -> None:
    """Read 88Z4I2 against listed B8Z412: letters 1 and 5 are marked by frame, sign and words, and the state differs."""
    row(room, "a-1040").click()
    expect(room.get_by_role("img", name="Plate as photographed")).to_be_visible()
    assert room.locator(".letter.alike").all_inner_texts() == ["8", "B", "I", "1"]
    assert room.locator(".letter.same").count() == 8
    expect(room.get_by_text("Letter 1: 8 and B look alike. Letter 5: I and 1 look alike.")).to_be_visible()
    expect(room.get_by_role("row", name="State LA TX differs")).to_be_visible()
    expect(room.get_by_role("row", name="Color black black same")).to_be_visible()
    expect(room.get_by_text("list is 9 h old")).to_be_visible()


def test_a_backward_match_and_an_old_list_are_said(room: Page) -> None:
    """A car that passed before it was listed, from a list of 31 hours, carries both marks."""
    row(room, "a-1033").click()
    expect(room.get_by_text("Passed before it was listed.")).to_be_visible()
    expect(room.get_by_text("list is 1 d 7 h old")).to_be_visible()
    expect(room.get_by_role("img", name="Old list")).to_be_visible()


def test_the_picture_of_another_read_can_be_held_against_the_listing(room: Page) -> None:
    """Of three reads of one car any one's picture can be shown; what the center did not compare is compared here."""
    row(room, "a-1041").click()
    picture = room.get_by_role("img", name="Plate as photographed")
    first = picture.get_attribute("src")
    expect(room.get_by_role("row", name="Color gray silver differs")).to_be_visible()
    room.get_by_role("button", name="Show picture").first.click()
    expect(room.get_by_role("row", name="Color silver silver same")).to_be_visible()
    expect(picture).not_to_have_attribute("src", str(first))
    expect(room.get_by_role("button", name="Shown above")).to_have_count(1)


def test_without_an_image_the_tick_says_something_else(room: Page, center: FakeCenter) -> None:
    """Nobody is made to say that they compared an image that does not exist."""
    alert = fresh_hit("a-2001", center.now())
    alert["read"]["crop"] = None  # the same read is the only one in `reads`
    center.delta(alerts=[alert])
    row(room, "a-2001").click()
    expect(room.get_by_text("No image came with this read.")).to_be_visible()
    room.keyboard.press("c")
    expect(room.get_by_role("checkbox", name="There is no image. I verified the plate another way")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "why", "heading"),
    [(409, "M. Fontenot dismissed it at 03:10:44.", "Too late."), (403, "Your role may not confirm.", "Refused.")],
)
def test_a_refusal_and_a_lost_race_are_told_in_the_centers_words(
    room: Page, center: FakeCenter, status: int, why: str, heading: str
) -> None:
    """403 and 409 show what the center said, the alert stays as it was, and the form is still there."""
    center.refusals["alerts/a-1041/confirm"] = (status, why)
    row(room, "a-1041").click()
    room.keyboard.press("c")
    room.get_by_role("checkbox").check()
    room.get_by_role("radio", name="Information only").check()
    room.get_by_role("button", name="Confirm the hit").click()
    message = room.get_by_role("alert").filter(has_text=why)
    expect(message).to_contain_text(heading)
    expect(row(room, "a-1041")).to_have_attribute("data-state", "raised")
    assert center.acts == []


def test_an_answer_that_gets_lost_does_not_make_the_act_twice(room: Page, center: FakeCenter) -> None:
    """The center did it but the answer never came: the page sends the same request again and the act is one act."""
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort("connectionreset")

    room.route("**/api/alerts/*/acknowledge", lose_the_first_answer)
    row(room, "a-1041").click()
    room.keyboard.press("a")
    expect(room.get_by_text("Sending the same request again")).to_be_visible()
    expect(room.get_by_text("Acknowledged. The others in the room see that you have it.")).to_be_visible()
    assert [body["request"] for _, body in center.received] == [center.acts[0][1]["request"]] * 2
    assert len(center.acts) == 1


def test_an_alert_that_is_no_hit_is_closed_and_not_confirmed(room: Page, center: FakeCenter) -> None:
    """A quiet feed has no image to compare: there is no Confirm, C does nothing, and closing says what was done."""
    row(room, "a-1038").click()
    actions = room.get_by_role("region", name="Actions")
    expect(actions.get_by_role("button")).to_have_text([re.compile("Acknowledge"), re.compile("Close")])
    room.keyboard.press("c")
    expect(room.get_by_role("checkbox")).to_have_count(0)
    room.keyboard.press("d")
    room.get_by_role("radio", name="Checked by radio").check()
    room.get_by_role("button", name="Close the alert").click()
    expect(row(room, "a-1038")).to_have_count(0)
    assert center.acts[-1][1]["disposition"] == "dismissed"


def test_whoever_calls_for_help_is_seen_with_one_press(room: Page, center: FakeCenter) -> None:
    """The alert itself offers the cameras of the deputy's car, until it is closed; a hit offers none."""
    camera = {"camera": "C104/dash", "kind": "dash", "unit": "C104", "agency": "cpso", "open": True, "state": "idle"}
    center.delta(cameras=[camera], alerts=[unit_emergency("a-1999", center.now(), "C104")])
    row(room, "a-1999").click()
    cameras = room.get_by_role("region", name="Cameras of C104")
    expect(cameras.get_by_role("button", name="Watch")).to_be_visible()
    cameras.get_by_role("button", name="Watch").click()
    expect(room.get_by_role("region", name="Video").locator("[data-camera='C104/dash']")).to_be_visible()
    room.keyboard.press("k")
    row(room, "a-1041").click()
    expect(cameras).to_have_count(0)


def test_whoever_works_by_keyboard_keeps_their_place(room: Page) -> None:
    """The button that acknowledges goes when it is done; the focus is on the next decision, not at the page's top."""
    row(room, "a-1041").click()
    actions = room.get_by_role("region", name="Actions")
    actions.get_by_role("button", name="Acknowledge").press("Enter")
    expect(row(room, "a-1041")).to_have_attribute("data-state", "acknowledged")
    expect(actions.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(actions.get_by_role("button", name="Confirm")).to_be_focused()


def test_what_differs_is_in_sight_while_a_laptop_decides(room: Page) -> None:
    """On 1366 by 768 the form leaves the picture, the letters and the differing colour to be seen without scrolling."""
    room.set_viewport_size({"width": 1366, "height": 768})
    row(room, "a-1041").click()
    room.keyboard.press("c")
    form = room.get_by_role("form", name="Confirm this hit").bounding_box()
    differs = room.get_by_role("row", name="Color").bounding_box()
    assert form is not None
    assert differs is not None
    assert differs["y"] + differs["height"] <= form["y"]


def test_an_alert_that_was_reached_from_a_call_closes_on_a_narrow_page(room: Page) -> None:
    """There is no list of alerts to go back to: the focus goes to the panel that is there, and nothing is thrown."""
    thrown: list[str] = []
    room.on("pageerror", lambda error: thrown.append(str(error)))
    room.set_viewport_size({"width": 683, "height": 700})
    room.get_by_role("button", name="Calls", exact=True).click()
    room.locator("[data-incident]").first.click()
    room.get_by_role("button", name="482KLM").click()
    expect(room.get_by_role("complementary", name="Alert")).to_be_visible()
    room.keyboard.press("Escape")
    expect(room.get_by_role("heading", name="Calls")).to_be_focused()
    assert thrown == []


def test_single_letters_can_be_switched_off(room: Page, center: FakeCenter) -> None:
    """WCAG 2.1.4: after switching them off in the ? dialog, A does nothing; typing in a field never triggers them."""
    room.keyboard.press("2")
    room.get_by_label("Unit, agency or status").fill("a")
    room.keyboard.press("?")
    expect(room.get_by_role("dialog")).to_have_count(0)
    row(room, "a-1041").click()
    room.keyboard.press("?")
    room.get_by_role("dialog").get_by_role("checkbox", name="Single-letter shortcuts").uncheck()
    room.keyboard.press("Escape")
    room.keyboard.press("a")
    room.keyboard.press("c")
    expect(room.get_by_role("checkbox")).to_have_count(0)
    assert center.received == []
