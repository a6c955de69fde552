"""What Frigate publishes of plates and of its own health (docs.frigate.video, "MQTT").

Knows: the life of a tracked object on `events`, the plate found meanwhile on `tracked_object_update`, `stats` and
`available`, and that plates are written one way in the one and another way in the other.
Refuses to know: how a plate is misread, and brokers.

A site has a box of its own, whose topics begin with `frigate/` and the site's name. It knows no states, no positions
and no makes; times are Unix seconds. When it is unsure it says what it thinks first and corrects itself.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from twin.devices.reads import Camera, Out, Sighting

_encode = msgspec.json.Encoder().encode

CAMERA = "plates"
TRACKED_US = 1_500_000
"""How much longer the vehicle is followed."""
CORRECTED_US = 400_000
UNSURE = 80.0
LABELS = {"truck": "truck", "bus": "bus", "motorcycle": "motorcycle"}


class Frigate:
    """A dialect of `PlateReader`. Topics are named for the camera's site."""

    answers = False
    shows = False

    def read_id(self, camera: Camera, seen_ms: int) -> str:
        """The tracked object's: when it was first seen, and six characters."""
        made = hashlib.sha256(f"{camera.name}/{camera.agent_uid}/{seen_ms}".encode()).hexdigest()[:6]
        return f"{seen_ms // 1000}.{seen_ms % 1000:03d}000-{made}"

    def passage(self, sighting: Sighting) -> list[Out]:
        first = self._event("new", sighting, None)
        if sighting.reading is None:
            return [first, self._event("end", sighting, None)]
        best = sighting.reading.candidates[0]
        told = [self._update(sighting, best, 0)]
        if best[1] < UNSURE and len(sighting.reading.candidates) > 1:
            told = [
                self._update(sighting, sighting.reading.candidates[1], 0),
                self._update(sighting, best, CORRECTED_US),
            ]
        return [first, *told, self._event("end", sighting, best)]

    def heartbeat(self, camera: Camera, now_ms: int, uptime_s: int, reads: int, last_ms: int) -> list[Out]:  # noqa: ARG002
        stats = {
            "cameras": {CAMERA: {"camera_fps": 10.0, "process_fps": 10.0, "skipped_fps": 0.0, "detection_fps": 6.4}},
            "detectors": {"cpu": {"inference_speed": 18.3}},
            "service": {"uptime": uptime_s, "version": "0.16.1", "last_updated": now_ms // 1000},
        }
        said = [Out(_encode(stats), f"{_prefix(camera)}/stats")]
        if uptime_s <= 60:
            said.insert(0, Out(b"online", f"{_prefix(camera)}/available"))
        return said

    def posing(self, camera: Camera, identity: str) -> Camera:
        """A box that was set up under another's name."""
        return camera._replace(name=identity)

    def _update(self, sighting: Sighting, plate: tuple[str, float], after_us: int) -> Out:
        """What was found out about an object: here the plate is text, and the score stands beside it."""
        body = {
            "type": "lpr",
            "id": sighting.read,
            "name": None,
            "plate": plate[0],
            "score": round(plate[1] / 100, 4),
            "camera": CAMERA,
            "timestamp": (sighting.seen_ms + 250 + after_us // 1000) / 1000,
        }
        return Out(_encode(body), f"{_prefix(sighting.camera)}/tracked_object_update", after_us)

    def _event(self, kind: str, sighting: Sighting, plate: tuple[str, float] | None) -> Out:
        ends = kind == "end"
        after = self._object(sighting, plate, ends)
        before = self._object(sighting, None, False) if ends else after
        body = {"type": kind, "before": before, "after": after}
        return Out(_encode(body), f"{_prefix(sighting.camera)}/events", TRACKED_US if ends else 0)

    def _object(self, sighting: Sighting, plate: tuple[str, float] | None, ended: bool) -> dict[str, Any]:
        """A tracked object; here the plate is a list of text and score."""
        start = sighting.seen_ms / 1000
        end = start + TRACKED_US / 1e6
        return {
            "id": sighting.read,
            "camera": CAMERA,
            "frame_time": end if ended else start,
            "label": LABELS.get(sighting.look.body.partition("-")[0], "car"),
            "sub_label": None,
            "top_score": 0.9140625,
            "false_positive": False,
            "start_time": start,
            "end_time": end if ended else None,
            "score": 0.8828125,
            "box": [412, 210, 868, 560],
            "region": [320, 80, 960, 720],
            "active": True,
            "stationary": False,
            "current_zones": [],
            "entered_zones": ["lane"],
            "has_snapshot": True,
            "has_clip": False,
            "recognized_license_plate": None if plate is None else [plate[0], round(plate[1] / 100, 4)],
        }


def _prefix(camera: Camera) -> str:
    return f"frigate/{camera.name}"
