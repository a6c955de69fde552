"""Clips as evidence: they play, and a changed byte names its group of pictures."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import av
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from center.cli import app
from center.core.effects import KeepClip
from center.core.events import SECOND, Micros
from center.relay import Clip, KeptFrame, KeptGop, Track, h264
from center.store.evidence import BOX, EvidenceError, Keeper, check
from tests.center.core.facts import when
from tests.center.relay.clips import clip

FILM = clip(frames=30, gop=10)
ASKED = KeepClip(
    id="k7.1",
    camera="gate",
    incident="i4.1",
    operator="ada",
    reason="the crash",
    asked_at=when(60),
    start=when(10),
    end=when(12),
)
BEGAN = 5_000_000
"""Where the relay's timeline stood when the clip begins: the camera has been open for a minute."""


def shown(*, source_behind_s: int = 3) -> Clip:
    """What a relay's ring holds of a real film: three groups of ten pictures, from a camera whose clock is behind."""
    sps, pps = (next(nal for nal in FILM.sets if nal[0] & 31 == kind) for kind in (7, 8))
    track = Track(h264.codec(sps), h264.configuration(sps, pps), width=FILM.width, height=FILM.height)
    frames = []
    for number, nals in enumerate(FILM.pictures):
        at = when(10) + number * 40_000
        pictures = [nal for nal in nals if nal[0] & 31 in (1, 5)]
        frames.append(
            KeptFrame(
                h264.sample(pictures),
                number % 10 == 0,
                at,
                at - source_behind_s * SECOND,
                BEGAN + number * 3600,
                0,
                3600,
            )
        )
    return Clip("gate", tuple(KeptGop(track, tuple(frames[first : first + 10])) for first in range(0, 30, 10)))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    keeper = Keeper(tmp_path / "clips", "Test Parish")
    keeper.keep(ASKED, shown(), when(61))
    return keeper.path("k7.1")


def test_it_plays_from_zero_with_every_picture(kept: Path) -> None:
    """FFmpeg's own reader and decoder: what stands behind the last picture does not disturb it."""
    with av.open(str(kept)) as file:
        stream = file.streams.video[0]
        pictures = [(frame.pts, frame.width, frame.height) for frame in file.decode(stream)]
        assert stream.time_base is not None
        ticks = [float(pts * stream.time_base) for pts, *_ in pictures if pts is not None]
    assert {(width, height) for _, width, height in pictures} == {(320, 180)}
    assert ticks == pytest.approx([number * 0.04 for number in range(30)])


def test_it_says_who_why_when_and_by_which_clock(kept: Path) -> None:
    manifest, faults = check(kept.read_bytes())
    assert faults == ()
    assert (manifest.camera, manifest.incident, manifest.operator, manifest.reason) == (
        *("gate", "i4.1", "ada", "the crash"),
    )
    assert (manifest.start_us, manifest.end_us, manifest.made_at_us) == (when(10), when(10) + 29 * 40_000, when(61))
    assert [group.pictures for group in manifest.groups] == [10, 10, 10]
    assert all(group.source_us == group.center_us - 3 * SECOND for group in manifest.groups)
    assert manifest.camera_clock == ""


@pytest.mark.parametrize(("without", "said"), [(3, "no camera clock"), (1, "no camera clock all the while")])
def test_a_film_that_tells_no_time_is_said_to(tmp_path: Path, without: int, said: str) -> None:
    """Nothing stands there that looks like a time of the camera's."""
    told = shown()
    silent = [
        replace(gop, frames=tuple(replace(frame, source=None) for frame in gop.frames)) for gop in told.gops[:without]
    ]
    keeper = Keeper(tmp_path / "clips", "Test Parish")
    keeper.keep(ASKED, replace(told, gops=(*silent, *told.gops[without:])), when(61))
    manifest, faults = check(keeper.path("k7.1").read_bytes())
    assert (faults, manifest.camera_clock) == ((), said)
    assert [group.source_us is None for group in manifest.groups] == [number < without for number in range(3)]


def test_every_changed_byte_is_noticed_and_names_its_group(kept: Path) -> None:
    """The first, last and a middle byte of every part of the file, and every byte of the manifest's box head: changed,
    each is told, and one in the pictures is told with its group and no other."""
    whole = kept.read_bytes()
    manifest, _ = check(whole)
    places = dict.fromkeys((0, 5, manifest.before[0] // 2, manifest.before[0] - 1), "the beginning")
    for number, group in enumerate(manifest.groups, 1):
        for at in (0, 8, 150, group.size // 2, group.size - 1):
            places[group.offset + at] = f"group {number} of 3 has been changed"
    box = whole.rfind(BOX) - 8
    assert box == manifest.groups[-1].offset + manifest.groups[-1].size
    step = max(1, (len(whole) - box) // 150)
    places |= dict.fromkeys((*range(box, box + 40), *range(box + 40, len(whole), step), len(whole) - 1), "")
    for at, what in places.items():
        changed = bytearray(whole)
        changed[at] ^= 0x01
        try:
            faults = check(bytes(changed)).faults
        except EvidenceError as error:
            faults = (str(error),)
        assert faults, f"byte {at} was changed and nobody noticed"
        if what:
            assert len(faults) == 1, faults
            assert faults[0].startswith(what), (at, faults)


def test_groups_cannot_be_taken_out_or_put_behind(kept: Path) -> None:
    whole = kept.read_bytes()
    first = check(whole).manifest.groups[0]
    cut = whole[: first.offset] + whole[first.offset + first.size :]
    assert any("group 1 of 3" in fault for fault in check(cut).faults)
    with pytest.raises(EvidenceError, match="something stands behind it"):
        check(whole + b"more")
    with pytest.raises(EvidenceError, match="its end is gone"):
        check(whole[: first.offset + first.size])


def test_another_center_cannot_sign_in_this_ones_name(kept: Path, tmp_path: Path) -> None:
    other = Keeper(tmp_path / "other", "Test Parish")
    other.keep(ASKED, shown(), when(61))
    ours = kept.with_name("signing.pub").read_text()
    assert check(kept.read_bytes(), ours).faults == ()
    (fault,) = check(other.path("k7.1").read_bytes(), ours).faults
    assert fault.startswith("it is signed with another key")


def test_the_key_is_made_once_and_nobody_else_may_read_it(kept: Path) -> None:
    key = kept.with_name("signing.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    Keeper(kept.parent, "Test Parish")
    assert key.read_bytes() == before


def test_keeping_twice_keeps_once_and_nothing_leaves_nothing(kept: Path) -> None:
    """After a restart the center asks again for what it does not know to be done."""
    keeper = Keeper(kept.parent, "Test Parish")
    data = kept.read_bytes()
    again = keeper.keep(ASKED, Clip("gate", (), "nothing is kept of that time"), Micros(when(99)))
    assert (again.size, again.start, kept.read_bytes()) == (len(data), when(10), data)
    other = KeepClip(**{name: getattr(ASKED, name) for name in ASKED.__struct_fields__} | {"id": "k8.1"})
    with pytest.raises(EvidenceError, match="nothing is kept of that time"):
        keeper.keep(other, Clip("gate", (), "nothing is kept of that time"), when(99))
    assert sorted(path.name for path in kept.parent.iterdir()) == ["k7.1.mp4", "signing.key", "signing.pub"]


def test_a_camera_that_changes_its_format_leaves_the_longer_part(tmp_path: Path) -> None:
    """A file holds one format; the manifest says that something is missing."""
    first, *others = shown().gops
    other = KeptGop(Track(first.track.codec, first.track.extra, width=640, height=360), first.frames)
    keeper = Keeper(tmp_path / "clips", "Test Parish")
    keeper.keep(ASKED, Clip("gate", (other, *others)), when(61))
    manifest, faults = check(keeper.path("k7.1").read_bytes())
    assert (len(manifest.groups), manifest.left_out, manifest.width, faults) == (2, 1, 320, ())


@pytest.mark.parametrize(("flip", "code", "words"), [(None, 0, "whole: 3 groups"), (20, 1, "group 2 of 3 has been")])
def test_center_verify_says_it_to_people_and_to_programs(flip: int | None, code: int, words: str, kept: Path) -> None:
    """0 whole, 1 changed, 2 no clip at all."""
    data = bytearray(kept.read_bytes())
    if flip is not None:
        data[check(bytes(data)).manifest.groups[1].offset + flip] ^= 0xFF
    path = kept.with_name("shown.mp4")
    path.write_bytes(data)
    key = str(kept.with_name("signing.pub"))
    result = CliRunner().invoke(app, ["verify", str(path), "--key", key])
    assert (result.exit_code, words in result.stdout) == (code, True), result.output
    told = json.loads(CliRunner().invoke(app, ["verify", str(path), "--json"]).stdout)
    assert told["whole"] == (flip is None)
    assert told["manifest"]["operator"] == "ada"


def test_what_is_no_clip_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0" * 100)
    result = CliRunner().invoke(app, ["verify", str(path)])
    assert result.exit_code == 2
    assert "holds no manifest" in result.stderr
