"""From a link's bytes to the host: decoders by peer, faults in bounds, and whether a feed is alive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import xor
from random import Random
from typing import Any

import pytest

from center import intake
from center.core.events import Event, FeedFaulted, FeedFellQuiet, FeedRecovered, Micros, UnitMoved
from center.ingest import FORMATS, Format
from center.ingest.feed import Attachment, Origin
from center.ingest.tips import TipsFeed
from center.intake import FAULTS_A_MINUTE, Intake
from tests.center.core.facts import when
from tests.center.doubles import Bench

GOOD = b">RPV43199+3022667-0932174000009012;ID=0099<\r\n"
BAD = b"rubbish\r\n"


class Entrance:
    """An intake of a real host, whose journal and clock the test holds in its hands."""

    def __init__(self, format: str = "taip", link: str = "udp", quiet_after_s: float | None = None) -> None:  # noqa: A002
        self.bench = Bench()
        self.intake = Intake(
            "avl", format, self.bench.host, self.bench.ledger, link=link, options={}, quiet_after_s=quiet_after_s
        )

    @property
    def events(self) -> list[Event]:
        return self.bench.journal.events

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def arrive(self, *data: bytes, peer: str = "10.0.0.1:5000") -> int:
        return self.intake.arrive([(peer, each) for each in data])


def test_bytes_become_events_stamped_with_the_time_of_arrival_and_their_peer() -> None:
    entrance = Entrance()
    entrance.bench.clock.advance(5)
    receipt = entrance.arrive(GOOD)
    (moved,) = entrance.of(UnitMoved)
    assert (moved.unit, moved.at, moved.source) == ("0099", when(5), "avl/10.0.0.1:5000")
    assert receipt == entrance.bench.journal.last == 2
    assert (entrance.intake.messages, entrance.intake.bytes, entrance.intake.last) == (1, len(GOOD), when(5))
    assert entrance.bench.center.picture.units.units["0099"].at == when(5)


def test_a_batch_is_one_step_of_the_journal_in_order_of_arrival() -> None:
    entrance = Entrance()
    names = [b"%04d" % n for n in range(50)]
    entrance.intake.arrive([(f"10.0.0.{n % 3}:5", GOOD.replace(b"0099", name)) for n, name in enumerate(names)])
    assert [moved.unit.encode() for moved in entrance.of(UnitMoved)] == names


def test_pieces_of_different_peers_never_mix() -> None:
    """Two modems, each on a connection of its own, each cut in the middle of a sentence."""
    entrance = Entrance(link="tcp-listen")
    entrance.arrive(GOOD[:20], peer="a")
    entrance.arrive(GOOD.replace(b"0099", b"0001")[:30], peer="b")
    entrance.arrive(GOOD[20:], peer="a")
    entrance.arrive(GOOD.replace(b"0099", b"0001")[30:], peer="b")
    assert [moved.unit for moved in entrance.of(UnitMoved)] == ["0099", "0001"]
    assert entrance.of(FeedFaulted) == []


def test_what_a_connection_still_held_is_read_when_it_ends_and_the_next_begins_afresh() -> None:
    """A last line without its end; and half a line of the old connection is no beginning for the new one."""
    entrance = Entrance(format="nmea", link="tcp-listen")
    body = b"GPRMC,145950,A,3013.6000,N,09313.0440,W,12.0,90.0,020126,,"
    entrance.arrive(b"$%b*%02X" % (body, reduce(xor, body)), peer="a")
    assert entrance.of(UnitMoved) == []
    entrance.intake.gone("a")
    assert [(moved.unit, moved.seen) for moved in entrance.of(UnitMoved)] == [("a", when(-10))]
    entrance.arrive(b"ABC,A", peer="a")
    entrance.intake.gone("a")
    assert len(entrance.of(UnitMoved)) == 1
    entrance.intake.gone("a")
    entrance.intake.gone("never heard")


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_flood_of_faults_is_counted_not_kept() -> None:
    """The first twenty of a minute are told one by one; then one line says how many more there were. Breaks when
    garbage can fill the journal."""
    entrance = Entrance(format="nmea")
    for n in range(3000):
        entrance.arrive(BAD, peer=f"10.0.0.{n % 250}:{n}")
        entrance.bench.clock.advance(0.01)
    assert len(entrance.of(FeedFaulted)) == FAULTS_A_MINUTE
    entrance.bench.clock.advance(60)
    entrance.arrive(BAD, peer="10.0.0.9:9")
    told = entrance.of(FeedFaulted)[FAULTS_A_MINUTE:]
    assert (told[0].why, told[0].repeats, len(told)) == ("2980 more faults within a minute", 2980, 2)
    assert entrance.intake.faults == 3001
    assert entrance.intake.messages == 3001


def test_what_was_only_counted_is_told_when_the_feed_is_well_again() -> None:
    """A flood that stops must not be a secret until the next flood. Breaks when only a further fault tells it."""
    entrance = Entrance(format="nmea")
    for n in range(FAULTS_A_MINUTE + 7):
        entrance.arrive(BAD, peer=f"10.0.0.1:{n}")
    entrance.bench.clock.advance(61)
    entrance.arrive(b"")
    last = entrance.of(FeedFaulted)[-1]
    assert (last.repeats, last.source, last.at) == (7, "avl", when(61))
    entrance.bench.clock.advance(600)
    entrance.arrive(b"")
    assert entrance.of(FeedFaulted)[-1] is last


def test_good_events_in_a_flood_of_faults_all_come_through() -> None:
    entrance = Entrance()
    for n in range(200):
        entrance.arrive(BAD, GOOD.replace(b"0099", b"%04d" % n), peer=f"10.0.0.1:{n}")
    assert len(entrance.of(UnitMoved)) == 200


class Brittle:
    """A decoder with a mistake in it: it breaks at a word, and when its stream ends."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:  # noqa: ARG002
        self._origin = origin
        self.heard = 0

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        self.heard += 1
        if b"break" in data:
            raise ZeroDivisionError("a mistake of ours")
        return [UnitMoved(at=at, source=self._origin.source, unit=f"heard-{self.heard}", lat=30.0, lon=-93.0)]

    def finish(self, at: Micros) -> Sequence[Event]:  # noqa: ARG002
        raise KeyError("another")

    def to_send(self) -> bytes:
        return b""

    def attachments(self) -> Sequence[Attachment]:
        return ()


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> Entrance:
    monkeypatch.setitem(FORMATS, "brittle", Format(Brittle, "nothing", "none"))
    return Entrance(format="brittle")


def test_a_decoders_own_mistake_is_a_fault_and_a_new_decoder_goes_on(brittle: Entrance) -> None:
    """Promise E has a second lock: the center does not stop, the fault says which bytes, the other messages of the
    batch are read, and the next of the same peer finds a fresh decoder."""
    brittle.arrive(b"one", b"two", b"please break", b"three")
    (fault,) = brittle.of(FeedFaulted)
    assert fault.why == "the brittle decoder failed: ZeroDivisionError: a mistake of ours"
    assert (fault.excerpt, fault.source) == ("please break", "avl/10.0.0.1:5000")
    assert [moved.unit for moved in brittle.of(UnitMoved)] == ["heard-1", "heard-2", "heard-1"]


def test_a_decoder_that_fails_at_the_end_of_its_stream_fails_alone(brittle: Entrance) -> None:
    """Breaks when only `receive` is guarded: closing a connection would stop the center."""
    brittle.arrive(b"one")
    brittle.intake.gone("10.0.0.1:5000")
    (fault,) = brittle.of(FeedFaulted)
    assert fault.why == "the brittle decoder failed: KeyError: 'another'"
    brittle.arrive(b"two")
    assert brittle.of(UnitMoved)[-1].unit == "heard-1"


def test_a_mistake_about_what_nobody_may_be_known_by_shows_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tip that makes our decoder fail may say who gave it: that it failed is told, and not at what."""
    entrance = Entrance("tips", "http")
    monkeypatch.setattr(TipsFeed, "receive", lambda _, data, __: {}[data])
    entrance.arrive(b'{"tipster": "Marie"}', peer="application/json")
    (fault,) = entrance.of(FeedFaulted)
    assert (fault.why, fault.excerpt) == ("the tips decoder failed: KeyError", "")


def test_peers_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone network gives every datagram another port."""
    monkeypatch.setattr(intake, "MAX_PEERS", 10)
    entrance = Entrance()
    for n in range(100):
        entrance.arrive(GOOD.replace(b"0099", b"%04d" % n), peer=f"10.0.0.1:{n}")
    assert len(entrance.intake._decoders) == 10
    assert len(entrance.of(UnitMoved)) == 100
    assert entrance.intake.replies("10.0.0.1:3") == b""


# --- silence ----------------------------------------------------------------------------------------------------------


def story(entrance: Entrance) -> list[str]:
    return [
        f"{'quiet' if isinstance(event, FeedFellQuiet) else 'back'} {(event.at - when(0)) / 1e6:g}"
        for event in entrance.events
        if isinstance(event, FeedFellQuiet | FeedRecovered)
    ]


def test_a_feed_falls_quiet_once_and_recovers_once() -> None:
    """Ten seconds of silence are told once however long they last; the first word ends it. The last word before counts,
    not the moment somebody looked. Breaks when the watch is not set again."""
    entrance = Entrance(quiet_after_s=10)
    entrance.intake.watch()
    clock = entrance.bench.clock
    for _ in range(4):
        entrance.arrive(GOOD)
        clock.advance(7)
    clock.advance(100)
    assert story(entrance) == ["back 0", "quiet 31"]
    assert entrance.of(FeedFellQuiet)[0].last == when(21)
    entrance.arrive(GOOD)
    clock.advance(9.99)
    assert story(entrance) == ["back 0", "quiet 31", "back 128"]
    clock.advance(0.01)
    assert story(entrance)[-1] == "quiet 138"


def test_a_feed_that_never_said_anything_is_quiet_too() -> None:
    """Wrong port in the site file: it is told after the same patience, without a last word."""
    entrance = Entrance(quiet_after_s=10)
    entrance.intake.watch()
    entrance.bench.clock.advance(1000)
    assert story(entrance) == ["quiet 10"]
    assert entrance.of(FeedFellQuiet)[0].last is None
    alerts = list(entrance.bench.center.picture.alerts.alerts.values())
    assert [(alert.kind, alert.subject) for alert in alerts] == [("feed-quiet", "avl")]


def test_garbage_is_a_sign_of_life() -> None:
    """A feed that talks nonsense is faulty, not silent: the two need different people."""
    entrance = Entrance(format="nmea", quiet_after_s=10)
    entrance.intake.watch()
    for _ in range(20):
        entrance.arrive(BAD)
        entrance.bench.clock.advance(5)
    assert story(entrance) == ["back 0"]


def test_without_a_patience_nobody_waits() -> None:
    """A hotlist folder may be silent all week."""
    entrance = Entrance()
    entrance.intake.watch()
    assert entrance.bench.clock.waiting == 0


@pytest.mark.parametrize("seed", range(5))
def test_silence_is_told_at_the_moment_it_is_long_enough_whatever_the_rhythm(seed: int) -> None:
    """Against a plain account of the gaps: every gap of ten seconds or more is told exactly ten seconds after it began,
    and its end when it ended."""
    entrance, dice = Entrance(quiet_after_s=10), Random(seed)
    entrance.intake.watch()
    s, expected = 0.0, ["back 0"]
    entrance.arrive(GOOD)
    for _ in range(60):
        gap = dice.choice((0.5, 3, 9.5, 10.5, 11, 19.5, 20.5, 45))
        entrance.bench.clock.advance(gap)
        entrance.arrive(GOOD)
        if gap >= 10:
            expected += [f"quiet {s + 10:g}", f"back {s + gap:g}"]
        s += gap
    assert story(entrance) == expected
