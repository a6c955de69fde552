"""Where one aircraft is, from the position messages that it sends.

Knows: the last message of each kind, the last place believed, and what an aircraft can have flown since.
Refuses to know: how messages give a place (mode_s_cpr does), and what else the aircraft says.

A damaged message passes its checksum now and then, and receivers that repair bits make more of those. So a place that
nothing could have flown to is not believed, and the message that gave it spoils no later one. But when two pairs of
messages that have none in common agree on such a place, it was the old one that was wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from center.core.events import SECOND, Micros
from center.core.geo import distance_m
from center.ingest.mode_s_cpr import AIR_DEG, GROUND_DEG, Cell, Place, place_near, place_of

PAIRED_WITHIN = 10 * SECOND
PAIRED_ON_GROUND_WITHIN = 25 * SECOND
NEAR_FOR = 240 * SECOND
"""How long a place helps to read single messages: at top speed, half a zone."""
TOP_SPEED_MPS = 700.0
SLACK_M = 5_000.0
"""Messages that waited somewhere arrive together."""
HEARD_WITHIN_M = 700_000.0
"""No receiver hears further: the horizon of an aircraft at 60,000 ft is 560 km away."""


class _Told(NamedTuple):
    """A place, when it was told, and the messages that told it."""

    place: Place
    at: Micros
    even: Cell
    odd: Cell


class Track:
    """One aircraft. `heard`: when it last was; `vouched`: when a message with a checksum of its own last named it.

    Times are those of arrival. In a capture that is read at once none passes, and the slack is all that moves; half a
    minute without a message is then taken for a wrong place, and mended like one.
    """

    __slots__ = ("_at", "_doubted", "_even", "_even_at", "_ground", "_odd", "_odd_at", "_place", "heard", "vouched")

    def __init__(self, at: Micros) -> None:
        self.heard = at
        self.vouched: Micros | None = None
        self._ground = False
        self._even: Cell | None = None
        self._odd: Cell | None = None
        self._even_at = self._odd_at = self._at = at
        self._place: Place | None = None  # believed, told at `_at`
        self._doubted: _Told | None = None

    def place(self, cell: Cell, ground: bool, at: Micros, receiver: Place | None) -> Place | None:
        """Where the aircraft is, now that it has sent `cell`; None when that cannot be told yet, or not be believed."""
        self._take(cell, ground, at)
        told = self._told_by_pair(cell, at, receiver)
        if told is not None:
            if self._is_believable(told, receiver):
                self._doubted = None
                self._place, self._at = told.place, at
                return told.place
            if self._doubted is None or not self._agree(self._doubted, told):
                self._doubted = told
        near = self._near(cell, at)
        if near is not None:
            if told is not None and cell.odd:  # this message is right by itself, so it was the other
                self._even = None
            elif told is not None:
                self._odd = None
            self._place, self._at = near, at
        return near

    def _take(self, cell: Cell, ground: bool, at: Micros) -> None:
        """Keep what was sent, and forget what does not help to read it."""
        if ground != self._ground:
            self._even = self._odd = self._doubted = None
            self._ground = ground
        if at - self._at > NEAR_FOR:
            self._place = self._doubted = None
        if cell.odd:
            self._odd, self._odd_at = cell, at
        else:
            self._even, self._even_at = cell, at

    def _told_by_pair(self, cell: Cell, at: Micros, receiver: Place | None) -> _Told | None:
        """What the last message of each kind tell together."""
        even, odd = self._even, self._odd
        within = PAIRED_ON_GROUND_WITHIN if self._ground else PAIRED_WITHIN
        if even is None or odd is None or abs(self._even_at - self._odd_at) > within:
            return None
        if self._ground:
            near = self._place or receiver
            place = place_of(even, odd, cell, GROUND_DEG, near) if near is not None else None
        else:
            place = place_of(even, odd, cell, AIR_DEG)
        return None if place is None else _Told(place, at, even, odd)

    def _is_believable(self, told: _Told, receiver: Place | None) -> bool:
        if self._place is not None and self._is_in_reach(told.place, told.at):
            return True
        if receiver is not None and distance_m(*receiver, *told.place) > HEARD_WITHIN_M:
            return False
        if self._place is None:
            return True
        before = self._doubted
        return before is not None and before.even != told.even and before.odd != told.odd and self._agree(before, told)

    def _near(self, cell: Cell, at: Micros) -> Place | None:
        """What the message tells by itself, near the last place."""
        if self._place is None:
            return None
        place = place_near(cell, self._place, GROUND_DEG if self._ground else AIR_DEG)
        return place if place is not None and self._is_in_reach(place, at) else None

    def _is_in_reach(self, place: Place, at: Micros) -> bool:
        assert self._place is not None
        return distance_m(*self._place, *place) <= SLACK_M + (at - self._at) / SECOND * TOP_SPEED_MPS

    @staticmethod
    def _agree(before: _Told, now: _Told) -> bool:
        return distance_m(*before.place, *now.place) <= SLACK_M + (now.at - before.at) / SECOND * TOP_SPEED_MPS
