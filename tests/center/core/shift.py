"""A busy shift, as a sequence of facts that is the same whenever it is asked for.

Knows: what goes on in a parish at once, and that answers answer what was asked.
Refuses to know: what is tested with it.
"""

from __future__ import annotations

from random import Random

from center.core.effects import Reach, Route, Send
from center.core.events import Event
from tests.center.core.facts import (
    LAT,
    LON,
    Room,
    acked,
    called,
    changed,
    confirm,
    flew,
    hotlist,
    hung_up,
    listed,
    moved,
    read,
    reported,
    routed,
    site,
    woke,
)


def shift(dice: Random, facts: int) -> list[Event]:
    """A busy shift in which everything goes on at once, many things at the same moment."""
    plates = [f"{a}{b}C1{n}{o}" for a in "AB8" for b in "BO0" for n in range(3) for o in "O05S"]
    cars = [f"SO-{n}" for n in range(1, 9)] + ["PD-1", "x-1"]
    room, s = Room(), 0.0
    done: list[Event] = [site()]
    while len(done) < facts:
        s += dice.choice((0, 0, 0, 0.5, 7))
        lat, lon = LAT + dice.random() / 10, LON + dice.random() / 10
        owed, alerts = list(room.picture.pending.values()), room.alerts()
        told: list[Event] = [
            moved(dice.choice(cars), s, lat, lon, speed_mps=10.0),
            read(dice.choice(plates), s, dice.choice(("R1", "R2")), confidence=dice.random(), lat=lat, lon=lon),
            called(f"c{dice.randrange(200)}", s, lat, lon, kind=dice.choice(("crash", "fight", None))),
            changed(f"c{dice.randrange(200)}", s, lat=lat, lon=lon, uncertainty_m=dice.random() * 100),
            hung_up(f"c{dice.randrange(200)}", s),
            flew(f"{dice.randrange(9):06x}", s, lat, lon),
            reported(dice.choice(cars), s, dice.choice(("available", "emergency", "no-fix"))),
        ]
        if dice.random() < 0.02:
            wanted = (listed(plate, case=str(dice.randrange(3))) for plate in dice.sample(plates, 40))
            told.append(hotlist(*wanted, s=s, version=f"v{s}", name=dice.choice(("state", "parish"))))
        if alerts:
            told.append(confirm(dice.choice(alerts).alert, s, dice.choice(("ada", "sue"))))
        if owed:
            request = dice.choice(owed)
            if isinstance(request, Send):
                told.append(acked(request, s, request.unit))
            elif isinstance(request, Route | Reach):
                told.append(routed(request, s, **{stand.unit: dice.random() for stand in request.candidates}))
            else:
                told.append(woke(request, s))
        fact = dice.choice(told)
        room.tell(fact)
        done.append(fact)
    return done
