"""The plate reader and its misreading: what it says, how often it errs, and what its faults do."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from itertools import pairwise
from math import sqrt
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices.clock import call_later, now_us
from twin.devices.crop import crop_ref, plate_crop
from twin.devices.faults import (
    AnyFault,
    ClockSkew,
    DuplicateId,
    Freeze,
    Lie,
    Misread,
    Partition,
    Reboot,
    Retransmit,
    WrongState,
)
from twin.devices.line import Line
from twin.devices.line_quality import LineQuality
from twin.devices.ocr import DARK, HABITS, Ocr, habits, has_shape, misread, read
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera
from twin.devices.things import Passage

CAMERA = Camera("K" * 40, 1207, "I-10 exit 30", 30.2361, -93.2019)
PERFECT = Ocr(misread=0, wrong_state=0, unread=0, wrong_color=0)
CAR = Passage(0, "v1", "123ABC", "LA", "Ford", "F-150", "white", "truck", 30.2361, -93.2019, 91.0)
MANY = 5_000


class Site:
    """One reader, a car every ten seconds."""

    def __init__(
        self,
        faults: list[AnyFault] | None = None,
        line_faults: list[AnyFault] | None = None,
        ocr: Ocr = PERFECT,
        quality: LineQuality | None = None,
        dark: Callable[[int], bool] | None = None,
    ) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        line = Line(
            self.env, self.recorder, "lpr", "application/json", Random(1),
            quality or LineQuality(transport="request"), faults=line_faults or [],
        )  # fmt: skip
        self.reader = PlateReader(
            self.env, "lpr/i10-30", CAMERA, line, Random(2),
            epoch=EPOCH, ocr=ocr, dark=dark, faults=faults or [], log=self.diary,
        )  # fmt: skip

    def run(self, count: int, car: Passage = CAR, every_us: int = 10 * SECOND) -> list[dict[str, Any]]:
        """The reads of `count` cars, decoded, in the order of their arrival."""
        for number in range(count):
            call_later(self.env, number * every_us, self._pass, car)
        self.env.run(until=count * every_us + 120 * SECOND)
        return self.said("alpr_group")

    def _pass(self, car: Passage) -> None:
        self.reader.on_passage(msgspec.structs.replace(car, at_us=now_us(self.env)))

    def said(self, data_type: str) -> list[dict[str, Any]]:
        messages = [json.loads(data) for data in self.recorder.data]
        return [message for message in messages if message["data_type"] == data_type]


def near(seen: int, rate: float, trials: int = MANY) -> bool:
    return abs(seen - trials * rate) < 5 * sqrt(trials * rate * (1 - rate))


def test_a_passage_becomes_a_read_a_moment_later() -> None:
    """Between 0.3 and 2 s after the car, with the car's own time, and the truth log knows what the picture shows."""
    site = Site()
    (said,) = site.run(1)
    sent_us = next(message.at_us for message in site.recorder.carried if b"alpr_group" in message.data)
    assert 300_000 <= sent_us <= 2_000_000
    assert said["epoch_start"] == EPOCH // 1000
    assert said["best_plate_number"] == "123ABC"
    (entry,) = site.diary.of("plate-read")
    assert (entry["read"], entry["plate"], entry["said"]) == (said["best_uuid"], "123ABC", "123ABC")
    assert entry["crop"] == crop_ref(b64decode(said["best_plate"]["plate_crop_jpeg"]))


def test_errors_are_as_frequent_as_they_say() -> None:
    """Misreads, wrong states and unread plates lie within binomial bounds, and the log has the truth of each."""
    site = Site(ocr=Ocr(misread=0.1, wrong_state=0.06, unread=0.04, wrong_color=0))
    reads = site.run(MANY)
    plateless = site.said("vehicle")
    assert near(len(plateless), 0.04)
    assert near(sum(said["best_plate_number"] != "123ABC" for said in reads), 0.1, len(reads))
    assert near(sum(said["best_region"] != "us-la" for said in reads), 0.06, len(reads))
    assert len(site.diary.of("plate-read")) == len(reads)
    assert {entry["plate"] for entry in site.diary.of("plateless")} == {"123ABC"}


def test_a_dirty_plate_is_misread_more_often() -> None:
    """Half the legibility, twice the errors."""
    site = Site(ocr=Ocr(misread=0.1, wrong_state=0, unread=0, wrong_color=0))
    reads = site.run(MANY, msgspec.structs.replace(CAR, legibility=0.5))
    assert near(sum(said["best_plate_number"] != "123ABC" for said in reads), 0.2)


def test_a_vehicle_that_shows_no_plate_is_a_vehicle() -> None:
    """From the front in Louisiana there is nothing to read."""
    site = Site()
    assert site.run(3, msgspec.structs.replace(CAR, plate=None, state=None)) == []
    assert len(site.said("vehicle")) == 3


plates = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=8)


@given(plates, st.integers(0, 2**32), st.floats(0.1, 20))
def test_candidates_agree_with_the_reading(plate: str, seed: int, times: float) -> None:
    """Best first, no text twice, confidence falling, and the truth stands first unless it was a misread."""
    reading = read(plate, "LA", Ocr(misread=0.3), Random(seed), times)
    texts = [text for text, _ in reading.candidates]
    sure = [confidence for _, confidence in reading.candidates]
    assert len(set(texts)) == len(texts)
    assert sure == sorted(sure, reverse=True)
    assert 0 < sure[-1] <= sure[0] <= 100


@given(plates, st.integers(0, 2**32))
def test_a_misread_is_never_the_truth_and_always_looks_like_it(plate: str, seed: int) -> None:
    """One character is taken for one that it is known to be taken for, or one is missing at either end."""
    said = misread(plate, Random(seed))
    assert said != plate
    if len(said) == len(plate):
        ((was, became),) = [pair for pair in zip(plate, said, strict=True) if pair[0] != pair[1]]
        assert became in HABITS.taken[was].others
    else:
        assert said in (plate[1:], plate[:-1])


def test_what_was_counted_outweighs_what_is_believed_and_what_was_not_keeps_it() -> None:
    """A file in which every X was a V and every second plate lost its last character."""
    counted = {
        "kinds": {"confused": 400, "missed-last": 400},
        "characters": {"X": {"seen": 900, "taken_for": {"V": 400}}},
    }
    made = habits(msgspec.json.encode(counted))
    readily, others, upto = made.taken["X"]
    share = {other: (high - low) / upto[-1] for other, low, high in zip(others, (0.0, *upto), upto, strict=False)}
    assert share["V"] > 0.97
    assert readily > 0.95 * max(one.readily for one in made.taken.values())
    assert made.taken["8"].others == "B36"
    assert 0.4 < made.dropped < 0.5
    assert made.first < 0.02
    assert HABITS.taken.keys() == set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_in_the_dark_a_reader_errs_twice_as_often() -> None:
    site = Site(ocr=Ocr(misread=0.1, wrong_state=0, unread=0, wrong_color=0), dark=lambda _: True)
    assert near(sum(said["best_plate_number"] != "123ABC" for said in site.run(MANY)), 0.1 * DARK)


def test_a_misread_mostly_still_offers_the_truth() -> None:
    """In about 85 of 100 misreads the true text stands among the other candidates."""
    dice = Random(5)
    wrong = [read("123ABC", "LA", Ocr(misread=1), dice).candidates for _ in range(MANY)]
    offered = sum("123ABC" in [text for text, _ in candidates[1:]] for candidates in wrong)
    assert 0.83 < offered / MANY < 0.9


def test_misreads_are_less_sure_than_right_readings() -> None:
    """On the whole: their mean confidence lies well below, though the ranges overlap."""
    dice = Random(3)
    readings = [read("123ABC", "LA", Ocr(misread=0.5), dice) for _ in range(4000)]
    right = [c[0][1] for c, _, _ in readings if c[0][0] == "123ABC"]
    wrong = [c[0][1] for c, _, _ in readings if c[0][0] != "123ABC"]
    assert sum(right) / len(right) - sum(wrong) / len(wrong) > 8
    assert max(wrong) > min(right)


def test_shapes_of_the_two_states_are_known() -> None:
    """Louisiana old and new, Texas new and old; anything else has no shape."""
    assert all(map(has_shape, ("123ABC", "ABC123", "ABC1234", "BC1D234")))
    assert not has_shape("12ABC")


def test_a_forced_misread_strikes_one_plate_only() -> None:
    """The stolen car's plate reads wrong, every other car's right, and the picture still shows the truth."""
    site = Site([Misread(on="*", plate="123ABC", text="I23ABC")])
    (wrong,) = site.run(1)
    assert wrong["best_plate_number"] == "I23ABC"
    assert b64decode(wrong["best_plate"]["plate_crop_jpeg"]) == plate_crop("123ABC", "LA").jpeg
    assert site.diary.of("plate-read")[0]["plate"] == "123ABC"
    other = Site([Misread(on="*", plate="123ABC", text="I23ABC")])
    assert other.run(1, msgspec.structs.replace(CAR, plate="777XYZ"))[0]["best_plate_number"] == "777XYZ"


def test_a_worse_reader_misreads_more_often() -> None:
    """`times: 3` on a reader that misreads one in ten."""
    site = Site([Misread(on="*", times=3)], ocr=Ocr(misread=0.1, wrong_state=0, unread=0))
    assert near(sum(said["best_plate_number"] != "123ABC" for said in site.run(MANY)), 0.3)


def test_a_wrong_state_is_another_state() -> None:
    """A named one, or any other but the true one."""
    assert Site([WrongState(on="*", state="TX")]).run(1)[0]["best_region"] == "us-tx"
    assert "us-la" not in {said["best_region"] for said in Site([WrongState(on="*")]).run(50)}


def test_two_cars_in_one_millisecond_are_two_reads() -> None:
    """Ids differ even when two lanes are passed at the same moment."""
    site = Site()
    for _ in range(3):
        site.reader.on_passage(CAR)
    site.env.run(until=5 * SECOND)
    assert len({said["best_uuid"] for said in site.said("alpr_group")}) == 3


def test_a_read_without_an_answer_is_sent_again_until_there_is_one() -> None:
    """At least once, less and less often: an outage delays a read and loses none."""
    site = Site(line_faults=[Partition(on="*", for_s=100)])
    site.run(5)
    assert {said["best_uuid"] for said in site.said("alpr_group")} == {
        entry["read"] for entry in site.diary.of("plate-read")
    }
    assert len(site.reader.outbox) == 0
    assert site.reader.outbox.retransmitted > 5


def test_lost_answers_make_repeats_that_are_byte_for_byte_the_same() -> None:
    """The center took the read, the answer got lost: it comes again, and only its id says that it is the same."""
    site = Site(quality=LineQuality(transport="request", loss=0.4))
    site.run(50)
    by_id: dict[str, set[bytes]] = {}
    for message in site.recorder.carried:
        if b"alpr_group" in message.data:
            by_id.setdefault(json.loads(message.data)["best_uuid"], set()).add(message.data)
    assert len(by_id) == 50
    assert all(len(same) == 1 for same in by_id.values())
    assert len([m for m in site.recorder.carried if b"alpr_group" in m.data]) > 60


def test_retransmission_repeats_what_was_answered() -> None:
    """Three sendings of each read, five seconds apart."""
    site = Site([Retransmit(on="*", times=2, after_s=5)])
    assert len(site.run(4)) == 12
    assert len({said["best_uuid"] for said in site.said("alpr_group")}) == 4


def test_a_heartbeat_comes_every_minute_and_counts() -> None:
    """Sixty seconds apart, with the reads so far; a reboot silences it and starts its uptime anew."""
    site = Site([Reboot(on="*", from_s=300, for_s=100)])
    site.run(60)
    beats = site.said("heartbeat")
    gaps = [b["timestamp"] - a["timestamp"] for a, b in pairwise(beats)]
    assert sorted(set(gaps))[0] == 60_000
    assert len([gap for gap in gaps if gap > 60_000]) == 1
    uptimes = [beat["daemon_uptime_seconds"] for beat in beats]
    assert min(uptimes[5:]) < 70
    assert beats[-1]["video_streams"][0]["total_plate_reads"] > 40


def test_a_rebooted_reader_misses_cars_and_forgets_where_it_is() -> None:
    """Cars that pass while it is down are never read; while it settles its GPS says 0,0."""
    site = Site([Reboot(on="*", from_s=100, for_s=50, settle_s=30)])
    reads = site.run(30)
    missed = {entry["vehicle"] for entry in site.diary.of("unseen")}
    assert (len(reads), site.reader.missed, missed) == (25, 5, {"v1"})
    assert sum((said["gps_latitude"], said["gps_longitude"]) == (0.0, 0.0) for said in reads) == 3


def test_a_reboot_loses_the_frames_at_hand() -> None:
    """A car that passed a moment before is never read, and the log says so."""
    site = Site([Reboot(on="*", from_s=10.2, for_s=50)])
    reads = site.run(2)
    assert (len(reads), site.reader.missed) == (1, 1)
    assert len(site.diary.of("unseen")) == 1


def test_a_hung_reader_sends_everything_late() -> None:
    """`then: burst`: each car is read, with its own time, when the reader comes to itself."""
    site = Site([Reboot(on="*", from_s=100, for_s=50, then="burst")])
    reads = site.run(30)
    assert len(reads) == 30
    late = [m.at_us for m in site.recorder.carried if b"alpr_group" in m.data and 100 * SECOND < m.at_us < 152 * SECOND]
    assert len([at for at in late if at == 150 * SECOND]) >= 4


def test_a_camera_may_claim_anothers_number_or_time() -> None:
    """A duplicated camera id, and a clock an hour off, stand in the read as the device believes them."""
    (said,) = Site([DuplicateId(on="*", identity="42"), ClockSkew(on="*", by_s=3600)]).run(1)
    assert said["camera_id"] == 42
    assert said["epoch_start"] == EPOCH // 1000 + 3_600_000
    (other,) = Site([DuplicateId(on="*", identity="Z" * 40)]).run(1)
    assert other["agent_uid"] == "Z" * 40


def test_a_reader_may_be_wrong_about_where_it_is() -> None:
    """One that was surveyed wrongly says so with every read; one that rides on a car and whose receiver has frozen says
    where it was when that began."""
    lying = Site(faults=[Lie(on="*", north_m=500)]).run(3)
    assert all(abs((said["gps_latitude"] - CAR.lat) * 111_320 - 500) < 1 for said in lying)
    site = Site(faults=[Freeze(on="*", from_s=15, for_s=40)])
    for number in range(8):
        moved = msgspec.structs.replace(CAR, lat=CAR.lat + number / 100)
        call_later(site.env, number * 10 * SECOND, site._pass, moved)
    site.env.run(until=200 * SECOND)
    steps = [round((said["gps_latitude"] - CAR.lat) * 100) for said in site.said("alpr_group")]
    assert steps == [0, 1, 2, 2, 2, 2, 6, 7]


@pytest.mark.parametrize("taken", [False, None])
def test_a_refused_read_is_given_up_in_the_end(taken: bool | None) -> None:
    """A center that refuses, or never answers, gets each read ten times; then the log says so, and nothing is kept."""
    site = Site()
    site.recorder.takes = taken is None
    site.recorder.deaf = taken is None
    site.run(1)
    site.env.run(until=900 * SECOND)
    assert len(site.said("alpr_group")) == 10
    assert site.reader.outbox.given_up == 1 == len(site.diary.of("given-up"))
    assert len(site.reader.outbox) == 0
