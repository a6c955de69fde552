"""Signing in by a provider that others wrote, over HTTP (oidc-provider-mock, on Authlib)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from center.api.openid_http import asker
from tests.center.api.room import Room, get, play, room
from tests.running import Answer, Console, ask
from tests.servers import LOOPBACK, foreign_provider

pytestmark = pytest.mark.wire

PEOPLE = (
    {"sub": "0001", "preferred_username": "ada", "groups": ["Watch floor"]},
    {"sub": "0002", "preferred_username": "ben", "groups": ["Jail"]},
    {"sub": "0003", "preferred_username": "eve", "groups": ["Watch floor"]},
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def walked(here: Room, choice: dict[str, str], hint: str = "") -> Answer:
    """To the provider's page, where somebody makes their choice, and back."""
    start = await get(Console(here.at), f"/api/session/provider?person={hint}")
    assert start.status == 303, start.body
    there = urlsplit(start.headers["location"])
    assert there.hostname
    assert there.port
    place = (there.hostname, there.port)
    page = await asyncio.to_thread(ask, place, "GET", f"{there.path}?{there.query}")
    assert page.status == 200, page.body
    chosen = await asyncio.to_thread(
        ask, place, "POST", f"{there.path}?{there.query}", urlencode(choice).encode(), FORM
    )
    back = urlsplit(chosen.headers["location"])
    cookie = start.headers["set-cookie"].partition(";")[0]
    return await asyncio.to_thread(ask, here.at, "GET", f"{back.path}?{back.query}", None, {"Cookie": cookie})


def before_it(story: Callable[[Room], Any], **options: int) -> None:
    async def within(port: int) -> None:
        sign_in = {
            "issuer": f"http://{LOOPBACK}:{port}",
            "client_secret": "a secret: 100% ours",
            "redirect": f"http://{LOOPBACK}:1/api/session/callback",
            "roles": "groups",
            "called": {"operator": "Watch floor"},
        }
        async with room(more={"sign_in": sign_in}, ask=asker()) as here:
            assert here.front is not None
            assert here.front.openid is not None
            here.front.openid.redirect = "http://{}:{}/api/session/callback".format(*here.at)
            await story(here)

    with foreign_provider(PEOPLE, **options) as provider:
        play(within(provider.port))


def test_another_makers_word_is_understood() -> None:
    """Whom it names comes in by the groups that it knows them in; whom it says too little of, whom nobody knows here,
    and who changes their mind at the provider's page does not, and each is told why."""

    async def story(here: Room) -> None:
        answer = await walked(here, {"sub": "0001"})
        assert (answer.status, answer.headers["location"]) == (303, "/"), answer.body
        cookie = next(one for one in answer.headers.get_all("set-cookie", []) if one.startswith("rtcc_session="))
        ada = Console(here.at)
        ada.headers = {"Cookie": cookie.partition(";")[0]}
        assert (await get(ada, "/api/session")).said["operator"] == "ada"
        assert (await asyncio.to_thread(ada.delete, "/api/session")).status == 204
        assert (await get(ada, "/api/session")).status == 401
        for choice, told, why in (
            ({"sub": "0002"}, b"does not say that you are operator", "groups lacks operator"),
            ({"sub": "0003"}, b"this site knows nobody of that name", "unknown here"),
            ({"action": "deny"}, b"did not sign you in", "the provider refused: access_denied"),
        ):
            refused = await walked(here, choice)
            assert refused.status == 403
            assert told in refused.body
            assert here.audited[-1].why == why
        assert here.front is not None
        assert here.front.openid is not None
        here.front.openid._secret = None  # as where somebody forgot it in the site file
        assert (await walked(here, {"sub": "0001"})).status == 403
        assert here.audited[-1].why == "the provider answered 401: invalid_client"

    before_it(story)


def test_a_token_that_has_ended_before_it_comes_opens_nothing() -> None:
    """The provider's clock is two minutes off, or the answer was held back so long."""

    async def story(here: Room) -> None:
        answer = await walked(here, {"sub": "0001"}, "ada")
        assert answer.status == 403
        assert b"could not be believed" in answer.body
        assert (here.audited[-1].granted, here.audited[-1].why[:17]) == (False, "ExpiredTokenError")

    before_it(story, token_s=-120)
