"""Sending until answered: the bounds of the box."""

from __future__ import annotations

from random import Random

from simpy import Environment

from tests.twin.devices.recorder import SECOND, Diary, Recorder
from twin.devices.carrier import Answered
from twin.devices.clock import call_later
from twin.devices.line import Line
from twin.devices.line_quality import REQUEST
from twin.devices.outbox import LIMIT, TRIES, Outbox


def test_a_full_box_gives_up_its_oldest() -> None:
    """However long nobody answers, no more than the limit is kept, and each message given up is logged."""
    env = Environment()
    recorder, diary = Recorder(env), Diary()
    recorder.deaf = True
    outbox = Outbox(env, Line(env, recorder, "lpr", "application/json", Random(1), REQUEST), "lpr/x", diary)
    for number in range(LIMIT + 30):
        outbox.post(f"m{number}", b"x")
    assert len(outbox) == LIMIT
    assert [entry["message"] for entry in diary.of("given-up")] == [f"m{number}" for number in range(30)]


def test_each_wait_is_twice_the_last_up_to_a_minute() -> None:
    """5, 10, 20, 40, 60, 60 … seconds, and then no more."""
    env = Environment()
    recorder = Recorder(env)
    recorder.deaf = True
    outbox = Outbox(env, Line(env, recorder, "lpr", "application/json", Random(1), REQUEST), "lpr/x")
    outbox.post("m", b"x")
    env.run()
    moments = [message.at_us // SECOND for message in recorder.carried]
    assert moments[:7] == [0, 5, 15, 35, 75, 135, 195]
    assert len(moments) == TRIES


class Slow(Recorder):
    """Answers everything, but only after seven seconds."""

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        self.send(link, peer, data)
        call_later(self._env, 7 * SECOND, answered, True)


def test_answers_to_both_sendings_settle_a_message_once() -> None:
    """The second answer finds nothing to settle, and settles nothing else."""
    env = Environment()
    recorder = Slow(env)
    outbox = Outbox(env, Line(env, recorder, "lpr", "application/json", Random(1), REQUEST), "lpr/x")
    outbox.post("m", b"x")
    env.run()
    assert (len(recorder.carried), outbox.answered, len(outbox)) == (2, 1, 0)


def test_a_late_answer_still_counts() -> None:
    """An answer to the first sending that comes after the second settles the message, once."""
    env = Environment()
    recorder = Recorder(env)
    recorder.deaf = True
    outbox = Outbox(env, Line(env, recorder, "lpr", "application/json", Random(1), REQUEST), "lpr/x")
    outbox.post("m", b"x")
    env.run(until=6 * SECOND)
    recorder.deaf = False
    env.run()
    assert (len(recorder.carried), outbox.answered, len(outbox)) == (3, 1, 0)
