"""Mode S messages as text, one a line: the AVR format of receivers' ports 30002 ("raw").

Knows: where a message stands in a line (`*hex;`, or behind a time stamp `@`, `%`, or time stamp and signal `<`), and
that `*0000;` only keeps the connection alive.
Refuses to know: what messages say (mode_s does), and the time: stamps count a receiver's ticks from anywhere.
"""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Mapping, Sequence

from center.core.events import Event, Micros
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.lines import Line, LineSplitter
from center.ingest.mode_s import ModeS, receiver_option
from center.ingest.mode_s_fields import LONG_BYTES, SHORT_BYTES

LINE_BYTES = 256

_MESSAGE_AT = {ord("*"): 1, ord(":"): 1, ord("@"): 13, ord("%"): 13, ord("<"): 15}
_MODE_AC_BYTES = 2


class AvrFeed(Quiet):
    """One connection to a receiver. Options `lat` and `lon`: where it stands, in degrees."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        self._splitter = LineSplitter(LINE_BYTES, origin.whole)
        self._faults = Faults(origin)
        self._mode_s = ModeS(origin.source, receiver_option("avr", options))

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.feed(data.replace(b";", b"\n")), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._splitter.rest(), at), *self._faults.rest(at)]

    def _read(self, lines: list[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, line, overflow in lines:
            try:
                if overflow:
                    raise ValueError(f"line longer than {LINE_BYTES} bytes")
                message = _message(line)
                if message is None:
                    continue
                seen = self._mode_s.read(message, at)
                if seen is not None:
                    out.append(seen)
            except ValueError as problem:
                out += self._faults.tell(at, str(problem), line, offset)
        return out


def _message(line: bytes) -> bytes | None:
    """The bytes of a Mode S message; None for a blank line, and for Mode A and C, which name nobody."""
    line = line.strip()
    if not line:
        return None
    start = _MESSAGE_AT.get(line[0])
    if start is None:
        raise ValueError("not an AVR line")
    try:
        message = unhexlify(line[start:])
    except ValueError:
        raise ValueError("not hexadecimal digits") from None
    if len(message) in (SHORT_BYTES, LONG_BYTES):
        return message
    if len(message) != _MODE_AC_BYTES:
        raise ValueError("not the length of a message (2, 7 or 14 bytes)")
    return None
