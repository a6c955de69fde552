"""What the records say about a traffic stop.

Knows: what was asked about each stop and is still waited for, what came of it, and that the deputy is told when nothing
is waited for any more.
Refuses to know: who is meant (see ranking), how it is worded (stop_answers), and how records are asked.

The stop is the case and its unit asks: nobody else's plate or name is looked up here. A warrant is a lead: the room
gets an alert, and only when a person has confirmed it with whoever issued it is the deputy told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting, messages, ranking, stop_answers
from center.core.days import day_of
from center.core.effects import Effect, Lookup, Notify, WakeAt, Withdraw
from center.core.events import SECOND, Event, Micros, StopClosed, Woke
from center.core.findings import Disposed, StopTold
from center.core.ranking import Ranked
from center.core.record_facts import LookupAnswered, PersonOnFile, Sought, VehicleOnFile
from center.core.stops import Stop

if TYPE_CHECKING:
    from center.core.picture import Picture

CRIMINAL_JUSTICE = "C"
LEAD = "warrant-lead"
_ASKS = {"plate": ("plate", "state"), "name": ("last", "first", "born"), "licence": ("licence",)}
"""What is asked, and which news of a stop it hangs on."""


class StopRecord(msgspec.Struct, gc=False):
    """`asked` has the request for each question that waits, `timer` ends the waiting; `answers` what came. `ranked` and
    `headline`, `note` are what the deputy was told last, at `told_at`; `revision` counts what the room may see."""

    stop: str
    asked: dict[str, str] = {}
    timer: str = ""
    answers: dict[str, LookupAnswered] = {}
    ranked: tuple[Ranked, ...] = ()
    headline: str = ""
    note: str = ""
    told_at: Micros | None = None
    alert: str = ""
    revision: int = 0

    def standing(self) -> str:
        """In a word: whether the records are being asked, have answered, or were not heard."""
        if self.asked or not self.answers:
            return "asked" if self.asked else ""
        return "unheard" if any(answer.trouble for answer in self.answers.values()) else "answered"


class StopRecordsSlice(msgspec.Struct):
    """`records` by the stop's key; the others lead from a request, a timer and an alert to it."""

    records: dict[str, StopRecord] = {}
    lookups: dict[str, str] = {}
    timers: dict[str, str] = {}
    alerts: dict[str, str] = {}


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Ask what a stop's news give to ask; tell a deputy what became of a warrant."""
    for finding in tuple(picture.found):
        if isinstance(finding, StopTold) and picture.site.has_records:
            yield from _news(finding, picture)
        elif isinstance(finding, Disposed):
            yield from _disposed(finding.alert, picture)


def answered(event: LookupAnswered, picture: Picture) -> Iterator[Effect]:
    key = picture.stop_records.lookups.pop(event.answers, None)
    if key is None:
        return
    record = picture.stop_records.records[key]
    (what,) = (what for what, lookup in record.asked.items() if lookup == event.answers)
    del record.asked[what]
    record.answers[what] = event
    if not record.asked:
        yield from _stop_waiting(record, picture)
        yield from _tell(key, record, picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """Nobody at a car door waits for ever: what has not been answered is said not to have been."""
    key = picture.stop_records.timers.pop(event.answers, None)
    if key is None:
        return
    record = picture.stop_records.records[key]
    record.timer = ""
    for what in tuple(record.asked):
        lookup = record.asked[what]
        record.answers[what] = LookupAnswered(
            at=event.at, source="records", answers=lookup, trouble="no answer in time"
        )
        yield from _ask_no_more(record, what, picture)
    yield from _tell(key, record, picture)


def closed(event: StopClosed, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    yield from _forget(picture)


def sought(stop: Stop) -> Sought:
    """What the driver says of themselves."""
    return Sought(stop.last or "", stop.first or "", stop.born or "", stop.licence or "", stop.without)


def car_of(record: StopRecord) -> tuple[VehicleOnFile | None, PersonOnFile | None]:
    """The stopped car and its owner, as far as they are on file."""
    said = record.answers.get("plate")
    if said is None or not said.vehicles:
        return None, None
    car = said.vehicles[0]
    return car, next((person for person in said.persons if person.person == car.owner), None)


def _news(told: StopTold, picture: Picture) -> Iterator[Effect]:
    stop = picture.stops.stops[told.stop]
    if not picture.site.is_own(stop.unit):
        return
    yield from _forget(picture)
    here = picture.stop_records
    record = here.records.get(told.stop)
    if record is None:
        record = here.records[told.stop] = StopRecord(told.stop)
    for what, fields in _ASKS.items():
        if any(field in told.news for field in fields) and getattr(stop, fields[0]):
            yield from _ask_no_more(record, what, picture)
            lookup = _lookup(what, stop, picture)
            record.asked[what] = lookup.id
            here.lookups[lookup.id] = told.stop
            yield lookup
    if record.asked:
        yield from _stop_waiting(record, picture)
        patience = picture.site.policy.check_patience_s * SECOND
        timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + patience))
        record.timer = timer.id
        here.timers[timer.id] = told.stop
        yield timer
        yield _show(record, picture)
    elif record.answers and any(field in told.news for field in ("photos", "without")):
        yield from _tell(told.stop, record, picture, only_if_news=True)


def _lookup(what: str, stop: Stop, picture: Picture) -> Lookup:
    lookup = Lookup(id=picture.mint("l"), purpose=CRIMINAL_JUSTICE, case=stop.stop, operator=stop.unit)
    if what == "plate":
        return msgspec.structs.replace(lookup, plate=stop.plate or "", state=stop.state)
    if what == "licence":
        return msgspec.structs.replace(lookup, licence=stop.licence or "")
    return msgspec.structs.replace(lookup, last=stop.last or "", first=stop.first or "", born=stop.born or "")


def _tell(key: str, record: StopRecord, picture: Picture, *, only_if_news: bool = False) -> Iterator[Effect]:
    """All that is known by now, in one message; and the room, when somebody may be wanted."""
    stop = picture.stops.stops.get(key)
    if stop is None or stop.closed_at is not None:
        return
    car, owner = car_of(record)
    persons = [person for said in record.answers.values() for person in said.persons]
    asked = sought(stop)
    seen = ranking.Seen(day_of(picture.now), car, owner.name if owner else "", stop.photos)
    record.ranked = ranking.rank(asked, persons, seen) if asked.last or asked.licence else ()
    said = stop_answers.answer(
        stop_answers.Heard(
            asked,
            record.ranked,
            car,
            owner,
            more=any(answer.more for answer in record.answers.values()),
            trouble=next((answer.trouble for answer in record.answers.values() if answer.trouble), ""),
        )
    )
    is_news = said.headline != record.headline or not only_if_news
    record.headline, record.note, record.told_at = said.headline, said.note, picture.now
    sending = messages.plain(picture, "stop-answer", said.headline, note=said.note or None, photo=said.photo or None)
    if is_news:
        yield from messages.tell_one(stop.unit, sending, picture)
    yield from _lead(key, stop, record, picture)
    yield _show(record, picture)


def _lead(key: str, stop: Stop, record: StopRecord, picture: Picture) -> Iterator[Effect]:
    """The likeliest, if a warrant is out for them and nothing has been said about it yet."""
    best = record.ranked[0] if record.ranked else None
    is_lead = best is not None and best.standing != "possible" and best.person.warrants
    subject = f"{key}/{best.person.person}" if best and is_lead else ""
    if record.alert and not record.alert.endswith(f"/{subject}"):
        yield from _drop_lead(record, "somebody else is meant", picture)
    if best is None or not subject or record.alert:
        return
    warrants = "; ".join(f"{it.charge} ({it.agency}, {it.number})" for it in best.person.warrants)
    yield alerting.plainly(
        picture,
        LEAD,
        subject,
        f"Warrant for whom {stop.unit} has stopped? {best.person.name}",
        "; ".join((f"{best.standing}, {best.score:.0%}", *best.reasons, *best.against, warrants)),
    )
    record.alert = f"{LEAD}/{subject}"
    picture.stop_records.alerts[picture.alerts.current[record.alert]] = key


def _disposed(alert: str, picture: Picture) -> Iterator[Effect]:
    """A person has asked whoever issued the warrant."""
    key = picture.stop_records.alerts.pop(alert, None)
    stop = picture.stops.stops.get(key or "")
    if stop is None or stop.closed_at is not None:
        return
    decided = picture.alerts.alerts[alert]
    step = decided.history[-1]
    verdict = "WARRANT CONFIRMED" if decided.state == "confirmed" else "WARRANT NOT CONFIRMED, do not act upon it"
    sending = messages.plain(
        picture, "stop-answer", f"{verdict}: {decided.headline}", note=step.action, verified_by=step.operator
    )
    yield from messages.tell_one(stop.unit, sending, picture)


def _show(record: StopRecord, picture: Picture) -> Notify:
    record.revision += 1
    unit = picture.stops.stops[record.stop].unit
    return Notify(id=picture.mint("n"), topic="unit", subject=unit, revision=record.revision, headline=record.headline)


def _stop_waiting(record: StopRecord, picture: Picture) -> Iterable[Effect]:
    timer, record.timer = record.timer, ""
    if not timer:
        return ()
    del picture.stop_records.timers[timer]
    return (Withdraw(id=picture.mint("x"), request=timer),)


def _ask_no_more(record: StopRecord, what: str, picture: Picture) -> Iterable[Effect]:
    lookup = record.asked.pop(what, "")
    if not lookup:
        return ()
    del picture.stop_records.lookups[lookup]
    return (Withdraw(id=picture.mint("x"), request=lookup),)


def _forget(picture: Picture) -> Iterator[Effect]:
    """What hangs on a stop goes when the stop is over: an answer must not be believed for long."""
    here = picture.stop_records
    for key in list(here.records):
        stop = picture.stops.stops.get(key)
        if stop is not None and stop.closed_at is None:
            continue
        record = here.records.pop(key)
        for what in tuple(record.asked):
            yield from _ask_no_more(record, what, picture)
        yield from _stop_waiting(record, picture)
        yield from _drop_lead(record, "the stop is over", picture)


def _drop_lead(record: StopRecord, why: str, picture: Picture) -> Iterator[Effect]:
    key, record.alert = record.alert, ""
    if key:
        picture.stop_records.alerts.pop(picture.alerts.current.get(key, ""), None)
        yield from alerting.over(key, picture, why)
