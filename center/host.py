"""The loop of every mode: bytes become events, events are kept, the center decides, and its effects leave.

Knows: the order of those four, and that no effect leaves before the events that caused it are durable.
Refuses to know: which clock, which journal, which hands, and so whether this is a simulation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from center.clock import Clock
from center.core.center import Center
from center.core.effects import Effect
from center.core.events import Event
from center.hands import Hands
from center.store.journal import Journal


class Host:
    """`submit` may be called from anywhere but from inside a hand: an answer comes later, as an event.

    `watchers` see every batch of events once it is handled; `settlers` are told up to which position everything is
    durable and its effects have left.
    """

    def __init__(self, center: Center, journal: Journal, clock: Clock, hands: Hands) -> None:
        assert journal.last == center.picture.position, "the center must have handled exactly what the journal holds"
        self.center = center
        self.journal = journal
        self.clock = clock
        self.hands = hands
        self.watchers: list[Callable[[Sequence[Event]], None]] = []
        self.settlers: list[Callable[[int], None]] = []
        self._held: deque[tuple[int, Sequence[Effect]]] = deque()
        self._busy = False
        journal.when_durable(self._release)

    def resume(self) -> None:
        """Ask again for everything still owed an answer: after a start, a restart or a take-over."""
        self._busy = True
        for request in self.center.picture.pending.values():
            self.hands.do(request, self.submit_one)
        self._busy = False

    def submit(self, events: Sequence[Event]) -> int:
        """Keep the events, let the center decide, and return the position to wait for before acknowledging them."""
        assert not self._busy, "hands answer later, never inside do()"
        self._busy = True
        last = self.journal.append(events)
        handle, held = self.center.handle, self._held
        for position, event in enumerate(events, last - len(events) + 1):
            effects = handle(event)
            if effects:
                held.append((position, effects))
        for watch in self.watchers:
            watch(events)
        if held:
            self._release(self.journal.durable)
        self._busy = False
        return last

    def submit_one(self, event: Event) -> None:
        self.submit((event,))

    def _release(self, durable: int) -> None:
        held, do, answer = self._held, self.hands.do, self.submit_one
        busy, self._busy = self._busy, True
        while held and held[0][0] <= durable:
            for effect in held.popleft()[1]:
                do(effect, answer)
        self._busy = busy
        for settle in self.settlers:
            settle(durable)
