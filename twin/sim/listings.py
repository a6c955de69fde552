"""The background of a state's hotlist: listings of cars that are somewhere else.

Knows: how many there are, why and since when each is listed, and that clerks mistype now and then.
Refuses to know: the cars that do pass here (`cars`, `thefts`), and how a list is written.

A listing is a row of columns and becomes a value when it is read, so that a list of a million costs 30 MB and not a
gigabyte. Plates are kept apart from those of residents and strangers (`people_numbers`): nobody meets these cars,
unless a clerk's slip makes one of them somebody else's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from random import Random
from typing import overload

import numpy as np

from twin.devices import hotlist
from twin.devices.ocr import other_state
from twin.devices.things import Listing
from twin.sim.people_numbers import LAYOUTS, listed_plates, plate_seed, plate_text
from twin.sim.plates import LETTERS, look
from twin.streams import Streams

LAYOUT_SHARES = (0.64, 0.16, 0.20)  # of the list, in the order of LAYOUTS (assumption)
REASONS = ("stolen", "stolen-plate", "wanted")
REASON_SHARES = (0.7, 0.2, 0.1)  # assumption
LISTED_DAYS = 30
LOOKS = 4096  # different cars, of which each listing is one
SLIP_OF_STATE = 0.25  # of slips; the others are of a character (assumption)
DIGITS = "0123456789"
CHUNK = 8192
DAY_US = 86_400_000_000


class Background(Sequence[Listing]):
    """`count` listings; `slips` of them have a wrong character, or a wrong state."""

    def __init__(self, streams: Streams, count: int, slips: float) -> None:
        self._streams = streams
        dice = streams.columns("hotlist", "background")
        self._layout = dice.choice(len(LAYOUTS), count, p=LAYOUT_SHARES).astype(np.uint8)
        self._plate = listed_plates(plate_seed(streams), self._layout)
        self._reason = dice.choice(len(REASONS), count, p=REASON_SHARES).astype(np.uint8)
        self._look = dice.integers(0, LOOKS, count).astype(np.uint16)
        self._since_us = -dice.integers(0, LISTED_DAYS * DAY_US, count)
        self._slipped = dice.random(count) < slips
        looks = streams.of("hotlist", "looks")
        self._looks = [look(looks) for _ in range(min(LOOKS, count))]

    def __len__(self) -> int:
        return len(self._plate)

    def __iter__(self) -> Iterator[Listing]:
        for first in range(0, len(self), CHUNK):
            yield from self._rows(range(first, min(first + CHUNK, len(self))))

    @overload
    def __getitem__(self, at: int) -> Listing: ...
    @overload
    def __getitem__(self, at: slice) -> list[Listing]: ...
    def __getitem__(self, at: int | slice) -> Listing | list[Listing]:
        rows = range(len(self))[at]
        return self._rows(rows) if isinstance(rows, range) else self._rows(range(rows, rows + 1))[0]

    def _rows(self, rows: range) -> list[Listing]:
        if not rows:
            return []
        columns = (self._layout, self._plate, self._reason, self._look, self._since_us, self._slipped)
        taken = (column[rows.start : rows.stop : rows.step].tolist() for column in columns)
        return [self._listing(row, *values) for row, *values in zip(rows, *taken, strict=True)]

    def _listing(self, row: int, layout: int, plate: int, reason: int, looks: int, since: int, wrong: bool) -> Listing:
        text, state = plate_text(plate), LAYOUTS[layout]
        if wrong:
            text, state = slip(text, state, self._streams.of("slip", f"background-{row}"))
        car = self._looks[looks % len(self._looks)]
        case = f"SYN-{row:06d}"
        return Listing(text, state, REASONS[reason], case, car.make, car.model, car.color, since)


class Both(Sequence[Listing]):
    """Listings of cars that are here, before the background."""

    def __init__(self, here: list[Listing], background: Background) -> None:
        self._here = here
        self._background = background

    def __len__(self) -> int:
        return len(self._here) + len(self._background)

    def __iter__(self) -> Iterator[Listing]:
        return chain(self._here, self._background)

    @overload
    def __getitem__(self, at: int) -> Listing: ...
    @overload
    def __getitem__(self, at: slice) -> list[Listing]: ...
    def __getitem__(self, at: int | slice) -> Listing | list[Listing]:
        rows = range(len(self))[at]
        if isinstance(rows, range):
            return [self[row] for row in rows]
        first = len(self._here)
        return self._here[rows] if rows < first else self._background[rows - first]


def slip(plate: str, state: str, dice: Random) -> tuple[str, str]:
    """Plate and state as a tired clerk enters them: another state, two characters swapped, or one of them another."""
    if dice.random() < SLIP_OF_STATE:
        return plate, other_state(state, dice)
    place = dice.randrange(len(plate) - 1)
    if dice.random() < 0.4 and plate[place] != plate[place + 1]:
        return plate[:place] + plate[place + 1] + plate[place] + plate[place + 2 :], state
    others = DIGITS if plate[place].isdigit() else LETTERS
    return plate[:place] + dice.choice(others.replace(plate[place], "")) + plate[place + 1 :], state


def main() -> None:
    """Print what lists of 50,000 and of a million cost to make and to write."""
    for count in (50_000, 1_000_000):
        began = time.process_time()
        background = Background(Streams(1), count, 0.01)
        made_s = time.process_time() - began
        columns = sum(column.nbytes for column in vars(background).values() if isinstance(column, np.ndarray))
        began = time.process_time()
        size = len(hotlist.encode(background, "1", 0, 0))
        wrote_s = time.process_time() - began
        sys.stdout.write(f"{count:>9}: made in {made_s:.2f} s, {columns / 1e6:.1f} MB; ")
        sys.stdout.write(f"written in {wrote_s:.1f} s, {size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
