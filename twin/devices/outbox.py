"""Sending until somebody answers.

Knows: at-least-once delivery over a line of requests: timeouts that double, a bounded queue, a bounded number of tries.
Refuses to know: what the messages say.
"""

from __future__ import annotations

from functools import partial

from simpy import Environment

from twin.devices.clock import call_later
from twin.devices.line import Line
from twin.devices.things import SECOND_US, Log, unlogged

TIMEOUT_US = 5 * SECOND_US
LONGEST_TIMEOUT_US = 60 * SECOND_US
TRIES = 10
LIMIT = 500


class Letter:
    """One message that waits for its answer."""

    __slots__ = ("data", "key", "peer", "tries")

    def __init__(self, key: str, data: bytes, peer: str | None) -> None:
        self.key = key
        self.peer = peer
        self.data = data
        self.tries = 0


class Outbox:
    """Keeps what has not been answered. `owner` is the device's name in the log."""

    def __init__(self, env: Environment, line: Line, owner: str, log: Log = unlogged) -> None:
        self.answered = self.retransmitted = self.given_up = 0
        self._env = env
        self._line = line
        self.owner = owner
        self._log = log
        self._waiting: dict[str, Letter] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def tried_again(self) -> int:
        """How many wait that were not answered the first time."""
        return sum(letter.tries > 1 for letter in self._waiting.values())

    def post(self, key: str, data: bytes, peer: str | None = None) -> None:
        """Sends `data` until it is answered. `key` is the message's own id, `peer` as the line has it; when the box is
        full the oldest goes."""
        if len(self._waiting) >= LIMIT:
            self._give_up(next(iter(self._waiting.values())))
        letter = self._waiting[key] = Letter(key, data, peer)
        self._try(letter)

    def repeat(self, data: bytes, times: int, after_us: int, peer: str | None = None) -> None:
        """Sends `data` again `times` times, whether it was answered or not."""
        for count in range(1, times + 1):
            call_later(self._env, count * after_us, self._again, data, peer)

    def _again(self, data: bytes, peer: str | None) -> None:
        self.retransmitted += 1
        self._line.post(data, _whatever, peer)

    def _try(self, letter: Letter) -> None:
        letter.tries += 1
        self._line.post(letter.data, partial(self._hear, letter), letter.peer)
        if self._waiting.get(letter.key) is letter:
            timeout_us = min(LONGEST_TIMEOUT_US, TIMEOUT_US << (letter.tries - 1))
            call_later(self._env, timeout_us, self._overdue, letter)

    def _hear(self, letter: Letter, taken: bool) -> None:
        """A refusal (an HTTP error) is left to the timeout, like silence."""
        if taken and self._waiting.get(letter.key) is letter:
            del self._waiting[letter.key]
            self.answered += 1

    def _overdue(self, letter: Letter) -> None:
        if self._waiting.get(letter.key) is not letter:
            return
        if letter.tries >= TRIES:
            self._give_up(letter)
            return
        self.retransmitted += 1
        self._try(letter)

    def _give_up(self, letter: Letter) -> None:
        del self._waiting[letter.key]
        self.given_up += 1
        self._log("given-up", device=self.owner, message=letter.key, tries=letter.tries)


def _whatever(_: bool) -> None:
    """Nobody waits for this answer."""
