"""The camera's own clock: as its reports say, else where it stands in the stream, in SEI messages of H.264 and H.265.

Knows: two messages that hold a date and a time, MISB ST 0604's and that of docs/cameras.md, each with the same bytes in
both (user_data_unregistered: D.1 of H.264, D.2.7 of H.265).
Refuses to know: timecodes without a date (H.264's pic_timing, H.265's time_code): hours since some midnight are no
time. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from center.relay import h264, h265
from center.relay.bits import without_emulation
from center.relay.media import Frame, Track

_UNREGISTERED = 5
_MISP = b"MISPmicrosectime"
_CAMERAS = bytes.fromhex("0088c13170994b8493832faf4372a394")
_MOST_MESSAGES = 16
_MOST_US = 1 << 62


def source_us(frame: Frame, track: Track) -> int | None:
    """When it was by the camera's clock, in microseconds since 1970 UTC; None where it tells no time."""
    if frame.report is not None:
        return frame.report.at(frame.ts)
    if track.codec.startswith("avc1") and frame.kinds & 1 << h264.SEI:
        return of_h264(h264.split_sample(bytes(frame.sample)))
    if track.codec.startswith("hvc1") and frame.kinds & h265.OF_SEI:
        return of_h265(h264.split_sample(bytes(frame.sample)))
    return None


def of_h264(parts: Iterable[bytes]) -> int | None:
    """Microseconds since 1970 UTC, from a picture's NAL units; None where none of them says so."""
    return _first(part[1:] for part in parts if h264.kind(part) == h264.SEI)


def of_h265(parts: Iterable[bytes]) -> int | None:
    """As `of_h264`. The messages may also stand behind the picture."""
    return _first(part[2:] for part in parts if h265.OF_SEI >> h265.kind(part) & 1)


def _first(beside: Iterable[bytes]) -> int | None:
    for one in beside:
        for said in _unregistered(without_emulation(one)):
            found = _moment(said[:16], said[16:])
            if 0 < found < _MOST_US:
                return found
    return None


def _moment(name: bytes, said: bytes) -> int:
    """0 for what is no clock."""
    if name == _MISP and len(said) >= 12 and said[3] == said[6] == said[9] == 0xFF:
        return int.from_bytes(said[1:3] + said[4:6] + said[7:9] + said[10:12], "big")
    if name == _CAMERAS and len(said) >= 14 and said[0] == 1:
        return int.from_bytes(said[6:14], "big")
    return 0


def _unregistered(data: bytes) -> Iterator[bytes]:
    """The payloads of user_data_unregistered (sei_message: 7.3.2.3.1 of H.264, 7.3.5 of H.265); what is cut short is
    left out."""
    at = 0
    for _ in range(_MOST_MESSAGES):
        what, at = _number(data, at)
        size, at = _number(data, at)
        if at + size > len(data):
            return
        if what == _UNREGISTERED:
            yield data[at : at + size]
        at += size


def _number(data: bytes, at: int) -> tuple[int, int]:
    """One that is written as so many 255s and a rest, and where it ends: behind the data when it is cut short."""
    value = 0
    while at < len(data) and data[at] == 0xFF:
        value, at = value + 0xFF, at + 1
    return (value + data[at], at + 1) if at < len(data) else (0, len(data) + 1)
