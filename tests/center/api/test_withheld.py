"""A hotlist that not everybody may see: to anybody else its hits are nowhere."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from center.core.events import CallOpened, HotlistSpoiled
from tests.center.api.room import Room, frame_with, get, play, posted, room
from tests.running import Answer, Console

pytestmark = pytest.mark.wire

PLATE = "KEP7001"
OPEN = "OPN001"
KEPT = {"hotlist": "internal", "category": "affairs", "roles": ["supervisor"]}
BODIES: dict[str, dict[str, Any]] = {
    "/api/units/{unit}/answer": {"inquiry": "i0.0", "person": "SYN-1"},
    "/api/session": {"operator": "ben"},
    "/api/alerts/{alert}/acknowledge": {},
    "/api/alerts/{alert}/confirm": {"action": "units sent"},
    "/api/alerts/{alert}/dismiss": {"disposition": "misread", "action": "none"},
    "/api/alerts/{alert}/correct": {"disposition": "misread", "reason": "a trailer"},
    "/api/alerts/{alert}/outcome": {"outcome": "recovered"},
    "/api/incidents/{incident}/share": {"agency": "PD", "reason": "theirs"},
    "/api/incidents/{incident}/unshare": {"agency": "PD", "reason": "theirs"},
    "/api/units/{unit}/look": {"what": "position"},
    "/api/units/{unit}/message": {"text": "hello"},
    "/api/holds": {"subject": "plate:OTHER1", "days": 30, "reason": "trial", "case": "26-1"},
    "/api/holds/{hold}/lift": {"reason": "over"},
    "/api/sessions/{session}/end": {"reason": "left open"},
    "/api/log": {"text": "quiet"},
    "/api/plates/search": {"plate": "OTHER1", "reason": "theft", "case": "26-1"},
    "/api/records/search": {"plate": "OTHER1", "reason": "theft", "case": "26-1"},
    "/api/posts/search": {"words": "truck", "reason": "theft", "case": "26-1"},
    "/api/cameras/{camera}/watch": {"reason": "alert", "case": "{alert}"},
    "/api/cameras/{camera}/listen": {"reason": "alert", "case": "{alert}"},
    "/api/cameras/{camera}/ask": {"reason": "alert", "case": "{alert}"},
    "/api/asks/{ask}/end": {},
    "/api/cameras/{camera}/keep": {"reason": "evidence", "case": "{alert}", "start": 0, "end": 1},
    "/api/tickets/{ticket}/stop": {},
    "/api/tickets/{ticket}/revoke": {"reason": "enough"},
    "/api/community/{incident}/request": {
        "case": "none",
        "reason": "robbery",
        "lat": 30.2,
        "lon": -93.2,
        "radius_m": 300,
        "start": 0,
        "end": 1,
    },
    "/api/community/{asked}/close": {},
    "/api/community/{offer}/approve": {"reason": "shows it"},
    "/api/community/{offer}/reject": {"reason": "shows nothing"},
    "/api/bulletins": {
        "kind": "vehicle",
        "title": "Grey van",
        "text": "a van",
        "confidence": "likely",
        "until": "2026-01-03T12:00:00Z",
        "sources": [{"kind": "witness", "name": "w"}],
    },
    "/api/bulletins/series": {"reports": ["cad/b1", "cad/b2"], "reason": "series", "case": "26-1"},
    "/api/bulletins/{bulletin}/approve": {},
    "/api/bulletins/{bulletin}/decline": {"reason": "vague"},
    "/api/bulletins/{bulletin}/read": {},
    "/api/bulletins/{bulletin}/withdraw": {"reason": "found"},
    "/api/messages": {"to": "unit/SO-1", "text": "hello", "about": "{about}"},
    "/api/messages/reply": {"thread": "{about}", "text": "hello"},
    "/api/messages/{post}/read": {},
    "/api/cases/{case}/assign": {"title": "t", "persons": ["sup"]},
    "/api/cases/{case}/close": {},
    "/api/boxes/{box}/accept": {"units": ["SO-1"]},
    "/api/boxes/{box}/decline": {},
    "/api/audit/{line}/review": {"verdict": "fine"},
    "/api/tips/belongs": {"tip": "tips/T1", "about": "{about}", "reason": "names it"},
    "/api/tips/apart": {"tip": "tips/T1", "about": "{about}", "reason": "names it"},
    "/api/tips/unsay": {"tip": "tips/T1", "about": "{about}", "reason": "names it"},
    "/api/patterns/series/confirm": {"reports": ["cad/b1", "cad/b2"]},
    "/api/patterns/series/split": {"reports": ["cad/b1"], "out": ["cad/b2"]},
    "/api/patterns/series/plates": {"reports": ["cad/b1", "cad/b2"], "reason": "series", "case": "26-1"},
}
"""What is said on every route that wants to be told something; `{alert}` is the one that is asked about,
`{about}` the conversation about it."""


async def kept_hit(here: Room, sup: Console) -> list[str]:
    """Everything that can come of a list: a lead beside an incident, that nobody on the street answers for, and a
    delivery that was spoiled. The alerts' ids."""
    now = here.clock.now()
    call = CallOpened(at=now, source="911", call="c1", system="cad", lat=30.2, lon=-93.2, kind="crash")
    here.learn(here.listed(PLATE, hotlist="internal"), call, here.read(PLATE))
    (lead,) = here.assembly.center.picture.alerts.alerts
    assert (await posted(sup, f"/api/alerts/{lead}/confirm", {"action": "units sent"})).status == 200
    told = {"to": "unit/SO-1", "text": f"stand by for {PLATE}", "about": f"alert/{lead}"}
    assert (await posted(sup, "/api/messages", told)).status == 200
    here.learn(HotlistSpoiled(at=now, source="internal", hotlist="internal", why=f"half of {PLATE}"))
    return list(here.assembly.center.picture.alerts.alerts)


async def every_answer(here: Room, console: Console, alert: str) -> dict[str, Answer]:
    """Of every route there is, asked by one person about one alert."""
    answers = {}
    described = (await get(console, "/api/openapi.json")).said["paths"]
    assert {path for path, ways in described.items() if "post" in ways} == BODIES.keys()
    for path, ways in described.items():
        place = re.sub("{.*?}", "none", path.replace("{alert}", alert).replace("{unit}", "SO-1"))
        if "get" in ways:
            answers[f"GET {path}"] = await get(console, place)
        if "post" in ways:
            named = {"{alert}": alert, "{about}": f"alert/{alert}"}
            body = {key: named.get(str(said), said) for key, said in BODIES[path].items()}
            asker = Console(console.at) if path == "/api/session" else console
            answers[f"POST {path}"] = await posted(asker, place, body)
    return answers


@pytest.mark.parametrize("who", ["ben", "aud"])
def test_what_comes_of_a_list_is_nowhere_for_whom_it_is_kept_from(who: str) -> None:
    """On no route and in no frame: not the lead, not the word that nobody answered, not the plate beside the incident,
    not the delivery that was spoiled. Who may see it has all of it. Fails when a route is added that shows an alert
    without asking whose it is, and when the routes above are not all there are."""

    async def story() -> None:
        async with room(hotlists=[KEPT]) as here:
            sup, other = await here.console("sup"), await here.console(who)
            async with here.watch(sup) as shown, here.watch(other) as kept_from:
                alerts = await kept_hit(here, sup)
                here.learn(here.listed(OPEN), here.read(OPEN))
                frames: dict[str, str] = {}
                for name, watching in (("sup", shown), (who, kept_from)):
                    frames[name] = ""
                    while OPEN not in frames[name]:
                        frames[name] += str(await frame_with(watching, "alerts")) + "\n"
            assert len(alerts) == 3
            assert PLATE in frames["sup"]
            assert PLATE not in frames[who]
            assert not [alert for alert in alerts if f"'{alert}'" in frames[who]]
            told = (await asyncio.to_thread(sup.state))["incidents"][0]["plates"]
            assert [plate["plate"] for plate in told] == [PLATE, OPEN]
            for alert in alerts:
                for route, answer in (await every_answer(here, other, alert)).items():
                    assert PLATE.encode() not in answer.body, route
                    assert b"internal" not in answer.body or "/audit" in route or "/feeds" in route, route
                    assert answer.status in (200, 403, 404, 409) or route.endswith("/session"), (route, answer)

    play(story())


def test_what_is_written_about_a_kept_hit_is_kept_as_well_also_when_the_hit_is_forgotten() -> None:
    """A line in the watch log goes where the hit goes, and the conversation about it stays where it was when retention
    has taken the hit. Somebody from whom it is kept writes about its number as about any other: their line is shown to
    them. Fails when a line about a hit is everybody's, or goes from its writer's eyes."""

    async def story() -> None:
        async with room(hotlists=[KEPT]) as here:
            ben, sup = await here.console("ben"), await here.console("sup")
            (lead, *_) = await kept_hit(here, sup)
            for who, text in ((sup, f"{PLATE} is ours"), (ben, "what is this")):
                assert (await posted(who, "/api/log", {"text": text, "about": lead})).status == 200
            picture = here.assembly.center.picture
            for _ in range(2):
                for path in ("/api/log", "/api/log.txt", "/api/state", "/api/messages"):
                    theirs = (await get(ben, path)).body.decode()
                    assert PLATE not in theirs, path
                    assert ("what is this" in theirs) == ("messages" not in path), path
                assert f"{PLATE} is ours" in (await get(sup, "/api/log")).body.decode()
                assert PLATE in (await get(sup, "/api/messages")).body.decode()
                picture.alerts.alerts.pop(lead, None)
                picture.alerts.closed[:] = [name for name in picture.alerts.closed if name != lead]

    play(story())


def test_acting_on_what_one_may_not_see_is_acting_on_nothing() -> None:
    """Told in the same words as of an alert that never was, before it is confirmed and after; the audit trail knows
    better, and the alert is untouched."""

    async def story() -> None:
        async with room(hotlists=[KEPT]) as here:
            ben, sup = await here.console("ben"), await here.console("sup")
            here.learn(here.listed(PLATE, hotlist="internal"), here.read(PLATE))
            (lead,) = here.assembly.center.picture.alerts.alerts
            for _ in range(2):
                for path in ("acknowledge", "confirm", "dismiss"):
                    body = BODIES[f"/api/alerts/{{alert}}/{path}"]
                    answer = await posted(ben, f"/api/alerts/{lead}/{path}", body)
                    nothing = await posted(ben, f"/api/alerts/a9.9/{path}", body)
                    assert (answer.status, answer.said["why"]) == (403, f"there is no alert {lead}")
                    assert nothing.status == 403
                    assert nothing.said["why"].replace("a9.9", lead) == answer.said["why"]
                (seen,) = await asyncio.to_thread(sup.alerts, alert=lead)
                assert {step["operator"] for step in seen.get("history", ())} <= {"sup"}
                await posted(sup, f"/api/alerts/{lead}/confirm", {"action": "units sent"})
            refused = [line for line in here.audited if line.subject == lead and line.operator == "ben"]
            assert len(refused) == 6
            assert all(not line.granted and line.why == "ben may not see hits of internal" for line in refused)

    play(story())


def test_a_search_says_the_same_of_a_plate_whether_or_not_it_is_kept() -> None:
    """Reads are reads: who has a case finds where the car was, and nothing that says that a list has it."""

    async def searched(*listed: str) -> Any:
        async with room(hotlists=[KEPT]) as here:
            ben = await here.console("ben")
            here.learn(here.listed("NIL001", *listed, hotlist="internal"), here.read(PLATE))
            return (await posted(ben, "/api/plates/search", {"plate": PLATE, "reason": "theft", "case": "26-1"})).said

    async def story() -> None:
        kept, unlisted = await searched(PLATE), await searched()
        assert kept == unlisted
        assert [read["plate"] for read in kept] == [PLATE]

    play(story())


def test_the_state_is_behind_the_same_door_as_the_socket() -> None:
    """Another agency's officer is no watcher by any way."""

    async def story() -> None:
        async with room() as here:
            here.learn(here.listed(OPEN), here.read(OPEN))
            answer = await get(await here.console("pat"), "/api/state")
            assert (answer.status, answer.said["granted"]) == (403, False)
            assert here.audit[-1] == ("pat", "room.watch", "room", False)

    play(story())
