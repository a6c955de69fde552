"""Hikvision cameras' alerts: namespaces, misspelt tags, pictures in parts, repetitions, clocks, health."""

from __future__ import annotations

from hashlib import sha256
from time import perf_counter

import pytest
from hypothesis import given

from center.core.events import DeviceReported, Event, FeedFaulted, Micros, PlateRead, VehicleSeen
from center.ingest.feed import Attachment
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import CUTS, NOW, cut, moment, unhurried

NAMESPACES = (
    "http://www.hikvision.com/ver20/XMLSchema",
    "http://www.isapi.org/ver20/XMLSchema",
    "http://www.std-cgi.com/ver20/XMLSchema",
    "http://www.std-cgi.com/ver10/XMLSchema",
    "urn:psialliance-org",
)
BOUNDARY = "---------------------------7e13971310878"


def jpeg(text: str) -> bytes:
    return b"\xff\xd8\xff\xe0" + text.encode() * 20 + b"\x1a\r\n--\r\n\xff\xd9"


PLATE, VEHICLE, SCENE = jpeg("plate"), jpeg("vehicle"), jpeg("scene")
PICTURES = {"licensePlatePicture.jpg": PLATE, "vehiclePicture.jpg": VEHICLE, "detectionPicture.jpg": SCENE}


def ref(picture: bytes) -> str:
    return sha256(picture).hexdigest()[:32]


def alert(
    plate: str = "ABC123",
    uuid: str = "u1",
    when: str = "2026-03-23T06:59:58-05:00",
    anpr: str = "",
    about: str = "",
    vehicle: str = "<color>white</color><vehicleLogoRecog>1036</vehicleLogoRecog><vehileModel>0</vehileModel>",
    xmlns: str | None = NAMESPACES[0],
    head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
    kind: str = "ANPR",
) -> str:
    """One alert as a camera of 2022 writes it, without what nobody reads."""
    named = f' xmlns="{xmlns}"' if xmlns else ""
    return (
        f'{head}<EventNotificationAlert version="2.0"{named}>\n'
        "<ipAddress>10.1.2.3</ipAddress>\n<macAddress>44:A6:42:F3:2A:D7</macAddress>\n<channelID>1</channelID>\n"
        f"<dateTime>{when}</dateTime>\n<activePostCount>1</activePostCount>\n<eventType>{kind}</eventType>\n"
        "<eventState>active</eventState>\n<channelName>Gate, in</channelName>\n"
        f"<ANPR>\n<country>172</country>\n<licensePlate>{plate}</licensePlate>\n<line>1</line>\n"
        "<direction>forward</direction>\n<confidenceLevel>98</confidenceLevel>\n<plateType>unknown</plateType>\n"
        f"<vehicleType>SUVMPV</vehicleType>\n<vehicleInfo>{vehicle}</vehicleInfo>\n{anpr}"
        f"<originalLicensePlate>{plate}</originalLicensePlate>\n</ANPR>\n<UUID>{uuid}</UUID>\n{about}"
        "</EventNotificationAlert>\n"
    )


def part(name: str, data: bytes, kind: str = "image/jpeg") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\nContent-Type: {kind}\r\n'
    return f"--{BOUNDARY}\r\n{head}Content-Length: {len(data)}\r\n\r\n".encode() + data + b"\r\n"


def form(xml: str, pictures: dict[str, bytes] | None = None) -> bytes:
    files = PICTURES if pictures is None else pictures
    body = part("anpr.xml", xml.encode(), "application/xml") + b"".join(part(*each) for each in files.items())
    return body + f"--{BOUNDARY}--\r\n".encode()


def posted(*bodies: bytes | str, **options: str) -> list[Event]:
    return told(*bodies, **options)[0]


def told(*bodies: bytes | str, **options: str) -> tuple[list[Event], list[Attachment]]:
    """What one feed makes of these POSTs, and the pictures it found."""
    feed = feed_of("hikvision", f"multipart/form-data; boundary={BOUNDARY}", whole=True, options=options)
    events, pictures = [], []
    for body in bodies:
        events += feed.receive(body.encode() if isinstance(body, str) else body, NOW)
        pictures += feed.attachments()
    return [*events, *feed.finish(NOW)], pictures


def read(**changed: str) -> PlateRead:
    return the(PlateRead, posted(alert(**changed)))


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_passage_with_its_pictures_is_a_read() -> None:
    """The plate's picture is what an operator compares; the vehicle's goes before the whole scene."""
    events, pictures = told(form(alert()))
    assert the(PlateRead, events) == PlateRead(
        at=NOW,
        source="test/hikvision",
        seen=Micros(NOW - 2_000_000),
        reader="44:a6:42:f3:2a:d7/1",
        plate="ABC123",
        read="u1",
        confidence=0.98,
        color="white",
        body="SUVMPV",
        crop=ref(PLATE),
        frame=ref(VEHICLE),
    )
    assert {picture.ref: picture.data for picture in pictures} == {ref(PLATE): PLATE, ref(VEHICLE): VEHICLE}


def test_bare_xml_is_a_read_without_pictures() -> None:
    """Cameras that are told to send no pictures POST it so."""
    got = read()
    assert (got.plate, got.crop, got.frame) == ("ABC123", None, None)


@pytest.mark.parametrize("xmlns", [*NAMESPACES, None])
def test_every_namespace_and_none_is_read(xmlns: str | None) -> None:
    """Firmware changes it."""
    assert read(xmlns=xmlns or "").plate == "ABC123"


def test_a_prefix_and_tags_in_any_case_are_read() -> None:
    """As recorders forward alerts."""
    prefixed = alert(xmlns=None).replace("</", "</ns1:").replace("<", "<ns1:").replace("<ns1:/ns1:", "</ns1:")
    prefixed = prefixed.replace("<ns1:?xml", "<?xml").replace(
        "Alert version", f'Alert xmlns:ns1="{NAMESPACES[0]}" version'
    )
    assert the(PlateRead, posted(prefixed)).plate == "ABC123"
    upper = alert(head="", xmlns="", when="2026-03-23T12:00:00Z", vehicle="").upper().replace("VERSION=", "version=")
    assert the(PlateRead, posted(upper)).plate == "ABC123"


@pytest.mark.parametrize("tag", ["licensePlate", "plateNumber", "plateNo", "plate", "originalLicensePlate"])
def test_old_names_of_the_plate_are_read(tag: str) -> None:
    xml = alert().replace("originalLicensePlate>", "nobody>").replace("licensePlate>", f"{tag}>")
    assert the(PlateRead, posted(xml)).plate == "ABC123"


def test_a_plate_beside_the_element_it_belongs_in_is_read() -> None:
    """Some firmware has no ANPR element, or the vehicle beside it, or the camera and the time inside it."""
    flat = alert().replace("<ANPR>\n", "").replace("</ANPR>\n", "")
    got = the(PlateRead, posted(flat))
    assert (got.plate, got.confidence, got.color, got.read) == ("ABC123", 0.98, "white", "u1")
    beside = alert(vehicle="").replace(
        "</ANPR>", "</ANPR><vehicleInfo><color>red</color><brand>Ford</brand></vehicleInfo>"
    )
    got = the(PlateRead, posted(beside.replace("<vehicleInfo></vehicleInfo>", "", 1)))
    assert (got.color, got.make) == ("red", "Ford")
    moved = (
        alert()
        .replace("<macAddress>44:A6:42:F3:2A:D7</macAddress>\n", "")
        .replace("<ANPR>", "<ANPR><macAddress>44:A6:42:F3:2A:D8</macAddress>")
    )
    assert the(PlateRead, posted(moved)).reader == "44:a6:42:f3:2a:d8/1"


@pytest.mark.parametrize(
    ("vehicle", "make", "model"),
    [
        ("<vehicleLogo>Ford</vehicleLogo><vehileModel>F150</vehileModel>", "Ford", "F150"),
        ("<brand>Ford</brand><vehicleModel>F150</vehicleModel>", "Ford", "F150"),
        ("<vehicleLogoRecog>1036</vehicleLogoRecog><vehileModel>7</vehileModel>", None, None),
        ("<brand>unknown</brand><model>other</model>", None, None),
    ],
)
def test_makes_and_models_in_words_are_read_and_codes_are_not(
    vehicle: str, make: str | None, model: str | None
) -> None:
    """Codes are the vendor's. `vehile` is how most cameras write it."""
    got = read(vehicle=vehicle)
    assert (got.make, got.model) == (make, model)


@pytest.mark.parametrize(
    ("written", "confidence"), [("98", 0.98), ("92.5", 0.925), ("0.95", 0.95), ("0", 0.0), ("100", 1.0), ("1", 0.01)]
)
def test_confidence_is_a_hundredth_or_a_fraction(written: str, confidence: float) -> None:
    """A point and at most one is a fraction."""
    xml = alert().replace(">98<", f">{written}<")
    assert the(PlateRead, posted(xml)).confidence == pytest.approx(confidence)


@pytest.mark.parametrize(
    ("country", "region", "state"),
    [
        ("172", "<state>LA</state>", "LA"),
        ("US", "<stateName>Louisiana</stateName>", "LA"),
        ("169", "<province>ON</province>", "ON"),
        ("46", "<state>LA</state>", None),
        ("172", "<region>EU</region>", None),
        ("172", "", None),
    ],
)
def test_a_state_counts_only_in_north_america(country: str, region: str, state: str | None) -> None:
    """`ME` also stands for the Middle East, and `LA` for Laos."""
    assert the(PlateRead, posted(alert(anpr=region).replace(">172<", f">{country}<"))).state == state


@pytest.mark.parametrize("plate", ["unknown", "noPlate", "", "-"])
def test_a_vehicle_whose_plate_could_not_be_read_is_a_vehicle(plate: str) -> None:
    """With its picture where a plate's would be."""
    seen = the(VehicleSeen, posted(form(alert(plate=plate))))
    assert (seen.color, seen.body, seen.crop, seen.frame) == ("white", "SUVMPV", ref(VEHICLE), ref(SCENE))


def test_where_the_camera_stands_is_read_in_degrees() -> None:
    """West and south are negative; zeros are a camera that was never told."""

    def place(east: str, degree: int) -> str:
        angle = "<degree>{}</degree><minute>13</minute><sec>30.0</sec>"
        return (
            f"<DeviceGPSInfo><longitudeType>{east}</longitudeType><latitudeType>N</latitudeType>"
            f"<Longitude>{angle.format(degree)}</Longitude><Latitude>{angle.format(30)}</Latitude></DeviceGPSInfo>"
        )

    got = read(about=place("W", 93))
    assert (got.lat, got.lon) == (pytest.approx(30.225), pytest.approx(-93.225))
    assert read(about=place("E", 93)).lon == pytest.approx(93.225)
    zeros = place("W", 93).replace(">93<", ">0<").replace(">30<", ">0<").replace("13", "0").replace("30.0", "0.000000")
    assert read(about=zeros).lat is None


@pytest.mark.parametrize(("code", "course"), [("1", 270.0), ("3", 0.0), ("8", 45.0), ("0", None), ("9", None)])
def test_a_lane_that_runs_somewhere_gives_a_course(code: str, course: float | None) -> None:
    """`forward` and `reverse` are the picture's, and say nothing of the map."""
    assert read(anpr=f"<relaLaneDirectionType>{code}</relaLaneDirectionType>").course_deg == course


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "seen"),
    [
        ("2026-03-23T12:00:00Z", "2026-03-23 12:00:00"),
        ("2026-03-23T12:00:00.847+08:00", "2026-03-23 04:00:00.847"),
        ("2026-03-23T12:00:00", "2026-03-23 12:00:00"),
        ("2020-01-01T00:00:00-05:00", "2020-01-01 05:00:00"),
    ],
)
def test_a_camera_s_time_is_passed_on_as_claimed(when: str, seen: str) -> None:
    """Hours off or years: `at` says when it came, and the core compares."""
    assert read(when=when).seen == moment(seen)


def test_times_without_an_offset_are_read_with_option_tz() -> None:
    got = the(PlateRead, posted(alert(when="2026-03-23T07:00:00"), tz="America/Chicago"))
    assert got.seen == NOW
    with pytest.raises(ValueError, match="tz"):
        feed_of("hikvision", options={"tz": "Mars/Olympus"})


@pytest.mark.parametrize("when", ["soon", "1969-12-31T00:00:00Z", "2026-13-01T00:00:00Z", "0000-00-00T00:00:00"])
def test_an_impossible_time_costs_only_itself(when: str) -> None:
    events = posted(alert(when=when))
    assert only(PlateRead, events)[0].seen is None
    assert whys(events) == ["dateTime is not a time between 1970 and 2100"]


# --- repetitions ----------------------------------------------------------------------------------------------------


def test_what_a_camera_sends_again_is_told_once() -> None:
    """It repeats what was not acknowledged, with the same UUID; without one, the same camera, time and plate."""
    again = alert(about="<isDataRetransmission>true</isDataRetransmission>")
    assert len(only(PlateRead, posted(form(alert()), form(again), alert(), form(alert(uuid="u2"))))) == 2
    nameless = alert().replace("<UUID>u1</UUID>", "")
    assert len(only(PlateRead, posted(nameless, nameless, alert(when="2026-03-23T07:00:01-05:00", uuid="")))) == 2


def test_pictures_that_come_later_are_told_under_an_id_of_their_own() -> None:
    """A camera that is asked for speed tells at once, and again with pictures."""
    reads = only(PlateRead, posted(alert(about="<hasMoreData>true</hasMoreData>"), form(alert()), form(alert())))
    assert [(one.read, one.crop) for one in reads] == [("u1", None), ("u1/pictures", ref(PLATE))]


# --- parts ----------------------------------------------------------------------------------------------------------


def test_pictures_are_known_by_the_names_of_their_parts_or_by_ids_that_the_alert_explains() -> None:
    """`name`, `filename`, `Content-ID`; in any order, also before the alert."""
    listed = (
        "<pictureInfoList><pictureInfo><type>licensePlatePicture</type><pId>p1</pId></pictureInfo></pictureInfoList>"
    )
    by_id = part("x", PLATE).replace(b'name="x"; filename="x"', b'name="p1"')
    by_content_id = by_id.replace(b"Content-Type", b"Content-ID: <p1>\r\nContent-Type").replace(b'name="p1"', b"")
    xml = part("xml_file", alert(anpr=listed).encode(), "text/xml")
    end = f"--{BOUNDARY}--\r\n".encode()
    for body in (xml + by_id + end, xml + by_content_id + end, by_id + xml + end):
        assert the(PlateRead, posted(body)).crop == ref(PLATE)


def test_a_picture_that_nothing_names_is_the_scene() -> None:
    """A named one goes before it."""
    got = the(PlateRead, posted(form(alert(), {"1.jpg": SCENE, "2.jpg": PLATE})))
    assert (got.crop, got.frame) == (None, ref(SCENE))
    got = the(PlateRead, posted(form(alert(), {"1.jpg": SCENE, "vehiclePicture.jpg": VEHICLE})))
    assert got.frame == ref(VEHICLE)


def test_the_end_may_be_missing_and_lines_may_end_in_a_newline_only() -> None:
    """Firmware and proxies do both."""
    body = form(alert())
    assert the(PlateRead, posted(body[: body.rindex(b"--" + BOUNDARY.encode())])).crop == ref(PLATE)
    plain = form(alert(), {}).replace(b"\r\n", b"\n")
    assert the(PlateRead, posted(plain)).plate == "ABC123"


def test_a_stream_of_parts_is_read_as_it_flows() -> None:
    """alertStream: alerts, pictures and heartbeats without end; `picNum` says when a passage is complete."""
    feed = feed_of("hikvision")
    stream = part("a", alert(about="<picNum>1</picNum>").encode(), "application/xml") + part("detectionPicture", SCENE)
    idle = part("b", alert(kind="videoloss").replace(">active<", ">inactive<").encode(), "application/xml")
    idle = idle[: idle.index(b"<ANPR>")] + idle[idle.index(b"</ANPR>\n") + 8 :]
    events = [*feed.receive(stream + idle * 2, NOW)]
    assert isinstance(events[0], PlateRead)
    assert events[0].frame == ref(SCENE)
    assert isinstance(events[1], DeviceReported)


@unhurried
@given(places=CUTS)
def test_pieces_make_no_difference(places: list[int]) -> None:
    stream = form(alert()) + form(alert("XYZ789", "u2")) + alert("DEF456", "u3").encode()
    assert events_of(feed_of("hikvision"), *cut(stream, places)) == events_of(feed_of("hikvision"), stream)


# --- health ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state", "status"),
    [
        ("heartBeat", "active", "alive"),
        ("videoloss", "inactive", "alive"),
        ("videoloss", "active", "no-video"),
        ("diskfull", "active", "diskfull"),
    ],
)
def test_a_camera_s_health_is_reported(kind: str, state: str, status: str) -> None:
    """By the name that its reads have. A video loss that is over is how cameras say that they are there."""
    xml = alert(kind=kind).replace(">active<", f">{state}<")
    xml = xml[: xml.index("<ANPR>")] + xml[xml.index("</ANPR>\n") + 8 :]
    report = the(DeviceReported, posted(xml))
    assert (report.device, report.status, report.text) == ("44:a6:42:f3:2a:d7/1", status, "Gate, in")


@pytest.mark.parametrize("kind", ["VMD", "linedetection", "fielddetection", "diskfull"])
def test_other_alerts_are_passed_over(kind: str) -> None:
    """Motion and lines crossed are no plates; an alarm of a disk that is over neither."""
    xml = alert(kind=kind).replace(">active<", ">inactive<")
    assert posted(xml[: xml.index("<ANPR>")] + xml[xml.index("</ANPR>\n") + 8 :]) == []


@pytest.mark.parametrize(
    ("taken", "device"),
    [
        ((), "44:a6:42:f3:2a:d7/1"),
        (("<macAddress>44:A6:42:F3:2A:D7</macAddress>",), "10.1.2.3/1"),
        (("<macAddress>44:A6:42:F3:2A:D7</macAddress>", "<channelID>1</channelID>"), "10.1.2.3"),
        (("<macAddress>44:A6:42:F3:2A:D7</macAddress>", "<ipAddress>10.1.2.3</ipAddress>"), "camera/1"),
    ],
)
def test_a_camera_is_named_by_the_first_that_it_has(taken: tuple[str, ...], device: str) -> None:
    xml = alert()
    for one in taken:
        xml = xml.replace(one, "")
    assert the(PlateRead, posted(xml)).reader == device


# --- what is not believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (alert(plate="A" * 13), "too long to be a plate"),
        (alert(plate="AB_C"), "not a plate"),
        (alert().replace("</UUID>", ""), "not well-formed XML"),
        (alert(head='<!DOCTYPE x [<!ENTITY a "b">]>\n'), ""),
        ("<html>404</html>", "not an EventNotificationAlert"),
        ("{}", "not an EventNotificationAlert"),
        (form(alert(), {"notes.txt": b"hello"}), "a part that is neither an alert nor a picture"),
        (form(alert(), {"licensePlatePicture.jpg": b"dummy image"}), "picture is not a JPEG (licenseplatepicture)"),
        (
            alert().replace("<ANPR>", "<X>").replace("</ANPR>", "</X>"),
            "an alert of type ANPR that says nothing of a plate",
        ),
    ],
)
def test_what_is_no_alert_is_a_fault_and_the_next_one_is_read(body: bytes | str, why: str) -> None:
    """It says what is wrong."""
    events = posted(body, form(alert(uuid="next")))
    assert only(PlateRead, events)[-1].read == "next"
    assert whys(events) == ([why] if why else [])


def test_entities_are_refused() -> None:
    """A document type inside an alert is an attack, and costs nothing."""
    laughs = (
        '<!DOCTYPE p [<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        + "]>"
    )
    started = perf_counter()
    events = posted(alert(plate="&a11;", head=laughs))
    assert perf_counter() - started < 1.0
    assert len(only(FeedFaulted, events)) == 1
    assert only(PlateRead, events) == []


def test_an_encoding_that_is_declared_or_not_is_read() -> None:
    """Chinese cameras declare GB2312 and mean it; some declare UTF-8 and write something else."""
    declared = alert(head='<?xml version="1.0" encoding="GB2312"?>').replace("white", "\u767d").encode("gb2312")
    assert the(PlateRead, posted(declared)).color == "\u767d"
    events = posted(alert().encode().replace(b"white", b"wei\xdf"))
    assert only(PlateRead, events)[0].color == "wei\ufffd"
    assert whys(events) == ["read after mending: not UTF-8"]


def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValueError, match="hikvision has no option zone; it has tz"):
        feed_of("hikvision", options={"zone": "UTC"})
