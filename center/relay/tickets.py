"""Who may watch what, until when.

Knows: tokens, the tickets they stand for, and when one is over.
Refuses to know: who gave them out and why, and what is watched with them.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from center.relay.messages import Admit


class Ticket:
    """`ends` hold what has to be ended with it. `refused_at`: when the center was last told that with this ticket
    somebody was turned away, by the loop's clock."""

    def __init__(self, admitted: Admit) -> None:
        self.name = admitted.ticket
        self.camera = admitted.camera
        self.is_audio = admitted.is_audio
        self.token = admitted.token
        self.holder = admitted.holder
        self.refused_at = -math.inf
        self.ends: dict[Callable[[str], None], None] = {}


class Tickets:
    """`left_s` tells how long it is, by the wall, until a moment of the center's clock."""

    def __init__(self, left_s: Callable[[int], float]) -> None:
        self._left_s = left_s
        self._by_token: dict[str, Ticket] = {}
        self._by_name: dict[str, tuple[Ticket, asyncio.TimerHandle]] = {}

    def __getitem__(self, token: str) -> Ticket | None:
        return self._by_token.get(token)

    def admit(self, admitted: Admit) -> None:
        """A ticket that is there already goes on under its new token until its new end, without an interruption."""
        known = self._by_name.pop(admitted.ticket, None)
        ticket = Ticket(admitted)
        if known is not None:
            known[1].cancel()
            del self._by_token[known[0].token]
            if (known[0].camera, known[0].is_audio) == (ticket.camera, ticket.is_audio):
                ticket = known[0]
                ticket.token = admitted.token
            else:
                self._end(known[0], "the ticket is for another camera now")
        timer = asyncio.get_running_loop().call_later(
            max(0.0, self._left_s(admitted.until)), self.revoke, admitted.ticket, "the ticket has expired"
        )
        self._by_token[admitted.token] = ticket
        self._by_name[admitted.ticket] = (ticket, timer)

    def revoke(self, name: str, why: str = "the ticket has been revoked") -> None:
        known = self._by_name.pop(name, None)
        if known is None:
            return
        ticket, timer = known
        timer.cancel()
        del self._by_token[ticket.token]
        self._end(ticket, why)

    def _end(self, ticket: Ticket, why: str) -> None:
        for end in list(ticket.ends):
            end(why)
