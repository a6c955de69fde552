"""The OpenAPI document says what is true: every answer is one that it announces, in the shape that it announces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPMethod
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import msgspec
import pytest

from center.api import front as front_module
from center.core.camera_events import ClipKept
from center.core.community_facts import ClipOffered
from center.core.events import HOUR, CallOpened, Micros
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns
from center.core.tip_facts import TipReceived
from center.ingest.feed import Attachment
from tests.center.api.room import Room, get, play, posted, room
from tests.center.api.sources import sources
from tests.running import ADMINISTRATOR, Answer, Console, ask, tables

pytestmark = pytest.mark.wire


class Call(NamedTuple):
    """`path` as the document has it; `subject` goes into its braces."""

    method: str
    path: str
    who: str
    expected: int
    body: object = None
    subject: str = ""


def calls(alert: str, other: str, line: str) -> Iterator[Call]:
    """Each route with each answer that can be had without a slow disk."""
    for path in ("", "/demo", "/ways"):
        yield Call("GET", f"/api/session{path}", "ada", 200)
    yield Call("GET", "/api/session", "", 401)
    yield Call("POST", "/api/session", "", 200, {"operator": "ada"})
    yield Call("POST", "/api/session", "", 401, {"operator": "nobody"})
    yield Call("POST", "/api/session", "", 422, {})
    yield Call("POST", "/api/session", "", 413, "x" * 70_000)
    yield Call("DELETE", "/api/session", "", 204)
    yield Call("GET", "/api/status", "", 200)
    for name in ("site", "map", "state", "feeds"):
        yield Call("GET", f"/api/{name}", "ada", 200)
        yield Call("GET", f"/api/{name}", "", 401)
        yield Call("GET", f"/api/{name}", "pat", 403)
    for who, expected, ref in (("ada", 200, "ab12"), ("ada", 404, "none"), ("aud", 403, "ab12"), ("", 401, "ab12")):
        yield Call("GET", "/api/pictures/{ref}", who, expected, None, ref)
    for who, expected in (("aud", 200), ("ada", 403), ("", 401)):
        yield Call("GET", "/api/audit", who, expected)
        for what in (".ndjson", "/sample", "/patterns"):
            yield Call("GET", f"/api/audit{what}", who, expected)
    for path in ("/api/log", "/api/log.txt", "/api/tips"):
        for who, expected in (("ada", 200), ("pat", 403), ("", 401)):
            yield Call("GET", path, who, expected)
    acts: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("/api/alerts/{alert}/acknowledge", alert, {}),
        ("/api/alerts/{alert}/confirm", alert, {"action": "go"}),
        ("/api/alerts/{alert}/dismiss", alert, {"action": "no", "disposition": "misread"}),
        ("/api/units/{unit}/look", "SO-1", {"what": "video", "reason": "stop"}),
        ("/api/units/{unit}/message", "SO-1", {"text": "call in"}),
        ("/api/plates/search", "", {"plate": "WNT001", "reason": "theft", "case": "26-1"}),
        ("/api/log", "", {"text": "power is out", "about": "SO-1"}),
    )
    for path, subject, body in acts:
        yield Call("POST", path, "ada", 200, body, other if path.endswith("dismiss") else subject)
        yield Call("POST", path, "aud", 403, body, subject)
        yield Call("POST", path, "", 401, body, subject)
        yield Call("POST", path, "ada", 422, {"unknown": 1}, subject)
        yield Call("POST", path, "ada", 413, "x" * 70_000, subject)
    judged = "/api/audit/{line}/review"
    for who, expected, said in (
        *(("aud", 404, {"verdict": "fine"}), ("ada", 403, {"verdict": "fine"}), ("", 401, {"verdict": "fine"})),
        *(("aud", 422, {"verdict": "perhaps"}), ("aud", 413, "x" * 70_000)),
    ):
        yield Call("POST", judged, who, expected, said, "u0.0")
    yield Call("POST", judged, "aud", 200, {"verdict": "asks", "note": "why?"}, line)
    for path, subject, body in acts[:3]:
        yield Call("POST", path, "ben", 409, body, subject)
        yield Call("POST", path, "ada", 403, body, "a0.0")


LEE = {"operator": "lee", "name": "Lee", "agency": "PD", "role": "representative"}
JOINED = [{"agency": "SO", "name": "Sheriff", "own": True}, {"agency": "PD", "name": "Police", "sees": ["incidents"]}]
OWNER = {"owner": "o9", "at": [30.9, -93.2], "token_sha256": "0" * 64, "key": "0" * 64, "camera": "mart"}
CAMERAS = (
    {"id": "gate", "kind": "fixed", "agency": "SO", "at": [30.2, -93.2], "url": "rtsp://192.0.2.1/gate"},
    {"id": "mart", "kind": "community", "agency": "SO", "at": [30.9, -93.2], "url": "rtsp://192.0.2.1/mart"}
    | {"owner": "M.", "consent": "on-request"},
    {"id": "SO-1-mic", "kind": "microphone", "unit": "SO-1", "url": "rtsp://192.0.2.1/mic"},
)


def video_calls(call: str, tickets: Sequence[str], clip: str) -> Iterator[Call]:
    """The routes about cameras, on an incident, tickets of ada's, ben's and a supervisor's, and a clip that is kept."""
    why = {"reason": "call", "case": call}
    for path, subject in (("/api/cameras", ""), ("/api/incidents/{incident}/cameras", call)):
        for who, expected in (("ada", 200), ("", 401), ("pat", 403)):
            yield Call("GET", path, who, expected, None, subject)
    for who, expected, ticket in (
        ("ada", 200, tickets[0]),
        ("ada", 404, tickets[1]),
        ("", 401, tickets[0]),
        ("pat", 403, tickets[0]),
    ):
        yield Call("GET", "/api/tickets/{ticket}", who, expected, None, ticket)
    for who, expected, name in (("ada", 200, clip), ("ada", 404, "k0.0"), ("", 401, clip), ("pat", 403, clip)):
        yield Call("GET", "/api/clips/{clip}.mp4", who, expected, None, name)
    acts: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("/api/incidents/{incident}/share", "ada", call, {"agency": "PD", "reason": "theirs"}),
        ("/api/incidents/{incident}/unshare", "ada", call, {"agency": "PD", "reason": "theirs"}),
        ("/api/cameras/{camera}/watch", "ada", "gate", why),
        ("/api/cameras/{camera}/listen", "ada", "SO-1-mic", why),
        ("/api/cameras/{camera}/keep", "ada", "gate", why | {"start": 0, "end": 1}),
        ("/api/tickets/{ticket}/stop", "ada", tickets[0], {}),
        ("/api/tickets/{ticket}/revoke", "sup", tickets[1], {"reason": "enough"}),
    )
    for path, who, subject, body in acts:
        yield Call("POST", path, who, 200, body, subject)
        yield Call("POST", path, "aud", 403, body, subject)
        yield Call("POST", path, "", 401, body, subject)
        yield Call("POST", path, "ada", 422, {"unknown": 1}, subject)
        yield Call("POST", path, "ada", 413, "x" * 70_000, subject)
        if "ticket" in path:
            yield Call("POST", path, who, 409, body, subject)
            yield Call("POST", path, "ada", 403, {"reason": "enough"} if body else {}, tickets[2])


def made(at: tuple[str, int], console: Console, call: Call) -> Answer:
    path = (
        call.path if not call.subject else f"{call.path.partition('{')[0]}{call.subject}{call.path.partition('}')[2]}"
    )
    body = None if call.method != HTTPMethod.POST else json.dumps(call.body).encode()
    return ask(at, call.method, path, body, {"Content-Type": "application/json", **console.headers})


def check(document: dict[str, Any], call: Call, answer: Answer) -> None:
    """The status is announced for this call, and the body is of the announced type and shape."""
    operation = document["paths"][call.path][call.method.lower()]
    announced = operation["responses"].get(str(answer.status))
    assert announced is not None, f"{call.method} {call.path} is not announced to answer {answer.status}"
    if answer.status == 204:
        assert not answer.body
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    if answer.status == 200:
        assert media_type in announced["content"], f"{call.path}: {media_type}"
    schema = announced.get("content", {}).get(media_type, {}).get("schema")
    if schema is not None:
        jsonschema.validate(answer.said, {**schema, "components": document["components"]})


def _patterns(here: Room) -> Iterator[Call]:
    """Two boxes are proposed, one is taken, one declined, and each only once. Two burglaries are a series, or are not,
    and plates passed near them."""
    at = here.clock.now()
    here.learn(msgspec.structs.replace(here.assembly.site.as_event(at), patterns=Patterns()))
    told = {"at": at, "source": "911", "system": "cad", "lat": 30.2, "lon": -93.2, "kind": "burglary-vehicle"}
    here.learn(*(CallOpened(call=name, **told) for name in ("b1", "b2")))
    picture = here.assembly.center.picture
    box = Box(30.2, -93.2, 200.0, ((30.2, -93.2),), 0.5, 0, 2, 0.6, 0.5)
    end = Micros(at + HOUR)
    advice = Advice(at, end, end, boxes=(box, box))
    here.learn(ForecastReady(at=at, source="forecaster", answers=picture.patterns.asked, advice=advice))
    for who, expected in (("ada", 200), ("pat", 403), ("", 401)):
        yield Call("GET", "/api/patterns", who, expected)
    bodies = ({"units": ["SO-1"]}, {})
    for act, name, body in zip(("accept", "decline"), picture.patterns.offers, bodies, strict=True):
        for who, expected, said in (
            *(("sup", 422, {"unknown": 1}), ("sup", 413, "x" * 70_000), ("", 401, body), ("ada", 403, body)),
            *(("sup", 200, body), ("sup", 409, body)),
        ):
            yield Call("POST", f"/api/boxes/{{box}}/{act}", who, expected, said, name)
    both: dict[str, Any] = {"reports": ["cad/b1", "cad/b2"]}
    for path, body in (
        ("confirm", both),
        ("split", {"reports": ["cad/b1"], "out": ["cad/b2"]}),
        ("plates", both | {"reason": "series", "case": "26-1"}),
    ):
        for who, expected, said in (("sup", 200, body), ("aud", 403, body), ("", 401, body), ("sup", 422, {"x": 1})):
            yield Call("POST", f"/api/patterns/series/{path}", who, expected, said)
        yield Call("POST", f"/api/patterns/series/{path}", "sup", 413, "x" * 70_000)


async def _community(here: Room, consoles: dict[str, Console], quarantine: Path) -> list[Call]:
    """ada has asked for two things, of which one is over; two clips have come in."""
    now, (incident,) = here.clock.now(), here.assembly.center.picture.incidents.incidents
    where = {"lat": 30.2, "lon": -93.2, "radius_m": 300, "start": now - 2, "end": now - 1}
    body = {"case": incident, "reason": "robbery", **where}
    path = f"/api/community/{incident}/request"
    made = [(await posted(consoles["ada"], path, body)).said["request_made"] for _ in range(2)]
    said = {"begins": now, "ends": now, "size": 1, "sha256": "a", "seconds": 1.0, "width": 8, "height": 8, "codec": "h"}
    for file in ("aa", "bb"):
        offered = {"request": made[0], "owner": "o1", "file": file, **said}
        here.learn(msgspec.convert({"at": now, "source": "community", "type": "ClipOffered", **offered}, ClipOffered))
        (quarantine / f"{file}.jpg").write_bytes(b"\xff\xd8")
    first, second = here.assembly.center.picture.community.offered
    calls = [Call("GET", "/api/community", who, status) for who, status in (("ada", 200), ("", 401), ("pat", 403))]
    still = "/api/community/{offer}/still.jpg"
    for who, status, offer in (("sup", 200, first), ("sup", 404, "c0.0"), ("", 401, first), ("ada", 403, first)):
        calls.append(Call("GET", still, who, status, None, offer))
    acts: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("/api/community/{incident}/request", "ada", incident, body),
        ("/api/community/{asked}/close", "ada", made[1], {}),
        ("/api/community/{offer}/approve", "sup", first, {"reason": "shows it"}),
        ("/api/community/{offer}/reject", "sup", second, {"reason": "shows nothing"}),
    )
    for path, who, subject, said in acts:
        calls += [Call("POST", path, who, 200, said, subject), Call("POST", path, "aud", 403, said, subject)]
        calls += [Call("POST", path, "", 401, said, subject), Call("POST", path, who, 422, {"unknown": 1}, subject)]
        calls.append(Call("POST", path, "ada", 413, "x" * 70_000, subject))
        if "request" not in path:
            calls.append(Call("POST", path, who, 409, said, subject))
    return calls


async def _owners(here: Room, consoles: dict[str, Console]) -> list[Call]:
    """A camera whose owner can be asked, and was already for one call."""
    told = {"at": here.clock.now(), "source": "911", "system": "cad", "lat": 30.9, "lon": -93.2}
    here.learn(*(CallOpened(call=f"o{n}", kind=kind, **told) for n, kind in enumerate(("fire", "theft"))))
    asked, other = list(here.assembly.center.picture.incidents.incidents)[-2:]
    body = {"reason": "theft", "case": other, "minutes": 30}
    ask = "/api/cameras/{camera}/ask"
    made = (await posted(consoles["ada"], "/api/cameras/mart/ask", body | {"case": asked})).said["ask"]
    calls = []
    for path, subject, said in ((ask, "mart", body), ("/api/asks/{ask}/end", made, {})):
        calls += [Call("POST", path, "ada", 200, said, subject), Call("POST", path, "aud", 403, said, subject)]
        calls += [Call("POST", path, "", 401, said, subject), Call("POST", path, "ada", 422, {"x": 1}, subject)]
        calls.append(Call("POST", path, "ada", 413, "x" * 70_000, subject))
    return [*calls, Call("POST", "/api/asks/{ask}/end", "ada", 409, {}, made)]


def _tips(here: Room) -> Iterator[Call]:
    """A tip of which something is said, and the call that it is about."""
    here.learn(TipReceived(at=here.clock.now(), source="tips", line="tips", tip="T1"))
    about = next(iter(here.assembly.center.picture.incidents.incidents))
    body = {"tip": "tips/T1", "about": about, "reason": "names it"}
    for path in ("/api/tips/belongs", "/api/tips/apart", "/api/tips/unsay"):
        for who, expected, said in (("ada", 200, body), ("aud", 403, body), ("", 401, body), ("ada", 422, {"x": 1})):
            yield Call("POST", path, who, expected, said)
        yield Call("POST", path, "ada", 413, "x" * 70_000)


async def _bulletins(here: Room, consoles: dict[str, Console]) -> list[Call]:
    """Drafts that wait for a supervisor, and reports of which one can be made."""
    at = here.clock.now()
    for name in ("b1", "b2"):
        here.learn(CallOpened(at=at, source="911", call=name, system="cad", lat=30.2, lon=-93.2, kind="burglary"))
    reports = {"reports": ["cad/b1", "cad/b2"], "reason": "series", "case": "26-1"}
    until = datetime.fromtimestamp(at / 1e6 + 3600, UTC).isoformat()
    draft = {"kind": "vehicle", "title": "Grey van", "text": "a van", "confidence": "likely", "until": until}
    draft |= {"sources": [{"kind": "witness", "name": "w"}], "partners": ["PD"]}
    made = [(await posted(consoles["ada"], "/api/bulletins", draft)).said["bulletin"] for _ in range(2)]
    why = {"reason": "found"}
    calls = [Call("GET", "/api/bulletins", who, expected) for who, expected in (("ada", 200), ("pat", 403), ("", 401))]
    for path, who, subject, body, again in (
        ("/api/bulletins", "ada", "", draft, 0),
        ("/api/bulletins/series", "ada", "", reports, 0),
        ("/api/bulletins/{bulletin}/approve", "sup", made[0], {}, 409),
        ("/api/bulletins/{bulletin}/read", "lee", made[0], {}, 0),
        ("/api/bulletins/{bulletin}/withdraw", "sup", made[0], why, 403),
        ("/api/bulletins/{bulletin}/decline", "sup", made[1], why, 409),
    ):
        for asker, expected, said in (
            *((who, 422, {"unknown": 1}), (who, 413, "x" * 70_000), ("", 401, body), ("aud", 403, body)),
            *((who, 200, body), *([(who, again, body)] if again else ())),
        ):
            calls.append(Call("POST", path, asker, expected, said, subject))
    return calls


async def _messages(consoles: dict[str, Console]) -> list[Call]:
    """A case that a supervisor works on, and a message to it that waits to be read."""
    case = {"title": "Ryan Street", "persons": ["sup"]}
    assert (await posted(consoles["sup"], "/api/cases/26-1/assign", case)).status == 200
    sent = await posted(consoles["ada"], "/api/messages", {"to": "case/26-1", "text": "seen again"})
    acts: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("/api/messages", "ada", "", {"to": "unit/SO-1", "text": "call in"}),
        ("/api/messages/reply", "ada", "", {"thread": "case/26-1", "text": "and again"}),
        ("/api/messages/{post}/read", "sup", sent.said["post"], {}),
        ("/api/cases/{case}/assign", "sup", "26-2", case),
        ("/api/cases/{case}/close", "sup", "26-2", {}),
    )
    calls = [Call("GET", "/api/messages", who, expected) for who, expected in (("ada", 200), ("pat", 403), ("", 401))]
    for path, who, subject, body in acts:
        for asker, expected, said in (
            *((who, 422, {"unknown": 1}), (who, 413, "x" * 70_000), ("", 401, body), ("aud", 403, body)),
            (who, 200, body),
        ):
            calls.append(Call("POST", path, asker, expected, said, subject))
    return calls


def _counts(alert: str) -> Iterator[Call]:
    """A hit that ada has confirmed."""
    for path in ("/api/counts", "/api/counts.csv"):
        for who, expected in (("ada", 200), ("", 401), ("pat", 403)):
            yield Call("GET", path, who, expected)
    acts: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("/api/alerts/{alert}/outcome", "ada", {"outcome": "recovered"}),
        ("/api/alerts/{alert}/correct", "sup", {"disposition": "misread", "reason": "a trailer"}),
    )
    for path, who, said in acts:
        yield Call("POST", path, who, 200, said, alert)
        yield Call("POST", path, "aud", 403, said, alert)
        yield Call("POST", path, "", 401, said, alert)
        yield Call("POST", path, who, 422, {"unknown": 1}, alert)
        yield Call("POST", path, "ada", 413, "x" * 70_000, alert)


async def _holds(consoles: dict[str, Console]) -> list[Call]:
    """What is held, and a hold that is there to be lifted."""
    body = {"subject": "plate:WNT001", "days": 30, "reason": "trial", "case": "26-1"}
    made = (await posted(consoles["sup"], "/api/holds", body)).said["hold"]
    every = [Call("GET", "/api/holds", who, expected) for who, expected in (("sup", 200), ("ada", 403), ("", 401))]
    for path, said, name in (("/api/holds", body, ""), ("/api/holds/{hold}/lift", {"reason": "over"}, made)):
        for who, expected, what in (
            *(("sup", 422, {"unknown": 1}), ("sup", 413, "x" * 70_000), ("", 401, said), ("ada", 403, said)),
            ("sup", 200, said),
        ):
            every.append(Call("POST", path, who, expected, what, name))
    return every


async def _sessions(consoles: dict[str, Console]) -> list[Call]:
    """Whose sessions there are; ben's is ended, once."""
    told = (await get(consoles["adm"], "/api/sessions")).said
    ben = next(one["session"] for one in told if one["operator"] == "ben")
    path, why = "/api/sessions/{session}/end", {"reason": "left open"}
    calls = [Call("GET", "/api/sessions", who, expected) for who, expected in (("adm", 200), ("ada", 403), ("", 401))]
    for who, expected, body in (
        *(("adm", 422, {"unknown": 1}), ("adm", 413, "x" * 70_000), ("", 401, why), ("ada", 403, why)),
        *(("adm", 200, why), ("adm", 409, why)),
    ):
        calls.append(Call("POST", path, who, expected, body, ben))
    return calls


async def _looking_up(ada: Console) -> list[Call]:
    """A person and a post are looked up; what came of it is told to a unit."""
    why = {"reason": "missing person", "case": "26-1"}
    name = {"last": "Landry", "first": "Jim", "born": "1987-12-03", **why}
    found = (await posted(ada, "/api/records/search", name)).said
    acts: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("/api/records/search", "", name),
        ("/api/posts/search", "", {"words": "truck", **why}),
        ("/api/units/{unit}/answer", "SO-1", {"inquiry": found["inquiry"], "person": "SYN-000001"}),
    )
    calls = [
        Call("GET", "/api/units/{unit}/stop", who, expected, None, "SO-1")
        for who, expected in (("ada", 200), ("aud", 403), ("", 401))
    ]
    for path, subject, body in acts:
        for who, expected, said in (
            *(("ada", 422, {"unknown": 1}), ("ada", 413, "x" * 70_000), ("", 401, body), ("aud", 403, body)),
            ("ada", 200, body),
        ):
            calls.append(Call("POST", path, who, expected, said, subject))
    return calls


async def _video(here: Room, consoles: dict[str, Console]) -> list[Call]:
    """Something is going on, somebody watches it, and a piece of it is kept."""
    at = here.clock.now()
    here.learn(CallOpened(at=at, source="911", call="c1", system="cad", lat=30.2, lon=-93.2))
    (call,) = here.assembly.center.picture.incidents.incidents
    why = {"reason": "call", "case": call}
    tickets = [
        (await posted(consoles[who], "/api/cameras/gate/watch", why)).said["ticket"] for who in ("ada", "ben", "sup")
    ]
    asked = await posted(consoles["ada"], "/api/cameras/gate/keep", why | {"start": at - 1, "end": at + 60_000_000})
    clip = asked.said["clip"]
    here.learn(ClipKept(at=at, source="relay", answers=clip, size=3))
    assert here.video is not None
    here.video.keeper.path(clip).write_bytes(b"mp4")
    return list(video_calls(call, tickets, clip))


def test_every_answer_is_one_that_the_document_announces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And all that it announces can be had."""

    async def story() -> None:
        asked = sources(agencies=JOINED, records=None, operators=[*tables()["operators"], ADMINISTRATOR, LEE])
        async with room(cameras=CAMERAS, clips=tmp_path, community={"owners": [OWNER]}, **asked) as here:
            document = (await get(Console(here.at), "/api/openapi.json")).said
            here.learn(here.listed("WNT001", "WNT002"), here.read("WNT001"), here.read("WNT002"))
            alerts = list(here.assembly.center.picture.alerts.alerts)
            here.assembly.pictures.keep(Attachment("ab12", "image/jpeg", b"\xff\xd8\xff\xd9"))
            consoles = {
                name: await here.console(name) for name in ("ada", "ben", "aud", "pat", "sup", "adm", "lee")
            } | {"": Console(here.at)}
            had: set[tuple[str, str, int]] = set()

            async def make(call: Call) -> None:
                answer = await asyncio.to_thread(made, here.at, consoles[call.who], call)
                assert answer.status == call.expected, (call, answer)
                check(document, call, answer)
                had.add((call.path, call.method, answer.status))

            await posted(consoles["ada"], "/api/plates/search", {"plate": "WNT001"})
            every = [*calls(*alerts, here.audited[-1].id), *await _video(here, consoles), *_patterns(here)]
            every += [*await _messages(consoles), *await _bulletins(here, consoles)]
            every += [*_counts(alerts[0]), *await _holds(consoles)]
            every += [*await _messages(consoles), *await _sessions(consoles)]
            every += [*await _community(here, consoles, tmp_path / "quarantine"), *_tips(here)]
            every += await _owners(here, consoles)
            for call in every:
                await make(call)
            loaded = here.assembly.site.as_event(here.clock.now())
            here.learn(msgspec.structs.replace(loaded, records=True))
            late = await _looking_up(consoles["ada"])
            for call in late:
                await make(call)
            every += late
            monkeypatch.setattr(front_module, "REPLY_TIMEOUT_S", 0.05)
            with here.journal.shut():
                here.learn(here.read("XYZ999"))
                for call in every:
                    responses = document["paths"][call.path][call.method.lower()]["responses"]
                    known = call.who in ("ada", "sup", "adm", "lee") or call.body == {"operator": "ada"}
                    if known and call.expected in (200, 403) and "503" in responses:
                        await make(call._replace(expected=503))
            wrong = Call("POST", "/api/session", "", 401, {"operator": "nobody"})
            while (await asyncio.to_thread(made, here.at, consoles[""], wrong)).status == 401:
                pass
            await make(wrong._replace(expected=429))
            announced = {
                (path, method.upper(), int(status))
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
                for status in operation["responses"]
            }
            left = {(method, status) for _, method, status in announced - had}
            # FastAPI announces a 422 wherever there is a parameter. A 411 wants a client that hides the length
            # (test_acting), the 404 a real site (test_sign_in), a search or a look too many a clock of one's own
            # (test_guard).
            assert left == {("POST", 411), ("GET", 422), ("DELETE", 422), ("GET", 404), ("POST", 429), ("GET", 429)}

    play(story())
