"""What is looked up has a reason, a case and one asker; what comes of it is believed for half an hour."""

from __future__ import annotations

from typing import Any

import pytest

from center.core import inquiries
from center.core.effects import Audit, Effect, Lookup, Reply, SearchPosts, Send, WakeAt
from center.core.events import OperatorActed
from center.core.open_facts import Post, PostsFound
from center.core.record_facts import LookupAnswered, PersonOnFile, VehicleOnFile
from tests.center.core.facts import Room, act, of, refusal, site, the, when, woke

JAMES = PersonOnFile("SYN-1", "Landry", "James", born="1987-03-12", photo="P1")
WHY = {"reason": "missing person", "case": "26-1"}


def room(**said: Any) -> Room:
    return Room(site(**{"records": True, "simulated": True, "open_sources": True} | said))


def ask(s: float, what: str = inquiries.RECORDS, who: str = "ada", **said: str) -> OperatorActed:
    return act(what, "Landry", s, who, **({"last": "Landry", "first": "Jim", "born": "1987-12-03"} | WHY | said))


def found(question: Effect, s: float, *persons: PersonOnFile, **more: Any) -> LookupAnswered:
    return LookupAnswered(at=when(s), source="records", answers=question.id, persons=persons, **more)


def test_the_asker_has_the_reply_when_the_records_have_answered() -> None:
    """In the asker's name and for the case; before, there is no reply at all."""
    here = room()
    effects = here.tell(ask(1))
    lookup = the(Lookup, effects)
    assert (lookup.last, lookup.case, lookup.operator, lookup.purpose) == ("Landry", "26-1", "ada", "C")
    assert of(Reply, effects) == []
    reply = the(Reply, here.tell(found(lookup, 2, JAMES)))
    mine = inquiries.of(reply.made, "ada", here.picture)
    assert mine is not None
    assert mine.ranked[0].reasons == (
        *("James, said Jim: a short form", "born 1987-03-12, said 1987-12-03: day and month swapped"),
    )
    assert inquiries.of(reply.made, "sue", here.picture) is None, "nobody else's to see"


@pytest.mark.parametrize("missing", ["reason", "case"])
@pytest.mark.parametrize("what", [inquiries.RECORDS, inquiries.POSTS])
def test_without_a_reason_and_a_case_nothing_is_asked_and_the_trail_has_it(what: str, missing: str) -> None:
    effects = room().tell(ask(1, what, **{missing: ""}))
    assert refusal(effects)
    assert not the(Audit, effects).granted
    assert of(Lookup, effects) + of(SearchPosts, effects) == []


def test_a_site_that_is_no_simulation_has_no_open_sources_whatever_its_file_says() -> None:
    """Fails when the door alone decides."""
    for said in ({"simulated": False}, {"open_sources": False}):
        effects = room(**said).tell(ask(1, inquiries.POSTS, words="white truck"))
        assert refusal(effects) == "open sources are a simulation's only"
        assert of(SearchPosts, effects) == []


def test_public_posts_come_to_their_asker() -> None:
    here = room()
    search = the(SearchPosts, here.tell(ask(1, inquiries.POSTS, words="white truck")))
    assert (search.words, search.operator, search.case) == ("white truck", "ada", "26-1")
    post = Post("p1", "jim1", when(0), "nice truck")
    reply = the(Reply, here.tell(PostsFound(at=when(2), source="open-sources", answers=search.id, posts=(post,))))
    mine = inquiries.of(reply.made, "ada", here.picture)
    assert mine is not None
    assert mine.posts == (post,)


def test_silence_is_told_as_such() -> None:
    here = room()
    effects = here.tell(ask(1))
    reply = the(Reply, here.tell(woke(the(WakeAt, effects), 6)))
    mine = inquiries.of(reply.made, "ada", here.picture)
    assert mine is not None
    assert mine.trouble == "no answer in time"
    assert of(Reply, here.tell(found(the(Lookup, effects), 7, JAMES))) == []


def test_what_is_asked_twice_before_the_answer_is_asked_once() -> None:
    here = room()
    first = ask(1)
    lookup = the(Lookup, here.tell(first))
    assert of(Lookup, here.tell(first)) == []
    here.tell(found(lookup, 2, JAMES))
    assert the(Reply, here.tell(first)).made


def test_an_answer_is_not_believed_for_ever_and_not_kept() -> None:
    here = room()
    made = the(Reply, here.tell(found(the(Lookup, here.tell(ask(1))), 2, JAMES))).made
    here.tell(ask(1_900))
    assert inquiries.of(made, "ada", here.picture) is None
    assert made not in here.picture.inquiries.inquiries


def test_one_of_ones_own_answer_goes_to_a_unit_as_a_deputy_would_have_got_it() -> None:
    here = room()
    here.places()
    made = the(Reply, here.tell(found(the(Lookup, here.tell(ask(1))), 2, JAMES))).made
    send = the(Send, here.tell(act("records.send", "SO-1", 3, inquiry=made, person="SYN-1")))
    assert (send.unit, send.verified_by, send.photo) == ("SO-1", "ada", "P1")
    assert send.headline.startswith("Looked up for you: NO LICENCE ON FILE, no warrants: likely James Landry")
    for who, person, why in (
        ("sue", "SYN-1", "this is no answer of yours, or it is too old to be believed"),
        ("ada", "SYN-9", "nobody of that number is in this answer"),
    ):
        assert refusal(here.tell(act("records.send", "SO-1", 4, who, inquiry=made, person=person))) == why


def test_a_plate_leads_to_the_car_and_its_owner() -> None:
    here = room()
    lookup = the(Lookup, here.tell(ask(1, last="", plate="abc-123", state="LA")))
    assert (lookup.plate, lookup.state) == ("ABC123", "LA")
    made = the(Reply, here.tell(found(lookup, 2, JAMES, vehicles=(VehicleOnFile("ABC123", owner="SYN-1"),)))).made
    mine = inquiries.of(made, "ada", here.picture)
    assert mine is not None
    assert mine.owner == JAMES


def test_a_center_that_takes_over_still_has_the_question() -> None:
    here = room()
    lookup = the(Lookup, here.tell(ask(1)))
    here.restart()
    assert the(Reply, here.tell(found(lookup, 2, JAMES))).granted
