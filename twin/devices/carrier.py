"""What a device may ask of the world outside it: carry these bytes.

Knows: that a link has a name and a message has a peer.
Refuses to know: sockets, clocks, and who listens at the other end.
"""

from __future__ import annotations

from typing import Protocol


class Carrier(Protocol):
    """Lockstep carries by function call, wire by sockets; a device cannot tell which."""

    def send(self, link: str, peer: str, data: bytes) -> None:
        """Hand over one message. `link` is the name of the feed in the site file; `peer` is the MQTT topic, the HTTP
        content type, or whatever names the sender on a datagram link. Never blocks, never raises."""
        ...
