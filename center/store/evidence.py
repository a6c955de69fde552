"""Clips as evidence: an MP4 that any player plays, and that nobody can change unnoticed.

Knows: how groups of pictures become a file, the chain of their digests, the key that signs it, and how a file is
checked against all that (docs/video.md).
Refuses to know: where pictures come from, who asked, and whether they may.

The manifest is the file's last box (`uuid`, ISO/IEC 14496-12, 11.1), which players pass over: what proves a clip cannot
be parted from it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from center.core.effects import Heard, KeepClip, ReleaseClip
from center.relay import Clip, KeptFrame, KeptGop
from center.relay.fmp4 import beginning, head, of_track
from center.store.clip_sound import Beside, beside
from center.store.signing import SigningKey, is_signed

BOX = bytes.fromhex("7274636365766964656e6365636c6970")
"""Names our box among all `uuid` boxes: "rtccevidenceclip"."""
MAX_MANIFEST_BYTES = 16 * 1024 * 1024
VERSION = 1


class EvidenceError(ValueError):
    """There is nothing to be kept, or nothing that could be checked; the message says why."""


class Written(NamedTuple):
    """A clip on disk. `start` and `end`: the center's clock at its first and its last picture."""

    start: int
    end: int
    size: int
    sha256: str


class Group(msgspec.Struct, frozen=True):
    """One group of pictures as it stands in the file. `chain` is the digest of the chain before it and `sha256`;
    `center_us` and `source_us` are the center's and the camera's clock at its first picture. Behind its pictures stand
    `sounds` samples of sound."""

    offset: int
    size: int
    pictures: int
    sha256: str
    chain: str
    center_us: int
    source_us: int | None = None
    sounds: int = 0


class Sound(msgspec.Struct, frozen=True):
    """The clip's second track: whose sound it is, its first and last sample by the center's clock, and by which tickets
    to listen it was heard. `left_out` counts samples of another format."""

    camera: str
    codec: str
    rate_hz: int
    channels: int
    samples: int
    start_us: int
    end_us: int
    left_out: int
    heard: tuple[Heard, ...]


class Given(msgspec.Struct, frozen=True):
    """What an owner said of a clip of theirs, word for word, with their signature and its key (hexadecimal); the
    center's, where they said it on its page."""

    said: str
    signature: str
    key: str


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is said of a clip, signed as one. `before` is the size and digest of what stands before the first
    group; `left_out` counts groups in which the camera had another format. `given`: it is an owner's own file, as it
    came, as one group. `is_from_camera`: it is what the camera itself had kept. `camera_clock` says so where the camera
    told no time, or not all the while; then `source_us` is missing there."""

    v: int
    clip: str
    site: str
    camera: str
    incident: str
    operator: str
    reason: str
    asked_at_us: int
    made_at_us: int
    asked_start_us: int
    asked_end_us: int
    start_us: int
    end_us: int
    codec: str
    width: int
    height: int
    before: tuple[int, str]
    groups: tuple[Group, ...]
    left_out: int
    key: str
    given: Given | None = None
    is_from_camera: bool = False
    camera_clock: str = ""
    sound: Sound | None = None


class Signed(msgspec.Struct, frozen=True):
    manifest: msgspec.Raw
    signature: str


class Keeper:
    """The folder of a site's clips, and its key."""

    def __init__(
        self, folder: Path, site: str, told: Callable[[str], None] = lambda _: None, seed: bytes | None = None
    ) -> None:
        """The key is made at the first start, readable by nobody else; of 32 bytes `seed`, where the same run must give
        the same files. Raises OSError, ValueError for a broken key."""
        self._folder = folder
        self._site = site
        self._key = SigningKey(folder, seed)
        if self._key.is_new:
            told(f"clips are signed with a new key: {self._key.path.with_suffix('.pub')}")

    def path(self, clip: str) -> Path:
        return self._folder / f"{clip}.mp4"

    def given(self, said: str) -> Given:
        """What somebody has said here who has no key of their own."""
        return Given(said, self._key.sign(said.encode()), self._key.public)

    def keep(self, asked: KeepClip, shown: Clip, now: int, heard: Clip | None = None) -> Written:
        """Write a clip and its manifest; a clip that is there already stays. `heard`: the sound there is; of it only
        what `asked` lets be heard is written. Raises EvidenceError, OSError."""
        path = self.path(asked.id)
        if path.exists():
            return _known(path)
        groups = _of_one_format(shown.gops)
        if not groups:
            raise EvidenceError(shown.why or "nothing is kept of that time")
        track = groups[0].track
        spoken = _of_one_format(heard.gops) if heard is not None else []
        second = beside(groups, spoken, asked.heard)
        first = beginning(track, second.track) if second else beginning(track)
        sounds = second.by_group if second else ((),) * len(groups)
        bodies = list(_bodies(groups, sounds))
        rows = tuple(_rows(groups, sounds, bodies, len(first), _digest(first)))
        manifest = Manifest(
            **self._said(asked, now),
            start_us=groups[0].frames[0].at,
            end_us=groups[-1].frames[-1].at,
            codec=track.codec,
            width=track.width,
            height=track.height,
            before=(len(first), _digest(first)),
            groups=rows,
            left_out=len(shown.gops) - len(groups),
            is_from_camera=shown.is_from_camera,
            camera_clock=_clock_of(groups),
            sound=_sound(second, len(heard.gops) - len(spoken)) if heard and second else None,
        )
        return self._signed(path, (first, *bodies), manifest)

    def take(self, asked: ReleaseClip, data: bytes, given: Given, now: int) -> Written:
        """Keep an owner's file as it came, with a manifest behind it. Raises OSError."""
        path = self.path(asked.id)
        if path.exists():
            return _known(path)
        nothing, whole = _digest(b""), _digest(data)
        group = Group(0, len(data), 0, whole, _digest(f"{nothing}{whole}".encode()), asked.start)
        manifest = Manifest(
            **self._said(asked, now),
            start_us=asked.start,
            end_us=asked.end,
            codec=asked.codec,
            width=asked.width,
            height=asked.height,
            before=(0, nothing),
            groups=(group,),
            left_out=0,
            given=given,
        )
        return self._signed(path, (data,), manifest)

    def _said(self, asked: KeepClip | ReleaseClip, now: int) -> dict[str, Any]:
        """What every manifest says: who asked for what, when and why, and whose key it is."""
        return {
            "v": VERSION,
            "clip": asked.id,
            "site": self._site,
            "camera": asked.camera,
            "incident": asked.incident,
            "operator": asked.operator,
            "reason": asked.reason,
            "asked_at_us": asked.asked_at,
            "made_at_us": now,
            "asked_start_us": asked.start,
            "asked_end_us": asked.end,
            "key": self._key.public,
        }

    def _signed(self, path: Path, parts: Sequence[bytes], manifest: Manifest) -> Written:
        said = msgspec.json.encode(manifest)
        signed = msgspec.json.encode(Signed(msgspec.Raw(said), self._key.sign(said)))
        data = b"".join((*parts, (24 + len(signed)).to_bytes(4, "big"), b"uuid", BOX, signed))
        _write(path, data)
        return Written(manifest.start_us, manifest.end_us, len(data), _digest(data))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Whole, or not at all."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _known(path: Path) -> Written:
    data = path.read_bytes()
    manifest = _opened(data)[0]
    return Written(manifest.start_us, manifest.end_us, len(data), _digest(data))


def _of_one_format(gops: Sequence[KeptGop]) -> list[KeptGop]:
    """A file holds one format: where a camera changed it, the part that lasted longest."""
    runs: list[list[KeptGop]] = []
    for gop in gops:
        if not gop.frames:
            continue
        if runs and runs[-1][0].track == gop.track:
            runs[-1].append(gop)
        else:
            runs.append([gop])
    return max(runs, key=len, default=[])


def _clock_of(groups: Sequence[KeptGop]) -> str:
    """What is to be said of the camera's clock where it is not with every group."""
    tells = [group.frames[0].source is not None for group in groups]
    return "" if all(tells) else "no camera clock all the while" if any(tells) else "no camera clock"


def _sound(second: Beside, left_out: int) -> Sound:
    track, samples = second.track, second.samples
    return Sound(
        camera=second.heard[0].camera,
        codec=track.codec,
        rate_hz=track.timescale,
        channels=track.channels,
        samples=len(samples),
        start_us=samples[0].at,
        end_us=samples[-1].at,
        left_out=left_out,
        heard=second.heard,
    )


def _bodies(groups: Sequence[KeptGop], sounds: Sequence[Sequence[KeptFrame]]) -> Iterator[bytes]:
    """Each group's fragments, pictures before sound. The file's timeline begins at zero, whenever the camera was
    opened."""
    number, zero = 0, groups[0].frames[0].decode
    for group, spoken in zip(groups, sounds, strict=True):
        parts: list[bytes] = []
        for frame in group.frames:
            number += 1
            decode = frame.decode - zero
            parts.append(head(len(frame.data), number, frame.at, decode, frame.shift, frame.duration, frame.is_key))
            parts.append(frame.data)
        for one in spoken:
            number += 1
            parts.append(of_track(head(len(one.data), number, one.at, one.decode, 0, one.duration, True), 2))
            parts.append(one.data)
        yield b"".join(parts)


def _rows(
    groups: Sequence[KeptGop],
    sounds: Sequence[Sequence[KeptFrame]],
    bodies: Sequence[bytes],
    offset: int,
    chain: str,
) -> Iterator[Group]:
    for group, spoken, body in zip(groups, sounds, bodies, strict=True):
        digest = _digest(body)
        chain = _digest(f"{chain}{digest}".encode())
        first = group.frames[0]
        yield Group(offset, len(body), len(group.frames), digest, chain, first.at, first.source, len(spoken))
        offset += len(body)


# --- checking ---------------------------------------------------------------------------------------------------------


class Checked(NamedTuple):
    """What a file says of itself, and all that is wrong with it, a sentence each; nothing is wrong with a whole one."""

    manifest: Manifest
    faults: tuple[str, ...]


def check(data: bytes, key: str | None = None) -> Checked:
    """Check a clip, and that it is signed by `key` (hexadecimal) where one is given. Raises EvidenceError for what
    holds no manifest at all, or one that cannot be read any more."""
    manifest, said, signature, start = _opened(data)
    faults: list[str] = []
    if not is_signed(manifest.key, said, signature):
        faults.append("the manifest is not what was signed")
    if key is not None and key.strip().lower() != manifest.key:
        faults.append(f"it is signed with another key, {manifest.key}")
    size, digest = manifest.before
    if _digest(data[:size]) != digest:
        faults.append("the beginning, before the first group, has been changed")
    chain, end = digest, size
    for number, group in enumerate(manifest.groups, 1):
        name = f"group {number} of {len(manifest.groups)}"
        found = _digest(data[group.offset : group.offset + group.size])
        if found != group.sha256:
            faults.append(f"{name} has been changed")
        chain = _digest(f"{chain}{group.sha256}".encode())
        if chain != group.chain or group.offset != end:
            faults.append(f"{name} does not follow the one before it")
        end = group.offset + group.size
    if end != start:
        faults.append(f"{start - end} bytes stand between the last group and the manifest")
    return Checked(manifest, tuple(faults))


def _opened(data: bytes) -> tuple[Manifest, bytes, str, int]:
    """The manifest, its bytes, its signature, and where its box begins. Raises EvidenceError."""
    start = data.rfind(BOX) - 8
    if start < 0:
        raise EvidenceError("it holds no manifest: it is no clip of a center, or its end is gone")
    size = int.from_bytes(data[start : start + 4], "big")
    if size > MAX_MANIFEST_BYTES or data[start + 4 : start + 8] != b"uuid" or start + size != len(data):
        raise EvidenceError("the box that holds the manifest has been changed, or something stands behind it")
    try:
        signed = msgspec.json.decode(data[start + 24 :], type=Signed)
        said = bytes(signed.manifest)
        return msgspec.json.decode(said, type=Manifest), said, signed.signature, start
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EvidenceError("the manifest has been changed: it cannot be read any more") from error


def as_json(checked: Checked) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(msgspec.json.encode(checked.manifest))
    return {"whole": not checked.faults, "faults": list(checked.faults), "manifest": said}
