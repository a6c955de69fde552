"""Recordings that a full disk, a pulled plug or a bad sector has left behind."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from twin.recording import FLUSH_US, TRUTH, Recording, RecordingError, RunRecorder

MESSAGES = 300
FEW = 40
"""In four chunks: every part that a recording has, and small enough to end at every third byte."""


def recorded(path: Path, messages: int) -> bytes:
    """So many messages, and what the center learned of them."""
    recorder = RunRecorder(path, {"avl": ("nmea", "udp")})
    recorder.attach("run", {"scenario": "by-hand", "seed": 1})
    for number in range(messages):
        recorder.carried(number * 1_000_000, "avl", "127.0.0.1:5", f"$GPRMC,{number}".encode())
        recorder.happened(number * 1_000_000, b'{"kind":"moved"}')
    recorder.finish((number, number * 1_000_000, b'{"type":"UnitMoved"}') for number in range(messages))
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small recording: three hundred messages."""
    return recorded(tmp_path_factory.mktemp("whole") / "run.mcap", MESSAGES)


def read(path: Path, data: bytes) -> tuple[int, str]:
    """How many messages can be read, and what is said of the damage. Raises RecordingError."""
    path.write_bytes(data)
    recording = Recording(path)
    recording.read_about()
    count = sum(1 for _ in recording.messages()) + sum(1 for _ in recording.notes("/journal"))
    return count, recording.damage


def test_a_whole_recording_says_nothing_of_damage(whole: bytes, tmp_path: Path) -> None:
    assert read(tmp_path / "a.mcap", whole) == (2 * MESSAGES, "")


def test_a_recording_may_end_anywhere(tmp_path: Path) -> None:
    """What stands before the end is read, and the damage is told, not raised. Fails where only the errors are caught
    that the reader means to raise: a number that is cut in two is another one."""
    whole, path = recorded(tmp_path / "few.mcap", FEW), tmp_path / "a.mcap"
    for end in range(8, len(whole) - 8, 3):
        count, damage = read(path, whole[:end])
        assert count <= 2 * FEW
        assert damage.startswith(f"{path}: damaged behind message"), end
    with pytest.raises(RecordingError, match="not an MCAP file"):
        read(path, whole[:7])


def test_what_was_written_before_the_end_is_there_up_to_the_last_chunk(whole: bytes, tmp_path: Path) -> None:
    """Messages and truth, whole and in order; a chunk holds ten seconds of so few."""
    path, dice = tmp_path / "a.mcap", random.Random(2)
    seen: list[tuple[int, int]] = []
    for end in sorted(dice.randrange(8, len(whole)) for _ in range(60)):
        path.write_bytes(whole[:end])
        recording = Recording(path)
        messages = [message.data for message in recording.messages()]
        facts = [at_us for _, at_us, _ in recording.notes(TRUTH)]
        assert messages == [f"$GPRMC,{number}".encode() for number in range(len(messages))]
        assert facts == [number * 1_000_000 for number in range(len(facts))]
        assert abs(len(messages) - len(facts)) <= 1
        seen.append((end, len(messages)))
    assert seen[-1][1] == MESSAGES
    counts = sorted({count for _, count in seen})
    assert max(later - earlier for earlier, later in pairwise(counts)) <= 5 * FLUSH_US // 1_000_000, counts


def test_a_recording_may_hold_any_byte_in_any_place(whole: bytes, tmp_path: Path) -> None:
    """Checksums find it, or nobody needs it; it raises nothing."""
    dice, path = random.Random(1), tmp_path / "a.mcap"
    found = 0
    for _ in range(300):
        data = bytearray(whole)
        data[dice.randrange(8, len(data))] ^= 1 << dice.randrange(8)
        count, damage = read(path, bytes(data))
        assert count <= 2 * MESSAGES
        found += bool(damage)
    assert found > 100
