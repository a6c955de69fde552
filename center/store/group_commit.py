"""Group commit: many appends, one fsync, on a thread of its own.

Knows: that a commit stalls whoever waits for it, so nobody in the event loop does; and that a full disk is a
condition that passes, so a failed commit is tried again with nothing lost.
Refuses to know: what is written.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence

from center.core.events import Event
from center.store.journal import JournalFile, encode

RETRY_S = 0.25
PAUSE_S = 0.001
"""Between two commits: the first event after a lull is committed at once, a flood of them in a few hundred commits a
second, each of which costs the processor as much as many events do."""


class GroupCommitJournal:
    """A Journal. `notify` carries a call to the appending thread (an event loop's `call_soon_threadsafe`); `before` is
    called on the writing thread before each commit, for what must not be lost when the events survive.

    `trouble` is empty, or says why the disk refuses at the moment; while it does, the backlog grows and no effect
    leaves the center. Links bound what they pour that is not durable yet, and so the backlog.
    """

    def __init__(
        self,
        file: JournalFile,
        notify: Callable[[Callable[[], None]], object],
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._file = file
        self._notify = notify
        self._before = before
        self._then: Callable[[int], None] = lambda _: None
        self._pending: list[Event] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self.last = file.last
        self.durable = file.last
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, events: Sequence[Event]) -> int:
        assert self._thread.is_alive(), f"the journal has ended: {self.trouble or 'it was closed'}"
        with self._lock:
            self._pending.extend(events)
        self.last += len(events)
        if not self._wake.is_set():
            self._wake.set()
        return self.last

    def when_durable(self, then: Callable[[int], None]) -> None:
        self._then = then

    def close(self) -> None:
        """Blocks until the backlog is written (unless the disk refuses) and the thread is gone. Whoever waits for what
        was written is told before this returns."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        if self._file.last > self.durable:
            self._risen()
        self._file.close()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                batch, self._pending = self._pending, []
            if batch and not self._keep(batch):
                return
            if self._closing.wait(PAUSE_S) and not self._pending:
                return

    def _keep(self, batch: Sequence[Event]) -> bool:
        """What cannot even be written down is a broken invariant: whoever appends next learns of it, and stops."""
        try:
            self._before()
            return self._commit([encode(event) for event in batch])
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
            raise

    def _commit(self, encoded: list[bytes]) -> bool:
        """Write until it works; False when the journal is closed before it does."""
        while True:
            try:
                self._file.write(encoded)
            except sqlite3.OperationalError as error:
                self.trouble = str(error)
                if self._closing.wait(RETRY_S):
                    return False
                continue
            self.trouble = ""
            self._notify(self._risen)
            return True

    def _risen(self) -> None:
        self.durable = max(self.durable, self._file.last)
        self._then(self.durable)
