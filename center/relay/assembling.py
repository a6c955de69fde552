"""From what a camera sends to samples of a track.

Knows: per codec, where the decoder's record comes from, when it has changed, and how a sample is written.
Refuses to know: where units come from. Nothing raises: what makes no track gives no samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from center.relay import h264, h265
from center.relay.media import Offer, Track
from center.relay.rtp import Unit


class Assembler(Protocol):
    macroblocks: int

    def take(self, unit: Unit) -> Sequence[Unit]:
        """Its samples, each a unit by itself. Nothing while nothing can be shown yet."""
        ...


class H264:
    """Parameter sets come with the offer, in the stream, or both; those that came last are right."""

    def __init__(self, offer: Offer) -> None:
        self.macroblocks = 0
        self._sets: dict[int, bytes] = {}
        self._told: dict[int, bytes] = {}
        self._extra = b""
        for one in offer.sets:
            self._keep(one)

    def take(self, unit: Unit) -> Sequence[Unit]:
        if unit.kinds & h264.SETS:
            for nal in unit.parts:
                self._keep(nal)
        if unit.is_key and self._sets != self._told:
            unit.track = self._changed()
        return (unit,) if self._extra and unit.kinds & h264.PICTURES else ()

    def _keep(self, nal: bytes) -> None:
        kind = nal[0] & 0x1F
        if kind in (h264.SPS, h264.PPS) and 2 <= len(nal) <= h264.MOST_PARAMETER_BYTES:
            self._sets[kind] = nal

    def _changed(self) -> Track | None:
        self._told = dict(self._sets)
        sps, pps = self._sets.get(h264.SPS), self._sets.get(h264.PPS)
        shape = h264.shape(sps) if sps else None
        if sps is None or pps is None or shape is None:
            return None
        extra = h264.configuration(sps, pps)
        if extra == self._extra:
            return None
        self._extra = extra
        self.macroblocks = shape.macroblocks
        return Track(h264.codec(sps), extra, width=shape.width, height=shape.height)


class H265:
    """As H264, with one set more."""

    macroblocks = 0

    def __init__(self, offer: Offer) -> None:
        self._sets: dict[int, bytes] = {}
        self._track: Track | None = None
        for one in offer.sets:
            self._sets[h265.kind(one)] = one

    def take(self, unit: Unit) -> Sequence[Unit]:
        for nal in unit.parts if unit.kinds & h265.OF_SETS else ():
            if h265.kind(nal) in h265.SETS and len(nal) <= h264.MOST_PARAMETER_BYTES:
                self._sets[h265.kind(nal)] = nal
        sets = [self._sets[kind] for kind in h265.SETS if kind in self._sets]
        track = h265.track(sets) if unit.is_key and len(sets) == len(h265.SETS) else None
        is_new, self._track = track is not None and track != self._track, track or self._track
        unit.track = track if is_new else None
        return (unit,) if self._track else ()


class Plain:
    """One piece a sample, one track for ever."""

    def __init__(self, track: Track) -> None:
        self.macroblocks = 0
        self._track: Track | None = track

    def take(self, unit: Unit) -> Sequence[Unit]:
        unit.track, self._track = self._track, None
        return (unit,)


def assembler(offer: Offer) -> Assembler | None:
    """None for a codec that is not relayed."""
    if offer.codec == "H264":
        return H264(offer)
    if offer.codec == "H265":
        return H265(offer)
    if offer.codec == "JPEG" and offer.width and offer.height:
        return Plain(Track("mp4v.6C", b"", width=offer.width, height=offer.height))
    if offer.codec == "MPEG4-GENERIC" and offer.sets and offer.sets[0]:
        kind = offer.sets[0][0] >> 3
        return Plain(Track(f"mp4a.40.{kind}", offer.sets[0], offer.rate_hz, channels=offer.channels))
    if offer.codec in ("PCMU", "PCMA"):
        from center.relay.sound import Opus  # FFmpeg's libraries, which a relay without sound does not need

        return Opus(offer.codec)
    return None
