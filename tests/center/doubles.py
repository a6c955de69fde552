"""Parts of a center that a test turns by hand: a clock, a journal that is slow, hands that only remember.

Knows: the protocols a host is given its parts by; each part here is a whole one, only under the test's thumb.
Refuses to know: what is tested with them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from center.core.center import Center
from center.core.effects import Audit, Effect, Notify, Reach, Remark, Reply, Route, Send
from center.core.events import SECOND, Event, Micros, RouteTime
from center.hands import Hands
from center.host import Host
from center.ingest.feed import Attachment
from tests.center.core.facts import T0


class HandClock:
    """Stands still until `advance`; then everything due is called at its time, in order."""

    def __init__(self, start: Micros = T0) -> None:
        self._now = start
        self._due: list[tuple[Micros, int, Callable[[], None]]] = []
        self._serial = count()

    def now(self) -> Micros:
        return self._now

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        heapq.heappush(self._due, (Micros(max(when, self._now)), next(self._serial), then))

    def advance(self, seconds: float) -> None:
        ends = Micros(self._now + round(seconds * SECOND))
        while self._due and self._due[0][0] <= ends:
            self._now, _, then = heapq.heappop(self._due)
            then()
        self._now = ends

    @property
    def waiting(self) -> int:
        return len(self._due)


class SlowJournal:
    """In memory; nothing is durable until the test lets it through."""

    def __init__(self, last: int = 0) -> None:
        self.events: list[Event] = []
        self.last = self.durable = last
        self._then: Callable[[int], None] = lambda _: None

    def append(self, events: Sequence[Event]) -> int:
        self.events += events
        self.last += len(events)
        return self.last

    def when_durable(self, then: Callable[[int], None]) -> None:
        self._then = then

    def let_through(self, position: int | None = None) -> None:
        """Everything, or everything up to a position."""
        self.durable = self.last if position is None else position
        self._then(self.durable)

    def close(self) -> None:
        self.let_through()


class QuickJournal(SlowJournal):
    """Durable as soon as it is appended to."""

    def append(self, events: Sequence[Event]) -> int:
        self.durable = super().append(events)
        return self.durable


class Ledger:
    """Board, messenger, router and audit trail in one: what each was asked to do, in order. `slow` questions of roads
    wait for the test."""

    def __init__(self) -> None:
        self.done: list[Effect] = []
        self.withdrawn: list[str] = []
        self.asked: list[tuple[Route | Reach, Callable[[tuple[RouteTime, ...]], None]]] = []
        self.then: Callable[[Effect], None] = lambda _: None

    def _do(self, effect: Effect) -> None:
        self.done.append(effect)
        self.then(effect)

    def notify(self, effect: Notify) -> None:
        self._do(effect)

    def reply(self, effect: Reply) -> None:
        self._do(effect)

    def send(self, effect: Send) -> None:
        self._do(effect)

    def remark(self, effect: Remark) -> None:
        self._do(effect)

    def withdraw(self, request: str) -> None:
        self.withdrawn.append(request)

    def ask(self, effect: Route | Reach, then: Callable[[tuple[RouteTime, ...]], None]) -> None:
        self._do(effect)
        self.asked.append((effect, then))

    def keep(self, effect: Any) -> None:
        """An audit line, or a picture."""
        assert isinstance(effect, Audit | Attachment)
        if isinstance(effect, Audit):
            self._do(effect)


class Bench:
    """A host with all its real parts inside, and these around it."""

    def __init__(self, journal: SlowJournal | None = None, center: Center | None = None) -> None:
        self.center = center or Center()
        self.journal = journal or QuickJournal(self.center.picture.position)
        self.clock = HandClock()
        self.ledger = Ledger()
        self.hands = Hands(self.clock, self.ledger, self.ledger, self.ledger, self.ledger)
        self.host = Host(self.center, self.journal, self.clock, self.hands)

    @property
    def done(self) -> list[Effect]:
        return self.ledger.done
