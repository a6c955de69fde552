"""Lines: what a datagram, a stream and a request may suffer, how often, and how much may be under way."""

from __future__ import annotations

from math import sqrt
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from tests.twin.devices.recorder import SECOND, Diary, Recorder
from twin.devices.clock import call_later
from twin.devices.faults import AnyFault, Cut, Damage, Delay, Loss, Partition
from twin.devices.line import Line
from twin.devices.line_quality import LineQuality, damaged

MANY = 10_000


class Bench:
    """A line, its carrier, and a sender of numbered messages at a steady pace."""

    def __init__(self, quality: LineQuality, faults: list[AnyFault] | None = None, seed: int = 7) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        self.line = Line(
            self.env, self.recorder, "feed", "peer", Random(seed), quality, faults=faults or [], log=self.diary
        )

    def send(self, count: int, every_us: int = 1000) -> list[int]:
        """Sends and carries everything; what arrived, by number."""
        for number in range(count):
            call_later(self.env, number * every_us, self.line.send, b"%d" % number)
        self.env.run()
        return [int(data) for data in self.recorder.data if data.isdigit()]


def within_binomial(seen: int, rate: float) -> bool:
    """Inside five standard deviations of MANY trials."""
    return abs(seen - MANY * rate) < 5 * sqrt(MANY * rate * (1 - rate))


def test_a_line_without_trouble_delivers_at_once() -> None:
    """No event, no delay, no draw: the carrier has the bytes before `send` returns."""
    bench = Bench(LineQuality())
    bench.line.send(b"1")
    assert bench.recorder.data == [b"1"]
    assert bench.env.peek() == float("inf")


@pytest.mark.parametrize("rate", [0.003, 0.1, 0.6])
def test_loss_is_as_frequent_as_it_says(rate: float) -> None:
    """Of ten thousand datagrams the share that vanishes lies within binomial bounds, and the log knows each one."""
    bench = Bench(LineQuality(loss=rate))
    arrived = bench.send(MANY)
    assert within_binomial(MANY - len(arrived), rate)
    assert bench.line.lost == MANY - len(arrived) == len(bench.diary.of("line-lost"))


def test_loss_of_a_fault_and_of_the_line_add_up_as_probabilities() -> None:
    """Either may strike: 1 - 0.9 x 0.8."""
    bench = Bench(LineQuality(loss=0.1), [Loss(on="*", rate=0.2)])
    assert within_binomial(MANY - len(bench.send(MANY)), 1 - 0.9 * 0.8)


def test_duplicates_and_late_comers_are_as_frequent_as_they_say() -> None:
    """A datagram may come twice, or be overtaken; nothing is lost by it."""
    bench = Bench(LineQuality(duplicate=0.05, reorder=0.08))
    arrived = bench.send(MANY)
    assert within_binomial(len(arrived) - MANY, 0.05)
    assert within_binomial(bench.line.reordered, 0.08)
    assert set(arrived) == set(range(MANY))
    assert arrived != sorted(arrived)


def test_delay_is_fixed_plus_a_lognormal_part() -> None:
    """The median of what exceeds the fixed delay is the jitter that was asked for."""
    bench = Bench(LineQuality(delay_ms=50, jitter_ms=20))
    bench.send(MANY, every_us=SECOND)
    late = sorted(message.at_us % SECOND for message in bench.recorder.carried)
    assert late[0] >= 50_000
    assert abs(late[MANY // 2] - 70_000) < 1_000


@given(st.integers(0, 2**32), st.integers(1, 200_000))
def test_a_stream_keeps_its_order_and_loses_nothing(seed: int, every_us: int) -> None:
    """Loss, jitter, outages and changing delays stall a stream; every message still arrives, once, in order."""
    quality = LineQuality(transport="stream", delay_ms=40, jitter_ms=40, loss=0.2, duplicate=0.5, reorder=0.5)
    faults: list[AnyFault] = [
        Delay(on="*", from_s=1, for_s=2, add_ms=800),
        Partition(on="*", from_s=2, for_s=3, mode="hold"),
        Delay(on="*", from_s=4, for_s=0.5, jitter_ms=500),
    ]
    assert Bench(quality, faults, seed).send(150, every_us) == list(range(150))


def test_a_stream_pays_for_loss_with_time() -> None:
    """A tenth of the messages waits for a retransmission of 200 ms, a hundredth for two, 600 ms."""
    bench = Bench(LineQuality(transport="stream", loss=0.1))
    bench.send(MANY, every_us=10 * SECOND)
    waits = [message.at_us % SECOND for message in bench.recorder.carried]
    assert within_binomial(sum(wait >= 200_000 for wait in waits), 0.1)
    assert within_binomial(sum(wait >= 600_000 for wait in waits), 0.01)


def test_a_stream_keeps_its_order_when_a_delay_ends() -> None:
    """What is sent on a line that is fast again waits behind what is still under way."""
    bench = Bench(LineQuality(transport="stream"), [Delay(on="*", for_s=0.5, add_ms=900)])
    assert bench.send(20, every_us=100_000) == list(range(20))


def test_a_cut_breaks_the_connection_inside_a_message() -> None:
    """The carrier is told at the very moment; what arrived of the message is its beginning; the next comes whole."""
    bench = Bench(LineQuality(transport="stream"), [Cut(on="*", from_s=1, for_s=1, rate=1.0)])
    for at in (0, 1, 2):
        call_later(bench.env, at * SECOND, bench.line.send, b"$GPRMC,whole")
    bench.env.run()
    first, part, last = bench.recorder.data
    assert first == last == b"$GPRMC,whole"
    assert first.startswith(part)
    assert bench.recorder.cuts == [(SECOND, "peer")]


def test_an_outage_drops_or_holds() -> None:
    """`drop` loses what is sent meanwhile; `hold` lets it out in one burst when the outage ends."""
    dropped = Bench(LineQuality(), [Partition(on="*", from_s=2, for_s=3)])
    assert dropped.send(8, SECOND) == [0, 1, 5, 6, 7]
    assert dropped.line.lost == 3
    held = Bench(LineQuality(), [Partition(on="*", from_s=2, for_s=3, mode="hold")])
    assert held.send(8, SECOND) == list(range(8))
    assert [message.at_us // SECOND for message in held.recorder.carried] == [0, 1, 5, 5, 5, 5, 6, 7]


def test_what_is_held_through_two_outages_comes_out_after_the_last() -> None:
    """An outage that joins another is one outage, and a line that is never mended keeps what it holds."""
    faults: list[AnyFault] = [
        Partition(on="*", from_s=1, for_s=2, mode="hold"),
        Partition(on="*", from_s=2, for_s=3, mode="hold"),
    ]
    bench = Bench(LineQuality(), faults)
    bench.send(2, SECOND)
    assert [message.at_us // SECOND for message in bench.recorder.carried] == [0, 5]
    for_good = Bench(LineQuality(), [Partition(on="*", mode="hold")])
    assert for_good.send(3) == []


def test_a_dropped_stream_comes_back_on_a_new_connection() -> None:
    """After an outage that loses, the first message is preceded by the break of the old connection."""
    bench = Bench(LineQuality(transport="stream"), [Partition(on="*", from_s=1, for_s=1)])
    assert bench.send(4, SECOND) == [0, 2, 3]
    assert bench.recorder.cuts == [(2 * SECOND, "peer")]
    bench.line.send(b"9")
    assert bench.recorder.data[-1] == b"9", "a mended line without trouble delivers at once again"


def test_up_is_what_a_modem_would_see() -> None:
    """Down exactly while an outage lasts."""
    bench = Bench(LineQuality(), [Partition(on="*", from_s=2, for_s=3)])
    seen = []
    for at in range(7):
        call_later(bench.env, at * SECOND, lambda: seen.append(bench.line.up))
    bench.env.run()
    assert seen == [True, True, False, False, False, True, True]


def test_what_exceeds_the_queue_is_refused() -> None:
    """However long the outage, a line never keeps more than it may, and says what it refused."""
    bench = Bench(LineQuality(queue=50), [Partition(on="*", for_s=1000, mode="hold")])
    assert bench.send(MANY) == list(range(50))
    assert bench.line.refused == MANY - 50 == len(bench.diary.of("line-refused"))


def test_bandwidth_is_a_queue_in_front_of_the_line() -> None:
    """A kilobyte a second: four messages of 500 bytes sent together arrive half a second apart."""
    bench = Bench(LineQuality(transport="stream", bandwidth_kbps=8))
    for _ in range(4):
        bench.line.send(b"x" * 500)
    bench.env.run()
    assert [message.at_us for message in bench.recorder.carried] == [500_000, 1_000_000, 1_500_000, 2_000_000]


def test_a_lost_request_and_a_lost_answer_look_alike() -> None:
    """With one third loss each way, four ninths are answered, and two thirds arrive."""
    bench = Bench(LineQuality(transport="request", loss=1 / 3))
    answers: list[bool] = []
    for number in range(MANY):
        call_later(bench.env, number * 1000, bench.line.post, b"x", answers.append)
    bench.env.run()
    assert within_binomial(len(bench.recorder.carried), 2 / 3)
    assert within_binomial(len(answers), 4 / 9)


def test_a_duplicated_request_is_answered_once() -> None:
    """The sender hears one answer, whatever the line did in between."""
    bench = Bench(LineQuality(transport="request", duplicate=1.0))
    answers: list[bool] = []
    bench.line.post(b"x", answers.append)
    bench.env.run()
    assert (len(bench.recorder.carried), answers) == (2, [True])


@given(st.binary(max_size=80), st.sampled_from(["any", "flip", "truncate", "insert"]), st.integers(0, 2**32))
def test_damage_changes_what_it_says(data: bytes, how: str, seed: int) -> None:
    """Flipping keeps the length, truncation shortens, insertion adds at most eight bytes, nothing stays nothing."""
    hurt = damaged(data, how, Random(seed))
    if not data:
        assert hurt == b""
    elif how == "flip":
        assert len(hurt) == len(data)
    elif how == "truncate":
        assert data.startswith(hurt)
        assert len(hurt) < len(data)
    elif how == "insert":
        assert 1 <= len(hurt) - len(data) <= 8


@pytest.mark.parametrize("transport", ["datagram", "stream", "request"])
def test_damage_strikes_every_transport(transport: str) -> None:
    """Half of all messages are damaged when half should be, streams included."""
    quality = msgspec.convert({"transport": transport}, LineQuality)
    bench = Bench(quality, [Damage(on="*", rate=0.5, how="flip")])
    bench.send(MANY)
    assert within_binomial(bench.line.damaged, 0.5)


@given(st.integers(0, 2**32), st.sampled_from(["datagram", "stream"]))
def test_every_message_is_accounted_for(seed: int, transport: str) -> None:
    """When nothing is under way any more, sent and duplicated are delivered, lost and refused."""
    quality = msgspec.convert(
        {
            "transport": transport,
            "delay_ms": 100,
            "loss": 0.1,
            "duplicate": 0.2,
            "reorder": 0.1,
            "damage": 0.1,
            "queue": 40,
        },
        LineQuality,
    )
    faults: list[AnyFault] = [
        Partition(on="*", from_s=0.1, for_s=0.2),
        Partition(on="*", from_s=0.2, for_s=0.2, mode="hold"),
        Cut(on="*", from_s=0.3, rate=0.1),
    ]
    bench = Bench(quality, faults, seed)
    bench.send(500)
    line = bench.line
    assert line.sent + line.duplicated == line.delivered + line.lost + line.refused == 500 + line.duplicated
    assert len(bench.recorder.carried) == line.delivered
    assert len(bench.recorder.cuts) == line.cuts
