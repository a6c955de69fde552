"""All that the room does, done at the page of `make run`: its own command, a parish that plays, Chromium.

Knows: each job of an operator, a supervisor, an auditor and a partner's representative, as they see it on the page.
Refuses to know: anything that does not stand on the page. What is refused and what goes wrong is tried elsewhere.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.console.conftest import PATIENCE_MS
from tests.console.test_map import LAND, until_drawn
from tests.running import becomes
from tests.servers import missing

pytestmark = [pytest.mark.browser, pytest.mark.wire]

ROOT = Path(__file__).parents[2]
TAKEN, MISREAD = "Stolen", "B12KDR"
"""How two cars of `first-evening` stand in the list of alerts: one was taken, the other only looks like it."""
STOPPED = "CPSO-12"


class Play(NamedTuple):
    """`more` is where a trainer has more happen; `drawing` is the browser that draws the map."""

    url: str
    more: str
    browser: Browser
    drawing: Browser
    figures: Path

    @contextmanager
    def enter(self, name: str, *, sees_map: bool = False) -> Iterator[Page]:
        """The whole page of one of the demo people, in a browser of their own, until they leave. To draw a map on
        which a parish moves costs more than all else that plays here."""
        browser = self.drawing if sees_map else self.browser
        context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(self.url)
        page.get_by_role("button", name=name).click()
        page.locator("[data-line=live]").wait_for()
        yield page
        context.close()


def command() -> list[str]:
    """What `make run` runs when the parish plays and people sit at the page."""
    make = shutil.which("make")
    if make is None:
        missing("no make")
    words = [make, "--always-make", "--dry-run", "run", "SCENARIO=first-evening", "HUMAN=1"]
    recipe = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    (line,) = [line for line in recipe if "twin run" in line]
    program, *rest = line.split()
    assert program.endswith("/twin")
    return [sys.executable, "-m", "twin.cli", *rest]


@pytest.fixture(scope="module")
def play(browser: Browser, drawing: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    process = subprocess.Popen(command(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        said = ""
        while "more can happen" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"operators' page: (\S+)(?s:.*)twin happen (\S+)", said)
        assert found is not None, said
        yield Play(found[1], found[2], browser, drawing, tmp_path_factory.mktemp("run") / "walked.json")
    finally:
        process.terminate()
        last, _ = process.communicate(timeout=PATIENCE_MS / 1000)
        assert "Traceback" not in last, last


def panel(page: Page, name: str) -> Locator:
    page.keyboard.press("p")
    page.locator(f"[data-panel={name}]").click()
    return page.locator(f"[data-shown={name}]")


def why(form: Locator, reason: str, verb: str, case: str | None = None) -> None:
    form.get_by_label("Reason").fill(reason)
    if case is not None:
        form.get_by_label("Case, call or stop").fill(case)
    expect(form.get_by_label("Case, call or stop")).not_to_have_value("")
    form.get_by_role("button", name=verb).click()


def alert(page: Page, words: str) -> Locator:
    """The misread car is a lead of a stolen one, too, until somebody has looked."""
    rows = page.locator("[data-alert]").filter(has_text=words)
    return (rows if words == MISREAD else rows.filter(has_not_text=MISREAD)).first


def compared(page: Page, row: Locator) -> None:
    """The alert is opened and taken; its image is there, beside the letters."""
    row.click()
    image = page.get_by_role("img", name="Plate as photographed")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.get_by_text("Every letter is the same.")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("Acknowledged. The others in the room see that you have it.")).to_be_visible()


def dismisses_a_misread_plate(ada: Page) -> None:
    compared(ada, alert(ada, MISREAD))
    ada.keyboard.press("d")
    ada.get_by_role("radio", name="Misread").check()
    ada.get_by_role("radio", name="Reader reported for service").check()
    ada.get_by_role("button", name="Dismiss the hit").click()
    expect(ada.get_by_text("Dismissed: Misread").first).to_be_visible()


def confirms_a_stolen_car(ada: Page) -> None:
    """The records are asked once more, then deputies are told, and one presses the key."""
    compared(ada, alert(ada, TAKEN))
    ada.keyboard.press("c")
    ada.get_by_role("checkbox", name="I compared the image with the text").check()
    ada.get_by_role("radio", name="Deputies sent to observe").check()
    ada.get_by_role("button", name="Confirm the hit").click()
    expect(ada.get_by_text("Confirmed: Correct").first).to_be_visible()
    told = ada.get_by_role("region", name="Deputies told")
    expect(told).to_contain_text(re.compile(r"[1-9] of \d acknowledged"))


def opens_a_call(ada: Page) -> str:
    """Its callers are joined; who is near, which cameras, and which listed car passed there. Returns its number."""
    ada.keyboard.press("Escape")
    ada.keyboard.press("1")
    robbery = ada.locator("[data-incident]").filter(has_text="Robbery")
    robbery.click()
    sheet = ada.get_by_role("complementary", name="Call")
    expect(sheet).to_contain_text("3 calls, joined")
    expect(sheet.get_by_role("region", name="Nearest by road").get_by_role("listitem")).not_to_have_count(0)
    expect(sheet.get_by_role("region", name="Plates near it")).to_contain_text("US 90 in Sulphur")
    return str(robbery.get_attribute("data-incident"))


def plays_a_camera(ada: Page) -> None:
    offer = ada.locator("[data-offer]").first
    expect(offer).to_contain_text(re.compile("view|near"))
    offer.get_by_role("button", name="Watch").click()
    tile = ada.locator(f"[data-camera='{offer.get_attribute('data-offer')}']")
    expect(tile).to_have_attribute("data-mood", "live")
    becomes(lambda: int(tile.get_attribute("data-frames") or 0) > 10)


def looks_up_a_driver(ada: Page) -> None:
    """The unit at a stop says what the driver said and what the deputy was told; the name is looked up again."""
    ada.keyboard.press("Escape")
    ada.keyboard.press("2")
    ada.locator(f"[data-unit={STOPPED}]").click()
    stop = ada.get_by_role("region", name="Traffic stop")
    expect(stop).to_contain_text(re.compile("records (have answered|did not answer)"))
    stop.get_by_role("button", name="Show what they said").click()
    said = stop.locator("dd").first
    expect(said).to_contain_text("born")
    first, last = said.inner_text().partition(", born")[0].split(" ", 1)
    form = panel(ada, "names").get_by_role("form", name="Name lookup")
    form.get_by_label("First name").fill(first)
    form.get_by_label("Last name").fill(last)
    why(form, "Traffic stop", "Ask the records")
    expect(ada.get_by_role("region", name="Answer").get_by_role("listitem").first).to_contain_text(last)


def writes_to_the_unit(ada: Page) -> None:
    """From its own panel; the conversation then says that the deputy has read it."""
    ada.get_by_label(f"Message to {STOPPED}").fill("Driver may not be who they say. Second unit?")
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.get_by_text("Sent. The deputy’s terminal")).to_be_visible()
    post = panel(ada, "messages").locator("[data-post]").filter(has_text="Second unit?")
    expect(post).to_contain_text("1 of 1 have read it")
    expect(post.locator("[data-receipt=read]")).to_contain_text(STOPPED)


def searches_public_posts(ada: Page, case: str) -> None:
    """Somebody shows the stolen car off; the end of its plate is in the picture."""
    ada.keyboard.press("Escape")
    ada.keyboard.press("f")
    plate = alert(ada, TAKEN).locator(".plate").inner_text()
    shown = panel(ada, "open-sources")
    form = shown.get_by_role("form", name="Open sources")
    form.get_by_label("Words").fill(f"plate {plate[-3:]}")
    why(form, "Stolen vehicle", "Search", case)
    expect(shown.get_by_role("region", name="Posts").locator("[data-post]")).to_have_count(1)


def asks_the_neighbours(ada: Page, case: str) -> None:
    shown = panel(ada, "community")
    form = shown.get_by_role("form", name="Ask owners of cameras")
    form.get_by_role("slider").fill("2500")
    form.get_by_label("What owners read").fill("A car that left in a hurry")
    why(form, "Robbery", "Ask them", case)
    expect(shown.locator("[data-request]")).to_contain_text("A car that left in a hurry")


def drafts_a_bulletin(ada: Page) -> None:
    shown = panel(ada, "bulletins")
    shown.get_by_role("button", name="Draft a bulletin").click()
    for label, words in (
        ("Title", "Robbers' car, Sulphur"),
        ("What is known", "Left the shop eastbound on US 90"),
        ("Name of source 1", "the shop's clerk"),
    ):
        shown.get_by_label(label).fill(words)
    shown.get_by_role("button", name="Keep the draft").click()
    draft = shown.locator("[data-bulletin]").filter(has_text="Robbers' car")
    expect(draft).to_have_attribute("data-state", "draft")
    expect(draft.get_by_role("button", name="Approve and send")).to_have_count(0)


def approves_it(mae: Page) -> None:
    bulletin = panel(mae, "bulletins").locator("[data-bulletin]").filter(has_text="Robbers' car")
    bulletin.get_by_role("button", name="Approve and send").click()
    expect(bulletin).to_have_attribute("data-state", "approved")
    expect(bulletin).to_contain_text(re.compile(r"\d of \d+ have read it"))


def accepts_a_patrol_box(mae: Page) -> None:
    box = panel(mae, "patterns").locator("[data-box]").first
    expect(box).to_contain_text("burglaries expected")
    box.get_by_label("Units").fill("CPSO-01")
    box.get_by_role("button", name="Accept").click()
    expect(mae.locator("[data-box].accepted")).to_contain_text("CPSO-01")


def lets_a_clip_through(mae: Page) -> None:
    """One still is all that a moderator sees of it before."""
    shown = panel(mae, "community")
    clip = shown.locator("[data-clip].waiting").first
    still = clip.get_by_role("img")
    still.wait_for()
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    clip.get_by_label("Reason").fill("Shows the car")
    clip.get_by_role("button", name="Approve").click()
    expect(shown.locator("[data-clip].approved")).to_contain_text("Shows the car")


def quotes_the_counts(mae: Page) -> None:
    closed = panel(mae, "counts").locator("[data-figure=closed]")
    expect(closed.locator("tbody tr")).not_to_have_count(0)
    heads = closed.locator("thead th").all_inner_texts()
    cells = closed.locator("tbody tr").first.locator("th, td").all_inner_texts()
    figures = dict(zip(heads, cells, strict=True))
    assert (figures["Correct"], figures["Misread"]) == ("1", "1")


def reads_the_watch_log(mae: Page) -> None:
    lines = panel(mae, "log").get_by_role("region", name="Lines of the log").locator("tbody tr")
    for words in ("Alert confirmed", "Alert dismissed", "Message", "Note"):
        if words == "Note":
            mae.get_by_role("form", name="Write into the log").get_by_label("Note").fill("All quiet in Vinton")
            mae.get_by_role("button", name="Write", exact=True).click()
            words = "All quiet in Vinton"
        expect(lines.filter(has_text=words).first).to_be_visible()


def sees_what_is_theirs(paul: Page) -> None:
    """A partner: their own units in full, others' positions; no audit, no look-ups, and of another agency's unit
    neither its stop nor its cameras."""
    paul.get_by_role("button", name=re.compile("^Units")).click()
    expect(paul.locator("[data-unit^=LCPD]")).not_to_have_count(0)
    paul.locator(f"[data-unit={STOPPED}]").click()
    sheet = paul.get_by_role("complementary", name="Unit")
    expect(sheet).to_contain_text("Position")
    expect(sheet.get_by_role("region", name="Traffic stop")).to_have_count(0)
    expect(sheet.get_by_role("button", name="Watch")).to_have_count(0)
    paul.keyboard.press("p")
    offered = paul.locator("[data-panel]")
    expect(offered.filter(has_text="Units")).to_have_count(1)
    for title in ("Audit trail", "Name lookup", "Plate search", "Open sources"):
        expect(offered.filter(has_text=title)).to_have_count(0)


def searches_the_audit(gil: Page) -> None:
    """Who looked up what, with which reason and under which case."""
    shown = panel(gil, "audit")
    shown.get_by_text("Lines", exact=True).click()
    shown.get_by_label("Person").fill("ada")
    shown.get_by_label("Act").fill("posts.search")
    shown.get_by_role("button", name="Find").click()
    lines = shown.get_by_role("region", name="Lines of the trail").locator("tbody tr")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(re.compile("stolen vehicle", re.IGNORECASE))


def sees_the_parish(ada: Page) -> None:
    until_drawn(ada.locator(".canvas"), LAND, at_least=100_000)


def sees_what_the_trainer_adds(ada: Page, more: str) -> None:
    """An officer's panic button, from another terminal: it stands above all that waits."""
    command = [sys.executable, "-m", "twin.cli", "happen", more, "{do: panic, unit: CPSO-03}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    expect(ada.locator("[data-alert]").first).to_contain_text("CPSO-03")
    expect(ada.locator("[data-alert]").first).to_contain_text("Unit emergency")


def test_every_job_of_the_room_is_done_in_one_play(play: Play) -> None:
    """Each line is somebody's job, in the order in which a night brings them; each sees what came of it.
    Leaves in walked.json how many seconds each took."""
    figures: dict[str, float] = {}

    def does(page: Page, job: Callable[..., str | None], *given: str) -> str:
        began = time.monotonic()
        came_of_it = job(page, *given)
        figures[job.__name__] = round(time.monotonic() - began, 1)
        return came_of_it or ""

    with play.enter("Ada Broussard") as ada:
        does(ada, dismisses_a_misread_plate)
        does(ada, confirms_a_stolen_car)
        does(ada, drafts_a_bulletin)
        does(ada, looks_up_a_driver)
        does(ada, writes_to_the_unit)
        call = does(ada, opens_a_call)
        does(ada, asks_the_neighbours, call)
        does(ada, plays_a_camera)
        does(ada, searches_public_posts, call)
        does(ada, sees_what_the_trainer_adds, play.more)
    with play.enter("Mae Hebert") as mae:
        does(mae, approves_it)
        does(mae, accepts_a_patrol_box)
        does(mae, lets_a_clip_through)
        does(mae, quotes_the_counts)
        does(mae, reads_the_watch_log)
    with play.enter("Paul Savoie") as paul:
        does(paul, sees_what_is_theirs)
    with play.enter("Gil Landry") as gil:
        does(gil, searches_the_audit)
    with play.enter("Ada Broussard", sees_map=True) as ada:
        does(ada, sees_the_parish)
    play.figures.write_text(json.dumps(figures | {"all": round(sum(figures.values()), 1)}))
