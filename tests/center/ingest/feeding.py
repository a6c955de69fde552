"""What the tests of the decoders behind the registry share: running one by its name, and sorting what came out.

Knows: the Feed contract and the registry.
Refuses to know: any wire format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from center.core.events import Event, FeedFaulted, Micros
from center.ingest import open_feed
from center.ingest.feed import Feed, Origin
from tests.center.ingest.position_feeds import NOW

E = TypeVar("E", bound=Event)


def feed_of(name: str, peer: str = "", whole: bool = False, options: Mapping[str, str] | None = None) -> Feed:
    return open_feed(name, Origin(f"test/{name}", peer, whole), options or {})


def events_of(feed: Feed, *pieces: bytes, at: Micros = NOW) -> list[Event]:
    """Everything a feed finds in these pieces, to the end of the stream."""
    events = [event for piece in pieces for event in feed.receive(piece, at)]
    return [*events, *feed.finish(at)]


def only(kind: type[E], events: Iterable[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def the(kind: type[E], events: Iterable[Event]) -> E:
    """The one event there is, with nothing beside it."""
    (event,) = events
    assert isinstance(event, kind), event
    return event


def whys(events: Iterable[Event]) -> list[str]:
    return [event.why for event in only(FeedFaulted, events)]
