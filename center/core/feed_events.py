"""What becomes of feeds: bytes that made no sense, silence, and its end.

Knows: the shape of these facts; events.py hands them on, and counts them among all the others.
Refuses to know: what a feed carries.
"""

from __future__ import annotations

from typing import TypeAlias

from center.core.fact import Event, Micros


class FeedFaulted(Event, frozen=True, kw_only=True):
    """Bytes that made no sense. `why` is for people, `excerpt` shows the start of the bytes (printable, at most 80
    characters), `offset` is where in the stream they began. `repeats` counts further faults of the same kind that
    were folded into this one so that a flood of garbage cannot fill the journal."""

    why: str
    excerpt: str = ""
    offset: int | None = None
    repeats: int = 0


class FeedFellQuiet(Event, frozen=True, kw_only=True):
    """Nothing came from `feed` for longer than its site file allows; `last` is when something last did."""

    feed: str
    last: Micros | None = None


class FeedRecovered(Event, frozen=True, kw_only=True):
    feed: str


AnyFeedEvent: TypeAlias = FeedFaulted | FeedFellQuiet | FeedRecovered
