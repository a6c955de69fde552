"""The audit panel before a real center: an auditor who knows nothing of the drills finds who looked up whom.

What the drills' people ask (twin/scenarios/misuse-*.yaml) is posted to the interface as their scenarios say; the walk
then has the page alone.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from playwright.sync_api import Page, expect

from center.console import DIST
from center.core import access
from center.core.events import HOUR, Micros
from center.core.retention import is_held, is_past
from center.core.retention_facts import RetentionDue
from tests.center.api.room import Room, room
from tests.center.core.facts import T0
from tests.console.live_room import live_room
from tests.running import Console
from twin.scenarios.loader import load
from twin.scenarios.schema import Ask

SOURCES = Path(DIST).parent / "src"

pytestmark = [pytest.mark.browser, pytest.mark.wire]


@contextmanager
def running() -> Iterator[Room]:
    """A room whose loop runs in a thread of its own; Playwright has this one."""
    here: list[Room] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with room(DIST) as one:
            here.append(one)
            is_up.set()
            await asyncio.to_thread(is_over.wait)

    serving = threading.Thread(target=lambda: asyncio.run(serve()))
    serving.start()
    assert is_up.wait(30)
    try:
        yield here[0]
    finally:
        is_over.set()
        serving.join()


def drilled(at: tuple[str, int], scenario: str) -> None:
    """What the drill's people look up, asked as the page would ask it."""
    consoles = {who: Console(at, who) for who in ("ada", "ben")}
    for one in load(scenario).happens:
        if isinstance(one, Ask) and one.what == "plates" and one.operator in consoles:
            given = {"reason": one.reason, "case": one.case}
            consoles[one.operator].post("/api/plates/search", {"plate": one.about, **given})


@pytest.mark.usefixtures("built")
def test_an_auditor_finds_the_drills_people_and_says_so(page: Page) -> None:
    """From what stands out to the lines it is made of, and from a drawn look to a word about it in the trail."""
    with running() as here:
        drilled(here.at, "misuse-ex-partner")
        drilled(here.at, "misuse-trawl")
        page.goto(f"http://{here.at[0]}:{here.at[1]}/")
        page.get_by_role("button", name="Aud").click()
        page.locator("[data-line=live]").wait_for()  # a key that comes before is nobody's
        page.keyboard.press("p")
        page.locator("[data-panel=audit]").click()
        shown = page.locator("[data-shown=audit]")
        repeated = shown.locator("[data-pattern=repeated]")
        expect(repeated).to_contain_text("ben looked up KTR482 5 times, under 4 case numbers")
        trawled = shown.locator("[data-pattern=trawled]")
        expect(trawled).to_contain_text("ada looked up 6 different subjects under case 26-000117")
        expect(shown.locator("[data-pattern=case-afterwards]")).to_have_count(4)

        repeated.get_by_role("button").click()
        lines = shown.get_by_role("region", name="Lines of the trail").locator("tbody tr")
        expect(lines).to_have_count(5)
        expect(lines.first).to_contain_text("26-000371")
        shown.get_by_label("Answer").select_option("refused")
        shown.get_by_role("button", name="Find").click()
        expect(lines).to_have_count(1)
        expect(lines).to_contain_text("a case, call or stop number must be given")

        shown.get_by_text("To review").click()
        drawn = shown.locator("[data-line]").first
        drawn.get_by_role("button", name="Object").click()
        expect(drawn.get_by_role("alert")).to_contain_text("A reason must be given.")
        drawn.get_by_role("textbox").fill("What was this for?")
        drawn.get_by_role("button", name="Object").click()
        expect(drawn.locator("[data-review=objects]")).to_contain_text("Aud objects: What was this for?")
        assert here.audit[-2][:2] == ("aud", "review.object")


def test_every_act_has_words() -> None:
    """What the door knows by a name, people are told in words: nobody reads `camera.watch` in a list of sessions. So is
    what the trail says of owners who were asked, and of their portal, which is no act of the room's."""
    words = (SOURCES / "look" / "acts.ts").read_text()
    named = set(re.findall(r'^  "(\w+\.\w+)":', words, re.MULTILINE))
    assert named == {*access.ACTS, "community.enter", "owner.over", "owner.shared", "room.read"}


@pytest.mark.usefixtures("built")
def test_a_supervisor_holds_a_plate_and_lets_it_go(page: Page) -> None:
    """With a reason and a case, for a time; both are in the trail. An auditor only sees it."""
    with running() as here:
        page.goto(f"http://{here.at[0]}:{here.at[1]}/?panel=holds")
        page.get_by_role("button", name="Sup").click()
        holds = page.get_by_role("region", name="Holds")
        expect(holds).to_contain_text("Nothing is held.")
        holds.get_by_label("Plate, number or id").fill("KTR482")
        holds.get_by_label("Reason").fill("trial")
        holds.get_by_label("Case, call or stop").fill("26-9")
        holds.get_by_role("button", name="Hold").click()
        held = holds.locator("[data-hold='plate:KTR482']")
        expect(held).to_contain_text("held by Sup")
        held.get_by_role("textbox").fill("acquitted")
        held.get_by_role("button", name="Lift").click()
        expect(holds).to_contain_text("Nothing is held.")
        acts = [line[1] for line in here.audit if line[1].startswith("hold.") and line[1] != "hold.look"]
        assert acts == ["hold.place", "hold.lift"]


@pytest.mark.usefixtures("built")
def test_everything_of_a_time_is_held_and_outlasts_a_purge(page: Page) -> None:
    """The form's times are the site's own; what is longer than seven days is refused in words. Days later a purge takes
    what came after the window, and leaves what lay in it."""
    with live_room() as live:
        page.goto(f"{live.url}/?panel=holds")
        page.get_by_role("button", name="Sup").click()
        holds = page.get_by_role("region", name="Holds")
        holds.get_by_label("What").select_option("all")
        holds.get_by_label("From").fill(in_the_parish(0))
        holds.get_by_label("To, seven").fill(in_the_parish(24 * 8))
        holds.get_by_label("Held by").fill("det-lopez")
        holds.get_by_label("Reason").fill("all of the pursuit")
        holds.get_by_label("Case, call or stop").fill("26-9")
        holds.get_by_role("button", name="Hold").click()
        expect(holds.get_by_role("alert").filter(has_text="at most seven days")).to_be_visible()
        holds.get_by_label("To, seven").fill(in_the_parish(2))
        holds.get_by_role("button", name="Hold").click()
        held = holds.locator("[data-hold='all:']")
        expect(held).to_contain_text("held by det-lopez")
        expect(held).to_contain_text("all of the pursuit")

        def purged(here: Room) -> list[str]:
            reads = [
                msgspec.structs.replace(here.read(plate), at=Micros(T0 + hours * HOUR))
                for hours, plate in ((1, "INS1DE"), (3, "OUTS1D"))
            ]
            here.clock.advance(31 * 86_400.0)
            here.learn(RetentionDue(at=here.clock.now(), source="center"))
            kept = here.assembly.center.picture.retention
            return [read.plate for read in reads if is_past(read, kept) and not is_held(read, kept)]

        assert live.do(purged) == ["OUTS1D"]


def in_the_parish(hours: float) -> str:
    """So long after the room's clock began, as a field has it."""
    then = datetime.fromtimestamp(T0 / 1e6, UTC) + timedelta(hours=hours)
    return then.astimezone(ZoneInfo("America/Chicago")).strftime("%Y-%m-%dT%H:%M")
