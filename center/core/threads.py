"""Conversations of the room with the street and with detectives: what was said, and what became of it with each.

Knows: the messages about each matter, whom each is for, who has it and has read it, and when silence is told.
Refuses to know: who may write and look (see correspondence), terminals, pages and other ways that a message travels by,
and who is told of a hit (see messages).

Every recipient has a line of their own: sent, delivered, read. What is not delivered in time is sent once more, by the
other way where there is one; what is not read in time is told to the room, for a supervisor. Both end.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting, called
from center.core.effects import Effect, Notify, Remark, Send, WakeAt, Withdraw
from center.core.events import SECOND, Micros, Woke
from center.core.message_facts import PERSON
from center.core.recipients import reach

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_THREADS = 2_000
MAX_POSTS = 10_000
MAX_TEXT = 500
ROOM = "room"
ROOM_ROLES = ("operator", "supervisor", "trainer")
"""Whoever works as one of these reads for the room."""


class Delivery(msgspec.Struct, gc=False):
    """What became of a message with one recipient: a unit, a person (`person/NAME`), or the room. `state` is sent,
    delivered or read; `message` is its id on the wire, `request` what is still owed an answer, `tries` how often it was
    sent. `told_at`: when the room was told that it is not read."""

    to: str
    at: Micros
    message: str = ""
    request: str = ""
    state: str = "sent"
    tries: int = 1
    delivered_at: Micros | None = None
    read_at: Micros | None = None
    read_by: str = ""
    told_at: Micros | None = None


class Post(msgspec.Struct, gc=False):
    """One message. `author` is a unit or `person/NAME`; `mark` its sender's own id of it; `urgent`: silence is told to
    the room. `until`: when it is no longer worth showing; `over`: it was taken down."""

    post: str
    thread: str
    at: Micros
    author: str
    text: str
    sending: Send
    mark: str = ""
    urgent: bool = True
    until: Micros | None = None
    over: bool = False
    timer: str = ""
    to: dict[str, Delivery] = {}


class Thread(msgspec.Struct, gc=False):
    """What is said about one matter. `thread` is `incident/ID`, `alert/ID`, `case/NUMBER`, `bulletin/ID`, or whom it
    was addressed to: `unit/SO-1`, `shift/NIGHT`. `members` are those who take part, by when they came in."""

    thread: str
    at: Micros
    last_at: Micros
    revision: int = 0
    posts: list[str] = []
    members: dict[str, Micros] = {}


class ThreadsSlice(msgspec.Struct):
    """`sent` maps a message's id on the wire to its post and recipient, `timers` a timer to its post, `marks` what
    `unit/mark` was made of."""

    threads: dict[str, Thread] = {}
    posts: dict[str, Post] = {}
    sent: dict[str, tuple[str, str]] = {}
    timers: dict[str, str] = {}
    marks: dict[str, str] = {}


def write(
    about: str,
    author: str,
    sending: Send,
    to: Iterable[str],
    picture: Picture,
    *,
    mark: str = "",
    urgent: bool = True,
) -> Generator[Effect, None, Post]:
    """A message to each of them; returns it."""
    here = picture.threads
    yield from _make_room(about, picture)
    thread = here.threads.setdefault(about, Thread(about, picture.now, picture.now))
    text = sending.headline
    post = Post(picture.mint("p"), about, picture.now, author, text, sending, mark, urgent, sending.expires)
    here.posts[post.post] = post
    thread.posts.append(post.post)
    thread.last_at = picture.now
    thread.members.setdefault(_member(author, picture), picture.now)
    for recipient in to:
        thread.members.setdefault(recipient, picture.now)
        delivery = post.to[recipient] = Delivery(recipient, picture.now)
        yield from _send(post, delivery, picture)
    yield from _set_timer(post, picture)
    yield show(thread, picture)
    return post


def add(post: Post, recipient: str, picture: Picture) -> Iterator[Effect]:
    """Somebody more who is to have it."""
    if post.over:
        return
    thread = picture.threads.threads[post.thread]
    thread.members.setdefault(recipient, picture.now)
    delivery = post.to[recipient] = Delivery(recipient, picture.now)
    yield from _send(post, delivery, picture)
    if post.timer:
        yield from _stop(post, picture)
    yield from _set_timer(post, picture)
    yield show(thread, picture)


def settle(post: Post, delivery: Delivery, state: str, picture: Picture, by: str = "") -> Iterator[Effect]:
    """It was delivered, or read. When everybody has read it, nobody waits any more."""
    delivery.state = state
    delivery.delivered_at = picture.now if delivery.delivered_at is None else delivery.delivered_at
    if state == "read":
        delivery.read_at, delivery.read_by = picture.now, by
    if delivery.request and (state == "read" or not post.urgent):
        if delivery.request in picture.pending:
            yield Withdraw(id=picture.mint("x"), request=delivery.request)
        delivery.request = ""
    if post.timer and all(one.state == "read" for one in post.to.values()):
        yield from _stop(post, picture)
    if all(one.state == "read" for one in post.to.values()):
        yield from alerting.over(f"unacknowledged/{post.post}", picture, "read")
    yield show(picture.threads.threads[post.thread], picture)


def tell_author(post: Post, what: str, picture: Picture) -> Iterator[Effect]:
    """A deputy's screen shows that the room has what was written, and that somebody there has read it."""
    if post.mark and reach(post.author, picture):
        yield _remark(post.author, post.mark, what, picture)


def take_down(post: Post, picture: Picture) -> Iterator[Effect]:
    """It is no longer worth showing: what is still on its way is called back, and who has it is told so."""
    post.over = True
    for delivery in post.to.values():
        if delivery.request:
            yield Withdraw(id=picture.mint("x"), request=delivery.request)
            delivery.request = ""
        if delivery.message:
            yield _remark(delivery.to, delivery.message, "withdrawn", picture)
    if post.timer:
        yield from _stop(post, picture)
    yield show(picture.threads.threads[post.thread], picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """Somebody has kept silent for too long."""
    name = picture.threads.timers.pop(event.answers, None)
    if name is None:
        return
    post, silent = picture.threads.posts[name], False
    post.timer = ""
    for delivery in post.to.values():
        again = delivery.state == "sent" and delivery.request != "" and _again_at(delivery, picture) <= picture.now
        tell = _waits(post, delivery) and _read_by(delivery, picture) <= picture.now
        if delivery.request and (again or tell):
            yield Withdraw(id=picture.mint("x"), request=delivery.request)
            delivery.request = ""
        if tell:
            delivery.told_at, silent = picture.now, True
        elif again and delivery.tries <= picture.site.policy.resends:
            delivery.tries += 1
            yield from _send(post, delivery, picture)
    if silent:
        yield _escalate(post, picture)
    yield from _set_timer(post, picture)
    yield show(picture.threads.threads[post.thread], picture)


def show(thread: Thread, picture: Picture) -> Notify:
    thread.revision += 1
    return Notify(
        id=picture.mint("n"), topic="messages", subject=thread.thread, revision=thread.revision, headline=thread.thread
    )


def _member(author: str, picture: Picture) -> str:
    """Whom an answer goes to: the room, when it was somebody of the room who wrote."""
    someone = picture.site.operators.get(author.removeprefix(PERSON)) if author.startswith(PERSON) else None
    return ROOM if someone is not None and someone.role in ROOM_ROLES else author


def _send(post: Post, delivery: Delivery, picture: Picture) -> Iterator[Effect]:
    """By the best way first, then by the next; a person without another way reads it on the page."""
    ways = reach(delivery.to, picture)
    if not ways:
        return
    delivery.request = picture.mint("m")
    delivery.message = delivery.message or delivery.request
    picture.threads.sent[delivery.message] = (post.post, delivery.to)
    yield msgspec.structs.replace(
        post.sending,
        id=delivery.request,
        unit=delivery.to,
        terminal=_terminal(delivery.to, picture),
        level=delivery.tries - 1,
        sent=picture.now,
        verified_by=post.author.removeprefix(PERSON),
        message=delivery.message,
        thread=post.thread,
        link=ways[(delivery.tries - 1) % len(ways)],
    )


def _remark(unit: str, message: str, what: str, picture: Picture) -> Remark:
    return Remark(
        id=picture.mint("k"), unit=unit, terminal=_terminal(unit, picture), message=message, what=what, at=picture.now
    )


def _terminal(unit: str, picture: Picture) -> str:
    rostered = picture.site.units.get(unit)
    return (rostered.terminal or "") if rostered and picture.site.is_own(unit) else ""


def _again_at(delivery: Delivery, picture: Picture) -> int:
    return delivery.at + delivery.tries * picture.site.policy.deliver_s * SECOND


def _read_by(delivery: Delivery, picture: Picture) -> int:
    return delivery.at + picture.site.policy.read_s * SECOND


def _waits(post: Post, delivery: Delivery) -> bool:
    """Whether the room is still to be told, should it not be read."""
    return post.urgent and delivery.state != "read" and delivery.told_at is None


def _set_timer(post: Post, picture: Picture) -> Iterator[Effect]:
    """For the next moment at which something is due, if anything ever is."""
    due = [_again_at(d, picture) for d in post.to.values() if d.state == "sent" and d.request]
    due += [_read_by(d, picture) for d in post.to.values() if _waits(post, d)]
    if due and not post.over:
        timer = WakeAt(id=picture.mint("w"), when=Micros(max(picture.now, min(due))))
        post.timer = timer.id
        picture.threads.timers[timer.id] = post.post
        yield timer


def _stop(post: Post, picture: Picture) -> Iterator[Effect]:
    del picture.threads.timers[post.timer]
    yield Withdraw(id=picture.mint("x"), request=post.timer)
    post.timer = ""


def _escalate(post: Post, picture: Picture) -> Effect:
    """One alert for a message, however many keep silent; for a supervisor, who has the radio."""
    silent = [one for one in post.to.values() if one.told_at is not None and one.state != "read"]
    names = ", ".join(called.person(one.to, picture) for one in silent[:20])
    never = sum(one.state == "sent" for one in silent)
    who = "Nobody has acknowledged" if len(silent) == len(post.to) else f"{len(silent)} of {len(post.to)} are silent"
    if names == ROOM:
        who = f"{called.person(post.author, picture)} waits for the room"
    about = post.thread.removeprefix("alert/")
    alert = picture.alerts.alerts.get(about) if about != post.thread else None
    detail = f"for a supervisor: {names}" + (f"; {never} do not even have it" if never else "")
    hotlist = alert.hotlist if alert else ""
    return alerting.plainly(picture, "unacknowledged", post.post, f"{who}: {post.text}", detail, hotlist=hotlist)


def _make_room(about: str, picture: Picture) -> Iterator[Effect]:
    """For one message more: the oldest go that nothing waits for, and what was said about the matter silent longest."""
    here = picture.threads
    while len(here.posts) >= MAX_POSTS:
        yield from _forget(
            next((p for p in here.posts.values() if not p.timer), next(iter(here.posts.values()))), picture
        )
    while about not in here.threads and len(here.threads) >= MAX_THREADS:
        quiet = min(here.threads.values(), key=lambda thread: (thread.last_at, thread.thread))
        for name in list(quiet.posts):
            yield from _forget(here.posts[name], picture)


def _forget(post: Post, picture: Picture) -> Iterator[Effect]:
    here = picture.threads
    if post.timer:
        yield from _stop(post, picture)
    for delivery in post.to.values():
        here.sent.pop(delivery.message, None)
        if delivery.request:
            yield Withdraw(id=picture.mint("x"), request=delivery.request)
    here.marks.pop(f"{post.author}/{post.mark}", None)
    del here.posts[post.post]
    thread = here.threads[post.thread]
    thread.posts.remove(post.post)
    if not thread.posts:
        del here.threads[thread.thread]
