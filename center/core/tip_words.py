"""What people say a tip belongs to, over what the center found that it may be about.

Knows: which words there are (it belongs to that call, case, series or bulletin; it does not; neither any more), what
can be named, and that each has its author, its moment and its reason.
Refuses to know: whether the tip is true, and why the center proposed what it did: that stays as it was, underneath.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from center.core import access, called, cases, correlation
from center.core.effects import Effect, Reply
from center.core.events import OperatorActed
from center.core.findings import Granted, Tipped
from center.core.threads import ROOM_ROLES
from center.core.tips import BULLETIN, CASE, INCIDENT, MOST_TARGETS, SERIES, Tip, Word, show

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterOperator

BELONGS, APART, UNSAY = "tip.belongs", "tip.apart", "tip.unsay"
MOST_WORDS = 100
"""Of so many tips something may be said about one thing."""
MAX_WHY = 300


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Somebody says what a tip belongs to, or what not, or takes that back, once the door has let them through."""
    granted = next((found for found in picture.found if isinstance(found, Granted)), None)
    if granted is None or event.act not in (BELONGS, APART, UNSAY):
        return
    tip = picture.tips.tips.get(event.subject)
    about = (event.details.get("about") or "").strip()
    target = named(about, picture)
    why = (
        f"there is no tip {event.subject}"
        if tip is None
        else _objection(event.act, tip, target, about, granted, picture)
    )
    if tip is None or why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    said = _say(event, tip, target, granted.operator, picture)
    if target.startswith(INCIDENT):
        name = target.removeprefix(INCIDENT)
        correlation.note(
            picture.incidents.incidents[name],
            picture,
            f"tip {tip.tip} {said}: {called.person(event.operator, picture)}",
        )
        picture.found.append(Tipped(name, ""))
    yield show(tip, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=target)


def named(about: str, picture: Picture) -> str:
    """The thing that is meant, as `incident/ID`, `bulletin/ID`, `series/REPORT` or `case/NUMBER`: by that, or by its
    number alone as people type it (a call's or an incident's, here or in the CAD; a case's; a burglary report's). Empty
    for what is not there."""
    for prefix, there in _THERE.items():
        if about.startswith(prefix) and (found := there(about.removeprefix(prefix), picture)):
            return prefix + found
    return next((prefix + found for prefix, there in _THERE.items() if (found := there(about, picture))), "")


def _incident(name: str, picture: Picture) -> str:
    here = picture.incidents
    if name in here.incidents or name in here.by_call:
        return here.by_call.get(name, name)
    calls = picture.calls.calls
    numbers = (key for key in reversed(here.by_call) if key in calls and name in (calls[key].incident, calls[key].call))
    return here.by_call[key] if name and (key := next(numbers, "")) else ""


def _case(name: str, picture: Picture) -> str:
    return name if cases.is_live(name, picture) else ""


def _report(name: str, picture: Picture) -> str:
    return name if name in picture.patterns.reports else ""


def _bulletin(name: str, picture: Picture) -> str:
    return name if name in picture.bulletins.active else ""


_THERE = {INCIDENT: _incident, CASE: _case, SERIES: _report, BULLETIN: _bulletin}


def _objection(act: str, tip: Tip, target: str, about: str, by: Granted, picture: Picture) -> str:
    if not target:
        return f"there is no call, case, series or bulletin {about}"
    words = picture.tips.words.get(target, {})
    if act == UNSAY:
        return "" if tip.key in words else f"nobody has said anything of {tip.tip} and {target.replace('/', ' ', 1)}"
    if tip.key not in words and len(words) >= MOST_WORDS:
        return f"of {MOST_WORDS} tips something is said there already"
    case = target.removeprefix(CASE) if target.startswith(CASE) else ""
    mine = by.operator.role in ROOM_ROLES or not case or cases.works_on(by.operator.operator, case, picture)
    return "" if mine else "that is no case of yours"


def _say(event: OperatorActed, tip: Tip, target: str, by: RosterOperator, picture: Picture) -> str:
    """Put it down, and return it in words."""
    here = picture.tips.words
    if event.act == UNSAY:
        del here[target][tip.key]
        if not here[target]:
            del here[target]
        return "is no longer said to belong to this, or not to"
    reasons = picture.tips.beside.get(target, {}).get(tip.key)
    seen = reasons is not None and access.may_see(by, reasons.hotlist, picture)
    belongs = event.act == BELONGS
    here.setdefault(target, {})[tip.key] = Word(
        tip.key,
        belongs,
        by.operator,
        picture.now,
        (event.reason or "")[:MAX_WHY],
        reasons.hotlist if reasons and seen else "",
    )
    while len(here) > MOST_TARGETS:
        del here[next(iter(here))]
    return "belongs to this" if belongs else "does not belong to this"
