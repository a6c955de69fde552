"""Plate reads from Frigate (docs.frigate.video, "MQTT" and "License Plate Recognition"), as it publishes them.

Knows: which topics tell of plates, and that Frigate changes its mind about one as the vehicle comes nearer.
Refuses to know: what else it sees, which vehicles it has names for (our own lists decide), and pictures: their topics
do not say which vehicle they show.

`events` and `tracked_object_update` tell of the same plates in different words, and each topic has a decoder of its
own, so a read's id is what both know: the tracked object's, and the plate. Another plate of one object is another read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from center.core.events import DeviceReported, Event, Micros, PlateRead
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.lenient import convert_leniently
from center.ingest.lines import Line, LineSplitter
from center.ingest.plate_text import plate_of
from center.ingest.timestamps import micros_of_epoch_ms

MAX_BYTES = 1 << 20
MAX_STATUS_BYTES = 64
MAX_REMEMBERED = 4096
MAX_PLATES = 8
MAX_ID_CHARS = 100
MAX_NAME_CHARS = 128
DEFAULT_PREFIX = "frigate"

_OBJECTS = ("events", "tracked_object_update")
_STATUS = re.compile(r"[a-z][a-z_-]*")
_WORDS = {"online": "alive"}
_VEHICLES = ("car", "motorcycle", "truck", "bus")


class _Plate(msgspec.Struct, gc=False):
    """`recognized_license_plate` is the text, or the text and its score; then the score is not beside it."""

    recognized_license_plate: str | list[str | float | None] | None = None
    recognized_license_plate_score: float | None = None


class _Object(_Plate, gc=False):
    """A tracked object. Times are Unix seconds."""

    id: str = ""
    camera: str = ""
    label: str = ""
    frame_time: float | None = None
    start_time: float | None = None
    data: _Plate | None = None  # where the database and Frigate's HTTP interface have the plate


class _Message(msgspec.Struct, gc=False):
    """A change of an object (types new, update, end), or what was found out about one (type lpr and others)."""

    type: str = ""
    after: _Object | None = None
    id: str = ""
    camera: str = ""
    plate: str | None = None
    score: float | None = None
    timestamp: float | None = None


class _Read(NamedTuple):
    message: _Message
    why: str = ""  # what could not be read of it


class _Sight(NamedTuple):
    """What a message says of one plate."""

    object: str
    camera: str
    text: str
    score: float | None
    at_s: float | None
    body: str | None
    last: bool


class _Known(msgspec.Struct, gc=False):
    """What has been told of one object: its plates, and the best score of the last."""

    plates: list[str]
    score: float


_decode_strictly = msgspec.json.Decoder(_Message, strict=False).decode


def _decode(raw: bytes) -> _Read:
    try:
        read = _Read(_decode_strictly(raw))
    except msgspec.ValidationError as problem:
        read = _Read(convert_leniently(msgspec.json.decode(raw), _Message), f"left out: {problem}")
    if not read.message.type:
        raise ValueError("no type: not a message about a tracked object")
    return read


class FrigateFeed(Quiet):
    """One topic; `frigate/#` may be subscribed to, what is not about plates or health is passed over. Takes no
    options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"frigate takes no options but was given {', '.join(sorted(options))}")
        self._origin = origin
        self._faults = Faults(origin)
        self._documents = JsonDocuments(_decode, MAX_BYTES)
        self._lines = LineSplitter(MAX_STATUS_BYTES, origin.whole)
        self._known: dict[str, _Known] = {}
        self._prefix = DEFAULT_PREFIX
        self._device = self._role = ""  # whose health this topic tells
        self._tells_of_objects = True
        self._place(origin.peer.split("/"))

    def _place(self, levels: list[str]) -> None:
        """What this topic is about; what came by another way than MQTT is about objects."""
        if len(levels) < 2 or levels[0] in ("application", "text"):
            return
        if levels[-1] in _OBJECTS:
            self._prefix = "/".join(levels[:-1])
            return
        self._tells_of_objects = False
        if levels[-1] == "available":
            self._device = "/".join(levels[:-1])[:MAX_NAME_CHARS]
        elif len(levels) >= 4 and levels[-2] == "status":
            self._prefix = "/".join(levels[:-3])
            self._device, self._role = self._reader(levels[-3]), levels[-1]

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        if self._tells_of_objects:
            return self._read(self._documents.feed(data, self._origin.whole), at)
        if self._device:
            return self._health(self._lines.feed(data), at)
        return ()

    def finish(self, at: Micros) -> Sequence[Event]:
        held = [*self._read(self._documents.feed(b"", True), at), *self._health(self._lines.rest(), at)]
        return [*held, *self._faults.rest(at)]

    def _read(self, documents: Iterable[Document[_Read]], at: Micros) -> list[Event]:
        out: list[Event] = []
        for document in documents:
            whys = [document.why] if document.why else []
            if document.value is not None:
                if document.value.why:
                    whys.append(document.value.why)
                try:
                    sight = _sight(document.value.message)
                    read = None if sight is None else self._plate_read(sight, at, whys)
                    if read is not None:
                        out.append(read)
                except ValueError as problem:
                    whys.append(str(problem))
            for why in whys:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    def _plate_read(self, sight: _Sight, at: Micros, whys: list[str]) -> PlateRead | None:
        plate = plate_of(sight.text)
        confidence = sight.score
        if confidence is not None and not 0.0 <= confidence <= 1.0:
            whys.append("score out of range")
            confidence = None
        if not plate or not self._is_news(sight, plate, confidence or 0.0):
            return None
        seen = None
        if sight.at_s is not None:
            try:
                seen = micros_of_epoch_ms(sight.at_s * 1000)
            except ValueError as problem:
                whys.append(str(problem))
        return PlateRead(
            at=at,
            source=self._origin.source,
            seen=seen,
            reader=self._reader(sight.camera),
            plate=plate,
            read=f"{sight.object[:MAX_ID_CHARS]}/{plate}",
            confidence=confidence,
            body=sight.body,
        )

    def _is_news(self, sight: _Sight, plate: str, score: float) -> bool:
        """The first plate of an object, and another one when its score is not worse, or it is Frigate's last word."""
        known = self._known.get(sight.object)
        if known is None:
            self._known[sight.object] = _Known([plate], score)
            if len(self._known) > MAX_REMEMBERED:
                del self._known[next(iter(self._known))]
            return True
        if plate in known.plates:
            if plate == known.plates[-1]:
                known.score = max(known.score, score)
            return False
        if score < known.score and not sight.last:
            return False
        known.plates = [*known.plates[-MAX_PLATES + 1 :], plate]
        known.score = score
        return True

    def _reader(self, camera: str) -> str:
        """A camera; where several Frigates share a broker, under a prefix of its own."""
        if not camera:
            raise ValueError("no camera")
        name = camera if self._prefix == DEFAULT_PREFIX else f"{self._prefix}/{camera}"
        return name[:MAX_NAME_CHARS]

    def _health(self, lines: Iterable[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, line, _ in lines:
            word = line.decode("latin-1").strip()
            if not _STATUS.fullmatch(word):
                out += self._faults.tell(at, "not a word about a device's health", line, offset)
                continue
            out.append(
                DeviceReported(
                    at=at,
                    source=self._origin.source,
                    device=self._device,
                    status=_WORDS.get(word, word),
                    text=self._role[:MAX_NAME_CHARS] or None,
                )
            )
        return out


def _sight(message: _Message) -> _Sight | None:
    """None when no plate is told. Raises ValueError when whose it is is not."""
    said = message.after
    if said is not None:
        text, score = _plate_in(said)
        if text is None and said.data is not None:
            text, score = _plate_in(said.data)
        moment = said.start_time if said.frame_time is None else said.frame_time
        body = said.label if said.label in _VEHICLES else None
        sight = _Sight(said.id, said.camera, text or "", score, moment, body, message.type == "end")
    elif message.type == "lpr":
        moment = message.timestamp
        sight = _Sight(message.id, message.camera, message.plate or "", message.score, moment, None, False)
    else:
        return None
    if not sight.text:
        return None
    if not sight.object:
        raise ValueError("a plate without its object's id")
    return sight


def _plate_in(told: _Plate) -> tuple[str | None, float | None]:
    plate, score = told.recognized_license_plate, told.recognized_license_plate_score
    if not isinstance(plate, list):
        return plate, score
    text = next((part for part in plate if isinstance(part, str)), None)
    return text, next((part for part in plate if isinstance(part, float)), score)
