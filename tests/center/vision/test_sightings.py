"""Reads become passages: one fact for a vehicle, whatever the number of its frames."""

from __future__ import annotations

import numpy as np

from center.core.events import FeedFaulted, Micros, PlateRead
from center.vision.columns import ALPHABET, FLOOR
from center.vision.detector import Found
from center.vision.reader import Read
from center.vision.recogniser import STATES, Look, read
from center.vision.sightings import QUIET_US, Frame, Sightings, faulted

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


def frame(number: int, *reads: Read, camera: str = "gate") -> Frame:
    return Frame(camera, Micros(number * STEP), f"f{number}", reads)


def told(frames: list[Frame]) -> list[PlateRead]:
    sightings = Sightings("lpr")
    events = [event for one in frames for event in sightings.saw(one, one.seen)]
    return [event for event in [*events, *sightings.quiet(Micros(10**12))] if isinstance(event, PlateRead)]


def test_ten_frames_of_a_car_are_one_read() -> None:
    (one,) = told([frame(i, seen("ABC123", x=400 + 30 * i, wide=60 + 8 * i)) for i in range(10)])
    assert (one.plate, one.reader, one.source, one.seen, one.state) == ("ABC123", "gate", "lpr/gate", 0, "LA")


def test_the_frames_vote() -> None:
    """Two faint frames say 8, one clear frame says 3: 3 it is, and 8 is among the candidates."""
    faint, clear = seen("ABC128", clear=0.4), seen("ABC123", clear=0.99)
    (one,) = told([frame(0, faint), frame(1, clear), frame(2, faint)])
    assert one.plate == "ABC123"
    assert "ABC128" in [candidate.plate for candidate in one.candidates]
    assert one.frame == "f1"
    assert [max(place, key=lambda char: place[char]) for place in one.characters] == list("ABC123")
    assert one.characters[5].keys() >= {"3", "8"}


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


def test_a_parked_car_is_told_of_now_and_then_and_not_once_a_frame() -> None:
    reads = told([frame(i, seen("ABC123")) for i in range(300)])
    assert 2 <= len(reads) <= 4


def test_a_picture_that_cannot_be_looked_at_is_a_fault_of_its_camera() -> None:
    fault = faulted("lpr", "gate", "blank picture", b"\xff\xd8abc", Micros(5))
    assert isinstance(fault, FeedFaulted)
    assert (fault.source, fault.why, fault.excerpt) == ("lpr/gate", "blank picture", "..abc")
