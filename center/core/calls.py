"""The 911 calls as the CAD systems tell them.

Knows: every open call and what its system last said of it.
Refuses to know: which calls are about the same thing (see correlation).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import HOUR, CallChanged, CallClosed, CallOpened, Micros

if TYPE_CHECKING:
    from center.core.picture import Picture

KEEP_CLOSED = 12 * HOUR
MAX_CALLS = 20_000


class Call(msgspec.Struct, gc=False):
    """One call of one CAD system. `key` is `system/call`: two systems may number alike."""

    key: str
    call: str
    system: str
    opened_at: Micros
    changed_at: Micros
    incident: str | None = None
    kind: str | None = None
    priority: int | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    callback: str | None = None
    text: str | None = None
    closed_at: Micros | None = None


class CallsSlice(msgspec.Struct):
    """Calls by key, oldest first. `dropped` counts calls let go because there were too many."""

    calls: dict[str, Call] = {}
    dropped: int = 0


_SAID = ("incident", "kind", "priority", "lat", "lon", "uncertainty_m", "address", "callback", "text")


def key_of(event: CallOpened | CallChanged | CallClosed) -> str:
    return f"{event.system}/{event.call}"


def opened(event: CallOpened | CallChanged, picture: Picture) -> Iterable[Effect]:
    """A call opens or changes. A change to a call we never saw open is an opening: its first message was lost."""
    here = picture.calls
    key = key_of(event)
    call = here.calls.get(key)
    if call is None:
        _make_room(here, picture.now)
        call = here.calls[key] = Call(key, event.call, event.system, event.at, event.at)
    for field in _SAID:
        value = getattr(event, field)
        if value is not None:
            setattr(call, field, value)
    call.changed_at = event.at
    call.closed_at = None
    return ()


def closed(event: CallClosed, picture: Picture) -> Iterable[Effect]:
    call = picture.calls.calls.get(key_of(event))
    if call is not None:
        call.changed_at = call.closed_at = event.at
    return ()


def _make_room(here: CallsSlice, now: Micros) -> None:
    """Let calls go that closed long ago, and the oldest of all when there are too many."""
    for key in list(here.calls):
        call = here.calls[key]
        if len(here.calls) >= MAX_CALLS:
            here.dropped += call.closed_at is None
        elif call.closed_at is None or now - call.closed_at < KEEP_CLOSED:
            return
        del here.calls[key]
