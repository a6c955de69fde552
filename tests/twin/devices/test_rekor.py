"""The agent's webhook messages, field by field, and against a real one."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import cv2
import numpy as np

from tests.twin.devices.samples import sample
from twin.devices import rekor
from twin.devices.crop import crop_ref, plate_crop
from twin.devices.reads import Camera, Candidate, Look

CAMERA = Camera("K" * 40, 1207, "I-10 exit 30", 30.2361, -93.2019)
LOOK = Look("Land Rover", "Range Rover", "Gray", "SUV Crossover", 91.25, 97.5)
RANKED = [Candidate("123ABC", 91.25, True), Candidate("128ABC", 80.5, True)]
AT = 1_772_323_200_123


def group() -> dict[str, Any]:
    jpeg = plate_crop("123ABC", "LA").jpeg
    said = rekor.alpr_group(CAMERA, rekor.uuid(CAMERA, AT), AT, AT + 400, RANKED, "LA", 88.6, LOOK, jpeg)
    found: dict[str, Any] = json.loads(said)
    return found


def test_a_group_says_what_was_read_where_and_how_surely() -> None:
    """Plate, candidates, region, camera, times and vehicle stand where version 3 of the format puts them."""
    said = group()
    assert (said["data_type"], said["version"]) == ("alpr_group", 3)
    assert (said["best_plate_number"], said["best_confidence"], said["best_region"]) == ("123ABC", 91.25, "us-la")
    assert [(c["plate"], c["confidence"], c["matches_template"]) for c in said["candidates"]] == [
        ("123ABC", 91.25, 1),
        ("128ABC", 80.5, 1),
    ]
    assert said["best_plate"]["candidates"] == said["candidates"]
    assert said["best_uuid"] == f"{'K' * 40}-1207-{AT}"
    assert (said["epoch_start"], said["epoch_end"], said["camera_id"]) == (AT, AT + 400, 1207)
    assert (said["gps_latitude"], said["gps_longitude"]) == (30.2361, -93.2019)
    assert said["travel_direction"] == 91.25
    names = {what: ranked[0]["name"] for what, ranked in said["vehicle"].items()}
    assert names["make"] == "land-rover"
    assert names["make_model"] == "land-rover_range-rover"
    assert names["color"] == "silver-gray"
    assert names["body_type"] == "suv-crossover"
    assert names["missing_plate"] == "no"


def test_the_picture_inside_is_the_picture_by_its_name() -> None:
    """The base64 of a group decodes to the JPEG whose SHA-256 gives the reference the operator knows it by."""
    jpeg = b64decode(group()["best_plate"]["plate_crop_jpeg"])
    assert crop_ref(jpeg) == plate_crop("123ABC", "LA").ref
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (80, 160)


def test_a_vehicle_without_a_plate_claims_none() -> None:
    """The message has a vehicle and no plate of any kind."""
    said = json.loads(rekor.vehicle(CAMERA, "r", AT, AT + 400, LOOK))
    assert said["data_type"] == "vehicle"
    assert said["vehicle"]["missing_plate"][0]["name"] == "yes"
    assert not {"best_plate", "best_plate_number", "candidates"} & said.keys()


def test_a_heartbeat_names_its_stream() -> None:
    """Version 1, milliseconds, one stream with the camera's number and name."""
    said = json.loads(rekor.heartbeat(CAMERA, AT, 61, 7, AT - 5))
    assert (said["data_type"], said["version"], said["timestamp"]) == ("heartbeat", 1, AT)
    stream = said["video_streams"][0]
    assert (stream["camera_id"], stream["camera_name"], stream["total_plate_reads"]) == (1207, "I-10 exit 30", 7)


def same_shape(ours: Any, real: Any, where: str) -> None:
    """Every field of ours is one the real message has, of the same JSON type."""
    if isinstance(ours, dict):
        assert set(ours) <= set(real), f"{where}: {set(ours) - set(real)}"
        for name, value in ours.items():
            same_shape(value, real[name], f"{where}.{name}")
    elif isinstance(ours, list):
        assert isinstance(real, list), where
        for value in ours:
            same_shape(value, real[0], f"{where}[]")
    elif isinstance(ours, bool) or isinstance(real, bool):
        assert type(ours) is type(real), where
    elif isinstance(ours, (int, float)):
        assert isinstance(real, (int, float)), where
    else:
        assert type(ours) is type(real), where


def test_a_real_group_has_the_same_shape() -> None:
    """Nothing in our group is unknown to a real agent, and nothing has another type."""
    same_shape(group(), json.loads(sample("lpr/rekor_alpr_group.json").read_text()), "group")


def test_a_real_vehicle_has_the_same_shape() -> None:
    """Likewise the message about a vehicle without a plate."""
    ours = json.loads(rekor.vehicle(CAMERA, "r", AT, AT + 400, LOOK))
    same_shape(ours, json.loads(sample("lpr/rekor_vehicle.json").read_text()), "vehicle")
