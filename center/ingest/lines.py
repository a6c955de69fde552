"""Cutting a byte stream into lines.

Knows: CR, LF and CRLF endings, and that a sender may never end a line at all.
Refuses to know: what a line means.
"""

from __future__ import annotations


class LineSplitter:
    """Bounded: a line longer than `limit` is given up as `overflow` and skipped to its end, and the lines behind it
    still come out."""

    def __init__(self, limit: int = 4096) -> None:
        self._limit = limit
        self._held = b""
        self._skipping = False
        self._position = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes, bool]]:
        """Complete lines in `data`, each as (offset in the stream, line without its ending, was it too long)."""
        out: list[tuple[int, bytes, bool]] = []
        chunk = self._held + data
        pieces = chunk.replace(b"\r", b"\n").split(b"\n")
        start = self._position
        for piece in pieces[:-1]:
            self._emit(start, piece, out)
            start += len(piece) + 1
        self._held = pieces[-1]
        self._position = start
        if len(self._held) > self._limit:
            if not self._skipping:
                out.append((start, self._held[: self._limit], True))
            self._skipping = True
            self._position += len(self._held)
            self._held = b""
        return out

    def rest(self) -> list[tuple[int, bytes, bool]]:
        """The unfinished last line, when the stream has ended."""
        out: list[tuple[int, bytes, bool]] = []
        held, self._held = self._held, b""
        self._emit(self._position, held, out)
        self._position += len(held)
        return out

    def _emit(self, start: int, piece: bytes, out: list[tuple[int, bytes, bool]]) -> None:
        if self._skipping:
            self._skipping = False
        elif len(piece) > self._limit:
            out.append((start, piece[: self._limit], True))
        elif piece:
            out.append((start, piece, False))
