"""The sound of a clip: only what somebody was let hear, in its place, and no byte of it changes unnoticed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from center.core.effects import Heard, KeepClip
from center.core.events import SECOND
from center.relay import Clip, KeptFrame, KeptGop, Track
from center.store.evidence import Keeper, check
from tests.center.core.facts import when
from tests.center.store.test_evidence import ASKED, shown

OPUS = Track("opus", bytes((0, 1, 0, 0, 0, 0, 0xBB, 0x80, 0, 0, 0)), 48_000, channels=1)
AAC = Track("mp4a.40.2", bytes((0x12, 0x10)), 44_100, channels=2)


def leave(since: float, until: float, ticket: str = "t3.1") -> Heard:
    return Heard(ticket, "gate", "sue", "call", "i4.1", when(since), when(until))


def asked(*heard: Heard) -> KeepClip:
    return msgspec.structs.replace(ASKED, heard=heard)


def said(number: int) -> bytes:
    return b"\xf8sample %04d of what was said" % number  # begins as an Opus packet of 20 ms does


def sound(track: Track = OPUS, size: int = 960) -> Clip:
    """Three seconds of it, from one second before the pictures on; it comes 30 ms late, and at times later. Its
    timeline began long ago."""
    gops = []
    for number in range(3 * track.timescale // size):
        at = when(9) + number * size * SECOND // track.timescale + 30_000 * (1 + number % 3)
        frame = KeptFrame(said(number), True, at, None, 777_000 + number * size, 0, size)
        gops.append(KeptGop(track, (frame,)))
    return Clip("gate", tuple(gops))


def kept(folder: Path, ask: KeepClip, heard: Clip) -> Path:
    keeper = Keeper(folder, "Test Parish")
    keeper.keep(ask, shown(), when(61), heard)
    return keeper.path(ask.id)


def probed(path: Path) -> dict[str, tuple[str, float, float]]:
    """By kind of stream: its codec, where it begins, and how long the file is for it, as ffprobe sees it. That
    it cannot decode what is no sound does not matter here."""
    words = ("-v", "fatal", "-show_entries", "stream=codec_name,codec_type,start_time,duration", "-of", "json")
    made = subprocess.run(["ffprobe", *words, str(path)], capture_output=True, check=True, text=True)
    streams = json.loads(made.stdout)["streams"]
    return {one["codec_type"]: (one["codec_name"], float(one["start_time"]), float(one["duration"])) for one in streams}


@pytest.mark.parametrize(("track", "size", "codec"), [(OPUS, 960, "opus"), (AAC, 1024, "aac")])
def test_both_tracks_begin_and_end_together(track: Track, size: int, codec: str, tmp_path: Path) -> None:
    """Within a picture's time, though each timeline began at another moment; the manifest says whose sound it is, and
    by whose leave."""
    path = kept(tmp_path, asked(leave(2, 60)), sound(track, size))
    found = probed(path)
    assert {kind: name for kind, (name, *_) in found.items()} == {"video": "h264", "audio": codec}
    assert found["audio"][1:] == pytest.approx(found["video"][1:], abs=0.04)
    manifest, faults = check(path.read_bytes())
    assert faults == ()
    assert manifest.sound is not None
    assert (manifest.sound.camera, manifest.sound.heard) == ("gate", (leave(2, 60),))
    assert manifest.sound.codec == track.codec
    assert manifest.sound.samples == sum(group.sounds for group in manifest.groups)


def test_where_nobody_was_let_listen_no_sound_is_in_the_clip(tmp_path: Path) -> None:
    """Whatever sound there is: without leave, and with leave for another time."""
    for folder, ask in (("never", asked()), ("later", asked(leave(20, 40)))):
        path = kept(tmp_path / folder, ask, sound())
        assert list(probed(path)) == ["video"]
        data = path.read_bytes()
        assert check(data).manifest.sound is None
        assert b"of what was said" not in data


def test_of_what_was_said_only_the_time_of_the_leave_is_kept(tmp_path: Path) -> None:
    """Two times with a silence between them: each sample stands where it was said."""
    times = (leave(10.2, 10.5), leave(10.8, 11.0, "t4.1"), leave(30, 40, "t5.1"))
    path = kept(tmp_path, asked(*times), sound())
    data = path.read_bytes()
    inside = [
        number
        for number, gop in enumerate(sound().gops)
        if any(time.since <= gop.frames[0].at < time.until for time in times)
    ]
    assert len(inside) in range(24, 27)
    assert [number for number in range(150) if said(number) in data] == inside
    manifest, faults = check(data)
    assert faults == ()
    assert manifest.sound is not None
    assert [time.ticket for time in manifest.sound.heard] == ["t3.1", "t4.1"]
    assert probed(path)["audio"][1] == pytest.approx(0.02 * (inside[0] - 50), abs=0.04)


def test_a_changed_byte_of_sound_names_its_group(tmp_path: Path) -> None:
    data = kept(tmp_path, asked(leave(2, 60)), sound()).read_bytes()
    groups = check(data).manifest.groups
    for number, group in enumerate(groups, 1):
        at = data.rindex(b"of what was said", group.offset, group.offset + group.size)
        changed = bytearray(data)
        changed[at] ^= 0x01
        assert check(bytes(changed)).faults == (f"group {number} of {len(groups)} has been changed",)
