"""A camera or microphone as a device: it films while somebody watches, and breaks as its faults say.

Knows: watchers, the rhythm of frames, the device's clock, power, and which trouble the eye is in.
Refuses to know: protocols, drawing, encoding; what it sees is passed in.

Nothing here is done that nobody wants. Drawing and encoding happen on another thread, which OpenCV and libx264 leave
to others meanwhile; a frame that is shown again is not worth the trip.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from twin.devices.cameras.faults_now import Now, now_of
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.sound import Sound
from twin.devices.cameras.things import CameraFacts, Frame, Moment, Seen, Shot, Watcher, What
from twin.devices.faults import AnyFault
from twin.devices.things import SECOND_US
from twin.devices.timetable import Timetable

T = TypeVar("T")

KEPT_S = 30.0
LOOK_S = 0.25
METADATA_EVERY_US = SECOND_US // 5


class Clock(NamedTuple):
    """`now_us()`: microseconds since the world's beginning, which was at `epoch` microseconds UTC."""

    now_us: Callable[[], int]
    epoch: int


def unseen() -> Seen:
    return Seen()


class Camera:
    """`films()` makes its eye when somebody begins to watch, `hears()` its ear. `sees()` is what goes on about it now.
    `looks(clock_us)` makes a KLV packet of where it looks, if it tells."""

    def __init__(
        self,
        facts: CameraFacts,
        clock: Clock,
        *,
        shot: Shot | None = None,
        films: Callable[[], Footage] | None = None,
        hears: Callable[[], Sound] | None = None,
        sees: Callable[[], Seen] = unseen,
        looks: Callable[[int], bytes | None] | None = None,
        faults: Sequence[AnyFault] = (),
    ) -> None:
        self.facts = facts
        self.shot = shot
        self._clock = clock
        self.sees = sees
        self.looks = looks
        self.remember: Callable[[Frame], None] | None = None
        """Gets every frame that is filmed, for whomever."""
        self._timetable = Timetable(faults)
        self._watchers: list[Watcher] = []
        self._footage = Kept(films) if films is not None else None
        self._sound = Kept(hears) if hears is not None else None
        self._number = 0
        self._works: dict[What, Callable[[], Coroutine[None, None, None]]] = {"metadata": self._point}
        if self._footage is not None:
            self._works["video"] = partial(self._film, self._footage)
        if self._sound is not None:
            self._works["sound"] = partial(self._listen, self._sound)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._key_wanted = False
        self._forgetting: asyncio.TimerHandle | None = None

    # --- what a server asks ---------------------------------------------------------------------------------------

    def now(self) -> Now:
        """The state it is in."""
        since_us = self._clock.now_us()
        return now_of(self._timetable.at(since_us), since_us, self._clock.epoch)

    @property
    def watched(self) -> int:
        return len(self._watchers)

    def watch(self, watcher: Watcher) -> None:
        """Frames from now on, beginning with a key frame."""
        self._watchers.append(watcher)
        self._key_wanted = True
        if self._forgetting is not None:
            self._forgetting.cancel()
            self._forgetting = None
        self._work("power", self._watch_power)
        for what, work in self._works.items():
            if what in watcher.wants:
                self._work(what, work)

    def leave(self, watcher: Watcher) -> None:
        """Twice is no harm. Without watchers it soon comes to rest."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)
        if not self._watchers and self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(KEPT_S, self._forget)

    def _forget(self) -> None:
        """Nobody has watched for a while: what pictures are made with takes memory."""
        self._forgetting = None
        for kept in (self._footage, self._sound):
            if kept is not None:
                kept.forget()

    async def close(self) -> None:
        """Whoever watches is told to go, and its work is over."""
        for watcher in tuple(self._watchers):
            watcher.gone()
        self._watchers.clear()
        if self._forgetting is not None:
            self._forgetting.cancel()
        await asyncio.gather(*self._tasks.values())

    # --- what it does ---------------------------------------------------------------------------------------------

    def _work(self, what: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Unless it is being done: one may be at rest and another not yet."""
        if what not in self._tasks or self._tasks[what].done():
            self._tasks[what] = asyncio.create_task(work())

    def _is_wanted(self, what: What) -> bool:
        return any(what in watcher.wants for watcher in self._watchers)

    async def _watch_power(self) -> None:
        """A camera that loses its power or its line loses its watchers."""
        while self._watchers:
            if not self.now().reachable:
                for watcher in tuple(self._watchers):
                    watcher.gone()
            await asyncio.sleep(LOOK_S)

    async def _film(self, kept: Kept[Footage]) -> None:
        footage = kept.get()
        rhythm = Rhythm(footage.shot.step_us)
        began_us = rhythm.due_us
        held: list[Frame] = []
        while self._is_wanted("video"):
            await rhythm.beat()
            now = self.now()
            if not now.reachable:
                continue
            running_s = (rhythm.due_us - began_us) / SECOND_US
            moment = Moment(now.clock_us, rhythm.due_us, self._number, running_s, self.sees())
            self._number += 1
            key, self._key_wanted = self._key_wanted, False
            if footage.must_draw(moment, now.trouble):
                held.append(await asyncio.to_thread(footage.next, moment, key=key, trouble=now.trouble))
            else:
                held.append(footage.next(moment, key=key, trouble=now.trouble))
            if now.holds:
                continue
            if not now.hangs:
                self._show(held)
            held.clear()

    def _show(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            if self.remember is not None:
                self.remember(frame)
            for watcher in tuple(self._watchers):
                watcher.frame(frame)

    async def _point(self) -> None:
        rhythm = Rhythm(METADATA_EVERY_US)
        while self._is_wanted("metadata"):
            await rhythm.beat()
            now = self.now()
            packet = self.looks(now.clock_us) if self.looks and now.reachable and not now.hangs else None
            if packet is not None:
                for watcher in tuple(self._watchers):
                    watcher.metadata(packet, rhythm.due_us)

    async def _listen(self, kept: Kept[Sound]) -> None:
        sound = kept.get()
        rhythm = Rhythm(sound.step_us)
        while self._is_wanted("sound"):
            await rhythm.beat()
            now = self.now()
            if now.reachable and not now.hangs:
                ulaw = sound.next(now.clock_us, self.sees())
                for watcher in tuple(self._watchers):
                    watcher.sound(ulaw, rhythm.due_us)


class Kept(Generic[T]):
    """Something that is made when it is first needed, and can be forgotten."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None

    def get(self) -> T:
        if self._made is None:
            self._made = self._make()
        return self._made

    def forget(self) -> None:
        self._made = None


class Rhythm:
    """Beats that do not drift. `due_us` is the present one's moment on the event loop's clock. Whoever is more than
    three beats late leaves some out."""

    def __init__(self, step_us: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._step_us = step_us
        self._next_us = round(self._loop.time() * SECOND_US)
        self.due_us = self._next_us

    async def beat(self) -> None:
        now_us = round(self._loop.time() * SECOND_US)
        late = (now_us - self._next_us) // self._step_us
        if late > 3:
            self._next_us += late * self._step_us
        await asyncio.sleep(max(0, self._next_us - now_us) / SECOND_US)
        self.due_us = self._next_us
        self._next_us += self._step_us
