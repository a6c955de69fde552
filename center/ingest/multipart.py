"""Cutting what cameras POST into pieces: XML documents and files, in multipart bodies or bare.

Knows: delimiter lines (RFC 2046, section 5.1.1) whatever their boundary, the names in a part's headers (RFC 7578,
section 4.2), and the end tag of a bare document.
Refuses to know: what a piece holds. The boundary that a Content-Type declares is not needed: a line that begins with
two dashes and has a `Content-` header behind it is a delimiter. So damage to one delimiter spoils no other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_PIECE_BYTES = 4 << 20
SHOWN_BYTES = 256
WINDOW_BYTES = 160
"""No delimiter or end tag is longer, with what must follow it."""

_BOUNDARY = rb"--[0-9a-z'()+_,./:=?-][0-9a-z'()+_,./:=? -]{0,69}"
_DELIMITER = rb"(?:(?P<opens>%b[ \t]{0,8}\r?\n(?=content-))|(?P<closes>%b--[ \t]{0,8}(?=\r?\n|\Z)))" % (
    _BOUNDARY,
    _BOUNDARY,
)
_TAG = rb"(?:[a-z_][\w.-]{0,31}:)?EventNotificationAlert"
_END_TAG = rb"</%b\s{0,8}>" % _TAG
_AT_ONCE = re.compile(_DELIMITER, re.IGNORECASE)
_NEXT = re.compile(rb"[\r\n<](?:(?:(?<=\r)\n|(?<=\n))%b|(?<=<)%b)" % (_DELIMITER, _END_TAG[1:]), re.IGNORECASE)
"""A line's end and a delimiter, or an end tag. The search of a picture is quick because one class holds every first
character."""
_AGAIN = re.compile(rb"%b|(?P<begins><%b(?=[\s>]))" % (_NEXT.pattern, _TAG), re.IGNORECASE)
_HEADERS = re.compile(rb"(?:[!-9;-~]{1,64}:[^\r\n]{0,1024}\r?\n){1,16}\r?\n")
_NAMES = re.compile(rb'\b(?:file)?name="?([^"\r\n;]{1,256})|^content-id:[ \t]*<?([^\s<>]{1,256})', re.IGNORECASE | re.M)


class Piece(NamedTuple):
    """What stands between two delimiters or end tags; never blank, unless it `closes`: a multipart body ends behind it.
    `names` are those of its part's headers (name, filename, content id), None outside of parts, or where the headers
    are damaged. `why`: what is wrong with it; then `data` is its start."""

    offset: int
    names: tuple[str, ...] | None
    data: bytes
    closes: bool = False
    why: str = ""


class Multipart:
    """Holds at most one piece. What comes out does not depend on how a stream was cut; of whole messages, offsets count
    from each one's own start."""

    def __init__(self) -> None:
        self._base = 0  # where `_text` begins in the stream
        self._reset(b"")

    def _reset(self, text: bytes) -> None:
        self._text = text
        self._scanned = 0
        self._fresh = True  # it begins where a line could
        self._in_part = False
        self._lost = False  # inside something too long that has been told of

    def feed(self, data: bytes, final: bool = False) -> list[Piece]:
        """Pieces that `data` completes. `final`: nothing follows, a stream or a whole message ends here."""
        text = self._text + data
        out: list[Piece] = []
        start = 0
        while True:
            found = self._next(text, start, final)
            if self._lost:
                if found is None:
                    break
                start = self._find_again(found, out)
                continue
            end, closes = _end_of(found) if found else (len(text), False)
            if end - start > MAX_PIECE_BYTES + (0 if found or final else WINDOW_BYTES):
                start = self._give_up(text, start, out)
                continue
            if found is None:
                break
            self._take(text[start:end], start, closes, out)
            start = self._scanned = found.end()
            self._fresh = True
            self._in_part = found["opens"] is not None
        if final:
            self._take(b"" if self._lost else text[start:], start, True, out)
            self._base = 0
            self._reset(b"")
            return out
        if self._lost:
            start = max(start, len(text) - WINDOW_BYTES)
        self._base += start
        self._text = text[start:]
        self._scanned = max(0, len(self._text) - WINDOW_BYTES)
        return out

    def _next(self, text: bytes, start: int, final: bool) -> re.Match[bytes] | None:
        """The next delimiter or end tag, when it has come with all that it may depend on; behind something too long
        also the next opening tag."""
        found = _AT_ONCE.match(text, start) if self._fresh else None
        found = found or (_AGAIN if self._lost else _NEXT).search(text, max(start, self._scanned))
        if found is None or final or found.start() + WINDOW_BYTES <= len(text):
            return found
        return None

    def _give_up(self, text: bytes, start: int, out: list[Piece]) -> int:
        """Tell of a piece that is too long; returns from where on something readable is looked for."""
        why = f"longer than {MAX_PIECE_BYTES} bytes"
        out.append(Piece(self._base + start, None, text[start : start + SHOWN_BYTES], why=why))
        self._lost = True
        self._fresh = self._in_part = False
        self._scanned = start + MAX_PIECE_BYTES
        return self._scanned

    def _find_again(self, found: re.Match[bytes], out: list[Piece]) -> int:
        self._lost = False
        if found["begins"] is not None:
            self._scanned = found.end()
            return found.start()
        if found["closes"] is not None:
            out.append(Piece(self._base + found.start(), None, b"", closes=True))
        self._fresh = True
        self._in_part = found["opens"] is not None
        self._scanned = found.end()
        return found.end()

    def _take(self, data: bytes, start: int, closes: bool, out: list[Piece]) -> None:
        names = None
        offset = self._base + start
        headers = _HEADERS.match(data) if self._in_part else None
        if headers is not None:
            names = tuple((one or other).decode("latin-1") for one, other in _NAMES.findall(headers[0]))
            data, offset = data[headers.end() :], offset + headers.end()
        if closes or data.strip():
            out.append(Piece(offset, names, data, closes))


def _end_of(found: re.Match[bytes]) -> tuple[int, bool]:
    """Where the piece before a delimiter ends, or behind its end tag; and whether a body ends there."""
    is_tag = found["opens"] is None and found["closes"] is None
    return found.end() if is_tag else found.start(), found["closes"] is not None
