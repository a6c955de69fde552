"""A tip line: takes what people tell it, and hands it over to whoever has subscribed.

Knows: the JSON of docs/feeds/tips.md, that each tip gets a number, and that it is sent until it is answered.
Refuses to know: whether a tip is true, and who gave it, unless a fault makes it say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import msgspec
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault, Retransmit, SaysWho
from twin.devices.line import Line
from twin.devices.outbox import Outbox
from twin.devices.things import SECOND_US, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed

FASTEST_US, SLOWEST_US = 2 * SECOND_US, 20 * SECOND_US
"""Until a tip has been written down and looked through by the line's own people (assumption; at many it is hours)."""

_encode = msgspec.json.Encoder().encode


class Teller(NamedTuple):
    """Who tells it. A line that works keeps nothing of this."""

    name: str
    phone: str


class Told(NamedTuple):
    """What somebody says. Moments are microseconds since the scenario's start; `about` and `wrong` are for the truth
    log only: what it is truly about, and what of it is not so."""

    text: str
    offence: str
    channel: str
    begins_us: int | None = None
    ends_us: int | None = None
    lat: float | None = None
    lon: float | None = None
    off_m: float | None = None
    address: str = ""
    plate: str = ""
    state: str = ""
    looks: tuple[str, str, str] = ("", "", "")
    about: str = ""
    wrong: str = ""


class TipLine:
    """`line` must be one that answers. `epoch` is the scenario's start in microseconds UTC."""

    def __init__(
        self,
        env: Environment,
        name: str,
        line: Line,
        dice: Random,
        *,
        epoch: int,
        year: int,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.taken = self.lost = 0
        self.outbox = Outbox(env, line, name, log)
        self._env = env
        self._dice = dice
        self._epoch = epoch
        self._year = year
        self._timetable = Timetable(faults)
        self._log = log

    def tell(self, said: Told, teller: Teller, person: str) -> None:
        """Somebody calls, or writes. While it is off nobody is there to listen. `person` is for the truth log."""
        now = now_us(self._env)
        active = self._timetable.at(now)
        if active and power(active, now) == "off":
            self.lost += 1
            self._log("tip-untaken", line=self.name, about=said.about, person=person)
            return
        self.taken += 1
        number = f"{self._year % 100:02d}-{self.taken:06d}"
        self._log("tip-told", line=self.name, tip=number, about=said.about, wrong=said.wrong, person=person)
        document = self._document(number, said, skewed(self._epoch + now, active) - now, now)
        if any(isinstance(fault, SaysWho) for fault in active):
            document |= {"tipster": {"name": teller.name, "phone": teller.phone}, "callerId": teller.phone}
            self._log("tip-says-who", line=self.name, tip=number)
        call_later(self._env, self._dice.randint(FASTEST_US, SLOWEST_US), self._hand_over, number, _encode(document))

    def _hand_over(self, number: str, data: bytes) -> None:
        self.outbox.post(number, data)
        for fault in self._timetable.at(now_us(self._env)):
            if isinstance(fault, Retransmit):
                self.outbox.repeat(data, fault.times, round(fault.after_s * SECOND_US))

    def _document(self, number: str, said: Told, epoch: int, now: int) -> dict[str, Any]:
        """By the line's own clock. What was not said is not there."""
        occurred = {"from": _iso(epoch, said.begins_us), "to": _iso(epoch, said.ends_us)}
        place = {"address": said.address, "latitude": said.lat, "longitude": said.lon, "accuracyMeters": said.off_m}
        make, model, color = said.looks
        vehicle = {"plate": said.plate, "state": said.state, "make": make, "model": model, "color": color}
        parts: dict[str, dict[str, Any]] = {"occurred": occurred, "location": place, "vehicle": vehicle}
        return {
            "tipNumber": number,
            "receivedAt": _iso(epoch, now),
            "channel": said.channel,
            "offenseType": said.offence,
            "narrative": said.text,
            **{name: full for name, part in parts.items() if (full := _full(part))},
        }


def _full(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value not in (None, "")}


def _iso(epoch: int, at_us: int | None) -> str | None:
    if at_us is None:
        return None
    return datetime.fromtimestamp((epoch + at_us) / SECOND_US, UTC).isoformat(timespec="milliseconds")
