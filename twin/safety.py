"""What must never happen in a run, watched from outside the center while it goes on.

Knows: the frames that operators are shown, the messages that terminals are sent, the world's truth, and how full
things may be.
Refuses to know: how the center decides; any center that speaks docs/api.md and docs/devices.md can be watched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import msgspec

from twin.devices import outbox, terminal
from twin.devices.clock import now_us
from twin.expectations import Checked
from twin.score import NEED_HELP, as_listed
from twin.world import World

MOST_OWED = 2_000
MOST_TOLD = 20


class _Listing(msgspec.Struct):
    plate: str


class _Alert(msgspec.Struct):
    alert: str
    kind: str
    subject: str
    at: int
    listing: _Listing | None = None


class _Frame(msgspec.Struct):
    alerts: list[_Alert] = []


_frame = msgspec.json.Decoder(_Frame).decode
_texts = re.compile(rb'"((?:[^"\\]|\\.)*+)"').findall
"""What stands in quotation marks in a frame."""


class Witness:
    """Give it every frame (`saw`), every message to a terminal (`heard`) and a look now and then; `broken` holds what
    should never have happened, with its moment. `owed()`: the requests the center waits for an answer to."""

    def __init__(self, world: World, owed: Callable[[], Sequence[str]]) -> None:
        self.broken: list[str] = []
        self.owed_since: dict[str, int] = {}
        self._world = world
        self._owed = owed
        self._frames = self._messages = self._looks = 0
        self._meant: dict[str, object] = {}
        self._confirmed: set[tuple[str, str]] = set()
        self._alerted: dict[str, str] = {}
        self._elsewhere: frozenset[str] | None = None
        self._in_need: set[str] = set()
        self._facts = 0

    def saw(self, frame: bytes) -> None:
        """An operator is shown a frame."""
        self._frames += 1
        for alert in _frame(frame).alerts:
            self._means(alert.alert, (alert.kind, alert.subject, alert.at))
            self._alerted[alert.alert] = alert.subject
            if alert.kind == "hotlist-hit" and alert.listing is not None and not self._is_listed(alert.listing.plate):
                self._tell(f"{alert.alert} is about {alert.listing.plate}, which nobody has listed")
            elif alert.kind == "unit-emergency" and not self._has_called(alert.subject):
                self._tell(f"{alert.alert} says that {alert.subject} called for help, and nobody did")
        silent = {app.owner.name.encode() for app in self._world.neighbours.apps if not app.has_answered}
        for name in sorted(silent.intersection(_texts(frame))):
            self._tell(f"a frame names {name.decode()}, who has sent nothing")

    def heard(self, topic: str, payload: bytes) -> None:
        """A terminal is sent a message."""
        self._messages += 1
        message = terminal.decode(payload)
        if message is None:
            self._tell(f"{topic} was sent what no terminal can read: {payload[:60]!r}")
            return
        self._means(message.id, (topic, payload))
        if message.kind == "hotlist-hit":
            self._read_facts()
            subject = (message.plate or "").split(" ")[0]
            if (message.verified_by or "", subject) not in self._confirmed:
                self._tell(f"{message.id} tells {topic} of {message.plate}, which nobody has confirmed")

    def look(self) -> None:
        """How full everything is, and since when each request waits."""
        self._looks += 1
        now = now_us(self._world.setting.env)
        owed = self._owed()
        self.owed_since = {request: self.owed_since.get(request, now) for request in owed}
        if len(owed) > MOST_OWED:
            self._tell(f"{len(owed)} requests wait for an answer; at most {MOST_OWED} may")
        for line in self._world.setting.lines:
            if line.under_way > line.holds:
                self._tell(f"{line.name} carries {line.under_way} messages at once; at most {line.holds} may be")
        for box in self._world.outboxes:
            if len(box) > outbox.LIMIT:
                self._tell(f"{box.owner} keeps {len(box)} messages; at most {outbox.LIMIT} may be")

    def verdict(self, positions: Iterable[int]) -> Checked:
        """When the run is over. `positions`: those of the journal, in order."""
        last = 0
        for position in positions:
            if position != last + 1:
                self._tell(f"the journal goes on at {position} behind {last}")
            last = position
        seen = f"in {self._frames} frames, {self._messages} messages, {last} events and {self._looks} looks"
        return Checked("nothing ever happened that must not", not self.broken, "; ".join(self.broken[:5]) or seen)

    def _means(self, name: str, what: object) -> None:
        if self._meant.setdefault(name, what) != what:
            self._tell(f"{name} has stood for {self._meant[name]!r:.120} and now stands for {what!r:.120}")

    def _tell(self, what: str) -> None:
        if len(self.broken) < MOST_TOLD:
            self.broken.append(f"{now_us(self._world.setting.env) / 1e6:.3f} s: {what}")

    def _is_listed(self, plate: str) -> bool:
        roadside, folded = self._world.roadside, as_listed(plate)
        if any(as_listed(listing.plate) == folded for listing in roadside.wanted_here):
            return True
        if self._elsewhere is None:  # a long list, and seldom asked
            self._elsewhere = frozenset(as_listed(listing.plate) for listing in roadside.wanted())
        return folded in self._elsewhere

    def _has_called(self, unit: str) -> bool:
        self._read_facts()
        return unit in self._in_need

    def _read_facts(self) -> None:
        """What has happened since the last time."""
        facts = self._world.setting.truth.facts
        for fact in islice(facts, self._facts, None):
            if fact.kind in NEED_HELP:
                self._in_need.add(fact.facts["unit"])
            elif fact.kind == "acted" and fact.facts["act"] == "confirm":
                self._confirmed.add((fact.facts["operator"], self._alerted.get(fact.facts["alert"], "")))
        self._facts = len(facts)
