"""A carrier that writes down what it is given.

Knows: the moment, link, peer and bytes of every message, and the connections that were cut.
Refuses to know: what any of it means.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from simpy import Environment

from twin.devices.carrier import Answered
from twin.devices.clock import now_us

EPOCH = 1_772_323_200_000_000
"""2026-03-01 00:00:00 UTC."""
SECOND = 1_000_000


class Carried(NamedTuple):
    at_us: int
    link: str
    peer: str
    data: bytes


class Recorder:
    """Answers a request at once: True unless `takes` says otherwise, and not at all while `deaf`."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.carried: list[Carried] = []
        self.cuts: list[tuple[int, str]] = []
        self.takes = True
        self.deaf = False

    def send(self, link: str, peer: str, data: bytes) -> None:
        self.carried.append(Carried(now_us(self._env), link, peer, data))

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        self.send(link, peer, data)
        if not self.deaf:
            answered(self.takes)

    def cut(self, link: str, peer: str) -> None:  # noqa: ARG002
        self.cuts.append((now_us(self._env), peer))

    @property
    def data(self) -> list[bytes]:
        return [message.data for message in self.carried]

    def digest(self, link: str) -> str:
        """Of everything carried on one link, moments and peers included."""
        seen = sha256()
        for message in self.carried:
            if message.link == link:
                seen.update(f"{message.at_us} {message.peer} ".encode() + message.data)
        return seen.hexdigest()


class Diary:
    """A truth log that keeps what it is told."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, dict[str, object]]] = []

    def __call__(self, kind: str, /, **facts: object) -> None:
        self.entries.append((kind, facts))

    def of(self, kind: str) -> list[dict[str, object]]:
        return [facts for known, facts in self.entries if known == kind]
