"""The center as a Cursor-on-Target server.

Knows: who is connected, what each has been shown, and what waits for somebody who is not there.
Refuses to know: who may see what (see audience), and what becomes of a message (see core/threads).

What is shown to a client is what has changed since it was last shown anything. A client that does not read is shown
nothing meanwhile and the newest of everything afterwards; nothing is queued for it but what people wrote, and that is
bounded. Nobody waits for anybody else.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from center.assembly import Assembly
from center.core.effects import Remark, Send
from center.core.events import MINUTE, SECOND, Event, MessageAcked, Micros, OperatorActed
from center.core.message_facts import PERSON, MessageDelivered, MessageReplied
from center.core.picture import Picture
from center.cot import encoding
from center.cot.audience import Viewer, things, viewer_of
from center.cot.encoding import Moments
from center.durability import Durability
from center.ingest.cot import CotStream, facts
from center.ingest.cot_xml import CotEvent
from center.ingest.feed import Feed, Origin, fault
from center.intake import Intake
from center.links.tcp import Caller

SHOWN_EVERY_S = 1.0
BACKLOG_BYTES = 256 * 1024
"""A client that has so much unread is shown nothing more for now."""
STUCK_S = 60.0
ROOM_EVERY_S = 60.0
MAX_WAITING = 100
MESSAGE_LASTS = 60 * MINUTE
ANSWERS = 15 * MINUTE
"""For so long what somebody writes answers what was last written to them."""


class Wall(NamedTuple):
    """The clock by which clients live: `now_us` since the epoch, and `seconds` of one that only goes forward."""

    now_us: Callable[[], int] = lambda: time.time_ns() // 1000
    seconds: Callable[[], float] = time.monotonic


class Guest:
    """One connection. `whose` is empty until it is known who that is; `admitted` once the door has let a person in."""

    def __init__(self, caller: Caller, seconds: float) -> None:
        self.caller = caller
        self.whose = ""
        self.uid = caller.name
        self.callsign = caller.name
        self.admitted = False
        self.refused = False
        self.shown: dict[str, object] = {}
        self.room_at = -1.0
        self.read_at = seconds


class CotServer:
    """`clients` are names (in a certificate; with `named_by_themselves` also a call sign or uid) and whose each is.
    `told` is called with a sentence for people. Given to a TCP link as `greet`, to an intake as what opens feeds, to
    the hands as a messenger."""

    def __init__(
        self,
        clients: Mapping[str, str],
        told: Callable[[str], None],
        *,
        named_by_themselves: bool,
        trust_times: bool,
        wall: Wall | None = None,
    ) -> None:
        self.wall = wall or Wall()
        self._clients = dict(clients)
        self._named_by_themselves = named_by_themselves
        self._told = told
        self._trust_times = trust_times
        self._guests: dict[str, Guest] = {}
        self._waiting: dict[str, OrderedDict[str, Send]] = {}
        self._last: dict[str, tuple[str, Micros]] = {}
        self._serial = itertools.count(1)
        self._assembly: Assembly | None = None
        self._intake: Intake | None = None

    # --- coming and going ---------------------------------------------------------------------------------------------

    def greet(self, caller: Caller) -> None:
        guest = self._guests[caller.peer] = Guest(caller, self.wall.seconds())
        if caller.name:
            self._name(guest, (caller.name,))

    def guests(self) -> list[Guest]:
        """Who is here and let in."""
        return [guest for guest in self._guests.values() if guest.admitted]

    def left(self, peer: str) -> None:
        self._guests.pop(peer, None)

    def open_feed(self, _: str, origin: Origin, options: Mapping[str, str]) -> Feed:  # noqa: ARG002
        """A decoder for one connection, which tells who it is of."""
        return GuestFeed(origin, self)

    def _name(self, guest: Guest, names: Sequence[str]) -> None:
        """Who it is, if anybody here."""
        known = [self._clients[name] for name in names if name in self._clients]
        if not known:
            self._told(f"cot: {guest.caller.peer} says it is {names[0]!r}, who is not on the roster")
            guest.refused = True
            guest.caller.close("not on the roster")
            return
        guest.whose = known[0]
        if not guest.whose.startswith(PERSON):
            guest.admitted = True
            return
        assert self._assembly is not None
        act = OperatorActed(
            at=self._assembly.clock.now(),
            source="cot",
            operator=guest.whose.removeprefix(PERSON),
            act="cot.watch",
            subject=guest.caller.peer,
            request=f"cot/{guest.caller.peer}/{next(self._serial)}",
        )
        self._assembly.act(act, lambda reply: self._answered(guest, granted=reply.granted))

    def _answered(self, guest: Guest, *, granted: bool) -> None:
        guest.admitted, guest.refused = granted, not granted
        if not granted:
            guest.caller.close("refused")

    # --- what clients say ---------------------------------------------------------------------------------------------

    def heard(self, peer: str, event: CotEvent, source: str, at: Micros) -> list[Event]:
        """What an event of a guest means. Where a person is is nobody's business; what another agency's people write
        counts if it is written to the room."""
        guest = self._guests.get(peer)
        if guest is None or guest.refused:
            return []
        if event.type.startswith("a-f-"):
            guest.uid, guest.callsign = event.uid, event.callsign or event.uid
        if not guest.whose and self._named_by_themselves and event.type.startswith("a-f-"):
            self._name(guest, (event.callsign or event.uid, event.uid))
        viewer = self._viewer(guest)
        if viewer is None:
            return []
        told = facts(event, guest.whose, source, at, event.time if self._trust_times else None)
        said = (self._answering(fact, guest, at) for fact in told if _may_say(fact, viewer))
        if viewer.own:
            return list(said)
        return [_to_room(fact) for fact in said if not isinstance(fact, MessageReplied) or _names_room(event)]

    def _answering(self, fact: Event, guest: Guest, at: Micros) -> Event:
        if isinstance(fact, MessageDelivered | MessageAcked):
            message = fact.message if isinstance(fact, MessageDelivered) else fact.answers
            for request, send in list(self._waiting.get(guest.whose, {}).items()):
                if (send.message or send.id) == message:
                    del self._waiting[guest.whose][request]
        message, when = self._last.get(guest.whose, ("", Micros(0)))
        if isinstance(fact, MessageReplied) and message and at - when <= ANSWERS:
            return MessageReplied(
                at=fact.at,
                source=fact.source,
                seen=fact.seen,
                unit=fact.unit,
                text=fact.text,
                mark=fact.mark,
                to=message,
            )
        return fact

    def _viewer(self, guest: Guest) -> Viewer | None:
        if not guest.admitted or guest.refused or self._assembly is None:
            return None
        return viewer_of(guest.whose, self._assembly.center.picture)

    # --- what clients are told ------------------------------------------------------------------------------------

    def send(self, effect: Send) -> None:
        """To whoever it is for, now, or when they connect; until it is withdrawn or a receipt comes."""
        waiting = self._waiting.setdefault(effect.unit, OrderedDict())
        waiting[effect.id] = effect
        while len(waiting) > MAX_WAITING:
            waiting.popitem(last=False)
        for guest in self._of(effect.unit):
            if guest.room_at >= 0:  # else it is among what waits for the first look
                self._write(guest, effect)

    def remark(self, effect: Remark) -> None:
        for guest in self._of(effect.unit):
            when = self._moments(MESSAGE_LASTS)
            if effect.what == "withdrawn":
                uid = f"GeoChat.{encoding.ROOM_UID}.{guest.uid}.{effect.message}"
                guest.caller.send(encoding.gone(uid, when))
            else:
                guest.caller.send(encoding.receipt(effect.what, effect.message, guest.uid, guest.callsign, when))

    def withdraw(self, request: str) -> None:
        for waiting in self._waiting.values():
            waiting.pop(request, None)

    def _of(self, whose: str) -> list[Guest]:
        return [guest for guest in self._guests.values() if guest.whose == whose and guest.admitted]

    def _write(self, guest: Guest, effect: Send) -> None:
        message = effect.message or effect.id
        self._last[guest.whose] = (message, effect.sent)
        text = "\n".join(filter(None, (effect.headline, effect.plate, effect.vehicle, effect.note)))
        guest.caller.send(encoding.chat(message, guest.uid, guest.callsign, text, self._moments(MESSAGE_LASTS)))

    def _moments(self, lasts: int) -> Moments:
        now = self.wall.now_us()
        return Moments(now, now, now + lasts)

    # --- the picture --------------------------------------------------------------------------------------------------

    def join(self, assembly: Assembly, intake: Intake) -> None:
        """`intake` is where what clients say comes in, and on whose row stands what is wrong with one."""
        self._assembly, self._intake = assembly, intake

    async def run(self, durability: Durability) -> None:
        """Show everybody what has changed, once it is durable, once a second, until cancelled."""
        assert self._assembly is not None
        while True:
            await asyncio.sleep(SHOWN_EVERY_S)
            position = self._assembly.center.picture.position
            shown = self.look()
            await durability.kept(position)
            for guest, out in shown:
                guest.caller.send(out)

    def look(self) -> list[tuple[Guest, bytes]]:
        """What each is to be told now. Who has not read for too long is let go."""
        assert self._assembly is not None
        picture = self._assembly.center.picture
        written: dict[tuple[bool, str, object], bytes] = {}
        shown = [(guest, b"".join(self._changed(guest, picture, written))) for guest in list(self._guests.values())]
        for guest, _ in shown:
            if self.wall.seconds() - guest.read_at > STUCK_S:
                self._let_go(guest, f"has left {BACKLOG_BYTES // 1024} KiB unread for {STUCK_S:g} s")
        return [(guest, out) for guest, out in shown if out]

    def _let_go(self, guest: Guest, why: str) -> None:
        """So that whoever looks at the feeds knows why somebody's map stands still."""
        assert self._assembly is not None
        assert self._intake is not None
        said = f"{guest.whose.removeprefix(PERSON) or guest.caller.peer} {why} and was let go"
        guest.refused = True
        guest.caller.close(why)
        self._told(f"cot: {said}")
        origin = Origin(f"{self._intake.name}/{guest.caller.peer}", guest.caller.peer)
        self._intake.tell([fault(origin, self._assembly.clock.now(), said, b"")])
        self._intake.trouble(said)

    def _changed(self, guest: Guest, picture: Picture, written: dict[tuple[bool, str, object], bytes]) -> list[bytes]:
        """What a guest has not been shown yet, as far as it reads."""
        viewer, seconds = self._viewer(guest), self.wall.seconds()
        if viewer is None:
            guest.read_at = seconds  # it has been shown nothing to read
            return []
        if guest.caller.backlog_bytes > BACKLOG_BYTES:
            return []
        guest.read_at = seconds
        out = self._room(guest, seconds)
        offset = self.wall.now_us() - picture.now
        now = {thing.uid: thing for thing in things(viewer, picture, lambda moment: moment + offset)}
        for uid, thing in now.items():
            if guest.shown.get(uid) != thing.stamp:
                key = (viewer.own, uid, thing.stamp)
                if key not in written:
                    written[key] = thing.write()
                out.append(written[key])
                guest.shown[uid] = thing.stamp
        for uid in [uid for uid in guest.shown if uid not in now]:
            del guest.shown[uid]
            out.append(encoding.gone(uid, self._moments(MINUTE)))
        return out

    def _room(self, guest: Guest, seconds: float) -> list[bytes]:
        """The room as somebody to write to, now and then; at the first look also what waits for this guest."""
        if seconds - guest.room_at < ROOM_EVERY_S and guest.room_at >= 0:
            return []
        first, guest.room_at = guest.room_at < 0, seconds
        if first:
            for effect in self._waiting.get(guest.whose, {}).values():
                self._write(guest, effect)
        return [encoding.room(self._moments(round(3 * ROOM_EVERY_S) * SECOND))]


class GuestFeed(CotStream):
    """One guest's stream: what it says is the server's to understand."""

    def __init__(self, origin: Origin, server: CotServer) -> None:
        super().__init__(origin)
        self._server = server

    def _moment(self, at: Micros) -> Micros:  # noqa: ARG002  # a guest's clock is the wall's, whatever a twin plays
        return Micros(self._server.wall.now_us())

    def _told(self, event: CotEvent, at: Micros) -> Sequence[Event]:
        return self._server.heard(self._origin.peer, event, self._origin.source, at)


def _may_say(fact: Event, viewer: Viewer) -> bool:
    """A unit of ours says where it is and what it wants; a person of ours, and people of an agency that has joined,
    only write and read."""
    if isinstance(fact, MessageDelivered | MessageAcked | MessageReplied):
        return viewer.own or viewer.joined
    return viewer.own and viewer.person is None


def _names_room(event: CotEvent) -> bool:
    """Whether chat is for the room: not for everybody, nor for somebody else on the same map."""
    chat = event.chat
    return chat is not None and encoding.ROOM_UID in (chat.to, chat.room)


def _to_room(fact: Event) -> Event:
    return msgspec.structs.replace(fact, to_room=True) if isinstance(fact, MessageReplied) else fact
