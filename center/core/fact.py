"""What every fact has, and how time is told.

Knows: the shape that all events share.
Refuses to know: any event in particular (see events).
"""

from __future__ import annotations

from typing import NewType

import msgspec

Micros = NewType("Micros", int)
"""Microseconds since the Unix epoch, UTC."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Event(msgspec.Struct, frozen=True, gc=False, tag=True, tag_field="type", kw_only=True, omit_defaults=True):
    """A fact. `at`: when the center learned it. `source`: the feed, as `feed/peer`. `seen`: when the device says
    it happened, which may be wrong."""

    at: Micros
    source: str
    seen: Micros | None = None


class Answer(Event, frozen=True, kw_only=True):
    """A fact that settles a request the center made earlier; `answers` is that effect's id."""

    answers: str
