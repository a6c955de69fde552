"""Signing in by a provider: what is believed, what is not, and what everybody is told.

The provider is the twin's training issuer, whose encoding shares nothing with the center's reading of it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from center.api.openid import DISCOVERY
from center.api.openid_http import UnreachedError, asker
from center.site import SiteError, from_tables
from tests.center.api.room import Room, get, play, posted, room
from tests.running import Answer, Console, ask, tables
from tests.servers import LOOPBACK
from twin.center_process import free_port
from twin.issuer import Issuer, Page
from twin.issuer_http import IssuerHttp

pytestmark = pytest.mark.wire

ADDRESS = "http://127.0.0.1:1"
SECRET = "a secret: 100% ours"
SITE = {"issuer": ADDRESS, "roles": "roles", "agency": "agency", "training": True, "client_secret": SECRET}


class Liar(Issuer):
    """The training issuer, whose words a test can twist."""

    twist: Callable[[dict[str, Any]], Mapping[str, Any]] = staticmethod(lambda claims: claims)
    sign: Callable[[Mapping[str, Any]], str] | None = None
    extra_keys: tuple[Mapping[str, Any], ...] = ()
    asked: list[str]
    told: Callable[[str], Mapping[str, Any]] | None = None
    """What it says of a person to whoever has an access token, where it tells there what its tokens leave out."""

    def claims(self, person: str, nonce: str) -> dict[str, Any]:
        return dict(self.twist(super().claims(person, nonce)))

    def signed(self, claims: Mapping[str, Any]) -> str:
        return super().signed(claims) if self.sign is None else self.sign(claims)

    def get(self, path: str, query: Mapping[str, str]) -> Page:
        page = super().get(path, query)
        if path == DISCOVERY and self.told:
            return Page(200, json.dumps({**json.loads(page.body), "userinfo_endpoint": f"{ADDRESS}/person"}).encode())
        if path == "/keys" and self.extra_keys:
            return Page(200, json.dumps({"keys": [*json.loads(page.body)["keys"], *self.extra_keys]}).encode())
        return page

    async def ask(self, url: str, form: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        """As the center would over HTTP."""
        there = urlsplit(url)
        self.asked.append(there.path)
        if there.path == "/person" and self.told:
            return dict(self.told(headers["Authorization"]))
        if form is None:
            page = self.get(there.path, {})
        else:
            page = self.post(there.path, dict(parse_qsl(form.decode())), headers["Authorization"])
        if page.status != 200:
            raise UnreachedError(f"the provider answered {page.status}")
        said: dict[str, Any] = json.loads(page.body)
        return said


PEOPLE = [*tables()["operators"], {"operator": "eve", "name": "Eve", "agency": "SO", "role": "operator"}]
"""Eve is known to the provider only."""


class Story:
    """A room, its provider, and a browser between them."""

    def __init__(self, here: Room, issuer: Liar) -> None:
        self.here = here
        self.issuer = issuer

    async def begin(self, person: str) -> tuple[str, str]:
        """The cookie of whoever began, and where the provider sends them back to."""
        start = await get(Console(self.here.at), f"/api/session/provider?person={person}")
        assert start.status == 303, start
        asked = dict(parse_qsl(urlsplit(start.headers["location"]).query))
        assert asked["code_challenge_method"] == "S256"
        assert asked["prompt"] == "login", "a desk is shared: whoever comes next is not whoever was here"
        assert "code_verifier" not in asked
        page = self.issuer.get("/authorize", asked)
        assert page.status == 303
        return start.headers["set-cookie"].partition(";")[0], page.onward

    async def back(self, cookie: str, onward: str) -> Answer:
        there = urlsplit(onward)
        return await asyncio.to_thread(
            ask, self.here.at, "GET", f"{there.path}?{there.query}", None, {"Cookie": cookie} if cookie else {}
        )

    async def sign_in(self, person: str) -> Answer:
        return await self.back(*await self.begin(person))

    @property
    def last(self) -> tuple[str, str, bool, str]:
        line = self.here.audited[-1]
        return line.operator, line.act, line.granted, line.why


def told(story: Callable[[Story], Any], **sign_in: Any) -> None:
    """A story of a room whose people sign in by the provider."""

    async def within() -> None:
        redirect = {"redirect": "http://127.0.0.1:1/api/session/callback"}
        issuer = Liar(ADDRESS, PEOPLE, client_id="rtcc", client_secret=SECRET, redirect="")
        issuer.asked = []
        async with room(more={"sign_in": {**SITE, **redirect, **sign_in}}, ask=issuer.ask) as here:
            assert here.front is not None
            assert here.front.openid is not None
            here.front.openid.redirect = issuer._redirect = f"http://{here.at[0]}:{here.at[1]}/api/session/callback"
            await story(Story(here, issuer))

    play(within())


def test_the_providers_word_opens_a_session() -> None:
    """The one of whom it speaks; the cookie is a new one, and the door is in the trail. Without the provider even a
    demo person stays outside."""

    async def story(it: Story) -> None:
        answer = await it.sign_in("sup")
        assert (answer.status, answer.headers["location"]) == (303, "/")
        cookie = next(one for one in answer.headers.get_all("set-cookie", []) if one.startswith("rtcc_session="))
        assert "httponly" in cookie.lower()
        assert "samesite=strict" in cookie.lower()
        console = Console(it.here.at)
        console.headers = {"Cookie": cookie.partition(";")[0]}
        assert (await get(console, "/api/session")).said["operator"] == "sup"
        assert it.last == ("sup", "session.open", True, "")
        assert (await get(console, "/api/session/ways")).said == {"provider": True, "tokens": False}
        assert (await posted(Console(it.here.at), "/api/session", {"operator": "sup"})).status == 401

    told(story)


def test_a_state_is_good_once_and_in_one_browser() -> None:
    """A code that is carried into another browser, or played again, opens nothing."""

    async def story(it: Story) -> None:
        for spoil, why in (
            (lambda _, onward: ("", onward), "state of another browser"),
            (lambda _, onward: ("rtcc_sign_in=guessed", onward), "state of another browser"),
            (lambda cookie, onward: (cookie, onward.replace("state=", "state=x")), "state unknown, used or expired"),
            (lambda cookie, onward: (cookie, onward.replace("iss=http", "iss=https")), "iss of another provider"),
            (lambda cookie, onward: (cookie, onward.replace("code=", "kode=")), "the provider refused: no code"),
        ):
            answer = await it.back(*spoil(*await it.begin("ada")))
            assert answer.status == 403
            assert b"You were not signed in" in answer.body
            assert not [one for one in answer.headers.get_all("set-cookie", []) if one.startswith("rtcc_session=")]
            assert it.last == ("", "session.open", False, why)
            it.here.ahead_s += 60.0
        begun = await it.begin("ada")
        assert (await it.back(*begun)).status == 303
        assert (await it.back(*begun)).status == 403, "played again"
        begun = await it.begin("ada")
        it.here.ahead_s += 601.0
        assert (await it.back(*begun)).status == 403, "too late"

    told(story)


FORGED: dict[str, Callable[[dict[str, Any]], Mapping[str, Any]]] = {
    "expired": lambda claims: {**claims, "exp": claims["iat"] - 60},
    "for somebody else": lambda claims: {**claims, "aud": "another"},
    "for two, and no word for whom": lambda claims: {**claims, "aud": ["rtcc", "another"]},
    "authorised for another party": lambda claims: {**claims, "azp": "another"},
    "by another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "another sign-in's": lambda claims: {**claims, "nonce": "other"},
    "without a nonce": lambda claims: {key: value for key, value in claims.items() if key != "nonce"},
    "of tomorrow": lambda claims: {**claims, "iat": claims["iat"] + 86_400},
    "of yesterday": lambda claims: {**claims, "iat": claims["iat"] - 86_400},
    "never expiring": lambda claims: {key: value for key, value in claims.items() if key != "exp"},
    "without a name": lambda claims: {**claims, "preferred_username": ""},
    "of half a letter": lambda claims: {**claims, "preferred_username": "\ud800"},
    "of no text": lambda claims: {**claims, "preferred_username": ["ada"]},
    "of a role that was taken away": lambda claims: {**claims, "roles": []},
    "of another agency": lambda claims: {**claims, "agency": "PD"},
}


def test_a_token_that_does_not_fit_in_everything_opens_nothing() -> None:
    """Each is told plainly and stands in the trail. Fails when one claim is not looked at."""

    async def story(it: Story) -> None:
        for what, twist in FORGED.items():
            it.issuer.twist = twist  # type: ignore[method-assign]
            answer = await it.sign_in("ada")
            assert answer.status == 403, what
            assert it.last[1:3] == ("session.open", False), what
            assert it.last[3], what
            it.here.ahead_s += 30.0

    told(story)


def test_whom_the_site_does_not_know_stays_outside_with_a_reason() -> None:
    """The provider may know more people than work here."""

    async def story(it: Story) -> None:
        answer = await it.sign_in("eve")
        assert answer.status == 403
        assert b"this site knows nobody of that name" in answer.body
        assert it.last == ("eve", "session.open", False, "unknown here")

    told(story)


def test_what_a_token_leaves_out_the_provider_is_asked_for_about_that_person() -> None:
    """A provider that gives an access token may keep names and groups for whoever shows it (OpenID Connect Core 1.0,
    section 5.4); of another person nothing is taken, and what the token does say stays as it says it."""

    async def story(it: Story) -> None:
        full = it.issuer.twist
        thin = ("iss", "aud", "sub", "iat", "exp", "nonce")
        it.issuer.twist = lambda claims: {key: claims[key] for key in thin}  # type: ignore[method-assign]
        assert (await it.sign_in("ada")).status == 403, "nobody tells"
        assert it.last[3] == "no claim preferred_username"
        it.here.ahead_s += 3_601.0
        person = {"sub": "ada", "preferred_username": "ada", "roles": ["operator"], "agency": "SO"}
        shown: list[str] = []
        it.issuer.told = lambda shows: (shown.append(shows), person)[1]  # type: ignore[func-returns-value]
        assert (await it.sign_in("ada")).status == 303
        assert shown[0].startswith("Bearer ")
        person["roles"] = []
        assert (await it.sign_in("ada")).status == 403, "the role was taken away"
        person |= {"sub": "sup", "roles": ["operator"]}
        assert (await it.sign_in("ada")).status == 403
        assert it.last[3] == "userinfo of another sub"
        it.issuer.twist = full  # type: ignore[method-assign]
        assert (await it.sign_in("ada")).status == 303, "there is nothing to ask for"

    told(story)


def _unsigned(claims: Mapping[str, Any]) -> str:
    def part(said: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_only_a_published_key_of_a_listed_kind_signs() -> None:
    """Not nobody's, not a secret that is a public key's bytes, not one that was never published; RSA and Ed25519 may,
    when they are. Fails when the algorithm is the token's to choose."""

    async def story(it: Story) -> None:
        known, stranger = RSAKey.generate_key(2048, {"kid": "r1"}), RSAKey.generate_key(2048, {"kid": "r2"})
        edwards = OKPKey.generate_key("Ed25519", {"kid": "e1"})
        assert isinstance(known.private_key, rsa.RSAPrivateKey)
        assert isinstance(edwards.private_key, ed25519.Ed25519PrivateKey)
        shared = OctKey.import_key("0123456789abcdef0123456789abcdef", {"kid": "o1"})
        it.issuer.extra_keys = (
            known.as_dict(private=False),
            edwards.as_dict(private=False),
            shared.as_dict(private=True),  # a provider that publishes a secret must not make us believe it
        )
        for alg, key, status in (
            ("RS256", known, 303),
            ("EdDSA", edwards, 303),
            ("HS256", shared, 403),
            ("RS256", stranger, 403),
            ("PS256", known, 403),
            ("none", None, 403),
        ):
            header = {"alg": alg, "kid": getattr(key, "kid", None)}
            if key is None:
                it.issuer.sign = _unsigned
            else:
                it.issuer.sign = lambda claims, header=header, key=key, alg=alg: jwt.encode(  # type: ignore[misc]
                    header, dict(claims), key, algorithms=[alg]
                )
            assert (await it.sign_in("ada")).status == status, alg
            it.here.ahead_s += 60.0

    told(story)


def test_a_new_key_is_fetched_but_not_for_every_word_of_a_forger() -> None:
    """The provider changes its keys without asking us; a token of an unknown key costs at most one look in 30 s."""

    async def story(it: Story) -> None:
        assert (await it.sign_in("ada")).status == 303
        assert (await it.sign_in("ben")).status == 303
        assert it.issuer.asked.count("/keys") == 1
        it.here.ahead_s += 31.0
        it.issuer.rotate()
        assert (await it.sign_in("ada")).status == 303
        assert it.issuer.asked.count("/keys") == 2
        forged = RSAKey.generate_key(2048, {"kid": "forged"})
        it.issuer.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "forged"}, dict(claims), forged)
        for _ in range(3):
            assert (await it.sign_in("ada")).status == 403
        assert it.issuer.asked.count("/keys") == 2
        assert it.issuer.asked.count("/.well-known/openid-configuration") == 1

    told(story)


def test_whoever_fails_too_often_waits() -> None:
    """429, and when to come again; then it goes on. Nobody else's address is in the table for it."""

    async def story(it: Story) -> None:
        for _ in range(10):
            assert (await get(Console(it.here.at), "/api/session/callback?state=guess&code=guess")).status == 403
        answer = await get(Console(it.here.at), "/api/session/callback?state=guess&code=guess")
        assert answer.status == 429
        it.here.ahead_s += int(answer.headers["retry-after"])
        assert (await it.sign_in("ada")).status == 303

    told(story)


# --- the provider over HTTP -------------------------------------------------------------------------------------------


def test_over_sockets_it_is_the_same() -> None:
    """Discovery, keys and token over HTTP; whoever has not said who they are is asked by the issuer's own page."""
    at = f"http://{LOOPBACK}:{free_port(set())}"
    issuer = Issuer(at, PEOPLE, client_id="rtcc", client_secret=SECRET, redirect="")
    served = IssuerHttp(issuer)
    served.open()

    async def story() -> None:
        sign_in = {**SITE, "issuer": at, "redirect": "http://127.0.0.1:1/api/session/callback"}
        async with room(more={"sign_in": sign_in}, ask=asker()) as here:
            assert here.front is not None
            assert here.front.openid is not None
            here.front.openid.redirect = issuer._redirect = f"http://{here.at[0]}:{here.at[1]}/api/session/callback"
            start = await get(Console(here.at), "/api/session/provider")
            there = urlsplit(start.headers["location"])
            asked = dict(parse_qsl(there.query))
            place = (LOOPBACK, int(at.rpartition(":")[2]))
            page = await asyncio.to_thread(ask, place, "GET", f"{there.path}?{there.query}")
            assert page.status == 200
            assert b"Sup, supervisor, SO" in page.body
            chosen = await asyncio.to_thread(
                ask, place, "GET", f"/authorize?{urlencode({**asked, 'login_hint': 'sup'})}"
            )
            back = urlsplit(chosen.headers["location"])
            cookie = start.headers["set-cookie"].partition(";")[0]
            answer = await asyncio.to_thread(ask, here.at, "GET", f"{back.path}?{back.query}", None, {"Cookie": cookie})
            assert answer.status == 303, answer.body

    try:
        play(story())
    finally:
        served.close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 300_000, "too large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "no JSON object"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nspam", "not JSON"),
        (b"spam\r\n\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
    ],
)
def test_a_provider_that_talks_nonsense_is_told_so(said: bytes, why: str) -> None:
    """Elsewhere, at length, or not in its own tongue: an error in words, and nothing else happens."""

    async def story() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            writer.close()

        server = await asyncio.start_server(answer, LOOPBACK, 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UnreachedError, match=why):
            await asker()(f"http://{LOOPBACK}:{port}/x", None, {})
        server.close()

    play(story())


# --- the site file ----------------------------------------------------------------------------------------------------

REAL = {
    "issuer": "https://login.example",
    "redirect": "https://rtcc.example/api/session/callback",
    "client_secret": "shh",
}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"training": True}, "sign_in.training: only a simulated site may let anybody in as anybody"),
        ({"issuer": "http://login.example"}, "sign_in.issuer: 'http://login.example' is not https://"),
        ({"issuer": "http://127.0.0.1:9"}, "sign_in.issuer: 'http://127.0.0.1:9' is not https://"),
        ({"redirect": "http://rtcc.example/api/session/callback"}, "sign_in.redirect: "),
        ({"redirect": "https://rtcc.example/"}, "sign_in.redirect: its path must be"),
        ({"redirect": None}, "sign_in.redirect: missing"),
        ({"session_s": 100_000}, "sign_in.session_s: Expected `int` <= 43200"),
        ({"client_secret_file": "x"}, "sign_in: client_secret and client_secret_file"),
        ({"scope": "profile"}, "sign_in.scope: without openid"),
    ],
)
def test_a_real_site_does_not_start_with_a_door_that_is_none(said: dict[str, Any], why: str) -> None:
    """Above all not with the training issuer."""
    site = tables(simulated=False)
    site["operators"] = [{k: v for k, v in one.items() if k != "token_sha256"} for one in site["operators"]]
    site["sign_in"] = REAL
    assert "shh" not in repr(from_tables(site, "here"))
    site["sign_in"] = {key: value for key, value in {**REAL, **said}.items() if value is not None}
    with pytest.raises(SiteError, match="here: ") as caught:
        from_tables(site, "here")
    assert str(caught.value).startswith(f"here: {why}"), caught.value


def test_what_is_kept_of_a_sign_in_is_no_secret() -> None:
    """Neither journal nor trail holds a code, a token, a state or a cookie."""

    async def story(it: Story) -> None:
        cookie, onward = await it.begin("ada")
        answer = await it.back(cookie, onward)
        words = [value for _, value in parse_qsl(urlsplit(onward).query) if value != ADDRESS]
        words += [one.partition(";")[0].partition("=")[2] for one in answer.headers.get_all("set-cookie", [])]
        kept = repr(it.here.journal.events) + repr(it.here.audited)
        assert "session.open" in kept
        for word in [cookie.partition("=")[2], *filter(lambda one: len(one) > 8, words)]:
            assert word not in kept

    told(story)


def test_the_wall_and_not_the_simulated_clock_tells_a_tokens_age() -> None:
    """A twin's night may be any night; its issuer lives now."""

    async def story(it: Story) -> None:
        assert abs(it.here.clock.now() / 1e6 - time.time()) > 86_400
        assert (await it.sign_in("ada")).status == 303

    told(story)
