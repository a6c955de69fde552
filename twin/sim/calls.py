"""People who call 911, and what becomes of their calls.

Knows: an incident from the first call to the last word: who answers, what it is numbered, how it is closed.
Refuses to know: the CAD systems' wire format, which car goes, and what a center makes of it.

An incident is something that happened; a call is somebody's word of it. One crash can bring fifty calls, and each
caller stands somewhere else and is located no better than the telephone network can (calls_location). A call that
reaches the wrong answering point is transferred, and then two CAD systems number one incident.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple, Protocol

from msgspec import structs
from simpy import Environment

from twin.devices import eido
from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, Assigned, CallFact, Log
from twin.sim import calls_kinds, calls_location
from twin.sim.calls_kinds import HANGUP, Kind
from twin.sim.calls_location import Located, near
from twin.sim.geometry import Plane

NOTICED_SHARE = 0.5  # of further callers whose call taker knows that the incident has a number already (assumption)
MISROUTED_SHARE = 0.1  # of calls that reach the other answering point (assumption)
TRANSFER_S = (20.0, 50.0)
HANDED_OVER_S = 30.0
WRONG_ADDRESS_SHARE = 0.02  # of the day's calls (assumption)
WRONG_BY_M = (400.0, 3_000.0)
WRONG_FOR_S = (90.0, 400.0)
TYPED_S = 12.0  # until an address is typed, right or wrong
SENT_S = {1: 150.0, 2: 420.0, 3: 1_200.0, 4: 2_400.0, 5: 3_000.0}
"""Median seconds from the first call until a car is asked for, by priority: questions, typing, and what may wait waits
for the beat's own car (assumption, so that with the drive it comes near published times: 4 to 6 minutes for the most
urgent, half an hour and more for the least)."""
SENT_SIGMA_LN = 0.45


class Switch(Protocol):
    """A CAD system, as the people who type into it see it."""

    cad: eido.Cad

    def opened(self, fact: CallFact) -> None: ...
    def updated(self, fact: CallFact) -> None: ...
    def closed(self, fact: CallFact, disposition: str) -> None: ...


class Happened(NamedTuple):
    """Something at (x, y), metres. `name` is the world's own."""

    name: str
    kind: str
    priority: int
    x: float
    y: float


class Call:
    """One call in one CAD. `fact` is what that CAD knows of it now."""

    def __init__(self, switch: Switch, fact: CallFact) -> None:
        self.switch = switch
        self.fact = fact
        self.is_open = True


class Matter:
    """Something that happened, as callers and dispatchers share it: the CAD whose it is (`home`), the numbers it has
    been given so far by CAD system, the calls about it, the cars on it, and where it is believed to be. `moved()` is
    called when that changes."""

    def __init__(self, happened: Happened, kind: Kind, home: Switch, spread_m: float, dice: Random) -> None:
        self.happened = happened
        self.home = home
        self.kind = kind
        self.spread_m = spread_m
        self.dice = dice
        self.believed = (happened.x, happened.y)
        self.numbers: dict[str, str] = {}
        self.calls: list[Call] = []
        self.units: dict[str, Assigned] = {}
        self.closed = False
        self.moved: Callable[[], None] = _nobody_cares


class Callers:
    """Turns what happened into calls. `cities` is the CAD of the towns, `county` the sheriff's; `in_town(x, y)` decides
    whose call it is; `dispatch(matter)` is called once for each incident that cars go to, and answers with `assigned`
    and `ended`; `address(x, y)` is what a map calls a place."""

    def __init__(
        self,
        env: Environment,
        plane: Plane,
        county: Switch,
        cities: Switch,
        in_town: Callable[[float, float], bool],
        dispatch: Callable[[Matter], None],
        address: Callable[[float, float], str],
        log: Log,
        year: int,
    ) -> None:
        self._address = address
        self._env = env
        self._plane = plane
        self._county = county
        self._cities = cities
        self._in_town = in_town
        self._dispatch = dispatch
        self._log = log
        self._year = year % 100
        self._serials: dict[str, int] = {}
        self._incidents = 0

    def anything(self, kind: Kind, x: float, y: float, dice: Random) -> None:
        """Somebody there calls about something of this kind, and perhaps others do."""
        self._incidents += 1
        count = calls_kinds.callers(kind, dice)
        wrong = count == 1 and dice.random() < WRONG_ADDRESS_SHARE
        happened = Happened(f"call-{self._incidents}", kind.kind, kind.priority, x, y)
        self.happen(happened, dice, count, 60.0 + 6.0 * count, 60.0 if count > 1 else 20.0, wrong_address=wrong)

    def happen(
        self,
        happened: Happened,
        dice: Random,
        callers: int = 1,
        over_s: float = 0.0,
        spread_m: float = 20.0,
        *,
        wrong_address: bool = False,
    ) -> Matter:
        """Something happens now, and `callers` people call about it within `over_s`, the first at once."""
        kind = calls_kinds.kind_of(happened.kind)
        self._log(
            "incident",
            name=happened.name,
            kind=happened.kind,
            priority=happened.priority,
            callers=callers,
            **self._latlon(happened.x, happened.y),
        )
        home = self._cities if self._in_town(happened.x, happened.y) else self._county
        matter = Matter(happened, kind, home, spread_m, dice)
        for caller in range(callers):
            after_us = 0 if caller == 0 else round(dice.random() * over_s * SECOND_US)
            call_later(self._env, after_us, self._call, matter)
        if wrong_address:
            self._mistake(matter)
        self.attend(matter, over_s)
        return matter

    def attend(self, matter: Matter, over_s: float = 0.0) -> None:
        """Somebody goes there some time from now, as urgent as it is; calls about it go on for `over_s`."""
        dice, kind = matter.dice, matter.kind
        sent_s = SENT_S.get(matter.happened.priority, 600.0) * dice.lognormvariate(0.0, SENT_SIGMA_LN)
        if kind.units:
            call_later(self._env, round(sent_s * SECOND_US), self._dispatch, matter)
        else:  # an ambulance's or an engine's own affair
            done_s = sent_s + calls_kinds.scene_s(kind, dice)
            call_later(self._env, round(max(done_s, over_s + 60.0) * SECOND_US), self.ended, matter)

    def assigned(self, matter: Matter, unit: str, agency: str, status: str) -> None:
        """A car on this matter is `dispatched`, `enroute`, `on-scene` or `cleared`; the CAD says so."""
        matter.units[unit] = Assigned(unit, agency, status, now_us(self._env))
        lead = next((call for call in matter.calls if call.is_open and call.switch is matter.home), None)
        if lead is not None and not matter.closed:
            self._tell(matter, lead)

    def ended(self, matter: Matter) -> None:
        """Everybody has left: the incident is closed in every CAD that still has it open."""
        matter.closed = True
        disposition, real = calls_kinds.disposition(matter.kind, matter.dice)
        self._log("closed", name=matter.happened.name, kind=matter.happened.kind, disposition=disposition, real=real)
        for call in matter.calls:
            self._close(matter, call, disposition)

    # --- one caller -----------------------------------------------------------------------------------------------

    def _call(self, matter: Matter) -> None:
        """The call is over long before its incident is closed."""
        dice = matter.dice
        home = matter.home
        other = self._county if home is self._cities else self._cities
        caller = near(matter.happened.x, matter.happened.y, matter.spread_m, dice)
        wired = calls_location.landline(dice) and matter.kind.group != "traffic"  # nobody has a landline on a road
        located = calls_location.phases(dice, wired=wired)
        if dice.random() < MISROUTED_SHARE:  # a mast does not know the city limits
            call = self._answer(matter, other, self.number(other), caller, located[0])
            after_us = round(dice.uniform(*TRANSFER_S) * SECOND_US)
            call_later(self._env, after_us, self._transfer, matter, call, home, caller, located)
            return
        known = matter.numbers.get(home.cad.system)
        number = known if known and dice.random() < NOTICED_SHARE else self.number(home)
        self._locate(matter, self._answer(matter, home, number, caller, located[0]), caller, located[1:])

    def _transfer(
        self, matter: Matter, call: Call, to: Switch, caller: tuple[float, float], located: list[Located]
    ) -> None:
        """The caller is put through; the second CAD knows what the network says by then, and gives a number of its
        own."""
        self._log("transferred", name=matter.happened.name, call=call.fact.call, to=to.cad.agency)
        call.fact = structs.replace(call.fact, state="callTransferred", text=f"transferred to {to.cad.agency}")
        self._tell(matter, call)
        number = matter.numbers.get(to.cad.system) or self.number(to)
        again = self._answer(matter, to, number, caller, located[min(1, len(located) - 1)], again=True)
        self._locate(matter, again, caller, located[2:])
        call_later(self._env, round(HANDED_OVER_S * SECOND_US), self._close, matter, call, "transferred")

    def _answer(
        self,
        matter: Matter,
        switch: Switch,
        number: str,
        caller: tuple[float, float],
        located: Located,
        *,
        again: bool = False,
    ) -> Call:
        """`again`: the caller has been put through from elsewhere."""
        happened, dice = matter.happened, matter.dice
        matter.numbers.setdefault(switch.cad.system, number)
        serial = self._next(f"call {switch.cad.system}")
        abandoned = happened.kind == HANGUP
        said = "open line, nobody speaks; no answer on callback" if abandoned else happened.kind.replace("-", " ")
        call = Call(
            switch,
            CallFact(
                at_us=now_us(self._env),
                call=f"{serial:06d}",
                incident=number,
                kind=happened.kind,
                priority=happened.priority,
                callback=f"+1337555{dice.randrange(100, 200):04d}",
                text=said if abandoned else f"caller reports {said}",
                state="abandoned" if abandoned else "callAnswered",
            ),
        )
        self._place(call, caller, located, dice)
        facts = {"call": call.fact.call, "agency": switch.cad.agency, "incident": number, "again": again}
        self._log("called", name=happened.name, **facts)
        matter.calls.append(call)
        switch.opened(self._whole(matter, call))
        if matter.closed:
            call_later(self._env, round(HANDED_OVER_S * SECOND_US), self._close, matter, call, "duplicate")
        return call

    def _locate(self, matter: Matter, call: Call, caller: tuple[float, float], located: list[Located]) -> None:
        """The network's later and better words."""
        for one in located:
            call_later(self._env, round(one.after_s * SECOND_US), self._better, matter, call, caller, one)

    def _better(self, matter: Matter, call: Call, caller: tuple[float, float], located: Located) -> None:
        if call.is_open and matter.believed == (matter.happened.x, matter.happened.y):
            self._place(call, caller, located, matter.dice)
            self._tell(matter, call)

    def _place(self, call: Call, caller: tuple[float, float], located: Located, dice: Random) -> None:
        x, y = calls_location.found(*caller, located, dice)
        address = self._address(x, y) if located.method != "Cell" else None
        call.fact = structs.replace(
            call.fact, uncertainty_m=located.radius_m, method=located.method, address=address, **self._latlon(x, y)
        )

    # --- a wrong address ------------------------------------------------------------------------------------------

    def _mistake(self, matter: Matter) -> None:
        """The call taker types an address that is somewhere else; who was sent there finds nothing."""
        dice = matter.dice
        wrong = near(matter.happened.x, matter.happened.y, dice.uniform(*WRONG_BY_M), dice)
        matter.believed = wrong
        right_s = dice.uniform(*WRONG_FOR_S)
        self._log("wrong-address", name=matter.happened.name, for_s=round(right_s, 1), **self._latlon(*wrong))
        call_later(self._env, round(TYPED_S * SECOND_US), self._type, matter, wrong)
        right = (matter.happened.x, matter.happened.y)
        call_later(self._env, round((TYPED_S + right_s) * SECOND_US), self._type, matter, right)

    def _type(self, matter: Matter, place: tuple[float, float]) -> None:
        matter.believed = place
        for call in matter.calls:
            if call.is_open:
                typed = Located(0.0, 30.0, "Manual")
                self._place(call, place, typed, matter.dice)
                self._tell(matter, call)
        matter.moved()

    # --- what a CAD says ------------------------------------------------------------------------------------------

    def _tell(self, matter: Matter, call: Call) -> None:
        if call.is_open:
            call.switch.updated(self._whole(matter, call))

    def _close(self, matter: Matter, call: Call, disposition: str) -> None:
        if call.is_open:
            call.is_open = False
            call.switch.closed(self._whole(matter, call), disposition)

    def _whole(self, matter: Matter, call: Call) -> CallFact:
        """Only the CAD whose matter it is shows the cars on it."""
        return (
            structs.replace(call.fact, units=tuple(matter.units.values())) if call.switch is matter.home else call.fact
        )

    def number(self, switch: Switch) -> str:
        """The next number of a CAD system; nobody gets the same one."""
        return eido.incident_number(switch.cad, self._year, 117 + self._next(switch.cad.system))

    def _next(self, of: str) -> int:
        serial = self._serials[of] = self._serials.get(of, 0) + 1
        return serial

    def _latlon(self, x: float, y: float) -> dict[str, float]:
        lat, lon = self._plane.latlon(x, y)
        return {"lat": lat, "lon": lon}


def _nobody_cares() -> None:
    """No car is on the way yet."""
