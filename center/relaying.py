"""The relay in the hands of a center: tickets become tokens, and what cameras do becomes events.

Knows: which token goes with which ticket, and how a clip gets from the relay's memory to disk.
Refuses to know: who may watch and why (the core decided), and how pictures travel. Tokens are in memory only: none of
them is in an event, an effect, a log or a frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from math import inf
from pathlib import Path
from typing import NamedTuple, Protocol

from center.addresses import split_address
from center.clock import Clock
from center.core.camera_events import CameraChanged, StreamChanged
from center.core.effects import CloseVideo, KeepClip, OpenVideo
from center.core.events import SECOND, Event, Micros
from center.dash_memory import DashMemory
from center.hands import KeptClip
from center.relay import CameraState, Changed, Clip, Limits, Refused, RelayProcess, Source, Viewing, Words
from center.site import Site, SiteError
from center.site_cameras import CameraSettings
from center.store.evidence import EvidenceError, Keeper
from center.wiring import secret

STATES = {"closed": "idle", "live": "live", "stale": "stale", "offline": "offline"}
"""The relay's words that are news to the room: that a camera is being opened is not."""
STRANGER_EVERY = 10 * SECOND
"""Somebody without a ticket is reported once in so long: a flood of them must not fill the journal."""
SOUND_BEHIND_S = 0.3
"""By so much sound may come later than the pictures of its moment, coded again as it may be."""
MAX_REMEMBERED = 5_000
"""Tickets of which it is known whose they were: a stream ends a moment after its ticket."""


def _begins(shown: Clip) -> float:
    return shown.gops[0].frames[0].at if shown.gops else inf


def _misses(shown: Clip, start: int) -> bool:
    """Whether the beginning is not there: nobody watched yet."""
    return _begins(shown) > start + SECOND


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

    def admit(self, ticket: str, camera: str, until: int, *, audio: bool = False, holder: str = "") -> str: ...
    def revoke(self, ticket: str) -> None: ...
    async def export(self, camera: str, since: int, until: int, *, audio: bool = False) -> Clip: ...


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
        _source(camera, secret(camera.url) or "", site.video.ring_s)
        for camera in site.cameras
        if camera.id in open_here
    ]


def _source(camera: CameraSettings, url: str, ring_s: float) -> Source:
    """An aircraft's camera says where it looks, watched or not: by RTSP it is asked for that alone; otherwise the
    stream of its pictures is always open."""
    tells_beside = camera.kind == "aircraft" and not url.startswith(("rtsp://", "rtsps://"))
    return Source(camera.id, url, is_always_on=tells_beside, ring_s=ring_s)


def certificate(site: Site, folder: Path) -> tuple[str, str] | None:
    """The page's own, for pages that come by TLS may open no other streams; none where a proxy is in front of the
    relay."""
    api = site.api
    if site.video.public is not None or api.tls_certificate is None or api.tls_key is None:
        return None
    return str(folder / api.tls_certificate), str(folder / api.tls_key)


def open_relay(
    site: Site,
    folder: Path,
    clock: Clock,
    executor: Executor,
    told: Callable[[str], None],
    tls: tuple[str, str] | None = None,
) -> tuple[RelayProcess, Relaying] | None:
    """The relay of a site and what speaks for it, not running yet; None for a site without cameras. `folder` is for
    clips and their key; `tls` as `certificate` says. Raises SiteError."""
    cameras = sources(site)
    if not cameras:
        return None
    try:
        relaying = Relaying(Keeper(folder, site.site.name, told), clock, [one.camera for one in cameras], executor)
        relay = RelayProcess(
            cameras,
            Limits(cameras=site.video.cameras, viewers=site.video.viewers, viewers_each=site.video.viewers_each),
            relaying.changed,
            now=clock.now,
            rate=site.clock.rate if site.clock else 1.0,
            listen=split_address(site.video.listen),
            tls=tls,
            told=told,
        )
    except (OSError, ValueError) as error:
        raise SiteError(f"video: {error}") from error
    relaying.relay = relay
    watched = {one.camera for one in cameras}
    memories = {one.id: secret(one.events) or "" for one in site.cameras if one.events and one.id in watched}
    relaying.memory = DashMemory(memories, clock.now)
    relaying.port = relay.address[1]
    relaying.public = site.video.public
    relaying.is_secure = tls is not None
    return relay, relaying


class Relaying:
    """Carries out what the core asks of cameras. `submit` takes what cameras do, `hear` what they say beside their
    pictures; `relay` is there before anything is asked. Viewers come in at `public`, or at `port` of the host by whose
    name they know the page."""

    relay: RelayHere
    port: int = 0
    public: str | None = None
    is_secure: bool = False

    def __init__(self, keeper: Keeper, clock: Clock, cameras: Sequence[str], executor: Executor) -> None:
        self.keeper = keeper
        self.submit: Callable[[Event], object] = lambda _: None
        self.hear: Callable[[str, bytes], object] = lambda *_: None
        self.memory: DashMemory | None = None
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
        return self.public or f"{'wss' if self.is_secure else 'ws'}://{page or '127.0.0.1'}:{self.port}"

    # --- what the core asks -------------------------------------------------------------------------------------------

    def open(self, effect: OpenVideo, refused: Callable[[str], None]) -> None:
        if effect.camera not in self._cameras:
            self._clock.call_at(self._clock.now(), lambda: refused("the relay does not know this camera"))
            return
        who = effect.operator
        token = self.relay.admit(effect.ticket, effect.camera, effect.until, audio=effect.sound, holder=who)
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
        """At once, or when what is to be kept has happened. A camera that forgets is asked at once in either case."""

        def begin() -> None:
            task = asyncio.ensure_future(self._keep(effect, then))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

        self._clock.call_at(max(self._clock.now(), effect.asked_at if effect.at_once else effect.end), begin)

    async def _keep(self, effect: KeepClip, then: Callable[[KeptClip], None]) -> None:
        shown = await (self._remembered(effect) if effect.at_once else self._shown(effect))
        sound = await self._sound(effect, shown)
        now = self._clock.now()
        try:
            written = await asyncio.get_running_loop().run_in_executor(
                self._executor, self.keeper.keep, effect, shown, now, sound
            )
        except (EvidenceError, OSError) as error:
            then(KeptClip(trouble=str(error)))
        else:
            then(KeptClip(Micros(written.start), Micros(written.end), written.size, written.sha256))

    async def _shown(self, effect: KeepClip) -> Clip:
        """What the relay has of it; where nobody watched yet as it began, what the camera has kept itself."""
        shown = await self.relay.export(effect.camera, effect.start, effect.end)
        if self.memory is not None and self.memory.has(effect.camera) and _misses(shown, effect.start):
            own = await self.memory.fetch(effect.camera, effect.start, effect.end, f"incident {effect.incident}")
            shown = min((shown, own), key=_begins) if shown.gops else own
        return shown

    async def _remembered(self, effect: KeepClip) -> Clip:
        """What the camera has kept itself; where it does not answer, what the relay has, if anybody watched."""
        own = Clip(effect.camera, (), "the camera is not asked for what it keeps any more")
        if self.memory is not None and self.memory.has(effect.camera):
            why = f"{effect.operator} {effect.incident}"
            own = await self.memory.fetch(effect.camera, effect.start, effect.end, why, effect.asked_at)
        if own.gops:
            return own
        over = asyncio.get_running_loop().create_future()
        self._clock.call_at(max(self._clock.now(), effect.end), lambda: over.set_result(None))
        await over
        shown = await self.relay.export(effect.camera, effect.start, effect.end)
        return shown if shown.gops else own

    async def _sound(self, effect: KeepClip, shown: Clip) -> Clip | None:
        """What there is of the time of these pictures; nothing is asked for where nobody was let listen."""
        if not effect.heard or not shown.gops:
            return None
        await asyncio.sleep(SOUND_BEHIND_S)
        since, until = shown.gops[0].frames[0].at, shown.gops[-1].frames[-1].at
        return await self.relay.export(effect.heard[0].camera, since - SECOND, until + SECOND, audio=True)

    # --- what the relay says ------------------------------------------------------------------------------------------

    def changed(self, said: Changed) -> None:
        if isinstance(said, CameraState):
            self._state(said)
        elif isinstance(said, Words):
            self.hear(said.camera, said.data)
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
