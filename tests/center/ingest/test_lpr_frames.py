"""Frames of cameras that do not read: whose they are, when they were taken, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from center.core.events import MINUTE, DeviceReported, FeedFaulted, Micros
from center.ingest import open_feed
from center.ingest.feed import Origin
from center.ingest.lpr_frames import Frame, LprFramesFeed
from tests.center.ingest.feeding import only
from tests.center.ingest.position_feeds import NOW
from twin.devices.lpr.exif import stamped

JPEG = cv2.imencode(".jpg", np.full((24, 32, 3), 90, np.uint8))[1].tobytes()
TAKEN = Micros(NOW - 1_234_567)


def frames_of(peer: str, *bodies: bytes, **options: str) -> tuple[list[Frame], list[object]]:
    found: list[Frame] = []
    feed = LprFramesFeed(Origin("lpr", peer, True), options, found.append)
    return found, [event for body in bodies for event in feed.receive(body, NOW)]


@pytest.mark.parametrize(
    ("peer", "options"),
    [
        ("frames/gate", {}),
        ("frigate/gate/car/snapshot", {}),
        ("site/7/cameras/gate", {"level": "4"}),
        ("/gate", {}),
        ("/g%61te", {}),
        ("?camera=gate", {}),
        ("/ignored?x=1&camera=gate", {}),
    ],
)
def test_topic_path_or_query_names_the_camera(peer: str, options: dict[str, str]) -> None:
    found, events = frames_of(peer, JPEG, **options)
    assert found == [Frame("gate", NOW, NOW, JPEG)]
    (alive,) = only(DeviceReported, events)  # type: ignore[arg-type]
    assert (alive.device, alive.status) == ("gate", "alive")


@pytest.mark.parametrize("peer", ["", "frames", "?lane=2", "/a%00b", f"/{'x' * 101}", "?" + "camera=a&" * 30])
def test_without_a_name_there_is_no_camera(peer: str) -> None:
    found, (fault,) = frames_of(peer, JPEG)
    assert found == []
    assert isinstance(fault, FeedFaulted)
    assert "no camera" in fault.why


@pytest.mark.parametrize("offset_min", [-360, 345, 0])
def test_a_frame_says_when_it_was_taken_wherever_its_clock_stands(offset_min: int) -> None:
    (frame,), _ = frames_of("frames/gate", stamped(JPEG, TAKEN, offset_min))
    assert (frame.seen, frame.at) == (TAKEN, NOW)


def test_a_clock_without_an_offset_is_the_sites_to_say() -> None:
    told = stamped(JPEG, TAKEN - 5 * 3600 * 1_000_000)  # daylight saving time in Chicago
    assert frames_of("frames/gate", told, tz="America/Chicago")[0][0].seen == TAKEN
    assert frames_of("frames/gate", told)[0][0].seen == TAKEN - 5 * 3600 * 1_000_000


def test_a_time_that_cannot_be_costs_only_itself() -> None:
    broken = stamped(JPEG, TAKEN, 0).replace(b"2026:", b"2026-", 1)
    (frame,), events = frames_of("frames/gate", broken)
    assert frame.seen == NOW
    assert "DateTimeOriginal" in only(FeedFaulted, events)[0].why  # type: ignore[arg-type]


def test_any_damage_to_the_head_is_a_frame_or_a_fault() -> None:
    dice = np.random.default_rng(5)
    whole = stamped(JPEG, TAKEN, 0)
    for _ in range(400):
        damaged = bytearray(whole[: int(dice.integers(0, len(whole)))])
        for place in dice.integers(0, min(120, max(1, len(damaged))), 4 if damaged else 0):
            damaged[place] = int(dice.integers(0, 256))
        found, events = frames_of("frames/gate", bytes(damaged))
        assert found or only(FeedFaulted, events) or not damaged  # type: ignore[arg-type]


def test_a_file_in_pieces_is_one_frame() -> None:
    """As `center decode` reads one."""
    found: list[Frame] = []
    feed = LprFramesFeed(Origin("lpr", "frames/gate"), {}, found.append)
    for at in range(0, len(JPEG), 100):
        assert feed.receive(JPEG[at : at + 100], NOW) == []
    (alive,) = feed.finish(NOW)
    assert isinstance(alive, DeviceReported)
    assert [frame.data for frame in found] == [JPEG]


def test_the_pictures_of_a_form_are_frames_and_anything_else_is_a_fault() -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n' + JPEG + b"\r\n--x--\r\n"
    found, events = frames_of("/gate", form, b"", b"GIF89a", form)
    assert [frame.data for frame in found] == [JPEG, JPEG]
    assert [fault.why for fault in only(FeedFaulted, events)] == ["not a JPEG"]  # type: ignore[arg-type]


def test_a_camera_is_told_of_once_a_minute_not_once_a_frame() -> None:
    feed = open_feed("lpr-frames", Origin("lpr", "frames/gate", True), {})
    told = [len(feed.receive(JPEG, Micros(NOW + after))) for after in (0, 1, MINUTE - 1, MINUTE, MINUTE + 1)]
    assert told == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("options", [{"level": "0"}, {"level": "two"}, {"tz": "Mars"}, {"zone": "UTC"}])
def test_an_option_that_is_none_is_named(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        open_feed("lpr-frames", Origin("lpr"), options)
