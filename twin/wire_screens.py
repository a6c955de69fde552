"""What cameras that film have before their lenses: the newest frame of each, for whoever films it.

Knows: one frame for each camera, until there is another. Refuses to know: films, and who watches.

Written by the world's thread and read by the cameras': a frame is replaced whole.
"""

from __future__ import annotations


class Screens:
    """A Sender: a frame has arrived when it is shown."""

    def __init__(self) -> None:
        self.lost = 0
        self.newest: dict[str, bytes] = {}

    @property
    def waiting(self) -> int:
        return 0

    async def open(self) -> None:
        """Nothing to open."""

    def send(self, peer: str, data: bytes) -> None:
        self.newest[peer] = data

    def cut(self, peer: str) -> None:
        """A lens has no connection."""

    async def close(self) -> None:
        """Nothing to close."""
