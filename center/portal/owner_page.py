"""The page of owners who have no app, by HTTP: forms in, pages out.

Knows: paths, the browser's cookie, and how a form becomes what an app would have sent.
Refuses to know: what any of it means (see portal), and what pages look like (see owner_html).

Another site's form can do nothing here: the cookie does not travel with it (SameSite), the browser says where it comes
from, and an answer needs a place that only our page knows and that lets one answer in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from center.core.events import MINUTE
from center.portal import owner_html
from center.portal.guesses import Guesses
from center.portal.inspecting import Found
from center.portal.multipart import Form, FormError
from center.portal.owner_words import from_field
from center.portal.portal import Answered, Portal, Upload
from center.portal.taking import BUSY, BrokenOffError, Receive, Taking, pieces
from center.portal.visits import Visit, Visits, typed

PATH = "/owner"
MOST_FORM = 8_000
BESIDE_FILE = 64_000
"""How much of a form with a clip may be something else than the clip."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
SECURE = {"strict-transport-security": "max-age=31536000"}
HTML, CSS, JS = ("text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8")
UNKNOWN = "That is no code that we know. Look at the link that you were given."
STRANGER = "Open your link once more, please."
LATE = "That question is over, or was answered in another window."
TOO_LARGE = "That file is larger than a clip may be."


class Said(NamedTuple):
    """An answer to a browser. `position`: what the journal has to hold before it is given."""

    status: int
    body: str = ""
    kind: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    position: int = 0


class OwnerPage:
    """`seconds` is a monotonic clock."""

    def __init__(
        self,
        portal: Portal,
        taking: Taking,
        guesses: Guesses,
        zone: ZoneInfo,
        seconds: Callable[[], float],
        *,
        is_secure: bool,
    ) -> None:
        self._portal = portal
        self._taking = taking
        self._guesses = guesses
        self._zone = zone
        self._visits = Visits(seconds)
        self._is_secure = is_secure
        self._cookie = "__Host-rtcc_owner" if is_secure else "rtcc_owner"

    @property
    def headers(self) -> dict[str, str]:
        return HEADERS | (SECURE if self._is_secure else {})

    async def said(self, method: str, path: str, headers: Mapping[str, str], receive: Receive, address: str) -> Said:
        """The answer to a request below PATH, of somebody at that address. Raises BrokenOffError."""
        if method == "GET":
            return self._got(path, headers)
        if method != "POST":
            return self._nothing()
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return self._front(403, "Another site has asked for this.")
        if path == f"{PATH}/in":
            return await self._in(receive, address)
        visit = self._visits.of(self._secret(headers))
        if path == f"{PATH}/out":
            self._visits.end(self._secret(headers))
            return _away((("set-cookie", f"{self._cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),))
        if path not in (f"{PATH}/share", f"{PATH}/clip"):
            return self._nothing()
        if visit is None:
            return self._front(401, STRANGER)
        if path == f"{PATH}/share":
            return await self._share(visit, receive)
        return await self._clip(visit, headers, receive)

    def _got(self, path: str, headers: Mapping[str, str]) -> Said:
        if path == f"{PATH}/style.css":
            return Said(200, owner_html.STYLE, CSS)
        if path == f"{PATH}/link.js":
            return Said(200, owner_html.SCRIPT, JS)
        if path not in (PATH, f"{PATH}/"):
            return self._nothing()
        visit = self._visits.of(self._secret(headers))
        if visit is None:
            return Said(200, owner_html.front(self._portal.site))
        asks = self._portal.asks(visit.owner).said["asks"]
        said, is_wrong = visit.told()
        page = owner_html.asked(self._portal.site, visit.owner.at, asks, self._zone, said, is_wrong=is_wrong)
        return Said(200, page)

    def _nothing(self) -> Said:
        return self._front(404, "There is nothing here.")

    def _front(self, status: int, said: str) -> Said:
        return Said(status, owner_html.front(self._portal.site, said, is_wrong=True))

    def _secret(self, headers: Mapping[str, str]) -> str:
        pairs = (one.strip().partition("=") for one in headers.get("cookie", "").split(";"))
        return next((value for name, _, value in pairs if name == self._cookie), "")

    # --- forms --------------------------------------------------------------------------------------------------------

    async def _in(self, receive: Receive, address: str) -> Said:
        """An owner with a key of their own has an app that signs: a token alone does not speak for them."""
        wait_s = self._guesses.wait_s(address)
        if wait_s:
            front = self._front(429, f"There were too many wrong codes. Try again in {wait_s} seconds.")
            return front._replace(headers=(("retry-after", str(wait_s)),))
        owner = self._portal.whose(typed((await _fields(receive)).get("code", "")))
        if owner is None or owner.key:
            self._guesses.wrong(address)
            return self._front(401, UNKNOWN)
        secure = "; Secure" if self._is_secure else ""
        cookie = f"{self._cookie}={self._visits.begin(owner)}; Path=/; HttpOnly; SameSite=Strict{secure}"
        return _away((("set-cookie", cookie),))

    async def _share(self, visit: Visit, receive: Receive) -> Said:
        fields = await _fields(receive)
        shares = fields.get("shares") == "yes"
        answer = self._portal.share_by_page(fields.get("place", ""), visit.owner, shares=shares)
        _told(visit, answer, "Thank you. You share it now." if shares else "It is not shared.")
        return _away(position=answer.position)

    async def _clip(self, visit: Visit, headers: Mapping[str, str], receive: Receive) -> Said:
        length = headers.get("content-length", "")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
        body = pieces(receive)
        if not 0 < size <= self._portal.most + BESIDE_FILE:
            answer = Answered(413, {})
        elif self._taking.is_full:
            answer = BUSY
        else:
            answer = await self._sent(visit, headers.get("content-type", ""), min(size, self._portal.most), body)
        async for _ in body:
            if answer.status == 413 and size > 4 * self._portal.most:
                break  # a browser shows an answer only once it has sent all; that much is not waited for
        _told(visit, answer, "Thank you. It has come, and waits for a supervisor to look at it.")
        return _away(position=answer.position)

    async def _sent(self, visit: Visit, kind: str, size: int, body: AsyncIterator[bytes]) -> Answered:
        try:
            form = Form(kind, "clip")
            first = b""
            while not first and not form.is_whole:
                first = form.feed(await anext(body))
        except (FormError, StopAsyncIteration):
            return Answered(422, {"why": "That form cannot be read."})
        if not first:
            return Answered(422, {"why": "Choose a video first."})
        begins, off_us = from_field(form.fields.get("begins", ""), self._zone), _off(form.fields)
        if begins is None or off_us is False:
            return Answered(422, {"why": "When it begins, and how far the clock is off, cannot be read."})
        upload = self._portal.clip_by_page(form.fields.get("place", ""), visit.owner, size)
        if isinstance(upload, Answered):
            return upload

        def say(upload: Upload, digest: str, found: Found) -> Upload:
            return self._portal.say(upload, digest, begins, found.seconds, off_us, form.fields.get("says", "")[:300])

        return await self._taking.take(upload, _file(form, first, body), say)


async def _file(form: Form, first: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What of a form is the file; a form that ends before its end has broken off. Raises BrokenOffError."""
    yield first
    try:
        async for piece in body:
            yield form.feed(piece)
    except FormError:
        raise BrokenOffError from None
    if not form.is_whole:
        raise BrokenOffError


async def _fields(receive: Receive) -> dict[str, str]:
    """A small form's; nothing of one that is larger. Raises BrokenOffError."""
    body = b""
    async for piece in pieces(receive):
        body += piece
        if len(body) > MOST_FORM:
            return {}
    try:
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=16).items()}
    except ValueError:
        return {}


def _off(fields: Mapping[str, str]) -> int | bool | None:
    """How far a camera's clock is ahead, in microseconds; None where nobody knows, False for what is no answer."""
    minutes, clock = fields.get("minutes", "0") or "0", fields.get("clock", "unknown")
    if not minutes.isascii() or not minutes.isdigit() or int(minutes[:6]) > 24 * 60:
        return False
    return {"right": 0, "ahead": int(minutes) * MINUTE, "behind": -int(minutes) * MINUTE}.get(clock)


def _told(visit: Visit, answer: Answered, thanks: str) -> None:
    """What the next page begins with."""
    why = {410: LATE, 413: TOO_LARGE}.get(answer.status, str(answer.said.get("why", "")))
    if why:
        visit.tell(f"Not taken: {why[0].lower()}{why[1:]}", is_wrong=True)
    else:
        visit.tell(thanks)


def _away(headers: tuple[tuple[str, str], ...] = (), position: int = 0) -> Said:
    """Back to the page, so that a reload sends nothing twice."""
    return Said(303, headers=(("location", PATH), *headers), position=position)
