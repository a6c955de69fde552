"""Cutting bytes into lines.

Knows: CR, LF and CRLF endings, and that a sender may never end a line at all.
Refuses to know: what a line means.
"""

from __future__ import annotations

from typing import TypeAlias

Line: TypeAlias = tuple[int, bytes, bool]
"""(where it began in the stream, the line without its ending, whether it was too long and is only shown in part)"""


class LineSplitter:
    """Bounded: of a line longer than `limit` only the start comes out, marked, and what follows it is skipped to its
    end. Empty lines are left out.

    The lines of a stream do not depend on how it was cut into pieces. With `whole`, each piece is one complete message:
    its last line needs no ending, and offsets count from its own start.
    """

    def __init__(self, limit: int = 4096, whole: bool = False) -> None:
        self._limit = limit
        self._whole = whole
        self._held = b""
        self._skipping = False
        self._position = 0  # of `_held`

    def feed(self, data: bytes) -> list[Line]:
        """The lines that `data` completes."""
        if self._whole:
            return self._lines_of(data)
        out: list[Line] = []
        pieces = (self._held + data).replace(b"\r", b"\n").split(b"\n")
        held = pieces.pop()
        if pieces:
            if self._skipping:
                self._skipping = False
                self._position += len(pieces[0]) + 1
                del pieces[0]
            self._position = _cut(pieces, self._position, self._limit, out)
        if len(held) > self._limit:
            if not self._skipping:
                out.append((self._position, held[: self._limit], True))
            self._skipping = True
        if self._skipping:
            self._position += len(held)
            held = b""
        self._held = held
        return out

    def _lines_of(self, message: bytes) -> list[Line]:
        line = message.rstrip(b"\r\n")
        if b"\n" not in line and b"\r" not in line and 0 < len(line) <= self._limit:
            return [(0, line, False)]  # most messages are one line
        out: list[Line] = []
        _cut(message.replace(b"\r", b"\n").split(b"\n"), 0, self._limit, out)
        return out

    def rest(self) -> list[Line]:
        """The unfinished last line, when the stream has ended."""
        out: list[Line] = []
        if self._held:
            out.append((self._position, self._held, False))
            self._position += len(self._held)
            self._held = b""
        self._skipping = False
        return out


def _cut(pieces: list[bytes], start: int, limit: int, out: list[Line]) -> int:
    """Complete lines, the first of which begins at `start`; returns where the next will."""
    for piece in pieces:
        length = len(piece)
        if length > limit:
            out.append((start, piece[:limit], True))
        elif length:
            out.append((start, piece, False))
        start += length + 1
    return start
