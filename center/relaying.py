"""The relay in the hands of a center: tickets become tokens, and what cameras do becomes events.

Knows: which token goes with which ticket, and how a clip gets from the relay's memory to disk.
Refuses to know: who may watch and why (the core decided), and how pictures travel. Tokens are in memory only: none of
them is in an event, an effect, a log or a frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple, Protocol

from center.addresses import split_address
from center.clock import Clock
from center.core.camera_events import CameraChanged, StreamChanged
from center.core.effects import CloseVideo, KeepClip, OpenVideo
from center.core.events import SECOND, Event, Micros
from center.hands import KeptClip
from center.relay import CameraState, Changed, Clip, Limits, Refused, RelayProcess, Source, Viewing
from center.site import Site, SiteError
from center.store.evidence import EvidenceError, Keeper
from center.wiring import secret

STATES = {"closed": "idle", "live": "live", "stale": "stale", "offline": "offline"}
"""The relay's words that are news to the room: that a camera is being opened is not."""
STRANGER_EVERY = 10 * SECOND
"""Somebody without a ticket is reported once in so long: a flood of them must not fill the journal."""
MAX_REMEMBERED = 5_000
"""Tickets of which it is known whose they were: a stream ends a moment after its ticket."""


class Pass(NamedTuple):
    """What lets its holder, and nobody else, at a camera."""

    ticket: str
    camera: str
    operator: str
    until: Micros
    sound: bool
    token: str


class RelayHere(Protocol):
    """What this needs of a relay."""

    def admit(self, ticket: str, camera: str, until: int, *, audio: bool = False) -> str: ...
    def revoke(self, ticket: str) -> None: ...
    async def export(self, camera: str, since: int, until: int) -> Clip: ...


def sources(site: Site) -> list[Source]:
    """The cameras a relay is told of: those of own agencies that may be watched at all. Of any other it does not even
    know where it is. Raises SiteError."""
    told = site.as_event(Micros(0))
    own = {agency.agency for agency in told.agencies if agency.own}
    open_here = {
        camera.camera
        for camera in told.cameras
        if camera.agency in own and camera.connected and camera.consent != "never"
    }
    return [
        Source(camera.id, secret(camera.url) or "", ring_s=site.video.ring_s)
        for camera in site.cameras
        if camera.id in open_here
    ]


def open_relay(
    site: Site, folder: Path, clock: Clock, executor: Executor, told: Callable[[str], None]
) -> tuple[RelayProcess, Relaying] | None:
    """The relay of a site and what speaks for it, not running yet; None for a site without cameras. `folder` is for
    clips and their key. Raises SiteError."""
    cameras = sources(site)
    if not cameras:
        return None
    try:
        relaying = Relaying(Keeper(folder, site.site.name, told), clock, [one.camera for one in cameras], executor)
        relay = RelayProcess(
            cameras,
            Limits(cameras=site.video.cameras, viewers=site.video.viewers),
            relaying.changed,
            now=clock.now,
            rate=site.clock.rate if site.clock else 1.0,
            listen=split_address(site.video.listen),
            told=told,
        )
    except (OSError, ValueError) as error:
        raise SiteError(f"video: {error}") from error
    relaying.relay = relay
    relaying.port = relay.address[1]
    relaying.public = site.video.public
    return relay, relaying


class Relaying:
    """Carries out what the core asks of cameras. `submit` takes what cameras do; `relay` is there before anything is
    asked. Viewers come in at `public`, or at `port` of the host by whose name they know the page."""

    relay: RelayHere
    port: int = 0
    public: str | None = None

    def __init__(self, keeper: Keeper, clock: Clock, cameras: Sequence[str], executor: Executor) -> None:
        self.keeper = keeper
        self.submit: Callable[[Event], object] = lambda _: None
        self._clock = clock
        self._cameras = frozenset(cameras)
        self._executor = executor
        self._passes: dict[str, Pass] = {}
        self._whose: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._stranger_at = Micros(0)
        self._keeping: set[asyncio.Task[None]] = set()

    def pass_of(self, ticket: str) -> Pass | None:
        """None for a ticket that does not hold any more."""
        return self._passes.get(ticket)

    def address(self, page: str | None) -> str:
        """Where a page finds the relay, `page` being the name by which it knows this machine."""
        return self.public or f"ws://{page or '127.0.0.1'}:{self.port}"

    # --- what the core asks -------------------------------------------------------------------------------------------

    def open(self, effect: OpenVideo, refused: Callable[[str], None]) -> None:
        if effect.camera not in self._cameras:
            self._clock.call_at(self._clock.now(), lambda: refused("the relay does not know this camera"))
            return
        token = self.relay.admit(effect.ticket, effect.camera, effect.until, audio=effect.sound)
        self._whose[effect.ticket] = effect.operator
        while len(self._whose) > MAX_REMEMBERED:
            del self._whose[next(iter(self._whose))]
        self._passes[effect.ticket] = Pass(
            effect.ticket, effect.camera, effect.operator, effect.until, effect.sound, token
        )

    def close(self, effect: CloseVideo) -> None:
        self.relay.revoke(effect.ticket)
        self._passes.pop(effect.ticket, None)

    def keep(self, effect: KeepClip, then: Callable[[KeptClip], None]) -> None:
        """At once, or when what is to be kept has happened."""

        def begin() -> None:
            task = asyncio.ensure_future(self._keep(effect, then))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

        self._clock.call_at(max(self._clock.now(), effect.end), begin)

    async def _keep(self, effect: KeepClip, then: Callable[[KeptClip], None]) -> None:
        shown = await self.relay.export(effect.camera, effect.start, effect.end)
        now = self._clock.now()
        try:
            written = await asyncio.get_running_loop().run_in_executor(
                self._executor, self.keeper.keep, effect, shown, now
            )
        except (EvidenceError, OSError) as error:
            then(KeptClip(trouble=str(error)))
        else:
            then(KeptClip(Micros(written.start), Micros(written.end), written.size, written.sha256))

    # --- what the relay says ------------------------------------------------------------------------------------------

    def changed(self, said: Changed) -> None:
        if isinstance(said, CameraState):
            self._state(said)
        elif isinstance(said, Viewing):
            self._stream(said.ticket, said.camera, "begun" if said.is_open else "ended", said.why)
        elif isinstance(said, Refused):
            self._refused(said)

    def _state(self, said: CameraState) -> None:
        state = STATES.get(said.state)
        if state is None or self._states.get(said.camera, "idle") == state:
            return
        self._states[said.camera] = state
        at = self._clock.now()
        self.submit(
            CameraChanged(
                at=at, source="relay", camera=said.camera, state=state, since=Micros(said.since), why=said.why
            )
        )

    def _refused(self, said: Refused) -> None:
        now = self._clock.now()
        if not said.ticket:
            if now - self._stranger_at < STRANGER_EVERY:
                return
            self._stranger_at = now
        self._stream(said.ticket, said.camera, "refused", f"{said.why} ({said.peer})" if said.peer else said.why)

    def _stream(self, ticket: str, camera: str, what: str, why: str) -> None:
        self.submit(
            StreamChanged(
                at=self._clock.now(),
                source="relay",
                ticket=ticket,
                camera=camera,
                operator=self._whose.get(ticket, ""),
                what=what,
                why=why,
            )
        )
