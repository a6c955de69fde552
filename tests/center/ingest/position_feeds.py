"""What the tests of the position decoders share: a moment, a way to run a decoder, ways to damage and cut bytes.

Knows: the Feed contract.
Refuses to know: any wire format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from center.core.events import Event, FeedFaulted, Micros, UnitMoved, UnitReported
from center.ingest.feed import Feed, Origin


def moment(text: str) -> Micros:
    """Microseconds of `2026-03-23 12:00:00.5`, UTC."""
    return Micros(round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6))


NOW = moment("2026-03-23 12:00:00")

Decoder = Callable[[Origin, Mapping[str, str]], Feed]


def decoded(decoder: Decoder, *pieces: bytes, at: Micros = NOW, peer: str = "", whole: bool = False) -> list[Event]:
    """Everything a fresh decoder finds in these pieces, to the end of the stream."""
    feed = decoder(Origin("avl", peer, whole), {})
    events = [event for piece in pieces for event in feed.receive(piece, at)]
    return [*events, *feed.finish(at)]


def moves(events: Sequence[Event]) -> list[UnitMoved]:
    return [event for event in events if isinstance(event, UnitMoved)]


def reports(events: Sequence[Event]) -> list[UnitReported]:
    return [event for event in events if isinstance(event, UnitReported)]


def faults(events: Sequence[Event]) -> list[FeedFaulted]:
    return [event for event in events if isinstance(event, FeedFaulted)]


def only_move(events: Sequence[Event]) -> UnitMoved:
    """The one position there is, with nothing beside it."""
    (event,) = events
    assert isinstance(event, UnitMoved)
    return event


def cut(data: bytes, at: Sequence[int]) -> list[bytes]:
    """The same bytes in pieces, cut at these places."""
    places = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


unhurried = settings(deadline=None)
"""For properties: a busy machine is no failure."""

CUTS = st.lists(st.integers(0, 1 << 16), max_size=12)


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """`good` with bits flipped, bytes lost, put in, and cut off."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(("flip", "lose", "insert", "truncate")))
        if kind == "flip" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "lose":
            del data[place : place + draw(st.integers(1, 40))]
        elif kind == "insert":
            data[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "truncate" and len(data) > 1:
            del data[place + 1 :]
    return bytes(data)
