"""What people do: each act once, for those who may, durable before it is granted, and audited either way."""

from __future__ import annotations

import asyncio
import http.client
from typing import Any

import pytest

from center.api import front as front_module
from center.core.events import UnitMoved
from center.ingest.feed import Attachment
from tests.center.api.room import Room, get, play, posted, room, until
from tests.patience import PATIENCE_S
from tests.running import Console

pytestmark = pytest.mark.wire

LOOK = "/api/units/SO-1/look"
SEARCH = "/api/plates/search"


def raised(here: Room, plate: str = "WNT001") -> str:
    """A fresh alert's id."""
    here.learn(here.listed(plate), here.read(plate))
    return list(here.assembly.center.picture.alerts.alerts)[-1]


async def shown(console: Console, alert: str) -> dict[str, Any]:
    (found,) = await asyncio.to_thread(console.alerts, alert=alert)
    return found


async def steps(console: Console, alert: str) -> list[tuple[str, str]]:
    """Who did what about an alert."""
    return [(step["operator"], step["act"]) for step in (await shown(console, alert)).get("history", ())]


def test_an_alert_is_acknowledged_confirmed_and_then_done() -> None:
    """The second to decide comes too late, and is told who was first."""

    async def story() -> None:
        async with room() as here:
            ada, ben = await here.console("ada"), await here.console("ben")
            name = raised(here)
            alert = f"/api/alerts/{name}"
            assert (await posted(ada, f"{alert}/acknowledge")).said == {"granted": True}
            assert (await posted(ben, f"{alert}/acknowledge")).said == {"granted": True}
            answer = await posted(ben, f"{alert}/confirm", {"action": "units sent", "note": "plate is clear"})
            assert (answer.status, answer.said) == (200, {"granted": True})
            for late in ("acknowledge", "confirm", "dismiss"):
                body = {"action": "none", "disposition": "misread"} if late == "dismiss" else {"action": "none"}
                answer = await posted(ada, f"{alert}/{late}", {} if late == "acknowledge" else body)
                assert (answer.status, answer.said) == (
                    409,
                    {"granted": False, "why": "ben has already confirmed it"},
                ), late
            done = await shown(ada, name)
            assert (done["state"], done["disposition"], done.get("lead", False)) == ("confirmed", "correct", False)
            step = done["history"][-1]
            assert (step["operator"], step["action"], step["note"]) == ("ben", "units sent", "plate is clear")

    play(story())


@pytest.mark.parametrize("disposition", ["wrong-state", "misread", "stale-listing", "dismissed"])
def test_an_alert_is_dismissed_with_what_it_was(disposition: str) -> None:
    """And with what was done about it."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            alert = raised(here)
            answer = await posted(
                ada, f"/api/alerts/{alert}/dismiss", {"disposition": disposition, "action": "list's owner told"}
            )
            assert answer.status == 200
            done = await shown(ada, alert)
            assert (done["state"], done["disposition"]) == ("dismissed", disposition)

    play(story())


def test_the_same_request_twice_is_one_act_with_one_answer() -> None:
    """Granted or refused, and while the first is still on its way. Somebody else's of the same name is another."""

    async def story() -> None:
        async with room() as here:
            ada, ben = await here.console("ada"), await here.console("ben")
            alert = raised(here)
            path, body = f"/api/alerts/{alert}/acknowledge", {"request": "r-1"}
            with here.journal.shut():
                before = here.journal.last
                asking = [asyncio.create_task(posted(ada, path, body)) for _ in range(3)]
                await until(lambda: here.journal.last == before + 3)
            assert [answer.status for answer in await asyncio.gather(*asking)] == [200, 200, 200]
            assert (await posted(ada, path, body)).status == 200
            assert await steps(ada, alert) == [("ada", "acknowledge")]
            assert (await posted(ben, path, body)).status == 200
            assert await steps(ada, alert) == [("ada", "acknowledge"), ("ben", "acknowledge")]
            video = {"request": "r-2", "what": "video", "reason": "stop"}
            answers = [await posted(ada, "/api/units/PD-1/look", video) for _ in range(2)]
            assert [(one.status, one.body) for one in answers] == [(403, answers[0].body)] * 2
            assert here.audit.count(("ada", "unit.video", "PD-1", False)) == 1

    play(story())


def test_an_act_that_cannot_be_kept_in_time_is_answered_503_and_is_one_act_when_it_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing was promised; the same request later gets the answer."""
    monkeypatch.setattr(front_module, "REPLY_TIMEOUT_S", 0.1)

    async def story() -> None:
        async with room() as here:
            ada, alert = await here.console(), raised(here)
            path, body = f"/api/alerts/{alert}/acknowledge", {"request": "r-1"}
            with here.journal.shut():
                answer = await posted(ada, path, body)
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) > 0
            assert (await posted(ada, path, body)).status == 200
            assert await steps(ada, alert) == [("ada", "acknowledge")]

    play(story())


LOOKS: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("ada", "SO-1", {"what": "position"}, 200),
    ("ada", "SO-1", {"what": "video", "reason": "stop"}, 200),
    ("ada", "SO-1", {"what": "audio", "reason": "stop", "case": "26-1"}, 200),
    ("sup", "SO-1", {"what": "video", "reason": "stop"}, 200),
    ("ada", "SO-1", {"what": "video"}, 403),
    ("ada", "PD-1", {"what": "position"}, 200),
    ("ada", "PD-1", {"what": "video", "reason": "stop"}, 403),
    ("ada", "PD-1", {"what": "audio", "reason": "stop"}, 403),
    ("sup", "PD-1", {"what": "video", "reason": "stop"}, 403),
    ("aud", "SO-1", {"what": "position"}, 200),
    ("aud", "SO-1", {"what": "video", "reason": "stop"}, 403),
    ("pat", "PD-1", {"what": "video", "reason": "stop"}, 403),
    ("pat", "SO-1", {"what": "position"}, 403),
    ("ada", "NO-1", {"what": "video", "reason": "stop"}, 403),
)


def test_media_of_own_units_only_and_every_look_is_audited() -> None:
    """A partner's position comes over the 911 link, its video and audio are not ours; the refusal says why."""

    async def story() -> None:
        async with room() as here:
            consoles = {name: await here.console(name) for name in ("ada", "sup", "aud", "pat")}
            for operator, unit, body, status in LOOKS:
                answer = await posted(consoles[operator], f"/api/units/{unit}/look", body)
                assert answer.status == status, (operator, unit, body)
                assert answer.said["granted"] == (status == 200)
                assert (status == 200) or answer.said["why"]
            assert here.audit == [
                (operator, f"unit.{body['what']}", unit, status == 200) for operator, unit, body, status in LOOKS
            ]

    play(story())


def test_the_audit_trail_is_read_by_those_who_audit_and_tells_of_it() -> None:
    """Newest first, narrowed by who, what, and whether it was refused; an operator may not, and both stand in it.
    Fails when refusals are kept where nobody can read them."""

    async def story() -> None:
        async with room() as here:
            ada, aud = await here.console("ada"), await here.console("aud")
            await posted(ada, "/api/units/PD-1/look", {"what": "audio", "reason": "pursuit", "case": "77-7"})
            await posted(ada, "/api/units/SO-1/look", {"what": "video", "reason": "pursuit"})
            refused = await get(ada, "/api/audit")
            assert (refused.status, refused.said["why"]) == (403, "an operator may not do audit.read")
            lines = (await get(aud, "/api/audit")).said
            assert [(one["operator"], one["act"], one["subject"]) for one in reversed(lines[-2:])] == [
                (who, "session.open", "127.0.0.1") for who in ("ada", "aud")
            ]
            del lines[-2:]
            assert [(one["operator"], one["act"], one["granted"]) for one in lines] == [
                ("aud", "audit.read", True),
                ("ada", "audit.read", False),
                ("ada", "unit.video", True),
                ("ada", "unit.audio", False),
            ]
            narrowed = (await get(aud, "/api/audit?operator=ada&granted=false&subject=PD-1")).said
            assert [(one["why"], one["reason"], one["case"]) for one in narrowed] == [
                ("PD-1 is not a unit of an own agency: its position is shared, nothing else", "pursuit", "77-7")
            ]
            assert (await get(aud, f"/api/audit?before={narrowed[0]['at']}")).said == []
            assert len((await get(aud, "/api/audit?limit=2")).said) == 2
            assert (await get(aud, "/api/audit?limit=0")).status == 422

    play(story())


def test_a_message_goes_to_own_units_with_a_terminal() -> None:
    """What cannot be delivered is refused, not swallowed."""

    async def story() -> None:
        async with room() as here:
            ada, aud = await here.console("ada"), await here.console("aud")
            here.learn(UnitMoved(at=here.clock.now(), source="avl", unit="SO-1", lat=30.2, lon=-93.2))
            assert (await posted(ada, "/api/units/SO-1/message", {"text": "call in"})).status == 200
            refusals = (
                (ada, "PD-1", {"text": "call in"}, "not a unit of an own agency"),
                (ada, "NO-1", {"text": "call in"}, "not a unit of an own agency"),
                (ada, "SO-1", {"text": "  "}, "the text is empty"),
                (aud, "SO-1", {"text": "call in"}, "an auditor may not"),
            )
            for console, unit, body, why in refusals:
                answer = await posted(console, f"/api/units/{unit}/message", body)
                assert answer.status == 403, (unit, body)
                assert why in answer.said["why"], answer.said

    play(story())


def test_a_search_needs_a_reason_and_a_case_and_finds_what_looks_alike() -> None:
    """Newest first, with O and zero alike; nobody searches for nothing."""

    async def story() -> None:
        async with room() as here:
            ada, aud = await here.console("ada"), await here.console("aud")
            here.learn(here.read("ABC100", 1), here.read("ABC1OO", 2), here.read("XYZ999", 3))
            why = {"reason": "theft", "case": "26-1"}
            answer = await posted(ada, SEARCH, {"plate": "abc-100", **why})
            assert [read["plate"] for read in answer.said] == ["ABC1OO", "ABC100"]
            assert (await posted(ada, SEARCH, {"plate": "NONE99", **why})).said == []
            for console, body in ((ada, {"reason": "theft"}), (ada, {"case": "26-1"}), (ada, {}), (aud, why)):
                assert (await posted(console, SEARCH, {"plate": "ABC100", **body})).status == 403
            assert [granted for *_, granted in here.audit] == [True, True, False, False, False, False]
            assert {subject for _, _, subject, _ in here.audit} == {"ABC100", "NONE99"}

    play(story())


def test_a_search_asked_again_by_the_same_request_is_searched_again_at_the_door() -> None:
    """It shows what is there by now, so it wants a case that still goes on and leaves a line of its own. Fails when the
    answer to the first lets later ones through: whoever was let search once could search for ever, unseen."""

    async def story() -> None:
        async with room() as here:
            ada, sup = await here.console("ada"), await here.console("sup")
            assert (await posted(sup, "/api/cases/77-7/assign", {"title": "t", "persons": ["sup"]})).status == 200
            body = {"request": "r-1", "plate": "ABC100", "reason": "theft", "case": "77-7"}
            for serial in (1, 2):
                here.learn(here.read("ABC100", serial))
                assert len((await posted(ada, SEARCH, body)).said) == serial
            assert here.audit.count(("ada", "plates.search", "ABC100", True)) == 2
            assert (await posted(sup, "/api/cases/77-7/close")).status == 200
            assert (await posted(ada, SEARCH, body)).status == 403
            assert (await posted(ada, SEARCH, body)).status == 403, "a refusal stays one"

    play(story())


def test_a_picture_is_for_those_who_work_with_it() -> None:
    """Byte for byte, kept by nobody in between, and every look is audited, also at one that is gone."""
    jpeg = b"\xff\xd8\xff\xe0 a plate \xff\xd9"

    async def story() -> None:
        async with room() as here:
            here.assembly.pictures.keep(Attachment("ab12", "image/jpeg", jpeg))
            ada, aud, pat = [await here.console(name) for name in ("ada", "aud", "pat")]
            answer = await get(ada, "/api/pictures/ab12")
            assert (answer.status, answer.headers["content-type"], answer.body) == (200, "image/jpeg", jpeg)
            assert answer.headers["cache-control"] == "no-store"
            assert (await get(aud, "/api/pictures/ab12")).status == 403
            assert (await get(pat, "/api/pictures/ab12")).status == 403
            assert (await get(ada, "/api/pictures/cd34")).status == 404
            assert here.audit == [
                ("ada", "picture.look", "ab12", True),
                ("aud", "picture.look", "ab12", False),
                ("pat", "picture.look", "ab12", False),
                ("ada", "picture.look", "cd34", True),
            ]

    play(story())


BAD: tuple[tuple[str, object, str], ...] = (
    ("/api/alerts/a1.1/confirm", {}, "action"),
    ("/api/alerts/a1.1/confirm", {"action": ""}, "action"),
    ("/api/alerts/a1.1/confirm", {"action": "x" * 501}, "action"),
    ("/api/alerts/a1.1/confirm", {"action": "go", "extra": 1}, "extra"),
    ("/api/alerts/a1.1/acknowledge", {"request": "with space"}, "request"),
    ("/api/alerts/a1.1/acknowledge", {"request": "x" * 101}, "request"),
    ("/api/alerts/a1.1/dismiss", {"action": "none"}, "disposition"),
    ("/api/alerts/a1.1/dismiss", {"action": "none", "disposition": "correct"}, "disposition"),
    (LOOK, {"what": "thoughts"}, "what"),
    (LOOK, [], "body"),
    ("/api/units/SO-1/message", {"text": ""}, "text"),
    (SEARCH, {"plate": "A"}, "plate"),
    ("/api/session", {"operator": 7}, "operator"),
)


def test_a_malformed_body_is_422_and_names_the_field() -> None:
    """It is no act: nothing of it is journaled, and nothing of it is said back."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            before = here.journal.last
            for path, body, field in BAD:
                answer = await posted(ada, path, body)
                assert answer.status == 422, (path, body)
                assert any(field in map(str, one["loc"]) for one in answer.said["detail"]), answer.said
                assert all(one.keys() == {"loc", "msg", "type"} for one in answer.said["detail"])
            assert here.journal.last == before

    play(story())


def test_bodies_have_a_size_and_state_it() -> None:
    """Too large is 413; what does not say how large it is, 411."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            assert (await posted(ada, LOOK, b" " * (64 * 1024 + 1))).status == 413
            assert (await posted(ada, LOOK, b" " * (64 * 1024))).status == 422
            assert await asyncio.to_thread(_chunked, here.at, ada.headers) == 411
            assert (await get(ada, LOOK)).status == 405
            assert (await posted(ada, "/api/units/SO-1/watch")).status in (404, 405)

    play(story())


def _chunked(at: tuple[str, int], headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(*at, timeout=PATIENCE_S)
    try:
        connection.request("POST", LOOK, iter([b"{}"]), headers, encode_chunked=True)
        return connection.getresponse().status
    finally:
        connection.close()
