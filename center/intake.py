"""From a link's bytes to the host, one feed of the site at a time.

Knows: one decoder for every peer of a feed, when each feed last spoke, and how many faults are worth a line each.
Refuses to know: sockets, and what an event means.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import structs

from center.clock import Clock
from center.core.events import MINUTE, SECOND, Event, FeedFaulted, FeedFellQuiet, FeedRecovered, Micros
from center.ingest import FORMATS, open_feed
from center.ingest.feed import Attachment, Feed, Origin, fault

WHOLE_MESSAGES = frozenset({"udp", "mqtt", "http", "folder", "poll", "rtsp"})
"""Links whose every delivery is one complete message; the others bring pieces of a stream."""
MAX_PEERS = 4096
FAULTS_A_MINUTE = 20


Opened: TypeAlias = Callable[[str, Origin, Mapping[str, str]], Feed]
"""How a decoder is made: of which format, for whom, with which options."""


class Submitter(Protocol):
    """The host, as a feed sees it."""

    clock: Clock

    def submit(self, events: Sequence[Event]) -> int: ...


class Pictures(Protocol):
    """Where pictures go; the events only refer to them."""

    def keep(self, picture: Attachment) -> None: ...


class Intake:
    """Everything that comes in by one feed. Links see to it that what is not durable yet stays within their windows."""

    def __init__(
        self,
        name: str,
        format: str,  # noqa: A002  # the site file's word
        host: Submitter,
        pictures: Pictures,
        *,
        link: str,
        options: Mapping[str, str] | None = None,
        quiet_after_s: float | None = None,
        opened: Opened = open_feed,
    ) -> None:
        self.name = name
        self.format = format
        self.link = link
        self.quiet_after_s = quiet_after_s
        self.last: Micros | None = None
        self.messages = self.bytes = self.events = self.faults = self.lost = 0
        self.is_quiet = False
        self.troubled = ""
        self._host = host
        self._pictures = pictures
        self._whole = link in WHOLE_MESSAGES
        self._options = options or {}
        self._opened = opened
        self._decoders: OrderedDict[str, Feed] = OrderedDict()
        self._folding_until = Micros(0)
        self._told = self._folded = 0
        self._started = host.clock.now()

    def watch(self) -> None:
        """Start looking out for silence."""
        if self.quiet_after_s:
            self._check_quiet()

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        """Take messages in order of arrival, as (peer, bytes). Returns the position to wait for before acknowledging
        them."""
        at = self._host.clock.now()
        events: list[Event] = []
        if self.last is None or self.is_quiet:
            events.append(FeedRecovered(at=at, source=self.name, feed=self.name))
            self.is_quiet = False
        self.last = at
        self.troubled = ""
        self.messages += len(items)
        decoders, size = self._decoders, 0
        for peer, data in items:
            size += len(data)
            decoder = decoders.get(peer) or self._open(peer)
            try:
                events += decoder.receive(data, at)
                pictures = decoder.attachments()
            except Exception as error:  # promise E has a second lock: a decoder's own mistake is a fault too
                events.append(self._broken(peer, data, at, error))
                continue
            for picture in pictures:
                self._pictures.keep(picture)
        self.bytes += size
        for event in events:
            if type(event) is FeedFaulted:
                events = self._fold(events, at)
                break
        events += self._unfold(at)
        self.events += len(events)
        return self._host.submit(events)

    def replies(self, peer: str) -> bytes:
        decoder = self._decoders.get(peer)
        return decoder.to_send() if decoder else b""

    def gone(self, peer: str) -> None:
        """A connection has ended: take what its decoder still held, and forget it."""
        decoder = self._decoders.pop(peer, None)
        if decoder is None:
            return
        at = self._host.clock.now()
        try:
            events = self._fold(decoder.finish(at), at)
        except Exception as error:
            events = [self._broken(peer, b"", at, error)]
        if events:
            self.events += len(events)
            self._host.submit(events)

    def tell(self, events: Sequence[Event]) -> None:
        """Facts that were found in what came earlier, by somebody who took their time: the center learns them now."""
        at = self._host.clock.now()
        kept = self._fold([structs.replace(event, at=at) for event in events], at) + self._unfold(at)
        self.events += len(kept)
        self._host.submit(kept)

    def lose(self, count: int) -> None:
        """Messages that came by it and that nobody had time for."""
        self.lost += count

    def trouble(self, why: str) -> None:
        """The link itself has a problem, or (empty) has none any more."""
        self.troubled = why

    def _broken(self, peer: str, data: bytes, at: Micros, error: Exception) -> FeedFaulted:
        """A decoder that failed is not used again; the peer's next message finds a new one. Neither words nor bytes of
        what may say who somebody is are told."""
        self._decoders.pop(peer, None)
        why, known = f"the {self.format} decoder failed: {type(error).__name__}", FORMATS.get(self.format)
        if known is not None and known.anonymous:
            return fault(Origin(self._source(peer)), at, why)
        return fault(Origin(self._source(peer)), at, f"{why}: {error}", data)

    def _open(self, peer: str) -> Feed:
        if len(self._decoders) >= MAX_PEERS:
            self._decoders.popitem(last=False)
        origin = Origin(self._source(peer), peer, self._whole)
        decoder = self._decoders[peer] = self._opened(self.format, origin, self._options)
        return decoder

    def _source(self, peer: str) -> str:
        return f"{self.name}/{peer}" if peer else self.name

    def _fold(self, events: Sequence[Event], at: Micros) -> list[Event]:
        """Let the first faults of a minute through and count the rest, so that garbage cannot fill the journal."""
        kept: list[Event] = []
        for event in events:
            if not isinstance(event, FeedFaulted):
                kept.append(event)
                continue
            self.faults += 1
            if at >= self._folding_until:
                kept += self._unfold(at)
                self._folding_until = Micros(at + MINUTE)
                self._told = 0
            if self._told < FAULTS_A_MINUTE:
                self._told += 1
                kept.append(event)
            else:
                self._folded += 1
        return kept

    def _unfold(self, at: Micros) -> list[Event]:
        """What was only counted is told when its minute is over and something else comes."""
        if not self._folded or at < self._folding_until:
            return []
        folded, self._folded = self._folded, 0
        why = f"{folded} more faults within a minute"
        return [FeedFaulted(at=at, source=self.name, why=why, repeats=folded)]

    def _check_quiet(self) -> None:
        assert self.quiet_after_s is not None
        clock = self._host.clock
        now = clock.now()
        due = Micros((self.last or self._started) + round(self.quiet_after_s * SECOND))
        if now >= due and not self.is_quiet:
            self.is_quiet = True
            quiet = FeedFellQuiet(at=now, source=self.name, feed=self.name, last=self.last)
            self._host.submit((*self._unfold(now), quiet))
        again = due if due > now else Micros(now + round(self.quiet_after_s * SECOND))
        clock.call_at(again, self._check_quiet)
