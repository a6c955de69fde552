"""Listings by plate, found by what a camera may have made of it.

Knows: which listings are filed, and which of them a text may mean: with look-alike characters, with one character
missing or one too many, with stacked letters elsewhere or left out.
Refuses to know: how likely any of that is (see likelihood), and when a listing is in force.

Filed under its folded text a listing costs one dictionary entry. A text with a character too many is found by leaving
out each of its own. For a text that misses one, all texts with a character more would have to be tried; a table of
single bytes says which texts are worth that, and is wrong only to the safe side. Sizes and rates are measured by
`benchmarks.matching`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from center.core.events import Listing
from center.core.plate_text import FOLDED, fold, fold_all, stacked

SHORTEST = 5  # of shorter texts nearly everything is one character away
BITS_PER_TEXT = 8  # when made; half as many when full
FEWEST_BITS = 1 << 12
USUAL_SIZE = 7  # characters of a plate
_SPREAD = 0x9E3779B1


class Entry(NamedTuple):
    """A listing where it is filed."""

    hotlist: str
    listing: Listing


class Sieve:
    """Which texts may be one of those put in: `True` may be wrong, `False` never is. Nothing is ever taken out; one
    that has become too full (`room`) is made anew by its owner."""

    def __init__(self, texts: int = 0) -> None:
        bits = FEWEST_BITS
        while bits < texts * BITS_PER_TEXT:
            bits *= 2
        self.room = bits * 2 // BITS_PER_TEXT
        self.size = bits // 8
        self._bytes = bytearray(self.size)
        self._mask = bits - 1

    def put(self, *texts: str) -> None:
        table, mask = self._bytes, self._mask
        for text in texts:
            bit = (int(text, 36) * _SPREAD >> 12) & mask
            table[bit >> 3] |= 1 << (bit & 7)
        self.room -= len(texts)

    def may_hold(self, text: str) -> bool:
        bit = (int(text, 36) * _SPREAD >> 12) & self._mask
        return self._bytes[bit >> 3] >> (bit & 7) & 1 == 1


class PlateIndex:
    """`listed` holds the entries of every folded plate, in the order in which they were filed; `count` is how many
    there are. Whatever the order of filing and unfiling, the same listings are found."""

    def __init__(self) -> None:
        self.listed: dict[str, tuple[Entry, ...]] = {}
        self.count = 0
        self._sizes: dict[int, int] = {}
        self._short = Sieve()
        self._stacked: dict[str, tuple[str, ...]] = {}

    @property
    def sieve_bytes(self) -> int:
        return self._short.size

    def file(self, hotlist: str, listing: Listing) -> None:
        key = fold(listing.plate)
        known = self.listed.get(key)
        self.count += 1
        if known is not None:
            self.listed[key] = (*known, Entry(hotlist, listing))
        else:
            self.listed[key] = (Entry(hotlist, listing),)
            self._sizes[len(key)] = self._sizes.get(len(key), 0) + 1
            if self._short.room < len(key):
                self.reserve(0)
            else:
                self._put_short(key)
        for form in _forms(listing):
            if key not in self._stacked.get(form, ()):
                self._stacked[form] = (*self._stacked.get(form, ()), key)

    def unfile(self, hotlist: str, listing: Listing) -> None:
        key = fold(listing.plate)
        entries = self.listed.pop(key, ())
        rest = tuple(entry for entry in entries if entry != (hotlist, listing))
        self.count -= len(entries) - len(rest)
        if rest:
            self.listed[key] = rest
            return
        if entries:
            self._sizes[len(key)] -= 1
        for form in _forms(listing):
            others = tuple(other for other in self._stacked.pop(form, ()) if other != key)
            if others:
                self._stacked[form] = others

    def reserve(self, more: int) -> None:
        """Make room for so many listings more, if there is not enough: cheaper at once than by and by."""
        texts = sum(map(len, self.listed)) + more * USUAL_SIZE
        self._short = Sieve(texts)
        for known in self.listed:
            self._put_short(known)

    def near(self, key: str) -> list[str]:
        """Keys of `listed` that this folded text may mean, its own first."""
        listed = self.listed
        found = [key] if key in listed else []
        size = len(key)
        sizes = self._sizes
        if size >= SHORTEST and sizes.get(size - 1):
            before = ""
            for at, mark in enumerate(key):
                if mark != before:
                    short = key[:at] + key[at + 1 :]
                    if short in listed:
                        found.append(short)
                before = mark
        if size >= SHORTEST - 1 and sizes.get(size + 1) and _is_plain(key) and self._short.may_hold(key):
            found += self._longer(key)
        if key in self._stacked:
            found += [other for other in self._stacked[key] if other in listed and other not in found]
        return found

    def among(self, plates: Sequence[str]) -> list[int]:
        """Which of many texts are filed, look-alikes folded: their places, in order. No near ones."""
        hits = bytes(map(self.listed.__contains__, fold_all(plates)))
        found, at = [], hits.find(1)
        while at >= 0:
            found.append(at)
            at = hits.find(1, at + 1)
        return found

    def _longer(self, key: str) -> list[str]:
        """What is filed with one character more than `key`."""
        listed = self.listed
        found: dict[str, None] = {}
        for at in range(len(key) + 1):
            head, tail = key[:at], key[at:]
            for mark in FOLDED:
                if head + mark + tail in listed:
                    found[head + mark + tail] = None
        return list(found)

    def _put_short(self, key: str) -> None:
        if len(key) >= SHORTEST and _is_plain(key):
            self._short.put(*[key[:at] + key[at + 1 :] for at in range(len(key))])


def _forms(listing: Listing) -> tuple[str, ...]:
    return tuple(map(fold, stacked(listing.plate)))


def _is_plain(key: str) -> bool:
    """Whether the text is of the digits and letters that plates have here, and so a number to base 36."""
    return key.isascii() and key.isalnum()
