"""From camera frames to facts in the host: who looks at them, and how what they tell comes in.

Knows: two ways of looking (worker processes behind a thread; at once, with the answer a modelled time later), and that
an answer enters as an event of the feed that its frame came by.
Refuses to know: pixels, and what carries the frames.

The reader's libraries are loaded when eyes are opened, and that is only where a site has a feed of frames.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from center.clock import Clock
from center.core.events import Event, Micros
from center.ingest.feed import Attachment, Feed, Origin
from center.ingest.lpr_frames import Frame, LprFramesFeed
from center.intake import Intake, Pictures

if TYPE_CHECKING:
    from center.vision.sightings import Told
    from center.vision.workers import Done

FORMAT = "lpr-frames"
LOOK_S = 0.1  # how often it is looked whether a passage is over
READING_TAKES = Micros(80_000)  # a frame on one core (docs/plates.md), where it is modelled


class Eyes(Protocol):
    """Looks at frames. What it tells comes later, in the host's thread, by `Watch.hear`."""

    def look(self, feed: str, frame: Frame) -> None: ...


Opening: TypeAlias = Callable[["Watch"], Eyes]


class Watch:
    """The feeds of frames of a center, their eyes and their intakes."""

    def __init__(self, opening: Opening, pictures: Pictures) -> None:
        self.eyes = opening(self)
        self._pictures = pictures
        self._intakes: dict[str, Intake] = {}
        self._lost: dict[str, int] = {}

    def join(self, intake: Intake) -> None:
        """Facts of this feed go to this intake."""
        self._intakes[intake.name] = intake

    def open_feed(self, format: str, origin: Origin, options: Mapping[str, str]) -> Feed:  # noqa: A002, ARG002
        """A decoder that hands on the frames it finds."""
        feed = origin.source.partition("/")[0]
        return LprFramesFeed(origin, options, partial(self.eyes.look, feed))

    def hear(self, told: Sequence[Told]) -> None:
        """What the eyes have seen becomes facts."""
        facts: dict[str, list[Event]] = {}
        for one in told:
            for ref, data in one.pictures:
                self._pictures.keep(Attachment(ref, "image/jpeg", data))
            facts.setdefault(one.source, []).append(one.event)
        for feed, events in facts.items():
            self._intakes[feed].tell(events)

    def lose(self, lost: Mapping[str, int]) -> None:
        """Frames that nobody had time for, by feed, since the start."""
        for feed, count in lost.items():
            self._intakes[feed].lose(count - self._lost.get(feed, 0))
            self._lost[feed] = count


class WorkerEyes:
    """Looks with `count` processes. `look` never blocks: a thread of its own does what may."""

    def __init__(self, watch: Watch, count: int, clock: Clock) -> None:
        from center.vision.cameras import Cameras
        from center.vision.workers import Workers

        self._watch = watch
        self._clock = clock
        self._cameras = Cameras(Workers(count))
        self._stopped = False

    def look(self, feed: str, frame: Frame) -> None:
        from center.vision.workers import Job

        self._cameras.arrive(Job(feed, frame.camera, frame.seen, frame.at, frame.data))

    async def run(self) -> None:
        """Until cancelled; then what has been seen of passages under way is told."""
        loop = asyncio.get_running_loop()
        working = loop.run_in_executor(None, self._work, loop.call_soon_threadsafe)
        try:
            await asyncio.shield(working)
        finally:
            self._stopped = True
            self._cameras.ring()
            await asyncio.wait([working])
            self._watch.hear(self._cameras.finish())
            self._cameras.close()

    def _work(self, post: Callable[..., object]) -> None:
        lost: dict[str, int] = {}
        while not self._stopped:
            told = self._cameras.collect(self._clock.now(), LOOK_S)
            if told:
                post(self._watch.hear, told)
            if (now_lost := self._cameras.lost()) != lost:
                lost = now_lost
                post(self._watch.lose, lost)


class ModelledEyes:
    """Looks at once, and tells after the time that a worker would have taken: for centers on a clock that is not the
    wall's. The same frames at the same times are the same facts; nothing is ever too much."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        from center.vision.looking import Looking
        from center.vision.sightings import Sightings

        self._watch = watch
        self._clock = clock
        self._looking = Looking()
        self._sightings = Sightings()

    def look(self, feed: str, frame: Frame) -> None:
        from center.vision.workers import Done, Job

        job = Job(feed, frame.camera, frame.seen, frame.at, frame.data)
        done = Done(job, self._looking.at(frame.data))
        self._clock.call_at(Micros(frame.at + READING_TAKES), partial(self._tell, done))

    def _tell(self, done: Done) -> None:
        from center.vision.cameras import made_of
        from center.vision.sightings import QUIET_US

        self._watch.hear(made_of(done, self._sightings))
        self._clock.call_at(Micros(done.job.at + QUIET_US), self._listen)

    def _listen(self) -> None:
        self._watch.hear(self._sightings.quiet(self._clock.now()))
