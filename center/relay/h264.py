"""H.264 as it is carried (ITU-T H.264, ISO/IEC 14496-15): NAL units, parameter sets, what a decoder must be told first.

Knows: which NAL unit is what, the size of the picture from its sequence parameter set, and the record and codec name
that a player wants before the first picture.
Refuses to know: pictures. Nothing here changes a NAL unit or their order, and nothing raises.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from center.relay.bits import Bits, EndError, without_emulation

SLICE, IDR, SEI, SPS, PPS = 1, 5, 6, 7, 8
PICTURES = 0b111110
"""A bit for each type of NAL unit that is a part of a picture."""
SETS = 1 << SPS | 1 << PPS
MOST_PARAMETER_BYTES = 4096
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
MOST_SIDE = 16384


_length = struct.Struct(">I").pack


class Shape(NamedTuple):
    """What a sequence parameter set says of the picture."""

    width: int
    height: int
    macroblocks: int


def kind(nal: bytes) -> int:
    """nal_unit_type; 0, which no standard uses, for no bytes at all."""
    return nal[0] & 0x1F if nal else 0


def kinds(nals: Iterable[bytes]) -> int:
    """A bit for each type there is."""
    found = 0
    for nal in nals:
        found |= 1 << kind(nal)
    return found


def sample(nals: Sequence[bytes]) -> bytes:
    """The NAL units of one picture as a file holds them, each behind its length in four bytes."""
    parts: list[bytes] = []
    for nal in nals:
        parts += (_length(len(nal)), nal)
    return b"".join(parts)


def split_sample(data: bytes) -> list[bytes]:
    """The NAL units of a sample again; what is cut short is left out."""
    nals = []
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if not size or at + 4 + size > len(data):
            break
        nals.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return nals


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units between start codes (Annex B)."""
    nals = []
    begin = data.find(b"\x00\x00\x01")
    while begin >= 0:
        begin += 3
        end = data.find(b"\x00\x00\x01", begin)
        nal = data[begin:] if end < 0 else data[begin:end]
        if nal := nal.rstrip(b"\x00"):
            nals.append(nal)
        begin = end
    return nals


def configuration(sps: bytes, pps: bytes) -> bytes:
    """AVCDecoderConfigurationRecord (14496-15, 5.3.3.1) with lengths of four bytes."""
    head = bytes((1, sps[1], sps[2], sps[3], 0xFF, 0xE1))
    return head + len(sps).to_bytes(2, "big") + sps + b"\x01" + len(pps).to_bytes(2, "big") + pps


def configured(record: bytes) -> list[bytes]:
    """The parameter sets of an AVCDecoderConfigurationRecord; what is cut short is left out."""
    sets: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = record[at] & mask if at < len(record) else 0
        at += 1
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            if not size or at + 2 + size > len(record):
                return sets
            sets.append(record[at + 2 : at + 2 + size])
            at += 2 + size
    return sets


def codec(sps: bytes) -> str:
    """RFC 6381, as browsers are asked whether they play it."""
    return f"avc1.{sps[1:4].hex().upper()}"


def shape(sps: bytes) -> Shape | None:
    """None when it is not a sequence parameter set that makes sense."""
    if not 4 < len(sps) <= MOST_PARAMETER_BYTES or kind(sps) != SPS:
        return None
    bits = Bits(without_emulation(sps[1:]))
    try:
        return _shape(bits)
    except EndError:
        return None


def _shape(bits: Bits) -> Shape | None:
    """7.3.2.1.1, as far as the cropping."""
    profile = bits.take(8)
    bits.take(16)
    bits.unsigned()  # seq_parameter_set_id
    chroma, is_separate = 1, 0
    if profile in _WITH_CHROMA:
        chroma, is_separate = _chroma(bits)
    bits.unsigned()  # log2_max_frame_num_minus4
    order = bits.unsigned()
    if order == 0:
        bits.unsigned()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.unsigned(), 255)):
            bits.signed()
    bits.unsigned()  # max_num_ref_frames
    bits.take(1)
    across, down = bits.unsigned() + 1, bits.unsigned() + 1
    is_frames = bits.take(1)
    if not is_frames:
        bits.take(1)
        down *= 2
    bits.take(1)
    left = right = top = bottom = 0
    if bits.take(1):
        left, right, top, bottom = (bits.unsigned() for _ in range(4))
    unit_x, unit_y = (1 if is_separate else (1, 2, 2, 1)[chroma]), (1 if is_separate else (1, 2, 1, 1)[chroma])
    width = across * 16 - (left + right) * unit_x
    height = down * 16 - (top + bottom) * unit_y * (2 - is_frames)
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        return None
    return Shape(width, height, across * down)


def _chroma(bits: Bits) -> tuple[int, int]:
    """chroma_format_idc, separate_colour_plane_flag; skips the scaling lists behind them (7.3.2.1.1.1)."""
    chroma = bits.unsigned()
    if chroma > 3:
        raise EndError
    is_separate = bits.take(1) if chroma == 3 else 0
    bits.unsigned()
    bits.unsigned()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling(bits, 16 if number < 6 else 64)
    return chroma, is_separate


def _skip_scaling(bits: Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
