"""Putting a center together from its site file and the parts that differ between modes.

Knows: how host, desks, feeds, board and hands are joined.
Refuses to know: which clock, journal, messenger, router and eyes it is given, and what carries the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import structs

from center import frames
from center.api.board import Board
from center.clock import Clock
from center.core.center import Center
from center.core.effects import Reply
from center.core.events import Micros, OperatorActed, SiteLoaded
from center.forecaster import Forecaster
from center.hands import AuditTrail, Community, Forgetting, Hands, Messenger, Router, Video
from center.host import Host
from center.ingest import open_feed
from center.ingest.feed import Attachment
from center.intake import Intake, Opened
from center.open_sources import OpenSources
from center.records import Records
from center.site import Site
from center.site_feeds import FeedSettings
from center.store.journal import Journal


class Pictures(Protocol):
    def keep(self, picture: Attachment) -> None: ...
    def get(self, ref: str) -> Attachment | None: ...


class Assembly:
    """A center that is ready to take bytes: `intakes` by feed name, `board` for its operators, `host` in the middle."""

    def __init__(
        self,
        site: Site,
        *,
        center: Center,
        journal: Journal,
        clock: Clock,
        messenger: Messenger,
        router: Router,
        audit: AuditTrail,
        pictures: Pictures,
        records: Records | None = None,
        open_sources: OpenSources | None = None,
        eyes: frames.Opening | None = None,
        video: Video | None = None,
        forecaster: Forecaster | None = None,
        community: Community | None = None,
        forgetting: Forgetting | None = None,
    ) -> None:
        self.site = site
        self.clock = clock
        self.pictures = pictures
        self.journal = journal
        self.intakes: dict[str, Intake] = {}
        self.watch: frames.Watch | None = None
        if any(_shows(feed) for feed in site.feeds):
            assert eyes is not None, "somebody has to look at the frames"
            self.watch = frames.Watch(eyes, pictures)
        self.board = Board(center.picture, self.intakes)
        stores = (records, video, forecaster, community, forgetting, open_sources)
        hands = Hands(clock, self.board, messenger, router, audit, *stores)
        self.host = Host(center, journal, clock, hands)
        self.host.watchers.append(self.board.watch)
        for feed in site.feeds:
            self.intakes[feed.name] = self._intake(feed)

    @property
    def center(self) -> Center:
        return self.host.center

    def start(self) -> None:
        """Take up what was pending, load the site if it has changed, and start looking out for silence. In this order:
        what loading asks for leaves by itself, once, when it is durable."""
        self.host.resume()
        loaded = self.site.as_event(self.clock.now())
        known = self.center.picture.site.loaded
        if known is None or _without_time(known) != _without_time(loaded):
            self.host.submit((loaded,))
        for intake in self.intakes.values():
            intake.watch()

    def add(self, name: str, form: str, *, link: str, options: Mapping[str, str], opened: Opened = open_feed) -> None:
        """An intake that is none of the site file's feeds."""
        self.intakes[name] = Intake(name, form, self.host, self.pictures, link=link, options=options, opened=opened)

    def act(self, act: OperatorActed, then: Callable[[Reply], None]) -> int:
        """Put an operator's act to the center; `then` gets the reply once it is durable."""
        self.board.expect(act.request, then)
        return self.host.submit((act,))

    def _intake(self, feed: FeedSettings) -> Intake:
        watch = self.watch if _shows(feed) else None
        intake = Intake(
            feed.name,
            feed.format,
            self.host,
            self.pictures,
            link=feed.link,
            options=feed.options,
            quiet_after_s=feed.quiet_after_s,
            opened=open_feed if watch is None else watch.open_feed,
        )
        if watch is not None:
            watch.join(intake)
        return intake


def _shows(feed: FeedSettings) -> bool:
    """Whether frames come by it, which somebody has to look at."""
    return feed.format == frames.FORMAT


def _without_time(event: SiteLoaded) -> SiteLoaded:
    return structs.replace(event, at=Micros(0))
