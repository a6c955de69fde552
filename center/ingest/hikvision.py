"""Plate reads from Hikvision cameras (ISAPI, `EventNotificationAlert` of type ANPR), as they POST them to an HTTP host:
an `anpr.xml` with pictures behind it in a multipart body, or the XML alone; also the stream of such parts that a camera
gives who asks (alertStream).

Knows: what a camera says of a passage, which pictures belong to it, and that it repeats what was not acknowledged.
Refuses to know: the camera's own lists, codes of makes and models (the tables are the vendor's), which way on the map
`forward` is, and alerts about other things than plates and the camera's health.

One device is one channel of one camera: `address/channel`, by the first of MAC address, device UUID, IP address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from center.core.events import DeviceReported, Event, Micros, PlateRead, VehicleSeen
from center.ingest.faults import Faults
from center.ingest.feed import Attachment, Origin
from center.ingest.hikvision_alert import Alert, Texts, read_alert, start_of
from center.ingest.multipart import SHOWN_BYTES, Multipart, Piece
from center.ingest.pictures import Pictures
from center.ingest.plate_text import STATES, plate_of, state_of_region
from center.ingest.timestamps import checked, micros_of, zone_of

MAX_REMEMBERED = 16_384
MAX_PICTURE_BYTES = 4 << 20  # a whole scene of eight megapixels
MAX_EARLY = 4
MAX_ID_CHARS = 128
MAX_WORD_CHARS = 64

_PLATE_TAGS = ("licenseplate", "platenumber", "plateno", "plate", "originallicenseplate")
_NO_PLATE = ("unknown", "noplate", "no plate", "none", "null", "-")
_MAKE_TAGS = ("vehiclelogo", "vehiclebrand", "brand", "vehiclelogorecog")
_MODEL_TAGS = ("vehiclemodel", "vehilemodel", "model")  # the second is what most cameras write
_STATE_TAGS = ("state", "statename", "province", "region")
_COUNTRIES = {"172": "us", "us": "us", "usa": "us", "169": "ca", "ca": "ca", "can": "ca"}
_COURSES_DEG = {"1": 270.0, "2": 90.0, "3": 0.0, "4": 180.0, "5": 315.0, "6": 135.0, "7": 225.0, "8": 45.0}
"""What `relaLaneDirectionType` says of a lane: from east to west, and so on round."""
_PLATE, _VEHICLE, _SCENE = ("licenseplatepicture",), ("vehiclepicture", "featurepicture"), ("detectionpicture",)
"""Kinds of pictures, by what they show."""
_JPEG_START = b"\xff\xd8"
_HEALTH = (
    "diskfull",
    "diskerror",
    "diskunformat",
    "nicbroken",
    "ipconflict",
    "illaccess",
    "badvideo",
    "recordexception",
)


class _Passage(msgspec.Struct):
    """An alert about a plate, and the pictures that have come with it so far, by what they show."""

    alert: Alert
    raw: bytes
    offset: int
    pictures: dict[str, bytes]
    files: int = 0


class HikvisionFeed:
    """One camera's POSTs, or those of several; keep it over many, it remembers what it has told. Option `tz`: the IANA
    zone of cameras whose times have no offset; UTC when left out."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - {"tz"})
        if unknown:
            raise ValueError(f"hikvision has no option {', '.join(unknown)}; it has tz")
        self._zone: tzinfo = zone_of(options["tz"]) if "tz" in options else UTC
        self._origin = origin
        self._multipart = Multipart()
        self._faults = Faults(origin)
        self._pictures = Pictures(MAX_PICTURE_BYTES)
        self._passage: _Passage | None = None  # that more pictures may belong to
        self._early: list[Piece] = []  # pictures that came before their alert
        self._told: dict[str, bool] = {}  # read and plate -> whether with a picture, oldest first

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._multipart.feed(data, self._origin.whole), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._multipart.feed(b"", True), at), *self._faults.rest(at)]

    def to_send(self) -> bytes:
        return b""

    def attachments(self) -> Sequence[Attachment]:
        return self._pictures.take()

    def _read(self, pieces: Iterable[Piece], at: Micros) -> list[Event]:
        out: list[Event] = []
        for piece in pieces:
            try:
                if piece.why:
                    raise ValueError(piece.why)
                self._take(piece, at, out)
            except ValueError as problem:
                out += self._faults.tell(at, str(problem), piece.data[:SHOWN_BYTES], piece.offset)
            if piece.closes:
                self._tell(at, out)
                self._early.clear()
        return out

    def _take(self, piece: Piece, at: Micros, out: list[Event]) -> None:
        start = start_of(piece.data)
        if start >= 0:
            self._tell(at, out)
            self._alert(piece, start, at, out)
        elif piece.names is not None:
            self._file(piece, at, out)
        elif piece.data.strip():
            raise ValueError("not an EventNotificationAlert")

    # --- what comes -------------------------------------------------------------------------------------------------

    def _alert(self, piece: Piece, start: int, at: Micros, out: list[Event]) -> None:
        before, document = piece.data[:start], piece.data[start:]
        if start_of(before) >= 0:
            out += self._faults.tell(at, "an alert cut short", before[:SHOWN_BYTES], piece.offset)
        alert = read_alert(document, before)
        raw, offset = document[:SHOWN_BYTES], piece.offset + start
        if alert.anpr is None:
            whys = [alert.why] if alert.why else []
            out += self._health(alert.about, at, whys)
            for why in whys:
                out += self._faults.tell(at, why, raw, offset)
            return
        self._passage = _Passage(alert, raw, offset, {})
        early, self._early = self._early, []
        for picture in early:
            self._file(picture, at, out)
        if piece.names is None or _number(alert.about.get("picnum", "1")) == 0.0:
            self._tell(at, out)  # no picture follows

    def _file(self, piece: Piece, at: Micros, out: list[Event]) -> None:
        """A picture, for the alert before it, or else the one behind it."""
        if not piece.data.startswith(_JPEG_START) and not _kind_of(piece.names or (), {}):
            raise ValueError("a part that is neither an alert nor a picture")
        passage = self._passage
        if passage is None:
            self._early = [*self._early[-MAX_EARLY + 1 :], piece]
            return
        passage.files += 1
        shows = _kind_of(piece.names or (), passage.alert.kinds) or _SCENE[0]  # better than no picture
        passage.pictures.setdefault(shows, piece.data)
        if passage.files == _number(passage.alert.about.get("picnum", "")):
            self._tell(at, out)

    # --- what is told -----------------------------------------------------------------------------------------------

    def _tell(self, at: Micros, out: list[Event]) -> None:
        """The passage whose pictures are all here, if there is one."""
        passage, self._passage = self._passage, None
        if passage is None:
            return
        whys = [passage.alert.why] if passage.alert.why else []
        try:
            event = self._event(passage, at, whys)
            if event is not None:
                out.append(event)
        except ValueError as problem:
            whys.append(str(problem))
        for why in whys:
            out += self._faults.tell(at, why, passage.raw, passage.offset)

    def _event(self, passage: _Passage, at: Micros, whys: list[str]) -> Event | None:
        """None for a repetition. Raises ValueError when the plate's text is none."""
        alert, anpr = passage.alert, passage.alert.anpr or {}
        text = _first(anpr, _PLATE_TAGS)
        plate = "" if text.lower() in _NO_PLATE else plate_of(text)
        reader = _device(alert.about)
        read = alert.about.get("uuid") or f"{reader}/{alert.about.get('datetime', '')}/{plate}"
        read = read[:MAX_ID_CHARS]
        repeats = self._repeats(f"{read}/{plate}", bool(passage.pictures))
        if repeats is None:
            return None
        lane = anpr.get("relalanedirectiontype") or alert.about.get("relalanedirectiontype", "")
        common: dict[str, Any] = {
            "at": at,
            "source": self._origin.source,
            "seen": self._moment(alert.about, whys),
            "reader": reader,
            "read": read + repeats,
            "lat": alert.lat,
            "lon": alert.lon,
            "course_deg": _COURSES_DEG.get(lane),
            "make": _word(_first(alert.vehicle, _MAKE_TAGS)),
            "model": _word(_first(alert.vehicle, _MODEL_TAGS)),
            "color": _word(alert.vehicle.get("color") or anpr.get("vehiclecolor", "")),
            "body": _word(anpr.get("vehicletype") or alert.vehicle.get("vehicletype", "")),
        }
        pictures = passage.pictures
        if not plate:
            crop, frame = self._picture(pictures, _VEHICLE, whys), self._picture(pictures, _SCENE, whys)
            return VehicleSeen(**common, crop=crop, frame=frame)
        return PlateRead(
            **common,
            plate=plate,
            state=_state(anpr),
            confidence=_confidence(anpr, whys),
            crop=self._picture(pictures, _PLATE, whys),
            frame=self._picture(pictures, _VEHICLE + _SCENE, whys),
        )

    def _repeats(self, told: str, pictured: bool) -> str | None:
        """What a read's id gets for being told (again): nothing the first time. A camera that is asked for speed tells
        a passage at once and once more with its pictures (`hasMoreData`): that is told, under an id of its own. None
        for any other repetition."""
        before = self._told.get(told)
        if before is None:
            self._told[told] = pictured
            if len(self._told) > MAX_REMEMBERED:
                del self._told[next(iter(self._told))]
            return ""
        if before or not pictured:
            return None
        self._told[told] = True
        return "/pictures"

    def _picture(self, pictures: Mapping[str, bytes], wanted: Sequence[str], whys: list[str]) -> str | None:
        """The first of the wanted kinds that is whole."""
        for kind in wanted:
            if kind in pictures:
                try:
                    return self._pictures.add_jpeg(pictures[kind])
                except ValueError as problem:
                    whys.append(f"{problem} ({kind})")
        return None

    def _health(self, about: Texts, at: Micros, whys: list[str]) -> Iterable[Event]:
        kind, active = about.get("eventtype", "").lower(), about.get("eventstate", "").lower() != "inactive"
        if kind == "anpr":
            whys.append("an alert of type ANPR that says nothing of a plate")
        if kind in ("heartbeat", "heart beat") or (kind == "videoloss" and not active):
            status = "alive"
        elif kind == "videoloss":
            status = "no-video"
        elif kind in _HEALTH and active:
            status = kind
        else:
            return ()
        return (
            DeviceReported(
                at=at,
                source=self._origin.source,
                seen=self._moment(about, whys),
                device=_device(about),
                status=status,
                text=about.get("channelname", "")[:MAX_ID_CHARS] or None,
            ),
        )

    def _moment(self, about: Texts, whys: list[str]) -> Micros | None:
        text = about.get("datetime")
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
            return checked(micros_of(moment if moment.tzinfo else moment.replace(tzinfo=self._zone)))
        except (ValueError, OverflowError):
            whys.append("dateTime is not a time between 1970 and 2100")
            return None


def _kind_of(names: Iterable[str], kinds: Mapping[str, str]) -> str:
    """What a picture shows, by the names of its part; a name may be an id that the alert explains."""
    for name in names:
        told = kinds.get(name, name).lower()
        for kind in _PLATE + _VEHICLE + _SCENE:
            if kind in told:
                return kind
    return ""


def _device(about: Texts) -> str:
    mac = about.get("macaddress", "").lower()
    address = mac if mac.strip("0:-") else _first(about, ("deviceuuid", "deviceid", "ipaddress")) or "camera"
    channel = _first(about, ("channelid", "dynchannelid"))
    return f"{address[:MAX_ID_CHARS]}/{channel[:MAX_WORD_CHARS]}" if channel else address[:MAX_ID_CHARS]


def _state(anpr: Texts) -> str | None:
    """Only of plates that are said to be from the United States or Canada: `ME` is also what cameras for the Middle
    East write."""
    country = _COUNTRIES.get(_first(anpr, ("iso-cr", "crindex", "country")).lower(), "elsewhere")
    for tag in _STATE_TAGS:
        told = anpr.get(tag, "")
        state = state_of_region(STATES.get(told.upper(), told), country)
        if state is not None:
            return state
    return None


def _confidence(anpr: Texts, whys: list[str]) -> float | None:
    text = _first(anpr, ("confidencelevel", "confidence"))
    if not text:
        return None
    value = _number(text)
    if value is not None and "." in text and value <= 1.0:
        value *= 100
    if value is None or not 0.0 <= value <= 100.0:
        whys.append("confidenceLevel is not 0 to 100")
        return None
    return value / 100


def _first(texts: Texts, tags: Iterable[str]) -> str:
    return next((texts[tag] for tag in tags if tag in texts), "")


def _word(text: str) -> str | None:
    """None for what says nothing, and for the vendor's codes."""
    return None if text.lower() in ("", "unknown", "other", "null") or text.isdigit() else text[:MAX_WORD_CHARS]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
