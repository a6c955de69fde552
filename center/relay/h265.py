"""H.265 as it is carried (ITU-T H.265, ISO/IEC 14496-15): what a decoder must be told first.

Knows: which NAL unit is what, the size of the picture, and the record and codec name that a player wants.
Refuses to know: pictures. Nothing here changes a NAL unit or their order, and nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from center.relay.bits import Bits, EndError, without_emulation
from center.relay.h264 import MOST_PARAMETER_BYTES, MOST_SIDE
from center.relay.media import Track

VPS, SPS, PPS, SEI, SEI_BEHIND = 32, 33, 34, 39, 40
SETS = (VPS, SPS, PPS)
PICTURES, OF_SETS, OF_SEI = (1 << VPS) - 1, 1 << VPS | 1 << SPS | 1 << PPS, 1 << SEI | 1 << SEI_BEHIND
"""A bit for each type of NAL unit that is a part of a picture; of SETS; that holds messages beside a picture."""
_PROFILE_AT, _PROFILE_BYTES = 3, 12


def kind(nal: bytes) -> int:
    """nal_unit_type (7.3.1.2); 63, which is for private use, for too few bytes."""
    return nal[0] >> 1 & 0x3F if len(nal) > 2 else 63


def kinds(nals: Iterable[bytes]) -> int:
    """A bit for each type there is."""
    found = 0
    for nal in nals:
        found |= 1 << kind(nal)
    return found


def is_key(nals: Iterable[bytes]) -> bool:
    """Whether a decoder may begin here: an IRAP picture."""
    return any(16 <= kind(nal) <= 21 for nal in nals)


def track(sets: Sequence[bytes]) -> Track | None:
    """From the parameter sets VPS, SPS, PPS; None when they make no sense."""
    sps = without_emulation(sets[1])
    if len(sps) < _PROFILE_AT + _PROFILE_BYTES + 2 or len(sps) > MOST_PARAMETER_BYTES:
        return None
    try:
        chroma, width, height, luma, colour = _shape(sps)
    except EndError:
        return None
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and chroma < 4 and luma < 8 and colour < 8):
        return None
    profile = sps[_PROFILE_AT : _PROFILE_AT + _PROFILE_BYTES]
    head = bytes((1,)) + profile + bytes((0xF0, 0, 0xFC, 0xFC | chroma, 0xF8 | luma, 0xF8 | colour, 0, 0, 0x0F, 3))
    arrays = [bytes((0x80 | kind(one), 0, 1)) + len(one).to_bytes(2, "big") + one for one in sets]
    return Track(_codec(profile), head + b"".join(arrays), width=width, height=height)


def configured(record: bytes) -> list[bytes]:
    """The parameter sets of an HEVCDecoderConfigurationRecord; what is cut short is left out."""
    sets: list[bytes] = []
    at = 23
    for _ in range(record[22] if len(record) > 22 else 0):
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            if not size or at + 2 + size > len(record):
                return sets
            sets.append(record[at + 2 : at + 2 + size])
            at += 2 + size
    return sets


def _codec(profile: bytes) -> str:
    """14496-15, E.3."""
    space = ("", "A", "B", "C")[profile[0] >> 6]
    compatible = int(f"{int.from_bytes(profile[1:5], 'big'):032b}"[::-1], 2)
    tier = "H" if profile[0] & 0x20 else "L"
    constraints = "".join(f".{byte:X}" for byte in profile[5:11].rstrip(b"\0"))
    return f"hvc1.{space}{profile[0] & 0x1F}.{compatible:X}.{tier}{profile[11]}{constraints}"


def _shape(sps: bytes) -> tuple[int, int, int, int, int]:
    """chroma_format_idc, width, height, and the bit depths above eight (7.3.2.2.1). Raises EndError."""
    layers = sps[2] >> 1 & 7
    bits = Bits(sps[_PROFILE_AT + _PROFILE_BYTES :])
    if layers:
        present = [bits.take(2) for _ in range(8)][:layers]
        for one in present:
            bits.take(88 * (one >> 1) + 8 * (one & 1))
    bits.unsigned()  # sps_seq_parameter_set_id
    chroma = bits.unsigned()
    if chroma == 3:
        bits.take(1)
    width, height = bits.unsigned(), bits.unsigned()
    if bits.take(1):
        left, right, top, bottom = (bits.unsigned() for _ in range(4))
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1)
    return chroma, width, height, bits.unsigned(), bits.unsigned()
