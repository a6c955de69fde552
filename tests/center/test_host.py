"""The loop of every mode: events are kept, the center decides, and effects leave when what caused them is durable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.core.center import Center, freeze, thaw
from center.core.effects import Audit, Effect, Notify, Reply, Route, Send, WakeAt
from center.core.events import Event, FeedFellQuiet
from tests.center.core.facts import (
    Room,
    act,
    confirm,
    hotlist,
    listed,
    moved,
    of,
    policy,
    read,
    reported,
    site,
    the,
    when,
)
from tests.center.doubles import Bench, QuickJournal, SlowJournal


def quiet(n: int) -> FeedFellQuiet:
    """An event with exactly one effect."""
    return FeedFellQuiet(at=when(n), source=f"feed-{n}", feed=f"feed-{n}")


def headlines(effects: list[Effect]) -> list[str]:
    return [effect.headline for effect in effects if isinstance(effect, Notify)]


def test_no_effect_leaves_before_the_event_that_caused_it_is_durable() -> None:
    """Promise D in one screen: the center has decided, but as long as the disk has not answered nobody is told. Breaks
    when `_release` does not look at the position."""
    bench = Bench(SlowJournal())
    bench.host.submit([quiet(n) for n in range(1, 6)])
    assert bench.center.picture.position == 5
    assert bench.done == []
    bench.journal.let_through(3)
    assert headlines(bench.done) == [f"Nothing comes from feed-{n}" for n in (1, 2, 3)]
    bench.journal.let_through()
    assert len(bench.done) == 5


@settings(max_examples=100)
@given(st.lists(st.one_of(st.integers(1, 4), st.just(0)), max_size=30), st.data())
def test_effects_leave_once_each_and_in_order_however_slow_the_disk_is(batches: list[int], data: st.DataObject) -> None:
    """Batches of any size come in while durability rises in any steps: at each moment exactly the effects of the
    durable events have left, in the order of the journal."""
    bench = Bench(SlowJournal())
    settled: list[int] = []
    bench.host.settlers.append(settled.append)
    for size in batches:
        if size:
            first = bench.journal.last + 1
            bench.host.submit([quiet(n) for n in range(first, first + size)])
        else:
            bench.journal.let_through(data.draw(st.integers(bench.journal.durable, bench.journal.last)))
            assert settled[-1] == bench.journal.durable
        assert [effect.id for effect in bench.done] == [f"n{n}.2" for n in range(1, bench.journal.durable + 1)]
    assert bench.journal.events == [quiet(n) for n in range(1, bench.journal.last + 1)]


def test_submit_says_which_position_to_wait_for() -> None:
    """So that a link acknowledges what is kept, and not before."""
    bench = Bench(SlowJournal())
    assert bench.host.submit([quiet(1)]) == 1
    assert bench.host.submit([quiet(n) for n in (2, 3, 4)]) == 4
    assert bench.host.submit([]) == 4


def test_whoever_waits_is_told_after_the_effects_have_left() -> None:
    """A reply that follows from an act leaves before its sender hears that the act is durable."""
    bench = Bench(SlowJournal())
    seen: list[tuple[int, int]] = []
    bench.host.settlers.append(lambda durable: seen.append((durable, len(bench.done))))
    bench.host.submit([quiet(1), quiet(2)])
    bench.journal.let_through()
    assert seen[-1] == (2, 2)
    assert all(durable == done for durable, done in seen)


def test_watchers_see_every_event_when_the_picture_already_has_it() -> None:
    """The operators' board reads the picture; it must not be told before there is something to read."""
    bench = Bench(SlowJournal())
    seen: list[tuple[Event, int]] = []
    bench.host.watchers.append(lambda events: seen.extend((one, bench.center.picture.position) for one in events))
    told = [quiet(1), quiet(2)]
    bench.host.submit(told)
    assert [one for one, _ in seen] == told
    assert {position for _, position in seen} == {2}


# --- answers come later -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("journal", [QuickJournal, SlowJournal])
def test_a_hand_that_answers_at_once_is_a_broken_invariant(journal: type[SlowJournal]) -> None:
    """Whether effects leave at once or when the disk has answered: an answer inside do() would be handled before the
    effects in front of it had left. Breaks when only `submit` is guarded."""
    bench = Bench(journal())
    bench.ledger.then = lambda _: bench.host.submit_one(quiet(9))

    def until_effects_leave() -> None:
        bench.host.submit([quiet(1)])
        bench.journal.let_through()

    with pytest.raises(AssertionError, match="hands answer later"):
        until_effects_leave()


def test_asking_again_after_a_restart_answers_later_too() -> None:
    bench = Bench(center=interrupted())
    bench.ledger.then = lambda _: bench.host.submit_one(quiet(9))
    with pytest.raises(AssertionError, match="hands answer later"):
        bench.host.resume()


def test_an_answer_is_an_event_like_any_other() -> None:
    """A plate is confirmed, the router answers, a deputy is told: each step goes through the journal."""
    bench = Bench()
    facts = [policy(ahead_s=0), moved("SO-1", 0), hotlist(listed("ABC123")), read("ABC123", 1)]
    bench.host.submit(facts)
    alert = of(Notify, bench.done)[0].subject
    bench.host.submit([confirm(alert, 2)])
    (question, answer), before = bench.ledger.asked[0], bench.journal.last
    assert of(Send, bench.done) == []
    answer(())
    assert bench.journal.last == before + 1
    assert the(Send, bench.done).unit == "SO-1"
    assert question.id not in bench.center.picture.pending


# --- start, restart, take-over ----------------------------------------------------------------------------------------


def interrupted() -> Center:
    """A center that was killed while two things were owed: a message and the timer behind it; and a question of roads
    with its own."""
    room = Room(policy(ahead_s=0), moved("SO-1", 0), hotlist(listed("ABC123")), read("ABC123", 1))
    room.tell(act("unit.message", "SO-2", 2, text="call the desk"), confirm(room.alert().alert, 3))
    return Center(thaw(freeze(room.picture)))


def test_a_restart_asks_again_for_what_is_owed_and_for_nothing_else() -> None:
    """Once each, under the old ids, in the old order: no bell rings twice, no line is audited twice. Breaks when
    effects are repeated from the journal, or when what is owed is not part of the picture."""
    center = interrupted()
    owed = list(center.picture.pending.values())
    assert [type(request) for request in owed] == [Send, WakeAt, Route, WakeAt]
    bench = Bench(center=center)
    bench.host.resume()
    assert bench.done == [request for request in owed if not isinstance(request, WakeAt)]
    assert bench.clock.waiting == 2
    assert of(Notify, bench.done) == of(Reply, bench.done) == of(Audit, bench.done) == []  # type: ignore[comparison-overlap]


def test_what_was_owed_is_settled_after_a_restart_as_it_would_have_been() -> None:
    """The timer that was set before the kill goes off at its time, and the escalation goes on."""
    bench = Bench(center=interrupted())
    bench.host.resume()
    bench.clock.advance(10)  # the router is silent: by distance, then
    assert [send.unit for send in of(Send, bench.done)] == ["SO-2", "SO-1"]
    bench.clock.advance(120)
    alerts = bench.center.picture.alerts.alerts.values()
    (post,) = bench.center.picture.threads.posts
    assert sorted(alert.subject for alert in alerts if alert.kind == "unacknowledged") == ["a4.1", post]
    assert bench.center.picture.pending == {}
    assert bench.clock.waiting == 0


def test_a_host_is_only_made_of_a_journal_and_a_center_that_agree() -> None:
    """A center that has handled less, or more, than its journal holds would give ids two meanings."""
    for last in (0, 5):
        with pytest.raises(AssertionError, match="exactly what the journal holds"):
            Bench(SlowJournal(last), Room(site(), reported("SO-1", 1, "available")).center)
