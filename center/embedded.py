"""A center inside another program, on that program's clock: for simulations, sweeps and proofs.

Knows: how a center is put together without sockets, threads or an event loop.
Refuses to know: whose clock it is, and what the other program is.

This is the center's public face in code. Whoever embeds a center uses what is named in this module and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from center import routing
from center.api.board import encode
from center.api.count_views import counts_view
from center.api.pattern_views import shown
from center.assembly import Assembly
from center.clock import Clock
from center.core.center import Center
from center.core.effects import Audit, Reply
from center.core.events import Micros, OperatorActed
from center.cot.by_hand import Caller, CotByHand
from center.forecaster import DelayedForecaster
from center.frames import ModelledEyes
from center.hands import DelayedRouter
from center.open_sources import Get, OpenSources, nobody
from center.portal.by_hand import by_hand
from center.portal.portal import Portal
from center.records import Ask, Records, unasked
from center.site import Site, SiteError, from_tables
from center.site_patterns import record
from center.store.evidence import Keeper
from center.store.journal import DirectJournal, JournalError, JournalFile, digest, read
from center.store.pictures import MemoryPictures
from center.terminals import TerminalMessenger

__all__ = [
    "Caller",
    "Clock",
    "Embedded",
    "JournalError",
    "Micros",
    "SiteError",
    "code_fingerprint",
    "journal_digest",
    "journal_events",
]

ROUTING_TAKES = Micros(15_000)
FORECAST_TAKES = Micros(2_000_000)


def _road_map(path: Path | None) -> routing.RoadMap:
    """Raises ValueError for bad roads."""
    return _made(path, path.stat().st_mtime_ns if path is not None and path.exists() else 0)


@lru_cache(maxsize=1)
def _made(path: Path | None, _changed_ns: int) -> routing.RoadMap:
    """Once of a file, however many centers a process plays, one after the other."""
    return routing.load(path)


class _Trail:
    def __init__(self) -> None:
        self.lines: list[Audit] = []

    def keep(self, effect: Audit) -> None:
        self.lines.append(effect)


class Embedded:
    """`publish(topic, payload)` carries a message to a terminal; `ring()` says that operators must look now. Neither
    may call back into the center before it returns."""

    def __init__(
        self,
        tables: Mapping[str, Any],
        *,
        clock: Clock,
        journal: Path,
        publish: Callable[[str, bytes], object],
        ring: Callable[[], None],
        roads: Path | None = None,
        records: Ask = unasked,
        open_sources: Get = nobody,
    ) -> None:
        """`tables` is a site file as tables, `journal` a new file; `records(body, answered)` asks the records, and
        `open_sources(path, answered)` the twin's network, if the site has any. Raises SiteError, or
        ValueError for bad roads."""
        self._clock = clock
        self._journal = DirectJournal(JournalFile(journal, synchronous="OFF"))
        self._trail = _Trail()
        site = from_tables(dict(tables), "the embedded site")
        self._portal = _portal(site, clock, journal)
        self._cot = CotByHand(site.cot, clock) if site.cot else None
        terminals = TerminalMessenger(publish)
        self._assembly = Assembly(
            site,
            center=Center(),
            journal=self._journal,
            clock=clock,
            messenger=self._cot.messenger(terminals) if self._cot else terminals,
            router=DelayedRouter(clock, _road_map(roads).answer, ROUTING_TAKES),
            audit=self._trail,
            pictures=MemoryPictures(),
            records=Records(records),
            open_sources=OpenSources(open_sources, site.open_sources.run) if site.open_sources else None,
            eyes=lambda watch: ModelledEyes(watch, clock),
            forecaster=_forecaster(site, clock, roads),
            community=self._portal,
        )
        if self._portal:
            self._portal.submit = self._assembly.host.submit
        if self._cot:
            self._cot.joined(self._assembly)
        self._assembly.board.ring = ring
        self._arrive = {name: intake.arrive for name, intake in self._assembly.intakes.items()}

    def start(self) -> None:
        self._assembly.start()
        if self._cot:
            self._cot.start()

    def arrive(self, feed: str, peer: str, data: bytes) -> None:
        """One message of a feed. KeyError for a feed that the site does not have."""
        self._arrive[feed](((peer, data),))

    def gone(self, feed: str, peer: str) -> None:
        """The connection of `peer` has ended."""
        self._assembly.intakes[feed].gone(peer)

    def visit(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, answered: Callable[[int, bytes], None]
    ) -> None:
        """A request that an owner's app makes of the community portal; `answered(status, document)` has the answer,
        after the time that another process would take to look at a clip. Names of headers are in small letters."""
        assert self._portal is not None, "this site has no community"
        by_hand(self._portal, self._clock, method, path, headers, body, answered)

    @property
    def tak(self) -> CotByHand:
        """Where TAK clients come and go."""
        assert self._cot is not None, "this site has no [cot]"
        return self._cot

    def act(
        self,
        operator: str,
        act: str,
        subject: str,
        request: str,
        details: Mapping[str, str],
        *,
        reason: str | None = None,
        case: str | None = None,
        answered: Callable[[bool], None] | None = None,
    ) -> None:
        """What a route of docs/api.md does for a signed-in operator, without the wait; `answered(granted)` has the
        answer."""
        self._assembly.act(
            OperatorActed(
                at=self._clock.now(),
                source="console",
                operator=operator,
                act=act,
                subject=subject,
                request=f"{operator}/{request}",
                reason=reason,
                case=case,
                details=dict(details),
            ),
            _unread if answered is None else lambda reply: answered(reply.granted),
        )

    def state(self) -> bytes:
        """The `state` frame of docs/api.md, as somebody sees it who may see every list."""
        return encode(self._assembly.board.state())

    def delta(self, *, feeds: bool) -> bytes | None:
        """A `delta` frame with what has changed since the last, if anything has; of every list."""
        frame = self._assembly.board.delta(self._clock.now(), feeds=feeds)
        return None if frame is None else encode(frame)

    def counts(self) -> bytes:
        """What `GET /api/counts` answers."""
        return encode(counts_view(self._assembly.center.picture))

    def patterns(self) -> bytes:
        """The answer of `GET /api/patterns`."""
        return encode(shown(self._assembly.center.picture))

    @property
    def position(self) -> int:
        """Events handled so far."""
        return self._assembly.center.picture.position

    @property
    def digest(self) -> str:
        """The digest of the journal so far."""
        return self._journal.digest

    @property
    def owed(self) -> list[str]:
        """The requests that wait for an answer, by id."""
        return list(self._assembly.center.picture.pending)

    @property
    def lists(self) -> dict[str, str]:
        """The version in force of each hotlist."""
        return {name: hotlist.version for name, hotlist in self._assembly.center.picture.plates.hotlists.items()}

    @property
    def audit(self) -> list[Audit]:
        return self._trail.lines

    def close(self) -> None:
        """Write what is left of the journal, and let go of the file."""
        self._journal.close()


def _portal(site: Site, clock: Clock, journal: Path) -> Portal | None:
    """Beside the journal. The same run must give the same files, so the key of a simulation is nobody's secret."""
    if site.community is None:
        return None
    keeper = Keeper(journal.with_suffix(".clips"), site.site.name, seed=hashlib.sha256(b"a simulation").digest())
    return Portal(site.site.name, site.community, journal.with_suffix(".quarantine"), keeper, clock)


def _forecaster(site: Site, clock: Clock, roads: Path | None) -> DelayedForecaster | None:
    if site.patterns is None:
        return None
    return DelayedForecaster(clock, site.site.timezone, FORECAST_TAKES, record(site.patterns, Path()), roads)


def code_fingerprint() -> str:
    """Changes with any line of the center's Python source."""
    folder = Path(__file__).parent
    running = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        running.update(str(source.relative_to(folder)).encode() + b"\0" + source.read_bytes())
    return running.hexdigest()[:16]


def journal_events(path: Path) -> Iterator[tuple[int, Micros, bytes]]:
    """The events of a journal on disk as (position, at, JSON). Raises JournalError, FileNotFoundError."""
    for position, event in read(path):
        yield position, event.at, encode(event)


def journal_digest(path: Path) -> str:
    """The digest of a journal on disk. Raises JournalError."""
    return digest(event for _, event in read(path))


def _unread(_: Reply) -> None:
    """The board shows what came of it."""
