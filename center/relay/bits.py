"""Bits as H.264 and H.265 write them.

Knows: numbers of so many bits, and Exp-Golomb ones; that a stream of bits has an end.
Refuses to know: what they mean.
"""

from __future__ import annotations


class EndError(Exception):
    """The bits are over, or a number in them is longer than any may be."""


class Bits:
    """Raises EndError."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise EndError
        return (self._number >> self._left) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """Exp-Golomb (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise EndError
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def without_emulation(data: bytes) -> bytes:
    """Without the bytes that keep a start code from appearing by chance (7.4.1)."""
    return data.replace(b"\x00\x00\x03", b"\x00\x00")
