"""Who is shown what by Cursor-on-Target, and how it is written: read again by another's eyes."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from center.core.boxes import Offer
from center.core.events import HOUR, Micros
from center.core.pattern_facts import Box, Patterns
from center.core.roster import RosterHotlist
from center.cot import encoding
from center.cot.audience import Thing, things, viewer_of
from center.cot.encoding import Moments
from center.ingest.cot_xml import parse
from tests.center.core.facts import (
    AGENCIES,
    LAT,
    LON,
    Room,
    confirm,
    hotlist,
    listed,
    moved,
    read,
    reported,
    site,
    when,
)

NOON = Moments(1_774_267_200_000_000, 1_774_267_190_000_000, 1_774_267_260_000_000)


def shown(room: Room, whose: str) -> dict[str, Thing]:
    viewer = viewer_of(whose, room.picture)
    assert viewer is not None
    return {thing.uid: thing for thing in things(viewer, room.picture, int)}


def street(*facts: object) -> Room:
    """SO-1 of ours and PD-1 of a partner about; a hit on the state's list; a box that is patrolled."""
    room = Room(site(hotlists=(RosterHotlist("internal", roles=("supervisor",)),), patterns=Patterns()))
    room.tell(moved("SO-1", 0, speed_mps=12.0, course_deg=90.0), reported("SO-1", 0, "on-scene"), moved("PD-1", 0))
    room.tell(reported("PD-1", 0, "busy"), hotlist(listed("ABC123", color="RED"), s=1), read("ABC123", 2))
    box = Box(LAT, LON, 200.0, ((LAT, LON), (LAT + 0.002, LON)), 0.5, 0, 2, 0.6, 0.5)
    offer = Offer("b9.1", box, when(0), Micros(when(0) + HOUR), "accepted", "sue", ("SO-1",))
    room.picture.patterns.offers["b9.1"] = offer
    room.picture.patterns.active.append("b9.1")
    return room


def test_the_room_and_detectives_see_leads_deputies_see_what_is_confirmed_others_see_positions() -> None:
    """Fails when a deputy is shown a lead as if it were a fact, or a partner anything but where units are."""
    room = street()
    lead, units, box = f"hit.{room.alert().alert}", ["unit.PD-1", "unit.SO-1"], "box.b9.1"
    sees = {
        who: sorted(shown(room, who))
        for who in ("person/ada", "person/det", "person/dep", "SO-1", "PD-1", "person/lee")
    }
    assert sees["person/ada"] == sees["person/det"] == sorted([*units, lead, box])
    assert sees["person/dep"] == sees["SO-1"] == sorted([*units, box])
    assert sees["PD-1"] == sees["person/lee"] == units
    before = shown(room, "person/ada")[lead]
    assert "LEAD, NOT CONFIRMED" in before.write().decode()
    room.tell(confirm(room.alert().alert, 5))
    after = shown(room, "SO-1")[lead]
    assert after.stamp != before.stamp
    assert "LEAD" not in after.write().decode()


def test_a_representative_sees_positions_only_and_only_of_an_agency_that_has_joined() -> None:
    room = street()
    left = tuple(structs.replace(agency, sees=()) for agency in AGENCIES)
    assert "on scene" not in shown(room, "person/lee")["unit.SO-1"].write().decode()
    assert "on scene" in shown(room, "SO-1")["unit.SO-1"].write().decode()
    assert "busy" not in shown(room, "SO-1")["unit.PD-1"].write().decode()
    room.tell(site(9, agencies=left))
    assert shown(room, "person/lee") == shown(room, "PD-1") == shown(room, "person/rep") == {}


def test_a_kept_lists_hit_is_for_whom_it_is_kept() -> None:
    room = street()
    room.tell(hotlist(listed("KEP1"), s=3, name="internal"), read("KEP1", 4))
    hit = next(f"hit.{alert.alert}" for alert in room.alerts() if alert.hotlist == "internal")
    assert [hit in shown(room, who) for who in ("person/ada", "person/sue", "SO-1")] == [False, True, False]


def test_whoever_left_the_roster_is_nobody() -> None:
    assert viewer_of("person/gone", street().picture) is None
    assert viewer_of("SO-99", street().picture) is None


def test_a_unit_is_written_as_a_friend_with_course_speed_and_when_it_goes_stale() -> None:
    """And read again as it was meant, by the decoder that other vendors' events are read with."""
    room = street()
    event = parse(shown(room, "SO-1")["unit.SO-1"].write())
    assert (event.uid, event.type, event.callsign) == ("unit.SO-1", "a-f-G-E-V-C", "SO-1")
    assert (event.lat, event.lon, event.course_deg, event.speed_mps) == (LAT, LON, 90.0, 12.0)
    assert (event.time, event.stale) == (when(2), when(180))


def test_a_box_is_a_closed_shape_around_its_squares() -> None:
    event = fromstring(shown(street(), "SO-1")["box.b9.1"].write())
    assert event.get("type") == "u-d-f"
    corners = [tuple(map(float, str(link.get("point")).split(","))) for link in event.iter("link")]
    assert (len(corners), corners[0]) == (5, corners[-1])
    south, north = min(lat for lat, _ in corners), max(lat for lat, _ in corners)
    assert (round((north - south) * 111_195), corners[0][1] < LON < corners[1][1]) == (422, True)


def detail(data: bytes, name: str) -> Element:
    found = fromstring(data).find(f"detail/{name}")
    assert found is not None
    return found


def test_chat_and_receipts_are_written_as_clients_read_them() -> None:
    said = encoding.chat("m3.1", "ANDROID-7", "SO-1", "which door?", NOON)
    event = parse(said)
    assert (event.uid, event.type) == ("GeoChat.RTCC.ANDROID-7.m3.1", "b-t-f")
    assert event.chat is not None
    assert event.chat[:4] == ("m3.1", "SO-1", "RTCC", "which door?")
    group = detail(said, "__chat/chatgrp")
    assert (group.get("uid0"), group.get("uid1")) == ("RTCC", "ANDROID-7")
    for what, kind in (("delivered", "b-t-f-d"), ("read", "b-t-f-r")):
        got = parse(encoding.receipt(what, "c1", "ANDROID-7", "SO-1", NOON))
        assert (got.uid, got.type, got.receipt) == ("c1", kind, "c1")


def test_what_is_gone_is_named() -> None:
    gone = encoding.gone("hit.a1.1", NOON)
    assert (parse(gone).type, detail(gone, "link").get("uid")) == ("t-x-d-d", "hit.a1.1")


@given(st.text(), st.text())
def test_no_text_breaks_an_event(callsign: str, remarks: str) -> None:
    """Quotes, control characters and lone surrogates included: what XML cannot say is replaced."""
    fromstring(encoding.contact("u", callsign, 30.0, -93.0, NOON, own=True, remarks=remarks))


@pytest.mark.parametrize("who", ["SO-1", "person/ada"])
def test_no_event_speaks_of_video(who: str) -> None:
    for thing in shown(street(), who).values():
        assert b"video" not in thing.write()
