"""Recordings that a full disk, a pulled plug or a bad sector has left behind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from twin.recording import Recording, RecordingError, RunRecorder

MESSAGES = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small recording: three hundred messages, and what the center learned of them."""
    path = tmp_path_factory.mktemp("whole") / "run.mcap"
    recorder = RunRecorder(path, {"avl": ("nmea", "udp")})
    recorder.attach("run", {"scenario": "by-hand", "seed": 1})
    for number in range(MESSAGES):
        recorder.carried(number * 1_000_000, "avl", "127.0.0.1:5", f"$GPRMC,{number}".encode())
    recorder.finish(0, [], ((number, number * 1_000_000, b'{"type":"UnitMoved"}') for number in range(MESSAGES)))
    return path.read_bytes()


def read(path: Path, data: bytes) -> tuple[int, str]:
    """How many messages can be read, and what is said of the damage. Raises RecordingError."""
    path.write_bytes(data)
    recording = Recording(path)
    recording.read_about()
    count = sum(1 for _ in recording.messages()) + sum(1 for _ in recording.notes("/journal"))
    return count, recording.damage


def test_a_whole_recording_says_nothing_of_damage(whole: bytes, tmp_path: Path) -> None:
    assert read(tmp_path / "a.mcap", whole) == (2 * MESSAGES, "")


def test_a_recording_may_end_anywhere(whole: bytes, tmp_path: Path) -> None:
    """What stands before the end is read, and the damage is told, not raised. Fails where only the errors are caught
    that the reader means to raise: a number that is cut in two is another one."""
    path = tmp_path / "a.mcap"
    for end in range(8, len(whole) - 8, 7):
        count, damage = read(path, whole[:end])
        assert count <= 2 * MESSAGES
        assert damage.startswith(f"{path}: damaged behind message"), end
    with pytest.raises(RecordingError, match="not an MCAP file"):
        read(path, whole[:7])


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
