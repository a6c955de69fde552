"""Reports of burglaries as the CAD systems have them: a call, a number, a window, later a correction.

Knows: how a report is typed into a CAD, and when its record is closed.
Refuses to know: what truly happened, and how a CAD encodes what it publishes.

A report comes by the desk's telephone and is nobody's emergency: priority 4, located by its address. For some a car
goes when one is free, and its deputy writes the report there; others are taken by telephone. The window stands in the
text, because the format has no field for one (docs/devices.md).
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec import structs
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, CallFact, Log
from twin.devices.utc import iso
from twin.sim.calls import Call, Happened, Matter, Switch
from twin.sim.calls_kinds import kind_of
from twin.sim.crime_records import Cad, Report
from twin.sim.geometry import Plane
from twin.sim.people import People
from twin.streams import Streams

PRIORITY = 4
TAKEN = kind_of("burglary")._replace(dispositions=("report taken",))
BY_TELEPHONE = {"residential": 0.0, "business": 0.0, "vehicle": 0.5}  # no car goes (assumption)
TAKES_MIN, TAKES_SPREAD = 35.0, 0.5  # median until such a report is written, standard deviation of its logarithm
CORRECTED_S = 60
FRONT_DESK = "+13375550100"  # who calls for a business

File = Callable[[Cad], tuple[Switch, str]]


class Reports:
    """`file(cad)` gives a CAD system and the next number it has; `attend(matter)` sends a car some time after. `epoch`:
    the world's start in microseconds UTC."""

    def __init__(
        self,
        env: Environment,
        people: People,
        plane: Plane,
        streams: Streams,
        file: File,
        attend: Callable[[Matter], None],
        *,
        epoch: int,
        log: Log,
    ) -> None:
        self._env = env
        self._people = people
        self._plane = plane
        self._streams = streams
        self._file = file
        self._attend = attend
        self._epoch = epoch
        self._log = log
        self._cases: dict[str, Call] = {}

    def told(self, name: str | None, case: str, report: Report) -> None:
        """Somebody tells the version `report` of `case` now; `name` is for the truth log alone."""
        call = self._cases.get(case)
        if call is None:
            call = self._open(case, report)
        elif report.status == "unfounded":
            call.is_open = False
            call.switch.closed(call.fact, "unfounded")
        else:
            call.fact = self._fact(call.switch, call.fact, report)
            call.is_open = True
            call.switch.updated(call.fact)
            call_later(self._env, CORRECTED_S * SECOND_US, _close, call, "report corrected")
        self._log(
            "burglary-reported", name=name, case=case, status=report.status, call=call.fact.call,
            incident=call.fact.incident, agency=call.switch.cad.agency, from_us=report.from_us, to_us=report.to_us,
        )  # fmt: skip

    def _open(self, case: str, report: Report) -> Call:
        switch, number = self._file(report.cad)
        blank = CallFact(
            at_us=now_us(self._env),
            call=f"R{len(self._cases) + 1:06d}",
            incident=number,
            kind=f"burglary-{report.kind}",
            priority=PRIORITY,
            callback=self._callback(report.premise),
        )
        call = self._cases[case] = Call(switch, self._fact(switch, blank, report))
        switch.opened(call.fact)
        dice = self._streams.of("report", case)
        if dice.random() < BY_TELEPHONE[report.kind]:
            minutes = TAKES_MIN * dice.lognormvariate(0.0, TAKES_SPREAD)
            call_later(self._env, round(minutes * 60 * SECOND_US), _close, call, "report taken")
        else:
            self._attend(_matter(case, report, call, dice))
        return call

    def _fact(self, switch: Switch, fact: CallFact, report: Report) -> CallFact:
        lat, lon = self._plane.latlon(report.x, report.y)
        return structs.replace(fact, lat=lat, lon=lon, address=report.address, text=self._text(switch, report))

    def _text(self, switch: Switch, report: Report) -> str:
        """As the deputy writes it, stamped as the CAD stamps."""
        begins, ends = (iso(self._epoch + at, switch.cad.offset_min) for at in (report.from_us, report.to_us))
        return f"burglary, {report.kind}; entry {report.entry}; taken {report.target}; from {begins} to {ends}"

    def _callback(self, premise: int) -> str:
        """The number of somebody who lives there."""
        living = self._people.at(premise)
        return "+1" + self._people.phone(living[0]).replace("-", "") if living else FRONT_DESK


def _matter(case: str, report: Report, call: Call, dice: Random) -> Matter:
    """What a dispatcher sends a car to."""
    happened = Happened(case, call.fact.kind, PRIORITY, report.x, report.y)
    matter = Matter(happened, TAKEN, call.switch, 0.0, dice)
    matter.calls.append(call)
    return matter


def _close(call: Call, disposition: str) -> None:
    """Unless it has been, by a deputy or as unfounded."""
    if call.is_open:
        call.is_open = False
        call.switch.closed(call.fact, disposition)
