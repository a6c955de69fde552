"""What people in the room have looked up: persons and cars in the records, and what is said in public.

Knows: who asked what for which case, what is still waited for, and what came of it, for as long as it may be believed.
Refuses to know: whether somebody may ask (see access), how it is asked, and whom an answer means (see ranking).

The asker gets their reply when the answer is there, or that there is none; nobody else sees it. Open sources are the
twin's only: a site that is no simulation has none, whatever its file says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import messages, ranking, stop_answers
from center.core.days import day_of
from center.core.effects import Effect, Lookup, Reply, SearchPosts, WakeAt, Withdraw
from center.core.events import MINUTE, SECOND, Micros, OperatorActed, Woke
from center.core.findings import Granted
from center.core.open_facts import MOST_POSTS, Post, PostsFound
from center.core.ranking import Ranked
from center.core.record_facts import LookupAnswered, PersonOnFile, Sought, VehicleOnFile

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_INQUIRIES = 500
MAX_WAITING = 50
GOOD_FOR = 30 * MINUTE
MAX_SAID = 120
CRIMINAL_JUSTICE = "C"
RECORDS, POSTS, SEND = "records.search", "posts.search", "records.send"


class Inquiry(msgspec.Struct, gc=False):
    """`what` is the act by which it was asked. While `asked`, a request, is waited for, `timer` ends the waiting and
    `request` is the asker's own, to be replied to."""

    inquiry: str
    what: str
    operator: str
    case: str
    at: Micros
    request: str
    asked: str
    timer: str
    sought: Sought = Sought()
    answered_at: Micros | None = None
    ranked: tuple[Ranked, ...] = ()
    car: VehicleOnFile | None = None
    owner: PersonOnFile | None = None
    posts: tuple[Post, ...] = ()
    more: bool = False
    trouble: str = ""


class InquiriesSlice(msgspec.Struct):
    """Oldest first; `waits` leads from a request or a timer to its inquiry."""

    inquiries: dict[str, Inquiry] = {}
    waits: dict[str, str] = {}


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    if event.act not in (RECORDS, POSTS, SEND) or not any(isinstance(f, Granted) for f in picture.found):
        return
    here = picture.inquiries
    if any(one.request == event.request for one in here.inquiries.values() if one.answered_at is None):
        return  # the same question, by somebody who lost patience: the one answer is for both
    why = _objection(event, picture)
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if event.act == SEND:
        yield from _send(event, picture)
        return
    _make_room(picture)
    asked = _question(event, picture)
    timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + picture.site.policy.check_patience_s * SECOND))
    inquiry = Inquiry(
        inquiry=picture.mint("i"),
        what=event.act,
        operator=event.operator,
        case=event.case or "",
        at=picture.now,
        request=event.request,
        asked=asked.id,
        timer=timer.id,
        sought=_sought(event),
    )
    here.inquiries[inquiry.inquiry] = inquiry
    here.waits |= {asked.id: inquiry.inquiry, timer.id: inquiry.inquiry}
    yield asked
    yield timer


def looked_up(event: LookupAnswered, picture: Picture) -> Iterator[Effect]:
    inquiry = _waiting(event.answers, picture)
    if inquiry is None:
        return
    inquiry.car = event.vehicles[0] if event.vehicles else None
    inquiry.owner = event.persons[0] if inquiry.car and event.persons else None
    seen = ranking.Seen(day_of(picture.now), inquiry.car)
    inquiry.ranked = ranking.rank(inquiry.sought, event.persons, seen)
    inquiry.more, inquiry.trouble = event.more, event.trouble
    yield from _answered(inquiry, picture, left=inquiry.timer)


def posts_found(event: PostsFound, picture: Picture) -> Iterator[Effect]:
    inquiry = _waiting(event.answers, picture)
    if inquiry is None:
        return
    inquiry.posts, inquiry.more, inquiry.trouble = event.posts[:MOST_POSTS], event.more, event.trouble
    yield from _answered(inquiry, picture, left=inquiry.timer)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    inquiry = _waiting(event.answers, picture)
    if inquiry is not None:
        inquiry.trouble = "no answer in time"
        yield from _answered(inquiry, picture, left=inquiry.asked)


def of(inquiry: str, operator: str, picture: Picture) -> Inquiry | None:
    """Somebody's own inquiry, while it may be believed."""
    found = picture.inquiries.inquiries.get(inquiry)
    if found is None or found.operator != operator or picture.now - found.at > GOOD_FOR:
        return None
    return found


def _objection(event: OperatorActed, picture: Picture) -> str:
    loaded, said = picture.site.loaded, event.details
    if event.act == SEND:
        inquiry = of(said.get("inquiry", ""), event.operator, picture)
        if inquiry is None:
            return "this is no answer of yours, or it is too old to be believed"
        known = [one.person.person for one in inquiry.ranked]
        return "" if said.get("person") in known else "nobody of that number is in this answer"
    if sum(one.answered_at is None for one in picture.inquiries.inquiries.values()) >= MAX_WAITING:
        return "too many questions wait for their answers; come again"
    if event.act == RECORDS:
        if not picture.site.has_records:
            return "this center has no records to ask"
        return _missing(said, "last", "licence", "plate")
    if loaded is None or not loaded.simulated or not loaded.open_sources:
        return "open sources are a simulation's only"
    return _missing(said, "words", "account", "place")


def _missing(said: dict[str, str], *fields: str) -> str:
    is_said = any(said.get(field, "").strip() for field in fields)
    return "" if is_said else f"one of {', '.join(fields)} is missing"


def _question(event: OperatorActed, picture: Picture) -> Lookup | SearchPosts:
    said = {key: value.strip()[:MAX_SAID] for key, value in event.details.items()}
    case = event.case or ""
    if event.act == POSTS:
        words, account, place = (said.get(key, "") for key in ("words", "account", "place"))
        return SearchPosts(
            id=picture.mint("l"), words=words, account=account, place=place, case=case, operator=event.operator
        )
    lookup = Lookup(id=picture.mint("l"), purpose=CRIMINAL_JUSTICE, case=case, operator=event.operator)
    if said.get("plate"):
        plate = "".join(mark for mark in said["plate"].upper() if mark.isascii() and mark.isalnum())
        return msgspec.structs.replace(lookup, plate=plate, state=said.get("state") or None)
    if said.get("last"):
        last, first, born = (said.get(key, "") for key in ("last", "first", "born"))
        return msgspec.structs.replace(lookup, last=last, first=first, born=born)
    return msgspec.structs.replace(lookup, licence=said.get("licence", ""))


def _sought(event: OperatorActed) -> Sought:
    if event.act == POSTS or event.details.get("plate"):
        return Sought()
    said = {key: event.details.get(key, "").strip()[:MAX_SAID] for key in ("last", "first", "born", "licence")}
    return Sought(said["last"], said["first"], said["born"], said["licence"])


def _send(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """One of the answer, as a deputy would have got it."""
    inquiry = picture.inquiries.inquiries[event.details["inquiry"]]
    ranked = tuple(one for one in inquiry.ranked if one.person.person == event.details["person"])
    said = stop_answers.answer(stop_answers.Heard(inquiry.sought, ranked))
    sending = messages.plain(
        picture,
        "text",
        f"Looked up for you: {said.headline}",
        note=said.note or None,
        photo=said.photo or None,
        verified_by=event.operator,
    )
    yield from messages.tell_one(event.subject, sending, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _waiting(request: str, picture: Picture) -> Inquiry | None:
    return picture.inquiries.inquiries.get(picture.inquiries.waits.get(request, ""))


def _answered(inquiry: Inquiry, picture: Picture, *, left: str) -> Iterable[Effect]:
    """The asker has their reply; what else was waited for is not wanted any more."""
    for request in (inquiry.asked, inquiry.timer):
        del picture.inquiries.waits[request]
    inquiry.answered_at = picture.now
    yield Withdraw(id=picture.mint("x"), request=left)
    yield Reply(id=picture.mint("r"), request=inquiry.request, granted=True, made=inquiry.inquiry)


def _make_room(picture: Picture) -> None:
    """What must not be believed any more goes, and the oldest of too many."""
    here = picture.inquiries.inquiries
    for name in list(here):
        answered_at = here[name].answered_at
        is_old = picture.now - here[name].at > GOOD_FOR
        if answered_at is not None and (is_old or len(here) >= MAX_INQUIRIES):
            del here[name]
