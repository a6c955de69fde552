"""The community portal on a real socket, with the twin's apps' code on the other side of it."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from center.core.events import CallOpened
from center.portal.inspecting import found_now
from center.portal.quarantine import COMING_EACH, FullError, Quarantine
from center.store.evidence import Given, check
from tests.center.api.room import Room, get, play, posted, room, until
from tests.running import Answer, ask
from twin.devices.cameras.clip_file import clip_file
from twin.devices.community_app import Key, iso

pytestmark = pytest.mark.wire

AT = [30.2, -93.2]
KEYS = {name: Key(hashlib.sha256(name.encode()).digest()) for name in ("o1", "o2")}
COMMUNITY = {
    "most_mb": 1,
    "most_s": 30,
    "owners": [
        {"owner": name, "at": AT, "token_sha256": key.token_sha256, "key": key.public} for name, key in KEYS.items()
    ],
}
FILM = clip_file("doorbell", 1_767_366_000_000_000, 4, "red", Random(1))


class Asked(NamedTuple):
    request: str
    incident: str


async def asked(here: Room, **said: Any) -> Asked:
    """ada asks about a robbery."""
    now = here.clock.now()
    call = {"call": "c1", "system": "cad", "kind": "robbery", "lat": AT[0], "lon": AT[1]}
    here.learn(CallOpened(at=now, source="911", **call))  # type: ignore[arg-type]  # each of its own type
    (incident,) = here.assembly.center.picture.incidents.incidents
    where = {"lat": AT[0], "lon": AT[1], "radius_m": 300, "start": now - 600_000_000, "end": now + 1}
    body = {"case": incident, "reason": "robbery", "open_s": 3600, **where, **said}
    answer = await posted(await here.console(), f"/api/community/{incident}/request", body)
    assert answer.status == 200, answer.body
    return Asked(answer.said["request_made"], incident)


async def asks(here: Room, owner: str = "o1") -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {KEYS[owner].token}"}
    answer = await asyncio.to_thread(ask, here.portal_at, "GET", "/community/v1/asks", None, headers)
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.said["asks"]
    return found


def manifest(here: Room, asked: str, film: bytes = FILM, owner: str = "o1", **said: Any) -> dict[str, Any]:
    now = here.clock.now()
    facts = {"begins": iso(now - 60_000_000), "ends": iso(now - 56_000_000), "clock": iso(now + 3_600_000_000)}
    digest = hashlib.sha256(film).hexdigest()
    return {"ask": asked, "owner": owner, "sha256": digest, "size": len(film), "says": "a red car", **facts, **said}


async def send(here: Room, place: str, said: Mapping[str, Any], film: bytes = FILM, key: str = "o1") -> Answer:
    headers = {"Content-Type": "video/mp4", **KEYS[key].headers(said)}
    return await asyncio.to_thread(ask, here.portal_at, "POST", place, film, headers)


def test_from_a_request_to_evidence(tmp_path: Path) -> None:
    """An operator asks, an owner's app sees it and sends a clip, nobody but a supervisor sees one still of it, and only
    what was approved is on the incident: signed, with what the owner said, and playable."""

    async def story() -> None:
        async with room(clips=tmp_path, community=COMMUNITY) as here:
            made = await asked(here, words="a red car")
            (seen,) = await asks(here)
            assert (seen["ask"], seen["words"], seen["what"]) == (made.request, "a red car", "clips")
            assert "incident" not in json.dumps(seen)
            answer = await send(here, seen["answer_to"], manifest(here, made.request))
            assert answer.status == 201, answer.body
            again = await send(here, seen["answer_to"], manifest(here, made.request))
            assert again.status == 410, "a place to answer to lets one answer in"
            ada, sup = await here.console("ada"), await here.console("sup")
            (told,) = (await get(ada, "/api/community")).said
            assert (told["waiting"], told.get("clips", [])) == (1, [])
            (told,) = (await get(sup, "/api/community")).said
            (clip,) = told["clips"]
            assert clip["fit"] == "its clock is 60 min ahead, 51 min outside the time asked for"
            still = f"/api/community/{clip['offer']}/still.jpg"
            assert (await get(ada, still)).status == 403
            assert (await get(sup, still)).body.startswith(b"\xff\xd8")
            decided = await posted(sup, f"/api/community/{clip['offer']}/approve", {"reason": "shows the car"})
            name = decided.said["clip"]
            clips = here.assembly.center.picture.clips.clips
            here.clock.advance(0)
            assert clips[name].state == "kept"
            played = await get(ada, f"/api/clips/{name}.mp4")
            found = check(played.body)
            assert found.faults == ()
            assert played.body.startswith(FILM)
            assert found.manifest.given is not None
            assert json.loads(found.manifest.given.said)["says"] == "a red car"
            broken = bytearray(played.body)
            broken[len(FILM) // 2] ^= 1
            assert check(bytes(broken)).faults
            assert (await get(sup, still)).status == 404
            assert [path.suffix for path in (tmp_path / "quarantine").iterdir()] == []
            lines = [(who, act, granted) for who, act, _, granted in here.audit if act.startswith("community.")]
            assert ("ada", "community.look", False) in lines
            assert ("sup", "community.approve", True) in lines

    play(story())


def test_what_is_not_as_signed_or_not_as_agreed_never_waits_for_anybody(tmp_path: Path) -> None:
    """A stranger, somebody else's key, another file, too much, too long, no video, a manifest about something else:
    each is told why, and neither the room nor the quarantine has anything of it."""
    long = clip_file("x", 0, 31, None, Random(2))

    async def story() -> None:
        async with room(clips=tmp_path, community=COMMUNITY) as here:
            made = await asked(here)

            async def refused(status: int, film: bytes = FILM, key: str = "o1", **said: Any) -> None:
                (seen,) = await asks(here)
                body = manifest(here, made.request, film) | said
                answer = await send(here, seen["answer_to"], body, film, key)
                assert answer.status == status, (said, answer.status, answer.body)

            stranger = await asyncio.to_thread(ask, here.portal_at, "GET", "/community/v1/asks")
            assert stranger.status == 401
            for path in ("/", "/api/session", "/community/v1/answers/none", "/docs"):
                assert (await asyncio.to_thread(ask, here.portal_at, "GET", path)).status == 404
            await refused(422, key="o2")
            await refused(422, sha256="00" * 32)
            await refused(413, size=10)
            await refused(413, size=2_000_000)
            await refused(422, film=long)
            await refused(422, film=b"\0" * 1000)
            await refused(422, ask="y1.1")
            await refused(422, owner="o2")
            await refused(422, begins="yesterday")
            await refused(422, ends=iso(0))
            assert here.assembly.center.picture.community.offered == {}
            assert list((tmp_path / "quarantine").iterdir()) == []
            assert [one["ask"] for one in await asks(here)] == [made.request]

    play(story())


def test_an_upload_that_breaks_off_leaves_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with room(clips=tmp_path, community=COMMUNITY) as here:
            made = await asked(here)
            (seen,) = await asks(here)
            said = KEYS["o1"].headers(manifest(here, made.request))

            def half() -> None:
                connection = http.client.HTTPConnection(*here.portal_at)
                connection.putrequest("POST", seen["answer_to"])
                for name, value in {**said, "content-length": str(len(FILM))}.items():
                    connection.putheader(name, value)
                connection.endheaders(FILM[:5000])
                connection.close()

            await asyncio.to_thread(half)
            quarantine = tmp_path / "quarantine"
            await until(lambda: not list(quarantine.iterdir()))
            (again,) = await asks(here)
            assert again["answer_to"] != seen["answer_to"]
            assert (await send(here, again["answer_to"], manifest(here, made.request))).status == 201

    play(story())


def test_a_clip_that_was_turned_away_does_not_come_to_lie_in_quarantine_once_more(tmp_path: Path) -> None:
    """Sent again while it waits, it is the same clip and counts once; sent again when it was rejected, it is deleted
    once more. Fails when the file of a known clip is nobody's to delete, or fills the quarantine each time."""

    async def story() -> None:
        async with room(clips=tmp_path, community=COMMUNITY) as here:
            made, sup = await asked(here), await here.console("sup")
            quarantine = here.front.portal.quarantine if here.front and here.front.portal else None
            assert quarantine is not None
            for _ in range(2):
                (seen,) = await asks(here)
                assert (await send(here, seen["answer_to"], manifest(here, made.request))).status == 201
                assert quarantine.held == len(FILM)
            (offer,) = here.assembly.center.picture.community.offered
            assert (await posted(sup, f"/api/community/{offer}/reject", {"reason": "a cat"})).status == 200
            await until(lambda: not list((tmp_path / "quarantine").iterdir()))
            (seen,) = await asks(here)
            assert (await send(here, seen["answer_to"], manifest(here, made.request))).status == 201
            await until(lambda: not list((tmp_path / "quarantine").iterdir()))
            assert quarantine.held == 0

    play(story())


def test_what_is_still_coming_counts_as_if_it_were_in_quarantine(tmp_path: Path) -> None:
    """Else everybody who comes at once finds room. What is forgotten gives its room back, once."""
    quarantine = Quarantine(tmp_path, 100)
    first, second = quarantine.open(60, "o1"), quarantine.open(40, "o2")
    with pytest.raises(FullError):
        quarantine.open(1, "o2")
    second.forget()
    second.forget()
    with pytest.raises(FullError):
        quarantine.open(41, "o2")
    first.write(b"x" * 50)
    first.close()
    quarantine.keep(first, "ab", b"", Given("", "", ""))
    assert quarantine.held == 50
    last = quarantine.open(50, "o2")
    with pytest.raises(FullError):
        quarantine.open(1, "o1")
    last.forget()


def test_nobody_holds_all_the_room_there_is_by_being_slow(tmp_path: Path) -> None:
    """Fails when one owner's unfinished uploads keep everybody else out."""
    quarantine = Quarantine(tmp_path, 100)
    slow = [quarantine.open(10, "o1") for _ in range(COMING_EACH)]
    with pytest.raises(FullError):
        quarantine.open(10, "o1")
    quarantine.open(10, "o2").forget()
    for one in slow:
        one.forget()
    quarantine.open(100, "o1").forget()


def test_a_request_that_is_over_lets_nobody_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with room(clips=tmp_path, community=COMMUNITY) as here:
            made = await asked(here)
            (seen,) = await asks(here)
            await posted(await here.console(), f"/api/community/{made.request}/close", {})
            assert await asks(here) == []
            assert (await send(here, seen["answer_to"], manifest(here, made.request))).status == 410

    play(story())


def test_a_camera_is_shared_live_by_the_same_way_and_taken_back(tmp_path: Path) -> None:
    """Until its owner says yes the room does not know that it is there."""
    porch = {"id": "porch", "kind": "community", "agency": "SO", "at": AT, "url": "rtsp://192.0.2.1/p", "owner": "G."}
    owners = [{**COMMUNITY["owners"][0], "camera": "porch"}, COMMUNITY["owners"][1]]  # type: ignore[index,dict-item]
    community = {**COMMUNITY, "owners": owners}

    async def story() -> None:
        async with room(clips=tmp_path, community=community, cameras=[{**porch, "consent": "asked"}]) as here:
            made = await asked(here, live="yes")
            ada = await here.console()
            assert (await get(ada, "/api/cameras")).said == []
            assert await asks(here, "o2") == [], "who has no camera to share is not asked for one"
            for shares in (True, False):
                (seen,) = await asks(here)
                assert seen["what"] == "live"
                said = {"ask": made.request, "owner": "o1", "shares": shares}
                assert (await send(here, seen["answer_to"], said, b"")).status == 200
                shown = [camera["camera"] for camera in (await get(ada, "/api/cameras")).said]
                assert shown == (["porch"] if shares else [])
                watched = await posted(ada, "/api/cameras/porch/watch", {"reason": "call", "case": made.incident})
                assert watched.status == (200 if shares else 403)
            (told,) = (await get(ada, "/api/community")).said
            assert "shared" not in told

    play(story())


MART = {"id": "mart", "name": "Mart", "kind": "community", "agency": "SO", "at": AT, "url": "rtsp://192.0.2.1/m"}
MART |= {"owner": "M.", "consent": "on-request"}
ITS_OWNER = {**COMMUNITY, "owners": [{**COMMUNITY["owners"][0], "camera": "mart"}, COMMUNITY["owners"][1]]}  # type: ignore[index,dict-item]


@pytest.mark.parametrize("shares", [True, False])
def test_the_owner_of_one_camera_is_asked_by_its_name_and_says_yes_or_no(shares: bool, tmp_path: Path) -> None:
    """Nobody else sees the question. A yes opens the camera for that call; a no takes the question away and is told to
    nobody: the room is shown what it was shown before."""

    async def story() -> None:
        async with room(clips=tmp_path, community=ITS_OWNER, cameras=[MART]) as here:
            told = {"at": here.clock.now(), "call": "c1", "system": "cad", "kind": "robbery", "lat": 30.2, "lon": -93.2}
            here.learn(CallOpened(source="911", **told))
            (incident,) = here.assembly.center.picture.incidents.incidents
            ada = await here.console()
            body = {"case": incident, "reason": "robbery", "minutes": 30, "words": "the till, please"}
            made = await posted(ada, "/api/cameras/mart/ask", body)
            assert made.status == 200
            assert await asks(here, "o2") == []
            (seen,) = await asks(here)
            assert (seen["what"], seen["camera"], seen["words"]) == ("camera", "Mart", "the till, please")
            before = (await get(ada, "/api/cameras")).body
            said = {"ask": made.said["ask"], "owner": "o1", "shares": shares}
            assert (await send(here, seen["answer_to"], said, b"")).status == 200
            after = (await get(ada, "/api/cameras")).body
            assert (after == before) is not shares
            assert len(await asks(here)) == shares, "who shares may take it back by the same way"
            watched = await posted(ada, "/api/cameras/mart/watch", {"reason": "call", "case": incident})
            assert watched.status == (200 if shares else 403)
            lines = [line for line in here.audited if line.act == "owner.shared"]
            assert [(line.operator, line.subject, line.case) for line in lines] == [("o1", "mart", incident)] * shares

    play(story())


@pytest.mark.parametrize("cut", [0, 40, 4_000, len(FILM) // 2])
def test_a_file_that_is_damaged_is_told_so_by_the_process_that_looked(cut: int, tmp_path: Path) -> None:
    """Whatever is wrong with it ends there."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(FILM[:cut])
    assert found_now(path, 30).why
