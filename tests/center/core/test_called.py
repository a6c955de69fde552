"""What people read says what they call a thing, and not by which number the center knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from center.api.log_routes import worded
from center.core import called
from center.core.community_facts import LiveShared
from center.core.events import StopOpened
from tests.center.core import facts
from tests.center.core.facts import CAMERAS, Room, act, changed, hotlist, listed, read, site, when
from tests.center.core.test_asking_one import BANK, OWNERS
from tests.center.core.test_community import HERE, sent

MINTED = re.compile(r"\b[a-z]\d+\.\d+\b")


def words(room: Room) -> Iterator[str]:
    """All that the room reads of alerts, calls and its log."""
    for alert in room.picture.alerts.alerts.values():
        yield from (alert.headline, alert.detail or "")
    for incident in room.picture.incidents.incidents.values():
        yield from (change.what for change in incident.changes)
    for line in room.picture.log.entries:
        yield from (line.text, worded(line, ZoneInfo("UTC"), room.picture))


def test_nobody_reads_a_number_that_is_the_centers_own() -> None:
    """A shop is asked and shares, neighbours send a clip, a plate is searched for because of a call, of an alert and of
    a stop: alerts, changes and log name each as people do. Fails when one of them says `i5.1`."""
    room = Room(site(cameras=(*CAMERAS, BANK), owners=OWNERS), facts.called("c1", 1, kind="armed-robbery"))
    incident = room.incident.incident
    why = {"reason": "robbery", "case": incident}
    room.tell(act("owner.ask", "mart", 2, minutes="60", **why))
    request = next(iter(room.picture.permissions.asks))
    room.tell(LiveShared(at=when(3), source="community", request=request, owner="o9"))
    asked_for = HERE | {"start": str(when(0)), "end": str(when(3)), "open_s": "3600"}
    asked = room.tell(act("community.request", incident, 4, **why, **asked_for))
    room.tell(sent(asked, "o9", 5))
    room.tell(act("plates.search", "XYZ123", 6, **why))
    room.tell(hotlist(listed("ABC123"), s=7), read("ABC123", 8))
    room.tell(act("plates.search", "XYZ123", 9, reason="alert", case=room.alert().alert))
    room.tell(StopOpened(at=when(10), source="mdt", unit="mdt-1", stop="s1", plate="DEF456"))
    room.tell(act("plates.search", "XYZ123", 11, reason="stop", case="SO-1/s1"))
    found = [text for text in words(room) if MINTED.search(text)]
    assert found == []
    said = list(words(room))
    assert "A clip from the community to be moderated: armed robbery c1" in said
    assert "20 s long, its clock is right, 7 s outside the time asked for" in said
    assert "camera Mart shared for this by its owner" in said
    assert "searched for a plate (the stop of SO-1)" in said
    assert any("Ada Broussard" in text and "Mart" in text and "asked a camera's owner" in text for text in said)


def test_a_call_is_called_by_its_place_then_by_its_number() -> None:
    """What is forgotten keeps its number: there is no other word for it any more."""
    room = Room(site(), facts.called("c1", 1))
    incident = room.incident.incident
    assert called.incident(incident, room.picture) == "crash c1"
    room.tell(changed("c1", 2, incident="26-417"))
    assert called.matter("cad/c1", room.picture) == "crash 26-417"
    room.tell(changed("c1", 3, address="100 Main St"))
    assert called.matter(incident, room.picture) == "crash, 100 Main St"
    assert [called.matter(one, room.picture) for one in ("26-9", "i9.9")] == ["26-9", "i9.9"]
