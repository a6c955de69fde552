"""The one door for every look and every action.

Knows: what each act needs, and who is asking. Both answers, yes and no, leave an audit line.
Refuses to know: how an act is carried out. Sign-in proves who is asking before this door is reached.

Media of another agency's units is refused here and nowhere else: their positions come over the 911 link, their video
and audio are not ours to see. So are the hits of a hotlist: a site says for each list who may see them, and to anybody
else they are not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import asking, occasions, permissions, plate_search, video
from center.core.effects import Audit, Effect, Reply
from center.core.events import Micros, OperatorActed
from center.core.findings import Granted
from center.core.roster import ROLES, RosterOperator
from center.core.session_events import SessionChanged

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_REMEMBERED = 5_000


class Rule(msgspec.Struct, frozen=True, gc=False):
    """What an act needs. `roles` may do it; `own_unit`: its subject must be a unit of an own agency; `alert`: one that
    the person may see; `camera`: a camera that this person may use for this reason now (see video); `ground`: a
    reason from their agency's list, or the site's where it has none, and a number of what goes on (see occasions);
    `community`: a reason from that list, and an incident, over or not, for which this person may ask the public (see
    asking); `owner`: a reason from that list, and a camera whose owner this person may ask about an incident that goes
    on (see permissions)."""

    roles: tuple[str, ...]
    reason: bool = False
    case: bool = False
    own_unit: bool = False
    alert: bool = False
    camera: bool = False
    community: bool = False
    owner: bool = False
    ground: bool = False
    carried_out_elsewhere: bool = False


_ROOM = ("operator", "supervisor", "trainer")
"""Who does the room's work; a trainer on a simulated site only (see allow)."""
_WATCHING = (*_ROOM, "auditor")
ACTS: dict[str, Rule] = {
    "alert.acknowledge": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "alert.confirm": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "alert.dismiss": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "audit.export": Rule(("supervisor", "auditor")),
    "audit.read": Rule(("supervisor", "auditor")),
    "box.accept": Rule(("supervisor",), carried_out_elsewhere=True),
    "box.decline": Rule(("supervisor",), carried_out_elsewhere=True),
    "bulletin.approve": Rule(("supervisor",), carried_out_elsewhere=True),
    "bulletin.decline": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "bulletin.draft": Rule((*_ROOM, "detective"), carried_out_elsewhere=True),
    "bulletin.read": Rule(("representative",), carried_out_elsewhere=True),
    "bulletin.series": Rule((*_ROOM, "detective"), reason=True, case=True, ground=True, carried_out_elsewhere=True),
    "bulletin.withdraw": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "bulletins.look": Rule((*_WATCHING, "deputy", "detective", "representative")),
    "camera.listen": Rule(_ROOM, reason=True, camera=True, carried_out_elsewhere=True),
    "camera.revoke": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "camera.stop": Rule(_ROOM, carried_out_elsewhere=True),
    "camera.watch": Rule(_ROOM, reason=True, camera=True, carried_out_elsewhere=True),
    "cameras.look": Rule(_WATCHING),
    "case.assign": Rule(("supervisor",), carried_out_elsewhere=True),
    "case.close": Rule(("supervisor",), carried_out_elsewhere=True),
    "clip.keep": Rule(_ROOM, reason=True, case=True, camera=True, carried_out_elsewhere=True),
    "clip.look": Rule((*_WATCHING, "detective")),
    "community.approve": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "community.close": Rule(_ROOM, carried_out_elsewhere=True),
    "community.list": Rule(_WATCHING),
    "community.look": Rule(("supervisor",)),
    "community.reject": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "community.request": Rule(_ROOM, reason=True, case=True, community=True, carried_out_elsewhere=True),
    "cot.watch": Rule((*_ROOM, "deputy", "detective", "representative")),
    "feeds.look": Rule((*_WATCHING, "administrator")),
    "incident.share": Rule(_ROOM, reason=True, carried_out_elsewhere=True),
    "incident.unshare": Rule(_ROOM, reason=True, carried_out_elsewhere=True),
    "hold.lift": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "hold.look": Rule(("supervisor", "auditor", "detective")),
    # No ground: a hold shows nothing to anybody, and is placed just when what it is about is over here.
    "hold.place": Rule(("supervisor", "detective"), reason=True, case=True, carried_out_elsewhere=True),
    "log.read": Rule(_WATCHING),
    "log.write": Rule(_ROOM, carried_out_elsewhere=True),
    "counts.look": Rule((*_WATCHING, "detective", "administrator")),
    "outcome.correct": Rule(("supervisor",), reason=True, alert=True, carried_out_elsewhere=True),
    "outcome.mark": Rule((*_ROOM, "deputy"), alert=True, carried_out_elsewhere=True),
    "message.read": Rule((*_ROOM, "deputy", "detective", "representative"), carried_out_elsewhere=True),
    "message.reply": Rule((*_ROOM, "deputy", "detective", "representative"), carried_out_elsewhere=True),
    "message.room": Rule(("representative",), carried_out_elsewhere=True),
    "message.send": Rule((*_ROOM, "detective"), carried_out_elsewhere=True),
    "messages.look": Rule((*_WATCHING, "deputy", "detective", "representative")),
    "owner.ask": Rule(_ROOM, reason=True, case=True, owner=True, carried_out_elsewhere=True),
    "owner.unask": Rule(_ROOM, carried_out_elsewhere=True),
    "patterns.look": Rule((*_WATCHING, "detective")),
    "picture.look": Rule((*_ROOM, "detective")),
    "plates.search": Rule((*_ROOM, "detective"), reason=True, case=True, ground=True),
    "posts.search": Rule((*_ROOM, "detective"), reason=True, case=True, ground=True, carried_out_elsewhere=True),
    "records.search": Rule((*_ROOM, "detective"), reason=True, case=True, ground=True, carried_out_elsewhere=True),
    "records.send": Rule(_ROOM, own_unit=True, carried_out_elsewhere=True),
    "review.ask": Rule(("supervisor", "auditor"), reason=True),
    "review.fine": Rule(("supervisor", "auditor")),
    "review.object": Rule(("supervisor", "auditor"), reason=True),
    "room.watch": Rule((*_WATCHING, "administrator", "deputy", "detective", "representative")),
    "series.confirm": Rule(("detective", "supervisor"), carried_out_elsewhere=True),
    "series.plates": Rule((*_ROOM, "detective"), reason=True, case=True, ground=True),
    "series.split": Rule(("detective", "supervisor"), carried_out_elsewhere=True),
    "session.look": Rule(("administrator",)),
    "session.revoke": Rule(("administrator",), reason=True),
    "site.look": Rule(ROLES),
    "stop.look": Rule(_ROOM, own_unit=True),
    "ticket.look": Rule(_ROOM),
    "tip.apart": Rule((*_ROOM, "detective"), reason=True, carried_out_elsewhere=True),
    "tip.belongs": Rule((*_ROOM, "detective"), reason=True, carried_out_elsewhere=True),
    "tip.unsay": Rule((*_ROOM, "detective"), reason=True, carried_out_elsewhere=True),
    "tips.look": Rule((*_WATCHING, "detective")),
    # No ground, here and for video: they say whether it is ours to see. What is seen is `camera.watch`, which has one.
    "unit.audio": Rule(_ROOM, reason=True, own_unit=True),
    "unit.message": Rule(_ROOM, own_unit=True, carried_out_elsewhere=True),
    "unit.position": Rule((*_WATCHING, "deputy")),
    "unit.video": Rule(_ROOM, reason=True, own_unit=True),
}
"""By subject. A role that stands in no row may do nothing; an administrator looks after the site and its people and
sees no case."""


class Why(msgspec.Struct, frozen=True, gc=False):
    """Why somebody wants something: a reason in words and a case, call or stop number."""

    reason: str | None = None
    case: str | None = None


class Grant(msgspec.Struct, frozen=True, gc=False):
    operator: RosterOperator


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """`why` is what the person is told; `audited` what the trail keeps, where a person may not know so much."""

    why: str
    audited: str = ""


class AccessSlice(msgspec.Struct):
    """The last replies by request, so that a request sent twice is one act; none yet where others must answer first.
    `line`: the id of the last line that went to the trail, so that a trail that has been cut short is found out."""

    answered: dict[str, Reply | None] = {}
    line: str = ""


def allow(who: str, act: str, subject: str, why: Why, now: Micros, picture: Picture) -> Grant | Refusal:  # noqa: ARG001
    """Whether `who` may do `act` to `subject` for the stated reason."""
    operator = picture.site.operators.get(who)
    rule = ACTS.get(act)
    if operator is None:
        return Refusal(f"{who or 'nobody'} does not work here")
    if rule is None:
        return Refusal(f"there is no act called {act}")
    stranger = _not_for(operator, act, rule, picture)
    if stranger:
        return Refusal(stranger)
    if rule.own_unit and not picture.site.is_own(subject):
        return Refusal(f"{subject} is not a unit of an own agency: its position is shared, nothing else")
    alert = picture.alerts.alerts.get(subject) if rule.alert else None
    if alert is not None and not may_see(operator, alert.hotlist, picture):
        return Refusal(no_alert(subject), f"{who} may not see hits of {alert.hotlist}")
    if rule.reason and not why.reason:
        return Refusal("a reason must be given")
    if rule.case and not why.case:
        return Refusal("a case, call or stop number must be given")
    return _on_what_ground(operator, act, subject, why, picture)


def _on_what_ground(operator: RosterOperator, act: str, subject: str, why: Why, picture: Picture) -> Grant | Refusal:
    """Whether the reason that is given goes on, and is one for this."""
    rule, case = ACTS[act], why.case or ""
    grounds = picture.site.grounds_of(operator.agency)
    if rule.camera or rule.ground:
        alert = picture.alerts.alerts.get(case)
        if alert is not None and not may_see(operator, alert.hotlist, picture):
            hidden = f"{operator.operator} may not see hits of {alert.hotlist}"
            return Refusal(f"there is no alert {case} going on", hidden)
    objection = ""
    if rule.camera:
        asked = video.Asked(operator.operator, operator.role, act, subject, why.reason, why.case)
        objection = video.objection(asked, picture)
    elif rule.ground:
        objection = occasions.no_ground(why.reason or "", case, grounds, picture)
        if act == "plates.search":
            objection = objection or plate_search.objection(plate_search.asked_for(subject), picture)
    elif rule.community:
        objection = occasions.unlisted(why.reason or "", grounds) or asking.objection(
            operator.operator, subject, case, picture
        )
    elif rule.owner:
        objection = occasions.unlisted(why.reason or "", grounds) or permissions.objection(
            operator.operator, subject, case, picture
        )
    return Refusal(objection) if objection else Grant(operator)


def _not_for(operator: RosterOperator, act: str, rule: Rule, picture: Picture) -> str:
    """Why an act is not this person's, whatever it is done to; empty when it is."""
    if operator.role not in rule.roles:
        article = "an" if operator.role[0] in "aeiou" else "a"
        return f"{article} {operator.role} may not do {act}"
    if operator.role == "trainer" and not picture.site.is_simulated:
        return "a trainer works on a simulated site only"
    agency = picture.site.agencies.get(operator.agency)
    if operator.role == "representative":
        if agency is None or agency.own:
            return "a representative comes from another agency"
        return "" if agency.sees else f"{operator.agency} has not joined this center"
    return "" if agency is not None and agency.own else f"{operator.agency} is not an agency of this center"


def acts_of(role: str) -> tuple[str, ...]:
    """The acts that a role may do at all; what else each needs is asked at the door."""
    return tuple(act for act, rule in ACTS.items() if role in rule.roles)


def no_alert(subject: str) -> str:
    """What is said of an alert that is not there, whether it is not or only not for this person."""
    return f"there is no alert {subject}"


def may_see(operator: RosterOperator, hotlist: str, picture: Picture) -> bool:
    """Whether a person may see what comes of a list; what comes of none is everybody's."""
    rule = picture.site.hotlists.get(hotlist)
    if rule is None:
        return True
    return operator.agency in (rule.agencies or (operator.agency,)) and operator.role in (
        rule.roles or (operator.role,)
    )


def withheld(who: str, picture: Picture) -> tuple[str, ...]:
    """The lists of which a person sees nothing, by name."""
    operator = picture.site.operators.get(who)
    names = sorted(picture.site.hotlists)
    return tuple(name for name in names if operator is None or not may_see(operator, name, picture))


def may_be_told(unit: str, hotlist: str, picture: Picture) -> bool:
    """Whether a unit's deputies may hear of a list's hit."""
    rule = picture.site.hotlists.get(hotlist)
    return rule is None or not rule.agencies or picture.site.agency_of(unit) in rule.agencies


def audience(hotlist: str, picture: Picture) -> str:
    """Who may see a list's hits, in one word; empty for everybody. What two audiences may see is never one alert."""
    rule = picture.site.hotlists.get(hotlist)
    if rule is None or not (rule.agencies or rule.roles):
        return ""
    return f"{','.join(sorted(rule.agencies))}:{','.join(sorted(rule.roles))}"


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Decide, audit, and reply to what needs no other desk."""
    here = picture.access
    if event.request in here.answered and not _shows_anew(event, picture):
        earlier = here.answered[event.request]
        if earlier is not None:
            yield msgspec.structs.replace(earlier, id=picture.mint("r"))
        return
    remember(event.request, None, picture)
    why = Why(event.reason, event.case)
    answer = allow(event.operator, event.act, event.subject, why, picture.now, picture)
    yield Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator=event.operator,
        act=event.act,
        subject=event.subject,
        granted=isinstance(answer, Grant),
        why="" if isinstance(answer, Grant) else answer.audited or answer.why,
        reason=event.reason,
        case=event.case,
    )
    if isinstance(answer, Refusal):
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=answer.why)
        return
    picture.found.append(Granted(event, answer.operator))
    if not ACTS[event.act].carried_out_elsewhere:
        yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _shows_anew(event: OperatorActed, picture: Picture) -> bool:
    """Whether a repeat is a look of its own: what the door alone lets through shows what is there by now, not what the
    first look showed. A repeated refusal shows nothing and is answered like any other repeat."""
    rule, earlier = ACTS.get(event.act), picture.access.answered[event.request]
    return rule is not None and not rule.carried_out_elsewhere and earlier is not None and earlier.granted


_SESSION_ACTS = {"ended": "session.end", "crowded": "room.watch", "guessed": "community.enter", "hurried": "room.read"}


def session_changed(event: SessionChanged, picture: Picture) -> Iterator[Effect]:
    """Who came in, who was not let in, who left, and who has too many pages open, reads too fast or tries
    tokens."""
    yield Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator=event.operator,
        act=_SESSION_ACTS.get(event.what, "session.open"),
        subject=event.address,
        granted=event.what in ("opened", "ended"),
        why=event.why,
    )


def remember(request: str, reply: Reply | None, picture: Picture) -> None:
    """Keep the reply to a request, or that there is none yet; forget the oldest."""
    here = picture.access.answered
    here[request] = reply
    while len(here) > MAX_REMEMBERED:
        del here[next(iter(here))]
