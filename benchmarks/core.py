"""What a center does with the bytes of a parish on one core: decode, journal, decide, and carry out.

The bytes are those of an average hour, recorded from the twin in memory. They are fed to the center's own parts, as
`center run` joins them (a journal on disk with group commit, an audit trail, a picture store, the board), with the
links and the world left out. Everything is on one core and the clock stops when the last event is durable.

Messages come by the turn, as links hand them over when there is much to do: of 256 consecutive messages (3 ms at the
rates aimed for) those of one feed together, but each HTTP request by itself; `one_by_one` says what it costs when none
come together. The reference is the
least that any program could do: decode the same events, had the devices written them as JSON of ours.

    python -m benchmarks.core [--quick] [--json]
"""

from __future__ import annotations

import heapq
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks import road_times
from benchmarks.figures import Result, Timer, Took, heading, one_core, present, row, spread, tell
from benchmarks.parish import Message, Recorded, record
from center.api.board import Board
from center.assembly import Assembly
from center.clock import Clock
from center.core.center import Center
from center.core.effects import Effect
from center.core.events import AnyEvent, Event, Micros
from center.hands import DelayedRouter, Hands
from center.ingest import open_feed
from center.ingest.feed import Feed, Origin
from center.intake import WHOLE_MESSAGES
from center.routing import RoadMap
from center.site import FeedSettings, Site, from_tables
from center.store.audit import AuditFile
from center.store.group_commit import GroupCommitJournal
from center.store.journal import JournalFile, read
from center.store.pictures import PictureFile
from center.terminals import TerminalMessenger

TURN_MESSAGES = 256
ROUTE_TAKES = Micros(15_000)

Arrival = tuple[int, str, Sequence[tuple[str, bytes]]]
"""(at, feed, messages), as a link hands them to an intake."""


def main() -> None:
    present(__doc__, measure, table)


def measure(quick: bool) -> Result:
    tell("recording the parish")
    recorded = record(120.0 if quick else 3600.0)
    site = from_tables(dict(recorded.site), "the recorded site")
    rounds = 3 if quick else 11
    with one_core():
        whole(site, by_turn(recorded.messages, site))  # warm-up
        runs = [whole(site, by_turn(recorded.messages, site)) for _ in _told(rounds, "whole path")]
        single = [whole(site, one_by_one(recorded.messages)) for _ in _told(rounds // 2, "one by one")]
        events = runs[0].events
        handled = [_timed(lambda: _handle(events)) for _ in _told(rounds, "handle alone")]
        bare = [reference(events) for _ in range(rounds)]
        parts = where_time_goes(site, recorded, events, rounds)
    tell("road times")
    count, size = len(events), sum(len(one.data) for one in recorded.messages)
    rate = _rates(count, [run.took for run in runs])
    alone, least = _rates(count, handled), _rates(count, bare)
    return {
        "mix": mix(recorded, site, events),
        "whole_path": {**rate, "bytes_per_s": _rates(size, [run.took for run in runs])["per_cpu_s"]},
        "one_by_one": _rates(count, [run.took for run in single]),
        "handle_alone": alone,
        "reference": least,
        "ratio_to_reference": round(rate["per_cpu_s"]["median"] / least["per_cpu_s"]["median"], 4),
        "where_time_goes": parts,
        "road_times": road_times.measure(quick),
        "journal_bytes_per_event": round(runs[0].journal_bytes / count, 1),
        "effects": runs[0].effects,
    }


def _told(rounds: int, what: str) -> Iterator[int]:
    for number in range(rounds):
        tell(f"{what} {number + 1}/{rounds}")
        yield number


def _rates(count: int, times: Sequence[Took]) -> dict[str, dict[str, float]]:
    """A second, by the wall and of the processor."""
    return {
        "per_s": spread([count / one.wall_s for one in times], 0),
        "per_cpu_s": spread([count / one.cpu_s for one in times], 0),
    }


def mix(recorded: Recorded, site: Site, events: Sequence[Event]) -> dict[str, Any]:
    formats = {feed.name: feed.format for feed in site.feeds}
    messages: Counter[str] = Counter(formats[one.feed] for one in recorded.messages)
    sizes: Counter[str] = Counter()
    for one in recorded.messages:
        sizes[formats[one.feed]] += len(one.data)
    return {
        "messages": len(recorded.messages),
        "bytes": sum(sizes.values()),
        "events": len(events),
        "by_format": {name: {"messages": messages[name], "bytes": sizes[name]} for name in sorted(messages)},
        "by_event": dict(sorted(Counter(type(event).__name__ for event in events).items())),
    }


# --- the whole path -----------------------------------------------------------------------------------------------


class RecordedClock:
    """The time of the message in hand. Whoever wants to be called is, in order, before a later message comes."""

    def __init__(self, start: int) -> None:
        self._now = Micros(start)
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = 0

    def now(self) -> Micros:
        return self._now

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._due, (when, self._serial, then))

    def advance(self, to: int) -> None:
        due = self._due
        while due and due[0][0] <= to:
            when, _, then = heapq.heappop(due)
            self._now = Micros(max(self._now, when))
            then()
        self._now = Micros(max(self._now, to))


def one_by_one(messages: Iterable[Message]) -> Iterator[Arrival]:
    for feed, peer, data, at in messages:
        yield at, feed, ((peer, data),)


def by_turn(messages: Sequence[Message], site: Site) -> list[Arrival]:
    requests = {feed.name for feed in site.feeds if feed.link in ("http", "folder")}
    arrivals: list[Arrival] = []
    for start in range(0, len(messages), TURN_MESSAGES):
        turn = messages[start : start + TURN_MESSAGES]
        together: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for feed, peer, data, at in turn:
            if feed in requests:
                arrivals.append((at, feed, ((peer, data),)))
            else:
                together[feed].append((peer, data))
        arrivals += [(turn[-1].at, feed, items) for feed, items in together.items()]
    return arrivals


class Run(NamedTuple):
    took: Took
    events: list[AnyEvent]
    effects: int
    journal_bytes: int


def whole(site: Site, arrivals: Iterable[Arrival]) -> Run:
    """Bytes to effects, once through. The journal's thread tells what is durable as it does in `center run`; here the
    feeding loop takes the place of the event loop and listens after every arrival."""
    arrivals = list(arrivals)
    with tempfile.TemporaryDirectory(prefix="rtcc-") as name:
        folder = Path(name)
        clock = RecordedClock(arrivals[0][0])
        told: deque[Callable[[], None]] = deque()
        pictures = PictureFile(folder / "pictures.db")
        journal = GroupCommitJournal(JournalFile(folder / "journal.db"), told.append, pictures.write)
        carried = _Carried()
        assembly = Assembly(
            site,
            center=Center(),
            journal=journal,
            clock=clock,
            messenger=TerminalMessenger(carried.publish),
            router=DelayedRouter(clock, RoadMap(()).answer, ROUTE_TAKES),
            audit=AuditFile(folder / "audit.db"),
            pictures=pictures,
        )
        assembly.start()
        intakes = assembly.intakes
        with Timer() as timer:
            for at, feed, items in arrivals:
                clock.advance(at)
                intakes[feed].arrive(items)
                while told:
                    told.popleft()()
            journal.close()
            while told:
                told.popleft()()
        assert journal.durable == journal.last == assembly.center.picture.position
        pictures.close()
        size = (folder / "journal.db").stat().st_size
        events = [event for _, event in read(folder / "journal.db")]
        return Run(timer.took, events, carried.count, size)


class _Carried:
    """Where messages to terminals go."""

    def __init__(self) -> None:
        self.count = 0

    def publish(self, topic: str, payload: bytes) -> bool:  # noqa: ARG002
        self.count += 1
        return True


# --- the parts by themselves --------------------------------------------------------------------------------------


def _timed(work: Callable[[], object]) -> Took:
    with Timer() as timer:
        work()
    return timer.took


def _handle(events: Sequence[Event]) -> None:
    handle = Center().handle
    for event in events:
        handle(event)


def reference(events: Sequence[Event]) -> Took:
    """One JSON text an event, decoded into the same event, and nothing else."""
    texts = [msgspec.json.encode(event) for event in events]
    decode = msgspec.json.Decoder(AnyEvent).decode
    with Timer() as timer:
        for text in texts:
            decode(text)
    return timer.took


def where_time_goes(site: Site, recorded: Recorded, events: Sequence[Event], rounds: int) -> list[dict[str, Any]]:
    """Each part alone, the quickest of its rounds: processor time of the whole recording."""
    feeds = {feed.name: feed for feed in site.feeds}
    messages: dict[str, list[Message]] = defaultdict(list)
    for one in recorded.messages:
        messages[feeds[one.feed].format].append(one)
    parts = [
        (f"decode {name}", min(_decoded(feeds, these) for _ in range(rounds)))
        for name, these in sorted(messages.items())
    ]
    parts.append(("journal", min(_journaled(events) for _ in range(rounds))))
    by_event = [_handled_by_event(events) for _ in range(rounds)]
    parts += [(f"handle {name}", min(one[name] for one in by_event)) for name in sorted(by_event[0])]
    parts.append(("hands", min(_carried_out(events) for _ in range(rounds))))
    total = sum(seconds for _, seconds in parts)
    return [
        {"part": name, "us_per_event": round(seconds * 1e6 / len(events), 3), "share": round(seconds / total, 4)}
        for name, seconds in parts
    ]


def _decoded(feeds: Mapping[str, FeedSettings], messages: Sequence[Message]) -> float:
    """Seconds for the messages of one format, with a decoder for every peer as an intake has."""
    decoders: dict[tuple[str, str], Feed] = {}
    with Timer() as timer:
        for name, peer, data, at in messages:
            decoder = decoders.get((name, peer))
            if decoder is None:
                feed = feeds[name]
                origin = Origin(f"{name}/{peer}", peer, feed.link in WHOLE_MESSAGES)
                decoder = decoders[name, peer] = open_feed(feed.format, origin, feed.options)
            decoder.receive(data, Micros(at))
            decoder.attachments()
    return timer.took.cpu_s


def _journaled(events: Sequence[Event]) -> float:
    with tempfile.TemporaryDirectory(prefix="rtcc-") as folder:
        journal = GroupCommitJournal(JournalFile(Path(folder) / "journal.db"), lambda _: None)
        with Timer() as timer:
            for start in range(0, len(events), TURN_MESSAGES):
                journal.append(events[start : start + TURN_MESSAGES])
            journal.close()
    return timer.took.cpu_s


def _handled_by_event(events: Sequence[Event]) -> dict[str, float]:
    """Seconds by type of event, less what looking at the clock costs."""
    clock = time.perf_counter_ns
    handle = Center().handle
    spent: Counter[str] = Counter()
    looks = [clock() for _ in range(10_000)]
    look_ns = (looks[-1] - looks[0]) / len(looks)
    for event in events:
        began = clock()
        handle(event)
        spent[type(event).__name__] += clock() - began
    counts = Counter(type(event).__name__ for event in events)
    return {name: max(0.0, spent[name] - look_ns * counts[name]) / 1e9 for name in spent}


def _carried_out(events: Sequence[Event]) -> float:
    """Seconds for carrying every effect out, and for the board's watch over every event."""
    center = Center()
    made: list[Sequence[Effect]] = [center.handle(event) for event in events]
    clock: Clock = RecordedClock(events[-1].at)
    board = Board(center.picture, {})
    with tempfile.TemporaryDirectory(prefix="rtcc-") as folder:
        audit = AuditFile(Path(folder) / "audit.db")
        router = DelayedRouter(clock, RoadMap(()).answer, ROUTE_TAKES)
        hands = Hands(clock, board, TerminalMessenger(_Carried().publish), router, audit)
        with Timer() as timer:
            board.watch(events)
            for effects in made:
                for effect in effects:
                    hands.do(effect, _unanswered)
        audit.close()
    return timer.took.cpu_s


def _unanswered(_: Event) -> None:
    """Nobody hears the answers here."""


# --- for people ---------------------------------------------------------------------------------------------------


def table(result: Result) -> str:
    came = result["mix"]
    lines = [
        f"{came['messages']:,} messages, {came['bytes']:,} bytes, {came['events']:,} events; "
        f"{result['machine']['processor']}, load {result['machine']['load'][0]}",
        "",
        heading("events a second, on one core"),
    ]
    for key, title in (
        ("whole_path", "bytes to effects"),
        ("one_by_one", "the same, message by message"),
        ("handle_alone", "Center.handle alone"),
        ("reference", "reference: events decoded from JSON"),
    ):
        lines.append(row(title, result[key]["per_cpu_s"], "of processor time"))
        lines.append(row("", result[key]["per_s"], "by the wall"))
    lines.append(row("bytes a second", result["whole_path"]["bytes_per_s"]))
    lines += [f"bytes to effects / reference: {result['ratio_to_reference']}", ""]
    lines.append(f"{'where it goes, each part alone':44}{'us/event':>14}{'share':>14}")
    parts = sorted(result["where_time_goes"], key=lambda part: -part["us_per_event"])
    lines += [f"{part['part']:44}{part['us_per_event']:>14.3f}{part['share']:>14.1%}" for part in parts]
    return "\n".join([*lines, "", *road_times.rows(result["road_times"])])


if __name__ == "__main__":
    main()
