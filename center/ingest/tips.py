"""Tips as a tip line hands them over: one JSON object a tip, POSTed. There is no public standard: docs/feeds/tips.md is
ours, in the words that tip lines' own forms use.

Knows: what a tip may say of an offence, a place, a time and a vehicle, in the spellings that senders use.
Refuses to know: who told it. Only the fields named here are read; one that could say who it was is counted and dropped,
telephone numbers and e-mail addresses in the text are taken out, and no fault shows any of a tip's bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

import msgspec

from center.core.events import Event, Micros
from center.core.tip_facts import TipReceived
from center.ingest.faults import Faults
from center.ingest.feed import Attachment, Origin
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.plate_text import plate_of, state_of
from center.ingest.timestamps import micros_of_epoch_ms, micros_of_iso

MAX_BATCH = 100
MAX_NUMBER, MAX_WORD, MAX_LINE, MAX_TEXT = 40, 64, 200, 4_000
MAX_DEPTH, MAX_FIELDS = 6, 2_000
MOST_OFF_M = 50_000.0
MILLIS_FROM = 10**10  # smaller numbers are seconds

Thing: TypeAlias = dict[str, Any]

NUMBER = ("tipnumber", "tipid", "number", "id")
RECEIVED = ("receivedat", "received", "datereceived", "submittedat", "submitted")
OFFENCE = ("offense", "offence", "offensetype", "offencetype", "crimetype", "category")
TEXT = ("narrative", "text", "description", "details", "tiptext")
CHANNEL = ("channel", "source", "method")
BEGINS, BEGINS_INSIDE = ("occurredfrom", "occurredat"), ("from", "start", "begins", "at")
ENDS, ENDS_INSIDE = ("occurredto", "occurreduntil"), ("to", "until", "end", "ends")
LAT, LON = ("latitude", "lat"), ("longitude", "lon", "lng")
OFF = ("accuracymeters", "accuracym", "accuracy", "uncertaintym")
ADDRESS = ("address", "street", "place", "where")
PLATE = ("plate", "licenseplate", "licenceplate", "tag")
STATE = ("platestate", "state", "region")
_TIP = (*NUMBER, *TEXT, *OFFENCE)
_WHO = (
    *("tipster", "caller", "reporter", "submitter", "informant", "complainant", "sender", "contact", "reward"),
    *("phone", "telephone", "mobile", "cellnumber", "callback", "email", "mailaddress", "ipaddress", "remoteaddr"),
    *("deviceid", "imei", "imsi", "advertisingid", "useragent", "sessionid", "cookie", "password", "accountid"),
    *("dateofbirth", "ssn", "recording", "voiceprint"),
)
"""Parts of names, spelt as one word, of fields that could say who told a tip."""
_WHO_WHOLE = ("ip", "name", "firstname", "lastname", "fullname", "dob", "age", "sex", "device", "user", "account")
"""Names that say so by themselves."""
_REACHED = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])"
)
TAKEN_OUT = "[withheld]"


def _decode(raw: bytes) -> Thing:
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict):
        raise ValueError("no tip")
    said = _spelt(document)
    inside = said.get("tips", said.get("tip"))
    if not isinstance(inside, list | dict) and not any(name in said for name in _TIP):
        raise ValueError("no tip")
    return document


class TipsFeed:
    """One tip line. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"tips takes no options, and was given {', '.join(sorted(options))}")
        self._origin = origin
        self._line = origin.source.removesuffix(f"/{origin.peer}")
        self._documents = JsonDocuments(_decode)
        self._faults = Faults(origin)

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return list(self._read(self._documents.feed(data, self._origin.whole), at))

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._documents.feed(b"", True), at), *self._faults.rest(at)]

    def to_send(self) -> bytes:
        return b""

    def attachments(self) -> Sequence[Attachment]:
        return ()

    def _read(self, documents: Iterable[Document[Thing]], at: Micros) -> Iterator[Event]:
        for document in documents:
            whys = ["not a tip in JSON" if document.value is None else "read after mending"] if document.why else []
            for one in _tips(document.value, whys) if document.value is not None else ():
                event = self._tip(one, at, whys)
                if event is not None:
                    yield event
            for why in whys:  # without the bytes: they may say who told it
                yield from self._faults.tell(at, why, offset=document.offset)

    def _tip(self, document: Thing, at: Micros, whys: list[str]) -> TipReceived | None:
        said = _spelt(document)
        number = _line(_first(said, NUMBER), MAX_NUMBER)
        if not number:
            whys.append("a tip without a number")
            return None
        said_who = _who(document)
        parts = {
            "channel": _line(_first(said, CHANNEL), MAX_WORD),
            "offence": _line(_first(said, OFFENCE), MAX_WORD),
            "text": _text(_first(said, TEXT)),
            "address": _line(_where(said, ADDRESS), MAX_LINE),
            **_looks(said),
        }
        hidden = {name: _REACHED.subn(TAKEN_OUT, part) for name, part in parts.items()}
        withheld = said_who + sum(count for _, count in hidden.values())
        if withheld:
            whys.append(f"a tip said who told it, which was dropped ({withheld})")
        begins, ends = (
            _moment(_when(said, names, inside), whys)
            for names, inside in ((BEGINS, BEGINS_INSIDE), (ENDS, ENDS_INSIDE))
        )
        lat, lon = _place(said, whys)
        return TipReceived(
            at=at,
            source=self._origin.source,
            seen=_moment(_first(said, RECEIVED), whys),
            tip=number,
            line=self._line,
            begins=begins,
            ends=ends,
            lat=lat,
            lon=lon,
            off_m=_metres(_where(said, OFF)) if lat is not None else None,
            withheld=withheld,
            **_plate(said, whys),
            **{name: part or None for name, (part, _) in hidden.items()},
        )


def _tips(document: Thing, whys: list[str]) -> Iterator[Thing]:
    """The tips in a document: itself, one inside, or a batch."""
    said = _spelt(document)
    inside = said.get("tips", said.get("tip"))
    if not isinstance(inside, list | dict):
        yield document
        return
    batch = inside if isinstance(inside, list) else [inside]
    if len(batch) > MAX_BATCH:
        whys.append(f"a batch of more than {MAX_BATCH} tips")
    for one in batch[:MAX_BATCH]:
        if isinstance(one, dict):
            yield one
        else:
            whys.append("a tip that is no object")


def _spelt(document: Thing) -> Thing:
    """By names in small letters without what stands between them; of two that are one, the first that says
    something."""
    said: Thing = {}
    for name, value in document.items():
        spelt = _name(name)
        if said.get(spelt) in (None, "", [], {}):
            said[spelt] = value
    return said


def _name(name: str) -> str:
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def _who(document: Thing) -> int:
    """How many fields, at any depth, could say who told it. What is inside of one is not counted besides."""
    found, left, stack = 0, MAX_FIELDS, [(document, 0)]
    while stack and left > 0:
        thing, depth = stack.pop()
        for name, value in thing.items():
            left -= 1
            spelt = _name(name)
            if value in (None, "", [], {}, False):
                continue
            if spelt in _WHO_WHOLE or any(part in spelt for part in _WHO):
                found += 1
            elif depth < MAX_DEPTH:
                inside = value if isinstance(value, list) else [value]
                stack += [(one, depth + 1) for one in inside[:MAX_BATCH] if isinstance(one, dict)]
    return found


def _first(said: Thing, names: Sequence[str]) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "", [], {})), None)


def _inside(said: Thing, *names: str) -> Thing:
    thing = _first(said, names)
    if isinstance(thing, list):
        thing = next((one for one in thing if isinstance(one, dict)), None)
    return _spelt(thing) if isinstance(thing, dict) else {}


def _where(said: Thing, names: Sequence[str]) -> Any:
    """In the location, or beside everything else; a location may be a text."""
    inside = _first(_inside(said, "location", "place"), names)
    if inside is not None:
        return inside
    plain = said.get("location")
    return plain if names is ADDRESS and isinstance(plain, str) else _first(said, names)


def _when(said: Thing, names: Sequence[str], inside: Sequence[str]) -> Any:
    """In what says when it occurred, which may be a moment itself, or beside everything else."""
    found = _first(_inside(said, "occurred", "when"), inside)
    plain = said.get("occurred")
    if found is None and names is BEGINS and isinstance(plain, str | int | float):
        return plain
    return found if found is not None else _first(said, names)


def _moment(value: Any, whys: list[str]) -> Micros | None:
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        if isinstance(value, str):
            return micros_of_iso(value)
        return micros_of_epoch_ms(value if value >= MILLIS_FROM else value * 1000)
    except (ValueError, OverflowError):
        whys.append("a time that is none")
        return None


def _place(said: Thing, whys: list[str]) -> tuple[float | None, float | None]:
    lat, lon = _number(_where(said, LAT)), _number(_where(said, LON))
    if lat is None and lon is None:
        return None, None
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat, lon) == (0.0, 0.0):
        whys.append("a place that is none")
        return None, None
    return lat, lon


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and isfinite(number) else None


def _metres(value: Any) -> float | None:
    metres = _number(value)
    return min(metres, MOST_OFF_M) if metres is not None and metres >= 0 else None


def _plate(said: Thing, whys: list[str]) -> dict[str, str | None]:
    inside, found = _inside(said, "vehicle", "vehicles"), dict[str, str | None]()
    plate = _line(_first(inside, PLATE) or _first(said, PLATE[:3]), MAX_LINE)
    state = _line(_first(inside, STATE) or said.get("platestate"), MAX_LINE)
    try:
        found["plate"] = plate_of(plate) or None
    except ValueError:
        whys.append("a plate that is none")
    try:
        found["state"] = state_of(state) if state and found.get("plate") else None
    except ValueError:
        whys.append("a state that is none")
    return found


def _looks(said: Thing) -> dict[str, str]:
    inside = _inside(said, "vehicle", "vehicles")
    looks = {name: _line(inside.get(name), MAX_WORD) for name in ("make", "model", "color", "body")}
    return looks | ({"color": _line(inside.get("colour"), MAX_WORD)} if not looks["color"] else {})


def _text(value: Any) -> str:
    """As it was said, with its lines, and without what no page can show."""
    said = value if isinstance(value, str) else ""
    clean = "".join(mark if mark.isprintable() or mark == "\n" else " " for mark in said[: 2 * MAX_TEXT])
    return clean.strip()[:MAX_TEXT]


def _line(value: Any, most: int) -> str:
    """On one line; a number is one, too."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**most else ""
    return " ".join(_text(value).split())[:most].rstrip()
