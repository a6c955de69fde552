"""Fragmented MP4 (ISO/IEC 14496-12, 14496-15), one picture a fragment.

Knows: the boxes that a browser or a file needs, and that every fragment's head is equally long, so that a page finds
the picture in it without looking.
Refuses to know: sockets, cameras, and what is in a picture.

A fragment is `prft` (when the center had it), `moof` and `mdat`; the sample begins HEAD_BYTES after its start. Tracks
are numbered from 1; what goes to viewers has one.
"""

from __future__ import annotations

import struct

from center.relay.media import Track

HEAD_BYTES = 144
_NTP_EPOCH_US = 2_208_988_800_000_000
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
_HEAD = struct.Struct(">16sQQ20sI36sQ20sIIIiI4s")
_PRFT = struct.pack(">I4sII", 32, b"prft", 0x01000002, 1)
_MOOF = struct.pack(">I4sI4sI", 104, b"moof", 16, b"mfhd", 0)
_TRAF = struct.pack(">I4sI4sIII4sI", 80, b"traf", 16, b"tfhd", 0x020000, 1, 20, b"tfdt", 0x01000000)
_TRUN = struct.pack(">I4sIII", 36, b"trun", 0x01000F01, 1, 112)
"""What is the same in every fragment's head, up to its number, its decode time, and its sample's duration."""
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, version_flags: int, *parts: bytes) -> bytes:
    return box(name, struct.pack(">I", version_flags), *parts)


def head(size: int, number: int, at: int, decode: int, shift: int, duration: int, is_key: bool) -> bytes:
    """What stands before a sample of `size` bytes. `at`: microseconds UTC when the center had it; `decode`, `shift`
    (from decoding to showing) and `duration` in the track's units."""
    ntp = (at + _NTP_EPOCH_US << 32) // 1_000_000 & 0xFFFFFFFFFFFFFFFF
    number &= 0xFFFFFFFF
    flags = _SYNC if is_key else _NOT_SYNC
    end = 8 + size
    return _HEAD.pack(
        _PRFT, ntp, decode, _MOOF, number, _TRAF, decode, _TRUN, duration, size, flags, shift, end, b"mdat"
    )


def of_track(one: bytes, number: int) -> bytes:
    """The same head, for another track of the file."""
    track = number.to_bytes(4, "big")
    return one[:12] + track + one[16:76] + track + one[80:]


def beginning(*tracks: Track) -> bytes:
    """`ftyp` and `moov`: what a player must have before any fragment."""
    mvhd = _full(
        b"mvhd",
        0,
        struct.pack(">IIIIIH10x", 0, 0, 1000, 0, 0x10000, 0x0100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", len(tracks) + 1),
    )
    numbered = list(enumerate(tracks, 1))
    extends = [_full(b"trex", 0, struct.pack(">IIIII", number, 1, 0, 0, 0)) for number, _ in numbered]
    brands = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso5iso6mp41")
    traks = [_trak(track, number) for number, track in numbered]
    return brands + box(b"moov", mvhd, *traks, box(b"mvex", *extends))


def _trak(track: Track, number: int) -> bytes:
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
    tkhd = _full(b"tkhd", 3, struct.pack(">IIIII8xHHHH", 0, 0, number, 0, 0, 0, 0, volume, 0), _MATRIX, shown)
    return box(b"trak", tkhd, media)


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
