"""The Cursor-on-Target server of a center inside another program: no sockets, and that program's clock.

Knows: how server, intake and messenger are joined, and that everybody is shown what has changed once a second.
Refuses to know: who carries the bytes, and what is said.
"""

from __future__ import annotations

from center.assembly import Assembly
from center.clock import Clock
from center.core.events import SECOND, Micros
from center.cot.listening import FEED
from center.cot.server import SHOWN_EVERY_S, CotServer, Wall
from center.links.tcp import Caller
from center.site_cot import CotSettings, whose
from center.terminals import Way, Ways

__all__ = ["Caller", "CotByHand"]


class CotByHand:
    """`enter` brings a client, `hear` what it says, `leave` that it is gone. A client's `send` and `close` may not call
    back before they return."""

    def __init__(self, cot: CotSettings, clock: Clock) -> None:
        self._clock = clock
        self._callers: dict[str, Caller] = {}
        wall = Wall(clock.now, lambda: clock.now() / SECOND)
        self._server = CotServer(whose(cot.clients), _unheard, named_by_themselves=True, trust_times=False, wall=wall)

    def messenger(self, terminals: Way) -> Ways:
        return Ways(terminals, self._server)

    def joined(self, assembly: Assembly) -> None:
        assembly.add(FEED, "cot", link="tcp-listen", options={}, opened=self._server.open_feed)
        self._intake = assembly.intakes[FEED]
        self._server.join(assembly, self._intake)

    def start(self) -> None:
        self._clock.call_at(Micros(self._clock.now() + round(SHOWN_EVERY_S * SECOND)), self._show)

    def enter(self, caller: Caller) -> None:
        self._callers[caller.peer] = caller
        self._server.greet(caller)

    def hear(self, peer: str, data: bytes) -> None:
        self._intake.arrive([(peer, data)])
        reply = self._intake.replies(peer)
        if reply and peer in self._callers:
            self._callers[peer].send(reply)

    def leave(self, peer: str) -> None:
        if self._callers.pop(peer, None) is not None:
            self._server.left(peer)
            self._intake.gone(peer)

    def _show(self) -> None:
        self.start()
        for guest, out in self._server.look():
            guest.caller.send(out)


def _unheard(_: str) -> None:
    """The feed's row says it."""
