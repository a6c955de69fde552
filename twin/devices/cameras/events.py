"""A dash camera's memory: the minute before something happened, and what came after.

Knows: what was filmed lately, events and their clips, and that nobody has to have watched.
Refuses to know: what triggers an event, and how a clip is handed over.

A dash camera films all the time. This one films while it is watched or records, and what it would have filmed in the
minute before is made when a clip is asked for: the quiet seconds that any viewer would have seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from twin.devices.cameras.camera import Camera
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.things import Frame, Moment, Seen, What
from twin.devices.things import SECOND_US

PRE_S, POST_S = 60, 30
MOST_EVENTS = 3
MOST_GROUPS = 4 * (PRE_S + POST_S)

Group = list[Frame]


class Event(NamedTuple):
    """`number` counts a camera's events. Times are the camera's clock. `groups`: what was filmed, once it is over."""

    number: int
    why: str
    begins_us: int
    triggered_us: int
    ends_us: int
    groups: tuple[Group, ...] | None = None


class Memory:
    """A Watcher of one camera, which always remembers what is filmed and has something filmed when it is triggered.
    `quiet()` makes the footage of the times in which nobody watched."""

    def __init__(self, camera: Camera, quiet: Callable[[], Footage]) -> None:
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        assert camera.shot is not None
        self.shot = camera.shot
        self._camera = camera
        self._quiet = quiet
        self._groups: deque[Group] = deque(maxlen=MOST_GROUPS)
        self._count = 0
        camera.remember = self.remember

    def trigger(self, why: str) -> Event:
        """Something happened: keep what was before, and film what comes. While it still films, it is the same event."""
        clock_us = self._camera.now().clock_us
        if self.events and self.events[-1].groups is None:
            return self.events[-1]
        self._count += 1
        begins_us, ends_us = clock_us - PRE_S * SECOND_US, clock_us + POST_S * SECOND_US
        event = Event(self._count, why, begins_us, clock_us, ends_us)
        self.events.append(event)
        self._camera.watch(self)
        return event

    def find(self, number: int) -> Event | None:
        return next((event for event in self.events if event.number == number), None)

    def clip(self, event: Event) -> list[Frame]:
        """An event's pictures in order, each group beginning with a key frame; made on any thread. Only of one that is
        over."""
        assert event.groups is not None
        footage, step_us = self._quiet(), self.shot.step_us
        frames: list[Frame] = []
        at_us = event.begins_us
        for group in event.groups:
            if group[0].clock_us < at_us:
                continue  # a clock that was set back
            frames += _quiet_frames(footage, at_us, group[0].clock_us, step_us)
            frames += group
            at_us = group[-1].clock_us + step_us
        return frames + list(_quiet_frames(footage, at_us, event.ends_us, step_us))

    # --- a Watcher ------------------------------------------------------------------------------------------------

    wants: tuple[What, ...] = ("video",)

    def remember(self, frame: Frame) -> None:
        """Every frame, whoever it was filmed for."""
        if frame.is_key:
            self._groups.append([frame])
        elif self._groups:
            self._groups[-1].append(frame)

    def frame(self, frame: Frame) -> None:
        event = self.events[-1]
        if frame.clock_us < event.ends_us and frame.clock_us >= event.begins_us:
            return
        self._finish()

    def sound(self, ulaw: bytes, media_us: int) -> None:
        """It has no ears."""

    def metadata(self, packet: bytes, media_us: int) -> None:
        """It keeps pictures."""

    def gone(self) -> None:
        """What was filmed until the power went is the clip."""
        self._finish()

    def _finish(self) -> None:
        self._camera.leave(self)
        event = self.events[-1]
        kept = tuple(list(group) for group in self._groups if event.begins_us <= group[0].clock_us < event.ends_us)
        self.events[-1] = event._replace(groups=kept)


def _quiet_frames(footage: Footage, from_us: int, until_us: int, step_us: int) -> Iterator[Frame]:
    """What stood before the lens while nobody watched."""
    for number in range(max(0, until_us - from_us - step_us // 2) // step_us):
        moment = Moment(from_us + number * step_us, 0, number, number * step_us / SECOND_US, Seen())
        yield footage.next(moment, key=number == 0)
