"""The system that drops hotlists: schedule, names, and spoiled files."""

from __future__ import annotations

from random import Random

from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Diary, Recorder
from twin.devices.faults import AnyFault, EmptyList, HalfWritten, Partition, ShrunkList, Silent, StaleList
from twin.devices.hotlist_server import HotlistServer
from twin.devices.line import Line
from twin.devices.things import Listing

HOUR = 3600 * SECOND
CARS = [Listing(f"{number:03d}ABC", "LA") for number in range(200)]


class Bureau:
    """A list of 200 cars every twelve hours; a car more is wanted from the second hour on."""

    def __init__(self, faults: list[AnyFault] | None = None, line_faults: list[AnyFault] | None = None) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self.diary = Diary()
        line = Line(self.env, self.recorder, "hotlist", "", Random(1), faults=line_faults or [])
        self.server = HotlistServer(
            self.env, "hotlist/state", self.listings, line, Random(2), epoch=EPOCH, first_us=HOUR, faults=faults or [],
            log=self.diary,
        )  # fmt: skip

    def listings(self, now_us: int) -> list[Listing]:
        return [*CARS, Listing("777XYZ", "LA")] if now_us >= 2 * HOUR else CARS

    def run(self, hours: int) -> list[bytes]:
        self.env.run(until=hours * HOUR)
        return self.recorder.data


def lines(data: bytes) -> list[str]:
    return data.decode().splitlines()


def test_versions_come_on_schedule_under_their_own_names() -> None:
    """At one o'clock and at thirteen, each as wanted at that moment, named after its version."""
    bureau = Bureau()
    first, second = bureau.run(24)
    assert [message.peer for message in bureau.recorder.carried] == [
        "state-20260301T010000Z.csv",
        "state-20260301T130000Z.csv",
    ]
    assert lines(first)[0] == "#VERSION,20260301T010000Z"
    assert (lines(first)[-1], lines(second)[-1]) == ("#END,200", "#END,201")


def test_an_urgent_list_does_not_wait() -> None:
    """Written out of turn it holds what is wanted now, and the schedule goes on."""
    bureau = Bureau()
    bureau.run(3)
    bureau.server.write()
    assert lines(bureau.recorder.data[-1])[-1] == "#END,201"
    assert len(bureau.run(24)) == 3


def test_a_half_written_file_has_no_end() -> None:
    """It breaks off somewhere; when its writer finishes, the whole file comes under the same name."""
    (torn,) = Bureau([HalfWritten(on="*")]).run(12)
    bureau = Bureau([HalfWritten(on="*", finish_after_s=30)])
    half, whole = bureau.run(12)
    assert not lines(torn)[-1].startswith("#END")
    assert whole.startswith(half)
    assert len(half) < len(whole) * 3 // 4
    assert lines(whole)[-1] == "#END,200"
    assert len({message.peer for message in bureau.recorder.carried}) == 1


def test_empty_and_shrunk_lists_look_like_lists() -> None:
    """No bytes, a list of none, a tenth of the list: each but the first with an end that agrees with it."""
    assert Bureau([EmptyList(on="*")]).run(12) == [b""]
    assert lines(Bureau([EmptyList(on="*", trailer=True)]).run(12)[0])[-1] == "#END,0"
    (shrunk,) = Bureau([ShrunkList(on="*", keep=0.1)]).run(12)
    assert lines(shrunk)[-1] == "#END,20"
    assert len(lines(shrunk)) == 24


def test_a_stale_list_is_the_old_one_again() -> None:
    """The car that is wanted since is not on it: the old file under the old name, or, restamped, under a new one. What
    was missing comes when the fault is over."""
    again = Bureau([StaleList(on="*", from_s=7200, for_s=60_000)])
    first, second = again.run(24)
    assert second == first
    assert len({message.peer for message in again.recorder.carried}) == 1
    restamped = Bureau([StaleList(on="*", from_s=7200, for_s=60_000, restamped=True)])
    first, second, third = restamped.run(26)
    assert lines(second)[0] == "#VERSION,20260301T130000Z"
    assert lines(second)[2:] == lines(first)[2:]
    assert "777XYZ" not in second.decode()
    assert "777XYZ" in third.decode()
    assert [entry["whole"] for entry in restamped.diary.of("hotlist-written")] == [True, False, True]


def test_the_log_says_which_versions_were_whole() -> None:
    """The truth by which a center that took a spoiled list is judged."""
    bureau = Bureau([ShrunkList(on="*", for_s=7200)])
    bureau.run(24)
    assert [entry["whole"] for entry in bureau.diary.of("hotlist-written")] == [False, True]
    assert (bureau.server.written, bureau.server.spoiled) == (2, 1)


def test_no_list_comes_from_a_silent_system_or_through_an_outage() -> None:
    """The list in use only grows old."""
    assert Bureau([Silent(on="*")]).run(24) == []
    assert Bureau(line_faults=[Partition(on="*")]).run(24) == []
