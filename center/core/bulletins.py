"""Intelligence bulletins: what the room knows of a series, a vehicle or a person, told to patrol and to detectives.

Knows: every bulletin, its sources, how sure it is, who wrote and who approved it, until when it holds.
Refuses to know: who has read it (its message's receipts say that, see threads), and forecasts: a forecast is about
places and is nobody's source.

Nothing leaves without a second person: whoever drafts a bulletin does not approve it. A person of interest stands in a
case that somebody works on and has a source with a name. To another agency a bulletin goes only if it names it, and the
agency has joined; its representatives have it then, those too who come later, as long as it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import cases, threads
from center.core.burglary_text import moment
from center.core.days import day_of
from center.core.effects import Effect, Notify, Reply, WakeAt, Withdraw
from center.core.events import DAY, HOUR, MINUTE, Micros, OperatorActed, UnitReported, Woke
from center.core.findings import Granted
from center.core.message_facts import PERSON
from center.core.messages import plain
from center.core.recipients import on_duty, recipients
from center.core.series import plates_near, tips_near

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterOperator

KINDS = ("series", "vehicle", "person")
CONFIDENCE = {
    "almost certain": "95 % and more",
    "very likely": "80 to 95 %",
    "likely": "55 to 80 %",
    "even": "45 to 55 %",
    "unlikely": "20 to 45 %",
}
"""How sure, in words that each have one meaning. What is less likely than that is not told."""
SOURCES = ("report", "witness", "officer", "camera", "plate-reader", "records", "informant", "analysis")
AUDIENCES = ("patrol", "detectives", "both")
MAX_BULLETINS = 2_000
MAX_TEXT, MAX_TITLE, MAX_SOURCES = 2_000, 160, 20
LONGEST = 30 * DAY
SHOWN_CHARS = 900
MOST_PLATES = 5
OVER = ("declined", "withdrawn", "expired")


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where something is known from: `kind` is one of SOURCES, `name` who or what."""

    kind: str
    name: str


class Bulletin(msgspec.Struct, gc=False):
    """`state` is draft, approved, declined, withdrawn or expired. `from_series`: it was drafted out of burglaries, and
    can be about no person. `partners` are other agencies that it is for. `post` is the message that it was sent as,
    `timer` waits for its end."""

    bulletin: str
    kind: str
    title: str
    text: str
    at: Micros
    author: str
    confidence: str
    until: Micros
    audience: str = "both"
    case: str = ""
    sources: tuple[Source, ...] = ()
    reports: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    state: str = "draft"
    by: str = ""
    decided_at: Micros | None = None
    note: str = ""
    post: str = ""
    timer: str = ""

    @property
    def from_series(self) -> bool:
        return bool(self.reports)


class BulletinsSlice(msgspec.Struct):
    """Oldest first; `timers` maps a timer to its bulletin, `active` are those that hold."""

    bulletins: dict[str, Bulletin] = {}
    timers: dict[str, str] = {}
    active: list[str] = []


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    granted = next((found for found in picture.found if isinstance(found, Granted)), None)
    if granted is None:
        return
    if event.act == "bulletins.look":
        yield from _came_to_look(granted.operator, picture)
    elif not event.act.startswith("bulletin."):
        return
    elif event.act == "bulletin.read":
        yield from _read(event, granted.operator, picture)
    elif event.act == "bulletin.draft":
        yield from _draft(event, picture)
    elif event.act == "bulletin.series":
        yield from _from_series(event, picture)
    else:
        yield from _decide(event, picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """Its time is over: it leaves the terminals."""
    name = picture.bulletins.timers.pop(event.answers, None)
    if name is not None:
        bulletin = picture.bulletins.bulletins[name]
        bulletin.timer = ""
        yield from _end(bulletin, "expired", picture)


def reported(event: UnitReported, picture: Picture) -> Iterator[Effect]:
    """Whoever comes on duty is told what holds."""
    if event.status != "available" or not picture.bulletins.active:
        return
    unit = picture.site.unit_of.get(event.unit, event.unit)
    for name in picture.bulletins.active:
        bulletin = picture.bulletins.bulletins[name]
        post = picture.threads.posts.get(bulletin.post)
        if post is not None and bulletin.audience != "detectives" and unit not in post.to and unit in on_duty(picture):
            yield from threads.add(post, unit, picture)


def is_for(bulletin: Bulletin, person: RosterOperator) -> bool:
    """Whether somebody of another agency is to have it now."""
    return bulletin.state == "approved" and person.role == "representative" and person.agency in bulletin.partners


def _came_to_look(person: RosterOperator, picture: Picture) -> Iterator[Effect]:
    """A representative who was not there, or not on the roster, when it went out has it now."""
    here = f"{PERSON}{person.operator}"
    for name in picture.bulletins.active:
        bulletin = picture.bulletins.bulletins[name]
        post = picture.threads.posts.get(bulletin.post)
        if post is not None and here not in post.to and is_for(bulletin, person):
            yield from threads.add(post, here, picture)
            post.to[here].state, post.to[here].delivered_at = "delivered", picture.now


def _read(event: OperatorActed, person: RosterOperator, picture: Picture) -> Iterator[Effect]:
    bulletin = picture.bulletins.bulletins.get(event.subject)
    post = picture.threads.posts.get(bulletin.post) if bulletin is not None and is_for(bulletin, person) else None
    delivery = post.to.get(f"{PERSON}{person.operator}") if post is not None else None
    if post is None or delivery is None:
        why = f"there is no bulletin {event.subject}"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if delivery.state != "read":
        yield from threads.settle(post, delivery, "read", picture, person.operator)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _draft(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """A new one, or a draft written anew by anybody who may."""
    here, said = picture.bulletins, event.details
    known = here.bulletins.get(event.subject)
    until = moment(said.get("until", ""))
    sources = _sources(said.get("sources", ""))
    draft = Bulletin(
        bulletin=known.bulletin if known else picture.mint("i"),
        kind=said.get("kind", ""),
        title=said.get("title", "").strip()[:MAX_TITLE],
        text=said.get("text", "").strip()[:MAX_TEXT],
        at=picture.now,
        author=event.operator,
        confidence=said.get("confidence", ""),
        until=until or Micros(0),
        audience=said.get("audience", "both"),
        case=(event.case or "").strip(),
        sources=sources,
        reports=known.reports if known else (),
        partners=tuple(sorted(dict.fromkeys(said.get("partners", "").split()))),
        lat=known.lat if known else None,
        lon=known.lon if known else None,
    )
    why = f"there is no bulletin {event.subject}" if event.subject != "new" and known is None else ""
    why = why or (f"it is {known.state} and stands as it is" if known and known.state != "draft" else "")
    why = why or _objection(draft, picture)
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    yield from _keep(draft, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=draft.bulletin)


def _sources(text: str) -> tuple[Source, ...]:
    """A line each: `witness: M. Breaux`."""
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    return tuple(Source(kind.strip().lower(), name.strip()[:120]) for kind, _, name in lines[: MAX_SOURCES + 1])


def _objection(it: Bulletin, picture: Picture) -> str:
    """What is wrong with a draft, first things first."""
    if it.kind not in KINDS:
        return f"a bulletin is about one of {', '.join(KINDS)}"
    if not it.title or not it.text:
        return "a title and a text are needed"
    if it.confidence not in CONFIDENCE:
        return f"how sure is it? One of {', '.join(CONFIDENCE)}"
    if it.audience not in AUDIENCES:
        return f"it is for one of {', '.join(AUDIENCES)}"
    if not picture.now < it.until <= picture.now + LONGEST:
        return f"it holds until a time within {LONGEST // DAY} days from now"
    if not 0 < len(it.sources) <= MAX_SOURCES:
        return f"between one and {MAX_SOURCES} sources are named"
    wrong = next((one for one in it.sources if one.kind not in SOURCES or not one.name), None)
    if wrong is not None:
        return f"{wrong.kind or 'nothing'} is no source, or has no name: {', '.join(SOURCES)}, each with a name"
    for name in it.partners:
        agency = picture.site.agencies.get(name)
        if agency is None or agency.own or not agency.sees:
            return f"{name} has not joined: no bulletin is for it"
    return _personal(it, picture) if it.kind == "person" else ""


def _personal(it: Bulletin, picture: Picture) -> str:
    """A person of interest comes out of a case, never out of counting burglaries."""
    if it.from_series:
        return "a person does not come out of a series of reports"
    if not cases.is_live(it.case, picture):
        return "a person of interest needs the number of a case that somebody works on"
    if all(one.kind == "analysis" for one in it.sources):
        return "a person of interest needs a source besides analysis"
    return ""


def _from_series(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """A draft filled with what the reports of a series say: how many, where, when, how, and which plates passed near
    several of them. These are leads, and it says so."""
    names = tuple(dict.fromkeys(event.details.get("reports", "").split()))
    reports = [picture.patterns.reports[name] for name in names if name in picture.patterns.reports]
    if len(reports) < 2 or len(reports) < len(names):
        why = (
            "two reports at least make a series" if len(reports) == len(names) else "one of these reports is not known"
        )
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    first, last = min(one.begins for one in reports), max(one.ends for one in reports)
    kinds = ", ".join(dict.fromkeys(one.kind for one in reports))
    lines = [f"{len(reports)} burglaries ({kinds}) from {_told(first)} to {_told(last)} UTC."]
    for one in reports:
        call = picture.calls.calls.get(one.report)
        place = (call.address if call else None) or f"{one.lat:.4f}, {one.lon:.4f}"
        how = "; ".join(filter(None, (one.entry and f"entry {one.entry}", one.target and f"taken {one.target}")))
        lines.append(f"{one.report}: {place}, {_told(one.begins)} to {_told(one.ends)}{f', {how}' if how else ''}")
    plates = plates_near(reports, picture, least=2)[:MOST_PLATES]
    if plates:
        seen = ", ".join(f"{near.plate} (near {len(near.reports)}, else {near.elsewhen} times)" for near in plates)
        lines.append(f"LEADS, nobody has checked them: plates read near several in their time: {seen}")
    if tips := tips_near(reports, picture)[:MOST_PLATES]:
        said = ((tip.number, "said to belong" if tip.by else f"near {len(tip.reports)}") for tip in tips)
        near = ", ".join(f"{number} ({why})" for number, why in said)
        lines.append(f"TIPS, leads as well, to be read in the center: {near}")
    draft = Bulletin(
        bulletin=picture.mint("i"),
        kind="series",
        title=f"Series: {len(reports)} burglaries, {kinds}"[:MAX_TITLE],
        text="\n".join(lines)[:MAX_TEXT],
        at=picture.now,
        author=event.operator,
        confidence="likely",
        until=Micros(picture.now + 3 * DAY),
        case=(event.case or "").strip(),
        sources=tuple(Source("report", name) for name in names[:MAX_SOURCES]),
        reports=names,
        lat=sum(one.lat for one in reports) / len(reports),
        lon=sum(one.lon for one in reports) / len(reports),
    )
    yield from _keep(draft, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=draft.bulletin)


def _told(moment_us: Micros) -> str:
    clock = moment_us % DAY
    return f"{day_of(moment_us)} {clock // HOUR:02d}:{clock % HOUR // MINUTE:02d}"


def _decide(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """A supervisor approves or declines a draft, or takes back what was approved."""
    bulletin = picture.bulletins.bulletins.get(event.subject)
    note = (event.reason or "").strip()
    why = "" if bulletin else f"there is no bulletin {event.subject}"
    if bulletin is not None and not why:
        why = _undecidable(event, bulletin, picture)
    if bulletin is None or why:
        late = bulletin is not None and bulletin.state in (*OVER, "approved") and event.act != "bulletin.withdraw"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why, late=late)
        return
    bulletin.by, bulletin.decided_at, bulletin.note = event.operator, picture.now, note
    if event.act == "bulletin.approve":
        yield from _send(bulletin, picture)
    else:
        yield from _end(bulletin, "declined" if event.act == "bulletin.decline" else "withdrawn", picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _undecidable(event: OperatorActed, bulletin: Bulletin, picture: Picture) -> str:
    if event.act == "bulletin.withdraw":
        return "" if bulletin.state == "approved" else f"it is {bulletin.state}, nobody has it"
    if bulletin.state != "draft":
        return f"it was {bulletin.state} by {bulletin.by}"
    if event.act == "bulletin.approve":
        if bulletin.author == event.operator:
            return "somebody else approves it than who wrote it"
        if event.details.get("as_of", str(bulletin.at)) != str(bulletin.at):
            return "it has been written anew since it was read"
        return _objection(bulletin, picture)
    return ""


def _send(bulletin: Bulletin, picture: Picture) -> Iterator[Effect]:
    bulletin.state = "approved"
    picture.bulletins.active.append(bulletin.bulletin)
    to: list[str] = [] if bulletin.audience == "detectives" else on_duty(picture)
    if bulletin.audience != "patrol":
        people = [p for p in picture.site.operators.values() if p.role == "detective" and _is_own(p.agency, picture)]
        to += [f"{PERSON}{person.operator}" for person in people]
        if bulletin.case:
            to += [one for one in recipients(f"case/{bulletin.case}", picture)[0] if one not in to]
    to += [f"{PERSON}{person.operator}" for person in picture.site.operators.values() if is_for(bulletin, person)]
    sources = "; ".join(f"{one.kind} {one.name}" for one in bulletin.sources)
    sure = f"{bulletin.confidence} ({CONFIDENCE[bulletin.confidence]})"
    note = f"{bulletin.text}\nHow sure: {sure}. Sources: {sources}"
    sending = plain(
        picture,
        "bulletin",
        f"BULLETIN {bulletin.title}",
        note=note[:SHOWN_CHARS],
        lat=bulletin.lat,
        lon=bulletin.lon,
        expires=bulletin.until,
    )
    author = f"{PERSON}{bulletin.by}"
    post = yield from threads.write(f"bulletin/{bulletin.bulletin}", author, sending, to, picture, urgent=False)
    bulletin.post = post.post
    timer = WakeAt(id=picture.mint("w"), when=bulletin.until)
    bulletin.timer = timer.id
    picture.bulletins.timers[timer.id] = bulletin.bulletin
    yield timer
    yield _show(bulletin, picture)
    yield from _addressed(bulletin, picture)


def _is_own(agency: str, picture: Picture) -> bool:
    known = picture.site.agencies.get(agency)
    return known is not None and known.own


def _end(bulletin: Bulletin, state: str, picture: Picture) -> Iterator[Effect]:
    """It holds no more; whoever has it on a screen is told to take it down."""
    bulletin.state = state
    if bulletin.bulletin in picture.bulletins.active:
        picture.bulletins.active.remove(bulletin.bulletin)
    if bulletin.timer:
        del picture.bulletins.timers[bulletin.timer]
        yield Withdraw(id=picture.mint("x"), request=bulletin.timer)
        bulletin.timer = ""
    post = picture.threads.posts.get(bulletin.post)
    if post is not None:
        yield from threads.take_down(post, picture)
        yield from _addressed(bulletin, picture)
    yield _show(bulletin, picture)


def _keep(draft: Bulletin, picture: Picture) -> Iterator[Effect]:
    here = picture.bulletins
    here.bulletins[draft.bulletin] = draft
    while len(here.bulletins) > MAX_BULLETINS:
        gone = next((one for one in here.bulletins.values() if one.state in OVER), next(iter(here.bulletins.values())))
        if gone.state == "approved":
            yield from _end(gone, "expired", picture)
        del here.bulletins[gone.bulletin]
    yield _show(draft, picture)


def _show(bulletin: Bulletin, picture: Picture) -> Notify:
    return Notify(
        id=picture.mint("n"), topic="bulletins", subject=bulletin.bulletin, revision=0, headline=bulletin.title
    )


def _addressed(bulletin: Bulletin, picture: Picture) -> Iterator[Effect]:
    """The pages of those that it is for ask anew; nobody else's learn that there was anything."""
    for name in bulletin.partners:
        yield Notify(id=picture.mint("n"), topic="addressed", subject=name, revision=0, headline=bulletin.title)
