"""Reads become passages: one fact for a vehicle, whatever the number of its frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from center.core.events import FeedFaulted, Micros, PlateRead
from center.vision.columns import ALPHABET, FLOOR
from center.vision.detector import Found
from center.vision.reader import Read
from center.vision.recogniser import STATES, Look, read
from center.vision.sightings import CAMERAS, LONGEST_US, QUIET_US, Sightings, faulted, ref_of
from center.vision.workers import Job

STEP = 100_000


def seen(text: str, x: float = 400.0, wide: float = 90.0, clear: float = 0.95) -> Read:
    """A plate read as `text`: columns that say so, each with the share `clear`."""
    columns = np.full((1, 40, 37), FLOOR)
    columns[0, :, 0] = 1.0
    for place, char in enumerate(text):
        columns[0, 3 + 4 * place] = (1 - clear) / 36
        columns[0, 3 + 4 * place, 1 + ALPHABET.index(char)] = clear
    states = np.full(len(STATES), 0.001)
    states[STATES.index("LA")] = 1.0
    look = Look(columns, states / states.sum())
    quad = np.array([[x, 300], [x + wide, 300], [x + wide, 300 + wide / 2], [x, 300 + wide / 2]])
    return Read(read([look]), quad, Found(quad, 0.9).sure, look)


class Frame(NamedTuple):
    job: Job
    reads: tuple[Read, ...]


def frame(number: int, *reads: Read, camera: str = "gate", ahead_us: int = 0) -> Frame:
    """`ahead_us`: by how much the camera's clock is."""
    return Frame(Job("lpr", camera, number * STEP + ahead_us, number * STEP, b"f%d" % number), reads)


def saw(sightings: Sightings, one: Frame) -> list[PlateRead]:
    found = sightings.saw(one.job, one.reads, [b"crop of " + one.job.data] * len(one.reads))
    return [told.event for told in found if isinstance(told.event, PlateRead)]


def told(frames: list[Frame]) -> list[PlateRead]:
    sightings = Sightings()
    reads = [read for one in frames for read in saw(sightings, one)]
    return reads + [one.event for one in sightings.quiet(Micros(10**12)) if isinstance(one.event, PlateRead)]


def test_ten_frames_of_a_car_are_one_read() -> None:
    (one,) = told([frame(i, seen("ABC123", x=400 + 30 * i, wide=60 + 8 * i)) for i in range(10)])
    assert (one.plate, one.reader, one.source, one.seen, one.state) == ("ABC123", "gate", "lpr/gate", 0, "LA")


def test_the_frames_vote() -> None:
    """Two faint frames say 8, one clear frame says 3: 3 it is, and 8 is among the candidates."""
    faint, clear = seen("ABC128", clear=0.4), seen("ABC123", clear=0.99)
    (one,) = told([frame(0, faint), frame(1, clear), frame(2, faint)])
    assert one.plate == "ABC123"
    assert "ABC128" in [candidate.plate for candidate in one.candidates]
    assert (one.frame, one.crop) == (ref_of(b"f1"), ref_of(b"crop of f1"))
    assert [max(place, key=lambda char: place[char]) for place in one.characters] == list("ABC123")
    assert one.characters[5].keys() >= {"3", "8"}


def test_a_car_whose_frames_between_were_lost_is_one_passage() -> None:
    """It has shrunk to a third meanwhile, at the other end of the picture."""
    (one,) = told([frame(0, seen("ABC123", wide=190)), frame(4, seen("ABC128", x=1100, wide=60, clear=0.6))])
    assert one.plate == "ABC123"


def test_a_car_after_a_pause_is_another_passage() -> None:
    later = QUIET_US // STEP + 1
    reads = told([frame(0, seen("ABC123")), frame(later, seen("ABC123"))])
    assert len({one.read for one in reads}) == 2


def test_two_cars_abreast_are_two_passages_and_so_are_two_cameras() -> None:
    frames = [frame(i, seen("ABC123", x=100), seen("XYZ789", x=900)) for i in range(4)]
    assert sorted(one.plate for one in told(frames)) == ["ABC123", "XYZ789"]
    apart = [frame(i, seen("ABC123"), camera=camera) for i in range(3) for camera in ("gate", "bridge")]
    assert sorted(one.reader for one in told(apart)) == ["bridge", "gate"]


def test_a_car_close_behind_is_not_the_one_before() -> None:
    frames = [frame(0, seen("ABC123")), frame(1, seen("ABC123", x=420)), frame(2, seen("XYZ789", x=410))]
    assert sorted(one.plate for one in told(frames)) == ["ABC123", "XYZ789"]


def test_a_faint_guess_is_no_fact() -> None:
    assert told([frame(0, seen("ABC123", clear=0.06))]) == []


def test_a_parked_car_is_told_of_once() -> None:
    """After ten seconds, and not again while it stands there."""
    sightings = Sightings()
    reads = [(i, read) for i in range(300) for read in saw(sightings, frame(i, seen("ABC123")))]
    assert [i * STEP for i, _ in reads] == [LONGEST_US]
    assert sightings.finish() == []


def test_silence_is_measured_by_the_centers_clock_and_a_passage_waits_for_its_frames() -> None:
    """A camera's clock may be hours ahead; and while a frame of it is still looked at, nothing is over."""
    sightings = Sightings()
    assert saw(sightings, frame(0, seen("ABC123"), ahead_us=7_200_000_000)) == []
    quiet = Micros(QUIET_US)
    assert sightings.quiet(Micros(QUIET_US - 1)) == []
    assert sightings.quiet(quiet, lambda camera: camera == "lpr/gate") == []
    (one,) = sightings.quiet(quiet, lambda camera: camera == "lpr/bridge")
    assert (one.source, one.event.seen) == ("lpr", 7_200_000_000)
    assert [picture.data for picture in one.pictures] == [b"f0", b"crop of f0"]


def test_a_frame_that_a_slow_line_brings_late_is_no_other_passage() -> None:
    """By the camera's clock it was taken a moment after the last one."""
    sightings = Sightings()
    saw(sightings, frame(0, seen("ABC123")))
    assert len(sightings.quiet(Micros(QUIET_US))) == 1
    late = Job("lpr", "gate", STEP, 2 * QUIET_US, b"late")
    assert sightings.saw(late, [seen("ABC123")], [b""]) == []
    assert sightings.quiet(Micros(10 * QUIET_US)) == []


def test_what_is_kept_of_cameras_and_passages_is_bounded() -> None:
    """Names come from the wire: whoever makes them up pushes out the oldest, which is told."""
    sightings = Sightings()
    plate = seen("ABC123")
    reads = [read for i in range(CAMERAS + 3) for read in saw(sightings, frame(i, plate, camera=f"made-up-{i}"))]
    assert [one.reader for one in reads] == ["made-up-0", "made-up-1", "made-up-2"]


def test_a_picture_that_cannot_be_looked_at_is_a_fault_of_its_camera() -> None:
    fault = faulted(Job("lpr", "gate", 0, 5, b"\xff\xd8abc"), "blank picture").event
    assert isinstance(fault, FeedFaulted)
    assert (fault.source, fault.at, fault.why, fault.excerpt) == ("lpr/gate", 5, "blank picture", "..abc")
