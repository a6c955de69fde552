"""Cutting a byte stream into JSON objects.

Knows: where one top-level object ends and the next begins (one a line, pretty-printed over many lines, several on a
line, the elements of a top-level array, in pieces), and where to go on behind a damaged one.
Refuses to know: what the objects mean; the caller's `decode` says whether a text is one of its documents.

Behind a damaged object, reading goes on at the next line that opens one in the column where it began, or in the first:
whoever prints objects over many lines indents what is inside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")

MAX_DEPTH = 64
MAX_BYTES = 4 << 20
MAX_INDENT = 64
RAW_SHOWN = 256

_BETWEEN = re.compile(rb"(?:\xef\xbb\xbf|[\s,\[\]\x1e])*+")
_TO_BRACKET = re.compile(rb'(?:[^{}\[\]"]++|"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+")*+')
_IN_STRING = re.compile(rb'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+')
_MEMBERS_INDENTED = re.compile(rb"\{[ \t\r]*\n([ \t]+)")
_CLOSER = {ord("{"): ord("}"), ord("["): ord("]")}
_QUOTE, _BRACE = ord('"'), ord("{")
_NOT_A_NUMBER = re.compile(rb"(?<=[:,\[\s])(?:NaN|-?Infinity)(?=[,\]}\s])")
_ESCAPE = re.compile(rb"\\\\|(\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|(\\u[dD][89a-fA-F]..)")


class Document(NamedTuple, Generic[T]):
    """One object: `value` when it could be read, `why` when something was wrong with it (both when it had to be
    mended). `raw` is the object's text, or the start of it."""

    offset: int
    raw: bytes
    value: T | None
    why: str


class JsonDocuments(Generic[T]):
    """`decode` turns one object's text into a value or raises ValueError. Holds at most `limit` bytes and a piece. What
    comes out does not depend on how a stream was cut; of whole messages, offsets count from each one's own start."""

    def __init__(self, decode: Callable[[bytes], T], limit: int = MAX_BYTES) -> None:
        self._decode = decode
        self._limit = limit
        self._base = 0  # where `_text` begins in the stream
        self._reset(b"")

    def _reset(self, text: bytes) -> None:
        self._text = text
        self._at = 0  # where the object being read begins in `_text`
        self._indent = b""  # what stands before it on its line
        self._seen = 0  # how far its brackets have been followed
        self._string = 0  # how far a string has been followed that has not ended yet; 0 outside of strings
        self._closers = bytearray()  # the brackets it still lacks, innermost last; empty between objects
        self._lost = False  # behind damage, looking for a fresh line …
        self._outside = False  # … and the damage was between objects

    def only(self, message: bytes) -> T | None:
        """What a whole message holds that is one sound object and nothing else, as most are; otherwise None, and `feed`
        has to look at it."""
        return None if self._text or self._lost else self._value(message)

    def feed(self, data: bytes, final: bool = False) -> list[Document[T]]:
        """Objects that `data` completes, in order. `final`: nothing follows, a stream or a whole message ends here."""
        if final and not self._text and not self._lost:  # most messages are one object
            text = data.rstrip()
            value = self._value(text)
            if value is not None:
                base, self._base = self._base, 0
                return [Document(base, text, value, "")]
        self._text += data
        out: list[Document[T]] = []
        while self._step(final, out):
            pass
        if final:
            self._base = 0
            self._reset(b"")
        elif self._at:
            self._base += self._at
            self._seen -= self._at
            self._string -= self._at if self._string else 0
            self._text = self._text[self._at :]
            self._at = 0
        return out

    def _step(self, final: bool, out: list[Document[T]]) -> bool:
        """One move forward; False when the rest has not come yet."""
        if self._lost:
            return self._find_fresh_line()
        if not self._closers:
            return self._begin(final, out)
        if self._follow(final, out):
            return True
        if len(self._text) - self._at > self._limit:
            return self._give_up(f"longer than {self._limit} bytes", len(self._text), out)
        return final and self._give_up("ends before it is complete", len(self._text), out)

    def _begin(self, final: bool, out: list[Document[T]]) -> bool:
        """Go to the next object. One that is complete on its line is read at once."""
        text, before = self._text, self._at
        if before == len(text):
            return False
        between = _BETWEEN.match(text, before)
        at = between.end() if between else before
        line_start = max(before, text.rfind(b"\n", before, at) + 1)
        end = text.find(b"\n", at, at + RAW_SHOWN)
        if text[at : at + 1] != b"{" and end < 0 and len(text) - at < RAW_SHOWN and not (final and at < len(text)):
            # Nothing yet, or the start of a byte order mark, or of a line that the fault will show whole. The blanks
            # before it may be the next object's indentation.
            self._at = max(line_start, at - MAX_INDENT - 1)
            return False
        indent = text[line_start:at]
        self._indent = b"" if indent.strip() or len(indent) > MAX_INDENT else indent
        self._at = at
        if text[at] != _BRACE:
            return self._give_up("not a JSON object", end if end >= 0 else len(text), out)
        if self._read_at_once(self._line(at, final), out):
            return True
        self._closers.append(_CLOSER[_BRACE])
        self._seen = at + 1
        return True

    def _read_at_once(self, text: bytes, out: list[Document[T]]) -> bool:
        value = self._value(text)
        if value is None:
            return False
        out.append(Document(self._base + self._at, text, value, ""))
        self._at += len(text)
        return True

    def _follow(self, final: bool, out: list[Document[T]]) -> bool:
        """Follow the brackets of the object being read; True when it has ended, well or badly."""
        text, closers = self._text, self._closers
        while True:
            if self._string and not self._leave_string():
                return self._is_broken_string(out)
            skipped = _TO_BRACKET.match(text, self._seen)
            seen = self._seen = skipped.end() if skipped else self._seen
            if seen == len(text):
                return False
            mark = text[seen]
            if mark == _QUOTE:  # a string that does not end here
                self._string = seen + 1
                continue
            if mark in _CLOSER:
                if mark == _BRACE and self._is_fresh(seen):
                    if text.find(b"\n", seen) < 0 and not final:
                        return False
                    if self._begins_another(seen, final):
                        return self._give_up("the next object begins before it is complete", seen, out)
                closers.append(_CLOSER[mark])
                if len(closers) > MAX_DEPTH:
                    self._give_up("nested too deep", seen, out)
                    self._at = seen  # nothing before it is worth a second look
                    return True
            elif closers.pop() != mark:
                return self._give_up("brackets do not match", seen + 1, out)
            self._seen = seen + 1
            if not closers:
                return self._take(out)

    def _take(self, out: list[Document[T]]) -> bool:
        """The object whose last bracket was just followed."""
        if self._seen - self._at > self._limit:
            return self._give_up(f"longer than {self._limit} bytes", self._seen - 1, out)
        out.append(self._read(self._text[self._at : self._seen]))
        self._at = self._seen
        return True

    def _leave_string(self) -> bool:
        """Follow a string to its end; when that has not come yet, the next piece goes on there."""
        rest = _IN_STRING.match(self._text, self._string)
        self._string = rest.end() if rest else self._string
        if self._text[self._string : self._string + 1] != b'"':
            return False
        self._seen, self._string = self._string + 1, 0
        return True

    def _is_broken_string(self, out: list[Document[T]]) -> bool:
        """Whether a line ended before the string did; then the object is given up."""
        end = self._text.find(b"\n", self._string)
        return end >= 0 and self._give_up("a line ends inside a string", end, out)

    def _is_fresh(self, at: int) -> bool:
        """Whether a bracket stands where a line could open an object of its own."""
        before = self._text[max(self._at, at - MAX_INDENT - 1) : at]
        return before.endswith((b"\n", b"\n" + self._indent))

    def _begins_another(self, at: int, final: bool) -> bool:
        """Whether the line at `at` opens a new object although the one being read still lacks brackets."""
        members = _MEMBERS_INDENTED.match(self._text, self._at)
        if members and len(members[1]) > len(self._indent):
            return True
        return self._value(self._line(at, final)) is not None

    def _line(self, at: int, final: bool) -> bytes:
        """What stands on the line from `at`, without what may follow an object there; empty when it is cut short."""
        end = self._text.find(b"\n", at)
        if end < 0:
            end = len(self._text) if final else at
        return self._text[at:end].rstrip(b"\r\t ,]")

    def _give_up(self, why: str, end: int, out: list[Document[T]]) -> bool:
        raw = self._text[self._at : min(end, self._at + RAW_SHOWN)]
        out.append(Document(self._base + self._at, raw, None, why))
        self._outside = not self._closers
        self._closers.clear()
        self._string = 0
        self._lost = True
        return True

    def _find_fresh_line(self) -> bool:
        """Skip to a line that opens an object; keep an unfinished last line that might."""
        text = self._text
        end = text.find(b"\n", self._at)
        while end >= 0:
            start = text[end + 1 : end + 2 + MAX_INDENT]
            mark = start.lstrip(b" \t")[:1]
            if self._opens(start, mark):
                self._at = end + 1
                self._lost = False
                return True
            if not mark and len(start) <= MAX_INDENT:
                self._at = end
                return False
            end = text.find(b"\n", end + 1)
        self._at = len(text)
        return False

    def _opens(self, start: bytes, mark: bytes) -> bool:
        """Whether a line with this start opens an object: in the column of the damaged one, or in any behind damage
        between objects, for nothing is open there."""
        if mark == b"{":
            return self._outside or start.startswith((b"{", self._indent + b"{"))
        return mark == b"[" and start.startswith(b"[")

    def _value(self, text: bytes) -> T | None:
        if not text.endswith(b"}") or len(text) > self._limit:
            return None
        try:
            return self._decode(text)
        except (ValueError, RecursionError):
            return None

    def _read(self, raw: bytes) -> Document[T]:
        """A complete object; mended when nothing but its bytes, numbers or escapes are against the standard."""
        offset = self._base + self._at
        try:
            return Document(offset, raw, self._decode(raw), "")
        except (ValueError, RecursionError) as problem:
            why = "not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
            if isinstance(problem, msgspec.ValidationError):
                return Document(offset, raw, None, why)
        try:
            return Document(offset, raw, self._decode(mended(raw)), f"read after mending: {why}")
        except (ValueError, RecursionError):
            return Document(offset, raw, None, why)


def mended(raw: bytes) -> bytes:
    """JSON as some devices write it, made JSON (RFC 8259): bytes that are not UTF-8 and lone surrogates become U+FFFD,
    `NaN` and `Infinity` become `null`."""
    text = raw.decode("utf-8", "replace").encode()
    text = _NOT_A_NUMBER.sub(b"null", text)
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[2] else found[0], text)
