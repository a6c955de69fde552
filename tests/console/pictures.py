"""Pictures of every panel for docs/panels, from a parish that plays on this machine.

Knows: how a scenario is started with its page, who is offered which panel, and what makes a panel worth a picture.
Refuses to know: what is in a panel. A panel that is added is in the next pictures by its row in the registry.

    python -m tests.console.pictures [--scenario tests/console/pictures.yaml] [--after-s 420] [--out docs/panels]

It takes a minute or two, writes a PNG of at most 150 kB for each panel and a page that lists them, and says what axe
objects to in what it shows.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from center.console.build import ensure
from tests.console.conftest import CHROMIUM_ARGUMENTS
from tests.running import ask

SIZE = {"width": 1280, "height": 800}
MOST_BYTES = 150_000
COLOURS = (256, 128, 64, 32, 16)
STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FIRST_ROLES = ("supervisor", "operator", "auditor")
"""Whose panels are pictured first; then everybody else's, as far as they have others."""
SETTLE_MS = 1_500
"""What a map needs to be drawn on a machine that plays a parish besides."""


class Person(NamedTuple):
    operator: str
    name: str
    role: str


@contextmanager
def parish(scenario: str, speed: float) -> Iterator[str]:
    """The page of a scenario that plays; its address."""
    command = [sys.executable, "-m", "twin.cli", "run", scenario, "--wire", "--page", "--speed", str(speed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        said: list[str] = []
        told = ""
        while not told and (line := process.stdout.readline()):
            said.append(line)
            told = line if "operators' page: " in line else ""
        assert told, "the twin has no page to show: " + "".join(said)
        yield told.split("operators' page: ")[1].strip()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def people(url: str) -> list[Person]:
    """Everybody one may sign in as, those with most to see first."""
    host, _, port = url.removeprefix("http://").partition(":")
    said = ask((host, int(port)), "GET", "/api/session/demo").said
    known = [Person(one["operator"], one["name"], one["role"]) for one in said]
    rank = {role: place for place, role in enumerate(FIRST_ROLES)}
    return sorted(known, key=lambda one: rank.get(one.role, len(rank)))


def sign_in(page: Page, url: str, person: Person) -> bool:
    """Whether the person works at this page at all."""
    page.context.clear_cookies()
    page.goto(url)
    page.get_by_role("button", name=person.name).first.click()
    try:
        page.locator("[data-line=live]").wait_for(timeout=10_000)
    except Error:
        return False
    return True


NOW = "fetch('/api/state').then((answer) => answer.json()).then((state) => state.now)"


def until(page: Page, seconds: float) -> None:
    """Wait for so much time of the parish, by the center's own clock."""
    ends = page.evaluate(NOW) + seconds * 1e6
    page.wait_for_function(f"ends => {NOW}.then((now) => now >= ends)", arg=ends, polling=2_000, timeout=0)


def panels(page: Page) -> dict[str, str]:
    """Ids and titles of all that the person is offered."""
    page.keyboard.press("p")
    page.get_by_role("dialog", name="Panels").wait_for()
    rows = page.locator("[data-panel]").all()
    found = {str(row.get_attribute("data-panel")): str(row.get_attribute("data-title")) for row in rows}
    page.keyboard.press("Escape")
    return found


# --- what makes a panel worth a picture -------------------------------------------------------------------------------


def _write(page: Page) -> None:
    page.get_by_role("form", name="Write into the log").get_by_label("Note").fill(
        "Deputies at exit 30 told to wait for the aeroplane"
    )
    page.get_by_role("button", name="Write").click()


def _search(page: Page) -> None:
    state = page.evaluate("fetch('/api/state').then((answer) => answer.json())")
    hits = [alert for alert in state["alerts"] if alert["kind"] == "hotlist-hit"]
    plate = max(hits, key=lambda alert: len(alert.get("reads", ())), default={"subject": "ABC123"})["subject"]
    page.get_by_label("Plate, ?").fill(plate)
    page.get_by_label("Reason").fill("Vehicle of a call")
    page.get_by_label("Case, call or stop").fill(state["incidents"][0]["incident"])
    page.get_by_role("button", name="Search").click()
    page.get_by_role("region", name="Reads").wait_for()


def _decided(page: Page) -> None:
    page.keyboard.press("f")
    page.locator("[data-alert]").first.dispatch_event("click")


def _first(what: str) -> Callable[[Page], None]:
    return lambda page: page.locator(what).first.dispatch_event("click")


def _told(page: Page) -> None:
    page.locator("[data-tip]").first.wait_for()


BEFORE: dict[str, Callable[[Page], None]] = {
    "alerts": _decided,
    "calls": _first("[data-incident]"),
    "units": _first("[data-unit]"),
    "log": _write,
    "plates": _search,
    "tips": _told,
}


# --- pictures ---------------------------------------------------------------------------------------------------------


def small(shot: bytes) -> bytes:
    """The picture with as many colours as fit."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    packed = b""
    for colours in COLOURS:
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        packed = out.getvalue()
        if len(packed) <= MOST_BYTES:
            break
    return packed


def say(*words: str) -> None:
    sys.stdout.write("  ".join(words) + "\n")
    sys.stdout.flush()


def objections(page: Page) -> list[str]:
    said = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": STANDARD}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in said]


def take(page: Page, name: str, out: Path) -> None:
    page.wait_for_timeout(SETTLE_MS)
    (out / f"{name}.png").write_bytes(small(page.screenshot()))
    say(name, f"{(out / f'{name}.png').stat().st_size:,} B", *objections(page))


def picture_all(page: Page, url: str, out: Path) -> dict[str, str]:
    """Every panel once, by the first person who is offered it; ids and titles."""
    taken: dict[str, str] = {}
    for person in people(url):
        if not sign_in(page, url, person):
            say(f"{person.name} ({person.role}) has no page here")
            continue
        if not taken:
            # A car is worth more of a picture than a proposal; its row may be moving to another group meanwhile.
            page.locator("[data-alert]:has(.plate)").first.dispatch_event("click")
            take(page, "room", out)
        for panel, title in panels(page).items():
            if panel in taken:
                continue
            page.goto(f"{url}/?panel={panel}")
            page.locator(f"[data-shown={panel}]").wait_for()
            try:
                BEFORE.get(panel, lambda _: None)(page)
            except Error as error:
                say(f"{panel} stays as it opens: {error.message.splitlines()[0]}")
            take(page, panel, out)
            taken[panel] = title
    return taken


def index(taken: dict[str, str], scenario: str, out: Path) -> None:
    """The page that shows them."""
    lines = [
        "# The panels",
        "",
        "Each as a window of its own, `/?panel=ID` ([console.md](../console.md)). "
        f"Made by `python -m tests.console.pictures` from the scenario `{scenario}`; nothing in them is real.",
        "",
        "![The whole page](room.png)",
    ]
    for panel, title in taken.items():
        lines += ["", f"## {title} (`{panel}`)", "", f"![{title}]({panel}.png)"]
    (out / "README.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scenario", default="tests/console/pictures.yaml")
    asked.add_argument("--after-s", type=float, default=420, help="of the parish's time, before pictures are taken")
    asked.add_argument("--speed", type=float, default=10)
    asked.add_argument("--out", type=Path, default=Path("docs/panels"))
    said = asked.parse_args()
    ensure()
    said.out.mkdir(parents=True, exist_ok=True)
    with parish(said.scenario, said.speed) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport=SIZE, color_scheme="dark")
        assert sign_in(page, url, people(url)[0])
        until(page, said.after_s)
        taken = picture_all(page, url, said.out)
        browser.close()
    index(taken, said.scenario, said.out)


if __name__ == "__main__":
    main()
