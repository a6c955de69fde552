"""A tablet with a TAK client: in a car, or on a table of another agency's command post.

Knows: when it connects, says where it is, asks whether anybody is there, gives up and tries again; and how its owner
reads and answers what the room writes.
Refuses to know: what carries the bytes (a Way does), and who is at the other end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol

from simpy import Environment

from twin.devices import tak
from twin.devices.clock import call_later, now_us
from twin.devices.faults import (
    AnyFault,
    Deaf,
    DuplicateId,
    HalfSaid,
    LostLink,
    MalformedXml,
    Silent,
    SlowReader,
)
from twin.devices.gps import Noise
from twin.devices.tak import Shown, Who
from twin.devices.things import SECOND_US, Fix, Log, unlogged
from twin.devices.timetable import Timetable, skewed

TICK_US = SECOND_US
CARRY_US = 70_000
"""From the tablet to the network's edge: a cellular line on a good day."""
NOTICE_US = (300_000, 1_500_000)
PING_AFTER_US, GIVE_UP_US = 15 * SECOND_US, 60 * SECOND_US
RETRY_US = (2 * SECOND_US, 4 * SECOND_US, 8 * SECOND_US, 16 * SECOND_US, 30 * SECOND_US)
MOST_UNSENT, MOST_KNOWN = 100, 10_000
ANSWERS = ("10-4", "Copy", "On it", "Copy, will advise", "10-4, stand by")
WHAT = {"a-f": "friend", "a-u": "unknown", "u-d": "area"}
"""By the first letters of an event's type, what stands on the map."""


class Client(Protocol):
    def connected(self) -> None: ...
    def heard(self, data: bytes) -> None: ...
    def lost(self, why: str) -> None: ...


class Way(Protocol):
    """Carries a client's bytes. Nothing calls back before it returns; after `hang_up` nothing more is told."""

    def connect(self, name: str, client: Client) -> None: ...
    def send(self, name: str, data: bytes) -> None: ...
    def hang_up(self, name: str) -> None: ...
    def hold(self, name: str, unread: bool) -> None: ...


class Tablet:
    """`position` tells the true fix at a moment since the scenario's start; `epoch` is that start in microseconds UTC.
    Says where it is every `every_us`. Whoever carries it reads what comes after `reads_s` seconds (least, most). It
    goes nowhere until it has a `way`."""

    def __init__(
        self,
        env: Environment,
        callsign: str,
        position: Callable[[int], Fix],
        dice: Random,
        *,
        epoch: int,
        every_us: int,
        reads_s: tuple[float, float],
        team: str,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.callsign = callsign
        self.way: Way | None = None
        self.is_up = False
        self._env = env
        self._position = position
        self._dice = dice
        self._epoch = epoch
        self._every_us = every_us
        self._reads_s = reads_s
        self._team = team
        self._timetable = Timetable(faults)
        self._log = log
        self._noise = Noise(dice)
        self._reader = tak.Reader()
        self._uid = f"ANDROID-{dice.getrandbits(48):012x}"
        self._unsent: list[bytes] = []
        self._known: OrderedDict[str, None] = OrderedDict()
        self._messages: OrderedDict[str, None] = OrderedDict()
        self._dialling = self._half = self._held = False
        self._tries = self._wrote = 0
        self._connection = 0
        self._dial_us = self._due_us = dice.randrange(every_us)
        self._heard_us = self._pinged_us = self._leaves_us = 0
        call_later(env, self._dial_us, self._tick)

    # --- the connection -------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        call_later(self._env, TICK_US, self._tick)
        if self.way is None:
            return
        now = now_us(self._env)
        active = self._timetable.at(now)
        link = next((fault for fault in active if isinstance(fault, LostLink)), None)
        if link is not None and link.connections == "cut":
            self._hang_up("no network")
            return
        self._hold(link is not None or any(isinstance(fault, SlowReader) for fault in active))
        if not self.is_up:
            if not self._dialling and now >= self._dial_us and link is None:
                self._dialling = True
                self.way.connect(self.callsign, self)
            return
        if link is None:
            self._look(now, active)
        elif now - self._heard_us > GIVE_UP_US:
            self._hang_up("no answer")

    def _look(self, now: int, active: Sequence[AnyFault]) -> None:
        """What a client does every second while it is connected."""
        if any(isinstance(fault, HalfSaid) for fault in active):
            if not self._half:
                self._half = True
                whole = self._presence(now, active)
                self._leave(whole[: len(whole) // 2])
            return
        self._half = False
        if any(isinstance(fault, Silent) for fault in active):
            return
        if now >= self._due_us:
            self._due_us = now + self._every_us
            self._say(self._presence(now, active), active)
        unsent, self._unsent = self._unsent, []
        for data in unsent:
            self._say(data, active)
        if self._held:
            return
        if now - self._heard_us > GIVE_UP_US:
            self._hang_up("no answer")
        elif now - max(self._heard_us, self._pinged_us) > PING_AFTER_US:
            self._pinged_us = now
            self._say(tak.ping(self._who(active), self._utc(active)), active)

    def connected(self) -> None:
        now = now_us(self._env)
        active = self._timetable.at(now)
        self.is_up, self._dialling, self._tries = True, False, 0
        self._connection += 1
        self._heard_us = self._pinged_us = now
        self._reader.forget()
        self._log("tablet-up", tablet=self.callsign, connection=self._connection)
        self._due_us = now + self._every_us
        self._say(self._presence(now, active), active)

    def lost(self, why: str) -> None:
        if self.is_up:
            self._log("tablet-down", tablet=self.callsign, why=why)
        self.is_up = self._dialling = self._held = False
        wait = RETRY_US[min(self._tries, len(RETRY_US) - 1)]
        self._tries += 1
        self._dial_us = now_us(self._env) + round(wait * self._dice.uniform(0.8, 1.2))

    def _hang_up(self, why: str) -> None:
        assert self.way is not None
        if self.is_up or self._dialling:
            self.way.hang_up(self.callsign)
            self.lost(why)

    def _hold(self, unread: bool) -> None:
        if unread != self._held and self.is_up:
            assert self.way is not None
            self._held = unread
            self.way.hold(self.callsign, unread)

    # --- what it says ---------------------------------------------------------------------------------------------

    def _who(self, active: Sequence[AnyFault]) -> Who:
        uid = next((fault.identity for fault in active if isinstance(fault, DuplicateId)), self._uid)
        return Who(uid, self.callsign)

    def _utc(self, active: Sequence[AnyFault]) -> int:
        return skewed(self._epoch + now_us(self._env), active)

    def _presence(self, now: int, active: Sequence[AnyFault]) -> bytes:
        fix = self._noise.seen(self._position(now))
        return tak.presence(self._who(active), self._utc(active), fix, self._every_us, self._team)

    def _say(self, data: bytes, active: Sequence[AnyFault]) -> None:
        rate = max((fault.rate for fault in active if isinstance(fault, MalformedXml)), default=0.0)
        self._leave(tak.broken(data) if rate and self._dice.random() < rate else data)

    def _leave(self, data: bytes) -> None:
        """In order, and only on the connection on which it was said."""
        self._leaves_us = max(self._leaves_us, now_us(self._env) + CARRY_US)
        call_later(self._env, self._leaves_us - now_us(self._env), self._carry, data, self._connection)

    def _carry(self, data: bytes, connection: int) -> None:
        if self.is_up and connection == self._connection and self.way is not None:
            self.way.send(self.callsign, data)

    def _tell(self, what: Callable[[Who, int], bytes]) -> None:
        """What must arrive: later, when there is no connection now."""
        active = self._timetable.at(now_us(self._env))
        data = what(self._who(active), self._utc(active))
        if self.is_up and not self._half and not any(isinstance(fault, LostLink | Silent) for fault in active):
            self._say(data, active)
        elif len(self._unsent) < MOST_UNSENT:
            self._unsent.append(data)

    # --- what it shows --------------------------------------------------------------------------------------------

    def heard(self, data: bytes) -> None:
        self._heard_us = now_us(self._env)
        for shown in self._reader.feed(data):
            self._take(shown)

    def _take(self, shown: Shown) -> None:
        if shown.type == "b-t-f" and shown.sender is not None and shown.about:
            self._message(shown, shown.sender)
        elif shown.type in ("b-t-f-d", "b-t-f-r"):
            told = "read" if shown.type == "b-t-f-r" else "delivered"
            self._log("tablet-told", tablet=self.callsign, mark=shown.about, told=told)
        elif shown.type == "t-x-d-d":
            if self._known.pop(shown.about, False) is None:
                self._log("tablet-clears", tablet=self.callsign, uid=shown.about)
        elif shown.uid not in self._known and (what := WHAT.get(shown.type[:3])):
            self._known[shown.uid] = None
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            self._log("tablet-shows", tablet=self.callsign, shows=what, uid=shown.uid, callsign=shown.callsign)

    def _message(self, shown: Shown, sender: Who) -> None:
        """On the screen at once; its owner looks when they have a hand free, once, and answers."""
        dice, again = self._dice, shown.about in self._messages
        notice_us = dice.randint(*NOTICE_US)
        call_later(self._env, notice_us, self._receipt, "delivered", sender, shown.about)
        if again:
            return
        self._messages[shown.about] = None
        if len(self._messages) > MOST_KNOWN:
            self._messages.popitem(last=False)
        self._log("tablet-message", tablet=self.callsign, message=shown.about, text=shown.text)
        read_us = notice_us + round(dice.uniform(*self._reads_s) * SECOND_US)
        call_later(self._env, read_us, self._read, sender, shown.about, dice.choice(ANSWERS))

    def _receipt(self, what: str, sender: Who, message: str) -> None:
        self._tell(lambda who, utc_us: tak.receipt(what, who, sender, message, utc_us))

    def _read(self, sender: Who, message: str, answer: str) -> None:
        if any(isinstance(fault, Deaf) for fault in self._timetable.at(now_us(self._env))):
            return
        self._wrote += 1
        mark = f"{self.callsign}-{self._wrote}"
        self._log("tablet-read", tablet=self.callsign, message=message)
        self._receipt("read", sender, message)
        self._log("tablet-wrote", tablet=self.callsign, mark=mark, text=answer)
        self._tell(lambda who, utc_us: tak.chat(who, sender, mark, answer, utc_us))
