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

from center.core import video
from center.core.effects import Audit, Effect, Reply
from center.core.events import Micros, OperatorActed
from center.core.findings import Granted
from center.core.roster import RosterOperator

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_REMEMBERED = 5_000


class Rule(msgspec.Struct, frozen=True, gc=False):
    """What an act needs. `roles` may do it; `own_unit`: its subject must be a unit of an own agency; `alert`: one that
    the person may see; `camera`: a camera that this person may use for this reason now (see video)."""

    roles: tuple[str, ...]
    reason: bool = False
    case: bool = False
    own_unit: bool = False
    alert: bool = False
    camera: bool = False
    carried_out_elsewhere: bool = False


_ROOM = ("operator", "supervisor")
_ANYBODY = (*_ROOM, "auditor")
ACTS: dict[str, Rule] = {
    "room.watch": Rule(_ANYBODY),
    "picture.look": Rule(_ROOM),
    "alert.acknowledge": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "alert.confirm": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "alert.dismiss": Rule(_ROOM, alert=True, carried_out_elsewhere=True),
    "unit.position": Rule(_ANYBODY),
    "unit.video": Rule(_ROOM, reason=True, own_unit=True),
    "unit.audio": Rule(_ROOM, reason=True, own_unit=True),
    "unit.message": Rule(_ROOM, own_unit=True, carried_out_elsewhere=True),
    "camera.watch": Rule(_ROOM, reason=True, camera=True, carried_out_elsewhere=True),
    "camera.listen": Rule(_ROOM, reason=True, camera=True, carried_out_elsewhere=True),
    "camera.stop": Rule(_ROOM, carried_out_elsewhere=True),
    "camera.revoke": Rule(("supervisor",), reason=True, carried_out_elsewhere=True),
    "clip.keep": Rule(_ROOM, reason=True, case=True, camera=True, carried_out_elsewhere=True),
    "clip.look": Rule((*_ROOM, "auditor")),
    "patterns.look": Rule(_ANYBODY),
    "box.accept": Rule(("supervisor",), carried_out_elsewhere=True),
    "box.decline": Rule(("supervisor",), carried_out_elsewhere=True),
    "plates.search": Rule(_ROOM, reason=True, case=True),
    "audit.read": Rule(("supervisor", "auditor")),
}


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
    """The last replies by request, so that a request sent twice is one act."""

    answered: dict[str, Reply | None] = {}


def allow(who: str, act: str, subject: str, why: Why, now: Micros, picture: Picture) -> Grant | Refusal:  # noqa: ARG001
    """Whether `who` may do `act` to `subject` for the stated reason."""
    operator = picture.site.operators.get(who)
    rule = ACTS.get(act)
    if operator is None:
        return Refusal(f"{who or 'nobody'} does not work here")
    if rule is None:
        return Refusal(f"there is no act called {act}")
    if operator.role not in rule.roles:
        article = "an" if operator.role[0] in "aeiou" else "a"
        return Refusal(f"{article} {operator.role} may not do {act}")
    agency = picture.site.agencies.get(operator.agency)
    if agency is None or not agency.own:
        return Refusal(f"{operator.agency} is not an agency of this center")
    if rule.own_unit and not picture.site.is_own(subject):
        return Refusal(f"{subject} is not a unit of an own agency: its position is shared, nothing else")
    alert = picture.alerts.alerts.get(subject) if rule.alert else None
    if alert is not None and not may_see(operator, alert.hotlist, picture):
        return Refusal(no_alert(subject), f"{who} may not see hits of {alert.hotlist}")
    if rule.reason and not why.reason:
        return Refusal("a reason must be given")
    if rule.case and not why.case:
        return Refusal("a case, call or stop number must be given")
    if rule.camera:
        alert = picture.alerts.alerts.get(why.case or "")
        if alert is not None and not may_see(operator, alert.hotlist, picture):
            return Refusal(f"there is no alert {why.case} going on", f"{who} may not see hits of {alert.hotlist}")
        objection = video.objection(video.Asked(who, operator.role, act, subject, why.reason, why.case), picture)
        if objection:
            return Refusal(objection)
    return Grant(operator)


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
    if event.request in here.answered:
        earlier = here.answered[event.request]
        if earlier is not None:
            yield msgspec.structs.replace(earlier, id=picture.mint("r"))
        return
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


def remember(request: str, reply: Reply, picture: Picture) -> None:
    """Keep the reply to a request; forget the oldest."""
    here = picture.access.answered
    here[request] = reply
    while len(here) > MAX_REMEMBERED:
        del here[next(iter(here))]
