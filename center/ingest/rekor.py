"""Plate reads from Rekor Scout / OpenALPR agents: the JSON they POST, or put on a queue, format versions 1 to 5.

Knows: groups (one vehicle's passage), alerts (a group that a list of theirs matched), vehicles without a plate,
heartbeats, frame-by-frame results; and that an agent repeats what was not acknowledged.
Refuses to know: which plates are wanted. An alert is a read like any other here; our own lists decide.

One device is one camera of one agent: `agent_uid/camera_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from center.core.events import Candidate, DeviceReported, Event, Micros, PlateRead, VehicleSeen
from center.ingest.faults import Faults
from center.ingest.feed import Attachment, Origin
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.lenient import convert_leniently, without_nulls
from center.ingest.pictures import Pictures
from center.ingest.plate_text import plate_of, state_of_region
from center.ingest.timestamps import micros_of_epoch_ms

MAX_REMEMBERED = 16_384
MAX_CANDIDATES = 10
MAX_STREAMS = 64
MAX_FRAMES = 64
MAX_ID_CHARS = 128
MAX_WORD_CHARS = 64
MILLIS_FROM = 10**10  # smaller numbers are seconds: as milliseconds they would be of 1970

_NO_GPS = ((0.0, 0.0), (-1.0, -1.0))


class _Guess(msgspec.Struct, gc=False):
    name: str = ""
    confidence: float = 0.0


class _Vehicle(msgspec.Struct, gc=False):
    color: list[_Guess] = []
    make: list[_Guess] = []
    make_model: list[_Guess] = []
    body_type: list[_Guess] = []


class _Reading(msgspec.Struct, gc=False):
    plate: str | int = ""
    confidence: float | None = None


class _Plate(msgspec.Struct, gc=False):
    plate: str | int = ""
    confidence: float | None = None
    region: str = ""
    plate_crop_jpeg: str = ""
    candidates: list[_Reading] = []


class _Stream(msgspec.Struct, gc=False):
    camera_id: int | str = ""
    camera_name: str = ""
    is_streaming: bool = True


class _Message(msgspec.Struct, gc=False):
    """Everything any kind of message carries that we read; each kind fills some of it."""

    data_type: str = ""
    openalpr_webhook: str = ""
    agent_uid: str = ""
    site_id: str = ""  # version 1's name for it
    country: str = ""
    camera_id: int | str = ""
    epoch_start: float | None = None
    best_uuid: str = ""
    best_plate_number: str | int = ""
    best_confidence: float | None = None
    best_region: str = ""
    best_plate: _Plate | None = None
    candidates: list[_Reading] = []
    uuids: list[str] = []
    is_preview: bool = False
    vehicle: _Vehicle | list[_Vehicle] | None = None
    gps_latitude: float | None = None
    gps_longitude: float | None = None
    travel_direction: float | None = None
    vehicle_crop_jpeg: str = ""
    overview_jpeg: str = ""
    # alerts
    group: _Message | None = None
    plate_number: str | int = ""
    camera_number: int | str = ""
    epoch_time: float | None = None
    # frame-by-frame results
    uuid: str = ""
    results: list[_Plate] = []
    # heartbeats
    timestamp: float | None = None
    agent_hostname: str = ""
    license_valid: bool | None = None
    video_streams: list[_Stream] = []


class _Read(msgspec.Struct, gc=False):
    """A message, and what could not be read of it."""

    message: _Message
    why: str = ""


_decode_strictly = msgspec.json.Decoder(_Message, strict=False).decode


def _decode(raw: bytes) -> _Read:
    try:
        read = _Read(_decode_strictly(raw))
    except msgspec.ValidationError:
        value = without_nulls(msgspec.json.decode(raw))
        try:
            read = _Read(msgspec.convert(value, _Message, strict=False))
        except msgspec.ValidationError as problem:
            read = _Read(convert_leniently(value, _Message), str(problem))
    if not read.message.data_type and not read.message.openalpr_webhook:
        raise ValueError("no data_type: not an agent's message")
    return read


class RekorFeed:
    """One webhook, or one connection to a queue; keep it over many POSTs, it remembers what it has seen. Option
    `frames` (true or false): whether frame-by-frame results are reads too, for agents that send no groups."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - {"frames"})
        if unknown:
            raise ValueError(f"rekor has no option {', '.join(unknown)}; it has frames")
        if options.get("frames", "false") not in ("true", "false"):
            raise ValueError("option frames is true or false")
        self._frames = options.get("frames") == "true"
        self._frames_declined = False
        self._origin = origin
        self._documents = JsonDocuments(_decode)
        self._faults = Faults(origin)
        self._pictures = Pictures()
        self._seen: dict[str, str] = {}  # read -> plate, oldest first

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._documents.feed(data, self._origin.whole), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._documents.feed(b"", True), at), *self._faults.rest(at)]

    def to_send(self) -> bytes:
        return b""

    def attachments(self) -> Sequence[Attachment]:
        return self._pictures.take()

    def _read(self, documents: Iterable[Document[_Read]], at: Micros) -> list[Event]:
        out: list[Event] = []
        for document in documents:
            whys = [document.why] if document.why else []
            if document.value is not None:
                if document.value.why:
                    whys.append(f"left out: {document.value.why}")
                try:
                    out += self._events(document.value.message, at, whys)
                except ValueError as problem:
                    whys.append(str(problem))
            for why in whys:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    def _events(self, message: _Message, at: Micros, whys: list[str]) -> Iterable[Event]:
        match message.data_type:
            case "alpr_group" | "vehicle":
                return self._passage(message, at, whys)
            case "alpr_alert":
                return self._passage(_group_of(message), at, whys)
            case "alpr_results":
                return self._frame(message, at, whys)
            case "heartbeat":
                return self._heartbeat(message, at, whys)
            case "":
                return (DeviceReported(at=at, source=self._origin.source, device="webhook", status="test"),)
        raise ValueError(f"not a kind of message that is known ({message.data_type[:MAX_WORD_CHARS]})")

    def _passage(self, group: _Message, at: Micros, whys: list[str]) -> Iterable[Event]:
        """One vehicle's passage: a read, or a vehicle when no plate could be read."""
        best = group.best_plate or _Plate()
        plate = plate_of(str(group.best_plate_number or best.plate))
        read = _read_id(group)
        if self._is_known(group, read if plate else f"vehicle {read}", plate):
            return ()
        guessed = _vehicle_of(group)
        lat, lon = _position(group, whys)
        shot, overview = self._picture(group.vehicle_crop_jpeg, whys), self._picture(group.overview_jpeg, whys)
        common: dict[str, Any] = {
            "at": at,
            "source": self._origin.source,
            "seen": _moment(group.epoch_start, whys),
            "reader": _device(group),
            "read": read,
            "lat": lat,
            "lon": lon,
            "course_deg": _within(group.travel_direction, 360.0, "travel_direction", whys),
            "make": _best(guessed.make) or None,
            "model": _best(guessed.make_model).partition("_")[2] or None,
            "color": _best(guessed.color) or None,
            "body": _best(guessed.body_type) or None,
        }
        if not plate:
            return (VehicleSeen(**common, crop=shot, frame=overview),)
        confidence = best.confidence if group.best_confidence is None else group.best_confidence
        whole = _whole(confidence)
        confidence = _within(confidence, whole, "confidence", whys)
        return (
            PlateRead(
                **common,
                plate=plate,
                state=state_of_region(group.best_region or best.region, group.country),
                confidence=None if confidence is None else _share(confidence, whole),
                candidates=_candidates(group.candidates or best.candidates, whole),
                crop=self._picture(best.plate_crop_jpeg, whys),
                frame=shot or overview,
            ),
        )

    def _is_known(self, group: _Message, read: str, plate: str) -> bool:
        """Whether this is a repetition, or the final form of a preview that read the same plate."""
        seen = self._seen
        if seen.get(read) == plate:
            return True
        for frame in group.uuids[:MAX_FRAMES]:
            if seen.get(frame) == plate:
                return True
        self._remember(read, plate)
        if group.is_preview:
            for frame in group.uuids[:MAX_FRAMES]:
                self._remember(frame[:MAX_ID_CHARS], plate)
        return False

    def _remember(self, read: str, plate: str) -> None:
        self._seen[read] = plate
        if len(self._seen) > MAX_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _frame(self, message: _Message, at: Micros, whys: list[str]) -> Iterable[Event]:
        """Every plate in one frame, when they are wanted."""
        if not self._frames:
            if not self._frames_declined:
                whys.append("frame-by-frame results are left to the group that follows; option frames reads them")
            self._frames_declined = True
            return ()
        out: list[Event] = []
        for index, plate in enumerate(message.results[:MAX_CANDIDATES]):
            group = _Message(
                agent_uid=_agent(message),
                country=message.country,
                camera_id=message.camera_id,
                best_uuid=f"{message.uuid}-{index}" if message.uuid else "",
                best_plate_number=plate.plate,
                epoch_start=message.epoch_time,
                best_plate=plate,
            )
            out += self._passage(group, at, whys)
        return out

    def _heartbeat(self, message: _Message, at: Micros, whys: list[str]) -> Iterable[Event]:
        """The agent, then each of its cameras."""
        seen = _moment(message.timestamp, whys)
        agent = _agent(message)[:MAX_ID_CHARS]
        status = "no-license" if message.license_valid is False else "alive"
        reports = [(agent, status, message.agent_hostname)]
        for stream in message.video_streams[:MAX_STREAMS]:
            status = "alive" if stream.is_streaming else "no-video"
            reports.append((f"{agent}/{_camera(stream.camera_id)}", status, stream.camera_name))
        return [
            DeviceReported(
                at=at,
                source=self._origin.source,
                seen=seen,
                device=device,
                status=status,
                text=text[:MAX_ID_CHARS] or None,
            )
            for device, status, text in reports
        ]

    def _picture(self, text: str, whys: list[str]) -> str | None:
        if not text:
            return None
        try:
            return self._pictures.add(text)
        except ValueError as problem:
            whys.append(str(problem))
            return None


def _group_of(alert: _Message) -> _Message:
    """The read inside an alert; an alert of a list kept by the vendor may bring little more than the plate."""
    group = alert.group or _Message()
    group.agent_uid = group.agent_uid or alert.agent_uid or group.site_id or alert.site_id
    group.camera_id = group.camera_id or alert.camera_number or alert.camera_id
    group.best_plate_number = group.best_plate_number or alert.plate_number
    if group.epoch_start is None:
        group.epoch_start = alert.epoch_time
    return group


def _vehicle_of(group: _Message) -> _Vehicle:
    if isinstance(group.vehicle, _Vehicle):
        return group.vehicle
    return group.vehicle[0] if group.vehicle else _Vehicle()


def _agent(message: _Message) -> str:
    return message.agent_uid or message.site_id or "agent"


def _camera(camera: int | str) -> str:
    return str(camera)[:MAX_ID_CHARS] or "0"


def _device(message: _Message) -> str:
    return f"{_agent(message)[:MAX_ID_CHARS]}/{_camera(message.camera_id)}"


def _read_id(group: _Message) -> str:
    """The agent's id of the read, or one that a repetition of the same message has too."""
    told = group.best_uuid or next(iter(group.uuids), "")
    if not told:
        told = f"{_device(group)}/{group.epoch_start or 0.0:.0f}/{group.best_plate_number}"
    return told[:MAX_ID_CHARS]


def _moment(epoch_ms: float | None, whys: list[str]) -> Micros | None:
    if epoch_ms is None:
        return None
    try:
        return micros_of_epoch_ms(epoch_ms * 1000 if 0 < epoch_ms < MILLIS_FROM else epoch_ms)
    except ValueError as problem:
        whys.append(str(problem))
        return None


def _position(group: _Message, whys: list[str]) -> tuple[float, float] | tuple[None, None]:
    lat, lon = group.gps_latitude, group.gps_longitude
    if lat is None or lon is None or (lat, lon) in _NO_GPS:
        return None, None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        whys.append("gps position out of range")
        return None, None
    return lat, lon


def _within(value: float | None, most: float, what: str, whys: list[str]) -> float | None:
    if value is None or 0.0 <= value <= most:
        return value
    whys.append(f"{what} out of range")
    return None


def _best(guesses: list[_Guess]) -> str:
    if len(guesses) == 1:
        return guesses[0].name[:MAX_WORD_CHARS]
    return max(guesses, key=_confidence).name[:MAX_WORD_CHARS] if guesses else ""


def _confidence(guess: _Guess | _Reading) -> float:
    return guess.confidence or 0.0


def _whole(confidence: float | None) -> float:
    """What certainty is written as: 100; 1 by what stands between agent and center and counts otherwise. No agent tells
    of a plate of which it is one percent sure."""
    return 1.0 if confidence is not None and 0.0 < confidence <= 1.0 else 100.0


def _share(confidence: float, whole: float) -> float:
    return round(confidence / whole, 6)


def _candidates(readings: list[_Reading], whole: float) -> tuple[Candidate, ...]:
    """The likeliest first, as events spell them."""
    out = []
    if len(readings) > 1:
        readings = sorted(readings, key=_confidence, reverse=True)[:MAX_CANDIDATES]
    for reading in readings:
        confidence = _share(_confidence(reading), whole)
        try:
            plate = plate_of(str(reading.plate))
        except ValueError:
            continue
        if plate and 0.0 <= confidence <= 1.0:
            out.append(Candidate(plate, confidence))
    return tuple(out)
