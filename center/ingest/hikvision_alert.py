"""One `EventNotificationAlert` of a Hikvision camera (ISAPI), as texts by the names of their tags.

Knows: that tags come with any of three namespaces or none, with a prefix, in any case, and misspelt; and where in the
document the plate, the vehicle, the pictures and the camera's position stand.
Refuses to know: what the texts mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException

from center.ingest.plain_xml import read_xml

MAX_ALERT_BYTES = 256 << 10
MAX_TEXT_CHARS = 512

_OPENING = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,31}:)?EventNotificationAlert(?=[\s>])", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,64}encoding=[\"']([A-Za-z0-9_-]{1,20})[\"']")
_ENCODINGS = ("gb2312", "gbk", "gb18030", "iso-8859-1", "windows-1250", "windows-1251", "windows-1252")

Texts = Mapping[str, str]
"""By the names of the tags in lower case; tags without text, and the repetitions of a tag, are left out."""
Children: TypeAlias = Sequence[tuple[str, Element]]
"""Of one element, in order, each with the name of its tag in lower case."""


class Alert(NamedTuple):
    """`about`: what stands in the alert itself; what does not, as the plate's element has it. `anpr` is None in an
    alert that is about something else. `kinds`: what a picture shows, by its id."""

    about: Texts
    anpr: Texts | None
    vehicle: Texts
    kinds: Mapping[str, str]
    lat: float | None
    lon: float | None
    why: str


def start_of(text: bytes) -> int:
    """Where the last alert in it begins; -1 when none does. What stands before it can only be a broken one."""
    begins = [found.start() for found in _OPENING.finditer(text)]
    return begins[-1] if begins else -1


def read_alert(document: bytes, before: bytes) -> Alert:
    """Of a document from its opening tag to its end tag, and what stood `before` it, where an encoding may be declared.
    Raises ValueError saying what is wrong."""
    if len(document) > MAX_ALERT_BYTES:
        raise ValueError(f"an alert longer than {MAX_ALERT_BYTES} bytes")
    text, why = _text_of(document, before)
    try:
        root = read_xml(text)
    except DefusedXmlException:
        raise ValueError("XML with a document type or entities: refused") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise ValueError("not well-formed XML") from None
    if _name(root) != "eventnotificationalert":
        raise ValueError("not an EventNotificationAlert")
    beside = _children(root)
    anpr = _child(beside, "anpr")
    inside = _children(anpr)
    about = _texts(beside)
    told = about if anpr is None and "licenseplate" in about else None if anpr is None else _texts(inside)
    place = None
    try:
        place = _place(_child(beside, "devicegpsinfo"))
    except ValueError as problem:
        why = why or str(problem)
    lat, lon = place or (None, None)
    return Alert(
        {**(told or {}), **about},
        told,
        _texts(_children(_first_child((inside, beside), "vehicleinfo"))),
        _kinds(_first_child((inside, beside), "pictureinfolist")),
        lat,
        lon,
        why,
    )


def _text_of(document: bytes, before: bytes) -> tuple[str, str]:
    """UTF-8 unless something else is declared, which cameras do not mind about; and what had to be mended."""
    try:
        return document.decode(), ""
    except UnicodeDecodeError:
        pass
    declared = _ENCODING.search(before)
    encoding = declared[1].decode().lower() if declared else ""
    if encoding in _ENCODINGS:
        return document.decode(encoding, "replace"), ""
    return document.decode("utf-8", "replace"), "read after mending: not UTF-8"


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _children(element: Element | None) -> Children:
    return [] if element is None else [(_name(child), child) for child in element]


def _child(children: Children, name: str) -> Element | None:
    return next((child for told, child in children if told == name), None)


def _first_child(families: tuple[Children, ...], name: str) -> Element | None:
    """Some firmware writes beside the plate's element what other firmware writes inside it."""
    found = (_child(children, name) for children in families)
    return next((child for child in found if child is not None), None)


def _texts(children: Children) -> dict[str, str]:
    """Of the children that have no children."""
    texts: dict[str, str] = {}
    for name, child in children:
        text = (child.text or "").strip()
        if text and not len(child):
            texts.setdefault(name, text[:MAX_TEXT_CHARS])
    return texts


def _kinds(pictures: Element | None) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for picture in pictures if pictures is not None else ():
        texts = _texts(_children(picture))
        if "pid" in texts:
            kinds[texts["pid"]] = texts.get("type") or texts.get("filename", "")
    return kinds


def _place(gps: Element | None) -> tuple[float, float] | None:
    """Degrees, minutes and seconds; zeros everywhere are a camera that was never told where it stands."""
    if gps is None:
        return None
    children = _children(gps)
    texts = _texts(children)
    lat, lon = _degrees(_child(children, "latitude")), _degrees(_child(children, "longitude"))
    if lat == 0.0 and lon == 0.0:
        return None
    if not (lat <= 90.0 and lon <= 180.0):
        raise ValueError("position out of range")
    south, west = texts.get("latitudetype", "N").upper() == "S", texts.get("longitudetype", "E").upper() == "W"
    return -lat if south else lat, -lon if west else lon


def _degrees(angle: Element | None) -> float:
    texts = _texts(_children(angle))
    try:
        degree, minute, second = (float(texts.get(name, "0")) for name in ("degree", "minute", "sec"))
    except ValueError:
        raise ValueError("position is not numbers") from None
    if not (0.0 <= degree <= 180.0 and 0.0 <= minute < 60.0 and 0.0 <= second < 60.0):
        raise ValueError("position out of range")
    return degree + minute / 60 + second / 3600
