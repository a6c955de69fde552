"""Mode S messages in binary frames: the Beast format of receivers' port 30005 (jetvision Mode-S Beast, dump1090,
readsb, mlat-client).

Knows: where a frame begins and ends, that 0x1a inside one is written twice, and where to go on behind a damaged one.
Refuses to know: what messages say (mode_s does), and the time: stamps count a receiver's ticks from anywhere.

A frame is `1a`, its type, and behind that with every 1a doubled: for types 1 to 3 six bytes of time stamp, one of
signal, and a message of 2 (Mode A or C), 7 or 14 bytes. Heartbeats are frames of type 1 full of zeros. Types 4 and 5
are the receiver's own status; e3, e4 and e8 are readsb's notes about whose message follows. Both are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from center.core.events import Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import EXCERPT_CHARS, Origin, Quiet
from center.ingest.mode_s import ModeS, receiver_option

MAX_NOTE_BYTES = 40

_BYTE = rb"(?:[^\x1a]|\x1a\x1a)"
_NOTE = rb"\x1a[45\xe3\xe4\xe8]%b{0,%d}+" % (_BYTE, MAX_NOTE_BYTES)
_PART = rb"\x1a(?:3%b{0,20}+|2%b{0,13}+|1%b{0,8}+)" % (_BYTE, _BYTE, _BYTE)
_FRAME = re.compile(rb"\x1a(?:3(%b{21})|2(%b{14})|1%b{9})|%b(?=\x1a[^\x1a])" % (_BYTE, _BYTE, _BYTE, _NOTE))
_UNFINISHED = re.compile(rb"(?:%b|%b|)\x1a?" % (_PART, _NOTE))
_LAST_NOTE = re.compile(_NOTE)
_CUT_SHORT = re.compile(rb"%b(?=\x1a[^\x1a]|\x1a?\Z)" % _PART)
_NO_FRAME = re.compile(rb"(?:\x1a[45\xe3\xe4\xe8])?(?:[^\x1a]|\x1a[^1-5\xe3\xe4\xe8])*+")
_MESSAGE_AT = 7


class BeastFeed(Quiet):
    """One connection to a receiver. Options `lat` and `lon`: where it stands, in degrees."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        self._whole = origin.whole
        self._faults = Faults(origin)
        self._mode_s = ModeS(origin.source, receiver_option("beast", options))
        self._held = b""
        self._position = 0  # of `_held` in the stream
        self._lost = False  # among bytes that are no frame and have been told of

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(data, at, self._whole)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(b"", at, True), *self._faults.rest(at)]

    def _read(self, data: bytes, at: Micros, final: bool) -> list[Event]:
        """What the frames say that `data` completes. `final`: nothing follows."""
        text = self._held + data
        out: list[Event] = []
        start = 0
        while True:
            found = _FRAME.match(text, start)
            if found is not None:
                self._lost = False
                if found.lastindex is not None:
                    self._take(found[found.lastindex], start, at, out)
                start = found.end()
                continue
            may_end_here = _LAST_NOTE if final else _UNFINISHED
            if start == len(text) or may_end_here.fullmatch(text, start):
                break
            end = self._skip(text, start, at, final, out)
            if end == start:
                break
            start = end
        if final:
            self._held, self._position, self._lost = b"", 0, False
        else:
            self._held = text[start:]
            self._position += start
        return out

    def _take(self, body: bytes, start: int, at: Micros, out: list[Event]) -> None:
        if b"\x1a" in body:
            body = body.replace(b"\x1a\x1a", b"\x1a")
        message = body[_MESSAGE_AT:]
        try:
            seen = self._mode_s.read(message, at)
        except ValueError as problem:
            out += self._faults.tell(at, str(problem), message, self._position + start)
        else:
            if seen is not None:
                out.append(seen)

    def _skip(self, text: bytes, start: int, at: Micros, final: bool, out: list[Event]) -> int:
        """Where to go on behind what is no whole frame; `start` when that has not come yet."""
        cut = _CUT_SHORT.match(text, start)
        if cut is not None:
            self._lost = False
            out += self._faults.tell(at, "frame cut short", cut[0], self._position + start)
            return cut.end()
        skipped = _NO_FRAME.match(text, start)
        end = skipped.end() if skipped else len(text)
        ended = final or end + 1 < len(text)
        if not self._lost:
            if not ended and end - start < EXCERPT_CHARS:
                return start
            excerpt = text[start : min(end, start + EXCERPT_CHARS)]
            out += self._faults.tell(at, "not a Beast frame", excerpt, self._position + start)
        self._lost = not ended
        return end
