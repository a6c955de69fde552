"""Burglaries: which there were, what a forecast makes of them, which boxes are patrolled.

Knows: every report as its CAD has it now, that two systems may tell of one burglary, what was proposed to whom, and how
long which unit was in which box.
Refuses to know: how a forecast is made (a worker answers), persons, and whether a box helped.

A site without `[patterns]` has none of this: no report is kept, nothing is asked. The answer of a worker is an event,
so a replay decides by what was answered then and asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting, messages
from center.core.boxes import Offer, inside, order, was_declined
from center.core.burglary_lists import Listed, lists
from center.core.burglary_text import told as as_told
from center.core.effects import Effect, Forecast, Reply, WakeAt, Withdraw
from center.core.events import (
    DAY,
    HOUR,
    MINUTE,
    CallChanged,
    CallClosed,
    CallOpened,
    Micros,
    OperatorActed,
    SiteLoaded,
    UnitMoved,
    Woke,
)
from center.core.findings import Granted, Regrouped
from center.core.geo import distance_m
from center.core.pattern_facts import Advice, Burglary, ForecastReady, Patterns

if TYPE_CHECKING:
    from center.core.calls import Call
    from center.core.picture import Picture

KIND = "burglary"
MAX_REPORTS = 20_000
MAX_BOXES = 200
SAME_M = 150.0
SAME_KNOWN = 12 * HOUR
"""Two systems' reports are of one burglary when their windows meet, they are this near, besides how far off each may
be, and became known within this time of each other."""
OFF_M, FARTHEST_OFF_M = 30.0, 2_000.0
TOLD_FOR = 14 * DAY
LONGEST_GAP = 2 * MINUTE
"""Between two fixes of a unit in a box: a longer silence is no patrol."""


class PatternsSlice(msgspec.Struct):
    """`reports` by `system/call`, in the order in which they were first heard; `same` maps another system's report of
    the same burglary to the first; `asked` is the forecast that is waited for, `again` that something came meanwhile,
    `timer` the next list; `active` are the offers that are accepted and not over; `last` where a unit was seen in which
    of them; `told` the reports that alerts were about, and when."""

    on: Patterns | None = None
    reports: dict[str, Burglary] = {}
    same: dict[str, str] = {}
    asked: str = ""
    again: bool = False
    timer: str = ""
    advice: Advice | None = None
    listed: tuple[Listed, ...] = ()
    offers: dict[str, Offer] = {}
    active: list[str] = []
    last: dict[str, tuple[str, Micros]] = {}
    told: dict[str, Micros] = {}


def loaded(event: SiteLoaded, picture: Picture) -> Iterator[Effect]:
    """The site turns it on, off, or to other numbers. Off, all of it is forgotten."""
    here = picture.patterns
    if event.patterns == here.on:
        return
    for request in (here.asked, here.timer):
        if request:
            yield Withdraw(id=picture.mint("x"), request=request)
    if event.patterns is None:
        picture.patterns = PatternsSlice()
        return
    here.on, here.asked, here.timer = event.patterns, "", ""
    yield from _ask(picture)


def told(event: CallOpened | CallChanged, picture: Picture) -> Iterator[Effect]:
    """A report comes, is written down, moves or is corrected."""
    here = picture.patterns
    if here.on is None:
        return
    call = picture.calls.calls[f"{event.system}/{event.call}"]
    found = _burglary(call, here)
    if found is None or here.reports.get(found.report) == found:
        return
    if found.report not in here.reports and found.report not in here.same:
        first = _same(found, here)
        if first is not None:
            here.same[found.report] = first.report
            here.reports[first.report] = msgspec.structs.replace(first, others=(*first.others, found.report))
            return
    if found.report in here.same:
        return
    here.reports[found.report] = found
    _make_room(here, picture.now)
    yield from _ask(picture)


def closed(event: CallClosed, picture: Picture) -> Iterator[Effect]:
    """What was unfounded never was. What another system still holds to be true stays, as that system tells it."""
    here = picture.patterns
    key = f"{event.system}/{event.call}"
    if here.on is None or event.disposition != "unfounded":
        return
    first = here.reports.get(here.same.pop(key, ""))
    if first is not None:
        others = tuple(other for other in first.others if other != key)
        here.reports[first.report] = msgspec.structs.replace(first, others=others)
        return
    gone = here.reports.pop(key, None)
    if gone is None:
        return
    for other in gone.others:
        here.same.pop(other, None)
    if gone.others:
        heir, *rest = gone.others
        here.reports[heir] = msgspec.structs.replace(gone, report=heir, others=tuple(rest))
        here.same |= dict.fromkeys(rest, heir)
    yield from _ask(picture)


def ready(event: ForecastReady, picture: Picture) -> Iterator[Effect]:
    """The worker has answered: new boxes are proposed in place of those that nobody has decided about."""
    here = picture.patterns
    if here.on is None or event.answers != here.asked:
        return
    here.asked = ""
    if event.advice is not None:
        here.advice = event.advice
        yield from _propose(event.advice, picture)
        if here.timer:
            yield Withdraw(id=picture.mint("x"), request=here.timer)
        timer = WakeAt(id=picture.mint("w"), when=event.advice.next_at)
        here.timer = timer.id
        yield timer
    elif not here.timer:
        timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + HOUR))
        here.timer = timer.id
        yield timer
    if here.again:
        yield from _ask(picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """It is time for the day's list."""
    here = picture.patterns
    if event.answers != here.timer or not here.timer:
        return
    here.timer = ""
    yield from _ask(picture)


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """The shift sergeant takes a box for some units, or does without it; a detective has said what is a series."""
    here = picture.patterns
    if here.on is not None and any(isinstance(f, Regrouped) for f in picture.found):
        yield from _ask(picture)
    if event.act not in ("box.accept", "box.decline") or not any(isinstance(f, Granted) for f in picture.found):
        return
    offer = here.offers.get(event.subject)
    units = tuple(unit for unit in event.details.get("units", "").replace(",", " ").split() if unit)
    why = _objection(event.act, offer, units, picture)
    if offer is None or why:
        late = offer is not None and offer.state != "proposed"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why, late=late)
        return
    offer.by = event.operator
    if event.act == "box.decline":
        offer.state = "declined"
    else:
        offer.state, offer.units = "accepted", units
        here.active.append(offer.offer)
        named = {name: here.reports[name].number or name for name, _ in offer.box.why if name in here.reports}
        for unit in units:
            yield from messages.tell_one(unit, order(offer, event.operator, picture.now, named), picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def moved(event: UnitMoved, picture: Picture) -> Iterable[Effect]:
    """Time in accepted boxes is counted, whichever unit of the roster it is: the dose that an evaluation needs."""
    here = picture.patterns
    if not here.active:
        return ()
    _expire(here, picture.now)
    unit = picture.site.unit_of.get(event.unit, event.unit)
    if unit not in picture.site.units:
        return ()
    before = here.last.pop(unit, None)
    for name in here.active:
        if inside(event.lat, event.lon, here.offers[name].box):
            if before is not None and before[0] == name and 0 < event.at - before[1] <= LONGEST_GAP:
                dose = here.offers[name].patrolled_s
                dose[unit] = dose.get(unit, 0.0) + (event.at - before[1]) / 1_000_000
            here.last[unit] = (name, event.at)
            break
    return ()


def _burglary(call: Call, here: PatternsSlice) -> Burglary | None:
    """The report that a call is. One that says no window happened when it was told."""
    if not (call.kind or "").startswith(KIND) or call.lat is None or call.lon is None:
        return None
    text = as_told(call.text)
    known = here.reports.get(call.key)
    at = call.opened_at
    off_m = call.uncertainty_m if call.uncertainty_m is not None else OFF_M
    return Burglary(
        report=call.key,
        kind=(call.kind or "").removeprefix(KIND).strip("- ") or "other",
        lat=call.lat,
        lon=call.lon,
        begins=text.begins if text.begins is not None else at,
        ends=text.ends if text.ends is not None else at,
        known=known.known if known else at,
        off_m=off_m if 0.0 <= off_m <= FARTHEST_OFF_M else FARTHEST_OFF_M,
        entry=text.entry,
        target=text.target,
        others=known.others if known else (),
        number=call.incident or "",
    )


def _same(found: Burglary, here: PatternsSlice) -> Burglary | None:
    """The report of the same burglary in another system, the nearest if there are several."""
    system = found.report.partition("/")[0]
    best: tuple[float, str] | None = None
    for other in reversed(here.reports.values()):
        if found.known - other.known > SAME_KNOWN:
            break
        if other.kind != found.kind or other.report.partition("/")[0] == system:
            continue
        metres = distance_m(found.lat, found.lon, other.lat, other.lon)
        meet = found.begins <= other.ends and other.begins <= found.ends
        if meet and metres <= SAME_M + found.off_m + other.off_m:
            best = min(best or (metres, other.report), (metres, other.report))
    return here.reports[best[1]] if best else None


def _ask(picture: Picture) -> Iterator[Effect]:
    """One question at a time; what comes while it is open is asked about afterwards. Boxes that are patrolled count
    among those that a site wants at most."""
    here = picture.patterns
    if here.asked or here.on is None:
        here.again = True
        return
    here.again = False
    taken = tuple(cell for name in here.active for cell in here.offers[name].box.cells)
    asking = Forecast(
        id=picture.mint("f"),
        now=picture.now,
        settings=msgspec.structs.replace(here.on, boxes=max(0, here.on.boxes - len(here.active))),
        reports=tuple(here.reports.values()),
        taken=taken,
        judged=picture.series.judged(),
    )
    here.asked = asking.id
    yield asking


def _propose(advice: Advice, picture: Picture) -> Iterator[Effect]:
    """Boxes that are proposed already stay, what was declined is not offered again today, and nobody is told twice of
    the same reports."""
    here = picture.patterns
    assert here.on is not None
    _expire(here, picture.now)
    before = {offer.box.cells: offer for offer in here.offers.values() if offer.state == "proposed"}
    here.offers = {name: offer for name, offer in here.offers.items() if offer.state != "proposed"}
    fresh = False
    for box in advice.boxes:
        if any(was_declined(box, offer, picture.now) for offer in here.offers.values()):
            continue
        offer = before.get(box.cells) or Offer(picture.mint("b"), box, advice.starts, advice.ends)
        fresh |= box.cells not in before
        offer.box, offer.starts, offer.ends = box, advice.starts, advice.ends
        here.offers[offer.offer] = offer
    while len(here.offers) > MAX_BOXES:
        gone = next((name for name in here.offers if name not in here.active), next(iter(here.offers)))
        del here.offers[gone]
    here.listed = lists(here.reports.values(), picture.now, here.on)
    proposed = [offer for offer in here.offers.values() if offer.state == "proposed"]
    if fresh:
        headline = "A patrol box is proposed" if len(proposed) == 1 else f"{len(proposed)} patrol boxes are proposed"
        said = "; ".join(_named(offer) for offer in proposed)
        yield alerting.plainly(picture, "patrol-boxes", "boxes", headline, said)
    elif not proposed:
        yield from alerting.over("patrol-boxes/boxes", picture, "no box waits to be decided about")
    here.told = {key: at for key, at in here.told.items() if picture.now - at <= TOLD_FOR}
    for one in here.listed:
        if _news("burglary-list", one.reports, picture):
            headline = f"{len(one.reports)} {one.kind} burglaries near each other"
            yield alerting.plainly(picture, "burglary-list", one.reports[0], headline, _numbers(one.reports, here))
    for rash in advice.rashes:
        if _news("burglary-rash", rash.reports, picture):
            headline = f"Rash: {len(rash.reports)} burglaries in {rash.days} days, {rash.expected:.1f} would be usual"
            detail = "; ".join((*rash.alike, _numbers(rash.reports, here)))
            yield alerting.plainly(picture, "burglary-rash", rash.reports[0], headline, detail)


def _news(kind: str, reports: tuple[str, ...], picture: Picture) -> bool:
    """Whether at least half of the reports are new in an alert of this kind."""
    told = picture.patterns.told
    keys = [f"{kind}/{report}" for report in reports]
    fresh = sum(key not in told for key in keys)
    if not keys or 2 * fresh < len(keys):
        return False
    told |= dict.fromkeys(keys, picture.now)
    return True


def _numbers(reports: Iterable[str], here: PatternsSlice) -> str:
    """As people call them: a CAD's number where it gave one."""
    known = (here.reports.get(name) for name in reports)
    return ", ".join(one.number or one.report if one else name for one, name in zip(known, reports, strict=True))


def _named(offer: Offer) -> str:
    """As docs/api.md has it: which box, where its middle is, and how many are expected."""
    box = offer.box
    return f"{offer.offer} near {box.lat:.5f}, {box.lon:.5f}: {box.expected:.2f} expected"


def _objection(act: str, offer: Offer | None, units: tuple[str, ...], picture: Picture) -> str:
    if offer is None:
        return "there is no such box"
    if offer.state != "proposed":
        return f"it was {offer.state} by {offer.by}"
    if picture.now >= offer.ends:
        return "its time is over"
    if act == "box.accept":
        for unit in units:
            rostered = picture.site.units.get(unit)
            if rostered is None or not rostered.terminal or not picture.site.is_own(unit):
                return f"{unit} is no unit of ours with a terminal"
        if not units:
            return "no unit is named"
    return ""


def _expire(here: PatternsSlice, now: Micros) -> None:
    for name in [name for name in here.active if here.offers[name].ends <= now]:
        here.offers[name].state = "expired"
        here.active.remove(name)


def _make_room(here: PatternsSlice, now: Micros) -> None:
    """Forget what is too old to say anything, and the oldest when there are too many."""
    assert here.on is not None
    for name in list(here.reports):
        old = here.reports[name]
        if len(here.reports) <= MAX_REPORTS and now - old.known <= here.on.keep_days * DAY:
            return
        del here.reports[name]
        for other in old.others:
            here.same.pop(other, None)
