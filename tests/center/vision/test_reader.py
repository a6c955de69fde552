"""The reader on the cameras of the twin: plates are read by day and night, empty roads are left alone. The networks are
committed ones; the pictures are not those they were made with."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from center.vision.detector import cut, whole, widened
from center.vision.network import Network
from center.vision.opening import Image
from center.vision.reader import MODELS, Reader, same_vehicle, voted
from center.vision.recogniser import STATES, Look, Recogniser
from tests.center.vision import renders
from twin.devices.lpr import camera, glyphs
from twin.devices.lpr.faces import FACES
from twin.devices.lpr.optics import Conditions
from twin.devices.lpr.press import Look as Dress
from twin.devices.lpr.press import Strokes, press

PASSAGES = range(10, 18)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def over(read_quad: np.ndarray, frame: camera.Frame) -> bool:
    true = np.array(frame.truth.corners)
    return bool(np.hypot(*(read_quad.mean(axis=0) - true.mean(axis=0))) < 0.3 * np.ptp(true[:, 0]))


def said(text: str) -> str:
    return text.replace("O", "0")


@pytest.mark.parametrize("conditions", [renders.DAY, renders.NIGHT], ids=["day", "night"])
def test_most_plates_near_the_camera_are_found_and_read_in_full(reader: Reader, conditions: Conditions) -> None:
    found = right = 0
    for seed in PASSAGES:
        frame = renders.nearest(renders.passage(seed, conditions))
        reads = [one for one in reader.read(renders.opened(frame)) if over(one.quad, frame)]
        found += bool(reads)
        right += any(said(one.text.plate) == said(frame.truth.plate or "") for one in reads)
    assert found >= len(PASSAGES) - 1
    assert right >= len(PASSAGES) * 0.6


def test_a_passages_vote_is_no_worse_than_its_single_frames(reader: Reader) -> None:
    votes = singles = count = 0
    for seed in PASSAGES[:4]:
        frames = renders.passage(seed)
        truth = said(frames[0].truth.plate or "")
        reads = [one for frame in frames for one in reader.read(renders.opened(frame)) if over(one.quad, frame)]
        votes += said(voted(reads).plate) == truth
        singles += sum(said(one.text.plate) == truth for one in reads)
        count += len(frames)
    assert votes / 4 >= singles / count


def test_an_empty_road_is_left_alone(reader: Reader) -> None:
    """A guess here and there, but nothing that is said with confidence."""
    for seed in range(5):
        for conditions in (renders.DAY, renders.NIGHT):
            empty = camera.empty(0, conditions, Random(seed))
            assert [one.text.plate for one in reader.read(renders.opened(empty)) if one.text.confidence > 0.5] == []


def test_alternatives_are_shares_and_the_likeliest_is_what_is_said(reader: Reader) -> None:
    frame = renders.nearest(renders.passage(11))
    for one in reader.read(renders.opened(frame)):
        for char, place in zip(one.text.plate, one.text.characters, strict=True):
            assert sum(alternative.share for alternative in place) <= 1.0001
            assert place[0].share == max(alternative.share for alternative in place)
            assert char == place[0].char
        assert one.text.plate not in dict(one.text.others)


def test_a_picture_that_is_a_plate_is_read_as_one(reader: Reader) -> None:
    plate = press("123 ABC", FACES["LA"][0], Dress(), Strokes(glyphs.Pen()), np.random.default_rng(5)).picture
    assert said(reader.read_plate(plate).text.plate) == "123ABC"


def test_two_readers_read_the_same(reader: Reader) -> None:
    """Nothing of one picture stays behind for the next."""
    pictures = [renders.opened(renders.nearest(renders.passage(seed))) for seed in (11, 12)]
    other = Reader()
    other.read(pictures[1])
    assert [one.text for one in other.read(pictures[0])] == [one.text for one in reader.read(pictures[0])]


def test_a_frame_is_looked_at_in_its_own_proportions(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrunk by one factor, then filled up to whole cells by repeating its edge: a stretched plate is missed."""
    sizes = []
    ask = Network.__call__

    def asked(self: Network, pictures: list[Image]) -> list[np.ndarray]:
        sizes.append(pictures[0].shape)
        return ask(self, pictures)

    monkeypatch.setattr(Network, "__call__", asked)
    frame = renders.opened(renders.nearest(renders.passage(11)))
    assert frame.shape == (720, 1280, 3)
    assert reader.read(frame)
    assert sizes[0] == (368, 640, 3)


def test_a_plate_is_looked_at_as_detector_and_refiner_see_it_and_halfway(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    look = Recogniser.look

    def looked(self: Recogniser, frame: Image, quads: list[np.ndarray]) -> Look:
        asked.append(quads)
        return look(self, frame, quads)

    monkeypatch.setattr(Recogniser, "look", looked)
    (one,) = reader.read(renders.opened(renders.nearest(renders.passage(11))))
    middle, nearer, first = asked[-1]
    assert np.abs(nearer - first).max() > 0.5
    assert middle == pytest.approx((nearer + first) / 2)
    assert one.look.columns.shape == (3, 40, 37)


def test_a_cut_is_straight() -> None:
    """What lies at the quad's corners comes to lie at the picture's."""
    picture = np.zeros((100, 200, 3), np.uint8)
    quad = np.array([[50, 20], [150, 30], [145, 80], [45, 70]], np.float64)
    for number, (x, y) in enumerate(quad.astype(int)):
        picture[y - 3 : y + 4, x - 3 : x + 4] = 60 * (number + 1)
    seen = cut(picture, quad, 160, 48)
    assert [int(seen[y, x, 0]) for y, x in ((1, 1), (1, 158), (46, 158), (46, 1))] == pytest.approx(
        [60, 120, 180, 240], abs=25
    )


def test_a_widened_quad_keeps_its_middle() -> None:
    quad = whole(np.zeros((50, 100, 3), np.uint8))
    grown = widened(quad, 0.1, 0.2)
    assert grown.mean(axis=0) == pytest.approx(quad.mean(axis=0))
    assert np.ptp(grown, axis=0) == pytest.approx([110, 60])


def test_a_plate_that_moved_on_is_the_same_and_one_across_the_road_is_not() -> None:
    one = np.array([[100, 100], [200, 100], [200, 150], [100, 150]], np.float64)
    assert same_vehicle(one, one + 120)
    assert not same_vehicle(one, one + 700)
    assert not same_vehicle(one, one * 3)


def test_the_networks_are_small_and_know_every_state() -> None:
    assert sum(path.stat().st_size for path in MODELS.glob("*.onnx")) < 5_000_000
    assert ("", *FACES) == STATES
