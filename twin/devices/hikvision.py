"""The alerts that a Hikvision plate camera POSTs to an HTTP host (ISAPI, `EventNotificationAlert` of type ANPR).

Knows: the multipart body of an XML and a picture, the XML's tags, and what the camera says when nobody passes.
Refuses to know: how a plate is misread, and when anything is sent.

Times are local with an offset; confidence runs from 0 to 100; makes are the vendor's numbers, so none is told here.
"""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape

from twin.devices.crop import plate_crop
from twin.devices.reads import Camera, Out, Sighting
from twin.devices.utc import iso

BOUNDARY = "MIME_boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
HEARTBEAT_TYPE = 'application/xml; charset="UTF-8"'
NAMESPACE = "http://www.isapi.org/ver20/XMLSchema"
UNITED_STATES = "172"
LANES = {270: "1", 90: "2", 0: "3", 180: "4"}
"""`relaLaneDirectionType` of a lane by the course of its traffic: from east to west, and so on round."""
TYPES = {"truck": "pickupTruck", "suv": "SUVMPV", "van": "van", "bus": "largeBus"}


class Hikvision:
    """A dialect of `PlateReader`. `offset_min`: of the camera's clock from UTC."""

    answers = True
    shows = True

    def __init__(self, offset_min: int) -> None:
        self._offset_min = offset_min

    def read_id(self, camera: Camera, seen_ms: int) -> str:
        """The alert's UUID."""
        made = hashlib.sha256(f"{mac(camera)}/{camera.camera_id}/{seen_ms}".encode()).hexdigest()
        return f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:32]}"

    def passage(self, sighting: Sighting) -> list[Out]:
        picture = b""
        if sighting.reading is not None:
            passage = sighting.passage
            picture = plate_crop(passage.plate or "", passage.state or "LA").jpeg
        parts = [_part("anpr.xml", "text/xml", self._anpr(sighting, bool(picture)).encode())]
        if picture:
            parts.append(_part("licensePlatePicture.jpg", "image/jpeg", picture))
        return [Out(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode())]

    def heartbeat(self, camera: Camera, now_ms: int, uptime_s: int, reads: int, last_ms: int) -> list[Out]:  # noqa: ARG002
        """No loss of video: what these cameras say to show that they are there."""
        body = self._head(camera, now_ms, "videoloss", "inactive") + "</EventNotificationAlert>\r\n"
        return [Out(body.encode(), HEARTBEAT_TYPE)]

    def posing(self, camera: Camera, identity: str) -> Camera:
        """Another's channel number or, if `identity` is no number, another's hardware address."""
        return camera._replace(camera_id=int(identity)) if identity.isdecimal() else camera._replace(agent_uid=identity)

    def _head(self, camera: Camera, at_ms: int, kind: str, state: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\r\n'
            f'<EventNotificationAlert version="2.0" xmlns="{NAMESPACE}">\r\n'
            f"<ipAddress>10.20.30.{camera.camera_id % 250}</ipAddress>\r\n<portNo>80</portNo>\r\n"
            f"<protocol>HTTP</protocol>\r\n<macAddress>{mac(camera)}</macAddress>\r\n"
            f"<channelID>{camera.camera_id}</channelID>\r\n"
            f"<dateTime>{iso(at_ms * 1000, self._offset_min)}</dateTime>\r\n<activePostCount>1</activePostCount>\r\n"
            f"<eventType>{kind}</eventType>\r\n<eventState>{state}</eventState>\r\n"
            f"<eventDescription>{kind}</eventDescription>\r\n<channelName>{escape(camera.name)}</channelName>\r\n"
        )

    def _anpr(self, sighting: Sighting, pictured: bool) -> str:
        camera, look, reading = sighting.camera, sighting.look, sighting.reading
        plate, sure, state = ("unknown", 0.0, "") if reading is None else (*reading.candidates[0], reading.state)
        body = look.body.partition("-")[0]
        region = f"<region>{state}</region>\r\n" if state else ""
        info = (
            "<pictureInfoList>\r\n<pictureInfo>\r\n<fileName>licensePlatePicture.jpg</fileName>\r\n"
            "<type>licensePlatePicture</type>\r\n<dataType>0</dataType>\r\n</pictureInfo>\r\n</pictureInfoList>\r\n"
        )
        return (
            f"{self._head(camera, sighting.seen_ms, 'ANPR', 'active')}<ANPR>\r\n"
            f"<country>{UNITED_STATES}</country>\r\n<CRIndex>{UNITED_STATES}</CRIndex>\r\n{region}"
            f"<licensePlate>{plate}</licensePlate>\r\n<line>1</line>\r\n<direction>reverse</direction>\r\n"
            f"<confidenceLevel>{round(sure)}</confidenceLevel>\r\n<plateType>unknown</plateType>\r\n"
            f"<plateColor>white</plateColor>\r\n<licenseBright>0</licenseBright>\r\n"
            f"<vehicleType>{TYPES.get(body, 'vehicle')}</vehicleType>\r\n<detectDir>8</detectDir>\r\n"
            f"<relaLaneDirectionType>{_lane(look.course_deg)}</relaLaneDirectionType>\r\n"
            "<detectType>0</detectType>\r\n<alarmDataType>0</alarmDataType>\r\n"
            f"<vehicleInfo>\r\n<index>{sighting.seen_ms % 100_000}</index>\r\n<colorDepth>0</colorDepth>\r\n"
            f"<color>{escape(look.color.lower())}</color>\r\n<speed>0</speed>\r\n<length>0</length>\r\n"
            "<vehicleLogoRecog>0</vehicleLogoRecog>\r\n<vehileSubLogoRecog>0</vehileSubLogoRecog>\r\n"
            f"<vehileModel>0</vehileModel>\r\n</vehicleInfo>\r\n{info if pictured else ''}</ANPR>\r\n"
            f"<UUID>{sighting.read}</UUID>\r\n<picNum>{int(pictured)}</picNum>\r\n{_place(camera)}"
            "</EventNotificationAlert>\r\n"
        )


def mac(camera: Camera) -> str:
    """The camera's hardware address: locally administered, made from its agent's id."""
    digits = hashlib.sha256(camera.agent_uid.encode()).hexdigest()
    return "02:" + ":".join(digits[place : place + 2] for place in range(0, 10, 2))


def _part(name: str, kind: str, data: bytes) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n"


def _lane(course_deg: float) -> str:
    return LANES[round(course_deg / 90) % 4 * 90]


def _place(camera: Camera) -> str:
    east = "E" if camera.lon >= 0 else "W"
    north = "N" if camera.lat >= 0 else "S"
    return (
        f"<DeviceGPSInfo>\r\n<longitudeType>{east}</longitudeType>\r\n<latitudeType>{north}</latitudeType>\r\n"
        f"<Longitude>{_angle(camera.lon)}</Longitude>\r\n<Latitude>{_angle(camera.lat)}</Latitude>\r\n"
        "</DeviceGPSInfo>\r\n"
    )


def _angle(degrees: float) -> str:
    """Degrees, minutes and seconds to a thousandth."""
    thousandths = round(abs(degrees) * 3_600_000)
    minutes, thousandths = divmod(thousandths, 60_000)
    degree, minute = divmod(minutes, 60)
    return f"<degree>{degree}</degree><minute>{minute}</minute><sec>{thousandths / 1000:.3f}</sec>"
