"""Events as TAK clients read them: contacts, leads, areas, chat with its receipts, and what is no more.

Knows: Cursor-on-Target 2.0 XML and the details that ATAK, WinTAK and iTAK understand.
Refuses to know: who is shown what, and when (see audience, server).

Times are the receiver's: `at` and `stale` are moments of the wall's clock in microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

ROOM_UID, ROOM_CALLSIGN = "RTCC", "RTCC"
NOT_KNOWN = "9999999.0"
_UNSAID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot say."""
BOX_COLOR, BOX_FILL = "-256", "553647872"  # ARGB as a signed number: yellow, and a sixth of it


class Moments(NamedTuple):
    """When an event was made, when what it says was so, and until when it is worth showing."""

    at: int
    start: int
    stale: int


def contact(
    uid: str,
    callsign: str,
    lat: float,
    lon: float,
    when: Moments,
    *,
    own: bool,
    course_deg: float | None = None,
    speed_mps: float | None = None,
    remarks: str = "",
) -> bytes:
    """A unit: a friend on the ground, own ones in another colour than partners'."""
    event, detail = _event(uid, "a-f-G-E-V-C", "m-g", when, lat, lon, ce="30.0")
    SubElement(detail, "contact", callsign=_said(callsign))
    SubElement(detail, "__group", name="Cyan" if own else "White", role="Team Member")
    track = {"course": course_deg, "speed": speed_mps}
    SubElement(detail, "track", {key: f"{value:.1f}" for key, value in track.items() if value is not None})
    if remarks:
        SubElement(detail, "remarks").text = _said(remarks)
    return _written(event)


def room(when: Moments) -> bytes:
    """The room itself, so that a client has whom to write to. It is nowhere."""
    event, detail = _event(ROOM_UID, "a-f-G-I-U-T", "h-g-i-g-o", when, 0.0, 0.0)
    SubElement(detail, "contact", callsign=ROOM_CALLSIGN, endpoint="*:-1:stcp")
    SubElement(detail, "__group", name="Red", role="HQ")
    return _written(event)


def lead(uid: str, callsign: str, lat: float, lon: float, when: Moments, remarks: str) -> bytes:
    """Where a listed plate was read. Unknown, not hostile: a lead is a lead."""
    event, detail = _event(uid, "a-u-G-E-V-C", "m-r", when, lat, lon, ce="100.0")
    SubElement(detail, "contact", callsign=_said(callsign))
    SubElement(detail, "remarks").text = _said(remarks)
    return _written(event)


def area(uid: str, name: str, ring: Sequence[tuple[float, float]], when: Moments, remarks: str) -> bytes:
    """A closed shape; `ring` are its corners as (latitude, longitude), the first not repeated."""
    lat = sum(corner[0] for corner in ring) / len(ring)
    lon = sum(corner[1] for corner in ring) / len(ring)
    event, detail = _event(uid, "u-d-f", "h-g-i-g-o", when, lat, lon)
    for corner in (*ring, ring[0]):
        SubElement(detail, "link", point=f"{corner[0]:.6f},{corner[1]:.6f}")
    SubElement(detail, "strokeColor", value=BOX_COLOR)
    SubElement(detail, "strokeWeight", value="3.0")
    SubElement(detail, "fillColor", value=BOX_FILL)
    SubElement(detail, "contact", callsign=_said(name))
    SubElement(detail, "labels_on", value="true")
    SubElement(detail, "remarks").text = _said(remarks)
    return _written(event)


def chat(message: str, to_uid: str, to_callsign: str, text: str, when: Moments) -> bytes:
    """GeoChat from the room to one client; its receipts will name `message`."""
    event, detail = _event(f"GeoChat.{ROOM_UID}.{_said(to_uid)}.{message}", "b-t-f", "h-g-i-g-o", when, 0.0, 0.0)
    _chat(SubElement(detail, "__chat"), message, to_uid, to_callsign)
    SubElement(detail, "link", uid=ROOM_UID, type="a-f-G-I-U-T", relation="p-p")
    source = {"source": f"BAO.F.RTCC.{ROOM_UID}", "to": _said(to_uid), "time": _iso(when.at)}
    SubElement(detail, "remarks", source).text = _said(text)
    return _written(event)


def receipt(what: str, message: str, to_uid: str, to_callsign: str, when: Moments) -> bytes:
    """The room has a client's message, or has read it: `what` is delivered or read."""
    kind = "b-t-f-r" if what == "read" else "b-t-f-d"
    event, detail = _event(_said(message), kind, "h-g-i-g-o", when, 0.0, 0.0)
    _chat(SubElement(detail, "__chatreceipt"), message, to_uid, to_callsign)
    SubElement(detail, "link", uid=ROOM_UID, type="a-f-G-I-U-T", relation="p-p")
    return _written(event)


def gone(uid: str, when: Moments) -> bytes:
    """Take it off the map."""
    event, detail = _event(f"{uid}.gone", "t-x-d-d", "h-g-i-g-o", when, 0.0, 0.0)
    SubElement(detail, "link", uid=_said(uid), type="none", relation="none")
    SubElement(detail, "__forcedelete")
    return _written(event)


def _chat(element: Element, message: str, to_uid: str, to_callsign: str) -> None:
    for name, value in (
        *(("parent", "RootContactGroup"), ("groupOwner", "false"), ("messageId", message)),
        *(("chatroom", to_callsign), ("id", to_uid), ("senderCallsign", ROOM_CALLSIGN)),
    ):
        element.set(name, _said(value))
    SubElement(element, "chatgrp", uid0=ROOM_UID, uid1=_said(to_uid), id=_said(to_uid))


def _event(
    uid: str, kind: str, how: str, when: Moments, lat: float, lon: float, ce: str = NOT_KNOWN
) -> tuple[Element, Element]:
    event = Element("event", version="2.0", uid=_said(uid), type=kind, how=how)
    for name, moment in (("time", when.at), ("start", when.start), ("stale", when.stale)):
        event.set(name, _iso(moment))
    SubElement(event, "point", lat=f"{lat:.6f}", lon=f"{lon:.6f}", hae=NOT_KNOWN, ce=ce, le=NOT_KNOWN)
    return event, SubElement(event, "detail")


def _said(text: str) -> str:
    return _UNSAID.sub("\ufffd", text)


def _written(event: Element) -> bytes:
    text: str = tostring(event, encoding="unicode")
    return text.encode() + b"\n"


def _iso(moment_us: int) -> str:
    return datetime.fromtimestamp(moment_us / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
