"""The page of owners who have no app, on a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from center.core.events import CallOpened
from center.portal import multipart
from center.portal.guesses import WRONG, Guesses
from center.portal.multipart import Form, FormError
from center.portal.owner_words import where
from center.store.evidence import check
from tests.center.api.room import Room, get, play, posted, room
from tests.center.portal.test_portal import AT, COMMUNITY, FILM, KEYS, MART, asked
from tests.servers import LOOPBACK

pytestmark = pytest.mark.wire

TOKEN = "abcdefghjkmnpqrstuvwxyz234"
PAGED = {"owner": "o3", "at": AT, "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}
WITHOUT_APP = {**COMMUNITY, "owners": [*COMMUNITY["owners"], PAGED]}  # type: ignore[misc]
BOUNDARY = "----a-browser"


class Got(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str


class Browser:
    """As much of one as a form needs: it keeps a cookie, and follows nothing."""

    def __init__(self, at: tuple[str, int]) -> None:
        self._at = at
        self.cookie = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Got:
        connection = http.client.HTTPConnection(*self._at)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            told["cookie"] = f"other=1; {self.cookie}"
        connection.request(method, path, body, told)
        answer = connection.getresponse()
        got = Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())
        connection.close()
        self.cookie = got.headers.get("set-cookie", self.cookie).partition(";")[0]
        return got

    def page(self) -> str:
        return self.ask("GET", "/owner").text

    def fill(self, path: str, **fields: str) -> Got:
        body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        return self.ask("POST", path, body, content_type="application/x-www-form-urlencoded")

    def send(self, film: bytes, **fields: str) -> Got:
        body = form(film, **fields)
        return self.ask("POST", "/owner/clip", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def form(film: bytes, **fields: str) -> bytes:
    """As browsers write it."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    head = b'Content-Disposition: form-data; name="clip"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
    told = b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY.encode(), part) for part in [*parts, head + film])
    return told + f"--{BOUNDARY}--\r\n".encode()


def place(page: str) -> str:
    found = re.search(r'name="place" value="([^"]+)"', page)
    assert found, page
    return found[1]


async def does(what: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return await asyncio.to_thread(lambda: what(*given, **named))


async def entered(here: Room) -> Browser:
    browser = Browser(here.portal_at)
    came = await does(browser.fill, "/owner/in", code=f" {TOKEN[:13].upper()}-{TOKEN[13:]} ".replace(" ", "+"))
    assert (came.status, came.headers["location"]) == (303, "/owner")
    return browser


def test_a_clip_by_the_page_goes_the_same_way_as_one_by_an_app(tmp_path: Path) -> None:
    """An owner with a link and no app sees the question, sends a clip and says that the camera is an hour ahead; the
    supervisor sees the same as of an app's, and the evidence says that the owner said it on the page, signed by the
    center. The place to answer to is used up."""

    async def story() -> None:
        async with room(clips=tmp_path, community=WITHOUT_APP) as here:
            made = await asked(here, words="<b>a red car</b>")
            browser = await entered(here)
            page = await does(browser.page)
            assert "1 question for you" in page
            assert "&lt;b&gt;a red car&lt;/b&gt;" in page
            assert "Within 980 feet (300 m) of your camera" in page
            assert made.incident not in page
            assert "robbery" not in page
            found = re.search(r'type="datetime-local" step="1" required value="([^"]+)"', page)
            assert found
            said = {"place": place(page), "begins": found[1], "clock": "ahead", "minutes": "60", "says": "a red car"}
            sent = await does(browser.send, FILM, **said)
            assert (sent.status, sent.headers["location"]) == (303, "/owner")
            assert "It has come, and waits for a supervisor" in await does(browser.page)
            assert "It has come" not in await does(browser.page), "said once"
            await does(browser.send, FILM, **said)
            assert "Not taken: that question is over, or was answered" in await does(browser.page)
            sup = await here.console("sup")
            (told,) = (await get(sup, "/api/community")).said
            (clip,) = told["clips"]
            assert (clip["owner"], clip["says"]) == ("o3", "a red car")
            assert clip["fit"] == "its clock is 60 min ahead, 60 min outside the time asked for"
            decided = await posted(sup, f"/api/community/{clip['offer']}/approve", {"reason": "shows the car"})
            here.clock.advance(0)
            played = await get(sup, f"/api/clips/{decided.said['clip']}.mp4")
            kept = check(played.body)
            assert kept.faults == ()
            assert played.body.startswith(FILM)
            assert kept.manifest.given is not None
            words = json.loads(kept.manifest.given.said)
            assert (words["by"], words["owner"], kept.manifest.given.key) == ("page", "o3", kept.manifest.key)

    play(story())


def test_what_is_not_taken_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    """No file, no video, too large, a time that is none, a form of no kind: the next page begins with the reason, and
    the question is still there."""
    right = {"begins": "2026-01-02T09:00:00", "clock": "right", "minutes": "0", "says": ""}

    async def story() -> None:
        async with room(clips=tmp_path, community=WITHOUT_APP) as here:
            await asked(here)
            browser = await entered(here)
            for film, fields, why in (
                (b"", right, "choose a video first"),
                (b"\0" * 1000, right, "it is no video that can be read"),
                (b"\0" * 1_000_001, right, "that file is larger"),
                (b"\0" * 1_900_000, right, "that file is larger"),
                (FILM, right | {"begins": "yesterday"}, "when it begins"),
                (FILM, right | {"minutes": "-1"}, "how far the clock is off"),
            ):
                asking = place(await does(browser.page))
                assert (await does(browser.send, film, place=asking, **fields)).status == 303
                page = await does(browser.page)
                assert re.search(rf'role="alert">Not taken: [^<]*{why}', page), (why, page[:900])
                assert "1 question for you" in page
            odd = await does(browser.ask, "POST", "/owner/clip", b"x", content_type="text/plain")
            assert odd.status == 303
            assert "That form cannot be read".lower() in (await does(browser.page)).lower()
            assert here.assembly.center.picture.community.offered == {}
            assert list((tmp_path / "quarantine").iterdir()) == []

    play(story())


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_one_question_for_one_camera_is_answered_by_a_button(answer: str, tmp_path: Path) -> None:
    """Yes opens it for that call and can be taken back; a no takes the question away and the room is shown what it was
    shown before."""
    shop = {**WITHOUT_APP, "owners": [*COMMUNITY["owners"], PAGED | {"camera": "mart"}]}  # type: ignore[misc]

    async def story() -> None:
        async with room(clips=tmp_path, community=shop, cameras=[MART]) as here:
            told = {"at": here.clock.now(), "call": "c1", "system": "cad", "kind": "robbery", "lat": 30.2, "lon": -93.2}
            here.learn(CallOpened(source="911", **told))
            (incident,) = here.assembly.center.picture.incidents.incidents
            ada, browser = await here.console(), await entered(here)
            assert "Nothing is asked of you now" in await does(browser.page)
            await posted(ada, "/api/cameras/mart/ask", {"case": incident, "reason": "robbery", "minutes": 30})
            page = await does(browser.page)
            assert "May “Mart” be looked through, live?" in page
            before = (await get(ada, "/api/cameras")).body
            await does(browser.fill, "/owner/share", place=place(page), shares=answer)
            after = (await get(ada, "/api/cameras")).body
            assert (after == before) is (answer == "no")
            page = await does(browser.page)
            assert ("Stop sharing" in page) is (answer == "yes")
            if answer == "yes":
                await does(browser.fill, "/owner/share", place=place(page), shares="no")
            assert "Nothing is asked of you now" in await does(browser.page)
            watched = await posted(ada, "/api/cameras/mart/watch", {"reason": "call", "case": incident})
            assert watched.status == 403
            lines = [line.act for line in here.audited if line.act.startswith("owner.")]
            assert lines == ["owner.ask", *(["owner.shared", "owner.over"] if answer == "yes" else [])]

    play(story())


def test_nobody_answers_for_somebody_else(tmp_path: Path) -> None:
    """A stranger, another site's form, an owner's app token, another owner's place: none of them moves anything, and
    no page can be framed, cached, or told by a Referer where somebody came from."""

    async def story() -> None:
        async with room(clips=tmp_path, community=WITHOUT_APP) as here:
            await asked(here)
            stranger, browser = Browser(here.portal_at), await entered(here)
            front = await does(stranger.ask, "GET", "/owner")
            assert (front.status, "Your code" in front.text, "question" in front.text) == (200, True, False)
            for name, value in {
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "x-frame-options": "DENY",
                "x-content-type-options": "nosniff",
            }.items():
                assert front.headers[name] == value
            assert front.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
            assert (await does(stranger.fill, "/owner/in", code="wrong")).status == 401
            app = (await does(stranger.fill, "/owner/in", code=KEYS["o1"].token)).status
            assert app == 401
            asking = place(await does(browser.page))
            said = {"place": asking, "shares": "yes"}
            assert (await does(stranger.fill, "/owner/share", **said)).status == 401
            foreign = await does(
                browser.ask,
                "POST",
                "/owner/share",
                f"place={asking}&shares=yes".encode(),
                content_type="application/x-www-form-urlencoded",
                sec_fetch_site="cross-site",
            )
            assert foreign.status == 403
            assert asking == place(await does(browser.page)), "it has not been used"
            cookie = (await does(Browser(here.portal_at).fill, "/owner/in", code=TOKEN)).headers["set-cookie"]
            assert re.fullmatch(r"rtcc_owner=[\w-]{32}; Path=/; HttpOnly; SameSite=Strict", cookie)
            await does(browser.fill, "/owner/out")
            assert "Your code" in await does(browser.page)
            assert here.assembly.center.picture.community.offered == {}

    play(story())


def test_who_tries_tokens_has_to_wait_and_stands_in_the_trail_once(tmp_path: Path) -> None:
    """Wrong tokens of an app and wrong codes on the page count together, by address; then even a right one is not
    looked at, which says for how long. Who has come in before goes on, and the trail has one line of the spell."""

    async def story() -> None:
        async with room(clips=tmp_path, community=WITHOUT_APP) as here:
            await asked(here)
            before, stranger = await entered(here), Browser(here.portal_at)
            for number in range(WRONG):
                if number % 2:
                    came = await does(stranger.ask, "GET", "/community/v1/asks", authorization=f"Bearer {number}")
                else:
                    came = await does(stranger.fill, "/owner/in", code=str(number))
                assert came.status == 401
            right = {"authorization": f"Bearer {KEYS['o1'].token}"}
            for _ in range(3):
                app = await does(stranger.ask, "GET", "/community/v1/asks", **right)
                assert (app.status, app.headers["retry-after"]) == (429, "10")
                assert json.loads(app.text) == {"why": "too many wrong tokens; wait 10 s"}
            page = await does(stranger.fill, "/owner/in", code=TOKEN)
            assert (page.status, page.headers["retry-after"]) == (429, "10")
            assert "too many wrong codes. Try again in 10 seconds" in page.text
            assert "1 question for you" in await does(before.page)
            here.ahead_s += 10
            assert (await does(stranger.ask, "GET", "/community/v1/asks", **right)).status == 200
            assert (await does(stranger.fill, "/owner/in", code="wrong")).status == 401
            assert (await does(stranger.fill, "/owner/in", code="wrong")).status == 429
            lines = [line for line in here.audited if line.act == "community.enter"]
            told = [(line.operator, line.subject, line.granted, line.why) for line in lines]
            assert told == [("", LOOPBACK, False, "too many wrong tokens")]

    play(story())


def test_tokens_are_counted_by_address() -> None:
    """Of a home's IPv6 addresses all are one; what one has tried keeps nobody else out, and a later spell is told
    again."""
    now, told = [0.0], []
    guesses = Guesses(lambda: now[0], told.append)
    for number in range(WRONG):
        guesses.wrong(f"2001:db8::{number:x}")
    assert guesses.wait_s("2001:db8::ffff")
    assert not guesses.wait_s("2001:db8:0:1::1")
    now[0] += 599.0
    for _ in range(2 * WRONG):
        guesses.wrong("2001:db8::1")
    assert len(told) == 1
    now[0] += 1.0
    guesses.wrong("2001:db8::1")
    assert told == ["2001:db8::9", "2001:db8::1"]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_form_is_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    """Also where the file holds what looks like a boundary, or ends like the beginning of one."""
    film = b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n\r\n--" + b"x" * 500 + b"\r\n--" + BOUNDARY.encode()[:5]
    told = Form(f"multipart/form-data; boundary={BOUNDARY}", "clip")
    came = b"".join(told.feed(piece) for piece in pieces(form(film, place="a", says="é\r\n-"), size))
    assert (came, told.fields, told.is_whole) == (film, {"place": "a", "says": "é\r\n-"}, True)


@pytest.mark.parametrize(
    "data",
    [
        b"--B\r\n" + b"x" * (multipart.MOST_HEAD + 1),
        b"--B\r\nContent-Type: x\r\n\r\n",
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * (multipart.MOST_FIELD * 2),
        b'--B\r\nContent-Disposition: form-data; name="clip"\r\n\r\nx\r\n--B\r\nContent-',
        b"".join(b'--B\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % n for n in range(20)),
        b"x" * (multipart.MOST_FIELD * 2),
    ],
)
def test_a_form_that_is_none_of_ours_is_refused_before_it_grows(data: bytes) -> None:
    with pytest.raises(FormError):
        Form("multipart/form-data; boundary=B", "clip").feed(data)


def test_an_area_is_told_from_where_the_owners_camera_stands() -> None:
    assert where({"lat": 30.2, "lon": -93.2, "radius_m": 300.0}, (30.2, -93.2)).startswith("Within 980 feet (300 m) of")
    north = where({"corners": [(30.21, -93.21), (30.23, -93.21), (30.22, -93.19)]}, (30.2, -93.2))
    assert re.match(r"Within 0\.\d miles \([\d,]+ m\) of a place 1\.4 miles \(2,2\d\d m\) north of your camera", north)
