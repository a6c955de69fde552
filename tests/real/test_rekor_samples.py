"""The Rekor decoder against captured webhook messages.

Oracle: the messages read by Python's own json. `pytest tests/real/test_rekor_samples.py -s` prints the shares.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from center.core.events import Event, PlateRead, VehicleSeen
from center.decode import decode
from tests.center.ingest.feeding import events_of, feed_of, the, whys
from tests.center.ingest.position_feeds import NOW

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "lpr"
GROUP, VEHICLE = ROOT / "rekor_alpr_group.json", ROOT / "rekor_vehicle.json"
MESSAGES = sorted(ROOT.glob("rekor_*.json"))

pytestmark = pytest.mark.skipif(
    not (GROUP.exists() and VEHICLE.exists()), reason=f"the captured plate samples are not at {ROOT}"
)


def said(path: Path) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(path.read_text())
    return message


def likeliest(message: dict[str, Any], what: str) -> str:
    guesses: list[dict[str, Any]] = message["vehicle"][what]
    return str(max(guesses, key=lambda guess: float(guess["confidence"]))["name"])


def ref(picture: str) -> str:
    return sha256(b64decode(picture)).hexdigest()[:32]


def test_the_captured_group_is_its_read() -> None:
    """Every field, by way of another JSON reader."""
    message = said(GROUP)
    best = message["best_plate"]
    read = the(PlateRead, decode("rekor", [GROUP.read_bytes()], NOW))
    assert read.plate == message["best_plate_number"]
    assert read.read == message["best_uuid"]
    assert read.reader == f"{message['agent_uid']}/{message['camera_id']}"
    assert read.seen == message["epoch_start"] * 1000
    assert read.confidence == pytest.approx(message["best_confidence"] / 100)
    assert f"us-{read.state}".lower() == message["best_region"]
    assert [one.plate for one in read.candidates] == [one["plate"] for one in message["candidates"]]
    assert [one.confidence * 100 for one in read.candidates] == pytest.approx(
        [one["confidence"] for one in message["candidates"]]
    )
    assert (read.lat, read.lon) == (message["gps_latitude"], message["gps_longitude"])
    assert read.course_deg == message["travel_direction"]
    assert (read.make, read.color, read.body) == tuple(likeliest(message, w) for w in ("make", "color", "body_type"))
    assert f"{read.make}_{read.model}" == likeliest(message, "make_model")
    assert (read.crop, read.frame) == (ref(best["plate_crop_jpeg"]), ref(message["vehicle_crop_jpeg"]))


def test_the_captured_vehicle_is_seen() -> None:
    """No plate, but what it looks like."""
    message = said(VEHICLE)
    seen = the(VehicleSeen, decode("rekor", [VEHICLE.read_bytes()], NOW))
    assert (seen.lat, seen.lon, seen.course_deg) == (
        message["gps_latitude"],
        message["gps_longitude"],
        message["travel_direction"],
    )
    assert (seen.make, seen.color) == (likeliest(message, "make"), likeliest(message, "color"))
    assert (seen.crop, seen.frame) == (ref(message["vehicle_crop_jpeg"]), ref(message["overview_jpeg"]))


def test_pictures_come_with_the_read() -> None:
    """Byte for byte."""
    feed = feed_of("rekor", "application/json", whole=True)
    feed.receive(GROUP.read_bytes(), NOW)
    assert {(one.media_type, one.data) for one in feed.attachments()} == {
        ("image/jpeg", b64decode(said(GROUP)["vehicle_crop_jpeg"])),
        ("image/jpeg", b64decode(said(GROUP)["best_plate"]["plate_crop_jpeg"])),
        ("image/jpeg", b64decode(said(GROUP)["overview_jpeg"])),
    }


def test_however_they_are_sent_they_are_the_same() -> None:
    """One POST each, both in one, as lines, as an array, in pieces; and repeated, once."""
    printed = b"\n".join(path.read_bytes() for path in MESSAGES)
    lines = b"\n".join(json.dumps(said(path)).encode() for path in MESSAGES)
    array = json.dumps([said(path) for path in MESSAGES]).encode()
    one_by_one = events_of(feed_of("rekor", whole=True), *(path.read_bytes() for path in MESSAGES))
    assert [type(event) for event in one_by_one] == [PlateRead, VehicleSeen]
    for data in (printed, lines, array, printed + b"\n" + lines + array):
        assert events_of(feed_of("rekor", whole=True), data) == one_by_one
        pieces = [data[at : at + 100] for at in range(0, len(data), 100)]
        assert events_of(feed_of("rekor"), *pieces) == one_by_one


def test_the_share_that_decodes() -> None:
    """All of them, without a fault."""
    table = Table("message", "events", "faults", title="captured Rekor messages")
    told: list[Event] = []
    for path in MESSAGES:
        events = list(decode("rekor", [path.read_bytes()], NOW))
        told += events
        table.add_row(path.name, ", ".join(type(event).__name__ for event in events), str(len(whys(events))))
    Console().print("\n", table)
    assert [type(event).__name__ for event in told] == ["PlateRead", "VehicleSeen"]
