"""What a TAK client on a tablet writes and reads: its place, chat with receipts, pings, and what it is shown.

Knows: Cursor-on-Target as ATAK writes it, and how a stream of it is cut into events.
Refuses to know: who is at the other end, when something is said, and what a person does about it.

A stream has no root and no line ends; an event is over at its end tag. What cannot be read is passed over, as a client
does.
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape, quoteattr  # they write, and read nothing

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from twin.devices.things import SECOND_US, Fix
from twin.devices.utc import iso

UNKNOWN = "9999999.0"
CHAT_LASTS_US = 86_400 * SECOND_US
PING_LASTS_US = 20 * SECOND_US
ERROR_M = 6.0
MOST_BYTES = 1 << 20
_END = b"</event>"


class Who(NamedTuple):
    """A client as it calls itself."""

    uid: str
    callsign: str


class Shown(NamedTuple):
    """An event as the client takes it. `about` is what a removal or a receipt is of; `sender` and `text` are a
    message's, whose id is `about`."""

    type: str
    uid: str
    callsign: str = ""
    about: str = ""
    sender: Who | None = None
    text: str = ""


def presence(who: Who, utc_us: int, fix: Fix, every_us: int, team: str) -> bytes:
    """Where the tablet is; worth showing until it has been silent for three times its rhythm."""
    course = fix.course_deg if fix.course_deg is not None else 0.0
    place = f'lat="{fix.lat:.7f}" lon="{fix.lon:.7f}" hae="{UNKNOWN}" ce="{ERROR_M}" le="{UNKNOWN}"'
    detail = (
        f'<takv device="TABLET" platform="ATAK-CIV" os="34" version="5.2.0"/>'
        f'<contact callsign={quoteattr(who.callsign)} endpoint="*:-1:stcp"/><uid Droid={quoteattr(who.callsign)}/>'
        f'<__group name="{team}" role="HQ"/><status battery="88"/>'
        f'<track course="{course:.2f}" speed="{fix.speed_mps:.2f}"/>'
    )
    return _event(who.uid, "a-f-G-U-C", "m-g", utc_us, 3 * every_us, place, detail)


def chat(who: Who, to: Who, message: str, text: str, utc_us: int) -> bytes:
    """GeoChat to one contact; receipts will name `message`."""
    detail = _chat("__chat", who, to, message) + (
        f'<remarks source={quoteattr(f"BAO.F.ATAK.{who.uid}")} to={quoteattr(to.uid)} time="{iso(utc_us)}">'
        f"{escape(text)}</remarks>"
    )
    uid = f"GeoChat.{who.uid}.{to.uid}.{message}"
    return _event(uid, "b-t-f", "h-g-i-g-o", utc_us, CHAT_LASTS_US, _NOWHERE, detail)


def receipt(what: str, who: Who, to: Who, message: str, utc_us: int) -> bytes:
    """`what` is delivered or read, of a message that `to` has written."""
    kind = {"delivered": "b-t-f-d", "read": "b-t-f-r"}[what]
    detail = _chat("__chatreceipt", who, to, message)
    return _event(message, kind, "h-g-i-g-o", utc_us, CHAT_LASTS_US, _NOWHERE, detail)


def ping(who: Who, utc_us: int) -> bytes:
    return _event(f"{who.uid}-ping", "t-x-c-t", "m-g", utc_us, PING_LASTS_US, _NOWHERE, "")


def broken(event: bytes) -> bytes:
    """The same with a quotation mark missing."""
    return event.replace(b'" time=', b" time=", 1)


_NOWHERE = f'lat="0.0" lon="0.0" hae="{UNKNOWN}" ce="{UNKNOWN}" le="{UNKNOWN}"'


def _chat(tag: str, who: Who, to: Who, message: str) -> str:
    named = f"chatroom={quoteattr(to.callsign)} id={quoteattr(to.uid)} senderCallsign={quoteattr(who.callsign)}"
    return (
        f'<{tag} parent="RootContactGroup" groupOwner="false" messageId={quoteattr(message)} {named}>'
        f"<chatgrp uid0={quoteattr(who.uid)} uid1={quoteattr(to.uid)} id={quoteattr(to.uid)}/></{tag}>"
        f'<link uid={quoteattr(who.uid)} type="a-f-G-U-C" relation="p-p"/>'
    )


def _event(uid: str, kind: str, how: str, utc_us: int, lasts_us: int, place: str, detail: str) -> bytes:
    times = f'time="{iso(utc_us)}" start="{iso(utc_us)}" stale="{iso(utc_us + lasts_us)}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><event version="2.0" uid={quoteattr(uid)} type="{kind}" how="{how}" '
        f"{times}><point {place}/><detail>{detail}</detail></event>"
    ).encode()


class Reader:
    """Bounded: of a stream that never ends an event the oldest is thrown away."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[Shown]:
        *whole, self._held = (self._held + data).split(_END)
        self._held = self._held[-MOST_BYTES:]
        read = (_read(one + _END) for one in whole)
        return [shown for shown in read if shown is not None]

    def forget(self) -> None:
        """A new connection begins with a new event."""
        self._held = b""


def _read(data: bytes) -> Shown | None:
    begin = data.find(b"<event")
    if begin < 0:
        return None
    try:
        event = fromstring(data[begin:])
    except (ParseError, DefusedXmlException, ValueError):
        return None
    kind, uid = event.get("type", ""), event.get("uid", "")
    contact, link = event.find("detail/contact"), event.find("detail/link")
    callsign = "" if contact is None else contact.get("callsign", "")
    if kind == "t-x-d-d":
        return Shown(kind, uid, about="" if link is None else link.get("uid", ""))
    said = event.find("detail/__chat") if kind == "b-t-f" else event.find("detail/__chatreceipt")
    if said is None:
        return Shown(kind, uid, callsign)
    group = said.find("chatgrp")
    sender = Who("" if group is None else group.get("uid0", ""), said.get("senderCallsign", ""))
    text = event.findtext("detail/remarks") or ""
    return Shown(kind, uid, callsign, said.get("messageId", ""), sender, text)
