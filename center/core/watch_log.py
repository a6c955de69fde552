"""The watch log of the shift: what happened and what the room did, in the order in which it did.

Knows: which effects and acts are worth a line, in words, and the last thousands of lines.
Refuses to know: what any of it led to (see the desk that did it), and who may do what. It is what a person reads at the
end of a shift; what must never be lost or altered is the audit trail's.

A line is written for what the desks decided, after they did: an alert raised or closed, a call, a message that left, a
camera that was opened. What operators do besides is a row in TOLD, and what they type is a line of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from center.core import access, called
from center.core.effects import CloseVideo, Effect, KeepClip, Notify, OpenVideo, Reply, Send
from center.core.events import Event, MessageAcked, Micros, OperatorActed, StopChanged, StopClosed, StopOpened
from center.core.findings import Granted

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_ENTRIES = 3_000
MAX_TEXT = 500
LATELY = 20
"""How many lines back a closing is looked for, so that a thing that is shown twice is closed once."""

TOLD: dict[str, str] = {
    "unit.video": "asked for video",
    "unit.audio": "asked for audio",
    "camera.revoke": "ended somebody's camera",
    "box.accept": "had a box patrolled",
    "box.decline": "declined a box",
    "incident.share": "shared an incident with another agency",
    "incident.unshare": "took back what was shared",
    "owner.ask": "asked a camera's owner to share it",
    "owner.unask": "no longer asks a camera's owner",
    "plates.search": "searched for a plate",
    "tip.apart": "said what a tip does not belong to",
    "tip.belongs": "said what a tip belongs to",
    "tip.unsay": "took back what was said of a tip",
    "bulletin.approve": "approved a bulletin",
    "bulletin.withdraw": "took a bulletin back",
}
"""Acts that leave a line when they are granted, beside those whose effects do, and how it is worded."""


class Entry(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One line. `what` says what kind of thing happened and to what kind of `subject`: alert-raised and so on, call-,
    message-, video-, stop-, note, or an act's name. `operator` is empty where nobody did it; `hotlist` is the list that
    it came of, if any, which decides who may see it."""

    entry: str
    at: Micros
    what: str
    subject: str
    text: str
    operator: str = ""
    hotlist: str = ""


class LogSlice(msgspec.Struct):
    """The last lines, oldest first, and how many there have ever been."""

    entries: list[Entry] = []
    count: int = 0


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """What an operator types, once the door has let it through."""
    if event.act != "log.write" or not any(isinstance(found, Granted) for found in picture.found):
        return
    text = " ".join(event.details.get("text", "").split())[:MAX_TEXT]
    if not text:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why="the text is empty")
        return
    about = event.details.get("about", "")
    made = _write(picture, "note", about, text, event.operator, _hotlist_seen_by(event.operator, about, picture))
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=made)


def stopped(event: StopOpened | StopChanged | StopClosed, picture: Picture) -> Iterable[Effect]:
    """Stands behind `stops`: a stop that this very event has opened or ended."""
    unit = picture.site.unit_of.get(event.unit, event.unit)
    stop = picture.stops.stops.get(f"{unit}/{event.stop}")
    if stop is None:
        return ()
    if isinstance(event, StopClosed):
        if stop.closed_at == event.at:
            _write(picture, "stop-closed", unit, f"ended its stop{f': {stop.outcome}' if stop.outcome else ''}")
    elif stop.opened_at == event.at:
        where = f", {stop.place}" if stop.place else ""
        _write(picture, "stop-opened", unit, f"stopped {stop.plate or 'a car'}{where}")
    return ()


def answered(event: MessageAcked, picture: Picture) -> Iterable[Effect]:
    """Stands behind `messages.acked` and `correspondence.acked`, which have just noted who answered."""
    message = picture.messages.messages.get(event.answers)
    name, to = picture.threads.sent.get(event.answers, ("", ""))
    if name and (post := picture.threads.posts[name]).to[to].read_at == picture.now:
        about = post.thread.removeprefix("alert/")
        _write(picture, "message-answered", to.removeprefix("person/"), "acknowledged", "", _hotlist(about, picture))
    if message is not None and message.state == "acked" and message.acked_at == event.at:
        _write(picture, "message-answered", message.unit, "acknowledged", "", _hotlist(message.about, picture))
    return ()


def keep(event: Event, effects: Sequence[Effect], picture: Picture) -> None:
    """Write down what an event led to, while what is settled by it is still among what is owed."""
    for effect in effects:
        if isinstance(effect, Notify):
            _shown(effect, picture)
        elif isinstance(effect, Send):
            _sent(effect, picture)
        elif isinstance(effect, OpenVideo):
            _opened(effect, picture)
        elif isinstance(effect, CloseVideo):
            opening = picture.pending.get(effect.opening)
            if isinstance(opening, OpenVideo):
                what = "listening-ended" if opening.sound else "video-ended"
                _write(picture, what, opening.camera, effect.why, opening.operator)
        elif isinstance(effect, KeepClip):
            _write(picture, "video-kept", effect.camera, f"kept a clip: {effect.reason}", effect.operator)
    if isinstance(event, OperatorActed) and event.act in TOLD and _is_done(event, effects, picture):
        case = f" ({called.matter(event.case, picture)})" if event.case else ""
        about = "" if event.act == "plates.search" else event.subject  # which plate is the audit trail's
        _write(
            picture,
            event.act.replace(".", "-"),
            about,
            TOLD[event.act] + case,
            event.operator,
            _hotlist(event.case or "", picture),
        )


def _sent(effect: Send, picture: Picture) -> None:
    """Once for a message, however often it is sent; to people, by their names."""
    if effect.message not in ("", effect.id):
        return
    dispatched = picture.messages.messages.get(effect.id)
    about = dispatched.about if dispatched else effect.thread.removeprefix("alert/")
    subject = effect.unit.removeprefix("person/")
    _write(picture, "message-sent", subject, effect.headline, effect.verified_by or "", _hotlist(about, picture))


def _is_done(event: OperatorActed, effects: Sequence[Effect], picture: Picture) -> bool:
    """A repeat finds no grant any more; a refusal or a lost race no granting reply."""
    if not any(isinstance(found, Granted) for found in picture.found):
        return False
    return any(isinstance(it, Reply) and it.request == event.request and it.granted for it in effects)


def _shown(effect: Notify, picture: Picture) -> None:
    if effect.topic == "incident":
        _call(effect, picture)
    elif effect.topic == "alert":
        _alert(effect, picture)


def _alert(effect: Notify, picture: Picture) -> None:
    alert = picture.alerts.alerts.get(effect.subject)
    if alert is None:
        return
    if effect.revision == 1:
        _write(picture, "alert-raised", alert.alert, alert.headline, "", alert.hotlist)
    step = alert.history[-1] if alert.history else None
    if step is None:
        return
    taken = step.act == "acknowledge" and step.at == picture.now
    if alert.closed_at != picture.now and not taken:
        return
    what = f"alert-{alert.state}"
    if _is_said(what, alert.alert, picture):
        return
    said = "; ".join(filter(None, (alert.headline, step.disposition if step.disposition != "correct" else "")))
    _write(picture, what, alert.alert, said, step.operator, alert.hotlist)


def _call(effect: Notify, picture: Picture) -> None:
    incident = picture.incidents.incidents.get(effect.subject)
    if incident is None:
        return
    said = ", ".join(filter(None, (incident.kind or "unknown kind", incident.address)))
    if effect.revision == 1:
        _write(picture, "call-opened", incident.incident, said)
    elif incident.closed_at == picture.now and not _is_said("call-closed", incident.incident, picture):
        _write(picture, "call-closed", incident.incident, said)


def _opened(effect: OpenVideo, picture: Picture) -> None:
    """Once for a ticket, however often it is renewed."""
    ticket = picture.video.tickets.get(effect.ticket)
    if ticket is None or ticket.opening != effect.id or ticket.opened_at != picture.now:
        return
    what = "listening-began" if effect.sound else "video-opened"
    _write(
        picture, what, effect.camera, f"because of: {ticket.reason}", ticket.operator, _hotlist(ticket.case, picture)
    )


def _is_said(what: str, subject: str, picture: Picture) -> bool:
    return any((said.what, said.subject) == (what, subject) for said in picture.log.entries[-LATELY:])


def _hotlist_seen_by(who: str, about: str, picture: Picture) -> str:
    """What is written about a hit goes where the hit goes. To whom it is not there it makes no difference which number
    they write: a line that went from their own eyes would say that it is one."""
    hotlist = _hotlist(about, picture)
    return "" if hotlist in access.withheld(who, picture) else hotlist


def _hotlist(about: str, picture: Picture) -> str:
    alert = picture.alerts.alerts.get(about)
    return alert.hotlist if alert is not None else ""


def _write(picture: Picture, what: str, subject: str, text: str, operator: str = "", hotlist: str = "") -> str:
    """Adds a line, lets the oldest go, and returns the new one's id."""
    here = picture.log
    line = Entry(picture.mint("l"), picture.now, what, subject, text[:MAX_TEXT], operator, hotlist)
    here.entries.append(line)
    here.count += 1
    del here.entries[: max(0, len(here.entries) - MAX_ENTRIES)]
    return line.entry
