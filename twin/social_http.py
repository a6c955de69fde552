"""The social network on a socket of this machine: GET, as docs/feeds/open-sources.md has it.

Knows: how a request's target reaches the network.
Refuses to know: what is asked and answered (devices/social.py), and HTTP itself (guest_http.py).
"""

from __future__ import annotations

from typing import Any

from twin.devices.social import SocialNetwork
from twin.guest_http import GuestHttp, Inject, Receive, Send, later, reply


class SocialHttp(GuestHttp):
    """`inject(then, *args)` has the world do something now."""

    def __init__(self, network: SocialNetwork, inject: Inject, host: str, port: int) -> None:
        super().__init__(self._serve, host, port)
        self._network = network
        self._inject = inject

    async def _serve(self, scope: dict[str, Any], _: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await reply(send, 405, b"")
            return
        target = scope["path"] + "?" + scope["query_string"].decode("latin-1")
        await later(self._inject, self._network.ask, target, send)
