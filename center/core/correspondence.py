"""Who writes to whom, and who reads it: the acts of people, and what the street answers.

Knows: who may write what to whom, who may look at a conversation, and what an answer belongs to.
Refuses to know: how a message is kept, sent again and forgotten (see threads).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from center.core import access, cases
from center.core.effects import Effect, Notify, Reply
from center.core.events import MessageAcked, OperatorActed
from center.core.findings import Granted
from center.core.message_facts import PERSON, MessageDelivered, MessageReplied
from center.core.messages import plain
from center.core.recipients import MAX_TOLD, has_joined, partner_of, people_of, recipients, who_of
from center.core.threads import MAX_TEXT, ROOM, ROOM_ROLES, Thread, settle, show, tell_author, write

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterOperator


def may_look(operator: RosterOperator, thread: Thread, picture: Picture) -> bool:
    """The room sees every conversation but those about hits it may not see; another agency's representative that with
    their own agency and no other; anybody else those they take part in."""
    kind, _, name = thread.thread.partition("/")
    if operator.role == "representative":
        return kind == "agency" and name == operator.agency and has_joined(name, picture)
    alert = picture.alerts.alerts.get(name) if kind == "alert" else None
    if alert is not None and not access.may_see(operator, alert.hotlist, picture):
        return False
    # Of a hit that is forgotten nobody can tell any more whom it was kept from: who is kept from any took part, or not.
    is_open = kind != "alert" or alert is not None or not access.withheld(operator.operator, picture)
    if is_open and operator.role in (*ROOM_ROLES, "auditor"):
        return True
    member = f"{PERSON}{operator.operator}" in thread.members
    return member or (kind == "case" and cases.works_on(operator.operator, name, picture))


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Write, answer, read; or look, which brings what was written to the page of whoever looks."""
    granted = next((found for found in picture.found if isinstance(found, Granted)), None)
    if granted is None:
        return
    who = granted.operator
    if event.act in ("messages.look", "bulletins.look"):
        yield from _brought(who, event.act, picture)
    elif event.act == "message.read":
        yield from _read(event, who, picture)
    elif event.act == "unit.message":
        yield from _send(event, who, f"unit/{event.subject}", picture)
    elif event.act == "message.send":
        yield from _send(event, who, event.subject, picture)
    elif event.act == "message.room":
        yield from _to_room(event, who, picture)
    elif event.act == "message.reply":
        yield from _answer(event, who, picture)


def _send(event: OperatorActed, who: RosterOperator, target: str, picture: Picture) -> Iterator[Effect]:
    text, about = event.details.get("text", "").strip()[:MAX_TEXT], event.details.get("about", "")
    to, why = recipients(target, picture)
    if not text:
        why = "the text is empty"
    elif about and partner_in(target, picture):
        why = "what is written to another agency stands in its own conversation"
    elif about and not _is_matter(about, who, picture):
        why = f"there is no {about.replace('/', ' ', 1)}"
    elif who.role not in ROOM_ROLES and not _is_own_case(target, who, picture):
        why = "that is no case of yours"
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    author = f"{PERSON}{who.operator}"
    sending = plain(picture, "text", text)
    post = yield from write(about or target, author, sending, [one for one in to if one != author], picture)
    yield from _heard_by(partner_in(target, picture), picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=post.post)


def _to_room(event: OperatorActed, who: RosterOperator, picture: Picture) -> Iterator[Effect]:
    """A representative to the room, in their agency's conversation, where their own people have it, too."""
    text = event.details.get("text", "").strip()[:MAX_TEXT]
    if not text:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why="the text is empty")
        return
    author = f"{PERSON}{who.operator}"
    to = [ROOM, *(person for person in people_of(who.agency, picture) if person != author)]
    sending = plain(picture, "text", text)
    post = yield from write(f"agency/{who.agency}", author, sending, to[:MAX_TOLD], picture)
    yield from _heard_by(who.agency, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=post.post)


def _answer(event: OperatorActed, who: RosterOperator, picture: Picture) -> Iterator[Effect]:
    """To everybody who takes part."""
    thread = picture.threads.threads.get(event.subject)
    text = event.details.get("text", "").strip()[:MAX_TEXT]
    why = "" if text else "the text is empty"
    if thread is None or not may_look(who, thread, picture):
        why = f"there is no conversation {event.subject}"
    if thread is None or why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    author = f"{PERSON}{who.operator}"
    to = [member for member in thread.members if member not in (ROOM, author) and _takes_part(member, thread, picture)]
    partner = partner_in(thread.thread, picture)
    to += [person for person in people_of(partner, picture) if person not in (*to, author)]
    if who.role not in ROOM_ROLES:
        to.insert(0, ROOM)
    post = yield from write(thread.thread, author, plain(picture, "text", text), to[:MAX_TOLD], picture)
    yield from _heard_by(partner, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=post.post)


def partner_in(thread: str, picture: Picture) -> str:
    """The other agency with which a conversation is; empty where it is the room's own."""
    kind, _, name = thread.partition("/")
    return name if kind == "agency" and has_joined(name, picture) else ""


def _takes_part(member: str, thread: Thread, picture: Picture) -> bool:
    """Whether somebody who was in a conversation may be in it still: of another agency only in that agency's own."""
    partner = partner_of(member, picture)
    return thread.thread == f"agency/{partner}" if partner else bool(who_of(member, picture))


def _heard_by(partner: str, picture: Picture) -> Iterator[Effect]:
    """The pages of that agency's people ask for their conversation anew."""
    if partner:
        yield Notify(id=picture.mint("n"), topic="spoken", subject=partner, revision=0, headline=partner)


def _is_matter(about: str, who: RosterOperator, picture: Picture) -> bool:
    kind, _, name = about.partition("/")
    if kind == "incident":
        return name in picture.incidents.incidents
    if kind == "case":
        return cases.is_live(name, picture)
    alert = picture.alerts.alerts.get(name) if kind == "alert" else None
    return alert is not None and access.may_see(who, alert.hotlist, picture)


def _is_own_case(target: str, who: RosterOperator, picture: Picture) -> bool:
    kind, _, name = target.partition("/")
    return kind == "case" and cases.works_on(who.operator, name, picture)


def _brought(who: RosterOperator, act: str, picture: Picture) -> Iterator[Effect]:
    """Somebody's page has what was written to them; a representative's is shown bulletins and messages apart."""
    here = f"{PERSON}{who.operator}"
    theirs = {"messages.look": "agency/", "bulletins.look": "bulletin/"}[act] if who.role == "representative" else ""
    for thread in picture.threads.threads.values():
        if here not in thread.members or not thread.thread.startswith(theirs):
            continue
        posts = [picture.threads.posts[name] for name in thread.posts]
        arrived = [post.to[here] for post in posts if here in post.to and post.to[here].state == "sent"]
        for delivery in arrived:
            delivery.state, delivery.delivered_at = "delivered", picture.now
        if arrived:
            yield show(thread, picture)


def _read(event: OperatorActed, who: RosterOperator, picture: Picture) -> Iterator[Effect]:
    """Somebody has read a message that is for them, or for the room of which they are one."""
    post = picture.threads.posts.get(event.subject)
    if post is None or not may_look(who, picture.threads.threads[post.thread], picture):
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=f"there is no {event.subject}")
        return
    for to in (f"{PERSON}{who.operator}", *((ROOM,) if who.role in ROOM_ROLES else ())):
        delivery = post.to.get(to)
        if delivery is not None and delivery.state != "read":
            yield from settle(post, delivery, "read", picture, who.operator)
            if to == ROOM:
                yield from tell_author(post, "read", picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def delivered(event: MessageDelivered, picture: Picture) -> Iterator[Effect]:
    yield from _heard(event.message, event.unit, "delivered", picture)


def acked(event: MessageAcked, picture: Picture) -> Iterator[Effect]:
    """Whoever pressed the key has read it."""
    yield from _heard(event.answers, event.unit, "read", picture)


def _heard(message: str, speaker: str, state: str, picture: Picture) -> Iterator[Effect]:
    """Only whoever it was sent to can say so."""
    name, to = picture.threads.sent.get(message, ("", ""))
    if name and to == picture.site.unit_of.get(speaker, speaker):
        post = picture.threads.posts[name]
        if post.to[to].state not in ("read", state):
            yield from settle(post, post.to[to], state, picture)


def replied(event: MessageReplied, picture: Picture) -> Iterator[Effect]:
    """To the room, in the conversation that is answered, or in the speaker's own; what another agency's people write to
    the room stands in that agency's, where its representatives read it, too."""
    here, who = picture.threads, who_of(event.unit, picture)
    partner = partner_of(picture.site.unit_of.get(event.unit, event.unit), picture) if event.to_room else ""
    who = picture.site.unit_of.get(event.unit, event.unit) if partner else who
    text, key = event.text.strip()[:MAX_TEXT], f"{who}/{event.mark}"
    if not who or not text:
        return
    if event.mark and key in here.marks:
        yield from tell_author(here.posts[here.marks[key]], "delivered", picture)  # it did not hear us the first time
        return
    thread = f"agency/{partner}" if partner else _answered(event.to, who, picture)
    members = people_of(partner, picture) if partner else here.threads[thread].members if thread in here.threads else {}
    to = [ROOM, *(member for member in members if member.startswith(PERSON) and member != who)]
    post = yield from write(thread, who, plain(picture, "text", text), to[:MAX_TOLD], picture, mark=event.mark)
    if event.mark:
        here.marks[key] = post.post
    post.to[ROOM].state, post.to[ROOM].delivered_at = "delivered", picture.now
    yield from tell_author(post, "delivered", picture)
    yield from _heard_by(partner, picture)


def _answered(to: str, who: str, picture: Picture) -> str:
    """The conversation in which a message to this speaker stands."""
    name, recipient = picture.threads.sent.get(to, ("", ""))
    if recipient == who:
        return picture.threads.posts[name].thread
    message = picture.messages.messages.get(to)
    if message is not None and message.unit == who and message.about in picture.alerts.alerts:
        return f"alert/{message.about}"
    return who if who.startswith(PERSON) else f"unit/{who}"
