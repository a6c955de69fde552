"""What each way of matching would have an operator look at in a day, and which stolen cars it would miss.

Knows: cars of the twin's residents and strangers as its cameras misread them, the twin's list, and three rules.
Refuses to know: time and roads; who passes where makes no difference to a rule.

`python -m benchmarks.matching --trade-off` prints it. `exact`: the text is listed (O is zero). `fuzzy`: it is listed
when look-alikes are folded, a character may be missing or too many, or the reader offered it; the state does not
object and at most one thing differs. `likelihood`: the center's own, at several worths of a lead. Each is shown every
read; a car that a rule takes for the same listing twice is one lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import NamedTuple, TypeAlias

from benchmarks.figures import Result, tell
from center.core import likelihood, plates
from center.core.center import Center
from center.core.events import Candidate, HotlistLoaded, Listing, Micros, PlateRead, SiteLoaded
from center.core.picture import Picture
from center.core.plate_text import as_listed, fold
from twin.devices import ocr
from twin.devices.plate_reader import WRONG_COLORS
from twin.sim import homes, parish
from twin.sim.listings import Background, slip
from twin.sim.people import People
from twin.sim.plates import Vehicle, vehicle
from twin.sim.traffic import Strangers
from twin.streams import Streams

LISTED, READS, QUICK_READS = 50_000, 300_000, 30_000
STOLEN, QUICK_STOLEN = 600, 150
PASSES = (1, 1, 2, 4)  # readers that a stolen car passes (assumption)
RESIDENTS = 0.6  # of cars that pass (assumption)
SLIPS = 0.01
LA_SHARE = 0.8  # of stolen cars (assumption)
LEARNED = 20_000  # reads by which the center knows what passes here
DARK_SHARE, DARK = 0.3, 2.0  # of passages, and how many times as often a reader errs then (assumption)
WORTHS = (2.0, 5.0, 20.0, 100.0, 500.0)
HOURS = 24
STEP_US = 288_000  # 300,000 a day


Rule: TypeAlias = Callable[[PlateRead, Listing, float], bool]
"""Whether a read is a lead to a listing, given how likely the center thinks that is."""


class Lead(NamedTuple):
    """What an operator would be shown: the car that it truly was, and the listing."""

    car: Vehicle
    listing: Listing


class Passed(NamedTuple):
    """What a camera said, and what it saw."""

    read: PlateRead
    car: Vehicle


def passages(count: int, streams: Streams) -> list[Vehicle]:
    """Cars as they pass: residents' and strangers'."""
    people, strangers, dice = People(streams, parish.load(), homes.load(None)), Strangers(streams), Random(4)
    cars = len(people.census.layout)
    known: dict[int, Vehicle] = {}
    passing = []
    for _ in range(count):
        if dice.random() < RESIDENTS:
            car = dice.randrange(cars)
            passing.append(known.get(car) or known.setdefault(car, people.vehicle_at(car)))
        else:
            passing.append(strangers.next())
    return passing


def reads(passing: Iterable[Vehicle], dice: Random, start: Micros) -> list[PlateRead]:
    """What the twin's cameras make of them, as the center's decoder would tell it."""
    return [one.read for one in seen(passing, dice, start)]


def seen(passing: Iterable[Vehicle], dice: Random, start: Micros) -> Iterator[Passed]:
    rates = ocr.Ocr()
    for number, car in enumerate(passing):
        if dice.random() < rates.unread:
            continue
        said = ocr.read(car.plate, car.state, rates, dice, DARK if dice.random() < DARK_SHARE else 1.0)
        color = WRONG_COLORS.get(car.color, car.color) if dice.random() < rates.wrong_color else car.color
        read = PlateRead(
            at=Micros(start + number * STEP_US),
            source="lpr",
            reader="R1",
            plate=said.candidates[0][0],
            read=str(number),
            state=said.state,
            confidence=said.candidates[0][1] / 100,
            candidates=tuple(Candidate(text, sure / 100) for text, sure in said.candidates),
            make=car.make,
            model=car.model,
            color=color,
        )
        yield Passed(read, car)


def measure(quick: bool) -> Result:
    count, stolen = (QUICK_READS, QUICK_STOLEN) if quick else (READS, STOLEN)
    streams, dice = Streams(1), Random(11)
    tell("cars and lists")
    taken = [vehicle(dice, "LA" if dice.random() < LA_SHARE else "TX") for _ in range(stolen)]
    wanted = [_listing(car, dice) for car in taken]
    others = [
        _as_printed(one.plate, one.state, one.make, one.model, one.color)
        for one in Background(streams, LISTED - stolen, SLIPS)
    ]
    picture = _picture((*wanted, *others))
    tell(f"{count:,} passages")
    day = list(seen(passages(count, streams), Random(5), picture.now))
    chases = [list(seen([car] * dice.choice(PASSES), dice, picture.now)) for car in taken]
    for one in day[:LEARNED]:
        likelihood.count(one.read, picture.plates.fleet)
    rules = {"exact": _is_exact, "fuzzy": _is_fuzzy} | {
        f"likelihood, {worth:g} leads a find": _is_likelier(1.0 / (1.0 + worth)) for worth in WORTHS
    }
    false = dict.fromkeys(rules, 0)
    for name, leads in _leads(day, rules, picture).items():
        false[name] = len({(lead.car.plate, lead.listing) for lead in leads if not _is_its_own(lead)})
    found = dict.fromkeys(rules, 0)
    for chase in chases:
        for name, leads in _leads(chase, rules, picture).items():
            found[name] += any(_is_its_own(lead) for lead in leads)
    scale = READS / count
    return {
        "reads": READS,
        "listed": LISTED,
        "stolen": stolen,
        "mistyped": sum(one.plate != _zero(car.plate) for one, car in zip(wanted, taken, strict=True)),
        "rules": [
            {
                "rule": name,
                "false_a_day": round(false[name] * scale),
                "false_an_hour": round(false[name] * scale / HOURS, 2),
                "missed": stolen - found[name],
                "missed_share": round(1 - found[name] / stolen, 4),
            }
            for name in rules
        ],
    }


def _leads(passed: Iterable[Passed], rules: dict[str, Rule], picture: Picture) -> dict[str, list[Lead]]:
    """By rule, what it would show. As in the center, a read is shown beside one listing: the likeliest."""
    leads: dict[str, list[Lead]] = {name: [] for name in rules}
    here, share = picture.plates, picture.site.policy.listed_share
    for read, car in passed:
        key = fold(read.plate)
        others = [fold(one.plate) for one in read.candidates if one.plate != read.plate]
        near = [
            (likelihood.probability(read, one.listing, here.fleet, here.index.count, share), one.listing)
            for one in plates.near(read, key, others, picture)
        ]
        for name, rule in rules.items():
            fit = [(likely, number) for number, (likely, one) in enumerate(near) if rule(read, one, likely)]
            if fit:
                leads[name].append(Lead(car, near[max(fit)[1]][1]))
    return leads


def _is_exact(read: PlateRead, listing: Listing, _: float) -> bool:
    return as_listed(read.plate) == as_listed(listing.plate)


def _is_fuzzy(read: PlateRead, listing: Listing, likely: float) -> bool:
    differs = plates.differences(read, listing)
    return _is_exact(read, listing, likely) or (len(differs) <= 1 and all(one.what != "state" for one in differs))


def _is_likelier(least: float) -> Rule:
    return lambda _, __, likely: likely >= least


def _is_its_own(lead: Lead) -> bool:
    return (_zero(lead.car.plate), lead.car.state) == (lead.listing.plate, lead.listing.state)


def _zero(plate: str) -> str:
    return plate.replace("O", "0")


def _listing(car: Vehicle, dice: Random) -> Listing:
    """The car as its list has it, which is mistyped now and then."""
    plate, state = slip(car.plate, car.state, dice) if dice.random() < SLIPS else (car.plate, car.state)
    return _as_printed(plate, state, car.make, car.model, car.color)


def _as_printed(plate: str, state: str, make: str, model: str, color: str) -> Listing:
    return Listing(_zero(plate), state, make=_zero(make.upper()), model=_zero(model.upper()), color=color.upper())


def _picture(listings: tuple[Listing, ...]) -> Picture:
    center, at = Center(), Micros(1_700_000_000_000_000)
    center.handle(SiteLoaded(at=at, source="site", name="Here"))
    center.handle(HotlistLoaded(at=at, source="list", hotlist="state", version="1", listings=listings))
    return center.picture


def table(result: Result) -> str:
    lines = [
        f"{result['reads']:,} reads of cars that nobody looks for, {result['listed']:,} listings; {result['stolen']} "
        f"stolen cars, {result['mistyped']} of them mistyped on the list",
        "",
        "| rule | false leads a day | an hour | stolen cars missed | of them all |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one['rule']} | {one['false_a_day']:,} | {one['false_an_hour']:g} | {one['missed']} | "
        f"{one['missed_share']:.1%} |"
        for one in result["rules"]
    ]
    return "\n".join(lines)
