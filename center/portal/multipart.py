"""A browser's form with a file in it, as it comes in pieces (RFC 7578).

Knows: boundaries and the heads of parts, and a bound on everything but the file, which has to come last.
Refuses to know: what fields mean, and where the file goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_FIELDS, MOST_FIELD, MOST_HEAD = 16, 4_000, 2_000
_BOUNDARY = re.compile(r'multipart/form-data\s*;\s*boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?\s*', re.IGNORECASE)
_NAME = re.compile(rb'content-disposition\s*:\s*form-data\b[^\r\n]*?;\s*name="([^"\r\n]*)"', re.IGNORECASE)


class FormError(ValueError):
    """It is no such form, or larger than any of ours."""


class Form:
    """`fields` are those that stood before the part that is named `file`; `is_whole` once its end has come."""

    def __init__(self, content_type: str, file: str) -> None:
        """Raises FormError."""
        boundary = _BOUNDARY.fullmatch(content_type.strip())
        if boundary is None:
            raise FormError
        self.fields: dict[str, str] = {}
        self.is_whole = False
        self._end = b"\r\n--" + boundary[1].encode()
        self._file = file
        self._buffer = b"\r\n"  # so that the first boundary is like any other
        self._name: str | None = None
        self._value = b""
        self._step: Callable[[list[bytes]], bool] = self._body

    def feed(self, data: bytes) -> bytes:
        """What of the file has come with these bytes. Raises FormError."""
        self._buffer += data
        found: list[bytes] = []
        while self._step(found):
            pass
        return b"".join(found)

    @property
    def is_at_file(self) -> bool:
        return self._name == self._file

    def _body(self, found: list[bytes]) -> bool:
        """Up to the next boundary; what may be the beginning of one is kept back."""
        at = self._buffer.find(self._end)
        upto = at if at >= 0 else max(len(self._buffer) - len(self._end) + 1, 0)
        piece = self._buffer[:upto]
        self._buffer = self._buffer[upto if at < 0 else upto + len(self._end) :]
        if self.is_at_file:
            found.append(piece)
        else:
            self._value += piece
            if len(self._value) > MOST_FIELD:
                raise FormError
        if at < 0:
            return False
        if self._name is not None and not self.is_at_file:
            self.fields[self._name] = self._value.decode(errors="replace")
            if len(self.fields) > MOST_FIELDS:
                raise FormError
        self._value, self._step = b"", self._boundary
        return True

    def _boundary(self, _: list[bytes]) -> bool:
        """Behind a boundary stands the next part, or the end."""
        sign = self._buffer[:2]
        if len(sign) < 2:
            return False
        if sign == b"--":
            self.is_whole, self._step = True, self._over
            return False
        if sign != b"\r\n" or self.is_at_file:
            raise FormError
        self._buffer, self._step = self._buffer[2:], self._head
        return True

    def _head(self, _: list[bytes]) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if len(head) > MOST_HEAD:
            raise FormError
        if not end:
            return False
        name = _NAME.search(head)
        if name is None:
            raise FormError
        self._name, self._buffer = name[1].decode(errors="replace"), rest
        self._step = self._body
        return True

    def _over(self, _: list[bytes]) -> bool:
        self._buffer = b""
        return False
