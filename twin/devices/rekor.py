"""The webhook messages of a Rekor Scout (OpenALPR) agent: plate groups, vehicles without a plate, heartbeats.

Knows: `alpr_group` and `vehicle` version 3 and `heartbeat` version 1 (Rekor Scout, "Application Integration").
Refuses to know: how a plate is misread, and when anything is sent.

Times are milliseconds since the epoch by the agent's clock; confidences run from 0 to 100; names are lower case with
hyphens, a region is `us-la`; JPEGs are base64 inside the JSON.
"""

from __future__ import annotations

from typing import Any

import msgspec

from twin.devices.crop import plate_crop
from twin.devices.ocr import has_shape
from twin.devices.reads import Camera, Candidate, Look, Out, Sighting

_encode = msgspec.json.Encoder().encode

COMPANY_ID = "7d1f2f0a-3f5c-4c59-9d5e-6f2f3f6b7a10"
AGENT_VERSION = "4.1.12"
WIDTH, HEIGHT = 1280, 720

COLORS = {
    "silver": "silver-gray",
    "gray": "silver-gray",
    "grey": "silver-gray",
    "gold": "gold-beige",
    "beige": "gold-beige",
    "tan": "gold-beige",
}
"""Colours the agent has no word for, and what it says instead."""


GROUP_MS = 400
"""Between the first and the last frame of a vehicle."""


class Rekor:
    """A dialect of `PlateReader`: one webhook for everything."""

    answers = True
    shows = True

    def read_id(self, camera: Camera, seen_ms: int) -> str:
        return uuid(camera, seen_ms)

    def passage(self, sighting: Sighting) -> list[Out]:
        camera, read, seen_ms = sighting.camera, sighting.read, sighting.seen_ms
        reading, end_ms = sighting.reading, sighting.seen_ms + GROUP_MS
        if reading is None:
            return [Out(vehicle(camera, read, seen_ms, end_ms, sighting.look))]
        passage = sighting.passage
        jpeg = plate_crop(passage.plate or "", passage.state or "LA").jpeg
        candidates = [Candidate(text, sure, has_shape(text)) for text, sure in reading.candidates]
        state, sure = reading.state, reading.state_confidence
        return [Out(alpr_group(camera, read, seen_ms, end_ms, candidates, state, sure, sighting.look, jpeg))]

    def heartbeat(self, camera: Camera, now_ms: int, uptime_s: int, reads: int, last_ms: int) -> list[Out]:
        return [Out(heartbeat(camera, now_ms, uptime_s, reads, last_ms))]

    def posing(self, camera: Camera, identity: str) -> Camera:
        """Another's number or, if `identity` is no number, another agent's name."""
        return camera._replace(camera_id=int(identity)) if identity.isdecimal() else camera._replace(agent_uid=identity)


def uuid(camera: Camera, seen_ms: int) -> str:
    """The agent's id of a read: agent, camera and millisecond; retransmissions repeat it."""
    return f"{camera.agent_uid}-{camera.camera_id}-{seen_ms}"


def alpr_group(
    camera: Camera,
    read: str,
    start_ms: int,
    end_ms: int,
    candidates: list[Candidate],
    state: str,
    state_confidence: float,
    look: Look,
    plate_crop_jpeg: bytes,
) -> bytes:
    """One vehicle's plate over all frames it was seen in. `candidates` is not empty and best first."""
    best = candidates[0]
    region = f"us-{state.lower()}"
    ranked = [
        {"plate": text, "confidence": confidence, "matches_template": int(matches)}
        for text, confidence, matches in candidates
    ]
    return _encode(
        _seen(camera, "alpr_group", read, start_ms, end_ms, look.course_deg)
        | {
            "uuids": [read],
            "plate_indexes": [0],
            "candidates": ranked,
            "best_plate": {
                "plate": best.plate,
                "confidence": best.confidence,
                "matches_template": int(best.matches),
                "plate_index": 0,
                "region": region,
                "region_confidence": round(state_confidence),
                "processing_time_ms": 6.25,
                "requested_topn": 10,
                "coordinates": [{"x": 560, "y": 330}, {"x": 720, "y": 330}, {"x": 720, "y": 410}, {"x": 560, "y": 410}],
                "plate_crop_jpeg": plate_crop_jpeg,
                "vehicle_region": {"x": 360, "y": 90, "width": 560, "height": 420},
                "vehicle_detected": True,
                "candidates": ranked,
            },
            "best_confidence": best.confidence,
            "best_plate_number": best.plate,
            "best_region": region,
            "best_region_confidence": state_confidence,
            "matches_template": best.matches,
            "vehicle": _vehicle(look, plateless=False),
            "web_server_config": {"camera_label": camera.name, "agent_label": camera.name},
            "direction_of_travel_id": -1,
        }
    )


def vehicle(camera: Camera, read: str, start_ms: int, end_ms: int, look: Look) -> bytes:
    """A vehicle on which no plate could be read."""
    return _encode(
        _seen(camera, "vehicle", read, start_ms, end_ms, look.course_deg) | {"vehicle": _vehicle(look, plateless=True)}
    )


def heartbeat(camera: Camera, now_ms: int, uptime_s: int, reads: int, last_read_ms: int) -> bytes:
    """The agent's minute report of itself and its stream; `last_read_ms` is 0 when it has read nothing yet."""
    return _encode(
        {
            "version": 1,
            "data_type": "heartbeat",
            "company_id": COMPANY_ID,
            "agent_uid": camera.agent_uid,
            "agent_version": AGENT_VERSION,
            "agent_type": "alprd",
            "agent_hostname": camera.name,
            "timestamp": now_ms,
            "system_uptime_seconds": uptime_s + 30,
            "daemon_uptime_seconds": uptime_s,
            "cpu_cores": 4,
            "cpu_last_update": now_ms,
            "cpu_usage_percent": 41.5,
            "disk_quota_total_bytes": 8_000_000_000,
            "disk_quota_consumed_bytes": 1_200_000_000,
            "memory_total_bytes": 8_200_000_000,
            "memory_consumed_bytes": 2_100_000_000,
            "processing_threads_active": 2,
            "processing_threads_configured": 2,
            "beanstalk_queue_size": 0,
            "video_streams": [
                {
                    "camera_id": camera.camera_id,
                    "camera_name": camera.name,
                    "fps": 15,
                    "is_streaming": True,
                    "gps_latitude": camera.lat,
                    "gps_longitude": camera.lon,
                    "last_update": now_ms,
                    "last_plate_read": last_read_ms,
                    "total_plate_reads": reads,
                }
            ],
        }
    )


def _seen(camera: Camera, data_type: str, read: str, start_ms: int, end_ms: int, course_deg: float) -> dict[str, Any]:
    return {
        "data_type": data_type,
        "version": 3,
        "epoch_start": start_ms,
        "epoch_end": end_ms,
        "frame_start": start_ms // 66 % 1_000_000,
        "frame_end": end_ms // 66 % 1_000_000,
        "company_id": COMPANY_ID,
        "agent_uid": camera.agent_uid,
        "agent_version": AGENT_VERSION,
        "agent_type": "alprd",
        "camera_id": camera.camera_id,
        "gps_latitude": camera.lat,
        "gps_longitude": camera.lon,
        "country": "us",
        "best_uuid": read,
        "best_uuid_epoch_ms": start_ms,
        "best_image_width": WIDTH,
        "best_image_height": HEIGHT,
        "travel_direction": course_deg,
        "is_parked": False,
        "is_preview": False,
    }


def _vehicle(look: Look, *, plateless: bool) -> dict[str, Any]:
    make, model = _word(look.make), _word(look.model)
    color = _word(look.color)
    sure = look.confidence
    return {
        "color": [{"name": COLORS.get(color, color), "confidence": sure}],
        "make": [{"name": make, "confidence": sure}],
        "make_model": [{"name": f"{make}_{model}", "confidence": round(sure * 0.95, 2)}],
        "body_type": [{"name": _word(look.body), "confidence": sure}],
        "missing_plate": [{"name": "yes" if plateless else "no", "confidence": 97.5}],
        "is_vehicle": [{"name": "yes", "confidence": 99.9}],
    }


def _word(name: str) -> str:
    return name.lower().replace(" ", "-")
