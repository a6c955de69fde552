"""A clip comes in, whatever carries it, and is looked at by another process before it is kept.

Knows: how many come and are looked at at a time, and that one that breaks off leaves nothing.
Refuses to know: headers, forms, and what is in a clip.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from center.portal.inspecting import Found, found_in
from center.portal.portal import Answered, Portal, Upload
from center.portal.quarantine import FullError

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Say: TypeAlias = Callable[[Upload, str, Found], Upload]

LOOKED_AT_ONCE = 2
"""So many clips are looked at at a time; whoever comes besides waits."""
MOST_AT_ONCE = 64
BUSY = Answered(503, {"why": "too many at once; try again later"})


class BrokenOffError(Exception):
    """Whoever sent it has gone."""


async def pieces(receive: Receive) -> AsyncIterator[bytes]:
    """A request's body as it comes. Raises BrokenOffError."""
    more = True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise BrokenOffError
        yield part.get("body", b"")
        more = part.get("more_body", False)


class Taking:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)
        self._coming = 0

    @property
    def is_full(self) -> bool:
        return self._coming >= MOST_AT_ONCE

    async def take(self, upload: Upload, body: AsyncIterator[bytes], say: Say | None = None) -> Answered:
        """The file to its end, and what becomes of it. `say` makes what is said of it once it is known, where that did
        not come before it; it is given the upload, the digest of its file and what was found."""
        self._coming += 1
        try:
            return await self._taken(upload, body, say)
        except BaseException:
            upload.incoming.forget()
            raise
        finally:
            self._coming -= 1

    async def _taken(self, upload: Upload, body: AsyncIterator[bytes], say: Say | None) -> Answered:
        try:
            async for piece in body:
                upload.incoming.write(piece)
        except BrokenOffError:
            upload.incoming.forget()
            return Answered(400, {"why": "it broke off"})
        except (FullError, OSError):
            upload.incoming.forget()
            return Answered(413, {"why": "it is larger than its manifest says"})
        digest = ""
        if say is not None:
            digest = upload.incoming.close()
        elif (wrong := self._portal.complete(upload)) is not None:
            return wrong
        async with self._looking:
            found = await found_in(upload.incoming.path, self._portal.most_s)
        return self._portal.finish(say(upload, digest, found) if say is not None else upload, found)
