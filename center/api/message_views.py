"""What is shown of conversations, bulletins aside.

Knows: the shape of threads, messages and receipts as the page sees them.
Refuses to know: who may look (see core/correspondence).
"""

from __future__ import annotations

from msgspec import structs

from center.api.view import View
from center.core import called
from center.core.events import Micros
from center.core.message_facts import PERSON
from center.core.picture import Picture
from center.core.recipients import partner_of
from center.core.threads import ROOM, Delivery, Post, Thread


class ReceiptView(View, frozen=True, kw_only=True):
    """What became of a message with one recipient: `state` is sent, delivered or read; `told_at`: when the room was
    told that it is not read."""

    to: str
    person: bool = False
    state: str
    tries: int = 1
    delivered_at: Micros | None = None
    read_at: Micros | None = None
    read_by: str = ""
    told_at: Micros | None = None


class PostView(View, frozen=True, kw_only=True):
    """`mine`: for this person, or for the room they are of, and not read yet."""

    post: str
    at: Micros
    author: str
    person: bool = False
    text: str
    kind: str
    over: bool = False
    mine: bool = False
    to: tuple[ReceiptView, ...] = ()


class ThreadView(View, frozen=True, kw_only=True):
    thread: str
    title: str
    last_at: Micros
    unread: int = 0
    posts: tuple[PostView, ...] = ()


class CaseView(View, frozen=True, kw_only=True):
    case: str
    title: str
    persons: tuple[str, ...] = ()


class MessagesView(View, frozen=True, kw_only=True):
    """`targets`: groups to which a message can go now."""

    threads: tuple[ThreadView, ...]
    cases: tuple[CaseView, ...] = ()
    targets: tuple[str, ...] = ()


MAX_SHOWN = 100
"""Of one conversation the newest messages."""


def thread(it: Thread, mine: tuple[str, ...], picture: Picture, *, agency: str = "") -> ThreadView:
    """`mine` are the recipients whose messages are this person's to read. To another `agency` nobody of the room has a
    name, and nobody but its own people is a recipient."""
    posts = tuple(_post(picture.threads.posts[name], mine) for name in it.posts[-MAX_SHOWN:])
    posts = tuple(_without_names(post, agency, picture) for post in posts) if agency else posts
    return ThreadView(
        thread=it.thread,
        title=_title(it.thread, picture),
        last_at=it.last_at,
        unread=sum(post.mine for post in posts),
        posts=posts,
    )


def _title(name: str, picture: Picture) -> str:
    kind, _, rest = name.partition("/")
    if kind == "incident":
        return called.incident(rest, picture)
    if kind == "alert" and rest in picture.alerts.alerts:
        return picture.alerts.alerts[rest].headline
    if kind == "case" and rest in picture.cases.cases:
        return f"Case {rest}: {picture.cases.cases[rest].title}"
    return f"{kind.capitalize()} {rest}"


def _post(it: Post, mine: tuple[str, ...]) -> PostView:
    return PostView(
        post=it.post,
        at=it.at,
        author=it.author.removeprefix(PERSON),
        person=it.author.startswith(PERSON),
        text=it.text,
        kind=it.sending.kind,
        over=it.over,
        mine=any(name in it.to and it.to[name].state != "read" for name in mine),
        to=receipts(it),
    )


def _without_names(it: PostView, agency: str, picture: Picture) -> PostView:
    def is_theirs(name: str, *, person: bool) -> bool:
        return partner_of(f"{PERSON}{name}" if person else name, picture) == agency

    said = it if is_theirs(it.author, person=it.person) else structs.replace(it, author=ROOM, person=False)
    theirs = [one for one in it.to if one.to == ROOM or is_theirs(one.to, person=one.person)]
    kept = tuple(structs.replace(one, read_by="" if one.to == ROOM else one.read_by, told_at=None) for one in theirs)
    return structs.replace(said, to=kept)


def receipts(it: Post) -> tuple[ReceiptView, ...]:
    return tuple(_receipt(delivery) for delivery in it.to.values())


def _receipt(it: Delivery) -> ReceiptView:
    return ReceiptView(
        to=it.to.removeprefix(PERSON),
        person=it.to.startswith(PERSON),
        state=it.state,
        tries=it.tries,
        delivered_at=it.delivered_at,
        read_at=it.read_at,
        read_by=it.read_by,
        told_at=it.told_at,
    )
