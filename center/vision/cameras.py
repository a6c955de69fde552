"""Frames in, facts out: what the workers say of frames, and the passages these belong to.

Knows: whose frame an answer belongs to, when passages are over, and that a picture that cannot be looked at is a fault
of its camera.
Refuses to know: how frames arrive, and who hears the facts.
"""

from __future__ import annotations

from center.core.events import Micros
from center.vision.sightings import Sightings, Told, faulted
from center.vision.workers import Done, Job, Workers


class Cameras:
    """All cameras of a center. `arrive` may be called from any thread, everything else from one only."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._sightings = Sightings()

    def lost(self) -> dict[str, int]:
        """Frames that nobody had time for, by feed: operators are shown when a machine is too small for its cameras."""
        return self._workers.lost()

    def arrive(self, job: Job) -> bool:
        """A frame. Under overload the newest of each camera is looked at, and the others are counted as lost."""
        return self._workers.submit(job)

    def ring(self) -> None:
        """Have `collect` come back from its waiting."""
        self._workers.ring()

    def collect(self, now: Micros, timeout_s: float = 0.0) -> list[Told]:
        """What the frames tell that were finished meanwhile, and the silence behind others: faults, and passages that
        are over."""
        told = [one for done in self._workers.collect(timeout_s) for one in made_of(done, self._sightings)]
        return told + self._sightings.quiet(now, self._workers.holds)

    def finish(self) -> list[Told]:
        """End every passage, as far as it has been seen."""
        return self._sightings.finish()

    def close(self) -> None:
        self._workers.close()


def made_of(done: Done, sightings: Sightings) -> list[Told]:
    """The facts that one frame tells."""
    if done.answer.fault is not None:
        return [faulted(done.job, done.answer.fault)]
    return sightings.saw(done.job, done.answer.reads, done.answer.crops)
