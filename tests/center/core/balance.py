"""What must hold in every picture, whatever a center was told.

Knows: which of a desk's books must agree with which.
Refuses to know: how it came to be so (see sequences).
"""

from __future__ import annotations

from center.core import (
    access,
    aircraft,
    alerting,
    bulletins,
    calls,
    cases,
    clips,
    community,
    correlation,
    counts,
    inquiries,
    messages,
    patterns,
    plates,
    retention,
    stops,
    threads,
    triggers,
    video,
    watch_log,
)
from center.core.ahead import MAX_ASKED
from center.core.effects import (
    AskOwners,
    Forecast,
    Forget,
    KeepClip,
    OpenVideo,
    ReleaseClip,
    Send,
)
from center.core.events import (
    PlateRead,
)
from center.core.picture import Picture


def books_balance(picture: Picture) -> None:
    """What must hold between any two facts, whatever they were."""
    assert picture.found == []
    _units_and_aircraft(picture)
    _plates(picture)
    _calls_and_incidents(picture)
    _alerts(picture)
    _messages(picture)
    _stops(picture)
    _inquiries(picture)
    _threads(picture)
    _bulletins(picture)
    _video(picture)
    _community(picture)
    _counts(picture)
    _patterns(picture)
    assert len(picture.access.answered) <= access.MAX_REMEMBERED
    assert len(picture.log.entries) <= min(picture.log.count, watch_log.MAX_ENTRIES)
    _retention(picture)


def _retention(picture: Picture) -> None:
    """One request to clear the stores at a time, and bounds."""
    here = picture.retention
    assert len(here.hits) <= retention.MAX_HITS
    assert len(here.holds) <= retention.MAX_HOLDS
    assert all(hold.hold == name for name, hold in here.holds.items())
    asked = [request for request, it in picture.pending.items() if isinstance(it, Forget)]
    assert asked == ([here.asked] if here.asked else [])


def _units_and_aircraft(picture: Picture) -> None:
    here = picture.units
    strangers = [name for name in here.units if name not in picture.site.units]
    assert len(strangers) == here.off_roster
    assert all(unit.unit == name for name, unit in here.units.items())
    assert all((unit.lat is None) == (unit.lon is None) for unit in here.units.values())
    assert len(picture.aircraft.aircraft) <= aircraft.MAX_AIRCRAFT


def _plates(picture: Picture) -> None:
    here = picture.plates
    kept = here.reads[here.head :]
    assert len(kept) <= plates.MAX_READS
    by_key: dict[str, list[PlateRead]] = {}
    for passed in kept:
        by_key.setdefault(plates.fold(passed.plate), []).append(passed)
    assert here.passed == by_key
    filed = sorted(repr(entry) for entries in here.listed.values() for entry in entries)
    assert filed == sorted(
        repr(plates.Entry(hotlist.name, listing)) for hotlist in here.hotlists.values() for listing in hotlist.listings
    )
    assert all(here.listed.values())


def _calls_and_incidents(picture: Picture) -> None:
    here = picture.incidents
    assert len(picture.calls.calls) <= calls.MAX_CALLS
    assert len(here.incidents) <= correlation.MAX_INCIDENTS
    assert sorted(here.open) == sorted(name for name, it in here.incidents.items() if it.closed_at is None)
    assert here.by_call == {key: name for name, it in here.incidents.items() for key in it.calls}
    for incident in here.incidents.values():
        assert 0 < len(incident.calls) <= correlation.MAX_JOINED
        assert max(len(incident.changes), len(incident.hits)) <= correlation.MAX_NOTED
        assert len(incident.units) <= correlation.SHOWN_UNITS


def _alerts(picture: Picture) -> None:
    here = picture.alerts
    closed = [alert.alert for alert in here.alerts.values() if alert.closed_at is not None]
    assert len(closed) <= alerting.MAX_CLOSED
    assert sorted(here.closed) == sorted(closed)
    assert all(here.alerts[alert].key == key for key, alert in here.current.items())
    for alert in here.alerts.values():
        assert len(alert.reads) <= min(alerting.MAX_READS_SHOWN, alert.reads_in_all)
        assert (alert.state in ("confirmed", "dismissed")) == (alert.closed_at is not None)
        assert alert.closed_at is not None or here.current[alert.key] == alert.alert, "an open alert nobody finds"


def _messages(picture: Picture) -> None:
    here = picture.messages
    going_on = {name for dispatch in here.dispatches.values() for name in dispatch.told}
    assert len(here.messages) <= messages.MAX_MESSAGES + len(going_on)
    assert sorted(name for told in here.of.values() for name in told) == sorted(here.messages)
    assert all(here.of.values())
    owed = {request.id for request in picture.pending.values() if isinstance(request, Send)}
    threaded = {one.request for post in picture.threads.posts.values() for one in post.to.values() if one.request}
    assert owed == threaded | {message.message for message in here.messages.values() if message.state == "sent"}
    waits = {request for d in here.dispatches.values() for request in (d.route, d.timer) if request}
    assert set(here.waits) == waits
    kept_for = OpenVideo | KeepClip | AskOwners | ReleaseClip
    elsewhere = {r.id for r in picture.pending.values() if isinstance(r, kept_for)}
    elsewhere |= {*picture.video.timers, *picture.community.timers}
    elsewhere |= set(picture.threads.timers) | set(picture.bulletins.timers)
    elsewhere |= {request for request in (picture.patterns.asked, picture.patterns.timer) if request}
    elsewhere |= set(picture.threads.timers)
    others = (picture.patterns.asked, picture.patterns.timer, picture.retention.asked)
    elsewhere |= {request for request in others if request}
    elsewhere |= set(picture.inquiries.waits)
    elsewhere |= set(picture.stop_records.lookups) | set(picture.stop_records.timers)
    elsewhere |= set(picture.status_checks.timers) | set(picture.checks.asked) | set(picture.checks.timers)
    ahead = set(picture.ahead.asked)
    assert waits | set(picture.incidents.routes) | ahead == set(picture.pending) - owed - elsewhere
    assert len(ahead) <= MAX_ASKED


def _stops(picture: Picture) -> None:
    """Every question, timer and lead leads to what is kept about a stop, and every timer of a watch to its unit."""
    here, watched = picture.stop_records, picture.status_checks
    assert len(picture.stops.stops) <= stops.MAX_STOPS
    assert here.lookups == {lookup: key for key, it in here.records.items() for lookup in it.asked.values()}
    assert here.timers == {it.timer: key for key, it in here.records.items() if it.timer}
    assert watched.timers == {it.timer: unit for unit, it in watched.watches.items() if it.timer}
    assert set(here.alerts.values()) <= set(here.records)


def _threads(picture: Picture) -> None:
    """Every message stands in one conversation, and whatever waits for it is found again."""
    here = picture.threads
    assert len(here.posts) <= threads.MAX_POSTS
    assert len(here.threads) <= threads.MAX_THREADS
    assert len(picture.cases.cases) <= cases.MAX_CASES
    stands = [(thread.thread, post) for thread in here.threads.values() for post in thread.posts]
    assert sorted(stands) == sorted((post.thread, post.post) for post in here.posts.values())
    assert all(thread.posts for thread in here.threads.values())
    assert here.timers == {post.timer: post.post for post in here.posts.values() if post.timer}
    assert here.sent == {
        one.message: (post.post, one.to) for post in here.posts.values() for one in post.to.values() if one.message
    }
    assert set(here.marks.values()) <= set(here.posts)
    silent = [one for post in here.posts.values() for one in post.to.values() if one.told_at is not None]
    assert not any(one.request for one in silent), "what the room was told of is not sent again"


def _bulletins(picture: Picture) -> None:
    """What holds waits for its end, and nothing else does."""
    here = picture.bulletins
    assert len(here.bulletins) <= bulletins.MAX_BULLETINS
    holding = [name for name, one in here.bulletins.items() if one.state == "approved"]
    assert sorted(here.active) == sorted(holding)
    assert here.timers == {one.timer: name for name, one in here.bulletins.items() if one.timer}
    assert sorted(here.timers.values()) == sorted(holding)
    assert all(one.author != one.by for one in here.bulletins.values() if one.state == "approved")


def _inquiries(picture: Picture) -> None:
    """Who waits for an answer waits for exactly a question and its end."""
    here = picture.inquiries
    waiting = {name: it for name, it in here.inquiries.items() if it.answered_at is None}
    assert here.waits == {request: name for name, it in waiting.items() for request in (it.asked, it.timer)}
    assert len(waiting) <= inquiries.MAX_WAITING
    assert len(here.inquiries) <= inquiries.MAX_INQUIRIES


def _video(picture: Picture) -> None:
    """Every ticket is kept by exactly its own two requests, and every camera that is open has one."""
    here = picture.video
    opened = {request.id: request for request in picture.pending.values() if isinstance(request, OpenVideo)}
    assert {ticket.opening for ticket in here.tickets.values()} == set(opened)
    assert all(opened[ticket.opening].ticket == name for name, ticket in here.tickets.items())
    assert here.timers == {ticket.timer: name for name, ticket in here.tickets.items()}
    assert set(here.timers) <= set(picture.pending)
    assert len(here.tickets) <= video.MAX_TICKETS
    assert all(picture.site.agencies[picture.site.cameras[t.camera].agency].own for t in here.tickets.values())
    assert len({(t.operator, t.camera, t.sound) for t in here.tickets.values()}) == len(here.tickets)
    assert set(here.cameras) <= set(picture.site.cameras)
    kept = picture.clips
    assert len(kept.clips) <= clips.MAX_CLIPS
    assert sorted(name for names in kept.of.values() for name in names) == sorted(kept.clips)
    assert sorted(name for names in kept.on.values() for name in names) == sorted(
        n for n, it in kept.clips.items() if it.unit
    )
    by_rule = [it for it in picture.pending.values() if isinstance(it, KeepClip) and it.at_once]
    assert len(by_rule) <= triggers.AT_ONCE
    assert all(picture.site.cameras[it.camera].agency == "CPSO" for it in by_rule if it.camera in picture.site.cameras)


def _community(picture: Picture) -> None:
    """Every request has the one moment it waits for, and one that is open is seen by owners; every clip is a
    request's."""
    here = picture.community
    assert here.timers == {one.timer: name for name, one in here.requests.items()}
    asked = {request.id for request in picture.pending.values() if isinstance(request, AskOwners)}
    assert asked == {one.asking for one in here.requests.values() if one.state == "open"}
    assert len(here.requests) <= community.MAX_REQUESTS
    assert sorted(name for names in here.of.values() for name in names) == sorted(here.offered)
    assert all(len(names) <= community.CLIPS_A_REQUEST for names in here.of.values())
    assert set(here.of) <= set(here.requests)
    assert all(here.requests[it.request].state == "open" for it in here.live.values())


def _counts(picture: Picture) -> None:
    """Nothing is counted less than no times, and what is remembered is bounded."""
    here = picture.counts
    assert len(here.months) <= counts.MAX_MONTHS
    assert max(len(here.alerts), len(here.helped)) <= counts.MAX_REMEMBERED
    for month in here.months.values():
        for figures in (month.recovered, month.closed, month.delays, month.helped):
            assert all(count > 0 for count in figures.values())


def _patterns(picture: Picture) -> None:
    """Off, there is nothing; on, one question at a time, and every report of another system leads to the first."""
    here = picture.patterns
    if here.on is None:
        assert here == patterns.PatternsSlice()
    assert {request for request in (here.asked, here.timer) if request} <= set(picture.pending)
    assert sum(isinstance(request, Forecast) for request in picture.pending.values()) == bool(here.asked)
    assert len(here.reports) <= patterns.MAX_REPORTS
    assert here.same == {other: name for name, one in here.reports.items() for other in one.others}
    assert not set(here.same) & set(here.reports)
    assert all(one.report == name for name, one in here.reports.items())
    assert len(here.offers) <= patterns.MAX_BOXES
    assert here.active == [name for name in here.active if here.offers[name].state == "accepted"]
    assert sum(offer.state == "accepted" for offer in here.offers.values()) == len(here.active)
