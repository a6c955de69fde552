"""Frames from cameras in, facts out: the worker pool and the passages together.

Knows: whose frame an answer belongs to, when to look for passages that are over, and that a picture that cannot be
looked at is a fault of its camera.
Refuses to know: how frames arrive, and who hears the facts.
"""

from __future__ import annotations

from center.core.events import Event, Micros
from center.vision.sightings import Frame, Sightings, faulted
from center.vision.workers import Counts, Done, Job, Workers


class Cameras:
    """`source` names the feed the facts come from. Not for two threads at once."""

    def __init__(self, source: str, workers: Workers) -> None:
        self._source = source
        self._workers = workers
        self._sightings = Sightings(source)

    @property
    def counts(self) -> Counts:
        """Frames taken, done, faulty and lost: an operator is shown when a machine is too small for its cameras."""
        return self._workers.counts

    def arrive(self, camera: str, data: bytes, seen: Micros, ref: str | None = None) -> None:
        """A frame. Under overload the newest of each camera is looked at, and the others are counted as lost."""
        self._workers.submit(Job(camera, seen, data, ref))

    def collect(self, at: Micros, timeout_s: float = 0.0) -> list[Event]:
        """What the finished frames tell: passages that are over, and faults."""
        return [event for done in self._workers.collect(timeout_s) for event in self._events(done, at)]

    def finish(self, at: Micros) -> list[Event]:
        """Wait for every frame in hand, and end every passage."""
        events: list[Event] = []
        while self._workers.busy:
            events += self.collect(at, 1.0)
        return [*events, *self._sightings.finish(at)]

    def _events(self, done: Done, at: Micros) -> list[Event]:
        job = done.job
        if done.fault is not None:
            return [faulted(self._source, job.camera, done.fault, job.data, at)]
        return self._sightings.saw(Frame(job.camera, Micros(job.seen), job.ref, done.reads), at)
