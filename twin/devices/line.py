"""What lies between a device and the center: delay, loss, repetition, disorder, damage, outage.

Knows: three kinds of transport. A datagram may come late, twice, out of order or never. A stream keeps its order and
loses nothing, but stalls and breaks. A request may be lost, and so may its answer.
Refuses to know: what the bytes say, and what carries them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import log as ln
from random import Random
from typing import NamedTuple, TypeVar

from simpy import Environment

from twin.devices.carrier import Answered, Carrier
from twin.devices.clock import call_later, now_us
from twin.devices.faults import FOREVER_US, AnyFault, Partition
from twin.devices.line_quality import PERFECT, LineQuality, damaged, worsened
from twin.devices.things import Log, unlogged
from twin.devices.timetable import Timetable

JITTER_SIGMA = 0.6
RETRANSMISSION_US = 200_000  # a stream's first retransmission timeout; it doubles
RETRANSMISSIONS = 6

Arriving = TypeVar("Arriving")


class Parcel(NamedTuple):
    """A message under way; `answered` None for one that wants no answer."""

    data: bytes
    peer: str
    answered: Answered | None


class Line:
    """One device's way to the center. `send` and `post` never block and never raise.

    Everything that happens is drawn from `dice`, which must be the line's own. Of the counters, `sent` and
    `duplicated` together are `delivered`, `lost`, `refused` and what is still under way.
    """

    def __init__(
        self,
        env: Environment,
        carrier: Carrier,
        link: str,
        peer: str,
        dice: Random,
        quality: LineQuality = PERFECT,
        *,
        name: str = "",
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name or f"line/{link}/{peer}"
        self.peer = peer
        self.sent = self.delivered = self.lost = self.refused = 0
        self.duplicated = self.reordered = self.damaged = self.cuts = 0
        self._env = env
        self._carrier = carrier
        self.link = link
        self._dice = dice
        self._given = quality
        self._ordered = quality.transport == "stream"
        self._log = log
        self._timetable = Timetable(faults)
        self._under_way = 0
        self._held: deque[Parcel] = deque()
        self._last_us = 0
        self._free_us = 0
        self._broken = False
        self._quality = quality
        self._jitter_mu = 0.0
        self._partition: str | None = None
        self._plain = False
        self._until_us = 0

    @property
    def under_way(self) -> int:
        """Messages that have left and not arrived."""
        return self._under_way

    @property
    def holds(self) -> int:
        """What may be under way at most: a full queue, and everything in it twice."""
        return 2 * self._given.queue

    @property
    def up(self) -> bool:
        """Whether a modem at this end would see a network."""
        if now_us(self._env) >= self._until_us:
            self._look()
        return self._partition is None

    def send(self, data: bytes, peer: str | None = None) -> None:
        """One message. `peer` names its topic or file where the line's own does not fit."""
        if now_us(self._env) >= self._until_us:
            self._look()
        self.sent += 1
        if self._plain and not self._under_way:
            self.delivered += 1
            self._carrier.send(self.link, peer or self.peer, data)
        else:
            self._accept(Parcel(data, peer or self.peer, None))

    def post(self, data: bytes, answered: Answered, peer: str | None = None) -> None:
        """One request. `answered` is called at most once; when request or answer is lost it never is."""
        if now_us(self._env) >= self._until_us:
            self._look()
        self.sent += 1
        if self._plain and not self._under_way:
            self.delivered += 1
            self._carrier.post(self.link, peer or self.peer, data, answered)
        else:
            self._accept(Parcel(data, peer or self.peer, answered))

    def _look(self) -> None:
        """The faults in force have changed: work out what the line is like now."""
        active = self._timetable.at(now_us(self._env))
        self._until_us = self._timetable.until_us
        quality = self._given
        for fault in active:
            quality = worsened(quality, fault)
        self._quality = quality
        self._jitter_mu = ln(quality.jitter_ms * 1000) if quality.jitter_ms else 0.0
        self._partition = next((fault.mode for fault in active if isinstance(fault, Partition)), None)
        troubles = (
            quality.delay_ms, quality.jitter_ms, quality.loss, quality.duplicate, quality.reorder, quality.damage,
            quality.cut, quality.bandwidth_kbps,
        )  # fmt: skip
        self._plain = self._partition is None and not self._broken and not any(troubles)

    def _accept(self, parcel: Parcel) -> None:
        if self._under_way >= self._quality.queue:
            self.refused += 1
            self._log("line-refused", line=self.name)
        elif self._partition == "hold" or self._held:
            self._hold(parcel)
        elif self._partition == "drop":
            self._broken = self._ordered
            self._lose()
        else:
            self._transmit(parcel)

    def _lose(self) -> None:
        self.lost += 1
        self._log("line-lost", line=self.name)

    def _hold(self, parcel: Parcel) -> None:
        self._under_way += 1
        self._held.append(parcel)
        if len(self._held) == 1:
            self._release_later()

    def _release_later(self) -> None:
        if self._until_us < FOREVER_US:
            call_later(self._env, self._until_us - now_us(self._env), self._release)

    def _release(self) -> None:
        """A fault began or ended; when the outage is over, everything held goes out at once."""
        self._look()
        if self._partition == "hold":
            self._release_later()
            return
        held, self._held = self._held, deque()
        self._under_way -= len(held)
        for parcel in held:
            self._accept(parcel)

    def _transmit(self, parcel: Parcel) -> None:
        quality, dice = self._quality, self._dice
        delay_us = self._delay_us(len(parcel.data))
        if quality.loss:
            if self._ordered:
                delay_us += self._resending_us()
            elif dice.random() < quality.loss:
                self._lose()
                return
            elif parcel.answered is not None and dice.random() < quality.loss:
                parcel = parcel._replace(answered=_unheard)
        if quality.damage and dice.random() < quality.damage:
            self.damaged += 1
            parcel = parcel._replace(data=damaged(parcel.data, quality.damage_how, dice))
        if self._ordered:
            self._queue_in_order(parcel, delay_us)
        else:
            self._scatter(parcel, delay_us)

    def _delay_us(self, size: int) -> int:
        quality = self._quality
        delay_us = round(quality.delay_ms * 1000)
        if quality.jitter_ms:
            delay_us += round(self._dice.lognormvariate(self._jitter_mu, JITTER_SIGMA))
        if quality.bandwidth_kbps:
            now = now_us(self._env)
            self._free_us = max(now, self._free_us) + round(size * 8000 / quality.bandwidth_kbps)
            delay_us += self._free_us - now
        return delay_us

    def _resending_us(self) -> int:
        """What a stream loses it sends again, each time after twice the wait."""
        waited_us = 0
        for attempt in range(RETRANSMISSIONS):
            if self._dice.random() >= self._quality.loss:
                break
            waited_us += RETRANSMISSION_US << attempt
        return waited_us

    def _queue_in_order(self, parcel: Parcel, delay_us: int) -> None:
        self._last_us = max(self._last_us, now_us(self._env) + delay_us)
        if self._broken:
            self._broken = False
            self._until_us = 0  # the line may be plain again
            self._put(self._last_us, self._sever, parcel.peer)
        if self._quality.cut and self._dice.random() < self._quality.cut:
            first = parcel.data[: self._dice.randrange(len(parcel.data) + 1)]
            self._put(self._last_us, self._arrive, parcel._replace(data=first))
            self._put(self._last_us, self._sever, parcel.peer)
        else:
            self._put(self._last_us, self._arrive, parcel)

    def _scatter(self, parcel: Parcel, delay_us: int) -> None:
        quality, dice = self._quality, self._dice
        arrival_us = now_us(self._env) + delay_us
        if quality.reorder and dice.random() < quality.reorder:
            self.reordered += 1
            arrival_us += round(quality.reorder_by_ms * 1000)
        self._put(arrival_us, self._arrive, parcel)
        if quality.duplicate and dice.random() < quality.duplicate:
            self.duplicated += 1
            again = parcel._replace(answered=None if parcel.answered is None else _unheard)
            self._put(arrival_us + round(dice.random() * quality.duplicate_within_ms * 1000), self._arrive, again)

    def _put(self, arrival_us: int, arrive: Callable[[Arriving], None], what: Arriving) -> None:
        self._under_way += 1
        call_later(self._env, arrival_us - now_us(self._env), arrive, what)

    def _arrive(self, parcel: Parcel) -> None:
        self._under_way -= 1
        self.delivered += 1
        data, peer, answered = parcel
        if answered is None:
            self._carrier.send(self.link, peer, data)
        else:
            self._carrier.post(self.link, peer, data, answered)

    def _sever(self, peer: str) -> None:
        self._under_way -= 1
        self.cuts += 1
        self._carrier.cut(self.link, peer)


def _unheard(_: bool) -> None:
    """The answer got lost on its way back."""
