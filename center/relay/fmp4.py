"""Fragmented MP4 (ISO/IEC 14496-12, 14496-15), one picture a fragment.

Knows: the boxes that a browser or a file needs, and that every fragment's head is equally long, so that a page finds
the picture in it without looking.
Refuses to know: sockets, cameras, and what is in a picture.

A fragment is `prft` (when the center had it), `moof` and `mdat`; the sample begins HEAD_BYTES after its start. One
track a file, whose number is 1.
"""

from __future__ import annotations

import struct

from center.relay.media import Track

HEAD_BYTES = 144
_NTP_EPOCH_S = 2_208_988_800
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
_HEAD = struct.Struct(">I4sIIQQ I4s I4sII I4s I4sII I4sIQ I4sIIIIIIi I4s")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, version_flags: int, *parts: bytes) -> bytes:
    return box(name, struct.pack(">I", version_flags), *parts)


def head(size: int, number: int, at: int, decode: int, shift: int, duration: int, is_key: bool) -> bytes:
    """What stands before a sample of `size` bytes. `at`: microseconds UTC when the center had it; `decode`, `shift`
    (from decoding to showing) and `duration` in the track's units."""
    seconds, micros = divmod(at, 1_000_000)
    ntp = (seconds + _NTP_EPOCH_S & 0xFFFFFFFF) << 32 | (micros << 32) // 1_000_000
    return _HEAD.pack(
        *(32, b"prft", 0x01000002, 1, ntp, decode),
        *(104, b"moof", 16, b"mfhd", 0, number & 0xFFFFFFFF),
        *(80, b"traf", 16, b"tfhd", 0x020000, 1),
        *(20, b"tfdt", 0x01000000, decode),
        *(36, b"trun", 0x01000F01, 1, 112, duration, size, _SYNC if is_key else _NOT_SYNC, shift),
        *(8 + size, b"mdat"),
    )


def beginning(track: Track) -> bytes:
    """`ftyp` and `moov`: what a player must have before any fragment."""
    media = box(
        b"mdia",
        _full(b"mdhd", 0, struct.pack(">IIIIHH", 0, 0, track.timescale, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, struct.pack(">I4s12x", 0, b"vide" if track.is_video else b"soun"), b"center\0"),
        box(
            b"minf",
            _full(b"vmhd", 1, bytes(8)) if track.is_video else _full(b"smhd", 0, bytes(4)),
            box(b"dinf", _full(b"dref", 0, struct.pack(">I", 1), _full(b"url ", 1))),
            box(
                b"stbl",
                _full(b"stsd", 0, struct.pack(">I", 1), _entry(track)),
                *(_full(name, 0, bytes(4)) for name in (b"stts", b"stsc", b"stco")),
                _full(b"stsz", 0, bytes(8)),
            ),
        ),
    )
    shown = struct.pack(">II", track.width << 16, track.height << 16)
    volume = 0 if track.is_video else 0x0100
    tkhd = _full(b"tkhd", 3, struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, 0, 0, 0, volume, 0), _MATRIX, shown)
    mvhd = _full(
        b"mvhd", 0, struct.pack(">IIIIIH10x", 0, 0, 1000, 0, 0x10000, 0x0100), _MATRIX, bytes(24), struct.pack(">I", 2)
    )
    extends = box(b"mvex", _full(b"trex", 0, struct.pack(">IIIII", 1, 1, 0, 0, 0)))
    brands = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso5iso6mp41")
    return brands + box(b"moov", mvhd, box(b"trak", tkhd, media), extends)


def _entry(track: Track) -> bytes:
    """The sample entry: which codec, and what its decoder must be told."""
    if not track.is_video:
        sound = struct.pack(">6xH8xHHHHI", 1, track.channels, 16, 0, 0, min(track.timescale, 0xFFFF) << 16)
        if track.codec == "opus":
            return box(b"Opus", sound, box(b"dOps", track.extra))
        return box(b"mp4a", sound, _esds(0x40, 0x15, track.extra))
    picture = struct.pack(">6xH16xHHIIIH32xHh", 1, track.width, track.height, 72 << 16, 72 << 16, 0, 1, 24, -1)
    if track.codec.startswith("avc1"):
        return box(b"avc1", picture, box(b"avcC", track.extra))
    if track.codec.startswith("hvc1"):
        return box(b"hvc1", picture, box(b"hvcC", track.extra))
    return box(b"mp4v", picture, _esds(0x6C, 0x11, b""))


def _esds(object_type: int, stream_type: int, extra: bytes) -> bytes:
    """ISO/IEC 14496-1's descriptors, as 14496-14 puts them into a file; all of them are short."""
    specific = bytes((5, len(extra))) + extra if extra else b""
    config = bytes((4, 13 + len(specific), object_type, stream_type)) + bytes(11) + specific
    elementary = bytes((3, 3 + len(config) + 3, 0, 1, 0)) + config + b"\x06\x01\x02"
    return _full(b"esds", 0, elementary)
