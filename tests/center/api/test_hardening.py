"""What somebody tries who knows HTTP better than the page does."""

from __future__ import annotations

import asyncio
import hmac

import pytest

from center.core.events import HotlistLoaded, Listing
from center.limits import Limit, kin
from center.site import SiteError, from_tables
from tests.center.api.room import Room, get, play, posted, room
from tests.center.api.sources import sources
from tests.running import TOKEN, Answer, Console, ask, tables

pytestmark = pytest.mark.wire

LOOKED_UP = {"plate": "WNT001", "reason": "theft", "case": "26-1"}


def test_a_request_that_was_granted_opens_the_door_for_no_other() -> None:
    """The client names its requests. A name that was good for one act, or for one with a reason, is a new request with
    anything else in it: asked of the door, and a line of the trail. Fails when a search goes through on the name of a
    note in the log, unseen by any auditor."""

    async def story() -> None:
        async with room() as here:
            here.learn(here.listed("WNT001"), here.read("WNT001"))
            ada = await here.console()
            assert (await posted(ada, "/api/log", {"text": "quiet", "request": "x"})).status == 200
            assert (await posted(ada, "/api/plates/search", {**LOOKED_UP, "request": "x"})).status == 200
            for other in (
                {"plate": "WNT001"},
                {**LOOKED_UP, "plate": "ABC123", "reason": None},
                {**LOOKED_UP, "case": "0"},
            ):
                lines = len(here.audited)
                answer = await posted(ada, "/api/plates/search", {**other, "request": "x"})
                assert answer.status == 403, other
                assert [(line.act, line.granted) for line in here.audited[lines:]] == [("plates.search", False)]
            lines, note = len(here.audited), {"text": "quiet", "request": "x"}
            assert (await posted(ada, "/api/log", note)).status == 200
            assert here.audited[lines:] == [], "the same one twice is one"

    play(story())


def test_zeros_before_a_length_hide_no_body() -> None:
    """Fails when only the first digits of a body's length are looked at."""

    async def story() -> None:
        async with room() as here:
            body = b'{"operator": "ada", "token": "%s"}' % (b"x" * 70_000)
            headers = {"Content-Type": "application/json", "Content-Length": f"{'0' * 20}{len(body)}"}
            answer = await asyncio.to_thread(ask, here.at, "POST", "/api/session", body, headers)
            assert answer.status == 413

    play(story())


async def _told(here: Room, forwarded: str, token: str = "wrong") -> Answer:
    headers = {"Content-Type": "application/json", "X-Forwarded-For": forwarded}
    body = b'{"operator": "ada", "token": "%s"}' % token.encode()
    return await asyncio.to_thread(ask, here.at, "POST", "/api/session", body, headers)


def test_where_somebody_comes_from_is_a_proxys_to_say_and_nobody_elses() -> None:
    """Else the trail holds what a guesser writes there, and every guess comes from somewhere new. Behind the site's own
    proxy one guesser does not keep the whole room waiting."""

    async def story() -> None:
        async with room(simulated=False) as here:
            assert (await _told(here, "203.0.113.1")).status == 401
            assert here.audited[-1].subject == "127.0.0.1"
        async with room(simulated=False, more={"api": {"public": "https://rtcc.example"}}) as here:
            while (await _told(here, "203.0.113.1, 198.51.100.7")).status == 401:
                assert here.audited[-1].subject == "198.51.100.7", "not what came before the proxy's word"
            here.ahead_s += 5.0
            assert (await _told(here, "192.0.2.44", TOKEN)).status == 200
            assert here.audited[-1].subject == "192.0.2.44"

    play(story())


def test_a_guesser_keeps_nobody_out_of_where_they_work() -> None:
    """Who has come in from there before comes in again, however many guess in their name elsewhere. From anywhere else
    they wait like everybody. Fails when one guess in five seconds locks somebody out for as long as it goes on."""

    async def story() -> None:
        async with room(simulated=False, more={"api": {"public": "https://rtcc.example"}}) as here:
            assert (await _told(here, "192.0.2.44", TOKEN)).status == 200
            guesses = 0
            while (await _told(here, f"198.51.100.{guesses}")).status == 401:
                guesses += 1
            assert (await _told(here, "203.0.113.9", TOKEN)).status == 429
            assert (await _told(here, "192.0.2.44", TOKEN)).status == 200
            while (await _told(here, "192.0.2.44")).status == 401:
                guesses += 1
            assert guesses < 100, "there, too, nobody guesses for ever"

    play(story())


def test_an_ipv6_household_is_one_guesser() -> None:
    """Who has a network of addresses does not have as many tries."""
    assert kin("2001:db8:1:2::1") == kin("2001:db8:1:2:ffff::9") != kin("2001:db8:1:3::1")
    assert kin("::ffff:192.0.2.7") == kin("192.0.2.7") != kin("192.0.2.8")
    assert kin("no address") == "no address"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/plates/search", {"plate": "ABC123"}),
        ("/api/records/search", {"licence": "12"}),
        ("/api/posts/search", {"words": "truck"}),
        ("/api/patterns/series/plates", {"reports": ["cad/b1", "cad/b2"]}),
        ("/api/bulletins/series", {"reports": ["cad/b1", "cad/b2"], "reason": "none", "case": "none"}),
    ],
)
def test_every_way_of_looking_somebody_up_has_the_same_limit(path: str, body: dict[str, object]) -> None:
    """Whatever they are looked up in. Fails for a search that is added without it."""

    async def story() -> None:
        async with room(**sources()) as here:
            assert here.front is not None
            ada = await here.console()
            here.front._searches = Limit(1, 0.001, here.front.sessions.seconds)
            assert (await posted(ada, path, body)).status == 403
            assert (await posted(ada, path, body)).status == 429

    play(story())


def test_a_lists_words_are_words_in_a_spreadsheet_too() -> None:
    """Whoever writes the reason of a listing does not write a formula into the sheriff's figures."""

    async def story() -> None:
        async with room() as here:
            evil = Listing("WNT001", "LA", reason="=HYPERLINK(0)")
            listed = HotlistLoaded(at=here.clock.now(), source="wanted", hotlist="w", version="1", listings=(evil,))
            here.learn(listed, here.read("WNT001"))
            ada = await here.console()
            (alert,) = here.assembly.center.picture.alerts.alerts
            assert (await posted(ada, f"/api/alerts/{alert}/confirm", {"action": "go"})).status == 200
            assert (await posted(ada, f"/api/alerts/{alert}/outcome", {"outcome": "recovered"})).status == 200
            text = (await get(ada, "/api/counts.csv")).body.decode()
            assert ",recovered,'=HYPERLINK(0),1," in text

    play(story())


def test_a_token_in_the_wrong_field_is_not_written_down() -> None:
    """The trail is kept for years and goes to other systems. A name that is known is in it."""

    async def story() -> None:
        async with room(simulated=False) as here:
            secret = "s3cret-of-ada"
            for operator in (secret, "ada"):
                answer = await posted(Console(here.at), "/api/session", {"operator": operator, "token": "x"})
                assert answer.status == 401
            assert [line.operator for line in here.audited] == ["", "ada"]
            assert secret not in str(here.audited)

    play(story())


def test_whether_a_name_is_known_takes_no_time_to_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody has is compared like one that somebody has."""
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: (compared.append((a, b)), a == b)[1])

    async def story() -> None:
        async with room(simulated=False) as here:
            assert here.front is not None
            for operator in ("ada", "nobody"):
                compared.clear()
                assert here.front.sessions.by_token(operator, "wrong") is None
                assert len(compared) == 1, operator

    play(story())


def test_under_tls_the_cookie_is_this_hosts_only() -> None:
    """By its name a browser takes it from nobody else: not from a neighbour's name, not without TLS. Fails when such a
    one could plant a session of their own in somebody's browser."""

    async def story() -> None:
        async with room(more={"api": {"public": "https://rtcc.example"}}) as here:
            answer = await posted(Console(here.at), "/api/session", {"operator": "ada"})
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-rtcc_session=")
            assert "; path=/;" in f"{cookie.lower()};"
            assert "domain=" not in cookie.lower()
            ada = Console(here.at)
            ada.headers = {"Cookie": cookie.partition(";")[0].replace("__Host-", "")}
            assert (await get(ada, "/api/session")).status == 401
            ada.headers = {"Cookie": cookie.partition(";")[0]}
            assert (await get(ada, "/api/session")).status == 200
            gone = await asyncio.to_thread(ada.delete, "/api/session")
            assert gone.headers["set-cookie"].startswith("__Host-rtcc_session=")
            assert "secure" in gone.headers["set-cookie"].lower()

    play(story())


@pytest.mark.parametrize(
    ("api", "fits"),
    [
        ({"listen": "127.0.0.1:8000"}, True),
        ({"listen": "0.0.0.0:8000"}, False),
        ({"listen": ":8000"}, False),
        ({"listen": "[::1]:8000"}, True),
        ({"listen": "0.0.0.0:8000", "public": "http://rtcc.example"}, False),
        ({"listen": "0.0.0.0:8000", "public": "https://rtcc.example"}, True),
        ({"listen": "0.0.0.0:8000", "tls_certificate": "a.pem", "tls_key": "a.key"}, True),
        ({"proxies": ["10.0.0.0/8", "::1"]}, True),
        ({"proxies": ["*"]}, False),
    ],
)
def test_a_real_site_that_others_reach_has_tls(api: dict[str, object], fits: bool) -> None:
    """Else its cookies cross the network for whoever listens."""
    site = tables(simulated=False) | {"api": api}
    if fits:
        from_tables(site, "site")
    else:
        with pytest.raises(SiteError, match=r"api\.(listen|proxies)"):
            from_tables(site, "site")
