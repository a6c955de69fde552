"""The core as a whole: whatever is told, in whatever order.

Breaks when a desk raises, forgets a bound, leaves books unbalanced, iterates a set, or keeps anything a snapshot does
not hold.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.core import access, clips
from center.core.camera_events import ClipKept, VideoRefused
from center.core.center import DESKS, Center, freeze, thaw
from center.core.effects import (
    Audit,
    CloseVideo,
    Effect,
    Forecast,
    Forget,
    KeepClip,
    Lookup,
    OpenVideo,
    Reach,
    ReleaseClip,
    Reply,
    Route,
    SearchPosts,
    Send,
    Withdraw,
)
from center.core.events import (
    Answer,
    AnyEvent,
    Event,
    MessageAcked,
    Micros,
    OperatorActed,
    RouteAnswered,
    Woke,
)
from center.core.open_facts import PostsFound
from center.core.pattern_facts import ForecastReady
from center.core.picture import Picture
from center.core.record_facts import LookupAnswered
from center.core.retention_facts import Forgotten
from center.core.session_events import SessionChanged
from tests.center.core.balance import books_balance
from tests.center.core.facts import (
    of,
)
from tests.center.core.sequences import SMALL, resolved, sketches
from tests.center.core.shift import shift

UNASKED = ("camera.closed", "hold.expired", "retention.due", "retention.done")
"""What the center writes down of its own accord."""
encode = msgspec.msgpack.Encoder().encode


def told(sequence: Sequence[tuple[int, Event]]) -> tuple[list[Event], list[list[Effect]], Picture]:
    """The facts of a drawn sequence, what followed each, and where it ended."""
    center = Center()
    facts: list[Event] = []
    followed: list[list[Effect]] = []
    for step, sketch in sequence:
        fact = resolved(step, sketch, center.picture)
        facts.append(fact)
        followed.append(list(center.handle(fact)))
    return facts, followed, center.picture


@settings(max_examples=400)
@given(sketches)
def test_nothing_that_can_be_told_raises_and_the_books_always_balance(sequence: list[tuple[int, Event]]) -> None:
    """Every type of fact with hostile values, every bound drawn in: positions count, ids are unique and name the fact
    that caused them, nothing is owed that was answered, every slice stays within its bounds, and everything can be
    written down for the journal."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), bound in SMALL.items():
            patch.setattr(module, name, bound)
        center = Center()
        ids: set[str] = set()
        for position, (step, sketch) in enumerate(sequence, 1):
            fact = resolved(step, sketch, center.picture)
            asked = center.picture.pending.get(fact.answers) if isinstance(fact, Answer) else None
            effects = center.handle(fact)
            assert center.picture.position == position
            for effect in effects:
                assert effect.id not in ids
                assert effect.id[1:].startswith(f"{position}.")
                ids.add(effect.id)
            encode(fact)
            encode(effects)
            if asked is not None:
                settled = [
                    *(it.request for it in of(Withdraw, effects)),
                    *(it.opening for it in of(CloseVideo, effects)),
                ]
                over = is_answer(fact, asked, center.picture) or asked.id in settled
                assert over != (asked.id in center.picture.pending)
            books_balance(center.picture)


def is_answer(fact: Event, request: Effect, picture: Picture) -> bool:
    if isinstance(request, Send):
        return isinstance(fact, MessageAcked) and picture.site.unit_of.get(fact.unit, fact.unit) == request.unit
    answers: dict[type[Effect], type[Answer]] = {
        Route: RouteAnswered,
        Reach: RouteAnswered,
        OpenVideo: VideoRefused,
        KeepClip: ClipKept,
        ReleaseClip: ClipKept,
        Forecast: ForecastReady,
        Forget: Forgotten,
        Lookup: LookupAnswered,
        SearchPosts: PostsFound,
    }
    return isinstance(fact, answers.get(type(request), Woke))


@settings(max_examples=200)
@given(sketches, st.data())
def test_a_snapshot_in_the_middle_changes_nothing_that_follows(
    sequence: list[tuple[int, Event]], data: st.DataObject
) -> None:
    """The heart of promise B: frozen and thawed at any moment, the center decides exactly as it would have, effect by
    effect, and ends in the same picture, byte by byte. Breaks when a desk keeps anything a snapshot does not hold, or
    when the order in which something was built up counts."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), bound in SMALL.items():
            patch.setattr(module, name, bound)
        facts, followed, picture = told(sequence)
        moments = data.draw(st.sets(st.integers(0, len(facts) - 1), min_size=1, max_size=3))
        center = Center()
        for moment, (fact, expected) in enumerate(zip(facts, followed, strict=True)):
            if moment in moments:
                center = Center(thaw(freeze(center.picture)))
            assert encode(list(center.handle(fact))) == encode(expected)
        assert freeze(center.picture) == freeze(picture)


ELSEWHERE = ("records.search", "posts.search")
"""What somebody else answers before the center can."""


@settings(max_examples=150)
@given(sketches)
def test_an_operator_who_asks_always_gets_exactly_one_answer(sequence: list[tuple[int, Event]]) -> None:
    """No act hangs: each is answered at once, by one reply that names its request; a look that records or a network
    must answer first, by one when they have, or when nobody waits any longer. Whatever was not a repeat is audited
    once, and so is a look that is repeated: it shows what is there by now. That a ticket ends is a line of its own."""
    facts, followed, _ = told(sequence)
    granted: dict[str, bool] = {}
    waiting: set[str] = set()
    for fact, effects in zip(facts, followed, strict=True):
        replies = of(Reply, effects)
        lines = [line for line in of(Audit, effects) if line.act not in UNASKED]
        lines = [line for line in lines if not line.operator.startswith(clips.RULE)]
        if not isinstance(fact, OperatorActed):
            assert lines == [] or isinstance(fact, SessionChanged)
            assert {reply.request for reply in replies} <= waiting
            assert len(replies) == len({reply.request for reply in replies})
            waiting -= {reply.request for reply in replies}
            granted |= {reply.request: reply.granted for reply in replies}
            continue
        if fact.request in waiting:
            assert effects == [], "the answer to the first time is the answer"
            continue
        if not replies and fact.act in ELSEWHERE:
            waiting.add(fact.request)
        else:
            assert [reply.request for reply in replies] == [fact.request]
        is_look = fact.act in access.ACTS and not access.ACTS[fact.act].carried_out_elsewhere
        assert len(lines) == (fact.request not in granted or (is_look and granted[fact.request]))
        assert all((line.operator, line.act, line.subject) == (fact.operator, fact.act, fact.subject) for line in lines)
        granted |= {reply.request: reply.granted for reply in replies}
        granted.setdefault(fact.request, False)


@settings(max_examples=150)
@given(sketches)
def test_nobody_is_told_anything_that_no_person_confirmed_or_wrote(sequence: list[tuple[int, Event]]) -> None:
    """Every message to the street is either about an alert that an operator confirmed or what an operator said or did
    (words, a box taken, listening), and goes to an own unit with a terminal. Breaks when a hit goes out as a fact."""
    center = Center()
    for step, sketch in sequence:
        for send in of(Send, center.handle(resolved(step, sketch, center.picture))):
            assert center.picture.site.is_own(send.unit)
            assert center.picture.site.units[send.unit].terminal == send.terminal
            if send.thread:
                assert center.picture.threads.sent[send.message] is not None
                assert send.verified_by in center.picture.site.operators, "a person wrote it"
                continue
            about = center.picture.alerts.alerts.get(center.picture.messages.messages[send.id].about)
            assert (send.kind == "hotlist-hit") == (about is not None)
            assert about is None or (about.state, about.disposition) == ("confirmed", "correct")


@settings(max_examples=150)
@given(sketches)
def test_without_a_fact_there_is_no_effect_and_the_same_facts_have_the_same_effects(
    sequence: list[tuple[int, Event]],
) -> None:
    """Two centers, one in the morning, one at night: the same. Facts that nobody is listening for change the count and
    the time, and nothing else."""
    facts, followed, picture = told(sequence)
    again = Center()
    for fact, expected in zip(facts, followed, strict=True):
        before = None if type(fact) in DESKS else rest_of(again.picture)
        assert encode(list(again.handle(fact))) == encode(expected)
        assert before is None or (expected == [] and rest_of(again.picture) == before)
    assert freeze(again.picture) == freeze(picture)


def rest_of(picture: Picture) -> bytes:
    """The picture without its clock and its counter."""
    return freeze(msgspec.structs.replace(picture, position=0, serial=0, now=Micros(0)))


def digest_of(facts: Sequence[Event]) -> str:
    """Of everything that followed, and of the picture in the end."""
    center, running = Center(), hashlib.sha256()
    for fact in facts:
        running.update(encode(list(center.handle(fact))))
    running.update(freeze(center.picture))
    return running.hexdigest()


def test_hash_seeds_decide_nothing(tmp_path: Path) -> None:
    """Four thousand facts, many at the same moment, handled by three processes that hash differently: the same effects
    in the same order, and the same picture. Breaks when a set is iterated anywhere in the core."""
    facts = shift(Random(7), 4000)
    assert len({type(fact) for fact in facts}) == 13
    (tmp_path / "facts").write_bytes(encode(facts))
    digests = {digest_of(facts)}
    for seed in ("0", "1", "4711"):
        ran = subprocess.run(
            [sys.executable, "-m", __name__, str(tmp_path / "facts")],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ran.stdout.strip())
    assert len(digests) == 1


if __name__ == "__main__":
    sys.stdout.write(digest_of(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[AnyEvent])))
