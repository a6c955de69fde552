"""A reader in Frigate's and in Hikvision's words: the bytes, and what another vendor's decoder makes of them."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import Message
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from simpy import Environment

from center.core.events import DeviceReported, Event, FeedFaulted, Micros, PlateRead, VehicleSeen
from center.ingest import open_feed
from center.ingest.feed import Feed, Origin
from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices import hikvision
from twin.devices.clock import call_later, now_us
from twin.devices.crop import crop_ref, plate_crop
from twin.devices.faults import AnyFault, ClockSkew, DuplicateId, Misread, Reboot, Retransmit, WrongState
from twin.devices.frigate import Frigate
from twin.devices.hikvision import Hikvision
from twin.devices.line import Line
from twin.devices.line_quality import LineQuality
from twin.devices.ocr import Ocr
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera
from twin.devices.things import Passage

CAMERA = Camera("K" * 40, 17, "la385-ryan", 30.2361, -93.2019)
PERFECT = Ocr(misread=0, wrong_state=0, unread=0, wrong_color=0)
CAR = Passage(0, "v1", "123ABC", "LA", "Ford", "F-150", "White", "truck-standard", 30.2361, -93.2019, 91.0)
TEXAN = msgspec.structs.replace(CAR, vehicle="v2", plate="BCD1234", state="TX", body="suv-standard")
CST_MIN = -360


class Site:
    """One reader with a dialect, a car every ten seconds, and a center's decoders behind it, one a peer."""

    def __init__(self, speaks: str, faults: list[AnyFault] | None = None, ocr: Ocr = PERFECT) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        self._format = speaks
        self._feeds: dict[str, Feed] = {}
        frigates = speaks == "frigate"
        line = Line(
            self.env, self.recorder, speaks, "frigate/la385-ryan/events" if frigates else hikvision.CONTENT_TYPE,
            Random(1), LineQuality(transport="stream" if frigates else "request"),
        )  # fmt: skip
        self.reader = PlateReader(
            self.env, "la385-ryan", CAMERA, line, Random(2), epoch=EPOCH, ocr=ocr, faults=faults or [],
            dialect=Frigate() if frigates else Hikvision(CST_MIN), log=self.diary,
        )  # fmt: skip

    def run(self, *cars: Passage, seconds: int = 120) -> list[Event]:
        """What the center learns."""
        for number, car in enumerate(cars):
            call_later(self.env, number * 10 * SECOND, self._pass, car)
        self.env.run(until=len(cars) * 10 * SECOND + seconds * SECOND)
        out: list[Event] = []
        for message in self.recorder.carried:
            feed = self._feeds.get(message.peer)
            if feed is None:
                origin = Origin(self._format, message.peer, whole=True)
                feed = self._feeds[message.peer] = open_feed(self._format, origin, {})
            out += feed.receive(message.data, Micros(EPOCH + message.at_us))
            self.pictures = [*getattr(self, "pictures", []), *feed.attachments()]
        assert not [event for event in out if isinstance(event, FeedFaulted)]
        return out

    def _pass(self, car: Passage) -> None:
        self.reader.on_passage(msgspec.structs.replace(car, at_us=now_us(self.env)))

    def on(self, topic: str) -> list[Any]:
        return [json.loads(m.data) for m in self.recorder.carried if m.peer == f"frigate/la385-ryan/{topic}"]


def reads(events: list[Event]) -> list[PlateRead]:
    return [event for event in events if isinstance(event, PlateRead)]


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speaks", "device"),
    [("frigate", "frigate/la385-ryan/plates"), ("hikvision", f"{hikvision.mac(CAMERA)}/17")],
)
def test_a_passage_becomes_a_read(speaks: str, device: str) -> None:
    """With the plate, how sure the camera is, when it passed, and by the camera's own name; its id leads to the
    truth."""
    site = Site(speaks)
    found = {read.read: read for read in reversed(reads(site.run(CAR, TEXAN)))}  # of repetitions, the first
    found = dict(reversed(found.items()))
    assert [read.plate for read in found.values()] == ["123ABC", "BCD1234"]
    for read, entry, car in zip(found.values(), site.diary.of("plate-read"), (0, 1), strict=True):
        assert read.read.startswith(str(entry["read"]))
        assert read.reader == device
        assert read.seen is not None
        assert 0 <= read.seen - (EPOCH + car * 10 * SECOND) < SECOND
        assert read.confidence is not None
        assert 0.6 < read.confidence < 1.0


@pytest.mark.parametrize("speaks", ["frigate", "hikvision"])
def test_a_retransmission_is_no_second_read(speaks: str) -> None:
    """The same bytes again, twice; the center learns nothing new of it."""
    once, thrice = Site(speaks), Site(speaks, [Retransmit(on="*", times=2, after_s=3)])
    first = {(read.read, read.plate) for read in reads(once.run(CAR))}
    again = {(read.read, read.plate) for read in reads(thrice.run(CAR))}
    assert again == first
    passing = [message.data for message in thrice.recorder.carried if b"123ABC" in message.data]
    assert len(passing) == 3 * len(set(passing))


@pytest.mark.parametrize("speaks", ["frigate", "hikvision"])
def test_a_misread_is_said_and_the_truth_is_logged(speaks: str) -> None:
    site = Site(speaks, [Misread(on="*", text="128ABC")])
    assert {read.plate for read in reads(site.run(CAR))} == {"128ABC"}
    (entry,) = site.diary.of("plate-read")
    assert (entry["plate"], entry["said"]) == ("123ABC", "128ABC")


@pytest.mark.parametrize("speaks", ["frigate", "hikvision"])
def test_a_wrong_clock_shows(speaks: str) -> None:
    """Three hours slow: the read says so, and heartbeats with it."""
    (read, *_) = reads(Site(speaks, [ClockSkew(on="*", by_s=-10_800)]).run(CAR))
    assert read.seen is not None
    assert -10_800 * SECOND <= read.seen - EPOCH < -10_799 * SECOND


@pytest.mark.parametrize("speaks", ["frigate", "hikvision"])
def test_it_says_every_minute_that_it_is_there(speaks: str) -> None:
    """And nothing while it is off."""
    site = Site(speaks, [Reboot(on="*", from_s=300, for_s=300)])
    site.run(seconds=1_200)
    moments = [message.at_us // SECOND for message in site.recorder.carried]
    assert 14 <= len(set(moments)) <= 16
    assert not [moment for moment in moments if 300 <= moment < 600]


# --- Frigate ----------------------------------------------------------------------------------------------------------


def test_a_tracked_object_lives_and_ends() -> None:
    """New without a plate, the plate as text meanwhile, the end with the plate as a list of text and score; all under
    one id that begins with the moment it was first seen."""
    site = Site("frigate")
    site.run(CAR)
    new, end = site.on("events")
    (update,) = site.on("tracked_object_update")
    assert (new["type"], end["type"], update["type"]) == ("new", "end", "lpr")
    assert new["after"]["recognized_license_plate"] is None
    text, score = end["after"]["recognized_license_plate"]
    assert (text, update["plate"], update["score"]) == ("123ABC", "123ABC", score)
    assert {new["after"]["id"], end["before"]["id"], end["after"]["id"], update["id"]} == {update["id"]}
    assert update["id"].startswith(f"{EPOCH // SECOND}.")
    assert end["after"]["label"] == "truck"
    assert end["after"]["end_time"] > end["after"]["start_time"]


def test_it_changes_its_mind_when_it_was_unsure() -> None:
    """Some objects have two plates, one after the other, the second the better one: the one that is logged."""
    site = Site("frigate", ocr=Ocr(misread=0.5, wrong_state=0, unread=0, wrong_color=0))
    site.run(*[CAR] * 60)
    plates: dict[str, list[tuple[str, float]]] = {}
    for update in site.on("tracked_object_update"):
        plates.setdefault(update["id"], []).append((update["plate"], update["score"]))
    changed = {read: said for read, said in plates.items() if len(said) > 1}
    assert 2 < len(changed) < 40
    logged = {entry["read"]: entry["said"] for entry in site.diary.of("plate-read")}
    for read, ((first, low), (last, high)) in changed.items():
        assert first != last == logged[read]
        assert low < high


def test_a_vehicle_without_a_plate_is_an_object_without_one() -> None:
    """It begins and ends, and says no plate; the center learns of none."""
    site = Site("frigate", ocr=Ocr(unread=1.0))
    assert reads(site.run(CAR)) == []
    assert [event["type"] for event in site.on("events")] == ["new", "end"]
    assert site.on("tracked_object_update") == []
    assert len(site.diary.of("plateless")) == 1


def test_a_box_under_anothers_name_is_another_reader() -> None:
    found = reads(Site("frigate", [DuplicateId(on="*", identity="la14-south")]).run(CAR))
    assert {read.reader for read in found} == {"frigate/la14-south/plates"}


def test_when_it_comes_up_it_is_online() -> None:
    site = Site("frigate", [Reboot(on="*", from_s=300, for_s=60)])
    told = [event for event in site.run(seconds=900) if isinstance(event, DeviceReported)]
    assert [(event.device, event.status) for event in told] == [("frigate/la385-ryan", "alive")] * 2


# --- Hikvision --------------------------------------------------------------------------------------------------------


def parts(data: bytes) -> list[Message]:
    """The parts of the body, cut by Python's own parser."""
    whole = message_from_bytes(b"Content-Type: " + hikvision.CONTENT_TYPE.encode() + b"\r\n\r\n" + data)
    found = whole.get_payload()
    assert isinstance(found, list)
    return found  # type: ignore[return-value]


def test_the_body_is_an_alert_and_a_picture() -> None:
    """As a form's files: XML that Python's own parser takes, and the plate's JPEG as it was, each with its length."""
    site = Site("hikvision")
    site.run(CAR)
    (body,) = [message.data for message in site.recorder.carried if b"123ABC" in message.data]
    alert, picture = parts(body)
    assert alert.get_filename() == "anpr.xml"
    assert picture.get_filename() == "licensePlatePicture.jpg"
    assert picture.get_payload(decode=True) == plate_crop("123ABC", "LA").jpeg
    text = alert.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert alert["Content-Length"] == str(len(text))
    root = ET.fromstring(text)  # our own encoder's
    space = f"{{{hikvision.NAMESPACE}}}"
    assert root.tag == f"{space}EventNotificationAlert"
    assert root.findtext(f"{space}dateTime") == "2026-02-28T18:00:00.000-06:00"
    assert root.findtext(f"{space}ANPR/{space}licensePlate") == "123ABC"


def test_a_read_has_its_picture_state_and_place() -> None:
    """The picture under the name that the truth log gives it, the state, the colour, the lane's direction, and where
    the camera stands."""
    site = Site("hikvision")
    (read,) = reads(site.run(TEXAN))
    assert read.state == "TX"
    assert read.color == "white"
    assert read.course_deg == 90.0
    assert read.lat == pytest.approx(CAMERA.lat, abs=1e-6)
    assert read.lon == pytest.approx(CAMERA.lon, abs=1e-6)
    assert read.crop == site.diary.of("plate-read")[0]["crop"] == crop_ref(plate_crop("BCD1234", "TX").jpeg)
    assert [picture.data for picture in site.pictures] == [plate_crop("BCD1234", "TX").jpeg]


def test_without_a_plate_it_is_a_vehicle() -> None:
    site = Site("hikvision", ocr=Ocr(unread=1.0))
    (seen,) = [event for event in site.run(CAR) if isinstance(event, VehicleSeen)]
    assert (seen.reader, seen.crop) == (f"{hikvision.mac(CAMERA)}/17", None)


def test_a_wrong_state_is_said() -> None:
    (read,) = reads(Site("hikvision", [WrongState(on="*", state="MS")]).run(CAR))
    assert read.state == "MS"


@pytest.mark.parametrize(("identity", "device"), [("99", f"{hikvision.mac(CAMERA)}/99"), ("X" * 40, "")])
def test_a_camera_may_pose_as_another(identity: str, device: str) -> None:
    """By its channel's number, or with another's hardware address."""
    (read,) = reads(Site("hikvision", [DuplicateId(on="*", identity=identity)]).run(CAR))
    assert read.reader == (device or f"{hikvision.mac(CAMERA._replace(agent_uid=identity))}/17")


def test_a_camera_that_has_just_started_is_nowhere() -> None:
    """Zero degrees either way are no place to the center."""
    site = Site("hikvision", [Reboot(on="*", for_s=1, settle_s=60)])
    found = reads(site.run(CAR, CAR, CAR))
    assert {(read.lat, read.lon) for read in found} == {(None, None)}
