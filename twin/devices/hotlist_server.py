"""The system that drops a new version of a hotlist now and then.

Knows: versions, file names, the schedule, and the ways an export goes wrong.
Refuses to know: which cars are wanted and why, and folders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from simpy import Environment

from twin.devices import hotlist
from twin.devices.clock import call_later, now_us
from twin.devices.faults import AnyFault, EmptyList, HalfWritten, ShrunkList, StaleList
from twin.devices.line import Line
from twin.devices.things import SECOND_US, Listing, Log, unlogged
from twin.devices.timetable import Timetable, power, skewed
from twin.devices.utc import date, time_of_day


class HotlistServer:
    """Writes the list at `first_us` and every `every_us` after. `listings` tells who is wanted at a moment since the
    scenario's start, `epoch` in microseconds UTC. The line's message is the whole file and its peer the file's name, as
    `state-20260301T060000Z.csv`."""

    def __init__(
        self,
        env: Environment,
        name: str,
        listings: Callable[[int], Sequence[Listing]],
        line: Line,
        dice: Random,
        *,
        epoch: int,
        first_us: int = 0,
        every_us: int = 12 * 3600 * SECOND_US,
        zero_for_o: bool = True,
        faults: Sequence[AnyFault] = (),
        log: Log = unlogged,
    ) -> None:
        self.name = name
        self.written = self.spoiled = 0
        self._env = env
        self._listings = listings
        self._line = line
        self._dice = dice
        self._epoch = epoch
        self._every_us = every_us
        self._zero_for_o = zero_for_o
        self._timetable = Timetable(faults)
        self._log = log
        self._last: tuple[Sequence[Listing], int] | None = None
        call_later(env, first_us, self._on_schedule)

    def write(self) -> None:
        """Writes a version now, out of turn: an urgent listing does not wait for the night."""
        now = now_us(self._env)
        active = self._timetable.at(now)
        if active and power(active, now) == "off":
            return
        issued_us = skewed(self._epoch + now, active)
        version = _version(issued_us)
        listings = self._listings(now)
        whole = self._file(listings, version, issued_us)
        file_name = self._file_name(version)
        stale = next((fault for fault in active if isinstance(fault, StaleList)), None)
        if stale is not None and self._last is not None:
            listings_then, issued_then_us = self._last
            if not stale.restamped:
                issued_us = issued_then_us
                version = _version(issued_us)
                file_name = self._file_name(version)
            spoiled = self._file(listings_then, version, issued_us)
        else:
            self._last = listings, issued_us
            spoiled = self._spoiled(active, listings, whole, version, issued_us)
        self.written += 1
        self.spoiled += spoiled != whole
        self._log("hotlist-written", hotlist=self.name, version=version, listings=len(listings), whole=spoiled == whole)
        self._line.send(spoiled, file_name)
        for fault in active:
            if isinstance(fault, HalfWritten) and fault.finish_after_s is not None:
                call_later(self._env, round(fault.finish_after_s * 1e6), self._finish, whole, file_name, version)

    def _finish(self, whole: bytes, file_name: str, version: str) -> None:
        """The writer of a half-written list is done after all."""
        self._log("hotlist-finished", hotlist=self.name, version=version)
        self._line.send(whole, file_name)

    def _on_schedule(self) -> None:
        call_later(self._env, self._every_us, self._on_schedule)
        self.write()

    def _file_name(self, version: str) -> str:
        return f"{self.name.rpartition('/')[2]}-{version}.csv"

    def _file(self, listings: Sequence[Listing], version: str, issued_us: int) -> bytes:
        return hotlist.encode(listings, version, issued_us, self._epoch, zero_for_o=self._zero_for_o)

    def _spoiled(
        self, active: Sequence[AnyFault], listings: Sequence[Listing], whole: bytes, version: str, issued_us: int
    ) -> bytes:
        """The file as it is written under the faults in force."""
        for fault in active:
            if isinstance(fault, HalfWritten):
                return whole[: self._dice.randrange(len(whole) // 4, len(whole) * 3 // 4)]
            if isinstance(fault, EmptyList):
                return self._file((), version, issued_us) if fault.trailer else b""
            if isinstance(fault, ShrunkList):
                return self._file(listings[: round(len(listings) * fault.keep)], version, issued_us)
        return whole


def _version(utc_us: int) -> str:
    year, month, day = date(utc_us)
    hour, minute, second, _ = time_of_day(utc_us)
    return f"{year:04d}{month:02d}{day:02d}T{hour:02d}{minute:02d}{second:02d}Z"
