"""Tips of the public, and what each may be about.

Knows: every tip of late, which incidents and bulletins it stands beside, and that it stands there as a lead; and what
people have said that it belongs to (see tip_words).
Refuses to know: who gave it, and whether it is true: a person reads it and decides. No tip raises an alert, moves a
unit or counts in a forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from center.core.effects import Effect, Notify
from center.core.events import DAY, CallChanged, CallOpened, Event, Micros, OperatorActed
from center.core.findings import Granted, Hit, Tipped
from center.core.tip_facts import TipReceived
from center.core.tip_reasons import Beside, of_bulletin, of_incident

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_TIPS = 5_000
MAX_TEXT = 4_000
MOST_BESIDE, MOST_TARGETS = 20, 10_000
"""Tips beside one thing, and things that have any."""
LATELY = DAY
"""How far back tips are looked at when something new happens; an incident is kept for less."""
INCIDENT, BULLETIN, SERIES, CASE = "incident/", "bulletin/", "series/", "case/"
"""What a tip may belong to; of a series and a case only people say so. A series goes by any report of it."""


class Tip(msgspec.Struct, gc=False):
    """As it stands. `key` is `line/number`; `at` is when the center first had it, `told_at` when the line took it."""

    key: str
    tip: str
    line: str
    at: Micros
    told_at: Micros
    channel: str = ""
    offence: str | None = None
    text: str = ""
    begins: Micros | None = None
    ends: Micros | None = None
    lat: float | None = None
    lon: float | None = None
    off_m: float | None = None
    address: str = ""
    plate: str | None = None
    state: str | None = None
    make: str = ""
    model: str = ""
    color: str = ""
    body: str = ""
    withheld: int = 0
    revision: int = 1


class Word(msgspec.Struct, frozen=True, gc=False):
    """What somebody said of a tip and a thing: that it `belongs` to it, or does not. `hotlist`: whose people alone may
    know, for a reason that the sayer saw is of that list."""

    tip: str
    belongs: bool
    by: str
    at: Micros
    why: str
    hotlist: str = ""


class Stands(NamedTuple):
    """A tip beside something: the center's reasons, and a person's word over them; one of them at least."""

    tip: Tip
    reasons: Beside | None
    word: Word | None

    @property
    def hotlist(self) -> str:
        """Of which list it came, which decides who may see that it stands there."""
        return self.word.hotlist if self.word else self.reasons.hotlist if self.reasons else ""

    @property
    def why(self) -> tuple[str, ...]:
        """The center's reasons, as far as everybody may see them who may see that the tip stands there."""
        return self.reasons.why if self.reasons and self.reasons.hotlist in ("", self.hotlist) else ()


class TipsSlice(msgspec.Struct):
    """Tips by key, oldest first; `beside`: by `incident/ID` or `bulletin/ID`, the tips that may be about it; `words`:
    by that, `series/REPORT` or `case/NUMBER`, what was last said of which tip. `withheld`: how many things that could
    say who told a tip have been dropped in all."""

    tips: dict[str, Tip] = {}
    beside: dict[str, dict[str, Beside]] = {}
    words: dict[str, dict[str, Word]] = {}
    withheld: int = 0


def told(event: TipReceived, picture: Picture) -> Iterator[Effect]:
    """A tip is new, or stands otherwise than it did. What was sent twice is nothing new."""
    here = picture.tips
    known = here.tips.get(f"{event.line}/{event.tip}")
    tip = _tip(event, known)
    if known is not None and msgspec.structs.replace(tip, revision=known.revision) == known:
        return
    here.withheld += event.withheld
    here.tips[tip.key] = tip
    for name in picture.incidents.incidents:
        _compare(INCIDENT + name, tip, picture)
    for name in picture.bulletins.active:
        _compare(BULLETIN + name, tip, picture)
    while len(here.tips) > MAX_TIPS:
        drop(next(iter(here.tips)), picture)
    while len(here.beside) > MOST_TARGETS:
        del here.beside[next(iter(here.beside))]
    yield show(tip, picture)


def called(event: CallOpened | CallChanged, picture: Picture) -> Iterable[Effect]:
    """Stands behind `correlation.called`: a call may be what earlier tips were about, or be so no more."""
    name = picture.incidents.by_call.get(f"{event.system}/{event.call}")
    if name is not None:
        _look_back(INCIDENT + name, picture)
    return ()


def on_findings(event: Event, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """Stands behind `correlation.on_findings`: a plate that was read near an incident may be one that a tip names."""
    if picture.tips.tips and any(isinstance(finding, Hit) for finding in picture.found):
        for name in picture.incidents.open:
            if picture.incidents.incidents[name].hits:
                _look_back(INCIDENT + name, picture)
    return ()


def acted(event: OperatorActed, picture: Picture) -> Iterable[Effect]:
    """Stands behind `bulletins.acted`: a bulletin that now holds may be what earlier tips were about."""
    granted = any(isinstance(found, Granted) for found in picture.found)
    if event.act == "bulletin.approve" and granted and event.subject in picture.bulletins.active:
        _look_back(BULLETIN + event.subject, picture)
    return ()


def beside(target: str, picture: Picture) -> list[Stands]:
    """The tips that belong to something as somebody says, then those that may, then those that somebody says do not;
    of each the latest first."""
    here = picture.tips
    reasons, words = here.beside.get(target, {}), here.words.get(target, {})
    found = [Stands(here.tips[key], reasons.get(key), words.get(key)) for key in reasons | words if key in here.tips]
    return sorted(found, key=lambda one: (_rank(one.word), -one.tip.told_at, one.tip.key))


def _rank(word: Word | None) -> int:
    return 1 if word is None else 0 if word.belongs else 2


def targets(key: str, picture: Picture) -> list[tuple[str, Stands]]:
    """What a tip belongs to or may be about, or what it was said not to belong to."""
    here = picture.tips
    names = [
        name for name in here.beside | here.words if key in here.beside.get(name, ()) or key in here.words.get(name, ())
    ]
    found = [
        (name, Stands(here.tips[key], here.beside.get(name, {}).get(key), here.words.get(name, {}).get(key)))
        for name in names
    ]
    return sorted(found, key=lambda one: _rank(one[1].word))


def drop(key: str, picture: Picture) -> None:
    """A tip goes, and wherever it stood."""
    here = picture.tips
    here.tips.pop(key, None)
    _off(here.beside, key)
    _off(here.words, key)


def _off(leading: dict[str, dict[str, Beside]] | dict[str, dict[str, Word]], key: str) -> None:
    for target in [target for target, those in leading.items() if key in those]:
        del leading[target][key]
        if not leading[target]:
            del leading[target]


def _tip(event: TipReceived, known: Tip | None) -> Tip:
    told_at = event.seen if event.seen is not None and event.seen <= event.at else event.at
    begins = event.begins if event.begins is not None else event.ends
    ends = event.ends if event.ends is not None else event.begins
    return Tip(
        key=f"{event.line}/{event.tip}",
        tip=event.tip,
        line=event.line,
        at=known.at if known else event.at,
        told_at=known.told_at if known and event.seen is None else told_at,
        channel=event.channel or "",
        offence=event.offence,
        text=(event.text or "")[:MAX_TEXT],
        begins=min(begins, ends) if begins is not None and ends is not None else None,
        ends=max(begins, ends) if begins is not None and ends is not None else None,
        lat=event.lat,
        lon=event.lon,
        off_m=event.off_m,
        address=event.address or "",
        plate=event.plate,
        state=event.state,
        make=event.make or "",
        model=event.model or "",
        color=event.color or "",
        body=event.body or "",
        withheld=event.withheld,
        revision=known.revision + 1 if known else 1,
    )


def _look_back(target: str, picture: Picture) -> None:
    since = picture.now - LATELY
    for key in [key for key, tip in picture.tips.tips.items() if tip.at >= since]:
        _compare(target, picture.tips.tips[key], picture)


def _compare(target: str, tip: Tip, picture: Picture) -> None:
    """Put a tip beside a thing, or take it away; whoever shows the thing is told when that is news."""
    here, name = picture.tips, target.partition("/")[2]
    why = _REASONS[target[: len(INCIDENT)]](tip, name, picture)
    those = here.beside.get(target, {})
    if why == those.get(tip.key):
        return
    if why is None:
        del those[tip.key]
        if not those:
            del here.beside[target]
    elif tip.key in those or len(those) < MOST_BESIDE:
        here.beside.setdefault(target, {})[tip.key] = why
    else:
        return
    if target.startswith(INCIDENT):
        picture.found.append(Tipped(name, tip.tip if why is not None else ""))


def _by_incident(tip: Tip, name: str, picture: Picture) -> Beside | None:
    return of_incident(tip, picture.incidents.incidents[name], picture)


def _by_bulletin(tip: Tip, name: str, picture: Picture) -> Beside | None:
    return of_bulletin(tip, picture.bulletins.bulletins[name])


_REASONS: dict[str, Callable[[Tip, str, Picture], Beside | None]] = {INCIDENT: _by_incident, BULLETIN: _by_bulletin}


def show(tip: Tip, picture: Picture) -> Notify:
    return Notify(id=picture.mint("n"), topic="tips", subject=tip.key, revision=tip.revision, headline=tip.tip)
