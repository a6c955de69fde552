"""NMEA 0183 (IEC 61162-1) from vehicles, as modems and routers forward it: over TCP, serial lines, UDP.

Knows: lines, merged sentences, checksums, tag blocks (NMEA 4.10, section 7), and which of several names is the unit's.
Refuses to know: what a sentence says (nmea_sentences), and how names are written (nmea_identity).

Who speaks, first of: the name in or right before the sentence; the last name heard on the connection; the sender's
address; the feed. A name that a device tells for the first time behind its positions takes them over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from center.core.events import SECOND, Event, Micros, UnitMoved, UnitReported
from center.ingest import nmea_identity as identity
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.fixes import Tracks, sender
from center.ingest.lines import Line, LineSplitter
from center.ingest.nmea_fields import HEX, checksum
from center.ingest.nmea_sentences import BY_ADDRESS, BY_TYPE, qze

LONGEST_LINE = 4096
MILLIS_FROM = 10**11
"""Tag blocks give seconds or milliseconds; as seconds, this is five thousand years away."""

_DOLLAR, _PROPRIETARY = b"$"[0], b"P"[0]
_PADDING = b"\0 \t"


class NmeaFeed(Quiet):
    """One connection, or one UDP sender. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"nmea takes no options but was given {', '.join(sorted(options))}")
        self._origin = origin
        self._faults = Faults(origin)
        self._splitter = LineSplitter(LONGEST_LINE, origin.whole)
        self._tracks = Tracks(origin.source)
        self._track = self._tracks.of(sender(origin))
        self._nameless = True

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.feed(data), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return self._read(self._splitter.rest(), at) + self._faults.rest(at)

    def _read(self, lines: list[Line], at: Micros) -> list[Event]:
        out: list[Event] = []
        for offset, line, too_long in lines:
            if too_long:
                out += self._faults.tell(at, f"line longer than {LONGEST_LINE} bytes", line, offset)
            elif line[0] == _DOLLAR and line.find(b"$", 1) < 0:
                self._sentence(line[1:], offset, at, out)
            else:
                try:
                    self._odd_line(line, offset, at, out)
                except ValueError as problem:
                    out += self._faults.tell(at, str(problem), line, offset)
        return out

    def _odd_line(self, line: bytes, offset: int, at: Micros, out: list[Event]) -> None:
        """Anything but one sentence: names, noise, tag blocks, several sentences, other languages."""
        head, *sentences = line.split(b"$")
        if not sentences:
            self._without_sentence(line, at, out)
            return
        if head[:1] == b"#" and not head[1:2].strip():
            return  # a comment in a capture
        self._before_sentence(head, at)
        offset += len(head)
        for sentence in sentences:
            text, _, block = sentence[:-1].partition(b"\\") if sentence.endswith(b"\\") else (sentence, b"", b"")
            self._sentence(text, offset, at, out)
            if block:
                self._tag_block(block, at)
            offset += len(sentence) + 1

    def _without_sentence(self, line: bytes, at: Micros, out: list[Event]) -> None:
        line = line.strip(_PADDING)
        if not line or line[:1] in b"#!\\":
            return  # padding, comments, NovAtel's and Unicore's logs, AIS with and without a tag block
        name = identity.on_a_line(line)
        if name is not None:
            self._introduced(name, at, out)
            return
        fields = line.split(b",")
        if fields[0] != b"QZE":
            raise ValueError("not a sentence")
        self._said(fields, at, out)

    def _before_sentence(self, head: bytes, at: Micros) -> None:
        """A tag block ends right before the `$`; anything else there may be a name, or noise."""
        if head.endswith(b"\\"):
            self._tag_block(head[:-1].rpartition(b"\\")[2], at)
        elif head and len(head) <= 2 * identity.MAX_NAME:
            name = identity.in_front(head)
            if name is not None:
                self._named(name)

    def _tag_block(self, block: bytes, at: Micros) -> None:
        """`s:` is the source's name, `c:` a UNIX time. Raises ValueError when damaged: whose sentence follows is then
        unknown."""
        text, star, check = block.partition(b"*")
        if not star or HEX.get(check[:2]) != checksum(text):
            raise ValueError("tag block: checksum wrong or missing")
        said = {key: value for key, _, value in (word.partition(b":") for word in text.split(b","))}
        name = identity.printable(said.get(b"s", b""))
        if name is not None:
            self._named(name)
        moment = said.get(b"c", b"")
        if moment.isdigit() and len(moment) <= 13:
            stamp = int(moment)
            self._track.complete(stamp * (SECOND if stamp < MILLIS_FROM else SECOND // 1000), at)

    def _sentence(self, text: bytes, offset: int, at: Micros, out: list[Event]) -> None:
        """What stands behind a `$`, up to the next one or the end of the line."""
        body, star, tail = text.partition(b"*")
        try:
            if not star:
                body = text.strip()
                if not body:
                    return
            elif HEX.get(tail) != checksum(body):
                _look_again(body, tail)
            fields = body.split(b",")
            address = fields[0]
            if len(tail) > 2:
                name = identity.behind(tail)
                if name is not None:
                    self._named(name)
            reader = BY_TYPE.get(address[2:]) if len(address) == 5 and address[0] != _PROPRIETARY else None
            if reader is not None:
                event = reader(self._track, fields, at)
                if event is not None:
                    out.append(event)
            elif not self._said(fields, at, out) and not star and not address.isalnum():
                raise ValueError("not a sentence")
        except ValueError as problem:
            out += self._faults.tell(at, str(problem), b"$" + text, offset)

    def _said(self, fields: list[bytes], at: Micros, out: list[Event]) -> bool:
        """Sentences of one maker's own; whether it was one we know. The others are no fault."""
        address = fields[0]
        reader = qze if address == b"QZE" else BY_ADDRESS.get(address)
        name = identity.in_sentence(fields)
        if reader is None:
            if name is not None:
                self._introduced(name, at, out)
            return name is not None
        if name is not None:
            self._named(name)
        event = reader(self._track, fields, at)
        if event is not None:
            out.append(event)
        return True

    def _named(self, name: str) -> None:
        """From here on `name` speaks."""
        self._nameless = False
        if name != self._track.unit:
            self._track = self._tracks.of(name)

    def _introduced(self, name: str, at: Micros, out: list[Event]) -> None:
        """A device says who it is, and nothing else. If nobody was named before, what it told so far was `name`'s too:
        in the same message that is renamed, on a connection the last fix is told again."""
        track = self._track
        if not self._nameless or name == track.unit:
            self._named(name)
            return
        self._nameless = False
        nameless = track.unit
        self._tracks.rename(track, name)
        if self._origin.whole:
            for index, event in enumerate(out):
                if isinstance(event, UnitMoved | UnitReported) and event.unit == nameless:
                    out[index] = msgspec.structs.replace(event, unit=name)
        elif track.fixed and track.last is not None:
            out.append(msgspec.structs.replace(track.last, at=at, unit=name))


def _look_again(body: bytes, tail: bytes) -> None:
    """Some modems put blanks around the `*` or text behind the checksum, or leave out its leading zero."""
    check = tail.partition(b",")[0].strip(_PADDING)
    expected = HEX.get(check.rjust(2, b"0"))
    if expected is None:
        raise ValueError("checksum: not two hexadecimal digits")
    if expected != checksum(body.rstrip()):
        raise ValueError("checksum: wrong")
