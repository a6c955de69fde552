"""Reports of burglaries as the CAD systems have them: a call, a number, a window, later a correction.

Knows: how a report is typed into a CAD, and when its record is closed.
Refuses to know: what truly happened, and how a CAD encodes what it publishes.

A report comes by the desk's telephone and is nobody's emergency: priority 4, located by its address. Its window stands
in the text, because the format has no field for one (docs/devices.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, CallFact, Log
from twin.devices.utc import iso
from twin.sim.calls import Switch
from twin.sim.crime_records import Cad, Report
from twin.sim.geometry import Plane
from twin.sim.people import People
from twin.streams import Streams

PRIORITY = 4
TAKES_MIN, TAKES_SPREAD = 35.0, 0.5  # median until the report is written, the standard deviation of its logarithm
CORRECTED_S = 60
FRONT_DESK = "+13375550100"  # who calls for a business

File = Callable[[Cad], tuple[Switch, str]]


class Case(NamedTuple):
    """One record in one CAD."""

    switch: Switch
    fact: CallFact


class Reports:
    """`file(cad)` gives a CAD system and the next number it has. `epoch`: the world's start in microseconds UTC."""

    def __init__(
        self, env: Environment, people: People, plane: Plane, streams: Streams, file: File, *, epoch: int, log: Log
    ) -> None:
        self._env = env
        self._people = people
        self._plane = plane
        self._streams = streams
        self._file = file
        self._epoch = epoch
        self._log = log
        self._cases: dict[str, Case] = {}
        self._closed: dict[str, bool] = {}

    def told(self, name: str | None, case: str, report: Report) -> None:
        """Somebody tells the version `report` of `case` now; `name` is for the truth log alone."""
        known = self._cases.get(case)
        if known is None:
            self._open(case, report)
        elif report.status == "unfounded":
            self._close(case, "unfounded")
        else:
            self._cases[case] = known._replace(fact=self._fact(known.switch, known.fact, report))
            self._closed[case] = False
            known.switch.updated(self._cases[case].fact)
            call_later(self._env, CORRECTED_S * SECOND_US, self._close, case, "report corrected")
        switch, fact = self._cases[case]
        self._log(
            "burglary-reported", name=name, case=case, status=report.status, call=fact.call, incident=fact.incident,
            agency=switch.cad.agency, from_us=report.from_us, to_us=report.to_us,
        )  # fmt: skip

    def _open(self, case: str, report: Report) -> None:
        switch, number = self._file(report.cad)
        blank = CallFact(
            at_us=now_us(self._env),
            call=f"R{len(self._cases) + 1:06d}",
            incident=number,
            kind=f"burglary-{report.kind}",
            priority=PRIORITY,
            callback=self._callback(report.premise),
        )
        self._cases[case] = Case(switch, self._fact(switch, blank, report))
        self._closed[case] = False
        switch.opened(self._cases[case].fact)
        minutes = TAKES_MIN * self._streams.of("report", case).lognormvariate(0.0, TAKES_SPREAD)
        call_later(self._env, round(minutes * 60 * SECOND_US), self._close, case, "report taken")

    def _close(self, case: str, disposition: str) -> None:
        if self._closed[case] and disposition != "unfounded":
            return
        self._closed[case] = True
        switch, fact = self._cases[case]
        switch.closed(fact, disposition)

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
