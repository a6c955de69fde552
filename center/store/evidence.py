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
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from center.core.effects import KeepClip
from center.relay import Clip, KeptGop
from center.relay.fmp4 import beginning, head

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
    `center_us` and `source_us` are the center's and the camera's clock at its first picture."""

    offset: int
    size: int
    pictures: int
    sha256: str
    chain: str
    center_us: int
    source_us: int | None = None


class Manifest(msgspec.Struct, frozen=True):
    """All that is said of a clip, signed as one. `before` is the size and digest of what stands before the first
    group; `left_out` counts groups in which the camera had another format."""

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


class Signed(msgspec.Struct, frozen=True):
    manifest: msgspec.Raw
    signature: str


class Keeper:
    """The folder of a site's clips, and its key."""

    def __init__(self, folder: Path, site: str, told: Callable[[str], None] = lambda _: None) -> None:
        """The key is made at the first start, readable by nobody else. Raises OSError, ValueError for a broken key."""
        self._folder = folder
        self._site = site
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "signing.key"
        if not path.exists():
            _make_key(path)
            told(f"clips are signed with a new key: {path.with_suffix('.pub')}")
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path}: not an Ed25519 key")
        self._key = key

    def path(self, clip: str) -> Path:
        return self._folder / f"{clip}.mp4"

    def keep(self, asked: KeepClip, shown: Clip, now: int) -> Written:
        """Write a clip and its manifest; a clip that is there already stays. Raises EvidenceError, OSError."""
        path = self.path(asked.id)
        if path.exists():
            return _known(path)
        groups = _of_one_format(shown.gops)
        if not groups:
            raise EvidenceError(shown.why or "nothing is kept of that time")
        track = groups[0].track
        first = beginning(track)
        bodies = list(_bodies(groups))
        rows = tuple(_rows(groups, bodies, len(first), _digest(first)))
        manifest = Manifest(
            v=VERSION,
            clip=asked.id,
            site=self._site,
            camera=asked.camera,
            incident=asked.incident,
            operator=asked.operator,
            reason=asked.reason,
            asked_at_us=asked.asked_at,
            made_at_us=now,
            asked_start_us=asked.start,
            asked_end_us=asked.end,
            start_us=groups[0].frames[0].at,
            end_us=groups[-1].frames[-1].at,
            codec=track.codec,
            width=track.width,
            height=track.height,
            before=(len(first), _digest(first)),
            groups=rows,
            left_out=len(shown.gops) - len(groups),
            key=_public(self._key.public_key()),
        )
        said = msgspec.json.encode(manifest)
        signed = msgspec.json.encode(Signed(msgspec.Raw(said), self._key.sign(said).hex()))
        data = b"".join((first, *bodies, (24 + len(signed)).to_bytes(4, "big"), b"uuid", BOX, signed))
        _write(path, data)
        return Written(manifest.start_us, manifest.end_us, len(data), _digest(data))


def _make_key(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    path.with_suffix(".pub").write_text(_public(key.public_key()) + "\n")


def _public(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


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


def _bodies(groups: Sequence[KeptGop]) -> Iterator[bytes]:
    """Each group's fragments. The file's timeline begins at zero, whenever the camera was opened."""
    number, zero = 0, groups[0].frames[0].decode
    for group in groups:
        parts: list[bytes] = []
        for frame in group.frames:
            number += 1
            decode = frame.decode - zero
            parts.append(head(len(frame.data), number, frame.at, decode, frame.shift, frame.duration, frame.is_key))
            parts.append(frame.data)
        yield b"".join(parts)


def _rows(groups: Sequence[KeptGop], bodies: Sequence[bytes], offset: int, chain: str) -> Iterator[Group]:
    for group, body in zip(groups, bodies, strict=True):
        digest = _digest(body)
        chain = _digest(f"{chain}{digest}".encode())
        first = group.frames[0]
        yield Group(offset, len(body), len(group.frames), digest, chain, first.at, first.source)
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
    if not _is_signed(manifest.key, said, signature):
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


def _is_signed(key: str, said: bytes, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said)
    except (ValueError, InvalidSignature):
        return False
    return True


def as_json(checked: Checked) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(msgspec.json.encode(checked.manifest))
    return {"whole": not checked.faults, "faults": list(checked.faults), "manifest": said}
