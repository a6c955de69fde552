"""What the tests of the store share: events to keep, and a program that keeps them until it is killed.

Knows: how a numbered fact is made, and how a journal is written by a process of its own.
Refuses to know: what is done to the process and to its file.

Run as `python -m tests.center.store.keeping JOURNAL` it appends for ever, and says on its standard output what the
journal has reported durable, a position a line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from random import Random

from center.core.events import Event, Micros, PlateRead, UnitMoved
from center.store.group_commit import GroupCommitJournal
from center.store.journal import JournalFile
from tests.center.core.facts import LAT, LON, T0
from tests.patience import PATIENCE_S


def numbered(number: int) -> Event:
    """The fact that a journal of numbered facts holds at this position."""
    at = Micros(T0 + number)
    if number % 3:
        return UnitMoved(at=at, source="avl", unit=f"SO-{number % 7}", lat=LAT + number / 1e6, lon=LON)
    return PlateRead(at=at, source="lpr", reader="R1", plate=f"P{number}", read=str(number))


def facts(count: int, after: int = 0) -> list[Event]:
    return [numbered(number) for number in range(after + 1, after + count + 1)]


class Appender:
    """The one thread that appends: it does what the journal hands over to it, when it is asked to."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.durable: list[int] = []

    def journal(self, path: Path) -> GroupCommitJournal:
        journal = GroupCommitJournal(JournalFile(path), self.calls.put)
        journal.when_durable(self.durable.append)
        return journal

    def once(self) -> None:
        """Do the next thing handed over; queue.Empty when none comes."""
        self.calls.get(timeout=PATIENCE_S)()

    def until(self, position: int) -> None:
        while not self.durable or self.durable[-1] < position:
            self.once()


def write_for_ever(path: Path) -> None:
    """Batches of all sizes, as they would come; what is durable is told as soon as it is known."""
    appender, dice = Appender(), Random(os.getpid())
    journal = appender.journal(path)

    def tell(durable: int) -> None:
        sys.stdout.write(f"{durable}\n")
        sys.stdout.flush()

    journal.when_durable(tell)
    tell(journal.durable)
    while True:
        journal.append(facts(dice.choice((1, 2, 30, 2500)), journal.last))
        while not appender.calls.empty() or journal.last - journal.durable > 10_000:
            appender.once()


if __name__ == "__main__":
    write_for_ever(Path(sys.argv[1]))
