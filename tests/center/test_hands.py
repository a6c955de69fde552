"""Carrying effects out: each by its part, answers later, and none that nobody wants any more."""

from __future__ import annotations

import pytest

from center.core.effects import Audit, Effect, Notify, Reply, Route, Send, Stand, WakeAt, Withdraw
from center.core.events import Event, Micros, RouteAnswered, RouteTime, Woke
from center.hands import DelayedRouter, Hands
from tests.center.core.facts import LAT, LON, when
from tests.center.doubles import Bench, HandClock, Ledger

ROUTE = Route(id="q1.1", lat=LAT, lon=LON, candidates=(Stand("SO-1", LAT, LON), Stand("SO-2", LAT, LON)))
TIMES = (RouteTime("SO-2", 10.0), RouteTime("SO-1", 20.0))
SEND = Send(id="m1.1", unit="SO-1", terminal="mdt-1", level=0, sent=when(0), kind="text", headline="hello")
OTHERS: tuple[Effect, ...] = (
    Notify(id="n1.1", topic="alert", subject="a1.1", revision=1, headline="Stolen"),
    Reply(id="r1.1", request="ada/1", granted=True),
    Audit(id="u1.1", at=when(0), operator="ada", act="room.watch", subject="", granted=True),
    SEND,
)


def wake(s: float, name: str = "w1.1") -> WakeAt:
    return WakeAt(id=name, when=when(s))


def drop(request: str) -> Withdraw:
    return Withdraw(id="x1.1", request=request)


class Held:
    """Hands, and the answers that came."""

    def __init__(self) -> None:
        self.clock, self.ledger = HandClock(), Ledger()
        self.answers: list[Event] = []
        self.hands = Hands(self.clock, self.ledger, self.ledger, self.ledger, self.ledger)

    def do(self, *effects: Effect) -> None:
        for effect in effects:
            self.hands.do(effect, self.answers.append)


def test_each_effect_goes_to_the_part_that_carries_it() -> None:
    """And nothing that has been carried out is an answer."""
    held = Held()
    held.do(*OTHERS, ROUTE)
    assert held.ledger.done == [*OTHERS, ROUTE]
    assert held.answers == []


def test_every_kind_of_effect_has_a_carrier() -> None:
    """A new effect without one would be a KeyError in the middle of an incident."""
    leaves = [kind for kind in Effect.__subclasses__() if kind.__name__ != "Request"]
    leaves += [kind for parent in Effect.__subclasses__() for kind in parent.__subclasses__()]
    assert Bench().hands._carriers.keys() == set(leaves)


def test_a_timer_goes_off_at_its_time_and_says_which_it_was() -> None:
    held = Held()
    held.do(wake(30), wake(10, "w1.2"))
    held.clock.advance(29.9)
    assert held.answers == [Woke(at=when(10), source="clock", answers="w1.2")]
    held.clock.advance(0.1)
    assert held.answers[1:] == [Woke(at=when(30), source="clock", answers="w1.1")]


def test_a_timer_for_a_time_that_is_past_goes_off_at_once_but_not_from_inside() -> None:
    """After a long stop every timer is late; the answers come one by one, as events."""
    held = Held()
    held.do(wake(-3600))
    assert held.answers == []
    held.clock.advance(0)
    assert held.answers == [Woke(at=when(0), source="clock", answers="w1.1")]


def test_a_router_answers_when_it_has_one() -> None:
    held = Held()
    held.do(ROUTE)
    held.clock.advance(2)
    held.ledger.asked[0][1](TIMES)
    assert held.answers == [RouteAnswered(at=when(2), source="router", answers="q1.1", times=TIMES)]


@pytest.mark.parametrize("request_", [wake(5), ROUTE])
def test_what_was_withdrawn_before_it_came_never_comes(request_: WakeAt | Route) -> None:
    """The router was too slow, the deputies have all answered. Breaks when a withdrawal only reaches terminals."""
    held = Held()
    held.do(request_, drop(request_.id))
    held.clock.advance(10)
    for _, answer in held.ledger.asked:
        answer(TIMES)
    assert held.answers == []
    assert held.ledger.withdrawn == []


@pytest.mark.parametrize("request_", [wake(5), ROUTE])
def test_a_withdrawal_that_comes_after_the_answer_is_too_late_and_does_no_harm(request_: WakeAt | Route) -> None:
    """And nothing is remembered of it: the same request asked anew (after a restart) is answered."""
    held = Held()
    for _ in range(2):
        held.do(request_)
        held.clock.advance(10)
        for _, answer in held.ledger.asked[-1:]:
            answer(TIMES)
        held.do(drop(request_.id))
    assert len(held.answers) == 2


def test_withdrawing_a_message_is_told_to_the_messenger() -> None:
    held = Held()
    held.do(SEND, drop(SEND.id))
    assert held.ledger.withdrawn == [SEND.id]


def test_hands_remember_nothing_of_what_is_over() -> None:
    """A year of timers and routes, answered or withdrawn, leaves nothing behind. Breaks when either set only grows."""
    held = Held()
    for n in range(1000):
        timer, route = wake(n, f"w{n}"), Route(id=f"q{n}", lat=LAT, lon=LON, candidates=())
        held.do(timer, route)
        if n % 2:
            held.do(drop(timer.id), drop(route.id))
        held.clock.advance(1)
        held.ledger.asked.pop()[1](())
    assert not held.hands._asked
    assert not held.hands._withdrawn


def test_a_router_that_takes_its_time_takes_it_on_the_clock_it_was_given() -> None:
    """For simulated runs: the answer is that of the moment it was asked, and comes so much later, never from inside."""
    clock, seen = HandClock(), list[tuple[Micros, tuple[RouteTime, ...]]]()
    router = DelayedRouter(clock, lambda route: TIMES[: len(route.candidates)], Micros(15_000))
    router.ask(ROUTE, lambda times: seen.append((clock.now(), times)))
    assert seen == []
    clock.advance(0.014)
    assert seen == []
    clock.advance(0.001)
    assert seen == [(when(0.015), TIMES)]
