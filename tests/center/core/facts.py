"""What the tests of the desks tell a center, and how they ask what came of it.

Knows: how a fact about a small made-up place is written down shortly.
Refuses to know: what should follow from it; the tests say that.

The place lies on the 30th parallel, where a hundredth of a degree north is 1112 m. `T0` is an ordinary morning; times
are given in seconds after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from center.core.alerts import Alert
from center.core.center import Center, freeze, thaw
from center.core.correlation import Incident
from center.core.effects import Effect, Reply, Route, Send, WakeAt
from center.core.events import (
    SECOND,
    AircraftSeen,
    CallChanged,
    CallClosed,
    CallOpened,
    Candidate,
    Event,
    HotlistLoaded,
    Listing,
    MessageAcked,
    Micros,
    OperatorActed,
    PlateRead,
    RouteAnswered,
    RouteTime,
    SiteLoaded,
    UnitMoved,
    UnitReported,
    Woke,
)
from center.core.picture import Picture
from center.core.roster import (
    SHARED,
    Agency,
    Grounds,
    Policy,
    RosterAircraft,
    RosterCamera,
    RosterOperator,
    RosterOwner,
    RosterReader,
    RosterUnit,
)

T0 = Micros(1_767_366_000 * SECOND)
LAT, LON = 30.0, -93.0

E = TypeVar("E", bound=Effect)

AGENCIES = (
    Agency("CPSO", "Sheriff's Office", own=True),
    Agency("LCPD", "Lake Charles Police", sees=SHARED),
)
UNITS = (
    *(RosterUnit(f"SO-{n}", "CPSO", devices=(f"modem-{n}",), terminal=f"mdt-{n}") for n in range(1, 9)),
    RosterUnit("SO-BOAT", "CPSO"),
    RosterUnit("PD-1", "LCPD", devices=("pd-modem",), terminal="pd-mdt"),
)
READERS = (
    RosterReader("R1", "I-10 at exit 30", devices=("cam-1",), lat=LAT, lon=LON),
    RosterReader("R2", "I-10 at exit 31", devices=("cam-2",), lat=LAT, lon=LON + 0.05),
)
CAMERAS = (
    RosterCamera("SO-1-dash", "dash", "CPSO", unit="SO-1", connected=True),
    RosterCamera("SO-1-mic", "microphone", "CPSO", unit="SO-1", connected=True),
    RosterCamera("PD-1-dash", "dash", "LCPD", unit="PD-1", connected=True),
    RosterCamera("gate", "fixed", "CPSO", "Gate", None, LAT, LON, 0.0, 90.0, 300.0, connected=True),
    RosterCamera(
        "shop", "community", "CPSO", "Shop", None, LAT, LON, owner="T.", consent="per-incident", connected=True
    ),
    RosterCamera("home", "community", "CPSO", "Home", None, LAT, LON, owner="M.", consent="never", connected=True),
    RosterCamera("bank", "community", "CPSO", "Bank", None, LAT, LON, owner="B."),
    RosterCamera("air", "aircraft", "CPSO", "Air 1", "a1b2c3", connected=True),
)
PORCH = RosterCamera("porch", "community", "CPSO", "Porch", None, LAT, LON, owner="G.", consent="asked", connected=True)
OWNERS = (
    RosterOwner("o1", LAT, LON, "porch"),
    RosterOwner("o2", LAT + 0.002, LON),
    RosterOwner("o3", LAT, LON + 0.002),
    RosterOwner("far", LAT + 0.5, LON),
)
"""Who has registered a camera; no test but those about the community has them on its roster."""
OPERATORS = (
    RosterOperator("ada", "Ada Broussard", "CPSO"),
    RosterOperator("sue", "Sue Guidry", "CPSO", "supervisor"),
    RosterOperator("aud", "Aud Fontenot", "CPSO", "auditor"),
    RosterOperator("rep", "Rep Hebert", "CPSO", "representative"),
    RosterOperator("tra", "Tra Doucet", "CPSO", "trainer"),
    RosterOperator("det", "Det Arceneaux", "CPSO", "detective"),
    RosterOperator("dep", "Dep Comeaux", "CPSO", "deputy"),
    RosterOperator("adm", "Adm Trahan", "CPSO", "administrator"),
    RosterOperator("lee", "Lee Fruge", "LCPD", "representative"),
    RosterOperator("pat", "Pat Landry", "LCPD"),
)


def when(seconds: float) -> Micros:
    return Micros(T0 + round(seconds * SECOND))


def site(s: float = 0, **said: Any) -> SiteLoaded:
    """The roster of the place, or another one with whatever is said."""
    roster: dict[str, Any] = {
        "agencies": AGENCIES,
        "units": UNITS,
        "readers": READERS,
        "aircraft": (RosterAircraft("a1b2c3", "Air 1", "CPSO"),),
        "operators": OPERATORS,
        "cameras": CAMERAS,
        "grounds": Grounds(cases=("26-1", "26-7")),
    }
    return SiteLoaded(at=when(s), source="site", name="Test Parish", **roster | said)


def policy(**numbers: Any) -> SiteLoaded:
    return site(policy=Policy(**numbers))


def moved(
    unit: str, s: float, lat: float = LAT, lon: float = LON, *, seen: float | None = None, **said: Any
) -> UnitMoved:
    """`seen` is what the device's clock said, in seconds after T0 as well."""
    stamp = None if seen is None else when(seen)
    return UnitMoved(at=when(s), source="avl", unit=unit, lat=lat, lon=lon, seen=stamp, **said)


def reported(unit: str, s: float, status: str, text: str | None = None) -> UnitReported:
    return UnitReported(at=when(s), source="terminals", unit=unit, status=status, text=text)


def read(plate: str, s: float, reader: str = "R1", **said: Any) -> PlateRead:
    """Of a camera that is sure, unless something else is said. `candidates` are plates."""
    facts: dict[str, Any] = {"read": f"{reader}/{plate}/{s}", "confidence": 0.97, "state": "LA"} | said
    facts["candidates"] = tuple(Candidate(other, 0.8) for other in said.get("candidates", ()))
    return PlateRead(at=when(s), source="lpr", reader=reader, plate=plate, **facts)


def listed(plate: str, state: str | None = "LA", **said: Any) -> Listing:
    return Listing(plate, state, **said)


def hotlist(
    *listings: Listing, s: float = 0, version: str = "v1", name: str = "state", issued: float | None = None
) -> HotlistLoaded:
    stamp = None if issued is None else when(issued)
    return HotlistLoaded(
        at=when(s), source="hotlist", hotlist=name, version=version, listings=tuple(listings), issued=stamp
    )


def called(call: str, s: float, lat: float | None = LAT, lon: float | None = LON, **said: Any) -> CallOpened:
    facts: dict[str, Any] = {"system": "cad", "kind": "crash", "uncertainty_m": 30.0} | said
    return CallOpened(at=when(s), source="911", call=call, lat=lat, lon=lon, **facts)


def changed(call: str, s: float, **said: Any) -> CallChanged:
    return CallChanged(at=when(s), source="911", call=call, **{"system": "cad"} | said)


def hung_up(call: str, s: float, system: str = "cad", disposition: str | None = None) -> CallClosed:
    return CallClosed(at=when(s), source="911", call=call, system=system, disposition=disposition)


def flew(icao: str, s: float, lat: float | None = LAT, lon: float | None = LON, **said: Any) -> AircraftSeen:
    return AircraftSeen(at=when(s), source="adsb", icao=icao, lat=lat, lon=lon, **said)


def act(what: str, subject: str, s: float, who: str = "ada", request: str | None = None, **said: Any) -> OperatorActed:
    """`reason` and `case` go where they belong, the rest into the details."""
    return OperatorActed(
        at=when(s),
        source="console",
        operator=who,
        act=what,
        subject=subject,
        request=request or f"{who}/{what}/{subject}/{s}",
        reason=said.pop("reason", None),
        case=said.pop("case", None),
        details=said,
    )


def confirm(alert: str, s: float, who: str = "ada") -> OperatorActed:
    return act("alert.confirm", alert, s, who, action="units sent")


def dismiss(alert: str, s: float, disposition: str, who: str = "ada") -> OperatorActed:
    return act("alert.dismiss", alert, s, who, disposition=disposition, action="none")


def acked(message: Effect, s: float, unit: str) -> MessageAcked:
    return MessageAcked(at=when(s), source="terminals", answers=message.id, unit=unit)


def routed(route: Effect, s: float, **seconds: float) -> RouteAnswered:
    """Road times by unit, `SO_1=60.0` for SO-1, nearest first."""
    times = sorted((took, unit.replace("_", "-")) for unit, took in seconds.items())
    return RouteAnswered(
        at=when(s), source="router", answers=route.id, times=tuple(RouteTime(unit, took) for took, unit in times)
    )


def woke(timer: Effect, s: float) -> Woke:
    return Woke(at=when(s), source="clock", answers=timer.id)


class Room:
    """A center, told facts one by one. After every fact the books must balance, whatever the test is about."""

    def __init__(self, *facts: Event) -> None:
        self.center = Center()
        self.ids: set[str] = set()
        for fact in facts or (site(),):
            self.tell(fact)

    @property
    def picture(self) -> Picture:
        return self.center.picture

    def tell(self, *facts: Event) -> list[Effect]:
        """Every effect that followed."""
        effects: list[Effect] = []
        for fact in facts:
            before = self.picture.position
            followed = self.center.handle(fact)
            assert self.picture.position == before + 1
            assert self.picture.found == []
            for effect in followed:
                assert effect.id not in self.ids, f"the id {effect.id} was given twice"
                self.ids.add(effect.id)
            effects += followed
        return effects

    def restart(self) -> None:
        """Go on from what a snapshot holds."""
        self.center = Center(thaw(freeze(self.picture)))

    def alerts(self, kind: str = "hotlist-hit") -> list[Alert]:
        return [alert for alert in self.picture.alerts.alerts.values() if alert.kind == kind]

    def alert(self, kind: str = "hotlist-hit") -> Alert:
        """The one there is."""
        (alert,) = self.alerts(kind)
        return alert

    @property
    def incidents(self) -> list[Incident]:
        return list(self.picture.incidents.incidents.values())

    @property
    def incident(self) -> Incident:
        """The one there is."""
        (incident,) = self.incidents
        return incident

    def places(self, units: Iterable[str] = ("SO-1", "SO-2", "SO-3", "SO-4", "SO-5"), s: float = 0) -> None:
        """Put units in a row to the north of R1, a kilometre or so apart, the first nearest."""
        for far, unit in enumerate(units, 1):
            self.tell(moved(unit, s, LAT + far * 0.01))


def of(kind: type[E], effects: Sequence[Effect]) -> list[E]:
    return [effect for effect in effects if isinstance(effect, kind)]


def the(kind: type[E], effects: Sequence[Effect]) -> E:
    """The one effect of its kind."""
    (effect,) = of(kind, effects)
    return effect


def sends(effects: Sequence[Effect]) -> list[str]:
    """Which units are told."""
    return [send.unit for send in of(Send, effects)]


def timer(effects: Sequence[Effect]) -> WakeAt:
    return the(WakeAt, effects)


def route(effects: Sequence[Effect]) -> Route:
    return the(Route, effects)


def refusal(effects: Sequence[Effect]) -> str:
    """Why the one reply refuses; empty when it grants."""
    reply = the(Reply, effects)
    assert reply.granted == (not reply.why)
    return reply.why
