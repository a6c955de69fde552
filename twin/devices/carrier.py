"""What a device may ask of the world outside it: carry these bytes.

Knows: that a link has a name, a message has a peer, some links answer and some connections break.
Refuses to know: sockets, clocks, and who listens at the other end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

Answered: TypeAlias = Callable[[bool], None]
"""Called at most once, in the world's own thread, when the other end has answered: True when it took the message."""


class Carrier(Protocol):
    """Lockstep carries by function call, wire by sockets; a device cannot tell which. No method blocks or raises."""

    def send(self, link: str, peer: str, data: bytes) -> None:
        """Hand over one message. `link` is the name of the feed in the site file; `peer` is the MQTT topic, the file
        name, or whatever names the sender on a datagram link and the connection on a stream link."""
        ...

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        """Hand over one request of a link that answers (HTTP). `peer` is the content type. When no answer comes, the
        device sends again by itself: a carrier never repeats a request."""
        ...

    def cut(self, link: str, peer: str) -> None:
        """The stream connection of `peer` broke; what is sent next comes on a new one. Nothing to do on links that
        have no connections."""
        ...
